"""A line to type in above a list: letters narrow it, arrows move in it."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.ui.widgets.fields import TextField
from tui.ui.widgets.rows import Rows


class SearchField(TextField):
    """What is typed; arrows move in the screen's list below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down,tab", "move(1)", show=False),
    ]

    def action_move(self, step: int) -> None:
        """Choose a row of the list."""
        self.screen.query_one(Rows).action_choose(step)
