"""What every source of bytes offers, whatever lies behind it: a file, a pipe, a command.

A source hands out bytes in order with their offsets; it never splits lines and never looks at what they say. Sentences
about sources belong to the screens: here they are codes and numbers, and nothing of a log's content is ever in them.
"""

from __future__ import annotations

import errno
import hashlib
import os
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final, Protocol

from tui.privacy import mask_name, visible

BLOCK_BYTES: Final = 8 << 20
"""Bytes that one `read` hands out at most, unless told otherwise."""

SPAN: Final = 4096
"""Bytes of a file's head, and before an offset, that identify it (docs: identity of a file)."""


class SourceState(Enum):
    """What is known of a source itself."""

    OPEN = "open"
    DONE = "done"
    """Read to its end; nothing more is expected of it."""
    DOWN = "down"
    """A pipe ended, a command exited, a file is gone (live)."""
    UNREADABLE = "unreadable"


class Code(Enum):
    """What can happen to a source. The comment says which numbers of the `Note` go with it."""

    ROTATED = "rotated"  # at: bytes read of the file that was left
    TRUNCATED = "truncated"  # at: bytes read before; lost: bytes known to be gone unread (None: cannot be known)
    GONE = "gone"
    CAME_BACK = "came_back"
    UNREADABLE = "unreadable"  # errno
    NO_MATCH = "no_match"  # a pattern that no file matches
    CUT_SHORT = "cut_short"  # at: decompressed bytes that could be read
    DAMAGED = "damaged"  # at: likewise
    GARBAGE_AFTER = "garbage_after"  # at: likewise; what follows the compressed stream is ignored
    BOMB_CAPPED = "bomb_capped"  # at: likewise; it grows beyond what a log can
    INPUT_ENDED = "input_ended"  # at: bytes read
    OVERLOADED = "overloaded"  # lost: bytes dropped
    COMMAND_EXITED = "command_exited"  # status; seconds: until it is started again (None: it is not)
    COMMAND_UNKNOWN = "command_unknown"  # the settings have no command of this name
    ZONELESS = "zoneless"  # zone: in which its times without one were read


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that happened to a source. Numbers only: the wording is the screens'."""

    code: Code
    times: int = 1
    """How often it happened so far."""
    at: int | None = None
    lost: int | None = None
    """Bytes lost to it so far, as far as they could be counted."""
    errno: str = ""
    """Symbolic name, as in `EACCES`."""
    status: int | None = None
    """Exit status; negative: ended by that signal."""
    seconds: float | None = None
    zone: str = ""
    """A time zone's name, as in `America/Lima`."""


class Notebook:
    """The notes of one source: the newest of each code, with occurrences and losses added up, so it stays small."""

    def __init__(self) -> None:
        self._notes: dict[Code, Note] = {}

    def tell(self, note: Note) -> None:
        """Add a note; it becomes the latest."""
        before = self._notes.pop(note.code, None)
        if before:
            known = [lost for lost in (before.lost, note.lost) if lost is not None]
            note = replace(note, times=before.times + note.times, lost=sum(known) if known else None)
        self._notes[note.code] = note

    @property
    def latest(self) -> Note | None:
        """What happened last."""
        return next(reversed(self._notes.values()), None)

    @property
    def all(self) -> tuple[Note, ...]:
        """Every kind of thing that happened, oldest first."""
        return tuple(self._notes.values())


@dataclass(frozen=True, slots=True)
class FileIdentity:
    """Tells a file from another with the same name, inode or header (contracts §5).

    head: sha256 of the first `head_length` bytes, which is as many as were read up to `SPAN`. before: sha256 of the (up
    to `SPAN`) bytes before `offset`. For compressed files both are of the compressed bytes.
    """

    device: int
    inode: int
    head: str
    head_length: int
    before: str
    offset: int

    def content_is_in(self, fd: int) -> bool:
        """Whether the open file still has this head, and these bytes before the offset."""
        start = max(0, self.offset - SPAN)
        head = os.pread(fd, self.head_length, 0)
        return digest(head) == self.head and digest(os.pread(fd, self.offset - start, start)) == self.before

    def is_open_as(self, fd: int) -> bool:
        """Whether the open file is this very file, and not one that got its inode."""
        there = os.fstat(fd)
        return (there.st_dev, there.st_ino) == (self.device, self.inode) and self.content_is_in(fd)


def digest(data: bytes) -> str:
    """Sha256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def identify(fd: int, offset: int) -> FileIdentity:
    """Identity of the open file as of having read it up to `offset`."""
    there = os.fstat(fd)
    start = max(0, offset - SPAN)
    head = os.pread(fd, min(SPAN, offset), 0)
    before = os.pread(fd, offset - start, start)
    return FileIdentity(there.st_dev, there.st_ino, digest(head), len(head), digest(before), offset)


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Consecutive bytes of a source. offset: of `data[0]` in the decompressed stream of this generation.

    generation rises whenever the bytes do not continue the block before (rotation, truncation, a dropped stretch of an
    overloaded pipe): a half line held so far is then complete as it is.
    """

    data: bytes
    offset: int
    generation: int


class Source(Protocol):
    """Bytes in order. One thread reads; `fetch` and `identity` may be called from another."""

    @property
    def name(self) -> str:
        """Short name to show, unique among the sources, without control characters."""

    @property
    def state(self) -> SourceState:
        """How it is doing."""

    @property
    def total_bytes(self) -> int | None:
        """Bytes there are to read (compressed ones, of a compressed file), when that can be known."""

    @property
    def consumed(self) -> int:
        """Bytes of `total_bytes` that were read."""

    @property
    def rereadable(self) -> bool:
        """Whether `fetch` can find bytes again later."""

    @property
    def note(self) -> Note | None:
        """The latest thing that happened."""

    @property
    def notes(self) -> tuple[Note, ...]:
        """The latest of each kind of thing that happened, with how often and how many bytes were lost."""

    def read(self, limit: int = BLOCK_BYTES) -> Block | None:
        """Hand out the next bytes that are there now, at most `limit`; None when there are none at the moment."""

    def identity(self, generation: int | None = None) -> FileIdentity | None:
        """Identity of the file that a generation (default: the current one) was read from; None for pipes."""

    def fetch(self, offset: int, length: int, generation: int | None = None) -> bytes | None:
        """Read bytes again, as evidence; None when they are not there any more."""

    def close(self) -> None:
        """Let go of everything; calling it twice is fine."""


def shown_name(path: str) -> str:
    """Give a path as it may be shown: secrets masked, undecodable bytes and control characters visible."""
    return visible(mask_name(os.fsencode(path).decode("utf-8", "replace")))


def errno_name(error: OSError) -> str:
    """Symbolic name of an error, as in `ENOENT`; never its message, which repeats paths."""
    return errno.errorcode.get(error.errno or 0, "EIO")


def read_failure(error: OSError) -> Note:
    """Turn a failure of the system into a note."""
    return Note(Code.UNREADABLE, errno=errno_name(error))
