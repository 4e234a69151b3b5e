"""A runbook with some keys of its rules changed, exactly as if its file had been edited; no file is touched."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tui.locale import _
from tui.runbook.examine import examine_rules
from tui.runbook.model import parse_duration, write_duration
from tui.runbook.problems import Problem, RunbookError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.runbook.load import LoadedRunbook
    from tui.runbook.runbook import Runbook

_NAME = "id"
"""The key that says which rule it is: what is changed must still be found."""

MOST_VALUES = 60
"""Values of one sweep: a table that people still read."""

_MILLISECOND = timedelta(milliseconds=1)

Scalar = str | int | float | bool


class ChangeError(ValueError):
    """What was typed is no change, or no sweep."""


@dataclass(frozen=True, slots=True)
class Change:
    """One key of one rule and its new value; None takes the key away."""

    rule: str
    key: str
    """As the file writes it; a key inside a table is dotted."""
    value: Scalar | None

    @property
    def name(self) -> str:
        """`RULE.KEY`, as it is typed."""
        return f"{self.rule}.{self.key}"


@dataclass(frozen=True, slots=True)
class Edit:
    """A change and the value it replaces; None where the file has none."""

    change: Change
    was: Scalar | None

    @property
    def toml(self) -> str:
        """The line to write into the rule's table, with what stands there today."""
        today = "" if self.was is None else f"  # {toml_value(self.was)}"
        if self.change.value is None:
            return f"# {self.change.key} = {toml_value(self.was)}" if self.was is not None else f"# {self.change.key}"
        return f"{self.change.key} = {toml_value(self.change.value)}{today}"


def read_change(text: str) -> Change:
    """Read `RULE.KEY=VALUE`; an empty VALUE takes the key away. Raises ChangeError for anything else."""
    place, equals, value = text.partition("=")
    rule, key = read_place(place)
    if not equals or not text.isprintable():
        raise ChangeError(text)
    return Change(rule, key, read_value(value))


def read_place(text: str) -> tuple[str, str]:
    """Read `RULE.KEY`. Raises ChangeError for anything else."""
    rule, dot, key = text.strip().partition(".")
    if not (rule and dot and key):
        raise ChangeError(text)
    return rule, key.strip()


def read_value(text: str) -> Scalar | None:
    """A number, or else the text itself, without quotes around it; None for none."""
    said = text.strip()
    for number in (int, float):
        try:
            return number(said)
        except ValueError:
            continue
    return said.strip("\"'") or None


def read_sweep(text: str) -> tuple[Change, ...]:
    """Read `RULE.KEY=FROM..TO/STEP`, both ends included, or `RULE.KEY=A,B,C`: one change a value.

    Ends and step are numbers, or durations as the runbook writes them. Raises ChangeError for anything else, for no
    value, and for more of them than a table can show.
    """
    place, _equals, said = text.partition("=")
    rule, key = read_place(place)
    first, dots, rest = said.partition("..")
    last, _slash, step = rest.partition("/")
    values = _steps(first, last, step) if dots else tuple(read_value(one) for one in said.split(",") if one.strip())
    if not 0 < len(values) <= MOST_VALUES:
        raise ChangeError(text)
    return tuple(Change(rule, key, value) for value in values)


def _steps(first: str, last: str, step: str) -> tuple[Scalar, ...]:
    """The values from one end to the other; none when they are not in order."""
    try:
        spans = [parse_duration(one.strip()) if one.strip()[-1:].isalpha() else None for one in (first, last, step)]
    except ValueError:
        raise ChangeError(step) from None
    if all(isinstance(span, timedelta) for span in spans):
        low, high, each = (Decimal(span // _MILLISECOND) for span in spans if isinstance(span, timedelta))
        return tuple(write_duration(int(one) * _MILLISECOND) for one in _range(low, high, each))
    try:
        numbers = _range(Decimal(first.strip()), Decimal(last.strip()), Decimal(step.strip()))
    except ArithmeticError:
        raise ChangeError(step) from None
    return tuple(int(one) if one == one.to_integral() else float(one) for one in numbers)


def _range(low: Decimal, high: Decimal, step: Decimal) -> list[Decimal]:
    if not (low.is_finite() and high.is_finite() and step.is_finite() and step > 0):
        raise ChangeError(str(step))
    return [low + number * step for number in range(min(int((high - low) / step) + 1, MOST_VALUES + 1))]


def edited(loaded: LoadedRunbook, changes: Sequence[Change]) -> tuple[Runbook, tuple[Edit, ...]]:
    """The runbook with the changes, checked like any file, and what each replaces.

    Raises RunbookError that names every mistake, an unknown rule among them.
    """
    name = f"{loaded.runbook.id}.toml"
    document = tomllib.loads(loaded.source[0])
    edits = tuple(_put(document, change, name) for change in changes)
    found = examine_rules(document, name)
    if found.runbook is None:
        raise RunbookError(found.problems)
    return found.runbook, edits


def toml_value(value: Scalar | None) -> str:
    """One value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else f"{value:.12g}"


def _put(document: dict[str, Any], change: Change, file: str) -> Edit:
    rules = document["rules"]
    table = next((rule for rule in rules if rule[_NAME] == change.rule), None)
    if table is None:
        known = ", ".join(rule[_NAME] for rule in rules)
        raise RunbookError([Problem(file, change.rule, _("no such rule; there are: {known}").format(known=known))])
    *path, last = change.key.split(".")
    for part in path:
        table = table.setdefault(part, {})
        if not isinstance(table, dict):
            raise RunbookError([Problem(file, change.name, _("cannot be changed like this"))])
    was = table.get(last)
    if isinstance(was, dict | list) or change.key == _NAME:
        raise RunbookError([Problem(file, change.name, _("cannot be changed like this"))])
    if change.value is None:
        table.pop(last, None)
    else:
        table[last] = change.value
    return Edit(change, was)
