"""Grafana Loki's `logcli query -o jsonl`: `{"labels":{…},"line":"…","timestamp":"…"}`."""

from __future__ import annotations

from tui.logs.envelope.base import Context, Fields, Piece, Shell, contents


def _peel(record: Fields, context: Context) -> list[Piece] | None:
    if not (record.keys() <= {"labels", "line", "timestamp"} and "timestamp" in record and len(record) > 1):
        return None
    return contents(record.get("line"), context.moment(record["timestamp"]))


ENVELOPE = Shell("loki", ('"line"', '"labels"'), _peel)
