"""An entry as people make it, and as a journal holds it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.incident.entries import Known, Unknown

EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """What was decided, when it happened, and who says so; not yet written down."""

    payload: Known | Unknown
    effective: datetime
    actor: str


@dataclass(frozen=True, slots=True, order=True)
class Stamp:
    """A hybrid logical clock: milliseconds since 1970, then a counter within them. Later entries are always greater."""

    millis: int
    counter: int = 0

    @property
    def moment(self) -> datetime:
        """The instant it stands for, UTC."""
        return EPOCH + timedelta(milliseconds=self.millis)

    def next(self, wall: datetime) -> Stamp:
        """Return the stamp of the next entry: the wall's time, or just after this one should that be later."""
        millis = (wall - EPOCH) // timedelta(milliseconds=1)
        return Stamp(millis) if millis > self.millis else Stamp(self.millis, self.counter + 1)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry as a journal holds it. Journals are read in the order of `position`."""

    entry: Entry
    recorded: datetime
    stamp: Stamp
    writer: str
    seq: int
    retry_of: str = ""
    """The id it had in a segment where writing it failed."""

    @property
    def id(self) -> str:
        """What undo calls it; the same before and after a retry."""
        return self.retry_of or f"{self.writer}:{self.seq}"

    @property
    def position(self) -> tuple[Stamp, str, int]:
        """Where it stands among the entries of all writers."""
        return self.stamp, self.writer, self.seq
