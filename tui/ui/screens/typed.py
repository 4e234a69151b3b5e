"""A screen over the board with a line to type in, a row that says what is wrong with it, and what comes of it below."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from tui.present.plan import Box
from tui.present.spans import Line, Span, fit, width
from tui.ui.screens.dig import TOP, DigScreen
from tui.ui.widgets.canvas import Canvas
from tui.ui.widgets.rows import Rows
from tui.ui.widgets.typed_field import TypedField

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget
    from textual.widgets import Input

_MARK = "❯ "


class _Prompt(Canvas):
    """The word before what is typed."""

    def build(self, cells: int, rows: int) -> tuple[Line, ...]:
        """One row."""
        word = cast("TypedScreen", self.screen).word
        return (fit((Span(f" {word} {_MARK}", "muted"),), cells),)[:rows]


class Hint(Canvas):
    """What is wrong with what is typed, or how it could go on."""

    def build(self, cells: int, rows: int) -> tuple[Line, ...]:
        """One row."""
        return (cast("TypedScreen", self.screen).hint(cells),)[:rows]


class TypedScreen(DigScreen):
    """Applies what is typed while it is typed; Tab goes through what it could become."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self._offers: tuple[str, ...] = ()

    # --- of each screen -----------------------------------------------------------------------------------------------

    @property
    def word(self) -> str:
        """The word before the field."""
        raise NotImplementedError

    def hint(self, cells: int) -> Line:
        """The row under the field."""
        raise NotImplementedError

    def apply(self) -> None:
        """Use what is typed, or take note of what is wrong with it."""
        raise NotImplementedError

    def offers(self) -> tuple[str, ...]:
        """What the text could become."""
        raise NotImplementedError

    def answers(self) -> Iterable[Widget]:
        """What stands under the field."""
        raise NotImplementedError

    def answer_boxes(self, width: int, top: int, rows: int) -> dict[str, Box]:
        """Places of what stands under the field."""
        raise NotImplementedError

    # --- the same in all ----------------------------------------------------------------------------------------------

    @property
    def before(self) -> int:
        """Cells before the field's first character."""
        return width(f" {self.word} {_MARK}")

    def body(self) -> Iterable[Widget]:
        """Field, hint, and what comes of it."""
        yield _Prompt(id="prompt")
        field = TypedField(self.text, self.complete, self.action_list)
        field.id = "typed"
        yield field
        yield Hint(id="hint")
        yield from self.answers()

    def boxes(self, width: int, rows: int) -> dict[str, Box]:
        """Field and hint above the rest."""
        return {
            "prompt": Box(0, TOP, self.before, 1),
            "typed": Box(self.before, TOP, max(1, width - self.before - 1), 1),
            "hint": Box(0, TOP + 1, width, 1),
            **self.answer_boxes(width, TOP + 2, max(0, rows - 2)),
        }

    def on_mount(self) -> None:
        """Type at once; apply what it was opened with."""
        super().on_mount()
        field = self.query_one(TypedField)
        field.focus()
        field.cursor_position = len(self.text)
        self.apply()

    def draw(self) -> None:
        """Show what is wrong; the rest is of each screen."""
        self.query_one(Hint).redraw()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Apply while somebody types."""
        event.stop()
        if event.value not in self._offers:
            self._offers = ()
        if event.value != self.text:
            self.text = event.value
            self.apply()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on to what came of it."""
        event.stop()
        self.action_list()

    def complete(self) -> None:
        """Put in the next thing that the text could become."""
        field = self.query_one(TypedField)
        if field.value in self._offers:
            following = self._offers[(self._offers.index(field.value) + 1) % len(self._offers)]
        else:
            self._offers = self.offers()
            if not self._offers:
                return
            following = self._offers[0]
        if len(self._offers) == 1:
            self._offers = ()
        self.put(following)

    def put(self, text: str) -> None:
        """Put in a text as if it were typed."""
        field = self.query_one(TypedField)
        field.value = text
        field.cursor_position = len(text)

    @property
    def typing(self) -> bool:
        """Whether letters go into the field."""
        return isinstance(self.focused, TypedField)

    def action_type(self) -> None:
        """Go to the field."""
        self.query_one(TypedField).focus()

    def action_list(self) -> None:
        """Go to the first list."""
        self.query(Rows).first().focus()
