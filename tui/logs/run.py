"""One open plain file and how far it was read, with proof that it is still the file it was."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from dataclasses import dataclass

from tui.logs.source import SPAN, FileIdentity, digest

_NEWLINE = b"\n"
_SCAN = 1 << 16


def open_readable(path: str) -> int:
    """Open without ever waiting for a writer. OSError as `open`, EISDIR for a folder."""
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if stat.S_ISDIR(os.fstat(fd).st_mode):
        os.close(fd)
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    return fd


def open_regular(path: str) -> int:
    """Open a regular file. OSError as `open`, EISDIR for a folder, ENXIO for anything else that has no offsets."""
    fd = open_readable(path)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(errno.ENXIO, os.strerror(errno.ENXIO))
    return fd


@dataclass(slots=True, eq=False)
class Run:
    """An open file, read up to `offset`. before: the last (up to `SPAN`) bytes that were handed out."""

    fd: int
    device: int
    inode: int
    place: str
    """Where it was when it was opened, links resolved."""
    offset: int = 0
    before: bytes = b""
    head: bytes = b""
    size: int = 0
    """As last seen."""
    shrunk: int = 0
    """Bytes that it had lost when it was read last, though all that was handed out is still there."""
    modified_ns: int = 0
    """When it was last written to, as of its newest bytes that were handed out."""
    generation: int = -1
    """The one its bytes were last handed out under."""
    complete: bool = False
    """Nobody will write to it any more."""
    idle_looks: int = 0

    @classmethod
    def open(cls, path: str) -> Run:
        """Open a regular file at its beginning. OSError when that is not possible."""
        fd = open_regular(path)
        there = os.fstat(fd)
        place = os.path.realpath(path)
        return cls(fd, there.st_dev, there.st_ino, place, size=there.st_size, modified_ns=there.st_mtime_ns)

    @property
    def key(self) -> tuple[int, int]:
        """Device and inode: exact as long as the file is open."""
        return self.device, self.inode

    @property
    def at_line_end(self) -> bool:
        """Whether no line has been handed out in part."""
        return not self.before or self.before.endswith(_NEWLINE)

    @property
    def identity(self) -> FileIdentity:
        """Identity as of what was handed out."""
        return FileIdentity(
            self.device, self.inode, digest(self.head), len(self.head), digest(self.before), self.offset
        )

    def has_more(self) -> bool:
        """Whether the file is longer than what was handed out."""
        return os.fstat(self.fd).st_size > self.offset

    def may_copy(self, other: Run) -> bool:
        """Whether it may be a copy of what the other file holds now, as far as it was copied yet."""
        mine, others = os.pread(self.fd, SPAN, 0), os.pread(other.fd, SPAN, 0)
        return not mine or (bool(others) and (mine.startswith(others) or others.startswith(mine)))

    def take(self, limit: int) -> bytes | None:
        """Read on; None when what was handed out is not there any more (truncated, or rewritten from its start).

        The proof comes after the read: bytes read while the file was being emptied are then never taken for its next.
        """
        there = os.fstat(self.fd)
        size = there.st_size
        data = os.pread(self.fd, min(limit, size - self.offset), self.offset) if size > self.offset else b""
        if not self._is_there():
            return None
        self.shrunk, self.size = max(0, self.size - size), size
        if data:
            self.modified_ns = there.st_mtime_ns
        self.advance(data)
        return data

    def advance(self, data: bytes) -> None:
        """Count `data`, read at the offset, as handed out."""
        self.offset += len(data)
        self.before = (self.before + data[-SPAN:])[-SPAN:]
        self._read_head()

    def jump(self, offset: int) -> None:
        """Go on from `offset`, as if everything before had been handed out."""
        start = max(0, offset - SPAN)
        self.before = os.pread(self.fd, offset - start, start)
        self.offset = start + len(self.before)
        self._read_head()

    def restart(self) -> None:
        """Begin anew in the emptied file.

        A writer that does not append leaves a hole of zeros where its old bytes were: it is skipped.
        """
        self.offset, self.before, self.head, self.size, self.shrunk = 0, b"", b"", 0, 0
        self.jump(self._end_of_hole())

    def line_start_from(self, offset: int) -> int:
        """First line start at or after `offset`; the start of the last line when none follows."""
        position = max(0, offset - 1)
        while offset > 0 and (chunk := os.pread(self.fd, _SCAN, position)):
            found = chunk.find(_NEWLINE)
            if found >= 0:
                return position + found + 1
            position += len(chunk)
        return line_start_before(self.fd, min(offset, position))

    def close(self) -> None:
        """Let go of the file."""
        with suppress(OSError):
            os.close(self.fd)

    def _is_there(self) -> bool:
        """Whether the bytes that were handed out are still there, as far as its head and the last of them tell."""
        start = self.offset - len(self.before)
        if start and os.pread(self.fd, len(self.head), 0) != self.head:
            return False
        return os.pread(self.fd, len(self.before), start) == self.before

    def _read_head(self) -> None:
        if len(self.head) < min(SPAN, self.offset):
            self.head = os.pread(self.fd, min(SPAN, self.offset), 0)

    def _end_of_hole(self) -> int:
        if os.pread(self.fd, 1, 0) != b"\0":
            return 0
        try:
            position = os.lseek(self.fd, 0, os.SEEK_DATA)
        except OSError:
            return os.fstat(self.fd).st_size
        while chunk := os.pread(self.fd, _SCAN, position):
            if rest := chunk.lstrip(b"\0"):
                return position + len(chunk) - len(rest)
            position += len(chunk)
        return position


def line_start_before(fd: int, offset: int) -> int:
    """Start of the line that holds the byte before `offset` (its newline belongs to it); bounded memory."""
    end = max(0, offset - 1)
    while end > 0:
        start = max(0, end - _SCAN)
        found = os.pread(fd, end - start, start).rfind(_NEWLINE)
        if found >= 0:
            return start + found + 1
        end = start
    return 0
