"""Two periods side by side, before and after a deploy, and the review of some days."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.events import (
    ACK,
    AUTH,
    AUTHZ,
    CATCHUP,
    HTTP,
    Row,
    after,
    denials,
    event,
    http,
    outage,
    parsed,
    stored,
    week3,
)
from tests.samples import NIGHT, PRETTY, answers, needs_samples, planted
from tests.test_cli import guardia, schema
from tui.drill.generate import Plan
from tui.drill.write import write
from tui.metrics.compare import Comparison, Figure, MetricChange, Period, Shift, compare
from tui.metrics.review import overview
from tui.metrics.store import Store

if TYPE_CHECKING:
    from pathlib import Path


def period(start: float, end: float) -> Period:
    return Period(after(start), after(end))


def compared(store: Store, a: tuple[float, float] = (0, 20), b: tuple[float, float] = (20, 60)) -> Comparison:
    return compare(week3(), store, period(*a), period(*b))


def change(found: Comparison, metric: str) -> MetricChange:
    return next(one for one in found.metrics if one.metric == metric)


def figure(found: Comparison, metric: str, name: str) -> Figure:
    return next(one for one in change(found, metric).figures if one.id == name)


def shift(found: Comparison, metric: str, field: str, value: str) -> Shift:
    return next(one for one in change(found, metric).shifts if (one.field, one.value) == (field, value))


def calm(first: float, last: float, every: float = 6.0, **more: object) -> list[Row]:
    count = int((last - first) * 60 / every)
    return [http(after(first, every * (one + 0.5)), **more) for one in range(count)]  # type: ignore[arg-type]


def catchup(first: float, last: float, duration: float, status: int = 200) -> list[Row]:
    rows = range(int((last - first) * 6))
    return [
        event(CATCHUP, after(first, 10 * one + 5), statusCode=status, durationMs=duration, eventCount=2) for one in rows
    ]


def test_counts_are_by_the_minute_so_that_lengths_do_not_matter() -> None:
    found = compared(stored([*calm(0, 60), *denials(after(5), 40), *denials(after(30), 40)]))
    assert (change(found, AUTHZ).events.a, change(found, AUTHZ).events.b) == (40, 40)
    assert figure(found, AUTHZ, "rate").both.a == 2
    assert figure(found, AUTHZ, "rate").both.b == 1
    assert figure(found, AUTHZ, "rate").ratio == 0.5


def test_quantiles_and_shares_are_over_the_whole_period() -> None:
    rows = [*calm(0, 60), *catchup(0, 20, 100), *catchup(20, 50, 900), *catchup(50, 60, 0, 401)]
    found = compared(stored(rows))
    assert figure(found, CATCHUP, "value").both.a == 100
    assert figure(found, CATCHUP, "value").both.b == 900
    assert figure(found, CATCHUP, "not-200").both.a == 0
    assert figure(found, CATCHUP, "not-200").both.b == pytest.approx(0.25)


def test_the_highest_window_and_the_minutes_over_the_limit_are_those_of_the_rule() -> None:
    store = stored([*calm(0, 60), *outage(30, 34)])
    found = compared(store)
    rule = next(rule for rule in week3().rules if rule.id == week3().metric(AUTH).panel.rule)
    assert figure(found, AUTH, "minutes-over").both.a == 0
    assert figure(found, AUTH, "minutes-over").both.b == 4 + rule.window // timedelta(minutes=1)
    assert figure(found, AUTH, "peak").both.b == 48


def test_what_the_events_are_made_of_is_in_shares_and_the_largest_move_comes_first() -> None:
    ok = [http(after(minute, 30), 200, route="/api/auth/login") for minute in range(20)]
    wrong = [http(after(minute, 30), 500, route="/api/auth/login") for minute in range(20, 40)]
    found = compared(stored([*ok, *wrong]), b=(20, 40))
    assert (shift(found, HTTP, "statusCode", "500").share.a, shift(found, HTTP, "statusCode", "500").share.b) == (0, 1)
    assert shift(found, HTTP, "statusCode", "200").moved == -1
    assert shift(found, HTTP, "route", "/api/auth/login").moved == 0


def test_nothing_counted_where_nobody_listened_is_not_zero() -> None:
    found = compared(stored([*calm(0, 20)]))
    assert figure(found, ACK, "rate").both.a == 0
    assert figure(found, ACK, "rate").both.b is None
    assert figure(found, HTTP, "p95").both.b is None
    assert (found.live.a > timedelta(minutes=19), found.live.b < timedelta(minutes=2)) == (True, True)


def test_rows_that_a_cap_has_cost_are_said_and_still_counted() -> None:
    rows = [*calm(0, 60), *catchup(0, 60, 100)]
    whole, capped = Store(week3()), Store(week3(), cap=300)
    for store in (whole, capped):
        store.add(parsed(rows))
    assert compared(whole).whole
    assert not compared(capped).whole
    assert [one.events for one in compared(capped).metrics] == [one.events for one in compared(whole).metrics]


EVENTS = st.lists(st.tuples(st.floats(0.01, 59.9), st.sampled_from((200, 401, 500)), st.floats(0, 5000)), max_size=60)


@settings(max_examples=40, deadline=None)
@given(EVENTS, st.integers(1, 59))
def test_two_periods_hold_together_what_one_holds(events: list[tuple[float, int, float]], cut: int) -> None:
    store = stored([http(after(minute), status, duration) for minute, status, duration in events])
    found = compared(store, (0, cut), (cut, 60))
    http_events = change(found, HTTP).events
    assert http_events.a + http_events.b == len(events)
    for field in ("statusCode", "route"):
        shares = [one.share for one in change(found, HTTP).shifts if one.field == field]
        for side in ([share.a for share in shares], [share.b for share in shares]):
            known = [share for share in side if share is not None]
            assert not known or sum(known) == pytest.approx(1)


@settings(max_examples=20, deadline=None)
@given(EVENTS)
def test_a_period_does_not_differ_from_itself(events: list[tuple[float, int, float]]) -> None:
    store = stored([http(after(minute), status, duration) for minute, status, duration in events])
    found = compared(store, (0, 60), (0, 60))
    assert all(one.both.a == one.both.b for metric in found.metrics for one in metric.figures)
    assert all(one.moved == 0 for metric in found.metrics for one in metric.shifts)


# --- the commands ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def outage_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An outage from minute 18 on, of 45."""
    file = tmp_path_factory.mktemp("compare") / "outage.ndjson"
    with file.open("wb") as out:
        write(Plan("auth-outage", 4, after(0), minutes=45, per_second=2.0), out)
    return file


def told(name: str, *arguments: str | Path) -> dict[str, Any]:
    shown = guardia(name, *arguments, "--json")
    assert shown.returncode == 0, shown.stderr
    result: dict[str, Any] = json.loads(shown.stdout)
    jsonschema.validate(result, schema(name))
    return result


A, B = (f"{after(first).isoformat()},{after(last).isoformat()}" for first, last in ((0, 15), (20, 30)))


def test_the_command_says_of_each_period_what_check_says(outage_log: Path) -> None:
    found = told("compare", outage_log, "--a", A, "--b", B)["comparisons"][0]
    for side, span in (("a", A), ("b", B)):
        since, until = span.split(",")
        counted = json.loads(guardia("check", outage_log, "--json", "--since", since, "--until", until).stdout)
        for metric, said in counted["metrics"].items():
            assert found["metrics"][metric]["events"][side] == said["events"]
            for field, values in said["breakdown"].items():
                parts = {one["value"]: one[side]["events"] for one in found["metrics"][metric]["breakdown"][field]}
                assert {value: count for value, count in parts.items() if count} == values
    assert found["metrics"][AUTH]["events"]["b"] > 100
    assert found["deploy"] is None


def test_before_and_after_each_deploy_that_is_known(outage_log: Path, tmp_path: Path) -> None:
    for minute, text in ((18, "backend 2.4.1"), (-90, "long ago")):
        at = after(minute).isoformat()
        assert guardia("deploy", "mark", text, "--at", at, "--data-dir", tmp_path).returncode == 0
    result = told("compare", outage_log, "--deploys", "--around", "10m", "--data-dir", tmp_path)
    assert [one["deploy"]["text"] for one in result["comparisons"]] == ["backend 2.4.1"]
    found = result["comparisons"][0]
    assert (found["a"]["to"], found["b"]["from"]) == (f"{after(18):%Y-%m-%dT%H:%M:%S}Z",) * 2
    assert found["metrics"][AUTH]["events"]["a"] == 0
    assert found["metrics"][AUTH]["events"]["b"] > 50
    shown = guardia("compare", outage_log, "--deploys", "--data-dir", tmp_path)
    assert "backend 2.4.1" in shown.stdout


def test_without_any_deploy_that_is_said(outage_log: Path, tmp_path: Path) -> None:
    shown = guardia("compare", outage_log, "--deploys", "--data-dir", tmp_path)
    assert (shown.returncode, shown.stdout) == (0, "")
    assert "no deploy" in shown.stderr


@pytest.mark.parametrize(
    "arguments",
    [(), ("--a", A), ("--a", A, "--b", "now"), ("--a", A, "--b", B, "--deploys"), ("--a", A, "--b", "12:10,12:05")],
)
def test_periods_that_make_no_sense_are_a_usage_error(outage_log: Path, arguments: tuple[str, ...]) -> None:
    shown = guardia("compare", outage_log, *arguments)
    assert (shown.returncode, shown.stdout) == (2, "")


@needs_samples
def test_on_the_real_night_the_failures_of_logins_stand_out() -> None:
    a, b = "2026-11-19T21:00:00Z,2026-11-19T21:30:00Z", "2026-11-19T22:00:00Z,2026-11-19T22:30:00Z"
    found = told("compare", NIGHT, "--a", a, "--b", b)["comparisons"][0]["metrics"]
    total = answers("real-night-part1.ndjson")["rules"]["auth5xx_gt0_5m_for5m"]
    assert (found[AUTH]["events"]["a"], found[AUTH]["events"]["b"] > 100) == (0, True)
    over = next(one for one in found[AUTH]["figures"] if one["id"] == "minutes-over")
    keys = ("condition_true_from", "condition_false_at")
    first, last = (datetime.fromisoformat(total["episodes"][0][key]) for key in keys)
    assert over["b"] == (last - first) / timedelta(minutes=1)


@needs_samples
@pytest.mark.parametrize(("sample", "name"), [(NIGHT, "real-night-part1.ndjson"), (PRETTY, "real-dev-pretty.log")])
def test_nothing_planted_comes_out(sample: Path, name: str, tmp_path: Path) -> None:
    rule = week3().rules[0].id
    outputs = [
        guardia("report", sample, "--data-dir", tmp_path, lang="es"),
        guardia("report", sample, "--json", "--data-dir", tmp_path),
        guardia("whatif", sample, "--set", f"{rule}.for=0s", "--sweep", f"{rule}.threshold=0,1"),
        guardia("compare", sample, "--a", "-90m,-45m", "--b", "-45m,-1m", "--json"),
        guardia("compare", sample, "--a", "-90m,-45m", "--b", "-45m,-1m"),
    ]
    text = "\n".join(shown.stdout + shown.stderr for shown in outputs)
    assert [shown.returncode for shown in outputs] == [0] * len(outputs)
    assert not [secret for secret in planted(name) if secret in text]


# --- the review -----------------------------------------------------------------------------------------------------


def test_the_worst_routes_are_those_with_most_errors_and_the_slowest() -> None:
    login, me = "/api/auth/login", "/api/auth/me"
    rows = [
        *calm(0, 20, route=me, duration=900.0),
        *calm(0, 10, 20, route=login, duration=10.0),
        *calm(10, 20, 20, route=login, duration=10.0, status=503),
    ]
    found = overview(week3(), stored(rows), after(0), after(20))
    failing = [(one.metric, one.route, one.errors, one.share) for one in found.failing]
    assert failing == [(HTTP, login, 30, 0.5)]
    assert [(one.route, one.value) for one in found.slow] == [(me, 900.0), (login, 10.0)]
    assert found.gaps == ()


def test_a_silence_inside_is_a_gap_from_when_it_counts_to_the_next_event() -> None:
    found = overview(week3(), stored([*calm(0, 20, 1), *calm(30, 40, 1)]), after(0), after(40))
    assert len(found.gaps) == 1
    assert (found.gaps[0].start, found.gaps[0].end) == (after(19, 59.5) + week3().silence.at_least, after(30, 0.5))


def test_the_report_has_what_logs_and_journals_say(outage_log: Path, tmp_path: Path) -> None:
    severity = week3().severities[0].id
    asked = ("incident", "declare", "--severity", severity, "--data-dir", tmp_path, outage_log)
    assert guardia(*asked, "--at", after(23).isoformat()).returncode == 0
    assert guardia("incident", "ack", "--data-dir", tmp_path, "--at", after(24).isoformat()).returncode == 0
    result = told("report", outage_log, "--data-dir", tmp_path)
    checked = json.loads(guardia("check", outage_log, "--json").stdout)["alerts"]
    assert result["alerts"] == [one for one in checked if one["fired_at"]]
    assert result["near_misses"] == [one for one in checked if not one["fired_at"]]
    assert result["incidents"]["counted"] == 1
    assert result["incidents"]["mtta"] is not None
    assert result["failing_routes"][0]["route"] == "/api/auth/login"
    shown = guardia("report", outage_log, "--data-dir", tmp_path).stdout
    assert shown.startswith("# Review")
    assert result["incidents"]["incidents"][0]["incident"] in shown
    assert "/api/auth/login" in shown


def test_a_report_of_quiet_minutes_says_so(outage_log: Path, tmp_path: Path) -> None:
    result = told("report", outage_log, "--until", after(10).isoformat(), "--data-dir", tmp_path)
    assert (result["alerts"], result["incidents"]["count"], result["silent_gaps"]) == ([], 0, [])
    assert result["until"] == f"{after(10):%Y-%m-%dT%H:%M:%S}Z"
