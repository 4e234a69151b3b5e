"""One metric's events: rows, counts of those that were dropped, and what is measured of both by the minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tui.logs.schema import field_column
from tui.metrics.condensed import ROWS, Condensed, counted_columns
from tui.metrics.overlap import Overlap
from tui.metrics.series import MinuteBook, MinuteSeries
from tui.metrics.table import SortedTable
from tui.metrics.windows import MINUTE_US, floor_index, microseconds, minute_time, moment

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime

    from tui.metrics.windows import Question
    from tui.runbook.model import Metric

RECORD = ("source", "offset", "sub")
"""The columns that name a record."""

_IDENTITY = ("fingerprint", "at")


class Shelf:
    """One metric's table, with its per-minute book, its guard against overlapping sources, and what was dropped."""

    def __init__(self, metric: Metric, schema: dict[str, pl.DataType], asked: Iterable[Question]) -> None:
        fields = [field_column(name, spec.kind) for name, spec in metric.fields.items()]
        identity = ["at", "request_id", *RECORD, "length", "fingerprint"]
        self._columns = list(dict.fromkeys([*identity, *fields]))
        empty = pl.DataFrame(schema={name: schema[name] for name in self._columns})
        self.table = SortedTable(empty)
        self.book = MinuteBook()
        self.first: int | None = None
        """Time of the first row ever, in microseconds."""
        self._condensed = Condensed(empty, counted_columns(metric, asked))
        self._overlap = Overlap(_IDENTITY, empty.schema)

    def add(self, rows: pl.DataFrame) -> None:
        """Take in rows of one source; what another source already gave is left out."""
        new = self._overlap.unseen(rows.select(self._columns), lambda first, last: self.table.between(first - 1, last))
        if new.height:
            self.table.add(new)
            self.book.absorb(new)
            self.first = min(filter(None, (self.first, self.table.first)), default=None)

    def condense(self, most: int, before: int) -> pl.DataFrame:
        """Keep only counts of the oldest rows, as `SortedTable.drop_oldest` has it; returns those rows."""
        rows = self.table.drop_oldest(most, before)
        if rows.height:
            self._condensed.add(rows)
        return rows

    def complete(self, start: datetime) -> bool:
        """See `EventStore.complete`."""
        last = self._condensed.last
        return last is None or minute_time(last) <= start

    def count(self, start: datetime, end: datetime) -> int:
        """See `EventStore.count`."""
        kept = self.table.count(microseconds(start), microseconds(end))
        return kept if self.complete(start) else kept + int(self._gone(start, end)[ROWS].sum())

    def kinds(self, columns: Collection[str], start: datetime | None, end: datetime) -> pl.DataFrame:
        """See `EventStore.kinds`."""
        kept = self.table.between(None if start is None else microseconds(start), microseconds(end))
        rows = kept.with_columns(pl.lit(1, pl.UInt32).alias(ROWS)).select(*columns, ROWS)
        if start is None or not self.complete(start):
            rows = pl.concat([rows, self._gone(start, end).select(rows.columns)])
        return rows.group_by(columns).agg(pl.col(ROWS).sum()) if columns else rows

    def newest(self, until: datetime) -> datetime | None:
        """See `EventStore.newest`."""
        found = self.table.newest(microseconds(until))
        if found is None and (minute := self._condensed.newest(floor_index(until))) is not None:
            return minute_time(minute)
        return None if found is None else moment(found)

    def series(self, question: Question, until: int) -> MinuteSeries:
        """The question's value at every whole minute up to that index."""
        track = self.book.watch(question, self._pieces())
        return self.book.series(track, until, self._rows_between)

    def _gone(self, start: datetime | None, end: datetime) -> pl.DataFrame:
        return self._condensed.between(None if start is None else floor_index(start), floor_index(end))

    def _pieces(self) -> Iterator[pl.DataFrame]:
        if self._condensed.last is not None:
            yield self._condensed.expanded(None, self._condensed.last)
        yield from self.table.pieces()

    def _rows_between(self, start: int, end: int) -> pl.DataFrame:
        """Rows of (start, end], both minute indexes; dropped ones as far as they are counted."""
        rows = self.table.between(start * MINUTE_US, end * MINUTE_US)
        if self._condensed.last is None or self._condensed.last <= start:
            return rows
        return pl.concat([self._condensed.expanded(start, end), rows]).sort("at")
