"""Amazon CloudWatch Logs: the events of `filter-log-events` and `get-log-events`, alone or in their document."""

from __future__ import annotations

from tui.logs.envelope.base import Context, Fields, Piece, Shell, contents, epoch


def _peel(record: Fields, _: Context) -> list[Piece] | None:
    own = "ingestionTime" in record or {"logStreamName", "eventId"} <= record.keys()
    if not own or "timestamp" not in record:
        return None
    return contents(record.get("message"), epoch(record["timestamp"]))


ENVELOPE = Shell("cloudwatch", ('"ingestionTime"', '"logStreamName"'), _peel)
