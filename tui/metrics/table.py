"""One metric's rows, always sorted by time, cheap to append to and to cut windows from."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """Sorted rows; first and last time in microseconds."""

    rows: pl.DataFrame
    clock: pl.Series
    first: int
    last: int

    @classmethod
    def of(cls, rows: pl.DataFrame) -> Segment:
        """Wrap rows that are sorted and not empty."""
        if rows.n_chunks() > _CHUNKS:
            rows = rows.rechunk()
        clock = rows["at"].to_physical()
        return cls(rows, clock, clock[0], clock[-1])

    def until(self, micros: int) -> int:
        """How many of its rows are not later than that."""
        if micros >= self.last:
            return self.rows.height
        return 0 if micros < self.first else bisect_right(self.clock, micros)

    def before(self, micros: int) -> int:
        """How many of its rows are earlier than that."""
        if micros > self.last:
            return self.rows.height
        return 0 if micros <= self.first else bisect_left(self.clock, micros)


class SortedTable:
    """Rows in segments that follow each other in time and never overlap."""

    def __init__(self, empty: pl.DataFrame) -> None:
        self._empty = empty
        self._segments: list[Segment] = []
        self.height = 0

    @property
    def first(self) -> int | None:
        """Time of the first row, in microseconds."""
        return self._segments[0].first if self._segments else None

    @property
    def last(self) -> int | None:
        """Time of the last row, in microseconds."""
        return self._segments[-1].last if self._segments else None

    def add(self, rows: pl.DataFrame) -> None:
        """Take in rows in any order; only the segments they fall into are touched."""
        if rows.is_empty():
            return
        block = Segment.of(sort_records(rows))
        self.height += block.rows.height
        low = bisect_left(self._segments, block.first, key=_last)
        high = bisect_right(self._segments, block.last, key=_first)
        if low == high and low > 0 and self._segments[low - 1].rows.height < SEGMENT_ROWS:
            low -= 1
        elif low == high < len(self._segments) and self._segments[high].rows.height < SEGMENT_ROWS:
            high += 1
        self._segments[low:high] = _split(_merge(self._segments[low:high], block))

    def drop_oldest(self, most: int, before: int) -> pl.DataFrame:
        """Forget the oldest rows, at most so many and of one segment, that are earlier than `before`; returns them."""
        segment = self._segments[0] if self._segments else None
        height = min(most, segment.before(before)) if segment else 0
        if segment is None or height <= 0:
            return self._empty
        rest = segment.rows.slice(height)
        self._segments[:1] = [Segment.of(rest)] if rest.height else []
        self.height -= height
        return segment.rows.head(height)

    def between(self, start: int | None, end: int | None) -> pl.DataFrame:
        """Rows of (start, end], sorted; None is open. Times in microseconds."""
        low = 0 if start is None else bisect_right(self._segments, start, key=_last)
        high = len(self._segments) if end is None else bisect_right(self._segments, end, key=_first)
        pieces = []
        for segment in self._segments[low:high]:
            skip = 0 if start is None else segment.until(start)
            stop = segment.rows.height if end is None else segment.until(end)
            if stop > skip:
                pieces.append(segment.rows.slice(skip, stop - skip))
        return pieces[0] if len(pieces) == 1 else pl.concat(pieces, rechunk=False) if pieces else self._empty

    def pieces(self) -> Iterator[pl.DataFrame]:
        """All rows, oldest first, in frames of bounded size."""
        return (segment.rows for segment in self._segments)

    def count(self, start: int, end: int) -> int:
        """Number of rows in (start, end]."""
        low = bisect_right(self._segments, start, key=_last)
        high = bisect_right(self._segments, end, key=_first)
        return sum(segment.until(end) - segment.until(start) for segment in self._segments[low:high])

    def tail(self, until: int | None, rows: int) -> pl.DataFrame:
        """The last `rows` rows not later than `until`, sorted."""
        pieces: list[pl.DataFrame] = []
        for segment in reversed(self._segments):
            stop = segment.rows.height if until is None else segment.until(until)
            take = min(stop, rows)
            if take:
                pieces.insert(0, segment.rows.slice(stop - take, take))
            rows -= take
            if rows <= 0:
                break
        return pl.concat(pieces, rechunk=False) if pieces else self._empty

    def newest(self, until: int) -> int | None:
        """Time of the newest row not later than `until`."""
        at = bisect_right(self._segments, until, key=_first)
        if at == 0:
            return None
        segment = self._segments[at - 1]
        found: int = segment.clock[segment.until(until) - 1]
        return found


def _first(segment: Segment) -> int:
    return segment.first


def _last(segment: Segment) -> int:
    return segment.last


def sort_records(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows in the total order of records; free for a block whose lines are in order already."""
    one_source = rows["source"].min() == rows["source"].max()
    if one_source and rows["at"].is_sorted() and rows["offset"].is_sorted() and rows["sub"].max() == 0:
        return rows
    return rows.sort(ORDER)


def _merge(segments: list[Segment], block: Segment) -> pl.DataFrame:
    heads, middle, tails = [], [block.rows], []
    for segment in segments:
        start, stop = segment.before(block.first), segment.until(block.last)
        heads.append(segment.rows.slice(0, start))
        middle.append(segment.rows.slice(start, stop - start))
        tails.append(segment.rows.slice(stop))
    overlapping = [rows for rows in middle if rows.height]
    inner = overlapping[0] if len(overlapping) == 1 else pl.concat(overlapping).sort(ORDER)
    return pl.concat([rows for rows in (*heads, inner, *tails) if rows.height], rechunk=False)


def _split(rows: pl.DataFrame) -> list[Segment]:
    """Segments of at most twice the usual size; equal times stay together."""
    if rows.height <= 2 * SEGMENT_ROWS:
        return [Segment.of(rows)]
    clock, cuts = rows["at"].to_physical(), [0]
    for at in range(SEGMENT_ROWS, rows.height, SEGMENT_ROWS):
        cut = bisect_left(clock, clock[at])
        if cut > cuts[-1]:
            cuts.append(cut)
    ends = [*cuts[1:], rows.height]
    return [Segment.of(rows.slice(start, end - start).rechunk()) for start, end in zip(cuts, ends, strict=True)]
