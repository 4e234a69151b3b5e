"""How long the runbook lets events be kept (runbook §9). Pure: whose clock judges, the caller says.

Live that is the wall clock, in review the log's own: an exported night stays readable however old it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tui.metrics.condensed import ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from tui.metrics.store import EventStore
    from tui.runbook.model import LogRules

_JUST_BEFORE = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class PastRetention:
    """How many of a metric's events are older than their class allows."""

    metric: str
    retention: str
    events: int
    before: datetime


def kept_since(rules: LogRules, now: datetime) -> Mapping[str, datetime]:
    """The oldest time that an event of each metric may bear at `now`, UTC; a metric without a class is kept."""
    keeps = {one.id: one.keep for one in rules.retention}
    return {metric.id: now - keeps[metric.retention] for metric in rules.metrics if metric.retention in keeps}


def past_retention(rules: LogRules, store: EventStore, now: datetime) -> tuple[PastRetention, ...]:
    """The metrics of which the store holds events that are past their class at `now`, in runbook order."""
    classes, limits, span = {one.id: one.retention for one in rules.metrics}, kept_since(rules, now), store.span(now)
    if span is None or span[0] >= max(limits.values(), default=span[0]):
        return ()
    counted = (
        PastRetention(
            metric, classes[metric], int(store.kinds(metric, (), None, since - _JUST_BEFORE)[ROWS].sum()), since
        )
        for metric, since in limits.items()
    )
    return tuple(one for one in counted if one.events)
