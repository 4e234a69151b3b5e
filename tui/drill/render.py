"""Exchanges → lines: texts with names in them, filled with drawn values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from tui.drill.chance import RequestIds, drawing
from tui.drill.model import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tui.drill.chance import Dice, Draw
    from tui.drill.model import Backend, Exchange, Value

_NAME = re.compile(r"\{([a-z_]+)\}")
_FLAT_FIELD = re.compile(r'"(\w+)":("(?:[^"\\]|\\.)*"|\{[a-z_]+\}|-?\d+)')
_ALWAYS = frozenset({"time", "request"})


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """One physical line as the data has it."""

    pattern: str
    """For `%` and a mapping of values, with its newline."""
    names: frozenset[str]
    """The names in it."""
    fields: Mapping[str, str]
    """The flat fields of a JSON line, as texts still with their names; empty for any other line."""

    @property
    def json(self) -> bool:
        """Whether the line is a JSON object."""
        return bool(self.fields)


class Line(NamedTuple):
    """One physical line of the log."""

    at: int
    """When it happened, in ms since the epoch; what a JSON line bears as its time."""
    data: bytes
    """With its newline."""
    template: Template
    values: Mapping[str, int | str]
    """What the names in it became; shared by the lines of an exchange."""


def template(text: str) -> Template:
    """One line of an exchange's text, ready to be filled."""
    fields = dict(_FLAT_FIELD.findall(text)) if text.startswith('{"') else {}
    return Template(_pattern(text) + "\n", frozenset(_NAME.findall(text)), fields)


def _pattern(text: str) -> str:
    return _NAME.sub(r"%(\1)s", text.replace("%", "%%"))


class Renderer:
    """Writes the lines of one kind of exchange."""

    def __init__(self, exchange: Exchange, backend: Backend, dice: Dice, people: Sequence[str]) -> None:
        self._templates = [template(text) for text in exchange.text.removesuffix("\n").split("\n")]
        specs: dict[str, Value] = backend.values | exchange.values
        drawn, composed = _needed(_NAME.findall(exchange.text), specs, exchange.id)
        self._draws = {name: drawing(spec, dice, people) for name, spec in drawn.items()}
        self._composed = [(name, _pattern(text)) for name, text in composed.items()]
        self._request_ids = RequestIds(backend.request_ids, dice)

    def lines(self, at: int, instead: Mapping[str, Draw]) -> list[Line]:
        """One exchange at `at` (ms since the epoch), some of its values drawn in another way."""
        values: dict[str, int | str] = {"time": _stamp(at), "request": self._request_ids.draw(at)}
        for name, draw in (self._draws | dict(instead) if instead else self._draws).items():
            values[name] = draw()
        for name, pattern in self._composed:
            values[name] = pattern % values
        return [Line(at, (line.pattern % values).encode(), line, values) for line in self._templates]


def _needed(names: Sequence[str], specs: Mapping[str, Value], where: str) -> tuple[dict[str, Value], dict[str, str]]:
    """Find the values that these names ask for: those drawn at once, and the texts put together from them."""
    drawn: dict[str, Value] = {}
    composed: dict[str, str] = {}
    for name in names:
        if name in _ALWAYS:
            continue
        if name not in specs:
            raise ValueError(f"exchange {where!r} asks for {{{name}}}, which no value gives")
        spec = specs[name]
        if isinstance(spec, Text):
            inner, texts = _needed(_NAME.findall(spec.text), specs, where)
            drawn |= inner
            composed |= texts | {name: spec.text}
        else:
            drawn[name] = spec
    return drawn, composed


def _stamp(at: int) -> str:
    moment = datetime.fromtimestamp(at // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at % 1000:03d}Z"
