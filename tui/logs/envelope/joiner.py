"""Joining what a collector split: parts of one line come as records of their own, those of other streams in between."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui.logs.envelope.base import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.logs.envelope.base import Piece
    from tui.logs.schema import Reject


class Span(NamedTuple):
    """Offsets of a record's first byte and of the byte behind its last one."""

    begin: int
    end: int


class Whole(NamedTuple):
    """A line as it was before it was split, with the span from its first part to its last."""

    text: str
    hint: int | None
    span: Span
    reject: Reject | None


class _Parts:
    __slots__ = ("hint", "size", "span", "texts")

    def __init__(self, hint: int | None, span: Span) -> None:
        self.texts: list[str] = []
        self.size = 0
        self.hint = hint
        self.span = span

    def whole(self, limit: int) -> Whole:
        if self.size > limit:
            return Whole("", self.hint, self.span, "too_long")
        return Whole("".join(self.texts), self.hint, self.span, None)


class Joiner:
    """Keeps the parts that came, by stream. max_line: characters after which a line's parts are only counted."""

    def __init__(self, max_line: int) -> None:
        self._max_line = max_line
        self._open: dict[str, _Parts] = {}

    @property
    def is_busy(self) -> bool:
        """Whether any line goes on."""
        return bool(self._open)

    def join(self, source: str, piece: Piece, span: Span) -> Iterator[Whole]:
        """Give what became whole with this piece: usually the piece itself, nothing while its line goes on."""
        stream = f"{source}/{piece.stream}"
        parts = self._open.get(stream) if self._open else None
        if parts is not None and self._begins_anew(parts, piece):
            del self._open[stream]
            yield parts.whole(self._max_line)
            parts = None
        if parts is None and not piece.more:
            yield Whole(piece.text, piece.hint, span, piece.reject)
            return
        parts = parts or self._open.setdefault(stream, _Parts(piece.hint, span))
        parts.span = Span(parts.span.begin, span.end)
        parts.size += len(piece.text)
        if parts.size <= self._max_line:
            parts.texts.append(piece.text)
        if not piece.more:
            del self._open[stream]
            yield parts.whole(self._max_line)

    def flush(self) -> list[Whole]:
        """Everything still open, as far as it got, in the order of its first bytes."""
        left = sorted(self._open.values(), key=lambda parts: parts.span)
        self._open = {}
        return [parts.whole(self._max_line) for parts in left]

    def _begins_anew(self, parts: _Parts, piece: Piece) -> bool:
        """Whether the last part never came: a record that is whole by itself is nobody's last part."""
        if piece.reject:
            return True
        return (
            parts.texts[:1] != [] and piece.text.startswith("{") and not piece.more and decode(piece.text) is not None
        )
