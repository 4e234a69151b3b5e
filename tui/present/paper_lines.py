"""A page of our own Markdown as lines to read in a terminal: headings, lists, tables, charts. Nothing in it acts."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from tui.present.incident_text import unescaped
from tui.present.spans import Line, Span, cut, fit, foreign, gap, left, rule, width, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FENCE = "```"
_BETWEEN_CELLS = re.compile(r"(?<!\\)\|")
_HEADING = re.compile(r"(#{1,6}) ")
_EMPHASIS = re.compile(r"(?<![\\*])\*(?!\*)([^*]+)(?<!\\)\*")
_LEAST_COLUMN = 6


def paper_lines(markdown: str, cells: int) -> tuple[Line, ...]:
    """Every line of a page, at most `cells` wide; a long sentence goes on below, a table keeps its columns."""
    lines: list[Line] = []
    fenced = False
    for is_table, group in groupby(markdown.splitlines(), lambda text: text.startswith("|")):
        if is_table and not fenced:
            lines += _table(list(group), cells)
            continue
        for text in group:
            if text.startswith(_FENCE):
                fenced = not fenced
            elif fenced:
                lines.append((gap(1), Span(cut(foreign(text), cells - 1), "text")))
            else:
                lines += _sentence(text, cells)
    return tuple(fit(line, cells) for line in lines)


def _sentence(text: str, cells: int) -> Iterator[Line]:
    heading = _HEADING.match(text)
    if heading:
        title = _read(text[heading.end() :])
        yield (gap(1), Span(title, "strong")) if heading.end() == 2 else rule((Span(title, "strong"),), (), cells)
        return
    mark, role = ("· ", "text") if text.startswith("- ") else ("", "text")
    if _EMPHASIS.fullmatch(text):
        role = "muted"
    said = _read(text[2:] if mark else text)
    for number, part in enumerate(wrap(said, cells - 2 - len(mark)) or [""]):
        yield (gap(1), Span(mark if number == 0 else " " * len(mark), "muted"), Span(part, role))


def _read(text: str) -> str:
    """Markdown as people read it, safe to show."""
    return foreign(unescaped(_EMPHASIS.sub(r"\1", text)))


def _table(texts: Sequence[str], cells: int) -> Iterator[Line]:
    """Columns as wide as what stands in them; where that is too much, the widest give way and go on below."""
    rows = [[_read(cell.strip()) for cell in _BETWEEN_CELLS.split(text)[1:-1]] for text in texts]
    rows = [row for number, row in enumerate(rows) if number != 1]
    columns = max(map(len, rows))
    rows = [row + [""] * (columns - len(row)) for row in rows]
    sizes = _fitted([max(1, *(width(row[at]) for row in rows)) for at in range(columns)], cells - 1 - 2 * columns)
    for number, row in enumerate(rows):
        parts = [wrap(cell, size) or [""] for cell, size in zip(row, sizes, strict=True)]
        for at in range(max(map(len, parts), default=0)):
            texts_now = [
                left(part[at] if at < len(part) else "", size) for part, size in zip(parts, sizes, strict=True)
            ]
            yield (gap(1), Span("  ".join(texts_now), "muted" if number == 0 else "text"))


def _fitted(sizes: list[int], room: int) -> list[int]:
    """The same widths, the widest made narrower until they fit."""
    sizes = list(sizes)
    while sum(sizes) > room and max(sizes) > _LEAST_COLUMN:
        sizes[sizes.index(max(sizes))] -= 1
    return sizes
