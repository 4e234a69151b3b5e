"""Compressed files: streamed from their beginning to their end, and streamed again for evidence."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from tui.logs.inflate import Inflater
from tui.logs.run import open_regular
from tui.logs.source import (
    BLOCK_BYTES,
    Block,
    FileIdentity,
    Note,
    Notebook,
    SourceState,
    identify,
    read_failure,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_RAW_BYTES: Final = 1 << 14
"""Compressed bytes decoded at once; of a damaged stream at most these are lost before the damage."""


class CompressedFile:
    """A compressed file, read once: it is never followed. `consumed` and `total_bytes` are compressed bytes."""

    rereadable: Final = True

    def __init__(self, path: str, name: str) -> None:
        self.name: Final = name
        self.path: Final = path
        self.state = SourceState.OPEN
        self.consumed = 0
        self.total_bytes: int | None = None
        self._notes = Notebook()
        self._inflater = Inflater()
        self._offset = 0
        self._fd = -1
        try:
            self._fd = open_regular(path)
            self.total_bytes = os.fstat(self._fd).st_size
        except OSError as error:
            self._fail(error)

    @property
    def note(self) -> Note | None:
        """The latest thing that happened."""
        return self._notes.latest

    @property
    def notes(self) -> tuple[Note, ...]:
        """The latest of each kind of thing that happened."""
        return self._notes.all

    @property
    def identities(self) -> tuple[FileIdentity, ...]:
        """Of the file, as of what was read."""
        identity = self.identity()
        return (identity,) if identity else ()

    def read(self, limit: int = BLOCK_BYTES) -> Block | None:
        """Hand out the next decompressed bytes."""
        if self.state is not SourceState.OPEN:
            return None
        try:
            data = self._fill(limit)
        except OSError as error:
            self._fail(error)
            return None
        if self._inflater.finished and not data:
            self._finish()
            return None
        block = Block(data, self._offset, 0)
        self._offset += len(data)
        return block

    def identity(self, generation: int | None = None) -> FileIdentity | None:
        """Identity of the compressed file, as of what was read of it."""
        if generation not in (None, 0) or self._fd < 0:
            return None
        try:
            return identify(self._fd, self.consumed)
        except OSError:
            return None

    def fetch(self, offset: int, length: int, generation: int | None = None) -> bytes | None:
        """Stream the file again up to the wanted bytes. None when it does not go that far any more."""
        if generation not in (None, 0):
            return None
        wanted = bytearray()
        start = 0
        try:
            for piece in inflated(self.path):
                wanted += piece[max(0, offset - start) : offset + length - start]
                start += len(piece)
                if start >= offset + length:
                    break
        except OSError:
            return None
        return bytes(wanted) if len(wanted) == length else None

    def close(self) -> None:
        """Let go of the file."""
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = -1
        if self.state is SourceState.OPEN:
            self.state = SourceState.DONE

    def _fill(self, limit: int) -> bytes:
        pieces: list[bytes] = []
        room = limit
        while room and not self._inflater.finished:
            piece = self._inflater.pull(room)
            if piece:
                pieces.append(piece)
                room -= len(piece)
            elif not self._inflater.finished:
                self._feed()
        return b"".join(pieces)

    def _feed(self) -> None:
        raw = os.pread(self._fd, _RAW_BYTES, self.consumed)
        self.consumed += len(raw)
        if raw:
            self._inflater.push(raw)
        else:
            self._inflater.end()

    def _finish(self) -> None:
        self.state = SourceState.DONE
        if self._inflater.verdict:
            self._notes.tell(self._inflater.verdict)

    def _fail(self, error: OSError) -> None:
        self._notes.tell(read_failure(error))
        self.state = SourceState.UNREADABLE


def inflated(path: str, limit: int = BLOCK_BYTES) -> Iterator[bytes]:
    """Decompress a file in pieces of at most `limit` bytes. OSError when it cannot be read."""
    inflater = Inflater()
    fd = open_regular(path)
    try:
        while not inflater.finished:
            if piece := inflater.pull(limit):
                yield piece
            elif raw := os.read(fd, _RAW_BYTES):
                inflater.push(raw)
            else:
                inflater.end()
    finally:
        os.close(fd)
