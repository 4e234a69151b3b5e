"""Compressed bytes in, plain bytes out, in bounded pieces: gzip, zstandard, xz and bzip2, recognised by content.

One stream may be many members, one after the other. It may be cut short, damaged, followed by something else, or made
to swell without end: each of these ends it with a note, and what could be read before is still handed out.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from typing import TYPE_CHECKING, Final, Protocol

from tui.logs.source import Code, Note

if TYPE_CHECKING:
    from collections.abc import Callable

MAGIC_BYTES: Final = 6
"""Bytes that are enough to recognise every format."""

_SWELL_FLOOR: Final = 64 << 20
_SWELL_RATIO: Final = 500
"""A log shrinks by 10 to 100; what grows by more than this, past the floor, is no log."""
_MEMORY: Final = 256 << 20
_WINDOW_LOG: Final = 27
"""Memory that a stream's header may ask for: 256 MiB (xz), windows of 128 MiB (zstandard)."""


_SKIPPABLE: Final = bytes(range(0x50, 0x60))
"""First bytes of zstandard's frames without data."""


class _Member(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def needs_input(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _GzipMember:
    """The interface that the other formats' decompressors share, for gzip."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)
        self._filled = False

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail and not self._filled

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        plain = self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
        self._filled = len(plain) == max_length  # more may be left inside, without any input left
        return plain


def _xz() -> _Member:
    return lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_MEMORY)


def _zstandard() -> _Member:
    from tui.logs.zstandard import ZstdDecompressor, window_limit

    return ZstdDecompressor(options=window_limit(_WINDOW_LOG))


def opener(head: bytes) -> Callable[[], _Member] | None:
    """Tell what decompresses a stream that begins like this; None for plain bytes."""
    if head.startswith(b"\x1f\x8b\x08"):
        return _GzipMember
    if head.startswith(b"\xfd7zXZ\x00"):
        return _xz
    if head.startswith(b"BZh") and head[3:4].isdigit():
        return bz2.BZ2Decompressor
    if head.startswith(b"\x28\xb5\x2f\xfd") or (head[:1] in _SKIPPABLE and head[1:4] == b"\x2a\x4d\x18"):
        return _zstandard
    return None


class Inflater:
    """One compressed stream. Push what was read, then pull until there is nothing more; `end` when it is over."""

    def __init__(self) -> None:
        self.produced = 0
        self.verdict: Note | None = None
        """Why the stream is over, unless it ended as it should."""
        self._raw = b""
        self._pushed = 0
        self._member: _Member | None = None
        self._members = 0
        self._ended = False

    @property
    def finished(self) -> bool:
        """Whether nothing more will come."""
        return self.verdict is not None or (self._ended and self._member is None and not self._raw)

    def push(self, data: bytes) -> None:
        """Give the next compressed bytes."""
        self._raw += data
        self._pushed += len(data)

    def end(self) -> None:
        """Say that there are no more compressed bytes."""
        self._ended = True

    def pull(self, limit: int) -> bytes:
        """Take at most `limit` decompressed bytes; empty: it needs more, or is finished."""
        data = b""
        while not data and self.verdict is None and (self._member or self._next_member()):
            if self._member and self._member.needs_input and not self._raw:
                if self._ended:
                    self._stop(Code.CUT_SHORT)
                break
            data = self._decompress(limit)
        self.produced += len(data)
        if self.produced > max(_SWELL_FLOOR, _SWELL_RATIO * self._pushed):
            self._stop(Code.BOMB_CAPPED)
        return data

    def _decompress(self, limit: int) -> bytes:
        member, raw = self._member, self._raw
        if member is None:
            return b""
        self._raw = b""
        try:
            data = member.decompress(raw, limit)
        except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError, _zstandard_error()):
            self._stop(Code.DAMAGED)
            return b""
        if member.eof:
            self._raw, self._member = member.unused_data, None
        return data

    def _next_member(self) -> bool:
        if self._members:
            self._raw = self._raw.lstrip(b"\0")  # padding between members and at the end is usual
        if not self._raw or (len(self._raw) < MAGIC_BYTES and not self._ended):
            return False
        start = opener(self._raw)
        if start is None:
            self._stop(Code.GARBAGE_AFTER if self._members else Code.DAMAGED)
            return False
        self._member = start()
        self._members += 1
        return True

    def _stop(self, code: Code) -> None:
        if self.verdict is None:
            self.verdict = Note(code, at=self.produced)
        self._member, self._raw = None, b""


def _zstandard_error() -> type[Exception]:
    from tui.logs.zstandard import ZstdError

    return ZstdError
