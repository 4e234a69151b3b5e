"""What is written for people stays true: generated parts, links, pictures, anchors, and every command that is shown."""

from __future__ import annotations

import re
import shlex
from itertools import chain
from typing import TYPE_CHECKING

import click
import pytest

from docs.generate.pages import FOLDER, PAGES, filled
from tui.cli.main import _build
from tui.cli.options import hoist
from tui.locale import use
from tui.locale.catalogue import read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROOT = FOLDER.parent
WRITTEN = sorted(chain(ROOT.glob("*.md"), FOLDER.rglob("*.md"), ROOT.glob("sample_logs/*.md")))
"""Every page that people read."""
_FENCE = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_ENDS_COMMAND = {"|", ">", ">>", "<", "&&", ";", "||"}


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES)
def test_generated_parts_are_what_the_program_says_now(page: str) -> None:
    use("en")
    text = (FOLDER / page).read_text("utf-8")
    assert filled(text) == text, "run python -m docs.generate"


def test_every_link_and_picture_is_there() -> None:
    broken = [
        f"{name(page)}: {target}"
        for page in WRITTEN
        for target in _LINK.findall(_FENCE.sub("", page.read_text("utf-8")))
        if "://" not in target and not _leads_somewhere(page, target)
    ]
    assert not broken


def _leads_somewhere(page: Path, target: str) -> bool:
    path, _hash, anchor = target.partition("#")
    there = (page.parent / path).resolve() if path else page
    if not there.exists() or not there.is_relative_to(ROOT):
        return False
    return not anchor or anchor in _anchors(there.read_text("utf-8"))


def _anchors(text: str) -> set[str]:
    """Anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(("page", "language"), [("troubleshooting.md", "en"), ("guide/es/troubleshooting.md", "es")])
def test_every_message_that_is_explained_is_one_of_the_program(page: str, language: str) -> None:
    known = [_pattern(message) for message in _messages(language)]
    quoted = [message for message in _quoted((FOLDER / page).read_text("utf-8")) if " " in message]
    assert len(quoted) > 25
    assert not [message for message in quoted if not any(pattern.fullmatch(message) for pattern in known)]


def _messages(language: str) -> Iterator[str]:
    """Everything that the program says in a language."""
    for message in read("es"):
        said = message.id if language == "en" else message.string
        yield from (said,) if isinstance(said, str) else said or ()


def _pattern(message: str) -> re.Pattern[str]:
    """What a page may write for a message: an ellipsis where the program puts something in."""
    return re.compile(re.sub(r"\\{\w+\\}", ".+", re.escape(message)))


def _quoted(text: str) -> Iterator[str]:
    """Messages in the first cell of a row, and those that a paragraph begins with."""
    for line in text.splitlines():
        cell = line.replace("\\|", "¦").split("|")[1] if line.startswith("| `") else line
        if line.startswith(("| `", "`")):
            said = re.findall(r"`([^`]+)`", cell)
            yield from (each.replace("¦", "|") for each in (said if line.startswith("|") else said[:1]))


def test_every_command_that_is_shown_can_be_typed() -> None:
    group = _build("en")
    shown = [(name(page), words) for page in WRITTEN for words in _commands(page.read_text("utf-8"))]
    wrong = [f"{page}: guardia {shlex.join(words)}: {why}" for page, words in shown if (why := _refusal(group, words))]
    assert len(shown) > 100
    assert not wrong


def _commands(text: str) -> Iterator[list[str]]:
    """Arguments of every `guardia …` in the blocks and in the prose of a page."""
    lines = [line for block in _FENCE.findall(text) for line in block.splitlines()]
    in_prose = set(re.findall(r"`([^`\n]+)`", _FENCE.sub("", text))) - set(_quoted(text))
    for line in (*lines, *sorted(in_prose)):
        words = _words(line)
        for at, word in enumerate(words):
            if word == "guardia" and (at == 0 or words[at - 1] in _ENDS_COMMAND):
                rest = words[at + 1 :]
                yield rest[: next((i for i, each in enumerate(rest) if each in _ENDS_COMMAND), len(rest))]


def _words(line: str) -> list[str]:
    reader = shlex.shlex(line, posix=True, punctuation_chars="|>&;<")
    reader.whitespace_split = True
    try:
        return list(reader)
    except ValueError:
        return []


def _refusal(group: click.Group, words: list[str]) -> str | None:
    """Why the command line does not take these words; a prose mention may leave out what the command needs."""
    command: click.Command = group
    context: click.Context | None = None
    left = hoist(words)
    try:
        while True:
            context = command.make_context(command.name or "guardia", left, parent=context)
            left = [*context._protected_args, *context.args]
            if not isinstance(command, click.Group) or not left:
                return None
            _name, found, left = command.resolve_command(context, left)
            assert found is not None
            command = found
    except (click.MissingParameter, click.exceptions.NoArgsIsHelpError):
        return None
    except click.UsageError as error:
        return error.format_message()
    except click.exceptions.Exit:
        return None
