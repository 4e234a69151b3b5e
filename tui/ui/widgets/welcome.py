"""The three lines of the first run, over the last rows above the footer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.present.plan import Box
from tui.present.welcome import ROWS, welcome_lines
from tui.ui.widgets.canvas import Canvas

if TYPE_CHECKING:
    from tui.present.spans import Line


class Welcome(Canvas):
    """Takes no focus and no key: it goes with whatever is done next."""

    def __init__(self) -> None:
        super().__init__(id="welcome")

    def build(self, cells: int, rows: int) -> tuple[Line, ...]:
        """Three rows."""
        return welcome_lines(cells)[:rows]

    @staticmethod
    def box(width: int, height: int) -> Box:
        """Where it lies on a screen of that size: not over header, strip or footer."""
        return Box(0, height - 1 - ROWS, width, ROWS)
