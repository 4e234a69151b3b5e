"""`kubectl logs --prefix`: `[pod/api-7d9f/api] text`, with `--timestamps` a time before the text."""

from __future__ import annotations

import re

from tui.logs.envelope.base import ISO, Context, Piece, Prefix

_LINE = re.compile(rf"\[pod/[^/\]]+/[^\]/]+\] (?:({ISO}) )?(.*)", re.DOTALL)


def _peel(line: str, context: Context) -> Piece | None:
    found = _LINE.fullmatch(line)
    return Piece(found[2], context.moment(found[1])) if found else None


ENVELOPE = Prefix("kubectl-prefix", r"\[pod/[^/\]]+/[^\]]+\] ", _peel)
