"""The benchmark's own data: a drill's log, with or without junk between its lines."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from itertools import dropwhile, islice
from typing import TYPE_CHECKING

from tui.drill.generate import Plan, generate

if TYPE_CHECKING:
    from pathlib import Path

START = datetime(2026, 3, 2, tzinfo=UTC)
_DAYS = 14
_STACK = [
    b"Error: no such relation\n",
    b"    at Parser.parse (node_modules/pg-protocol/dist/parser.js:283:98)\n",
    b"\n",
]


def clean(path: Path, lines: int) -> None:
    """Write so many lines; a file that is there already is taken as it is."""
    if path.exists():
        return
    plan = Plan("combined", 7, START, minutes=_DAYS * 1440, per_second=20)
    with path.open("wb") as out:
        records = dropwhile(lambda line: not line.template.json, generate(plan))  # lnav judges a file by its first line
        out.writelines(line.data for line in islice(records, lines))


def with_junk(path: Path, source: Path, share: float = 0.05) -> None:
    """Copy a log and put so many lines of stack traces, banners and cut JSON between its own."""
    if path.exists():
        return
    dice = random.Random(1)  # noqa: S311 - a fixed order, not a secret
    with source.open("rb") as lines, path.open("wb") as out:
        for line in lines:
            out.write(line)
            if dice.random() < share:
                out.write(dice.choice([*_STACK, line[: len(line) // 2] + b"\n"]))
