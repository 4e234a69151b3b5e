"""The one way in: (state, command, facts, now, actor) → entries to append, or a refusal (contracts §2, §4). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.incident import actions, conduct
from tui.incident.lifecycle import FUTURE_TOLERANCE
from tui.incident.ruling import Case, Code, Reason, Refusal, Ruling, rule
from tui.incident.times import times

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from tui.incident.facts import Facts
    from tui.incident.state import IncidentState

__all__ = ["Code", "Reason", "Refusal", "Ruling", "decide"]

_AFTER_THE_END = (actions.Reopen, actions.Note, actions.VerifyEvidence)
"""What may still be done once an incident is closed, cancelled or merged; its state alone decides the rest."""


def decide(state: IncidentState, command: actions.Command, facts: Facts, now: datetime, actor: str) -> Ruling:
    """Judge a command. Everything typed is masked first; an empty result means that it is so already."""
    now = state.now(now)
    at = command.at or now
    too_long = actions.longest_text(command) > actions.TEXT_LIMIT
    command, actor = (command if too_long else actions.cleaned(command)), actions.clean_text(actor, one_line=True)
    case = Case(state, times(state), facts, now, at, actor)
    reasons = [*_general_reasons(command, case)]
    if too_long:
        reasons.append(Reason(Code.TOO_LONG))
    return Refusal(tuple(reasons)) if reasons else rule(command, case)


def _general_reasons(command: actions.Command, case: Case) -> Iterable[Reason]:
    if case.facts.read_only:
        yield Reason(Code.READ_ONLY)
    if not case.actor:
        yield Reason(Code.NO_ACTOR)
    if case.at > case.now + FUTURE_TOLERANCE:
        yield Reason(Code.IN_FUTURE, "at", case.now)
    if isinstance(command, actions.Declare):
        return
    if not case.state.exists:
        yield Reason(Code.NO_INCIDENT, case.state.id)
    elif not case.state.status.open and not _allowed_after_the_end(command):
        yield Reason(Code.WRONG_STATUS, case.state.status.value)
    if case.times.started and case.at < case.times.started and not isinstance(command, actions.CorrectTimes):
        yield Reason(Code.BEFORE_STARTED, "at", case.times.started)


def _allowed_after_the_end(command: actions.Command) -> bool:
    done = isinstance(command, actions.SetField) and command.name == conduct.AFTER_CLOSING
    return done or isinstance(command, _AFTER_THE_END)
