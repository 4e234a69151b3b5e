"""What an incident is: the state that its entries fold to (contracts §2). Data only; `fold.py` builds it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from tui.incident import entries

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from tui.incident.facts import Numbers
    from tui.incident.slo import SeverityChange


class Status(Enum):
    """Where an incident stands."""

    DECLARED = "declared"
    ACKNOWLEDGED = "acknowledged"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    MERGED = "merged"

    @property
    def open(self) -> bool:
        """Whether there is still something to do; a resolved incident waits to be closed."""
        return self in OPEN


OPEN = frozenset({Status.DECLARED, Status.ACKNOWLEDGED, Status.MITIGATED, Status.RESOLVED})

TRANSITIONS: Mapping[type[entries.Payload], tuple[frozenset[Status], Status]] = MappingProxyType(
    {
        entries.Acknowledged: (frozenset({Status.DECLARED}), Status.ACKNOWLEDGED),
        entries.Mitigated: (frozenset({Status.DECLARED, Status.ACKNOWLEDGED}), Status.MITIGATED),
        entries.Resolved: (frozenset({Status.MITIGATED}), Status.RESOLVED),
        entries.Reopened: (
            frozenset({Status.MITIGATED, Status.RESOLVED, Status.CLOSED, Status.CANCELLED}),
            Status.ACKNOWLEDGED,
        ),
        entries.Cancelled: (OPEN, Status.CANCELLED),
        entries.Merged: (OPEN, Status.MERGED),
        entries.Closed: (frozenset({Status.MITIGATED, Status.RESOLVED}), Status.CLOSED),
    }
)
"""Entry → the statuses it may be made in, and the one it leads to. Commands refuse what the fold would ignore."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Who did something, and when it happened."""

    at: datetime
    by: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A text or a name that somebody gave."""

    value: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Flag:
    """What somebody noted about production (a freeze, push): never a claim of ours."""

    on: bool
    at: datetime
    by: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A pinned record and what the last look at it found."""

    key: str
    request_id: str
    pin: entries.EvidencePinned
    result: str
    at: datetime
    by: str

    @property
    def matched(self) -> bool:
        """Whether it may carry a closure."""
        return self.result in {"matched", "matched_on_arrival"}


@dataclass(frozen=True, slots=True)
class Handoff:
    """An offer that nobody has accepted yet."""

    page: entries.HandoffOffered
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Run:
    """A command of the runbook that ran; `at` is when it ended."""

    run: entries.CommandRun
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The last rollback decision."""

    decision: entries.Decided
    at: datetime
    by: str


_Value = TypeVar("_Value")


def frozen(values: Mapping[str, _Value] | None = None) -> Mapping[str, _Value]:
    """Return a read-only copy."""
    return MappingProxyType(dict(values or {}))


@dataclass(frozen=True, slots=True)
class IncidentState:
    """Everything the entries say, in the order of the journal; `times.py` derives the incident's times from it."""

    id: str
    status: Status = Status.DECLARED
    declaration: entries.Declared | None = None
    """None before anything was declared, or when that entry was damaged."""
    declared: Mark | None = None
    acknowledgements: tuple[Mark, ...] = ()
    mitigations: tuple[Mark, ...] = ()
    resolutions: tuple[Mark, ...] = ()
    reopenings: tuple[Mark, ...] = ()
    closures: tuple[Mark, ...] = ()
    ended: Mark | None = None
    """The cancellation or merge."""
    merged_into: str | None = None
    overridden: tuple[str, ...] = ()
    """Closing conditions that were not met when it was closed."""
    severity_changes: tuple[SeverityChange, ...] = ()
    said_started: datetime | None = None
    said_detected: datetime | None = None
    roles: Mapping[str, Said] = field(default_factory=frozen)
    handoff: Handoff | None = None
    channel: Said | None = None
    deploys_frozen: Flag | None = None
    push: Flag | None = None
    notes: tuple[Said, ...] = ()
    updates: tuple[Said, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    steps: Mapping[str, tuple[Said, ...]] = field(default_factory=frozen)
    """Step → everybody who ticked it, with their note."""
    decision: Decision | None = None
    fields: Mapping[str, Said] = field(default_factory=frozen)
    delegated: Mapping[str, Said] = field(default_factory=frozen)
    runs: tuple[Run, ...] = ()
    numbers: Numbers | None = None
    """The newest stored numbers."""
    undoable: tuple[str, ...] = ()
    """Ids of the entries that undo can take back, oldest first."""
    undone: frozenset[str] = frozenset()
    without_effect: frozenset[str] = frozenset()
    """Entries that came too late, as when two people acted at once; they are shown as such."""
    unknown: frozenset[str] = frozenset()
    newest: datetime | None = None
    """When the newest entry was recorded."""

    @property
    def exists(self) -> bool:
        """Whether its journal has any entry."""
        return self.newest is not None

    @property
    def severity(self) -> str | None:
        """The severity in force."""
        return self.severity_at(None)

    def severity_at(self, at: datetime | None) -> str | None:
        """Return the severity in force at a time; None for `at` stands for the end."""
        changes = [change for change in self.severity_changes if at is None or change.at <= at]
        return max(enumerate(changes), key=lambda item: (item[1].at, item[0]))[1].severity if changes else None

    @property
    def drill(self) -> bool:
        """Whether it is a rehearsal."""
        return self.declaration is not None and self.declaration.drill

    @property
    def title(self) -> str:
        """Its title, as last set."""
        return self.value("title") or (self.declaration.title if self.declaration else "")

    @property
    def metric(self) -> str | None:
        """The dominant metric that people settled on."""
        return self.value("metric") or (self.declaration.metric if self.declaration else None)

    @property
    def anchor(self) -> str | None:
        """The first requestId to pivot on."""
        return self.value("anchor") or (self.declaration.anchor if self.declaration else None)

    @property
    def owner(self) -> str | None:
        """Who owns it: the declarer until somebody is named."""
        return self._role("owner")

    @property
    def commander(self) -> str | None:
        """Who commands: the declarer until somebody is named."""
        return self._role("commander")

    @property
    def scribe(self) -> str | None:
        """Who writes it down; nobody until named."""
        return self.roles["scribe"].value if "scribe" in self.roles else None

    def _role(self, role: str) -> str | None:
        if role in self.roles:
            return self.roles[role].value
        return self.declared.by if self.declared else None

    def value(self, field_id: str) -> str:
        """Return a field of the forms; empty where nobody filled it."""
        said = self.fields.get(field_id)
        return said.value if said else ""

    def ticked(self, step: str) -> bool:
        """Whether anybody ticked that step."""
        return bool(self.steps.get(step))

    def now(self, wall: datetime) -> datetime:
        """Return the time to decide by: never before the newest entry, should a clock have been set back."""
        return max(wall, self.newest) if self.newest else wall
