"""The closing form on screen: a whole close by keys, what it refuses, what it never shows."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input

from tests import rooms
from tests.test_ui import english_in, rows, screen_text, strips
from tests.test_ui_incident import english, letters, opened, the_state, until
from tui.incident import actions
from tui.locale import LANGUAGES, use
from tui.session.act import Outcome
from tui.ui.app import GuardiaApp
from tui.ui.screens.board import BoardScreen
from tui.ui.screens.closure import ClosureScreen
from tui.ui.screens.question import QuestionScreen
from tui.ui.screens.trace import TraceScreen
from tui.ui.widgets.form import ActionRow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from textual.pilot import Pilot

SIZES = ((160, 45), (100, 30), (80, 24))
TYPED = "Tr0ub4dorAnd3"
FORM = {
    "impact": "1 de 3 logins",
    "root_cause": "auth.js:118",
    "mitigation": "rollback a 6e19d04",
    "lesson": "van aparte",
    "lucky": "",
    "preventive": "alerta",
    "action": "regla en CI",
    "action_owner": "@caro",
    "action_due": "2026-04-01",
}


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    use("en")
    yield
    use("en")


def mitigated(data_dir: Path, *more: actions.Command, evidence: bool = True, lang: str = "en") -> None:
    """An incident of which everything is done but the form."""
    rooms.filled(post := rooms.room(data_dir, lang=lang))
    declared = rooms.done(post, actions.Declare(severity="SEV1", title="login")).outcome
    assert isinstance(declared, Outcome)
    assert declared.state.evidence, "declaring pins the anchor"
    unpinned = () if evidence else (actions.Undo(),) * len(declared.state.evidence)
    rooms.done(post, *unpinned, actions.Mitigate(why="rollback"), actions.Decide(decision="NO_GO"), *more)
    post.close()


async def form(pilot: Pilot[None]) -> ClosureScreen:
    """Open the form with two presses of c."""
    await opened(pilot, "INC-")
    await pilot.press("c", "c")
    for _attempt in range(1500):
        await pilot.pause()
        screen = pilot.app.screen
        if isinstance(screen, ClosureScreen) and isinstance(screen.focused, Input | ActionRow):
            return screen
        await asyncio.sleep(0.01)
    raise AssertionError("the form did not open")


def nowhere(folder: Path) -> bool:
    """Whether no file has what must be masked."""
    return all(TYPED.encode() not in path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def on_board(pilot: Pilot[None]) -> None:
    for _attempt in range(1500):
        await pilot.pause()
        if isinstance(pilot.app.screen, BoardScreen):
            return
        await asyncio.sleep(0.01)
    raise AssertionError(screen_text(pilot.app))  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_a_whole_close_by_keys(tmp_path: Path, lang: str) -> None:
    use(lang)
    mitigated(tmp_path, evidence=False, lang=lang)
    app = GuardiaApp(rooms.room(tmp_path, lang=lang))
    async with app.run_test(size=(160, 45)) as pilot:
        await form(pilot)
        for name, text in FORM.items():
            prefilled = "rollback" if name == "mitigation" else ""
            await pilot.press(*letters(text.removeprefix(prefilled)), "tab")
        await pilot.press("2", "tab")
        await until(pilot, {"en": "draft saved", "es": "borrador guardado"}[lang])
        await until(pilot, "CANNOT CLOSE · 1 of 8 missing" if lang == "en" else "NO SE PUEDE CERRAR · falta 1 de 8")
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, TraceScreen)
        await pilot.press("P", "enter")
        await until(pilot, {"en": "pinned", "es": "fijad"}[lang])
        await pilot.press("escape")
        await until(pilot, "Gate  CAN CLOSE" if lang == "en" else "Requisitos  SE PUEDE CERRAR")
        assert "## " in screen_text(app)
        await pilot.press("ctrl+k")
        await pilot.pause()
        assert isinstance(app.screen, QuestionScreen)
        assert not english(app) or lang == "en"
        await pilot.press("enter")
        await on_board(pilot)
    state = the_state(tmp_path)
    assert state.status.value == "closed"
    assert state.overridden == ()
    assert {name: state.value(name) for name in FORM} == FORM
    assert state.value("communicated") == "yes"


async def test_nothing_closes_without_evidence_and_what_is_missing_is_named(tmp_path: Path) -> None:
    mitigated(tmp_path, evidence=False)
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        await form(pilot)
        await pilot.press("ctrl+k")
        await until(pilot, "nobody can override evidence")
        assert "Root cause" in screen_text(app)
        await pilot.press("enter")
        await until(pilot, "missing: evidence that matched")
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, ClosureScreen)
    assert the_state(tmp_path).status.value == "mitigated"


async def test_all_but_evidence_is_overridden_with_a_reason(tmp_path: Path) -> None:
    mitigated(tmp_path)
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        await form(pilot)
        await pilot.press("ctrl+k")
        await until(pilot, "all the same")
        await pilot.press("2", "enter")
        await until(pilot, "needs a reason")
        await pilot.press("tab", *letters("rehearsal"), "enter")
        await on_board(pilot)
    state = the_state(tmp_path)
    assert state.status.value == "closed"
    assert "root-cause" in state.overridden
    assert state.closures[-1].why == "rehearsal"


async def test_a_secret_is_masked_before_it_is_stored_or_shown_again(tmp_path: Path) -> None:
    mitigated(tmp_path)
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        await form(pilot)
        typed = f"DB_PASSWORD={TYPED}"
        await pilot.press(*("equals_sign" if char == "=" else char for char in letters(typed)), "ctrl+s")
        await until(pilot, "draft saved")
        assert TYPED not in screen_text(app)
        assert "DB_PASSWORD" in screen_text(app)
        await pilot.press("escape")
        await on_board(pilot)
    assert TYPED not in the_state(tmp_path).value("impact")
    assert "DB_PASSWORD" in the_state(tmp_path).value("impact")
    assert nowhere(tmp_path)


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_a_wrong_date_is_said_below_it_and_leaving_takes_a_second_key(tmp_path: Path, lang: str) -> None:
    use(lang)
    filled = (actions.SetField(name="action", value="x"), actions.SetField(name="action_owner", value="@x"))
    mitigated(tmp_path, *filled, lang=lang)
    wrong = {"en": "not a date: write YYYY-MM-DD", "es": "no es una fecha: se escribe YYYY-MM-DD"}[lang]
    app = GuardiaApp(rooms.room(tmp_path, lang=lang))
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await form(pilot)
        screen._rows["action_due"].input.focus()
        await pilot.press(*letters("2026-13-40"), "tab")
        await until(pilot, wrong)
        shown = rows(app)
        at = next(index for index, row in enumerate(shown) if "2026-13-40" in row)
        assert wrong in shown[at + 1]
        await pilot.press("shift+tab", *["backspace"] * 10, *letters("soon"), "escape")
        await until(pilot, "soon")
        await until(pilot, wrong)
        assert isinstance(app.screen, ClosureScreen)
        await pilot.press("escape")
        await on_board(pilot)
    assert the_state(tmp_path).value("action_due") == ""


async def test_esc_saves_what_stands_there_first(tmp_path: Path) -> None:
    mitigated(tmp_path)
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        await form(pilot)
        await pilot.press(*letters("q 0 all logins"), "escape")
        await on_board(pilot)
    assert the_state(tmp_path).value("impact") == "q 0 all logins"


async def test_ctrl_n_goes_only_where_something_is_missing(tmp_path: Path) -> None:
    mitigated(tmp_path, actions.SetField(name="root_cause", value="auth.js:118"))
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await form(pilot)
        seen = []
        for _press in range(4):
            seen += [name for name, row in screen._rows.items() if row.input.has_focus]
            await pilot.press("ctrl+n")
    assert seen == ["impact", "lesson", "preventive", "action"]


async def test_what_others_write_is_shown_but_never_over_what_one_types(tmp_path: Path) -> None:
    mitigated(tmp_path)
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await form(pilot)
        await pilot.press(*letters("mine"))
        rooms.filled(other := rooms.room(tmp_path, "@beto"))
        rooms.done(other, actions.SetField(name="lesson", value="theirs"), by="@beto")
        rooms.done(other, actions.SetField(name="impact", value="overwritten"), by="@beto")
        app.wake()
        await until(pilot, "theirs")
        assert "mine" in screen_text(app)
        assert "overwritten" not in screen_text(app)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
async def test_it_fits_and_speaks_one_language(
    tmp_path: Path, size: tuple[int, int], lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    use(lang)
    mitigated(tmp_path, actions.SetField(name="impact", value="y " * 300), actions.Resolve(why="calm"), lang=lang)
    app = GuardiaApp(rooms.room(tmp_path, lang=lang))
    async with app.run_test(size=size) as pilot:
        await form(pilot)
        for _press in range(14):
            assert {strip.cell_length for strip in strips(app)} == {size[0]}
            assert len(rows(app)) == size[1]
            assert any(row.startswith("▌") or "▌" in row for row in rows(app)), screen_text(app)
            assert not english(app) or lang == "en"
            await pilot.press("tab")
            await pilot.pause()
        assert {"en": "Gate", "es": "Requisitos"}[lang] in screen_text(app)
        assert (("## " in screen_text(app)) or size[0] < 96) is True


@pytest.mark.parametrize("hostile", ["[@click=app.quit]x[/]", "[/x] `rm` *b* <b>", "\x1b]0;owned\x07", "\u202eevil"])
async def test_hostile_words_are_shown_not_obeyed(tmp_path: Path, hostile: str) -> None:
    mitigated(tmp_path, *(actions.SetField(name=name, value=hostile) for name in ("impact", "lesson", "action")))
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(160, 45)) as pilot:
        await form(pilot)
        shown = screen_text(app)
        assert shown.replace("\n", "").isprintable()
        if hostile.isprintable() and "@" not in hostile:
            assert shown.count(hostile) >= 3


async def test_the_footer_names_only_keys_that_work(tmp_path: Path) -> None:
    mitigated(tmp_path)
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await form(pilot)
        assert "ctrl+n next missing" in rows(app)[-1]
        assert "? help" not in rows(app)[-1]
        screen.query_one("#close", ActionRow).focus()
        await until(pilot, "? help")


async def test_read_only_opens_no_form(tmp_path: Path) -> None:
    mitigated(tmp_path)
    app = GuardiaApp(rooms.room(tmp_path, read_only=True))
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot, "INC-")
        await pilot.press("c", "c")
        await until(pilot, "records nothing")
        assert isinstance(app.screen, BoardScreen)


async def test_without_an_incident_there_is_no_form(tmp_path: Path) -> None:
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot)
        await pilot.press("c", "c", "enter")
        await pilot.pause()
        assert isinstance(app.screen, BoardScreen)
        assert english_in(screen_text(app))
