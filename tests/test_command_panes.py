"""What the panes offer while people work: commands of the gate, what a tick does not prove, choices that stay put."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests import boards, rooms
from tests.incidents import declared
from tests.test_present_incident import situation
from tests.test_ui import screen_text
from tests.test_ui_incident import closed, letters, opened, record, the_state, until
from tui.incident import actions as a
from tui.incident.team import DismissSuggestion
from tui.locale import use
from tui.metrics.answers import Answer
from tui.present.asking import ask, commands_of, for_deed
from tui.present.checklists import view_rows
from tui.present.spans import plain
from tui.present.step_rows import Deed
from tui.session import commands
from tui.session.act import TeamDesk
from tui.ui.app import GuardiaApp
from tui.ui.screens.pick import PickScreen
from tui.ui.widgets.board import StripBar
from tui.ui.widgets.panes import SidePane

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.incidents import Play

SMOKE = [one.id for one in boards.runbook().runbook.commands if one.kind == "prod-smoke"]
GATE = "smoke-passed"


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    use("en")
    yield
    use("en")


# --- the gate --------------------------------------------------------------------------------------------------------


def test_the_smoke_row_of_the_gate_offers_its_commands_and_what_came_of_each() -> None:
    play = declared()
    for minutes, code in ((11, 0), (12, 22)):
        command = SMOKE[minutes - 11]
        play.do(a.RecordRun(command=command, exit_code=code, duration_ms=5), minutes)
    shown = situation(play, 15)
    rows = view_rows(shown, "rollback", None, 60)
    assert Deed("commands", GATE) in [row.does for row in rows]
    offered = commands_of(GATE, shown)
    assert [command for command, _name in offered] == SMOKE
    assert [name[0] for _command, name in offered] == ["✓", "✗", "…", "…"]
    play.do(a.Mitigate(why="rolled back"), 16)  # what passed before it proves nothing
    assert {name[0] for _command, name in commands_of(GATE, situation(play, 17))} == {"…"}


@pytest.mark.parametrize("view", ["playbook", "rollback"])
def test_no_row_of_a_pane_does_what_another_does(view: str) -> None:
    shown = situation(declared(), 15)
    deeds = [row.does for row in view_rows(shown, view, None, 60) if row.does]  # type: ignore[arg-type]
    assert len(deeds) == len(set(deeds))


async def test_a_smoke_command_is_run_from_the_gate_by_keys(tmp_path: Path) -> None:
    rooms.filled(post := rooms.room(tmp_path))
    rooms.done(post, a.Declare(severity="SEV1"))
    nowhere = commands.Place(smoke_host="http://127.0.0.1:9", environ={"PATH": os.defpath})
    app = GuardiaApp(rooms.room(tmp_path, runs=nowhere))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, "INC-")
        await pilot.press("r")
        pane = app.screen.query_one(SidePane)
        await pilot.press(*["down"] * (pane.deeds.index(Deed("commands", GATE)) + 1), "enter")
        await pilot.pause()
        assert isinstance(app.screen, PickScreen)
        await pilot.press("1")
        await until(pilot, "run it")
        await pilot.press("2")
        await until(pilot, "exact text: curl")
        await pilot.press("enter")
        await until(pilot, "ended with ")
        await pilot.press("escape")
        for _attempt in range(1500):
            if the_state(tmp_path).runs:
                break
            await asyncio.sleep(0.01)
    assert [run.run.command for run in the_state(tmp_path).runs] == SMOKE[:1]


# --- ticks -----------------------------------------------------------------------------------------------------------


def about(play: Play, step: str, *, met: bool | None) -> str:
    shown = situation(play, 15)
    assert shown.incident is not None
    checklist = shown.incident.playbook_list
    checks = tuple(replace(view, answer=replace(view.answer, met=met)) for view in checklist.checks)
    steps = tuple(
        replace(view, applies=view.applies and Answer(met=met)) if view.step.id == step else view
        for view in checklist.steps
    )
    shown = replace(
        shown, incident=replace(shown.incident, playbook_list=replace(checklist, steps=steps, checks=checks))
    )
    question = for_deed(Deed("tick", step), shown)
    assert question is not None
    assert question.commands({"note": ""}) == (a.TickStep(step=step),)
    return "\n".join(map(plain, question.about))


def test_a_tick_over_an_outcome_that_is_not_there_is_taken_and_said() -> None:
    play = declared()
    assert "auth 5xx" in about(play, "endpoint-and-code", met=None).lower()
    assert "auth 5xx" in about(play, "endpoint-and-code", met=False).lower()
    assert "auth 5xx" not in about(play, "endpoint-and-code", met=True).lower()


def test_a_tick_on_a_step_that_does_not_apply_says_so() -> None:
    play = declared()
    assert "does not apply" in about(play, "rollback-backend-now", met=False)
    assert "nothing tells whether it applies" in about(play, "rollback-backend-now", met=None)
    assert "appl" not in about(play, "rollback-backend-now", met=True)


# --- roles -----------------------------------------------------------------------------------------------------------


def test_a_pending_handoff_changes_no_digit_of_the_roles() -> None:
    play = declared()

    def roles() -> tuple[str, list[str]]:
        question = ask("roles", situation(play, 15))
        assert question is not None
        return question.fields[0].value, [choice.value for choice in question.fields[0].choices]

    chosen, before = roles()
    assert chosen == before[0] == "owner"
    play.do(a.OfferHandoff(to="@beto"), 12)
    chosen, after = roles()
    assert chosen == "accept"
    assert after[: len(before)] == before


# --- a suggestion that is refused ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "rows"), [((80, 24), 3), ((100, 30), 4), ((160, 45), 5)])
async def test_a_suggestion_is_refused_by_keys_and_the_lanes_take_the_room(
    tmp_path: Path, size: tuple[int, int], rows: int
) -> None:
    app = GuardiaApp(rooms.room(tmp_path))
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        strip = app.screen.query_one(StripBar)
        assert strip.size.height == rows
        await pilot.press("M")
        await pilot.pause()
        await record(pilot, "1", *letters("a load test"))
        await until(pilot, "dismissed by @ana")
        assert strip.size.height == 1
        lane = next(line for line in screen_text(app).splitlines() if "Auth 5xx" in line)
        assert "▲ SEV1" in lane
        await pilot.press("d")
        await pilot.pause()
        await pilot.press("enter")
        await closed(pilot)
        await until(pilot, "INC-")
    (dismissal,) = TeamDesk(tmp_path).refresh().dismissals
    assert (dismissal.mark.by, dismissal.mark.why) == ("@ana", "a load test")
    assert the_state(tmp_path).severity == "SEV1"


def test_the_past_before_a_dismissal_is_as_loud_as_it_was(tmp_path: Path) -> None:
    rooms.filled(post := rooms.room(tmp_path))
    suggestion = post._board.suggestion if post._board else None
    assert suggestion is not None
    done = rooms.done(post, DismissSuggestion(metric=suggestion.metric, rule=suggestion.rule, why="a test"))
    assert done.outcome.ok
    assert post.picture is not None
    counts = [len(post.picture.team.dismissals)]
    post.seek(rooms.FIRES)
    post.advance()
    counts.append(len(post.picture.team.dismissals))
    assert counts == [1, 0]
