"""Every screen there is, how to get onto it and back, and a room to do it in that people have filled."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.events import Key
from textual.keys import _character_to_key
from textual.widgets import Input

from tests import rooms
from tests.digging import strips
from tui import ui
from tui.incident import actions, team
from tui.incident.entries import Unknown
from tui.incident.fold import fold
from tui.incident.journal import Journal, OsDisk, incident_folder, incident_ids, team_folder
from tui.present import asking
from tui.present.ask_closing import close, delegate
from tui.present.closure import form_fields
from tui.present.step_rows import Deed
from tui.session import commands
from tui.session.sharing import shared_folder
from tui.settings import load
from tui.ui.app import GuardiaApp
from tui.ui.screens.board import BoardScreen
from tui.ui.screens.question import QuestionScreen
from tui.ui.screens.run import RunScreen

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from textual.pilot import Pilot
    from textual.widget import Widget

    from tui.incident.record import Recorded
    from tui.present.questions import Question
    from tui.present.situation import Situation
    from tui.session.command_post import CommandPost
    from tui.ui.messages import Answer

    Way = Callable[[Pilot[None]], Awaitable[object]]

LOOKS = 1500
STYLES = str(Path(ui.__file__).parent / GuardiaApp.CSS_PATH)


class WatchedApp(GuardiaApp):
    """The app, which also remembers what it said to be on the disk, and only counts when it is told to leave."""

    CSS_PATH = STYLES

    def __init__(self, post: CommandPost) -> None:
        super().__init__(post)
        self.confirmed: list[Recorded] = []
        self.left = 0

    def on_answer(self, message: Answer) -> None:
        outcome = message.answered.outcome
        if outcome.ok:
            self.confirmed += outcome.records
        super().on_answer(message)

    def exit(self, *_told: object, **_more: object) -> None:
        self.left += 1


# --- the room ---------------------------------------------------------------------------------------------------------


FORM = ("impact", "root_cause", "mitigation", "lesson", "lucky", "preventive", "action", "action_owner")


def people_say(say: Callable[[str], str] = lambda where: where) -> tuple[actions.Command, ...]:
    """Everything that people can write into an incident, its declaration apart."""
    return (
        actions.Note(text=say("note")),
        *(actions.SetRole(role=role, name=say(role)) for role in ("owner", "commander", "scribe")),
        actions.SetChannel(channel=say("channel")),
        actions.SendUpdate(text=say("update")),
        actions.NoteDeploys(frozen=True),
        actions.NoteDeploys(frozen=False, why=say("unfreeze")),
        actions.TickStep(step="open-channel", note=say("tick")),
        actions.Acknowledge(),
        actions.Mitigate(why=say("mitigate")),
        actions.Decide(decision="NO_GO", why=say("decide")),
        *(actions.SetField(name=name, value=say(name)) for name in FORM),
    )  # fmt: skip


def furnish(data_dir: Path, say: Callable[[str], str] = lambda where: where) -> None:
    """An incident of the past and an open one that is mitigated, with every field written; notes of the team."""
    rooms.filled(post := rooms.room(data_dir))
    rooms.done(post, actions.Declare(severity="SEV1", title=say("past title")))
    rooms.done(post, actions.Cancel(why=say("cancel")))
    rooms.done(post, team.MarkDeploy(what=say("deploy"), at=rooms.FIRES))
    rooms.done(post, team.SetOnCall(name=say("on-call"), backup=say("backup")))
    rooms.done(post, actions.Declare(severity="SEV1", title=say("title")))
    for command in people_say(say):
        rooms.done(post, command)
    post.close()


def open_app(data_dir: Path, *people: str, lang: str = "en") -> WatchedApp:
    """The app over that room, with settings and a folder for what is shared."""
    app = WatchedApp(rooms.room(data_dir, *(people or ("@ana", "@beto")), lang=lang, runs=commands.Place(environ={})))
    app.settings = load({"data_dir": data_dir, "lang": lang}, data_dir / "none.toml")
    app.shared, app.folder = shared_folder(data_dir), data_dir
    return app


async def begun(pilot: Pilot[None]) -> WatchedApp:
    """Wait until the log is read and the journals are."""
    app = pilot.app
    assert isinstance(app, WatchedApp)

    def ready() -> bool:
        live = app.situation
        return live is not None and live.board.final and live.incident is not None

    await soon(pilot, ready)
    return app


async def soon(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    """Wait until something holds: the worker is a thread of its own."""
    for _look in range(LOOKS):
        await pilot.pause()
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("\n".join(strip.text for strip in strips(app_of(pilot))))


def app_of(pilot: Pilot[None]) -> WatchedApp:
    assert isinstance(pilot.app, WatchedApp)
    return pilot.app


# --- the ways ---------------------------------------------------------------------------------------------------------


def _keys(*keys: str) -> Way:
    async def go(pilot: Pilot[None]) -> None:
        await pilot.press(*keys)

    return go


def _question(make: Callable[[Situation], Question | None]) -> Way:
    async def go(pilot: Pilot[None]) -> None:
        app = app_of(pilot)
        assert app.situation is not None
        assert app.commander is not None
        question = make(app.situation)
        if question is not None:
            app.commander._put(question, app.situation)
        await pilot.pause()

    return go


async def _past(pilot: Pilot[None]) -> None:
    """The postmortem of the incident that is over."""
    from tui.ui.screens.incidents import IncidentsScreen
    from tui.ui.screens.postmortem import PostmortemScreen

    await pilot.press("i")
    app = app_of(pilot)
    screen = app.screen
    if isinstance(screen, IncidentsScreen):
        await soon(pilot, lambda: bool(screen._past))
        over = [each.state.id for each in screen._past if each.state.status.value == "cancelled"]
        app.push_screen(PostmortemScreen((over or [screen._past[0].state.id])[0]))
    await pilot.pause()


def running(text: str) -> Way:
    """A command of the runbook that says something and goes on until it is stopped."""

    async def go(pilot: Pilot[None]) -> None:
        app = app_of(pilot)
        runbook = app.engine.runbook
        order = commands.order(runbook, runbook.commands[0].id, commands.Place(environ={"PATH": "/usr/bin:/bin"}))
        order = replace(order, command=order.command.model_copy(update={"text": text}), missing=())
        app.push_screen(RunScreen(order, order.command.id, lambda _ended: None))
        await pilot.pause()

    return go


def _asked(name: str) -> Way:
    return _question(partial(asking.ask, name))


def _deed(kind: str, subject: str) -> Way:
    return _question(lambda situation: asking.for_deed(Deed(kind, subject), situation))  # type: ignore[arg-type]


def _delegated(situation: Situation) -> Question | None:
    return delegate(form_fields(situation)[0], "@ana", situation)


WAYS: Mapping[str, Way] = {
    "board": _keys(),
    "lane": _keys("1"),
    **{f"view {key}": _keys(key) for key in "tprc"},
    "timeline": _keys("l"),
    "feed": _keys("e"),
    **{f"zoom {key}": _keys(key, "z") for key in "ltpe"},
    "scrubber": _keys("left", "j", "space", "space"),
    "detail": _keys("1", "enter"),
    "events": _keys("slash"),
    "events list": _keys("slash", "escape"),
    "ask id": _keys("x"),
    "trace": _keys("x", "enter"),
    "go to time": _keys("G"),
    "incidents": _keys("i"),
    "postmortem": _past,
    "closing form": _keys("c", "c"),
    "close": _question(close),
    "delegate": _question(_delegated),
    **{f"question {name}": _asked(name) for name in asking._QUESTIONS},
    "question tick": _deed("tick", "open-channel"),
    "question decide": _deed("decide", "GO"),
    "more": _keys("M"),
    "leave": _keys("q"),
    "run": running("echo begun; exec sleep 60"),
    "what if": _keys("W"),
    "compare": _keys("C"),
    "sources": _keys("o"),
    "settings": _keys("O"),
    "help": _keys("question_mark"),
    "help on a metric": _keys("1", "enter", "question_mark"),
    "palette": _keys("colon"),
}
"""Name of a screen → how to get onto it from the board."""


async def back(pilot: Pilot[None]) -> None:
    """Back to the bare board by esc alone; fails where a screen holds on."""
    app = app_of(pilot)
    for _key in range(4 * len(app.screen_stack) + 8):
        if isinstance(app.screen, BoardScreen) and app.focused is None and app._board._zoom is None:
            return
        running = app.screen if isinstance(app.screen, RunScreen) else None
        await pilot.press("escape")
        if running is not None:  # the first esc stops it, the next leaves
            await soon(pilot, lambda screen=running: screen._ended is not None or app.screen is not screen)  # type: ignore[misc]
        if isinstance(app.screen, QuestionScreen):
            await pilot.pause()
    raise AssertionError(f"esc does not lead back from {app.screen!r}")


# --- what must hold ---------------------------------------------------------------------------------------------------


def misdrawn(app: GuardiaApp) -> list[str]:
    """What is wrong with the screen as it is drawn: a row too long, a row too many, a widget over another."""
    columns, lines = app.size
    shape = [strip.cell_length for strip in strips(app)]
    wrong = [f"row {index} is {cells} wide" for index, cells in enumerate(shape) if cells != columns]
    if len(shape) != lines:
        wrong.append(f"{len(shape)} rows of {lines}")
    return [*wrong, *_overlaps(_siblings(app))]


async def still_misdrawn(pilot: Pilot[None]) -> list[str]:
    """What is wrong once a screen that has just come up had the time to be laid out."""
    wrong: list[str] = []
    for _look in range(20):
        wrong = misdrawn(app_of(pilot))
        if not wrong:
            break
        await pilot.pause(0.01)
    return wrong


def _siblings(app: GuardiaApp) -> Iterable[list[Widget]]:
    """Widgets that share a parent and are in view; what scrolls inside another is cut off by it."""
    for parent in (app.screen, *app.screen.query("*")):
        shown = [child for child in parent.children if child.display and child in app.screen._compositor.full_map]
        yield [child for child in shown if child.region.area and child.id != "welcome" and not child.is_scrolling]


def _overlaps(groups: Iterable[list[Widget]]) -> list[str]:
    return [
        f"{one!r} lies over {other!r}"
        for group in groups
        for index, one in enumerate(group)
        for other in group[index + 1 :]
        if one.region.overlaps(other.region) and "question-foot" not in {one.id, other.id}
    ]


def type_at_once(app: GuardiaApp, keys: Iterable[str]) -> None:
    """Send keys as a terminal does, without waiting for each: a name, or the character itself."""
    driver = app._driver
    assert driver is not None
    for key in keys:
        pressed = Key(_character_to_key(key), key) if len(key) == 1 else Key(key, None)
        pressed.set_sender(app)
        driver.send_message(pressed)


async def read_out(pilot: Pilot[None]) -> None:
    """Wait until every key that was sent has been read, and what the last one did is drawn."""
    app = pilot.app
    assert isinstance(app, GuardiaApp)
    for _look in range(LOOKS):
        await pilot.pause()
        if not app.keyboard.busy:
            await pilot.pause()
            return
    raise AssertionError("keys still wait to be read")


def typed_fields(app: GuardiaApp) -> dict[str, str]:
    """What stands in the fields of the screen."""
    return {f"{index} {field.id}": field.value for index, field in enumerate(app.screen.query(Input))}


def journalled(data_dir: Path) -> list[Recorded]:
    """Every entry of every journal; fails where one is damaged, unknown or cannot be folded."""
    found: list[Recorded] = []
    for folder in (team_folder(data_dir), *(incident_folder(data_dir, each) for each in incident_ids(data_dir))):
        contents = Journal(folder, "reader", OsDisk()).read()
        assert contents.damages == ()
        assert not [record for record in contents.records if isinstance(record.entry.payload, Unknown)]
        found += contents.records
        if folder != team_folder(data_dir):
            fold(folder.name, contents.records)
    return found


def lost(app: WatchedApp, data_dir: Path) -> list[Recorded]:
    """Entries that were confirmed on the screen and are not in the journals."""
    kept = {record.id: record.entry for record in journalled(data_dir)}
    return [record for record in app.confirmed if kept.get(record.id) != record.entry]
