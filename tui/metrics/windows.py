"""Measures over trailing windows, and conditions on fields, as Polars expressions.

A window at t is (t - w, t] on event time, UTC (contracts §1). A whole minute is named by its index: minutes since the
epoch. The bucket of minute k is (k - 1, k], so an event exactly on a minute boundary belongs to the minute it ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, assert_never

import polars as pl

from tui.logs.schema import field_column
from tui.runbook.model import ActiveMinutes, Count, Quantile, Rate, Share, Stream, Sum

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.runbook.model import Condition, LogRules, Measure, Metric, Rule

MINUTE = timedelta(minutes=1)
MINUTE_US = 60_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(at: datetime) -> int:
    """The time as Polars stores it: microseconds since the epoch."""
    return (at - EPOCH) // _MICROSECOND


def moment(micros: int) -> datetime:
    """The UTC time of microseconds since the epoch."""
    return EPOCH + timedelta(microseconds=micros)


def minute_time(minute: int) -> datetime:
    """The UTC time of a minute's index."""
    return EPOCH + minute * MINUTE


def floor_index(at: datetime) -> int:
    """Index of the last whole minute at or before `at`."""
    return (at - EPOCH) // MINUTE


def ceil_index(at: datetime) -> int:
    """Index of the first whole minute at or after `at`: the bucket that `at` belongs to."""
    return -((EPOCH - at) // MINUTE)


def whole_minutes(span: timedelta) -> int:
    """Length of a window in minutes; ValueError when it is not a positive whole number of them."""
    minutes, rest = divmod(span, MINUTE)
    if rest or minutes < 1:
        raise ValueError(f"a window must last whole minutes, not {span}")
    return minutes


def bucket() -> pl.Expr:
    """Index of the minute bucket that each row's `at` belongs to, as Int64."""
    return (pl.col("at").to_physical() + (MINUTE_US - 1)) // MINUTE_US


# --- conditions -----------------------------------------------------------------------------------------------------


def condition_expr(condition: Condition, metric: Metric) -> pl.Expr | None:
    """Rows that satisfy every field of the condition, never null; None when it asks nothing."""
    whole: pl.Expr | None = None
    for name, accepted in condition.items():
        spec = metric.fields.get(name)
        column = field_column(name, spec.kind) if spec else name
        numeric = spec is not None and spec.kind in ("status", "number")
        one = _accepts(pl.col(column), accepted, numeric=numeric)
        whole = one if whole is None else whole & one
    return whole


def _accepts(column: pl.Expr, accepted: Sequence[str | int], *, numeric: bool) -> pl.Expr:
    refused = [value[1:] for value in accepted if isinstance(value, str) and value.startswith("!")]
    wanted = [value for value in accepted if not (isinstance(value, str) and value.startswith("!"))]
    parts = [_any_of(column, wanted, numeric=numeric)] if wanted else []
    if refused:
        parts.append(~_any_of(column, refused, numeric=numeric))
    return parts[0] | parts[1] if len(parts) > 1 else parts[0] if parts else pl.lit(value=False)


def _any_of(column: pl.Expr, values: Sequence[str | int], *, numeric: bool) -> pl.Expr:
    if not numeric:
        return column.is_in([str(value) for value in values]).fill_null(value=False)
    tests = [_in_class(column, value) if _is_class(value) else column == int(value) for value in values]
    return pl.any_horizontal(tests).fill_null(value=False)


def _is_class(value: str | int) -> bool:
    return isinstance(value, str) and len(value) == 3 and value.lower().endswith("xx")


def _in_class(column: pl.Expr, value: str | int) -> pl.Expr:
    first = int(str(value)[0]) * 100
    return column.is_between(first, first + 99)


# --- measures -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Totals:
    """What a measure needs of its window: events, its own part (sum, matches or quantile), minutes with an event."""

    events: int
    part: float | None
    active: int


def amount_expr(measure: Measure, metric: Metric, where: pl.Expr | None) -> pl.Expr | None:
    """What each row adds to the measure's part: 1 or true for a match, the summed field; None when nothing adds up."""
    match measure:
        case Count() | Rate() | ActiveMinutes() | Quantile():
            return None
        case Sum():
            field = pl.col(measure.field)
            return field if where is None else pl.when(where).then(field)
        case Share():
            asked = [part for part in (where, condition_expr(measure.matching, metric)) if part is not None]
            return pl.all_horizontal(asked) if asked else pl.lit(value=True)
        case _:
            assert_never(measure)


def part_expr(measure: Measure, metric: Metric, where: pl.Expr | None) -> pl.Expr | None:
    """The measure's own aggregate over a frame's rows that match `where`; None when counting the rows is enough."""
    if isinstance(measure, Quantile):
        field = pl.col(measure.field)
        return (field if where is None else field.filter(where)).quantile(measure.q, interpolation="linear")
    amount = amount_expr(measure, metric, where)
    return None if amount is None else amount.sum()


def events_expr(where: pl.Expr | None) -> pl.Expr:
    """Number of rows that match `where`."""
    return pl.len() if where is None else where.sum()


def active_expr(where: pl.Expr | None) -> pl.Expr:
    """Number of minute buckets that hold at least one row matching `where`."""
    minutes = bucket()
    return (minutes if where is None else minutes.filter(where)).n_unique()


def finish(measure: Measure, totals: Totals, minutes: int) -> float | None:
    """The measure's value from its totals over `minutes`; None where there is nothing to measure."""
    if not totals.events:
        return None
    match measure:
        case Count():
            return float(totals.events)
        case Rate():
            return totals.events / minutes
        case ActiveMinutes():
            return float(totals.active)
        case Sum() | Quantile():
            return totals.part
        case Share():
            return (totals.part or 0.0) / totals.events if totals.events >= measure.minimum else None
        case _:
            assert_never(measure)


def measure_rows(questions: Sequence[Question], rows: pl.DataFrame) -> list[float | None]:
    """Exact values of several measures of one metric over one window's rows, in one pass."""
    if rows.is_empty() or not questions:
        return [None] * len(questions)
    expressions: list[pl.Expr] = []
    for number, question in enumerate(questions):
        expressions.extend(question.expressions(str(number)))
    found = rows.select(expressions).row(0, named=True)
    return [question.answer(str(number), found) for number, question in enumerate(questions)]


@dataclass(frozen=True, slots=True)
class Question:
    """A measure over a stream's trailing window, ready to be asked of rows of its metric."""

    metric: Metric
    stream: Stream
    measure: Measure
    window: timedelta

    @property
    def key(self) -> str:
        """Equal for questions with equal answers."""
        return f"{self.stream!r}|{self.measure!r}|{self.window}"

    def expressions(self, prefix: str) -> list[pl.Expr]:
        """Aggregates whose names begin with `prefix`."""
        where = condition_expr(self.stream.where, self.metric)
        asked = [events_expr(where).alias(f"{prefix}n")]
        part = part_expr(self.measure, self.metric, where)
        if part is not None:
            asked.append(part.alias(f"{prefix}p"))
        if isinstance(self.measure, ActiveMinutes):
            asked.append(active_expr(where).alias(f"{prefix}a"))
        return asked

    def answer(self, prefix: str, found: dict[str, float | None]) -> float | None:
        """The value from a row of aggregates."""
        events, active = found[f"{prefix}n"], found.get(f"{prefix}a")
        totals = Totals(int(events or 0), found.get(f"{prefix}p"), int(active or 0))
        return finish(self.measure, totals, whole_minutes(self.window))


def rule_question(rule: Rule, metric: Metric) -> Question:
    """What a rule measures, on its own stream."""
    return Question(metric, rule.stream, rule.measure, rule.window)


def breaching_expr(rule: Rule, metric: Metric) -> pl.Expr | None:
    """Rows that make a rule true: its filter, a share's matches, a quantile's values over the limit (contracts §1)."""
    where = condition_expr(rule.stream.where, metric)
    match rule.measure:
        case Share():
            own = condition_expr(rule.measure.matching, metric)
        case Quantile():
            field = pl.col(rule.measure.field)
            own = (field > rule.threshold if rule.op == ">" else field >= rule.threshold).fill_null(value=False)
        case Count() | Rate() | Sum() | ActiveMinutes():
            own = None
        case _:
            assert_never(rule.measure)
    parts = [part for part in (where, own) if part is not None]
    return pl.all_horizontal(parts) if parts else None


def panel_question(rules: LogRules, metric: Metric) -> Question | None:
    """What a panel measures: its rule's measure on the rule's stream, else its own; None when it has neither."""
    panel = metric.panel
    if panel.rule is not None:
        rule = rules.rule(panel.rule)
        return rule_question(rule, rules.metric(rule.stream.metric))
    if panel.measure is None:
        return None
    return Question(metric, Stream(metric=metric.id), panel.measure, panel.window)


def asked_by(rules: LogRules) -> list[Question]:
    """Everything that a board needs to know at every whole minute."""
    of_rules = [rule_question(rule, rules.metric(rule.stream.metric)) for rule in rules.rules]
    of_panels = [panel_question(rules, metric) for metric in rules.metrics]
    return [*of_rules, *(question for question in of_panels if question is not None)]
