"""Panes that scroll: the side pane, the timeline, the events. What was scrolled to stays in view when news arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tui.locale import _
from tui.present import feed, timeline
from tui.present.lanes import FOCUS
from tui.present.sidepane import side_lines, side_title
from tui.present.spans import Line, Span, fit, gap, rule
from tui.ui.widgets.board import BoardCanvas

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.events import MouseScrollDown, MouseScrollUp

    from tui.present.plan import Pane
    from tui.present.situation import Situation

_WHEEL = 3


class ScrollPane(BoardCanvas, can_focus=True):
    """A title row, then as many rows as fit, from the one scrolled to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_by(-1)", show=False),
        Binding("down", "scroll_by(1)", show=False),
        Binding("pageup", "scroll_page(-1)", show=False),
        Binding("pagedown", "scroll_page(1)", show=False),
        Binding("ctrl+home", "scroll_by(-1000000)", show=False),
        Binding("ctrl+end", "scroll_by(1000000)", show=False),
    ]
    freezes: ClassVar[bool] = False
    """Whether new rows wait while the pane is scrolled."""

    def __init__(self, pane: str) -> None:
        super().__init__(id=pane)
        self.first = 0
        self.tabs: tuple[tuple[str, bool], ...] = ()
        self._frozen: Situation | None = None

    def pane_title(self, situation: Situation) -> str:
        """Name of the pane."""
        raise NotImplementedError

    def rows_of(self, situation: Situation, cells: int) -> tuple[int, Callable[[int], Line]]:
        """How many rows there are, and how to draw each."""
        raise NotImplementedError

    def draw(self, situation: Situation, cells: int, rows: int) -> tuple[Line, ...]:
        """Title row and the rows in view."""
        if self.freezes and self.first:
            self._frozen = self._frozen or situation
            situation = self._frozen
        else:
            self._frozen = None
        count, line = self.rows_of(situation, cells)
        room = max(0, rows - 1)
        self.first = min(self.first, max(0, count - room))
        last = min(count, self.first + room)
        return (self._title(situation, cells, count, last), *(line(index) for index in range(self.first, last)))

    def _title(self, situation: Situation, cells: int, count: int, last: int) -> Line:
        marker: Line = (Span(FOCUS, "focus") if self.has_focus else gap(1),)
        place = f"{self.first + 1}–{last} / {count}" if self.first or last < count else str(count)
        end: Line = (Span(place, "muted"), gap(1))
        if self._frozen is not None:
            end = (Span(f"{_('frozen')} · ", "strong"), *end)
        if self.tabs:
            named = tuple(Span(f" {name} ", "chip" if chosen else "muted") for name, chosen in self.tabs)
            return (*marker, *fit(named, cells - 1))
        title = self.pane_title(situation)
        return (*marker, *rule((Span(title, "strong" if self.has_focus else "text"),), end, cells - 1))

    def action_scroll_by(self, rows: int) -> None:
        """Scroll by rows."""
        self.first = max(0, self.first + rows)
        self.redraw()

    def action_scroll_page(self, pages: int) -> None:
        """Scroll by what is in view."""
        self.action_scroll_by(pages * max(1, self.size.height - 2))

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Scroll with the wheel."""
        event.stop()
        self.action_scroll_by(_WHEEL)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Scroll with the wheel."""
        event.stop()
        self.action_scroll_by(-_WHEEL)

    def watch_has_focus(self, has_focus: bool) -> None:  # noqa: FBT001 - the toolkit's signature
        """Show the focus marker, or take it away."""
        super().watch_has_focus(has_focus)
        self.redraw()


class SidePane(ScrollPane):
    """The situation in facts, or triage and the proposed playbook."""

    def pane_title(self, situation: Situation) -> str:
        """Name of the pane."""
        return side_title(situation)

    def rows_of(self, situation: Situation, cells: int) -> tuple[int, Callable[[int], Line]]:
        """Every row of the pane."""
        lines = side_lines(situation, cells)
        return len(lines), lines.__getitem__


class Timeline(ScrollPane):
    """Alerts and markers, the newest first."""

    freezes = True

    def pane_title(self, situation: Situation) -> str:  # noqa: ARG002 - the same for every situation
        """Name of the pane."""
        return _("Timeline")

    def rows_of(self, situation: Situation, cells: int) -> tuple[int, Callable[[int], Line]]:
        """One row for each thing that happened."""
        rows = timeline.rows(situation)
        if not rows:
            return 1, lambda _index: timeline.empty(cells)
        return len(rows), lambda index: timeline.timeline_line(rows[index], situation.now, cells)


class Feed(ScrollPane):
    """The newest events; they wait while scrolled."""

    freezes = True

    def pane_title(self, situation: Situation) -> str:  # noqa: ARG002 - the same for every situation
        """Name of the pane."""
        return _("Events")

    def rows_of(self, situation: Situation, cells: int) -> tuple[int, Callable[[int], Line]]:
        """One row for each event."""
        events = situation.events
        if not events:
            return 1, lambda _index: feed.empty(cells)
        return len(events), lambda index: feed.feed_line(situation, events[index], cells)


def pane_titles(situation: Situation) -> dict[Pane, str]:
    """Names of all panes, for tab rows."""
    return {"side": side_title(situation), "timeline": _("Timeline"), "feed": _("Events")}
