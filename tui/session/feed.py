"""One source on its way through envelope and guardrail into the store."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.logs.compressed import CompressedFile
from tui.logs.envelope import Peeler
from tui.logs.follow import PlainFile
from tui.logs.parse import Parser
from tui.logs.schema import Tally
from tui.logs.source import BLOCK_BYTES, Code, Note, SourceState
from tui.metrics.board import SourceStatus
from tui.session.backfill import Backfill, open_at_end
from tui.session.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future, ThreadPoolExecutor
    from datetime import datetime, timedelta, tzinfo

    import polars as pl

    from tui.logs.schema import Parsed
    from tui.logs.source import Block, Source
    from tui.metrics.store import Store
    from tui.runbook.model import LogRules


@dataclass(frozen=True, slots=True)
class Way:
    """What all sources of a run pass through."""

    rules: LogRules
    zone: tzinfo
    store: Store
    pool: ThreadPoolExecutor
    newest_first: bool
    keep: timedelta | None = field(init=False)
    """How old rows may be that history is read for; None: any age."""

    def __post_init__(self) -> None:
        longest = max((retention.keep for retention in self.rules.retention), default=None)
        object.__setattr__(self, "keep", longest)


class Feed:
    """Reads one source: what is new first, and what is behind while there is nothing new.

    place: gives the number that the events of a source's generation bear.
    """

    def __init__(self, source: Source, way: Way, place: Callable[[Source, int], int]) -> None:
        self.source = source
        self._way = way
        self._place = place
        self._tally = Tally()
        self._bytes = 0
        self._caught_up = False
        self._reached: datetime | None = None
        self._generation: int | None = None
        self._parser: Parser | None = None
        self._past: Parser | None = None
        self._pipeline = Pipeline(way.pool, self._take)
        self._ahead: Future[Block | None] | None = None
        self._next_offset = 0
        self.stop_at: int | None = None
        """Offset from which on nothing is wanted."""
        opening = None
        if way.newest_first and isinstance(source, PlainFile):
            opening = open_at_end(source, way.rules.record, way.zone)
        self._peeler = opening.peeler.elsewhere() if opening else Peeler(way.rules.record, zone=way.zone)
        self._backfill = (
            Backfill(source, opening, way.rules.record, way.zone) if opening and isinstance(source, PlainFile) else None
        )

    @property
    def filling(self) -> bool:
        """Whether anything that was there when it was opened is still to be read."""
        return not self._caught_up or self._backfill is not None

    def step(self) -> bool:
        """Read one block, if there is one; whether anything was done."""
        block = self._next_block()
        if block is not None:
            self._forward(block)
            return True
        self._caught_up = True
        if self._pipeline.flush():
            return True
        if self._parser is not None and self.source.state is not SourceState.OPEN:
            self._finish(self._parser, self._peeler.finish())
        return self._backward()

    def status(self) -> SourceStatus:
        """Counts so far."""
        tally = self._tally
        return SourceStatus(
            name=self.source.name,
            format=self._peeler.format,
            state=SourceState.OPEN if self.filling and self.source.state is SourceState.DONE else self.source.state,
            bytes=self._bytes + (self._backfill.taken if self._backfill else 0),
            lines=tally.lines,
            events=tally.events,
            other=tally.other,
            rejected=tuple(sorted(tally.rejected.items())),
            first=tally.first,
            last=tally.last,
            total_bytes=self.source.total_bytes,
            consumed=self.source.consumed,
            notes=(*self._read_in_zone(), *self.source.notes),
        )

    def _read_in_zone(self) -> tuple[Note, ...]:
        return (Note(Code.ZONELESS, zone=str(self._way.zone)),) if self._tally.zoneless else ()

    def _next_block(self) -> Block | None:
        """Read on; a compressed file is unpacked by another thread, one block ahead."""
        if self.stop_at is not None and self._next_offset >= self.stop_at:
            return None
        if not isinstance(self.source, CompressedFile):
            return self.source.read(BLOCK_BYTES)
        block = self._ahead.result() if self._ahead else self.source.read(BLOCK_BYTES)
        self._ahead = self._way.pool.submit(self.source.read, BLOCK_BYTES) if block else None
        return block

    def _forward(self, block: Block) -> None:
        if self._parser is None or block.generation != self._generation:
            self._parser = self._start(block.generation)
        self._bytes += len(block.data)
        self._next_offset = block.offset + len(block.data)
        self._pipeline.put(self._parser, self._peeler.feed(block.data, block.offset))
        if len(block.data) < BLOCK_BYTES:  # all there is for now: nothing is held back
            self._pipeline.flush()

    def _backward(self) -> bool:
        """Read the next older stretch of a file that was begun at its end."""
        if self._backfill is None or self._past is None:
            self._stop_backfill()
            return False
        stretch = self._backfill.stretch()
        if stretch is None:
            self._stop_backfill()
            return True
        parser = self._past.elsewhere()
        for lines in stretch:
            self._pipeline.put(parser, lines)
        self._pipeline.flush()
        if self._is_old_enough():
            self._stop_backfill()
        return True

    def _stop_backfill(self) -> None:
        self._bytes += self._backfill.taken if self._backfill else 0
        self._backfill = None

    def _is_old_enough(self) -> bool:
        """Whether what was taken last is past the age that anything is kept for, or rows are being dropped anyway."""
        newest, reached, keep = self._tally.last, self._reached, self._way.keep
        too_old = keep is not None and newest is not None and reached is not None and reached < newest - keep
        return too_old or self._way.store.dropped is not None

    def _start(self, generation: int) -> Parser:
        if self._parser is not None:
            self._finish(self._parser, self._peeler.reset())
        self._generation = generation
        place = self._place(self.source, generation)
        way = self._way
        parser = Parser(way.rules, source=place, keep_hash=not self.source.rereadable, zone=way.zone)
        self._past = self._past or parser
        return parser

    def _finish(self, parser: Parser, held: pl.DataFrame) -> None:
        """Take what was held back of a stream that has ended."""
        self._pipeline.put(parser, held)
        self._pipeline.flush()
        self._take(parser.finish())
        self._parser = None

    def _take(self, parsed: Parsed) -> None:
        self._tally.add(parsed.tally)
        self._reached = parsed.tally.last or self._reached
        self._way.store.add(parsed)
