"""Characters that could move a cursor, reorder or hide text, as pictures."""

from __future__ import annotations

import re

_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff"
    "\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)


def visible(text: str) -> str:
    """Picture every character that could move a cursor, reorder or hide text: ESC as `␛`, U+202E as `‹U+202E›`."""
    return _INVISIBLE.sub(_picture, text)


def _picture(match: re.Match[str]) -> str:
    character = match.group()
    if character < " ":
        return chr(0x2400 + ord(character))
    return "␡" if character == "\x7f" else f"‹U+{ord(character):04X}›"
