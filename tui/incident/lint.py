"""What is wrong with a postmortem, so that a script can block a bad one. Reads Markdown, also what people edited.

A journal is linted through the postmortem that it folds to. No step ticked and no command run are said there, and are
no mistakes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from tui.incident.gates import parse_due

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tui.incident.narrative import Words
    from tui.runbook.procedures import Procedures

_ZONE = r"(?:Z|[+-]\d{2}:?\d{2})"
_TIME = re.compile(rf"\d{{4}}-\d{{2}}-\d{{2}}[ T]\d{{2}}:\d{{2}}(?::\d{{2}}(?:\.\d+)?)?(?P<zone>\s?{_ZONE}|\s?UTC)?")
_CELLS = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"[\s|:-]+")
_EMPTY = frozenset({"", "–", "-"})


class Fault(Enum):
    """A kind of mistake; the sentences are in the catalogues."""

    NO_SECTION = "no_section"
    EMPTY_SECTION = "empty_section"
    NO_OWNER = "no_owner"
    NO_DATE = "no_date"
    UNLINKED_ROW = "unlinked_row"
    TIME_WITHOUT_ZONE = "time_without_zone"
    NO_EVIDENCE = "no_evidence"
    EVIDENCE_NOT_MATCHED = "evidence_not_matched"


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake, and the line it is on, from 1; 0 where something is not there at all."""

    fault: Fault
    subject: str
    line: int


@dataclass(frozen=True, slots=True)
class _Section:
    line: int
    body: tuple[tuple[int, str], ...]

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each row of its tables but for their heads, with the line it is on."""
        lines = [(line, text.strip()) for line, text in self.body if text.lstrip().startswith("|")]
        rules = {line for line, text in lines if _RULE.fullmatch(text)}
        for line, text in lines:
            if line not in rules and line + 1 not in rules:
                yield line, [part.strip() for part in _CELLS.split(text)[1:-1]]


def lint(text: str, runbook: Procedures, words: Words) -> tuple[Finding, ...]:
    """Return every mistake of a postmortem written in the language of `words`, in the order of its lines."""
    sections = _sections(text)
    findings = [
        *_required(sections, runbook, words),
        *_action(sections, words),
        *_timeline(sections, words),
        *_evidence(sections, words),
        *_times(text),
    ]
    return tuple(sorted(findings, key=lambda finding: finding.line))


def _sections(text: str) -> Mapping[str, _Section]:
    sections: dict[str, _Section] = {}
    heading = ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("## "):
            heading = line[3:].strip()
            sections[heading] = _Section(number, ())
        elif heading:
            known = sections[heading]
            sections[heading] = _Section(known.line, (*known.body, (number, line)))
    return sections


def _required(sections: Mapping[str, _Section], runbook: Procedures, words: Words) -> Iterator[Finding]:
    """Look at the runbook's own sections; that of the action is a table, and looked at there."""
    for wanted in runbook.closure.postmortem:
        if "action" in wanted.fields:
            continue
        section = sections.get(words.named(f"postmortem.{wanted.id}"))
        if section is None:
            yield Finding(Fault.NO_SECTION, wanted.id, 0)
        elif all(_blank(line, words) for _, line in section.body):
            yield Finding(Fault.EMPTY_SECTION, wanted.id, section.line)


def _action(sections: Mapping[str, _Section], words: Words) -> Iterator[Finding]:
    section = sections.get(words.say("Actions"))
    rows = {} if section is None else {row[0]: (line, row) for line, row in section.rows() if row}
    line, row = rows.get(words.named("field.action"), (section.line if section else 0, []))
    _, what, owner, due, *_rest = [*row, "", "", "", ""]
    if _blank(what, words):
        yield Finding(Fault.EMPTY_SECTION, "action", line)
    if _blank(owner, words):
        yield Finding(Fault.NO_OWNER, "action_owner", line)
    if parse_due(due) is None:
        yield Finding(Fault.NO_DATE, "action_due", line)


def _timeline(sections: Mapping[str, _Section], words: Words) -> Iterator[Finding]:
    section = sections.get(f"{words.say('Timeline')} (UTC)")
    if section is None:
        yield Finding(Fault.NO_SECTION, "timeline", 0)
        return
    sources = tuple(f"{words.say(name)} `" for name in ("log", "journal"))
    for line, row in section.rows():
        when, source, *_rest = [*row, "", ""]
        if not source.startswith(sources):
            yield Finding(Fault.UNLINKED_ROW, when, line)
        if not _TIME.search(when):
            yield Finding(Fault.TIME_WITHOUT_ZONE, when, line)


def _evidence(sections: Mapping[str, _Section], words: Words) -> Iterator[Finding]:
    section = sections.get(words.say("Evidence"))
    rows = list(section.rows()) if section else []
    if not rows:
        yield Finding(Fault.NO_EVIDENCE, "", section.line if section else 0)
    matched = {words.say("matched"), words.say("matched on arrival")}
    for line, row in rows:
        request_id, state, *_rest = [*row, "", ""]
        if state not in matched:
            yield Finding(Fault.EVIDENCE_NOT_MATCHED, request_id.strip("`"), line)


def _times(text: str) -> Iterator[Finding]:
    for number, line in enumerate(text.splitlines(), 1):
        for match in _TIME.finditer(line):
            if match["zone"] is None:
                yield Finding(Fault.TIME_WITHOUT_ZONE, match.group(), number)


def _blank(text: str, words: Words) -> bool:
    return text.strip() in _EMPTY or text.strip() == f"*{words.say('missing')}*"
