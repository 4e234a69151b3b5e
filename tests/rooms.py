"""An incident room over the log of a drill: a real engine in review, real journals in a temporary folder."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from tests import boards
from tui.drill.generate import Plan
from tui.drill.model import scenarios
from tui.drill.write import write
from tui.incident.times import clocks, times
from tui.logs.opening import SourceSet
from tui.session import commands
from tui.session.clock import Cursor
from tui.session.command_post import Ask, CommandPost, Place
from tui.session.engine import Engine
from tui.session.facts import Surroundings
from tui.session.picture import IncidentPicture, take

if TYPE_CHECKING:
    from tests.incidents import Play
    from tui.incident.actions import Command
    from tui.incident.disk import Disk
    from tui.present.situation import Situation
    from tui.session.command_post import Answered

START = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
MINUTES, ONSET = 70, timedelta(minutes=30)
SCENARIO = next(iter(scenarios()))
FIRES = START + ONSET + scenarios()[SCENARIO].fires_after
AFTER = START + timedelta(days=1)
"""The wall clock: everything in the log is past."""


@cache
def log() -> Path:
    path = Path(mkdtemp(prefix="guardia-test-")) / "drill.ndjson"
    with path.open("wb") as out:
        write(Plan(SCENARIO, 1, START, MINUTES, ONSET), out)
    return path


def engine(lang: str = "en", at: datetime | None = None) -> Engine:
    moment = at or FIRES + timedelta(minutes=3)
    return Engine(
        boards.runbook(lang),
        SourceSet((str(log()),), live=False),
        clock=Cursor(moment),
        mode="review",
        zone=boards.ZONE,
        opening=lambda _end: moment,
    )


def room(
    data_dir: Path,
    *people: str,
    lang: str = "en",
    read_only: bool = False,
    disk: Disk | None = None,
    runs: commands.Place | None = None,
) -> CommandPost:
    place = Place(
        data_dir,
        people or ("@ana",),
        zone="UTC",
        read_only=read_only,
        exports=(str(log()),),
        runs=runs or commands.Place(environ={}),
    )
    return CommandPost(engine(lang), place, wall=Cursor(AFTER), disk=disk)


def filled(post: CommandPost) -> IncidentPicture:
    """Read everything, then look once more."""
    post.engine.drain()
    for _turn in range(4):
        post.advance()
    assert post.picture is not None
    return post.picture


def done(post: CommandPost, *commands: Command, by: str = "@ana") -> Answered:
    """Have something done, as the worker would."""
    incident = post.picture.state.id if post.picture and post.picture.state else None
    post.submit(Ask(commands, by, incident))
    post.advance()
    (answer,) = post.answers()
    return answer


@cache
def _surroundings(lang: str) -> Surroundings:
    return Surroundings(boards.runbook(lang), engine(lang))


def picture(play: Play | None, situation: Situation, lang: str = "en", **changes: object) -> IncidentPicture:
    """What a played incident looks like beside a hand-made board, over an empty store."""
    around = _surroundings(lang)
    state = play.state if play else None
    made = take(around, situation.board, around.engine.store, state, play.records if play else (), None)  # type: ignore[union-attr]
    if state is not None:
        made = replace(made, clocks=clocks(state, boards.runbook(lang).runbook.severities), times=times(state))
    changes = {"people": ("@ana",), "open_incidents": (state,) if state else (), **changes}
    return replace(made, **changes)  # type: ignore[arg-type]
