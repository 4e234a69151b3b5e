"""Guarded copies of pinned events, beside the journal, whose entries hold hashes only (contracts §5, runbook §9).

A copy holds what the guardrail let through of a record and nothing else of its line. Copies can be pruned when they are
past their retention; the hash in the journal outlives them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import orjson

from tui.logs.schema import field_column
from tui.metrics.retention import kept_since
from tui.session.atomic import write_private

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tui.incident.facts import Found, LogRecord
    from tui.session.engine import Engine

_HASH = re.compile(r"[0-9a-f]{64}")


def evidence_folder(data_dir: Path) -> Path:
    """Folder of the copies."""
    return data_dir / "evidence"


def copy_path(data_dir: Path, sha256: str) -> Path:
    """Path of a record's copy; ValueError for what is no hash, such as a way out of the folder."""
    if not _HASH.fullmatch(sha256):
        raise ValueError("not a sha256")
    return evidence_folder(data_dir) / f"{sha256}.json"


def keep_copies(engine: Engine, found: Iterable[Found], data_dir: Path) -> tuple[Path, ...]:
    """Write a copy of each found record, if there is none yet; the paths of all. Raises OSError.

    What is past its retention, live by the wall clock and in review by the log's own, gets none. To be called on the
    engine's thread.
    """
    kept = []
    since = kept_since(engine.runbook, engine.now() if engine.live else engine.end() or engine.now())
    for request_id, record in ((one.request_id, one.record) for one in found if one.record):
        if record.at and record.at < since.get(record.metric or "", record.at):
            continue
        fields = _guarded(engine, request_id, record)
        if fields is not None:
            path = copy_path(data_dir, record.sha256)
            if not path.exists():
                write_private(path, orjson.dumps(_copy(request_id, record, fields), option=orjson.OPT_INDENT_2))
            kept.append(path)
    return tuple(kept)


def read_copy(data_dir: Path, sha256: str) -> dict[str, Any] | None:
    """Return what `keep_copies` wrote of a record; None when there is no copy, or none that can be read."""
    try:
        copy = orjson.loads(copy_path(data_dir, sha256).read_bytes())
    except (OSError, ValueError):
        return None
    return copy if isinstance(copy, dict) else None


def _copy(request_id: str, record: LogRecord, fields: dict[str, Any]) -> dict[str, Any]:
    at = record.at and record.at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return {
        "schema": 1,
        "request_id": request_id,
        "at": at,
        "metric": record.metric,
        "fields": fields,
        "source": record.source.name,
        "offset": record.offset,
        "length": record.length,
        "sub": record.sub,
        "sha256": record.sha256,
    }


def _guarded(engine: Engine, request_id: str, record: LogRecord) -> dict[str, Any] | None:
    """Fields of the event at the record's place, as the guardrail let them through."""
    metric = next((one for one in engine.runbook.metrics if one.id == record.metric), None)
    if metric is None:
        return None
    columns = [field_column(name, spec.kind) for name, spec in metric.fields.items()]
    place = (record.metric, record.offset, record.length, record.sub)
    for row in engine.store.trace(request_id).iter_rows(named=True):
        if (row["metric"], row["offset"], row["length"], row["sub"]) == place and row["at"] == record.at:
            return {name: row[name] for name in columns if row[name] is not None}
    return None
