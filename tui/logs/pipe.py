"""Pipes: piped input, named pipes, the output of commands. Read by a thread, so that nobody who asks has to wait."""

from __future__ import annotations

import os
import select
from collections import deque
from contextlib import suppress
from threading import Condition, Thread
from typing import TYPE_CHECKING, Final

from tui.logs.inflate import MAGIC_BYTES, Inflater, opener
from tui.logs.run import open_readable
from tui.logs.source import BLOCK_BYTES, Block, Code, FileIdentity, Note, Notebook, SourceState

if TYPE_CHECKING:
    from collections.abc import Callable

ROOM_BYTES: Final = 64 << 20
"""Bytes that wait for the reader at most."""
_PATIENCE: Final = 1.0
"""Seconds the writer is made to wait for a reader that takes nothing, before bytes are dropped (live)."""
_CHUNK: Final = 1 << 20
_RAW_BYTES: Final = 1 << 14


class Pump:
    """Moves bytes from a descriptor, which it owns, into bounded memory.

    While there is no room the writer waits. With `patience` (seconds) a reader that takes nothing for so long makes it
    drop bytes up to a line's end instead: what feeds a screen must not stop the service that writes. `reopen` gives a
    new descriptor when all writers of a named pipe have left.
    """

    def __init__(
        self,
        fd: int,
        *,
        patience: float | None,
        room: int = ROOM_BYTES,
        reopen: Callable[[], int] | None = None,
    ) -> None:
        self.ended = False
        self.dropped = 0
        self.drops = 0
        self.patience = patience
        self._fd = fd
        self._room = room
        self._reopen = reopen
        self._chunks: deque[tuple[int, int, bytes]] = deque()
        """Stretch, offset and bytes, oldest first."""
        self._held = 0
        self._stretch = 0
        self._offset = 0
        self._dropping = False
        self._closed = False
        self._changed = Condition()
        self._wake_read, self._wake_write = os.pipe()
        self._thread = Thread(target=self._run, name="pump", daemon=True)
        self._thread.start()

    def take(self, limit: int) -> Block | None:
        """Take consecutive bytes; None when none are there. generation: rises at each gap and each new writer."""
        with self._changed:
            if not self._chunks:
                return None
            stretch, start, chunk = self._chunks.popleft()
            pieces, size = [chunk], len(chunk)
            while self._chunks and size < limit and self._chunks[0][0] == stretch:
                pieces.append(self._chunks.popleft()[2])
                size += len(pieces[-1])
            data = b"".join(pieces)
            if size > limit:
                self._chunks.appendleft((stretch, start + limit, data[limit:]))
                data = data[:limit]
            self._held -= len(data)
            self._changed.notify_all()
            return Block(data, start, stretch)

    @property
    def drained(self) -> bool:
        """Whether the input ended and every byte of it was taken."""
        with self._changed:
            return self.ended and not self._chunks

    def wait(self, seconds: float) -> bool:
        """Wait until bytes are there or the input ended, at most so long; for callers that have nothing else to do."""
        with self._changed:
            return self._changed.wait_for(lambda: bool(self._chunks) or self.ended, seconds)

    def close(self) -> None:
        """Stop reading; the writer gets a broken pipe."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            self._changed.notify_all()
        os.write(self._wake_write, b"\0")
        self._thread.join()
        os.close(self._wake_write)
        os.close(self._wake_read)

    def _run(self) -> None:
        try:
            with suppress(OSError):  # the other side is gone: an end like any other
                while not self._closed and self._step():
                    pass
        finally:
            os.close(self._fd)
            with self._changed:
                self.ended = True
                self._changed.notify_all()

    def _step(self) -> bool:
        poller = select.poll()
        poller.register(self._fd, select.POLLIN)
        poller.register(self._wake_read, select.POLLIN)
        poller.poll()
        if self._closed:
            return False
        try:
            data = os.read(self._fd, _CHUNK)
        except BlockingIOError:
            return True
        if data:
            self._put(data)
            return True
        return self._writers_left()

    def _writers_left(self) -> bool:
        if self._reopen is None:
            return False
        with self._changed:
            self.ended = True
            self._stretch += 1
            self._changed.notify_all()
        fresh = self._reopen()  # before the old one is closed: a writer must find a reader at any time
        os.close(self._fd)
        self._fd = fresh
        return True

    def _put(self, data: bytes) -> None:
        with self._changed:
            self.ended = False
            while self._held + len(data) > self._room and self._held and not self._dropping:
                if not self._changed.wait(self.patience) and not self._closed:
                    self._begin_to_drop()
                if self._closed:
                    return
            if self._dropping:
                data = self._drop(data)
            if data:
                self._chunks.append((self._stretch, self._offset, data))
                self._offset += len(data)
                self._held += len(data)
                self._changed.notify_all()

    def _begin_to_drop(self) -> None:
        """Drop from a line's end on: the first half of a line, not taken yet, is of no use to anybody."""
        stretch, offset, chunk = self._chunks.pop()
        whole = chunk.rfind(b"\n") + 1 or len(chunk)
        self._chunks.append((stretch, offset, chunk[:whole]))
        self._held -= len(chunk) - whole
        self.dropped += len(chunk) - whole
        self._dropping = True
        self.drops += 1
        self._stretch += 1

    def _drop(self, data: bytes) -> bytes:
        """Drop everything while there is no room, then up to the next line start; gives what is left of `data`."""
        end = len(data)
        if self._held + len(data) <= self._room:
            newline = data.find(b"\n")
            if newline >= 0:
                end, self._dropping = newline + 1, False
        self._offset += end
        self.dropped += end
        return data[end:]


class Pipe:
    """Bytes that come once, plain or compressed. When they end it is DOWN (live) or DONE."""

    rereadable: Final = False
    total_bytes: Final = None

    def __init__(self, name: str, pump: Pump, *, live: bool) -> None:
        self.name: Final = name
        self.state = SourceState.OPEN
        self.consumed = 0
        self._live = live
        self._pump = pump
        self._notes = Notebook()
        self._drops_told = 0
        self._dropped_told = 0
        self._head: bytes | None = b""
        """First bytes, held until they tell whether the stream is compressed; None once they did."""
        self._inflater: Inflater | None = None

    @property
    def note(self) -> Note | None:
        """The latest thing that happened."""
        return self._notes.latest

    @property
    def notes(self) -> tuple[Note, ...]:
        """The latest of each kind of thing that happened."""
        return self._notes.all

    def read(self, limit: int = BLOCK_BYTES) -> Block | None:
        """Hand out the bytes that have come."""
        if self.state is SourceState.DONE:
            return None
        block = self._inflated(limit) if self._inflater else self._plain(limit)
        self._tell_drops()
        if block is None and self._pump.drained:
            self._ended()
        elif self.state is SourceState.DOWN and block:
            self.state = SourceState.OPEN
            self._notes.tell(Note(Code.CAME_BACK))
        return block

    def identity(self, generation: int | None = None) -> FileIdentity | None:
        """None: a pipe has no identity."""
        return None

    def fetch(self, offset: int, length: int, generation: int | None = None) -> bytes | None:
        """None: what a pipe gave is gone."""
        return None

    def wait(self, seconds: float) -> bool:
        """Wait until there is something to read or the input ended; for callers that have nothing else to do."""
        return self._pump.wait(seconds)

    def close(self) -> None:
        """Stop reading."""
        self._pump.close()
        self.state = SourceState.DONE

    def _plain(self, limit: int) -> Block | None:
        block = self._pump.take(limit)
        self.consumed += len(block.data) if block else 0
        if self._head is None:
            return block
        if block is None:
            return self._decide(limit) if self._head and self._pump.drained else None
        self._head += block.data
        return self._decide(limit) if len(self._head) >= MAGIC_BYTES or b"\n" in self._head else None

    def _decide(self, limit: int) -> Block | None:
        """See from its first bytes whether the stream is compressed."""
        head, self._head = self._head or b"", None
        if opener(head) is None:
            return Block(head, 0, 0)
        self._pump.patience = None  # a compressed stream cannot be read past a gap
        self._inflater = Inflater()
        self._inflater.push(head)
        return self._inflated(limit)

    def _inflated(self, limit: int) -> Block | None:
        inflater = self._inflater
        if inflater is None:
            return None
        data = inflater.pull(limit)
        while not data and not inflater.finished:
            taken = self._pump.take(_RAW_BYTES)
            if taken:
                self.consumed += len(taken.data)
                inflater.push(taken.data)
            elif self._pump.drained:
                inflater.end()
            else:
                return None
            data = inflater.pull(limit)
        if not data:
            return None
        return Block(data, inflater.produced - len(data), 0)

    def _tell_drops(self) -> None:
        drops, dropped = self._pump.drops, self._pump.dropped
        if dropped > self._dropped_told:
            self._notes.tell(Note(Code.OVERLOADED, times=drops - self._drops_told, lost=dropped - self._dropped_told))
            self._drops_told, self._dropped_told = drops, dropped

    def _ended(self) -> None:
        if self._inflater and self._inflater.verdict and self._inflater.verdict not in self.notes:
            self._notes.tell(self._inflater.verdict)
        if self.state is SourceState.OPEN:
            self._notes.tell(Note(Code.INPUT_ENDED, at=self.consumed))
        self.state = SourceState.DOWN if self._live else SourceState.DONE


def open_fifo(path: str, name: str, *, live: bool) -> Pipe:
    """Read a named pipe or a device. Live, it is kept open for the next writer. OSError when it cannot be opened."""

    def reopen() -> int:
        return open_readable(path)

    return Pipe(name, Pump(reopen(), patience=_PATIENCE if live else None, reopen=reopen if live else None), live=live)


def open_piped(fd: int, name: str, *, live: bool) -> Pipe:
    """Read what is piped in; the descriptor stays the caller's. OSError when it is not open."""
    return Pipe(name, Pump(os.dup(fd), patience=_PATIENCE if live else None), live=live)
