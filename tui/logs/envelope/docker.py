r"""Docker's json-file driver: `{"log":"…\n","stream":"stdout","time":"…"}`, long lines split at 16 KiB.

Only the last part of a split line ends with a newline. Shippers that read these files often strip it, so its absence
alone does not mean that the line goes on.
"""

from __future__ import annotations

from tui.logs.envelope.base import Context, Fields, Piece, Shell, contents, decode

SPLIT = 16 * 1024
"""Bytes after which the driver splits a line."""

_OWN_KEYS = {"stream", "time", "attrs"}


def _peel(record: Fields, context: Context) -> list[Piece] | None:
    if "log" not in record:
        empty = {"stream", "time"} <= record.keys() <= _OWN_KEYS
        return contents(None, context.moment(record["time"])) if empty else None
    if not ("stream" in record or "time" in record):
        return None
    log, hint, stream = record["log"], context.moment(record.get("time")), str(record.get("stream"))
    if not isinstance(log, str):
        return contents(log, hint)
    return [Piece(log, hint, stream, more=goes_on(log))]


def goes_on(text: str) -> bool:
    """Whether a part without final newline is one of a split line: as long as parts are, or JSON that is cut."""
    if text.endswith("\n"):
        return False
    return len(text.encode("utf-8", "replace")) >= SPLIT or (text.startswith("{") and decode(text) is None)


ENVELOPE = Shell("docker-json", ('"log"', '"stream"'), _peel)
