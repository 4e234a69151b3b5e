"""Every metric in two periods, one beside the other: rates, quantiles, shares, breakdowns. Pure.

A count says nothing over periods of different length, so counts and sums are given per minute. Nothing counted where
the base stream ran is zero; where it did not run at all nothing is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar, assert_never

from tui.metrics.livetime import LiveTime
from tui.metrics.totals import totals
from tui.metrics.windows import MINUTE, Question, floor_index, measure_rows, panel_question
from tui.runbook.model import ActiveMinutes, Count, Quantile, Rate, Share, Stream, Sum

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta

    from tui.metrics.store import EventStore
    from tui.metrics.totals import MetricTotals
    from tui.runbook.model import LogRules, Measure, Metric

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Period:
    """(start, end], both whole UTC minutes."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Pair(Generic[Value]):
    """The same thing in period a and in period b."""

    a: Value
    b: Value


@dataclass(frozen=True, slots=True)
class Figure:
    """One number in both periods; None where nothing could be measured."""

    id: str
    """`rate`, `peak`, `minutes-over`, `value` (the panel's own measure), or a figure of the runbook."""
    unit: str
    both: Pair[float | None]

    @property
    def ratio(self) -> float | None:
        """How many times a it is in b; None without anything to divide by."""
        a, b = self.both.a, self.both.b
        return b / a if a and b is not None else None


@dataclass(frozen=True, slots=True)
class Shift:
    """How often a field had a value: events, and their share of all the metric's events of the period (0-1)."""

    field: str
    value: str
    events: Pair[int]
    share: Pair[float | None]

    @property
    def moved(self) -> float:
        """By how much its share changed, -1 to 1; a period without events moves nothing."""
        return 0.0 if self.share.a is None or self.share.b is None else self.share.b - self.share.a


@dataclass(frozen=True, slots=True)
class MetricChange:
    """One metric in both periods."""

    metric: str
    events: Pair[int]
    figures: tuple[Figure, ...]
    shifts: tuple[Shift, ...]
    """By field in the runbook's order, in each the largest move first."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two periods, metric by metric in the runbook's order."""

    periods: Pair[Period]
    live: Pair[timedelta]
    """How much of each period the base stream ran."""
    metrics: tuple[MetricChange, ...]
    whole: bool
    """False when rows of a period are kept as counts only: its quantiles are of what is left."""


def compare(rules: LogRules, store: EventStore, a: Period, b: Period) -> Comparison:
    """Compare two periods of the same events."""
    sides = (_Side(rules, store, a), _Side(rules, store, b))
    gone = store.dropped.before if store.dropped else None
    return Comparison(
        periods=Pair(a, b),
        live=Pair(sides[0].live, sides[1].live),
        metrics=tuple(_metric(metric, *sides) for metric in rules.metrics),
        whole=gone is None or gone <= min(a.start, b.start),
    )


class _Side:
    """Everything that is asked of one period."""

    def __init__(self, rules: LogRules, store: EventStore, period: Period) -> None:
        self.rules, self.store, self.period = rules, store, period
        self.live = LiveTime(rules, store, period.end).since(period.start)
        self.counts: dict[str, MetricTotals] = totals(rules, store, period.start, period.end)
        self._heard = self._listened()

    def figures(self, metric: Metric) -> Iterator[tuple[str, str, float | None]]:
        """Id, unit and value of each number of a metric."""
        minutes = self.period.length / MINUTE
        yield "rate", "/min", self._counted(self.counts[metric.id].events / minutes)
        own = panel_question(self.rules, metric)
        if own is not None:
            yield from self._panel(metric, own)
        for figure in metric.panel.figures:
            question = Question(metric, Stream(metric=metric.id), figure.measure, self.period.length)
            if not isinstance(figure.measure, Count | Rate):
                yield figure.id, figure.unit, self.over_all(question)

    def over_all(self, question: Question) -> float | None:
        """A measure over the whole period; sums by the minute, active minutes as a part of all."""
        wide = Question(question.metric, question.stream, question.measure, self.period.length)
        rows = self.store.window(Stream(metric=question.metric.id), self.period.start, self.period.end)
        value = measure_rows([wide], rows)[0]
        return levelled(question.measure, value, self.period.length / MINUTE, heard=self._heard)

    def _panel(self, metric: Metric, own: Question) -> Iterator[tuple[str, str, float | None]]:
        """The panel's measure over the period, its highest window, and the minutes it was over its limit."""
        unit = "%" if isinstance(own.measure, Share) else metric.panel.unit
        if isinstance(own.measure, Quantile | Share):
            yield "value", unit, self.over_all(own)
        first, last = floor_index(self.period.start) + 1, floor_index(self.period.end)
        values = self.store.minutes(own, self.period.end).between(first, last)
        yield "peak", unit, self._counted(max(values, default=0.0))
        if metric.panel.rule is not None:
            rule = self.rules.rule(metric.panel.rule)
            yield "minutes-over", "min", self._counted(float(sum(map(rule.breaches, values))))

    def _counted(self, value: float) -> float | None:
        """A count of zero needs somebody who listened."""
        return value if value or self._heard else None

    def _listened(self) -> bool:
        """Whether the base stream said anything; where it never does, any event shows that somebody listened."""
        base = self.rules.silence.metric
        has_base = self.store.newest(base, self.period.end) is not None
        asked = [base] if has_base else list(self.counts)
        return any(self.counts[metric].events for metric in asked)


def _metric(metric: Metric, a: _Side, b: _Side) -> MetricChange:
    figures = tuple(
        Figure(name, unit, Pair(before, after))
        for (name, unit, before), (_name, _unit, after) in zip(a.figures(metric), b.figures(metric), strict=True)
    )
    counts = Pair(a.counts[metric.id], b.counts[metric.id])
    return MetricChange(metric.id, Pair(counts.a.events, counts.b.events), figures, tuple(_shifts(counts)))


def _shifts(counts: Pair[MetricTotals]) -> Iterator[Shift]:
    for field, before in counts.a.breakdown.items():
        after = counts.b.breakdown[field]
        shifts = [
            Shift(field, value, Pair(before.get(value, 0), after.get(value, 0)), _shares(value, before, after, counts))
            for value in dict.fromkeys([*before, *after])
        ]
        yield from sorted(shifts, key=lambda shift: (-abs(shift.moved), shift.value))


def _shares(
    value: str, before: dict[str, int], after: dict[str, int], counts: Pair[MetricTotals]
) -> Pair[float | None]:
    return Pair(_share(before.get(value, 0), counts.a.events), _share(after.get(value, 0), counts.b.events))


def _share(part: int, events: int) -> float | None:
    return part / events if events else None


def levelled(measure: Measure, value: float | None, parts: float, *, heard: bool) -> float | None:
    """The value of a period in a form that does not depend on how long it is: amounts by each of `parts` of it.

    heard: whether the base stream ran, so that nothing is zero.
    """
    match measure:
        case Quantile() | Share():
            return value
        case Count() | Sum() | ActiveMinutes():
            return value / parts if value is not None else 0.0 if heard else None
        case Rate():
            return value if value is not None else 0.0 if heard else None
        case _:
            assert_never(measure)
