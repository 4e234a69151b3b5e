"""Help, the first run, and what a row of the timeline opens."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from tests import boards, rooms
from tests.digging import firing_engine, sample_engine, shown, until
from tests.digging import rows as drawn_rows
from tests.test_ui import english_in
from tui.incident import actions
from tui.locale import LANGUAGES, use
from tui.present import timeline
from tui.present.helptext import help_lines, key_entries
from tui.present.spans import line_width, plain
from tui.present.welcome import ROWS, welcome_lines
from tui.session.first_run import MARK, first_time
from tui.ui.app import GuardiaApp
from tui.ui.screens.detail import DetailScreen
from tui.ui.screens.events import EventsScreen
from tui.ui.screens.help import HelpScreen
from tui.ui.widgets.panes import Timeline
from tui.ui.widgets.welcome import Welcome

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from textual.pilot import Pilot

    from tui.present.entry_rows import Row

SIZES = ((240, 70), (160, 45), (100, 30), (80, 24))


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    use("en")
    yield
    use("en")


# --- help -------------------------------------------------------------------------------------------------------------

SCREENS = {"board": (), "detail": ("1", "1"), "events": ("e", "e"), "trace": ("x", "enter"), "sources": ("o",)}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", SCREENS)
async def test_every_key_of_a_screen_has_a_sentence(name: str, lang: str) -> None:
    use(lang)
    app = GuardiaApp(firing_engine(lang))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, "SEV1")
        await pilot.press(*SCREENS[name])
        await pilot.pause()
        bound = [(each.binding.key, each.binding.action) for each in app.screen.active_bindings.values()]
        await pilot.press("question_mark")
        assert isinstance(app.screen, HelpScreen)
        said = {key for head, _role, _sentence in key_entries((), bound) for key in head.split()}
        assert {"?", "q", "x", "esc", "/"} <= said
        assert not {"d", "a", "m"} & said or name == "board"
        assert {action for key, action in bound if len(key) == 1 and key not in said and not key.isdigit()} == set()
        assert lang == "en" or not english_in(shown(app))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("width", "height"), SIZES)
async def test_help_fits_and_can_be_read_to_its_end(width: int, height: int, lang: str) -> None:
    use(lang)
    app = GuardiaApp(firing_engine(lang))
    async with app.run_test(size=(width, height)) as pilot:
        await until(pilot, "SEV1")
        await pilot.press("question_mark", *["pagedown"] * 6)
        await until(pilot, {"en": "masked", "es": "ocultado"}[lang])
        assert len(drawn_rows(app)) == height
        assert max(map(len, drawn_rows(app))) <= width
        await pilot.press("question_mark")
        assert app.screen is app._board


@pytest.mark.parametrize("lang", LANGUAGES)
def test_help_stands_in_two_columns_where_there_is_room(lang: str) -> None:
    use(lang)
    rules = boards.runbook(lang).runbook
    bound = (("a", "command('acknowledge')"), ("l", "pane('timeline')"), ("ctrl+q", "quit"), ("q", "quit"))
    narrow, wide = (help_lines(rules, (), bound, cells) for cells in (80, 160))
    assert len(wide) < len(narrow)
    assert {line_width(line) for line in narrow} == {80}
    assert {line_width(line) for line in wide} == {160}
    assert "▲ SEV1" in plain(wide[1])


def test_a_command_that_does_nothing_now_is_faint() -> None:
    bound = (("a", "command('acknowledge')"), ("m", "command('mitigate')"), ("x", "trace"))
    assert [(key, role) for key, role, _said in key_entries((("a", "acknowledge"),), bound)] == [
        ("a", "strong"), ("m", "muted"), ("x", "strong"),
    ]  # fmt: skip


# --- the first run ----------------------------------------------------------------------------------------------------


def test_the_first_time_comes_once_in_a_folder(tmp_path: Path) -> None:
    data_dir = tmp_path / "new" / "data"
    assert first_time(data_dir)
    assert not first_time(data_dir)
    assert stat.S_IMODE((data_dir / MARK).stat().st_mode) == 0o600
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700


def test_what_cannot_be_remembered_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    assert not first_time(tmp_path / "file")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_three_lines_fit_eighty_columns(lang: str) -> None:
    use(lang)
    lines = welcome_lines(80)
    assert len(lines) == ROWS
    assert {line_width(line) for line in lines} == {80}
    assert not any("…  " in plain(line) or plain(line).endswith("…") for line in lines)


@pytest.mark.parametrize(("width", "height"), SIZES)
async def test_the_next_key_lets_the_lines_go_and_still_does_its_work(width: int, height: int) -> None:
    app = GuardiaApp(firing_engine())
    app.welcome = True
    async with app.run_test(size=(width, height)) as pilot:
        text = await until(pilot, "SEV1")
        assert "guardia reads your logs" in text.splitlines()[-1 - ROWS]
        assert "q quit" in text.splitlines()[-1]
        await pilot.press("question_mark")
        await until(pilot, "Keys")
        await pilot.press("escape")
        await until(pilot, lambda text: "guardia reads your logs" not in text)
        assert not app.screen.query(Welcome)


async def test_without_a_first_time_nothing_is_explained() -> None:
    app = GuardiaApp(firing_engine())
    async with app.run_test(size=(80, 24)) as pilot:
        assert "guardia reads your logs" not in await until(pilot, "SEV1")


# --- rows of the timeline ---------------------------------------------------------------------------------------------


async def opened_row(pilot: Pilot[None], glyphs: str) -> Row:
    """Press Enter on the newest row of the timeline that bears one of these signs."""
    app = pilot.app
    assert isinstance(app, GuardiaApp)
    assert app.situation is not None
    listed = timeline.rows(app.situation)
    place = next(index for index, row in enumerate(listed) if row.glyph in glyphs)
    await pilot.press("l", *["down"] * (place + 1), "enter")
    await pilot.pause()
    return listed[place]


async def test_an_alert_opens_its_metric_at_that_moment() -> None:
    app = GuardiaApp(sample_engine())
    async with app.run_test(size=(160, 45)) as pilot:
        await until(pilot, "fired login down")
        row = await opened_row(pilot, "▲")
        assert isinstance(app.screen, DetailScreen)
        assert app.screen.panel is not None
        assert app.screen.panel.metric == row.metric
        assert app.screen.look.cursor == row.at


async def test_a_mark_of_the_log_opens_the_events_around_it() -> None:
    app = GuardiaApp(sample_engine())
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, " log ")
        row = await opened_row(pilot, "·!×")
        assert isinstance(app.screen, EventsScreen)
        text = await until(pilot, "frozen")
        nearest = next(line for line in text.splitlines() if line.startswith("▌ "))
        assert nearest.split()[1] <= f"{row.at:%H:%M:%S}"
        await pilot.press("f")
        await until(pilot, lambda text: "frozen" not in text)


async def test_pinned_evidence_opens_its_trace(tmp_path: Path) -> None:
    post = rooms.room(tmp_path)
    rooms.filled(post)
    rooms.done(post, actions.Declare(severity="SEV1"))
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda text: "evidence req_" in text)
        row = next(row for row in timeline.rows(app.situation) if row.request_id)  # type: ignore[arg-type]
        app.screen.query_one(Timeline).post_message(Timeline.Opened(row))
        await until(pilot, f"Trace {row.request_id}")
