"""A field over a list: type what is wanted, or pick it with the arrows and enter."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from tui.present.plan import Box, LaneStyle, Plan, Size
from tui.present.spans import Line, Span, fit, gap, rule
from tui.ui.board_layout import BoardLayout
from tui.ui.widgets.rows import Rows
from tui.ui.widgets.search_field import SearchField

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.widgets import Input

Found = TypeVar("Found")
Offer = TypeVar("Offer")


class Finder(ModalScreen["Found | None"], Generic[Offer, Found]):
    """Gives back what was found, once; None when somebody leaves without.

    What is offered, how it is drawn and what typing does, a kind of finder says; it may change `offers` as one types.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]
    widest: ClassVar[int] = 84
    highest: ClassVar[int] = 14

    def __init__(self, hint: str, offers: Sequence[Offer]) -> None:
        super().__init__()
        self.offers = offers
        self._hint = hint
        self._layout = BoardLayout(self._plan)

    @property
    def layout(self) -> BoardLayout:
        """A box in the upper middle."""
        return self._layout

    def _plan(self, width: int, height: int) -> Plan:
        wide, high = min(width, self.widest), min(height, self.highest)
        left, top = (width - wide) // 2, (height - high) // 3
        boxes = {"typed": Box(left + 1, top, max(1, wide - 2), 1), "found": Box(left, top + 1, wide, max(0, high - 1))}
        return Plan(Size.MEDIUM, LaneStyle.ONE_LINE, boxes)

    def compose(self) -> ComposeResult:
        """Field and list."""
        field = SearchField("", self._hint)
        field.id = "typed"
        yield field
        yield Rows("found")

    def on_mount(self) -> None:
        """Show what is offered before anything is typed."""
        self.query_one(SearchField).focus()
        self.call_after_refresh(self.show)

    # --- what a kind of finder says -----------------------------------------------------------------------------------

    def head(self) -> tuple[str, Span]:
        """What is looked for, and what stands at the right of it."""
        raise NotImplementedError

    def nothing(self) -> str:
        """The sentence in place of an empty list."""
        raise NotImplementedError

    def row(self, offer: Offer, cells: int) -> Line:
        """One offer, without the mark of the chosen one."""
        raise NotImplementedError

    def found(self, offer: Offer) -> Found:
        """What picking an offer gives back."""
        raise NotImplementedError

    def typing(self, text: str) -> None:
        """Somebody typed."""

    def typed(self, text: str) -> Found | None:
        """What entering a text gives back; None when it stands for nothing."""
        raise NotImplementedError

    # --- the same for all ---------------------------------------------------------------------------------------------

    def show(self) -> None:
        """Draw title and list anew."""
        rows, name = self.query_one(Rows), self.head()

        def title(cells: int) -> tuple[Line, ...]:
            return (rule((Span(name[0]),), (name[1], gap(1)), cells),)

        def row(index: int, cells: int) -> Line:
            mark = Span("▸" if index == rows.chosen else " ", "focus")
            return fit((mark, *self.row(self.offers[index], cells - 1)), cells)

        def nothing(_index: int, cells: int) -> Line:
            return fit((gap(1), Span(self.nothing(), "muted")), cells)

        rows.show(title, len(self.offers) or 1, row if self.offers else nothing)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Follow what is typed."""
        event.stop()
        self.typing(event.value)
        self.show()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take what was typed, or without it the chosen offer."""
        event.stop()
        text = event.value.strip()
        if not text:
            self._pick(self.query_one(Rows).chosen)
        elif (found := self.typed(text)) is not None:
            self._leave(found)
        else:
            self.show()

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Take a row that was clicked."""
        message.stop()
        self._pick(message.index)

    def action_leave(self) -> None:
        """Leave without an answer."""
        self._leave(None)

    def _pick(self, index: int) -> None:
        if index < len(self.offers):
            self._leave(self.found(self.offers[index]))

    def _leave(self, answer: Found | None) -> None:
        """Leave once: a second key may have come before the screen was gone."""
        if self.is_active:
            self.dismiss(answer)
