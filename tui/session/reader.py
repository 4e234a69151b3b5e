"""Reads every source into the store; nothing else writes there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tui.session.feed import Feed, Way
from tui.session.pipeline import threads

if TYPE_CHECKING:
    from datetime import tzinfo

    from tui.logs.source import FileIdentity, Source
    from tui.metrics.board import SourceStatus
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
    newest_first: begin big plain files at their end, and read what is before it while nothing newer comes.
    """

    def __init__(
        self, rules: LogRules, sources: Sources, store: Store, zone: tzinfo, *, newest_first: bool = False
    ) -> None:
        self.places: list[Place] = []
        self.sources = sources.sources
        """Those that were there at the start."""
        self._sources = sources
        self._pool = threads()
        self._way = Way(rules, zone, store, self._pool, newest_first=newest_first)
        self._feeds = [self._feed(source) for source in sources.sources]

    @property
    def filling(self) -> bool:
        """Whether anything that was there at the start is still to be read."""
        return any(feed.filling for feed in self._feeds)

    def step(self) -> bool:
        """Read at most one block of each source; whether there was anything."""
        read = [feed.step() for feed in self._feeds]
        return any(read)

    def stop(self, source: Source, offset: int) -> None:
        """Read a source no further than about that offset."""
        for feed in self._feeds:
            if feed.source is source:
                feed.stop_at = offset

    def rescan(self) -> None:
        """Take in files that have come to match a pattern."""
        self._feeds += [self._feed(source) for source in self._sources.rescan()]

    def statuses(self) -> tuple[SourceStatus, ...]:
        """Every source as it stands."""
        return tuple(feed.status() for feed in self._feeds)

    def close(self) -> None:
        """Let go of every file."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._sources.close()

    def _feed(self, source: Source) -> Feed:
        return Feed(source, self._way, self._place)

    def _place(self, source: Source, generation: int) -> int:
        self.places.append(Place(source, generation, source.identity()))
        return len(self.places) - 1
