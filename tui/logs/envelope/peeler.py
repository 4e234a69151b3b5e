"""Bytes of a log, in whatever wrapper its collector put it, into the backend's own lines."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

import polars as pl

from tui.logs.envelope.base import Context
from tui.logs.envelope.framer import Framer
from tui.logs.envelope.unwrap import Unwrapper
from tui.logs.schema import line_schema

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo

    from tui.logs.envelope.framer import Batch
    from tui.runbook.model import Record

MAX_LINE = 1 << 20
"""Bytes of the longest line that is read; a longer one is counted as `too_long`."""

_WORTH_NAMING = 0.05


class Peeler:
    """Turns one stream of decompressed bytes into tables of payload lines (`line_schema`), however it is cut.

    record: keys of the backend's records. zone: of wrappers' times that have none. max_line: bytes of the longest line.
    Wrappers are recognised record by record, so files that mix them are read too. Nothing that a stream holds raises.
    """

    def __init__(self, record: Record, *, zone: tzinfo = UTC, max_line: int = MAX_LINE) -> None:
        self._context = Context(record, zone)
        self._max_line = max_line
        self._begin()

    def feed(self, data: bytes, offset: int) -> pl.DataFrame:
        """Return the lines that the next bytes complete, and hold a partial one; offset: of `data[0]` in the stream."""
        return self._tables(self._framer.feed(data, offset))

    def finish(self) -> pl.DataFrame:
        """Return what is left at the true end; a last line without newline is a line."""
        return pl.concat([self._tables(self._framer.finish()), self._unwrapper.flush()])

    def reset(self) -> pl.DataFrame:
        """For rotation: what is left, as at the end, and then a new stream."""
        left = self.finish()
        self._begin()
        return left

    @property
    def holds(self) -> bool:
        """Whether something is not complete yet: half a line, a document, a line whose last part is to come."""
        return self._framer.holds or self._unwrapper.holds

    def elsewhere(self) -> Peeler:
        """Return a peeler for another stretch of the same stream: it knows the forms that this one has seen."""
        other = Peeler(self._context.record, zone=self._context.zone, max_line=self._max_line)
        other._unwrapper = self._unwrapper.elsewhere()
        return other

    @property
    def format(self) -> str:
        """The wrapper most lines came in, and the second one after a `+` where it has more than a few per cent."""
        ranked = sorted(((name, count) for name, count in self._unwrapper.formats.items() if count), key=_most_first)
        if not ranked:
            return "text"
        total = sum(count for _, count in ranked)
        second = [name for name, count in ranked[1:] if name != "text" and count > _WORTH_NAMING * total]
        return "+".join([ranked[0][0], *second[:1]])

    def _begin(self) -> None:
        self._framer = Framer(self._max_line)
        self._unwrapper = Unwrapper(self._context, self._max_line)

    def _tables(self, batches: Iterable[Batch]) -> pl.DataFrame:
        tables = [
            self._unwrapper.lines(batch) if isinstance(batch, pl.DataFrame) else self._unwrapper.elements(batch)
            for batch in batches
            if len(batch)
        ]
        return pl.concat(tables) if tables else pl.DataFrame(schema=line_schema())


def _most_first(counted: tuple[str, int]) -> tuple[int, str]:
    name, count = counted
    return -count, name
