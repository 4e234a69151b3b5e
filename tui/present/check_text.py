"""The readable form of `guardia check`: the same object, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.locale import _
from tui.present.spans import foreign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.runbook.load import LoadedRunbook


def check_lines(result: dict[str, Any], loaded: LoadedRunbook) -> Iterator[str]:
    """The lines to print for a result of `check_result`."""
    yield f"{_('as of')} {clock_text(result['as_of'])}   {_headline(result, loaded)}"
    yield ""
    for metric, numbers in result["metrics"].items():
        yield _metric_line(loaded.texts.short(f"metric.{metric}"), numbers)
    if result["alerts"]:
        yield from ("", _("alerts (pending → fired → resolved, UTC)"))
        yield from (_alert_line(alert, loaded) for alert in result["alerts"])
    yield from ("", _("sources"))
    yield from (_source_line(source) for source in result["sources"])


def clock_text(text: str | None) -> str:
    """`2026-11-19 22:45 UTC` of a time that scripts read."""
    return "–" if text is None else f"{text[:10]} {text[11:16]} UTC"


def _headline(result: dict[str, Any], loaded: LoadedRunbook) -> str:
    suggested = result["suggested"]
    if suggested["dominant_metric"] is None:
        return _("nothing over its limit")
    name = loaded.texts.short(f"metric.{suggested['dominant_metric']}")
    severity = suggested["severity"] or _("WATCH")
    anchor = suggested["anchor_request_id"]
    return f"{severity}  {name}" + (f"   {_('anchor')} {foreign(anchor)}" if anchor else "")


def _metric_line(name: str, numbers: dict[str, Any]) -> str:
    value = "–" if numbers["value"] is None else f"{numbers['value']:g}"
    limit = "" if numbers["threshold"] is None else f"{_('limit')} {numbers['threshold']:g}"
    return f"  {name:<20} {numbers['badge']:<7} {value:>10}  {limit:<12} {numbers['events']:>9} {_('events')}".rstrip()


def _alert_line(alert: dict[str, Any], loaded: LoadedRunbook) -> str:
    times = " → ".join(
        "  –  " if alert[key] is None else alert[key][11:16] for key in ("pending_at", "fired_at", "resolved_at")
    )
    title = loaded.texts.short(f"rule.{alert['rule']}")
    return f"  {alert['pending_at'][:10]} {times}  {alert['severity']:<6} {title}  {_('peak')} {alert['peak']:g}"


def _source_line(source: dict[str, Any]) -> str:
    rejected = sum(source["rejected"].values())
    reasons = ", ".join(f"{reason} {count}" for reason, count in source["rejected"].items())
    counts = _("{lines} lines: {events} events, {other} other, {rejected} rejected").format(
        lines=source["lines"], events=source["events"], other=source["other"], rejected=rejected
    )
    return f"  {foreign(source['name'])}  {source['format']}  {counts}" + (f" ({reasons})" if reasons else "")
