"""Live time: how long the base stream really ran. What was quiet while nothing could be heard proves nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from tui.metrics.silence import quiet_limit
from tui.metrics.windows import microseconds, moment
from tui.runbook.model import Stream

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tui.metrics.store import EventStore
    from tui.runbook.model import LogRules

    Span = tuple[datetime, datetime]


class LiveTime:
    """The time up to `now` without the base stream's silences (contracts §1): none before its first event."""

    def __init__(self, rules: LogRules, store: EventStore, now: datetime) -> None:
        self._silence, self._store, self._now = rules.silence, store, now
        self._base = Stream(metric=rules.silence.metric)
        self._found: dict[datetime, tuple[Span, ...]] = {}

    def silences(self, start: datetime) -> tuple[Span, ...]:
        """The stretches of (start, now] that were silent, oldest first."""
        if start not in self._found:
            self._found[start] = tuple(self._look(start))
        return self._found[start]

    def since(self, start: datetime) -> timedelta:
        """Live time in (start, now]."""
        return self._now - start - sum((end - begin for begin, end in self.silences(start)), timedelta())

    def begin_of_last(self, length: timedelta, first: datetime) -> datetime | None:
        """From when on there was that much live time; None where the data, which begins at `first`, has less."""
        looked = length
        while self.since(self._now - looked) < length:
            if self._now - looked <= first:
                return None
            looked *= 2
        end = self._now
        for begin, over in reversed(self.silences(self._now - looked)):
            if end - over >= length:
                break
            length -= end - over
            end = begin
        return end - length

    def _look(self, start: datetime) -> Iterator[Span]:
        """Only what is longer than the shortest silence has to be looked at closely."""
        times = self._store.window(self._base, start, self._now)["at"].to_physical()
        before = self._store.newest(self._base.metric, start)
        if before is None:
            heard = moment(times[0]) if times.len() else self._now
            if heard > start:
                yield start, heard
            if times.is_empty():
                return
        edges = [] if before is None else [microseconds(before)]
        clock = pl.concat([pl.Series(edges, dtype=pl.Int64), times, pl.Series([microseconds(self._now)])])
        shortest = microseconds_of(self._silence.at_least)
        for place in (clock.diff() > shortest).arg_true():
            heard, again = moment(clock[place - 1]), moment(clock[place])
            recent = self._store.window(self._base, heard - self._silence.over, heard)["at"]
            begin = max(heard + quiet_limit(self._silence, recent), start)
            if begin < again:
                yield begin, again


def microseconds_of(span: timedelta) -> int:
    """A span as Polars counts it."""
    return span // timedelta(microseconds=1)
