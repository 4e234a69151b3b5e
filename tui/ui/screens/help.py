"""Help over any screen: what its keys do, what badges and signs mean, the words."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from tui.locale import _
from tui.present.helptext import help_lines
from tui.ui.widgets.panes import ScrollPane

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from tui.present.situation import Situation
    from tui.present.spans import Line


class HelpPane(ScrollPane):
    """The text of the help."""

    keys: tuple[tuple[str, str], ...] = ()
    bound: tuple[tuple[str, str], ...] = ()

    def pane_title(self, situation: Situation) -> str:
        """Name of the pane."""
        return _("Help")

    def rows_of(self, situation: Situation, cells: int) -> tuple[int, Callable[[int], Line]]:
        """Every line of the help."""
        lines = help_lines(situation.rules, self.keys, self.bound, cells)
        return len(lines), lines.__getitem__


class HelpScreen(ModalScreen[None]):
    """Closes with the key that opened it, or with esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,0,q", "leave", show=False),
    ]

    def __init__(
        self, situation: Situation, keys: tuple[tuple[str, str], ...], bound: tuple[tuple[str, str], ...] = ()
    ) -> None:
        """`keys`: what works now, with a word each; `bound`: every key of the screen and its action."""
        super().__init__()
        self._pane = HelpPane("help")
        self._pane.keys, self._pane.bound = keys, bound
        self._pane.situation = situation

    def compose(self) -> ComposeResult:
        """Only the text."""
        yield self._pane

    def action_leave(self) -> None:
        """Close, once: a second key may have come before it was gone."""
        if self.is_active:
            self.dismiss()
