r"""JSON lines → raw records, before the guardrail: only the keys that the runbook names are ever read.

Three roads lead to the same answer. Most lines have a form that was learned (`layout`). A line that a strict pattern
proves to be plain (scalar values, fields of the right type) is decoded with all its neighbours at once; only the proof
makes that safe, since one bad line fails the whole batch and one line that holds two documents shifts all rows after
it. Any other line is read alone.

All roads keep the first of duplicate keys, and take the escape of a lone surrogate for JSON that nobody can use.
JSON deeper than about a thousand levels counts as none. A name written with escapes (`\u004dETRIC_`) is not noticed.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import orjson
import polars as pl

from tui.logs.layout import SHORT_NUMBER, Layout, learn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui.logs.schema import Reject
    from tui.runbook.model import LogRules

ROW = "#row"
"""Number of a line in its block; no JSON key of a runbook is called so."""

Verdict = Literal["other", "cut", "not_json"]
"""What a line is that holds no metric record."""

_BATCH = 8192
"""Rows decoded at once: small enough to stay in the cache, large enough to keep all cores busy."""

_MOST_LAYOUTS = 16

_BLANK = r"[ \t]*"
_SAFE_ESCAPE = r'\\(?:["\\/bfnrt]|u(?:[0-9abcefABCEF][0-9a-fA-F]|[dD][0-7])[0-9a-fA-F]{2})'
_STRING = rf'"(?:[^"\\\x00-\x1f]|{_SAFE_ESCAPE})*"'
_WHOLE_NUMBER = r"(?:0|[1-9][0-9]{0,17})"
_SCALAR = rf"(?:{_STRING}|{SHORT_NUMBER}|true|false|null)"
_KEY_CHARACTER = r'[^"\\\x00-\x1f]'
_COLON = rf"{_BLANK}:{_BLANK}"
_COMMA = rf"{_BLANK},{_BLANK}"
_NESTING = 3
"""Levels of nesting that the pattern for other JSON understands; deeper lines are read alone."""


def _object(pair: str) -> str:
    return rf"\{{{_BLANK}(?:{pair}(?:{_COMMA}{pair})*)?{_BLANK}\}}"


def _array(value: str) -> str:
    return rf"\[{_BLANK}(?:{value}(?:{_COMMA}{value})*)?{_BLANK}\]"


def _object_of(value: str) -> str:
    return _object(f'"{_KEY_CHARACTER}*"{_COLON}{value}')


def _nested(value: str, levels: int) -> str:
    return value if levels == 0 else _nested(f"(?:{_SCALAR}|{_object_of(value)}|{_array(value)})", levels - 1)


def _no_key_of(rests: set[str]) -> str:
    """Match every rest of a key but these; a pattern language without look-ahead has to spell that out."""
    firsts = sorted({rest[0] for rest in rests if rest})
    other_first = _KEY_CHARACTER.replace("]", "".join(map(re.escape, firsts)) + "]")
    roads = [f"{other_first}{_KEY_CHARACTER}*"]
    roads += [re.escape(first) + _no_key_of({rest[1:] for rest in rests if rest[:1] == first}) for first in firsts]
    return f"(?:{'|'.join(roads)}{'' if '' in rests else '|'})"


_NESTED_OBJECT = rf"^{_BLANK}{_object_of(_nested(_SCALAR, _NESTING))}{_BLANK}$"
_MAYBE_JSON = r"^\x{FEFF}?[ \t\r\n]*[\[{]"


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """records: `ROW` and one column for each key of the runbook, in line order. unreadable: lines that are no JSON."""

    records: pl.DataFrame
    unreadable: Counter[Reject]


class Decoder:
    """Reads the keys that one runbook names.

    Where a line holds another type of value, a record's text is `""` and its number NaN: the guardrail refuses both.
    """

    few = 64
    """Lines of a block whose form is not worth learning."""

    def __init__(self, rules: LogRules) -> None:
        record = rules.record
        kinds = {name: spec.kind for metric in rules.metrics for name, spec in metric.fields.items()}
        self._time = record.time
        self._numbers = frozenset(name for name, kind in kinds.items() if kind in {"number", "status"})
        keys = dict.fromkeys((record.time, record.request_id, record.name, *kinds))
        self._types = {key: pl.Float64() if key in self._numbers else pl.String() for key in keys}
        self._mention = f'"{record.name_prefix}'
        self._name = record.name
        self._layouts: list[Layout] = []
        self._plain = rf"^{_BLANK}{_object(self._plain_pair())}{_BLANK}$"

    def _plain_pair(self) -> str:
        """Match one key of a plain object with its value: of the right type where the runbook names the key."""
        texts = self._types.keys() - self._numbers - {self._time}
        kinds = {
            "|".join(map(re.escape, sorted(texts))): f"(?:{_STRING}|null)",
            "|".join(map(re.escape, sorted(self._numbers))): f"(?:{SHORT_NUMBER}|null)",
            re.escape(self._time): f"(?:{_STRING}|{_WHOLE_NUMBER}|null)",
            _no_key_of(set(self._types)): _SCALAR,
        }
        pairs = [f'"(?:{keys})"{_COLON}{value}' for keys, value in kinds.items() if keys]
        return f"(?:{'|'.join(pairs)})"

    def decode(self, lines: pl.DataFrame) -> Decoded:
        """Decode a table of `ROW` and `text`."""
        marked = lines.with_columns(mention=pl.col("text").str.contains(self._mention, literal=True))
        mentions, others = marked.filter("mention").drop("mention"), marked.filter(~pl.col("mention")).drop("mention")
        verdicts = _judge_all(others)
        records, left = self._decode_known(mentions)
        plain = left.select(pl.col("text").str.contains(self._plain)).to_series()
        records.append(self._decode_plain(left.filter(plain), verdicts))
        if not plain.all():
            records.append(self._decode_alone(left.filter(~plain), verdicts))
        unreadable: Counter[Reject] = Counter({"cut": verdicts["cut"], "not_json": verdicts["not_json"]})
        return Decoded(pl.concat(records).sort(ROW) if len(records) > 1 else records[0], unreadable)

    def _decode_known(self, lines: pl.DataFrame) -> tuple[list[pl.DataFrame], pl.DataFrame]:
        """Read the lines whose form is known, learning forms while many lines have another; also gives other lines."""
        records = []
        for layout in tuple(self._layouts):
            known, lines = layout.sift(lines, self._types, self._name)
            records.append(known)
        while lines.height > self.few and len(self._layouts) < _MOST_LAYOUTS:
            new = learn(lines["text"][0], self._name, self._types.keys() - self._numbers, self._numbers)
            if new is None:
                break
            self._layouts.append(new)
            known, lines = new.sift(lines, self._types, self._name)
            records.append(known)
        return records, lines

    def _decode_plain(self, lines: pl.DataFrame, verdicts: Counter[Verdict]) -> pl.DataFrame:
        """Decode all lines at once; should a batch fail against all proof, its lines one by one."""
        batches = [lines.slice(start, _BATCH) for start in range(0, lines.height, _BATCH)]
        record = pl.col("text").str.json_decode(pl.Struct(self._types))
        plans = [batch.lazy().select(ROW, record.alias("record")).unnest("record") for batch in batches]
        try:
            return pl.concat(pl.collect_all(plans)) if plans else self._table([], [])
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
            return self._decode_alone(lines, verdicts)

    def _decode_alone(self, lines: pl.DataFrame, verdicts: Counter[Verdict]) -> pl.DataFrame:
        rows, records = [], []
        for row, text in lines.select(ROW, "text").iter_rows():
            found = read_object(text)
            if isinstance(found, dict):
                rows.append(row)
                records.append(found)
            else:
                verdicts[found] += 1
        return self._table(rows, records)

    def _table(self, rows: list[int], records: list[dict[str, Any]]) -> pl.DataFrame:
        columns = [pl.Series(ROW, rows, dtype=pl.get_index_type())]
        for key, dtype in self._types.items():
            read = _number if key in self._numbers else _time_text if key == self._time else _text
            columns.append(pl.Series(key, [read(record.get(key)) for record in records], dtype=dtype))
        return pl.DataFrame(columns)


def read_object(text: str) -> dict[str, Any] | Verdict:
    """Read the object that one line holds, strictly; otherwise say what the line is."""
    try:
        found = _STRICT.decode(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return judge(text)
    return found if isinstance(found, dict) else judge(text)


def judge(text: str) -> Verdict:
    """Say whether a line is JSON (an object or an array), the beginning of it, or neither."""
    text = text.removeprefix("\ufeff").strip(" \t\r\n")
    if not text.startswith(("{", "[")):
        return "not_json"
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if error.msg.startswith("unexpected end of data"):
            return "cut"
    else:
        return "other"
    return "other" if _is_json(text) else "not_json"


def _is_json(text: str) -> bool:
    """Numbers beyond any double and lone surrogates are still JSON; the fast reader refuses them."""
    try:
        _STRICT.decode(text)
    except (ValueError, RecursionError):
        return False
    return True


def _judge_all(lines: pl.DataFrame) -> Counter[Verdict]:
    text = pl.col("text")
    shape = lines.select(plain=text.str.contains(_NESTED_OBJECT), maybe=text.str.contains(_MAYBE_JSON))
    unsure = lines.filter(shape.select(~pl.col("plain") & pl.col("maybe")).to_series())["text"]
    verdicts: Counter[Verdict] = Counter(map(judge, unsure))
    verdicts["other"] += int(shape["plain"].sum())
    verdicts["not_json"] += lines.height - verdicts.total()
    return verdicts


def _first_wins(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return dict(reversed(list(pairs)))


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) < len("-9223372036854775808") else float(digits)


def _refuse(_constant: str) -> None:
    raise ValueError


_STRICT = json.JSONDecoder(object_pairs_hook=_first_wins, parse_int=_whole, parse_constant=_refuse)


def _number(value: object) -> float | None:
    if value is None:
        return None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan


def _text(value: object) -> str | None:
    if value is None:
        return None
    return value.encode(errors="backslashreplace").decode() if isinstance(value, str) else ""


def _time_text(value: object) -> str | None:
    return repr(value) if isinstance(value, int | float) and not isinstance(value, bool) else _text(value)
