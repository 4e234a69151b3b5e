"""Render's command line: `-o json` prints one indented object after the other, `-o text` a date without zone."""

from __future__ import annotations

import re

from tui.logs.envelope.base import Context, Fields, Piece, Prefix, Shell, contents

_LINE = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)  (.*)", re.DOTALL)


def _peel_json(record: Fields, context: Context) -> list[Piece] | None:
    if not (isinstance(record.get("labels"), list) and "timestamp" in record and {"id", "message"} & record.keys()):
        return None
    return contents(record.get("message"), context.moment(record["timestamp"]))


def _peel_text(line: str, context: Context) -> Piece | None:
    found = _LINE.fullmatch(line)
    return Piece(found[2], context.moment(found[1]), weak=True) if found else None


JSON = Shell("render", ('"labels"',), _peel_json)
TEXT = Prefix("render", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  ", _peel_text)
