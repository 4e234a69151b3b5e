"""What the worker tells the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.metrics.board import Board
    from tui.metrics.feed import EventRow
    from tui.session.command_post import Answered
    from tui.session.picture import IncidentPicture


class Snapshot(Message):
    """A whole new picture; one that waits is replaced by a newer one."""

    def __init__(self, board: Board, events: Sequence[EventRow], incident: IncidentPicture | None = None) -> None:
        super().__init__()
        self.board = board
        self.events = events
        self.incident = incident

    def can_replace(self, message: Message) -> bool:
        """Return whether this makes an older message useless."""
        return isinstance(message, Snapshot)


class Answer(Message):
    """What became of what somebody asked for; never replaced by another."""

    def __init__(self, answered: Answered) -> None:
        super().__init__()
        self.answered = answered


class EngineFailed(Message):
    """The reader stopped by an error: from now on the numbers are old."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind
