"""Evidence is a record's hash: found by id, and looked at again: where it lay, where rotation put it, in exports."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import stat
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.samples import LOGS, NIGHT, needs_samples
from tui.incident.entries import EvidencePinned
from tui.incident.facts import Found
from tui.incident.state import Evidence
from tui.logs.opening import SourceSet
from tui.logs.source import FileIdentity
from tui.runbook.load import load_runbook
from tui.session.clock import Cursor
from tui.session.copies import copy_path, evidence_folder, keep_copies, read_copy
from tui.session.engine import Engine
from tui.session.evidence import find, look_up, reread
from tui.session.places import Span, collect, identity_text, parse_identity

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 19, 22, 45, tzinfo=UTC)
LOADED = load_runbook(None, "en")
KEYS = LOADED.runbook.record
WRAPPED = sorted(LOGS.glob("wrapped/*")) if LOGS.is_dir() else []


def line(number: int, request_id: str = "", status: int = 500) -> str:
    record = {
        "level": "error",
        "timestamp": f"2026-11-19T22:{number % 60:02}:07.125Z",
        "requestId": request_id or f"req_number{number}",
        "message": "METRIC_AUTH_5XX",
        "metric": "auth_5xx",
        "endpoint": "/api/auth/login",
        "statusCode": status,
        "durationMs": 0,
        "code": "INTERNAL_ERROR",
    }
    return json.dumps(record, separators=(",", ":"))


def write(path: Path, *lines: str, pad: int = 30) -> Path:
    """A log with some other lines before, of which no two logs have the same."""
    banner = [f"worker {number} of {hash(lines)} is up" for number in range(pad)]
    path.write_text("\n".join([*banner, *lines]) + "\n")
    return path


def engine(*specs: Path | str, live: bool = False, stdin: int | None = None) -> Engine:
    sources = SourceSet([str(spec) for spec in specs], live=live, stdin=stdin)
    return Engine(LOADED, sources, clock=Cursor(NOW), mode="live" if live else "review", zone=UTC)


def found(request_id: str, *specs: Path | str) -> tuple[Found, ...]:
    run = engine(*specs)
    run.drain()
    try:
        return find(run, request_id)
    finally:
        run.close()


def pinned(*found: Found) -> list[Evidence]:
    return [
        Evidence(pin.key, one.request_id, pin, pin.result, NOW, "@ana")
        for one in found
        for pin in [
            EvidencePinned(
                request_id=one.request_id,
                record=one.record,
                result="unlinked" if not one.record else "matched_on_arrival" if one.on_arrival else "matched",
            )
        ]
    ]


def verdicts(evidence: list[Evidence], *exports: Path) -> list[str]:
    return [one.result for one in reread(evidence, [str(path) for path in exports], KEYS)]


def pin(request_id: str, path: Path) -> list[Evidence]:
    evidence = pinned(*found(request_id, path))
    assert evidence
    assert evidence[0].pin.record
    return evidence


# --- finding --------------------------------------------------------------------------------------------------------


def test_every_event_of_an_id_is_found_with_its_place_and_the_hash_of_its_payload(tmp_path: Path) -> None:
    log = write(tmp_path / "app.log", line(1), line(2, "req_twice1"), line(3, "req_twice1", 503))
    records = [one.record for one in found("req_twice1", log) if one.record]
    data = log.read_bytes()
    assert [record.at.minute for record in records if record.at] == [2, 3]
    for record, text in zip(records, (line(2, "req_twice1"), line(3, "req_twice1", 503)), strict=True):
        assert record.sha256 == hashlib.sha256(text.encode()).hexdigest()
        assert data[record.offset : record.offset + record.length] == text.encode()
        assert (record.sub, record.metric, record.source.name) == (0, "METRIC_AUTH_5XX", "app.log")
        assert record.source.path == str(log)
        assert parse_identity(record.source.identity)


def test_an_id_that_no_line_bears_is_not_found(tmp_path: Path) -> None:
    log = write(tmp_path / "app.log", line(1), "req_mentioned9 is only a word here")
    assert found("req_made_up", log) == ()
    assert found("req_mentioned9", log) == ()
    assert found("METRIC_AUTH_5XX", log) == ()
    assert found("null", log) == ()


@pytest.mark.parametrize(
    "other",
    [
        '{"level":"error","requestId":"req_only_here","message":"a secret sentence"}',
        '{"log":"{\\"requestId\\":\\"req_only_here\\"}\\n","stream":"stdout"}',
        "\x1b[31m[2026-11-19T22:00:00.000Z] ERROR [req_only_here]: failed\x1b[0m",
    ],
)
@pytest.mark.parametrize("compressed", [False, True])
def test_an_id_that_only_other_lines_bear_is_found_without_a_record(
    tmp_path: Path, other: str, *, compressed: bool
) -> None:
    log = write(tmp_path / "app.log", line(1), other, line(2))
    if compressed:
        log = tmp_path / "app.log.gz"
        log.write_bytes(gzip.compress((tmp_path / "app.log").read_bytes()))
    assert found("req_only_here", log) == (Found("req_only_here", None),)
    assert found("req_only_her", log) == ()


def test_an_event_whose_bytes_were_replaced_meanwhile_is_not_hashed(tmp_path: Path) -> None:
    log = write(tmp_path / "app.log", line(1))
    run = engine(log)
    run.drain()
    log.write_bytes(log.read_bytes().replace(b'"statusCode":500', b'"statusCode":501'))
    assert find(run, "req_number1") == (Found("req_number1", None),)
    run.close()


def test_what_comes_through_a_pipe_keeps_the_hash_of_its_arrival(tmp_path: Path) -> None:
    log = write(tmp_path / "app.log", line(1))
    with log.open("rb") as stream:
        run = engine("-", stdin=stream.fileno())
        while not run.ended():
            run.read()
        (one,) = find(run, "req_number1")
        run.close()
    assert one.record
    assert one.on_arrival
    assert one.record.sha256 == hashlib.sha256(line(1).encode()).hexdigest()
    assert one.record.source.path == ""
    assert verdicts(pinned(one)) == []
    assert verdicts(pinned(one), log) == ["matched"]


# --- looking again --------------------------------------------------------------------------------------------------


def test_an_untouched_record_matches_and_a_grown_file_is_the_same(tmp_path: Path) -> None:
    log = write(tmp_path / "app.log", line(1), line(2))
    evidence = pin("req_number1", log)
    assert verdicts(evidence) == ["matched"]
    with log.open("a") as stream:
        stream.write(line(3) + "\n")
    assert verdicts(evidence) == ["matched"]


@pytest.mark.parametrize("pad", [0, 30, 400])
@pytest.mark.parametrize("replaced", [False, True])
def test_one_changed_byte_in_the_line_is_seen(tmp_path: Path, pad: int, *, replaced: bool) -> None:
    log = write(tmp_path / "app.log", line(1), line(2), pad=pad)
    evidence = pin("req_number1", log)
    data = log.read_bytes().replace(b'"statusCode":500', b'"statusCode":501', 1)
    if replaced:
        log.unlink()
    log.write_bytes(data)
    assert verdicts(evidence) == ["changed"]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, len(line(1)) - 1), st.integers(1, 255))
def test_whichever_byte_changes(tmp_path_factory: pytest.TempPathFactory, at: int, flip: int) -> None:
    log = write(tmp_path_factory.mktemp("flip") / "app.log", line(1), line(2))
    evidence = pin("req_number1", log)
    record = evidence[0].pin.record
    assert record
    data = bytearray(log.read_bytes())
    data[record.offset + at] ^= flip
    log.write_bytes(data)
    assert verdicts(evidence) == ["changed"]


def test_a_line_that_changed_elsewhere_does_not_matter(tmp_path: Path) -> None:
    log = write(tmp_path / "app.log", line(1), line(2))
    evidence = pin("req_number1", log)
    log.write_bytes(log.read_bytes().replace(b"req_number2", b"req_numberX"))
    assert verdicts(evidence) == ["matched"]


def test_a_deleted_or_emptied_file_is_gone_and_so_is_one_whose_name_another_took(tmp_path: Path) -> None:
    log = write(tmp_path / "app.log", line(1))
    evidence = pin("req_number1", log)
    log.unlink()
    assert verdicts(evidence) == ["gone"]
    log.write_bytes(b"")
    assert verdicts(evidence) == ["gone"]
    log.write_text("\n".join(f"another night {number}" for number in range(300)))
    assert verdicts(evidence) == ["gone"]


@pytest.mark.parametrize("compress", [False, True])
def test_rotation_is_followed(tmp_path: Path, *, compress: bool) -> None:
    log = write(tmp_path / "app.log", line(1), pad=200)
    evidence = pin("req_number1", log)
    data = log.read_bytes()
    log.unlink()
    write(log, line(8), line(9), pad=250)
    older = tmp_path / ("app.log.2.gz" if compress else "app.log.2")
    older.write_bytes(gzip.compress(data) if compress else data)
    write(tmp_path / "app.log.1", line(5), pad=220)
    assert verdicts(evidence) == ["matched"]
    changed = data.replace(b'"statusCode":500', b'"statusCode":501')
    older.write_bytes(gzip.compress(changed) if compress else changed)
    assert verdicts(evidence) == ["changed"]
    older.unlink()
    assert verdicts(evidence) == ["gone"]


def test_a_record_of_a_rotated_file_is_pinned_where_rotation_put_it(tmp_path: Path) -> None:
    log = write(tmp_path / "app.log", line(1))
    run = engine(log, live=True)
    run.drain()
    log.rename(tmp_path / "app.log.1")
    write(log, line(2), pad=40)
    for _look in range(4):
        run.drain()
    evidence = pinned(*find(run, "req_number1"), *find(run, "req_number2"))
    run.close()
    assert [one.result for one in evidence] == ["matched", "matched"]
    assert verdicts(evidence) == ["matched", "matched"]
    (tmp_path / "app.log.1").unlink()
    assert verdicts(evidence) == ["gone", "matched"]


def test_a_compressed_log_is_looked_at_again_too(tmp_path: Path) -> None:
    log = tmp_path / "app.log.gz"
    log.write_bytes(gzip.compress((line(1) + "\n" + line(2) + "\n").encode()))
    evidence = [*pin("req_number1", log), *pin("req_number2", log)]
    assert verdicts(evidence) == ["matched", "matched"]
    log.write_bytes(gzip.compress((line(1) + "\n" + line(2).replace("500", "501") + "\n").encode()))
    assert verdicts(evidence) == ["matched", "changed"]
    log.write_bytes(b"\x1f\x8b damaged")
    assert verdicts(evidence) == ["gone", "gone"]


def test_a_record_that_changed_where_it_lay_matches_in_another_export(tmp_path: Path) -> None:
    log = write(tmp_path / "app.log", line(1), line(2))
    evidence = [*pin("req_number1", log), *pin("req_number2", log)]
    export = tmp_path / "docker.json"
    export.write_text(json.dumps({"log": line(1) + "\n", "stream": "stdout", "time": "2026-11-19T22:01:07Z"}) + "\n")
    log.unlink()
    assert verdicts(evidence, export) == ["matched", "gone"]
    assert look_up(evidence, [str(tmp_path / "nowhere.log")], KEYS) == {}


def test_ids_without_a_record_have_nothing_to_compare(tmp_path: Path) -> None:
    log = write(tmp_path / "app.log", '{"requestId":"req_only_here"}')
    assert verdicts(pinned(*found("req_only_here", log)), log) == []


# --- real logs ------------------------------------------------------------------------------------------------------


@needs_samples
@pytest.mark.parametrize("export", WRAPPED, ids=lambda path: path.name.partition(".")[0])
def test_records_of_every_wrapper_match_in_their_own_file_and_in_every_other(export: Path) -> None:
    run = engine(export)
    run.drain()
    rows = run.store.events(NOW + timedelta(days=1), 99_999)
    ids = [one for one in rows["request_id"].unique(maintain_order=True) if one not in (None, "invalid")]
    records = [one for request_id in ids[::40] for one in find(run, request_id)]
    run.close()
    evidence = pinned(*records)
    assert len(evidence) >= 12
    assert all(one.pin.record for one in evidence)
    assert set(verdicts(evidence)) == {"matched"}
    original = next(path for path in WRAPPED if path.name.startswith("original"))
    in_original = {one.key for one in evidence if one.key in look_up(evidence, [str(original)], KEYS)}
    early = [one for one in evidence if one.at and one.pin.record and one.pin.record.at]
    assert in_original == {one.key for one in early if _within(one, original)}


def _within(one: Evidence, original: Path) -> bool:
    """Whether the original has that payload, judged without guardia: by the bytes of its lines."""
    lines = gzip.decompress(original.read_bytes()).split(b"\n")
    return one.key in {hashlib.sha256(text).hexdigest() for text in lines}


@needs_samples
def test_a_record_of_the_night_is_found_in_a_docker_export_and_a_changed_byte_is_not(tmp_path: Path) -> None:
    docker = next(path for path in WRAPPED if path.name.startswith("docker-json"))
    run = engine(docker)
    run.drain()
    ids = run.store.events(NOW, 5)["request_id"].to_list()
    run.close()
    log = tmp_path / "night.ndjson"
    log.write_bytes(gzip.decompress(NIGHT.read_bytes()))
    evidence = pin(ids[0], log)
    record = evidence[0].pin.record
    assert record
    with log.open("r+b") as stream:
        stream.seek(record.offset + record.length - 2)
        stream.write(b"#")
    assert set(verdicts(evidence[:1])) == {"changed"}
    assert set(verdicts(evidence[:1], docker)) == {"matched"}


# --- copies and parts -----------------------------------------------------------------------------------------------


def test_copies_hold_guarded_fields_only_and_nobody_else_may_read_them(tmp_path: Path) -> None:
    secret = (
        line(1).replace('"code"', '"email":"ana@example.org","endpoint2":"x","code"').replace("/login", "/login?t=1")
    )
    log = write(tmp_path / "app.log", secret)
    run = engine(log)
    run.drain()
    (one,) = find(run, "req_number1")
    (path,) = keep_copies(run, [one], tmp_path / "data")
    assert keep_copies(run, [one], tmp_path / "data") == (path,)
    run.close()
    assert one.record
    copy = read_copy(tmp_path / "data", one.record.sha256)
    assert copy
    assert copy["fields"] == {
        "route": "/api/auth/login",
        "statusCode": 500,
        "code": "INTERNAL_ERROR",
    }
    assert copy["sha256"] == path.stem == one.record.sha256
    assert "ana@" not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(evidence_folder(tmp_path / "data").stat().st_mode) == 0o700
    assert [entry.name for entry in evidence_folder(tmp_path / "data").iterdir()] == [path.name]
    with pytest.raises(ValueError, match="sha256"):
        copy_path(tmp_path, "../../etc/passwd")


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.binary(min_size=1, max_size=9), max_size=9), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9)))
)
def test_spans_cut_from_a_passing_stream_are_those_of_the_whole(
    pieces: list[bytes], cuts: list[tuple[int, int]]
) -> None:
    whole = b"".join(pieces)
    spans = [Span(*cut) for cut in cuts]
    expected = {span: whole[span.offset : span.end] for span in spans if span.end <= len(whole)}
    if pieces:
        assert collect(pieces, spans) == expected


def test_identities_are_read_back_and_nothing_else_is_taken_for_one() -> None:
    identity = FileIdentity(7, 11, "a" * 64, 4096, "b" * 64, 99)
    assert parse_identity(identity_text(identity)) == identity
    assert parse_identity(os.devnull) is None
    assert identity_text(None) == ""
