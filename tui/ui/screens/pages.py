"""Screens that are only read: sources and settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.locale import _
from tui.present.pages import settings_lines, source_lines
from tui.present.plan import Box
from tui.present.spans import Line, Span, gap, rule
from tui.ui.screens.dig import TOP, DigScreen
from tui.ui.widgets.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from tui.metrics.board import Board

_OVER_SECONDS = 5
"""Rates are those of at least this long."""


class Page(DigScreen):
    """A title and lines to scroll."""

    def body(self) -> Iterable[Widget]:
        """One list."""
        yield Rows("page")

    def boxes(self, width: int, rows: int) -> dict[str, Box]:
        """All the room."""
        return {"page": Box(0, TOP, width, rows)}

    def on_mount(self) -> None:
        """Give the list the focus, so that arrows scroll."""
        super().on_mount()
        self.query_one(Rows).focus()

    def heading(self) -> str:
        """Title of the page."""
        raise NotImplementedError

    def lines(self, cells: int) -> tuple[Line, ...]:
        """Everything on it."""
        raise NotImplementedError

    def draw(self) -> None:
        """Show the lines."""
        rows = self.query_one(Rows)
        shown = self.lines(max(1, self.size.width - 1))

        def title(cells: int) -> tuple[Line, ...]:
            return (rule((Span(self.heading()),), (gap(1),), cells),)

        def row(index: int, cells: int) -> Line:
            lines = shown if cells == self.size.width - 1 else self.lines(cells)
            return lines[index] if index < len(lines) else ()

        rows.show(title, len(shown), row)


class SourcesScreen(Page):
    """How every source is doing."""

    def __init__(self) -> None:
        super().__init__()
        self._boards: list[Board] = []

    def heading(self) -> str:
        """Title of the page."""
        return _("Sources")

    def ask_again(self) -> None:
        """Remember boards for a few seconds, to tell rates from."""
        if self.situation is None:
            return
        now = self.situation.board
        if not self._boards or self._boards[-1] is not now:
            self._boards.append(now)
        while len(self._boards) > 1 and (now.now - self._boards[1].now).total_seconds() >= _OVER_SECONDS:
            self._boards.pop(0)

    def lines(self, cells: int) -> tuple[Line, ...]:
        """Every source."""
        situation = self.situation
        return () if situation is None else source_lines(situation, self._boards[0] if self._boards else None, cells)


class SettingsScreen(Page):
    """Every setting and where it came from."""

    def heading(self) -> str:
        """Title of the page."""
        return _("Settings")

    def lines(self, cells: int) -> tuple[Line, ...]:
        """Every setting."""
        return settings_lines(self.guardia.settings, cells)
