"""Counts over a whole span, for `check --json`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from tui.logs.schema import field_column
from tui.metrics.condensed import ROWS

if TYPE_CHECKING:
    from datetime import datetime

    from tui.metrics.store import EventStore
    from tui.runbook.model import LogRules, Metric

ABSENT = "null"
"""How a breakdown names the value of a record that does not carry the field (contracts §7)."""


@dataclass(frozen=True, slots=True)
class MetricTotals:
    """Events of a metric, and how often each value of its enum, status and route fields occurred (most first)."""

    events: int
    breakdown: dict[str, dict[str, int]]


def totals(rules: LogRules, store: EventStore, since: datetime | None, until: datetime) -> dict[str, MetricTotals]:
    """Totals of (since, until] for every metric of the runbook, in its order, also those without events."""
    return {metric.id: _totals(metric, store, since, until) for metric in rules.metrics}


def _totals(metric: Metric, store: EventStore, since: datetime | None, until: datetime) -> MetricTotals:
    fields = (field_column(name, spec.kind) for name, spec in metric.fields.items() if spec.kind != "number")
    columns = list(dict.fromkeys(fields))
    kinds = store.kinds(metric.id, columns, since, until)
    return MetricTotals(int(kinds[ROWS].sum()), {column: _counts(kinds, column) for column in columns})


def _counts(kinds: pl.DataFrame, column: str) -> dict[str, int]:
    """How often each value occurs, as strings, the most frequent first, then in their own order."""
    value = pl.col(column).cast(pl.String).fill_null(ABSENT)
    counted = kinds.group_by(value).agg(pl.col(ROWS).sum())
    return dict(sorted(counted.iter_rows(), key=lambda pair: (-pair[1], pair[0])))
