"""Where `now` comes from: the wall while live, a cursor in review."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Anything that knows what time it is."""

    def now(self) -> datetime:
        """The current moment, UTC."""
        ...


class WallClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The current moment, UTC."""
        return datetime.now(UTC)


class Cursor:
    """A clock that stands where it was put."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> datetime:
        """The moment it was put at, UTC."""
        return self._moment

    def move(self, moment: datetime) -> None:
        """Put it elsewhere."""
        self._moment = moment
