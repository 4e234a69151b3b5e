"""One run: sources, store, clock, and the boards that come of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from time import monotonic as system_monotonic
from typing import TYPE_CHECKING, Literal

from tui.logs.source import SourceState
from tui.metrics.build import build_board
from tui.metrics.feed import event_rows
from tui.metrics.minutes import ceil_minute, floor_minute
from tui.metrics.retention import kept_since
from tui.metrics.store import Store
from tui.session.clock import Cursor, WallClock
from tui.session.reader import Reader
from tui.session.since import begin, end_of, line_clock, may_have_begun_earlier, plain_files, stop, warm_up
from tui.session.transport import Transport, alert_stops, marker_stops

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, tzinfo

    from tui.metrics.board import Board, SourceStatus
    from tui.metrics.feed import EventRow
    from tui.runbook.load import LoadedRunbook
    from tui.session.clock import Clock
    from tui.session.reader import Sources

Mode = Literal["live", "review", "replay", "drill"]
"""Whether `now` is the wall's, a cursor's, a cursor's within one incident, or an exercise's."""

REFRESH = timedelta(seconds=5)
"""How old a live board may grow while nothing new arrives: its windows slide even then."""

RESCAN = timedelta(seconds=5)
"""How often patterns are looked at again for new files."""

READ_SECONDS = 0.15
"""How long one `advance` may go on reading before it shows what there is."""

FUTURE = timedelta(seconds=60)
"""How far ahead of the wall clock a record may be before it counts as one from the future."""

_OVER = (SourceState.DONE, SourceState.DOWN, SourceState.UNREADABLE)


def at_the_end(end: datetime) -> datetime:
    """Where review opens unless told otherwise."""
    return end


class Engine:
    """Reads, counts and shows one moment after the other.

    `advance`, `read`, `board` and `recent` belong to one thread; the rest may be called from any. In review the clock
    is a `Cursor`: until somebody moves it, it stands where `opening` puts it, given the end of the data so far.

    newest_first: show the end of big plain files before their history is read. cap: rows kept (`Store`).
    """

    def __init__(  # noqa: PLR0913 - each is a fact of its own that only the caller knows
        self,
        loaded: LoadedRunbook,
        sources: Sources,
        *,
        clock: Clock,
        mode: Mode,
        zone: tzinfo,
        opening: Callable[[datetime], datetime] = at_the_end,
        newest_first: bool = False,
        cap: int | None = None,
        monotonic: Callable[[], float] = system_monotonic,
        wall: Clock | None = None,
    ) -> None:
        self.mode: Mode = mode
        self.loaded = loaded
        self.runbook = loaded.runbook
        self.texts = loaded.texts
        self.zone = zone
        self.clock = clock
        self.store = Store(loaded.runbook, cap=cap)
        self.reader = Reader(loaded.runbook, sources, self.store, zone, newest_first=newest_first)
        self.span: tuple[datetime, datetime] | None = None
        """First and last minute of the data read so far."""
        self._landmarks: Transport | None = None
        self._whole = False
        self._also: tuple[datetime, ...] = ()
        self._opening: Callable[[datetime], datetime] | None = opening
        self._monotonic = monotonic
        self._wall = wall or WallClock()
        self._began = monotonic()
        self._shown_at: datetime | None = None
        self._rescanned_at: datetime | None = None
        self._peeked_end: datetime | None = None

    @property
    def live(self) -> bool:
        """Whether `now` runs with the wall clock."""
        return self.mode in {"live", "drill"}

    @property
    def sources_label(self) -> str:
        """The names of the sources."""
        return " ".join(status.name for status in self.reader.statuses())

    def now(self) -> datetime:
        """The moment the boards stand at, UTC."""
        return self.clock.now()

    @property
    def transport(self) -> Transport | None:
        """Where a review may go, as of the last `advance`; None before there is data, and outside of reviews."""
        marks, clock = self._landmarks, self.clock
        return replace(marks, speed=clock.speed) if marks is not None and isinstance(clock, Cursor) else None

    def visit(self, moments: tuple[datetime, ...]) -> None:
        """Let the cursor also go to moments outside of the data, where something else is to be seen."""
        self._also = moments
        if self._landmarks is not None:
            self._landmarks = self._landmarks.with_room_for(moments)

    def seek(self, at: datetime) -> None:
        """Move the cursor, within the span; the next `advance` returns the board of that moment."""
        marks = self._landmarks
        if marks is not None and isinstance(self.clock, Cursor):
            self._opening = None
            self.clock.move(marks.clamp(at))

    def play(self, speed: int) -> None:
        """Let the cursor run, so many times as fast as it happened, to the end of the span; 0 stops it."""
        marks = self._landmarks
        if marks is not None and isinstance(self.clock, Cursor):
            self._opening = None
            self.clock.play(speed, marks.last)

    def read(self) -> bool:
        """Take in at most one block a source; whether there was anything. Live, what is past its retention goes."""
        more = self.reader.step()
        if self.live:
            self.store.expire(kept_since(self.runbook, self.now()))
        return more

    def narrow(self, since: datetime | None, until: datetime | None) -> bool:
        """Before anything is read: leave out what a look at (since, until] does not need; whether that is anything.

        Rules warm up before `since`. Nothing is left out unless every source is a plain file in the order of time.
        """
        files = plain_files(self.reader.sources)
        if files is None:
            return False
        read_time = line_clock(self.runbook, self.zone)
        self._peeked_end = end_of(files, read_time)
        begun = [begin(file, read_time, since - warm_up(self.runbook)) for file in files] if since else []
        stops = {file: stop(file, read_time, until) for file in files} if until else {}
        for file, offset in stops.items():
            if offset is not None:
                self.reader.stop(file, offset)
        return any(begun)

    def peek_end(self) -> datetime | None:
        """End of the data as its last lines say it, rounded up to the minute; None where that cannot be told."""
        files = plain_files(self.reader.sources)
        last = end_of(files, line_clock(self.runbook, self.zone)) if files else None
        return ceil_minute(last) if last else None

    def began_in_time(self, as_of: datetime) -> bool:
        """Whether nothing that is so at `as_of` can have begun before what `narrow` left to be read."""
        first = min((status.first for status in self.reader.statuses() if status.first), default=None)
        if first is None or self.store.newest(self.runbook.silence.metric, as_of) is None:
            return False
        return not may_have_begun_earlier(self.board(as_of).alerts, first, self.runbook)

    def drain(self) -> None:
        """Read until there is nothing more at the moment."""
        while self.read():
            pass

    def advance(self) -> Board | None:
        """Read what is there; a fresh board when anything that it shows may have changed, else None.

        The first time little is read, so that there is something to show; later as much as a short moment allows.
        """
        was_filling = self.reader.filling
        more = self.read()
        if more and self._shown_at is not None:
            self._read_on()
        self._follow_the_data()
        now = self.now()
        if not more and was_filling == self.reader.filling and not self._stale(now):
            return None
        self._shown_at = now
        return self.board(now)

    def _read_on(self) -> None:
        until = self._monotonic() + READ_SECONDS
        while self._monotonic() < until and self.read():
            pass

    def board(self, now: datetime) -> Board:
        """Every number at `now`; later data is ignored."""
        statuses, final = self.reader.statuses(), not self.reader.filling
        board = build_board(self.runbook, self.store, now, live=self.live, sources=statuses, final=final)
        return board if final else replace(board, fill_seconds=self._fill_seconds(statuses))

    def _fill_seconds(self, statuses: tuple[SourceStatus, ...]) -> float | None:
        """Guess by the bytes read so far; None while that says nothing."""
        read = sum(status.consumed for status in statuses if status.total_bytes)
        total = sum(status.total_bytes or 0 for status in statuses)
        elapsed = self._monotonic() - self._began
        return (total - read) * elapsed / read if read and elapsed > 0 else None

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
        """End of the data, rounded up to the minute; None without any.

        A record from the future never moves it (contracts §1): one line with a wrong clock would hide everything that
        fires. A log that lies in the future as a whole is taken at its word.
        """
        lasts = [status.last for status in self.reader.statuses() if status.last]
        lasts += [self._peeked_end] if self._peeked_end else []
        if not lasts:
            return None
        wall = self._wall.now()
        past = self.store.span(wall) if max(lasts) > wall + FUTURE else None
        return ceil_minute(past[1] if past else max(lasts))

    def close(self) -> None:
        """Let go of every source."""
        self.reader.close()

    def _follow_the_data(self) -> None:
        """Keep the span, the cursor that nobody moved yet, and the list of files in step with what was read."""
        firsts = [status.first for status in self.reader.statuses() if status.first]
        end = self.end()
        if firsts and end is not None:
            self._know((floor_minute(min(firsts)), end))
        now = self.now()
        if self.live and (self._rescanned_at is None or now - self._rescanned_at >= RESCAN):
            self._rescanned_at = now
            self.reader.rescan()

    def _know(self, span: tuple[datetime, datetime]) -> None:
        """Take over what the data spans; in review, also what happened in it, once all of it is read."""
        final = not self.reader.filling
        if not self.live and isinstance(self.clock, Cursor) and (span != self.span or final != self._whole):
            self._landmarks = self._happened(span, final=final).with_room_for(self._also)
            if self._opening is not None:
                self.clock.move(self._opening(span[1]))
        self.span, self._whole = span, final

    def _happened(self, span: tuple[datetime, datetime], *, final: bool) -> Transport:
        """Alerts and grave markers of a span; none before all of it is read."""
        if not final:
            return Transport(*span)
        board = self.board(span[1])
        grave = {marker.id for marker in self.runbook.markers if marker.weight == "error"}
        stops = {*alert_stops(board.alerts), *marker_stops(board.markers, grave)}
        return Transport(*span, stops=tuple(sorted(stops)), episodes=board.alerts)

    def _stale(self, now: datetime) -> bool:
        shown = self._shown_at
        if shown is None or not self.live:
            return shown != now
        return now - shown >= REFRESH or floor_minute(now) != floor_minute(shown)
