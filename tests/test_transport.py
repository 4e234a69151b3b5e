"""Moving through a review: the clock, the stops, the journals as people knew them, the keys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import boards, rooms
from tests.digging import until
from tests.incidents import mitigated
from tui.incident import actions as a
from tui.incident.fold import fold
from tui.metrics.board import State
from tui.present.scrubber import scrubber_line, time_at
from tui.present.spans import line_width, plain
from tui.session.act import incidents
from tui.session.clock import Cursor
from tui.session.command_post import CommandPost, Place
from tui.session.transport import SPEEDS, Stop, Transport, faster, known_by
from tui.ui.app import GuardiaApp

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from tui.incident.state import IncidentState
    from tui.metrics.board import Badge

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
Seen = tuple["datetime", "tuple[Badge, ...]", object, "IncidentState | None", "tuple[datetime, ...]", object]
"""What there is at a moment: when, badges, alerts, incident, when its entries happened, clocks."""


class Ticks:
    """A monotonic clock that goes on when it is told to."""

    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


# --- the clock --------------------------------------------------------------------------------------------------------


def test_a_cursor_runs_so_many_times_as_fast_and_stops_at_the_end() -> None:
    ticks = Ticks()
    cursor = Cursor(NOON, ticks)
    assert cursor.now() == NOON
    cursor.play(60, NOON + 10 * MINUTE)
    ticks.seconds += 2
    assert cursor.now() == NOON + 2 * MINUTE
    cursor.move(NOON + 5 * MINUTE)
    ticks.seconds += 1
    assert (cursor.now(), cursor.speed) == (NOON + 6 * MINUTE, 60)
    cursor.play(600, NOON + 10 * MINUTE)
    ticks.seconds += 60
    assert (cursor.now(), cursor.speed) == (NOON + 10 * MINUTE, 0)
    cursor.move(NOON)
    cursor.play(0, NOON + 10 * MINUTE)
    ticks.seconds += 60
    assert (cursor.now(), cursor.speed) == (NOON, 0)


@given(st.lists(st.sampled_from([1, -1]), max_size=20))
def test_the_speed_goes_up_and_down_the_ladder_and_stays_on_it(steps: list[int]) -> None:
    speed = SPEEDS[0]
    for step in steps:
        before, speed = speed, faster(speed, step)
        assert speed in SPEEDS
        assert (speed - before) * step >= 0


@given(st.lists(st.integers(0, 500), max_size=30), st.integers(-10, 510))
def test_the_next_stop_is_the_nearest_one_and_back_again(minutes: list[int], start: int) -> None:
    stops = tuple(sorted(Stop(NOON + each * MINUTE, "entry") for each in minutes))
    transport = Transport(NOON, NOON + 500 * MINUTE, stops)
    at = NOON + start * MINUTE
    later = [stop.at for stop in stops if stop.at > at]
    found = transport.beyond(at, 1)
    assert (found.at if found else None) == min(later, default=None)
    back = transport.beyond(found.at, -1) if found else None
    assert back is None or back.at <= at


# --- numbers and journals as they were --------------------------------------------------------------------------------


def whole(post: CommandPost) -> Transport:
    """The span and its stops."""
    assert post.transport is not None
    return post.transport


def played(tmp_path: Path) -> CommandPost:
    """An incident declared three minutes after the alert, acknowledged and mitigated later, in a review."""
    post = rooms.room(tmp_path)
    rooms.filled(post)
    start = post.engine.now()
    rooms.done(post, a.Declare(severity="SEV1", metric="METRIC_AUTH_5XX", title="login"))
    for minutes, command in ((1, a.Acknowledge()), (9, a.Mitigate(why="rolled back"))):
        post.seek(start + minutes * MINUTE)
        post.advance()
        rooms.done(post, command)
    return post


def test_every_panel_clock_and_entry_is_as_it_was_and_all_is_the_same_after_coming_back(tmp_path: Path) -> None:
    post = played(tmp_path)
    declared = rooms.FIRES + 3 * MINUTE

    def look(at: datetime) -> Seen:
        post.seek(at)
        board = post.advance() or post._board
        assert board is not None
        assert post.picture is not None
        state = post.picture.state
        badges = tuple(panel.badge for panel in board.panels)
        entries = tuple(record.entry.effective for record in post.picture.records)
        return board.now, badges, board.alerts, state, entries, post.picture.clocks

    before = {minutes: look(declared + minutes * MINUTE) for minutes in (-20, -1, 0, 1, 5, 9, 12)}
    states = {minutes: seen[3].status.value if seen[3] else None for minutes, seen in before.items()}
    assert states[-20] is None
    assert states[-1] is None
    assert [states[minutes] for minutes in (0, 1, 5, 9)] == [
        "declared",
        "acknowledged",
        "acknowledged",
        "mitigated",
    ]
    assert before[-20][1] != before[0][1]
    assert all(entry <= declared + 5 * MINUTE for entry in before[5][4])
    look(whole(post).first)
    assert {minutes: look(declared + minutes * MINUTE) for minutes in before} == before


def test_alerts_and_entries_of_the_whole_span_are_stops_wherever_the_cursor_stands(tmp_path: Path) -> None:
    post = played(tmp_path)
    stops = whole(post).stops
    at = {kind: {stop.at for stop in stops if stop.kind == kind} for kind in ("fired", "entry")}
    declared = rooms.FIRES + 3 * MINUTE
    assert rooms.FIRES in at["fired"]
    assert at["entry"] == {declared, declared + MINUTE, declared + 9 * MINUTE}
    post.seek(whole(post).first)
    post.advance()
    assert whole(post).stops == stops


@given(st.integers(-60, 120))
def test_what_was_known_folds_at_any_moment(minutes: int) -> None:
    play = mitigated()
    last = play.records[-1].recorded
    at = play.records[0].recorded + minutes * MINUTE
    known = known_by(play.records, at, last)
    assert fold(play.state.id, known).exists == bool(known)
    assert len(known) == sum(record.recorded <= at for record in play.records)


def test_an_entry_written_for_an_earlier_time_is_known_from_when_it_was_written() -> None:
    """People on the spot did not know it earlier; in a review, written long after, it counts from when it happened."""
    record = mitigated().records[0]
    recorded, happened = record.recorded, record.entry.effective
    assert known_by([record], recorded, recorded + MINUTE) == (record,)
    assert known_by([record], recorded - MINUTE, recorded + MINUTE) == ()
    assert known_by([record], happened, recorded - MINUTE) == (record,)


def test_a_replayed_incident_can_be_visited_where_the_logs_do_not_reach(tmp_path: Path) -> None:
    post = played(tmp_path)
    assert post.picture is not None
    assert post.picture.state is not None
    later, tomorrow = whole(post).last + 90 * MINUTE, whole(post).last + 20 * 60 * MINUTE
    rooms.done(post, a.Note(text="the queue is empty too", at=later))
    rooms.done(post, a.Note(text="next day", at=tomorrow))
    place = Place(tmp_path, ("@ana",), incident=post.picture.state.id)
    replay = CommandPost(rooms.engine(), place, wall=Cursor(rooms.AFTER))
    rooms.filled(replay)
    assert replay.mode == "replay"
    assert whole(replay).last == later
    replay.seek(later)
    board = replay.advance()
    assert board is not None
    assert {panel.badge.state for panel in board.panels} == {State.SILENT}
    assert replay.picture is not None
    assert [record.entry.effective for record in replay.picture.records][-1] == tomorrow  # at the end all is known
    replay.seek(later - MINUTE)
    replay.advance()
    assert all(record.entry.effective < later for record in replay.picture.records)


async def test_undo_in_a_review_takes_back_the_entry_that_its_question_names(tmp_path: Path) -> None:
    post = played(tmp_path)
    post.seek(rooms.FIRES + 5 * MINUTE)
    app = GuardiaApp(post)
    async with app.run_test(size=(100, 30)) as pilot:
        await ready(pilot)
        await pilot.press("U")
        asked = await until(pilot, "takes back")
        assert "acknowledged" in next(line for line in asked.splitlines() if "takes back" in line)
        await pilot.press("enter")
        await until(pilot, lambda text: "takes back" not in text)
    (state,) = incidents(tmp_path)
    assert state.mitigations  # newer than the cursor, and what a bare undo would have taken back
    assert len(state.undone) == 1


def test_a_replay_goes_on_showing_its_incident_once_it_is_over(tmp_path: Path) -> None:
    post = played(tmp_path)
    (state,) = incidents(tmp_path)
    rooms.done(post, a.Cancel(why="a load test"))
    replay = CommandPost(rooms.engine(), Place(tmp_path, ("@ana",), incident=state.id), wall=Cursor(rooms.AFTER))
    replay.engine.drain()
    replay.advance()
    replay.seek(whole(replay).last)
    replay.advance()
    assert replay.picture is not None
    assert replay.picture.state is not None
    assert replay.picture.state.status.value == "cancelled"


# --- what is drawn ----------------------------------------------------------------------------------------------------


@given(st.integers(20, 300), st.integers(0, 60), st.integers(0, 3000))
def test_the_scrubber_fits_and_a_click_finds_the_moment_that_is_drawn_there(cells: int, at: int, span: int) -> None:
    transport = Transport(NOON, NOON + max(at, span) * MINUTE, (Stop(NOON + at * MINUTE, "fired", "SEV1"),))
    situation = boards.situation(boards.board(now=NOON + at * MINUTE, live=False), transport=transport)
    line = scrubber_line(situation, cells)
    assert line_width(line) == cells
    column = plain(line).find("┃")
    if column >= 0:
        between = cells - 23  # cells of the track but one: the rest are words
        step = (transport.last - transport.first) / max(1, between)
        assert between < 1 or abs(time_at(transport, cells, column) - situation.board.now) <= step


# --- by keys ----------------------------------------------------------------------------------------------------------


async def ready(pilot: Pilot[None]) -> None:
    await until(pilot, lambda text: "┃" in text and "partial" not in text and "▲" in text)


async def test_keys_jump_from_stop_to_stop_and_to_a_time(tmp_path: Path) -> None:
    post = played(tmp_path)
    post.seek(whole(post).first)
    app = GuardiaApp(post)
    async with app.run_test(size=(100, 30)) as pilot:
        await ready(pilot)
        await pilot.press("home", "j")
        first = whole(post).stops[0].at
        await until(pilot, f"{first:%H:%M:%S} UTC")
        await pilot.press("k")
        await until(pilot, "nothing happened before this")
        await pilot.press("G", *"23", "colon", *"10", "enter")  # local time, three hours behind
        await until(pilot, "02:10:00 UTC")
        await pilot.press("G", *"25", "colon", *"99", "enter")
        await until(pilot, "no time that can be read")
        await pilot.press("escape", "G", "enter")
        await until(pilot, f"{first:%H:%M:%S} UTC")


@pytest.mark.parametrize("key", ["d", "n"])
async def test_time_stands_still_while_something_is_asked(tmp_path: Path, key: str) -> None:
    post = rooms.room(tmp_path)
    app = GuardiaApp(post)
    async with app.run_test(size=(100, 30)) as pilot:
        await ready(pilot)
        await pilot.press("home", "space")
        await until(pilot, "▶ ×60")
        await pilot.press("plus")
        await until(pilot, "▶ ×300")
        await pilot.press(key)
        assert whole(post).speed == 0
        stands = post.now()
        await pilot.press("x")
        assert post.now() == stands
