"""A stream of bytes into lines and the objects of JSON documents, whatever pieces it comes in.

A partial last line is held until its newline comes or the stream truly ends. A line longer than allowed is not held at
all: it is counted, and reading goes on at the next newline.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from typing import TYPE_CHECKING

import polars as pl

from tui.logs.envelope.document import HEAD, Document, Element
from tui.logs.envelope.lines import rejected, split_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

_BITE = 1 << 16
"""Bytes that a document is fed at a time: it may turn out to be none."""

_ONE_LINE = re.compile(HEAD.encode())
_SHORT = 8
_OPENING = r'^(?:(?:\{|\[|\[\s?\{)|\[\{".*\},)\s*$'
"""A line that may begin a document of several lines: brackets (at most `_SHORT` bytes), or an object and a comma."""
_ARRAY = '[{"'
_OPENS = re.compile(_OPENING.encode())

Batch = pl.DataFrame | list[Element]


class Framer:
    """Holds what is not complete yet: part of a line, a document, or the count of a line that is too long."""

    def __init__(self, max_line: int) -> None:
        self._max_line = max_line
        self._next = 0
        self._carry = bytearray()
        self._document: Document | None = None
        self._too_long: int | None = None
        self._last = 0
        self._barred = -1
        """Offset of a line that was found to begin no document."""

    @property
    def holds(self) -> bool:
        """Whether a line or a document has begun and not ended."""
        return bool(self._carry) or self._document is not None or self._too_long is not None

    def feed(self, data: bytes, offset: int) -> list[Batch]:
        """Return what became complete with these bytes, in the order of the stream; offset: of `data[0]`."""
        out: list[Batch] = list(self.finish()) if offset != self._next else []
        at = self._skip_mark(data, offset)
        self._next = offset + at
        while at < len(data):
            if self._document is not None:
                step = self._feed_document(self._document, data, at, out)
            elif self._too_long is not None:
                step = self._skip(data, at, out)
            elif self._carry:
                step = self._complete_line(data, at, out)
            else:
                step = self._block(data, at, out)
            self._next += step - at
            at = step
        return out

    def finish(self) -> Iterator[Batch]:
        """Give what is left at the true end: a last line without newline is a line."""
        if self._document is not None:
            held, offset = self._document.finish()
            yield self._document.elements()
            yield from self._lines_of(held, offset)
        elif self._too_long is not None:
            yield self._overlong(self._next)
        else:
            yield from self._lines_of(bytes(self._carry), self._next - len(self._carry))
        self._carry.clear()
        self._document = self._too_long = None

    def _skip_mark(self, data: bytes, offset: int) -> int:
        """Bytes of the data that end a byte-order mark at the stream's beginning."""
        rest = max(len(BOM_UTF8) - offset, 0)
        if rest and bytes(self._carry) + data[:rest] == BOM_UTF8:
            self._carry.clear()
            return rest
        return 0

    def _lines_of(self, held: bytes, offset: int) -> Iterator[pl.DataFrame]:
        if held:
            yield split_lines(held, 0, len(held) - held.endswith(b"\n"), offset, self._max_line)

    def _overlong(self, end: int) -> pl.DataFrame:
        begin, self._too_long = self._too_long or 0, None
        return rejected(begin, end - begin - (self._last == ord("\r")), "too_long")

    def _skip(self, data: bytes, at: int, out: list[Batch]) -> int:
        newline = data.find(b"\n", at)
        end = len(data) if newline < 0 else newline
        if end > at:
            self._last = data[end - 1]
        if newline < 0:
            return end
        out.append(self._overlong(self._next + end - at))
        return newline + 1

    def _complete_line(self, data: bytes, at: int, out: list[Batch]) -> int:
        newline = data.find(b"\n", at)
        if newline < 0:
            return self._hold(data, at, out)
        line = bytes(self._carry) + data[at : newline + 1]
        if self._barred != self._next - len(self._carry) and self._opens(line):
            self._open_document(len(line) > self._max_line + 1, out)
            if self._document is not None or self._too_long is not None:
                return at
            line = bytes(self._carry) + data[at : newline + 1]
        out.extend(self._lines_of(line, self._next - len(self._carry)))
        self._carry.clear()
        return newline + 1

    def _hold(self, data: bytes, at: int, out: list[Batch]) -> int:
        """Keep the rest of the data as part of a line, unless it is too long for one."""
        if len(self._carry) + len(data) - at <= self._max_line:
            self._carry += data[at:]
            return len(data)
        is_barred = self._barred == self._next - len(self._carry)
        if not is_barred and _ONE_LINE.match(bytes(self._carry[:_BITE]) + data[at : at + _BITE]):
            self._open_document(one_line=True, out=out)
        else:
            self._too_long, self._last = self._next - len(self._carry), 0
            self._carry.clear()
        return at

    def _opens(self, line: bytes) -> bool:
        if len(line) > self._max_line + 1:
            return _ONE_LINE.match(line) is not None
        return (len(line) <= _SHORT + 1 or line.startswith(_ARRAY.encode())) and _OPENS.match(line) is not None

    def _open_document(self, one_line: bool, out: list[Batch]) -> None:
        held = bytes(self._carry)
        self._document = Document(self._next - len(held), self._max_line, one_line=one_line)
        self._carry.clear()
        self._feed_document(self._document, held, 0, out)

    def _feed_document(self, document: Document, data: bytes, at: int, out: list[Batch]) -> int:
        """Feed a document: its objects go out, and at its end so does what was none. Return where it stopped."""
        at = _drive(document, data, at)
        out.append(document.elements())
        if document.state != "open":
            self._document = None
            held, offset = document.held()
            if document.one_line and document.state == "aborted":
                self._too_long, self._last = offset, 0
            else:
                whole = held.rfind(b"\n") + 1
                out.extend(self._lines_of(held[:whole], offset))
                self._carry += held[whole:]
                within_line = document.ends_within_line if not whole else False
                self._barred = offset + whole if held[whole:] or within_line else -1
        return at

    def _block(self, data: bytes, at: int, out: list[Batch]) -> int:
        """Split all whole lines at once; where one opens a document, its objects take the place of its lines."""
        end = data.rfind(b"\n", at)
        if end < 0:
            return self._hold(data, at, out)
        shift = at - self._next
        lines = split_lines(data, at, end, self._next, self._max_line)
        row = free = 0
        for start, offset, length in self._document_starts(lines):
            begin = offset + shift
            if begin < free or offset == self._barred or (length > self._max_line and not _ONE_LINE.match(data, begin)):
                continue
            document = Document(offset, self._max_line, one_line=length > self._max_line)
            free = _drive(document, data, begin)
            objects = document.elements()
            if document.state == "aborted" and not objects:
                continue
            out += [lines.slice(row, start - row), objects]
            if document.state == "open":
                self._document = document
                return free
            held, place = document.held()
            if document.one_line and document.state == "aborted":
                self._too_long, self._last = place, 0
                return free
            resume = free - len(held)
            row = lines["offset"].search_sorted(resume - shift)
            if row == lines.height or lines["offset"][row] != resume - shift:
                rest = data.find(b"\n", resume)
                if rest < 0:
                    self._barred = resume - shift
                    return resume
                out.append(split_lines(data, resume, rest, resume - shift, self._max_line))
        out.append(lines.slice(row))
        return end + 1

    @staticmethod
    def _document_starts(lines: pl.DataFrame) -> list[tuple[int, int, int]]:
        """Row, offset and length of the lines that may open a document."""
        overlong = pl.col("reject") == "too_long"
        few = lines.with_row_index("row").filter(
            (pl.col("length") <= _SHORT) | overlong | pl.col("text").str.starts_with(_ARRAY)
        )
        opening = few.filter(pl.col("text").str.contains(_OPENING) | overlong)
        return opening.select("row", "offset", "length").rows()


def _drive(document: Document, data: bytes, at: int) -> int:
    while at < len(data) and document.state == "open":
        at += document.feed(data[at : at + _BITE])
    return at
