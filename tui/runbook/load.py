"""Find, read and validate a runbook: one rules file, and one text file for each language.

`NAME.toml` holds the rules; beside it `NAME.LANG.toml`, or `text.LANG.toml` when there is none of that name, holds the
sentences. Nothing here is guessed or repaired: a runbook is right in every language, or every mistake in it is named.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.locale import _
from tui.runbook.examine import EMBEDDED, Document, Entries, Rules, examine_rules, examine_texts
from tui.runbook.problems import Problem, RunbookError
from tui.runbook.procedures import Procedures
from tui.runbook.texts import TEXT_FILE, Texts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tui.runbook.runbook import Runbook

__all__ = [
    "EMBEDDED",
    "LoadedRunbook",
    "Problem",
    "RunbookError",
    "Texts",
    "json_schema",
    "load_copy",
    "load_runbook",
    "validate",
]

_TOML_LINE = re.compile(r"at line (\d+)")


@dataclass(frozen=True, slots=True)
class LoadedRunbook:
    """A runbook ready for use, with its sentences in one language."""

    runbook: Runbook
    texts: Texts
    lang: str
    sha256: str
    """Of the bytes of the rules file followed by those of the text file."""
    origin: str
    """The path as it was given, or `embedded`."""
    source: tuple[str, str] = ("", "")
    """The rules file and the text file of that language, as they were: an incident keeps them."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """Everything found on disk for one runbook, with every mistake in it."""

    rules: Rules | None
    entries: Mapping[str, Entries]
    contents: Mapping[Path, bytes]
    texts: Mapping[str, Path]
    problems: tuple[Problem, ...]


def load_runbook(path: Path | None, lang: str) -> LoadedRunbook:
    """Read the team's runbook, or the embedded one for None, with its texts in `lang`.

    Every language beside it is validated, so that a runbook does not break when somebody switches. Raises RunbookError
    with every mistake found, or naming the languages there are.
    """
    reading = _read(path or EMBEDDED)
    if reading.problems or reading.rules is None or reading.rules.runbook is None:
        raise RunbookError(reading.problems)
    rules = path or EMBEDDED
    if lang not in reading.texts:
        reason = _("no texts in {lang}; there are: {known}").format(lang=lang, known=", ".join(reading.texts))
        raise RunbookError([Problem(rules.name, "", reason)])
    return LoadedRunbook(
        runbook=reading.rules.runbook,
        texts=Texts(reading.entries[lang]),
        lang=lang,
        sha256=hashlib.sha256(reading.contents[rules] + reading.contents[reading.texts[lang]]).hexdigest(),
        origin=str(path) if path else "embedded",
        source=(reading.contents[rules].decode(), reading.contents[reading.texts[lang]].decode()),
    )


def load_copy(rules: str, texts: str) -> tuple[Procedures, Texts]:
    """Read the copy of a runbook that an incident kept, by shape alone: it was checked when it was copied.

    Raises RunbookError when this version cannot read it.
    """
    try:
        return Procedures.model_validate(tomllib.loads(rules)), Texts(TEXT_FILE.validate_python(tomllib.loads(texts)))
    except (ValueError, RecursionError):
        raise RunbookError([Problem("", "", _("the incident's copy of its runbook cannot be read"))]) from None


def validate(path: Path | None) -> list[Problem]:
    """Every mistake of a runbook in every language; empty when it can be used."""
    return list(_read(path or EMBEDDED).problems)


def json_schema() -> dict[str, Any]:
    """JSON schema of the rules file (as JSON has it; TOML has the same shape)."""
    from tui.runbook.runbook import Runbook

    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Runbook.model_json_schema()}


def _read(path: Path) -> _Reading:
    texts = _languages(path, path.stem) or _languages(path, "text")
    contents: dict[Path, bytes] = {}
    documents: dict[Path, Document] = {}
    problems: list[Problem] = []
    for file in (path, *texts.values()):
        try:
            contents[file] = _bytes(file)
            documents[file] = _parsed(contents[file], file.name)
        except RunbookError as error:
            problems += error.problems
    rules = examine_rules(documents[path], path.name) if path in documents else None
    problems += rules.problems if rules else ()
    if path in contents and not texts:
        reason = _("no text file beside it, such as {name}").format(name=f"{path.stem}.es.toml")
        problems.append(Problem(path.name, "", reason))
    entries: dict[str, Entries] = {}
    for lang, file in texts.items():
        if file in documents:
            entries[lang], wrong = examine_texts(documents[file], file.name, rules)
            problems += wrong
    return _Reading(rules, entries, contents, texts, tuple(problems))


def _languages(rules: Path, stem: str) -> dict[str, Path]:
    named = re.compile(re.escape(stem) + r"\.([a-z]{2})\.toml")
    try:
        names = sorted(entry.name for entry in rules.parent.iterdir())
    except OSError:
        return {}
    return {match[1]: rules.parent / name for name in names if (match := named.fullmatch(name))}


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        why = error.strerror or type(error).__name__
    raise RunbookError([Problem(file.name, "", _("cannot be read: {why}").format(why=why))])


def _parsed(content: bytes, file: str) -> Document:
    """Parse TOML. What the parser says may repeat the content, so only the line survives of it."""
    try:
        return tomllib.loads(content.decode())
    except UnicodeDecodeError as error:
        line, why = content.count(b"\n", 0, error.start) + 1, _("not UTF-8")
    except (ValueError, RecursionError) as error:
        place = _TOML_LINE.search(str(error))
        line = int(place[1]) if place else content.count(b"\n") + 1
        why = _("not valid TOML")
    raise RunbookError([Problem(file, _("line {number}").format(number=line), why)])
