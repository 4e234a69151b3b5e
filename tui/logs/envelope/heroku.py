"""`heroku logs`: `TIME app[web.1]: text`, the platform's own lines as `heroku[router]`."""

from __future__ import annotations

import re

from tui.logs.envelope.base import Context, Piece, Prefix

_LINE = re.compile(r"(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)) [a-z][a-z0-9-]*\[[A-Za-z0-9._-]+\]: (.*)", re.DOTALL)


def _peel(line: str, context: Context) -> Piece | None:
    found = _LINE.fullmatch(line)
    return Piece(found[2], context.moment(found[1])) if found else None


ENVELOPE = Prefix("heroku", r"\d{4}-\d\d-\d\dT[^ ]+ [a-z][a-z0-9-]*\[[A-Za-z0-9._-]+\]: ", _peel)
