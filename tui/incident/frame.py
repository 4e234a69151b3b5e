"""The frame of a journal's line: cheap to check, without knowing what an entry is. Standard library only; pure."""

from __future__ import annotations

from hashlib import sha256

HASH_KEY = b',"hash":"'
TAIL = b'"}'
FRAME = len(HASH_KEY) + 64 + len(TAIL)
_PREV_KEY = b',"prev":"'


def intact(raw: bytes | bytearray) -> bool:
    """Whether the frame is whole and the hash is that of the bytes before it."""
    if raw[-FRAME : -64 - len(TAIL)] != HASH_KEY or raw[-len(TAIL) :] != TAIL:
        return False
    return sha256(raw[:-FRAME]).hexdigest().encode() == _digest(raw)


def unbroken(segment: bytes) -> bool:
    """Whether every line of a segment is intact and follows the one before it, and the last one has its end."""
    *lines, rest = segment.split(b"\n")
    if rest or not all(map(intact, lines)):
        return False
    links = (_PREV_KEY + _digest(before) + b'"' for before in lines)
    return all(line[:-FRAME].endswith(link) for line, link in zip(lines[1:], links, strict=False))


def _digest(raw: bytes | bytearray) -> bytes:
    return bytes(raw[-len(TAIL) - 64 : -len(TAIL)])
