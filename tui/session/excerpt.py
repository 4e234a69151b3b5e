"""The guarded events around an incident, one JSON object a line, for those who look at it later (runbook §9)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson

from tui.logs.schema import field_column
from tui.metrics.retention import kept_since
from tui.runbook.model import Stream

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tui.incident.state import IncidentState
    from tui.runbook.model import Metric
    from tui.session.engine import Engine

AROUND = timedelta(minutes=30)
_JUST_BEFORE = timedelta(microseconds=1)


def excerpt(engine: Engine, state: IncidentState) -> bytes:
    """Events from 30 min before the start to 30 min after the last word on it, oldest first.

    What is past its retention class, by the log's own clock, is left out. To be called on the engine's thread.
    """
    from tui.incident.times import times

    known = times(state)
    until = known.resolved or known.mitigated or (state.numbers.until if state.numbers else None)
    end = engine.end()
    if known.started is None or until is None or end is None:
        return b""
    start, stop = known.started - AROUND, min(until + AROUND, end)
    kept = kept_since(engine.runbook, end)
    rows: list[tuple[datetime, int, int, dict[str, Any]]] = []
    for metric in engine.runbook.metrics:
        since = max(start, kept.get(metric.id, start))
        rows += ((row["at"], row["source"], row["offset"], row) for row in _rows(engine, metric, since, stop))
    rows.sort(key=lambda row: row[:3])
    names = engine.place_names()
    return b"".join(orjson.dumps(_event(row, names)) + b"\n" for *_place, row in rows)


def _rows(engine: Engine, metric: Metric, start: datetime, stop: datetime) -> Iterator[dict[str, Any]]:
    columns = [field_column(name, spec.kind) for name, spec in metric.fields.items()]
    found = engine.store.window(Stream(metric=metric.id), start - _JUST_BEFORE, stop)
    for row in found.iter_rows(named=True):
        fields = {name: row[name] for name in columns if row[name] is not None}
        yield {**row, "metric": metric.id, "fields": fields}


def _event(row: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {
        "at": row["at"].isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "metric": row["metric"],
        "request_id": row["request_id"],
        "fields": row["fields"],
        "source": names[row["source"]],
        "offset": row["offset"],
        "length": row["length"],
        "sub": row["sub"],
    }
