"""Silence of the base stream, and sources that ended: never a false green."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.events import ACK, AUTH, HTTP, after, board_of, http, lane, outage, stored, traffic, week3
from tui.logs.source import SourceState
from tui.metrics.board import SourceStatus, State
from tui.metrics.build import build_board

if TYPE_CHECKING:
    from datetime import datetime


@pytest.mark.parametrize(
    ("every", "limit"),
    [(1.0, 60), (8.0, 80), (20.0, 200), (60.0, 60)],
    ids=["at least a minute", "ten gaps", "sparse", "too few to tell"],
)
def test_silence_begins_ten_gaps_after_the_newest_base_event(every: float, limit: int) -> None:
    rows = traffic(after(0), after(60), every)
    on_the_limit, over_it = after(60, limit), after(60, limit + 0.001)
    assert board_of(rows, on_the_limit).silent_since is None
    silent = board_of(rows, over_it)
    assert silent.silent_since == after(60)
    assert {panel.badge.label for panel in silent.panels} == {"SILENT"}


def test_while_silent_severity_suggestion_and_clocks_stay_as_they_last_were() -> None:
    rows = [*traffic(after(0), after(20)), *outage(10, 20)]
    board = board_of(rows, after(40))
    panel = lane(board, AUTH)
    assert (panel.badge.state, panel.badge.severity, panel.badge.label) == (State.SILENT, "SEV1", "SILENT")
    assert panel.ack_since == after(14)
    assert lane(board, HTTP).badge.severity is None
    assert board.suggestion is not None
    assert (board.suggestion.severity, board.suggestion.rule) == ("SEV1", "auth-5xx-sustained")
    assert all(alert.resolved_at is not None for alert in board.alerts)


def test_long_live_silence_is_suggested_by_itself_and_never_in_review() -> None:
    rows = traffic(after(0), after(20))
    assert board_of(rows, after(22, 59), live=True).suggestion is None
    suggestion = board_of(rows, after(23), live=True).suggestion
    assert suggestion is not None
    assert (suggestion.severity, suggestion.rule, suggestion.metric, suggestion.value) == (
        "SEV1",
        "base-silent",
        HTTP,
        180,
    )
    assert (suggestion.episode, suggestion.anchor) == (None, None)
    assert board_of(rows, after(23)).suggestion is None


def test_events_later_than_now_do_not_end_silence() -> None:
    rows = [*traffic(after(0), after(20)), http(after(90))]
    assert board_of(rows, after(30)).silent_since == after(20)


def test_without_any_base_event_nothing_is_fine_but_what_fires_is_shown() -> None:
    board = board_of(outage(10, 20), after(19))
    assert lane(board, AUTH).badge.label == "SEV1"
    assert lane(board, ACK).badge.label == "SILENT"
    assert {panel.badge.label for panel in board_of([], after(0)).panels} == {"SILENT"}


def _source(state: SourceState) -> SourceStatus:
    return SourceStatus("api", "ndjson", state, 0, 0, 0, 0, (), None, None)


def test_down_is_said_only_live_and_only_when_no_source_is_left() -> None:
    store = stored([*traffic(after(0), after(20)), *outage(10, 20)])
    gone, open_ = _source(SourceState.DOWN), _source(SourceState.OPEN)

    def badges(now: datetime, *sources: SourceStatus, live: bool = True) -> set[State]:
        return {panel.badge.state for panel in build_board(week3(), store, now, live=live, sources=sources).panels}

    assert badges(after(30), gone) == {State.DOWN}
    assert badges(after(30), gone, open_) == {State.SILENT}
    assert badges(after(30), gone, live=False) == {State.SILENT}
    board = build_board(week3(), store, after(30), live=True, sources=(gone,))
    assert lane(board, AUTH).badge.severity == "SEV1"
    assert board.suggestion is not None
    assert board.suggestion.rule == "auth-5xx-sustained"
