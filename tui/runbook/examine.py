"""Look a parsed runbook over and name every mistake at once, also behind the first ones.

Values of the wrong shape are reported and taken out; what is left is checked for how it fits together: one typo does
not hide the unknown reference ten lines below it. Where a table cannot do without its value, that of the embedded
runbook stands in. Nothing that was taken out or stood in is spoken of again.
"""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from tui.locale import _
from tui.runbook.checks import mistakes
from tui.runbook.problems import Loc, Problem, dotted, in_file, reason
from tui.runbook.procedures import Procedures
from tui.runbook.references import text_keys
from tui.runbook.runbook import REFERENCE, Runbook
from tui.runbook.texts import PANEL_NAME_LENGTH, TEXT_FILE, Entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core import ErrorDetails

Value = Any
"""Whatever TOML can hold, at any depth."""
Document = dict[str, Value]
EMBEDDED = Path(__file__).parent / "week3.toml"
Entries = dict[str, dict[str, Entry]]


@dataclass(frozen=True, slots=True)
class Rules:
    """What became of a rules file: a runbook, or its problems."""

    runbook: Runbook | None
    problems: tuple[Problem, ...] = ()
    texts: frozenset[str] | None = None
    """The texts it needs, as far as they can be told; None when too little of it is right."""
    dropped: frozenset[str] = frozenset()
    """Every word of what was taken out or stood in: nothing is said twice about these."""


def examine_rules(document: Document, file: str) -> Rules:
    """Validate a parsed rules file; `file` is the name that its problems carry."""
    try:
        whole = Runbook.model_validate_json(_json(document), strict=True)
    except ValidationError as wrong:
        return _wrong_rules(document, file, wrong)
    return Rules(whole, texts=text_keys(whole))


def _wrong_rules(document: Document, file: str, wrong: ValidationError) -> Rules:
    shapes = [error for error in wrong.errors(include_url=False, include_input=False) if error["type"] != REFERENCE]
    problems = [Problem(file, dotted(in_file(error["loc"], document)), reason(error)) for error in shapes]
    left = _Pruned(document)
    for error in shapes:
        left.take_out(in_file(error["loc"], document), error)
    try:
        parts = Procedures.model_validate_json(_json(left.document()), strict=True)
    except ValidationError:
        return Rules(None, tuple(problems))
    dropped = frozenset(left.words())
    for mistake in mistakes(parts):
        loc = in_file(left.original(mistake.loc), document)
        if mistake.about not in dropped and not left.stands_in(loc):
            problems.append(Problem(file, dotted(loc), mistake.reason))
    return Rules(None, tuple(problems), text_keys(parts), dropped)


def examine_texts(document: Document, file: str, rules: Rules | None) -> tuple[Entries, list[Problem]]:
    """Validate one language's parsed text file against the rules it belongs to."""
    problems: list[Problem] = []
    entries: Entries = {}
    try:
        entries = TEXT_FILE.validate_python(document)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        problems += [Problem(file, dotted(detail["loc"]), reason(detail)) for detail in details]
    if rules is not None and rules.texts is not None:
        problems += _text_ids(document, file, rules.texts, rules.dropped)
    problems += _unreadable(entries, file)
    return entries, problems


def _text_ids(document: Document, file: str, needed: frozenset[str], dropped: frozenset[str]) -> Iterator[Problem]:
    there = {f"{kind}.{name}" for kind, named in document.items() if isinstance(named, Mapping) for name in named}
    for key in sorted(needed ^ there):
        if key.partition(".")[2] not in dropped:
            yield Problem(file, key, _("is missing") if key in needed else _("no such id in the rules"))


def _unreadable(entries: Entries, file: str) -> Iterator[Problem]:
    for kind, named in entries.items():
        for name, entry in named.items():
            for part, text in (("title", entry.title), ("short", entry.short)):
                if text is not None and not (text.strip() and text.isprintable()):
                    yield Problem(file, f"{kind}.{name}.{part}", _("must be one line of printable text"))
            if kind == "metric" and len(entry.title) > PANEL_NAME_LENGTH:
                reason_ = _("a panel's name has at most {count} characters").format(count=PANEL_NAME_LENGTH)
                yield Problem(file, f"{kind}.{name}.title", reason_)


class _Pruned:
    """A document from which wrong parts are taken out, that still knows where everything stood."""

    def __init__(self, document: Document) -> None:
        self._whole = document
        self._out: set[Loc] = set()
        self._in: dict[Loc, Value] = {}

    def take_out(self, loc: Loc, error: ErrorDetails) -> None:
        """Take out the unknown key itself, or the innermost list item that holds the mistake, else let one stand in."""
        if error["type"] == "extra_forbidden":
            self._out.add(loc)
            return
        for end in range(len(loc), 0, -1):
            if isinstance(loc[end - 1], int) and isinstance(_at(self._whole, loc[:end]), dict):
                self._out.add(loc[:end])
                return
        place = loc[: next((i for i, part in enumerate(loc) if isinstance(part, int)), len(loc))]
        self._in[place] = _at(_embedded(), place)

    def document(self) -> Document:
        """Return what is left, with what stands in."""
        left: Document = _without(self._whole, (), self._out)
        for loc, value in self._in.items():
            _at(left, loc[:-1])[loc[-1]] = value
        return left

    def original(self, loc: Loc) -> Loc:
        """Where something of the remaining document stood in the whole one."""
        path: Loc = ()
        for part in loc:
            place = part
            if isinstance(part, int) and not self.stands_in(path):
                kept = [i for i in range(len(_at(self._whole, path))) if (*path, i) not in self._out]
                place = kept[part]
            path = (*path, place)
        return path

    def stands_in(self, loc: Loc) -> bool:
        """Whether something is, or is part of, what the embedded runbook lent."""
        return any(loc[: len(place)] == place for place in self._in)

    def words(self) -> Iterator[str]:
        """Every string in what was taken out and in what stands in."""
        for loc in (*self._out, *self._in):
            yield from _strings(_at(self._whole, loc))
        for value in self._in.values():
            yield from _strings(value)


@cache
def _embedded() -> Document:
    return tomllib.loads(EMBEDDED.read_text(encoding="utf-8"))


def _without(value: Value, loc: Loc, out: set[Loc]) -> Value:
    if isinstance(value, dict):
        return {key: _without(item, (*loc, key), out) for key, item in value.items() if (*loc, key) not in out}
    if isinstance(value, list):
        return [_without(item, (*loc, i), out) for i, item in enumerate(value) if (*loc, i) not in out]
    return value


def _at(value: Value, loc: Loc) -> Value:
    for part in loc:
        if isinstance(value, dict):
            value = value.get(part)
        else:
            value = value[part] if isinstance(value, list) and isinstance(part, int) else None
    return value


def _strings(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)


def _json(document: Document) -> str:
    """Write the document as JSON; what JSON has not (dates, nan, inf) becomes a value of the wrong type."""
    return json.dumps(_plain(document), default=str)


def _plain(value: Value) -> Value:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
