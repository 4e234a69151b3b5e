"""Events that match a filter, the newest first, each with what a screen needs to show it and to go on from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from typing import TYPE_CHECKING, assert_never

import polars as pl

from tui.logs.schema import event_schema
from tui.metrics.feed import EventRow, as_rows
from tui.metrics.filter import Filter, Sign, Term, Word, glob_pattern, is_class
from tui.metrics.windows import condition_expr
from tui.runbook.model import Stream

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tui.metrics.store import EventStore
    from tui.runbook.model import LogRules, Metric

_FIRST_LOOK = timedelta(minutes=5)
LATE = timedelta(minutes=2)
"""How late an event may come and still be listed where it belongs while a list goes on."""
_WIDER = 6
"""Each further look back is so many times as long: a rare match costs few looks, a frequent one reads little."""


@dataclass(frozen=True, slots=True)
class FoundEvent:
    """One event as it is listed. error: whether the runbook counts it as one."""

    row: EventRow
    error: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The newest matches up to a moment. complete: whether there are no older ones."""

    events: tuple[FoundEvent, ...]
    until: datetime
    complete: bool


def search_on(
    rules: LogRules, store: EventStore, wanted: Filter, before: Found | None, until: datetime, limit: int
) -> Found:
    """The same as `search`, reusing what was found `before`: only its end and what came since are looked at again."""
    if before is None or before.until > until or not before.events:
        return search(rules, store, wanted, until, limit)
    settled = before.until - LATE
    fresh = search(rules, store, wanted, until, limit, after=settled)
    if len(fresh.events) >= limit:
        return fresh
    kept = tuple(one for one in before.events if one.row.at <= settled)
    events = (*fresh.events, *kept)
    return Found(events[:limit], until, before.complete and len(events) <= limit)


def search(
    rules: LogRules, store: EventStore, wanted: Filter, until: datetime, limit: int, after: datetime | None = None
) -> Found:
    """The newest `limit` events of (`after`, `until`] that match, the newest first; `after` None: from the first."""
    span = store.span(until)
    if span is None:
        return Found((), until, complete=True)
    searched = [metric for metric in rules.metrics if _may_match(metric, wanted)]
    found: list[pl.DataFrame] = []
    height, complete = 0, False
    for start, end in _looks_back(span[0], until) if after is None else [(after, until)]:
        frame = _matching(rules, store, searched, wanted, start, end)
        complete = start is None
        height += frame.height
        found.append(frame)
        if height >= limit:
            complete = complete and height == limit
            break
    newest = pl.concat(found[::-1]).tail(limit)
    errors = newest["error"].to_list()[::-1]
    rows = as_rows(rules, newest)
    return Found(tuple(map(FoundEvent, rows, errors)), until, complete)


def _looks_back(first: datetime, until: datetime) -> Iterator[tuple[datetime | None, datetime]]:
    """Stretches (start, end] from `until` back, each longer than the one before; the last is open."""
    end, length = until, _FIRST_LOOK
    while end - length > first:
        yield end - length, end
        end, length = end - length, length * _WIDER
    yield None, end


def _matching(
    rules: LogRules,
    store: EventStore,
    searched: list[Metric],
    wanted: Filter,
    start: datetime | None,
    end: datetime,
) -> pl.DataFrame:
    schema = event_schema(rules)
    parts = [pl.DataFrame(schema={**schema, "error": pl.Boolean()}).drop("sha256")]
    for metric in searched:
        rows = store.window(Stream(metric=metric.id), start, end)
        matches = filter_expr(wanted, metric)
        kept = rows if matches is None else rows.filter(matches)
        if kept.height:
            named = pl.lit(metric.id, schema["metric"]).alias("metric")
            parts.append(kept.with_columns(named, _error_expr(rules, metric).alias("error")))
    return pl.concat(parts, how="diagonal").sort("at", "source", "offset", "sub")


def _error_expr(rules: LogRules, metric: Metric) -> pl.Expr:
    streams = [stream for stream in rules.errors if stream.metric == metric.id]
    asked = [condition_expr(stream.where, metric) for stream in streams]
    tests = [pl.lit(value=True) if test is None else test for test in asked]
    return pl.any_horizontal(tests) if tests else pl.lit(value=False)


def _may_match(metric: Metric, wanted: Filter) -> bool:
    """Whether a metric has what the filter asks for; the rest is not even looked at."""
    for part in wanted:
        if isinstance(part, Term) and part.field.kind == "metric" and (metric.id in part.values) == part.turned:
            return False
    return True


def filter_expr(wanted: Filter, metric: Metric) -> pl.Expr | None:
    """Rows of a metric that match, never null; None when everything does."""
    asked = [part for part in wanted if not (isinstance(part, Term) and part.field.kind == "metric")]
    return pl.all_horizontal([_part(part, metric) for part in asked]) if asked else None


def _part(part: Word | Term, metric: Metric) -> pl.Expr:
    match part:
        case Word():
            holds = _contains(part.text, metric)
        case Term():
            columns = [name for name in part.field.columns if name in _columns(metric)]
            tests = [_compared(pl.col(name), part) for name in columns]
            holds = pl.any_horizontal(tests) if tests else pl.lit(value=False)
        case _:
            assert_never(part)
    return ~holds if part.turned else holds


def _columns(metric: Metric) -> frozenset[str]:
    fields = ("route" if spec.kind == "route" else name for name, spec in metric.fields.items())
    return frozenset({*fields, "request_id"})


def _contains(text: str, metric: Metric) -> pl.Expr:
    """Whether any word of an event holds the text: its name, route, reasons, requestId."""
    if text.lower() in metric.id.lower():
        return pl.lit(value=True)
    spoken = [name for name, spec in metric.fields.items() if spec.kind == "enum"]
    routed = ["route"] if any(spec.kind == "route" for spec in metric.fields.values()) else []
    tests = [
        pl.col(name).cast(pl.String).str.to_lowercase().str.contains(text.lower(), literal=True).fill_null(value=False)
        for name in (*spoken, *routed, "request_id")
    ]
    statuses = [name for name, spec in metric.fields.items() if spec.kind == "status"]
    if text.isdecimal():
        tests += [(pl.col(name).cast(pl.String) == text).fill_null(value=False) for name in statuses]
    return pl.any_horizontal(tests)


def _compared(column: pl.Expr, term: Term) -> pl.Expr:
    if term.field.kind in {"status", "number"}:
        tests = [_number_test(column, term.sign, value) for value in term.values]
    else:
        words = column.cast(pl.String)
        tests = [words.str.contains(glob_pattern(value)) for value in term.values]
    return reduce(lambda one, other: one | other, (test.fill_null(value=False) for test in tests))


def _number_test(column: pl.Expr, sign: Sign, value: str) -> pl.Expr:
    if is_class(value):
        return column.is_between(int(value[0]) * 100, int(value[0]) * 100 + 99)
    number = float(value)
    match sign:
        case ">=":
            return column >= number
        case "<=":
            return column <= number
        case ">":
            return column > number
        case "<":
            return column < number
        case ":" | "=" | "!=":
            return column == number
        case _:
            assert_never(sign)
