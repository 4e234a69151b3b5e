"""Moving through a review: the span, what is worth stopping at, how fast time runs. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence
    from datetime import datetime

    from tui.incident.record import Recorded
    from tui.metrics.board import Episode, MarkerHit

SPEEDS = (1, 10, 60, 300, 600)
"""How many times as fast as it happened."""
USUAL_SPEED = 60

Kind = Literal["pending", "fired", "resolved", "marker", "entry"]


@dataclass(frozen=True, slots=True, order=True)
class Stop:
    """A moment worth stopping at."""

    at: datetime
    kind: Kind
    severity: str = ""
    """Of the alert; empty for what a person did."""


@dataclass(frozen=True, slots=True)
class Transport:
    """Where a review may go, and whether it runs."""

    first: datetime
    last: datetime
    stops: tuple[Stop, ...] = ()
    """Of the whole span, not only up to now; in the order of time."""
    episodes: tuple[Episode, ...] = ()
    """Every alert of the whole span."""
    speed: int = 0
    """How many times as fast as it happened; 0: it stands."""

    def with_room_for(self, moments: Iterable[datetime]) -> Transport:
        """Return the same with a span that holds these moments too."""
        every = (self.first, self.last, *moments)
        return replace(self, first=min(every), last=max(every))

    def clamp(self, at: datetime) -> datetime:
        """Return the nearest moment inside the span."""
        return min(max(at, self.first), self.last)

    def beyond(self, at: datetime, step: int) -> Stop | None:
        """Return the next stop after a moment (step 1) or the one before it (step -1); None: there is none."""
        if step > 0:
            return next((stop for stop in self.stops if stop.at > at), None)
        return next((stop for stop in reversed(self.stops) if stop.at < at), None)


def faster(speed: int, step: int) -> int:
    """Return the next higher (step 1) or lower (step -1) speed, the same one at either end."""
    at = SPEEDS.index(speed) if speed in SPEEDS else SPEEDS.index(USUAL_SPEED)
    return SPEEDS[min(max(at + step, 0), len(SPEEDS) - 1)]


def alert_stops(episodes: Iterable[Episode]) -> Iterator[Stop]:
    """Each minute at which an alert changed."""
    for life in episodes:
        yield Stop(life.pending_at, "pending", life.severity)
        if life.fired_at is not None:
            yield Stop(life.fired_at, "fired", life.severity)
        if life.resolved_at is not None:
            yield Stop(life.resolved_at, "resolved", life.severity)


def marker_stops(hits: Iterable[MarkerHit], grave: Container[str]) -> Iterator[Stop]:
    """Each moment at which the log said something grave; warnings come by the thousand and would bury the rest."""
    for hit in hits:
        if hit.marker in grave:
            yield Stop(hit.at, "marker")


def entry_stops(records: Sequence[Recorded], logs_end: datetime) -> Iterator[Stop]:
    """Each moment at which people knew something new."""
    for record in records:
        yield Stop(known_at(record, logs_end), "entry")


def known_at(record: Recorded, logs_end: datetime) -> datetime:
    """When people knew of an entry, in a look back at logs that end at a moment.

    When they wrote it down, if that was while the logs ran; what was written later, in a review or after the export,
    counts as known when it happened.
    """
    return record.recorded if record.recorded <= logs_end else record.entry.effective


def known_by(records: Sequence[Recorded], at: datetime, logs_end: datetime) -> tuple[Recorded, ...]:
    """Return what people knew at a moment."""
    return tuple(record for record in records if known_at(record, logs_end) <= at)
