"""journald: `journalctl -o json` and the `short-iso` lines.

A MESSAGE that is not UTF-8 comes as an array of bytes, one above 4 KB as null unless `--all` was given; several MESSAGE
fields come as an array of texts. The short form writes `[5.4K blob data]` in place of what it does not show.
"""

from __future__ import annotations

import re

from tui.logs.envelope.base import Context, Fields, Piece, Prefix, Shell, contents, epoch

_OWN_TIMES = ("__REALTIME_TIMESTAMP", "__CURSOR", "__MONOTONIC_TIMESTAMP")
_ORIGINS = {"_HOSTNAME", "_SYSTEMD_UNIT", "_BOOT_ID", "SYSLOG_IDENTIFIER", "PRIORITY", *_OWN_TIMES}
_LINE = re.compile(
    r"(\d{4}-\d\d-\d\dT[\d:.,]+(?:Z(?= [^ ]+ [^ ]+\[)|[+-]\d\d:?\d\d)) [^ ]+ [^ \[\]:]+(?:\[\d+\])?: (.*)", re.DOTALL
)
_BLOB = re.compile(r"\[[\d.]+[BKMGT]? blob data\]")


def _peel_json(record: Fields, _: Context) -> list[Piece] | None:
    if not (record.keys() & _ORIGINS if "MESSAGE" in record else any(key in record for key in _OWN_TIMES)):
        return None
    hint, message = epoch(record.get("__REALTIME_TIMESTAMP")), record.get("MESSAGE")
    if "MESSAGE" in record and message is None:
        return [Piece(hint=hint, reject="lost_at_source")]
    if isinstance(message, list) and message:
        return _several(message, hint)
    return contents(message, hint)


def _several(message: list[object], hint: int | None) -> list[Piece]:
    if all(isinstance(part, str) for part in message):
        return [Piece(str(part), hint) for part in message]
    octets = [part for part in message if isinstance(part, int) and 0 <= part <= 0xFF]
    if len(octets) < len(message):
        return contents(None, hint)
    try:
        return [Piece(bytes(octets).decode(), hint)]
    except UnicodeDecodeError:
        return [Piece(hint=hint, reject="bad_encoding")]


def _peel_short(line: str, context: Context) -> Piece | None:
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    hint = context.moment(found[1])
    return Piece(hint=hint, reject="lost_at_source") if _BLOB.fullmatch(found[2]) else Piece(found[2], hint)


JSON = Shell("journald-json", ('"MESSAGE"', *(f'"{key}"' for key in _OWN_TIMES)), _peel_json)
SHORT = Prefix("journald", r"\d{4}-\d\d-\d\dT[^ ]+ [^ ]+ [^ \[\]:]+(?:\[\d+\])?: ", _peel_short)
