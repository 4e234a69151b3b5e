"""What the journals say of a moment: what people knew at a review's cursor, and when they learnt more; of an alert."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tui.incident.fold import fold
from tui.incident.overlap import is_about, overlaps
from tui.session.transport import entry_stops, known_by

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from tui.incident.record import Recorded
    from tui.incident.state import IncidentState
    from tui.incident.team import TeamState
    from tui.metrics.board import Episode, Suggestion
    from tui.session.act import Desk
    from tui.session.engine import Engine
    from tui.session.transport import Transport


BEYOND = timedelta(hours=3)
"""How far from the logs an entry may lie to be visited; later ones are known at the end of the span, with all the rest.

A postmortem written next week would squeeze the incident into one cell of the scrubber.
"""


@dataclass(frozen=True, slots=True)
class Known:
    """An incident as it is shown: all of it while live, in review what was known at the cursor."""

    state: IncidentState
    records: tuple[Recorded, ...]
    damaged: bool


class Hindsight:
    """Folds journals as of the engine's cursor; while live, and at the end of a review, as they are. One thread."""

    def __init__(self, engine: Engine, incident: str | None) -> None:
        """`incident`: the one that is replayed; its entries can be visited though the logs do not reach them."""
        self._engine, self._incident = engine, incident
        self._marked: tuple[Transport, Transport] | None = None
        self._folds: dict[str, tuple[tuple[int, int], IncidentState]] = {}

    @property
    def transport(self) -> Transport | None:
        """Where the review may go, with the entries among the stops; None while live."""
        plain = self._engine.transport
        return replace(self._marked[1], speed=plain.speed) if plain is not None and self._marked else plain

    def mark(self, desks: Iterable[Desk], *, news: bool) -> None:
        """Put the entries among the stops, where logs or journals have changed."""
        plain = self._engine.transport
        if plain is None:
            return
        plain = replace(plain, speed=0)
        if self._marked is not None and not news and plain == self._marked[0]:
            return
        records = [record for desk in desks if self._incident in {None, desk.id} for record in desk.contents.records]
        if self._incident:
            plain = replace(self._visited(records) or plain, speed=0)
        stops = {stop for stop in entry_stops(records, self._logs_end(plain)) if plain.first <= stop.at <= plain.last}
        self._marked = plain, replace(plain, stops=tuple(sorted({*plain.stops, *stops})))

    def _visited(self, records: Iterable[Recorded]) -> Transport | None:
        span = self._engine.span
        if span is not None:
            moments = (record.entry.effective for record in records)
            near = tuple(at for at in moments if span[0] - BEYOND <= at <= span[1] + BEYOND)
            self._engine.visit(near)
        return self._engine.transport

    def _logs_end(self, transport: Transport) -> datetime:
        """Until when people on the spot could have written what is looked back at."""
        return self._engine.span[1] if self._engine.span else transport.last

    def known(self, desk: Desk, at: datetime) -> Known:
        """What was known of an incident at a moment."""
        everything, damaged = desk.contents.records, bool(desk.contents.damages)
        marks = self.transport
        if marks is None or at >= marks.last:
            return Known(desk.state, tuple(everything), damaged)
        records = known_by(everything, at, self._logs_end(marks))
        size = len(records), len(everything)
        folded = self._folds.get(desk.id)
        if folded is None or folded[0] != size:
            folded = self._folds[desk.id] = size, fold(desk.id, records)
        return Known(folded[1], records, damaged)

    def led_to(self, suggestion: Suggestion | None, at: datetime, desks: Iterable[Desk]) -> IncidentState | None:
        """The incident that a suggested alert led to, known at the cursor or not."""
        if suggestion is None:
            return None
        since, until = self._life(suggestion.episode, at)
        anchor = suggestion.anchor.request_id if suggestion.anchor else None
        about = (desk.state for desk in desks if is_about(desk.state, suggestion.metric, anchor))
        return next((state for state in about if overlaps(state, since, until)), None)

    def team(self, team: TeamState, at: datetime) -> TeamState:
        """What had happened by a moment of what the team's journal says."""
        marks = self.transport
        return team if marks is None or at >= marks.last else team.up_to(at)

    def _life(self, alert: Episode | None, at: datetime) -> tuple[datetime, datetime | None]:
        """From when to when an alert lived, also beyond the cursor (None: to the end); without one, that moment."""
        if alert is None:
            return at, at
        marks = self.transport
        lives = marks.episodes if marks else ()
        known = (life for life in lives if (life.rule, life.pending_at) == (alert.rule, alert.pending_at))
        return alert.pending_at, next(known, alert).resolved_at
