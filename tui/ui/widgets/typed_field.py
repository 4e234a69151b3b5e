"""A line to type in above what comes of it: Tab completes instead of leaving."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tui.ui.widgets.fields import TextField

if TYPE_CHECKING:
    from collections.abc import Callable


class TypedField(TextField):
    """What is typed. complete: puts in what it could go on with; leave: gives the focus to something else."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", show=False),
        Binding("down", "leave", show=False),
        Binding("escape", "leave", show=False),
    ]

    def __init__(self, value: str, complete: Callable[[], None], leave: Callable[[], None]) -> None:
        super().__init__(value, "")
        self._complete, self._leave = complete, leave

    def action_complete(self) -> None:
        """Put in what is typed so far goes on with; the next Tab the next one."""
        self._complete()

    def action_leave(self) -> None:
        """Go on to what came of it."""
        self._leave()
