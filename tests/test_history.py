"""What became of past incidents: promises, means over a period, actions still owed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.incidents import LESSER, RUNBOOK, WORST, Play, at, declared, fill, mins, mitigated
from tests.test_incident_cli import Shell, shell
from tui.incident import actions as a
from tui.incident.history import history, owed, totals
from tui.incident.slo import ClockKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.incident.history import Past
    from tui.incident.state import IncidentState

__all__ = ["shell"]
LATER = at(600)
DUE = date(2026, 12, 1)


def closed_late() -> Play:
    """Acknowledged late, mitigated in time, resolved; its action is due."""
    play = Play()
    play.do(a.Declare(severity=WORST, started=at(0), detected=at(4)), 10)
    play.do(a.Acknowledge(), 12)
    play.do(a.Mitigate(), 30)
    fill(play, 40)
    play.do(a.Resolve(), 50)
    return play


def named(*plays: Play) -> list[IncidentState]:
    return [replace(play.state, id=f"INC-20261119-aaa{number}") for number, play in enumerate(plays)]


def one(play: Play) -> Past:
    (past,) = history(named(play), RUNBOOK)
    return past


def test_promises_are_kept_or_missed_and_running_ones_are_neither() -> None:
    past = one(closed_late())
    assert (past.kept(ClockKind.ACK, LATER), past.kept(ClockKind.MITIGATE, LATER)) == (False, True)
    fresh = one(declared(now=10))
    assert fresh.kept(ClockKind.ACK, at(15)) is None
    assert fresh.kept(ClockKind.ACK, at(15.1)) is False
    assert one(Play(records=declared(now=10).records[:0])).kept(ClockKind.ACK, LATER) is None


def test_totals_are_over_what_counts() -> None:
    cancelled, lesser = declared(now=10), Play()
    cancelled.do(a.Cancel(why="a false alarm"), 11)
    lesser.do(a.Declare(severity=LESSER, detected=at(10)), 10)
    lesser.do(a.Acknowledge(), 16)
    drill = closed_late()
    rehearsal = replace(drill.state, declaration=drill.state.declaration.model_copy(update={"drill": True}))  # type: ignore[union-attr]
    past = history([*named(closed_late(), cancelled, lesser), rehearsal], RUNBOOK)
    sums = totals(past, LATER)
    assert len(past) == 4
    assert (sums.incidents, dict(sums.severities)) == (2, {WORST: 1, LESSER: 1})
    assert (sums.acknowledge, sums.mitigate, sums.resolve) == (mins(7), mins(26), mins(50))
    assert sums.promises == {ClockKind.ACK: (1, 1), ClockKind.MITIGATE: (1, 1)}


def test_an_empty_period_has_no_means() -> None:
    sums = totals((), LATER)
    assert (sums.incidents, sums.acknowledge, sums.resolve) == (0, None, None)


@given(st.lists(st.integers(0, 1000), max_size=8), st.integers(0, 1000), st.integers(0, 1000))
def test_a_period_is_a_window_like_any_other(starts: Sequence[int], since: int, until: int) -> None:
    past = history(named(*(declared(now=start) for start in starts)), RUNBOOK, at(since), at(until))
    assert [one.began for one in past] == [at(start) for start in sorted(starts) if since < start <= until]


def test_actions_are_owed_until_they_are_done_and_overdue_once_their_day_is_over() -> None:
    play = closed_late()
    ((_past, action),) = owed([one(play)])
    assert (action.due, action.owner) == (DUE, "@dev")
    assert [action.overdue(day) for day in (DUE, DUE + timedelta(days=1))] == [False, True]
    play.do(a.Decide(decision="NO_GO"), 55)
    play.do(a.SetField(name="action_done", value="2026-12-03"), 60)
    assert owed([one(play)]) == ()


def test_the_next_due_comes_first_and_what_has_no_date_last() -> None:
    plays = [mitigated() for _ in range(3)]
    for play, due in zip(plays, ("2026-12-09", "", "2026-12-02"), strict=True):
        play.do(a.SetField(name="action", value="x"), 40)
        if due:
            play.do(a.SetField(name="action_due", value=due), 40)
    assert [action.due and action.due.day for _, action in owed(history(named(*plays), RUNBOOK))] == [2, 9, None]


def test_a_resolved_incident_says_until_when_it_is_to_be_closed() -> None:
    assert one(closed_late()).close_by == date(2026, 11, 24), "three working days after a Thursday"
    assert one(mitigated()).close_by is None


# --- from the shell ---------------------------------------------------------------------------------------------------


def played(shell: Shell, day: str, due: str = "") -> str:
    said = shell.done("declare", "--severity", "SEV1", "--title", f"of {day}", "--at", f"{day}T02:00:00Z")
    incident = str(said.json["incident"])
    for words in (["ack", "--at", f"{day}T02:03:00Z"], ["mitigate", "--at", f"{day}T02:40:00Z"]):
        shell.done(*words, "--id", incident)
    shell.done("resolve", "--why", "seen by hand", "--at", f"{day}T03:00:00Z", "--id", incident)
    if due:
        for name, value in (("action", "split the migration"), ("action_owner", "@dev"), ("action_due", due)):
            shell.done("set", name, value, "--id", incident)
    return incident


def test_the_list_tells_promises_means_and_what_is_owed(shell: Shell) -> None:
    old = played(shell, "2026-03-02", due="2026-03-09")
    new = played(shell, "2026-05-04", due="2999-01-01")
    state = shell.done("list").state
    assert [row["incident"] for row in state["incidents"]] == [old, new]
    assert [row["slos"] for row in state["incidents"]] == [{"ack": True, "mitigate": False}] * 2
    assert [row["close_overdue"] for row in state["incidents"]] == [True, True]
    assert (state["mtta"], state["mttm"], state["mttr"]) == (180, 2400, 3600)
    assert state["slos"] == {"ack": {"met": 2, "missed": 0}, "mitigate": {"met": 0, "missed": 2}}
    assert [(one["incident"], one["overdue"]) for one in state["open_actions"]] == [(old, True), (new, False)]
    lines = shell("list").out.splitlines()
    assert lines[0].startswith(new)
    assert "ACK 03:00 ✓" in lines[0]
    assert "MITIGATE 40:00 ✗" in lines[0]
    (owed_line,) = (line for line in lines if "split the migration" in line and "2026-03-09" in line)
    assert owed_line.endswith("OVERDUE")
    assert sum("OVERDUE" in line for line in lines) == 3


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["--since", "2026-04-01"], ["of 2026-05-04"]),
        (["--until", "2026-04-01"], ["of 2026-03-02"]),
        (["--since", "2026-03-01", "--until", "2026-06-01T00:00:00Z"], ["of 2026-03-02", "of 2026-05-04"]),
        (["--since", "2026-06-01"], []),
    ],
)
def test_the_list_can_be_of_a_period(shell: Shell, words: list[str], found: list[str]) -> None:
    for day in ("2026-03-02", "2026-05-04"):
        played(shell, day)
    state = shell.done("list", *words).state
    assert [row["title"] for row in state["incidents"]] == found
    assert state["count"] == len(found)
    assert shell("list", *words, lang="es").code == 0


def test_an_action_is_marked_done_after_the_incident_is_over(shell: Shell) -> None:
    incident = played(shell, "2026-03-02", due="2026-03-09")
    shell.done("cancel", "--why", "it was a drill after all", "--id", incident)
    assert shell.refused("set", "impact", "x", "--id", incident).missing == ["wrong_status"]
    assert shell.refused("set", "action_done", "soon", "--id", incident).missing == ["action_done"]
    shell.done("set", "action_done", "2026-03-08", "--id", incident)
    state = shell.done("list").state
    assert (state["incidents"][0]["action_done"], state["open_actions"]) == ("2026-03-08", [])
    assert "| 2026-03-09 | 2026-03-08 |" in shell("export", "--id", incident).out


def test_a_time_that_is_none_is_a_usage_error(shell: Shell) -> None:
    assert shell("list", "--since", "teatime").code == 2
