"""Asks which moment of a review to go to: typed, or picked from the alerts of the whole span."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from tui.locale import _
from tui.present.format import stamp
from tui.present.plan import Box, LaneStyle, Plan, Size
from tui.present.situation import severity_glyph
from tui.present.spans import Line, Span, fit, gap, left, rule
from tui.session.times import TimeError, parse_time
from tui.ui.board_layout import BoardLayout
from tui.ui.widgets.rows import Rows
from tui.ui.widgets.search_field import SearchField

if TYPE_CHECKING:
    from datetime import datetime

    from textual.app import ComposeResult
    from textual.widgets import Input

    from tui.metrics.board import Episode
    from tui.present.situation import Situation
    from tui.session.transport import Transport

_WIDEST, _HIGHEST = 76, 16


class AskTime(ModalScreen["datetime | None"]):
    """Gives back a moment, UTC; enter without typing takes the beginning of the chosen alert."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def __init__(self, situation: Situation, transport: Transport) -> None:
        super().__init__()
        self._situation, self._transport = situation, transport
        self._episodes = sorted(transport.episodes, key=lambda life: life.pending_at)
        self._wrong = False
        self._layout = BoardLayout(self._plan)

    @property
    def layout(self) -> BoardLayout:
        """A box in the upper middle."""
        return self._layout

    def _plan(self, width: int, height: int) -> Plan:
        wide, high = min(width, _WIDEST), min(height, _HIGHEST)
        start, top = (width - wide) // 2, (height - high) // 3
        boxes = {
            "typed": Box(start + 1, top, max(1, wide - 2), 1),
            "times": Box(start, top + 1, wide, max(0, high - 1)),
        }
        return Plan(Size.MEDIUM, LaneStyle.ONE_LINE, boxes)

    def compose(self) -> ComposeResult:
        """Field and list."""
        field = SearchField("", _("time: 22:10, 2026-11-19T22:10Z, -5m"))
        field.id = "typed"
        yield field
        yield Rows("times")

    def on_mount(self) -> None:
        """Show where one could go."""
        self.query_one(SearchField).focus()
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        def title(cells: int) -> tuple[Line, ...]:
            said = _("no time that can be read") if self._wrong else str(self._situation.zone)
            end: Line = (Span(said, "watch" if self._wrong else "muted"), gap(1))
            return (rule((Span(_("Go to")),), end, cells),)

        def row(index: int, cells: int) -> Line:
            mark = Span("▸" if index == self.query_one(Rows).chosen else " ", "focus")
            return fit((mark, *_alert(self._situation, self._episodes[index])), cells)

        def nothing(_index: int, cells: int) -> Line:
            return fit((gap(1), Span(_("no alert in this data"), "muted")), cells)

        self.query_one(Rows).show(title, len(self._episodes) or 1, row if self._episodes else nothing)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Forget that the last one was wrong."""
        event.stop()
        self._wrong = False
        self._show()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take what was typed, or the chosen alert."""
        event.stop()
        if not event.value.strip():
            self._take(self.query_one(Rows).chosen)
            return
        zone, last = self._situation.zone, self._transport.last
        day = last.astimezone(zone).date()
        try:
            self._leave(parse_time(event.value, now=self._situation.now, day=day, zone=zone))
        except TimeError:
            self._wrong = True
            self._show()

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Take a row that was clicked."""
        message.stop()
        self._take(message.index)

    def action_leave(self) -> None:
        """Stay where we are."""
        self._leave(None)

    def _leave(self, answer: datetime | None) -> None:
        """Leave once: a second key may have come before the screen was gone."""
        if self.is_active:
            self.dismiss(answer)

    def _take(self, index: int) -> None:
        if index < len(self._episodes):
            self._leave(self._episodes[index].pending_at)


def _alert(situation: Situation, life: Episode) -> Line:
    """`21:58:00 ▲ Login down        fired 22:00:00, over 22:36:00`."""
    name = Span(left(situation.rule_name(life.rule), 26), "strong")
    begun = Span(f"{stamp(life.pending_at, situation.board.now)} ", "muted")
    if life.fired_at is None:
        return begun, Span("○ ", "muted"), name, Span(_("near miss"), "muted")
    said = _("fired {time}").format(time=stamp(life.fired_at, situation.board.now))
    glyph = Span(f"{severity_glyph(situation.rank(life.severity))} ", situation.role(life.severity))
    return begun, glyph, name, Span(said, "muted")
