"""Lines and objects into payloads: wrapper after wrapper is taken off, and what a wrapper split is joined."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from tui.logs.envelope.base import LEVEL, Context, Fields, Piece, Prefix, compact, decode, printable
from tui.logs.envelope.document import HEAD, Document, Element
from tui.logs.envelope.joiner import Joiner, Span, Whole
from tui.logs.envelope.registry import PREFIXES, SHELLS
from tui.logs.schema import line_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

LAYERS = 4
"""Wrappers that are taken off one after the other: a collector, JSON inside JSON twice, the development output."""

_OWN = f'{{"{LEVEL}":'
_NESTED = '{\\"'
_KEYS = sorted({key for shell in SHELLS for key in shell.keys})
_SIGNATURE = "^(?:" + "|".join([*(prefix.signature for prefix in PREFIXES), HEAD]) + ")"
_WRAPPED = re.compile(_SIGNATURE)


class Payload(NamedTuple):
    """One line of the backend, or why there is none."""

    text: str
    offset: int
    length: int
    hint: int | None
    reject: str | None


class Unwrapper:
    """Takes wrappers off; keeps what is to be joined, and which forms were seen, from block to block."""

    def __init__(self, context: Context, max_line: int) -> None:
        self._context = context
        self._max_line = max_line
        self._joiner = Joiner(max_line)
        self._confirmed: set[str] = set()
        self._prefixes = PREFIXES
        self.formats: Counter[str] = Counter()

    @property
    def holds(self) -> bool:
        """Whether the last part of any line is still to come."""
        return self._joiner.is_busy

    def elsewhere(self) -> Unwrapper:
        """Return one for another stretch of the same stream, which knows the forms seen in this one."""
        other = Unwrapper(self._context, self._max_line)
        other._confirmed, other.formats = self._confirmed, self.formats
        return other

    def lines(self, lines: pl.DataFrame) -> pl.DataFrame:
        """Payloads of lines. Those of the backend's own, and all that look like no wrapper, are not even looked at."""
        lines = lines.with_row_index("row")
        wrapped = self._wrapped(lines)
        payloads: list[Payload] = []
        rows: list[int] = []
        taken: list[int] = []
        for row, text, offset, length in zip(*(column.to_list() for column in wrapped), strict=True):
            found = self._line(text, Span(offset, offset + length))
            if found is None:
                continue
            taken.append(row)
            payloads += found
            rows += [row] * len(found)
        plain = lines if not taken else lines.filter(~pl.col("row").is_in(pl.Series(taken, dtype=pl.UInt32).implode()))
        self._count_plain(plain)
        if not taken:
            return _finished(plain)
        produced = _table(payloads).with_columns(row=pl.Series(rows, dtype=pl.UInt32))
        whole = pl.concat([_finished(plain, "row"), produced]).sort("row", maintain_order=True)
        return whole.drop("row")

    def elements(self, elements: Sequence[Element]) -> pl.DataFrame:
        """Payloads of the objects of a JSON document."""
        return _table([payload for element in elements for payload in self._element(element)])

    def flush(self) -> pl.DataFrame:
        """At the true end: lines whose last part never came, as far as they got."""
        return _table([self._payload(whole) for whole in self._joiner.flush()])

    def _wrapped(self, lines: pl.DataFrame) -> pl.DataFrame:
        text = pl.col("text")
        own = text.str.starts_with(_OWN) & ~text.str.contains(_NESTED, literal=True)
        rest = lines.filter(~own).select("row", "text", "offset", "length")
        is_object = text.str.starts_with("{")
        objects = rest.filter(is_object).filter(text.str.contains_any(_KEYS) | text.str.contains(f"^{HEAD}"))
        others = rest.filter(~is_object).filter(text.str.contains(_SIGNATURE))
        return pl.concat([objects, others]).sort("row") if objects.height and others.height else objects.vstack(others)

    def _line(self, text: str, span: Span) -> list[Payload] | None:
        """Peel one line: no payload of a part that goes on, None when no wrapper is around it."""
        name, pieces = self._recognise(text)
        if pieces is None:
            return self._document(text, span) if _ONE_LINE.match(text) else None
        return self._counted(name, self._bare(pieces, span) or list(self._unwrapped(name, pieces, span, LAYERS)))

    def _bare(self, pieces: Sequence[Piece], span: Span) -> list[Payload] | None:
        """Do the usual case quickly: one piece that is the backend's own record and nobody's part."""
        text, hint, _, more, reject, _ = pieces[0]
        if len(pieces) > 1 or more or reject or self._joiner.is_busy:
            return None
        text = text.removesuffix("\n")
        if not text.startswith(_OWN) or _NESTED in text or "\n" in text or text.endswith("\r"):
            return None
        return [Payload(text, span.begin, span.end - span.begin, hint, None)]

    def _recognise(self, text: str) -> tuple[str, Sequence[Piece] | None]:
        if text.startswith("{"):
            record = decode(text)
            return self._recognise_object(record) if record else ("", None)
        for prefix in self._prefixes:
            piece = prefix.peel(text, self._context)
            if piece and self._convinces(prefix, piece):
                if prefix is not self._prefixes[0]:
                    self._prefixes = (prefix, *(other for other in PREFIXES if other is not prefix))
                return prefix.name, (piece,)
        return "", None

    def _recognise_object(self, record: Fields) -> tuple[str, Sequence[Piece] | None]:
        for shell in SHELLS:
            pieces = shell.peel(record, self._context)
            if pieces is not None:
                return shell.name, pieces
        return "", None

    def _convinces(self, prefix: Prefix, piece: Piece) -> bool:
        """Let a form that a backend may write itself count once a record, or a coloured line, has stood behind it."""
        if not piece.weak or prefix.signature in self._confirmed:
            return True
        if piece.text.startswith(('{"', "\x1b[")):
            self._confirmed.add(prefix.signature)
            return True
        return False

    def _unwrapped(self, name: str, pieces: Iterable[Piece], span: Span, layers: int) -> Iterator[Payload]:
        for piece in pieces:
            for whole in self._joiner.join(f"{layers}/{name}", piece, span):
                if whole.reject:
                    yield self._payload(whole)
                    continue
                for line in whole.text.removesuffix("\n").split("\n"):
                    yield from self._inner(whole._replace(text=line.removesuffix("\r")), layers - 1)

    def _inner(self, whole: Whole, layers: int) -> Iterator[Payload]:
        text = whole.text
        plain = _NESTED not in text if text.startswith(_OWN) else not (text.startswith("{") or _WRAPPED.match(text))
        name, pieces = ("", None) if plain or not layers else self._recognise(text)
        if pieces is None:
            yield self._payload(whole)
            return
        hinted = (piece if piece.hint is not None else piece._replace(hint=whole.hint) for piece in pieces)
        yield from self._unwrapped(name, hinted, whole.span, layers)

    def _payload(self, whole: Whole) -> Payload:
        begin, end = whole.span
        if whole.reject is None and len(whole.text) > self._max_line:
            return Payload("", begin, end - begin, whole.hint, "too_long")
        return Payload(whole.text, begin, end - begin, whole.hint, whole.reject)

    def _document(self, text: str, span: Span) -> list[Payload] | None:
        """Peel a document on one line, if it is whole and its objects are a wrapper's or the backend's."""
        document = Document(span.begin, self._max_line, one_line=True)
        data = text.encode() + b"\n"
        complete = document.feed(data) == len(data) and document.state == "done"
        elements = document.elements()
        if not complete or not elements or not self._known(decode((elements[0].data or b"").decode())):
            return None
        return [payload for element in elements for payload in self._element(element)]

    def _known(self, record: Fields | None) -> bool:
        return record is not None and (self._is_own(record) or self._recognise_object(record)[1] is not None)

    def _is_own(self, record: Fields) -> bool:
        keys = self._context.record
        return keys.name in record and (keys.time in record or keys.request_id in record)

    def _element(self, element: Element) -> list[Payload]:
        span = Span(element.offset, element.offset + element.length)
        if element.data is None:
            return self._counted("ndjson", [Payload("", element.offset, element.length, None, "too_long")])
        try:
            text = element.data.decode()
        except UnicodeDecodeError:
            return self._counted("ndjson", [Payload("", element.offset, element.length, None, "bad_encoding")])
        record = decode(text)
        name, pieces = self._recognise_object(record) if record else ("", None)
        if pieces is not None:
            return self._counted(name, list(self._unwrapped(name, pieces, span, LAYERS)))
        if element.alone and not (record and self._is_own(record)):
            return list(self._physical_lines(text, element.offset))
        if "\n" in text:
            text = compact(record) if record else " ".join(text.split())
        return self._counted("ndjson", [Payload(text, element.offset, element.length, None, None)])

    def _physical_lines(self, text: str, offset: int) -> Iterator[Payload]:
        for line in text.split("\n"):
            length = len(line.encode())
            bare = line.removesuffix("\r")
            yield Payload(bare, offset, length - (len(line) - len(bare)), None, None)
            offset += length + 1
            self.formats["text"] += 1

    def _counted(self, name: str, payloads: list[Payload]) -> list[Payload]:
        self.formats[name] += len(payloads)
        return payloads

    def _count_plain(self, plain: pl.DataFrame) -> None:
        objects = plain.select(pl.col("text").str.starts_with("{").sum()).item() or 0
        self.formats["ndjson"] += objects
        self.formats["text"] += plain.height - objects


_ONE_LINE = re.compile(HEAD)


def _finished(plain: pl.DataFrame, *extra: str) -> pl.DataFrame:
    schema = line_schema()
    sub, hint = pl.lit(0, schema["sub"]), pl.lit(None, schema["hint"])
    return plain.select("text", "offset", "length", sub.alias("sub"), hint.alias("hint"), "reject", *extra)


def _table(payloads: list[Payload]) -> pl.DataFrame:
    schema = line_schema()
    if not payloads:
        return pl.DataFrame(schema=schema)
    texts, offsets, lengths, hints, rejects = zip(*payloads, strict=True)
    try:
        text = pl.Series("text", texts, schema["text"])
    except UnicodeEncodeError:
        text = pl.Series("text", [printable(each) for each in texts], schema["text"])
    columns = {
        "text": text,
        "offset": pl.Series(offsets, dtype=schema["offset"]),
        "length": pl.Series(lengths, dtype=pl.UInt64).clip(upper_bound=2**32 - 1).cast(schema["length"]),
        "hint": pl.Series(hints, dtype=pl.Int64),
        "reject": pl.Series(rejects, dtype=schema["reject"]),
    }
    same = pl.struct("offset", "length")
    sub = pl.int_range(pl.len()).over(same.rle_id()).clip(0, 2**16 - 1).cast(schema["sub"])
    hint = pl.col("hint").cast(schema["hint"])
    return pl.DataFrame(columns).with_columns(sub=sub, hint=hint).select(list(schema))
