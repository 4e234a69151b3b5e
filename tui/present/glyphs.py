"""The same screens for terminals that draw some symbols two cells wide: each symbol has one plain stand-in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui.present.spans import Span, fit, line_width

if TYPE_CHECKING:
    from tui.present.spans import Line

_PLAIN = {
    **dict(zip("▁▂▃▄▅▆▇█", ".,:-=+*#", strict=True)),
    **dict(zip("▀▐▌░", '"||.', strict=True)),
    **dict(zip("─━╌╎│", "-=.::", strict=True)),
    **dict(zip("▲△◆◇●○", "AA++*o", strict=True)),
    **dict(zip("×✓✗▸▼↗→·…»«–›", "xv!>v^>.~><->", strict=True)),
    **dict(zip("≈←↑↓■□", "~<^v#o", strict=True)),
    **dict(zip("▬❯▶◂┃‖✎⌫␊", '=>><|"&x/', strict=True)),
}
_BIG = str.maketrans({"▄": "_", "▀": '"', "█": "#"})
_TABLE = str.maketrans(_PLAIN)
_OR_EQUAL = re.compile("([≥≤]) ?")
"""Signs that need two cells: they take the blank behind them, since with one they would say less than they mean."""


def plain_symbols(line: Line) -> Line:
    """Put a stand-in for every symbol of a line, which stays as wide; letters stay as they are."""
    spelled = tuple(Span(_OR_EQUAL.sub(_spelled, span.text), span.role) for span in line)
    return tuple(Span(_plain(span.text), span.role) for span in fit(spelled, line_width(line)))


def _spelled(found: re.Match[str]) -> str:
    return {"≥": ">=", "≤": "<="}[found[1]]


def _plain(text: str) -> str:
    return text.translate(_BIG if "▀" in text else _TABLE)
