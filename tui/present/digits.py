"""Big digits: a font three cells wide and five half-blocks high, in three rows of text; legible from three metres."""

from __future__ import annotations

ROWS = 3

_FONT = {
    "0": "###/#.#/#.#/#.#/###",
    "1": "##./.#./.#./.#./###",
    "2": "###/..#/###/#../###",
    "3": "###/..#/###/..#/###",
    "4": "#.#/#.#/###/..#/..#",
    "5": "###/#../###/..#/###",
    "6": "###/#../###/#.#/###",
    "7": "###/..#/..#/..#/..#",
    "8": "###/#.#/###/#.#/###",
    "9": "###/#.#/###/..#/###",
    "S": "###/#../###/..#/###",
    "E": "###/#../##./#../###",
    "V": "#.#/#.#/#.#/#.#/.#.",
    "P": "###/#.#/###/#../#..",
    "h": "#../#../###/#.#/#.#",
    "m": "...../...../#####/#.#.#/#.#.#",
    "d": "..#/..#/###/#.#/###",
    "+": ".../.#./###/.#./...",
    "-": ".../.../###/.../...",
    "?": "###/..#/.##/.../.#.",
    ":": "./#/./#/.",
    ".": "././././#",
    " ": "././././.",
}
_HALVES = {"..": " ", "#.": "▀", ".#": "▄", "##": "█"}


def big(text: str) -> tuple[str, ...] | None:
    """Draw a text in three rows of equal width, or None when the font lacks one of its characters."""
    if not text or any(char not in _FONT for char in text):
        return None
    glyphs = [_rows(char) for char in text]
    return tuple(" ".join(glyph[row] for glyph in glyphs) for row in range(ROWS))


def huge(text: str) -> tuple[str, ...] | None:
    """Draw a text twice as high and wide, in five rows, or None when the font lacks one of its characters."""
    if not text or any(char not in _FONT for char in text):
        return None
    pixels = [_FONT[char].split("/") for char in text]
    rows = ("  ".join(glyph[row] if row < len(glyph) else "." * len(glyph[0]) for glyph in pixels) for row in range(5))
    return tuple(row.replace("#", "██").replace(".", "  ") for row in rows)


def drawn(text: str, *, double: bool) -> tuple[str, ...]:
    """The digits in three rows, or in five; the text itself in the middle when the font lacks one of its characters."""
    if double:
        return huge(text) or ("", "", text, "", "")
    return big(text) or ("", text, "")


def _rows(char: str) -> tuple[str, ...]:
    pixels = [*_FONT[char].split("/")[:5], "." * len(_FONT[char].split("/")[0])]
    return tuple(
        "".join(_HALVES[upper + lower] for upper, lower in zip(pixels[2 * row], pixels[2 * row + 1], strict=True))
        for row in range(ROWS)
    )
