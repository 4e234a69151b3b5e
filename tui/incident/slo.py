"""Response clocks (runbook §2): when an incident must be acknowledged, mitigated and reported on.

Pure: `now` is an argument, nothing is stored. A breach is never written down; it follows from the entries.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tui.runbook.model import Severity

AMBER_FRACTION = 0.5
RED_FRACTION = 0.2


class ClockKind(Enum):
    """What a clock waits for."""

    ACK = "ack"
    MITIGATE = "mitigate"
    UPDATE = "update"


class Level(Enum):
    """How much of a clock's time is left."""

    CALM = "calm"
    AMBER = "amber"
    """Half of the time, or less, is left."""
    RED = "red"
    """A fifth of the time, or less, is left."""
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Clock:
    """One promise: from `since` until `deadline`, or until it was `finished`.

    A finished clock stands still: it keeps the deadline that was in force and its level says whether it was met.
    """

    kind: ClockKind
    since: datetime
    deadline: datetime
    finished: datetime | None = None

    @property
    def limit(self) -> timedelta:
        """The time allowed in all, as it stands after every change of severity."""
        return self.deadline - self.since

    @property
    def taken(self) -> timedelta | None:
        """How long it took; None while running."""
        return None if self.finished is None else self.finished - self.since

    @property
    def met(self) -> bool | None:
        """Whether it was finished in time; None while running."""
        return None if self.finished is None else self.finished <= self.deadline

    def elapsed(self, now: datetime) -> timedelta:
        """Time since the clock began, standing still once finished."""
        return (self.finished or now) - self.since

    def remaining(self, now: datetime) -> timedelta:
        """Time left; negative once over."""
        return self.deadline - (self.finished or now)

    def fraction_left(self, now: datetime) -> float:
        """Share of the limit that is left, 0-1, ready for a bar."""
        if self.limit <= timedelta():
            return 0.0
        return min(1.0, max(0.0, self.remaining(now) / self.limit))

    def level(self, now: datetime) -> Level:
        """Calm, amber, red or over; the last instant of the limit still counts as in time."""
        if self.finished is not None:
            return Level.CALM if self.met else Level.OVER
        if self.remaining(now) < timedelta():
            return Level.OVER
        fraction = self.fraction_left(now)
        if fraction <= RED_FRACTION:
            return Level.RED
        return Level.AMBER if fraction <= AMBER_FRACTION else Level.CALM


@dataclass(frozen=True, slots=True)
class SeverityChange:
    """From `at` on the incident has this severity (a runbook id)."""

    at: datetime
    severity: str


def limit_of(severity: Severity, kind: ClockKind) -> timedelta:
    """Return the time a severity allows for a kind of clock."""
    return {
        ClockKind.ACK: severity.ack,
        ClockKind.MITIGATE: severity.mitigate,
        ClockKind.UPDATE: severity.update_every,
    }[kind]


def suggested_clocks(severity: Severity, since: datetime, acknowledged: datetime | None = None) -> tuple[Clock, ...]:
    """Both response clocks of a firing panel that nobody declared, from the moment its episode fired.

    `acknowledged`: when somebody took the alert before anybody declared.
    """
    finished = {ClockKind.ACK: acknowledged and max(acknowledged, since), ClockKind.MITIGATE: None}
    return tuple(Clock(kind, since, since + limit_of(severity, kind), done) for kind, done in finished.items())


def clock(
    kind: ClockKind,
    since: datetime,
    changes: Sequence[SeverityChange],
    severities: Sequence[Severity],
    finished: datetime | None = None,
) -> Clock | None:
    """Fold the severities an incident went through into one clock; None while it has no known severity.

    `severities` goes from the worst down. Raising sets min(current deadline, moment of raising + new limit);
    lowering leaves the deadline alone; what happens after `finished` no longer counts.
    """
    ranks = {severity.id: rank for rank, severity in enumerate(severities)}
    known = sorted((change for change in changes if change.severity in ranks), key=lambda change: change.at)
    if not known:
        return None
    deadline, current = since, -1
    for at, rank in _from(since, known, ranks):
        limit = limit_of(severities[rank], kind)
        if current < 0:
            deadline = since + limit
        elif finished is not None and at > finished:
            break
        elif rank < current:
            deadline = min(deadline, at + limit)
        current = rank
    return Clock(kind, since, deadline, finished)


def _from(since: datetime, changes: list[SeverityChange], ranks: dict[str, int]) -> Iterator[tuple[datetime, int]]:
    """Rank in force just before `since` (the first ever given, when it came later), then each later change."""
    before = [change for change in changes if change.at < since]
    first, rest = (before[-1], changes[len(before) :]) if before else (changes[0], changes[1:])
    yield since, ranks[first.severity]
    for change in rest:
        yield change.at, ranks[change.severity]
