"""`docker compose logs`: `api-1  | text`, with `-t` a time before the text; and such times alone (`docker logs -t`)."""

from __future__ import annotations

import re

from tui.logs.envelope.base import COLOUR, ISO, Context, Piece, Prefix

_NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]*"
_LINE = re.compile(rf"{COLOUR}({_NAME}) +\| {COLOUR}(?:({ISO}) )?(.*)", re.DOTALL)
_REPLICA = re.compile(r".+[-_]\d+")
_TIMED = re.compile(rf"({ISO}) (.*)", re.DOTALL)
_NANOSECONDS = re.compile(r"[^.]*\.\d{7,9}\D.*")


def _peel(line: str, context: Context) -> Piece | None:
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    name, time, text = found.groups()
    return Piece(text, context.moment(time), weak=_REPLICA.fullmatch(name) is None)


def _peel_time(line: str, context: Context) -> Piece | None:
    found = _TIMED.fullmatch(line)
    if found is None:
        return None
    time, text = found.groups()
    return Piece(text, context.moment(time), weak=_NANOSECONDS.fullmatch(time) is None)


COMPOSE = Prefix("compose", rf"{COLOUR}{_NAME} +\| ", _peel)
TIMESTAMPS = Prefix("timestamps", rf"{ISO} ", _peel_time)
