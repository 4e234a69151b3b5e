"""What the rules would call it: suggested severity, dominant metric, anchor (contracts §1). People confirm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tui.logs.schema import INVALID_ID
from tui.metrics.board import Sample, Suggestion
from tui.metrics.windows import breaching_expr, floor_index, rule_question
from tui.runbook.model import Stream

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tui.metrics.board import Episode
    from tui.metrics.reading import Reading
    from tui.metrics.silence import Quiet
    from tui.metrics.store import EventStore
    from tui.runbook.model import LogRules, Rule

_SAMPLES = 8
_LOOK_BACK = 2000
"""Newest events among which distinct requestIds are looked for: one client may send the same id many times."""

_SAMPLE_COLUMNS = ("request_id", "at", "source", "offset", "length", "sub")


def suggest(rules: LogRules, store: EventStore, reading: Reading) -> Suggestion | None:
    """The suggestion at the reading's instant: of what fires, else of what is pending (severity None), else None."""
    lives = reading.open
    if not lives:
        return None
    firing = [life for life in lives if life.firing]
    leading = min(firing or lives, key=lambda life: _weight(rules, store, life, reading.at))
    rule = rules.rule(leading.rule)
    anchor = anchor_of(store, rules, rule, leading.pending_at)
    return Suggestion(
        severity=leading.severity if firing else None,
        metric=leading.metric,
        rule=rule.id,
        value=reading.values[rule.id],
        episode=leading,
        anchor=anchor,
        samples=_fresh_samples(store, rules, rule, reading.at, anchor),
    )


def suggest_silence(rules: LogRules, quiet: Quiet, now: datetime, last: Suggestion | None) -> Suggestion | None:
    """The last live suggestion, unless silence has lasted long enough to be the worse news itself."""
    silence = rules.silence
    if now - quiet.live_until < silence.suggest_after:
        return last
    if last is not None and last.severity is not None and rules.rank(last.severity) <= rules.rank(silence.suggest):
        return last
    value = (now - quiet.since).total_seconds()
    return Suggestion(silence.suggest, silence.metric, silence.rule, value, episode=None, anchor=None, samples=())


def _weight(rules: LogRules, store: EventStore, life: Episode, at: datetime) -> tuple[int, float, int]:
    """Worst severity first, then furthest over the limit at the last whole minute, then runbook order."""
    rule = rules.rule(life.rule)
    question = rule_question(rule, rules.metric(rule.stream.metric))
    measured = store.minutes(question, at).get(floor_index(at)) or 0.0
    order = [one.id for one in rules.rules].index(rule.id)
    return rules.rank(life.severity), -measured / max(rule.threshold, 1.0), order


def breaching_rows(store: EventStore, rules: LogRules, rule: Rule, start: datetime, end: datetime) -> pl.DataFrame:
    """The events of (start, end] that make the rule true, oldest first."""
    rows = store.window(Stream(metric=rule.stream.metric), start, end)
    breaching = breaching_expr(rule, rules.metric(rule.stream.metric))
    return rows if breaching is None else rows.filter(breaching)


def _usable_rows(store: EventStore, rules: LogRules, rule: Rule, end: datetime) -> pl.DataFrame:
    """The breaching events of the window ending at `end` whose requestId can be pivoted on, oldest first."""
    rows = store.window(Stream(metric=rule.stream.metric), end - rule.window, end)
    usable = (pl.col("request_id") != INVALID_ID).fill_null(value=False)
    breaching = breaching_expr(rule, rules.metric(rule.stream.metric))
    return rows.filter(usable if breaching is None else usable & breaching)


def anchor_of(store: EventStore, rules: LogRules, rule: Rule, pending_at: datetime) -> Sample | None:
    """The earliest usable event of the window ending at `pending_at`."""
    return next(_samples(_usable_rows(store, rules, rule, pending_at).head(1)), None)


def _fresh_samples(
    store: EventStore, rules: LogRules, rule: Rule, at: datetime, anchor: Sample | None
) -> tuple[Sample, ...]:
    """The newest usable events with ids of their own, newest first."""
    newest_first = _samples(_usable_rows(store, rules, rule, at).tail(_LOOK_BACK).reverse())
    fresh: dict[str, Sample] = {}
    for sample in newest_first:
        if anchor is None or sample.request_id != anchor.request_id:
            fresh.setdefault(sample.request_id, sample)
        if len(fresh) == _SAMPLES:
            break
    return tuple(fresh.values())


def _samples(rows: pl.DataFrame) -> Iterator[Sample]:
    return (Sample(*row) for row in rows.select(_SAMPLE_COLUMNS).iter_rows())
