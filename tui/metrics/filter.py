"""The filter that people type over events: `status>=500 reason:AUTH_REQUIRED route:/api/auth/* text`. Pure.

Terms stand side by side and all must hold. A term is a word, which may stand anywhere in what an event shows, or a
name, a sign and a value.

`:` and `=` accept several values between commas, `*` for any text and a class like `5xx`; `-` or
`!` before a term turns it round; quotes keep blanks inside. What a name may be comes from the runbook.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tui.runbook.model import FieldSpec, LogRules

Kind = Literal["enum", "status", "number", "route", "metric", "id"]
Sign = Literal[":", "=", "!=", ">=", "<=", ">", "<"]

METRIC, ID, ID_ALIAS, STATUS, ROUTE = "metric", "id", "requestid", "status", "route"
"""Names that every runbook has: the kind of event, its requestId, and the fields of those kinds whatever their name."""

_TERM = re.compile(
    r"""(?P<turn>[-!]?)
        (?P<name>[A-Za-z_][A-Za-z0-9_]*)
        (?P<sign>!=|>=|<=|>|<|=|:)
        (?P<value>"[^"]*"|[^\s"]*)(?=\s|$)""",
    re.VERBOSE,
)
_WORD = re.compile(r"""(?P<turn>-?)(?P<text>"[^"]*"|[^\s"]+)(?=\s|$)""")
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,6})?")
_CLASS = re.compile(r"[1-9]xx", re.IGNORECASE)
_ORDERED: tuple[Sign, ...] = (">=", "<=", ">", "<")


class Fault(Enum):
    """What can be wrong with a filter."""

    UNKNOWN_NAME = "unknown name"
    NO_VALUE = "no value"
    NO_NUMBER = "no number"
    NO_ORDER = "no order"
    UNKNOWN_METRIC = "unknown metric"
    OPEN_QUOTE = "open quote"


class FilterError(ValueError):
    """A filter that cannot be used: what is wrong, where (first character, from 0), and the piece that is wrong."""

    def __init__(self, fault: Fault, at: int, piece: str) -> None:
        super().__init__(fault.value)
        self.fault, self.at, self.piece = fault, at, piece


@dataclass(frozen=True, slots=True)
class Field:
    """Something that a term can ask about. columns: where its values lie, in the table of events."""

    name: str
    kind: Kind
    columns: tuple[str, ...]
    values: tuple[str, ...] = ()
    """Values worth proposing."""


@dataclass(frozen=True, slots=True)
class Word:
    """A text that must stand somewhere in the event, whatever its case."""

    text: str
    turned: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """A field compared with values: any of them with `:`, one number with an order."""

    field: Field
    sign: Sign
    values: tuple[str, ...]
    turned: bool = False


Filter = tuple[Word | Term, ...]
"""All of it must hold; an empty one lets everything through."""


def known_fields(rules: LogRules) -> dict[str, Field]:
    """Everything that can be asked, by name in lower case: the runbook's fields and the constants above."""
    metrics = tuple(short_metric(rules, metric.id) for metric in rules.metrics)
    found = {
        METRIC: Field(METRIC, "metric", ("metric",), metrics),
        ID: Field(ID, "id", ("request_id",)),
        ID_ALIAS: Field("requestId", "id", ("request_id",)),
    }
    by_name: dict[str, list[FieldSpec]] = {}
    for metric in rules.metrics:
        for name, spec in metric.fields.items():
            by_name.setdefault(name, []).append(spec)
    statuses = tuple(name for name, specs in by_name.items() if specs[0].kind == "status")
    route = Field(ROUTE, "route", ("route",), rules.routes)
    found[STATUS] = Field(STATUS, "status", statuses, ("2xx", "4xx", "5xx"))
    found[ROUTE] = route
    for name, specs in by_name.items():
        kind = specs[0].kind
        values = tuple(dict.fromkeys(value for spec in specs for value in spec.vocabulary))
        own = route if kind == "route" else Field(name, kind, (name,), values)
        found.setdefault(name.lower(), own)
    return found


def short_metric(rules: LogRules, metric: str) -> str:
    """Name of a metric without what all of them begin with."""
    return metric.removeprefix(rules.record.name_prefix)


def parse_filter(text: str, rules: LogRules) -> Filter:
    """Read a filter; FilterError says what is wrong and where."""
    known = known_fields(rules)
    found: list[Word | Term] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        match = _TERM.match(text, at)
        if match is not None:
            found.append(_term(match, known, rules))
        else:
            match = _WORD.match(text, at)
            if match is None:
                raise FilterError(Fault.OPEN_QUOTE, text.index('"', at), text[at:])
            found.append(_word(match))
        at = match.end()
    return tuple(found)


def _word(match: re.Match[str]) -> Word:
    text = match["text"].strip('"')
    if not text:
        raise FilterError(Fault.NO_VALUE, match.start(), match[0])
    return Word(text, turned=bool(match["turn"]))


def _term(match: re.Match[str], known: dict[str, Field], rules: LogRules) -> Term:
    field = known.get(match["name"].lower())
    if field is None:
        raise FilterError(Fault.UNKNOWN_NAME, match.start("name"), match["name"])
    sign: Sign = match["sign"]  # type: ignore[assignment]  # the pattern lets nothing else through
    quoted = match["value"].startswith('"')
    values = (match["value"].strip('"'),) if quoted else tuple(match["value"].split(","))
    if not all(values):
        raise FilterError(Fault.NO_VALUE, match.end(), match["name"])
    _examine(field, sign, values, match.start("value"))
    if field.kind == "metric":
        values = tuple(each for value in values for each in _metrics(value, rules, match.start("value")))
    return Term(field, ":" if sign in {"=", "!="} else sign, values, turned=bool(match["turn"]) != (sign == "!="))


def _examine(field: Field, sign: Sign, values: tuple[str, ...], at: int) -> None:
    numeric = field.kind in {"status", "number"}
    if sign in _ORDERED and not numeric:
        raise FilterError(Fault.NO_ORDER, at, field.name)
    if not numeric:
        return
    for value in values:
        is_class = field.kind == "status" and sign not in _ORDERED and _CLASS.fullmatch(value)
        if not is_class and not _NUMBER.fullmatch(value):
            raise FilterError(Fault.NO_NUMBER, at, value)
    if sign in _ORDERED and len(values) > 1:
        raise FilterError(Fault.NO_NUMBER, at, ",".join(values))


def _metrics(value: str, rules: LogRules, at: int) -> list[str]:
    """Ids of the metrics that a value names, in full or without their common beginning."""
    pattern = glob_pattern(value)
    ids = [metric.id for metric in rules.metrics]
    found = [each for each in ids if re.search(pattern, each) or re.search(pattern, short_metric(rules, each))]
    if not found:
        raise FilterError(Fault.UNKNOWN_METRIC, at, value)
    return found


def glob_pattern(value: str) -> str:
    """Regular expression of a value with `*`, whatever its case; for Python and for Polars."""
    return "(?i)^" + ".*".join(re.escape(part) for part in value.split("*")) + "$"


def is_class(value: str) -> bool:
    """Whether a value is a class of statuses such as `5xx`."""
    return bool(_CLASS.fullmatch(value))


def completions(text: str, rules: LogRules) -> tuple[str, ...]:
    """What the last piece of a filter could become: whole filters, each as long as the piece allows."""
    known = known_fields(rules)
    start = max(text.rfind(" "), text.rfind("\t")) + 1
    head, piece = text[:start], text[start:]
    turn = piece[:1] if piece[:1] in {"-", "!"} else ""
    name, sign, value = _split(piece[len(turn) :])
    if not sign:
        begun = [field.name for field in dict.fromkeys(known.values()) if field.name.lower().startswith(name.lower())]
        return tuple(f"{head}{turn}{each}:" for each in begun)
    field = known.get(name.lower())
    if field is None:
        return ()
    before, comma, last = value.rpartition(",")
    begun = [each for each in field.values if each.lower().startswith(last.lower()) and each != last]
    return tuple(f"{head}{turn}{name}{sign}{before}{comma}{each}" for each in begun)


def _split(piece: str) -> tuple[str, str, str]:
    match = re.match(r"([A-Za-z_][A-Za-z0-9_]*)(!=|>=|<=|>|<|=|:)(.*)", piece)
    return (match[1], match[2], match[3]) if match else (piece, "", "")
