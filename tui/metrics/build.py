"""From the store to one board: every number at one `now` (contracts §1)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tui.metrics.board import Board
from tui.metrics.last_error import any_error, newest_breach
from tui.metrics.panels import panel_numbers
from tui.metrics.retention import past_retention
from tui.metrics.scene import observe
from tui.metrics.suggest import suggest, suggest_silence

if TYPE_CHECKING:
    from datetime import datetime

    from tui.metrics.board import SourceStatus, Suggestion
    from tui.metrics.scene import Scene
    from tui.metrics.store import EventStore
    from tui.runbook.model import LogRules

_RATE_SPAN = timedelta(minutes=1)


def build_board(
    rules: LogRules,
    store: EventStore,
    now: datetime,
    *,
    live: bool,
    sources: tuple[SourceStatus, ...] = (),
    final: bool = True,
) -> Board:
    """Everything the logs say at `now`; nothing later is looked at.

    `live`: whether `now` runs with the wall clock. `final`: False while history is still filling in behind.
    """
    scene = observe(rules, store, now, sources, live=live)
    suggestion = _suggestion(scene, live=live)
    span = scene.ground.span
    return Board(
        now=now,
        live=live,
        span=span,
        panels=tuple(panel_numbers(scene, metric) for metric in rules.metrics),
        alerts=scene.reading.episodes,
        markers=store.markers(now),
        suggestion=suggestion,
        silent_since=scene.quiet.since if scene.quiet else None,
        last_error=_last_error(scene, suggestion),
        events_per_second=_events_per_second(scene, span[1]) if span else 0.0,
        lag=(now - span[1]).total_seconds() if span else None,
        final=final,
        sources=sources,
        dropped=store.dropped,
        past_retention=() if live else past_retention(rules, store, now),
    )


def _suggestion(scene: Scene, *, live: bool) -> Suggestion | None:
    last = suggest(scene.rules, scene.store, scene.judged)
    if live and scene.quiet and not scene.down:
        return suggest_silence(scene.rules, scene.quiet, scene.now, last)
    return last


def _last_error(scene: Scene, suggestion: Suggestion | None) -> datetime | None:
    """Time of the newest event of what is suggested, else of anything the runbook calls an error."""
    rules, store, now = scene.rules, scene.store, scene.now
    if suggestion is None or suggestion.episode is None:
        return any_error(rules, store, now)
    return newest_breach(rules, store, rules.rule(suggestion.rule), now)


def _events_per_second(scene: Scene, newest: datetime) -> float:
    """Rate of all metrics over the last minute of data."""
    events = (scene.store.count(metric.id, newest - _RATE_SPAN, newest) for metric in scene.rules.metrics)
    return sum(events) / _RATE_SPAN.total_seconds()
