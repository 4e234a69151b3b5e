"""A panel's measure over time: its last hour, what is normal for it, and whether it creeps up."""

from __future__ import annotations

from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING

from tui.metrics.board import Baseline
from tui.metrics.windows import MINUTE, floor_index, minute_time, whole_minutes
from tui.runbook.model import ActiveMinutes, Count, Rate, Sum

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from tui.metrics.ground import Ground
    from tui.metrics.store import EventStore
    from tui.metrics.windows import Question
    from tui.runbook.model import LogRules, Measure

CHART_MINUTES = 60
_DAY = timedelta(days=1) // MINUTE


def filled(measure: Measure, value: float | None, *, covered: bool) -> float | None:
    """No events count as zero where other data shows that something was listening; otherwise nothing is known."""
    counted = isinstance(measure, (Count, Rate, Sum, ActiveMinutes))
    return 0.0 if value is None and counted and covered else value


class Lane:
    """One question at the whole minutes up to `now`."""

    def __init__(self, store: EventStore, ground: Ground, question: Question, now: datetime) -> None:
        self._store, self._ground, self._question, self._now = store, ground, question, now
        self._series = store.minutes(question, now)
        self._width = whole_minutes(question.window)
        self._last = floor_index(now)

    def at(self, minute: int) -> float | None:
        """The measure at a whole minute; None without data."""
        value = self._series.get(minute)
        if value is not None:
            return value
        covered = self._ground.covers_minute(minute, self._question.window)
        return filled(self._question.measure, value, covered=covered)

    def hour(self) -> tuple[float | None, ...]:
        """The last 60 whole minutes, oldest first."""
        return tuple(self.at(minute) for minute in range(self._last - CHART_MINUTES + 1, self._last + 1))

    def baseline(self, rules: LogRules, before: datetime) -> Baseline | None:
        """Median of the windows one after another before `before`, or of the same ones on earlier days (contracts §1).

        Windows end at whole minutes. Only those wholly inside the data count; None without any.
        """
        end = floor_index(before)
        key = ("baseline", end, self._ground.version(self._question.window))
        return self._series.remember(key, lambda: self._baseline(rules, end))

    def _baseline(self, rules: LogRules, end: int) -> Baseline | None:
        recent = [end - number * self._width for number in range(rules.baseline.windows)]
        if self._ground.has_lasted(rules.baseline.same_hour_after):
            kept = max((one.keep for one in rules.retention), default=rules.baseline.same_hour_after) // MINUTE
            days = range(_DAY, min(self._last - self._ground.first_minute, kept) + 1, _DAY)
            value = self._median(minute - back for back in days for minute in recent)
            if value is not None:
                return Baseline(value, same_hour=True)
        value = self._median(recent)
        return None if value is None else Baseline(value, same_hour=False)

    def rises(self, rules: LogRules) -> bool:
        """Whether it has been far above what came before, for all of the trend's hold."""
        trend = rules.trend
        hold = whole_minutes(trend.hold)
        values = [self.at(minute) for minute in range(self._last - hold + 1, self._last + 1)]
        if not all(values):
            return False
        normal = self.baseline(rules, self._now - trend.hold)
        if normal is None or any(value < trend.factor * normal.value for value in values if value is not None):
            return False
        end = minute_time(self._last)
        return self._store.window(self._question.stream, end - trend.hold, end).height >= trend.minimum

    def _median(self, ends: Iterable[int]) -> float | None:
        earliest = self._ground.first_minute + self._width
        values = [self.at(end) for end in ends if end >= earliest]
        known = [value for value in values if value is not None]
        return median(known) if known else None
