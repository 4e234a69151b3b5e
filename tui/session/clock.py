"""Where `now` comes from: the wall while live, a cursor in review."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic as system_monotonic
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Clock(Protocol):
    """Anything that knows what time it is."""

    def now(self) -> datetime:
        """The current moment, UTC."""
        ...


class WallClock:
    """The machine's clock, but it never runs back: set back, it goes on from where it was. For any thread."""

    def __init__(
        self,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = system_monotonic,
    ) -> None:
        self._wall, self._monotonic = wall, monotonic
        self._zero = _LONG_AGO
        """The latest moment at which the monotonic clock can have begun, by what the machine's clock has said."""

    def now(self) -> datetime:
        """The current moment, UTC."""
        wall, reading = self._wall(), timedelta(seconds=self._monotonic())
        self._zero = max(self._zero, wall - reading)
        return self._zero + reading


@dataclass(frozen=True, slots=True)
class _Run:
    """Time that runs: from a moment, since a reading of the monotonic clock, so many times as fast, up to an end."""

    start: datetime
    since: float
    speed: int
    end: datetime

    def at(self, reading: float) -> datetime:
        return min(self.start + timedelta(seconds=(reading - self.since) * self.speed), self.end)


class Cursor:
    """A clock that stands where it was put, or runs on from there. May be asked and moved from any thread."""

    def __init__(self, moment: datetime, monotonic: Callable[[], float] = system_monotonic) -> None:
        self._monotonic = monotonic
        self._run = _Run(moment, 0.0, 0, moment)

    @property
    def speed(self) -> int:
        """How many times as fast as the wall it runs; 0: it stands, or has come to its end."""
        run = self._run
        return run.speed if run.at(self._monotonic()) < run.end else 0

    def now(self) -> datetime:
        """The moment it stands at, UTC."""
        run = self._run
        return run.at(self._monotonic()) if run.speed else run.start

    def move(self, moment: datetime) -> None:
        """Put it elsewhere; if it runs, it runs on from there."""
        run = self._run
        self._run = _Run(moment, self._monotonic(), run.speed, max(run.end, moment))

    def play(self, speed: int, end: datetime) -> None:
        """Run from here to `end`, `speed` times as fast as the wall; 0 stands still."""
        self._run = _Run(self.now(), self._monotonic(), speed, end)
