"""The envelope: bytes of a log, in any collector's wrapper and cut anywhere, become the backend's own lines."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.proofs import say
from tui.logs.envelope import MAX_LINE, Peeler
from tui.logs.envelope.base import epoch
from tui.logs.envelope.registry import PREFIXES, SHELLS
from tui.logs.schema import line_schema
from tui.runbook.model import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "logs"
RECORD = Record(time="timestamp", request_id="requestId", name="message", name_prefix="METRIC_")
LINE = (
    '{"level":"info","timestamp":"2026-11-19T21:00:00.155Z","requestId":"req_v071rdbv","message":"METRIC_HTTP_REQUEST",'
    '"metric":"http_request","endpoint":"/api/auth/login","statusCode":200,"durationMs":12}'
)
TEXT = "   [DATABASE] señal 🚀 listo"
HOSTILE = [
    "[" * 100_000,
    '{"a":' * 100_000,
    '{"a":' + "9" * 5_000 + "}",
    '{"a":18446744073709551616,"b":1e400,"c":-0}',
    '{"a":NaN}',
    '{"a":1,"a":2}',
    '{"a":"\\ud800"}',
    '{"a":"\\u0000"}',
    '{"a":"\x1b[31m[@click=quit]"}',
    '{"level":"warn"',
    '{"level":"info","message":"METRIC_X",',
    "{]}",
    '"',
    "\\",
    "",
    " ",
]


def peel(data: bytes, cuts: Iterable[int] = (), max_line: int = MAX_LINE) -> tuple[pl.DataFrame, str]:
    peeler = Peeler(RECORD, max_line=max_line)
    places = [0, *sorted(cuts), len(data)]
    tables = [peeler.feed(data[a:b], a) for a, b in pairwise(places) if a < b]
    return pl.concat([*tables, peeler.finish()]), peeler.format


def texts(data: bytes) -> list[str]:
    return peel(data)[0]["text"].to_list()


def rejects(data: bytes) -> dict[str, int]:
    return Counter(peel(data)[0]["reject"].drop_nulls().to_list())


# --- wrappers, written the way their tools write them -------------------------------------------------------------


def _lines(pattern: str) -> Callable[[Sequence[str]], str]:
    return lambda lines: "".join(pattern.replace("§", line) + "\n" for line in lines)


def _objects(make: Callable[[str], object]) -> Callable[[Sequence[str]], str]:
    return lambda lines: "".join(json.dumps(make(line), ensure_ascii=False) + "\n" for line in lines)


def _entries(lines: Sequence[str]) -> list[object]:
    return [{"insertId": str(n), "logName": "p", "timestamp": AT, "textPayload": line} for n, line in enumerate(lines)]


def _events(lines: Sequence[str]) -> list[object]:
    return [
        {
            "logStreamName": "s",
            "timestamp": 1795122000155,
            "message": line,
            "ingestionTime": 1795122000200,
            "eventId": "1",
        }
        for line in lines
    ]


def _render(lines: Sequence[str]) -> str:
    entry = {"id": "x", "labels": [{"name": "type", "value": "app"}], "timestamp": AT}
    return "".join(json.dumps({**entry, "message": line}, indent=2, ensure_ascii=False) for line in lines)


AT = "2026-11-19T21:00:00.155000Z"
WRAPPERS: dict[str, tuple[str, Callable[[Sequence[str]], str]]] = {
    "docker": ("docker-json", _objects(lambda line: {"log": line + "\n", "stream": "stdout", "time": AT})),
    "cri": ("cri", _lines(f"{AT} stdout F §")),
    "cri offset": ("cri", _lines("2026-11-19T18:00:00.155000000-03:00 stderr F §")),
    "compose": ("compose", _lines("api-1  | §")),
    "compose times": ("compose", _lines(f"api-1  | {AT} §")),
    "compose colours": ("compose", _lines("\x1b[36mapi-1  | \x1b[0m§")),
    "compose named": ("compose", _lines("postgres  | §")),
    "docker -t": ("timestamps", _lines("2026-11-19T21:00:00.155000123Z §")),
    "kubectl": ("kubectl-prefix", _lines("[pod/api-7d9f/api] §")),
    "kubectl times": ("kubectl-prefix", _lines(f"[pod/api-7d9f/api] {AT} §")),
    "pm2 json": (
        "pm2-json",
        _objects(
            lambda line: {"message": line + "\n", "timestamp": AT, "type": "out", "process_id": 0, "app_name": "a"}
        ),
    ),
    "pm2 name": ("pm2", _lines("0|safespot-api  | §")),
    "pm2 name time": ("pm2", _lines("2026-11-19T21:00:00 \x1b[32m0|api | \x1b[39m§")),
    "pm2 date": ("pm2", _lines("2026-11-19 21:00:00.155 +00:00: §")),
    "pm2 date only": ("pm2", _lines("2026-11-19T21:00:00: §")),
    "journald json": (
        "journald-json",
        _objects(lambda line: {"_PID": "1", "MESSAGE": line, "__REALTIME_TIMESTAMP": "1795122000155000"}),
    ),
    "journald bytes": (
        "journald-json",
        _objects(
            lambda line: {"__CURSOR": "s", "MESSAGE": list(line.encode()), "__REALTIME_TIMESTAMP": "1795122000155000"}
        ),
    ),
    "journald": ("journald", _lines("2026-11-19T21:00:00.155000+0000 api-1 node[4242]: §")),
    "rsyslog": ("syslog5424", _lines(f"<14>1 {AT} api-1 safespot 4242 - - §")),
    "rfc5424 data": ("syslog5424", _lines(f'<14>1 {AT} h a - ID [x@1 k="v\\"]"][y@1] §')),
    "drain": ("syslog5424", _lines(f"83 <40>1 {AT} host app web.1 - - §")),
    "rfc3164": ("syslog3164", _lines("<14>Nov 19 21:00:00 api-1 node[4242]: §")),
    "rfc3164 file": ("syslog3164", _lines("Nov  9 21:00:00 api-1 node: §")),
    "heroku": ("heroku", _lines("2026-11-19T21:00:00.155000+00:00 app[web.1]: §")),
    "render json": ("render", _render),
    "render text": ("render", _lines("2026-11-19 21:00:00  §")),
    "loki": ("loki", _objects(lambda line: {"labels": {"app": "a"}, "line": line, "timestamp": AT})),
    "cloudwatch": (
        "cloudwatch",
        lambda lines: json.dumps({"events": _events(lines), "searchedLogStreams": [{"a": 1}]}),
    ),
    "cloudwatch indented": (
        "cloudwatch",
        lambda lines: json.dumps({"events": _events(lines), "nextForwardToken": "f/1"}, indent=4) + "\n",
    ),
    "cloudwatch lines": ("cloudwatch", lambda lines: "".join(json.dumps(event) + "\n" for event in _events(lines))),
    "gcp": ("gcp", lambda lines: json.dumps(_entries(lines), indent=2) + "\n"),
    "gcp compact": ("gcp", lambda lines: json.dumps(_entries(lines))),
    "gcp one a line": ("gcp", lambda lines: "[" + ",\n".join(json.dumps(entry) for entry in _entries(lines)) + "]\n"),
}
NAMES = sorted(WRAPPERS)


@pytest.mark.parametrize("name", NAMES)
def test_every_wrapper_gives_back_the_lines_it_was_put_around(name: str) -> None:
    fmt, wrap = WRAPPERS[name]
    lines = [LINE, TEXT, LINE, "}", '[Auth] "x"']
    table, found = peel(wrap(lines).encode())
    assert table["text"].to_list() == lines
    assert found == fmt
    assert table.schema == line_schema()
    assert table["reject"].null_count() == len(lines)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in {"rfc3164", "rfc3164 file"}])
def test_wrappers_with_a_time_of_their_own_give_it(name: str) -> None:
    data = WRAPPERS[name][1]([LINE]).encode()
    hint = peel(data)[0]["hint"][0]
    has_none = {"compose", "compose colours", "compose named", "kubectl", "pm2 name"}
    whole_seconds = {"pm2 name time", "pm2 date only", "render text"}
    exact = datetime(2026, 11, 19, 21, 0, 0, 0 if name in whole_seconds else 155000, UTC)
    assert hint == (None if name in has_none else exact)


@pytest.mark.parametrize("name", NAMES)
@given(st.data())
@settings(max_examples=8, deadline=None)
def test_where_the_bytes_are_cut_changes_nothing(name: str, draw: st.DataObject) -> None:
    data = (WRAPPERS[name][1]([LINE, TEXT, "", LINE]) + "\n" + LINE).encode()
    cuts = draw.draw(st.sets(st.integers(0, len(data)), max_size=12))
    expected, fmt = peel(data)
    table, found = peel(data, cuts)
    assert table.equals(expected)
    assert found == fmt


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("step", [1, 7])
def test_bytes_may_come_one_by_one(name: str, step: int) -> None:
    data = (WRAPPERS[name][1]([LINE, TEXT, "", LINE]) + "\n" + LINE).encode()
    assert peel(data, range(0, len(data), step))[0].equals(peel(data)[0])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("payload", HOSTILE, ids=lambda payload: repr(payload[:24]))
def test_hostile_payloads_harm_neither_the_reader_nor_their_neighbours(name: str, payload: str) -> None:
    lines = texts(WRAPPERS[name][1]([LINE, payload, LINE]).encode())
    assert lines[0] == LINE
    assert lines[-1] == LINE
    assert len(lines) == 3


@pytest.mark.parametrize("name", NAMES)
def test_the_place_of_a_record_is_that_of_its_bytes(name: str) -> None:
    data = WRAPPERS[name][1]([LINE, TEXT, LINE]).encode()
    table = peel(data)[0]
    for text, offset, length in table.select("text", "offset", "length").rows():
        if text == LINE:
            assert texts(data[offset : offset + length]) == [LINE]
    assert table["offset"].is_sorted()
    assert (table["offset"].shift(-1) >= table["offset"] + table["length"]).all()


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n\r\0")).filter(lambda t: t[:1] not in "{[")))
@settings(max_examples=60, deadline=None)
def test_plain_lines_come_out_byte_for_byte_with_their_places(lines: list[str]) -> None:
    data = "".join(line + "\n" for line in ["x", *lines]).encode()
    table = peel(data)[0]
    spans = table.select("offset", "length").rows()
    assert [data[offset : offset + length].decode() for offset, length in spans] == ["x", *lines]


# --- lines ------------------------------------------------------------------------------------------------------


def test_a_partial_last_line_is_held_and_released_at_the_end_only() -> None:
    peeler = Peeler(RECORD)
    assert peeler.feed(b"one\ntw", 0)["text"].to_list() == ["one"]
    assert peeler.feed(b"o", 6).is_empty()
    assert peeler.finish().select("text", "offset", "length").rows() == [("two", 4, 3)]
    assert peeler.finish().is_empty()


def test_rotation_ends_the_old_stream_and_begins_anew() -> None:
    peeler = Peeler(RECORD)
    peeler.feed(f"{AT} stdout P half\nta".encode(), 0)
    assert Counter(peeler.reset()["text"].to_list()) == Counter(["half", "ta"])
    table = peeler.feed(b"new\n", 0)
    assert table.select("text", "offset").rows() == [("new", 0)]
    assert peeler.format == "text"


def test_carriage_returns_and_blank_lines() -> None:
    table = peel(b"a\r\n\r\n\nb\r\r\nlast\r")[0]
    assert table.select("text", "offset", "length").rows() == [
        ("a", 0, 1),
        ("", 3, 0),
        ("", 5, 0),
        ("b\r", 6, 2),
        ("last", 10, 4),
    ]


def test_a_byte_order_mark_is_dropped_at_the_beginning_only() -> None:
    data = b"\xef\xbb\xbf" + LINE.encode() + b"\n\xef\xbb\xbfx\n"
    expected = peel(data)[0]
    assert expected.select("text", "offset").rows() == [(LINE, 3), ("\ufeffx", 4 + len(LINE))]
    assert peel(data, range(len(data)))[0].equals(expected)
    assert texts(b"\xef\xbb\xbf" + WRAPPERS["gcp"][1]([LINE]).encode()) == [LINE]


def test_only_lines_that_are_no_utf8_are_bad_encoding() -> None:
    data = b"before\n\xff\xfe broken \xc3\nbetween\ncut \xe2\x82\nafter\n" * 3
    table = peel(data)[0]
    assert table["text"].to_list() == ["before", "", "between", "", "after"] * 3
    assert table["reject"].to_list() == [None, "bad_encoding", None, "bad_encoding", None] * 3
    assert data[table["offset"][1] :][: table["length"][1]] == b"\xff\xfe broken \xc3"
    assert peel(data, range(len(data)))[0].equals(table)


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_bad_encoding_line_by_line(codec: str) -> None:
    data = f"{LINE}\n{LINE}\n".encode(codec)
    assert set(rejects(data)) == {"bad_encoding"}
    assert not any(text for text in texts(data) if text)


def test_nuls_are_no_harm_and_those_of_a_truncated_file_are_dropped() -> None:
    assert texts(b"a\0b and more\n" + b"\0" * 5000 + LINE.encode() + b"\nz\n") == ["a\0b and more", LINE, "z"]
    assert rejects(b"\0\0\n") == {"bad_encoding": 1}


@pytest.mark.parametrize("cut", [1, 10, 64, 10_000])
def test_a_line_that_is_too_long_is_counted_and_reading_goes_on(cut: int) -> None:
    data = b"a\n" + b"x" * 101 + b"\r\n" + b"y" * 100 + b"\nz\n" + b"w" * 300
    table = peel(data, range(0, len(data), cut), max_line=100)[0]
    assert table.select("offset", "length", "reject").rows() == [
        (0, 1, None), (2, 101, "too_long"), (105, 100, None), (206, 1, None), (208, 300, "too_long"),
    ]  # fmt: skip


def test_200_mb_without_a_newline_are_skipped_in_bounded_memory(capsys: pytest.CaptureFixture[str]) -> None:
    peeler, block = Peeler(RECORD), b"x" * (1 << 20)
    peeler.feed(b"warm\n", 0)
    tracemalloc.start()
    for number in range(200):
        assert peeler.feed(block, 5 + number * len(block)).is_empty()
    growth = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    rest = peeler.feed(b"\n" + LINE.encode() + b"\n", 5 + 200 * len(block))
    assert rest["reject"].to_list() == ["too_long", None]
    assert rest["length"][0] == 200 * len(block)
    say(capsys, f"200 MB without newline: skipped to the next line and counted, memory + {growth / 2**20:.2f} MiB")
    assert growth < 8 << 20


# --- joining ----------------------------------------------------------------------------------------------------


def test_parts_are_joined_by_stream_while_other_streams_go_on_in_between() -> None:
    parts = ["stdout P " + LINE[:60], "stderr P err", "stdout P " + LINE[60:90], "stderr F or", "stdout F " + LINE[90:]]
    data = "".join(f"{AT} {part}\n" for part in parts)
    table = peel(data.encode())[0]
    assert table["text"].to_list() == ["error", LINE]
    assert table["offset"][1] == 0
    assert table["length"][1] == len(data) - 1
    assert peel(data.encode(), range(len(data)))[0].equals(table)


def test_docker_joins_what_it_split_at_16_kib() -> None:
    long = LINE[:-1] + ',"pad":"' + "é" * 20_000 + '"}'
    parts = [long[i : i + 12_000] for i in range(0, len(long), 12_000)]
    docker = [{"log": part, "stream": "stdout", "time": AT} for part in [*parts[:-1], parts[-1] + "\n", LINE + "\n"]]
    assert texts("\n".join(json.dumps(each) for each in docker).encode()) == [long, LINE]


def test_a_part_whose_end_never_came_does_not_swallow_the_next_record() -> None:
    data = f"{AT} stdout P {LINE[:50]}\n{AT} stdout F {LINE}\n".encode()
    assert texts(data) == [LINE[:50], LINE]


def test_a_shipper_that_strips_newlines_does_not_make_docker_join() -> None:
    docker = [{"log": line, "stream": "stdout", "time": AT} for line in (LINE, TEXT, LINE)]
    assert texts("\n".join(json.dumps(each) for each in docker).encode()) == [LINE, TEXT, LINE]


def test_parts_that_never_end_are_counted_not_kept() -> None:
    data = f"{AT} stdout P {'x' * 60}\n".encode() * 10 + f"{AT} stdout F end\n{AT} stdout F {TEXT}\n".encode()
    table = peel(data, max_line=200)[0]
    assert table["reject"].to_list() == ["too_long", None]
    assert table["text"].to_list() == ["", TEXT]


def test_pm2_packs_several_lines_into_one_record_with_or_without_newlines() -> None:
    shell = {"timestamp": AT, "type": "out", "process_id": 0, "app_name": "api"}
    packed = (
        json.dumps({"message": f"{LINE}\n{TEXT}\n{LINE}\n", **shell})
        + "\n"
        + json.dumps({"message": LINE + LINE, **shell})
    )
    table = peel(packed.encode())[0]
    assert table["text"].to_list() == [LINE, TEXT, LINE, LINE, LINE]
    assert table["sub"].to_list() == [0, 1, 2, 0, 1]


# --- what is lost -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"MESSAGE": None, "__REALTIME_TIMESTAMP": "1795122000155000"}, "lost_at_source"),
        ({"__CURSOR": "s", "__REALTIME_TIMESTAMP": "1795122000155000"}, "no_message"),
        ({"__CURSOR": "s", "MESSAGE": 5}, "no_message"),
        ({"__CURSOR": "s", "MESSAGE": [1, "a"]}, "no_message"),
        ({"__CURSOR": "s", "MESSAGE": [255, 254]}, "bad_encoding"),
        ({"stream": "stdout", "time": AT}, "no_message"),
        ({"log": None, "stream": "stdout", "time": AT}, "no_message"),
        ({"labels": {}, "timestamp": AT}, "no_message"),
        ({"insertId": "1", "logName": "p", "protoPayload": {}}, "no_message"),
        ({"logStreamName": "s", "eventId": "1", "timestamp": 1795122000155}, "no_message"),
        ({"timestamp": AT, "type": "process_event", "status": "exit", "app_name": "api"}, "no_message"),
        ({"id": "1", "labels": [], "timestamp": AT}, "no_message"),
    ],
)
def test_records_without_a_message_say_why(line: dict[str, object], reason: str) -> None:
    data = f"{json.dumps(line)}\n{LINE}\n".encode()
    assert rejects(data) == {reason: 1}
    assert texts(data) == ["", LINE]


def test_journald_says_what_its_short_form_left_out() -> None:
    assert rejects(b"2026-11-19T21:00:00+0000 api-1 node[1]: [5.4K blob data]\n") == {"lost_at_source": 1}


# --- wrappers in wrappers ----------------------------------------------------------------------------------------


def test_json_inside_json_is_opened_twice_also_inside_a_collector() -> None:
    once = json.dumps({"@timestamp": AT, "message": LINE})
    twice = json.dumps({"ts": AT, "msg": once})
    for data in (once, twice, WRAPPERS["cri"][1]([twice]), WRAPPERS["docker"][1]([once])):
        assert texts(data.encode()) == [LINE]


def test_pm2_inside_compose() -> None:
    assert texts(WRAPPERS["compose"][1]([WRAPPERS["pm2 name"][1]([LINE]).strip()]).encode()) == [LINE]


def test_a_text_that_people_wrote_is_never_taken_for_a_record() -> None:
    forged = json.dumps({"level": "info", "timestamp": AT, "requestId": None, "message": LINE})
    assert texts(forged.encode()) == [forged]
    harmless = json.dumps({"event": "X", "message": '{"any":"json"}'})
    assert texts(harmless.encode()) == [harmless]


# --- development output --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("inside", [None, "cri", "pm2 date", "docker", "compose times"])
def test_development_output_becomes_the_production_record(inside: str | None) -> None:
    line = '\x1b[33m[2026-11-19T21:00:00.155Z] WARN [req_1"]x]: METRIC_X\x1b[0m {"metric":"x","n":1.0}'
    data = WRAPPERS[inside][1]([line]) if inside else line
    (text,) = texts(data.encode())
    assert text.endswith(',"metric":"x","n":1.0}')
    assert json.loads(text) == {
        "level": "warn", "timestamp": "2026-11-19T21:00:00.155Z", "requestId": 'req_1"]x', "message": "METRIC_X",
        "metric": "x", "n": 1.0,
    }  # fmt: skip


def test_in_development_output_the_context_overwrites_and_may_be_missing_or_cut() -> None:
    head = "\x1b[31m[2026-11-19T21:00:00.155Z] ERROR"
    overwritten, bare, cut = texts(
        f'{head} [req_1]: Failed\x1b[0m {{"message":"no such table","requestId":null}}\n'
        f'{head} : Started\x1b[0m\n{head} : METRIC_X\x1b[0m {{"metric":\n'.encode()
    )
    assert json.loads(overwritten) | {"level": "error"} == json.loads(overwritten)
    assert json.loads(overwritten)["message"] == "no such table"
    assert json.loads(overwritten)["requestId"] is None
    assert json.loads(bare)["requestId"] == "NO_CONTEXT"
    assert cut.endswith('"message":"METRIC_X","metric":')


# --- what is no wrapper --------------------------------------------------------------------------------------------

PLAIN = [
    "🚀 API Server ready on port 3999",
    "2026-11-19 21:00:05 backup started",
    "2026-11-19 21:00:05  two blanks",
    "2026-11-19T21:00:05.123Z ERROR handler: failed",
    "2026-11-19T21:00:05.123Z handler failed",
    "2026-11-19: done",
    "[Auth] Invalid Token Rejected: jwt expired",
    "[SECURITY] Suspicious content detected: {",
    "[pod] hello",
    "    at Object.<anonymous> (/app/routes/x.js:12:3)",
    "id | name | value",
    "0 | zero",
    "<14> not syslog",
    "November 19 21:00:00 host x: y",
    '{"event":"CONTRACT_BREACH","message":"Server Response Validation Failed","issues":{"labels":[]},"line":3}',
    '{"level":"info","timestamp":"2026-11-19T21:00:00.155Z","requestId":null,"message":"x","log":"a","stream":"b"}',
    '{"message":"hello","timestamp":"2026-11-19T21:00:00.155Z"}',
    '[{"a":1}]',
    "[]",
    "{}",
    "}",
]


@pytest.mark.parametrize("line", PLAIN)
def test_lines_of_the_backend_are_taken_for_no_wrapper(line: str) -> None:
    table, fmt = peel(f"{LINE}\n{line}\n{LINE}\n".encode())
    assert table["text"].to_list() == [LINE, line, LINE]
    assert table["hint"].null_count() == 3
    assert fmt == "ndjson"


@pytest.mark.parametrize(
    "dump",
    [
        "{\n  timestamp: 'x',\n  n: 1\n}",
        "[\n  'a',\n  'b'\n]",
        '{\n  "a": 1,\n  "b": {"c": []}\n}',
        "{",
        "[",
        "[{",
        "{\n",
        '{\n  "open": \'never closed',
        "[\n  {\n    a: 1\n  }\n]",
    ],
)
def test_dumps_that_look_like_the_beginning_of_a_document_stay_lines(dump: str) -> None:
    data = f"{LINE}\n{dump}\n{LINE}\nend\n".encode()
    table = peel(data)[0]
    assert table["text"].to_list() == data.decode().split("\n")[:-1]
    assert peel(data, range(len(data)))[0].equals(table)


def test_plain_and_wrapped_lines_may_be_mixed() -> None:
    data = "".join(WRAPPERS["cri"][1]([LINE]) if n % 3 else f"{LINE}\n{TEXT}\n" for n in range(30)).encode()
    table, fmt = peel(data)
    assert fmt == "cri+ndjson"
    assert Counter(table["text"].to_list()) == {LINE: 30, TEXT: 10}
    assert table["offset"].is_sorted()


EVENT = json.dumps(_events([LINE])[0])
ENTRY = json.dumps(_entries([LINE])[0], indent=2)
SOUP = [
    *(
        "{",
        "}",
        "[",
        "]",
        '"',
        "\\",
        "\n",
        "{\n",
        "  {\n",
        "  }",
        ",",
        ",\n",
        "\r",
        "\0",
        "\ufeff",
        " ",
        "x",
        "é",
        "}{\n",
        "[{\n",
    ),
    *("]\n", "}\n", "[\n", '{"events": [', '[{"', '  "a": 1', LINE, EVENT, ENTRY, ENTRY.replace("\n", "\n  ")),
    *(f"{AT} stdout P x\n", f"{AT} stdout F y\n", '{"log":"abc","stream":"stdout","time":"x"}\n'),
]


@given(st.lists(st.sampled_from([token.encode() for token in SOUP] + [b"\xff"]), max_size=14), st.data())
@settings(max_examples=150, deadline=None)
def test_nothing_raises_and_cuts_never_matter(tokens: list[bytes], draw: st.DataObject) -> None:
    data = b"".join(tokens)
    max_line = draw.draw(st.sampled_from([40, 150, MAX_LINE]))
    expected, fmt = peel(data, max_line=max_line)
    for cuts in (range(len(data)), draw.draw(st.sets(st.integers(0, len(data)), max_size=5))):
        table, found = peel(data, cuts, max_line=max_line)
        assert table.equals(expected)
        assert found == fmt


# --- documents ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("indent", [None, 2])
def test_documents_are_streamed_in_bounded_memory(indent: int | None) -> None:
    data = json.dumps({"events": _events([LINE] * 8000)}, indent=indent).encode()
    peeler = Peeler(RECORD, max_line=10_000)
    half = len(data) // 2
    assert peeler.feed(data[:half], 0).height > 3900
    assert len(peeler._framer._document._buffer) < 10_000  # type: ignore[union-attr] # how much is held is the point
    assert peeler.feed(data[half:], half).height + peeler.finish().height > 3900


@pytest.mark.parametrize("broken", ['{"a": [1,}', '{"a": "x', '{"a": 1}}', '{"a": {{}', '{"a": "}'])
def test_a_broken_object_of_an_indented_document_costs_only_itself(broken: str) -> None:
    entries = [json.dumps(entry, indent=2).replace("\n", "\n  ") for entry in _entries([LINE] * 5)]
    entries[2] = entries[2].replace('"p"', broken)
    data = ("[\n  " + ",\n  ".join(entries) + "\n]\n").encode()
    table = peel(data)[0]
    assert [text for text in table["text"] if text == LINE] == [LINE] * 4
    assert table.height == 5
    assert peel(data, range(len(data)))[0].equals(table)


def test_a_json_payload_is_written_again_as_the_backend_wrote_it() -> None:
    entry = {"insertId": "1", "logName": "p", "jsonPayload": json.loads(LINE), "timestamp": AT}
    for data in (json.dumps([entry], indent=2), json.dumps(entry)):
        assert texts(data.encode()) == [LINE]


def test_an_object_too_long_for_a_line_is_counted() -> None:
    data = json.dumps(_entries([LINE, "x" * 5000, LINE]), indent=2).encode()
    for cuts in ((), range(0, len(data), 100)):
        table = peel(data, cuts, max_line=2000)[0]
        assert table["reject"].to_list() == [None, "too_long", None]
        assert table["text"].to_list() == [LINE, "", LINE]


# --- times -------------------------------------------------------------------------------------------------------


def test_times_without_zone_are_read_in_the_zone_given() -> None:
    peeler = Peeler(RECORD, zone=timezone(timedelta(hours=-3)))
    assert peeler.feed(f"2026-11-19 18:00:00  {LINE}\n".encode(), 0)["hint"][0] == datetime(
        2026, 11, 19, 21, tzinfo=UTC
    )


@pytest.mark.parametrize("value", [1795122000, 1795122000000, 1795122000000000, 1795122000000000000, "1795122000000"])
def test_epochs_are_told_apart_by_magnitude(value: object) -> None:
    assert epoch(value) == 1795122000_000_000


@pytest.mark.parametrize("value", [None, True, -1, 10**30, "9" * 5000, "x", float("nan"), float("inf"), []])
def test_what_is_no_epoch_gives_no_time(value: object) -> None:
    assert epoch(value) is None


@pytest.mark.parametrize("time", ["2026-13-45T99:99:99Z", "9999-12-31T23:59:59-23:59", "2026-11-19T21:00:60Z"])
def test_impossible_times_give_no_hint_and_no_crash(time: str) -> None:
    assert texts(f"{time} stdout F {LINE}\n".encode()) == [LINE]


# --- registry ----------------------------------------------------------------------------------------------------


def test_every_wrapper_of_the_registry_is_tried_here() -> None:
    tried = {fmt for fmt, _ in WRAPPERS.values()} | {"dev", "json"}
    assert {prefix.name for prefix in PREFIXES} | {shell.name for shell in SHELLS} == tried


# --- real samples ------------------------------------------------------------------------------------------------

needs_samples = pytest.mark.skipif(not SAMPLES.exists(), reason="the real samples are not beside this project")


def _metrics(lines: Iterable[str]) -> Counter[str]:
    return Counter(sha256(line.encode()).hexdigest() for line in lines if '"METRIC_' in line)


def _sample(name: str) -> bytes:
    return gzip.decompress((SAMPLES / name).read_bytes())


SAMPLE_FORMATS = {
    "cloudwatch-filter-log-events.json": "cloudwatch",
    "cri-conmon.log": "cri",
    "cri-containerd-style.log": "cri",
    "docker-compose-v2-timestamps.log": "compose",
    "docker-compose-v2.log": "compose",
    "docker-json-file.log": "docker-json",
    "gcp-logging-read.json": "gcp",
    "heroku.log": "heroku",
    "journald-short-iso.log": "journald",
    "journald.json": "journald-json",
    "loki-logcli.jsonl": "loki",
    "original.ndjson": "ndjson",
    "pm2-date-prefix.log": "pm2",
    "pm2-json.log": "pm2-json",
    "pm2-logs-prefix.log": "pm2",
    "render-syslog-rfc5424.log": "syslog5424",
    "rsyslog-rfc5424.log": "syslog5424",
}


@needs_samples
@pytest.mark.parametrize("name", sorted(SAMPLE_FORMATS))
def test_real_exports_hold_the_lines_of_the_original(name: str) -> None:
    table, fmt = peel(_sample(f"wrapped/{name}.gz"))
    night = _sample("real-night-part1.ndjson.gz").decode().split("\n")
    lost = table["reject"].drop_nulls().to_list()
    kept = Counter(table["text"].filter(table["reject"].is_null()).to_list())
    original = Counter(night[: table.height])
    assert fmt == SAMPLE_FORMATS[name]
    assert not kept - original
    assert (original - kept).total() == len(lost) == (8 if name == "journald.json" else 0)
    assert set(lost) <= {"lost_at_source"}
    assert _metrics(kept.elements()) == _metrics(night[: table.height])
    if name not in {"pm2-json.log", "cri-conmon.log"}:
        assert table.height == 1500


@needs_samples
@pytest.mark.parametrize("name", sorted(SAMPLE_FORMATS))
@pytest.mark.parametrize(("size", "cut"), [(6_000, 1), (20_000, 7), (200_000, 4096)])
def test_real_exports_are_the_same_however_they_are_cut(name: str, size: int, cut: int) -> None:
    data = _sample(f"wrapped/{name}.gz")[:size]
    assert peel(data, range(0, len(data), cut))[0].equals(peel(data)[0])


@needs_samples
def test_the_real_development_log_equals_its_answers() -> None:
    answers = json.loads((SAMPLES / "answers.json").read_text())["real-dev-pretty.log"]
    table, fmt = peel(_sample("real-dev-pretty.log.gz"))
    records = [json.loads(text) for text in table["text"] if text.startswith('{"level"')]
    assert fmt == "dev"
    assert table.height == answers["line_counts"]["lines"]
    assert len(records) == answers["line_counts"]["structured_lines"]
    assert Counter(record["level"] for record in records) == answers["levels"]
    assert (
        Counter(record["message"] for record in records if "METRIC_" in record["message"]) == answers["metric_totals"]
    )
    ids = Counter(str(record["requestId"]) for record in records)
    assert ids["None"] == answers["line_counts"]["requestId_null"]
    assert ids["NO_CONTEXT"] == answers["line_counts"]["requestId_NO_CONTEXT"]
