"""JSON inside JSON: a log shipper's object one of whose texts is the backend's record.

The backend's own records also carry texts that people wrote, so an object that has the record's id key is never looked
into, and a text counts only when it is an object with the record's own keys (or another shipper's).
"""

from __future__ import annotations

from tui.logs.envelope.base import Context, Fields, Piece, Shell, decode

_TEXTS = ("log", "message", "msg")
_TIMES = ("@timestamp", "timestamp", "time", "ts")


def _peel(record: Fields, context: Context) -> list[Piece] | None:
    if context.record.request_id in record:
        return None
    for key in _TEXTS:
        text = record.get(key)
        if isinstance(text, str) and holds_record(text, context):
            return [Piece(text, next(filter(None, (context.moment(record.get(time)) for time in _TIMES)), None))]
    return None


def holds_record(text: str, context: Context) -> bool:
    """Whether a text is a JSON object with the record's keys, or one that holds a text of its own."""
    inner = decode(text) if text.startswith("{") and text.rstrip().endswith("}") else None
    if inner is None:
        return False
    if context.record.name in inner and (context.record.time in inner or context.record.request_id in inner):
        return True
    return any(isinstance(inner.get(key), str) and inner[key].startswith("{") for key in _TEXTS)


ENVELOPE = Shell("json", ('{\\"',), _peel)
