"""Hostile JSON between sound records, in every wrapper: nothing crashes, the neighbours are kept.

`GUARDIA_JSON_SUITE` may name a folder of test files such as the public JSONTestSuite's `test_parsing`; without it,
cases of our own of the same kinds are used.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.proofs import say
from tests.test_envelope import WRAPPERS as EVERY
from tui.logs.envelope import Peeler
from tui.logs.parse import Parser
from tui.runbook.load import load_runbook

if TYPE_CHECKING:
    from collections.abc import Callable

RULES = load_runbook(None, "en").runbook
TIME = "2026-11-19T21:00:00.155Z"

OURS: dict[str, bytes] = {
    "deep arrays": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "deep but closed": b"[" * 5_000 + b"]" * 5_000,
    "2^64": b'{"statusCode":18446744073709551616}',
    "5,000 digits": b'{"durationMs":' + b"9" * 5_000 + b"}",
    "1e400": b'{"durationMs":1e400}',
    "-1e400": b"[-1e400]",
    "NaN": b'{"durationMs":NaN}',
    "Infinity": b"[-Infinity]",
    "duplicate keys": b'{"message":"METRIC_AUTH_5XX","message":"x","timestamp":1,"timestamp":2}',
    "lone high surrogate": rb'{"message":"\ud800"}',
    "lone low surrogate": rb'{"message":"\udc00 METRIC_AUTH_5XX"}',
    "escaped NUL": rb'{"requestId":"\u0000"}',
    "raw NUL": b'{"requestId":"\x00"}',
    "raw control": b'{"requestId":"\x01\x1b[2J"}',
    "BOM": b"\xef\xbb\xbf{}",
    "UTF-16": '{"message":"x"}'.encode("utf-16"),
    "invalid UTF-8": b'{"message":"\xff\xfe\xc0\xaf"}',
    "overlong UTF-8": b'{"a":"\xe0\x80\xaf"}',
    "single quotes": b"{'message':'x'}",
    "trailing comma": b'{"message":"x",}',
    "comment": b'{"message":"x"/* y */}',
    "two values": b'{"message":"x"}{"message":"y"}',
    "two in an array's clothes": b'{"message":"x"},{"message":"y"}',
    "cut in a string": b'{"message":"METRIC_AUTH_5XX","timest',
    "cut in an escape": b'{"message":"\\u00',
    "number key": b'{1:"x"}',
    "leading zero": b'{"statusCode":0500}',
    "plus": b'{"statusCode":+500}',
    "hexadecimal": b'{"statusCode":0x1f4}',
    "bare word": b"nul",
    "empty": b"",
    "spaces": b" \t ",
    "a metric with an object for a status": b'{"timestamp":"2026-11-19T21:00:00Z","message":"METRIC_AUTH_5XX",'
    b'"statusCode":{}}',
    "a metric with a list for a time": b'{"timestamp":[1],"message":"METRIC_AUTH_5XX"}',
    "a metric with a huge id": b'{"timestamp":"2026-11-19T21:00:00Z","message":"METRIC_AUTH_5XX","requestId":"'
    + b"x" * 70_000
    + b'"}',
}


def cases() -> dict[str, bytes]:
    folder = os.environ.get("GUARDIA_JSON_SUITE")
    if not folder:
        return OURS
    return OURS | {file.name: file.read_bytes() for file in sorted(Path(folder).glob("*.json"))}


def good(number: int) -> bytes:
    record = {"level": "error", "timestamp": TIME, "requestId": f"req_neighbour{number}", "message": "METRIC_AUTH_5XX"}
    return json.dumps({**record, "statusCode": 500, "code": "INTERNAL_ERROR"}, separators=(",", ":")).encode()


def one_line(payload: bytes) -> str:
    """A payload as a text field can hold it: what is no UTF-8 is replaced, as collectors do."""
    return payload.replace(b"\n", b" ").decode("utf-8", "replace")


WRAPPERS: dict[str, Callable[[bytes], bytes]] = {
    "ndjson": lambda payload: payload.replace(b"\n", b" "),
    "docker-json": lambda payload: json.dumps(
        {"log": one_line(payload) + "\n", "stream": "stdout", "time": TIME}
    ).encode(),
    "cri": lambda payload: f"{TIME} stdout F ".encode() + payload.replace(b"\n", b" "),
    "compose": lambda payload: b"api-1  | " + payload.replace(b"\n", b" "),
    "kubectl": lambda payload: b"[pod/api-5d9c/api] " + payload.replace(b"\n", b" "),
    "journald": lambda payload: json.dumps(
        {"__REALTIME_TIMESTAMP": "1795122000155000", "_PID": "1", "MESSAGE": list(payload)}
    ).encode(),
    "syslog5424": lambda payload: f"<14>1 {TIME} host app 1 - - ".encode() + payload.replace(b"\n", b" "),
    "heroku": lambda payload: b"2026-11-19T21:00:00.155000+00:00 app[web.1]: " + payload.replace(b"\n", b" "),
    "loki": lambda payload: json.dumps(
        {"labels": {"app": "api"}, "line": one_line(payload), "timestamp": TIME}
    ).encode(),
}


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_hostile_json_costs_only_itself(wrapper: str, capsys: pytest.CaptureFixture[str]) -> None:
    wrap = WRAPPERS[wrapper]
    hostile = cases()
    stream = (
        b"".join(wrap(part) + b"\n" for number, bad in enumerate(hostile.values()) for part in (good(number), bad))
        + wrap(good(len(hostile)))
        + b"\n"
    )
    peeler, parser = Peeler(RULES.record, zone=UTC), Parser(RULES, source=0)
    kept: set[str] = set()
    lines = counted = 0
    for table in (peeler.feed(stream, 0), peeler.finish()):
        parsed = parser.parse(table)
        kept |= set(parsed.events["request_id"])
        lines += parsed.tally.lines
        counted += parsed.tally.events + parsed.tally.other + parsed.tally.rejected.total()
    lost = [number for number in range(len(hostile) + 1) if f"req_neighbour{number}" not in kept]
    say(
        capsys,
        f"{wrapper}: {len(hostile)} hostile cases, {len(lost)} neighbours lost, {lines} lines all accounted for",
    )
    assert not lost
    assert lines == counted


def test_hostile_json_is_counted_for_what_it_is_in_every_wrapper(capsys: pytest.CaptureFixture[str]) -> None:
    """As text, since most wrappers hold nothing else. What a wrapper spells in another way is refused all the same."""
    hostile = [one_line(bad) for bad in cases().values()]
    alone = sum((became(bad + "\n")[0] for bad in hostile), Counter[str]())
    lost = other = 0
    for _format, wrap in EVERY.values():
        texts = [text for number, bad in enumerate(hostile) for text in (good(number).decode(), bad)]
        found, kept = became(wrap([*texts, good(len(hostile)).decode()]))
        lost += sum(f"req_neighbour{number}" not in kept for number in range(len(hostile) + 1))
        other += found - Counter(events=len(hostile) + 1) != alone
    say(
        capsys,
        f"{len(hostile)} hostile cases in {len(EVERY)} wrappers: {lost} neighbours lost, counted as {dict(alone)} in"
        f" {len(EVERY) - other} of them",
    )
    assert (lost, other) == (0, 0)


def became(text: str) -> tuple[Counter[str], set[str]]:
    """What became of the lines, whatever hides that they are no JSON taken as one; and the requestIds."""
    peeler, parser = Peeler(RULES.record, zone=UTC), Parser(RULES, source=0)
    counted, kept = Counter[str](), set[str]()
    for table in (peeler.feed(text.encode(), 0), peeler.finish()):
        parsed = parser.parse(table)
        counted += Counter(events=parsed.tally.events, other=parsed.tally.other)
        for reason, count in parsed.tally.rejected.items():
            counted["not_json" if reason in {"bad_encoding", "too_long", "no_message"} else reason] += count
        kept |= set(parsed.events["request_id"])
    return counted, kept
