"""The guardrail: of a decoded record only what the runbook allows goes on, in forms that cannot carry a secret (§6).

Texts are judged once for each distinct value, not for each row. How many codes and routes may be new is capped over the
whole life of a source, so a hostile log cannot fill memory or screens with values of its own making.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import polars as pl

from tui.logs.schema import INVALID_ID, OTHER, event_schema, field_column
from tui.privacy import IDENTIFIER_NUMBER, IDENTIFIER_SUSPECT, identifier_hit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tui.runbook.model import FieldSpec, LogRules

PLACEHOLDER = ":id"
MOST_CODES = 32
"""Distinct values of an enum field outside its vocabulary (contracts §6)."""
MOST_ROUTES = 256
"""Distinct routes outside the runbook's templates."""
MOST_SEGMENTS = 8
"""Segments of a path worth showing; a longer one is `OTHER`."""

_CODE = re.compile(r"[A-Z]+(?:_[A-Z]+)+")
_LONGEST_CODE = 40

_IDENTIFIER = r"^[A-Za-z0-9][A-Za-z0-9_.:-]{5,63}$"
_NO_IDENTIFIER = r"(?i:^(?:[0-9]+|null|true|false|undefined|no_context)$)"
_LOOK_AGAIN = f"{IDENTIFIER_SUSPECT}|{IDENTIFIER_NUMBER}|{_NO_IDENTIFIER}"
_UUID_SHAPED = r"^(?:[A-Za-z]{1,16}[-_])?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"

_PATH = r"^(?:[A-Za-z][A-Za-z0-9+.-]*:)?(?://[^/?#\\]*)?(/(?:[^/?#][^?#]*)?)(?:[?#]|$)"
_BARE_PATH = r"^/(?:[^/?#][^?#]*)?$"
_SEGMENT_WITH_DIGIT = r"/[^/]*[0-9][^/]*"
_UUID_SEGMENT = r"/[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"


def usable_ids(ids: pl.Series) -> pl.Series:
    """Usable requestIds as they are, the rest as `INVALID_ID`, none as null (contracts §1)."""
    one = pl.col("id")
    formal = ids.to_frame("id").select("id", usable=one.str.contains(_IDENTIFIER), look=one.str.contains(_LOOK_AGAIN))
    doubtful = formal.filter("usable", "look")["id"].unique().to_frame()
    doubtful = doubtful.filter(~one.str.contains(_UUID_SHAPED) | one.str.contains(IDENTIFIER_SUSPECT))
    refused = [each for each in doubtful["id"] if re.match(_NO_IDENTIFIER, each) or identifier_hit(each)]
    usable = pl.col("usable") & ~one.is_in(refused) if refused else pl.col("usable")
    return formal.select(pl.when(one.is_null() | usable).then(one).otherwise(pl.lit(INVALID_ID)))["id"]


def is_usable_id(text: str) -> bool:
    """Whether a typed id could be a record's requestId."""
    return text != INVALID_ID and bool(usable_ids(pl.Series([text], dtype=pl.String))[0] == text)


class Routes:
    """Endpoints → route templates; knows the runbook's templates and the few other routes it has let through."""

    def __init__(self, templates: Iterable[str]) -> None:
        self._templates = {template: tuple(_segments(template)) for template in templates}
        self._words = {word for segments in self._templates.values() for word in segments if word != PLACEHOLDER}
        self._seen: set[str] = set()
        any_digit = any(character.isdigit() for word in self._words for character in word)
        self._never_known = _UUID_SEGMENT if any_digit else _SEGMENT_WITH_DIGIT

    def of(self, endpoints: pl.Series) -> pl.Series:
        """Find the route of every endpoint; null stays null, what is no path is `OTHER`."""
        if not endpoints.str.contains(_BARE_PATH).all():
            path = pl.col("endpoint").str.extract(_PATH).fill_null("")
            endpoints = (
                endpoints.to_frame("endpoint").select(pl.when(pl.col("endpoint").is_not_null()).then(path)).to_series()
            )
        return _mapped(endpoints.str.replace_all(self._never_known, f"/{PLACEHOLDER}"), self._route)

    def _route(self, path: str) -> str:
        segments = tuple(_segments(path))
        if not path or len(segments) > MOST_SEGMENTS:
            return OTHER
        known = [template for template, parts in self._templates.items() if _matches(parts, segments)]
        if known:
            return min(known, key=lambda template: self._templates[template].count(PLACEHOLDER))
        route = "/" + "/".join(segment if segment in self._words else PLACEHOLDER for segment in segments)
        return _admit(route, self._seen, MOST_ROUTES)


class Guard:
    """Judges the fields of one source's records by the runbook."""

    def __init__(self, rules: LogRules) -> None:
        self._schema = event_schema(rules)
        self._routes = Routes(rules.routes)
        self._codes: dict[str, set[str]] = defaultdict(set)
        self._uses: dict[str, list[tuple[str, FieldSpec, list[str]]]] = defaultdict(list)
        """Column → (JSON key, specification, metrics that use it so)."""
        for metric in rules.metrics:
            for key, spec in metric.fields.items():
                self._note(metric.id, key, spec)

    def _note(self, metric: str, key: str, spec: FieldSpec) -> None:
        uses = self._uses[field_column(key, spec.kind)]
        for known_key, known_spec, metrics in uses:
            if (known_key, known_spec) == (key, spec):
                metrics.append(metric)
                return
        uses.append((key, spec, [metric]))

    def bad_fields(self, records: pl.DataFrame) -> pl.Series:
        """Mark the records (a column `metric` and the JSON keys) in which a number or a status is none."""
        wrong = [
            self._is_one_of(metrics) & ~_sound(pl.col(key), spec)
            for uses in self._uses.values()
            for key, spec, metrics in uses
            if spec.kind in {"number", "status"}
        ]
        return records.select(bad=pl.any_horizontal(pl.lit(value=False), *wrong).fill_null(value=False))["bad"]

    def fields(self, records: pl.DataFrame) -> pl.DataFrame:
        """Every field column of the events that sound records become; a field its metric does not list is null."""
        raw = records.select(self._allowed(uses).alias(column) for column, uses in self._uses.items())
        return raw.select(self._judged(raw[column]).cast(self._schema[column]) for column in self._uses)

    def _judged(self, values: pl.Series) -> pl.Series:
        uses = self._uses[values.name]
        match uses[0][1].kind:
            case "route":
                return self._routes.of(values).alias(values.name)
            case "enum":
                vocabulary = frozenset(word for _, spec, _ in uses for word in spec.vocabulary)
                seen = self._codes[values.name]
                return _mapped(values, lambda value: value if value in vocabulary else _code(value, seen))
            case _:
                return values

    def _allowed(self, uses: list[tuple[str, FieldSpec, list[str]]]) -> pl.Expr:
        return pl.coalesce(pl.when(self._is_one_of(metrics)).then(pl.col(key)) for key, _, metrics in uses)

    def _is_one_of(self, metrics: list[str]) -> pl.Expr:
        return pl.col("metric").is_in(pl.Series(metrics, dtype=self._schema["metric"]).implode())


def _sound(number: pl.Expr, spec: FieldSpec) -> pl.Expr:
    """Absent, or finite and in range; a status is whole besides."""
    if spec.kind == "status":
        return number.is_null() | (number.is_between(100, 599) & (number == number.floor()))
    return number.is_null() | (number.is_finite() & number.is_between(spec.minimum, spec.maximum))


def _mapped(values: pl.Series, judge: Callable[[str], str]) -> pl.Series:
    """Judge each distinct value once, in the order of first appearance."""
    distinct = values.drop_nulls().unique(maintain_order=True)
    judged = pl.Series([judge(value) for value in distinct], dtype=pl.String)
    return values if judged.equals(distinct) else values.replace_strict(distinct, judged, return_dtype=pl.String)


def _code(value: str, seen: set[str]) -> str:
    looks_like_code = len(value) <= _LONGEST_CODE and _CODE.fullmatch(value)
    return _admit(value, seen, MOST_CODES) if looks_like_code else OTHER


def _admit(value: str, seen: set[str], most: int) -> str:
    if value not in seen:
        if len(seen) >= most:
            return OTHER
        seen.add(value)
    return value


def _segments(path: str) -> list[str]:
    return [segment for segment in path.split("/") if segment]


def _matches(template: tuple[str, ...], segments: tuple[str, ...]) -> bool:
    return len(template) == len(segments) and all(
        part in (PLACEHOLDER, segment) for part, segment in zip(template, segments, strict=True)
    )
