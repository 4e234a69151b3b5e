"""Rules over time: a rule's minute series becomes episodes (contracts §1).

Pending at the first whole minute the comparison is true, firing at the first with t - pending_at >= `for`, resolved at
the first where it is false, also when it never fired. A minute without a value is false.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from tui.metrics.board import Episode
from tui.metrics.windows import MINUTE, floor_index, minute_time, whole_minutes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from tui.metrics.series import MinuteSeries
    from tui.runbook.model import Rule


def episodes(rule: Rule, series: MinuteSeries, until: datetime, step: timedelta = MINUTE) -> tuple[Episode, ...]:
    """Every episode of a rule that began by `until`, oldest first, as it stood then.

    `series` holds the rule's measure; it may reach past `until`, which changes nothing: a window ends at its minute.
    Rules are evaluated at whole multiples of `step` since the epoch.
    """
    every = whole_minutes(step)
    key = ("lives", rule.id, rule.op, rule.threshold, rule.hold, rule.severity, rule.panel, every)
    lives = series.remember(key, lambda: _lives(rule, series, every))
    now = floor_index(until) // every * every
    over = bisect_right(lives, minute_time(now), key=_end)
    if over < len(lives) and lives[over].pending_at <= minute_time(now):
        first = floor_index(lives[over].pending_at)
        last = min(now, floor_index(_end(lives[over])) - every)
        return (*lives[:over], _life(rule, series, (first, last), every, until=now))
    return lives[:over]


def _end(life: Episode) -> datetime:
    if life.resolved_at is None:
        raise ValueError("an episode of a whole series always ends")
    return life.resolved_at


def _lives(rule: Rule, series: MinuteSeries, every: int) -> tuple[Episode, ...]:
    true = (
        minute
        for minute, value in zip(series.minutes, series.values, strict=True)
        if minute % every == 0 and rule.breaches(value)
    )
    return tuple(_life(rule, series, run, every) for run in _consecutive(true, every))


def _consecutive(minutes: Iterable[int], every: int) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for minute in minutes:
        if runs and minute - runs[-1][1] == every:
            runs[-1] = (runs[-1][0], minute)
        else:
            runs.append((minute, minute))
    return runs


def _life(rule: Rule, series: MinuteSeries, run: tuple[int, int], every: int, until: int | None = None) -> Episode:
    """The episode true at minutes first..last; seen at `until` it may still be open."""
    first, last = run
    hold = -(-rule.hold // (every * MINUTE)) * every
    end = last + every
    return Episode(
        rule=rule.id,
        metric=rule.panel,
        severity=rule.severity,
        pending_at=minute_time(first),
        fired_at=minute_time(first + hold) if first + hold <= last else None,
        resolved_at=minute_time(end) if until is None or end <= until else None,
        peak=series.peak(first, last, every),
    )
