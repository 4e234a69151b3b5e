"""What probes and predicates answer. Frozen, and no frame in sight.

An answer that cannot be given says why: unknown is never good enough, and never looks like zero (contracts §1, §4).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from tui.metrics.board import FigureValue, PanelNumbers, Suggestion
    from tui.metrics.deployed import Moved
    from tui.metrics.journalled import DeployMark, GateCount, Noted, Presence, Run


class Why(Enum):
    """Why nothing is known. The comment says what `since` of the `Unknown` is."""

    NO_DATA = "no_data"  # nothing there to measure
    SILENT = "silent"  # the newest base event
    DOWN = "down"  # likewise, if there ever was one
    SHORT = "short"  # where the data begins, which is too late to tell
    GAP = "gap"  # when the silence ended that lies inside what had to be looked at
    NOT_LIVE = "not_live"  # only live is there a wall clock to compare with
    NO_INCIDENT = "no_incident"  # it is about an incident, or its metric, and there is none
    NOT_MARKED = "not_marked"  # nobody marked a deploy
    NOT_CHECKED = "not_checked"  # nobody had the environment checked
    NOT_RUN = "not_run"  # a command did not run, or not since the last change
    NOT_READ = "not_read"  # nobody looked at the other incidents
    NOT_SAID = "not_said"  # only a person can tell, and none did


@dataclass(frozen=True, slots=True)
class Unknown:
    """Why something is not known."""

    why: Why
    since: datetime | None = None


# --- answers to predicates ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a predicate holds, with the numbers behind it; `unknown` says why exactly where `met` is None."""

    met: bool | None
    value: float | None = None
    limit: float | None = None
    note: str = ""
    """An id, a name or a value of a log to show beside it; never a sentence."""
    unknown: Unknown | None = None
    unit: str = ""
    """Of value and limit: that of the field; `%` for a fraction, `s` for a time."""
    window: timedelta | None = None
    of: int | None = None
    """How many events `value` is a part of."""
    lasted: timedelta | None = None
    """How long it has been true, in live time, at most `hold`."""
    hold: timedelta | None = None
    course: tuple[float, ...] = ()
    """The values compared with each other, oldest first."""


# --- answers to probes ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CountRow:
    """One value of the fields, or one pair of them; share: fraction 0-1 of all events counted."""

    values: tuple[str | None, ...]
    """None: the record does not carry the field."""
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Counted:
    """Events by their values, most frequent first."""

    unknown: Unknown | None
    window: timedelta
    total: int = 0
    rows: tuple[CountRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """Figures over a window; one without a value had nothing to measure."""

    unknown: Unknown | None
    window: timedelta
    figures: tuple[FigureValue, ...] = ()


@dataclass(frozen=True, slots=True)
class Exceeding:
    """How many of `total` events were above the bound, and the largest value of all."""

    unknown: Unknown | None
    window: timedelta
    above: float
    unit: str = ""
    count: int = 0
    total: int = 0
    largest: float | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """A marker: how often since `Sightings.start`, and when last, however long ago."""

    marker: str
    times: int
    last: datetime | None = None
    approximate: bool = False
    capture: str | None = None


@dataclass(frozen=True, slots=True)
class Sightings:
    """What was seen is told even while nothing can be said about what was not."""

    unknown: Unknown | None
    start: datetime | None
    """Counted from here: the newest `since` marker, else the window's begin, never before the data's."""
    since: str | None = None
    """The marker that it is counted from."""
    seen: tuple[Sighting, ...] = ()


@dataclass(frozen=True, slots=True)
class Skew:
    """Seconds that the log is ahead of the wall clock; negative: behind, lag included."""

    unknown: Unknown | None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class DeploySeen:
    """A mark and how long before the start of the trouble it is (negative: after it)."""

    mark: DeployMark
    before: timedelta
    moved: Moved | None = None
    """What became of the lane that was asked about, where both sides of the mark are known."""


@dataclass(frozen=True, slots=True)
class Deploys:
    """Marks, the newest first."""

    within: timedelta
    seen: tuple[DeploySeen, ...] = ()


@dataclass(frozen=True, slots=True)
class NameState:
    """A required name; `by`: the name that is there, which may be a legacy one."""

    name: str
    presence: Presence
    by: str


@dataclass(frozen=True, slots=True)
class Names:
    """Required names as the last check of a file found them."""

    unknown: Unknown | None
    names: tuple[NameState, ...] = ()
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CommandState:
    """A command's last run; stale: it ended before the latest mitigation or rollback."""

    command: str
    run: Run | None
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Commands:
    """Commands in the runbook's order."""

    commands: tuple[CommandState, ...]


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate as it stands; None: nobody looked."""

    gate: str
    count: GateCount | None


@dataclass(frozen=True, slots=True)
class PanelsNow:
    """Panels as the board shows them; each says itself when it is silent."""

    panels: tuple[PanelNumbers, ...]


@dataclass(frozen=True, slots=True)
class SuggestedNow:
    """What the rules suggest, None where they suggest nothing; while silent the last live suggestion stays."""

    unknown: Unknown | None
    what: Literal["severity", "metric", "anchor"]
    suggestion: Suggestion | None
    threshold: float | None = None
    """Limit of the suggestion's rule."""
    op: Literal[">", ">="] = ">"
    unit: str = ""


@dataclass(frozen=True, slots=True)
class RecordedNow:
    """What people recorded, None where nobody did."""

    what: str
    noted: Noted | None


ProbeAnswer = (
    Counted
    | Measured
    | Exceeding
    | Sightings
    | Skew
    | Deploys
    | Names
    | Commands
    | Gate
    | PanelsNow
    | SuggestedNow
    | RecordedNow
)
