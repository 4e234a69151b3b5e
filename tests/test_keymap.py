"""Keys that a person changed: read back as the usual ones, shown as the new ones, everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import rooms
from tests.digging import shown, until
from tui import keymap
from tui.settings import SettingsError, load
from tui.ui.app import GuardiaApp

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def _usual_keys() -> Iterator[None]:
    yield
    keymap.use({})


@given(st.permutations(sorted(keymap.USUAL.values())))
def test_any_new_order_of_the_keys_is_read_back_as_the_usual_one(order: list[str]) -> None:
    wanted = dict(zip(keymap.USUAL, order, strict=True))
    keymap.use(wanted)
    assert {name: keymap.read(key) for name, key in wanted.items()} == keymap.USUAL
    assert [keymap.key_name(keymap.USUAL[name]) for name in wanted] == order


def test_a_key_that_was_given_up_means_nothing_and_labels_name_the_new_one() -> None:
    keymap.use({"declare": "D", "triage": "ñ"})
    assert keymap.read("D") == "d"
    assert keymap.read("d") is None
    assert keymap.key_name("t p r c") == "ñ p r c"
    assert keymap.key_name("1-5") == "1-5"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('fly = "F"', "no key is called fly"),
        ('declare = "a"', "a is the key of"),
        ('next_stop = "+"', "is the key of time"),
        ('declare = "\u0301"', "write one letter or sign"),
        ('declare = "7"', "write one letter or sign"),
        ('declare = "ctrl+d"', "write one letter or sign"),
    ],
)
def test_settings_say_which_key_cannot_be_used_and_why(tmp_path: Path, line: str, reason: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f"[keys]\n{line}\n")
    with pytest.raises(SettingsError, match=reason):
        load({}, file)


async def test_the_board_obeys_and_shows_the_new_key_and_letters_stay_letters_in_a_field(tmp_path: Path) -> None:
    keymap.use({"declare": "D", "note": "N"})
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=(160, 45)) as pilot:
        await until(pilot, "D declare")
        await pilot.press("d")
        await pilot.pause()
        assert app.screen is app._board
        await pilot.press("D")
        await until(pilot, "Record at")
        await pilot.press("tab", *"NDdn")
        await until(pilot, "NDdn")
        await pilot.press("escape")
        await until(pilot, lambda text: "Record at" not in text)
        await pilot.press("question_mark")
        await until(pilot, "declare an incident")
        assert any(line.split()[:1] == ["D"] for line in shown(app).splitlines())
