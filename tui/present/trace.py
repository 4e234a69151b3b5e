"""What `guardia trace` prints: every guarded event of one requestId, in time order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from tui.runbook.load import LoadedRunbook

_IDENTITY = frozenset({"at", "metric", "request_id", "source", "offset", "length", "sub", "fingerprint", "sha256"})


def trace_result(request_id: str, events: pl.DataFrame, sources: Sequence[str]) -> dict[str, Any]:
    """The object of `trace --json`: schema 1 of `docs/schemas/trace.schema.json`.

    `events` is what the store knows of the id, sorted by time; `sources` names each value of its `source` column.
    """
    rows = [_event(row, sources) for row in events.iter_rows(named=True)]
    return {
        "schema": 1,
        "request_id": request_id,
        "first": rows[0]["at"] if rows else None,
        "last": rows[-1]["at"] if rows else None,
        "events": rows,
    }


def _event(row: dict[str, Any], sources: Sequence[str]) -> dict[str, Any]:
    return {
        "at": row["at"].isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "metric": row["metric"],
        "fields": {name: value for name, value in row.items() if name not in _IDENTITY and value is not None},
        "source": sources[row["source"]],
        "offset": row["offset"],
        "length": row["length"],
        "sub": row["sub"],
    }


def trace_lines(result: dict[str, Any], loaded: LoadedRunbook) -> Iterator[str]:
    """The readable form: one event a line, with the gap since the one before it in milliseconds."""
    previous = None
    for event in result["events"]:
        at = _milliseconds(event["at"])
        gap = "" if previous is None else f"+{at - previous} ms"
        previous = at
        fields = "  ".join(
            f"{name} {value:g}" if isinstance(value, float) else f"{value}" for name, value in event["fields"].items()
        )
        name = loaded.texts.short(f"metric.{event['metric']}")
        yield f"{event['at'][11:23]}  {gap:>10}  {name:<18}  {fields}  {event['source']}:{event['offset']}"


def _milliseconds(text: str) -> int:
    from datetime import datetime

    return round(datetime.fromisoformat(text).timestamp() * 1000)
