"""A review stands before an incident was declared: nobody declares the same alert again without knowing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests import rooms
from tests.digging import until
from tests.incidents import METRIC, OTHER_METRIC
from tests.test_incident_cli import SAMPLE, Shell
from tui.incident import actions as a
from tui.incident.ruling import Code
from tui.locale import use
from tui.session.act import incidents
from tui.session.command_post import Ask
from tui.ui.app import GuardiaApp

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from textual.pilot import Pilot

    from tui.session.command_post import CommandPost

MINUTE = timedelta(minutes=1)
DECLARED = rooms.FIRES + 3 * MINUTE


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    use("en")
    yield
    use("en")


def declared(tmp_path: Path, metric: str = METRIC) -> CommandPost:
    """An incident declared three minutes after the alert; the cursor is set to two minutes before that."""
    post = rooms.room(tmp_path)
    rooms.filled(post)
    rooms.done(post, a.Declare(severity="SEV1", metric=metric, title="login"))
    post.seek(DECLARED - 2 * MINUTE)
    return post


def look(post: CommandPost, minutes: float) -> str | None:
    """The incident that the alert shown led to, so many minutes after the declaration."""
    post.seek(DECLARED + minutes * MINUTE)
    post.advance()
    assert post.picture is not None
    return post.picture.led_to.id if post.picture.led_to else None


def test_the_incident_of_an_alert_is_known_from_its_first_minute_on_and_not_outside_of_it(tmp_path: Path) -> None:
    post = declared(tmp_path)
    (state,) = incidents(tmp_path)
    assert [look(post, minutes) for minutes in (-30, -5, -0.5, 0)] == [None, state.id, state.id, None]
    assert post.picture is not None
    assert post.picture.state is not None, "it is open there, and shown"


def test_a_false_alarm_keeps_nobody_from_declaring(tmp_path: Path) -> None:
    post = declared(tmp_path)
    look(post, 1)
    rooms.done(post, a.Cancel(why="a load test"))
    assert [look(post, minutes) for minutes in (-2, 2)] == [None, None]


def test_another_metric_is_another_matter(tmp_path: Path) -> None:
    assert look(declared(tmp_path, OTHER_METRIC), -2) is None


async def asked(pilot: Pilot[None]) -> None:
    await until(pilot, lambda text: "┃" in text and "partial" not in text and "▲" in text)
    await pilot.press("d")
    await until(pilot, "this alert led to INC-")


async def test_declaring_again_asks_and_names_the_incident(tmp_path: Path) -> None:
    post = declared(tmp_path)
    (state,) = incidents(tmp_path)
    app = GuardiaApp(post)
    async with app.run_test(size=(100, 30)) as pilot:
        await asked(pilot)
        await pilot.press("enter")
        await until(pilot, f"{state.id} is about this alert: choose yes to declare another")
        await pilot.press("escape")
        await until(pilot, lambda text: "is about this alert" not in text)
    assert [one.id for one in incidents(tmp_path)] == [state.id]


async def test_a_second_incident_is_declared_by_whoever_wants_one(tmp_path: Path) -> None:
    app = GuardiaApp(declared(tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        await asked(pilot)
        await pilot.press("shift+tab", "2", "enter")
        await until(pilot, lambda text: "a second incident" not in text)
    assert len(incidents(tmp_path)) == 2


def test_the_shell_declares_it_again_and_says_so(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    words = ("declare", "--severity", "SEV1", SAMPLE.log, "--at", SAMPLE.at(SAMPLE.declared))
    first, second = shell.done(*words), shell.done(*words)
    assert "tells of the same trouble" not in first.err
    one, other = first.json["incident"], second.json["incident"]
    assert f"{one} tells of the same trouble: if {other} is a second one, merge it or cancel it" in second.err
    shell.done("cancel", "--id", one, "--why", "no users")
    shell.done("cancel", "--id", other, "--why", "no users")
    assert "tells of the same trouble" not in shell.done(*words).err


def test_two_people_who_answer_the_same_question_declare_one_incident(tmp_path: Path) -> None:
    first, second = rooms.room(tmp_path), rooms.room(tmp_path)
    rooms.filled(first)
    rooms.filled(second)
    for post in (first, second):
        post.submit(Ask((a.Declare(severity="SEV1", metric=METRIC), a.Acknowledge()), "@ana", None, 1))
        post.advance()
    (state,) = incidents(tmp_path)
    (answered,) = second.answers()
    assert answered.outcome.refusal is not None
    assert [(reason.code, reason.subject) for reason in answered.outcome.refusal.reasons] == [
        (Code.ALREADY_TOLD, state.id)
    ]
