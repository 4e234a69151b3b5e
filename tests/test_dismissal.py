"""A suggestion that somebody refused: the strip is calm, the lanes are not, until something else speaks up."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import boards, rooms
from tests.boards import AUTH, AUTHZ, NOW, ago
from tests.test_cli import schema
from tui.incident.facts import EarlyAck
from tui.incident.slo import ClockKind
from tui.incident.state import Mark
from tui.incident.team import Dismissal, DismissSuggestion, TeamState
from tui.locale import LANGUAGES, use
from tui.metrics.board import Board, Episode, Suggestion
from tui.present.alarm import broken
from tui.present.asking import ask, more
from tui.present.command_keys import command_keys
from tui.present.lanes import lane
from tui.present.plan import LaneStyle, Size
from tui.present.spans import line_width, plain
from tui.present.status_line import status_json, status_line
from tui.present.strip import strip
from tui.present.work_words import needed_items
from tui.session.dismissal import refused
from tui.session.status import read_snapshot
from tui.session.statusline import StatusLine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tui.present.situation import Situation

CELLS = {Size.WIDE: 160, Size.MEDIUM: 100, Size.SMALL: 80}
PATIENCE = boards.runbook().runbook.silence.suggest_after
WHY = "a load test that everybody knows of, until midnight"


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    use("en")
    yield
    use("en")


def dismissed(at: datetime = NOW, why: str = WHY) -> Dismissal:
    return Dismissal(AUTH, "login-down", Mark(at, "@ana", why))


def situation(board: Board, *dismissals: Dismissal, lang: str = "en", acks: Sequence[EarlyAck] = ()) -> Situation:
    made = boards.situation(board, lang)
    team = TeamState(dismissals=dismissals, early_acks=tuple(acks))
    return replace(made, incident=rooms.picture(None, made, lang, team=team))


# --- the rule --------------------------------------------------------------------------------------------------------


def firing(*fired: float) -> Board:
    """Episodes that fired so many minutes ago and still do; the first is what is suggested."""
    lives = tuple(Episode("login-down", AUTH, "SEV1", ago(one + 2), ago(one), None, 1.0) for one in fired)
    suggestion = Suggestion("SEV1", AUTH, "login-down", 1.0, lives[0], None, ()) if lives else None
    return boards.board(alerts=lives, suggestion=suggestion)


@given(
    st.lists(st.integers(0, 60), min_size=1, max_size=5),
    st.lists(st.integers(0, 60), max_size=5),
)
def test_a_dismissal_covers_what_had_fired_by_then_and_nothing_else(fired: list[int], said: list[int]) -> None:
    found = refused(firing(*fired), [dismissed(ago(minutes)) for minutes in said], PATIENCE)
    seen = [minutes for minutes in said if minutes <= min(fired)]
    assert (found and found.mark.at) == (ago(min(seen)) if seen else None)


def test_what_stopped_firing_needs_no_second_look() -> None:
    over = Episode("auth-5xx", AUTH, "SEV2", ago(9), ago(4), ago(1), 3.0)
    board = firing(10)
    known = dismissed(ago(5))
    assert refused(replace(board, alerts=(*board.alerts, over)), [known], PATIENCE) == known
    again = replace(over, resolved_at=None)
    assert refused(replace(board, alerts=(*board.alerts, again)), [known], PATIENCE) is None


def test_only_what_fires_can_be_refused() -> None:
    assert refused(boards.pending(), [dismissed()], PATIENCE) is None
    assert refused(boards.board(), [dismissed()], PATIENCE) is None
    assert ask("dismiss", situation(boards.pending())) is None


def test_a_base_stream_that_falls_silent_is_news() -> None:
    board = replace(firing(10), silent_since=NOW - PATIENCE + timedelta(seconds=1))
    assert refused(board, [dismissed(ago(5))], PATIENCE) is not None
    assert refused(replace(board, silent_since=NOW - PATIENCE), [dismissed(ago(5))], PATIENCE) is None
    silence = Suggestion("SEV1", boards.HTTP, "base-silent", 300.0, None, None, ())
    board = replace(board, alerts=(), suggestion=silence, silent_since=ago(5))
    assert refused(board, [dismissed(ago(4))], PATIENCE) is None
    assert refused(board, [dismissed(ago(1))], PATIENCE) is not None


# --- what is shown ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", CELLS)
def test_the_strip_is_one_muted_row_that_says_who_and_why(size: Size, lang: str) -> None:
    use(lang)
    shown = situation(boards.sev1(), dismissed(), lang=lang)
    (row,) = strip(shown, CELLS[size], size)
    assert line_width(row) == CELLS[size]
    said = {"en": "dismissed by @ana 02:21: a load test", "es": "descartado por @ana 02:21: a load test"}[lang]
    assert said in plain(row)
    assert {span.role for span in row if "@ana" in span.text} == {"muted"}
    assert not shown.alerting


def test_lanes_and_badges_are_what_they_were() -> None:
    calm, loud = situation(boards.sev1(), dismissed()), situation(boards.sev1())
    assert loud.alerting
    for index in range(len(calm.panels)):
        for style in LaneStyle:
            assert lane(calm, index, 100, style) == lane(loud, index, 100, style)


def test_no_clock_runs_no_bell_rings_and_nobody_is_asked_to_decide_again() -> None:
    late = replace(boards.sev1(), now=NOW + timedelta(hours=1))
    loud, calm = situation(late), situation(late, dismissed())
    assert list(broken(loud))
    assert calm.clocks == ()
    assert not list(broken(calm))
    assert any("dismisses" in item for item in needed_items(loud))
    assert not any("dismisses" in item for item in needed_items(calm))
    assert "dismiss" in dict(more(loud))
    assert "dismiss" not in dict(more(calm))
    assert {"d", "a"} <= {key.key for key in command_keys(calm)}


def test_the_status_line_says_who_refused_it(tmp_path: Path) -> None:
    line, board = StatusLine(tmp_path, boards.runbook().runbook, read_only=False), boards.sev1()
    for dismissals, said in (
        ((), "SEV1 suggested, not declared · METRIC_AUTH_5XX"),
        ((dismissed(),), "SEV1 suggested, dismissed by @ana · METRIC_AUTH_5XX"),
    ):
        wall = NOW + timedelta(minutes=len(dismissals))
        line.tell((), board, wall, dismissals)
        assert status_line(read_snapshot(tmp_path), wall) == said
        jsonschema.validate(status_json(read_snapshot(tmp_path), wall), schema("status"))


def test_what_fires_while_the_question_stands_is_not_refused_with_it() -> None:
    shown = situation(boards.sev1())
    question = ask("dismiss", replace(shown, now=NOW + timedelta(minutes=3)))
    assert question is not None
    (command,) = question.commands({"why": WHY})
    assert isinstance(command, DismissSuggestion)
    assert command.at == NOW
    assert "Realtime 401/403" in " ".join(map(plain, question.about))


def test_a_reason_cannot_steer_the_terminal() -> None:
    (row,) = strip(situation(boards.sev1(), dismissed(why="[red]x\x1b[2J\nnext")), 100, Size.MEDIUM)
    assert plain(row).replace(" ", "").isprintable()
    assert "[red]x" in plain(row)


# --- taken before it was declared ------------------------------------------------------------------------------------


def test_an_alert_that_somebody_took_stops_the_clock_and_says_who() -> None:
    fired = boards.minute(ago(7))
    shown = situation(boards.sev1(), acks=[EarlyAck(AUTH, fired + timedelta(minutes=2), "@beto")])
    clocks = {clock.kind: clock for clock in shown.clocks}
    assert clocks[ClockKind.ACK].taken == timedelta(minutes=2)
    assert clocks[ClockKind.MITIGATE].finished is None
    assert "acknowledged @beto" in "\n".join(map(plain, strip(shown, 160, Size.WIDE)))
    for other in (EarlyAck(AUTHZ, fired, "@beto"), EarlyAck(AUTH, ago(60), "@beto")):
        assert all(clock.finished is None for clock in situation(boards.sev1(), acks=[other]).clocks)
