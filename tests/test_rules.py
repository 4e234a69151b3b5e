"""Measures and episodes against the plainest possible reading of their definition."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.events import AUTH, CATCHUP, HTTP, START, Row, after, event, http, parsed, stored, week3
from tui.metrics.board import Episode
from tui.metrics.minutes import ceil_minute, floor_minute
from tui.metrics.reading import exact
from tui.metrics.rules import episodes
from tui.metrics.series import MinuteSeries
from tui.metrics.windows import MINUTE, Question, floor_index, minute_time, rule_question, whole_minutes
from tui.runbook.model import ActiveMinutes, Count, Quantile, Rate, Rule, Share, Stream, Sum

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.runbook.model import Measure

MEASURES: list[Measure] = [
    Count(),
    Rate(),
    ActiveMinutes(),
    Sum(field="durationMs"),
    Quantile(field="durationMs", q=0.95),
    Quantile(field="durationMs", q=0.5),
    Share(matching={"statusCode": ("5xx",)}, minimum=3),
    Share(matching={"statusCode": ("!200",)}),
]
STREAMS = [Stream(metric=HTTP), Stream(metric=HTTP, where={"method": ("POST",), "route": ("/api/auth/login",)})]

rows_of_http = st.builds(
    lambda seconds, status, duration, method: http(after(seconds=seconds), status, duration, method=method),
    st.one_of(st.integers(0, 900), st.sampled_from([0, 60, 120, 299.999999, 300, 300.000001, 7200])),
    st.sampled_from([200, 401, 500, 503, None]),
    st.one_of(st.none(), st.integers(0, 3000).map(float)),
    st.sampled_from(["POST", "POST", "GET"]),
)


def naive(measure: Measure, rows: Sequence[Row], at: datetime, window: timedelta) -> float | None:
    """The contract's words, one event at a time."""
    inside = [row for row in rows if at - window < _at(row) <= at]
    return _naive(measure, inside, window / MINUTE) if inside else None


def _naive(measure: Measure, inside: Sequence[Row], minutes: float) -> float | None:
    match measure:
        case Count():
            return len(inside)
        case Rate():
            return len(inside) / minutes
        case ActiveMinutes():
            return len({ceil_minute(_at(row)) for row in inside})
        case Sum():
            return sum(_numbers(inside, measure.field))
        case Quantile():
            return _linear(_numbers(inside, measure.field), measure.q)
        case Share():
            failed = [row for row in inside if _matches(row["statusCode"], measure.matching["statusCode"])]
            return len(failed) / len(inside) if len(inside) >= measure.minimum else None


def _at(row: Row) -> datetime:
    at = row["at"]
    assert isinstance(at, datetime)
    return at


def _numbers(rows: Sequence[Row], field: str) -> list[float]:
    return sorted(value for row in rows if isinstance(value := row[field], float))


def _linear(ordered: Sequence[float], q: float) -> float | None:
    if not ordered:
        return None
    place = (len(ordered) - 1) * q
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _matches(status: object, accepted: Sequence[str | int]) -> bool:
    return status != 200 if accepted == ("!200",) else isinstance(status, int) and 500 <= status < 600


def _of_stream(rows: Sequence[Row], stream: Stream) -> list[Row]:
    wanted = {"method": "POST", "route": "/api/auth/login"} if stream.where else {}
    return [row for row in rows if all(row[field] == value for field, value in wanted.items())]


def _question(measure: Measure, stream: Stream, minutes: int = 5) -> Question:
    return Question(week3().metric(stream.metric), stream, measure, timedelta(minutes=minutes))


@settings(max_examples=40, deadline=None)
@given(st.lists(rows_of_http, max_size=40), st.lists(rows_of_http, max_size=8), st.sampled_from([1, 3, 5]))
def test_every_measure_at_every_minute_is_what_its_definition_says(
    early: list[Row], late: list[Row], minutes: int
) -> None:
    questions = [_question(measure, stream, minutes) for measure in MEASURES for stream in STREAMS]
    store = stored(early)
    for question in questions:
        store.minutes(question, after(20))
    store.add(parsed(late))
    for question in questions:
        series = store.minutes(question, after(130))
        rows = _of_stream([*early, *late], question.stream)
        expected = [naive(question.measure, rows, after(minute), question.window) for minute in range(-1, 130)]
        found = [series.get(floor_index(after(minute))) for minute in range(-1, 130)]
        assert found == pytest.approx(expected), question


@settings(max_examples=40, deadline=None)
@given(st.lists(rows_of_http, max_size=40), st.integers(0, 1_300_000_000))
def test_every_measure_at_any_instant_is_what_its_definition_says(rows: list[Row], micros: int) -> None:
    at = START + timedelta(microseconds=micros)
    questions = [_question(measure, stream) for measure in MEASURES for stream in STREAMS]
    found = exact(stored(rows), questions, at)
    expected = [naive(one.measure, _of_stream(rows, one.stream), at, one.window) for one in questions]
    assert found == pytest.approx(expected)


def test_an_event_on_a_minute_belongs_to_the_minute_it_ends() -> None:
    series = stored([http(after(3))]).minutes(_question(Count(), STREAMS[0]), after(20))
    assert list(series.minutes) == [floor_index(after(minute)) for minute in range(3, 8)]
    one_later = stored([http(after(3) + timedelta(microseconds=1))])
    series = one_later.minutes(_question(Count(), STREAMS[0]), after(20))
    assert minute_time(series.minutes[0]) == after(4)


def test_a_question_asked_only_later_sees_all_rows() -> None:
    store = stored([http(after(minute)) for minute in range(9)], [http(after(2, 30))])
    series = store.minutes(_question(Count(), STREAMS[0], minutes=9), after(8))
    assert series.get(floor_index(after(8))) == 10


def test_minutes_are_rounded_as_the_windows_need_it() -> None:
    assert floor_minute(after(2, 59.999)) == after(2)
    assert (ceil_minute(after(2)), ceil_minute(after(2, 0.001))) == (after(2), after(3))
    with pytest.raises(ValueError, match="whole minutes"):
        whole_minutes(timedelta(seconds=90))


# --- episodes -------------------------------------------------------------------------------------------------------


def _series(values: dict[int, float]) -> MinuteSeries:
    series, first = MinuteSeries(), floor_index(START)
    series.replace(first, first + 1000, [(first + minute, value) for minute, value in sorted(values.items())])
    return series


def _rule(hold: timedelta, op: str = ">", threshold: float = 5) -> Rule:
    change = {"hold": hold, "op": op, "threshold": threshold}
    return week3().rule("chat-ack-failures").model_copy(update=change)


def state_machine(rule: Rule, values: dict[int, float], until: int, step: int) -> list[Episode]:
    """One minute after the other, as a person would do it."""
    done: list[Episode] = []
    pending: int | None = None
    fired: int | None = None
    peak = 0.0
    for minute in range(0, until + 1, step):
        value = values.get(minute)
        if value is not None and (value > rule.threshold if rule.op == ">" else value >= rule.threshold):
            peak = value if pending is None else max(peak, value)
            pending = minute if pending is None else pending
            if fired is None and (minute - pending) * MINUTE >= rule.hold:
                fired = minute
        elif pending is not None:
            done.append(_episode(rule, pending, fired, minute, peak))
            pending = fired = None
    return done if pending is None else [*done, _episode(rule, pending, fired, None, peak)]


def _episode(rule: Rule, pending: int, fired: int | None, resolved: int | None, peak: float) -> Episode:
    fired_at, resolved_at = (None if minute is None else after(minute) for minute in (fired, resolved))
    return Episode(rule.id, rule.panel, rule.severity, after(pending), fired_at, resolved_at, peak)


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(st.integers(0, 60), st.sampled_from([0.0, 5.0, 5.5, 9.0]), max_size=60),
    st.sampled_from([timedelta(0), timedelta(seconds=90), timedelta(minutes=3)]),
    st.sampled_from([">", ">="]),
    st.integers(0, 70),
    st.sampled_from([1, 2, 5]),
)
def test_episodes_are_what_a_state_machine_finds_minute_by_minute(
    values: dict[int, float], hold: timedelta, op: str, until: int, step: int
) -> None:
    rule, series = _rule(hold, op), _series(values)
    for moment in (70, until, until):
        found = episodes(rule, series, after(moment, 30), step * MINUTE)
        assert list(found) == state_machine(rule, values, moment, step)


def test_an_episode_fires_when_it_has_lasted_for_its_hold_and_not_a_minute_before() -> None:
    rule = _rule(timedelta(minutes=10))
    almost, enough = _series(dict.fromkeys(range(3, 13), 9.0)), _series(dict.fromkeys(range(3, 14), 9.0))
    assert [(one.fired_at, one.resolved_at) for one in episodes(rule, almost, after(60))] == [(None, after(13))]
    assert [(one.fired_at, one.resolved_at) for one in episodes(rule, enough, after(60))] == [(after(13), after(14))]


def test_an_earlier_moment_knows_nothing_of_what_came_later() -> None:
    series = _series({3: 6.0, 4: 7.0, 5: 99.0, 6: 8.0})
    (seen,) = episodes(_rule(timedelta(minutes=2)), series, after(4, 59))
    assert (seen.pending_at, seen.fired_at, seen.resolved_at, seen.peak) == (after(3), None, None, 7.0)
    assert seen.open
    assert not seen.firing


def test_late_rows_amend_an_episode() -> None:
    rule = week3().rule("chat-ack-failures")
    question = rule_question(rule, week3().metric(rule.stream.metric))

    def failures(minutes: range) -> list[Row]:
        return [
            event(rule.stream.metric, after(minute, 0.1 * one), flow="ack_delivered")
            for minute in minutes
            for one in range(6)
        ]

    store = stored([*failures(range(3)), *failures(range(9, 12))])
    before = episodes(rule, store.minutes(question, after(60)), after(60))
    assert [one.fired_at for one in before] == [None, None]
    store.add(parsed(failures(range(3, 9))))
    (whole,) = episodes(rule, store.minutes(question, after(60)), after(60))
    assert (whole.pending_at, whole.fired_at, whole.resolved_at) == (after(1), after(11), after(16))


def test_every_rule_of_the_runbook_measures_its_own_stream() -> None:
    rows = [
        *(http(after(0, second), status=503) for second in range(20)),
        *(http(after(0, second), status=200, route="/api/auth/me") for second in range(20)),
        *(http(after(0, second), status=403, domain="realtime", method="GET") for second in range(20)),
        event(AUTH, after(0, 5), statusCode=500),
        event(CATCHUP, after(0, 5), durationMs=100.0, statusCode=401),
        event(CATCHUP, after(0, 6), durationMs=2000.0, statusCode=200),
    ]
    questions = {rule.id: rule_question(rule, week3().metric(rule.stream.metric)) for rule in week3().rules}
    found = dict(zip(questions, exact(stored(rows), list(questions.values()), after(1)), strict=True))
    assert found == {
        "login-down": 1.0,
        "auth-5xx-sustained": 1.0,
        "auth-5xx": 1.0,
        "realtime-unusable": 1.0,
        "realtime-authz-denied": None,
        "realtime-catchup-p95": pytest.approx(1905.0),
        "chat-ack-failures": None,
    }
