"""A postmortem read back: its sections, and the rows of their tables. Pure; reads what people edited, too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_CELLS = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"[\s|:-]+")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading's line, from 1, and the numbered lines below it."""

    line: int
    body: tuple[tuple[int, str], ...]

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each row of its tables but for their heads, with the line it is on."""
        lines = [(line, text.strip()) for line, text in self.body if text.lstrip().startswith("|")]
        rules = {line for line, text in lines if _RULE.fullmatch(text)}
        for line, text in lines:
            if line not in rules and line + 1 not in rules:
                yield line, [part.strip() for part in _CELLS.split(text)[1:-1]]


def sections(text: str) -> Mapping[str, Section]:
    """Return the sections by their heading; what stands before the first has none."""
    found: dict[str, Section] = {}
    heading = ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("## "):
            heading = line[3:].strip()
            found[heading] = Section(number, ())
        elif heading:
            known = found[heading]
            found[heading] = Section(known.line, (*known.body, (number, line)))
    return found
