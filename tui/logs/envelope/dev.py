"""The backend's development output: `ESC[33m[TIME] WARN [requestId]: NAMEESC[0m {context}`.

It becomes the record that the same backend writes in production: level, time, requestId and message, then the context,
whose keys overwrite the standard ones. Outside a request the requestId is missing here and a placeholder there.
"""

from __future__ import annotations

import re

from tui.logs.envelope.base import LEVEL, Context, Piece, Prefix, compact, decode

_LINE = re.compile(
    r"\x1b\[[0-9;]*m\[(\d{4}-\d\d-\d\dT[\d:.]+Z?)\] ([A-Z]{3,8}) ?(?:\[(.*?)\])?: (.*?)\x1b\[0?m ?(.*)", re.DOTALL
)
_OUTSIDE_REQUEST = "NO_CONTEXT"


def _peel(line: str, context: Context) -> Piece | None:
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    time, level, request_id, name, tail = found.groups()
    keys = context.record
    head = {
        LEVEL: level.lower(),
        keys.time: time,
        keys.request_id: _OUTSIDE_REQUEST if request_id is None else request_id,
        keys.name: name,
    }
    return Piece(_merged(head, tail), context.moment(time))


def _merged(head: dict[str, str], tail: str) -> str:
    """Write the record; the context's own text is kept when it overwrites nothing, a tail that is cut stays cut."""
    context = decode(tail) if tail else {}
    if context and context.keys() & head.keys():
        return compact({**head, **context})
    start = compact(head)
    return f"{start[:-1]},{tail[1:].lstrip()}" if context or (context is None and tail.startswith("{")) else start


ENVELOPE = Prefix("dev", r"\x1b\[[0-9;]*m\[\d{4}-\d\d-\d\dT[\d:.]+Z?\] [A-Z]+ ", _peel)
