"""One row of the closing form: its name, where it is typed, and a line for what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input

from tui.locale import _
from tui.present.closure import LABEL, label, stored
from tui.present.spans import Span, foreign, gap, line_width, wrap
from tui.privacy import mask, visible
from tui.ui.widgets.canvas import Canvas
from tui.ui.widgets.fields import ChoiceField, Lines, TextField

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from tui.present.questions import Field
    from tui.present.spans import Line

_MOST_TOLD = 4


class FormRow(Vertical):
    """Knows what the journal holds of its field and whether something else stands there now."""

    def __init__(self, field: Field) -> None:
        super().__init__(classes="form-row")
        self.field = field
        self.input = ChoiceField(field.choices, field.value) if field.choices else TextField(field.value, field.hint)
        self._kept = self.input.answer
        self._refused: str | None = None
        self._missing = False
        self._sentence: tuple[str, str] = "", ""
        """What was said last below the field, and in which role."""
        self._label = Lines((label(field, LABEL, focused=False, missing=False),))
        self._label.add_class("label")
        self._helper = Lines()
        self._helper.add_class("helper")
        self._told = Lines()

    def compose(self) -> ComposeResult:
        """Name and value in one row; below it what is wrong, if anything is."""
        with Horizontal(classes="field"):
            yield self._label
            yield self.input
            yield self._helper
        yield self._told

    @property
    def dirty(self) -> bool:
        """Whether something stands there that the journal neither holds nor refused."""
        return self.input.answer not in {self._kept, self._refused}

    @property
    def text(self) -> str:
        """What is to be kept; what looks like a secret is masked in its place first, and said."""
        masked = mask(self.input.answer)
        if masked.kinds:
            self._write(masked.text)
        return stored(self.input.answer)

    def keep(self, value: str, sent: str | None = None) -> None:
        """Take over what the journal holds, unless somebody has typed on since it was `sent`."""
        was, self._kept = self._kept, visible(value)
        if self.input.answer == (was if sent is None else visible(sent)):
            self._write(self._kept)
        if sent is not None and self._refused is not None:
            self.tell("")
        self._refused = None if sent is not None else self._refused

    def refuse(self, sentence: str, sent: str) -> None:
        """Say why what was `sent` was not taken; the same is not sent again."""
        self._refused = visible(sent)
        self.tell(sentence, "severe0")

    def tell(self, sentence: str, role: str = "watch") -> None:
        """Say something below the field; with nothing to say, what the gate waits for, else the place is given back."""
        self._sentence = sentence, role
        self._explain()

    def _explain(self) -> None:
        sentence, role = self._sentence
        if not sentence and self._missing and self.input.answer and self.field.hint and not self.input.has_focus:
            sentence, role = _("closing still waits for: {what}").format(what=self.field.hint), "watch"
        cells = max(8, self.size.width - LABEL - 1)
        lines = tuple((gap(LABEL), Span(text, role)) for text in wrap(foreign(sentence), cells))
        self._told.write(lines[:_MOST_TOLD])

    def mark(self, *, missing: bool) -> None:
        """Show whether the gate waits for it, and whether it has the focus."""
        self._missing = missing
        self._label.write((label(self.field, LABEL, focused=self.input.has_focus, missing=missing),))
        self._explain()

    def name_helper(self, line: Line) -> None:
        """Show beside it who was asked to fill it; nothing gives the place back."""
        self._helper.styles.width = line_width(line)
        self._helper.write((line,) if line else ())

    def on_descendant_focus(self) -> None:
        """Show the focus."""
        self.mark(missing=self._missing)

    def on_descendant_blur(self) -> None:
        """Show the focus no longer, and the beginning of what stands there: whoever comes back goes on at its end."""
        self.mark(missing=self._missing)
        if isinstance(self.input, TextField):
            self.input.scroll_to(x=0, animate=False, immediate=True, force=True)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show what would be masked before it is stored."""
        event.stop()
        self._preview(event.value)

    def _preview(self, text: str) -> None:
        masked = mask(text)
        said = f"{_('masked')} ({', '.join(masked.kinds)}): {foreign(masked.text)}"
        self.tell(said if masked.kinds else "")

    def _write(self, value: str) -> None:
        """Put a value there without taking it for typed."""
        if isinstance(self.input, ChoiceField):
            self.input.choose(value)
        elif self.input.value != value:
            with self.prevent(Input.Changed):
                self.input.value = value


class ActionRow(Canvas, can_focus=True):
    """A row that does something on Enter."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "press", show=False)]

    class Pressed(Message):
        """Enter was pressed on it."""

        def __init__(self, row: ActionRow) -> None:
            super().__init__()
            self.row = row

    def __init__(self, name: str) -> None:
        super().__init__(id=name)
        self._draw: Callable[[int, bool], tuple[Line, ...]] = lambda _cells, _focused: ()

    def show(self, draw: Callable[[int, bool], tuple[Line, ...]], rows: int = 1) -> None:
        """Take over what to show: `draw` is told the cells and whether it has the focus."""
        self._draw = draw
        self.styles.height = rows
        self.redraw()

    def build(self, cells: int, rows: int) -> tuple[Line, ...]:
        """Return the rows."""
        return self._draw(cells, self.has_focus)[:rows]

    def action_press(self) -> None:
        """Do it."""
        self.post_message(self.Pressed(self))

    def watch_has_focus(self, has_focus: bool) -> None:
        """Show the focus, or no longer."""
        super().watch_has_focus(has_focus)
        self.redraw()
