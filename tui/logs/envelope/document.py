"""Objects out of a JSON document that is not lines: an array, `{"events":[…]}`, or objects one after the other.

The document is never held: an object is handed out as soon as its last brace has come. A document may turn out to be
something else (a log may well hold a line that is just a brace), so the bytes since the last object handed out are
kept, and given back when what follows cannot be JSON: then they are lines like any other.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from tui.logs.envelope.braces import Braces

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD = r'(?:\[\s*\{\s*["}]|\{\s*"(?:events|entries)"\s*:\s*\[)'
"""How a document of several objects begins when it is one line; a regular expression for `re` and Polars."""

_CONTAINER = re.compile(rb'\{\s*"(?:events|entries)"\s*:\s*\[')
_MAYBE_CONTAINER = re.compile(rb'\{\s{0,999}(?:"[a-z]{0,8}(?:"\s{0,999}(?::\s{0,999})?)?)?')
_OBJECT = re.compile(rb'\{\s{0,999}["}]')
_MAYBE_OBJECT = re.compile(rb"\{\s{0,999}")
_BLANK = re.compile(rb"\s*")
_BLANK_IN_LINE = re.compile(rb"[ \t\r]*")
_ANOTHER = re.compile(rb"\n\{[ \t]{0,9}\r?\n")
_MAYBE_ANOTHER = re.compile(rb"\n(?:\{[ \t]{0,9}\r?)?")
# What is indented goes on in indented lines; anything flush left but a closing bracket is somebody else's line.
_FLUSH_LEFT = re.compile(rb"\n[^\s}\]]")
_NEWLINE = re.compile(rb"\n")


_REMEMBERED = 256
"""Bytes kept of what is dropped, so that a mark that arrives in pieces is still recognised."""


class Element(NamedTuple):
    """One object of a document: its bytes (None when longer than allowed) and their place in the stream.

    alone: it stood in no array, so it may also be lines that only look like an object.
    """

    data: bytes | None
    offset: int
    length: int
    alone: bool


class Document:
    """Takes one document apart, fed with the bytes from its first bracket on.

    one_line: the document ends with its line. max_line: bytes of the longest object that is kept.
    """

    def __init__(self, offset: int, max_line: int, *, one_line: bool = False) -> None:
        self.state: Literal["open", "done", "aborted"] = "open"
        self.one_line = one_line
        self._max_line = max_line
        self._foreign = _NEWLINE if one_line else _FLUSH_LEFT
        self._step: Callable[[], bool] = self._start
        self._buffer = bytearray()
        self._base = self._offset = offset
        self._hold = self._at = self._begin = 0
        self._in_array = self._container = self._expects_comma = self._emitted = False
        self._braces = Braces()
        self._dropped: int | None = None
        self._sibling: re.Pattern[bytes] | None = None
        self._first: Element | None = None
        self._out: list[Element] = []

    def feed(self, data: bytes) -> int:
        """Take more bytes; how many of them were used: all, while `state` is open."""
        before = len(self._buffer)
        self._buffer += data
        while self.state == "open" and self._step():
            pass
        if self.state == "done":
            self._hold = self._at
        if self.state != "open":
            self._at = max(self._at, before)
            return self._at - before
        self._forget()
        return len(data)

    def elements(self) -> list[Element]:
        """Hand out the objects completed since the last call."""
        out, self._out = self._out, []
        return out

    def held(self) -> tuple[bytes, int]:
        """Return the bytes that belong to no object, and their offset: lines after all, if the document ended early."""
        if self.one_line and not self._emitted:
            return b"", self._offset
        end = len(self._buffer) if self.state == "open" else self._at
        return bytes(self._buffer[self._hold : end]), self._base + self._hold

    @property
    def ends_within_line(self) -> bool:
        """Whether what follows the last object stands on its line."""
        return self._hold > 0 and self._buffer[self._hold - 1] != ord("\n")

    def finish(self) -> tuple[bytes, int]:
        """At the true end of the stream: the held bytes, if an object was left open or none was ever found."""
        if self._dropped is not None:
            self._emit(len(self._buffer))
        elif self._step == self._close and self._first is not None:
            self._accept()
        elif self._step == self._object or not self._emitted:
            return self.held()
        return b"", self._base

    def _forget(self) -> None:
        """Drop what is behind, but the byte before the place: a line break there still matters."""
        upto = min(self._hold, max(self._at - 1, 0))
        del self._buffer[:upto]
        self._base += upto
        self._hold -= upto
        self._at -= upto
        self._begin -= upto

    def _end(self, state: Literal["done", "aborted"]) -> bool:
        self.state = state
        return False

    def _start(self) -> bool:
        if self._buffer[self._at] == ord("["):
            self._in_array = True
            self._at += 1
            self._step = self._gap
            return True
        if found := _CONTAINER.match(self._buffer, self._at):
            self._in_array = self._container = True
            self._at = found.end()
            self._step = self._gap
            return True
        return not _MAYBE_CONTAINER.fullmatch(self._buffer, self._at) and self._open()

    def _gap(self) -> bool:
        """Between two objects of an array."""
        self._at = _end_of(_BLANK_IN_LINE if self.one_line else _BLANK, self._buffer, self._at)
        if self._emitted:
            self._hold = self._at
        match bytes(self._buffer[self._at : self._at + 1]):
            case b"":
                return len(self._buffer) - self._hold > self._max_line and self._end("aborted")
            case b"," if self._expects_comma:
                self._expects_comma = False
                self._at += 1
            case b"{" if self._sibling or not self._expects_comma:
                return self._open()
            case b"]":
                self._at += 1
                self._accept()
                self._braces = Braces(depth=1)
                self._step = self._tail if self._container else self._close
            case _:
                if self._sibling is None:
                    return self._end("aborted")
                self._accept()
                self._begin = self._at
                self._step = self._garbage
        return True

    def _open(self) -> bool:
        """At the first brace of an object."""
        if not _OBJECT.match(self._buffer, self._at):
            begun = _end_of(_MAYBE_OBJECT, self._buffer, self._at)
            if begun == len(self._buffer):
                return False
            self._at = begun
            return self._end("aborted")
        if self._first is not None:
            self._accept()
            self._hold = self._at
        self._begin = self._at
        if self._in_array and not self.one_line and not self._emitted and self._first is None:
            self._sibling = self._sibling_of(self._begin)
        self._braces = Braces()
        self._step = self._object
        return True

    def _sibling_of(self, begin: int) -> re.Pattern[bytes] | None:
        """Say how the next object begins, if this one has a line to itself: inner objects are indented more."""
        line = self._buffer.rfind(b"\n", 0, begin)
        indent = bytes(self._buffer[line + 1 : begin])
        if line < 0 or not indent or indent.strip() or bytes(self._buffer[begin + 1 : begin + 2]) not in (b"\n", b"\r"):
            return None
        return re.compile(rb"\n" + indent + rb"\{\r?\n")

    def _object(self) -> bool:
        sibling = self._next_sibling(self._begin + 1)
        foreign = self._foreign.search(self._buffer, max(self._at - 1, self._begin))
        limit = min(
            sibling.start() if sibling else len(self._buffer),
            foreign.start() + 1 - self.one_line if foreign else len(self._buffer),
        )
        if self._at <= limit:
            self._at = self._braces.advance(self._buffer, self._at, limit)
        if self._braces.depth == 0 and self._at > self._begin:
            return self._completed(self._at)
        if sibling and sibling.start() <= limit:
            return self._completed(sibling.start())
        if foreign:
            if self._dropped is not None or limit - self._begin > self._max_line:
                self._emit(limit - 1)
                self._hold = limit
            self._at = limit
            return self._end("aborted")
        return self._wait_for_more()

    def _completed(self, end: int) -> bool:
        self._emit(end)
        self._at = end
        if self._emitted:
            self._hold = end
        self._expects_comma = self._in_array
        self._step = self._gap if self._in_array else self._close
        return True

    def _emit(self, end: int) -> None:
        begin = self._base + self._begin if self._dropped is None else self._dropped
        length = self._base + end - begin
        kept = self._dropped is None and length <= self._max_line
        data = bytes(self._buffer[self._begin : end]) if kept else None
        element = Element(data, begin, length, not self._in_array)
        if not self._emitted and kept:
            self._first = element
        else:
            self._accept()
            self._out.append(element)
        self._dropped = None

    def _accept(self) -> None:
        """Hand out the first object too: what follows it shows that this is a document."""
        self._emitted = True
        if self._first is not None:
            self._out.append(self._first)
            self._first = None

    def _wait_for_more(self) -> bool:
        if self._dropped is None and len(self._buffer) - self._begin > self._max_line:
            self._dropped = self._base + self._begin
        if self._dropped is not None:
            self._hold = self._begin = max(self._begin, self._at - _REMEMBERED)
        return False

    def _garbage(self) -> bool:
        """Behind a broken object: on to the next one that begins like the others."""
        sibling = self._next_sibling(self._begin)
        foreign = self._foreign.search(self._buffer, max(self._at - 1, 0))
        if sibling and not (foreign and foreign.start() < sibling.start()):
            self._at = sibling.start()
            self._step = self._gap
            return True
        if foreign:
            self._at = self._hold = foreign.start() + 1
            return self._end("aborted")
        self._at = len(self._buffer)
        self._hold = max(0, self._at - _REMEMBERED)
        return False

    def _next_sibling(self, first: int) -> re.Match[bytes] | None:
        """Find the next place that looks like another object of the array, not before `first`, nor far behind."""
        if self._sibling is None:
            return None
        return self._sibling.search(self._buffer, max(first, self._at - len(self._sibling.pattern), 0))

    def _tail(self) -> bool:
        """Skip what follows the array in its object: it is of no interest."""
        foreign = self._foreign.search(self._buffer, max(self._at - 1, 0))
        limit = foreign.start() + 1 - self.one_line if foreign else len(self._buffer)
        self._at = self._hold = self._braces.advance(self._buffer, self._at, limit)
        if self._braces.depth == 0:
            self._step = self._close
            return True
        return bool(foreign) and self._end("aborted")

    def _close(self) -> bool:
        """After the last bracket: the rest of its line is blank, or another object begins right there."""
        self._at = _end_of(_BLANK_IN_LINE, self._buffer, self._at)
        if self._emitted:
            self._hold = self._at
        match bytes(self._buffer[self._at : self._at + 1]):
            case b"":
                return False
            case b"\n" if not self._in_array and _MAYBE_ANOTHER.fullmatch(self._buffer, self._at):
                return False
            case b"\n":
                self._accept()
                another = not self._in_array and _ANOTHER.match(self._buffer, self._at)
                self._at += 1
                return self._open() if another else self._end("done")
            case b"{" if not self._in_array:
                return self._open()
            case _:
                return self._end("done" if self._emitted else "aborted")


def _end_of(pattern: re.Pattern[bytes], buffer: bytearray, at: int) -> int:
    found = pattern.match(buffer, at)
    return found.end() if found else at
