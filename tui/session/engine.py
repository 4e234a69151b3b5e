"""One run: sources, store, clock, and the boards that come of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from tui.logs.source import SourceState
from tui.metrics.build import build_board
from tui.metrics.feed import event_rows
from tui.metrics.store import Store
from tui.session.clock import Cursor
from tui.session.reader import Reader
from tui.session.times import ceil_minute, floor_minute

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, tzinfo

    from tui.metrics.board import Board
    from tui.metrics.feed import EventRow
    from tui.runbook.load import LoadedRunbook
    from tui.session.clock import Clock
    from tui.session.reader import Sources

Mode = Literal["live", "review", "drill"]

REFRESH = timedelta(seconds=5)
"""How old a live board may grow while nothing new arrives: its windows slide even then."""

RESCAN = timedelta(seconds=5)
"""How often patterns are looked at again for new files."""

_OVER = (SourceState.DONE, SourceState.DOWN, SourceState.UNREADABLE)


def at_the_end(end: datetime) -> datetime:
    """Where review opens unless told otherwise."""
    return end


class Engine:
    """Reads, counts and shows one moment after the other.

    `advance`, `read`, `board` and `recent` belong to one thread; the rest may be called from any. In review the clock
    is a `Cursor`: until somebody moves it, it stands where `opening` puts it, given the end of the data so far.
    """

    def __init__(
        self,
        loaded: LoadedRunbook,
        sources: Sources,
        *,
        clock: Clock,
        mode: Mode,
        zone: tzinfo,
        opening: Callable[[datetime], datetime] = at_the_end,
    ) -> None:
        self.mode: Mode = mode
        self.loaded = loaded
        self.runbook = loaded.runbook
        self.texts = loaded.texts
        self.zone = zone
        self.clock = clock
        self.store = Store(loaded.runbook)
        self.reader = Reader(loaded.runbook, sources, self.store, zone)
        self.span: tuple[datetime, datetime] | None = None
        """First and last minute of the data read so far."""
        self._opening: Callable[[datetime], datetime] | None = opening
        self._caught_up = False
        self._shown_at: datetime | None = None
        self._rescanned_at: datetime | None = None

    @property
    def live(self) -> bool:
        """Whether `now` runs with the wall clock."""
        return self.mode != "review"

    @property
    def sources_label(self) -> str:
        """The names of the sources."""
        return " ".join(status.name for status in self.reader.statuses())

    def now(self) -> datetime:
        """The moment the boards stand at, UTC."""
        return self.clock.now()

    def seek(self, at: datetime) -> None:
        """Move the cursor, within the data; the next `advance` returns the board of that moment."""
        if self.span is not None and isinstance(self.clock, Cursor):
            self._opening = None
            self.clock.move(min(max(at, self.span[0]), self.span[1]))

    def read(self) -> bool:
        """Take in at most one block a source; whether there was anything."""
        more = self.reader.step()
        self._caught_up = self._caught_up or not more
        return more

    def drain(self) -> None:
        """Read until there is nothing more at the moment."""
        while self.read():
            pass

    def advance(self) -> Board | None:
        """Read what is there; a fresh board when anything that it shows may have changed, else None."""
        caught_up = self._caught_up
        more = self.read()
        self._follow_the_data()
        now = self.now()
        if not more and caught_up == self._caught_up and not self._stale(now):
            return None
        self._shown_at = now
        return self.board(now)

    def board(self, now: datetime) -> Board:
        """Every number at `now`; later data is ignored."""
        return build_board(
            self.runbook, self.store, now, live=self.live, sources=self.reader.statuses(), final=self._caught_up
        )

    def recent(self, limit: int) -> list[EventRow]:
        """The newest guarded events up to now, the newest first."""
        return event_rows(self.runbook, self.store, self.now(), limit)

    def ended(self) -> bool:
        """Whether no source will ever give anything more."""
        return all(status.state in _OVER for status in self.reader.statuses())

    def unreadable(self) -> bool:
        """Whether any source could not be read."""
        return any(status.state is SourceState.UNREADABLE for status in self.reader.statuses())

    def place_names(self) -> tuple[str, ...]:
        """The source's name for each value of an event's `source` column."""
        return tuple(place.source.name for place in self.reader.places)

    def end(self) -> datetime | None:
        """End of the data, rounded up to the minute; None without any."""
        lasts = [status.last for status in self.reader.statuses() if status.last]
        return ceil_minute(max(lasts)) if lasts else None

    def close(self) -> None:
        """Let go of every source."""
        self.reader.close()

    def _follow_the_data(self) -> None:
        """Keep the span, the cursor that nobody moved yet, and the list of files in step with what was read."""
        firsts = [status.first for status in self.reader.statuses() if status.first]
        end = self.end()
        if firsts and end is not None:
            self.span = (floor_minute(min(firsts)), end)
            if isinstance(self.clock, Cursor) and self._opening is not None:
                self.clock.move(self._opening(end))
        now = self.now()
        if self.live and (self._rescanned_at is None or now - self._rescanned_at >= RESCAN):
            self._rescanned_at = now
            self.reader.rescan()

    def _stale(self, now: datetime) -> bool:
        shown = self._shown_at
        if shown is None or not self.live:
            return shown != now
        return now - shown >= REFRESH or floor_minute(now) != floor_minute(shown)
