"""Secrets given to every field of every question and of the closing form: on no screen, in no file; places survive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.events import Paste
from textual.widgets import Input

from tests import rooms
from tests.test_closure_screen import form, mitigated
from tests.test_typed_secrets import SECRETS, forms
from tests.test_ui import screen_text
from tests.test_ui_incident import closed, opened, the_state, until
from tui.incident import actions
from tui.locale import use
from tui.present import asking
from tui.present.ask_closing import close, delegate
from tui.present.closure import form_fields
from tui.present.step_rows import Deed
from tui.ui.app import GuardiaApp
from tui.ui.screens.closure import ClosureScreen
from tui.ui.screens.question import QuestionScreen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from textual.pilot import Pilot

    from tui.present.questions import Question
    from tui.present.situation import Situation

PLACES = "server/src/routes/auth.js:118 DB_POOL_MAX=20"
TEXT = " ".join([PLACES, *(whole for whole, _secret in SECRETS.values())])


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    use("en")


def found(haystack: str) -> list[str]:
    hidden = ((kind, needle) for kind, (_whole, secret) in SECRETS.items() for needle in forms(secret).values())
    return [kind for kind, needle in hidden if needle in haystack]


def found_in_files(folder: Path) -> list[tuple[str, str]]:
    read = [(path, path.read_bytes().decode("utf-8", "replace")) for path in folder.rglob("*") if path.is_file()]
    return [(path.name, kind) for path, text in read for kind in found(text)]


def questions(situation: Situation) -> Iterator[tuple[str, Question]]:
    """Every question with something to type."""
    line = next(one for one in form_fields(situation) if one.id == "impact")
    step = situation.rules.triage.steps[0].id
    asked = {
        **{name: asking.ask(name, situation) for name in asking._QUESTIONS},
        "tick": asking.for_deed(Deed("tick", step), situation),
        "decide": asking.for_deed(Deed("decide", "GO"), situation),
        "delegate": delegate(line, "@ana", situation),
        "close": close(situation),
    }
    for name, question in asked.items():
        if question and any(not field.choices for field in question.fields):
            yield name, question


async def give(pilot: Pilot[None], field: Input, text: str) -> None:
    field.post_message(Paste(text))
    for _turn in range(3):
        await pilot.pause()


async def test_every_question_masks_before_it_shows_and_before_it_records(tmp_path: Path) -> None:
    rooms.filled(post := rooms.room(tmp_path / "data"))
    rooms.done(post, actions.Declare(severity="SEV1", title="login"))
    post.close()
    app = GuardiaApp(rooms.room(tmp_path / "data"))
    tried, fields, screens = [], 0, 0
    async with app.run_test(size=(110, 45)) as pilot:
        await opened(pilot, "INC-")
        assert app.situation is not None
        assert app.commander is not None
        for name, question in sorted(questions(app.situation), key=lambda one: one[0] in {"cancel", "close", "reopen"}):
            app.commander._put(question, app.situation)
            await pilot.pause()
            screen = app.screen
            assert isinstance(screen, QuestionScreen)
            for field in screen.query(Input):
                await give(pilot, field, TEXT)
                fields, screens = fields + 1, screens + 1
                assert "auth.js:118" in field.value, name
                assert "DB_POOL_MAX=20" in field.value, name
                assert found(screen_text(app)) == [], name
            await pilot.press("enter")
            await pilot.pause()
            if isinstance(app.screen, QuestionScreen):
                await pilot.press("escape")
            await closed(pilot)
            assert found(screen_text(app)) == [], name
            tried.append(name)
            screens += 1
    leaks = found_in_files(tmp_path)
    print(f"{len(SECRETS)} secrets pasted into {fields} fields of {len(tried)} questions: "
          f"{screens} screens and every file searched, {len(leaks)} found")  # fmt: skip
    assert leaks == []
    assert {"declare", "note", "update", "delegate", "close", "tick", "decide", "roles", "deploy"} <= set(tried)
    journal = "".join(path.read_text() for path in (tmp_path / "data").rglob("*.jsonl"))
    assert PLACES.split(maxsplit=1)[0] in journal
    assert PLACES.split()[1] in journal


async def test_every_line_of_the_closing_form_masks_before_it_shows_and_before_it_saves(tmp_path: Path) -> None:
    mitigated(tmp_path / "data")
    app = GuardiaApp(rooms.room(tmp_path / "data"))
    async with app.run_test(size=(160, 45)) as pilot:
        screen = await form(pilot)
        lines = list(screen.query(Input))
        for line in lines:
            await give(pilot, line, TEXT)
            assert found(screen_text(app)) == []
        await pilot.press("ctrl+s")
        await until(pilot, "draft saved")
        await pilot.pause()
        assert isinstance(app.screen, ClosureScreen)
        assert found(screen_text(app)) == []
        assert app.export_screenshot().count("DB_POOL_MAX") > 0
        assert found(app.export_screenshot()) == []
    leaks = found_in_files(tmp_path)
    print(f"{len(SECRETS)} secrets pasted into {len(lines)} lines of the closing form: {len(leaks)} found")
    assert leaks == []
    assert PLACES in the_state(tmp_path / "data").value("root_cause")


async def test_letters_of_a_secret_that_is_typed_are_masked_when_recorded(tmp_path: Path) -> None:
    rooms.filled(post := rooms.room(tmp_path / "data"))
    rooms.done(post, actions.Declare(severity="SEV1", title="login"))
    post.close()
    app = GuardiaApp(rooms.room(tmp_path / "data"))
    async with app.run_test(size=(110, 45)) as pilot:
        await opened(pilot, "INC-")
        await pilot.press("n")
        names = {"=": "equals_sign", "_": "underscore"}
        await pilot.press(*(names.get(char, char) for char in "API_KEY=Gh5Kq9ZxW1"))
        await until(pilot, "masked (")
        await pilot.press("enter")
        await closed(pilot)
        await until(pilot, "note API_KEY=")
        assert "Gh5Kq9ZxW1" not in screen_text(app)
    assert found_in_files(tmp_path) == []
