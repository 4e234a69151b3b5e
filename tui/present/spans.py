"""Pieces of text with a meaning, and lines made of them, measured in terminal cells.

A role says what a piece means (`severe0`, `muted`, …), never how it looks: each front end has its own palette. Whatever
comes from a log or a person passes `foreign`, so that nothing in it can steer a terminal.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from tui.privacy import visible

ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of one line. `role` is one of ROLES."""

    text: str
    role: str = "text"


Line = tuple[Span, ...]

ROLES = (
    *("text", "strong", "muted", "rule", "quiet"),
    *("severe0", "severe1", "fill-severe0", "fill-severe1", "watch", "done", "focus"),
    *("chip", "bar", "bar-rest", "title", "title-text", "title-strong", "title-watch", "mode-drill", "mode-replay"),
)
"""Everything a span can mean. `severe0` is the worst severity of the runbook, `severe1` any other; `fill-` is text on a
filled bar; `title` is the ground of header and footer."""

_SEVERE_ROLES = 2


def severe_role(rank: int) -> str:
    """Role of a severity by its rank in the runbook, 0 the worst."""
    return f"severe{min(rank, _SEVERE_ROLES - 1)}"


@lru_cache(maxsize=4096)
def char_width(char: str) -> int:
    """Terminal cells that one character takes: 0, 1 or 2."""
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def width(text: str) -> int:
    """Terminal cells that a text takes."""
    return len(text) if text.isascii() else _wide_width(text)


@lru_cache(maxsize=4096)
def _wide_width(text: str) -> int:
    return sum(map(char_width, text))


def line_width(line: Line) -> int:
    """Terminal cells that a line takes."""
    return sum(width(span.text) for span in line)


def plain(line: Line) -> str:
    """Return the text of a line, without roles."""
    return "".join(span.text for span in line)


def foreign(text: str) -> str:
    """Text from a log or a person, safe to show: control characters become pictures."""
    return visible(text)


def cut(text: str, cells: int) -> str:
    """Shorten a text at its end to at most `cells`, with `…` where something is missing."""
    if width(text) <= cells:
        return text
    if cells <= 0:
        return ""
    return _take(text, cells - 1).rstrip() + ELLIPSIS


def cut_middle(text: str, cells: int) -> str:
    """Shorten an id in its middle to at most `cells`: both its ends tell it from others."""
    if width(text) <= cells:
        return text
    if cells <= 0:
        return ""
    tail = _take(text[::-1], min(5, (cells - 1) // 2))[::-1]
    return _take(text, cells - 1 - width(tail)) + ELLIPSIS + tail


def _take(text: str, cells: int) -> str:
    taken = 0
    for index, char in enumerate(text):
        taken += char_width(char)
        if taken > cells:
            return text[:index]
    return text


def left(text: str, cells: int) -> str:
    """Exactly `cells` wide, text at the left."""
    text = cut(text, cells)
    return text + " " * (cells - width(text))


def right(text: str, cells: int) -> str:
    """Exactly `cells` wide, text at the right."""
    text = cut(text, cells)
    return " " * (cells - width(text)) + text


def gap(cells: int, role: str = "text") -> Span:
    """Return empty cells."""
    return Span(" " * max(0, cells), role)


def fit(line: Line, cells: int, fill: str = "text") -> Line:
    """Make a line exactly `cells` wide: cut with `…` or filled up with blanks of role `fill`."""
    total = line_width(line)
    if total <= cells:
        return line if total == cells else (*line, gap(cells - total, fill))
    kept: list[Span] = []
    room = cells
    for span in line:
        size = width(span.text)
        if size > room or (size == room and span is not line[-1]):
            text = cut(span.text + ELLIPSIS, room) if size <= room else cut(span.text, room)
            kept.append(Span(text + " " * (room - width(text)), span.role))
            break
        kept.append(span)
        room -= size
    return tuple(span for span in kept if span.text)


def spread(start: Line, end: Line, cells: int, fill: str = "text") -> Line:
    """Put `start` at the left and `end` at the right of a line; the start gives way, then the end."""
    end = fit(end, cells, fill) if line_width(end) > cells else end
    room = cells - line_width(end)
    if end and start:
        return (*fit(start, max(0, room - 1), fill), gap(min(1, room), fill), *end)
    return (*fit(start, room, fill), *end)


def rule(title: Line, end: Line, cells: int, *, stroke: str = "─", role: str = "rule") -> Line:
    """Return a titled rule: `─title ─────── end ─`."""
    used = line_width(title) + line_width(end) + 1
    tail: Line = (Span(" "), *end) if end else ()
    strokes = cells - used - 1 - line_width(tail[:1])
    if strokes < 1:
        return fit((Span(stroke, role), *title), cells)
    return fit((Span(stroke, role), *title, Span(" "), Span(stroke * strokes, role), *tail), cells)


def row_role(line: Line, role: str) -> Line:
    """Return the same line, every piece in one role (a filled bar)."""
    return tuple(Span(span.text, role) for span in line)


def words(parts: list[Line], cells: int, between: int = 3) -> Line:
    """As many whole parts as fit, in order of importance; what does not fit is left out, never cut."""
    chosen: list[Span] = []
    room = cells
    for part in parts:
        needed = line_width(part) + (between if chosen else 0)
        if not part or needed > room:
            continue
        if chosen:
            chosen.append(gap(between))
        chosen.extend(part)
        room -= needed
    return tuple(chosen)


def wrap(sentence: str, cells: int) -> list[str]:
    """Lines of at most `cells`, broken at blanks; a word that is wider is cut."""
    lines: list[str] = []
    for word in sentence.split():
        if lines and width(lines[-1]) + 1 + width(word) <= cells:
            lines[-1] += f" {word}"
        else:
            lines.append(cut(word, cells))
    return lines


def wrap_line(line: Line, cells: int) -> list[Line]:
    """Break a line at blanks; every piece keeps its role, a word that is wider is cut."""
    lines: list[list[Span]] = [[]]
    used = 0
    for span in line:
        for index, word in enumerate(span.text.split(" ")):
            blank = 1 if index and used else 0
            if used and used + blank + width(word) > cells:
                lines.append([])
                used = blank = 0
            text = cut(word, cells)
            lines[-1].append(Span(" " * blank + text, span.role))
            used += blank + width(text)
    return [tuple(span for span in spans if span.text) for spans in lines]
