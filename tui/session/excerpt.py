"""The guarded events around an incident, for those who look at it later (runbook §9): a log that can be read again.

A line is a record as the runbook describes them, with nothing in it but what the guardrail let through, and with the
place that it came from. So every command reads an excerpt as it reads the log itself.
"""

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
    from tui.runbook.model import LogRules, Metric
    from tui.session.engine import Engine

AROUND = timedelta(minutes=30)
_JUST_BEFORE = timedelta(microseconds=1)
_PLACE = ("offset", "length", "sub")


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
    rows: list[tuple[Metric, dict[str, Any]]] = []
    for metric in engine.runbook.metrics:
        since = max(start, kept.get(metric.id, start))
        rows += ((metric, row) for row in _rows(engine, metric, since, stop))
    rows.sort(key=lambda found: (found[1]["at"], found[1]["source"], found[1]["offset"], found[1]["sub"]))
    names, said = engine.place_names(), {"drill": True} if state.drill else {}
    return b"".join(
        orjson.dumps({**_record(engine.runbook, metric, row), **said, "source": names[row["source"]], **_place(row)})
        + b"\n"
        for metric, row in rows
    )


def _rows(engine: Engine, metric: Metric, start: datetime, stop: datetime) -> Iterator[dict[str, Any]]:
    found = engine.store.window(Stream(metric=metric.id), start - _JUST_BEFORE, stop)
    return found.iter_rows(named=True)


def _record(rules: LogRules, metric: Metric, row: dict[str, Any]) -> dict[str, Any]:
    """The event under the keys that the runbook reads it by; what it does not have is left out."""
    keys, at = rules.record, row["at"]
    fields = {key: row[field_column(key, spec.kind)] for key, spec in metric.fields.items()}
    return {
        keys.time: at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        keys.request_id: row["request_id"],
        keys.name: metric.id,
        **{key: value for key, value in fields.items() if value is not None},
    }


def _place(row: dict[str, Any]) -> dict[str, Any]:
    """Where the record lay in its source, so that an event can be told from its twin and found again there."""
    return {name: row[name] for name in _PLACE}
