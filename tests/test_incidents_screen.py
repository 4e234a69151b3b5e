"""The history of incidents on the screen: what is listed, what Enter opens, what stays out of the terminal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import rooms
from tests.digging import rows, shown, until
from tests.incidents import FACTS, FOUND, LESSER, RUNBOOK, WORST, Play, at, fill
from tui.incident import actions as a
from tui.incident.history import history
from tui.incident.state import Status
from tui.locale import LANGUAGES, use
from tui.present import incident_rows
from tui.present.incident_rows import View, chosen
from tui.present.paper_lines import paper_lines
from tui.present.spans import line_width, plain
from tui.session.act import new_desk
from tui.session.archive import Archive
from tui.ui.app import GuardiaApp
from tui.ui.screens.board import BoardScreen
from tui.ui.screens.incidents import IncidentsScreen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from textual.pilot import Pilot

    from tui.incident.facts import Facts
    from tui.incident.state import IncidentState

HOSTILE = "[@click=app.quit]pool\x1b]0;owned\x07[/x]"
DUE = date(2026, 12, 1)


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    use("en")
    yield
    use("en")


# --- what is listed ---------------------------------------------------------------------------------------------------


def played(severity: str, title: str, *, took: float = 30, end: bool = True, facts: Facts = FOUND) -> Play:
    play = Play(facts)
    play.do(a.Declare(severity=severity, title=title, started=at(0), detected=at(4)), 10)
    play.do(a.Acknowledge(), 12)
    if end:
        play.do(a.Mitigate(), took)
        fill(play, took + 10)
        play.do(a.Resolve(), took + 20)
    return play


def archive(*states: IncidentState, today: date = DUE) -> Archive:
    named = [replace(state, id=f"INC-20261119-aaa{number}") for number, state in enumerate(states)]
    return Archive(history(named, RUNBOOK), at(600), today)


def titles(found: Archive, view: View) -> list[str]:
    return [one.state.title for one in chosen(found, view, RUNBOOK)]


def test_a_period_and_an_order_are_chosen_and_what_is_open_is_always_there() -> None:
    slow, bad = played(LESSER, "slow", took=90), played(WORST, "bad")
    found = archive(slow.state, bad.state)
    assert set(titles(found, View())) == {"slow", "bad"}
    assert titles(found, View(order="worst"))[0] == "bad"
    assert titles(found, View(order="slowest"))[0] == "slow"
    later = replace(found, now=at(0) + timedelta(days=8))
    assert set(titles(later, View(days=7))) == {"slow", "bad"}
    over = tuple(replace(one, state=replace(one.state, status=Status.CLOSED)) for one in found.past)
    assert titles(replace(later, past=over), View(days=7)) == []
    assert len(titles(replace(later, past=over), View(days=0))) == 2


def test_typed_words_are_found_in_titles_ids_and_states_whatever_their_case() -> None:
    found = archive(played(WORST, "Conexión agotada").state, played(LESSER, "other", end=False).state)
    assert titles(found, View(text="conexion")) == ["Conexión agotada"]
    assert titles(found, View(text="ACKNOW")) == ["other"]
    assert titles(found, View(text="no such thing")) == []


def test_a_row_says_what_was_kept_and_a_total_counts_no_drill() -> None:
    late = played(WORST, "late")
    drill = replace(late.state, declaration=late.state.declaration.model_copy(update={"drill": True}))  # type: ignore[union-attr]
    found = archive(late.state, drill)
    line = plain(incident_rows.incident_line(found.past[0], RUNBOOK, found, 120))
    assert "08:00 ✗" in line
    assert "26:00 ✓" in line
    assert "DRILL" in plain(incident_rows.incident_line(found.past[1], RUNBOOK, found, 120))
    totals = plain(incident_rows.totals_line(found.past, found.now, 120))
    assert f"{WORST} 1" in totals
    assert "ACK 0 of 1 in time" in totals
    assert "1 not counted" in totals


@pytest.mark.parametrize(("today", "late"), [(DUE, False), (DUE + timedelta(days=1), True)])
def test_an_action_is_overdue_once_its_day_is_over(today: date, late: bool) -> None:
    found = archive(played(WORST, "pool").state, today=today)
    (one,) = found.past
    assert one.action is not None
    assert ("OVERDUE" in plain(incident_rows.owed_line(one, one.action, today, 100))) == late
    assert ("1 overdue" in plain(incident_rows.owed_title([(one, one.action)], today, 100))) == late


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("cells", [59, 79, 99, 159, 239])
def test_every_row_is_as_wide_as_its_place(cells: int, lang: str) -> None:
    use(lang)
    found = archive(played(WORST, "x" * 300).state, played(LESSER, HOSTILE, end=False).state, Play(FACTS).state)
    lines = [incident_rows.incident_line(one, RUNBOOK, found, cells) for one in found.past]
    lines += [
        incident_rows.title_line(found.past, View(text="y" * 200), found.now, cells),
        incident_rows.head_line(cells),
        incident_rows.totals_line(found.past, found.now, cells),
        incident_rows.no_incident(View(), cells),
    ]
    assert {line_width(line) for line in lines} == {cells}
    assert all(plain(line).isprintable() for line in lines)


# --- the page of one --------------------------------------------------------------------------------------------------


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=400), st.integers(30, 160))
def test_any_page_becomes_lines_that_fit_and_act_on_nothing(text: str, cells: int) -> None:
    lines = paper_lines(text, cells)
    assert {line_width(line) for line in lines} <= {cells}
    assert not [char for line in lines for char in plain(line) if category(char) in {"Cc", "Cf", "Zl", "Zp"}]


def test_a_table_keeps_its_columns_and_goes_on_below() -> None:
    page = "| when | what |\n| --- | --- |\n| 22:10 | a \\| b " + "word " * 20 + "|\n"
    head, first, *rest = [plain(line) for line in paper_lines(page, 50)]
    assert head.index("what") == first.index("a | b")
    assert rest
    assert all(len(line) - len(line.lstrip()) == head.index("what") for line in rest)


# --- on the screen ----------------------------------------------------------------------------------------------------


def keep(data_dir: Path, title: str, days: int, *, end: bool) -> None:
    """Put one incident on the disk, so many days before the log of the room."""
    start = rooms.START - timedelta(days=days)
    desk = new_desk(data_dir, start.date())

    def do(command: a.Command, minutes: float) -> None:
        moment = start + timedelta(minutes=minutes)
        outcome = desk.perform(replace(command, at=moment), "@ana", moment, lambda _state, _command, _at: FOUND)
        assert outcome.ok, outcome

    do(a.Declare(severity=WORST, title=title, started=start, detected=start), 1)
    do(a.SetField(name="action", value="expand-contract rule"), 2)
    do(a.SetField(name="action_due", value="2026-01-01"), 3)
    if end:
        do(a.PinEvidence(request_id="req_abc123"), 4)
        do(a.Mitigate(why="rolled back"), 5)
        do(a.Resolve(why="all is well"), 6)
        do(a.Close(override=True, why="over"), 7)
    desk.close()


async def listed(pilot: Pilot[None]) -> str:
    """The list, as soon as the journals were read."""
    await until(pilot, lambda text: "UTC" in text and "INC-" in text.partition("\n")[2])
    await pilot.press("i")
    return await until(pilot, "Open permanent actions")


async def test_enter_shows_a_closed_one_as_its_page_and_an_open_one_on_the_board(tmp_path: Path) -> None:
    keep(tmp_path, "older and open", 9, end=False)
    keep(tmp_path, HOSTILE, 20, end=True)
    keep(tmp_path, "newest and open", 2, end=False)
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        text = await listed(pilot)
        assert text.replace("\n", "").isprintable()
        assert "OVERDUE" in text
        await pilot.press("down", "down", "enter")
        page = await until(pilot, "For people outside")
        assert "Postmortem INC-" in page
        assert "pool␛]0;owned␇[/x]" in page
        assert page.replace("\n", "").isprintable()
        await pilot.press("pagedown", "pagedown", "escape")
        await until(pilot, "Open permanent actions")
        await pilot.press("ctrl+home", "down", "enter")
        await until(pilot, lambda text: "older and open" in text.splitlines()[1])
        assert isinstance(app.screen, BoardScreen)


async def test_the_list_is_narrowed_turned_and_written(tmp_path: Path) -> None:
    keep(tmp_path, "pool exhausted", 20, end=True)
    keep(tmp_path, "stream refused", 2, end=False)
    app = GuardiaApp(rooms.room(tmp_path))
    app.folder = tmp_path / "out"
    app.folder.mkdir()
    async with app.run_test(size=(100, 30)) as pilot:
        await listed(pilot)
        await pilot.press("slash", *"pool", "enter")
        text = await until(pilot, lambda text: "· pool" in text)
        assert "stream refused" not in text.partition("Open permanent actions")[0].partition("\n")[2].partition("\n")[2]
        await pilot.press("v", "v")
        await until(pilot, "last 7 days")
        await until(pilot, "no incident matches")
        await pilot.press("v", "w")
        await until(pilot, "1 incidents written")
        await pilot.press("i")
        await until(pilot, "Timeline")
        assert isinstance(app.screen, BoardScreen)
    (file,) = (tmp_path / "out").iterdir()
    assert "pool exhausted" in file.read_text()


async def test_without_any_incident_it_says_so(tmp_path: Path) -> None:
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, "SEV1")
        await pilot.press("i")
        await until(pilot, "no incident in that time")
        await pilot.press("enter", "tab", "enter", "s")
        assert isinstance(app.screen, IncidentsScreen)
        assert len(rows(app)) == 24
        assert "no permanent action is open" in shown(app)


async def test_q_asks_on_a_digging_screen_too(tmp_path: Path) -> None:
    keep(tmp_path, "open", 2, end=False)
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        await listed(pilot)
        await pilot.press("q")
        await until(pilot, "leave all the same?")
        await pilot.press("escape")
        assert isinstance(app.screen, IncidentsScreen)
