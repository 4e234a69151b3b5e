"""One metric's rows, sorted by time whenever somebody looks, cheap to append to and to cut windows from."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator

SEGMENT_ROWS = 131_072
"""About this many rows lie together: few enough to merge late rows into quickly, enough to scan fast."""

_CHUNKS = 16
"""A segment in more pieces than this is copied into one."""

ORDER = ("at", "source", "offset", "sub")
"""Total order of records: equal times keep the order of their lines, whatever order they arrived in."""

Place = tuple[int, ...]
"""A record's place in `ORDER`, its time in microseconds."""


class Segment:
    """Rows between two places. What falls among them waits beside them until it is as many, or somebody looks.

    However mixed the times of a log are, a row is thereby copied a few times only.
    """

    __slots__ = ("_sorted", "_waiting", "first", "height", "last")

    def __init__(self, rows: pl.DataFrame) -> None:
        """Take rows that are sorted and not empty."""
        self._sorted = rows
        self._waiting: list[pl.DataFrame] = []
        self.height = rows.height
        self.first, self.last = _place(rows, 0), _place(rows, -1)

    def take(self, rows: pl.DataFrame) -> None:
        """Add sorted rows, not empty."""
        self._waiting.append(rows)
        self.height += rows.height
        self.first, self.last = min(self.first, _place(rows, 0)), max(self.last, _place(rows, -1))
        if self.height >= 2 * self._sorted.height:
            self._take_in()

    @property
    def rows(self) -> pl.DataFrame:
        """All of them, sorted."""
        self._take_in()
        return self._sorted

    @property
    def clock(self) -> pl.Series:
        """Their times."""
        return self.rows["at"].to_physical()

    def until(self, micros: int) -> int:
        """How many of its rows are not later than that."""
        if micros >= self.last[0]:
            return self.height
        return 0 if micros < self.first[0] else bisect_right(self.clock, micros)

    def before(self, micros: int) -> int:
        """How many of its rows are earlier than that."""
        if micros > self.last[0]:
            return self.height
        return 0 if micros <= self.first[0] else bisect_left(self.clock, micros)

    def parted(self) -> list[Segment]:
        """Itself, or several in its place when it has grown beyond twice the usual size."""
        return [self] if self.height <= 2 * SEGMENT_ROWS else _segments(self.rows)

    def _take_in(self) -> None:
        if self._waiting:
            late, self._waiting = sort_records(pl.concat(self._waiting)), []
            rows = _merged(self._sorted, late)
            self._sorted = rows.rechunk() if rows.n_chunks() > _CHUNKS else rows


class SortedTable:
    """Rows in segments that follow each other in `ORDER` and never overlap. Times in microseconds."""

    def __init__(self, empty: pl.DataFrame) -> None:
        self._empty = empty
        self._segments: list[Segment] = []
        self.height = 0

    @property
    def first(self) -> int | None:
        """Time of the first row."""
        return self._segments[0].first[0] if self._segments else None

    @property
    def last(self) -> int | None:
        """Time of the last row."""
        return self._segments[-1].last[0] if self._segments else None

    def add(self, rows: pl.DataFrame) -> None:
        """Take in rows in any order; only the segments they fall into are touched."""
        if rows.is_empty():
            return
        rows = sort_records(rows)
        self.height += rows.height
        low, high = self._touched(_place(rows, 0), _place(rows, -1))
        if low == high:
            self._segments[low:low] = _segments(rows)
            return
        touched = self._segments[low:high]
        for segment, part in zip(touched, _cut(rows, [segment.first for segment in touched[1:]]), strict=True):
            if part.height:
                segment.take(part)
        self._segments[low:high] = [part for segment in touched for part in segment.parted()]

    def drop_oldest(self, most: int, before: int) -> pl.DataFrame:
        """Forget the oldest rows, at most so many and of one segment, that are earlier than `before`; returns them."""
        segment = self._segments[0] if self._segments else None
        height = min(most, segment.before(before)) if segment else 0
        if segment is None or height <= 0:
            return self._empty
        rest = segment.rows.slice(height)
        self._segments[:1] = [Segment(rest)] if rest.height else []
        self.height -= height
        return segment.rows.head(height)

    def between(self, start: int | None, end: int | None) -> pl.DataFrame:
        """Rows of (start, end], sorted; None is open."""
        low = 0 if start is None else bisect_right(self._segments, start, key=_last_time)
        high = len(self._segments) if end is None else bisect_right(self._segments, end, key=_first_time)
        pieces = []
        for segment in self._segments[low:high]:
            skip = 0 if start is None else segment.until(start)
            stop = segment.height if end is None else segment.until(end)
            if stop > skip:
                pieces.append(segment.rows.slice(skip, stop - skip))
        return pieces[0] if len(pieces) == 1 else pl.concat(pieces, rechunk=False) if pieces else self._empty

    def pieces(self) -> Iterator[pl.DataFrame]:
        """All rows, oldest first, in frames of bounded size."""
        return (segment.rows for segment in self._segments)

    def count(self, start: int, end: int) -> int:
        """Number of rows in (start, end]."""
        low = bisect_right(self._segments, start, key=_last_time)
        high = bisect_right(self._segments, end, key=_first_time)
        return sum(segment.until(end) - segment.until(start) for segment in self._segments[low:high])

    def tail(self, until: int | None, rows: int) -> pl.DataFrame:
        """The last `rows` rows not later than `until`, sorted."""
        pieces: list[pl.DataFrame] = []
        for segment in reversed(self._segments):
            stop = segment.height if until is None else segment.until(until)
            take = min(stop, rows)
            if take:
                pieces.insert(0, segment.rows.slice(stop - take, take))
            rows -= take
            if rows <= 0:
                break
        return pl.concat(pieces, rechunk=False) if pieces else self._empty

    def newest(self, until: int) -> int | None:
        """Time of the newest row not later than `until`."""
        at = bisect_right(self._segments, until, key=_first_time)
        if at == 0:
            return None
        segment = self._segments[at - 1]
        found: int = segment.clock[segment.until(until) - 1]
        return found

    def _touched(self, first: Place, last: Place) -> tuple[int, int]:
        """Which segments rows of such places go into, from and to; none where they begin one of their own."""
        low = bisect_left(self._segments, first, key=_last)
        high = bisect_right(self._segments, last, key=_first)
        if low == high and low > 0 and self._segments[low - 1].height < SEGMENT_ROWS:
            low -= 1
        elif low == high < len(self._segments) and self._segments[high].height < SEGMENT_ROWS:
            high += 1
        return low, high


def _first(segment: Segment) -> Place:
    return segment.first


def _last(segment: Segment) -> Place:
    return segment.last


def _first_time(segment: Segment) -> int:
    return segment.first[0]


def _last_time(segment: Segment) -> int:
    return segment.last[0]


def sort_records(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows in the total order of records; free for a block whose lines are in order already."""
    one_source = rows["source"].min() == rows["source"].max()
    if one_source and rows["at"].is_sorted() and rows["offset"].is_sorted() and rows["sub"].max() == 0:
        return rows
    return rows.sort(ORDER)


def _place(rows: pl.DataFrame, row: int) -> Place:
    at, source, offset, sub = (rows[name] for name in ORDER)
    return at.to_physical()[row], source[row], offset[row], sub[row]


def _cut(rows: pl.DataFrame, starts: list[Place]) -> list[pl.DataFrame]:
    """Sorted rows in parts, each of which but the first begins at or after its start."""
    cuts = (bisect_left(range(rows.height), start, key=lambda row: _place(rows, row)) for start in starts)
    return [rows.slice(start, end - start) for start, end in pairwise([0, *cuts, rows.height])]


def _merged(rows: pl.DataFrame, late: pl.DataFrame) -> pl.DataFrame:
    """Sorted rows with late ones among them; what lies before and after those is left as it is."""
    clock, times = rows["at"].to_physical(), late["at"].to_physical()
    start, stop = bisect_left(clock, times[0]), bisect_right(clock, times[-1])
    among = rows.slice(start, stop - start)
    middle = sort_records(pl.concat([among, late])) if among.height else late
    parts = (rows.slice(0, start), middle, rows.slice(stop))
    return pl.concat([part for part in parts if part.height], rechunk=False)


def _segments(rows: pl.DataFrame) -> list[Segment]:
    """Sorted rows in segments of at most twice the usual size."""
    if rows.height <= 2 * SEGMENT_ROWS:
        return [Segment(rows)]
    parts = (rows.slice(start, SEGMENT_ROWS) for start in range(0, rows.height, SEGMENT_ROWS))
    return [Segment(part.rechunk()) for part in parts]
