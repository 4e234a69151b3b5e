"""From what people name to sources: files, patterns, `-` and `cmd:NAME`; each file once, whatever leads to it."""

from __future__ import annotations

import glob
import os
import stat
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import monotonic as system_monotonic
from typing import TYPE_CHECKING, BinaryIO, Final

from tui.logs.command import Command, CommandHistory, CommandSpec
from tui.logs.compressed import CompressedFile, inflated
from tui.logs.follow import PlainFile
from tui.logs.inflate import MAGIC_BYTES, opener
from tui.logs.pipe import open_fifo, open_piped
from tui.logs.run import open_readable
from tui.logs.siblings import nobody, unrotated, was_read
from tui.logs.source import (
    BLOCK_BYTES,
    SPAN,
    Block,
    Code,
    FileIdentity,
    Note,
    Source,
    SourceState,
    digest,
    read_failure,
    shown_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

STDIN_SPEC: Final = "-"
COMMAND_PREFIX: Final = "cmd:"
_HISTORY_SUFFIX: Final = ":history"


class Unavailable:
    """A source that is not there: a pattern without a match, an unknown command. It says why."""

    rereadable: Final = False
    total_bytes: Final = None
    consumed: Final = 0

    def __init__(self, name: str, note: Note) -> None:
        self.name: Final = name
        self.state = SourceState.UNREADABLE
        self._note: Note | None = note

    @property
    def note(self) -> Note | None:
        """Why it is not there; None once a match was found."""
        return self._note

    @property
    def notes(self) -> tuple[Note, ...]:
        """The same."""
        return (self._note,) if self._note else ()

    def read(self, limit: int = BLOCK_BYTES) -> Block | None:
        """None."""
        return None

    def identity(self, generation: int | None = None) -> FileIdentity | None:
        """None."""
        return None

    def fetch(self, offset: int, length: int, generation: int | None = None) -> bytes | None:
        """None."""
        return None

    def found(self) -> None:
        """Say that other sources stand for it now."""
        self.state, self._note = SourceState.DONE, None

    def close(self) -> None:
        """Do nothing: nothing is open."""


class SourceSet:
    """All sources of a session, in the order named. Positions never change; `rescan` may add at the end."""

    def __init__(
        self,
        specs: Sequence[str],
        *,
        live: bool,
        commands: Mapping[str, CommandSpec] | None = None,
        stdin: BinaryIO | int | None = None,
        monotonic: Callable[[], float] = system_monotonic,
    ) -> None:
        self._live = live
        self._commands = commands or {}
        self._stdin = stdin
        self._monotonic = monotonic
        self._sources: list[Source] = []
        self._paths: set[str] = set()
        self._patterns: dict[str, Unavailable | None] = {}
        for spec in dict.fromkeys(specs):
            self._open(spec)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every source so far."""
        return tuple(self._sources)

    def rescan(self) -> tuple[Source, ...]:
        """Open files that match a pattern now and did not before, unless they are read under another name already."""
        before = len(self._sources)
        for pattern, placeholder in self._patterns.items():
            if self._open_matches(pattern) and placeholder:
                placeholder.found()
        return tuple(self._sources[before:])

    def close(self) -> None:
        """Let go of everything."""
        for source in self._sources:
            source.close()

    def _open(self, spec: str) -> None:
        if spec == STDIN_SPEC:
            self._open_stdin()
        elif "\0" in spec:
            self._sources.append(Unavailable(self._unique(shown_name(spec)), Note(Code.UNREADABLE, errno="EINVAL")))
        elif spec.startswith(COMMAND_PREFIX):
            self._open_command(spec.removeprefix(COMMAND_PREFIX))
        elif glob.has_magic(spec) and not os.path.lexists(spec):
            self._open_pattern(spec)
        else:
            self._open_file(spec, live=self._live)

    def _open_stdin(self) -> None:
        given = 0 if self._stdin is None else self._stdin
        try:
            fd = given if isinstance(given, int) else given.fileno()
            self._sources.append(open_piped(fd, self._unique("stdin"), live=self._live))
        except OSError as error:
            self._sources.append(Unavailable("stdin", read_failure(error)))

    def _open_command(self, name: str) -> None:
        shown = self._unique(shown_name(COMMAND_PREFIX + name))
        spec = self._commands.get(name)
        if spec is None:
            self._sources.append(Unavailable(shown, Note(Code.COMMAND_UNKNOWN)))
            return
        self._sources.append(Command(shown, spec, live=self._live, monotonic=self._monotonic))
        if spec.history:
            self._sources.append(CommandHistory(self._unique(shown + _HISTORY_SUFFIX), spec))

    def _open_pattern(self, pattern: str) -> None:
        placeholder = None
        if not self._open_matches(pattern):
            placeholder = Unavailable(self._unique(shown_name(pattern)), Note(Code.NO_MATCH))
            self._sources.append(placeholder)
        self._patterns[pattern] = placeholder

    def _open_matches(self, pattern: str) -> bool:
        found = glob.glob(pattern, recursive=True)  # noqa: PTH207 -- Path.glob refuses absolute patterns
        matches = {path for path in found if not _is_folder(path)}
        rescanned = pattern in self._patterns
        for path in sorted(matches - self._paths):
            if rescanned and self._was_compressed_here(path):
                self._paths.add(path)
            self._open_file(path, live=self._live and unrotated(path) not in (matches | self._paths) - {path})
        return bool(matches)

    def _was_compressed_here(self, path: str) -> bool:
        """Whether a compressed file that turns up begins like one that was followed: rotation has packed it."""
        heads = {
            identity.head
            for source in self._sources
            for identity in _identities(source)
            if identity.head_length == SPAN
        }
        with suppress(OSError):
            return digest(next(inflated(path, SPAN), b"")) in heads
        return False

    def _open_file(self, path: str, *, live: bool) -> None:
        """Open a path once; a rotated file beside its log is read once, not followed."""
        if path in self._paths:
            return
        self._paths.add(path)
        if not self._leads_to_followed(path):
            name = self._name_of(path)
            self._sources.append(open_path(path, name, live=live, claimed=partial(self._is_claimed, name)))

    def _is_claimed(self, name: str, fd: int) -> bool:
        """Whether a source other than the named one reads, or has read, the open file or what it is a copy of."""
        others = (source for source in self._sources if source.name != name)
        return was_read(fd, [identity for source in others for identity in _identities(source)])

    def _leads_to_followed(self, path: str) -> bool:
        try:
            fd = open_readable(path)
        except OSError:
            return False
        try:
            return stat.S_ISREG(os.fstat(fd).st_mode) and self._is_claimed("", fd)
        finally:
            os.close(fd)

    def _name_of(self, path: str) -> str:
        parts = Path(path).parts
        for count in range(1, len(parts) + 1):
            name = shown_name(str(Path(*parts[-count:])))
            if not self._taken(name):
                return name
        return self._unique(shown_name(path))

    def _unique(self, name: str) -> str:
        number, candidate = 1, name
        while self._taken(candidate):
            number += 1
            candidate = f"{name} ({number})"
        return candidate

    def _taken(self, name: str) -> bool:
        return any(source.name == name for source in self._sources)


def open_path(path: str, name: str, *, live: bool, claimed: Callable[[int], bool] = nobody) -> Source:
    """Open a path as what it is: compressed (by content), a named pipe, or plain, which it also is while missing."""
    try:
        fd = open_readable(path)
    except OSError:
        return PlainFile(path, name, live=live, claimed=claimed)
    try:
        mode = os.fstat(fd).st_mode
        head = os.pread(fd, MAGIC_BYTES, 0) if stat.S_ISREG(mode) else b""
    except OSError:
        head = b""
    finally:
        os.close(fd)
    if stat.S_ISFIFO(mode) or stat.S_ISCHR(mode):
        with suppress(OSError):
            return open_fifo(path, name, live=live)
    return CompressedFile(path, name) if opener(head) else PlainFile(path, name, live=live, claimed=claimed)


def open_sources(
    specs: Sequence[str],
    *,
    live: bool,
    commands: Mapping[str, CommandSpec] | None = None,
    stdin: BinaryIO | int | None = None,
) -> list[Source]:
    """Open what is named, once; see `SourceSet` for patterns that are looked at again."""
    return list(SourceSet(specs, live=live, commands=commands, stdin=stdin).sources)


def _is_folder(path: str) -> bool:
    """Whether it is a folder, as far as anybody is let look."""
    with suppress(OSError):
        return Path(path).is_dir()
    return False


def _identities(source: Source) -> tuple[FileIdentity, ...]:
    return source.identities if isinstance(source, PlainFile | CompressedFile) else ()
