"""pm2: JSON records that hold several lines, `0|api  | ` before the line, and a date with a colon before the line.

Its JSON stream removes line breaks, so records may stand in a message one after the other.
"""

from __future__ import annotations

import re

import orjson

from tui.logs.envelope.base import COLOUR, Context, Fields, Piece, Prefix, Shell, contents
from tui.logs.envelope.docker import goes_on

_DATE = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,6})?)?"
_OFFSET = r" ?(?:Z|[+-]\d\d:?\d\d)"
_DATED = re.compile(rf"({_DATE})({_OFFSET})?: (.*)", re.DOTALL)
_NAMED = re.compile(rf"{COLOUR}(?:({_DATE}(?:{_OFFSET})?) )?{COLOUR}\d+\|[^|\x1b]{{1,80}}?\| {COLOUR}(.*)", re.DOTALL)
_SEAM = re.compile(r'\}(?=\{")')


def _peel_json(record: Fields, context: Context) -> list[Piece] | None:
    if "app_name" not in record or not {"process_id", "type"} & record.keys():
        return None
    hint, message = context.moment(record.get("timestamp")), record.get("message")
    if not isinstance(message, str):
        return contents(message, hint)
    stream = f"{record.get('process_id')}/{record.get('type')}"
    return [Piece(unseamed(message), hint, stream, more=goes_on(message) and _SEAM.search(message) is None)]


def unseamed(message: str) -> str:
    """Put a newline between records that stand one after the other in a message, if it is all such records."""
    parts = _SEAM.sub("}\n", message).split("\n") if _SEAM.search(message) and "\n" not in message else []
    return "\n".join(parts) if parts and all(map(_is_json, parts)) else message


def _is_json(text: str) -> bool:
    try:
        orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        return False
    return True


def _peel_name(line: str, context: Context) -> Piece | None:
    found = _NAMED.fullmatch(line)
    return Piece(found[2], context.moment(found[1])) if found else None


def _peel_date(line: str, context: Context) -> Piece | None:
    found = _DATED.fullmatch(line)
    if found is None:
        return None
    date, offset, text = found.groups()
    return Piece(text, context.moment(date + (offset or "").strip()), weak=offset is None)


JSON = Shell("pm2-json", ('"app_name"',), _peel_json)
NAME = Prefix("pm2", rf"{COLOUR}(?:{_DATE}(?:{_OFFSET})? )?{COLOUR}\d+\|[^|]+\| ", _peel_name)
DATE = Prefix("pm2", rf"{_DATE}(?:{_OFFSET})?: ", _peel_date)
