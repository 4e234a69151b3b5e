"""Two periods as people type them: `FROM,TO FROM,TO`, both ends as any other time (contracts §7)."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from tui.metrics.compare import Pair, Period
from tui.metrics.minutes import floor_minute
from tui.session.times import TimeError, parse_time

if TYPE_CHECKING:
    from datetime import datetime, tzinfo


class Fault(Enum):
    """What can be wrong with two periods."""

    SHAPE = "shape"
    NO_TIME = "no time"
    EMPTY = "empty"
    LATER = "later"


class PeriodError(ValueError):
    """Periods that cannot be compared: what is wrong, where (first character, from 0), and the piece that is wrong."""

    def __init__(self, fault: Fault, at: int, piece: str) -> None:
        super().__init__(fault.value)
        self.fault, self.at, self.piece = fault, at, piece


def read_periods(text: str, *, now: datetime, zone: tzinfo) -> Pair[Period]:
    """Read both, on whole minutes; what would end after `now` ends with it. Raises PeriodError."""
    pieces = text.split()
    if len(pieces) != 2:
        raise PeriodError(Fault.SHAPE, len(text), text)
    second = text.index(pieces[1], text.index(pieces[0]) + len(pieces[0]))
    first = _period(pieces[0], text.index(pieces[0]), now, zone)
    return Pair(first, _period(pieces[1], second, now, zone))


def _period(piece: str, at: int, now: datetime, zone: tzinfo) -> Period:
    begin, comma, end = piece.partition(",")
    if not (comma and begin and end):
        raise PeriodError(Fault.SHAPE, at, piece)
    start, over = _time(begin, at, now, zone), _time(end, at + len(begin) + 1, now, zone)
    if start >= over:
        raise PeriodError(Fault.EMPTY, at, piece)
    if start >= floor_minute(now):
        raise PeriodError(Fault.LATER, at, piece)
    return Period(start, min(over, floor_minute(now)))


def _time(said: str, at: int, now: datetime, zone: tzinfo) -> datetime:
    try:
        return floor_minute(parse_time(said, now=now, day=now.astimezone(zone).date(), zone=zone))
    except TimeError:
        raise PeriodError(Fault.NO_TIME, at, said) from None


def write_periods(both: Pair[Period], *, now: datetime, zone: tzinfo) -> str:
    """The periods as they would be typed, as short as that can be read back."""
    return " ".join(
        ",".join(_written(time, now, zone) for time in (period.start, period.end)) for period in (both.a, both.b)
    )


def _written(time: datetime, now: datetime, zone: tzinfo) -> str:
    here = time.astimezone(zone)
    return f"{here:%H:%M}" if here.date() == now.astimezone(zone).date() else f"{time:%Y-%m-%dT%H:%MZ}"
