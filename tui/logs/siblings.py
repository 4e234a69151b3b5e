"""The rotated files beside a log: which were missed between two looks, and which are copies of what was read."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tui.logs.run import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from tui.logs.source import FileIdentity

Key = tuple[int, int]
"""Device and inode."""

_ROTATED: Final = r"(?:[-._~](?:\d[\dTZ:._-]*|old|bak|prev))?"
_MARK_AT_END: Final = re.compile(r"[-._~](?:\d[\dTZ:._-]*|old|bak|prev)$")
_TELLING_BYTES: Final = 1024
"""Bytes that two files must share to be taken for copies: two may well begin with the same banner."""


def siblings(place: str) -> Iterator[os.DirEntry[str]]:
    """Files beside `place` whose names are its own with a rotation mark (`.1`, `-20261119`, `.old`)."""
    path = Path(place)
    rotated = re.compile(re.escape(path.stem) + _ROTATED + re.escape(path.suffix) + _ROTATED)
    with suppress(OSError), os.scandir(path.parent) as entries:
        yield from (entry for entry in entries if entry.name != path.name and rotated.fullmatch(entry.name))


def unrotated(path: str) -> str:
    """Path of the log that a rotated file belongs to, judged by its name; the path itself without a rotation mark."""
    name = _MARK_AT_END.sub("", Path(path).name)
    stem = _MARK_AT_END.sub("", Path(name).stem)
    return str(Path(path).with_name(stem + Path(name).suffix)) if stem else path


def nobody(_fd: int) -> bool:
    """Claim no file."""
    return False


class Siblings:
    """What was seen beside a log so far. A known file that was written to since counts as unknown again."""

    def __init__(self) -> None:
        self._known: dict[Key, int] = {}

    def remember(self, place: str) -> None:
        """Take everything beside `place` as known."""
        for _ in self._unknown(place):
            pass

    def forget(self, key: Key) -> None:
        """Take a file as unknown again."""
        self._known.pop(key, None)

    def missed(
        self, place: str, following: Collection[Key], was_read: Callable[[int], bool], since_ns: int = 0
    ) -> list[Run]:
        """Open what was put in place and rotated away since the last look, in the order of their last writes.

        following: files that are open anyway. was_read: whether an open file, or what it is a copy of, was read before.
        since_ns: what was last written before then is older than what was read last, and no successor of it.
        """
        runs = []
        for entry, key, written in self._unknown(place):
            if key not in following and written > since_ns and (run := _open(entry)):
                if was_read(run.fd):
                    run.close()
                else:
                    runs.append((written, run))
        return [run for _, run in sorted(runs, key=lambda pair: pair[0])]

    def copy_of(self, emptied: Run) -> Run | None:
        """Find the copy that was made before a file was emptied, and go on in it where the file was left."""
        before = dict(self._known)
        identity = emptied.identity
        for entry, key, written in self._unknown(emptied.place) if identity.offset else ():
            if key != emptied.key and (run := _open(entry)):
                if identity.content_is_in(run.fd):
                    run.jump(identity.offset)
                    self._known = {**before, key: written}
                    return run
                run.close()
        self._known = before
        return None

    def _unknown(self, place: str) -> Iterator[tuple[os.DirEntry[str], Key, int]]:
        known, self._known = self._known, {}
        for entry in siblings(place):
            with suppress(OSError):
                there = entry.stat()
                key = there.st_dev, there.st_ino
                self._known[key] = there.st_mtime_ns
                if known.get(key) != there.st_mtime_ns:
                    yield entry, key, there.st_mtime_ns


def was_read(fd: int, read: Collection[FileIdentity]) -> bool:
    """Whether the open file is one of those read, or a copy of one (as far as more than a banner tells)."""
    return any(
        identity.is_open_as(fd) or (identity.offset >= _TELLING_BYTES and identity.content_is_in(fd))
        for identity in read
    )


def _open(entry: os.DirEntry[str]) -> Run | None:
    with suppress(OSError):
        return Run.open(entry.path)
    return None
