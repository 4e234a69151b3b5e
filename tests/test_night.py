"""The real night, to the minute: totals, breakdowns, percentiles, episodes, suggestion."""

from __future__ import annotations

import gzip
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from tests.events import AUTH, AUTHZ, CATCHUP, week3
from tests.samples import NIGHT, answers, needs_samples
from tui.logs.parse import Parser
from tui.logs.schema import line_schema
from tui.metrics.build import build_board
from tui.metrics.store import Store
from tui.metrics.totals import totals
from tui.metrics.windows import floor_index, panel_question

if TYPE_CHECKING:
    from tui.metrics.board import Board


@cache
def night() -> Store:
    lines = gzip.decompress(NIGHT.read_bytes()).split(b"\n")[:-1]
    starts = pl.Series([0, *(len(line) + 1 for line in lines)]).cum_sum()[:-1]
    frame = pl.DataFrame({"text": [line.decode() for line in lines], "offset": starts}).with_columns(
        length=pl.col("text").str.len_bytes(), sub=0, hint=None, reject=None
    )
    store, parser = Store(week3()), Parser(week3(), source=0)
    for block in frame.select(pl.col(name).cast(kind) for name, kind in line_schema().items()).iter_slices(9_000):
        store.add(parser.parse(block))
    return store


def night_board(clock: str) -> Board:
    return build_board(week3(), night(), datetime.fromisoformat(f"2026-11-19T{clock}+00:00"), live=False)


RULES = {
    "realtime-authz-denied": "authz_gt40_5m_for10m",
    "realtime-catchup-p95": "catchup_p95_gt1000_for10m_linear",
    "chat-ack-failures": "ack_gt5_5m_for10m",
    "auth-5xx": "auth5xx_gt0_5m_for5m",
    "login-down": "login_down_share_ge0.5_5m_n20_for2m",
    "auth-5xx-sustained": "auth5xx_sustained_active_minutes_ge3_5m_for2m",
    "realtime-unusable": "realtime_unusable_share_ge0.5_5m_n20_for5m",
}


@needs_samples
@pytest.mark.parametrize("rule", RULES)
def test_every_episode_of_the_night_is_right_to_the_minute(rule: str) -> None:
    known = answers("real-night-part1.ndjson")["rules"][RULES[rule]]
    keys = ("condition_true_from", "fires_at", "condition_false_at")
    expected = [
        (*(one[key] and datetime.fromisoformat(one[key]) for key in keys), one["peak"])
        for one in (*known["episodes"], *known["pending_only"])
    ]
    alerts = [alert for alert in night_board("22:45:00").alerts if alert.rule == rule]
    assert [(one.pending_at, one.fired_at, one.resolved_at, one.peak) for one in alerts] == expected


@needs_samples
def test_every_percentile_of_the_night_is_right() -> None:
    question = panel_question(week3(), week3().metric(CATCHUP))
    assert question is not None
    series = night().minutes(question, datetime.fromisoformat("2026-11-19T22:45:00Z"))
    for start, known in answers("real-night-part1.ndjson")["catchup_5m_tumbling"].items():
        end = datetime.fromisoformat(start) + timedelta(minutes=5)
        assert series.get(floor_index(end)) == pytest.approx(known["all_status"]["linear"]["p95"], abs=0.005)


@needs_samples
def test_every_total_of_the_night_is_right() -> None:
    known: dict[str, Any] = answers("real-night-part1.ndjson")
    found = totals(week3(), night(), None, datetime.fromisoformat("2026-11-19T22:45:00Z"))
    assert {metric: one.events for metric, one in found.items()} == known["metric_totals"]
    for metric, breakdown in known["breakdowns"].items():
        routes = breakdown.get("endpoint_normalized", breakdown.get("endpoint"))
        assert found[metric].breakdown.get("route") == routes
        shared = found[metric].breakdown.keys() & breakdown.keys()
        assert {field: found[metric].breakdown[field] for field in shared} == {
            field: breakdown[field] for field in shared
        }


@needs_samples
def test_the_night_at_its_worst_and_before() -> None:
    worst = night_board("22:10:00")
    assert worst.suggestion is not None
    assert (worst.suggestion.severity, worst.suggestion.metric) == ("SEV1", AUTH)
    assert worst.suggestion.anchor is not None
    assert worst.suggestion.anchor.request_id.encode() in gzip.decompress(NIGHT.read_bytes())
    near_miss = night_board("21:40:00")
    assert {panel.metric: panel.badge.label for panel in near_miss.panels}[AUTHZ] == "WATCH"
    assert near_miss.suggestion is not None
    assert near_miss.suggestion.severity is None
    assert {panel.badge.label for panel in night_board("21:10:00").panels} == {"OK"}
