"""The container runtime interface (containerd, CRI-O): `TIME stdout F text`; P is a part, F the last part."""

from __future__ import annotations

import re

from tui.logs.envelope.base import Context, Piece, Prefix

_LINE = re.compile(
    r"(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)) (stdout|stderr) ([PF])(?::[^ ]*)?(?: (.*))?", re.DOTALL
)


def _peel(line: str, context: Context) -> Piece | None:
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    time, stream, tag, text = found.groups()
    return Piece(text or "", context.moment(time), stream, more=tag == "P")


ENVELOPE = Prefix("cri", r"\d{4}-\d\d-\d\dT[^ ]+ std(?:out|err) [PF]", _peel)
