"""The one widget that everything on the board is made of: rows of spans, painted only where they changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rich.segment import Segment
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from tui.present.glyphs import plain_symbols

if TYPE_CHECKING:
    from tui.present.spans import Line
    from tui.ui.app import GuardiaApp


class Canvas(Widget):
    """Shows the lines that `build` returns for its size. Strings are drawn as they are: nothing in them is markup."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Canvas { width: 1fr; height: 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - the toolkit's own name
        super().__init__(id=id)
        self._lines: tuple[Line, ...] = ()
        self._built_for = Size(0, 0)

    def build(self, cells: int, rows: int) -> tuple[Line, ...]:
        """Return the lines to show in a place of that size."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Build the lines anew and repaint the rows that differ."""
        size = self.size
        if size.width <= 0 or size.height <= 0:
            return
        old, self._lines = self._lines, self.build(size.width, size.height)
        if self._built_for != size:
            self._built_for = size
            self.refresh()
            return
        longest = max(len(old), len(self._lines))
        changed = [row for row in range(min(longest, size.height)) if old[row : row + 1] != self._lines[row : row + 1]]
        if changed:
            self.refresh(*(Region(0, row, size.width, 1) for row in changed))

    def render_line(self, y: int) -> Strip:
        """Return one row, exactly as wide as the widget."""
        if self._built_for != self.size:
            self._built_for = self.size
            self._lines = self.build(*self.size)
        app = cast("GuardiaApp", self.app)
        styles = app.role_styles
        ground = styles["text"]
        line = self._lines[y] if y < len(self._lines) else ()
        if app.ascii_only:
            line = plain_symbols(line)
        strip = Strip([Segment(span.text, styles[span.role]) for span in line if span.text])
        return strip.adjust_cell_length(self.size.width, ground)
