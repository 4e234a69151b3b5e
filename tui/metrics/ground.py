"""Where there is data at all: nothing counted while the base stream runs is zero, nothing without it is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.metrics.windows import MINUTE, Question, ceil_index, floor_index, whole_minutes
from tui.runbook.model import Count, Stream

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from tui.metrics.series import MinuteSeries
    from tui.metrics.store import EventStore
    from tui.runbook.model import LogRules


class Ground:
    """What is covered by data up to `now`. Without any base event, all between the first and the last event is."""

    def __init__(self, rules: LogRules, store: EventStore, now: datetime) -> None:
        self._store, self._now = store, now
        self._base = rules.metric(rules.silence.metric)
        self.span = store.span(now)
        self.has_base = store.newest(self._base.id, now) is not None
        self._heard: dict[timedelta, MinuteSeries] = {}

    @property
    def first_minute(self) -> int:
        """Index of the whole minute that the data begins in; the one of `now` without data."""
        return floor_index(self.span[0] if self.span else self._now)

    def covers_minute(self, minute: int, window: timedelta) -> bool:
        """Whether the window that ends at a whole minute lies over any data."""
        if not self.has_base:
            return self._touches_span(minute - whole_minutes(window), minute)
        return self._base_events(window).get(minute) is not None

    def covers_now(self, window: timedelta) -> bool:
        """Whether the window that ends now lies over any data."""
        if not self.has_base:
            return self._touches_span(floor_index(self._now - window), ceil_index(self._now))
        return self._store.count(self._base.id, self._now - window, self._now) > 0

    def version(self, window: timedelta) -> tuple[int, int, int]:
        """Changes whenever what is covered may have changed for windows that end by the minute of `now`."""
        return self.first_minute, floor_index(self._now), self._base_events(window).version

    def has_lasted(self, length: timedelta) -> bool:
        """Whether there is that much data up to the whole minute of `now`."""
        return self.span is not None and (floor_index(self._now) - self.first_minute) * MINUTE >= length

    def _base_events(self, window: timedelta) -> MinuteSeries:
        if window not in self._heard:
            question = Question(self._base, Stream(metric=self._base.id), Count(), window)
            self._heard[window] = self._store.minutes(question, self._now)
        return self._heard[window]

    def _touches_span(self, start: int, end: int) -> bool:
        return self.span is not None and self.first_minute < end and ceil_index(self.span[1]) > start
