"""The numbers of a moment, as an incident's journal stores them: episodes, per-minute values, who was hit (§3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tui.incident import facts
from tui.incident.facts import Numbers
from tui.incident.times import linked_episodes, times
from tui.metrics.ground import Ground
from tui.metrics.lane import Lane
from tui.metrics.suggest import anchor_of, breaching_rows
from tui.metrics.windows import floor_index, minute_time, panel_question
from tui.runbook.model import Quantile, Share

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tui.incident.state import IncidentState
    from tui.metrics.board import Board, Episode
    from tui.runbook.model import Rule
    from tui.session.engine import Engine

BEFORE = timedelta(minutes=60)
"""How much of the time before an incident is stored with it."""
_JUST_BEFORE = timedelta(microseconds=1)
_DIGITS = 4


def known_until(engine: Engine, at: datetime) -> datetime:
    """The moment to look from: `at`, or the end of the data where that comes first."""
    end = engine.end()
    return at if end is None else min(at, end)


def numbers(engine: Engine, board: Board, state: IncidentState) -> Numbers | None:
    """What the logs say of an incident up to the board's moment; None where they hold nothing.

    Series run from an hour before the start to the end of the data, at most; anchors are searched as suggestions do.
    """
    if board.span is None:
        return None
    lives = tuple(_episode(life) for life in board.alerts)
    started = _started(state, board, lives)
    since = started - BEFORE
    kept = tuple(
        _anchored(engine, life) for life in lives if life.overlaps(since, None) and life.pending_at <= board.now
    )
    started = _started(state, board, kept)
    linked = linked_episodes(replace(state, numbers=Numbers(board.now, kept)))
    last_hit = _last_hit(board, linked)
    return Numbers(
        until=board.now,
        episodes=kept,
        series=tuple(_series(engine, board, started - BEFORE)),
        figures=tuple(_figures(engine, state.metric, started, last_hit)),
        counted=(started, last_hit),
    )


def suggested(board: Board) -> facts.Suggested | None:
    """The board's suggestion as a plain fact."""
    said = board.suggestion
    if said is None:
        return None
    return facts.Suggested(
        metric=said.metric,
        severity=said.severity,
        rule=said.rule,
        anchor=said.anchor.request_id if said.anchor else None,
        samples=tuple(sample.request_id for sample in said.samples),
    )


def suggested_on(engine: Engine, board: Board, state: IncidentState) -> facts.Suggested | None:
    """What would have been suggested for the metric that an incident is declared on, though it no longer leads.

    The earliest alert linked to it gives rule and anchor; None without any.
    """
    lives = tuple(_episode(life) for life in board.alerts)
    linked = linked_episodes(replace(state, numbers=Numbers(board.now, lives)))
    first = min(linked, key=lambda life: life.fired_at or board.now, default=None)
    if first is None:
        return None
    anchor = anchor_of(engine.store, engine.runbook, engine.runbook.rule(first.rule), first.pending_at)
    return facts.Suggested(
        metric=first.metric,
        severity=first.severity if first.fired_at else None,
        rule=first.rule,
        anchor=anchor.request_id if anchor else None,
    )


def _episode(life: Episode) -> facts.Episode:
    return facts.Episode(
        life.rule,
        life.metric,
        life.severity,
        life.pending_at,
        life.fired_at,
        life.resolved_at,
        round(life.peak, _DIGITS),
    )


def _anchored(engine: Engine, life: facts.Episode) -> facts.Episode:
    anchor = anchor_of(engine.store, engine.runbook, engine.runbook.rule(life.rule), life.pending_at)
    return replace(life, anchor_at=anchor.at if anchor else None)


def _started(state: IncidentState, board: Board, lives: tuple[facts.Episode, ...]) -> datetime:
    return times(replace(state, numbers=Numbers(board.now, lives))).started or board.now


def _last_hit(board: Board, linked: tuple[facts.Episode, ...]) -> datetime:
    """Until when users were hit: the last alert's end, or the end of what is known."""
    ends = [life.resolved_at or board.now for life in linked]
    return min(max(ends, default=board.now), board.now)


def _series(engine: Engine, board: Board, start: datetime) -> Iterator[facts.Series]:
    """Each panel's measure at every whole minute from `start` on, where the data has begun by then."""
    rules, store = engine.runbook, engine.store
    ground = Ground(rules, store, board.now)
    first, last = max(floor_index(start), ground.first_minute), floor_index(board.now)
    for metric in rules.metrics:
        question = panel_question(rules, metric)
        if question is None:
            continue
        lane = Lane(store, ground, question, board.now)
        values = tuple(_rounded(lane.at(minute)) for minute in range(first, last + 1))
        rule = rules.rule(metric.panel.rule) if metric.panel.rule else None
        peak = max((value for value in values if value is not None), default=None)
        threshold = rule.threshold if rule else None
        yield facts.Series(metric.id, minute_time(first), values, threshold, peak, metric.panel.unit)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)


def _figures(engine: Engine, metric: str | None, start: datetime, end: datetime) -> Iterator[tuple[str, float]]:
    """How many events each rule of the incident's panel was about, and of how many, from the start to the last hit.

    Named by text id: `rule.ID.affected`, and `rule.ID.all` and `rule.ID.share` where they are a part of more.
    """
    rules, store = engine.runbook, engine.store
    told: set[tuple[object, ...]] = set()
    for rule in _by_panel(engine, metric):
        hit = breaching_rows(store, rules, rule, start - _JUST_BEFORE, end)
        everything = store.window(rule.stream, start - _JUST_BEFORE, end).height
        same = (rule.stream.metric, hit.height, everything)
        if same in told:
            continue
        told.add(same)
        yield f"rule.{rule.id}.affected", float(hit.height)
        if everything and isinstance(rule.measure, Share | Quantile):
            yield f"rule.{rule.id}.all", float(everything)
            yield f"rule.{rule.id}.share", round(hit.height / everything, _DIGITS)


def _by_panel(engine: Engine, metric: str | None) -> list[Rule]:
    """The rules shown on a metric's panel, the panel's own first."""
    rules = [rule for rule in engine.runbook.rules if rule.panel == metric]
    own = engine.runbook.metric(metric).panel.rule if rules and metric else None
    return sorted(rules, key=lambda rule: rule.id != own)
