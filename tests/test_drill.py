"""The synthetic backend: its format, its determinism, and that what it claims to be true is true."""

from __future__ import annotations

import copy
import gzip
import io
import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice, pairwise
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.cli.drill import drill
from tui.cli.options import Options
from tui.drill.chance import Dice
from tui.drill.compare import compare
from tui.drill.generate import Plan, generate
from tui.drill.live import live
from tui.drill.model import backend, scenarios
from tui.drill.naive import Happened, lives, matches, measured
from tui.drill.render import template
from tui.drill.truth import Truth
from tui.drill.write import answers, write
from tui.runbook.model import ActiveMinutes, Condition, Count, Quantile, Rate, Rule, Share, Stream, Sum

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.logs.source import Source
    from tui.runbook.runbook import Runbook

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "sample_logs"
START = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
MINUTE = 60_000

HEAD = ["level", "timestamp", "requestId", "message", "metric"]
KEYS = {
    "METRIC_HTTP_REQUEST": [*HEAD, "domain", "method", "endpoint", "statusCode", "durationMs"],
    "METRIC_REALTIME_CATCHUP": [*HEAD, "endpoint", "statusCode", "durationMs", "eventCount"],
    "METRIC_REALTIME_AUTHZ_DENIED": [*HEAD, "endpoint", "reason", "statusCode"],
    "METRIC_CHAT_ACK_FAILURE": [*HEAD, "flow", "statusCode", "reason", "deliveredFailed", "readFailed"],
    "METRIC_AUTH_5XX": [*HEAD, "endpoint", "statusCode", "durationMs", "code"],
}
LEVELS = {"METRIC_REALTIME_AUTHZ_DENIED": "warn", "METRIC_CHAT_ACK_FAILURE": "warn", "METRIC_AUTH_5XX": "error"}
AUTH_RULES = {"login-down", "auth-5xx-sustained", "auth-5xx"}
FIRING = {
    "auth-outage": AUTH_RULES,
    "authz-spike": {"realtime-authz-denied"},
    "slow-catchup": {"realtime-catchup-p95"},
    "ack-failures": {"chat-ack-failures"},
    "combined": AUTH_RULES | {"realtime-catchup-p95", "chat-ack-failures"},
    "calm": set(),
}


@cache
def runbook() -> Runbook:
    from tui.runbook.load import load_runbook

    return load_runbook(None, "en").runbook


@cache
def drilled(
    scenario: str, seed: int, minutes: int = 75, per_second: float | None = None
) -> tuple[bytes, dict[str, Any]]:
    """Write a drill: its bytes and its answers."""
    plan, out, truth = Plan(scenario, seed, START, minutes, per_second=per_second), io.BytesIO(), Truth(runbook())
    assert write(plan, out, truth) == out.getvalue().count(b"\n")
    return out.getvalue(), json.loads(json.dumps(answers(plan, truth)))


def lines_of(data: bytes) -> list[str]:
    return data.decode().removesuffix("\n").split("\n")


def objects(data: bytes) -> Iterator[dict[str, Any]]:
    for line in lines_of(data):
        if line.startswith('{"'):
            yield json.loads(line)


def metric_records(data: bytes) -> list[dict[str, Any]]:
    return [record for record in objects(data) if str(record["message"]).startswith("METRIC_")]


def milliseconds(record: dict[str, Any]) -> int:
    return round(datetime.fromisoformat(record["timestamp"]).timestamp() * 1000)


# --- determinism ------------------------------------------------------------------------------------------------------


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(sorted(FIRING)), st.integers(-5, 2**40), st.integers(1, 8))
def test_the_same_plan_gives_the_same_bytes_and_a_longer_one_only_more(scenario: str, seed: int, minutes: int) -> None:
    def written(length: int | None) -> bytes:
        out = io.BytesIO()
        write(Plan(scenario, seed, START, length, onset=timedelta(minutes=2)), out)
        return out.getvalue()

    assert written(minutes) == written(minutes)
    assert written(minutes + 1).startswith(written(minutes))


def test_another_seed_is_another_log() -> None:
    assert drilled("calm", 1, 2)[0] != drilled("calm", 2, 2)[0]


def test_another_start_is_the_same_log_at_other_times() -> None:
    later = io.BytesIO()
    write(Plan("auth-outage", 1, START + timedelta(days=40, hours=3), 20), later)

    def timeless(data: bytes) -> str:
        without_times = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:", "", data.decode())
        return re.sub(r'"req_(\w{9})\w{8}"', r'"req_\1"', without_times)

    assert timeless(later.getvalue()) == timeless(drilled("auth-outage", 1, 20)[0])


def test_before_things_go_wrong_every_scenario_is_the_calm_one() -> None:
    calm = [line.data for line in generate(Plan("calm", 5, START, 4, onset=timedelta(minutes=4)))]
    for scenario in FIRING:
        lines = generate(Plan(scenario, 5, START, None, onset=timedelta(minutes=4)))
        assert [line.data for line in islice(lines, len(calm))] == calm


@settings(max_examples=50)
@given(st.integers(), st.floats(0.5, 1e4), st.integers(-50, 50), st.integers(0, 60))
def test_dice_stay_in_range(seed: int, median: float, low: int, width: int) -> None:
    dice = Dice(f"{seed}")
    assert low <= dice.whole(low, low + width) <= low + width
    assert dice.lognormal(median, 0.5) >= 0
    assert dice.wait() >= 0
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}", dice.uuid())
    assert re.fullmatch(r"[0-9a-z]{0,60}", dice.letters(width))
    assert len(dice.letters(width)) == width


# --- the format -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scenario", FIRING)
def test_metric_lines_have_the_real_keys_in_order_and_no_spaces(scenario: str) -> None:
    data, _answers = drilled(scenario, 4, per_second=2.0)
    seen = Counter[str]()
    for line in lines_of(data):
        if not line.startswith('{"level"'):
            continue
        record = json.loads(line)
        assert line == json.dumps(record, ensure_ascii="\\u" in line, separators=(",", ":"))
        assert list(record)[:4] == HEAD[:4]
        if str(record["message"]).startswith("METRIC_"):
            seen[record["message"]] += 1
            assert list(record) == KEYS[record["message"]]
            assert record["level"] == LEVELS.get(record["message"], "info")
            assert record["metric"] == record["message"].removeprefix("METRIC_").lower()
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record["timestamp"])
    assert set(seen) == set(KEYS) - (set() if FIRING[scenario] & AUTH_RULES else {"METRIC_AUTH_5XX"})


def test_request_ids_are_as_clients_send_them() -> None:
    ids = [record["requestId"] for record in metric_records(drilled("calm", 3)[0])]
    backends = sum(re.fullmatch(r"req_[0-9a-z]{17}", str(one)) is not None for one in ids)
    browsers = sum(re.fullmatch(r"web-[0-9a-f-]{36}", str(one)) is not None for one in ids)
    assert backends > browsers > 20 * (len(ids) - backends - browsers) > 0
    odd = {json.loads(text) for text in backend().request_ids.odd_ids}
    assert {one for one in ids if not re.match("req_[0-9a-z]|web-", str(one))} <= odd
    assert {None, "null", "12345", "NO_CONTEXT"} <= odd
    assert max(len(str(one)) for one in odd) == 300
    assert any('"' in str(one) for one in odd)


def test_a_browser_id_can_serve_several_requests() -> None:
    requests = Counter(record["requestId"] for record in metric_records(drilled("calm", 3)[0]) if "domain" in record)
    assert max(count for one, count in requests.items() if str(one).startswith("web-")) > 1


def test_a_catchup_is_a_pair_that_agrees() -> None:
    records = metric_records(drilled("slow-catchup", 4, per_second=2.0)[0])
    pairs = 0
    for record, following in pairwise(records):
        if record["message"] == "METRIC_REALTIME_CATCHUP":
            pairs += 1
            same = ("requestId", "timestamp", "endpoint", "statusCode", "durationMs")
            assert [record[key] for key in same] == [following[key] for key in same]
            assert following["message"] == "METRIC_HTTP_REQUEST"
    assert pairs > 1000


def test_the_log_holds_what_such_logs_hold() -> None:
    data, told = drilled("combined", 4, per_second=2.0)
    lines = lines_of(data)
    assert "" in lines
    assert sum(line.startswith("    at ") for line in lines) > 10
    assert {"event", "message", "issues", "timestamp"} in [set(record) for record in objects(data)]
    assert max(map(len, lines)) > 3000
    markers = {marker["marker"] for marker in told["markers"]}
    assert {"boot", "crash", "sigterm", "jwt-expired", "contract-breach", "stack-frame", "sql-error"} <= markers
    assert "env-validation-failed" in {
        marker["marker"] for marker in drilled("auth-outage", 4, per_second=2.0)[1]["markers"]
    }


def test_a_few_lines_are_out_of_order_by_some_ms_only() -> None:
    times = [milliseconds(record) for record in metric_records(drilled("calm", 3)[0])]
    backwards = [before - after for before, after in pairwise(times) if after < before]
    assert 0.005 < len(backwards) / len(times) < 0.05
    assert max(backwards) <= 12


def test_traffic_is_about_what_was_asked_for() -> None:
    for per_second in (None, 1.0, 12.0):
        data, _told = drilled("calm", 3, 20, per_second)
        requests = sum(record["message"] == "METRIC_HTTP_REQUEST" for record in metric_records(data))
        assert requests / 1200 == pytest.approx(per_second or 5.0, rel=0.15)


def test_latencies_have_a_long_tail() -> None:
    records = metric_records(drilled("calm", 3)[0])
    times = [one["durationMs"] for one in records if one["message"] == "METRIC_REALTIME_CATCHUP" and one["durationMs"]]
    cuts = quantiles(times, n=100)
    assert 80 < cuts[49] < 140
    assert 220 < cuts[94] < 350
    assert max(times) > 2.5 * cuts[94] > 0


# --- what is true of it -----------------------------------------------------------------------------------------------


def second_pass(data: bytes) -> dict[str, Any]:
    """Count the written bytes by plain JSON, knowing nothing of how they were made."""
    records = metric_records(data)
    lines = lines_of(data)
    minutes: dict[str, Counter[str]] = {}
    for record in records:
        minutes.setdefault(record["timestamp"][:16] + ":00Z", Counter())[record["message"]] += 1
    return {
        "lines": len(lines),
        "events": len(records),
        "other": len(list(objects(data))) - len(records),
        "not_json": sum(not line.startswith('{"') for line in lines),
        "totals": Counter(record["message"] for record in records),
        "minutes": {minute: dict(counts) for minute, counts in sorted(minutes.items())},
    }


def route(endpoint: str) -> str:
    odd = re.compile(r"[0-9a-f-]{36}|(?:msg|rep)_.*|no-uuid-\d+")
    return "/".join(":id" if odd.fullmatch(part) else part for part in endpoint.split("/"))


@pytest.mark.parametrize("scenario", FIRING)
def test_the_answers_agree_with_a_second_look_at_the_bytes(scenario: str) -> None:
    data, told = drilled(scenario, 4, per_second=2.0)
    seen, source = second_pass(data), told["sources"][0]
    assert source["bytes"] == len(data)
    assert {key: source[key] for key in ("lines", "events", "other")} == {
        key: seen[key] for key in ("lines", "events", "other")
    }
    assert source["rejected"] == {"not_json": seen["not_json"]}
    assert source["lines"] == source["events"] + source["other"] + source["rejected"]["not_json"]
    assert {metric: found["events"] for metric, found in told["metrics"].items()} == {
        metric: seen["totals"][metric] for metric in KEYS
    }
    assert told["minutes"] == seen["minutes"]
    assert sum(told["request_ids"].values()) == seen["events"]
    for metric, found in told["metrics"].items():
        own = [record for record in metric_records(data) if record["message"] == metric]
        for field, counts in found["breakdown"].items():
            values = (route(one["endpoint"]) if field == "route" else one[field] for one in own)
            assert counts == Counter(map(str, values)), (metric, field)


def test_junk_is_no_json_and_the_rest_is() -> None:
    for line in lines_of(drilled("combined", 4, per_second=2.0)[0]):
        if not line.startswith('{"'):
            with pytest.raises(ValueError, match=r".*"):
                json.loads(line)


def test_requests_for_a_metric_by_name_are_no_events() -> None:
    data, told = drilled("calm", 3)
    assert b"search=METRIC_AUTH_5XX" in data
    assert told["metrics"]["METRIC_AUTH_5XX"]["events"] == 0


def test_marker_times_lie_between_their_neighbours() -> None:
    told = drilled("combined", 4, per_second=2.0)[1]
    crash = next(marker for marker in told["markers"] if marker["marker"] == "crash")
    assert crash["approximate"]
    assert crash["earliest"] <= crash["at"] <= crash["latest"]
    first = told["markers"][0]
    assert (first["marker"], first["earliest"]) == ("boot", None)
    breach = next(marker for marker in told["markers"] if marker["marker"] == "contract-breach")
    assert not breach["approximate"]


def test_planted_secrets_are_in_the_file_and_look_made_up() -> None:
    data, told = drilled("auth-outage", 5, per_second=0.6)
    text = data.decode()
    assert set(told["planted"]) == set(backend().planted)
    for name, found in told["planted"].items():
        assert found, name
        assert all(secret in text for secret in found)
    assert all(email.endswith("%40mail.example") for email in told["planted"]["email"])
    assert set(re.findall(r"\b\d+\.\d+\.\d+\.\d+\b", text)) == set(told["planted"]["ip"])
    assert all(ip.startswith("192.0.2.") for ip in told["planted"]["ip"])
    assert set(re.findall(r"eyJ[\w.-]+", text)) == set(told["planted"]["token"])


# --- what the scenarios set off ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("scenario", FIRING)
def test_a_scenario_sets_off_what_it_should_and_nothing_else(scenario: str) -> None:
    for seed, per_second in [(3, None), (4, 2.0), *((seed, 0.6) for seed in range(5, 11))]:
        alerts = drilled(scenario, seed, per_second=per_second)[1]["alerts"]
        assert sorted(alert["rule"] for alert in alerts) == sorted(FIRING[scenario])
        assert all(alert["fired_at"] and alert["resolved_at"] for alert in alerts)


def test_there_is_no_alert_on_a_long_calm_day() -> None:
    assert drilled("calm", 9, 480, 0.6)[1]["alerts"] == []


def test_every_scenario_speaks_of_exchanges_that_exist() -> None:
    known = {exchange.id for exchange in backend().exchanges}
    assert backend().start in known
    for scenario in scenarios().values():
        named = {item.write for item in scenario.once}
        assert named.union(*(set(phase.rates) | set(phase.values) for phase in scenario.phases)) <= known


def test_a_value_that_nothing_gives_is_named() -> None:
    from tui.drill.render import Renderer

    exchange = backend().exchanges[0].model_copy(update={"text": "[what] {nobody_knows}\n"})
    with pytest.raises(ValueError, match="nobody_knows"):
        Renderer(exchange, backend(), Dice("1"), ["someone"])


def test_braces_that_are_no_names_stay() -> None:
    assert template("100 % {of} { it: {} }").pattern % {"of": "all"} == "100 % all { it: {} }\n"


# --- the rules, the slow way ------------------------------------------------------------------------------------------


def rule(**changes: object) -> Rule:
    told: dict[str, Any] = {
        "id": "r",
        "stream": Stream(metric="M"),
        "measure": Count(),
        "window": timedelta(minutes=5),
        "op": ">",
        "threshold": 0,
        "for": timedelta(minutes=2),
        "severity": "S",
        "panel": "M",
    }
    return Rule(**{**told, **changes})


def at(*times: int, **fields: str | int | None) -> list[Happened]:
    return [Happened(time, fields) for time in times]


def minutes_of(found: list[Any]) -> list[tuple[int | None, ...]]:
    def minute(moment: datetime | None) -> int | None:
        return None if moment is None else round(moment.timestamp()) // 60

    return [(minute(life.pending_at), minute(life.fired_at), minute(life.resolved_at)) for life in found]


def test_an_episode_is_pending_fires_and_resolves_on_whole_minutes() -> None:
    one = at(10 * MINUTE + 1)
    step = timedelta(minutes=1)
    assert minutes_of(lives(rule(), one, first=one[0].at, last=30 * MINUTE, step=step)) == [(11, 13, 16)]
    assert minutes_of(lives(rule(), one, first=one[0].at, last=12 * MINUTE, step=step)) == [(11, None, None)]
    assert minutes_of(lives(rule(), one, first=one[0].at, last=13 * MINUTE, step=step)) == [(11, 13, None)]
    brief = rule(**{"for": timedelta(minutes=5)})
    assert minutes_of(lives(brief, one, first=one[0].at, last=30 * MINUTE, step=step)) == [(11, None, 16)]


def test_a_window_leaves_out_its_first_moment_and_takes_in_its_last() -> None:
    exact = at(10 * MINUTE)
    found = lives(rule(), exact, first=exact[0].at, last=30 * MINUTE, step=timedelta(minutes=1))
    assert minutes_of(found) == [(10, 12, 15)]


def test_measures() -> None:
    five = [Happened(MINUTE * number + 1, {"ms": number * 10, "code": 200 + 100 * number}) for number in range(5)]
    cases: list[tuple[Any, float | None]] = [
        (Count(), 5),
        (Rate(), 1),
        (Sum(field="ms"), 100),
        (Quantile(field="ms", q=0.95), 38),
        (Share(matching={"code": ("5xx",)}, minimum=5), 0.2),
        (Share(matching={"code": ("5xx",)}, minimum=6), None),
        (ActiveMinutes(), 5),
    ]
    for measure, value in cases:
        assert measured(rule(measure=measure), five) == (value if value is None else pytest.approx(value))
        assert measured(rule(measure=measure), []) is None
    assert measured(rule(measure=ActiveMinutes()), at(MINUTE, MINUTE + 1, 2 * MINUTE)) == 2


@pytest.mark.parametrize(
    ("condition", "fields", "holds"),
    [
        ({}, {}, True),
        ({"code": (401, 403, "5xx")}, {"code": 403}, True),
        ({"code": (401, 403, "5xx")}, {"code": 503}, True),
        ({"code": (401, 403, "5xx")}, {"code": 200}, False),
        ({"code": (401,)}, {}, False),
        ({"code": ("!200",)}, {"code": 200}, False),
        ({"code": ("!200",)}, {"code": None}, True),
        ({"code": ("!2xx", "!404")}, {"code": 404}, False),
        ({"code": ("!2xx", "!404")}, {"code": 500}, True),
        ({"method": ("POST",), "route": ("/a",)}, {"method": "POST", "route": "/b"}, False),
    ],
)
def test_conditions(condition: Condition, fields: dict[str, str | int | None], *, holds: bool) -> None:
    assert matches(fields, condition) is holds


# --- comparing --------------------------------------------------------------------------------------------------------


def test_what_is_true_compares_equal_and_every_lie_is_found() -> None:
    told = drilled("auth-outage", 4, per_second=2.0)[1]
    assert compare(told, told) == []
    lies: list[tuple[str, Any]] = [
        ("as_of", lambda said: said.update(as_of="2026-03-02T02:00:00Z")),
        ("lines", lambda said: said["sources"][0].update(lines=1)),
        ("cut", lambda said: said["sources"][0]["rejected"].update(cut=1)),
        ("METRIC_AUTH_5XX: events", lambda said: said["metrics"]["METRIC_AUTH_5XX"].update(events=1)),
        ("by code", lambda said: said["metrics"]["METRIC_AUTH_5XX"]["breakdown"].update(code={"other": 1})),
        ("not found", lambda said: said["alerts"].pop()),
        ("fired_at", lambda said: said["alerts"][0].update(fired_at=None)),
        ("peak", lambda said: said["alerts"][0].update(peak=0.99)),
        ("marker boot", lambda said: said["markers"].pop(0)),
        ("marker jwt-expired", lambda said: _move(said, "jwt-expired")),
    ]
    for word, lie in lies:
        said = copy.deepcopy(told)
        lie(said)
        differences = compare(said, told)
        assert any(word in difference for difference in differences), word


def _move(said: dict[str, Any], marker: str) -> None:
    next(one for one in said["markers"] if one["marker"] == marker)["at"] = "2026-03-02T00:00:00Z"


def test_an_approximate_marker_may_have_the_time_of_either_neighbour() -> None:
    told = drilled("combined", 4, per_second=2.0)[1]
    for edge in ("earliest", "latest"):
        said = copy.deepcopy(told)
        for marker in said["markers"]:
            marker["at"] = marker.get(edge) or marker["at"]
        assert compare(said, told) == []


# --- live -------------------------------------------------------------------------------------------------------------


class Hands:
    """A clock that stands where it is put."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.mark.parametrize("scenario", FIRING)
def test_a_live_drill_opens_on_an_hour_whose_first_alert_has_just_fired(scenario: str) -> None:
    now = START + timedelta(hours=5, minutes=17, seconds=42)
    source = live(scenario, 8, Hands(now))
    truth = Truth(runbook())
    data = source.read(1 << 30)
    assert data is not None
    for line in generate(source.plan):
        if line.at > now.timestamp() * 1000:
            break
        truth.add(line)
    told = truth.answers()
    assert told["sources"][0]["bytes"] == len(data.data)
    # The minute at hand is not over: only what was evaluated at or before `now` counts.
    minute = "2026-03-02T06:47:00Z"
    fired = [alert["fired_at"] for alert in told["alerts"] if alert["fired_at"] and alert["fired_at"] <= minute]
    assert fired == ([] if scenario == "calm" else [minute])
    first = milliseconds(next(record for record in objects(data.data) if "level" in record))
    assert now.timestamp() * 1000 - first == pytest.approx(60 * MINUTE, abs=MINUTE)


def test_a_live_drill_goes_on_with_the_clock_in_whole_lines() -> None:
    clock = Hands(START)
    source: Source = live("auth-outage", 8, clock)
    read = b""
    while block := source.read(100_000):
        assert block.data.endswith(b"\n")
        assert len(block.data) <= 100_000
        assert (block.offset, block.generation) == (len(read), 0)
        read += block.data
    clock.now += timedelta(seconds=20)
    more = source.read()
    assert more is not None
    times = [record["timestamp"] for record in metric_records(more.data)]
    assert times
    assert min(times) >= "2026-03-02T01:30:00.000Z"
    assert max(times) <= "2026-03-02T01:30:20.000Z"
    assert source.read() is None
    clock.now -= timedelta(hours=1)
    assert source.read() is None
    assert not source.rereadable
    assert source.consumed == len(read) + len(more.data)


def test_a_long_line_is_handed_out_whole() -> None:
    source = live("calm", 8, Hands(START))
    block = source.read(1)
    assert block is not None
    assert block.data.count(b"\n") == 1


# --- the command ------------------------------------------------------------------------------------------------------


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(drill, [str(argument) for argument in arguments], obj=Options())


def test_the_command_writes_log_and_answers(tmp_path: Path) -> None:
    log, told = tmp_path / "log.ndjson", tmp_path / "answers.json"
    result = run("auth-outage", "--out", log, "--answers", told, "--seed", "4", "--rate", "2")
    assert result.exit_code == 0, result.output
    data, expected = drilled("auth-outage", 4, per_second=2.0)
    assert log.read_bytes() == data
    assert json.loads(told.read_text()) == expected
    assert sorted(file.name for file in tmp_path.iterdir()) == ["answers.json", "log.ndjson"]


def test_the_command_writes_to_standard_output_and_takes_a_start() -> None:
    result = run("calm", "--out", "-", "--minutes", "1", "--start", "2027-01-01T00:00:00+01:00")
    assert result.exit_code == 0
    first = next(objects(result.stdout_bytes))
    assert first["timestamp"].startswith("2026-12-31T23:00:")


def test_a_compressed_log_is_the_same_each_time(tmp_path: Path) -> None:
    for name in ("a.gz", "b.gz"):
        assert run("calm", "--out", tmp_path / name, "--minutes", "1").exit_code == 0
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
    assert gzip.decompress((tmp_path / "a.gz").read_bytes()) == drilled("calm", 1, 1)[0]


def test_a_file_that_is_there_is_overwritten_only_when_told_to(tmp_path: Path) -> None:
    log, told = tmp_path / "log", tmp_path / "answers"
    told.write_text("mine")
    refused = run("calm", "--out", log, "--answers", told, "--minutes", "1")
    assert refused.exit_code == 2
    assert "--answers" in refused.output
    assert (told.read_text(), log.exists()) == ("mine", False)
    assert run("calm", "--out", log, "--answers", told, "--minutes", "1", "--force").exit_code == 0
    assert json.loads(told.read_text())["drill"]["scenario"] == "calm"


@pytest.mark.parametrize(
    "arguments",
    [
        ["calm"],
        ["storm", "--out", "-"],
        ["calm", "--out", "-", "--minutes", "0"],
        ["calm", "--out", "-", "--start", "yesterday"],
        ["calm", "--out", "/nonexistent/folder/log"],
        ["calm", "--out", "/dev/null", "--force"],
    ],
)
def test_usage_errors(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


def test_the_help_names_every_scenario() -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert all(scenario in result.output for scenario in FIRING)
    assert list(scenarios()) == list(FIRING)


# --- the samples ------------------------------------------------------------------------------------------------------


def commands() -> list[list[str]]:
    """Read the commands that the samples' README says made them."""
    text = (SAMPLES / "README.md").read_text()
    return [line.split()[2:] for line in text.splitlines() if line.startswith("guardia drill ")]


def test_the_readme_says_how_every_sample_was_made() -> None:
    made = {word for command in commands() for word in command if word.startswith("sample_logs/")}
    assert made == {f"sample_logs/{file.name}" for file in SAMPLES.iterdir()} - {"sample_logs/README.md"}
    assert all(file.stat().st_size <= 300_000 for file in SAMPLES.iterdir())


@pytest.mark.parametrize("command", commands(), ids=lambda command: str(command[0]))
def test_samples_are_what_their_commands_make(command: list[str], tmp_path: Path) -> None:
    moved = [str(tmp_path / Path(word).name) if word.startswith("sample_logs/") else word for word in command]
    assert run(*moved).exit_code == 0
    for file in tmp_path.iterdir():
        old, new = (SAMPLES / file.name).read_bytes(), file.read_bytes()
        if file.suffix == ".gz":
            old, new = gzip.decompress(old), gzip.decompress(new)
        assert old == new, file.name
