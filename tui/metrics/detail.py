"""One metric looked at closely: its measure over any stretch of time, who is behind it, real cases (runbook §2)."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

import polars as pl

from tui.logs.schema import field_column
from tui.metrics.feed import EventRow, as_rows
from tui.metrics.ground import Ground
from tui.metrics.lane import Lane
from tui.metrics.minutes import floor_minute
from tui.metrics.suggest import breaching_rows
from tui.metrics.totals import ABSENT
from tui.metrics.windows import (
    MINUTE,
    Question,
    breaching_expr,
    floor_index,
    microseconds,
    minute_time,
    panel_question,
    whole_minutes,
)
from tui.runbook.model import Count, Stream

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from tui.metrics.board import Episode
    from tui.metrics.store import EventStore
    from tui.runbook.model import LogRules, Metric

SAMPLES = 200

Values = tuple[str, ...]
"""One value for each field of a breakdown."""


@dataclass(frozen=True, slots=True)
class DetailQuestion:
    """What is asked of a metric. last: the chart's last whole minute; at: where breakdown and samples end."""

    metric: str
    minutes: int
    last: datetime
    at: datetime
    fields: Values
    """One or two of `breakdown_fields`."""


@dataclass(frozen=True, slots=True)
class CrossRow:
    """How often one value occurred, or one pair of values. base: its median over the windows that were normal."""

    values: Values
    count: int
    base: float | None


@dataclass(frozen=True, slots=True)
class Cross:
    """Events of the window by one field and then another: each leading value is followed by its pairs."""

    fields: Values
    window: timedelta
    rows: tuple[CrossRow, ...]
    total: CrossRow


@dataclass(frozen=True, slots=True)
class MetricDetail:
    """The answer. values: the panel's measure at each whole minute up to `asked.last`, oldest first."""

    asked: DetailQuestion
    values: tuple[float | None, ...]
    cross: Cross
    samples: tuple[EventRow, ...]
    """Events of the window that make the panel's rule true, the newest first; all of them where none does."""
    span: tuple[datetime, datetime] | None


def breakdown_fields(metric: Metric) -> tuple[str, ...]:
    """Fields that events can be counted by: those of the panel's breakdown, then enums, statuses, the route."""
    by_kind = (
        field_column(name, kind)
        for kind in ("enum", "status", "route")
        for name, spec in metric.fields.items()
        if spec.kind == kind
    )
    return tuple(dict.fromkeys((*metric.panel.breakdown, *by_kind)))


def views(metric: Metric) -> tuple[Values, ...]:
    """Every way to break a metric down: one field by another, the panel's own first."""
    fields = breakdown_fields(metric)
    pairs = tuple((one, other) for one in fields for other in fields if one != other)
    return pairs or tuple((one,) for one in fields)


def metric_detail(
    rules: LogRules, store: EventStore, asked: DetailQuestion, now: datetime, alerts: Iterable[Episode]
) -> MetricDetail:
    """Answer a question; nothing later than `now` counts."""
    metric = rules.metric(asked.metric)
    ground = Ground(rules, store, now)
    question = panel_question(rules, metric) or Question(metric, _all(metric), Count(), metric.panel.window)
    lane, last = Lane(store, ground, question, now), floor_index(asked.last)
    open_lives = [life for life in alerts if life.metric == metric.id and life.open]
    normal_until = min(asked.at, _undisturbed_until(rules, store, open_lives, now))
    return MetricDetail(
        asked,
        tuple(lane.at(minute) for minute in range(last - asked.minutes + 1, last + 1)),
        _cross(rules, store, metric, asked, normal_until),
        _samples(rules, store, metric, asked.at),
        ground.span,
    )


def rows_between(store: EventStore, metric: Metric, start: datetime, end: datetime) -> pl.DataFrame:
    """A metric's guarded events of (start, end]: time, requestId and its fields, oldest first."""
    fields = (field_column(name, spec.kind) for name, spec in metric.fields.items())
    return store.window(_all(metric), start, end).select("at", "request_id", *dict.fromkeys(fields))


def _all(metric: Metric) -> Stream:
    return Stream(metric=metric.id)


def _undisturbed_until(rules: LogRules, store: EventStore, lives: list[Episode], now: datetime) -> datetime:
    """The first breaching event of the oldest open episode, else now."""
    if not lives:
        return now
    oldest = min(lives, key=lambda life: life.pending_at)
    known = [rule for rule in rules.rules if rule.id == oldest.rule]
    if not known:
        return oldest.pending_at
    start = oldest.pending_at - known[0].window
    first = breaching_rows(store, rules, known[0], start, oldest.pending_at)["at"].head(1).to_list()
    return next(iter(first), oldest.pending_at)


def _cross(rules: LogRules, store: EventStore, metric: Metric, asked: DetailQuestion, normal_until: datetime) -> Cross:
    window, fields = metric.panel.window, asked.fields
    now_counts = _counts(store.window(_all(metric), asked.at - window, asked.at), fields)
    before = _normal_windows(rules, store, metric, normal_until)
    rows = [
        CrossRow(values, count, _base(before, fields, values))
        for values, count in sorted(now_counts.items(), key=lambda pair: _order(now_counts, *pair))
    ]
    total = sum(count for values, count in now_counts.items() if len(values) == 1)
    return Cross(fields, window, tuple(rows), CrossRow((), total, _base(before, fields, ())))


def _order(counts: dict[Values, int], values: Values, count: int) -> tuple[int, str, int, int, Values]:
    """Leading values by how frequent they are, each followed by its pairs in the same way."""
    return (-counts[values[:1]], values[0], len(values), -count, values)


def _counts(rows: pl.DataFrame, fields: Values) -> dict[Values, int]:
    """How often each leading value and each pair occurred."""
    found: dict[Values, int] = {}
    if rows.is_empty():
        return found
    for depth in range(1, len(fields) + 1):
        counted = rows.group_by(fields[:depth]).len("")
        found |= {tuple(map(_named, values)): count for *values, count in counted.iter_rows()}
    return found


def _named(value: str | float | None) -> str:
    return ABSENT if value is None else str(value)


def _normal_windows(rules: LogRules, store: EventStore, metric: Metric, until: datetime) -> list[pl.DataFrame]:
    """Rows of the windows before `until`, one after another, that lie wholly inside the data."""
    window, end = metric.panel.window, floor_minute(until)
    span = store.span(until)
    if span is None:
        return []
    first = floor_minute(span[0]) + window
    ends = [end - number * window for number in range(rules.baseline.windows)]
    rows = store.window(_all(metric), end - window * rules.baseline.windows, end)
    clock = rows["at"].to_physical()
    found = []
    for one in ends:
        if one >= first:
            low = clock.search_sorted(microseconds(one - window), side="right")
            high = clock.search_sorted(microseconds(one), side="right")
            found.append(rows.slice(low, high - low))
    return found


def _base(windows: list[pl.DataFrame], fields: Values, values: Values) -> float | None:
    if not windows:
        return None
    counts = []
    for rows in windows:
        tests = [
            pl.col(field).is_null() if value == ABSENT else pl.col(field).cast(pl.String) == value
            for field, value in zip(fields, values, strict=False)
        ]
        counts.append(rows.filter(tests).height if tests else rows.height)
    return float(median(counts))


def _samples(rules: LogRules, store: EventStore, metric: Metric, at: datetime) -> tuple[EventRow, ...]:
    rows = store.window(_all(metric), at - metric.panel.window, at)
    rule = rules.rule(metric.panel.rule) if metric.panel.rule else None
    if rule is not None and rule.stream.metric == metric.id:
        breaching = breaching_expr(rule, metric)
        over = rows if breaching is None else rows.filter(breaching)
        rows = over if over.height else rows
    return tuple(as_rows(rules, rows.tail(SAMPLES).with_columns(metric=pl.lit(metric.id))))


def chart_minutes(store: EventStore, now: datetime) -> int:
    """Whole minutes from the first event to `now`: no chart has to reach further back."""
    span = store.span(now)
    return 1 if span is None else max(1, whole_minutes(floor_minute(now) - floor_minute(span[0]) + MINUTE))


def minute_at(last: datetime, minutes: int, index: int) -> datetime:
    """Time of the value number `index` of a chart."""
    return minute_time(floor_index(last) - minutes + 1 + index)
