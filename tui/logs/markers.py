"""Literals worth knowing, wherever in a log they stand: kept are the marker's id, its time and place, strict captures.

Most marked lines are plain text without any time. Such a marker takes the time of the line before it, or of the line
after it at the very start of a log, and says so.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import orjson
import polars as pl

from tui.logs.decode import ROW, read_object
from tui.logs.schema import marker_schema
from tui.logs.times import Zoneless, moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime, tzinfo

    from tui.runbook.model import LogRules, Marker

_MOST_CAPTURES = 16
_MOST_WAITING = 10_000
"""Markers that may wait for the first time of a log; of more, the newest are kept."""


@dataclass(frozen=True, slots=True)
class _Hit:
    """One row of `marker_schema`."""

    marker: str
    at: datetime | None
    approximate: bool
    capture: str | None
    source: int
    offset: int
    length: int


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The markers of a block, as a table of `marker_schema`, and the times of its first and last line that bear one."""

    table: pl.DataFrame
    first: datetime | None
    last: datetime | None


class Markers:
    """Finds one source's markers, block by block in the order of the log."""

    def __init__(self, rules: LogRules, *, source: int, zone: tzinfo, zoneless: Zoneless | None = None) -> None:
        patterns = {capture.id: re.compile(capture.pattern) for capture in rules.captures}
        self._captures = {marker.id: [patterns[each] for each in marker.captures] for marker in rules.markers}
        self._bearing = {marker.id: _bears(marker, self._captures[marker.id]) for marker in rules.markers}
        self._any_literal = "|".join(re.escape(marker.literal) for marker in rules.markers)
        """As a pattern, since Polars' search for many literals at once is four times slower."""
        self._time_key = rules.record.time
        self._source = source
        self._zone = zone
        self._zoneless = zoneless
        self._latest: datetime | None = None
        self._waiting: deque[_Hit] = deque(maxlen=_MOST_WAITING)

    def find(self, lines: pl.DataFrame, events: pl.DataFrame) -> Found:
        """Find the markers of a block.

        lines: those that are no events (`ROW` and the columns of `line_schema`); events: `ROW` and `at` of the others;
        both in the order of the log.
        """
        clock = _Clock(self._perhaps_timed(lines), events, self._own_time)
        hits = [hit for line in self._marked(lines).iter_rows(named=True) for hit in self._hits(line, clock)]
        if not self._latest and (first := clock.first()):
            hits = [hit if hit.at else replace(hit, at=first) for hit in (*self._waiting, *hits)]
            self._waiting.clear()
        self._waiting.extend(hit for hit in hits if not hit.at)
        self._latest = clock.before(None) or self._latest
        table = pl.DataFrame([hit for hit in hits if hit.at], schema=marker_schema(), orient="row")
        return Found(table, clock.first(), clock.before(None))

    def _marked(self, lines: pl.DataFrame) -> pl.DataFrame:
        """Sift the lines that bear a marker; adds which, one boolean column for each marker's id."""
        if not self._bearing:
            return lines.clear()
        touched = lines.filter(pl.col("text").str.contains(self._any_literal))
        return touched.with_columns(**self._bearing).filter(pl.any_horizontal(*self._bearing))

    def _perhaps_timed(self, lines: pl.DataFrame) -> pl.DataFrame:
        has_key = pl.col("text").str.contains(f'"{self._time_key}"', literal=True)
        return lines.filter(has_key | pl.col("hint").is_not_null())

    def _hits(self, line: dict[str, Any], clock: _Clock) -> Iterator[_Hit]:
        own = self._own_time(line)
        at = own or clock.before(line[ROW]) or self._latest
        for marker in filter(line.get, self._captures):
            capture = _captured(self._captures[marker], line["text"])
            yield _Hit(marker, at, own is None, capture, self._source, line["offset"], line["length"])

    def _own_time(self, line: dict[str, Any]) -> datetime | None:
        """Read the time that the line's JSON or its wrapper bears."""
        text: str = line["text"]
        record = _quickly_read(text) if f'"{self._time_key}"' in text else None
        written = record.get(self._time_key) if isinstance(record, dict) else None
        hint: datetime | None = line["hint"]
        return moment(str(written), self._zone, self._zoneless) or hint


def _quickly_read(text: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return read_object(text)


def _bears(marker: Marker, captures: list[re.Pattern[str]]) -> pl.Expr:
    """Whether a line bears the marker: its literal and, where that alone says nothing, a capture."""
    text = pl.col("text")
    literal = text.str.contains(marker.literal, literal=True)
    if not marker.only_with_capture:
        return literal
    return literal & text.str.contains("|".join(f"(?:{capture.pattern})" for capture in captures))


def _captured(captures: list[re.Pattern[str]], text: str) -> str | None:
    matches = (match for capture in captures for match in capture.finditer(text))
    found = list(dict.fromkeys(next(filter(None, match.groups()), match.group()) for match in matches))
    return "; ".join(found[:_MOST_CAPTURES]) or None


class _Clock:
    """Which time it was around any row of a block, by the events and by the other lines that bear one."""

    def __init__(
        self, lines: pl.DataFrame, events: pl.DataFrame, own_time: Callable[[dict[str, Any]], datetime | None]
    ) -> None:
        self._lines = lines
        self._events = events
        self._own_time = own_time
        self._event_rows = events[ROW].to_list()
        self._line_rows = lines[ROW].to_list()
        self._at_or_before: dict[int, tuple[int, datetime] | None] = {}

    def before(self, row: int | None) -> datetime | None:
        """Time of the nearest line with a time before a row, or before the block's end."""
        known = []
        if event := _how_many_before(self._event_rows, row):
            known.append((self._event_rows[event - 1], self._events["at"][event - 1]))
        if line := self._line_at_or_before(_how_many_before(self._line_rows, row) - 1):
            known.append(line)
        return max(known)[1] if known else None

    def first(self) -> datetime | None:
        """Time of the block's first line that has one."""
        for line in self._lines.iter_rows(named=True):
            if self._event_rows and line[ROW] > self._event_rows[0]:
                break
            if at := self._own_time(line):
                return at
        return self._events["at"][0] if self._event_rows else None

    def _line_at_or_before(self, index: int) -> tuple[int, datetime] | None:
        """Walk back over lines that only seemed to have a time; never twice over the same."""
        found = None
        walked = []
        while index >= 0 and not found:
            if index in self._at_or_before:
                found = self._at_or_before[index]
                break
            walked.append(index)
            line = self._lines.row(index, named=True)
            at = self._own_time(line)
            found = (line[ROW], at) if at else None
            index -= 1
        self._at_or_before.update(dict.fromkeys(walked, found))
        return found


def _how_many_before(rows: list[int], row: int | None) -> int:
    return len(rows) if row is None else bisect_left(rows, row)
