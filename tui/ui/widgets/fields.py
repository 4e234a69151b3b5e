"""What a question is answered with: a line of text, one of a few choices, the name of whoever acts."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from tui.present.spans import Line, Span, gap, line_width
from tui.privacy import mask, visible
from tui.ui.widgets.canvas import Canvas

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.events import Key, Paste

    from tui.present.questions import Choice

TEXT_LIMIT = 2000
"""Most characters that a field takes; a longer text belongs into a file."""


_EDITING = {
    "backspace": "delete_left",
    "delete": "delete_right",
    "left": "cursor_left",
    "right": "cursor_right",
}


class Lines(Canvas):
    """Lines that were written elsewhere."""

    def __init__(self, lines: tuple[Line, ...] = (), *, id: str | None = None) -> None:  # noqa: A002 - the toolkit's name
        super().__init__(id=id)
        self.lines = lines

    def on_mount(self) -> None:
        """Take as many rows as there are lines."""
        self.write(self.lines)

    def write(self, lines: tuple[Line, ...]) -> None:
        """Show other lines; without any the place is given back."""
        self.lines = lines
        self.display = bool(lines)
        self.styles.height = max(1, len(lines))
        self.redraw()

    def build(self, cells: int, rows: int) -> tuple[Line, ...]:
        """Return the lines."""
        del cells
        return self.lines[:rows]


class TextField(Input):
    """One line of text. What could steer a terminal is made visible as it is typed or pasted."""

    def __init__(self, value: str, hint: str) -> None:
        super().__init__(visible(value), visible(hint), compact=True, max_length=TEXT_LIMIT, select_on_focus=False)

    def validate_value(self, value: str) -> str:
        """Picture control characters."""
        return visible(value)

    def on_paste(self, event: Paste) -> None:
        """Mask what looks like a secret before it is on the screen: nobody types one. Only the first line is taken."""
        event.prevent_default()
        event.stop()
        self.replace(next(iter(event.text.splitlines()), ""), *self.selection)
        masked = mask(self.value)
        if masked.kinds:
            with self.prevent(Input.Changed):  # that of the paste itself says what was masked
                self.value = masked.text
            self.cursor_position = len(self.value)

    @property
    def answer(self) -> str:
        """What was typed."""
        return self.value

    async def on_key(self, event: Key) -> None:
        """Edit in the order of the keys: as bindings they come after every letter of the same burst."""
        action = _EDITING.get(event.key)
        if action is not None:
            event.stop()
            event.prevent_default()
            await self.run_action(action)


class ChoiceField(Canvas, can_focus=True):
    """One of a few choices, all in view: ← → or its number picks one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", show=False),
        Binding("right,space", "move(1)", show=False),
    ]

    class Picked(Message):
        """A number was pressed."""

        def __init__(self, field: ChoiceField) -> None:
            super().__init__()
            self.field = field

    def __init__(self, choices: tuple[Choice, ...], value: str, *, tail: str = "") -> None:
        super().__init__()
        self.choices, self.tail = choices, tail
        self.type_on: Callable[[str], None] = lambda _letter: None
        """Where a letter goes that somebody types here, thinking of a line of text."""
        self._at = next((index for index, choice in enumerate(choices) if choice.value == value), None)

    @property
    def answer(self) -> str:
        """The chosen value; empty while none is."""
        return "" if self._at is None else self.choices[self._at].value

    def choose(self, value: str) -> None:
        """Choose the one with that value; none where there is no such."""
        self._at = next((index for index, choice in enumerate(self.choices) if choice.value == value), None)
        self.redraw()

    def build(self, cells: int, rows: int) -> tuple[Line, ...]:
        """Every choice with its number, the chosen one marked; the chosen one alone where there is no room."""
        del rows
        line: Line = ()
        for index, choice in enumerate(self.choices):
            role = "chip" if index == self._at else "text" if self.has_focus else "muted"
            line = (*line, Span(f"{index + 1}", "muted"), Span(f" {choice.label} ", role), gap(1))
        line = (*line, Span(self.tail, "muted"))
        if line_width(line) > cells and self._at is not None:
            chosen = self.choices[self._at]
            line = (
                Span(f"◂ {self._at + 1}/{len(self.choices)} ", "muted"),
                Span(f" {chosen.label} ", "chip"),
                Span(" ▸", "muted"),
            )
        return (line,)

    def action_move(self, step: int) -> None:
        """Choose the next one."""
        at = -1 if self._at is None and step > 0 else self._at or 0
        self._at = (at + step) % len(self.choices)
        self.redraw()

    def on_key(self, event: Key) -> None:
        """Choose by number."""
        if event.character and event.character.isdigit() and 0 < int(event.character) <= len(self.choices):
            event.stop()
            self._at = int(event.character) - 1
            self.redraw()
            self.post_message(self.Picked(self))
        elif event.character and event.character.isprintable() and not event.character.isspace():
            self.type_on(event.character)

    def watch_has_focus(self, has_focus: bool) -> None:
        """Show which field has the focus."""
        super().watch_has_focus(has_focus)
        self.redraw()
