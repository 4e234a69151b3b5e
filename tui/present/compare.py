"""What `guardia compare` prints: two periods side by side, or what was before and after each deploy."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from tui.locale import _
from tui.present.check import SCHEMA, source_result, utc_text
from tui.present.format import duration, number, percent, times
from tui.present.spans import foreign, left, right

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tui.incident.team import Deploy
    from tui.metrics.board import SourceStatus
    from tui.metrics.compare import Comparison, Figure, MetricChange, Period, Shift
    from tui.present.situation import Texts
    from tui.runbook.load import LoadedRunbook

_NAME, _NUMBER = 30, 14
SHOWN_SHIFTS = 5
"""Of each metric, the largest first."""
_WORTH_SAYING = 0.01
"""Change of a share below which a shift is left out of what people read."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One comparison, and the deploy between its periods when there was one."""

    comparison: Comparison
    deploy: Deploy | None = None


def compare_result(found: Sequence[Compared], loaded: LoadedRunbook, sources: Sequence[SourceStatus]) -> dict[str, Any]:
    """The object of `compare --json`: schema 1 of `docs/schemas/compare.schema.json`."""
    return {
        "schema": SCHEMA,
        "runbook": {"id": loaded.runbook.id, "lang": loaded.lang, "sha256": loaded.sha256},
        "sources": [source_result(source) for source in sources],
        "comparisons": [_comparison_result(one) for one in found],
    }


def _comparison_result(one: Compared) -> dict[str, Any]:
    both = one.comparison
    return {
        "deploy": None if one.deploy is None else _deploy_result(one.deploy),
        "a": _period_result(both.periods.a, both.live.a.total_seconds()),
        "b": _period_result(both.periods.b, both.live.b.total_seconds()),
        "whole": both.whole,
        "metrics": {metric.metric: _metric_result(metric) for metric in both.metrics},
    }


def _deploy_result(deploy: Deploy) -> dict[str, Any]:
    return {"at": utc_text(deploy.at), "kind": deploy.kind, "text": deploy.text, "by": deploy.by}


def _period_result(period: Period, live: float) -> dict[str, Any]:
    return {"from": utc_text(period.start), "to": utc_text(period.end), "live_seconds": round(live, 3)}


def _metric_result(metric: MetricChange) -> dict[str, Any]:
    breakdown: dict[str, list[dict[str, Any]]] = {}
    for shift in metric.shifts:
        breakdown.setdefault(shift.field, []).append(_shift_result(shift))
    return {
        "events": {"a": metric.events.a, "b": metric.events.b},
        "figures": [
            {"id": each.id, "unit": each.unit, "a": each.both.a, "b": each.both.b, "ratio": each.ratio}
            for each in metric.figures
        ],
        "breakdown": breakdown,
    }


def _shift_result(shift: Shift) -> dict[str, Any]:
    return {
        "value": shift.value,
        "a": {"events": shift.events.a, "share": shift.share.a},
        "b": {"events": shift.events.b, "share": shift.share.b},
        "moved": shift.moved,
    }


def compare_lines(found: Sequence[Compared], loaded: LoadedRunbook) -> Iterator[str]:
    """The readable form."""
    for index, one in enumerate(found):
        if index:
            yield ""
        if one.deploy is not None:
            yield _deploy_line(one.deploy)
        yield from _comparison_lines(one.comparison, loaded)


def _deploy_line(deploy: Deploy) -> str:
    return f"{deploy.at:%Y-%m-%d %H:%M} UTC  {deploy.kind}  {foreign(deploy.text)}  ·  {foreign(deploy.by)}"


def _comparison_lines(both: Comparison, loaded: LoadedRunbook) -> Iterator[str]:
    texts, unheard = loaded.texts, loaded.runbook.silence.at_least
    for name, period, live in (("a", both.periods.a, both.live.a), ("b", both.periods.b, both.live.b)):
        heard = "" if period.length - live < unheard else "  " + _("{time} of it with data").format(time=duration(live))
        yield f"  {name}  {period.start:%Y-%m-%d %H:%M} → {period.end:%H:%M} UTC{heard}"
    if not both.whole:
        yield "  " + _("rows are missing: quantiles are of those that are left (setting cap)")
    for metric in both.metrics:
        title = texts.short(f"metric.{metric.metric}")
        yield from ("", f"{left(title, _NAME)}{right('a', _NUMBER)}{right('b', _NUMBER)}")
        yield _row(_("events"), number(metric.events.a), number(metric.events.b))
        yield from (_figure_row(figure, texts) for figure in metric.figures)
        yield from islice((_shift_row(shift) for shift in told_shifts(metric)), SHOWN_SHIFTS)


def told_shifts(metric: MetricChange) -> list[Shift]:
    """What changed in what the events are made of, as far as it is worth saying, the largest first."""
    moved = [shift for shift in metric.shifts if abs(shift.moved) >= _WORTH_SAYING]
    return sorted(moved, key=lambda shift: -abs(shift.moved))


def _figure_row(figure: Figure, texts: Texts) -> str:
    a, b = (figure_value(value, figure.unit) for value in (figure.both.a, figure.both.b))
    return _row(figure_name(figure, texts), a, b, times(figure.ratio))


def figure_name(figure: Figure, texts: Texts) -> str:
    """What a figure is called."""
    names = {
        "rate": _("a minute"),
        "peak": _("highest window"),
        "minutes-over": _("minutes over the limit"),
        "value": _("over the whole period"),
    }
    return names[figure.id] if figure.id in names else texts.short(f"figure.{figure.id}")


def figure_value(value: float | None, unit: str) -> str:
    """A figure with its unit where its name does not say it; a dash where nothing is known."""
    if unit == "%":
        return f"{percent(value)} %" if value is not None else "–"
    worded = unit if unit not in {"/min", "min"} else ""
    return f"{number(value)} {worded}".rstrip()


def _shift_row(shift: Shift) -> str:
    name = f"  {shift.field} {foreign(shift.value)}"
    return _row(name, figure_value(shift.share.a, "%"), figure_value(shift.share.b, "%"), f"{shift.moved * 100:+.1f}")


def _row(name: str, a: str, b: str, change: str = "") -> str:
    return f"  {left(name, _NAME - 2)}{right(a, _NUMBER)}{right(b, _NUMBER)}  {change}".rstrip()
