"""The board's widgets: each draws what `present` makes of the situation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from tui.present.header import footer, header
from tui.present.lanes import axis_line, lane
from tui.present.plan import LaneStyle, Size
from tui.present.scrubber import scrubber_line, time_at
from tui.present.strip import strip
from tui.ui.widgets.canvas import Canvas

if TYPE_CHECKING:
    from datetime import datetime

    from textual.events import Click
    from textual.timer import Timer

    from tui.present.situation import Situation
    from tui.present.spans import Line

_SAID_SECONDS = 4
"""How long a sentence stands in the last row."""


class BoardCanvas(Canvas):
    """A canvas that shows a part of the situation; blank until there is one."""

    situation: Situation | None = None

    def show(self, situation: Situation) -> None:
        """Take over a new situation and repaint what differs."""
        self.situation = situation
        self.redraw()

    def build(self, cells: int, rows: int) -> tuple[Line, ...]:
        """Return the lines of the situation, none before there is one."""
        return () if self.situation is None else self.draw(self.situation, cells, rows)

    def draw(self, situation: Situation, cells: int, rows: int) -> tuple[Line, ...]:
        """Return the lines of a situation in a place of that size."""
        raise NotImplementedError


class Header(BoardCanvas):
    """Mode, sources, rate, lag, time."""

    def draw(self, situation: Situation, cells: int, rows: int) -> tuple[Line, ...]:
        """One row."""
        return (header(situation, cells),)[:rows]


class StripBar(BoardCanvas):
    """Severity, clocks, what is broken."""

    breakpoint: Size = Size.WIDE

    def draw(self, situation: Situation, cells: int, rows: int) -> tuple[Line, ...]:
        """As many rows as the breakpoint gives the strip."""
        return strip(situation, cells, self.breakpoint)[:rows]


class Lane(BoardCanvas, can_focus=True):
    """One metric."""

    lane_style: LaneStyle = LaneStyle.FULL

    def __init__(self, index: int) -> None:
        super().__init__(id=f"lane{index}")
        self.index = index

    def draw(self, situation: Situation, cells: int, rows: int) -> tuple[Line, ...]:
        """Return the rows of the lane, with the focus marker in the first column."""
        return lane(situation, self.index, cells, self.lane_style, focused=self.has_focus)[:rows]

    def watch_has_focus(self, has_focus: bool) -> None:
        """Show the focus marker, or take it away."""
        super().watch_has_focus(has_focus)
        self.redraw()


class Axis(BoardCanvas):
    """Clock times under the lanes."""

    lane_style: LaneStyle = LaneStyle.FULL

    def draw(self, situation: Situation, cells: int, rows: int) -> tuple[Line, ...]:
        """One row."""
        return (axis_line(situation, cells, self.lane_style),)[:rows]


class Scrubber(BoardCanvas):
    """The span of a review; a click goes there."""

    class Sought(Message):
        """Somebody pointed at a moment."""

        def __init__(self, at: datetime) -> None:
            super().__init__()
            self.at = at

    def draw(self, situation: Situation, cells: int, rows: int) -> tuple[Line, ...]:
        """One row."""
        return (scrubber_line(situation, cells),)[:rows]

    def on_click(self, event: Click) -> None:
        """Go where the pointer is."""
        if self.situation is not None and self.situation.transport is not None:
            self.post_message(self.Sought(time_at(self.situation.transport, self.size.width, event.x)))


class Footer(Canvas):
    """The keys that work now."""

    keys: tuple[tuple[str, str], ...] = ()

    said: str = ""
    _hush: Timer | None = None

    def say(self, sentence: str) -> None:
        """Show a sentence in place of the keys, for a moment."""
        self.said = sentence
        self.redraw()
        if self._hush is not None:
            self._hush.stop()
        self._hush = self.set_timer(_SAID_SECONDS, self.be_quiet)

    def be_quiet(self) -> None:
        """Show the keys again."""
        self.said = ""
        self.redraw()

    def show(self, keys: tuple[tuple[str, str], ...], said: str | None = None) -> None:
        """Take over the keys, and a sentence where one is given, and repaint if they differ."""
        self.keys = keys
        self.said = self.said if said is None else said
        self.redraw()

    def build(self, cells: int, rows: int) -> tuple[Line, ...]:
        """One row."""
        return (footer(self.keys, cells, self.said),)[:rows]
