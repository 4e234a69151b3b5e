"""What is wrong with a postmortem, so that a script can block a bad one. Reads Markdown, also what people edited.

A journal is linted through the postmortem that it folds to. No step ticked and no command run are said there, and are
no mistakes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from tui.incident.actions import clean_text
from tui.incident.derived import figures, timeline
from tui.incident.gates import parse_due
from tui.incident.reread import identifier
from tui.incident.sections import sections

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tui.incident.narrative import Words
    from tui.incident.sections import Section
    from tui.runbook.procedures import Procedures

_ZONE = r"(?:Z|[+-]\d{2}:?\d{2})"
_TIME = re.compile(rf"\d{{4}}-\d{{2}}-\d{{2}}[ T]\d{{2}}:\d{{2}}(?::\d{{2}}(?:\.\d+)?)?(?P<zone>\s?{_ZONE}|\s?UTC)?")
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
    DIFFERS = "differs"
    NOT_RECORDED = "not_recorded"


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake, and the line it is on, from 1; 0 where something is not there at all."""

    fault: Fault
    subject: str
    line: int
    name: str = ""
    """What the subject is called in the postmortem, where it has an id."""
    wanted: str = ""
    """How it reads in the journal, where it differs."""


def lint(text: str, runbook: Procedures, words: Words, folded: str | None = None) -> tuple[Finding, ...]:
    """Return every mistake of a postmortem written in the language of `words`, in the order of its lines.

    `folded`: the postmortem that the journal gives, where it is known: what follows from the journal must read so.
    """
    found = sections(text)
    findings = [
        *_required(found, runbook, words),
        *_action(found, words),
        *_timeline(found, words),
        *_evidence(found, words),
        *_times(text),
        *(_edited(text, folded, words) if folded is not None else ()),
    ]
    return tuple(sorted(findings, key=lambda finding: finding.line))


def _required(sections: Mapping[str, Section], runbook: Procedures, words: Words) -> Iterator[Finding]:
    """Look at the runbook's own sections; that of the action is a table, and looked at there."""
    for wanted in runbook.closure.postmortem:
        if "action" in wanted.fields:
            continue
        heading = words.named(f"postmortem.{wanted.id}")
        section = sections.get(heading)
        if section is None:
            yield Finding(Fault.NO_SECTION, wanted.id, 0, heading)
        elif all(_blank(line, words) for _, line in section.body):
            yield Finding(Fault.EMPTY_SECTION, wanted.id, section.line, heading)


def _action(sections: Mapping[str, Section], words: Words) -> Iterator[Finding]:
    section = sections.get(words.say("Actions"))
    rows = {} if section is None else {row[0]: (line, row) for line, row in section.rows() if row}
    line, row = rows.get(words.named("field.action"), (section.line if section else 0, []))
    _, what, owner, due, *_rest = [*row, "", "", "", ""]
    if _blank(what, words):
        yield Finding(Fault.EMPTY_SECTION, "action", line, words.named("field.action"))
    if _blank(owner, words):
        yield Finding(Fault.NO_OWNER, "action_owner", line)
    if parse_due(due) is None:
        yield Finding(Fault.NO_DATE, "action_due", line)


def _timeline(sections: Mapping[str, Section], words: Words) -> Iterator[Finding]:
    section = sections.get(f"{words.say('Timeline')} (UTC)")
    if section is None:
        yield Finding(Fault.NO_SECTION, "timeline", 0, words.say("Timeline"))
        return
    sources = tuple(f"{words.say(name)} `" for name in ("log", "journal"))
    for line, row in section.rows():
        when, source, *_rest = [*row, "", ""]
        if not source.startswith(sources):
            yield Finding(Fault.UNLINKED_ROW, clean_text(when, one_line=True), line)
        if not _TIME.search(when):
            yield Finding(Fault.TIME_WITHOUT_ZONE, clean_text(when, one_line=True), line)


def _evidence(sections: Mapping[str, Section], words: Words) -> Iterator[Finding]:
    section = sections.get(words.say("Evidence"))
    rows = list(section.rows()) if section else []
    if not rows:
        yield Finding(Fault.NO_EVIDENCE, "", section.line if section else 0)
    matched = {words.say("matched"), words.say("matched on arrival")}
    for line, row in rows:
        request_id, state, *_rest = [*row, "", ""]
        if state not in matched:
            yield Finding(Fault.EVIDENCE_NOT_MATCHED, identifier(request_id.strip("`")), line)


def _times(text: str) -> Iterator[Finding]:
    for number, line in enumerate(text.splitlines(), 1):
        for match in _TIME.finditer(line):
            if match["zone"] is None:
                yield Finding(Fault.TIME_WITHOUT_ZONE, match.group(), number)


def _edited(text: str, folded: str, words: Words) -> Iterator[Finding]:
    """Hold what follows from the journal against it. Rows of the timeline may be left out, but not changed."""
    here, there, headings = figures(text, words), figures(folded, words), sections(text)
    lost = {section for section, _label, _count in there if section and section not in headings}
    yield from (Finding(Fault.NO_SECTION, section, 0, section) for section in sorted(lost))
    for key, journal in there.items():
        if key[0] not in lost and (key not in here or here[key].value != journal.value):
            heading = headings[key[0]].line if key[0] in headings else 0
            line = here[key].line if key in here else heading
            yield Finding(Fault.DIFFERS, journal.label, line, wanted="" if "\n" in journal.value else journal.value)
    rows = timeline(folded, words)
    unknown = [one for key, one in here.items() if key not in there]
    unknown += [row for row in timeline(text, words) if all((row.label, row.value) != (r.label, r.value) for r in rows)]
    yield from (Finding(Fault.NOT_RECORDED, clean_text(one.label, one_line=True), one.line) for one in unknown)


def _blank(text: str, words: Words) -> bool:
    return text.strip() in _EMPTY or text.strip() == f"*{words.say('missing')}*"
