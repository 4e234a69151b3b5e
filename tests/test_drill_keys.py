"""A drill played by keys and the same one played headless: the same journal, the same score, and DRILL everywhere."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from tests import boards
from tests.incidents import RUNBOOK
from tests.test_cli import guardia, schema
from tests.test_incident_cli import Shell, shell
from tests.test_ui import screen_text
from tests.test_ui_incident import letters, record
from tui.cli.options import Options
from tui.cli.replay import past
from tui.cli.setup import prepare
from tui.drill.hidden import Hidden, hidden_of, hidden_plan
from tui.drill.live import DrillSource
from tui.drill.runs import Run, keep
from tui.incident import actions as a
from tui.incident.entries import UpdateSent
from tui.locale import use
from tui.session import commands
from tui.session.act import Desk, new_desk
from tui.session.command_post import CommandPost, Place
from tui.session.engine import Engine
from tui.session.facts import Surroundings
from tui.session.reader import FixedSources
from tui.ui.app import GuardiaApp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from textual.pilot import Pilot

__all__ = ["shell"]
OPENED = datetime(2026, 3, 2, 1, 30, 20, tzinfo=UTC)
SEED, SCENARIO = 5, "auth-outage"


@dataclass
class Hand:
    """A clock that stands where it is put."""

    at: datetime

    def now(self) -> datetime:
        return self.at


@dataclass(frozen=True)
class Move:
    """One thing that somebody did, `after` the first alert: the keys for it, and what they ask for."""

    after: timedelta
    keys: tuple[str, ...]
    command: a.Command


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def said(text: str) -> Sequence[str]:
    return letters(text)


def good(hidden: Hidden) -> tuple[Move, ...]:
    """Taken at once, worked through, over when it was over."""
    first = min(hidden.alerts, key=lambda alert: RUNBOOK.rank(alert.severity))
    over = max(alert.resolved_at or alert.fired_at for alert in hidden.alerts) - hidden.fired_at
    declared = a.Declare(severity=first.severity, metric=first.metric, title="login 42P01")
    return (
        Move(minutes(2), ("d", "tab", *said("login 42P01")), declared),
        Move(minutes(2.5), ("a",), a.Acknowledge()),
        Move(minutes(3), ("f",), a.NoteDeploys(frozen=True)),
        Move(minutes(4), ("u", *said("seguimos")), a.SendUpdate(text="seguimos")),
        Move(over + minutes(1), ("m", *said("6e19d04")), a.Mitigate(why="6e19d04")),
        Move(over + minutes(2), ("R", *said("normal")), a.Resolve(why="normal")),
    )


def careless(hidden: Hidden) -> tuple[Move, ...]:
    """Too mild, and called over while users still suffer; nobody is told, nothing is decided."""
    lesser = RUNBOOK.severities[-1].id
    declared = a.Declare(severity=lesser, metric=hidden.alerts[0].metric, title="x")
    return (
        Move(minutes(8), ("d", "right", "tab", "x"), declared),
        Move(minutes(9), ("m",), a.Mitigate()),
    )


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    use("en")


def begun(data_dir: Path) -> tuple[Run, Hidden]:
    run = keep(data_dir, hidden_plan(RUNBOOK, SEED, OPENED, SCENARIO), OPENED)
    hidden = hidden_of(run.plan, RUNBOOK, OPENED + minutes(90))
    assert hidden is not None
    return run, hidden


def drill_engine(run: Run, clock: Hand) -> Engine:
    source = FixedSources(DrillSource(run.plan, clock.now))
    return Engine(boards.runbook("en"), source, clock=clock, mode="drill", zone=UTC, wall=clock)


async def played_by_keys(run: Run, hidden: Hidden, moves: Sequence[Move]) -> str:
    """Play on the board; what the screen says in the end."""
    clock = Hand(hidden.fired_at)
    place = Place(run.folder, ("@ana",), zone="UTC", runs=commands.Place(environ={}))
    post = CommandPost(drill_engine(run, clock), place, wall=clock)
    app = GuardiaApp(post)
    async with app.run_test(size=(160, 45)) as pilot:
        for move in moves:
            clock.at = hidden.fired_at + move.after
            await shown_at(pilot, clock.at)
            await record(pilot, *move.keys)
        await shown_at(pilot, clock.at)
        return screen_text(app)


async def shown_at(pilot: Pilot[None], moment: datetime) -> None:
    """Wait until the board stands at that moment, with everything read."""
    app = pilot.app
    assert isinstance(app, GuardiaApp)
    for _attempt in range(500):
        await pilot.pause()
        live = app._board.live
        if live and live.board.final and live.incident and live.board.now == moment:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"the board does not come to {moment}:\n{screen_text(app)}")


def played_headless(run: Run, hidden: Hidden, moves: Sequence[Move]) -> None:
    clock = Hand(hidden.fired_at)
    engine = drill_engine(run, clock)
    desk = new_desk(run.folder, OPENED.date())
    around = Surroundings(boards.runbook("en"), engine, zone="UTC")
    for move in moves:
        clock.at = hidden.fired_at + move.after
        engine.drain()
        assert desk.perform(move.command, "@ana", clock.at, around.look).ok, move
    desk.close()


def the_desk(run: Run) -> Desk:
    (folder,) = (run.folder / "incidents").iterdir()
    desk = Desk(run.folder, folder.name)
    desk.refresh()
    return desk


def journal(run: Run) -> list[tuple[datetime, str, object]]:
    """What was recorded, and as of when; of updates only that they were sent, since the screen proposes their text."""
    unsaid = UpdateSent(text="")
    entries = [each.entry for each in the_desk(run).contents.records]
    payloads = [unsaid if isinstance(one.payload, UpdateSent) else one.payload for one in entries]
    return [(one.effective, one.actor, payload) for one, payload in zip(entries, payloads, strict=True)]


def scored(data_dir: Path) -> dict[str, Any]:
    shown = guardia("drill", "score", "--json", "--data-dir", data_dir)
    assert shown.returncode == 0, shown.stderr
    result: dict[str, Any] = json.loads(shown.stdout)
    jsonschema.validate(result, schema("score"))
    assert result.pop("incident")
    return result


PLAYS = [pytest.param(good, id="good"), pytest.param(careless, id="careless")]


@pytest.mark.parametrize("play", PLAYS)
async def test_keys_and_commands_leave_the_same_journal_and_the_same_score(
    tmp_path: Path, play: Callable[[Hidden], tuple[Move, ...]]
) -> None:
    by_keys, hidden = begun(tmp_path / "keys")
    headless, _same = begun(tmp_path / "headless")
    screen = await played_by_keys(by_keys, hidden, play(hidden))
    played_headless(headless, hidden, play(hidden))
    assert "DRILL" in screen
    assert journal(by_keys) == journal(headless)
    score = scored(tmp_path / "keys")
    assert score == scored(tmp_path / "headless")
    unmet = {one["id"] for one in score["judgements"] if not one["met"]}
    wished = {"steps", "decision"}
    assert unmet == (wished if play is good else wished | {"detection", "ack", "severity", "mitigation"})


# --- nobody may take it for the real thing ---------------------------------------------------------------------------


@pytest.fixture
def rehearsed(shell: Shell, tmp_path: Path) -> Shell:
    """A shell on the data folder of a drill that was played."""
    run, hidden = begun(tmp_path / "team")
    played_headless(run, hidden, good(hidden))
    return replace(shell, data_dir=run.folder)


def test_drill_stands_in_everything_exported(rehearsed: Shell, tmp_path: Path) -> None:
    bundle = tmp_path / "b"
    assert rehearsed("export", "--format", "bundle", "--out", bundle).code == 0
    assert (bundle / "postmortem.md").read_text().splitlines()[0].endswith("[DRILL]")
    assert json.loads((bundle / "incident.json").read_text())["state"]["drill"] is True
    assert json.loads((bundle / "journal.jsonl").read_text().splitlines()[0])["data"]["drill"] is True
    events = [json.loads(line) for line in (bundle / "events.ndjson").read_text().splitlines()]
    assert len(events) > 100
    assert all(event["drill"] is True for event in events)
    assert "[DRILL]" in rehearsed("export", "--format", "rotation").out.splitlines()[0]
    assert "[DRILL]" in rehearsed("list").out
    assert "DRILL" in rehearsed("show").out
    verified = rehearsed("verify", bundle)
    assert (verified.code, "byte for byte" in verified.out) == (0, True)


def test_the_log_of_a_drill_is_there_again_for_its_review(rehearsed: Shell) -> None:
    incident = rehearsed.json("show").json["incident"]
    options = Options(data_dir=rehearsed.data_dir, incident=incident)
    prepared = prepare(options)
    with past(options, prepared, ()) as found:
        engine = found.engine(prepared)
        engine.drain()
        assert any(alert.fired_at for alert in engine.board(engine.end() or OPENED).alerts)
        engine.close()


def test_what_is_declared_from_a_shell_in_the_folder_of_a_drill_is_one(shell: Shell, tmp_path: Path) -> None:
    run, _hidden = begun(tmp_path / "team")
    rehearsal = Shell(run.folder)
    said = rehearsal.done("declare", "--severity", "SEV1", "--title", "Login down")
    assert said.state["drill"] is True
    assert "DRILL" in guardia("status", "--data-dir", run.folder, "--lang", "en").stdout
    assert shell.done("declare", "--severity", "SEV1").state["drill"] is False


def test_four_drills_in_a_row_leave_one_record_each(tmp_path: Path) -> None:
    data_dir, weekly = tmp_path / "team", [scenario.id for scenario in RUNBOOK.drills.scenarios]
    for number, scenario in enumerate(weekly):
        opened = OPENED + minutes(90 * number)
        run = keep(data_dir, hidden_plan(RUNBOOK, SEED + number, opened, scenario), opened)
        hidden = hidden_of(run.plan, RUNBOOK, opened + minutes(90))
        assert hidden is not None
        played_headless(run, hidden, good(hidden))
    shown = guardia("drill", "record", "--each", "--data-dir", data_dir, "--lang", "en")
    heads = [line for line in shown.stdout.splitlines() if line.startswith("# ")]
    texts = boards.runbook("en").texts
    assert [head.split(" · ")[:2] for head in heads] == [
        ["# DRILL", texts.short(f"scenario.{name}")] for name in weekly
    ]
    assert shown.stdout.count("| first response | ") == len(weekly)
    said = guardia("drill", "history", "--data-dir", data_dir, "--lang", "en").stdout
    assert said.startswith("DRILL")
    assert said.count("due by") == len(weekly)
