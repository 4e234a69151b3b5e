"""A line of the closing form that is left to somebody, by key and from the shell; what questions say of the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import boards, rooms
from tests.test_closure_screen import form, mitigated
from tests.test_incident_cli import OUTAGE, Shell, shell
from tests.test_ui import rows, screen_text, strips
from tests.test_ui_incident import closed, english, letters, opened, the_state, until
from tui.incident import actions
from tui.locale import LANGUAGES, use
from tui.present.asked import still_over
from tui.ui.app import GuardiaApp
from tui.ui.screens.closure import ClosureScreen
from tui.ui.screens.question import QuestionScreen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["shell"]
SIZES = ((160, 45), (100, 30), (80, 24))


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    use("en")
    yield
    use("en")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
async def test_a_line_is_left_to_somebody_by_key(tmp_path: Path, size: tuple[int, int], lang: str) -> None:
    use(lang)
    mitigated(tmp_path, lang=lang)
    app = GuardiaApp(rooms.room(tmp_path, "@ana", "@beto", lang=lang))
    async with app.run_test(size=size) as pilot:
        await form(pilot)
        await pilot.press(*letters("x"), "tab", "ctrl+g")
        await pilot.pause()
        assert QuestionScreen in map(type, app.screen_stack)
        assert not english(app) or lang == "en"
        await pilot.press("enter")
        await until(pilot, beside := {"en": "with @beto", "es": "con @beto"}[lang])
        assert isinstance(app.screen, ClosureScreen)
        (row,) = [row for row in rows(app) if beside in row]
        assert {"en": "Root cause", "es": "Causa raíz"}[lang] in row
        assert {strip.cell_length for strip in strips(app)} == {size[0]}
    state = the_state(tmp_path)
    assert {field: said.value for field, said in state.delegated.items()} == {"root_cause": "@beto"}
    assert state.value("impact") == "x", "what was typed before is saved"


async def test_a_name_that_nobody_knows_yet_is_typed_and_masked(tmp_path: Path) -> None:
    mitigated(tmp_path)
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        await form(pilot)
        await pilot.press("ctrl+g", "enter")
        await until(pilot, "say who")
        await pilot.press(*letters("maria.lopez@corp.example"))
        await until(pilot, "masked")
        await pilot.press("enter")
        await until(pilot, "with ")
        assert "maria" not in screen_text(app)
    assert "maria" not in the_state(tmp_path).delegated["impact"].value


async def test_nothing_is_left_to_anybody_away_from_a_line(tmp_path: Path) -> None:
    mitigated(tmp_path)
    app = GuardiaApp(rooms.room(tmp_path, "@ana", "@beto"))
    async with app.run_test(size=(100, 30)) as pilot:
        await form(pilot)
        await pilot.press("shift+tab", "ctrl+g")
        await until(pilot, "go to the line")
        assert isinstance(app.screen, ClosureScreen)
    assert not the_state(tmp_path).delegated


def test_a_line_is_left_to_somebody_from_the_shell(shell: Shell) -> None:
    shell.done("declare", "--severity", "SEV1", OUTAGE)
    said = shell.done("set", "root_cause", "--delegate", "@beto").state["delegated"]
    assert said["root_cause"]["value"] == "@beto"
    shown = shell("show", lang="es")
    assert any("Causa raíz → @beto" in line for line in shown.out.splitlines())
    assert shell("set", "root_cause").code == 2
    assert shell("set", "root_cause", "x", "--delegate", "@beto").code == 2
    assert shell.refused("set", "title", "--delegate", "@beto").missing == ["unknown_field"]
    shell.done("set", "root_cause", "auth.js:118")
    assert "@beto" not in shell("show").out, "it is filled: nobody is waited for"


async def test_what_was_typed_on_while_half_of_it_was_refused_is_saved(tmp_path: Path) -> None:
    mitigated(tmp_path)
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await form(pilot)
        row = screen._rows["action_due"]
        screen.set_focus(row.input)
        await pilot.press(*letters("2026-12-01"))
        row.refuse("not a date", "2026-12-0")
        assert row.dirty
        row.refuse("not a date", "2026-12-01")
        assert not row.dirty, "the same is not sent again"


# --- what questions say of the numbers --------------------------------------------------------------------------------


def declared(data_dir: Path, lang: str, *more: actions.Command) -> None:
    rooms.filled(post := rooms.room(data_dir, lang=lang))
    rooms.done(post, actions.Declare(severity="SEV1", title="login"))
    for command in more:
        rooms.done(post, command)
    post.close()


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_mitigating_says_which_number_is_still_over_its_limit(tmp_path: Path, lang: str) -> None:
    use(lang)
    declared(tmp_path, lang)
    app = GuardiaApp(rooms.room(tmp_path, lang=lang))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, "INC-")
        await pilot.press("m")
        await until(pilot, {"en": "still over its limit: ", "es": "sigue sobre su límite: "}[lang])
        (told,) = [row for row in rows(app) if ":" in row and " > 0" in row and "5xx" in row][-1:]
        assert "Auth 5xx" in told
        await pilot.press("enter")
        await closed(pilot)
    assert the_state(tmp_path).status.value == "mitigated", "it is said, and is no obstacle"


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_resolving_says_what_is_not_normal_yet_and_by_how_much(tmp_path: Path, lang: str) -> None:
    use(lang)
    declared(tmp_path, lang, actions.Mitigate(why="rollback"))
    app = GuardiaApp(rooms.room(tmp_path, lang=lang))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, "INC-")
        await pilot.press("R")
        of = {"en": "00:00 of 15:00", "es": "00:00 de 15:00"}[lang]
        await until(pilot, of)
        (told,) = [row for row in rows(app) if of in row]
        assert "✗" in told
        assert {"en": "still over its limit", "es": "sigue sobre su límite"}[lang] in screen_text(app)
        await pilot.press("enter")
        await until(pilot, {"en": "not normal yet", "es": "aún no es normal"}[lang])
        assert not english(app) or lang == "en"
    assert the_state(tmp_path).status.value == "mitigated"


@pytest.mark.parametrize(
    ("board", "said"), [("calm", ""), ("sev1", "still over its limit: "), ("silent", "no data arrives")]
)
def test_only_what_is_over_or_unseen_is_warned_of(board: str, said: str) -> None:
    warned = "".join(span.text for line in still_over(boards.situation(boards.BOARDS[board]())) for span in line)
    assert warned.startswith(said)
    assert bool(warned) == bool(said)
