"""A run: times as people type them, sources that change, and the boards that come of them."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.logs.opening import SourceSet
from tui.metrics.minutes import ceil_minute, floor_minute
from tui.runbook.load import load_runbook
from tui.session.clock import Cursor
from tui.session.engine import Engine
from tui.session.times import TimeError, parse_time

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 19, 22, 45, tzinfo=UTC)
BUENOS_AIRES = ZoneInfo("America/Argentina/Buenos_Aires")
LOADED = load_runbook(None, "en")


def read(text: str) -> datetime:
    return parse_time(text, now=NOW, day=NOW.astimezone(BUENOS_AIRES).date(), zone=BUENOS_AIRES)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-11-19T22:10:00Z", datetime(2026, 11, 19, 22, 10, tzinfo=UTC)),
        ("2026-11-19T19:10:00-03:00", datetime(2026, 11, 19, 22, 10, tzinfo=UTC)),
        ("2026-11-19T22:10", datetime(2026, 11, 19, 22, 10, tzinfo=UTC)),
        ("-5m", NOW - timedelta(minutes=5)),
        ("-1h30m", NOW - timedelta(minutes=90)),
        ("19:10", datetime(2026, 11, 19, 22, 10, tzinfo=UTC)),
        ("19:10:30", datetime(2026, 11, 19, 22, 10, 30, tzinfo=UTC)),
    ],
)
def test_times_are_read_as_people_type_them(typed: str, meant: datetime) -> None:
    assert read(typed) == meant


@pytest.mark.parametrize("typed", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "-700000d", "", "yesterday"])
def test_a_time_that_no_log_can_be_of_is_a_mistake(typed: str) -> None:
    with pytest.raises(TimeError):
        read(typed)


@given(st.text(max_size=30))
def test_any_text_is_a_time_or_a_time_error(typed: str) -> None:
    with suppress(TimeError):
        assert read(typed).utcoffset() == timedelta(0)


@given(st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2030, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_minutes_enclose_the_moment(moment: datetime) -> None:
    assert floor_minute(moment) <= moment <= ceil_minute(moment)
    assert ceil_minute(moment) - floor_minute(moment) in (timedelta(0), timedelta(minutes=1))


def event(at: datetime, number: int) -> bytes:
    record = {
        "level": "info",
        "timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "requestId": f"req_number{number}",
        "message": "METRIC_HTTP_REQUEST",
        "domain": "auth",
        "method": "GET",
        "endpoint": "/api/auth/me",
        "statusCode": 200,
        "durationMs": number,
    }
    return json.dumps(record, separators=(",", ":")).encode() + b"\n"


def engine(*paths: Path, live: bool, clock: Cursor | None = None) -> Engine:
    sources = SourceSet([str(path) for path in paths], live=live)
    return Engine(LOADED, sources, clock=clock or Cursor(NOW), mode="live" if live else "review", zone=UTC)


def look(run: Engine) -> None:
    """Look often enough to leave a rotated file, which is read until it has been quiet for a while."""
    for _time in range(3):
        run.drain()


def base_events(run: Engine) -> int:
    return run.store.trace("req_number1").height + run.store.trace("req_number2").height


def test_a_new_event_is_on_the_next_board(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(event(NOW, 1))
    run = engine(log, live=True)
    while run.read():
        pass
    with log.open("ab") as stream:
        stream.write(event(NOW, 2))
    board = run.advance()
    run.close()
    assert board is not None
    assert board.sources[0].events == 2


def test_rotation_and_truncation_lose_nothing(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(event(NOW, 1))
    run = engine(log, live=True)
    look(run)
    log.rename(tmp_path / "app.log.1")
    log.write_bytes(event(NOW, 2))
    look(run)
    log.write_bytes(b"")
    look(run)
    log.write_bytes(event(NOW, 3))
    look(run)
    status = run.reader.statuses()[0]
    run.close()
    assert status.events == 3
    assert not status.rejected


def test_events_of_a_rotated_file_are_in_another_place(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(event(NOW, 1))
    run = engine(log, live=True)
    look(run)
    log.rename(tmp_path / "app.log.1")
    log.write_bytes(event(NOW, 2))
    look(run)
    places = [run.store.trace(f"req_number{number}")["source"][0] for number in (1, 2)]
    names = run.place_names()
    run.close()
    assert places[0] != places[1]
    assert {names[place] for place in places} == {"app.log"}


def test_review_ends_at_the_end_of_the_data_and_its_last_line_needs_no_newline(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(event(NOW - timedelta(minutes=9, seconds=30), 1) + event(NOW - timedelta(seconds=30), 2)[:-1])
    run = engine(log, live=False)
    run.drain()
    end = run.end()
    run.close()
    assert end == NOW
    assert base_events(run) == 2


def test_a_record_from_the_future_never_moves_the_end_of_the_data(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(event(NOW, 1) + event(NOW + timedelta(days=7000), 2))
    sources = SourceSet([str(log)], live=False)
    run = Engine(LOADED, sources, clock=Cursor(NOW), mode="review", zone=UTC, wall=Cursor(NOW + timedelta(days=5)))
    run.drain()
    end = run.end()
    run.close()
    assert end == NOW


def test_the_same_record_in_two_exports_counts_once(tmp_path: Path) -> None:
    first, second = tmp_path / "a.log", tmp_path / "b.log"
    first.write_bytes(event(NOW, 1) + event(NOW, 2))
    second.write_bytes(event(NOW, 2) + event(NOW, 3))
    run = engine(first, second, live=False)
    run.drain()
    run.close()
    assert run.store.trace("req_number2").height == 1
    assert run.store.trace("req_number3").height == 1
