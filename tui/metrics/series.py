"""A measure at every whole minute, kept up to date while rows arrive in any order.

Counts, sums and matches are kept per minute and added to, so dropping rows later changes nothing. Quantiles are
computed from rows, only for the minutes whose window new rows fell into, and then kept as numbers.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from math import fsum
from typing import TYPE_CHECKING, TypeVar, cast

import polars as pl

from tui.metrics.windows import (
    MINUTE_US,
    Question,
    Totals,
    amount_expr,
    bucket,
    condition_expr,
    finish,
    part_expr,
    whole_minutes,
)
from tui.runbook.model import Quantile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    RowsBetween = Callable[[int, int], pl.DataFrame]
    """Rows of a metric in (start, end], both minute indexes."""

_Derived = TypeVar("_Derived")

_JOIN_GAP = 60
"""Runs of stale minutes closer than this are measured in one go: cheaper than asking twice."""

_LONGEST_RUN = 120
"""Minutes measured in one go at most, so that a long history needs little memory at a time."""

_PENDING_ROWS = 500_000
"""More unread rows than this are summed up at once, so that they do not keep their blocks alive."""


class MinuteSeries:
    """Minute index → value, sparse (no value, no entry) and sorted."""

    __slots__ = ("_memo", "minutes", "values", "version")

    def __init__(self) -> None:
        self.version = 0
        self.minutes = array("q")
        self.values = array("d")
        self._memo: dict[object, object] = {}

    def get(self, minute: int) -> float | None:
        """The value at a minute, None where nothing could be measured."""
        at = bisect_left(self.minutes, minute)
        return self.values[at] if at < len(self.minutes) and self.minutes[at] == minute else None

    def between(self, first: int, last: int) -> array[float]:
        """The values there are at minutes first..last."""
        return self.values[bisect_left(self.minutes, first) : bisect_right(self.minutes, last)]

    def peak(self, first: int, last: int, every: int) -> float:
        """The greatest value at minutes first, first + every, … last; ValueError without any."""
        place = slice(bisect_left(self.minutes, first), bisect_right(self.minutes, last))
        pairs = zip(self.minutes[place], self.values[place], strict=True)
        return max(value for minute, value in pairs if (minute - first) % every == 0)

    def last_until(self, minute: int) -> Iterator[int]:
        """The minutes with a value, from `minute` back."""
        for at in range(bisect_right(self.minutes, minute) - 1, -1, -1):
            yield self.minutes[at]

    def replace(self, first: int, last: int, found: Sequence[tuple[int, float]]) -> None:
        """Put `found` (sorted) in place of whatever minutes first..last held."""
        place = slice(bisect_left(self.minutes, first), bisect_right(self.minutes, last))
        minutes, values = array("q", [minute for minute, _ in found]), array("d", [value for _, value in found])
        if self.minutes[place] == minutes and self.values[place] == values:
            return
        self.minutes[place], self.values[place] = minutes, values
        self.version += 1
        self._memo.clear()

    def remember(self, key: object, compute: Callable[[], _Derived]) -> _Derived:
        """Something derived from the whole series: computed once, forgotten as soon as the series changes."""
        if key not in self._memo:
            self._memo[key] = compute()
        return cast("_Derived", self._memo[key])


class Track:
    """One question, answered at every whole minute."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.series = MinuteSeries()
        self.where = condition_expr(question.stream.where, question.metric)
        self._minutes = whole_minutes(question.window)
        self._events: dict[int, int] = {}
        self._parts: dict[int, float] = {}
        self._stale: set[int] = set()

    def amounts(self, prefix: str) -> list[pl.Expr]:
        """Per row, what it adds to its minute: whether it is of the stream, and its part of the measure."""
        part = amount_expr(self.question.measure, self.question.metric, self.where)
        asked = [] if self.where is None else [self.where.alias(f"{prefix}n")]
        return asked if part is None else [*asked, part.alias(f"{prefix}p")]

    def count(self, minutes: list[int], events: list[int], parts: list[float] | None) -> None:
        """Add the aggregates of new rows; every window that holds one of them becomes stale."""
        for minute, number in zip(minutes, events, strict=True):
            if number:
                self._events[minute] = self._events.get(minute, 0) + number
                self._stale.update(range(minute, minute + self._minutes))
        for minute, part in zip(minutes, parts or (), strict=False):
            if part:
                self._parts[minute] = self._parts.get(minute, 0.0) + part

    def settle(self, until: int, rows_between: RowsBetween) -> MinuteSeries:
        """Bring the minutes up to `until` up to date; later ones can wait."""
        due = sorted(minute for minute in self._stale if minute <= until)
        if not due:
            return self.series
        by_rows = isinstance(self.question.measure, Quantile)
        for first, last in _runs(due):
            found = self._quantiles(first, last, rows_between) if by_rows else self._windows(first, last)
            self.series.replace(first, last, found)
        self._stale = {minute for minute in self._stale if minute > until}
        return self.series

    def _windows(self, first: int, last: int) -> list[tuple[int, float]]:
        width = self._minutes
        events = [self._events.get(minute, 0) for minute in range(first - width + 1, last + 1)]
        parts = [self._parts.get(minute, 0.0) for minute in range(first - width + 1, last + 1)] if self._parts else []
        found: list[tuple[int, float]] = []
        for number, minute in enumerate(range(first, last + 1)):
            inside = events[number : number + width]
            totals = Totals(sum(inside), fsum(parts[number : number + width]), width - inside.count(0))
            value = finish(self.question.measure, totals, width)
            if value is not None:
                found.append((minute, value))
        return found

    def _quantiles(self, first: int, last: int, rows_between: RowsBetween) -> list[tuple[int, float]]:
        rows = rows_between(first - self._minutes, last)
        value = part_expr(self.question.measure, self.question.metric, self.where)
        if rows.is_empty() or value is None:
            return []
        windows = rows.group_by_dynamic(
            "at",
            every="1m",
            period=f"{self._minutes}m",
            offset=f"-{self._minutes}m",
            closed="right",
            label="right",
        ).agg(value=value)
        measured = windows.select(pl.col("at").to_physical() // MINUTE_US, "value").drop_nulls("value")
        return [(minute, number) for minute, number in measured.iter_rows() if first <= minute <= last]


class MinuteBook:
    """Every track of one metric; new rows are summed up once for all of them."""

    def __init__(self) -> None:
        self._tracks: dict[str, Track] = {}
        self._pending: list[pl.DataFrame] = []

    def watch(self, question: Question, rows: Iterable[pl.DataFrame]) -> Track:
        """The question's track; one never asked before is given all the rows there are, piece by piece."""
        track = self._tracks.get(question.key)
        if track is None:
            self._count_pending()
            track = self._tracks[question.key] = Track(question)
            for piece in rows:
                _count([track], piece)
        return track

    def absorb(self, rows: pl.DataFrame) -> None:
        """Take notice of new rows of the metric, in any order."""
        self._pending.append(rows)
        if sum(frame.height for frame in self._pending) > _PENDING_ROWS:
            self._count_pending()

    def series(self, track: Track, until: int, rows_between: RowsBetween) -> MinuteSeries:
        """A track's series, up to date to `until`."""
        self._count_pending()
        return track.settle(until, rows_between)

    def _count_pending(self) -> None:
        pending, self._pending = self._pending, []
        if pending and self._tracks:
            _count(list(self._tracks.values()), pl.concat(pending))


def _count(tracks: list[Track], rows: pl.DataFrame) -> None:
    amounts = [amount for number, track in enumerate(tracks) for amount in track.amounts(str(number))]
    rated = rows.select(bucket().alias("minute"), *amounts)
    sums = rated.group_by("minute").agg(pl.len().alias("rows"), pl.exclude("minute").sum())
    columns = sums.to_dict(as_series=False)
    for number, track in enumerate(tracks):
        track.count(columns["minute"], columns.get(f"{number}n", columns["rows"]), columns.get(f"{number}p"))


def _runs(minutes: list[int]) -> list[tuple[int, int]]:
    """First and last of each group of sorted minutes that lie close together, none of them too long."""
    runs: list[tuple[int, int]] = []
    for minute in minutes:
        if runs and minute - runs[-1][1] <= _JOIN_GAP and minute - runs[-1][0] < _LONGEST_RUN:
            runs[-1] = (runs[-1][0], minute)
        else:
            runs.append((minute, minute))
    return runs
