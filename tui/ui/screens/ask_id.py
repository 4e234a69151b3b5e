"""Asks which requestId to follow: typed, pasted, or picked from the cases that the rules point at."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from tui.locale import _
from tui.present.format import stamp
from tui.present.plan import Box, LaneStyle, Plan, Size
from tui.present.spans import Line, Span, fit, foreign, gap, rule
from tui.ui.board_layout import BoardLayout
from tui.ui.widgets.rows import Rows
from tui.ui.widgets.search_field import SearchField

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.widgets import Input

    from tui.metrics.board import Sample
    from tui.present.situation import Situation

_WIDEST, _HIGHEST = 84, 14


class AskId(ModalScreen["str | None"]):
    """Gives back an id that a record can bear; enter without typing takes the chosen one of the list."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def __init__(self, situation: Situation | None) -> None:
        super().__init__()
        self._situation = situation
        self._offers = _offers(situation)
        self._wrong = False
        self._layout = BoardLayout(self._plan)

    @property
    def layout(self) -> BoardLayout:
        """A box in the upper middle."""
        return self._layout

    def _plan(self, width: int, height: int) -> Plan:
        wide, high = min(width, _WIDEST), min(height, _HIGHEST)
        left, top = (width - wide) // 2, (height - high) // 3
        boxes = {"typed": Box(left + 1, top, max(1, wide - 2), 1), "ids": Box(left, top + 1, wide, max(0, high - 1))}
        return Plan(Size.MEDIUM, LaneStyle.ONE_LINE, boxes)

    def compose(self) -> ComposeResult:
        """Field and list."""
        field = SearchField("", _("requestId: type or paste it"))
        field.id = "typed"
        yield field
        yield Rows("ids")

    def on_mount(self) -> None:
        """Show what could be followed."""
        self.query_one(SearchField).focus()
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        def title(cells: int) -> tuple[Line, ...]:
            said = _("not a usable requestId (6 to 64 letters, digits and _ . : -)") if self._wrong else ""
            end: Line = (Span(said, "watch"), gap(1)) if said else ()
            return (rule((Span(_("Trace of")),), end, cells),)

        def row(index: int, cells: int) -> Line:
            what, sample = self._offers[index]
            mark = Span("▸" if index == self.query_one(Rows).chosen else " ", "focus")
            now = self._situation.now if self._situation else sample.at
            said = Span(foreign(sample.request_id), "strong")
            return fit((mark, said, Span(f"  {what} {stamp(sample.at, now)}", "muted")), cells)

        def nothing(_index: int, cells: int) -> Line:
            return fit((gap(1), Span(_("no alert points at a case right now"), "muted")), cells)

        self.query_one(Rows).show(title, len(self._offers) or 1, row if self._offers else nothing)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Forget that the last one was wrong."""
        event.stop()
        self._wrong = False
        self._show()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take what was typed, or the chosen one."""
        event.stop()
        typed = event.value.strip().strip("\"'")
        if not typed:
            self._take(self.query_one(Rows).chosen)
        elif _usable(typed):
            self._leave(typed)
        else:
            self._wrong = True
            self._show()

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Take a row that was clicked."""
        message.stop()
        self._take(message.index)

    def action_leave(self) -> None:
        """Leave without an answer."""
        self._leave(None)

    def _leave(self, answer: str | None) -> None:
        """Leave once: a second key may have come before the screen was gone."""
        if self.is_active:
            self.dismiss(answer)

    def _take(self, index: int) -> None:
        if index < len(self._offers):
            self._leave(self._offers[index][1].request_id)


def _usable(typed: str) -> bool:
    from tui.logs.guard import is_usable_id

    return is_usable_id(typed)


def _offers(situation: Situation | None) -> tuple[tuple[str, Sample], ...]:
    """The anchor, then the other cases of the suggestion."""
    suggestion = situation.board.suggestion if situation else None
    if suggestion is None:
        return ()
    anchor = ((_("anchor"), suggestion.anchor),) if suggestion.anchor else ()
    others = [sample for sample in suggestion.samples if sample != suggestion.anchor]
    return (*anchor, *((_("case"), sample) for sample in others))
