"""Reading from the end backwards, side by side, and within a cap: none of it may change what is counted."""

from __future__ import annotations

import gzip
import json
import os
import random
import time
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from tests.proofs import say
from tui.cli.span import open_span
from tui.drill.generate import Plan, generate
from tui.logs.opening import SourceSet
from tui.logs.source import Code, SourceState
from tui.metrics import store as store_module
from tui.metrics import table
from tui.metrics.totals import totals
from tui.present.check import within
from tui.runbook.load import load_runbook
from tui.session import backfill, pipeline
from tui.session.clock import Cursor
from tui.session.engine import Engine, Mode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LOADED = load_runbook(None, "en")
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
MINUTES = 40


@pytest.fixture(scope="module")
def lines() -> list[bytes]:
    """A drill's log: records, banners, stack traces."""
    return [line.data.removesuffix(b"\n") for line in generate(Plan("combined", 11, START, minutes=MINUTES))]


@pytest.fixture
def small_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfill, "TAIL_BYTES", 60_000)
    monkeypatch.setattr(backfill, "REGION_BYTES", 150_000)
    monkeypatch.setattr(backfill, "_MARGIN", 8_000)
    monkeypatch.setattr(backfill, "_SEARCH", 20_000)


def engine(*paths: Path, live: bool = False, newest_first: bool = False, cap: int | None = None) -> Engine:
    sources = SourceSet([str(path) for path in paths], live=live)
    clock = Cursor(START + timedelta(minutes=MINUTES))
    mode: Mode = "live" if live else "review"
    return Engine(LOADED, sources, clock=clock, mode=mode, zone=UTC, newest_first=newest_first, cap=cap)


def facts(run: Engine) -> dict[str, Any]:
    """Everything that must not depend on the order of reading."""
    end = START + timedelta(minutes=MINUTES)
    board, status = run.board(end), run.reader.statuses()[0]
    rows = run.store.events(end, 10**9).select(pl.exclude("source"))
    markers = [(hit.marker, hit.at, hit.approximate, hit.capture, hit.offset) for hit in board.markers]
    return {
        "rows": rows.sort("offset", "sub").to_dicts(),
        "alerts": board.alerts,
        "markers": sorted(markers, key=str),
        "lines": (status.lines, status.events, status.other, status.rejected, status.first, status.last, status.bytes),
        "totals": totals(LOADED.runbook, run.store, None, end),
        "panels": board.panels,
    }


def read_whole(*paths: Path, newest_first: bool = False) -> dict[str, Any]:
    run = engine(*paths, newest_first=newest_first)
    run.drain()
    found = facts(run)
    run.close()
    return found


def plain(lines: list[bytes]) -> Iterator[bytes]:
    yield from lines


def docker(lines: list[bytes]) -> Iterator[bytes]:
    """As docker's json-file has it, every line in several parts, as only very long ones are."""
    for number, line in enumerate(lines):
        stream = "stdout" if number % 5 else "stderr"
        for at in range(0, max(1, len(line)), 180):
            text = line[at : at + 180].decode(errors="replace") + ("\n" if at + 180 >= len(line) else "")
            yield json.dumps({"log": text, "stream": stream, "time": "2026-03-02T01:30:00.5Z"}).encode()


def cri(lines: list[bytes]) -> Iterator[bytes]:
    """As the container runtime has it: two streams interleaved, long lines in parts."""
    dice = random.Random(3)  # noqa: S311 - a fixed order, not a secret
    for first, second in zip(lines[::2], lines[1::2], strict=False):
        parts = [list(_parts(first, b"stdout")), list(_parts(second, b"stderr"))]
        while any(parts):
            yield dice.choice([one for one in parts if one]).pop(0)


def _parts(line: bytes, stream: bytes) -> Iterator[bytes]:
    pieces = [line[at : at + 150] for at in range(0, len(line), 150)] or [b""]
    for number, piece in enumerate(pieces):
        tag = b"F" if number == len(pieces) - 1 else b"P"
        yield b"2026-03-02T01:30:00.5Z " + stream + b" " + tag + b" " + piece


@pytest.mark.usefixtures("small_stretches")
@pytest.mark.parametrize("wrap", [plain, docker, cri])
def test_newest_first_reads_what_reading_from_the_start_reads(
    wrap: Callable[[list[bytes]], Iterator[bytes]], lines: list[bytes], tmp_path: Path
) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(b"\n".join(wrap(lines)) + b"\n")
    from_start, from_end = read_whole(log), read_whole(log, newest_first=True)
    for fact, value in from_start.items():
        assert from_end[fact] == value, fact


@pytest.mark.usefixtures("small_stretches")
def test_the_end_is_on_the_first_board_and_history_behind_it_is_said_not_to_be_final(
    lines: list[bytes], tmp_path: Path
) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(b"\n".join(lines) + b"\n")
    run = engine(log, live=True, newest_first=True)
    first = run.advance()
    assert first is not None
    assert not first.final
    status = first.sources[0]
    assert status.last == read_whole(log)["lines"][5]
    assert status.total_bytes == log.stat().st_size
    assert 0 < status.consumed < log.stat().st_size / 2
    boards = [board for board in (run.advance() for _time in range(100)) if board]
    run.close()
    assert boards[-1].final
    assert boards[-1].fill_seconds is None
    assert first.fill_seconds is not None
    assert first.fill_seconds > 0
    assert boards[-1].sources[0].consumed == log.stat().st_size


@pytest.mark.usefixtures("small_stretches")
def test_what_is_written_meanwhile_comes_before_the_history(lines: list[bytes], tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(b"\n".join(lines[:-50]) + b"\n")
    run = engine(log, live=True, newest_first=True)
    run.advance()
    with log.open("ab") as out:
        out.write(b"\n".join(lines[-50:]) + b"\n")
    run.read()
    assert run.reader.filling
    newest = run.reader.statuses()[0].last
    run.drain()
    found = facts(run)
    run.close()
    whole = read_whole(log)
    assert newest == whole["lines"][5]
    assert found["lines"] == whole["lines"]
    assert found["alerts"] == whole["alerts"]


@pytest.mark.usefixtures("small_stretches")
def test_history_is_read_to_its_end_while_the_file_is_rotated_away(lines: list[bytes], tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(b"\n".join(lines[:-50]) + b"\n")
    run = engine(log, live=True, newest_first=True)
    run.advance()
    log.rename(tmp_path / "app.log.1")
    log.write_bytes(b"\n".join(lines[-50:]) + b"\n")
    for _time in range(5):
        run.drain()
    status = run.reader.statuses()[0]
    run.close()
    assert (status.lines, status.events) == (
        len(lines),
        read_whole(tmp_path / "app.log.1", log)["lines"][1] + _events(log),
    )


def _events(log: Path) -> int:
    return int(read_whole(log)["lines"][1])


@pytest.mark.usefixtures("small_stretches")
def test_a_json_document_is_read_from_its_beginning(lines: list[bytes], tmp_path: Path) -> None:
    log = tmp_path / "export.json"
    events = [
        {"timestamp": 1772413200000 + n, "message": line.decode(errors="replace")} for n, line in enumerate(lines)
    ]
    log.write_text(json.dumps({"events": events}, indent=2))
    whole = read_whole(log)
    assert whole["lines"][1] > 1000
    assert read_whole(log, newest_first=True) == whole


def test_history_stops_at_the_longest_age_that_anything_is_kept_for(
    lines: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_stretches: None
) -> None:
    del small_stretches
    log = tmp_path / "app.log"
    log.write_bytes(b"\n".join(lines) + b"\n")
    run = engine(log, live=True, newest_first=True)
    (feed,) = run.reader._feeds
    monkeypatch.setattr(type(feed._way), "keep", timedelta(minutes=10), raising=False)
    run.drain()
    board = run.board(run.now())
    run.close()
    assert board.final
    assert board.span is not None
    assert timedelta(minutes=10) < board.span[1] - board.span[0] < timedelta(minutes=MINUTES - 10)


@pytest.mark.parametrize("block", [1, 50_000])
def test_several_threads_read_what_one_reads(
    block: int, lines: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, packed = tmp_path / "app.log", tmp_path / "app.log.gz"
    log.write_bytes(b"\n".join(lines) + b"\n")
    packed.write_bytes(gzip.compress(log.read_bytes(), 1))
    one = read_whole(log)
    monkeypatch.setattr(pipeline, "_SMALL", 0)
    monkeypatch.setattr("tui.session.feed.BLOCK_BYTES", max(block, 20_000))
    assert read_whole(log) == one
    assert read_whole(packed) == one


# --- the cap ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cap", [300, 2_000, 5_000])
def test_a_cap_changes_no_total_no_episode_and_no_marker(
    cap: int, lines: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "SEGMENT_ROWS", 200)
    monkeypatch.setattr("tui.session.feed.BLOCK_BYTES", 100_000)
    log = tmp_path / "app.log"
    log.write_bytes(b"\n".join(lines) + b"\n")
    uncapped = read_whole(log)
    run = engine(log, cap=cap)
    while run.read():
        assert run.store.events(START + timedelta(days=1), 10**9).height <= cap
    capped = facts(run)
    dropped = run.store.dropped
    run.close()
    assert dropped is not None
    assert dropped.rows + len(capped["rows"]) == len(uncapped["rows"])
    for fact in ("alerts", "markers", "lines", "totals"):
        assert capped[fact] == uncapped[fact], fact


def test_base_events_are_dropped_before_others_and_the_last_hour_last(
    lines: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "_RECENT_US", 10 * 60_000_000)
    monkeypatch.setattr("tui.session.feed.BLOCK_BYTES", 100_000)
    log = tmp_path / "app.log"
    log.write_bytes(b"\n".join(lines) + b"\n")
    run = engine(log, cap=8_000)
    run.drain()
    end = START + timedelta(minutes=MINUTES)
    base = LOADED.runbook.silence.metric
    others = [metric.id for metric in LOADED.runbook.metrics if metric.id != base]
    kept_base, kept_others = (run.store.events(end, 10**9, of)["at"] for of in ([base], others))
    dropped = run.store.dropped
    run.close()
    assert dropped is not None
    assert kept_others[0] < START + timedelta(minutes=2)
    assert START + timedelta(minutes=2) < dropped.before < kept_base[0] <= end - timedelta(minutes=10)


def test_late_rows_amend_windows_whose_rows_were_dropped(lines: list[bytes], tmp_path: Path) -> None:
    early, late = tmp_path / "a.log", tmp_path / "b.log"
    early.write_bytes(b"\n".join(lines[::2]) + b"\n")
    late.write_bytes(b"\n".join(lines[1::2]) + b"\n")
    uncapped = engine(early, late)
    capped = engine(early, late, cap=1_000)
    for run in (uncapped, capped):
        run.drain()
    end = START + timedelta(minutes=MINUTES)
    assert capped.board(end).alerts == uncapped.board(end).alerts
    assert totals(LOADED.runbook, capped.store, START + timedelta(minutes=9), end) == totals(
        LOADED.runbook, uncapped.store, START + timedelta(minutes=9), end
    )
    uncapped.close()
    capped.close()


# --- spans of time ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def long_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five hours; from minute 121 to 152 everything goes wrong."""
    log = tmp_path_factory.mktemp("long") / "app.log"
    log.write_bytes(b"".join(line.data for line in generate(Plan("combined", 5, START, minutes=300, per_second=4))))
    return log


@pytest.mark.parametrize(
    ("since", "until", "in_part"),
    [(280, None, True), (185, 210, True), (None, 140, True), (205, None, False), (20, 125, True)],
)
def test_a_span_is_counted_as_when_everything_is_read(
    since: int | None, until: int | None, *, in_part: bool, long_log: Path
) -> None:
    start = START + timedelta(minutes=since) if since else None
    end = START + timedelta(minutes=until or 300)

    def opened() -> Engine:
        return Engine(LOADED, SourceSet([str(long_log)], live=False), clock=Cursor(end), mode="review", zone=UTC)

    whole = opened()
    whole.drain()
    part = open_span(opened, str(start) if start else None, str(end) if until else None)
    part.drain()
    assert (part.reader.statuses()[0].bytes < long_log.stat().st_size) is in_part
    seen = [(run.board(end), totals(LOADED.runbook, run.store, start, end)) for run in (whole, part)]
    assert seen[0][1] == seen[1][1]
    assert within(seen[0][0], start).alerts == within(seen[1][0], start).alerts
    assert seen[0][0].suggestion == seen[1][0].suggestion
    part.close()
    whole.close()


# --- following through the whole engine ------------------------------------------------------------------------------


def test_late_data_amends_its_windows(lines: list[bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every line up to ten minutes late: not one number differs, nor any episode."""
    dice = random.Random(1)  # noqa: S311 - a fixed order, not a secret
    records = [line for line in lines if b'"METRIC_' in line]
    delays = [number / len(records) * MINUTES + dice.random() * 10 for number in range(len(records))]
    late = [line for _, line in sorted(zip(delays, records, strict=True), key=itemgetter(0))]
    ordered, shuffled = tmp_path / "ordered.log", tmp_path / "shuffled.log"
    ordered.write_bytes(b"\n".join(records) + b"\n")
    shuffled.write_bytes(b"\n".join(late) + b"\n")
    one, other = read_whole(ordered), read_whole(shuffled)
    facts_of_all = ("alerts", "totals", "lines")
    differ = [fact for fact in facts_of_all if one[fact] != other[fact]]
    say(capsys, f"times: {len(late)} records up to ten minutes late, {len(one['alerts'])} alerts, {len(differ)} differ")
    assert one["alerts"]
    assert not differ


def test_the_end_of_a_pipe_is_said_and_the_board_stays(lines: list[bytes]) -> None:
    reading, writing = os.pipe()
    sources = SourceSet(["-"], live=True, stdin=reading)
    run = Engine(LOADED, sources, clock=Cursor(START + timedelta(minutes=1)), mode="live", zone=UTC)
    os.write(writing, b"\n".join(lines[:100]))
    os.close(writing)
    patience = time.monotonic() + 20
    while not run.ended() and time.monotonic() < patience:
        run.drain()
    board = run.board(run.now())
    run.close()
    assert board.sources[0].state is SourceState.DOWN
    assert board.sources[0].lines == 100
    assert [note.code for note in board.sources[0].notes] == [Code.INPUT_ENDED]
