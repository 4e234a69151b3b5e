"""Plain facts that people's commands need: what the logs and the runbook say at one `now`.

The session fills these in from the engine; nothing here reads a log or asks for the time. Some of them are stored in
entries as they are, so that a journal alone can be exported years later.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, AwareDatetime

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.runbook.procedures import Procedures

Time = Annotated[AwareDatetime, AfterValidator(lambda value: datetime.astimezone(value, UTC))]
"""An instant; read from a journal it is always in UTC, and one without a zone is refused."""


@dataclass(frozen=True, slots=True)
class Episode:
    """One life of a rule (contracts §1) with the event that anchors it; times are UTC, None lies ahead."""

    rule: str
    metric: str
    severity: str
    pending_at: Time
    fired_at: Time | None = None
    resolved_at: Time | None = None
    peak: float | None = None
    anchor_at: Time | None = None
    """Time of its anchor event, when users began to suffer; None when no event had a usable requestId."""

    @property
    def began(self) -> datetime:
        """When users began to suffer, as well as the logs can tell."""
        return self.anchor_at or self.pending_at

    def overlaps(self, since: datetime, until: datetime | None) -> bool:
        """Whether any of its life lies in [since, until]; an open end reaches into the future."""
        return (until is None or self.pending_at <= until) and (self.resolved_at is None or self.resolved_at >= since)


@dataclass(frozen=True, slots=True)
class Series:
    """One metric's measure at each whole minute from `start` on; None where there was nothing to measure."""

    metric: str
    start: Time
    values: tuple[float | None, ...]
    threshold: float | None = None
    peak: float | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a gate, or one expected outcome, with the numbers behind it.

    `met` None is unknown, which is never good enough. `missing` names exactly what would have to be filled in.
    """

    id: str
    met: bool | None
    value: float | None = None
    limit: float | None = None
    note: str = ""
    """An id, a name or a typed value to show beside it; never a sentence."""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceIdentity:
    """What a source was called and which file it was (contracts §5); the path stays in the local journal."""

    name: str
    path: str = ""
    identity: str = ""


@dataclass(frozen=True, slots=True)
class RunbookCopy:
    """The runbook in force when an incident was declared."""

    id: str
    lang: str
    sha256: str
    rules: str = ""
    """The rules file, as it was."""
    texts: str = ""
    """The text file of that language, as it was."""

    @property
    def genuine(self) -> bool:
        """Whether rules and texts are those that were hashed when the incident was declared."""
        return hashlib.sha256((self.rules + self.texts).encode()).hexdigest() == self.sha256


@dataclass(frozen=True, slots=True)
class LogRecord:
    """Where a real log record lies and what it was (contracts §5): offsets in the decompressed stream, in bytes."""

    source: SourceIdentity
    offset: int
    length: int
    sub: int
    sha256: str
    """Of the payload without its wrapper, so that the same record is found in another export."""
    at: Time | None = None
    metric: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Where a requestId was found: one record of ours, or None for lines that only bear the id."""

    request_id: str
    record: LogRecord | None
    on_arrival: bool = False
    """From a pipe: it matched when it passed and cannot be read again."""


@dataclass(frozen=True, slots=True)
class Reread:
    """What a second look at pinned evidence found: its key, and matched, changed or gone."""

    evidence: str
    result: str


@dataclass(frozen=True, slots=True)
class Suggested:
    """What the rules say at `now`; people confirm it, nothing is taken over by itself (contracts §1)."""

    metric: str
    severity: str | None = None
    rule: str | None = None
    anchor: str | None = None
    samples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of a moment, to be stored with a decision: series run from started - 60 min to then."""

    until: Time
    episodes: tuple[Episode, ...] = ()
    series: tuple[Series, ...] = ()
    figures: tuple[tuple[str, float], ...] = ()
    """Who was hit: `rule.ID.affected` events, and of how many (`.all`, `.share` 0-1) where they are a part of more."""
    counted: tuple[Time, Time] | None = None
    """First and last moment that the figures count; None in journals that were written without."""


@dataclass(frozen=True, slots=True)
class EarlyAck:
    """Somebody took an alert before it was declared (an entry of the team's journal)."""

    metric: str
    at: Time
    by: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything outside the journal that a command's rule may look at."""

    runbook: Procedures = field(repr=False)
    suggested: Suggested | None = None
    numbers: Numbers | None = None
    readings: tuple[Condition, ...] = ()
    """The runbook's checks that logs, or the last check of the environment, answer; by check id."""
    found: tuple[Found, ...] = ()
    """Where the requestId in question was found: the one to pin, or the anchor when declaring."""
    reread: tuple[Reread, ...] = ()
    sources: tuple[SourceIdentity, ...] = ()
    runbook_copy: RunbookCopy | None = None
    early_acks: tuple[EarlyAck, ...] = ()
    open_incidents: Mapping[str, str | None] = field(default_factory=dict)
    """Id → severity of every incident that is neither closed, cancelled nor merged."""
    zone: str = ""
    """The team's time zone, by its IANA name, for people outside."""
    deployed_at: Time | None = None
    """The newest deploy or rollback mark."""
    drill: bool = False
    read_only: bool = False

    def reading(self, check_id: str) -> Condition:
        """Return what is known of a check; unknown when nobody looked."""
        return next((reading for reading in self.readings if reading.id == check_id), Condition(check_id, None))
