"""The board: badges, suggestion, anchor, silence, baselines; the same from any order of rows."""

from __future__ import annotations

import random
from dataclasses import fields
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.events import (
    ACK,
    AUTH,
    AUTHZ,
    CATCHUP,
    HTTP,
    after,
    board_of,
    denials,
    event,
    http,
    lane,
    outage,
    parsed,
    stored,
    traffic,
    week3,
)
from tui.metrics.board import Board, State
from tui.metrics.build import build_board
from tui.metrics.store import Store

# --- badges and episodes ----------------------------------------------------------------------------------------------


def test_calm_is_ok_everywhere_and_suggests_nothing() -> None:
    board = board_of(traffic(after(0), after(30)), after(30))
    assert {panel.badge.label for panel in board.panels} == {"OK"}
    assert (board.suggestion, board.alerts, board.silent_since) == (None, (), None)
    assert board.events_per_second == 1.0
    assert board.lag == 0.0


def test_pending_is_watched_with_its_countdown_and_no_severity() -> None:
    board = board_of([*traffic(after(0), after(20)), *denials(after(9, 30), 50, 0.5)], after(12))
    panel = lane(board, AUTHZ)
    assert (panel.badge.label, panel.value, panel.threshold, panel.op) == ("WATCH", 50.0, 40.0, ">")
    assert (panel.fires_at, panel.ack_since) == (after(20), None)
    assert panel.minute_severity[-4:] == (None, "", "", "")
    assert board.suggestion is not None
    assert (board.suggestion.severity, board.suggestion.metric) == (None, AUTHZ)
    assert board.suggestion.anchor is not None


def test_the_worst_rule_that_fires_leads_and_both_clocks_count_from_the_first_that_fired() -> None:
    rows = [*traffic(after(0), after(30)), *outage(10, 30)]
    panel = lane(board_of(rows, after(17)), AUTH)
    assert panel.badge.label == "SEV1"
    assert panel.leading is not None
    assert panel.leading.rule == "auth-5xx-sustained"
    assert panel.leading.fired_at == after(14)
    assert (panel.ack_since, panel.fires_at) == (after(14), None)
    assert panel.minute_severity[-8:] == ("", "", "", "", "SEV1", "SEV1", "SEV1", "SEV1")


def test_over_the_limit_between_two_evaluations_is_never_green() -> None:
    rows = [*traffic(after(0), after(30)), *denials(after(12, 10), 45, 0.1)]
    board = board_of(rows, after(12, 30))
    assert lane(board, AUTHZ).badge.state is State.WATCH
    assert (board.alerts, board.suggestion, lane(board, AUTHZ).fires_at) == ((), None, None)


def test_the_amber_band_is_watched_without_a_countdown() -> None:
    slow = [event(CATCHUP, after(9, second), durationMs=700.0, statusCode=200) for second in range(30)]
    panel = lane(board_of([*traffic(after(0), after(20)), *slow], after(10)), CATCHUP)
    assert (panel.badge.label, panel.amber, panel.fires_at, panel.leading) == ("WATCH", 500.0, None, None)


def test_a_quiet_rare_metric_is_zero_and_fine_while_the_base_runs() -> None:
    panel = lane(board_of(traffic(after(0), after(70)), after(70)), ACK)
    assert (panel.badge.label, panel.value, panel.newest) == ("OK", 0.0, None)
    assert panel.minutes == (0.0,) * 60


def test_where_there_is_no_data_there_is_no_number() -> None:
    board = board_of(traffic(after(0), after(10)), after(30))
    for panel in board.panels:
        assert panel.value is None
        assert panel.minutes[-16:] == (None,) * 16
    assert lane(board, ACK).minutes[-17] == 0.0


# --- suggestion and anchor -------------------------------------------------------------------------------------------


def test_the_anchor_is_the_earliest_usable_breaching_event_of_the_pending_window() -> None:
    unusable = [event(AUTH, after(10, 1), None), event(AUTH, after(10, 2), "invalid")]
    rows = [*traffic(after(0), after(30)), *unusable, *outage(11, 30)]
    suggestion = board_of(rows, after(20)).suggestion
    assert suggestion is not None
    assert suggestion.anchor is not None
    assert (suggestion.severity, suggestion.metric, suggestion.rule) == ("SEV1", AUTH, "auth-5xx-sustained")
    assert (suggestion.anchor.request_id, suggestion.anchor.at) == ("req_a00000", after(11))
    assert len({sample.request_id for sample in suggestion.samples} | {"req_a00000"}) == 9
    assert [sample.at for sample in suggestion.samples] == sorted((one.at for one in suggestion.samples), reverse=True)
    assert suggestion.samples[0].at == after(20)


def test_the_anchor_of_a_quantile_is_over_its_limit_and_that_of_a_share_matches() -> None:
    slow = [
        event(CATCHUP, after(9, one), f"req_c{one:05}", durationMs=100.0 if one < 10 else 3000.0, statusCode=200)
        for one in range(40)
    ]
    suggestion = board_of([*traffic(after(0), after(20)), *slow], after(10)).suggestion
    assert suggestion is not None
    assert suggestion.anchor is not None
    assert suggestion.anchor.request_id == "req_c00010"
    logins = [http(after(9, one), 200 if one < 5 else 503, request_id=f"req_l{one:05}") for one in range(40)]
    suggestion = board_of([*traffic(after(0), after(20)), *logins], after(10)).suggestion
    assert suggestion is not None
    assert suggestion.anchor is not None
    assert (suggestion.rule, suggestion.anchor.request_id) == ("login-down", "req_l00005")


def test_dominant_goes_by_severity_then_distance_from_the_limit() -> None:
    failures = [event(ACK, after(0, one * 2), flow="ack_delivered") for one in range(600)]
    twice = [*traffic(after(0), after(30)), *denials(after(0), 1200), *failures]
    suggestion = board_of(twice, after(19)).suggestion
    assert suggestion is not None
    assert (suggestion.severity, suggestion.metric) == ("SEV2", ACK)
    suggestion = board_of([*twice, *outage(11, 19)], after(19)).suggestion
    assert suggestion is not None
    assert (suggestion.severity, suggestion.metric) == ("SEV1", AUTH)


def test_the_last_error_is_the_newest_of_what_is_suggested_else_of_any_error() -> None:
    rows = [*traffic(after(0), after(40)), *outage(10, 12), http(after(30), 502, route="/api/auth/me")]
    assert board_of(rows, after(14)).last_error == after(11, 55)
    assert board_of(rows, after(29)).last_error == after(11, 55)
    assert board_of(rows, after(40)).last_error == after(30)
    assert board_of(traffic(after(0), after(9)), after(9)).last_error is None


# --- baseline and trend ----------------------------------------------------------------------------------------------


def test_the_baseline_is_the_median_of_the_windows_before_the_first_breaching_event() -> None:
    calm = [one for window in range(24) for one in denials(after(5 * window, 10), 4 if window % 2 else 2)]
    panel = lane(board_of([*traffic(after(0), after(125)), *calm, *denials(after(120, 5), 90)], after(123)), AUTHZ)
    assert panel.baseline is not None
    assert (panel.baseline.value, panel.baseline.same_hour, panel.value) == (3.0, False, 90.0)
    assert panel.ratio == 30.0


def test_only_windows_inside_the_data_count_and_zero_gives_no_ratio() -> None:
    board = board_of([*traffic(after(0), after(12)), *denials(after(3), 8)], after(12))
    baseline = lane(board, AUTHZ).baseline
    assert baseline is not None
    assert baseline.value == 4.0
    assert lane(board, ACK).ratio is None
    assert lane(board_of(traffic(after(0), after(4)), after(4)), HTTP).baseline is None


def test_with_a_day_of_data_the_same_hour_of_earlier_days_says_what_is_normal() -> None:
    day = 24 * 60
    base = traffic(after(0), after(2 * day + 60), every=20.0)
    yesterday = [one for window in range(12) for one in denials(after(day + 5 * window, 10), 6)]
    panel = lane(board_of([*base, *yesterday, *denials(after(2 * day + 57), 3)], after(2 * day + 60)), AUTHZ)
    assert panel.baseline is not None
    assert panel.baseline.same_hour
    assert panel.baseline.value == 3.0


@pytest.mark.parametrize(("rise_from", "rises"), [(60, True), (75, False)])
def test_a_slow_rise_is_a_trend_once_it_has_held(rise_from: int, *, rises: bool) -> None:
    calm = denials(after(0, 5), rise_from, every=60.0)
    risen = denials(after(rise_from, 5), (100 - rise_from) * 5, every=12.0)
    board = board_of([*traffic(after(0), after(100)), *calm, *risen], after(100))
    assert lane(board, AUTHZ).trend is rises
    assert lane(board, AUTHZ).badge.label == "OK"
    assert not lane(board, HTTP).trend


def test_breakdown_and_figures_cover_the_panels_window() -> None:
    failures = [
        event(ACK, after(6, one), flow="reconcile_status", reason=reason, deliveredFailed=2.0, readFailed=1.0)
        for one, reason in enumerate(["INTERNAL_ERROR", "PARTIAL_FAILURE", "PARTIAL_FAILURE", None])
    ]
    panel = lane(board_of([*traffic(after(0), after(9)), *failures], after(9)), ACK)
    assert [(row.values[1], row.count) for row in panel.breakdown] == [
        ("PARTIAL_FAILURE", 2),
        ("INTERNAL_ERROR", 1),
        ("null", 1),
    ]
    assert {figure.id: figure.value for figure in panel.figures} == {"delivered-failed": 8.0, "read-failed": 4.0}
    calm = lane(board_of(traffic(after(0), after(9)), after(9)), ACK)
    assert (calm.breakdown, {figure.value for figure in calm.figures}) == ((), {0.0})


def test_clocks_gone_mad_break_nothing_and_never_move_now() -> None:
    ends = [datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)]
    mad = [event(metric, at, statusCode=500, durationMs=9e3) for at in ends for metric in (AUTH, HTTP, CATCHUP)]
    board = board_of([*traffic(after(0), after(20)), *mad], after(20))
    assert {panel.badge.label for panel in board.panels} == {"OK"}
    assert lane(board, AUTH).minutes[-19:] == (0.0,) * 19
    for at in ends:
        assert board_of(mad, at).panels


# --- the same rows, however they come ---------------------------------------------------------------------------------


def same(one: Board, other: Board) -> bool:
    return all(getattr(one, part.name) == getattr(other, part.name) for part in fields(Board))


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.integers(10, 90), st.integers(600, 1900))
def test_any_order_and_any_blocks_give_the_same_board(seed: int, size: int, second: int) -> None:
    rows = [*traffic(after(0), after(30), 7.0), *outage(11, 18, 10.0), *denials(after(5), 60, 11.0)]
    rows += [event(CATCHUP, after(4, 9.0 * one), f"req_c{one:05}", durationMs=20.0 * one) for one in range(120)]
    whole = build_board(week3(), stored(rows), after(seconds=second), live=False)
    order = random.Random(seed)  # noqa: S311 - an order to be repeated, not a secret
    order.shuffle(rows)
    store = Store(week3())
    for start in range(0, len(rows), size):
        store.add(parsed(rows[start : start + size]))
        if order.random() < 0.1:
            build_board(week3(), store, after(seconds=order.randrange(2400)), live=True)
    assert same(build_board(week3(), store, after(seconds=second), live=False), whole)


def test_what_comes_later_does_not_change_an_earlier_board() -> None:
    rows = [*traffic(after(0), after(40), 2.0), *outage(11, 40)]
    until = [row for row in rows if str(row["at"]) <= str(after(17, 20))]
    assert same(board_of(rows, after(17, 20)), board_of(until, after(17, 20)))
