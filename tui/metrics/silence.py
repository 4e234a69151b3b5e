"""Silence of the base stream (contracts §1): no data is not health."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tui.runbook.model import Stream

if TYPE_CHECKING:
    from datetime import datetime

    import polars as pl

    from tui.metrics.store import EventStore
    from tui.runbook.model import LogRules, Silence


@dataclass(frozen=True, slots=True)
class Quiet:
    """since: the newest base event. live_until: the last moment that did not count as silent yet."""

    since: datetime
    live_until: datetime


def quiet(rules: LogRules, store: EventStore, now: datetime) -> Quiet | None:
    """The silence at `now`, or None while the base stream runs, or where it never said anything.

    The gaps looked at are those of the hour up to the newest base event, so that the limit stays the same for as long
    as nothing comes, and silence cannot end without an event.
    """
    silence = rules.silence
    newest = store.newest(silence.metric, now)
    if newest is None or now - newest <= silence.at_least:
        return None
    limit = quiet_limit(silence, store.window(Stream(metric=silence.metric), newest - silence.over, newest)["at"])
    return Quiet(newest, newest + limit) if now - newest > limit else None


def quiet_limit(silence: Silence, times: pl.Series) -> timedelta:
    """How long the base stream may be quiet, from its sorted recent event times."""
    if times.len() < silence.few_events:
        return silence.at_least
    gap = times.to_physical().diff().drop_nulls().quantile(silence.quantile, interpolation="linear")
    return max(silence.at_least, silence.factor * timedelta(microseconds=gap or 0.0))
