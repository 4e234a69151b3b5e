"""Everything that the events say of one requestId, over all sources, in time order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tui.metrics.feed import EventRow, as_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from tui.runbook.model import LogRules, Metric

_UNITS = {"ms": timedelta(milliseconds=1), "s": timedelta(seconds=1), "us": timedelta(microseconds=1)}


@dataclass(frozen=True, slots=True)
class TraceRow:
    """One event. took: how long it lasted until its own time, where its record says so."""

    row: EventRow
    source: str
    took: timedelta | None


def trace_rows(rules: LogRules, events: pl.DataFrame, sources: Sequence[str]) -> tuple[TraceRow, ...]:
    """Rows of a trace as the store gives it; `sources` names each value of its `source` column."""
    durations = {metric.id: _duration_field(metric) for metric in rules.metrics}
    shown = as_rows(rules, events)[::-1]
    found = []
    for row, record in zip(shown, events.iter_rows(named=True), strict=True):
        name, unit = durations[row.metric]
        took = record[name] * unit if name and record[name] is not None else None
        found.append(TraceRow(row, sources[record["source"]], took))
    return tuple(found)


def _duration_field(metric: Metric) -> tuple[str, timedelta]:
    """The field that says how long it took: the first number in a unit of time."""
    for name, spec in metric.fields.items():
        if spec.kind == "number" and spec.unit in _UNITS:
            return name, _UNITS[spec.unit]
    return "", timedelta()
