"""Plain files: read to the end, and followed through rename, truncation, deletion, link swaps and absence."""

from __future__ import annotations

import os
from threading import Lock
from typing import TYPE_CHECKING, Final

from tui.logs.history import History
from tui.logs.siblings import nobody
from tui.logs.source import (
    BLOCK_BYTES,
    Block,
    Code,
    FileIdentity,
    Note,
    Notebook,
    SourceState,
    read_failure,
)
from tui.logs.trail import Trail

if TYPE_CHECKING:
    from collections.abc import Callable

_ABSENT_LOOKS: Final = 3
"""Looks at an empty path before the source counts as gone: between rename and create there is nothing for a moment."""
_RELEASE_LOOKS: Final = 240
"""Looks at an empty path before a deleted file is let go of, which gives its disk space back."""


class PlainFile:
    """A file at a path, live or read once. `read` goes forward, `back` through what `start_at` left behind.

    claimed: whether the file open under a descriptor belongs to another source, which rotation may put at this path.
    """

    rereadable: Final = True

    def __init__(self, path: str, name: str, *, live: bool, claimed: Callable[[int], bool] = nobody) -> None:
        self.name: Final = name
        self.path: Final = path
        self.state = SourceState.OPEN
        self.consumed = 0
        self._live = live
        self._trail = Trail(path, claimed)
        self._history: History | None = None
        self._notes = Notebook()
        self._lock = Lock()
        self._trouble = ""
        self._absent_looks = 0
        self._closed = False
        with self._lock:
            self._begin()

    @property
    def note(self) -> Note | None:
        """The latest thing that happened."""
        return self._notes.latest

    @property
    def notes(self) -> tuple[Note, ...]:
        """The latest of each kind of thing that happened."""
        return self._notes.all

    @property
    def total_bytes(self) -> int | None:
        """Bytes handed out plus those known to be there."""
        with self._lock:
            if self._trail.run is None:
                return None
            runs = (self._trail.run, *self._trail.waiting)
            behind = self._history.left if self._history else 0
            return self.consumed + behind + sum(max(0, run.size - run.offset) for run in runs)

    @property
    def identities(self) -> tuple[FileIdentity, ...]:
        """Of every file followed so far."""
        with self._lock:
            return self._trail.identities()

    def read(self, limit: int = BLOCK_BYTES) -> Block | None:
        """Hand out the next bytes in file order, from a rotated file's end on to its successor's beginning."""
        with self._lock:
            if self.state is SourceState.DONE or self._closed:
                return None
            try:
                return self._read(limit)
            except OSError as error:
                self._trail.drop()
                self._fail(error)
                return None

    def start_at(self, offset: int) -> int:
        """Begin at the first line start from `offset` on, before anything was read; `back` gives the rest.

        Gives the offset really used; 0 when the file cannot be opened or was begun already.
        """
        with self._lock:
            run = self._trail.run
            if run is None or run.offset:
                return 0
            run.jump(run.line_start_from(min(offset, run.size)))
            self._history = History(run.fd, run.offset, self._trail.generation)
            return run.offset

    def back(self, limit: int = BLOCK_BYTES) -> Block | None:
        """Hand out the next older bytes of what `start_at` left behind; None when there is no more.

        A block begins at a line start, unless it continues the block handed out before it (one huge line).
        """
        with self._lock:
            block = self._history.back(limit) if self._history else None
            if block:
                self.consumed += len(block.data)
            else:
                self._forget_history()
            return block

    def identity(self, generation: int | None = None) -> FileIdentity | None:
        """Identity of the file a generation was read from, as of its last byte read."""
        with self._lock:
            return self._trail.identity(self._trail.generation if generation is None else generation)

    def fetch(self, offset: int, length: int, generation: int | None = None) -> bytes | None:
        """Read bytes again, also of a rotated file that still lies beside its successor. None when they are gone."""
        with self._lock:
            fd = self._trail.reopen(self._trail.generation if generation is None else generation)
        if fd is None:
            return None
        try:
            data = os.pread(fd, length, offset)
        except OSError:
            return None
        finally:
            os.close(fd)
        return data if len(data) == length else None

    def close(self) -> None:
        """Let go of every file."""
        with self._lock:
            self._closed = True
            self._forget_history()
            self._trail.close()

    def _read(self, limit: int) -> Block | None:
        if self._trail.run is None and not self._begin():
            return None
        block = self._take(limit)
        if block:
            return block
        if not self._live:
            self.state = SourceState.DONE
            return None
        if not self._look():
            return None
        if left := self._trail.turn():
            if not left.complete:
                self._notes.tell(Note(Code.ROTATED, at=left.offset))
            return self._take(limit)
        return self._take(limit) if self._trail.turn_back() else None

    def _take(self, limit: int) -> Block | None:
        run = self._trail.current
        at, since_ns = run.offset, run.modified_ns
        data = run.take(limit)
        if data is None:
            self._restart()
            data = self._trail.current.take(limit)
        elif (data or run.shrunk) and not at and self._live and self._trail.look_behind(since_ns):
            data = self._trail.current.take(limit)
        elif run.shrunk:
            self._notes.tell(Note(Code.TRUNCATED, at=at, lost=run.shrunk))
        if not data:
            return None
        self.consumed += len(data)
        return Block(data, self._trail.current.offset - len(data), self._trail.generation)

    def _begin(self) -> bool:
        try:
            self._trail.begin()
        except OSError as error:
            self._fail(error)
            return False
        self._well_again()
        return True

    def _restart(self) -> None:
        """Say what is gone with the emptied file: what a copy beside it still has is read there instead."""
        emptied = self._trail.current
        at, seen = emptied.offset, emptied.size
        if self._trail.restart():
            lost = max(0, seen - self._trail.current.size)
            if self._history:
                self._history.go_on_in(self._trail.current.fd)
        else:
            lost = max(0, seen - at) + (self._history.left if self._history else 0)
            self._forget_history()
        self._notes.tell(Note(Code.TRUNCATED, at=at, lost=lost or None))

    def _look(self) -> bool:
        """See what lies at the path now. False: nothing is open any more."""
        try:
            self._trail.look()
        except OSError as error:
            self._absent_looks += 1
            if self._absent_looks >= _ABSENT_LOOKS:
                self._fail(error)
            if self._absent_looks >= _RELEASE_LOOKS and not self._trail.waiting:
                self._release_deleted()
        else:
            self._well_again()
        return self._trail.run is not None

    def _release_deleted(self) -> None:
        if os.fstat(self._trail.current.fd).st_nlink == 0:
            self._trail.drop()

    def _well_again(self) -> None:
        if self.state is not SourceState.OPEN:
            self._notes.tell(Note(Code.CAME_BACK))
        self.state = SourceState.OPEN
        self._absent_looks = 0

    def _fail(self, error: OSError) -> None:
        """Say once that there is nothing to read at the path, or why it cannot be read."""
        was_there = self._trail.run is not None or self._trail.followed
        if was_there and isinstance(error, FileNotFoundError | NotADirectoryError):
            state, note = SourceState.DOWN, Note(Code.GONE, at=self.consumed)
        else:
            state, note = SourceState.UNREADABLE, read_failure(error)
        if note.errno != self._trouble or state is not self.state:
            self._notes.tell(note)
        self.state, self._trouble = state, note.errno

    def _forget_history(self) -> None:
        if self._history:
            self._history.close()
        self._history = None
