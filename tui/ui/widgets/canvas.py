"""The one widget that everything on the board is made of: rows of spans, painted only where they changed."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, cast

from rich.segment import Segment
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from tui.present.glyphs import plain_symbols
from tui.present.spans import line_width, width

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
            self._built_for = Size(0, 0)  # it may come back as large as it was, with something else to show
            self.refresh()  # the toolkit keeps the rows of what is hidden, and would show those
            return
        old, self._lines = self._lines, self.build(size.width, size.height)
        if self._built_for != size:
            self._built_for = size
            self.refresh()
            return
        longest = max(len(old), len(self._lines))
        rows = range(min(longest, size.height))
        changed = [row for row in rows if old[row : row + 1] != self._lines[row : row + 1]]
        if changed:
            self.refresh(*(_changed(_row(old, row), _row(self._lines, row), row, size.width) for row in changed))

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


def _row(lines: tuple[Line, ...], row: int) -> Line:
    return lines[row] if row < len(lines) else ()


def _changed(old: Line, new: Line, row: int, cells: int) -> Region:
    """The part of a row to paint: cells that stay the same at both its ends cost the terminal nothing."""
    before = _same(old, new, step=1)
    after = _same(old[::-1], new[::-1], step=-1) if line_width(old) == line_width(new) == cells else 0
    start, end = min(before, cells - 1), max(min(before, cells - 1) + 1, cells - after)
    return Region(start, row, end - start, 1)


def _same(old: Line, new: Line, *, step: int) -> int:
    """Cells that two rows share, from the left (1) or from the right (-1)."""
    cells = 0
    for one, other in zip(old, new, strict=False):
        if one == other:
            cells += width(one.text)
            continue
        if one.role == other.role:
            pairs = zip(one.text[::step], other.text[::step], strict=False)
            shared = takewhile(lambda pair: pair[0] == pair[1], pairs)
            cells += width("".join(char for char, _same_char in shared))
        break
    return cells
