"""Whom to call and when: nobody acknowledged, a step that calls somebody; who that is, the settings say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests import boards, rooms
from tests.incidents import Play, at, declared
from tests.test_present_incident import CELLS, situation, told
from tests.test_probes import DRILL_START, ONSET, drilled
from tui.cli.options import Options
from tui.cli.room import open_room
from tui.cli.setup import Prepared
from tui.incident import actions as a
from tui.incident import nudges
from tui.incident.entries import OnCallSet
from tui.incident.state import IncidentState
from tui.incident.team import TeamState
from tui.incident.times import clocks
from tui.locale import LANGUAGES, use
from tui.metrics.build import build_board
from tui.present.checklists import view_rows
from tui.present.contacts import call, calls
from tui.present.plan import Size
from tui.present.strip import strip
from tui.runbook.load import EMBEDDED, load_runbook
from tui.runbook.problems import RunbookError
from tui.session.facts import Surroundings
from tui.session.picture import IncidentPicture, take
from tui.settings import load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


RUNBOOK = boards.runbook().runbook
DATABASE = "database-on-call"
ON_CALL = TeamState(on_call=OnCallSet(name="@ana", backup="@beto"))
SLOW = timedelta(minutes=15)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    use("en")
    yield
    use("en")


# --- nobody acknowledged ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", CELLS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_once_the_time_is_over_the_strip_says_whom_to_call(size: Size, lang: str) -> None:
    use(lang)
    why = {"en": "nobody acknowledged in 5 min", "es": "nadie asumió en 5 min"}[lang]
    for play in (declared(now=2), None):  # declared, and only suggested
        shown = situation(play, 10, lang, team=ON_CALL, nudge=nudges.ACK_DUE if play else None)
        if play is None:
            made = boards.situation(boards.sev1(), lang)
            shown = replace(made, incident=rooms.picture(None, made, lang, team=ON_CALL))
        for cells in CELLS[size]:
            text = told(strip(shown, cells, size))
            assert {"en": "! call @beto", "es": "! llamar a @beto"}[lang] in text.replace(f"{why}: ", "")
        assert (why in text) or size is Size.MEDIUM


def test_before_that_and_once_somebody_has_nobody_is_called() -> None:
    early = situation(declared(now=2), 6.9, team=ON_CALL, nudge=nudges.ACK_DUE)
    assert "call @ana" in told(strip(early, 160, Size.WIDE))
    assert list(calls(early)) == []
    play = declared(now=2)
    play.do(a.Acknowledge(), 3)
    assert list(calls(situation(play, 30, team=ON_CALL))) == []


def test_a_role_that_nobody_has_is_named_by_its_title() -> None:
    backup = RUNBOOK.nudging.unacknowledged
    assert backup is not None
    alone = situation(declared(), 30)
    assert call(backup, alone).whom == "call backup"
    assert call(DATABASE, alone).whom == "call DB on-call"
    numbers = {backup: "ext. 210", DATABASE: "@carla\x1b[2J ext. 7"}
    set_up = situation(declared(), 30, contacts=numbers)
    assert call(backup, set_up).whom == "call ext. 210 (backup)"
    assert call(DATABASE, set_up).whom == "call @carla␛[2J ext. 7 (DB on-call)"
    on_duty = situation(declared(), 30, contacts=numbers, team=ON_CALL)
    assert call(backup, on_duty).whom == "call @beto (backup)"


# --- a step that calls somebody --------------------------------------------------------------------------------------


def during(minutes: int, play: Play | None = None) -> IncidentPicture:
    store = drilled("slow-catchup")[0]
    board = build_board(RUNBOOK, store, DRILL_START + timedelta(minutes=minutes), live=False)
    around = Surroundings(boards.runbook())
    return take(around, board, store, play.state if play else None, play.records if play else (), None)


@cache
def first_call() -> int:
    """The minute at which slow catch-up has lasted for fifteen."""
    lives = build_board(RUNBOOK, drilled("slow-catchup")[0], DRILL_START + timedelta(minutes=70), live=False).alerts
    slow = next(life for life in lives if life.rule == "realtime-catchup-p95" and life.fired_at)
    return (slow.pending_at - DRILL_START + SLOW) // timedelta(minutes=1)


def test_the_database_is_called_fifteen_minutes_into_slow_catch_up_whatever_playbook_is_open() -> None:
    first = first_call()
    called = [minute for minute in range(int(ONSET.total_seconds() // 60), first + 2) if during(minute).calls]
    assert called == [first, first + 1]
    (view,) = during(first, declared()).calls  # an incident of another metric
    assert view.step.escalate_to == DATABASE
    play = declared()
    play.do(a.TickStep(step=view.step.id), 12)
    assert during(first, play).calls == ()


def test_the_call_says_why_and_whom_in_strip_and_pane() -> None:
    picture = during(first_call())
    play = declared()
    play.do(a.Acknowledge(), 11)
    shown = situation(
        play, 20, calls=picture.calls, contacts={DATABASE: "@carla"}, nudge=picture.calls[0].step.id,
        playbook=picture.playbook, playbook_list=picture.playbook_list,
    )  # fmt: skip
    (one,) = calls(shown)
    assert (one.whom, one.why) == ("call @carla (DB on-call)", "catchup slow for 15:00")
    for size, widths in CELLS.items():
        assert "! catchup slow for 15:00: call @carla" in told(strip(shown, widths[-1], size))
    assert "call @carla (DB on-call)" in told(tuple(row.line for row in view_rows(shown, "playbook", None, 48)))


def test_a_call_is_a_reminder_after_the_acknowledgement_and_can_be_put_off() -> None:
    play = declared()
    step = during(first_call()).calls[0].step.id
    for minutes, expected in ((12, []), (16, [nudges.ACK_DUE, step])):
        found = nudges.wanted(play.state, clocks(play.state, RUNBOOK.severities), RUNBOOK.nudging, at(minutes), (step,))
        assert [name for name in found if name in {nudges.ACK_DUE, step}] == expected
    book = nudges.turned(nudges.NudgeBook(), (step,), RUNBOOK.nudging, at(16))
    assert book.shown == step
    later = nudges.snoozed(book, RUNBOOK.nudging, at(16))
    assert nudges.turned(later, (step,), RUNBOOK.nudging, at(20)).shown is None
    assert nudges.turned(later, (step,), RUNBOOK.nudging, at(27)).shown == step
    assert nudges.wanted(IncidentState(""), (), RUNBOOK.nudging, at(16), (step,)) == ()


# --- settings and runbook --------------------------------------------------------------------------------------------


def test_names_come_from_the_settings_to_the_screen(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f'data_dir = "{tmp_path}"\n[contacts]\n{DATABASE} = "@carla, ext. 7"\n')
    settings = load({}, file).settings
    assert settings.contacts == {DATABASE: "@carla, ext. 7"}
    room = open_room(Options(), Prepared(settings, boards.runbook()), rooms.engine())
    assert rooms.filled(room).contacts == settings.contacts


def test_a_runbook_that_calls_nobody_it_knows_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(EMBEDDED.read_text().replace('unacknowledged = "backup-on-call"', 'unacknowledged = "nobody"'))
    with pytest.raises(RunbookError, match="nobody"):
        load_runbook(file, "en")
