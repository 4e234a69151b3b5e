"""What goes into the store comes out sorted, once, and cut exactly at the window's edges."""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.events import ACK, AUTH, AUTHZ, HTTP, Row, after, event, http, parsed, stored, week3
from tui.metrics import table
from tui.metrics.store import Store
from tui.metrics.totals import totals
from tui.runbook.model import Stream

_MICROSECOND = timedelta(microseconds=1)


def test_a_window_is_open_at_its_start_and_closed_at_its_end() -> None:
    store = stored([http(after(0)), http(after(1)), http(after(1) + _MICROSECOND), http(after(2)), http(after(3))])
    found = store.window(Stream(metric=HTTP), after(1), after(2))
    assert found["at"].to_list() == [after(1) + _MICROSECOND, after(2)]
    assert store.count(HTTP, after(1), after(2)) == 2


def test_a_window_may_begin_with_the_first_event_and_holds_only_its_own_metric() -> None:
    store = stored([http(after(0)), event(AUTHZ, after(1), reason="AUTH_REQUIRED")])
    found = store.window(Stream(metric=AUTHZ), None, after(9))
    assert found["reason"].to_list() == ["AUTH_REQUIRED"]
    assert "durationMs" not in found.columns
    assert "metric" not in found.columns


def test_a_metric_without_events_answers_everything() -> None:
    store = stored([http(after(0))])
    assert store.window(Stream(metric=ACK), None, after(9)).is_empty()
    assert store.newest(ACK, after(9)) is None
    assert store.count(ACK, after(0), after(9)) == 0
    assert Store(week3()).span(after(9)) is None


@pytest.mark.parametrize(
    ("accepted", "statuses"),
    [
        (("5xx",), [500, 503]),
        ((401, "5xx"), [401, 500, 503]),
        (("401",), [401]),
        (("!200",), [401, 500, 503, None]),
        (("!5xx",), [200, 401, None]),
        (("!200", "!401"), [500, 503, None]),
        (("!5xx", 503), [200, 401, 503, None]),
    ],
)
def test_conditions_on_a_status(accepted: tuple[str | int, ...], statuses: list[int | None]) -> None:
    rows = [event(HTTP, after(number), statusCode=code) for number, code in enumerate((200, 401, 500, 503, None))]
    found = stored(rows).window(Stream(metric=HTTP, where={"statusCode": accepted}), None, after(9))
    assert found["statusCode"].to_list() == statuses


def test_conditions_on_words_and_on_several_fields() -> None:
    rows = [http(after(1), method="GET"), http(after(2)), http(after(3), route="/api/auth/me"), event(HTTP, after(4))]
    store = stored(rows)
    login = Stream(metric=HTTP, where={"method": ("POST",), "route": ("/api/auth/login",)})
    assert store.window(login, None, after(9))["at"].to_list() == [after(2)]
    not_post = Stream(metric=HTTP, where={"method": ("!POST",)})
    assert store.window(not_post, None, after(9))["at"].to_list() == [after(1), after(4)]
    assert store.window(Stream(metric=HTTP, where={"endpoint": ("/api/auth/me",)}), None, after(9)).height == 1


def test_nothing_later_than_until_is_looked_at() -> None:
    store = stored([http(after(1)), http(after(5)), event(AUTH, after(3), statusCode=500)])
    assert store.newest(HTTP, after(4)) == after(1)
    assert store.span(after(4)) == (after(1), after(3))
    assert store.span(after(0)) is None
    assert store.events(after(4), limit=9)["at"].to_list() == [after(1), after(3)]


def test_the_newest_match_is_found_however_far_back_but_not_in_the_future() -> None:
    rows = [http(after(1, 7), status=500), *(http(after(minute)) for minute in range(2, 200)), http(after(300), 502)]
    failed = Stream(metric=HTTP, where={"statusCode": ("5xx",)})
    store = stored(rows)
    assert store.newest_matching(failed, after(250)) == after(1, 7)
    assert store.newest_matching(failed, after(300)) == after(300)
    assert store.newest_matching(failed, after(1, 7)) == after(1, 7)
    assert store.newest_matching(failed, after(1, 6.9)) is None


def test_a_trace_crosses_metrics_and_sources_in_time_order_with_every_column() -> None:
    sha = b"\x01" * 32
    store = stored(
        [http(after(2), request_id="req_one1"), http(after(3), request_id="req_two2")],
        [event(AUTH, after(1), "req_one1", source=1, statusCode=500, sha256=sha)],
    )
    found = store.trace("req_one1")
    assert found["metric"].to_list() == [AUTH, HTTP]
    assert found["sha256"].to_list() == [sha, None]
    assert found.schema == parsed([]).events.schema
    assert store.trace("req_none").is_empty()


def test_the_newest_events_are_cut_to_the_limit_over_all_metrics() -> None:
    store = stored([*(http(after(minute)) for minute in range(6)), event(AUTH, after(4, 30), statusCode=500)])
    assert store.events(after(9), limit=3)["at"].to_list() == [after(4), after(4, 30), after(5)]
    assert store.events(after(9), limit=1, metrics=[AUTH])["metric"].to_list() == [AUTH]


def test_markers_come_oldest_first_and_once() -> None:
    def boot(minute: float, source: int) -> Row:
        return {"marker": "boot", "at": after(minute), "approximate": True, "source": source, "offset": 7, "length": 9}

    store = Store(week3())
    store.add(parsed([], [boot(5, 0), boot(2, 0)]))
    store.add(parsed([], [boot(2, 1), boot(3, 1)]))
    assert [(hit.at, hit.source) for hit in store.markers(after(4))] == [(after(2), 0), (after(3), 1)]


def test_totals_list_every_metric_and_name_what_is_absent() -> None:
    rows = [http(after(1)), http(after(2), status=500), event(ACK, after(3), flow="ack_delivered"), http(after(9))]
    found = totals(week3(), stored(rows), after(1), after(3))
    assert list(found) == [metric.id for metric in week3().metrics]
    assert (found[HTTP].events, found[HTTP].breakdown["statusCode"]) == (1, {"500": 1})
    assert found[ACK].breakdown == {"flow": {"ack_delivered": 1}, "reason": {"null": 1}, "statusCode": {"null": 1}}
    assert (found[AUTH].events, found[AUTH].breakdown["route"]) == (0, {})
    assert totals(week3(), stored(rows), None, after(9))[HTTP].breakdown["statusCode"] == {"200": 2, "500": 1}


def test_late_rows_of_any_age_land_in_order_across_many_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "SEGMENT_ROWS", 8)
    rows = [http(after(seconds=number // 3), offset=number) for number in range(300)]
    random.Random(7).shuffle(rows)  # noqa: S311 - a fixed order, not a secret
    store = stored(*(rows[at : at + 11] for at in range(0, 300, 11)))
    found = store.window(Stream(metric=HTTP), None, after(9))
    assert found["offset"].to_list() == list(range(300))
    assert store.count(HTTP, after(seconds=9), after(seconds=60)) == 51 * 3
    assert store.events(after(seconds=50), limit=4)["offset"].to_list() == [149, 150, 151, 152]


# --- overlapping sources --------------------------------------------------------------------------------------------


def _copies(source: int, *prints: int) -> list[Row]:
    return [
        http(after(seconds=one), fingerprint=one, source=source, offset=number) for number, one in enumerate(prints)
    ]


def test_the_same_record_of_another_source_is_kept_once() -> None:
    store = stored(_copies(0, 1, 2, 3), _copies(1, 2, 3, 4))
    assert store.window(Stream(metric=HTTP), None, after(9))["fingerprint"].to_list() == [1, 2, 3, 4]


def test_a_source_may_repeat_itself() -> None:
    assert stored(_copies(0, 5, 5, 5)).count(HTTP, after(0), after(9)) == 3


def test_equal_payloads_at_different_times_are_different_records() -> None:
    store = stored(
        [http(after(1), fingerprint=5)], [http(after(2), fingerprint=5, source=1)], [http(after(1), source=1)]
    )
    assert store.count(HTTP, after(0), after(9)) == 3


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3)), max_size=25).flatmap(
        lambda records: st.tuples(st.just(records), st.lists(st.integers(0, len(records)), max_size=5))
    )
)
def test_what_stays_is_the_most_any_source_has(drawn: tuple[list[tuple[int, int]], list[int]]) -> None:
    records, cuts = drawn
    rows = [
        http(after(seconds=one), fingerprint=one, source=source, offset=place)
        for place, (source, one) in enumerate(records)
    ]
    edges = [0, *sorted(cuts), len(rows)]
    store = stored(*(rows[start:end] for start, end in pairwise(edges)))
    counted = dict(store.window(Stream(metric=HTTP), None, after(9))["fingerprint"].value_counts().iter_rows())
    expected = {one: max(records.count((source, one)) for source in range(3)) for one in {one for _, one in records}}
    assert counted == expected


def test_many_rows_of_two_overlapping_sources_stay_sorted() -> None:
    rows = [http(after(seconds=number * 0.01), fingerprint=number) for number in range(2000)]
    again = [dict(row) | {"source": 1} for row in rows[500:]]
    store = stored(rows, *(again[at : at + 400] for at in range(0, 1500, 400)))
    found = store.window(Stream(metric=HTTP), None, after(9))
    assert found.height == 2000
    assert found["at"].is_sorted()
    assert found.filter(pl.col("source") == 1).is_empty()
