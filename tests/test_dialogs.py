"""Questions over the board: nothing beside them, no letter lost, refused at once where they are too late."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import rooms
from tests.incidents import declared
from tests.test_closure_screen import form, mitigated
from tests.test_present_incident import situation
from tests.test_ui import rows, screen_text
from tests.test_ui_incident import letters, opened, record, the_state, until
from tui.incident import actions as a
from tui.locale import use
from tui.present.asking import for_deed
from tui.present.spans import plain
from tui.present.step_rows import Deed
from tui.ui.app import GuardiaApp
from tui.ui.screens.board import BoardScreen
from tui.ui.screens.pick import PickScreen
from tui.ui.widgets.fields import TextField

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tui.session.command_post import CommandPost


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    use("en")
    yield
    use("en")


@pytest.mark.parametrize(("size", "keys"), [((120, 35), "d"), ((240, 70), "d"), ((160, 45), "M")])
async def test_nothing_of_the_board_stands_beside_a_dialog(tmp_path: Path, size: tuple[int, int], keys: str) -> None:
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        await pilot.press(keys)
        await pilot.pause()
        shown = rows(app)
        top = app.screen.query_one("#question").region.y
        assert shown[top].rstrip().endswith("─")
        assert len(shown[top].rstrip()) >= size[0] - 1
        assert all(not row[112:].strip() for row in shown[top + 1 :])


async def test_letters_typed_on_a_choice_go_into_the_line_of_text(tmp_path: Path) -> None:
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot)
        await record(pilot, "a", "2", *letters("db 42P01 down"))
    state = the_state(tmp_path)
    assert (state.title, state.severity) == ("db 42P01 down", "SEV2")


# --- a review at an earlier minute ------------------------------------------------------------------------------------


def over(data_dir: Path) -> CommandPost:
    """An incident that is over today, seen at a minute at which it was open."""
    post = rooms.room(data_dir)
    rooms.filled(post)
    rooms.done(post, a.Declare(severity="SEV1", title="login"), a.Acknowledge())
    rooms.done(post, a.Cancel(why="a load test", at=rooms.FIRES + 2 * (rooms.FIRES - rooms.START) / 10))
    post.seek(rooms.FIRES + (rooms.FIRES - rooms.START) / 6)
    return post


@pytest.mark.parametrize("keys", [("m",), ("u",), ("s",), ("c", "c")])
async def test_what_is_over_today_is_refused_before_anything_is_asked(tmp_path: Path, keys: tuple[str, ...]) -> None:
    app = GuardiaApp(over(tmp_path))
    async with app.run_test(size=(160, 45)) as pilot:
        await opened(pilot, "INC-")
        await pilot.press(*keys)
        await until(pilot, "it is so today, not at the minute shown")
        assert isinstance(app.screen, BoardScreen)


async def test_leaving_a_review_does_not_ask_about_what_is_over_today(tmp_path: Path) -> None:
    app = GuardiaApp(over(tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot, "INC-")
        await pilot.press("q")
        await pilot.pause()
        assert not isinstance(app.screen, PickScreen)
    assert app._exit


# --- the closing form -------------------------------------------------------------------------------------------------


async def test_a_field_that_was_left_shows_its_beginning_and_what_it_lacks(tmp_path: Path) -> None:
    mitigated(tmp_path)
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await form(pilot)
        field = screen._rows["root_cause"].input
        assert isinstance(field, TextField)
        field.focus()
        await pilot.press(*letters("Beginning of a cause that nobody can look up anywhere in the code at all"))
        await pilot.pause()
        assert "Beginning" not in screen_text(app)
        await pilot.press("tab")
        await until(pilot, "Beginning")
        await until(pilot, "closing still waits for: file:line or a")


# --- steps ------------------------------------------------------------------------------------------------------------


def asked(step: str, **said: str) -> tuple[a.Command, ...]:
    question = for_deed(Deed("tick", step), situation(declared(), 15))
    assert question is not None
    return question.commands({one.id: one.value for one in question.fields} | said)


def test_a_step_that_asks_for_a_fact_has_it_recorded_with_the_tick() -> None:
    assert asked("freeze-deploys") == (a.NoteDeploys(frozen=True), a.TickStep(step="freeze-deploys"))
    assert asked("open-channel", channel="#war") == (a.SetChannel(channel="#war"), a.TickStep(step="open-channel"))


def test_a_step_that_asks_for_a_fact_can_be_ticked_by_hand() -> None:
    assert asked("freeze-deploys", flag="") == (a.TickStep(step="freeze-deploys"),)
    assert asked("open-channel") == (a.TickStep(step="open-channel"),)


def test_what_nothing_can_tell_is_said_of_the_step_itself_and_may_be_left_unverified() -> None:
    question = for_deed(Deed("tick", "critical-secrets"), situation(declared(), 15))
    assert question is not None
    about = [plain(line) for line in question.about]
    assert about[0] == "this step: unknown: environment not checked"
    assert all(": expected: " in f": {line[2:]}" for line in about[1:])
    unseen = question.fields[-1].choices[1].value
    assert question.commands({"note": "no access", "verdict": unseen}) == (
        a.TickStep(step="critical-secrets", note="could not verify: no access"),
    )
