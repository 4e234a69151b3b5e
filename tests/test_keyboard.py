"""Keys that come faster than the screens they open: none is lost, none means another, what was left stays left."""

from __future__ import annotations

from shutil import copytree
from typing import TYPE_CHECKING

import pytest
from textual._xterm_parser import XTermParser

from tests.tour import WAYS, back, begun, furnish, open_app, soon, type_at_once
from tui import keymap
from tui.incident.entries import DeploysNoted, Noted
from tui.ui.screens.question import QuestionScreen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.tour import WatchedApp


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("furnished") / "data"
    furnish(folder)
    return folder


@pytest.fixture
def app(furnished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WatchedApp]:
    copytree(furnished, tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    yield open_app(tmp_path / "data")
    keymap.use({})


def send(app: WatchedApp, written: str) -> None:
    """Send bytes as a terminal does, in one piece; what may be half a key has waited long enough."""
    driver, parser = app._driver, XTermParser()
    assert driver is not None
    for event in [*parser.feed(written), *parser.tick(), *parser.feed("")]:
        event.set_sender(app)
        driver.send_message(event)


@pytest.mark.parametrize("text", ["service back, ¿quién mira? 1/2", "q", "0 errors: x"])
async def test_a_note_sent_in_one_piece_is_whole(app: WatchedApp, text: str) -> None:
    async with app.run_test(size=(100, 30)) as pilot:
        await begun(pilot)
        type_at_once(app, ["n", *text, "enter"])
        await soon(pilot, lambda: bool(app.confirmed))
        await back(pilot)
    assert [each.entry.payload for each in app.confirmed] == [Noted(text=text)]


async def test_words_typed_on_a_choice_go_to_its_line_of_text(app: WatchedApp) -> None:
    async with app.run_test(size=(100, 30)) as pilot:
        await begun(pilot)
        type_at_once(app, ["f", *"nobody deploys now", "enter"])
        await soon(pilot, lambda: bool(app.confirmed))
        await back(pilot)
    assert [each.entry.payload for each in app.confirmed] == [DeploysNoted(frozen=True, why="nobody deploys now")]


async def test_a_changed_key_is_a_letter_again_in_a_question(app: WatchedApp) -> None:
    keymap.use({"note": "b", "flags": "v", "view": "f"})
    async with app.run_test(size=(100, 30)) as pilot:
        await begun(pilot)
        type_at_once(app, ["v", *"nb fv", "enter"])
        await soon(pilot, lambda: bool(app.confirmed))
        await back(pilot)
    assert [each.entry.payload for each in app.confirmed] == [DeploysNoted(frozen=True, why="nb fv")]


async def test_escape_and_enter_in_one_piece_record_nothing(app: WatchedApp) -> None:
    async with app.run_test(size=(100, 30)) as pilot:
        await begun(pilot)
        await WAYS["question note"](pilot)
        type_at_once(app, "not this")
        send(app, "\x1b\r")
        await soon(pilot, lambda: not isinstance(app.screen, QuestionScreen))
        await back(pilot)
    assert app.confirmed == []


async def test_escape_and_a_letter_in_one_piece_are_both(app: WatchedApp) -> None:
    async with app.run_test(size=(100, 30)) as pilot:
        await begun(pilot)
        await WAYS["question note"](pilot)
        type_at_once(app, "not this")
        send(app, "\x1bn")
        await soon(pilot, lambda: isinstance(app.screen, QuestionScreen) and app.screen._fields["text"].answer == "")
        type_at_once(app, [*"but this", "enter"])
        await soon(pilot, lambda: bool(app.confirmed))
        await back(pilot)
    assert [each.entry.payload for each in app.confirmed] == [Noted(text="but this")]
