"""The store of clean events: everything the rest of the program asks of the logs, behind one narrow protocol."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Protocol

import polars as pl

from tui.logs.schema import event_schema, marker_schema
from tui.metrics.board import Dropped, MarkerHit
from tui.metrics.overlap import Overlap
from tui.metrics.shelf import RECORD, Shelf
from tui.metrics.table import ORDER, SortedTable
from tui.metrics.windows import (
    EPOCH,
    MINUTE,
    MINUTE_US,
    Question,
    asked_by,
    condition_expr,
    floor_index,
    microseconds,
    minute_time,
    moment,
)
from tui.runbook.model import Count, Stream

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from tui.logs.schema import Parsed
    from tui.metrics.series import MinuteSeries
    from tui.runbook.model import LogRules

_ROOM = 0.95
"""Share of the cap that is kept when it is passed, so that room has to be made only now and then."""

_RECENT_US = 60 * MINUTE_US
_CHUNKS = 64

_MARKER_IDENTITY = ("marker", "at", "capture")


class EventStore(Protocol):
    """What can be asked of the events. Times are UTC; nothing later than an `until` or `end` is ever looked at."""

    @property
    def version(self) -> int:
        """Rises whenever what is stored changes."""
        ...

    @property
    def dropped(self) -> Dropped | None:
        """Rows that are not kept any more; None while all are."""
        ...

    def window(self, stream: Stream, start: datetime | None, end: datetime) -> pl.DataFrame:
        """The stream's rows of (start, end], oldest first, with its metric's columns; start None: from the first."""
        ...

    def count(self, metric: str, start: datetime, end: datetime) -> int:
        """Number of a metric's rows in (start, end]; dropped ones count too, to the whole minute."""
        ...

    def complete(self, metric: str, start: datetime) -> bool:
        """Whether every row of a metric later than `start` is kept."""
        ...

    def kinds(self, metric: str, columns: Collection[str], start: datetime | None, end: datetime) -> pl.DataFrame:
        """How many (`rows`) of a metric's rows in (start, end] agree in these columns, which hold no numbers.

        Rows that were dropped count too, to the whole minute.
        """
        ...

    def minutes(self, question: Question, until: datetime) -> MinuteSeries:
        """The question's value at every whole minute up to `until`; later minutes may be there, or not."""
        ...

    def newest(self, metric: str, until: datetime) -> datetime | None:
        """Time of a metric's newest event."""
        ...

    def newest_matching(self, stream: Stream, until: datetime) -> datetime | None:
        """Time of a stream's newest event, however far back."""
        ...

    def span(self, until: datetime) -> tuple[datetime, datetime] | None:
        """First and last event time of all metrics."""
        ...

    def trace(self, request_id: str) -> pl.DataFrame:
        """Every event that bears the id, oldest first, with the columns of `event_schema`."""
        ...

    def events(self, until: datetime, limit: int, metrics: Collection[str] | None = None) -> pl.DataFrame:
        """The newest `limit` events of all or some metrics, oldest first, with the columns of `event_schema`."""
        ...

    def markers(self, until: datetime) -> tuple[MarkerHit, ...]:
        """Every marker found, oldest first."""
        ...


class Store:
    """Local memory behind `EventStore`; `add` is the only way in. One thread at a time.

    cap: rows kept; None: all. What is past it is condensed to counts by the minute, oldest first, base events before
    others. No count, rule or episode changes by that.
    """

    def __init__(self, rules: LogRules, *, cap: int | None = None) -> None:
        self.version = 0
        self.dropped: Dropped | None = None
        self._cap = cap
        self._base = rules.silence.metric
        self._schema = event_schema(rules)
        self._metrics = {metric.id: metric for metric in rules.metrics}
        asked = asked_by(rules)
        self._shelves = {metric.id: Shelf(metric, self._schema, asked) for metric in rules.metrics}
        self._markers: list[MarkerHit] = []
        self._marker_rows = SortedTable(pl.DataFrame(schema={**marker_schema(), "sub": pl.UInt16()}))
        self._marker_overlap = Overlap(_MARKER_IDENTITY, pl.Schema(marker_schema()))
        self._hashes = pl.DataFrame(schema={name: self._schema[name] for name in (*RECORD, "sha256")})
        for question in (*asked, *(self._count_by_minute(stream) for stream in rules.errors if stream.where)):
            self._shelves[question.metric.id].book.watch(question, ())

    def add(self, parsed: Parsed) -> None:
        """Take in a block of lines: any time order, late data too; what another source already gave is left out."""
        for events in _by_source(parsed.events):
            for (metric,), rows in events.partition_by("metric", as_dict=True, include_key=True).items():
                self._shelves[str(metric)].add(rows)
            hashes = events.filter(pl.col("sha256").is_not_null()).select(self._hashes.columns)
            if hashes.height:
                self._hashes = pl.concat([self._hashes, hashes], rechunk=self._hashes.n_chunks() > _CHUNKS)
        for markers in _by_source(parsed.markers):
            self._add_markers(markers)
        self._make_room()
        if parsed.events.height or parsed.markers.height:
            self.version += 1

    def expire(self, kept_since: Mapping[str, datetime]) -> None:
        """Condense each metric's rows that are older than its class lets them be kept; no count changes by that."""
        for metric, since in kept_since.items():
            shelf, before = self._shelves[metric], microseconds(since)
            while (rows := shelf.condense(shelf.table.height, before)).height:
                self._forget_hashes(rows)
                self.version += 1

    def _make_room(self) -> None:
        """Condense the oldest rows when there are more than may be kept.

        First base events, then others, and of the last hour only when all else is gone: live values need its rows.
        """
        rows = sum(shelf.table.height for shelf in self._shelves.values())
        if self._cap is None or rows <= self._cap:
            return
        surplus = rows - int(self._cap * _ROOM)
        newest = max(shelf.table.last or 0 for shelf in self._shelves.values())
        base, others = [self._base], [metric for metric in self._shelves if metric != self._base]
        for metrics, before in [(m, newest + 1 - recent) for recent in (_RECENT_US, 0) for m in (base, others)]:
            while surplus > 0 and (gone := self._drop(metrics, surplus, before)):
                surplus -= gone

    def _drop(self, metrics: list[str], most: int, before: int) -> int:
        """Condense some of the oldest rows of these metrics; returns how many."""
        oldest = min((self._shelves[metric] for metric in metrics), key=lambda shelf: shelf.table.first or before)
        rows = oldest.condense(most, before)
        if rows.height:
            sofar = self.dropped or Dropped(0, EPOCH)
            self.dropped = Dropped(sofar.rows + rows.height, max(sofar.before, rows["at"][-1]))
            self._forget_hashes(rows)
        return rows.height

    def _forget_hashes(self, rows: pl.DataFrame) -> None:
        if self._hashes.height:
            self._hashes = self._hashes.join(rows, on=RECORD, how="anti")

    def _add_markers(self, markers: pl.DataFrame) -> None:
        table = self._marker_rows
        new = self._marker_overlap.unseen(markers, lambda first, last: table.between(first - 1, last))
        table.add(new.with_columns(sub=pl.lit(0, pl.UInt16())))
        self._markers.extend(MarkerHit(*row) for row in new.select(marker_schema().keys()).iter_rows())
        self._markers.sort(key=lambda hit: (hit.at, hit.source, hit.offset, hit.marker))

    def window(self, stream: Stream, start: datetime | None, end: datetime) -> pl.DataFrame:
        """See `EventStore.window`."""
        lower = None if start is None else microseconds(start)
        rows = self._shelves[stream.metric].table.between(lower, microseconds(end))
        where = condition_expr(stream.where, self._metrics[stream.metric])
        return rows if where is None else rows.filter(where)

    def count(self, metric: str, start: datetime, end: datetime) -> int:
        """See `EventStore.count`."""
        return self._shelves[metric].count(start, end)

    def complete(self, metric: str, start: datetime) -> bool:
        """See `EventStore.complete`."""
        return self._shelves[metric].complete(start)

    def kinds(self, metric: str, columns: Collection[str], start: datetime | None, end: datetime) -> pl.DataFrame:
        """See `EventStore.kinds`."""
        return self._shelves[metric].kinds(columns, start, end)

    def minutes(self, question: Question, until: datetime) -> MinuteSeries:
        """See `EventStore.minutes`."""
        shelf = self._shelves[question.metric.id]
        whole = max(floor_index(until), (shelf.table.last or 0) // MINUTE_US)
        return shelf.series(question, whole)

    def newest(self, metric: str, until: datetime) -> datetime | None:
        """See `EventStore.newest`."""
        return self._shelves[metric].newest(until)

    def newest_matching(self, stream: Stream, until: datetime) -> datetime | None:
        """See `EventStore.newest_matching`."""
        if not stream.where:
            return self.newest(stream.metric, until)
        series = self.minutes(self._count_by_minute(stream), until + MINUTE)
        for minute in series.last_until(floor_index(until) + 1):
            rows = self.window(stream, minute_time(minute - 1), min(minute_time(minute), until))
            if rows.height:
                found: datetime = rows["at"][-1]
                return found
            if self.dropped and minute_time(minute - 1) < self.dropped.before:
                return min(minute_time(minute), until)
        return None

    def _count_by_minute(self, stream: Stream) -> Question:
        return Question(self._metrics[stream.metric], stream, Count(), MINUTE)

    def span(self, until: datetime) -> tuple[datetime, datetime] | None:
        """See `EventStore.span`."""
        firsts = [shelf.first for shelf in self._shelves.values() if shelf.first is not None]
        lasts = [last for last in (self.newest(metric, until) for metric in self._shelves) if last is not None]
        return (moment(min(firsts)), max(lasts)) if lasts else None

    def trace(self, request_id: str) -> pl.DataFrame:
        """See `EventStore.trace`."""
        bears_it = pl.col("request_id") == request_id
        return self._assembled({m: s.table.between(None, None).filter(bears_it) for m, s in self._shelves.items()})

    def events(self, until: datetime, limit: int, metrics: Collection[str] | None = None) -> pl.DataFrame:
        """See `EventStore.events`."""
        micros = microseconds(until)
        wanted = {m: shelf for m, shelf in self._shelves.items() if metrics is None or m in metrics}
        return self._assembled({m: shelf.table.tail(micros, limit) for m, shelf in wanted.items()}).tail(limit)

    def markers(self, until: datetime) -> tuple[MarkerHit, ...]:
        """See `EventStore.markers`."""
        return tuple(self._markers[: bisect_right(self._markers, until, key=lambda hit: hit.at)])

    def _assembled(self, found: dict[str, pl.DataFrame]) -> pl.DataFrame:
        """Rows of several metrics in one frame with every column, in the order of records."""
        empty = pl.DataFrame(schema=self._schema)
        parts = [
            rows.with_columns(metric=pl.lit(m, self._schema["metric"])) for m, rows in found.items() if rows.height
        ]
        whole = pl.concat([empty.drop("sha256"), *parts], how="diagonal").sort(ORDER)
        here = self._hashes.filter(pl.col("offset").is_in(whole["offset"].implode()))
        return whole.join(here, on=RECORD, how="left", maintain_order="left").select(self._schema.keys())


def _by_source(rows: pl.DataFrame) -> list[pl.DataFrame]:
    if rows.is_empty():
        return []
    one = rows["source"].min() == rows["source"].max()
    return [rows] if one else rows.partition_by("source", maintain_order=True)
