"""`guardia incident list`: past incidents, totals over a period and the actions still owed, as JSON and as lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.incident.history import PROMISED, owed, totals
from tui.incident.slo import ClockKind
from tui.locale import _
from tui.present.format import duration
from tui.present.incident_json import seconds, spans_result, still_missing, text, times_result
from tui.present.refusals import status_word
from tui.present.spans import foreign, left

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime, timedelta

    from tui.incident.history import Past, PermanentAction, Totals
    from tui.runbook.procedures import Procedures

_STATUS, _PROMISE = 12, 9


def history_result(
    past: Sequence[Past],
    runbook: Procedures,
    now: datetime,
    today: date,
    since: datetime | None = None,
    until: datetime | None = None,
) -> dict[str, Any]:
    """What `list --json` says; spans are seconds, `mtta`, `mttm` and `mttr` means over the incidents that count."""
    sums = totals(past, now)
    return {
        "since": text(since),
        "until": text(until),
        "incidents": [_row(one, runbook, now, today) for one in past],
        "count": len(past),
        "counted": sums.incidents,
        "severities": dict(sums.severities),
        "mtta": seconds(sums.acknowledge),
        "mttm": seconds(sums.mitigate),
        "mttr": seconds(sums.resolve),
        "slos": {kind.value: dict(zip(("met", "missed"), said, strict=True)) for kind, said in sums.promises.items()},
        "open_actions": [_owed(one, action, today) for one, action in owed(past)],
    }


def history_lines(past: Sequence[Past], now: datetime, today: date) -> Iterator[str]:
    """One incident a line, the newest first; then the totals, then what is still owed."""
    yield from (_line(one, now, today) for one in reversed(past))
    if past:
        yield ""
        yield _totals_line(totals(past, now))
    left_over = owed(past)
    if left_over:
        yield ""
        yield _("open permanent actions")
        yield from (_owed_line(one, action, today) for one, action in left_over)


def _row(one: Past, runbook: Procedures, now: datetime, today: date) -> dict[str, Any]:
    state, action = one.state, one.action
    return {
        "incident": state.id,
        "status": state.status.value,
        "severity": state.severity,
        "title": state.title,
        "metric": state.metric,
        "owner": state.owner,
        "drill": state.drill,
        "counts": one.counts,
        "declared": text(state.declared.at) if state.declared else None,
        "times": times_result(state),
        "spans": spans_result(state),
        "slos": {kind.value: one.kept(kind, now) for kind in PROMISED},
        "missing": list(still_missing(state, runbook)),
        "close_by": one.close_by.isoformat() if one.close_by else None,
        "close_overdue": one.close_by is not None and one.close_by < today,
        "action": state.value("action") or None,
        "action_owner": state.value("action_owner") or None,
        "action_due": state.value("action_due") or None,
        "action_done": state.value("action_done") or None,
        "action_overdue": action is not None and action.overdue(today),
    }


def _owed(one: Past, action: PermanentAction, today: date) -> dict[str, Any]:
    return {
        "incident": one.state.id,
        "action": action.what,
        "owner": action.owner or None,
        "due": action.due.isoformat() if action.due else None,
        "overdue": action.overdue(today),
    }


def _line(one: Past, now: datetime, today: date) -> str:
    state = one.state
    began = f"{one.began:%Y-%m-%d %H:%M}Z" if one.began else "–"
    promises = (
        f"{name} {left(_promise(one, kind, span, now), _PROMISE)}"
        for name, kind, span in (
            (_("ACK"), ClockKind.ACK, one.times.to_acknowledge),
            (_("MITIGATE"), ClockKind.MITIGATE, one.times.to_mitigate),
        )
    )
    resolved = left(_span(one.times.to_resolve), 7)
    drill = f"[{_('DRILL')}] " if state.drill else ""
    status = left(status_word(state.status.value), _STATUS)
    head = f"{state.id}  {left(state.severity or '–', 5)} {left(began, 17)}  {status}"
    return (
        f"{head} {' '.join(promises)} TTR {resolved} {drill}{foreign(state.title)}{closing_words(one, today)}".rstrip()
    )


def _promise(one: Past, kind: ClockKind, span: timedelta | None, now: datetime) -> str:
    mark = {True: " ✓", False: " ✗", None: ""}[one.kept(kind, now)]
    return f"{_span(span)}{mark}"


def closing_words(one: Past, today: date) -> str:
    """By when a resolved incident has to be closed, and whether that day is over; empty for any other."""
    if one.close_by is None:
        return ""
    late = f" {_('OVERDUE')}" if one.close_by < today else ""
    return "  · " + _("to close by {date}").format(date=one.close_by.isoformat()) + late


def _totals_line(sums: Totals) -> str:
    severities = ", ".join(f"{name} {count}" for name, count in sorted(sums.severities.items()))
    names = {ClockKind.ACK: _("ACK"), ClockKind.MITIGATE: _("MITIGATE")}
    kept = [
        _("{name} {met} of {all} in time").format(name=names[kind], met=met, all=met + missed)
        for kind, (met, missed) in sums.promises.items()
    ]
    means = (("MTTA", sums.acknowledge), ("MTTM", sums.mitigate), ("MTTR", sums.resolve))
    count = _("incidents: {count}").format(count=sums.incidents) + (f" ({severities})" if severities else "")
    return "  ·  ".join((count, *(f"{name} {_span(span)}" for name, span in means), *kept))


def _owed_line(one: Past, action: PermanentAction, today: date) -> str:
    due = action.due.isoformat() if action.due else "–"
    late = f"  {_('OVERDUE')}" if action.overdue(today) else ""
    what = " ".join(foreign(action.what).split())
    return f"  {left(due, 10)}  {one.state.id}  {foreign(action.owner or '–')}  {what}{late}"


def _span(span: timedelta | None) -> str:
    return "–" if span is None else duration(span)
