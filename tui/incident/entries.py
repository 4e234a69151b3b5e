"""What people decided: typed entries of a journal (contracts §2-§5).

An entry holds ids, names and masked text, never a sentence of ours, so that the same journal reads in every language.
Once written a type keeps its name and meaning for ever; new fields have defaults, and a default never changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Literal, get_args

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from tui.incident import facts
from tui.incident.facts import Time


class Payload(BaseModel):
    """What an entry says. Fields a later version added are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    undoable: ClassVar[bool] = True
    """Whether a person may take it back with undo; facts that happened cannot be taken back."""


class Declared(Payload):
    """An incident was opened. Times are set only where a person said them."""

    type: Literal["declared"] = "declared"
    undoable = False
    severity: str | None = None
    metric: str | None = None
    title: str = ""
    started: Time | None = None
    detected: Time | None = None
    anchor: str | None = None
    workaround: bool | None = None
    owner: str | None = None
    rule: str | None = None
    drill: bool = False
    zone: str = ""
    sources: tuple[facts.SourceIdentity, ...] = ()
    runbook: facts.RunbookCopy | None = None


class Acknowledged(Payload):
    """Somebody took it."""

    type: Literal["acknowledged"] = "acknowledged"


class Mitigated(Payload):
    """Users no longer suffer, or suffer less."""

    type: Literal["mitigated"] = "mitigated"
    why: str = ""


class Resolved(Payload):
    """All is normal again; `why` when it was said before the quiet time was over."""

    type: Literal["resolved"] = "resolved"
    why: str = ""


class Reopened(Payload):
    """It is not over."""

    type: Literal["reopened"] = "reopened"
    why: str


class Cancelled(Payload):
    """A false alarm."""

    type: Literal["cancelled"] = "cancelled"
    why: str


class Merged(Payload):
    """The same trouble as another incident's, which goes on."""

    type: Literal["merged"] = "merged"
    into: str
    why: str


class Closed(Payload):
    """Closed through the gate; `overridden` lists the conditions that were not met."""

    type: Literal["closed"] = "closed"
    overridden: tuple[str, ...] = ()
    why: str = ""


class SeveritySet(Payload):
    """The severity from the entry's effective time on."""

    type: Literal["severity_set"] = "severity_set"
    severity: str
    why: str = ""


class TimesCorrected(Payload):
    """What a person knows better than the logs; None leaves a time alone."""

    type: Literal["times_corrected"] = "times_corrected"
    started: Time | None = None
    detected: Time | None = None
    why: str = ""


Role = Literal["owner", "commander", "scribe"]


class RoleSet(Payload):
    """Who has a role."""

    type: Literal["role_set"] = "role_set"
    role: Role
    name: str


class HandoffOffered(Payload):
    """The page that the next commander reads before accepting."""

    type: Literal["handoff_offered"] = "handoff_offered"
    to: str
    impact: str = ""
    hypothesis: str = ""
    done: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    next_update: Time | None = None
    frozen: bool | None = None


class HandoffAccepted(Payload):
    """The actor takes over from whoever offered."""

    type: Literal["handoff_accepted"] = "handoff_accepted"


class Noted(Payload):
    """A note."""

    type: Literal["noted"] = "noted"
    text: str


class ChannelSet(Payload):
    """Where the team talks."""

    type: Literal["channel_set"] = "channel_set"
    channel: str


class UpdateSent(Payload):
    """A status update went out."""

    type: Literal["update_sent"] = "update_sent"
    text: str


class DeploysNoted(Payload):
    """Somebody noted that deploys are frozen or open; never a claim about production."""

    type: Literal["deploys_noted"] = "deploys_noted"
    frozen: bool
    why: str = ""


class PushNoted(Payload):
    """Somebody noted that push is on or off; never a claim about production."""

    type: Literal["push_noted"] = "push_noted"
    on: bool


EvidenceResult = Literal["matched", "matched_on_arrival", "changed", "gone", "unlinked"]
"""`unlinked`: only lines that are no event of ours bear the id, so there is no record to compare."""


class EvidencePinned(Payload):
    """A real log record speaks for this incident."""

    type: Literal["evidence_pinned"] = "evidence_pinned"
    request_id: str
    record: facts.LogRecord | None = None
    result: EvidenceResult
    automatic: bool = False
    """Pinned with the declaration, as its anchor."""

    @property
    def key(self) -> str:
        """What later entries call it: the record's hash, or the id where there is no record."""
        return self.record.sha256 if self.record else self.request_id


class EvidenceVerified(Payload):
    """A second look at pinned evidence."""

    type: Literal["evidence_verified"] = "evidence_verified"
    undoable = False
    evidence: str
    result: EvidenceResult


class StepTicked(Payload):
    """A step of a checklist was done, or a check that only a person can answer was answered."""

    type: Literal["step_ticked"] = "step_ticked"
    step: str
    note: str = ""


class StepUnticked(Payload):
    """The actor's tick, and everybody's, is withdrawn."""

    type: Literal["step_unticked"] = "step_unticked"
    step: str


class Decided(Payload):
    """The formal rollback decision (runbook §7) and every condition as it stood."""

    type: Literal["decided"] = "decided"
    decision: Literal["GO", "NO_GO"]
    conditions: tuple[facts.Condition, ...] = ()
    overridden: bool = False
    why: str = ""


class FieldSet(Payload):
    """A field of the triage or closing form; an empty value clears it."""

    type: Literal["field_set"] = "field_set"
    field: str
    value: str


class Delegated(Payload):
    """Somebody else is asked to fill a line of the closing form."""

    type: Literal["delegated"] = "delegated"
    field: str
    to: str


class CommandRun(Payload):
    """A command of the runbook ran here; `exit_code` None when it was cancelled."""

    type: Literal["command_run"] = "command_run"
    undoable = False
    command: str
    kind: str
    exit_code: int | None
    duration_ms: int
    tail: str = ""
    host: str = ""
    folder: str = ""


class Snapshot(Payload):
    """The numbers when something was decided; exports need nothing else."""

    type: Literal["snapshot"] = "snapshot"
    undoable = False
    of: str
    numbers: facts.Numbers


class Undone(Payload):
    """An earlier entry no longer counts; both stay on record."""

    type: Literal["undone"] = "undone"
    undoable = False
    entry: str


class SuggestionDismissed(Payload):
    """Team journal: a suggestion was looked at and refused."""

    type: Literal["suggestion_dismissed"] = "suggestion_dismissed"
    metric: str
    rule: str | None = None
    why: str


class AlertAcknowledged(Payload):
    """Team journal: somebody took an alert that nobody has declared."""

    type: Literal["alert_acknowledged"] = "alert_acknowledged"
    metric: str
    rule: str | None = None


class DeployMarked(Payload):
    """Team journal: a deploy or rollback, at the entry's effective time."""

    type: Literal["deploy_marked"] = "deploy_marked"
    text: str
    kind: Literal["backend", "frontend"] = "backend"


class OnCallSet(Payload):
    """Team journal: who is on call."""

    type: Literal["on_call_set"] = "on_call_set"
    name: str
    backup: str = ""


class Pruned(Payload):
    """Team journal: copies past their retention class were deleted."""

    type: Literal["pruned"] = "pruned"
    undoable = False
    removed: int
    before: date


@dataclass(frozen=True, slots=True)
class Unknown:
    """An entry of a type, or a shape, that this version does not know: kept and shown, without effect."""

    type: str
    data: dict[str, Any]
    undoable: ClassVar[bool] = False


Known = (
    Declared
    | Acknowledged
    | Mitigated
    | Resolved
    | Reopened
    | Cancelled
    | Merged
    | Closed
    | SeveritySet
    | TimesCorrected
    | RoleSet
    | HandoffOffered
    | HandoffAccepted
    | Noted
    | ChannelSet
    | UpdateSent
    | DeploysNoted
    | PushNoted
    | EvidencePinned
    | EvidenceVerified
    | StepTicked
    | StepUnticked
    | Decided
    | FieldSet
    | Delegated
    | CommandRun
    | Snapshot
    | Undone
    | SuggestionDismissed
    | AlertAcknowledged
    | DeployMarked
    | OnCallSet
    | Pruned
)
KNOWN: dict[str, type[Known]] = {kind.model_fields["type"].default: kind for kind in get_args(Known)}


def to_data(payload: Known | Unknown) -> tuple[str, dict[str, Any]]:
    """Return an entry's type and its data as plain JSON values."""
    if isinstance(payload, Unknown):
        return payload.type, payload.data
    return payload.type, payload.model_dump(mode="json", exclude={"type"}, exclude_defaults=True)


def from_data(kind: str, data: dict[str, Any]) -> Known | Unknown:
    """Build a payload from JSON values; what does not fit its type is kept as unknown, without any effect."""
    known = KNOWN.get(kind)
    if known is None:
        return Unknown(kind, data)
    try:
        return known.model_validate_json(_dump(data))
    except ValidationError:
        return Unknown(kind, data)


_dump = TypeAdapter(dict[str, Any]).dump_json
