"""What some days of logs say in the whole: the routes that went wrong or were slow, and when nothing came. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from tui.metrics.livetime import LiveTime
from tui.metrics.windows import condition_expr
from tui.runbook.model import Stream

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tui.metrics.store import EventStore
    from tui.runbook.model import LogRules, Metric

_WORST = 10
_SLOW_QUANTILE = 0.95
_ROUTE = "route"


@dataclass(frozen=True, slots=True)
class FailingRoute:
    """How many of a route's events are errors by the runbook's own list."""

    metric: str
    route: str
    errors: int
    events: int

    @property
    def share(self) -> float:
        """Errors of all its events, 0-1."""
        return self.errors / self.events


@dataclass(frozen=True, slots=True)
class SlowRoute:
    """A high quantile of a number that is measured in time."""

    metric: str
    route: str
    field: str
    unit: str
    value: float
    events: int


@dataclass(frozen=True, slots=True)
class Gap:
    """The base stream was silent in (start, end]: from when its quiet counted as silence to its next event."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole of (since, until], the worst first, gaps in the order of time."""

    failing: tuple[FailingRoute, ...]
    slow: tuple[SlowRoute, ...]
    gaps: tuple[Gap, ...]


def overview(rules: LogRules, store: EventStore, since: datetime, until: datetime) -> Overview:
    """Look over (since, until]. Rows that are kept as counts only say nothing about routes."""
    failing = [route for stream in rules.errors for route in _failing(rules, store, stream, since, until)]
    slow = [route for metric in rules.metrics for route in _slow(rules, metric, store, since, until)]
    return Overview(
        failing=tuple(sorted(failing, key=lambda one: (-one.errors, one.metric, one.route))[:_WORST]),
        slow=tuple(sorted(slow, key=lambda one: (-one.value, one.metric, one.route))[:_WORST]),
        gaps=tuple(_gaps(rules, store, since, until)),
    )


def _gaps(rules: LogRules, store: EventStore, since: datetime, until: datetime) -> Iterator[Gap]:
    """The silences; data that begins within a moment after `since` leaves no gap before it."""
    for start, end in LiveTime(rules, store, until).silences(since):
        if end - start >= rules.silence.at_least:
            yield Gap(start, end)


def _failing(
    rules: LogRules, store: EventStore, stream: Stream, since: datetime, until: datetime
) -> Iterator[FailingRoute]:
    metric = rules.metric(stream.metric)
    if not _has_routes(metric):
        return
    where = condition_expr(stream.where, metric)
    errors = pl.len() if where is None else where.sum()
    rows = store.window(Stream(metric=metric.id), since, until)
    counted = rows.drop_nulls(_ROUTE).group_by(_ROUTE).agg(errors=errors, events=pl.len())
    for route, wrong, events in counted.filter(pl.col("errors") > 0).iter_rows():
        yield FailingRoute(metric.id, str(route), wrong, events)


def _slow(rules: LogRules, metric: Metric, store: EventStore, since: datetime, until: datetime) -> Iterator[SlowRoute]:
    """Routes with enough events to speak of a quantile, by the number that the runbook's trend asks for."""
    timed = [(name, spec.unit) for name, spec in metric.fields.items() if spec.kind == "number" and spec.unit]
    if not timed or not _has_routes(metric):
        return
    rows = store.window(Stream(metric=metric.id), since, until).drop_nulls(_ROUTE)
    for field, unit in timed:
        value = pl.col(field).quantile(_SLOW_QUANTILE, interpolation="linear")
        measured = rows.group_by(_ROUTE).agg(value=value, events=pl.col(field).count())
        enough = measured.filter(pl.col("events") >= rules.trend.minimum)
        for route, found, events in enough.iter_rows():
            yield SlowRoute(metric.id, str(route), field, unit, found, events)


def _has_routes(metric: Metric) -> bool:
    return any(spec.kind == "route" for spec in metric.fields.values())
