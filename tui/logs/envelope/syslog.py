"""syslog: RFC 5424 (rsyslog, Render's stream, Heroku's drains with their length before each line) and RFC 3164.

An RFC 3164 time has neither year nor zone, so it gives no hint.
"""

from __future__ import annotations

import re

from tui.logs.envelope.base import Context, Piece, Prefix

# An element has parameters or an @ in its name here: a message may well begin with a bracketed word.
_DATA = r'(?:-|(?:\[(?:[^ \]="@]+@[^ \]="]+|[^ \]="]+(?= ))(?: [^ \]="]+="(?:[^"\\]|\\.)*")*\])+)'
_NEW = re.compile(
    rf"(?:\d+ )?<\d{{1,3}}>1 ([^ ]+) [^ ]+ [^ ]+ [^ ]+ [^ ]+(?: {_DATA}(?= |$))?(?: \ufeff?(.*))?", re.DOTALL
)
_OLD = re.compile(
    r"(?:<\d{1,3}>)?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d [^ ]+ [A-Za-z0-9_./@-]{1,64}(?:\[\d+\])?: ?(.*)", re.DOTALL
)


def _peel_new(line: str, context: Context) -> Piece | None:
    found = _NEW.fullmatch(line)
    return Piece(found[2] or "", context.moment(found[1])) if found else None


def _peel_old(line: str, _: Context) -> Piece | None:
    found = _OLD.fullmatch(line)
    return Piece(found[1]) if found else None


RFC5424 = Prefix("syslog5424", r"(?:\d+ )?<\d{1,3}>1 ", _peel_new)
RFC3164 = Prefix("syslog3164", r"(?:<\d{1,3}>)?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d [^ ]+ [^ ]+: ?", _peel_old)
