"""Events made by hand, for tests of the numbers: no log, no parser."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from tui.logs.schema import Parsed, Tally, event_schema, marker_schema
from tui.metrics.build import build_board
from tui.metrics.store import Store
from tui.runbook.load import load_runbook

if TYPE_CHECKING:
    from tui.metrics.board import Board, PanelNumbers
    from tui.runbook.model import LogRules

HTTP = "METRIC_HTTP_REQUEST"
CATCHUP = "METRIC_REALTIME_CATCHUP"
AUTHZ = "METRIC_REALTIME_AUTHZ_DENIED"
ACK = "METRIC_CHAT_ACK_FAILURE"
AUTH = "METRIC_AUTH_5XX"

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

_WEEK3 = load_runbook(None, "en").runbook
"""Loaded here, so that a broken runbook stops the tests at once instead of failing every example of a property."""

Row = Mapping[str, object]


def week3() -> LogRules:
    """The embedded runbook's rules."""
    return _WEEK3


def after(minutes: float = 0, seconds: float = 0) -> datetime:
    """A time so long after START."""
    return START + timedelta(minutes=minutes, seconds=seconds)


def event(metric: str, at: datetime, request_id: str | None = "req_abc123", *, source: int = 0, **more: object) -> Row:
    """One event; what is not given is null, its place in the source follows from its time."""
    place = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return {
        "at": at,
        "metric": metric,
        "request_id": request_id,
        "source": source,
        "offset": place,
        "length": 100,
        "sub": 0,
        "fingerprint": place,
        **more,
    }


def http(
    at: datetime, status: int = 200, duration: float = 10.0, route: str = "/api/auth/login", **more: object
) -> Row:
    """One base event: a POST of the auth domain."""
    fields = {"domain": "auth", "method": "POST", "route": route, "statusCode": status, "durationMs": duration}
    return {**event(HTTP, at), **fields, **more}


def traffic(first: datetime, last: datetime, every: float = 1.0) -> list[Row]:
    """Calm base events, so that nothing is silent."""
    steps = int((last - first) / timedelta(seconds=every))
    return [http(first + timedelta(seconds=every * number), route="/api/auth/me") for number in range(steps + 1)]


def parsed(rows: Iterable[Row], markers: Iterable[Row] = ()) -> Parsed:
    """One block of those events and markers."""
    schema = event_schema(week3())
    events = pl.DataFrame([dict(row) for row in rows], schema=schema, orient="row")
    return Parsed(events, pl.DataFrame([dict(row) for row in markers], schema=marker_schema()), Tally())


def stored(*blocks: Iterable[Row]) -> Store:
    """A store that was given those blocks one after the other."""
    store = Store(week3())
    for block in blocks:
        store.add(parsed(block))
    return store


def board_of(rows: Iterable[Row], now: datetime, *, live: bool = False) -> Board:
    """The board of a store that holds just these events."""
    return build_board(week3(), stored(rows), now, live=live)


def lane(board: Board, metric: str) -> PanelNumbers:
    """One metric's lane."""
    return next(panel for panel in board.panels if panel.metric == metric)


def denials(first: datetime, number: int, every: float = 1.0) -> list[Row]:
    """So many refusals, each with an id of its own."""
    times = (first + timedelta(seconds=every * one) for one in range(number))
    return [event(AUTHZ, at, f"req_{one:06}", reason="AUTH_REQUIRED", statusCode=401) for one, at in enumerate(times)]


def outage(first: int, last: int, every: float = 5.0) -> list[Row]:
    """Auth 5xx from one minute to another."""
    return [
        event(AUTH, after(first, every * one), f"req_a{one:05}", statusCode=500, route="/api/auth/login")
        for one in range(int((last - first) * 60 / every))
    ]
