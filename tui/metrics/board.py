"""The board: every log number at one `now`, frozen, ready for any front end.

Built by `build.py` from the store; screens, `check` and the incident room read it and never compute.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from tui.logs.source import Note, SourceState
    from tui.metrics.retention import PastRetention


class State(Enum):
    """What a panel's badge says; `SEVERE` goes with a severity of the runbook."""

    OK = "OK"
    WATCH = "WATCH"
    SEVERE = "SEVERE"
    SILENT = "SILENT"
    DOWN = "DOWN"


@dataclass(frozen=True, slots=True)
class Badge:
    """A panel's state (contracts §1). `severity`: the one firing, or the last known one while SILENT or DOWN."""

    state: State
    severity: str | None = None

    @property
    def label(self) -> str:
        """The word scripts read: OK, WATCH, SILENT, DOWN or the severity's id."""
        return self.severity or self.state.value if self.state is State.SEVERE else self.state.value


@dataclass(frozen=True, slots=True)
class Episode:
    """One life of a rule. Times are whole UTC minutes; None lies ahead (or never came)."""

    rule: str
    metric: str
    """The metric on whose panel the rule is shown."""
    severity: str
    pending_at: datetime
    fired_at: datetime | None
    resolved_at: datetime | None
    peak: float

    @property
    def open(self) -> bool:
        """Still pending or firing at the board's `now`."""
        return self.resolved_at is None

    @property
    def firing(self) -> bool:
        """Fired and not yet resolved."""
        return self.fired_at is not None and self.resolved_at is None


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is normal for a panel's measure, and which windows said so."""

    value: float
    same_hour: bool
    """True: the same hour of earlier days; False: the windows just before."""


@dataclass(frozen=True, slots=True)
class BreakdownRow:
    """One combination of a panel's breakdown fields inside the window, most frequent first."""

    values: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class FigureValue:
    """A panel's extra number (runbook `figures`); None without data."""

    id: str
    value: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class PanelNumbers:
    """One metric's lane."""

    metric: str
    badge: Badge
    value: float | None
    """The panel's measure over (now - window, now]; None without data to measure."""
    threshold: float | None
    amber: float | None
    op: str
    unit: str
    window_seconds: int
    baseline: Baseline | None
    ratio: float | None
    """value / baseline; None without a usable baseline."""
    trend: bool
    """At least `factor` times the baseline for the runbook's trend hold: said, no severity."""
    leading: Episode | None
    """The open episode that decides the badge: the worst firing one, then the earliest; else the first pending."""
    ack_since: datetime | None
    """When the panel's earliest episode still firing fired: both clocks count from here (contracts §2)."""
    fires_at: datetime | None
    """While only pending: the minute it would fire."""
    minutes: tuple[float | None, ...]
    """The panel's measure at each of the last 60 whole minutes, oldest first; None without data."""
    minute_severity: tuple[str | None, ...]
    """The worst severity firing on this panel at each of those minutes, `""` while only pending, else None."""
    breakdown: tuple[BreakdownRow, ...]
    figures: tuple[FigureValue, ...]
    newest: datetime | None
    """Time of the metric's newest event at or before now."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A real case to pivot on: a usable requestId and where its record lies."""

    request_id: str
    at: datetime
    source: int
    offset: int
    length: int
    sub: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the rules would say an incident is; people confirm (contracts §1)."""

    severity: str | None
    """None while rules are only pending."""
    metric: str
    rule: str
    value: float | None
    episode: Episode | None
    """None for a suggestion made by silence itself."""
    anchor: Sample | None
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class MarkerHit:
    """A runbook marker found in a line that is no event."""

    marker: str
    at: datetime
    approximate: bool
    capture: str | None
    source: int
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One source as it stands: counts so far and how it is doing."""

    name: str
    format: str
    state: SourceState
    bytes: int
    lines: int
    events: int
    other: int
    rejected: tuple[tuple[str, int], ...]
    first: datetime | None
    last: datetime | None
    total_bytes: int | None = None
    """Size to read, compressed as it is, when known."""
    consumed: int = 0
    """Bytes of `total_bytes` read so far: the fill progress."""
    notes: tuple[Note, ...] = ()
    """What happened to it, oldest first."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """Rows that a cap has cost: how many, and the time of the newest. What was counted of them is still there."""

    rows: int
    before: datetime


@dataclass(frozen=True, slots=True, eq=False)
class Board:
    """Every number at `now`. `live` says whether `now` runs with the wall clock."""

    now: datetime
    live: bool
    span: tuple[datetime, datetime] | None
    """First and last event time in the store, up to now."""
    panels: tuple[PanelNumbers, ...]
    """In runbook order."""
    alerts: tuple[Episode, ...]
    """Every episode up to now, oldest pending first."""
    markers: tuple[MarkerHit, ...]
    """Every marker up to now, oldest first."""
    suggestion: Suggestion | None
    silent_since: datetime | None
    """Time of the newest base event while the base stream is silent, else None."""
    last_error: datetime | None
    """Newest event that matches the suggestion's rule; without a suggestion, that the runbook's `errors` match."""
    events_per_second: float
    """Base rate: events of all metrics over the last minute of data."""
    lag: float | None
    """Seconds between now and the newest event of any metric; None without events."""
    final: bool
    """False while history is still filling in behind."""
    sources: tuple[SourceStatus, ...]
    dropped: Dropped | None = None
    """What is not kept row by row any more; None while everything is."""
    fill_seconds: float | None = None
    """About how long the rest of the history will take at the rate so far; None when final or not known."""
    past_retention: tuple[PastRetention, ...] = ()
    """What a review holds that is past its class by the log's clock; live such rows are not kept (runbook §9)."""
