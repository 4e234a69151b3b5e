"""Google Cloud Logging: entries of `gcloud logging read --format json`, alone or in their document.

A line that was JSON comes as an object, and is written again as the backend had written it.
"""

from __future__ import annotations

from tui.logs.envelope.base import Context, Fields, Piece, Shell, compact, contents


def _peel(record: Fields, context: Context) -> list[Piece] | None:
    if not ("logName" in record or "insertId" in record):
        return None
    hint = context.moment(record.get("timestamp") or record.get("receiveTimestamp"))
    if isinstance(record.get("jsonPayload"), dict):
        return contents(compact(record["jsonPayload"]) or None, hint)
    return contents(record.get("textPayload"), hint)


ENVELOPE = Shell("gcp", ('"logName"', '"insertId"'), _peel)
