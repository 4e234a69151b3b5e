"""The history of incidents on the screen: a row each, totals over a period, what is still owed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tui.incident.history import PROMISED, totals
from tui.incident.slo import ClockKind
from tui.incident.state import Status
from tui.locale import _, ngettext
from tui.present.actions import folded
from tui.present.format import duration
from tui.present.incident_history import closing_words
from tui.present.refusals import status_word
from tui.present.situation import severity_glyph
from tui.present.spans import (
    Line,
    Span,
    cut,
    cut_middle,
    fit,
    foreign,
    gap,
    left,
    line_width,
    right,
    rule,
    severe_role,
    width,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from tui.incident.history import Past, PermanentAction
    from tui.runbook.procedures import Procedures
    from tui.session.archive import Archive

PERIODS = (90, 30, 7, 0)
"""Days of the periods to choose from; 0: everything."""
ORDERS = ("newest", "worst", "slowest")
"""What may come first."""
_ID, _SEVERITY, _BEGAN, _PROMISE, _SPAN, _STATUS = 17, 7, 11, 9, 6, 12
_BEGAN_FROM, _SPAN_FROM, _CLOSING_FROM, _WIDEST_TITLE = 96, 88, 50, 90


@dataclass(frozen=True, slots=True)
class View:
    """What somebody wants to see of the history."""

    days: int = PERIODS[0]
    order: str = ORDERS[0]
    text: str = ""
    """What has to stand somewhere in a row."""

    def next_period(self) -> View:
        """The same over the next period."""
        return replace(self, days=PERIODS[(PERIODS.index(self.days) + 1) % len(PERIODS)])

    def next_order(self) -> View:
        """The same in the next order."""
        return replace(self, order=ORDERS[(ORDERS.index(self.order) + 1) % len(ORDERS)])


def chosen(archive: Archive, view: View, runbook: Procedures) -> tuple[Past, ...]:
    """The incidents of a view: those of its period, and whatever is open, however old."""
    since = archive.now - timedelta(days=view.days)
    found = [
        one
        for one in reversed(archive.past)
        if (not view.days or one.state.status.open or (one.began is not None and one.began > since))
        and folded(view.text.strip()) in folded(_searched(one))
    ]
    if view.order == "worst":
        found.sort(key=lambda one: _rank(one.state.severity, runbook))
    elif view.order == "slowest":
        found.sort(key=lambda one: one.times.to_resolve or timedelta(-1), reverse=True)
    return tuple(found)


def _searched(one: Past) -> str:
    state, drill = one.state, _("DRILL") if one.state.drill else ""
    status = status_word(state.status.value)
    return " ".join((state.id, state.severity or "", state.title, state.owner or "", status, drill))


def _rank(severity: str | None, runbook: Procedures) -> int:
    known = [each.id for each in runbook.severities]
    return known.index(severity) if severity in known else len(known)


def title_line(past: Sequence[Past], view: View, now: datetime, cells: int) -> Line:
    """`─Incidents, last 90 days ──── 12 · MTTA 03:24 · MTTM 18:02 · MTTR 26:10 ─`."""
    sums = totals(past, now)
    name = _("Incidents, last {count} days").format(count=view.days)
    title: Line = (Span(name if view.days else _("All incidents")),)
    order = {"worst": _("the worst first"), "slowest": _("the slowest first")}.get(view.order)
    if order:
        title = (*title, Span(f" · {order}", "muted"))
    if view.text:
        title = (*title, Span(f" · {cut(foreign(view.text), 20)}", "focus"))
    means = (("MTTA", sums.acknowledge), ("MTTM", sums.mitigate), ("MTTR", sums.resolve))
    said = " · ".join((str(sums.incidents), *(f"{name} {_span(span)}" for name, span in means)))
    return rule(title, (Span(said, "strong"), gap(1)), cells)


def head_line(cells: int) -> Line:
    """Names of the columns."""
    names: list[tuple[str, int, bool]] = [(_("id"), _ID, False), (_("sev"), _SEVERITY, False)]
    if cells >= _BEGAN_FROM:
        names.append((_("began UTC"), _BEGAN, False))
    names.append((_("title"), _room(cells), False))
    names += [(_("ACK"), _PROMISE, True), (_("MITIGATE"), _PROMISE, True)]
    if cells >= _SPAN_FROM:
        names.append(("TTR", _SPAN, True))
    cut_to = ((right if at_end else left)(name, size) for name, size, at_end in names)
    return fit((Span(" ".join(cut_to), "muted"), Span(f"  {_('state')}", "muted")), cells)


def incident_line(one: Past, runbook: Procedures, archive: Archive, cells: int) -> Line:
    """`INC-… ▲ SEV1  11-24 02:15  Auth 5xx: bootstrap fails  03:12 ✓  22:10 ✓  1h04m  closed`."""
    state, rank = one.state, _rank(one.state.severity, runbook)
    live = state.status.open
    severity = f"{severity_glyph(rank)} {foreign(state.severity)}" if state.severity else "–"
    spans = [
        Span(left(cut_middle(state.id, _ID), _ID) + " ", "strong" if live else "text"),
        Span(left(severity, _SEVERITY) + " ", severe_role(rank) if live and state.severity else "text"),
    ]
    if cells >= _BEGAN_FROM:
        spans.append(Span(left(_began(one.began, archive.now), _BEGAN) + " ", "muted"))
    spans += _title(one, archive.today, _room(cells))
    for kind, took in ((ClockKind.ACK, one.times.to_acknowledge), (ClockKind.MITIGATE, one.times.to_mitigate)):
        spans += [gap(1), _promise(one.kept(kind, archive.now), took)]
    if cells >= _SPAN_FROM:
        spans.append(Span(" " + right(_span(one.times.to_resolve), _SPAN), "text"))
    role = "strong" if live and state.status is not Status.RESOLVED else "muted"
    return fit((*spans, Span("  " + left(status_word(state.status.value), _STATUS), role)), cells)


def _room(cells: int) -> int:
    """Cells for the title: what the other columns leave."""
    taken = _ID + 1 + _SEVERITY + 1 + 2 * (_PROMISE + 1) + _STATUS + 2
    taken += _BEGAN + 1 if cells >= _BEGAN_FROM else 0
    taken += _SPAN + 1 if cells >= _SPAN_FROM else 0
    return max(4, min(_WIDEST_TITLE, cells - taken))


def _title(one: Past, today: date, room: int) -> Line:
    """The title; before it that it was a drill, behind it by when it has to be closed."""
    drill: Line = (Span(f" {_('DRILL')} ", "mode-drill"), gap(1)) if one.state.drill else ()
    closing = closing_words(one, today) if room >= _CLOSING_FROM else ""
    late = one.close_by is not None and one.close_by < today
    taken = line_width(drill) + width(closing)
    text = cut(" ".join(foreign(one.state.title).split()) or "–", max(room // 2, room - taken))
    return fit((*drill, Span(text, "text"), Span(closing, "watch" if late else "muted")), room)


def _began(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "–"
    return f"{at:%m-%d %H:%M}" if at.year == now.year else f"{at:%Y-%m-%d}"


def _promise(kept: bool | None, took: timedelta | None) -> Span:
    mark, role = {True: (" ✓", "done"), False: (" ✗", "severe0"), None: ("  ", "muted")}[kept]
    return Span(right(_span(took) + mark, _PROMISE), role)


def _span(span: timedelta | None) -> str:
    return "–" if span is None else duration(span)


def totals_line(past: Sequence[Past], now: datetime, cells: int) -> Line:
    """`3 SEV1 · 9 SEV2    ACK in time 11 of 12    MITIGATE in time 9 of 12`: of what counts, drills do not."""
    sums = totals(past, now)
    names = {ClockKind.ACK: _("ACK"), ClockKind.MITIGATE: _("MITIGATE")}
    kept: list[Line] = []
    for kind in PROMISED:
        met, missed = sums.promises[kind]
        said = _("{name} {met} of {all} in time").format(name=names[kind], met=met, all=met + missed)
        kept.append((Span(said, "watch" if missed else "text"),))
    severities = " · ".join(f"{foreign(name)} {count}" for name, count in sorted(sums.severities.items()))
    left_out = len(past) - sums.incidents
    aside = ngettext("{count} not counted (drill, cancelled)", "{count} not counted (drills, cancelled)", left_out)
    parts: list[Line] = [(Span(severities, "strong"),) if severities else (), *kept]
    parts.append((Span(aside.format(count=left_out), "muted"),) if left_out else ())
    return fit((gap(2), *words(parts, cells - 2)), cells)


def owed_title(actions: Sequence[tuple[Past, PermanentAction]], today: date, cells: int) -> Line:
    """`─Open permanent actions ──── 3 · 1 overdue ─`."""
    late = sum(action.overdue(today) for _one, action in actions)
    end: Line = (Span(str(len(actions)), "muted"),)
    if late:
        said = ngettext("{count} overdue", "{count} overdue", late).format(count=late)
        end = (*end, Span(f" · {said}", "watch"))
    return rule((Span(_("Open permanent actions")),), (*end, gap(1)), cells)


def owed_line(one: Past, action: PermanentAction, today: date, cells: int) -> Line:
    """`2026-11-20 OVERDUE  INC-…  @ana  expand-contract rule in CI`."""
    overdue = action.overdue(today)
    due = action.due.isoformat() if action.due else _("no date")
    late = f" {_('OVERDUE')}" if overdue else ""
    line: Line = (
        Span(left(f"{due}{late}", 20) + " ", "watch" if overdue else "text"),
        Span(f"{left(one.state.id, _ID)} ", "muted"),
        Span(left(foreign(action.owner or "–"), 14) + " ", "strong"),
        Span(" ".join(foreign(action.what).split()), "text"),
    )
    return fit(line, cells)


def nothing_owed(cells: int) -> Line:
    """Say that nothing is owed."""
    return fit((gap(1), Span(_("no permanent action is open"), "muted")), cells)


def no_incident(view: View, cells: int) -> Line:
    """Say why the list is empty."""
    said = (
        _("no incident matches") if view.text else _("no incident in that time") if view.days else _("no incident yet")
    )
    return fit((gap(1), Span(said, "muted")), cells)


def table_rows(past: Sequence[Past], now: datetime) -> list[dict[str, Any]]:
    """The list for a file: times UTC, spans in whole seconds, promises yes, no or empty."""
    return [
        {
            "incident": one.state.id,
            "severity": one.state.severity or "",
            "status": one.state.status.value,
            "title": one.state.title,
            "owner": one.state.owner or "",
            "drill": one.state.drill,
            "began": one.began,
            **{f"{kind.value}_kept": one.kept(kind, now) for kind in PROMISED},
            "mtta_seconds": _seconds(one.times.to_acknowledge),
            "mttm_seconds": _seconds(one.times.to_mitigate),
            "mttr_seconds": _seconds(one.times.to_resolve),
            "action": one.action.what if one.action else "",
            "action_owner": one.action.owner if one.action else "",
            "action_due": one.action.due if one.action else None,
            "action_done": one.action.done if one.action else None,
        }
        for one in past
    ]


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else int(span.total_seconds())
