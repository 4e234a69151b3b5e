"""Where a time begins in an ordered plain file, found by halving instead of reading."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from tui.logs.follow import PlainFile

    ReadTime: TypeAlias = Callable[[bytes], datetime | None]

_WINDOW: Final = 1 << 14
_WINDOWS: Final = 32
"""Bytes read at a probe, and how many such stretches without any time are read on before giving up."""
_PROBES: Final = 24
"""Places, evenly spread, at which the order is checked."""
_JITTER: Final = timedelta(seconds=60)
"""Disorder that does not count, since several processes write one file; the search starts that much earlier."""


class _DoubtfulError(Exception):
    """The file is not ordered, or its times cannot be read."""


@dataclass(frozen=True, slots=True)
class _Probe:
    offset: int
    """A line start."""
    times: list[datetime]
    """Of the lines from there on, in their order; at least one."""


def seek_time(
    source: PlainFile,
    read_time: ReadTime,
    since: datetime,
    *,
    jitter: timedelta = _JITTER,
) -> int:
    """Offset of a line start before which every line is older than `since`, if the file is ordered; else 0.

    read_time: the time of a line (without its newline), None when it has none. Order is checked at places spread over
    the file and line by line around each; lines out of order by no more than `jitter` are found too.
    """
    size = source.total_bytes or 0
    try:
        _check_order(source, read_time, size, jitter)
        return _halve(source, read_time, size, since - jitter)
    except _DoubtfulError:
        return 0


def _check_order(source: PlainFile, read_time: ReadTime, size: int, jitter: timedelta) -> None:
    probes = []
    for offset in range(0, size, max(1, size // _PROBES)):
        if probe := _probe(source, read_time, offset, size):
            if any(earlier - later > jitter for earlier, later in pairwise(probe.times)):
                raise _DoubtfulError
            probes.append(probe)
    if not probes or any(max(one.times) - min(next_one.times) > jitter for one, next_one in pairwise(probes)):
        raise _DoubtfulError


def _halve(source: PlainFile, read_time: ReadTime, size: int, since: datetime) -> int:
    """Every line before `low` is older; `high` is known to be late enough."""
    low, high = 0, size
    while high - low > _WINDOW:
        middle = (low + high) // 2
        probe = _probe(source, read_time, middle, size)
        if probe is None or probe.times[0] >= since or probe.offset >= high:
            high = middle
        else:
            low = probe.offset
    return low


def _probe(source: PlainFile, read_time: ReadTime, offset: int, size: int) -> _Probe | None:
    """Read the times of the lines after the first line start from `offset` on. None when no whole line follows."""
    for position in range(offset, min(size, offset + _WINDOWS * _WINDOW), _WINDOW):
        start, lines = _lines(source, position, size)
        if times := [time for line in lines if (time := read_time(line)) is not None]:
            return _Probe(start, times)
    if offset + _WINDOWS * _WINDOW < size:
        raise _DoubtfulError
    return None


def _lines(source: PlainFile, position: int, size: int) -> tuple[int, list[bytes]]:
    """Whole lines that begin in the window at `position`, and the offset of the first."""
    before = max(0, position - 1)
    data = source.fetch(before, min(_WINDOW, size - before))
    if data is None:
        raise _DoubtfulError
    start = 0 if position == 0 else data.find(b"\n") + 1
    if position and not start:
        return position, []
    end = data.rfind(b"\n")
    return before + start, data[start:end].split(b"\n") if end >= start else []
