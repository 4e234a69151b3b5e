"""Options that every command takes, before or after its name (contracts §7)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import click

from tui.locale import _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FLAGS = frozenset({"--json", "--read-only", "--no-color", "--ascii"})
VALUES = frozenset({"--id", "--at", "--as", "--runbook", "--lang", "--data-dir"})


@dataclass(frozen=True, slots=True)
class Options:
    """What was said on the command line for all commands; None means: not said."""

    json: bool = False
    at: str | None = None
    incident: str | None = None
    actor: str | None = None
    read_only: bool = False
    runbook: Path | None = None
    lang: str = "en"
    """The language to speak, wherever it was said."""
    lang_flag: str | None = None
    data_dir: Path | None = None
    color: bool = True
    ascii: bool = False


def _typed(text: str) -> str:
    """Take a time as it was typed; one with nothing in it is a mistake, not an option that was left out."""
    if not text.strip():
        raise click.BadParameter(_("nothing was said"))
    return text


time_option = partial(click.option, metavar="TIME", type=_typed)
"""An option that takes a time; what it means depends on the end of the data, and is read later."""


def hoist(arguments: list[str]) -> list[str]:
    """Bring the options of every command to the front, so that they may stand anywhere.

    What follows `--` is left alone. `--option=value` and `--option value` are both understood.
    """
    front: list[str] = []
    rest: list[str] = []
    remaining = iter(arguments)
    for argument in remaining:
        name = argument.partition("=")[0]
        if argument == "--":
            rest += [argument, *remaining]
        elif argument in FLAGS or (name in VALUES and "=" in argument):
            front.append(argument)
        elif argument in VALUES:
            front += [argument, *_first(remaining)]
        else:
            rest.append(argument)
    return front + rest


def _first(remaining: Iterator[str]) -> list[str]:
    return [value for value in (next(remaining, None),) if value is not None]
