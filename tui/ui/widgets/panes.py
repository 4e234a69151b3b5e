"""Panes that scroll: the side pane, the timeline, the events. What was scrolled to stays in view when news arrive."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from tui.locale import _
from tui.present import feed, timeline
from tui.present.checklists import tab_names, view_rows
from tui.present.lanes import FOCUS
from tui.present.sidepane import side_title
from tui.present.spans import Line, Span, fit, gap, line_width, rule
from tui.ui.widgets.board import BoardCanvas

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.events import MouseScrollDown, MouseScrollUp
    from textual.timer import Timer

    from tui.present.checklists import View
    from tui.present.entry_rows import Row as TimelineRow
    from tui.present.plan import Pane
    from tui.present.situation import Situation
    from tui.present.step_rows import Deed, Row

_WHEEL = 3
_FEED_SECONDS, _LONGEST_WAIT = 0.75, 0.5
"""The worker looks twice a second: the feed is painted with every other look, so that no event waits for longer."""
_BELOW = 4
"""Rows under the chosen one that stay in view with it: its facts."""


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
            named = _tabs(self.tabs)
            if line_width(named) > cells - 1:  # how far each is gives way before any name does
                named = _tabs(tuple((name.partition(" ")[0], chosen) for name, chosen in self.tabs))
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

    def watch_has_focus(self, has_focus: bool) -> None:
        """Show the focus marker, or take it away."""
        super().watch_has_focus(has_focus)
        self.redraw()


class SidePane(ScrollPane):
    """Triage, playbook, rollback and closure; before anybody can decide anything, the situation in facts."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "choose(-1)", show=False),
        Binding("down", "choose(1)", show=False),
        Binding("enter", "do", show=False),
        Binding("left", "playbook(-1)", show=False),
        Binding("right", "playbook(1)", show=False),
    ]

    class Did(Message):
        """Enter was pressed on a row."""

        def __init__(self, deed: Deed) -> None:
            super().__init__()
            self.deed = deed

    class Turned(Message):
        """The playbook before or after the shown one is wanted."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    def __init__(self, pane: str) -> None:
        super().__init__(pane)
        self.view: View = "triage"
        self._chosen: Deed | None = None
        self._rows: tuple[Row, ...] = ()

    def pane_title(self, situation: Situation) -> str:
        """Name of the pane."""
        return side_title(situation)

    def turn_to(self, view: View) -> None:
        """Show a view from its top."""
        if view != self.view:
            self.view, self.first, self._chosen = view, 0, None
        self.redraw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave ← and → to the board where there is no playbook to turn."""
        del parameters
        return action != "playbook" or self.view == "playbook"

    def draw(self, situation: Situation, cells: int, rows: int) -> tuple[Line, ...]:
        """Keep the chosen row in view."""
        chosen = self._chosen if self.has_focus else None
        self._rows = view_rows(situation, self.view, chosen, cells)
        at = next((index for index, row in enumerate(self._rows) if row.does is not None and row.does == chosen), None)
        room = max(1, rows - 1)
        if at is not None:
            self.first = max(min(self.first, at), min(len(self._rows), at + _BELOW) - room, 0)
        return super().draw(situation, cells, rows)

    def rows_of(self, situation: Situation, cells: int) -> tuple[int, Callable[[int], Line]]:
        """Every row of the view."""
        del situation, cells
        return len(self._rows), lambda index: self._rows[index].line

    @property
    def deeds(self) -> list[Deed]:
        """What Enter can be pressed on, from the top."""
        return [row.does for row in self._rows if row.does is not None]

    def action_choose(self, step: int) -> None:
        """Go to the row before or after that does something; scroll where there is none."""
        deeds = self.deeds
        at = deeds.index(self._chosen) if self._chosen in deeds else (-1 if step > 0 else len(deeds))
        if 0 <= at + step < len(deeds):
            self._chosen = deeds[at + step]
            self.redraw()
        else:
            self._chosen = None if not deeds or at + step < 0 else self._chosen
            self.action_scroll_by(step)

    def action_do(self) -> None:
        """Do it; the first Enter only chooses."""
        if self._chosen in self.deeds and self._chosen is not None:
            self.post_message(self.Did(self._chosen))
        else:
            self.action_choose(1)

    def action_playbook(self, step: int) -> None:
        """Ask for the next playbook."""
        self.first, self._chosen = 0, None
        self.post_message(self.Turned(step))


class Timeline(ScrollPane):
    """Alerts and markers, the newest first; a row can be chosen and opened."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "choose(-1)", show=False),
        Binding("down", "choose(1)", show=False),
        Binding("enter", "open", show=False),
    ]
    freezes = True

    class Opened(Message):
        """Enter was pressed on a row."""

        def __init__(self, row: TimelineRow) -> None:
            super().__init__()
            self.row = row

    def __init__(self, pane: str) -> None:
        super().__init__(pane)
        self._rows: tuple[TimelineRow, ...] = ()
        self._rows_are_of: Situation | None = None
        self._chosen: TimelineRow | None = None

    def pane_title(self, situation: Situation) -> str:
        """Name of the pane."""
        return _("Timeline")

    def rows_of(self, situation: Situation, cells: int) -> tuple[int, Callable[[int], Line]]:
        """One row for each thing that happened."""
        if situation is not self._rows_are_of:  # a key draws the same situation again, and must not wait for markers
            self._rows, self._rows_are_of = timeline.rows(situation), situation
        rows = self._rows
        if not rows:
            return 1, lambda _index: timeline.empty(cells)
        chosen = self._chosen if self.has_focus else None
        return len(rows), lambda index: timeline.timeline_line(
            rows[index], situation.now, cells, chosen=rows[index] == chosen
        )

    def action_choose(self, step: int) -> None:
        """Choose the row above or below, and bring it into view; the first time the first row in view."""
        if not self._rows:
            return
        at = self._rows.index(self._chosen) + step if self._chosen in self._rows else self.first
        at = max(0, min(len(self._rows) - 1, at))
        self._chosen = self._rows[at]
        self.first = max(min(self.first, at), at + 2 - self.size.height)
        self.redraw()

    def action_open(self) -> None:
        """Ask for what the chosen row is about; the first Enter only chooses."""
        if self._chosen in self._rows and self._chosen is not None:
            self.post_message(self.Opened(self._chosen))
        else:
            self.action_choose(0)


class Feed(ScrollPane):
    """The newest events; they wait while scrolled. Every row moves with each of them: painting is what costs."""

    freezes = True
    _painted = 0.0
    _waiting: Timer | None = None

    def show(self, situation: Situation) -> None:
        """Take over a new situation; paint it with the next one if it comes soon, within a second in any case."""
        if monotonic() - self._painted >= _FEED_SECONDS:
            self._catch_up(situation)
            return
        self.situation = situation
        if self._waiting is None:
            self._waiting = self.set_timer(_LONGEST_WAIT, self._catch_up)

    def _catch_up(self, situation: Situation | None = None) -> None:
        if self._waiting is not None:
            self._waiting.stop()
            self._waiting = None
        self._painted = monotonic()
        if newest := situation or self.situation:
            super().show(newest)

    def pane_title(self, situation: Situation) -> str:
        """Name of the pane."""
        return _("Events")

    def rows_of(self, situation: Situation, cells: int) -> tuple[int, Callable[[int], Line]]:
        """One row for each event."""
        events = situation.events
        if not events:
            return 1, lambda _index: feed.empty(cells)
        return len(events), lambda index: feed.feed_line(situation, events[index], cells)


def _tabs(tabs: tuple[tuple[str, bool], ...]) -> Line:
    return tuple(Span(f" {name} ", "chip" if chosen else "muted") for name, chosen in tabs)


def pane_titles(situation: Situation) -> dict[Pane, str]:
    """Names of all panes, for tab rows."""
    return {"side": side_title(situation), "timeline": _("Timeline"), "feed": _("Events")}


def tab_row(situation: Situation, name: Pane, shared: tuple[Pane, ...], view: View) -> tuple[tuple[str, bool], ...]:
    """Name every pane that shares a place, and which is in front; the side pane's views are named one by one."""
    titles = pane_titles(situation)
    if situation.incident is None:
        return tuple((titles[each], each == name) for each in shared)
    found: list[tuple[str, bool]] = []
    for each in shared or ((name,) if name == "side" else ()):
        if each == "side":
            found += [(text, name == "side" and which == view) for which, text in tab_names(situation).items()]
        else:
            found.append((titles[each], each == name))
    return tuple(found)
