"""A page for other people: the same sentences as Markdown, as plain text for a chat, and as rows of a screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.incident.markdown import cell
from tui.present.spans import Line, Span, foreign
from tui.privacy import mask

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and what stands under it."""

    heading: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """Every text is one line without control characters; what people typed has passed `told`."""

    name: str
    """Stem of its file: ids and times only."""
    title: str
    lead: tuple[str, ...]
    parts: tuple[Part, ...]

    def markdown(self) -> str:
        """Return it as Markdown in which nothing that people typed acts."""
        return "\n\n".join(self._markdown()) + "\n"

    def _markdown(self) -> Iterator[str]:
        yield f"# {cell(self.title)}"
        yield from map(cell, self.lead)
        for part in self.parts:
            yield f"## {cell(part.heading)}"
            yield "\n".join(f"- {cell(item)}" for item in part.items)

    def text(self) -> str:
        """Return it as plain text."""
        blocks = ["\n".join((self.title, *self.lead))]
        blocks += ["\n".join((part.heading, *(f"- {item}" for item in part.items))) for part in self.parts]
        return "\n\n".join(blocks) + "\n"

    def lines(self) -> tuple[Line, ...]:
        """Return it as rows to read; a row that is too long is for the screen to wrap."""
        lines: list[Line] = [(Span(self.title, "strong"),), *((Span(text, "muted"),) for text in self.lead)]
        for part in self.parts:
            lines += [(Span(part.heading, "strong"),), *((Span("  "), Span(item)) for item in part.items)]
        return tuple(lines)


def told(text: str) -> str:
    """Return what somebody typed or a journal holds, fit to leave: masked once more, on one line, nothing hidden."""
    return foreign(" ".join(mask(text).text.split()))
