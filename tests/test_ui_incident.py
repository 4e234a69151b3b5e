"""A whole incident by keys alone: questions, the disk behind them, what the board shows, two screens on one."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests import boards, rooms
from tests.test_ui import english_in, rows, screen_text, strips
from tui.cli.options import Options
from tui.cli.room import drill_folder, open_incidents, open_room, open_sources
from tui.cli.setup import Prepared
from tui.incident import actions
from tui.incident.journal import OsDisk
from tui.locale import LANGUAGES, use
from tui.session import commands
from tui.session.act import incidents
from tui.session.clock import Cursor
from tui.settings import load
from tui.ui.app import GuardiaApp
from tui.ui.screens.board import BoardScreen
from tui.ui.screens.pick import PickScreen
from tui.ui.screens.question import QuestionScreen
from tui.ui.widgets.board import Footer
from tui.ui.widgets.panes import SidePane

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from textual.pilot import Pilot

    from tui.incident.state import IncidentState
    from tui.session.command_post import CommandPost

SIZES = ((160, 45), (100, 30), (80, 24))


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    use("en")
    yield
    use("en")


def english(app: GuardiaApp) -> list[str]:
    """English words on the screen but for those that the Spanish runbook itself uses."""
    texts = boards.runbook("es").texts
    own = " ".join(f"{texts.title(key)} {texts.short(key)}" for key in texts).lower()
    return [found for found in english_in(screen_text(app)) if found not in own]


async def until(pilot: Pilot[None], wanted: str) -> None:
    app = pilot.app
    assert isinstance(app, GuardiaApp)
    for _attempt in range(1500):
        await pilot.pause()
        if wanted in screen_text(app):
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{wanted!r} did not appear:\n{screen_text(app)}")


async def closed(pilot: Pilot[None]) -> None:
    """Wait until the disk has confirmed and the question is gone."""
    for _attempt in range(1500):
        await pilot.pause()
        if isinstance(pilot.app.screen, BoardScreen):
            return
        await asyncio.sleep(0.01)
    app = pilot.app
    assert isinstance(app, GuardiaApp)
    raise AssertionError(f"the question stays open:\n{screen_text(app)}")


async def record(pilot: Pilot[None], *keys: str) -> None:
    """Press keys, then Enter, and see it recorded."""
    await pilot.press(*keys)
    await pilot.pause()
    assert isinstance(pilot.app.screen, QuestionScreen), screen_text(pilot.app)  # type: ignore[arg-type]
    await pilot.press("enter")
    await closed(pilot)


def letters(text: str) -> Sequence[str]:
    names = {" ": "space", ":": "colon", "@": "at", ".": "full_stop", "-": "minus", "/": "slash", "_": "underscore"}
    return [names.get(char, char) for char in text]


def the_state(data_dir: Path) -> IncidentState:
    (state,) = incidents(data_dir)
    return state


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


async def opened(pilot: Pilot[None], wanted: str = "SEV1") -> None:
    app = pilot.app
    assert isinstance(app, GuardiaApp)
    for _attempt in range(1500):
        await pilot.pause()
        if app._board.live and app._board.live.board.final and app._board.live.incident:
            break
        await asyncio.sleep(0.01)
    await until(pilot, wanted)


# --- the whole of it -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_a_whole_sev1_by_keys(tmp_path: Path, lang: str) -> None:
    use(lang)
    post = rooms.room(tmp_path, lang=lang)
    app = GuardiaApp(post)
    async with app.run_test(size=(160, 45)) as pilot:
        await opened(pilot)
        await record(pilot, "d", "tab", *letters("login 42P01"))
        await until(pilot, "login 42P01")
        await record(pilot, "a")
        await until(pilot, {"en": "[ACKNOWLEDGED]", "es": "[ASUMIDO]"}[lang])
        await record(pilot, "n", *letters("42P01 en auth.js"))
        await record(pilot, "f")
        await until(pilot, {"en": "FREEZE NOTED", "es": "FREEZE ANOTADO"}[lang])
        await record(pilot, "u", *letters("seguimos"))
        await pilot.press("p", "down")
        await record(pilot, "enter", *letters("auth/login"))
        await until(pilot, "Playbook 1/")
        await pilot.press("0", "shift+right")
        await record(pilot, "m", *letters("6e19d04"))
        await until(pilot, {"en": "[MITIGATED]", "es": "[MITIGADO]"}[lang])
        await pilot.press("end")
        await until(pilot, "02:40:00 UTC")
        await pilot.press("r", "down", "down", "enter")
        await until(pilot, {"en": "against the gate", "es": "contra los requisitos"}[lang])
        await pilot.press("enter")
        await until(pilot, {"en": "needs a reason", "es": "hace falta un motivo"}[lang])
        await pilot.press("escape", "down")
        await record(pilot, "enter")
        await record(pilot, "R", *letters("todo bien"))
        await until(pilot, {"en": "to close", "es": "por cerrar"}[lang])
        assert not english(app) or lang == "en"
    state = the_state(tmp_path)
    assert state.status.value == "resolved"
    assert state.title == "login 42P01"
    assert [note.value for note in state.notes] == ["42P01 en auth.js"]
    assert state.decision is not None
    assert state.decision.decision.decision == "NO_GO"
    assert state.anchor is not None
    assert [tick.value for ticks in state.steps.values() for tick in ticks] == ["auth/login"]
    assert state.declared is not None
    assert state.declared.at == rooms.FIRES + timedelta(minutes=3)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
async def test_nothing_overflows_and_every_question_fits(tmp_path: Path, size: tuple[int, int], lang: str) -> None:
    use(lang)
    app = GuardiaApp(rooms.room(tmp_path, "@ana", "@beto", lang=lang))
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        await pilot.press("d")
        await until(pilot, "1 SEV1")
        assert {strip.cell_length for strip in strips(app)} == {size[0]}
        await pilot.press("enter")
        await closed(pilot)
        for key in ("t", "p", "r", "c"):
            await pilot.press(key, "down", "down")
            await pilot.pause()
            assert {strip.cell_length for strip in strips(app)} == {size[0]}
            assert not english(app) or lang == "en"
        for key in ("a", "m", "s", "u", "n", "f", "g", "U", "M"):
            await pilot.press(key)
            await pilot.pause()
            assert {strip.cell_length for strip in strips(app)} == {size[0]}
            assert isinstance(app.screen, QuestionScreen | PickScreen), key
            assert not english(app) or lang == "en", key
            if isinstance(app.screen, QuestionScreen):
                assert {"en": " leave", "es": " salir"}[lang] in rows(app)[-1], screen_text(app)
            await pilot.press("escape")
            await pilot.pause()


async def test_acknowledging_with_nothing_open_declares_too(tmp_path: Path) -> None:
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot)
        await record(pilot, "a")
    state = the_state(tmp_path)
    assert state.status.value == "acknowledged"
    assert state.severity == "SEV1"


async def test_declaring_by_hand_asks_since_when_users_see_it(tmp_path: Path) -> None:
    post = rooms.room(tmp_path)
    app = GuardiaApp(post)
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot)
        await pilot.press("home")
        await until(pilot, "NO OPEN INCIDENT")
        await pilot.press("shift+right", "d")
        await until(pilot, "users see it since")
        await pilot.press("enter")
        await until(pilot, "choose one")
        await pilot.press("2", "tab", "tab", *letters("nonsense"), "enter")
        await until(pilot, "not a time")
        await pilot.press(*["backspace"] * 8, *letters("-3m"), "enter")
        await closed(pilot)
    state = the_state(tmp_path)
    assert state.severity == "SEV2"
    assert state.said_started == rooms.START + timedelta(minutes=7)


async def test_a_severity_is_raised_by_a_key_and_lowered_with_a_reason(tmp_path: Path) -> None:
    post = rooms.room(tmp_path)
    rooms.filled(post)
    rooms.done(post, actions.Declare(severity="SEV2"))
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot, "INC-")
        await record(pilot, "s")
        assert the_state(tmp_path).severity == "SEV1"
        await pilot.press("s", "enter")
        await until(pilot, "needs a reason")
        await pilot.press("tab", *letters("one region only"), "enter")
        await closed(pilot)
    assert the_state(tmp_path).severity == "SEV2"


async def test_undo_shows_what_it_takes_back(tmp_path: Path) -> None:
    post = rooms.room(tmp_path)
    rooms.filled(post)
    rooms.done(post, actions.Declare(severity="SEV1"))
    rooms.done(post, actions.Note(text="wrong window"))
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(160, 45)) as pilot:
        await opened(pilot, "INC-")
        await pilot.press("U")
        await until(pilot, "takes back: ")
        assert "wrong window" in screen_text(app)
        await pilot.press("enter")
        await closed(pilot)
        await until(pilot, "undone")
    assert the_state(tmp_path).notes == ()


# --- what is shown ---------------------------------------------------------------------------------------------------


async def test_declaring_moves_nothing(tmp_path: Path) -> None:
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(160, 45)) as pilot:
        await opened(pilot)
        before = {widget.id: widget.region for widget in app.screen.query("Lane, Axis, Timeline, Feed, SidePane")}
        await record(pilot, "d")
        await until(pilot, "[DECLARED]")
        after = {widget.id: widget.region for widget in app.screen.query("Lane, Axis, Timeline, Feed, SidePane")}
    assert before == after


@pytest.mark.parametrize("hostile", ["[@click=app.quit]x[/]", "[/x] `rm` *b* <b>", "\x1b]0;owned\x07", "\u202eevil"])
async def test_hostile_words_are_shown_not_obeyed(tmp_path: Path, hostile: str) -> None:
    post = rooms.room(tmp_path)
    rooms.filled(post)
    rooms.done(post, actions.Declare(severity="SEV1", title=hostile))
    rooms.done(post, actions.Note(text=hostile))
    rooms.done(post, actions.SetRole(role="scribe", name=hostile))
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(200, 60)) as pilot:
        await opened(pilot, "INC-")
        shown = screen_text(app)
        assert shown.replace("\n", "").isprintable()
        if hostile.isprintable() and "@" not in hostile:
            assert shown.count(hostile) >= 2
        await pilot.press("U", "escape", "g", "escape", "q")
        await pilot.pause()
        assert app.is_running


async def test_a_pasted_escape_sequence_becomes_a_picture(tmp_path: Path) -> None:
    from textual import events

    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot)
        await record(pilot, "d")
        await pilot.press("n")
        app.screen.focused.post_message(events.Paste("\x1b[31mred token=abcdefghijklmnop"))  # type: ignore[union-attr]
        await until(pilot, "␛[31mred")
        assert "masked" in screen_text(app)
        await pilot.press("enter")
        await closed(pilot)
    assert "abcdefghijklmnop" not in the_state(tmp_path).notes[0].value


async def test_letters_do_nothing_while_a_field_has_the_focus(tmp_path: Path) -> None:
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot)
        await record(pilot, "d")
        await pilot.press("n", *letters("quit m R 3"))
        assert app.is_running
        await pilot.press("enter")
        await closed(pilot)
    assert [note.value for note in the_state(tmp_path).notes] == ["quit m R 3"]


async def test_the_footer_names_only_what_works_now(tmp_path: Path) -> None:
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(160, 45)) as pilot:
        await opened(pilot)
        assert "d declare" in rows(app)[-1]
        assert "m mitigated" not in rows(app)[-1]
        await pilot.press("m")
        await until(pilot, "nothing is open: d declares")
        await record(pilot, "d")
        await until(pilot, "▲")
        await asyncio.sleep(0)
        app._board.query_one(Footer).be_quiet()
        await pilot.pause()
        assert "m mitigated" in rows(app)[-1]
        assert "R resolved" not in rows(app)[-1]


async def test_enter_on_a_command_copies_its_exact_text(tmp_path: Path) -> None:
    post = rooms.room(tmp_path)
    rooms.filled(post)
    rooms.done(post, actions.Declare(severity="SEV1"))
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(160, 45)) as pilot:
        await opened(pilot, "INC-")
        await pilot.press("p")
        pane = app.screen.query_one(SidePane)
        at = next(index for index, deed in enumerate(pane.deeds) if deed.kind == "copy")
        command = next(one for one in post.runbook.commands if one.id == pane.deeds[at].subject)
        await pilot.press(*["down"] * (at + 1), "enter")
        await pilot.pause()
        assert app.clipboard == command.text


async def test_a_command_runs_once_asked_and_what_came_of_it_is_recorded(tmp_path: Path) -> None:
    rooms.filled(post := rooms.room(tmp_path))
    rooms.done(post, actions.Declare(severity="SEV1"))
    nowhere = commands.Place(smoke_host="http://127.0.0.1:9", environ={"PATH": os.defpath})
    app = GuardiaApp(rooms.room(tmp_path, runs=nowhere))
    async with app.run_test(size=(160, 45)) as pilot:
        await opened(pilot, "INC-")
        await pilot.press("p")
        pane = app.screen.query_one(SidePane)
        at = next(index for index, deed in enumerate(pane.deeds) if deed.kind == "copy")
        await pilot.press(*["down"] * (at + 1), "enter")
        await until(pilot, "run it")
        await pilot.press("2")
        await until(pilot, "exact text: curl")
        assert "host: http://127.0.0.1:9" in screen_text(app)
        await pilot.press("enter")
        await until(pilot, "ended with ")
        await pilot.press("escape")
        await until(pilot, "✗ ")
        for _attempt in range(1500):
            if the_state(tmp_path).runs:
                break
            await asyncio.sleep(0.01)
    (run,) = the_state(tmp_path).runs
    assert run.run.command == pane.deeds[at].subject
    assert run.run.exit_code not in {0, None}
    assert run.by == "@ana"


async def test_another_playbook_can_be_opened(tmp_path: Path) -> None:
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(160, 45)) as pilot:
        await opened(pilot)
        await pilot.press("p")
        await until(pilot, "4.4 Auth 5xx")
        await pilot.press("right")
        await until(pilot, "5 Secrets and rotation")
        await pilot.press("left", "left")
        await until(pilot, "4.3 ACK failures")


async def test_quitting_asks_while_an_incident_is_open(tmp_path: Path) -> None:
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot)
        await record(pilot, "d")
        await pilot.press("q")
        await until(pilot, "leave all the same?")
        await pilot.press("escape")
        await pilot.pause()
        assert app.is_running
        await pilot.press("q", "enter")
    assert app.return_code == 0


# --- people ----------------------------------------------------------------------------------------------------------


async def test_a_digit_picks_who_acts(tmp_path: Path) -> None:
    app = GuardiaApp(rooms.room(tmp_path, "@ana", "@beto"))
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot)
        await record(pilot, "d")
        await pilot.press("a")
        await until(pilot, "2 @beto")
        await pilot.press("2")
        await closed(pilot)
        await pilot.press("m")
        await until(pilot, "= @beto")
    state = the_state(tmp_path)
    assert state.declared is not None
    assert state.declared.by == "@ana"
    assert [mark.by for mark in state.acknowledgements] == ["@beto"]


async def test_two_screens_on_one_incident_see_each_other(tmp_path: Path) -> None:
    ana, beto = GuardiaApp(rooms.room(tmp_path, "@ana")), GuardiaApp(rooms.room(tmp_path, "@beto"))
    async with ana.run_test(size=(100, 30)) as first:
        await opened(first)
        await record(first, "d")
        async with beto.run_test(size=(100, 30)) as second:
            await opened(second, "INC-")
            await record(second, "a")
            await until(first, "ACKNOWLEDGED")
            await record(first, "n", *letters("seen by both"))
            await until(second, "seen by both")
    assert [mark.by for mark in the_state(tmp_path).acknowledgements] == ["@beto"]


async def test_two_who_tick_the_same_step_see_both(tmp_path: Path) -> None:
    ana, beto = rooms.room(tmp_path, "@ana"), rooms.room(tmp_path, "@beto")
    rooms.filled(ana)
    rooms.done(ana, actions.Declare(severity="SEV1"))
    rooms.filled(beto)
    step = ana.runbook.triage.steps[0].id
    for post, name in ((ana, "@ana"), (beto, "@beto")):
        assert rooms.done(post, actions.TickStep(step=step), by=name).outcome.ok
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(160, 45)) as pilot:
        await opened(pilot, "@ana @beto")


async def test_read_only_looks_and_records_nothing(tmp_path: Path) -> None:
    rooms.filled(post := rooms.room(tmp_path))
    rooms.done(post, actions.Declare(severity="SEV1"))
    before = files(tmp_path)
    app = GuardiaApp(rooms.room(tmp_path, read_only=True))
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot, "INC-")
        assert "READ ONLY" in rows(app)[0]
        for key in ("a", "m", "n", "U", "s"):
            await pilot.press(key)
            await until(pilot, "records nothing")
            assert isinstance(app.screen, BoardScreen)
        await pilot.press("t", "down", "enter")
        await pilot.pause()
        assert isinstance(app.screen, BoardScreen)
    assert files(tmp_path) == before


# --- the disk --------------------------------------------------------------------------------------------------------


class FullDisk(OsDisk):
    """Takes nothing until there is room again."""

    full = False

    def write(self, descriptor: int, data: bytes) -> int:
        if self.full:
            raise OSError(28, "no space")
        return super().write(descriptor, data)


async def test_what_is_not_saved_is_loud_and_not_shown_as_done(tmp_path: Path) -> None:
    rooms.filled(post := rooms.room(tmp_path))
    rooms.done(post, actions.Declare(severity="SEV1"))
    disk = FullDisk()
    post = rooms.room(tmp_path, disk=disk)
    app = GuardiaApp(post)
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot, "INC-")
        disk.full = True
        await record(pilot, "a")
        await until(pilot, "NOT SAVED")
        assert "ACKNOWLEDGED" not in screen_text(app)
        await pilot.press("q")
        await until(pilot, "lost if you leave now")
        await pilot.press("escape")
        disk.full = False
        _later(post)
        await until(pilot, "ACKNOWLEDGED")
        assert "not on the disk" not in screen_text(app)


async def test_a_folder_that_cannot_be_used_is_said_and_the_board_goes_on(tmp_path: Path) -> None:
    (tmp_path / "incidents").write_text("no folder")
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot)
        await until(pilot, " JOURNAL ")
        await record(pilot, "d")
        await until(pilot, "NOT SAVED (ENOTDIR)")
        assert "INC-" not in screen_text(app)
        assert "STOPPED" not in screen_text(app)


def _later(post: CommandPost) -> None:
    post._wall = Cursor(rooms.AFTER + timedelta(minutes=1))


# --- where journals are, and which sources open ---------------------------------------------------------------------


def test_a_drill_has_a_folder_of_its_own_that_goes_with_it(tmp_path: Path) -> None:
    with drill_folder(Options()) as folder:
        assert folder.is_dir()
        inside = folder
    assert not inside.exists()
    with drill_folder(Options(data_dir=tmp_path)) as folder:
        assert folder == tmp_path
    assert tmp_path.is_dir()


def test_alone_it_opens_the_sources_of_every_open_incident_also_one_that_is_away(tmp_path: Path) -> None:
    prepared = Prepared(load({"data_dir": tmp_path}, tmp_path / "none.toml").settings, boards.runbook())
    assert open_incidents(prepared) == ()
    rooms.filled(post := rooms.room(tmp_path))
    rooms.done(post, actions.Declare(severity="SEV1"))
    rooms.done(post, actions.Declare(severity="SEV2"))
    first, second = open_incidents(prepared)
    assert open_sources((first, second)) == (str(rooms.log()),)
    assert first.declaration is not None
    source = replace(first.declaration.sources[0], path="/gone.log")
    away = first.declaration.model_copy(update={"sources": (source,)})
    assert open_sources((replace(first, declaration=away), second)) == ("/gone.log", str(rooms.log()))
    rooms.done(post, actions.Cancel(why="a test"))
    assert len(open_incidents(prepared)) == 1


def test_the_room_knows_who_may_act(tmp_path: Path) -> None:
    flags = {"data_dir": tmp_path, "name": "@ana", "people": ("@beto", "@ana")}
    prepared = Prepared(load(flags, tmp_path / "none.toml").settings, boards.runbook())
    assert open_room(Options(), prepared, rooms.engine()).place.people == ("@ana", "@beto")
    assert open_room(Options(actor="@caro"), prepared, rooms.engine()).place.people == ("@caro", "@beto", "@ana")
    assert open_room(Options(), prepared, rooms.engine(), data_dir=tmp_path / "drill").place.data_dir.name == "drill"
