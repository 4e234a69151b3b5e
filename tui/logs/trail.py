"""The files that lay at one path, one after the other, in the order in which their bytes belong.

No clock: the caller decides how often to look, and patience is counted in looks. A file is left only when its successor
has bytes and it is read to its end, and it is watched for a while after: another process may still write into it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tui.logs.run import Run, open_regular
from tui.logs.siblings import Key, Siblings, siblings, was_read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tui.logs.source import FileIdentity

_QUIET_LOOKS: Final = 2
_QUIET_LOOKS_IN_LINE: Final = 8
"""Empty looks at a file, after its successor has bytes, before it is left; more while its last line is unfinished."""
_LINGER_LOOKS: Final = 240
_LINGERING: Final = 4
"""How long, and how many, files that were left are watched for a late writer."""


class Trail:
    """What is being read (`run`), what comes next, and what was left. `generation` counts the changes."""

    def __init__(self, path: str, claimed: Callable[[int], bool]) -> None:
        self._path = path
        self._claimed = claimed
        self._claimed_key: Key | None = None
        self.generation = 0
        self.run: Run | None = None
        self.waiting: list[Run] = []
        self._lingering: list[Run] = []
        self._left: dict[int, tuple[FileIdentity, str]] = {}
        self._siblings = Siblings()
        self._empty_looks = 0

    @property
    def current(self) -> Run:
        """The file being read; only to be asked for while one is open."""
        if self.run is None:
            raise RuntimeError("no file is open")
        return self.run

    @property
    def followed(self) -> bool:
        """Whether any file was left so far."""
        return bool(self._left)

    def identities(self) -> tuple[FileIdentity, ...]:
        """Identity of every file so far, the one being read last."""
        current = (self.run.identity,) if self.run else ()
        return (*(identity for identity, _ in self._left.values()), *current)

    def identity(self, generation: int) -> FileIdentity | None:
        """Identity of the file of a generation, as of the last byte read of it."""
        if self.run and generation == self.generation:
            return self.run.identity
        return self._left[generation][0] if generation in self._left else None

    def begin(self) -> None:
        """Open the path; a file that was being read goes on where it was, in the same generation. OSError."""
        if self.waiting:
            self._switch_to(self.waiting.pop(0))
            return
        self._siblings.remember(os.path.realpath(self._path))
        fresh = Run.open(self._path)
        last = self._left.get(self.generation)
        run = self._adopt(fresh)
        if last and last[0] == run.identity:
            run.generation = self.generation
            self.run = run
        else:
            self._switch_to(run)

    def look(self) -> None:
        """Queue what lies at the path now when it is another file, and what came between. OSError: nothing there."""
        there = Path(self._path).stat()
        newest = (self.current, *self.waiting)[-1]
        if (there.st_dev, there.st_ino) in (newest.key, self._claimed_key):
            return
        fresh = Run.open(self._path)
        if any(run.key == fresh.key for run in (self.current, *self.waiting)):
            fresh.close()
        elif self._claimed(fresh.fd):
            self._claimed_key = fresh.key
            fresh.close()
        else:
            following = {run.key for run in (*self._open_runs(), fresh)}
            self.waiting += self._siblings.missed(newest.place, following, self._was_read)
            self.waiting.append(self._adopt(fresh))

    def turn(self) -> Run | None:
        """Leave the current file when it is time, and give it."""
        if not self.waiting or (len(self.waiting) == 1 and not self.waiting[0].has_more()):
            return None
        self._empty_looks += 1
        left = self.current
        if not left.complete and self._empty_looks < (_QUIET_LOOKS if left.at_line_end else _QUIET_LOOKS_IN_LINE):
            return None
        self._lingering.append(left)
        while len(self._lingering) > _LINGERING:
            self._lingering.pop(0).close()
        self._switch_to(self.waiting.pop(0))
        return left

    def turn_back(self) -> bool:
        """Return to a file that was left when it was written to after all; the current one waits meanwhile."""
        if not self.current.at_line_end:
            return False
        for run in tuple(self._lingering):
            if run.has_more():
                self._lingering.remove(run)
                self.waiting.insert(0, self.current)
                self._switch_to(run)
                return True
            run.idle_looks += 1
            if run.idle_looks > _LINGER_LOOKS:
                self._lingering.remove(run)
                run.close()
        return False

    def restart(self) -> bool:
        """Begin anew in the current file, which was emptied. True: a copy made before that is read to its end first.

        It may have been filled, copied and emptied more than once between two looks: those copies come in between.
        """
        emptied = self.current
        copy = self._siblings.copy_of(emptied)
        left = emptied.identity, emptied.place
        emptied.restart()
        between = self._copies_since(emptied, emptied.modified_ns, copy)
        self.waiting[:0] = [*between, emptied]
        if copy:
            copy.generation, copy.complete = self.generation, True
            self.run = copy
            return True
        self._left[self.generation] = left
        self.run = None
        self._switch_to(self.waiting.pop(0))
        return False

    def look_behind(self, since_ns: int) -> bool:
        """Once the first bytes of a file were read, see whether it was filled, copied and emptied before, unseen.

        Then those copies come first, and the file is begun again after them. since_ns: when it was last written to, as
        known before that read. The proof comes after the read: it may happen at any time.
        """
        run = self.current
        between = [] if run.complete else self._copies_since(run, since_ns)
        if between:
            run.restart()
            self.waiting[:0] = [*between, run]
            self.run = None
            self._switch_to(self.waiting.pop(0))
        return bool(between)

    def drop(self) -> None:
        """Let go of the current file, keeping its identity."""
        if self.run:
            self._left[self.generation] = self.run.identity, self.run.place
            self.run.close()
        self.run = None

    def reopen(self, generation: int) -> int | None:
        """Give a new descriptor of the file of a generation, wherever rotation has put it; None when it is gone."""
        for run in self._open_runs():
            if run.generation == generation:
                return os.dup(run.fd)
        if generation not in self._left:
            return None
        identity, place = self._left[generation]
        for path in (place, *(entry.path for entry in siblings(place))):
            with suppress(OSError):
                fd = open_regular(path)
                if identity.content_is_in(fd):
                    return fd
                os.close(fd)
        return None

    def close(self) -> None:
        """Let go of every file."""
        for run in self._open_runs():
            run.close()
        self.run, self.waiting, self._lingering = None, [], []

    def _copies_since(self, run: Run, since_ns: int, known: Run | None = None) -> list[Run]:
        """Open what was copied of a file since then, but for what may be a copy of what it holds now.

        What was just read of the file itself counts for nothing: it is read again after those copies.
        """
        following = {each.key for each in (*self._open_runs(), *([known] if known else []))}
        copies = self._siblings.missed(run.place, following, self._was_left, since_ns)
        for copy in [copy for copy in copies if copy.may_copy(run)]:
            copies.remove(copy)
            self._siblings.forget(copy.key)
            copy.close()
        for copy in copies:
            copy.complete = True
        return copies

    def _was_read(self, fd: int) -> bool:
        return was_read(fd, self.identities()) or self._claimed(fd)

    def _was_left(self, fd: int) -> bool:
        return was_read(fd, [identity for identity, _ in self._left.values()]) or self._claimed(fd)

    def _open_runs(self) -> Iterator[Run]:
        if self.run:
            yield self.run
        yield from self.waiting
        yield from self._lingering

    def _switch_to(self, run: Run) -> None:
        if self.run:
            self._left[self.generation] = self.run.identity, self.run.place
            self.run.idle_looks = 0
        if self._left:
            self.generation += 1
        run.generation = self.generation
        self.run = run
        self._empty_looks = 0

    def _adopt(self, fresh: Run) -> Run:
        """Go on with a file that was read before; its inode alone does not prove that it is the same."""
        for run in self._lingering:
            if run.key == fresh.key:
                fresh.close()
                self._lingering.remove(run)
                return run
        for identity, _ in reversed(self._left.values()):
            if (identity.device, identity.inode) == fresh.key and identity.is_open_as(fresh.fd):
                fresh.jump(identity.offset)
                break
        return fresh
