"""What people read: one number for one thing, times that cannot be another day's, signs that are explained."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import boards, rooms
from tests.digging import until
from tests.incidents import QUIET, Play, mitigated
from tests.test_cli import event, guardia, write_log
from tests.test_present_incident import resolved, situation, told
from tests.test_whatif import HOLD, LOADED, RULE, found, spike
from tui.incident import actions as a
from tui.incident.gates import unmet
from tui.locale import LANGUAGES, use
from tui.present.checklists import tab_names, view_rows
from tui.present.closure import button_line, gate_lines
from tui.present.format import length, span_ends, with_local
from tui.present.header import footer, header
from tui.present.incident_json import state_result
from tui.present.plan import Size
from tui.present.scrubber import scrubber_line
from tui.present.spans import plain
from tui.present.strip import strip
from tui.present.whatif_view import sweep_title
from tui.runbook.edit import Change
from tui.session.transport import Transport
from tui.session.tries import Sweep, tried
from tui.ui.app import GuardiaApp
from tui.ui.screens.board import BoardScreen
from tui.ui.screens.question import QuestionScreen
from tui.ui.screens.trace import TraceScreen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
STATES = {"en": ("ACKNOWLEDGED", "MITIGATED"), "es": ("ASUMIDO", "MITIGADO")}
FIELDS = {"impact": "1 of 3", "lesson": "apart", "action": "a rule", "root_cause": "auth.js:118"}


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TERM", "xterm-256color")
    use("en")
    yield
    use("en")


# --- what closing lacks ---------------------------------------------------------------------------------------------


def partly_filled(names: set[str]) -> Play:
    play = mitigated()
    play.do(a.Resolve(why="quiet"), 60)
    for name in names:
        play.do(a.SetField(name=name, value=FIELDS[name]), 61, facts=QUIET)
    return play


@given(st.sets(st.sampled_from(sorted(FIELDS))))
def test_every_place_counts_what_closing_lacks_alike(filled: set[str]) -> None:
    """A condition may want several fields; only conditions are counted (contracts §4)."""
    play = partly_filled(filled)
    seen = situation(play, 70)
    assert seen.incident is not None
    lacking, of = unmet(seen.incident.closure), len(seen.incident.closure)
    assert f"to close · {lacking} missing" in told(strip(seen, 160, Size.WIDE))
    assert f"to close · {lacking} missing" in told(strip(seen, 80, Size.SMALL))
    assert f"Close incident  {lacking} missing" in plain(button_line(seen, 57, focused=False))
    assert f"{lacking} of {of} missing" in plain(gate_lines(seen, 43)[0])
    assert f"{lacking} of {of} missing" in told(tuple(row.line for row in view_rows(seen, "closure", None, 48)))
    assert tab_names(seen)["closure"] == f"Closure {of - lacking}/{of}"
    owed = state_result(play.state, boards.runbook().runbook, NOON)["to_close"]
    assert owed["missing"] == lacking


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("cells", [34, 43, 76])
def test_the_gate_keeps_its_number_where_there_is_no_room_for_the_verdict(lang: str, cells: int) -> None:
    use(lang)
    assert re.search(r"\b\d+ (of|de) 8\b", plain(gate_lines(situation(resolved(), 70, lang), cells)[0]))


# --- evidence that is there already ---------------------------------------------------------------------------------


async def test_what_is_pinned_already_is_said_and_not_written_again(tmp_path: Path) -> None:
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, "SUGGESTED")
        await pilot.press("a", "enter")
        await until(pilot, "ACKNOWLEDGED")
        before = journal(tmp_path)
        await pilot.press("x", "enter")
        await until(pilot, "✓ pinned")
        await pilot.press("P")
        await until(pilot, "already pinned")
        assert isinstance(app.screen, TraceScreen)
        assert journal(tmp_path) == before
        await pilot.press("escape")
        await pilot.press("x")
        await until(pilot, "enter open it")


def journal(folder: Path) -> set[bytes]:
    return {path.read_bytes() for path in folder.rglob("*.jsonl")}


async def test_an_id_that_bears_more_than_is_pinned_is_asked_about(tmp_path: Path) -> None:
    """One of the anchor's events was taken back: there is something to pin again."""
    post = rooms.room(tmp_path)
    rooms.filled(post)
    rooms.done(post, a.Declare(severity="SEV1", metric="METRIC_AUTH_5XX"))
    assert post.picture is not None
    assert post.picture.state is not None
    assert len(post.picture.state.evidence) > 1
    rooms.done(post, a.Undo())
    post.close()
    async with GuardiaApp(rooms.room(tmp_path)).run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda text: "INC-" in text and "partial" not in text)
        await pilot.press("x", "enter")
        await until(pilot, "✓ pinned")
        await pilot.press("P")
        await until(pilot, "evidence")
        assert isinstance(pilot.app.screen, QuestionScreen)


# --- the sweep ------------------------------------------------------------------------------------------------------


def swept() -> Sweep:
    wanted = [Change(RULE.id, "for", value) for value in ("5m", f"{HOLD}m")]
    *_growing, last = tried(LOADED, spike(20), (), wanted, found(spike(20)).span)
    assert last.sweep is not None
    return last.sweep


@pytest.mark.parametrize(("lang", "today", "same"), [("en", "* today", "= as today"), ("es", "* hoy", "= como hoy")])
@pytest.mark.parametrize("cells", [72, 80])
def test_the_signs_of_the_sweep_are_explained(lang: str, today: str, same: str, cells: int) -> None:
    use(lang)
    title = plain(sweep_title(situation(None, lang=lang), swept(), cells)[0])
    assert f"{today} {HOLD}m" in title
    assert same in title


# --- times ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(90, "90 s"), (300, "5 min"), (3600, "60 min"), (7200, "2 h"), (86400, "1 day"), (14 * 86400, "14 days")],
)
def test_a_length_that_somebody_set_is_in_one_unit(seconds: int, said: str) -> None:
    assert length(timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(
    ("first", "last", "now", "said"),
    [
        (0, 60, 60, ("12:00", "13:00")),
        (0, 60, 24 * 60, ("03-02 12:00", "13:00")),
        (0, 13 * 60, 13 * 60, ("03-02 12:00", "03-03 01:00")),
        (-3000, 0, 0, ("02-28 10:00", "03-02 12:00")),
    ],
)
def test_ends_are_dated_where_a_time_could_be_another_days(
    first: int, last: int, now: int, said: tuple[str, str]
) -> None:
    assert span_ends(NOON + first * MINUTE, NOON + last * MINUTE, NOON + now * MINUTE) == said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_days_apart_show_their_dates_at_eighty_columns(lang: str) -> None:
    use(lang)
    span = (NOON - timedelta(days=2), NOON)
    board = boards.board(now=NOON, live=False, span=span)
    seen = boards.situation(board, lang, mode="review", transport=Transport(*span), now=NOON)
    assert "02-28 12:00–03-02 12:00" in plain(header(seen, 80))
    line = plain(scrubber_line(seen, 80))
    assert "02-28 12:00 ─" in line
    assert line.endswith("03-02 12:00 ")


@pytest.mark.parametrize(
    ("zone", "said"),
    [(UTC, "12:00:00 UTC"), (timezone(timedelta(0), "WET"), "12:00:00 UTC"),
     (timezone(timedelta(hours=-3)), "12:00:00 UTC · 09:00 local")],
)  # fmt: skip
def test_a_time_is_said_once_where_both_clocks_read_the_same(zone: timezone, said: str) -> None:
    assert with_local(NOON, zone) == said
    wide = plain(header(replace(boards.situation(boards.board(now=NOON), now=NOON), zone=zone), 160)).rstrip()
    assert wide.endswith(f"2026-03-02  {said}")


@pytest.mark.parametrize("written", ["2026-03-02T12:00:00.000", "2026-03-02 12:00:00"])
def test_times_without_a_zone_are_read_in_the_settings_zone_and_that_is_said(tmp_path: Path, written: str) -> None:
    log = write_log(tmp_path / "a.ndjson", [event(written, statusCode=200), event("2026-03-02T16:00:00.000Z")])
    checked = guardia("check", log, GUARDIA_ZONE="America/Lima")
    assert "a.ndjson: times without a zone read as America/Lima (setting zone)" in checked.stderr
    assert "as of 2026-03-02 17:00 UTC" in checked.stdout


@pytest.mark.parametrize("written", ["2026-03-02T12:00:00.000Z", "2026-03-02T12:00:00+00:00", "1772452800000"])
def test_nothing_is_said_of_zones_where_every_time_has_one(tmp_path: Path, written: str) -> None:
    log = write_log(tmp_path / "a.ndjson", [event(written), event("2026-03-02T12:01:00.000Z")])
    assert "zone" not in guardia("check", log, GUARDIA_ZONE="America/Lima").stderr


# --- the last row ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_digging_is_named_whatever_the_state_and_the_width(tmp_path: Path, lang: str) -> None:
    use(lang)
    app = GuardiaApp(rooms.room(tmp_path, lang=lang))
    trace = {"en": "x trace", "es": "x traza"}[lang]
    async with app.run_test(size=(120, 35)) as pilot:
        await until(pilot, "┃")
        for keys, state in (("", ""), ("a enter", STATES[lang][0]), ("m enter", STATES[lang][1])):
            await pilot.press(*keys.split())
            await until(pilot, state)
            board = app.screen
            assert isinstance(board, BoardScreen)
            for cells in (80, 100, 120, 160):
                row = plain(footer(board.keys(), cells))
                assert trace in row
                assert row.rstrip().endswith({"en": "q quit  ? help", "es": "q salir  ? ayuda"}[lang])
