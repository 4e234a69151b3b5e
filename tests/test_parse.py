from __future__ import annotations

import gzip
import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.events import week3
from tests.samples import NIGHT, answers, needs_samples, planted
from tui.logs.decode import ROW, Decoder, Verdict, judge
from tui.logs.parse import Parser
from tui.logs.schema import INVALID_ID, OTHER, Parsed, Tally, event_schema, line_schema, marker_schema
from tui.logs.times import moment, moments

if TYPE_CHECKING:
    from collections import Counter

RULES = week3()
AT = datetime(2026, 11, 19, 22, 0, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HTTP = {
    "level": "info",
    "timestamp": "2026-11-19T22:00:00.000Z",
    "requestId": "req_v071rdbvvmwo1ag3z",
    "message": "METRIC_HTTP_REQUEST",
    "metric": "http_request",
    "domain": "auth",
    "method": "POST",
    "endpoint": "/api/auth/login",
    "statusCode": 200,
    "durationMs": 12,
}


def compact(record: object) -> str:
    return json.dumps(record, separators=(",", ":"), ensure_ascii=False)


def table(*texts: str, start: int = 0, hint: datetime | None = None) -> pl.DataFrame:
    lengths = [len(text.encode()) for text in texts]
    offsets = [start + sum(lengths[:n]) + n for n in range(len(texts))]
    columns = {"text": texts, "offset": offsets, "length": lengths}
    same = {"sub": 0, "hint": hint, "reject": None}
    return pl.DataFrame(columns | {key: [value] * len(texts) for key, value in same.items()}, schema=line_schema())


def parse(*texts: str) -> Parsed:
    return Parser(RULES, source=0).parse(table(*texts))


def reason(text: str) -> str:
    """Say what became of one line; its neighbours, always the same two good ones, must not care."""
    good = compact(HTTP)
    parsed = parse(good, text, good)
    assert parsed.tally.lines == 3
    assert parsed.events["offset"].to_list()[0] == 0
    assert parsed.events["offset"].to_list()[-1] == table(good, text, good)["offset"][2]
    if parsed.tally.events == 3:
        return "event"
    return "other" if parsed.tally.other else next(iter(parsed.tally.rejected))


def changed(**fields: object) -> str:
    return compact({**HTTP, **fields})


def without(*keys: str) -> str:
    return compact({key: value for key, value in HTTP.items() if key not in keys})


def test_an_event_keeps_its_identity_and_its_allowed_fields() -> None:
    text = changed(endpoint="/api/realtime/user/ana?x=1", note="hunter2")
    parsed = Parser(RULES, source=7, keep_hash=True).parse(table("first", text, start=100))
    (event,) = parsed.events.drop("fingerprint").to_dicts()
    assert {key: value for key, value in event.items() if value is not None} == {
        "at": AT,
        "metric": "METRIC_HTTP_REQUEST",
        "request_id": "req_v071rdbvvmwo1ag3z",
        "source": 7,
        "offset": 106,
        "length": len(text),
        "sub": 0,
        "sha256": hashlib.sha256(text.encode()).digest(),
        "domain": "auth",
        "method": "POST",
        "route": "/api/realtime/user/:id",
        "statusCode": 200,
        "durationMs": 12.0,
    }
    assert parsed.events.schema == event_schema(RULES)
    assert parsed.markers.schema == marker_schema()


def test_the_same_payload_has_the_same_fingerprint_anywhere() -> None:
    here = parse(compact(HTTP), changed(durationMs=13)).events["fingerprint"]
    there = Parser(RULES, source=3).parse(table(compact(HTTP), start=999)).events["fingerprint"]
    assert here[0] == there[0] != here[1]


def test_no_lines_no_events() -> None:
    assert parse().tally == Tally()
    assert parse().events.schema == event_schema(RULES)


@pytest.mark.parametrize(
    ("text", "became"),
    [
        (compact(HTTP), "event"),
        (json.dumps(HTTP), "event"),
        (json.dumps(HTTP, indent=2), "event"),
        ("\ufeff" + compact(HTTP), "event"),
        (compact(dict(reversed(HTTP.items()))), "event"),
        (changed(extra={"deep": [1, {"er": "METRIC_HTTP_REQUEST"}]}), "event"),
        (changed(extra=True), "event"),
        (changed(extra="a\\\\ud800").replace("\\\\\\\\", "\\"), "event"),
        (changed(extra=0).replace('"extra":0', '"extra":1e400'), "event"),
        (changed(statusCode=None), "event"),
        (without("statusCode", "durationMs"), "event"),
        (changed(durationMs=500.5), "event"),
        (changed(durationMs=1).replace('"durationMs":1', '"durationMs":5e2'), "event"),
        (changed(durationMs=1).replace('"durationMs":1', '"durationMs":1e400'), "bad_field"),
        (changed(durationMs=2**64), "bad_field"),
        (changed(durationMs=0).replace('"durationMs":0', '"durationMs":' + "9" * 5000), "bad_field"),
        (changed(durationMs=-1), "bad_field"),
        (changed(durationMs="12"), "bad_field"),
        (changed(durationMs=True), "bad_field"),
        (changed(durationMs={"a": 1}), "bad_field"),
        (changed(statusCode=[200]), "bad_field"),
        (changed(statusCode=200.5), "bad_field"),
        (changed(statusCode=7), "bad_field"),
        (changed(statusCode="200"), "bad_field"),
        (changed(durationMs=0).replace('"durationMs":0', '"durationMs":NaN'), "not_json"),
        (changed(message="METRIC_SOMETHING_NEW"), "unknown_metric"),
        (changed(message="METRIC_"), "unknown_metric"),
        (changed(message="login", event="METRIC_HTTP_REQUEST"), "other"),
        (changed(message={"name": "METRIC_HTTP_REQUEST"}), "other"),
        (changed(message=["METRIC_HTTP_REQUEST"]), "other"),
        (compact(["METRIC_HTTP_REQUEST"]), "other"),
        (changed(message="login"), "other"),
        (changed(message='say \\"METRIC_HTTP_REQUEST\\"'), "other"),
        ("{}", "other"),
        ("[]", "other"),
        (' {"a": [1, 2, {"b": {"c": [[[[[[1]]]]]]}}]} ', "other"),
        ('{"a":"\\ud800"}', "other"),
        ('{"a":1e400}', "other"),
        (without("timestamp"), "bad_time"),
        (changed(timestamp=None), "bad_time"),
        (changed(timestamp="yesterday"), "bad_time"),
        (changed(timestamp=True), "bad_time"),
        (changed(timestamp="9999-01-01T00:00:00.000Z"), "bad_time"),
        (changed(timestamp=1795125600000), "event"),
        (changed(timestamp=1795125600.5), "event"),
        ("", "not_json"),
        ("   ", "not_json"),
        ("API Server", "not_json"),
        ("null", "not_json"),
        ('"METRIC_HTTP_REQUEST"', "not_json"),
        ("42", "not_json"),
        ("[Auth] Invalid Token Rejected", "not_json"),
        ("[SECURITY] Suspicious: {", "not_json"),
        ("}", "not_json"),
        ('{"a":1},{"a":2}', "not_json"),
        (f"{compact(HTTP)},{compact(HTTP)}", "not_json"),
        (f"{compact(HTTP)} x", "not_json"),
        ("{'a':1}", "not_json"),
        ('{"a":1,}', "not_json"),
        ('{"a":"\x00"}', "not_json"),
        ("[" * 100_000 + "]" * 100_000, "not_json"),
        ('{"a":' * 100_000, "not_json"),
        ("{", "cut"),
        ('{"a', "cut"),
        ('{"a":[1,{"b":tr', "cut"),
        (compact(HTTP)[:-1], "cut"),
        (compact(HTTP)[:100], "cut"),
        (compact(HTTP)[100:], "not_json"),
    ],
)
def test_what_becomes_of_a_line(text: str, became: str) -> None:
    assert reason(text) == became


def test_texts_of_another_type_cost_the_value_not_the_event() -> None:
    texts = [changed(requestId=123456.5, domain=5, endpoint=[1]), changed(requestId={"a": 1}, domain=True, endpoint=0)]
    for event in parse(*texts).events.to_dicts():
        assert (event["request_id"], event["domain"], event["route"]) == (INVALID_ID, OTHER, OTHER)


def test_what_the_wrapper_rejected_is_counted_under_its_reason() -> None:
    lines = table("", compact(HTTP), "").with_columns(reject=pl.Series(["too_long", None, "no_message"]))
    tally = Parser(RULES, source=0).parse(lines).tally
    assert (tally.lines, tally.events, tally.other) == (3, 1, 0)
    assert tally.rejected == {"too_long": 1, "no_message": 1}


def test_the_first_of_duplicate_keys_counts_on_both_roads() -> None:
    twice = compact(HTTP)[:-1] + ',"durationMs":99,"requestId":"another_one"}'
    alone = twice[:-1] + ',"x":{"y":1}}'
    events = parse(twice, alone).events
    assert events["durationMs"].to_list() == [12.0, 12.0]
    assert events["request_id"].to_list() == ["req_v071rdbvvmwo1ag3z"] * 2


def test_the_wrappers_time_is_used_when_the_record_has_none() -> None:
    later = AT + timedelta(hours=1)
    lines = table(without("timestamp"), compact(HTTP), changed(timestamp="soon"), hint=later)
    parsed = Parser(RULES, source=0).parse(lines)
    assert parsed.events["at"].to_list() == [later, AT]
    assert parsed.tally.rejected == {"bad_time": 1}
    assert (parsed.tally.first, parsed.tally.last) == (AT, later)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-19T22:00:00.000Z", AT),
        ("2026-11-19T22:00:00z", AT),
        ("2026-11-19T22:00:00.5Z", AT + timedelta(milliseconds=500)),
        ("2026-11-19T22:00:00.123456789Z", AT + timedelta(microseconds=123456)),
        ("2026-11-19T23:00:00+01:00", AT),
        ("2026-11-19T17:30:00-0430", AT),
        ("2026-11-19 22:00:00 UTC", AT),
        ("2026-11-19T22:00Z", AT),
        ("2026-11-19T21:59:60Z", AT),
        ("2026-11-19T24:00:00Z", AT + timedelta(hours=2)),
        ("2026-11-19T24:00:01Z", None),
        ("1795125600", AT),
        ("1795125600000", AT),
        ("1795125600000000", AT),
        ("1795125600000000000", AT),
        ("1795125600.25", AT + timedelta(milliseconds=250)),
        ("2026-02-30T00:00:00Z", None),
        ("2026-11-19T25:00:00Z", None),
        ("2026-11-19", None),
        ("1999-12-31T23:59:59Z", None),
        ("2101-01-01T00:00:00Z", None),
        ("2100-12-31T23:59:59Z", datetime(2100, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("-1795125600", None),
        ("0", None),
        ("9" * 5000, None),
        ("", None),
    ],
)
def test_times(written: str, meant: datetime | None) -> None:
    assert moment(written, UTC) == meant
    assert moments(pl.Series([written, "2026-11-19T22:00:00.000Z", None]), UTC).to_list() == [meant, AT, None]


def test_a_time_without_zone_stands_in_the_given_one() -> None:
    zone = timezone(timedelta(hours=-5))
    lines = table(changed(timestamp="2026-11-19T17:00:00"), changed(timestamp="2026-11-19 17:00:00.000"))
    assert Parser(RULES, source=0, zone=zone).parse(lines).events["at"].to_list() == [AT, AT]


@given(
    st.lists(
        st.integers(631_152_000, 4_417_977_600_000).map(lambda ms: (EPOCH + timedelta(seconds=ms / 1000)).isoformat())
        | st.integers(0, 2**63).map(str)
        | st.from_regex(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,7})?Z", fullmatch=True)
        | st.text()
    )
)
def test_times_read_together_are_those_read_alone(texts: list[str]) -> None:
    assert moments(pl.Series(texts, dtype=pl.String), UTC).to_list() == [moment(text, UTC) for text in texts]


# --- any mix of lines ------------------------------------------------------------------------------------------------

SCALARS = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | st.text(max_size=12)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
FIELDS = [*HTTP, "eventCount", "flow", "reason", "code", "deliveredFailed", "readFailed", "other"]
NAMES = st.sampled_from([metric.id for metric in RULES.metrics] * 3 + ["METRIC_NEW", "login"])
USUAL = st.fixed_dictionaries(
    {
        "timestamp": st.just(HTTP["timestamp"]),
        "message": NAMES,
        "statusCode": st.integers(90, 610) | st.none(),
        "durationMs": st.integers(-5, 10**15) | st.floats(0, 1e6, width=32),
        "requestId": st.sampled_from([HTTP["requestId"], "12345", "null", None, "€uro_ñandú", 'a"b\\c', "x" * 300]),
        "reason": st.sampled_from(["AUTH_REQUIRED", "NEW_CODE", "x", None]),
        "endpoint": st.sampled_from(["/api/auth/me", "/api/auth/x?y", "", None, "/\ud800"]),
    }
)
UNUSUAL = st.tuples(USUAL, st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=3)).map(
    lambda both: {**both[0], **both[1]}
)
WRITERS = st.sampled_from(
    [
        json.dumps,
        lambda record: json.dumps(record, separators=(",", ":")),
        lambda record: json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode(errors="replace").decode(),
        lambda record: "  " + json.dumps(record, indent=1) + "\t",
    ]
)
RECORDS = st.tuples(USUAL | UNUSUAL, WRITERS).map(lambda both: str(both[1](both[0])))
CUT = st.tuples(RECORDS, st.integers(0, 400)).map(lambda both: both[0][: both[1]])
SPLICED = st.tuples(RECORDS, st.sampled_from([",", " ", "", "]", "},{"]), RECORDS).map("".join)
JSON_LINES = st.tuples(VALUES, WRITERS).map(lambda both: str(both[1](both[0])))
GARBAGE = st.text(max_size=30) | st.sampled_from(
    ["", "[", "{", "[x", '{"METRIC_', "    at x (routes/auth.js:12)", "SIGTERM received"]
)
LINES = st.lists(RECORDS | CUT | SPLICED | JSON_LINES | GARBAGE, max_size=8).map(
    lambda texts: [text.replace("\n", " ").encode(errors="replace").decode() for text in texts]
)


def marker_rows(parsed: Parsed) -> list[tuple[Any, ...]]:
    """In an order that does not depend on how long a marker had to wait for its time."""
    return sorted(
        parsed.markers.select("offset", "marker", "at", "approximate", pl.col("capture").fill_null("")).rows()
    )


@settings(max_examples=100, deadline=None)
@given(LINES)
def test_every_line_is_counted_and_none_disturbs_its_neighbours(texts: list[str]) -> None:
    lines = table(*texts)
    together = Parser(RULES, source=0).parse(lines)
    one_by_one = Parser(RULES, source=0)
    alone = [one_by_one.parse(lines.slice(row, 1)) for row in range(len(texts))]
    total = Tally()
    for each in alone:
        total.add(each.tally)
    assert together.tally == total
    assert total.lines == len(texts) == total.events + total.other + total.rejected.total()
    assert together.events.to_dicts() == [event for each in alone for event in each.events.to_dicts()]
    assert marker_rows(together) == sorted(row for each in alone for row in marker_rows(each))


class AloneDecoder(Decoder):
    """Takes the slow road for every line."""

    few = 10**9

    def _decode_plain(self, lines: pl.DataFrame, verdicts: Counter[Verdict]) -> pl.DataFrame:
        return self._decode_alone(lines, verdicts)


@settings(max_examples=200, deadline=None)
@given(LINES)
def test_both_roads_read_the_same(texts: list[str]) -> None:
    lines = pl.DataFrame({"text": texts}, schema={"text": pl.String}).with_row_index(ROW)
    quickly, slowly = Decoder(RULES).decode(lines), AloneDecoder(RULES).decode(lines)
    assert slowly.records.equals(quickly.records, null_equal=True)
    assert slowly.unreadable == quickly.unreadable


class EagerDecoder(Decoder):
    """Learns the form of every line that it can."""

    few = 0


@settings(max_examples=300, deadline=None)
@given(LINES, st.lists(RECORDS, max_size=4))
def test_what_was_learned_changes_nothing(texts: list[str], before: list[str]) -> None:
    eager = EagerDecoder(RULES)
    for lot in (before, texts, list(reversed(texts))):
        lines = pl.DataFrame({"text": lot}, schema={"text": pl.String}).with_row_index(ROW)
        quickly, slowly = eager.decode(lines), AloneDecoder(RULES).decode(lines)
        assert slowly.records.equals(quickly.records, null_equal=True)
        assert slowly.unreadable == quickly.unreadable


@given(RECORDS | JSON_LINES)
def test_every_beginning_of_json_is_cut(text: str) -> None:
    text = text.strip()
    if text.startswith(("{", "[")) and judge(text) == "other" and "\\ud" not in text.lower() and "e+" not in text:
        assert {judge(text[:end]) for end in range(1, len(text))} <= {"cut"}


# --- markers ---------------------------------------------------------------------------------------------------------


def marked(*texts: str) -> list[tuple[str, datetime, bool, str | None]]:
    columns = ("marker", "at", "approximate", "capture")
    return list(parse(*texts).markers.select(columns).iter_rows())


def test_a_json_line_gives_a_marker_its_own_time_and_strict_captures() -> None:
    line = compact(
        {
            "timestamp": "2026-11-19T22:37:00.000Z",
            "message": "ENV_VALIDATION_FAILED",
            "missingKeys": ["JWT_SECRET", "VAPID_EMAIL", "JWT_SECRET", "hunter2"],
            "code": "42P01",
        }
    )
    at = datetime(2026, 11, 19, 22, 37, tzinfo=UTC)
    assert marked(line, compact(HTTP)) == [
        ("env-validation-failed", at, False, "JWT_SECRET; VAPID_EMAIL"),
        ("sql-error", at, False, "42P01"),
    ]


def test_a_plain_line_takes_the_time_before_it() -> None:
    later = compact({"timestamp": "2026-11-19T22:05:00.000Z", "message": "login"})
    assert marked(compact(HTTP), "SIGTERM received", later, compact({"a": 1}), "SIGTERM received", "x") == [
        ("sigterm", AT, True, None),
        ("sigterm", AT + timedelta(minutes=5), True, None),
    ]


def test_at_the_start_of_a_log_it_takes_the_time_after_it() -> None:
    parser = Parser(RULES, source=2)
    first = parser.parse(table("API Server ready on port 3999", "x"))
    assert first.markers.height == 0
    second = parser.parse(table("SIGTERM received", compact(HTTP), start=100))
    assert second.markers.select("marker", "at", "approximate", "source", "offset", "length").rows() == [
        ("boot", AT, True, 2, 0, 29),
        ("sigterm", AT, True, 2, 100, 16),
    ]
    third = parser.parse(table("SIGTERM received", start=500))
    assert third.markers["at"].to_list() == [AT]
    assert parser.finish().tally == Tally()


def test_the_wrappers_time_is_a_markers_own() -> None:
    markers = Parser(RULES, source=0).parse(table("SIGTERM received", hint=AT)).markers
    assert markers.select("at", "approximate").rows() == [(AT, False)]


def test_a_literal_that_says_nothing_alone_needs_its_capture() -> None:
    frame = "    at login (file:///srv/app/routes/auth.js:118:5)"
    assert marked(compact(HTTP), "    at node:internal/x:1", "code", frame) == [
        ("stack-frame", AT, True, "routes/auth.js:118")
    ]


def test_events_are_not_searched_but_refused_records_are() -> None:
    assert marked(changed(extra="SIGTERM received")) == []
    assert marked(changed(extra="SIGTERM received", durationMs="x")) == [("sigterm", AT, False, None)]


def test_many_lines_without_any_time_are_walked_once() -> None:
    lines = ["SIGTERM received", compact({"timestamp": "never"})] * 2000
    assert parse(*lines).markers.height == 0
    assert len(marked(compact(HTTP), *lines)) == 2000


# --- the real night --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def night() -> Parsed:
    data = gzip.decompress(NIGHT.read_bytes())
    texts = data.removesuffix(b"\n").split(b"\n")
    lengths = pl.Series([len(text) for text in texts], dtype=pl.UInt32)
    offsets = (lengths.cast(pl.UInt64) + 1).cum_sum().shift(1, fill_value=0)
    lines = table(*(text.decode(errors="replace") for text in texts[:0])).clear(len(texts))
    decoded = pl.Series([text.decode(errors="replace") for text in texts])
    return Parser(RULES, source=0).parse(lines.with_columns(text=decoded, offset=offsets, length=lengths))


@needs_samples
def test_the_real_night_is_counted_right(night: Parsed) -> None:
    true = answers("real-night-part1.ndjson")
    assert night.tally.lines == true["line_counts"]["lines"]
    assert night.tally.events == sum(true["metric_totals"].values())
    assert night.tally.rejected == {"not_json": 709}
    assert dict(night.events["metric"].cast(pl.String).value_counts().iter_rows()) == true["metric_totals"]


@needs_samples
def test_the_real_night_is_broken_down_right(night: Parsed) -> None:
    columns = {"endpoint": "route", "endpoint_normalized": "route"}
    checked = 0
    for metric, breakdowns in answers("real-night-part1.ndjson")["breakdowns"].items():
        events = night.events.filter(pl.col("metric") == metric)
        for field, counts in breakdowns.items():
            column = columns.get(field, field)
            if isinstance(counts, dict) and column in events.columns and field != "durationMs":
                assert dict(events[column].cast(pl.String).value_counts().iter_rows()) == counts
                checked += 1
        for field in ("deliveredFailed", "readFailed"):
            if f"sum_{field}" in breakdowns:
                assert events[field].sum() == breakdowns[f"sum_{field}"]
    assert checked > 10


@needs_samples
def test_the_real_night_shows_its_crash_and_its_boot(night: Parsed) -> None:
    around = night.markers.filter(pl.col("at").dt.hour() == 22, pl.col("at").dt.minute().is_between(36, 38))
    assert {"crash", "boot"} <= set(around["marker"])


@needs_samples
def test_nothing_planted_comes_through(night: Parsed) -> None:
    secrets = planted("real-night-part1.ndjson")
    cells: set[str] = set()
    for frame in (night.events, night.markers):
        for column in frame.select(pl.exclude(pl.Binary)).iter_columns():
            cells.update(column.cast(pl.String).drop_nulls().unique())
    everything = "\n".join(cells)
    assert [secret for secret in secrets if secret in everything] == []
