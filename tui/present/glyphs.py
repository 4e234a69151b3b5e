"""The same screens for terminals that draw some symbols two cells wide: each symbol has one plain stand-in."""

from __future__ import annotations

from tui.present.spans import Line, Span

_PLAIN = {
    **dict(zip("▁▂▃▄▅▆▇█", ".,:-=+*#", strict=True)),
    **dict(zip("▀▐▌░", '"||.', strict=True)),
    **dict(zip("─━╌╎│", "-=.::", strict=True)),
    **dict(zip("▲△◆◇●○", "AA++*o", strict=True)),
    **dict(zip("×✓✗▸▼↗→·…»«–›", "xv!>v^>.~><->", strict=True)),
    **dict(zip("≈≥≤←↑↓■□", "~><<^v#o", strict=True)),
    **dict(zip("▬❯", "=>", strict=True)),
}
_BIG = str.maketrans({"▄": "_", "▀": '"', "█": "#"})
_TABLE = str.maketrans(_PLAIN)


def plain_symbols(line: Line) -> Line:
    """Put a stand-in of the same width for every symbol of a line; letters stay as they are."""
    return tuple(Span(text, span.role) for span in line if (text := _plain(span.text)) or not span.text)


def _plain(text: str) -> str:
    return text.translate(_BIG if "▀" in text else _TABLE)
