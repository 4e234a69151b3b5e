"""Response clocks: limits, levels, and deadlines through raising and lowering a severity."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.incident.slo import Clock, ClockKind, Level, SeverityChange, clock, suggested_clocks
from tui.runbook.model import Severity

WORST = Severity.model_validate({"id": "RED", "ack": "5m", "mitigate": "30m", "update_every": "20m", "criteria": ()})
LESSER = Severity.model_validate(
    {"id": "YELLOW", "ack": "15m", "mitigate": "60m", "update_every": "30m", "criteria": ()}
)
LEAST = Severity.model_validate({"id": "BLUE", "ack": "40m", "mitigate": "3h", "update_every": "2h", "criteria": ()})
SEVERITIES = (WORST, LESSER, LEAST)
ZERO = datetime(2026, 11, 19, 22, 0, tzinfo=UTC)


def minute(number: float) -> datetime:
    return ZERO + timedelta(minutes=number)


def changes(*steps: tuple[float, Severity]) -> list[SeverityChange]:
    return [SeverityChange(minute(at), severity.id) for at, severity in steps]


def deadline(kind: ClockKind, *steps: tuple[float, Severity], finished: float | None = None) -> datetime:
    made = clock(kind, ZERO, changes(*steps), SEVERITIES, None if finished is None else minute(finished))
    assert made is not None
    return made.deadline


def test_a_firing_panel_shows_both_clocks_before_anybody_declared() -> None:
    ack, mitigate = suggested_clocks(WORST, ZERO)
    assert (ack.kind, ack.deadline) == (ClockKind.ACK, minute(5))
    assert (mitigate.kind, mitigate.deadline) == (ClockKind.MITIGATE, minute(30))
    assert suggested_clocks(LESSER, ZERO)[1].deadline == minute(60)


@pytest.mark.parametrize(
    ("at", "level", "left"),
    [
        (0, Level.CALM, 1.0),
        (4.9, Level.CALM, 0.51),
        (5, Level.AMBER, 0.5),
        (7.9, Level.AMBER, 0.21),
        (8, Level.RED, 0.2),
        (10, Level.RED, 0.0),
        (10.1, Level.OVER, 0.0),
    ],
)
def test_levels_turn_at_half_and_a_fifth_and_the_last_instant_is_in_time(at: float, level: Level, left: float) -> None:
    running = Clock(ClockKind.ACK, ZERO, minute(10))
    assert running.level(minute(at)) is level
    assert running.fraction_left(minute(at)) == pytest.approx(left)
    assert running.remaining(minute(at)) == timedelta(minutes=10 - at)


def test_a_finished_clock_stands_still() -> None:
    met = Clock(ClockKind.ACK, ZERO, minute(5), finished=minute(3))
    late = Clock(ClockKind.ACK, ZERO, minute(5), finished=minute(7))
    for now in (minute(3), minute(500)):
        assert met.remaining(now) == timedelta(minutes=2)
        assert (met.level(now), met.met, met.taken) == (Level.CALM, True, timedelta(minutes=3))
        assert late.remaining(now) == -timedelta(minutes=2)
        assert (late.level(now), late.met) == (Level.OVER, False)


def test_a_clock_without_time_is_never_calm_and_divides_by_nothing() -> None:
    assert Clock(ClockKind.ACK, ZERO, ZERO).fraction_left(ZERO) == 0
    assert Clock(ClockKind.ACK, ZERO, ZERO).level(ZERO) is Level.RED


def test_raising_counts_the_new_limit_from_the_moment_of_raising() -> None:
    assert deadline(ClockKind.MITIGATE, (0, LESSER), (10, WORST)) == minute(40)
    assert deadline(ClockKind.ACK, (0, LESSER), (12, WORST)) == minute(15)  # the old deadline is nearer


def test_lowering_never_extends() -> None:
    assert deadline(ClockKind.MITIGATE, (0, WORST), (5, LESSER)) == minute(30)
    assert deadline(ClockKind.MITIGATE, (0, WORST), (5, LESSER), (6, WORST)) == minute(30)


def test_lowering_in_the_same_instant_does_not_extend_either() -> None:
    assert deadline(ClockKind.ACK, (0, WORST), (0, LESSER)) == minute(5)


def test_a_finished_clock_keeps_the_limit_that_was_in_force() -> None:
    assert deadline(ClockKind.ACK, (0, LESSER), (9, WORST), finished=8) == minute(15)
    assert deadline(ClockKind.ACK, (0, LESSER), (7, WORST), finished=8) == minute(12)


def test_a_severity_given_later_counts_from_the_beginning() -> None:
    assert deadline(ClockKind.ACK, (4, WORST)) == minute(5)


def test_there_is_no_clock_without_a_known_severity() -> None:
    assert clock(ClockKind.ACK, ZERO, [], SEVERITIES) is None
    assert clock(ClockKind.ACK, ZERO, [SeverityChange(ZERO, "PURPLE")], SEVERITIES) is None


def naive_deadline(limits: list[int], steps: list[tuple[int, int]], finished: int | None) -> int:
    """Walk minute by minute, as one would on paper: `steps` are (minute, rank), `limits` the minutes of each rank."""
    ordered = sorted(steps, key=lambda step: step[0])
    in_force = [rank for at, rank in ordered if at < 0]
    rank = in_force[-1] if in_force else ordered[0][1]
    due = limits[rank]
    seen_first = bool(in_force)
    for at in range(400):
        for when, new in ordered:
            if when != at:
                continue
            if not seen_first:
                seen_first = True
                continue
            if finished is not None and at > finished:
                continue
            if new < rank:
                due = min(due, at + limits[new])
            rank = new
    return due


@given(
    steps=st.lists(st.tuples(st.integers(-5, 300), st.integers(0, 2)), min_size=1, max_size=8),
    finished=st.none() | st.integers(0, 300),
)
def test_deadlines_match_a_walk_on_paper(steps: list[tuple[int, int]], finished: int | None) -> None:
    expected = naive_deadline([30, 60, 180], steps, finished)
    made = clock(
        ClockKind.MITIGATE,
        ZERO,
        [SeverityChange(minute(at), SEVERITIES[rank].id) for at, rank in steps],
        SEVERITIES,
        None if finished is None else minute(finished),
    )
    assert made is not None
    assert made.deadline == minute(expected)
    assert made.deadline <= minute(180)


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 2)), min_size=1, max_size=8))
def test_no_change_of_severity_ever_gives_more_time(steps: list[tuple[int, int]]) -> None:
    steps = sorted(steps)
    due = [
        deadline(ClockKind.ACK, *[(at, SEVERITIES[rank]) for at, rank in steps[:n]]) for n in range(1, len(steps) + 1)
    ]
    assert due == sorted(due, reverse=True)
