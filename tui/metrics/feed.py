"""Guarded events as rows to read, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.logs.schema import field_column

if TYPE_CHECKING:
    from datetime import datetime

    import polars as pl

    from tui.metrics.store import EventStore
    from tui.runbook.model import LogRules, Metric


@dataclass(frozen=True, slots=True)
class EventRow:
    """One guarded event: only what the runbook allows of a record."""

    at: datetime
    metric: str
    status: int | None = None
    route: str | None = None
    detail: str | None = None
    """Reason, code or flow, in the backend's own word."""
    amount: float | None = None
    unit: str = ""
    request_id: str | None = None


def event_rows(rules: LogRules, store: EventStore, until: datetime, limit: int) -> list[EventRow]:
    """The newest `limit` events up to `until`, the newest first."""
    return as_rows(rules, store.events(until, limit))


def as_rows(rules: LogRules, events: pl.DataFrame) -> list[EventRow]:
    """Rows for a table of events, oldest first there, the newest first here."""
    fields = {metric.id: _Fields.of(metric) for metric in rules.metrics}
    return [fields[row["metric"]].row(row) for row in events.iter_rows(named=True)][::-1]


@dataclass(frozen=True, slots=True)
class _Fields:
    """Which columns of a metric's records a row shows (runbook `feed`)."""

    status: str | None
    route: str | None
    words: tuple[str, ...]
    amount: str | None
    unit: str

    @classmethod
    def of(cls, metric: Metric) -> _Fields:
        kinds = {spec.kind: field_column(name, spec.kind) for name, spec in reversed(metric.fields.items())}
        words = tuple(name for name in metric.panel.feed if metric.fields[name].kind == "enum")
        amount = next((name for name in metric.panel.feed if metric.fields[name].kind == "number"), None)
        unit = metric.fields[amount].unit if amount else ""
        return cls(kinds.get("status"), kinds.get("route"), words, amount, unit)

    def row(self, record: dict[str, Any]) -> EventRow:
        said = [record[name] for name in self.words if record[name] is not None]
        return EventRow(
            at=record["at"],
            metric=record["metric"],
            status=record[self.status] if self.status else None,
            route=record[self.route] if self.route else None,
            detail=" ".join(said) or None,
            amount=record[self.amount] if self.amount else None,
            unit=self.unit,
            request_id=record["request_id"],
        )
