"""A short list over the board: arrows or a digit choose, Enter takes, esc leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from tui.locale import _
from tui.present.spans import Line, Span, fit, foreign, gap, rule
from tui.ui.widgets.fields import Lines

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.events import Key

_MOST = 9


class PickScreen(ModalScreen[str]):
    """Dismisses with the value that was chosen; empty when it was left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,0", "leave", show=False),
        Binding("enter", "take", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
    ]

    def __init__(self, title: str, entries: tuple[tuple[str, str], ...]) -> None:
        super().__init__()
        self._title, self._entries, self._at = title, entries[:_MOST], 0

    def compose(self) -> ComposeResult:
        """Only the list, and what leaves it."""
        with Vertical(id="question"):
            yield Lines(id="pick")
        yield Lines(id="question-foot")

    def on_mount(self) -> None:
        """Write the list."""
        self._write()

    def on_resize(self) -> None:
        """Fit it anew."""
        self._write()

    def _write(self) -> None:
        cells = self.app.size.width
        lines: list[Line] = [rule((Span(foreign(self._title), "strong"),), (), cells)]
        for index, (_value, name) in enumerate(self._entries):
            chosen = index == self._at
            head = Span("▸", "focus") if chosen else gap(1)
            entry = Span(foreign(name), "strong" if chosen else "text")
            lines.append(fit((head, Span(f" {index + 1} ", "muted"), entry), cells))
        self.query_one("#pick", Lines).write(tuple(lines))
        foot: Line = (
            gap(1),
            Span(_("enter"), "strong"),
            Span(f" {_('choose')}", "muted"),
            gap(2),
            Span(_("esc"), "strong"),
            Span(f" {_('back')}", "muted"),
        )
        self.query_one("#question-foot", Lines).write((fit(foot, self.app.size.width),))

    def on_key(self, event: Key) -> None:
        """Take by number."""
        if event.character and event.character.isdigit() and 0 < int(event.character) <= len(self._entries):
            event.stop()
            self._leave(self._entries[int(event.character) - 1][0])

    def action_move(self, step: int) -> None:
        """Go up or down."""
        self._at = max(0, min(len(self._entries) - 1, self._at + step))
        self._write()

    def action_take(self) -> None:
        """Take what is chosen."""
        self._leave(self._entries[self._at][0] if self._entries else "")

    def action_leave(self) -> None:
        """Take nothing."""
        self._leave("")

    def _leave(self, answer: str) -> None:
        """Leave once: a second key may have come before the list was gone."""
        if self.is_active:
            self.dismiss(answer)
