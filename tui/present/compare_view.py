"""The compare screen: every metric in two periods, and the deploys that lie inside the data."""

from __future__ import annotations

from itertools import islice, zip_longest
from typing import TYPE_CHECKING

from tui.locale import _
from tui.present.compare import SHOWN_SHIFTS, figure_name, figure_value, told_shifts
from tui.present.format import duration, number, stamp, times
from tui.present.spans import Line, Span, cut, fit, foreign, gap, left, line_width, right, rule, width
from tui.present.whatif_view import pointed
from tui.session.periods import Fault, PeriodError

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from tui.incident.team import Deploy
    from tui.metrics.compare import Comparison, Figure, MetricChange, Pair, Period, Shift
    from tui.present.situation import Situation

WIDE_FROM = 116
"""Cells from which on what the events are made of stands beside the figures."""
_LEAST_NAME, _CHANGE = 24, 8
_LEAST_VALUE, _MOST_VALUE, _MOST_ROW = 10, 14, 80
_MOST_DEPLOY = 40
_TWICE = 2.0


# --- what is typed --------------------------------------------------------------------------------------------------


def hint_line(both: Pair[Period] | None, error: PeriodError | None, deploys: int, cells: int, before: int) -> Line:
    """Under the field: the mistake with a mark under its place, else the periods as they were understood."""
    if error is not None:
        return pointed(before + error.at, wrong_sentence(error), cells)
    offer = f" · Tab {_('before and after a deploy')}" if deploys else ""
    if both is None:
        return fit((gap(1), Span(_("FROM,TO FROM,TO") + offer, "muted")), cells)
    understood = f"a {_minutes(both.a)}   b {_minutes(both.b)} UTC"
    return fit((gap(1), Span(understood), Span(offer, "muted")), cells)


def wrong_sentence(error: PeriodError) -> str:
    """One sentence: what is wrong, and what would be right."""
    match error.fault:
        case Fault.SHAPE:
            return _("write FROM,TO FROM,TO")
        case Fault.NO_TIME:
            return _("not a time: write 2026-11-19T22:10:00Z, 22:10 or -5m")
        case Fault.EMPTY:
            return _("must last a minute at least")
        case Fault.LATER:
            return _("there is nothing yet")


def _minutes(period: Period) -> str:
    return f"{period.start:%Y-%m-%d %H:%M} → {period.end:%H:%M}"


# --- the table ------------------------------------------------------------------------------------------------------


def table_title(situation: Situation, both: Comparison | None, deploy: Deploy | None, cells: int) -> tuple[Line, ...]:
    """The title, with the deploy between the periods; how much of one had data, where that is not all of it."""
    if both is None:
        return (rule((Span(_("Two periods")),), (), cells),)
    unheard = situation.rules.silence.at_least
    notes = [
        f"{name} " + _("{time} of it with data").format(time=duration(live))
        for name, period, live in (("a", both.periods.a, both.live.a), ("b", both.periods.b, both.live.b))
        if _gap(period, live) >= unheard
    ]
    if not both.whole:
        notes.append(_("rows are missing: quantiles are of those that are left (setting cap)"))
    end: Line = (Span(" · ".join(notes), "watch"), gap(1)) if notes else ()
    return (rule((Span(_between(deploy) if deploy else _("Two periods")),), end, cells),)


def _between(deploy: Deploy) -> str:
    what = f"{deploy.kind} {foreign(deploy.text)}"
    return _("Before and after {deploy}").format(deploy=cut(what, _MOST_DEPLOY))


def _gap(period: Period, live: timedelta) -> timedelta:
    return period.length - live


def nothing_yet(cells: int, *, wrong: bool) -> Line:
    """Say that no answer is there yet; nothing where nothing was asked."""
    return fit((gap(1), Span("" if wrong else _("reading…"), "muted")), cells)


def table_rows(situation: Situation, both: Comparison, cells: int, *, wide: bool) -> tuple[Line, ...]:
    """Every metric: its figures, and what changed in what its events are made of, beside or below them."""
    found: list[Line] = []
    for metric in both.metrics:
        found += [_head(situation, metric, cells, wide=wide), *_body(situation, metric, cells, wide=wide), ()]
    return tuple(fit(line, cells) for line in found)


def _head(situation: Situation, metric: MetricChange, cells: int, *, wide: bool) -> Line:
    half = _half(cells, wide=wide)
    return _row(situation.name(metric.metric), ("a", "b"), Span(""), half, roles=("strong", "muted"))


def _body(situation: Situation, metric: MetricChange, cells: int, *, wide: bool) -> list[Line]:
    half = _half(cells, wide=wide)
    figures = [_row(_("events"), (number(metric.events.a), number(metric.events.b)), Span(""), half)]
    figures += [_figure_row(situation, figure, half) for figure in metric.figures]
    shifts = [_shift_row(shift, half) for shift in islice(told_shifts(metric), SHOWN_SHIFTS)]
    if not wide:
        return figures + shifts
    return [(*fit(figure, half), gap(2), *shift) for figure, shift in zip_longest(figures, shifts, fillvalue=())]


def _half(cells: int, *, wide: bool) -> int:
    """Cells of one table."""
    return (cells - 2) // 2 if wide else min(cells, _MOST_ROW)


def _figure_row(situation: Situation, figure: Figure, cells: int) -> Line:
    texts = tuple(figure_value(value, figure.unit) for value in (figure.both.a, figure.both.b))
    return _row(foreign(figure_name(figure, situation.texts)), (texts[0], texts[1]), _change(figure), cells)


def _change(figure: Figure) -> Span:
    """How many times as much it is; what doubled or halved, or came out of nothing, stands out."""
    ratio = figure.ratio
    if ratio is None:
        return Span(_("from 0") if figure.both.a == 0 and figure.both.b else "", "strong")
    return Span(times(ratio), "muted" if 1 / _TWICE < ratio < _TWICE else "strong")


def _shift_row(shift: Shift, cells: int) -> Line:
    texts = (figure_value(shift.share.a, "%"), figure_value(shift.share.b, "%"))
    return _row(f"{shift.field} {foreign(shift.value)}", texts, Span(f"{shift.moved * 100:+.1f}"), cells)


def _row(
    name: str, texts: tuple[str, str], change: Span, cells: int, roles: tuple[str, str] = ("muted", "text")
) -> Line:
    """Name, a, b, how it changed; never a value cut."""
    value = max(_LEAST_VALUE, min(_MOST_VALUE, (cells - _LEAST_NAME - _CHANGE) // 2))
    room = cells - 2 * value - _CHANGE - 1
    values = "".join(right(text, value) for text in texts)
    return (
        gap(1),
        Span(left(name, room), roles[0]),
        Span(values, roles[1]),
        Span(right(change.text, _CHANGE), change.role),
    )


# --- deploys --------------------------------------------------------------------------------------------------------


def deploys_title(count: int, cells: int) -> tuple[Line, ...]:
    """Title and how many there are."""
    end: Line = (Span(f"{count}", "muted"), gap(1)) if count else ()
    return (rule((Span(_("Deploys inside the data")),), end, cells),)


def deploy_line(deploy: Deploy, now: datetime, cells: int, *, shown: bool) -> Line:
    """`▸21:58:00 backend api 4.2 · @ana`."""
    start: Line = (
        Span("▸" if shown else " ", "focus"),
        Span(f"{stamp(deploy.at, now)} ", "muted"),
        Span(f"{deploy.kind} ", "text"),
    )
    by = f" · {foreign(deploy.by)}"
    text = cut(foreign(deploy.text), cells - line_width(start) - width(by))
    return fit((*start, Span(text, "strong" if shown else "text"), Span(by, "muted")), cells)


def no_deploy(cells: int) -> Line:
    """Say how to mark one."""
    return fit(
        (gap(1), Span(_("none is known: guardia deploy mark TEXT, a file, or git tags (settings)"), "muted")), cells
    )
