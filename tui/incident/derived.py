"""What in a postmortem follows from the journal alone, so that a file which people edited can be held against it.

Times, promises, counts, evidence, metrics, decision, steps, commands and runbook are the journal's. The sections that
people write, titles, notes and the actions are theirs: those may differ.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.incident.sections import Section, sections

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tui.incident.narrative import Words

_BULLET = re.compile(r"\s*[-*+]\s+([^:]+):\s*(.*)")
_SERIES = re.compile(r"\*\*(.+?)\*\*\s*·\s*(.*)")
_FENCE = "```"
_NOTHING = Section(0, ())


@dataclass(frozen=True, slots=True)
class Derived:
    """Something that the journal says: what it is, how it reads, and the line it is on, from 1."""

    label: str
    value: str
    line: int


Key = tuple[str, str, int]
"""Section, label, and how many of that label came before it there."""


def figures(text: str, words: Words) -> Mapping[Key, Derived]:
    """Return everything in a postmortem that follows from the journal, but for its timeline."""
    _, known = words.say, sections(text)
    seen: Counter[tuple[str, str]] = Counter()
    found: dict[Key, Derived] = {}
    for section, read in (
        (_("For people outside"), _outside(known, words)),
        (_("Summary"), _rows(known.get(_("Summary")))),
        (_("Evidence"), _rows(known.get(_("Evidence")))),
        (_("Metrics"), _metrics(known.get(_("Metrics"), _NOTHING))),
        (_("Playbook steps"), _steps(known.get(_("Playbook steps")))),
        (_("Decision"), _decision(known.get(_("Decision"), _NOTHING), words)),
        (_("Commands run"), _rows(known.get(_("Commands run")))),
        (_("Runbook"), _paragraph(known.get(_("Runbook"), _NOTHING), _("Runbook"), words)),
        ("", _head(text)),
    ):
        for one in read:
            found[section, one.label, seen[section, one.label]] = one
            seen[section, one.label] += 1
    return found


def timeline(text: str, words: Words) -> tuple[Derived, ...]:
    """Return when, source and who of every row of the timeline; what happened there is in people's words."""
    section = sections(text).get(f"{words.say('Timeline')} (UTC)", _NOTHING)
    rows = ((line, [*row, "", "", ""]) for line, row in section.rows())
    return tuple(Derived(row[1], f"{row[0]} · {row[2]}", line) for line, row in rows)


def _head(text: str) -> Iterator[Derived]:
    """Yield what stands below the title: severity, day and status, without the names of people between."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > 1:
        number, line = lines[1]
        parts = [part.strip() for part in line.split(" · ")]
        yield Derived(lines[0][1].lstrip("# ").partition(" ")[0], " · ".join((*parts[:2], parts[-1])), number)


def _outside(known: Mapping[str, Section], words: Words) -> Iterator[Derived]:
    _ = words.say
    ours = {_("How many requests"), _("From"), _("Until"), _("How long"), _("Now")}
    for line, text in known.get(_("For people outside"), _NOTHING).body:
        match = _BULLET.fullmatch(text)
        if match and match[1] in ours:
            yield Derived(match[1], match[2].strip(), line)


def _rows(section: Section | None) -> Iterator[Derived]:
    for line, row in (section or _NOTHING).rows():
        yield Derived(row[0], " · ".join(row[1:]), line)


def _metrics(section: Section) -> Iterator[Derived]:
    yield from _rows(section)
    name, inside, at = "", False, 0
    drawn: list[str] = []
    for line, text in section.body:
        if text.startswith(_FENCE):
            if inside:
                yield Derived(f"{name} ▁▅", "\n".join(drawn), at)
            inside, drawn, at = not inside, [], line + 1
        elif inside:
            drawn.append(text.rstrip())
        elif match := _SERIES.fullmatch(text.strip()):
            name = match[1]
            yield Derived(name, match[2], line)


def _steps(section: Section | None) -> Iterator[Derived]:
    for line, row in (section or _NOTHING).rows():
        step, who, when, *_note = [*row, "", "", ""]
        yield Derived(f"{step} {who}", when, line)


def _decision(section: Section, words: Words) -> Iterator[Derived]:
    yield from _rows(section)
    for first in _paragraph(section, words.say("Decision"), words):
        yield Derived(first.label, " · ".join(first.value.split(" · ")[:2]), first.line)


def _paragraph(section: Section, name: str, words: Words) -> Iterator[Derived]:
    """Yield the first line of a section that is no table; a decision that is missing is no figure."""
    missing = f"*{words.say('missing')}*"
    for line, text in section.body:
        if text.strip() and not text.startswith("|"):
            if text.strip() != missing:
                yield Derived(name, text.strip(), line)
            return
