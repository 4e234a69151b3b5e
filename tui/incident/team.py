"""The team's journal: deploy marks, who is on call, early acknowledgements, notes without an incident (§3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from tui.incident import entries as e
from tui.incident.actions import (
    TEXT_LIMIT,
    Command,
    Note,
    Undo,
    clean_text,
    cleaned,
    longest_text,
    typed_line,
    typed_text,
)
from tui.incident.facts import EarlyAck
from tui.incident.fold import merge, undone_entries
from tui.incident.lifecycle import FUTURE_TOLERANCE
from tui.incident.record import Entry
from tui.incident.ruling import Code, Reason, Refusal, Ruling, refuse
from tui.incident.state import Mark, Said

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from tui.incident.facts import Facts
    from tui.incident.record import Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkDeploy(Command):
    """Say that something was deployed or rolled back."""

    what: str = typed_text()
    kind: Literal["backend", "frontend"] = "backend"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOnCall(Command):
    """Say who is on call, and who stands in."""

    name: str = typed_line()
    backup: str = typed_line()


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeAlert(Command):
    """Take an alert that nobody has declared."""

    metric: str
    rule: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DismissSuggestion(Command):
    """Look at a suggestion and refuse it."""

    metric: str
    rule: str | None = None
    why: str = typed_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPrune(Command):
    """Record that copies past their retention were deleted: `before` is the day up to which the shortest class goes."""

    removed: int
    before: date


TeamCommand = MarkDeploy | SetOnCall | AcknowledgeAlert | DismissSuggestion | RecordPrune | Note | Undo


@dataclass(frozen=True, slots=True)
class Deploy:
    """A deploy or rollback that somebody marked, or that was read from elsewhere."""

    at: datetime
    by: str
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Dismissal:
    """A suggestion that somebody refused."""

    metric: str
    rule: str | None
    mark: Mark


@dataclass(frozen=True, slots=True)
class TeamState:
    """Everything the team's journal says, each list by when it happened."""

    deploys: tuple[Deploy, ...] = ()
    on_call: e.OnCallSet | None = None
    early_acks: tuple[EarlyAck, ...] = ()
    dismissals: tuple[Dismissal, ...] = ()
    notes: tuple[Said, ...] = ()
    undoable: tuple[str, ...] = ()
    newest: datetime | None = None

    def now(self, wall: datetime) -> datetime:
        """Return the time to decide by: never before the newest entry."""
        return max(wall, self.newest) if self.newest else wall

    def up_to(self, at: datetime) -> TeamState:
        """Return only what had happened by a moment; who is on call has no history and stays."""
        return replace(
            self,
            deploys=tuple(deploy for deploy in self.deploys if deploy.at <= at),
            early_acks=tuple(ack for ack in self.early_acks if ack.at <= at),
            dismissals=tuple(dismissal for dismissal in self.dismissals if dismissal.mark.at <= at),
            notes=tuple(note for note in self.notes if note.at <= at),
        )


def fold_team(records: Iterable[Recorded]) -> TeamState:
    """Fold the team's journal; entries of any other kind have no effect here."""
    merged = merge(records)
    undone = undone_entries(merged)
    valid = [record for record in merged if record.id not in undone]
    told = sorted((record.entry for record in valid), key=lambda entry: entry.effective)
    on_call = [entry.payload for entry in told if isinstance(entry.payload, e.OnCallSet)]
    return TeamState(
        deploys=tuple(
            Deploy(entry.effective, entry.actor, entry.payload.text, entry.payload.kind)
            for entry in told
            if isinstance(entry.payload, e.DeployMarked)
        ),
        on_call=on_call[-1] if on_call else None,
        early_acks=tuple(
            EarlyAck(entry.payload.metric, entry.effective, entry.actor)
            for entry in told
            if isinstance(entry.payload, e.AlertAcknowledged)
        ),
        dismissals=tuple(
            Dismissal(entry.payload.metric, entry.payload.rule, Mark(entry.effective, entry.actor, entry.payload.why))
            for entry in told
            if isinstance(entry.payload, e.SuggestionDismissed)
        ),
        notes=tuple(
            Said(entry.payload.text, entry.effective, entry.actor)
            for entry in told
            if isinstance(entry.payload, e.Noted)
        ),
        undoable=tuple(record.id for record in valid if record.entry.payload.undoable),
        newest=max((max(record.recorded, record.stamp.moment) for record in merged), default=None),
    )


def decide_team(state: TeamState, command: TeamCommand, facts: Facts, now: datetime, actor: str) -> Ruling:
    """Judge a command for the team's journal; everything typed is masked first."""
    now = state.now(now)
    reasons = [*_reasons(command, facts, now, actor)]
    if reasons:
        return Refusal(tuple(reasons))
    payload = _payload(cleaned(command), state)
    if isinstance(payload, Refusal):
        return payload
    return (Entry(payload, command.at or now, clean_text(actor, one_line=True)),)


def _reasons(command: TeamCommand, facts: Facts, now: datetime, actor: str) -> Iterable[Reason]:
    if facts.read_only:
        yield Reason(Code.READ_ONLY)
    if not actor.strip():
        yield Reason(Code.NO_ACTOR)
    if command.at and command.at > now + FUTURE_TOLERANCE:
        yield Reason(Code.IN_FUTURE, "at", now)
    if longest_text(command) > TEXT_LIMIT:
        yield Reason(Code.TOO_LONG)
    metric = getattr(command, "metric", None)
    if metric is not None and all(metric != known.id for known in facts.runbook.metrics):
        yield Reason(Code.UNKNOWN_METRIC, clean_text(metric, one_line=True))


def _payload(command: TeamCommand, state: TeamState) -> e.Known | Refusal:
    outcome: e.Known | Refusal
    match command:
        case MarkDeploy(what=what, kind=kind):
            outcome = e.DeployMarked(text=what, kind=kind) if what else refuse(Code.NEEDS_TEXT, "text")
        case SetOnCall(name=name, backup=backup):
            outcome = e.OnCallSet(name=name, backup=backup) if name else refuse(Code.NEEDS_TEXT, "name")
        case AcknowledgeAlert(metric=metric, rule=rule):
            outcome = e.AlertAcknowledged(metric=metric, rule=rule)
        case DismissSuggestion(metric=metric, rule=rule, why=why):
            dismissed = why and e.SuggestionDismissed(metric=metric, rule=rule, why=why)
            outcome = dismissed or refuse(Code.NEEDS_REASON, "why")
        case RecordPrune(removed=removed, before=before):
            outcome = e.Pruned(removed=removed, before=before)
        case Note(text=written):
            outcome = e.Noted(text=written) if written else refuse(Code.NEEDS_TEXT, "text")
        case Undo():
            taken = state.undoable[-1] if state.undoable else ""
            outcome = e.Undone(entry=taken) if taken else refuse(Code.NOTHING_TO_UNDO)
    return outcome
