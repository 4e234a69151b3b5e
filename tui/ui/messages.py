"""What the worker tells the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.metrics.board import Board
    from tui.metrics.feed import EventRow


class Snapshot(Message):
    """A whole new picture; one that waits is replaced by a newer one."""

    def __init__(self, board: Board, events: Sequence[EventRow]) -> None:
        super().__init__()
        self.board = board
        self.events = events

    def can_replace(self, message: Message) -> bool:
        """Return whether this makes an older message useless."""
        return isinstance(message, Snapshot)


class EngineFailed(Message):
    """The reader stopped by an error: from now on the numbers are old."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind
