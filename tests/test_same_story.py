"""A whole SEV1 twice, by keys in a small terminal and from a shell: both journals fold to the same incident."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests import boards, rooms
from tests.test_incident_cli import NIGHTS, Night, Shell, shell
from tests.test_ui import screen_text
from tests.test_ui_incident import letters, opened, record, until
from tui.incident.journal import incident_ids
from tui.locale import use
from tui.logs.opening import SourceSet
from tui.present.incident_json import state_result
from tui.present.step_rows import Deed
from tui.session.act import Desk
from tui.session.clock import Cursor
from tui.session.command_post import CommandPost, Place
from tui.session.engine import Engine
from tui.ui.app import GuardiaApp
from tui.ui.screens.board import BoardScreen
from tui.ui.widgets.panes import SidePane

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from textual.pilot import Pilot

    from tui.incident.entries import Known
    from tui.incident.state import IncidentState

__all__ = ["shell"]

SIZE = (80, 24)
TITLE, NOTE, FIX, WHY = "login", "auth/login", "6e19d04", "smoke a mano"


@pytest.fixture(autouse=True)
def _spanish(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TERM", "xterm-256color")
    use("es")
    yield
    use("en")


def room(night: Night, data_dir: Path) -> CommandPost:
    """A review of the night that opens at the minute of the declaration."""
    moment = datetime.fromisoformat(night.at(night.declared))
    engine = Engine(
        boards.runbook("es"),
        SourceSet((str(night.log),), live=False),
        clock=Cursor(moment),
        mode="review",
        zone=UTC,
        opening=lambda _end: moment,
    )
    place = Place(data_dir, ("@ana",), zone="UTC", exports=(str(night.log),))
    return CommandPost(engine, place, wall=Cursor(rooms.AFTER.replace(year=2027)))


async def go_to(pilot: Pilot[None], night: Night, clock: str) -> None:
    """Move the cursor by the arrow keys alone."""
    await pilot.press("0")
    app = pilot.app
    assert isinstance(app, GuardiaApp)
    wanted = datetime.fromisoformat(night.at(clock))
    minutes = int((wanted - app.engine.now()).total_seconds() // 60)
    await pilot.press(*["shift+right"] * (minutes // 10), *["right"] * (minutes % 10))
    await until(pilot, f"{clock}:00 UTC")


async def choose(pilot: Pilot[None], view: str, deed: Deed) -> None:
    """Open a view of the side pane by its key and go down to a row."""
    await pilot.press("0", view)
    await pilot.pause()
    pane = pilot.app.screen.query_one(SidePane)
    await pilot.press("ctrl+home", *["down"] * (pane.deeds.index(deed) + 1))
    await pilot.pause()
    assert pane._chosen == deed, screen_text(pilot.app)  # type: ignore[arg-type]


async def by_keys(night: Night, data_dir: Path) -> None:
    """Play it without ever leaving the board for longer than a question."""
    app = GuardiaApp(room(night, data_dir))
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        await record(pilot, "d", "tab", *letters(TITLE))
        await record(pilot, "a")
        await record(pilot, "f")
        await pilot.press("t")
        await until(pilot, "4/4")
        await choose(pilot, "p", Deed("tick", "endpoint-and-code"))
        await record(pilot, "enter", *letters(NOTE))
        await go_to(pilot, night, night.mitigated)
        await record(pilot, "m", *letters(FIX))
        await go_to(pilot, night, night.resolved)
        await choose(pilot, "r", Deed("decide", "GO"))
        await record(pilot, "enter", *letters(WHY))
        await record(pilot, "R")
        await until(pilot, "RESUELTO")
        assert isinstance(app.screen, BoardScreen)


def from_a_shell(night: Night, shell: Shell) -> None:
    log, declared, resolved = night.log, ("--at", night.at(night.declared)), ("--at", night.at(night.resolved))
    for words in (
        ("declare", "--severity", "SEV1", "--title", TITLE, log, *declared),
        ("ack", *declared),
        ("deploys", "frozen", *declared),
        ("step", "endpoint-and-code", "--note", NOTE, *declared),
        ("mitigate", log, "--why", FIX, "--at", night.at(night.mitigated)),
        ("decide", "GO", log, "--override", "--why", WHY, *resolved),
        ("resolve", log, *resolved),
    ):
        shell.done(*words, lang="es")


def told(data_dir: Path) -> tuple[dict[str, Any], list[tuple[datetime, str, Known]]]:
    """The state as scripts get it, and what every entry says and when it happened."""
    (name,) = incident_ids(data_dir)
    desk = Desk(data_dir, name)
    state: IncidentState = desk.state
    runbook = boards.runbook("es").runbook
    entries = [(one.entry.effective, one.entry.actor, one.entry.payload) for one in desk.contents.records]
    return state_result(state, runbook, rooms.AFTER), entries  # type: ignore[return-value]


@pytest.mark.parametrize("night", NIGHTS)
async def test_keys_and_shell_tell_the_same_story(
    shell: Shell, night: Night, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUARDIA_ZONE", "UTC")
    await by_keys(night, tmp_path / "keys")
    from_a_shell(night, shell)
    on_screen, keyed = told(tmp_path / "keys")
    headless, typed = told(shell.data_dir)
    assert on_screen["status"] == "resolved"
    assert on_screen["decision"]["decision"] == "GO"
    assert on_screen == headless
    assert keyed == typed
