"""Where probes and predicates stand when they look: one board, the store behind it, and what the journal knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from tui.metrics.answers import Unknown, Why
from tui.metrics.board import State
from tui.metrics.ground import Ground
from tui.metrics.journalled import Journalled
from tui.metrics.livetime import LiveTime
from tui.runbook.model import Quantile, Rate, Share, Sum

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from tui.metrics.board import Board, Episode
    from tui.metrics.store import EventStore
    from tui.runbook.model import Measure, Metric
    from tui.runbook.procedures import Procedures


@dataclass(frozen=True, eq=False)
class Standpoint:
    """One instant, that of the board. Make a new one for every board: what was looked at once is remembered."""

    rules: Procedures
    store: EventStore
    board: Board
    journalled: Journalled = field(default_factory=Journalled)

    @property
    def now(self) -> datetime:
        """The board's instant."""
        return self.board.now

    @cached_property
    def ground(self) -> Ground:
        """Where there is data."""
        return Ground(self.rules, self.store, self.now)

    @cached_property
    def live(self) -> LiveTime:
        """When the base stream ran."""
        return LiveTime(self.rules, self.store, self.now)

    @cached_property
    def blind(self) -> Unknown | None:
        """Why nothing can be said of now at all: no source left, the base stream silent or never heard."""
        newest = self.store.newest(self.rules.silence.metric, self.now)
        if any(panel.badge.state is State.DOWN for panel in self.board.panels):
            return Unknown(Why.DOWN, newest)
        if self.board.silent_since is not None:
            return Unknown(Why.SILENT, self.board.silent_since)
        return Unknown(Why.NO_DATA) if newest is None else None

    @property
    def first(self) -> datetime:
        """Where the data begins."""
        return self.board.span[0] if self.board.span else self.now

    def gap(self, length: timedelta) -> Unknown | None:
        """Why (now - length, now] is not wholly known, if it is not: silent in part, or before the data."""
        if self.blind:
            return self.blind
        start = self.now - length
        silences = self.live.silences(start)
        if not silences:
            return None
        unheard = self.store.newest(self.rules.silence.metric, start) is None
        return Unknown(Why.SHORT if unheard and len(silences) == 1 else Why.GAP, silences[-1][1])

    def open_lives(self, metric: str) -> list[Episode]:
        """The episodes pending or firing on a metric's panel, oldest first."""
        return [life for life in self.board.alerts if life.open and life.metric == metric]


def unit_of(measure: Measure, metric: Metric) -> str:
    """Unit that a measure's value has."""
    match measure:
        case Quantile() | Sum():
            return metric.fields[measure.field].unit
        case Share():
            return "%"
        case Rate():
            return "/min"
        case _:
            return ""
