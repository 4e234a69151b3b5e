"""Apps over engines that can be asked: the sample logs, and boards built by hand with a store behind them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tests import boards
from tests.boards import FakeEngine
from tests.events import AUTH, HTTP, event, parsed, week3
from tui.metrics.store import Store
from tui.runbook.load import load_runbook
from tui.session.clock import Cursor
from tui.session.engine import Engine
from tui.ui.app import GuardiaApp

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot
    from textual.strip import Strip

    from tui.session.reader import Place

SAMPLES = Path(__file__).resolve().parents[1] / "sample_logs"
OUTAGE = SAMPLES / "auth-outage.ndjson.gz"
FIRING = datetime(2026, 3, 2, 2, 7, tzinfo=UTC)


@dataclass
class NoPlaces:
    """Sources that nothing was read from."""

    places: list[Place] = field(default_factory=list)


class DiggingEngine(FakeEngine):
    """Hands over boards and has a store to ask."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.store = Store(week3())
        self.reader = NoPlaces()

    def place_names(self) -> tuple[str, ...]:
        return ("api-1.log",)


def firing_engine(lang: str = "en") -> DiggingEngine:
    """An open alert with events that bear the anchor's id."""
    engine = DiggingEngine([boards.sev1()], lang=lang)
    rows = [
        event(
            AUTH, boards.ago(seconds=2 * number), boards.ANCHOR, code="INTERNAL_ERROR", statusCode=500,
            route="/api/auth/bootstrap",
        )
        for number in range(40)
    ]  # fmt: skip
    rows += [
        event(
            HTTP, boards.ago(seconds=number), f"req_ok{number:04}", domain="auth", method="GET",
            route="/api/auth/me", statusCode=200, durationMs=12.0,
        )
        for number in range(0, 4000, 7)
    ]  # fmt: skip
    engine.store.add(parsed(rows))
    return engine


def sample_engine(path: Path = OUTAGE, at: datetime = FIRING, lang: str = "en") -> Engine:
    """A review of a log, read to its end, at a moment."""
    from tui.logs.opening import SourceSet

    engine = Engine(
        load_runbook(None, lang),
        SourceSet([str(path)], live=False),
        clock=Cursor(at),
        mode="review",
        zone=UTC,
        opening=lambda _end: at,
    )
    engine.drain()
    return engine


def strips(app: GuardiaApp) -> list[Strip]:
    """What is drawn, row by row."""
    return app.screen._compositor.render_strips()


def rows(app: GuardiaApp) -> list[str]:
    return [strip.text for strip in strips(app)]


def shown(app: GuardiaApp) -> str:
    return "\n".join(rows(app))


async def read(pilot: Pilot[None]) -> None:
    """Wait until the log is read."""
    app = pilot.app
    assert isinstance(app, GuardiaApp)
    await until(
        pilot, lambda _text: app.situation is not None and bool(app.situation.panels) and app.situation.board.final
    )


async def until(pilot: Pilot[None], holds: str | Callable[[str], bool]) -> str:
    """The screen as soon as it shows something: answers come from another thread."""
    app = pilot.app
    assert isinstance(app, GuardiaApp)
    for _look in range(1500):
        await pilot.pause()
        text = shown(app)
        if holds in text if isinstance(holds, str) else holds(text):
            return text
        await asyncio.sleep(0.01)
    raise AssertionError(f"{holds!r} did not come to be:\n{shown(app)}")
