"""Two hundred sizes and a thousand keys on every screen: nothing breaks, sticks, overlaps, or is lost."""

from __future__ import annotations

import random
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from tests import tour
from tests.proofs import FULL, say, size
from tests.test_ui import screen_text
from tests.tour import (
    WAYS,
    back,
    begun,
    journalled,
    lost,
    open_app,
    read_out,
    soon,
    still_misdrawn,
    type_at_once,
    typed_fields,
)
from tui.incident.entries import Noted
from tui.locale import LANGUAGES, use
from tui.ui.screens.board import BoardScreen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.pilot import Pilot

    from tests.tour import WatchedApp

SIZES = [(20 + 280 * step // 199, 5 + 17 * step % 86) for step in range(200)]
"""Columns and lines from 20×5 to 300×90, in a mixed order of heights."""
CHARACTERS = "".join(map(chr, range(ord(" "), ord("\x7f")))) + "ñáçЖ漢🚀"
NAMED = (
    "up", "down", "left", "right", "shift+left", "shift+right", "pageup", "pagedown", "home", "end", "tab",
    "shift+tab", "enter", "escape", "backspace", "delete", "ctrl+home", "ctrl+end",
)  # fmt: skip
BATCH = 20


@pytest.fixture(scope="module")
def furnished() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        tour.furnish(Path(folder) / "data")
        yield Path(folder) / "data"


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.chdir(tmp_path)
    yield
    use("en")


def keys_of(app: WatchedApp) -> list[str]:
    """Every key that is bound on the screen that is shown, the toolkit's ones too."""
    return list(app.screen.active_bindings)


async def storm(pilot: Pilot[None], app: WatchedApp, name: str, sizes: list[tuple[int, int]]) -> list[str]:
    """Onto a screen at the size the last one was left at, through others, and off it at the last of them."""
    await WAYS[name](pilot)
    screen, said = app.screen, typed_fields(app)
    wrong = []
    for columns, lines in sizes:
        await pilot.resize_terminal(columns, lines)
        await pilot.pause()
        wrong += [f"{name} at {columns}×{lines}: {each}" for each in await still_misdrawn(pilot)]
        if app.screen is not screen or typed_fields(app) != said:
            wrong.append(f"{name} at {columns}×{lines}: what was typed or shown has gone")
    await back(pilot)
    return wrong


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_a_storm_of_sizes_breaks_no_screen(
    furnished: Path, tmp_path: Path, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    use(lang)
    copytree(furnished, tmp_path / "data")
    before = journalled(tmp_path / "data")
    app = open_app(tmp_path / "data", lang=lang)
    each = size(1, len(SIZES))
    names = list(WAYS) if FULL else list(WAYS)[LANGUAGES.index(lang) :: len(LANGUAGES)]
    tried, wrong, left = 0, list[str](), list(SIZES)
    random.Random(lang).shuffle(left)  # noqa: S311 - no secret
    async with app.run_test(size=(80, 24)) as pilot:
        await begun(pilot)
        for name in names:
            sizes, left = left[:each], [*left[each:], *left[:each]]
            wrong += await storm(pilot, app, name, sizes)
            tried += len(sizes)
    say(capsys, f"{lang}: {len(names)} screens, {tried} sizes from 20×5 to 300×90: {len(wrong)} wrong")
    assert wrong == []
    assert journalled(tmp_path / "data") == before


async def mashed(pilot: Pilot[None], app: WatchedApp, name: str, count: int) -> list[str]:
    """Press that many random keys, going back onto the screen whenever they have led away from it."""
    chance = random.Random(name)  # noqa: S311 - no secret
    wrong = []
    for _batch in range(count // BATCH):
        if isinstance(app.screen, BoardScreen):
            await WAYS[name](pilot)
        keys = [*CHARACTERS, *keys_of(app), *NAMED * 4]
        type_at_once(app, chance.choices(keys, k=BATCH))
        await read_out(pilot)
        wrong += [f"{name}: {each}" for each in await still_misdrawn(pilot)]
    await back(pilot)
    return wrong


@pytest.mark.parametrize("part", range(4))
async def test_random_keys_break_no_screen_and_lose_no_entry(
    furnished: Path, tmp_path: Path, part: int, capsys: pytest.CaptureFixture[str]
) -> None:
    lang = LANGUAGES[part % len(LANGUAGES)]
    use(lang)
    names = list(WAYS)[part::4]
    count, entries, wrong = size(BATCH, 1000), 0, list[str]()
    rooms = [[name] for name in names] if FULL else [names]
    for number, together in enumerate(rooms):
        folder = tmp_path / f"data-{number}"
        copytree(furnished, folder)
        app = open_app(folder, lang=lang)
        async with app.run_test(size=(100, 30)) as pilot:
            await begun(pilot)
            for name in together:
                wrong += await mashed(pilot, app, name, count)
                assert app.is_running
        wrong += [f"{together}: lost {record}" for record in lost(app, folder)]
        entries += len(app.confirmed)
    say(capsys, f"{len(names)} screens, {count} random keys each: {entries} entries confirmed, {len(wrong)} wrong")
    assert wrong == []


async def test_zero_leads_back_wherever_nothing_is_typed(furnished: Path, tmp_path: Path) -> None:
    copytree(furnished, tmp_path / "data")
    app = open_app(tmp_path / "data")
    held = []
    async with app.run_test(size=(100, 30)) as pilot:
        await begun(pilot)
        for name in ("detail", "trace", "incidents", "more", "question flags", "sources", "help", "events list"):
            await WAYS[name](pilot)
            await pilot.press(*"0" * 3)
            if not isinstance(app.screen, BoardScreen):
                held.append(f"{name}: {app.screen!r}")
            await back(pilot)
        await WAYS["run"](pilot)
        await pilot.press("0")
        await soon(pilot, lambda: "cancelled" in screen_text(app))
        await pilot.press("0")
        held += [] if isinstance(app.screen, BoardScreen) else ["run"]
    assert held == []


async def test_keys_that_come_too_soon_answer_nothing_twice(furnished: Path, tmp_path: Path) -> None:
    copytree(furnished, tmp_path / "data")
    app, before = open_app(tmp_path / "data"), journalled(tmp_path / "data")
    async with app.run_test(size=(100, 30)) as pilot:
        await begun(pilot)
        for name, keys in {"more": "111", "leave": "222"}.items():
            await WAYS[name](pilot)
            type_at_once(app, [*keys, "escape", "escape", "escape"])
            await back(pilot)
        await WAYS["question note"](pilot)
        type_at_once(app, [*"once", *["enter"] * 5])
        await soon(pilot, lambda: bool(app.confirmed) and isinstance(app.screen, BoardScreen))
        await WAYS["question flags"](pilot)
        type_at_once(app, ["enter", "?", "escape", "escape"])
        await soon(pilot, lambda: len(app.confirmed) == 2)
        await back(pilot)
    assert lost(app, tmp_path / "data") == []
    assert len(journalled(tmp_path / "data")) - len(before) == len(app.confirmed)
    assert [each.entry.payload.text for each in app.confirmed if isinstance(each.entry.payload, Noted)] == ["once"]
