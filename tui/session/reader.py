"""Reads every source into the store; nothing else writes there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tui.logs.envelope import Peeler
from tui.logs.parse import Parser
from tui.logs.schema import Tally
from tui.logs.source import BLOCK_BYTES, SourceState
from tui.metrics.board import SourceStatus

if TYPE_CHECKING:
    from datetime import tzinfo

    import polars as pl

    from tui.logs.source import FileIdentity, Source
    from tui.metrics.store import Store
    from tui.runbook.model import LogRules


@dataclass(frozen=True, slots=True)
class Place:
    """Where the events of one `source` number lie: which source, and which file it was then."""

    source: Source
    generation: int
    identity: FileIdentity | None


class Sources(Protocol):
    """The sources of a run; `logs.opening.SourceSet` is one."""

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every source so far; positions never change."""
        ...

    def rescan(self) -> tuple[Source, ...]:
        """Open what has come to match since, and return it."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...


class FixedSources:
    """Sources that were there from the start and stay the only ones."""

    def __init__(self, *sources: Source) -> None:
        self.sources = sources

    def rescan(self) -> tuple[Source, ...]:
        """Return nothing: none is ever added."""
        return ()

    def close(self) -> None:
        """Let go of everything."""
        for source in self.sources:
            source.close()


class Reader:
    """Bytes of every source → guarded events in the store.

    An event's `source` column is an index into `places`: a rotated file is another place than the one before it.
    """

    def __init__(self, rules: LogRules, sources: Sources, store: Store, zone: tzinfo) -> None:
        self.places: list[Place] = []
        self._sources = sources
        self._rules, self._store, self._zone = rules, store, zone
        self._feeds = [self._feed(source) for source in sources.sources]

    def step(self) -> bool:
        """Read at most one block of each source; whether there was anything."""
        read = [feed.step() for feed in self._feeds]
        return any(read)

    def rescan(self) -> None:
        """Take in files that have come to match a pattern."""
        self._feeds += [self._feed(source) for source in self._sources.rescan()]

    def statuses(self) -> tuple[SourceStatus, ...]:
        """Every source as it stands."""
        return tuple(feed.status() for feed in self._feeds)

    def _feed(self, source: Source) -> _Feed:
        return _Feed(source, self._rules, self._store, self._zone, self.places)

    def close(self) -> None:
        """Let go of every file."""
        self._sources.close()


class _Feed:
    """One source on its way through envelope and guardrail."""

    def __init__(self, source: Source, rules: LogRules, store: Store, zone: tzinfo, places: list[Place]) -> None:
        self.source = source
        self._rules = rules
        self._store = store
        self._zone = zone
        self._places = places
        self._tally = Tally()
        self._bytes = 0
        self._generation: int | None = None
        self._peeler = Peeler(rules.record, zone=zone)
        self._parser: Parser | None = None

    def step(self) -> bool:
        """Read one block, if there is one."""
        block = self.source.read(BLOCK_BYTES)
        if block is None:
            if self._parser is not None and self.source.state is not SourceState.OPEN:
                self._finish(self._parser, self._peeler.finish())
            return False
        if self._parser is None or block.generation != self._generation:
            self._parser = self._start(block.generation)
        self._bytes += len(block.data)
        self._take(self._parser, self._peeler.feed(block.data, block.offset))
        return True

    def status(self) -> SourceStatus:
        """Counts so far."""
        tally = self._tally
        return SourceStatus(
            name=self.source.name,
            format=self._peeler.format,
            state=self.source.state,
            bytes=self._bytes,
            lines=tally.lines,
            events=tally.events,
            other=tally.other,
            rejected=tuple(sorted(tally.rejected.items())),
            first=tally.first,
            last=tally.last,
            total_bytes=self.source.total_bytes,
            consumed=self.source.consumed,
            notes=self.source.notes,
        )

    def _start(self, generation: int) -> Parser:
        if self._parser is not None:
            self._finish(self._parser, self._peeler.reset())
        self._generation = generation
        self._places.append(Place(self.source, generation, self.source.identity()))
        return Parser(self._rules, source=len(self._places) - 1, keep_hash=not self.source.rereadable, zone=self._zone)

    def _finish(self, parser: Parser, lines: pl.DataFrame) -> None:
        self._take(parser, lines)
        last = parser.finish()
        self._tally.add(last.tally)
        self._store.add(last)
        self._parser = None

    def _take(self, parser: Parser, lines: pl.DataFrame) -> None:
        parsed = parser.parse(lines)
        self._tally.add(parsed.tally)
        self._store.add(parsed)
