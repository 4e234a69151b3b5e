"""The forms that a backend's records really have, learned from the log itself, so that most need no JSON decoder.

A backend writes the records of one kind with the same keys in the same order. A pattern with just these keys proves,
of any line it matches, that the line is one plain object and what its values are; a line that differs in the least is
left to the decoder. So what was learned, and when, changes how fast a log is read and never what is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

SHORT_NUMBER = r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,6})?"
"""A JSON number short enough for every decoder to agree on its value."""

_TEXT = r"[ !#-\[\]-~]*"
"""A JSON string that stands for itself: ASCII without quote, backslash and control characters."""

_PAIR = re.compile(rf'"({_TEXT})":(?:"({_TEXT})"|({SHORT_NUMBER})|(true|false|null))', re.ASCII)


@dataclass(frozen=True, slots=True)
class Layout:
    """One form of record. mention: what every line of this form contains."""

    mention: str
    pattern: str
    name: str
    captured: tuple[str, ...]
    """Keys of the pattern's groups."""

    def sift(self, lines: pl.DataFrame, types: Mapping[str, pl.DataType], name_key: str) -> tuple[pl.DataFrame, ...]:
        """Records of the lines of this form (every column but `text`, and one for each of `types`), and other lines."""
        bears_name = lines["text"].str.contains(self.mention, literal=True)
        likely = lines.filter(bears_name)
        groups = likely["text"].str.extract_groups(self.pattern).struct.unnest()
        groups.columns = list(self.captured)
        is_form = groups[self.captured[0]].is_not_null()
        known = {key: pl.col(key).cast(dtype) for key, dtype in types.items() if key in self.captured}
        absent = {key: pl.lit(None, dtype).alias(key) for key, dtype in types.items() if key not in self.captured}
        absent[name_key] = pl.lit(self.name).alias(name_key)
        columns = [(known | absent)[key] for key in types]
        if is_form.all():
            return likely.drop("text").hstack(groups.select(columns)), lines.filter(~bears_name)
        records = likely.filter(is_form).drop("text").hstack(groups.filter(is_form).select(columns))
        return records, pl.concat([lines.filter(~bears_name), likely.filter(~is_form)])


class _Pair(NamedTuple):
    """One key with its value, which is one of three."""

    key: str
    string: str | None
    number: str | None
    word: str | None


def learn(text: str, name_key: str, texts: Collection[str], numbers: Collection[str]) -> Layout | None:
    """Learn the form of one line; None when it has none that could be proved by a pattern.

    texts, numbers: the keys to capture, which must hold a value of that type or null.
    """
    pairs = _pairs(text)
    values = {pair.key: _value(pair, name_key, texts, numbers) for pair in pairs}
    name = next((pair.string for pair in pairs if pair.key == name_key), None)
    captured = tuple(key for key, value in values.items() if value and value.strip('"').startswith("("))
    if len(values) < len(pairs) or None in values.values() or not name or not captured:
        return None
    object_ = ",".join(f'"{re.escape(key)}":{value}' for key, value in values.items())
    return Layout(f'"{name_key}":"{name}"', rf"^\{{{object_}\}}$", name, captured)


def _value(pair: _Pair, name_key: str, texts: Collection[str], numbers: Collection[str]) -> str | None:
    """Match a value as it is in every line of the form: captured where its key is asked for; None for a wrong type."""
    asked = texts if pair.key in texts else numbers if pair.key in numbers else ()
    if pair.key == name_key:
        return f'"{re.escape(pair.string or "")}"'
    if pair.word is not None:
        return pair.word if pair.word == "null" or not asked else None
    if pair.string is not None:
        return f'"({_TEXT})"' if asked is texts else f'"{_TEXT}"' if not asked else None
    return f"({SHORT_NUMBER})" if asked is numbers else SHORT_NUMBER if not asked else None


def _pairs(text: str) -> list[_Pair]:
    """Split an object of flat values without any blanks; empty for another text."""
    pairs, at = [], 1
    while found := _PAIR.match(text, at):
        pairs.append(_Pair(*found.groups()))
        at = found.end() + 1
        if text[found.end() : at] != ",":
            break
    return pairs if text[:1] == "{" and at == len(text) and text[-1:] == "}" and pairs else []
