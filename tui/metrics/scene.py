"""All that is looked at to build one board, and how far it can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.logs.source import SourceState
from tui.metrics.board import SourceStatus
from tui.metrics.ground import Ground
from tui.metrics.reading import Reading, read
from tui.metrics.silence import Quiet, quiet

if TYPE_CHECKING:
    from datetime import datetime

    from tui.metrics.board import SourceStatus
    from tui.metrics.store import EventStore
    from tui.runbook.model import LogRules

_ENDED = (SourceState.DOWN, SourceState.UNREADABLE)


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One instant of a store under one runbook."""

    rules: LogRules
    store: EventStore
    ground: Ground
    reading: Reading
    """What the windows alone say at `now`."""
    judged: Reading
    """The last reading taken while data still came: what badges, suggestion and clocks go by (contracts §1)."""
    quiet: Quiet | None
    down: bool
    """Live, and no source is left that could say anything."""

    @property
    def now(self) -> datetime:
        """The instant."""
        return self.reading.at

    @property
    def fresh(self) -> bool:
        """Whether what was judged is what is so now."""
        return self.quiet is None and not self.down


def observe(
    rules: LogRules, store: EventStore, now: datetime, sources: tuple[SourceStatus, ...], *, live: bool
) -> Scene:
    """Take the reading of `now`, and where the base stream is silent that of its last live moment too."""
    reading, silence = read(rules, store, now), quiet(rules, store, now)
    return Scene(
        rules=rules,
        store=store,
        ground=Ground(rules, store, now),
        reading=reading,
        judged=read(rules, store, silence.live_until) if silence else reading,
        quiet=silence,
        down=live and bool(sources) and all(source.state in _ENDED for source in sources),
    )
