"""What a deploy changed: the number of each lane before and after it. Pure.

Both sides are `AROUND` long, clipped to where there is data and to now, on whole minutes as in `compare`. A number of
less than one window of the panel would be chance, so it is not known yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tui.metrics.compare import Pair, Period, levelled
from tui.metrics.minutes import floor_minute
from tui.metrics.windows import Question, measure_rows, panel_question
from tui.runbook.model import Share, Stream

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from tui.metrics.store import EventStore
    from tui.runbook.model import LogRules, Metric

AROUND = timedelta(minutes=30)
"""How much of both sides of a deploy is compared unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A lane's number before and after a deploy, as large as the lane shows it; None where it is not known."""

    metric: str
    unit: str
    """`%`: a fraction 0-1; empty: events in one window."""
    window: timedelta
    both: Pair[float | None]

    @property
    def ratio(self) -> float | None:
        """How many times what was before; None without anything to divide by."""
        before, after = self.both.a, self.both.b
        return after / before if before and after is not None else None

    @property
    def known(self) -> bool:
        """Whether both sides are."""
        return self.both.a is not None and self.both.b is not None


@dataclass(frozen=True, slots=True)
class DeployEffect:
    """One deploy and what became of every lane, in the runbook's order."""

    at: datetime
    lanes: tuple[Moved, ...]

    def of(self, metric: str) -> Moved | None:
        """What became of one lane, where both sides are known."""
        return next((moved for moved in self.lanes if moved.metric == metric and moved.known), None)


def around(at: datetime, span: tuple[datetime, datetime], length: timedelta = AROUND) -> Pair[Period] | None:
    """The periods before and after a deploy, on whole minutes inside `span`; None where either would be empty.

    span: first event, and the moment that nothing is known after.
    """
    middle, first, last = floor_minute(at), floor_minute(span[0]), floor_minute(span[1])
    before, after = Period(max(first, middle - length), middle), Period(middle, min(last, middle + length))
    return Pair(before, after) if before.start < before.end and after.start < after.end else None


def effect(rules: LogRules, store: EventStore, at: datetime, now: datetime) -> DeployEffect | None:
    """What a deploy changed on every lane, as far as it is known at `now`; None without data on both its sides."""
    span = store.span(now)
    periods = around(at, (span[0], now)) if span else None
    if periods is None:
        return None
    moved = (moved_by(rules, store, metric, periods) for metric in rules.metrics)
    return DeployEffect(at, tuple(each for each in moved if each is not None))


def newest_effect(
    rules: LogRules, store: EventStore, deploys: Iterable[datetime], now: datetime, within: timedelta
) -> DeployEffect | None:
    """What the newest deploy of the last `within` changed."""
    recent = [at for at in deploys if now - within < at <= now]
    return effect(rules, store, max(recent), now) if recent else None


def moved_by(rules: LogRules, store: EventStore, metric: Metric, periods: Pair[Period]) -> Moved | None:
    """One lane's number in both periods; None for a metric whose lane has no number."""
    own = panel_question(rules, metric)
    if own is None:
        return None
    unit = "%" if isinstance(own.measure, Share) else metric.panel.unit
    both = Pair(_value(rules, store, own, periods.a), _value(rules, store, own, periods.b))
    return Moved(metric.id, unit, own.window, both)


def _value(rules: LogRules, store: EventStore, own: Question, period: Period) -> float | None:
    dropped = store.dropped
    if period.length < own.window or (dropped is not None and dropped.before > period.start):
        return None
    heard = store.count(rules.silence.metric, period.start, period.end) > 0
    known = store.minutes(own, period.end).remember(("deployed", period), lambda: _measured(store, own, period))
    return levelled(own.measure, known, period.length / own.window, heard=heard)


def _measured(store: EventStore, own: Question, period: Period) -> float | None:
    """Looks at every row of the period: not done again until a minute of the lane changes."""
    wide = Question(own.metric, own.stream, own.measure, period.length)
    rows = store.window(Stream(metric=own.metric.id), period.start, period.end)
    return measure_rows([wide], rows)[0]
