"""Where a log's bytes can be read again: by place in an open source, or in whatever rotation made of a file."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager, suppress
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tui.logs.compressed import CompressedFile, inflated
from tui.logs.follow import PlainFile
from tui.logs.inflate import MAGIC_BYTES, opener
from tui.logs.run import open_regular
from tui.logs.siblings import unrotated
from tui.logs.source import BLOCK_BYTES, SPAN, FileIdentity, digest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from tui.logs.source import Source

_COMPRESSED = re.compile(r"\.(?:gz|bz2|xz|zst)$")
_IDENTITY = re.compile(r"(\d+):(\d+):([0-9a-f]{64}):(\d+):([0-9a-f]{64}):(\d+)")


class Span(NamedTuple):
    """Bytes of a decompressed stream."""

    offset: int
    length: int

    @property
    def end(self) -> int:
        """Offset of the byte behind the last."""
        return self.offset + self.length


def path_of(source: Source) -> str:
    """Absolute path of a source that is a file; empty for any other."""
    return os.path.abspath(source.path) if isinstance(source, PlainFile | CompressedFile) else ""  # noqa: PTH100 -- links stay as named


def identity_text(identity: FileIdentity | None) -> str:
    """Write an identity as a journal stores it; empty for none."""
    return ":".join(map(str, astuple(identity))) if identity else ""


def parse_identity(text: str) -> FileIdentity | None:
    """Read what `identity_text` wrote; None for anything else."""
    found = _IDENTITY.fullmatch(text)
    if found is None:
        return None
    device, inode, head, head_length, before, offset = found.groups()
    return FileIdentity(int(device), int(inode), head, int(head_length), before, int(offset))


def fetch(source: Source, generation: int, spans: Collection[Span]) -> Mapping[Span, bytes]:
    """Read spans of an open source again, a compressed one in a single pass; spans that are gone are left out."""
    if isinstance(source, CompressedFile):
        with suppress(OSError):
            return collect(inflated(source.path), spans)
        return {}
    read = {span: source.fetch(*span, generation) for span in set(spans)}
    return {span: data for span, data in read.items() if data is not None}


def collect(pieces: Iterable[bytes], spans: Collection[Span]) -> dict[Span, bytes]:
    """Cut spans out of a stream that goes by once; no more is held than the spans in reach need."""
    waiting = sorted(set(spans))
    found: dict[Span, bytes] = {}
    held, base = bytearray(), 0
    for piece in pieces:
        held += piece
        end = base + len(held)
        for span in waiting:
            if span.end <= end:
                found[span] = bytes(held[span.offset - base : span.end - base])
        waiting = [span for span in waiting if span not in found]
        if not waiting:
            break
        gone = min(waiting[0].offset, end) - base
        del held[:gone]
        base += gone
    return found


def chunks(source: Source, generation: int) -> Iterator[bytes]:
    """Read again what was read of a file of a source, as far as it is still there. OSError when it is not."""
    if isinstance(source, CompressedFile):
        yield from inflated(source.path)
        return
    identity = source.identity(generation)
    size = identity.offset if identity else 0
    for offset in range(0, size, BLOCK_BYTES):
        if data := source.fetch(offset, min(BLOCK_BYTES, size - offset), generation):
            yield data


class Candidate:
    """A file that may be the one a record was read from, or what rotation made of it."""

    def __init__(self, path: str, *, named: bool) -> None:
        self.path = path
        self.named = named
        """Whether it lies at the very path that was read."""

    def holds(self, identity: FileIdentity | None) -> bool:
        """Whether its content says that it is the identified file, whatever it is called now. False if unreadable."""
        if identity is None:
            return False
        with suppress(OSError), self._opened() as fd:
            telling = identity.head_length == SPAN  # a shorter head may be a banner that many files begin with
            if digest(os.pread(fd, identity.head_length, 0)) == identity.head:
                return telling or identity.content_is_in(fd)
            return telling and _is_compressed(fd) and self._inflates_to(identity)
        return False

    def read(self, spans: Collection[Span], *, costly: bool = True) -> Mapping[Span, bytes]:
        """Read spans of its decompressed stream; those that it does not hold are left out.

        costly: also of a compressed file, which is streamed once for all of them.
        """
        with suppress(OSError), self._opened() as fd:
            if not _is_compressed(fd):
                read = {span: os.pread(fd, span.length, span.offset) for span in spans}
                return {span: data for span, data in read.items() if len(data) == span.length}
            return collect(inflated(self.path), spans) if costly else {}
        return {}

    @contextmanager
    def _opened(self) -> Iterator[int]:
        fd = open_regular(self.path)
        try:
            yield fd
        finally:
            os.close(fd)

    def _inflates_to(self, identity: FileIdentity) -> bool:
        head = b""
        for piece in inflated(self.path, identity.head_length):
            head += piece
            if len(head) >= identity.head_length:
                break
        return digest(head[: identity.head_length]) == identity.head


def _is_compressed(fd: int) -> bool:
    return opener(os.pread(fd, MAGIC_BYTES, 0)) is not None


def candidates(path: str) -> Iterator[Candidate]:
    """Give the file at a path, then every file beside it (or beside what it links to) that rotation may have named."""
    log = unrotated(_COMPRESSED.sub("", path))
    resolved = os.path.realpath(path)
    seen = {path, resolved}
    yield Candidate(path, named=True)
    for base in dict.fromkeys((log, unrotated(_COMPRESSED.sub("", resolved)))):
        with suppress(OSError), os.scandir(Path(base).parent) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.path not in seen and unrotated(_COMPRESSED.sub("", entry.path)) == base and entry.is_file():
                    seen.add(entry.path)
                    yield Candidate(entry.path, named=False)
