"""A titled list with a row that is chosen: the only thing that scrolls on the screens that dig."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from tui.present.lanes import FOCUS
from tui.present.spans import Line, Span, gap
from tui.ui.widgets.canvas import Canvas

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.events import Click, MouseScrollDown, MouseScrollUp

_WHEEL = 3
_RAISED = {"text": "title", "muted": "title-text", "strong": "title-strong", "watch": "title-watch", "rule": "title"}
_FAR = 10_000_000


class Rows(Canvas, can_focus=True):
    """Draws only the rows in view. `title` and `draw` are told how many cells they have."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "choose(-1)", show=False),
        Binding("down", "choose(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("ctrl+home", f"choose(-{_FAR})", show=False),
        Binding("ctrl+end", f"choose({_FAR})", show=False),
        Binding("enter", "open", show=False),
    ]

    class Chosen(Message):
        """Somebody wants to see more of a row."""

        def __init__(self, rows: Rows, index: int) -> None:
            super().__init__()
            self.rows, self.index = rows, index

    class Moved(Message):
        """Another row is the chosen one."""

        def __init__(self, rows: Rows) -> None:
            super().__init__()
            self.rows = rows

    def __init__(self, name: str, *, head: int = 1) -> None:
        super().__init__(id=name)
        self.count = 0
        self.chosen = 0
        self._first = 0
        self._head = head
        self._title: Callable[[int], tuple[Line, ...]] = lambda _cells: ()
        self._draw: Callable[[int, int], Line] = lambda _index, _cells: ()

    def show(
        self, title: Callable[[int], tuple[Line, ...]], count: int, draw: Callable[[int, int], Line], *, keep: int = 0
    ) -> None:
        """Take over what to show; `keep` new rows came in above the chosen one."""
        self._title, self._draw, self.count = title, draw, count
        self.choose(self.chosen + keep if self.chosen else 0)

    def choose(self, index: int) -> None:
        """Choose a row and bring it into view."""
        before, self.chosen = self.chosen, max(0, min(index, self.count - 1))
        self._scroll()
        self.redraw()
        if before != self.chosen:
            self.post_message(self.Moved(self))

    def _scroll(self) -> None:
        room = max(1, self.size.height - self._head)
        self._first = min(self._first, self.chosen, max(0, self.count - room))
        self._first = max(self._first, self.chosen - room + 1)

    def build(self, cells: int, rows: int) -> tuple[Line, ...]:
        """Title and the rows in view."""
        self._scroll()
        marker: Line = (Span(FOCUS, "focus") if self.has_focus else gap(1),)
        lines: list[Line] = [
            (*(marker if number == 0 else (gap(1),)), *line) for number, line in enumerate(self._title(cells - 1))
        ]
        shown = range(self._first, min(self.count, self._first + max(0, rows - len(lines))))
        lines += [self._row(index, cells) for index in shown]
        return tuple(lines[:rows])

    def _row(self, index: int, cells: int) -> Line:
        line = self._draw(index, cells - 1)
        if index != self.chosen or not self.has_focus:
            return (gap(1), *line)
        return (Span(FOCUS, "focus"), *(Span(span.text, _RAISED.get(span.role, span.role)) for span in line))

    def action_choose(self, step: int) -> None:
        """Choose a row above or below."""
        self.choose(self.chosen + step)

    def action_page(self, pages: int) -> None:
        """Go on by what is in view."""
        self.choose(self.chosen + pages * max(1, self.size.height - self._head - 1))

    def action_open(self) -> None:
        """Ask for more of the chosen row."""
        if self.chosen < self.count:
            self.post_message(self.Chosen(self, self.chosen))

    def on_click(self, event: Click) -> None:
        """Choose the row under the pointer; a second click opens it."""
        index = self._first + event.y - self._head
        if event.y >= self._head and index < self.count:
            again = index == self.chosen and event.chain > 1
            self.choose(index)
            if again:
                self.action_open()

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Move with the wheel."""
        event.stop()
        self.action_choose(_WHEEL)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Move with the wheel."""
        event.stop()
        self.action_choose(-_WHEEL)

    def watch_has_focus(self, has_focus: bool) -> None:
        """Show the chosen row, or no longer."""
        super().watch_has_focus(has_focus)
        self.redraw()
