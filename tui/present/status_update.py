"""The status update: what stands, what was done, what is missing, when the next one comes. A fold of the situation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.incident.narrative import Words, who_was_hit
from tui.incident.slo import ClockKind, Level
from tui.incident.state import Status
from tui.incident.times import times
from tui.locale import _, ngettext
from tui.present.clocks import clock_line, clock_name, reading
from tui.present.format import clock, duration, elapsed, with_local
from tui.present.header import mode_span
from tui.present.incident_text import unescaped
from tui.present.panel_words import panel_items
from tui.present.paper import Paper, Part, told
from tui.present.refusals import status_word
from tui.present.situation import severity_glyph
from tui.present.spans import foreign, plain
from tui.present.strip_parts import last_error, notice
from tui.present.work_words import done_items, needed_items

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tui.incident.slo import Clock
    from tui.incident.state import IncidentState
    from tui.present.situation import Situation


def status_paper(situation: Situation) -> Paper:
    """What stands now, nothing recorded: also while nothing is open, and in a review."""
    return _paper(situation, "", (), _due(situation), needed_items(situation))


def update_paper(situation: Situation, sentence: str = "", needs: str | None = None) -> Paper:
    """The update that is about to be sent, with a person's own sentence first; the next one counts from now.

    needs: `proposed_needs` as the person left them; None: as they are proposed.
    """
    lead = (told(sentence),) if sentence.strip() else ()
    typed = proposed_needs(situation) if needs is None else needs
    needed = tuple(told(one) for one in typed.split(";") if one.strip())
    return _paper(situation, "update-", lead, _next(situation), needed or (_("nothing"),))


def proposed_needs(situation: Situation) -> str:
    """What the incident still needs, on one line to be edited: `decide the rollback; watch 15 min live`."""
    return "; ".join(needed_items(situation))


def headline(situation: Situation, sentence: str = "") -> str:
    """The update in one line, as the journal keeps it: what the person said, and what stood then."""
    state = situation.declared
    stood = [state.severity or "–", status_word(state.status.value)] if state else []
    parts = [sentence.strip(), *stood, *panel_items(situation)[:1]]
    return " · ".join(part for part in parts if part)


def marked(situation: Situation, title: str) -> str:
    """`[DRILL] …`, `[REVIEW] …`: nobody may take a rehearsal or the past for what is happening."""
    state = situation.declared
    drill = situation.mode == "drill" or bool(state and state.drill)
    marks = [_("DRILL")] if drill else []
    if situation.mode in {"review", "replay"}:
        marks.append(plain((mode_span(situation.mode),)).strip())
    return "".join(f"[{mark}] " for mark in marks) + title


def file_stem(situation: Situation, kind: str) -> str:
    """`INC-…-update-022113`; without an incident `status-20261124-022113`. UTC."""
    state, now = situation.declared, situation.now
    return f"{state.id}-{kind}{now:%H%M%S}" if state else f"status-{now:%Y%m%d-%H%M%S}"


def both_clocks(situation: Situation, at: datetime) -> str:
    """`02:41:13 UTC · 23:41 local`."""
    return with_local(at, situation.zone)


def _paper(
    situation: Situation, kind: str, lead: tuple[str, ...], following: tuple[str, ...], needs: tuple[str, ...]
) -> Paper:
    parts = [Part(_("Conditions"), tuple(_conditions(situation)))]
    if situation.incident is not None and situation.declared is not None:
        parts.append(Part(f"{_('Actions')} (UTC)", done_items(situation, situation.incident, situation.declared)))
    parts.append(Part(_("Needs"), needs))
    if following:
        parts.append(Part(_("Next update"), following))
    stood = " · ".join(_standing(situation))
    return Paper(file_stem(situation, kind), marked(situation, _title(situation)), (*lead, stood), tuple(parts))


# --- what it is about ------------------------------------------------------------------------------------------------


def _title(situation: Situation) -> str:
    state, suggestion = situation.declared, situation.board.suggestion
    if state is not None:
        mark = f"{severity_glyph(situation.rank(state.severity))} {foreign(state.severity)}" if state.severity else "–"
        return " ".join(part for part in (mark, state.id, told(state.title) or _metric(situation, state)) if part)
    if suggestion is None or suggestion.severity is None:
        return _("no open incident")
    mark = severity_glyph(situation.rank(suggestion.severity), suggested=True)
    suggested = _("suggest {severity}").format(severity=foreign(suggestion.severity))
    return f"{mark} {suggested}: {situation.name(suggestion.metric)} · {_('no open incident')}"


def _metric(situation: Situation, state: IncidentState) -> str:
    panel = situation.panel(state.metric) if state.metric else None
    return situation.name(panel.metric) if panel else ""


def _standing(situation: Situation) -> Iterator[str]:
    """Status, when, and who is who."""
    state = situation.declared
    if state is not None:
        yield status_word(state.status.value)
    yield f"{situation.now:%Y-%m-%d} {both_clocks(situation, situation.now)}"
    named = ((_("owner"), state.owner), (_("IC"), state.commander), (_("scribe"), state.scribe)) if state else ()
    yield from (f"{label} {told(name)}" for label, name in named if name)


# --- conditions ------------------------------------------------------------------------------------------------------


def _conditions(situation: Situation) -> Iterator[str]:
    yield from _trust(situation)
    yield from _impact(situation)
    yield from panel_items(situation)
    yield from _hit(situation)
    if situation.board.span is not None:
        yield plain(last_error(situation))
    yield from (_promise(each, situation.now) for each in situation.clocks if each.kind is not ClockKind.UPDATE)


def _promise(promise: Clock, now: datetime) -> str:
    """`ACK ✓ 03:12 of 05:00`, `MITIGATE +00:43 OVER`, `MITIGATE 22:49 left of 30:00`."""
    if promise.finished is not None or promise.level(now) is Level.OVER:
        return plain(clock_line(promise, now)).strip()
    remaining = _("{time} left of {limit}").format(time=reading(promise, now), limit=duration(promise.limit))
    return f"{clock_name(promise)} {remaining}"


def _trust(situation: Situation) -> Iterator[str]:
    """Say first why the numbers may not be the whole truth."""
    board, picture = situation.board, situation.incident
    if picture is not None and picture.trouble:
        text = _("the journals cannot be read ({errno}): what others decide is not shown")
        yield text.format(errno=picture.trouble)
    if not board.sources and board.span is None and board.final:
        yield _("no logs were read: no numbers")
        return
    spoiled = plain(notice(replace(situation, incident=None)))
    if spoiled:
        yield " ".join(spoiled.split())
    if not board.final:
        yield _("history is still being read: the numbers are partial")


def _impact(situation: Situation) -> Iterator[str]:
    state = situation.declared
    if state is None:
        return
    known = times(state)
    if known.started is not None:
        until = known.resolved if state.status is Status.RESOLVED and known.resolved else situation.now
        yield f"{_('impact')} {elapsed(known.started, until)} · {_('since {time}').format(time=_since(known.started))}"
    if state.value("impact"):
        yield f"{_('impact')}: {told(state.value('impact'))}"
    workaround = {True: _("yes"), False: _("no"), None: _("not known")}[_workaround(state)]
    yield f"{_('workaround')}: {workaround}"


def _since(at: datetime) -> str:
    return f"{at:%Y-%m-%d} {clock(at)} UTC"


def _workaround(state: IncidentState) -> bool | None:
    said = {"yes": True, "no": False}.get(state.value("workaround"))
    return said if said is not None or state.declaration is None else state.declaration.workaround


def _hit(situation: Situation) -> Iterator[str]:
    """How many requests, as last stored with a decision; where to begin to look."""
    state = situation.declared
    numbers = state.numbers if state else None
    if counted := unescaped(who_was_hit(numbers, Words(_, situation.texts.title))):
        yield f"{_('who is hit')}: {foreign(counted)}"
    suggestion = situation.board.suggestion
    anchor = state.anchor if state else suggestion.anchor.request_id if suggestion and suggestion.anchor else None
    if anchor:
        yield f"{_('anchor')} {foreign(anchor)}"


# --- the next update -------------------------------------------------------------------------------------------------


def _next(situation: Situation) -> tuple[str, ...]:
    """When the next one is due if this one goes out now: the runbook's own time for the severity."""
    state = situation.declared
    if state is not None and state.status is Status.RESOLVED:
        return (_("none: it is resolved"),)
    severity = next((one for one in situation.rules.severities if state and one.id == state.severity), None)
    if severity is None:
        return (_("not known before a severity is"),)
    minutes = int(severity.update_every.total_seconds() // 60)
    every = ngettext("every {count} min", "every {count} min", minutes).format(count=minutes)
    return (f"{both_clocks(situation, situation.now + severity.update_every)} ({every})",)


def _due(situation: Situation) -> tuple[str, ...]:
    """When the next one is due as things stand."""
    running = next((one for one in situation.clocks if one.kind is ClockKind.UPDATE and one.finished is None), None)
    if running is None:
        return ()
    over = f" · {_('OVER')}" if running.level(situation.now) is Level.OVER else ""
    return (both_clocks(situation, running.deadline) + over,)
