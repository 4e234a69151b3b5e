"""The older part of a plain file, newest first, while its end is on screen already.

Wrappers split a line into records, so a stretch that begins anywhere may begin inside of one. Each stretch therefore
begins at a seam: a line of its own, with a time, at which nothing is open. What lies before the seam is read with the
older stretch, which knows its beginning. So every record is read once and whole, as in one go from the start.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from tui.logs.envelope import MAX_LINE, Peeler
from tui.logs.source import Block

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from tui.logs.follow import PlainFile
    from tui.runbook.model import Record

TAIL_BYTES: Final = 2 << 20
"""What is read of a file's end before the first board: some minutes of a busy backend, a fraction of a second."""

REGION_BYTES: Final = 8 << 20
_MARGIN: Final = MAX_LINE
"""Bytes within which all parts of a line that was split before them have come: no longer line is read anyway."""

_SEARCH: Final = 256 << 10
"""Bytes after the margin in which a seam must be found."""

_HEAD: Final = 64 << 10
"""Bytes at the beginning that tell whether a file is one document, which can only be read from there."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Where the newest stretch begins, and a peeler that knows the forms of the file's head."""

    seam: int
    peeler: Peeler


def open_at_end(source: PlainFile, record: Record, zone: tzinfo) -> Opening | None:
    """Move a source that nothing was read of close to its end; None when it has to be read from its beginning."""
    size = source.total_bytes or 0
    if size <= TAIL_BYTES + 2 * (_MARGIN + _SEARCH):
        return None
    near = size - TAIL_BYTES - _MARGIN
    head, data = source.fetch(0, _HEAD), source.fetch(near, _MARGIN + _SEARCH)
    if head is None or data is None:
        return None
    probe = Peeler(record, zone=zone)
    first = data.find(b"\n") + 1
    if _is_document(probe, head) or not first:
        return None
    seam = find_seam(probe.elsewhere(), record, data[first:], near + first)
    return None if seam is None or source.start_at(seam) != seam else Opening(seam, probe)


def find_seam(peeler: Peeler, record: Record, data: bytes, offset: int) -> int | None:
    """Offset of the first line past the margin at which nothing is open and which bears a time; None without any.

    offset: of `data[0]`, a line start.
    """
    at = data.rfind(b"\n", 0, _MARGIN) + 1
    peeler.feed(data[:at], offset)
    begun: int | None = None
    while (end := data.find(b"\n", at) + 1) > 0:
        begun = begun if peeler.holds else at
        lines = peeler.feed(data[at:end], offset + at)
        if (
            lines.height
            and begun is not None
            and lines["offset"][0] == offset + begun
            and _bears_time(lines.head(1), record)
        ):
            return offset + begun
        at = end
    return None


def _is_document(probe: Peeler, head: bytes) -> bool:
    """Whether the file begins with something that goes on beyond whole lines."""
    probe.feed(head[: head.rfind(b"\n") + 1], 0)
    return probe.holds


def _bears_time(line: pl.DataFrame, record: Record) -> bool:
    timed = pl.col("hint").is_not_null() | pl.col("text").str.contains(f'"{record.time}":', literal=True)
    return bool(line.select(timed & pl.col("reject").is_null()).item())


class Backfill:
    """Lines of the stretches before an opening, the newest stretch first, each in the order of the file."""

    def __init__(self, source: PlainFile, opening: Opening, record: Record, zone: tzinfo) -> None:
        self._source, self._record, self._zone = source, record, zone
        self._forms = opening.peeler
        self._seam, self._after = opening.seam, b""
        self._next: Block | None = None
        self.taken = 0
        """Bytes of the stretches so far."""

    def stretch(self) -> Iterator[pl.DataFrame] | None:
        """Lines of the next older stretch, in bounded pieces; None when the beginning was reached.

        A stretch must be used up before the next one is asked for.
        """
        first = self._next or self._source.back(REGION_BYTES)
        self._next = None
        if first is None and self._after:  # the rest of the file is gone
            first = Block(self._after, self._seam - len(self._after), 0)
            self._after = b""
        return None if first is None else self._lines(first)

    def _lines(self, block: Block) -> Iterator[pl.DataFrame]:
        start, end, after = block.offset, self._seam, self._after
        peeler = self._forms.elsewhere() if start else Peeler(self._record, zone=self._zone)
        self._seam, self._after = self._own_seam(block)
        for data, offset in self._stream(block, after):
            yield _between(peeler.feed(data, offset), self._seam, end)
        yield _between(peeler.finish(), self._seam, end)

    def _own_seam(self, block: Block) -> tuple[int, bytes]:
        """Where this stretch begins, and its bytes before that, which belong to the next older one."""
        if block.offset == 0:
            return 0, b""
        beginning = block.data[: _MARGIN + _SEARCH]
        seam = find_seam(self._forms.elsewhere(), self._record, beginning, block.offset)
        return (block.offset, b"") if seam is None else (seam, block.data[: seam - block.offset])

    def _stream(self, block: Block, after: bytes) -> Iterator[tuple[bytes, int]]:
        """The region's bytes, which may come in several blocks, and the beginning of the newer one up to its seam."""
        while True:
            self.taken += len(block.data)
            yield block.data, block.offset
            end = block.offset + len(block.data)
            follower = self._source.back(REGION_BYTES)
            if follower is None or follower.offset != end:
                self._next = follower
                break
            block = follower
        if after:
            yield after, end


def _between(lines: pl.DataFrame, start: int, end: int) -> pl.DataFrame:
    return lines.filter(pl.col("offset").is_between(start, end, closed="left"))
