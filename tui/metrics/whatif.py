"""Two runbooks over the same logs: which alerts would have come, gone, or come sooner. Pure.

An alert is an episode that fired. One of the proposal *appears* where nothing of the same rule fired meanwhile today;
one of today *vanishes* where nothing of the proposal fires. Episodes that are resolved without firing are near misses.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tui.metrics.reading import read

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from tui.metrics.board import Episode
    from tui.metrics.store import EventStore
    from tui.runbook.model import LogRules


@dataclass(frozen=True, slots=True)
class Span:
    """What is looked at: (since, as_of], from the first event without `since`; times are whole UTC minutes."""

    since: datetime | None
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one runbook says of the logs."""

    episodes: tuple[Episode, ...]
    """Oldest first; those that overlap the span, as they stand at its end."""
    firing: timedelta
    """How long they fired inside the span, every episode for itself."""

    @property
    def fired(self) -> tuple[Episode, ...]:
        """The alerts."""
        return tuple(episode for episode in self.episodes if episode.fired_at is not None)

    @property
    def near_misses(self) -> tuple[Episode, ...]:
        """Those that were over before they fired."""
        return tuple(episode for episode in self.episodes if episode.fired_at is None and not episode.open)


@dataclass(frozen=True, slots=True)
class Lead:
    """The same trouble in both: how much sooner the proposal fires (negative: later)."""

    current: Episode
    proposed: Episode

    @property
    def gained(self) -> timedelta:
        """Time by which detection comes earlier."""
        if self.current.fired_at is None or self.proposed.fired_at is None:
            raise ValueError("only what fired in both has a lead")
        return self.current.fired_at - self.proposed.fired_at


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Today's rules and a proposal, one beside the other."""

    span: Span
    current: Outcome
    proposed: Outcome
    appear: tuple[Episode, ...]
    """Alerts of the proposal that nobody gets today."""
    vanish: tuple[Episode, ...]
    """Alerts of today that nobody would get."""
    leads: tuple[Lead, ...]
    """Alerts of today with the earliest that the proposal gives for them."""

    @property
    def gained(self) -> timedelta:
        """Detection time gained over all alerts that fire in both."""
        return sum((lead.gained for lead in self.leads), timedelta())


@dataclass(frozen=True, slots=True)
class Trouble:
    """Episodes of one rule that overlap: one trouble, as today's rules tell it and as the proposal does."""

    rule: str
    current: tuple[Episode, ...]
    proposed: tuple[Episode, ...]

    @property
    def began(self) -> datetime:
        """When the first of them was pending."""
        return min(life.pending_at for life in (*self.current, *self.proposed))

    @property
    def lead(self) -> Lead | None:
        """How much sooner the proposal fires, where both do."""
        today, then = _first_fired(self.current), _first_fired(self.proposed)
        return Lead(today, then) if today and then else None

    @property
    def differs(self) -> bool:
        """Whether the proposal calls somebody at another time, in other cases or with another severity."""
        today, then = _first_fired(self.current), _first_fired(self.proposed)
        if today is None or then is None:
            return today is not then
        return (today.fired_at, today.severity) != (then.fired_at, then.severity)


@dataclass(frozen=True, slots=True)
class Trial:
    """One value of a sweep and what it would have meant."""

    value: str | float | None
    found: WhatIf


def outcome(rules: LogRules, store: EventStore, span: Span) -> Outcome:
    """Every episode of the span under these rules; rules warm up before it."""
    episodes = read(rules, store, span.as_of).episodes
    inside = (life for life in episodes if span.since is None or life.open or _end(life, span) > span.since)
    return _told(inside, span)


def what_if(current: LogRules, proposed: LogRules, store: EventStore, span: Span) -> WhatIf:
    """Compare what two sets of rules say of the same events."""
    return compared(outcome(current, store, span), outcome(proposed, store, span), span)


def compared(current: Outcome, proposed: Outcome, span: Span) -> WhatIf:
    """Compare two outcomes of the same span."""
    leads = tuple(
        Lead(life, min(same, key=_fired)) for life in current.fired if (same := _same(life, proposed.fired, span))
    )
    return WhatIf(
        span=span,
        current=current,
        proposed=proposed,
        appear=tuple(life for life in proposed.fired if not _same(life, current.fired, span)),
        vanish=tuple(life for life in current.fired if not _same(life, proposed.fired, span)),
        leads=leads,
    )


def troubles(found: WhatIf) -> tuple[Trouble, ...]:
    """Every trouble of both sides, oldest first."""
    sides = [(life, True) for life in found.current.episodes] + [(life, False) for life in found.proposed.episodes]
    sides.sort(key=lambda side: (side[0].rule, side[0].pending_at))
    groups: list[list[tuple[Episode, bool]]] = []
    end, rule = found.span.as_of, ""
    for life, today in sides:
        if life.rule != rule or life.pending_at >= end:
            groups.append([])
            rule, end = life.rule, _end(life, found.span)
        groups[-1].append((life, today))
        end = max(end, _end(life, found.span))
    return tuple(sorted((_trouble(group) for group in groups), key=lambda trouble: trouble.began))


def _trouble(group: list[tuple[Episode, bool]]) -> Trouble:
    current = tuple(life for life, today in group if today)
    return Trouble(group[0][0].rule, current, tuple(life for life, today in group if not today))


def _first_fired(lives: Iterable[Episode]) -> Episode | None:
    return min((life for life in lives if life.fired_at is not None), key=_fired, default=None)


def of_rule(found: WhatIf, rule: str) -> WhatIf:
    """The same comparison as far as one rule goes."""
    sides = ((life for life in side.episodes if life.rule == rule) for side in (found.current, found.proposed))
    current, proposed = (_told(lives, found.span) for lives in sides)
    return compared(current, proposed, found.span)


def _told(lives: Iterable[Episode], span: Span) -> Outcome:
    episodes = tuple(lives)
    return Outcome(episodes, sum((_firing(life, span) for life in episodes), timedelta()))


def _same(life: Episode, others: Iterable[Episode], span: Span) -> list[Episode]:
    """The lives of the same rule that overlap one, from its pending to its end."""
    return [
        other
        for other in others
        if other.rule == life.rule and other.pending_at < _end(life, span) and life.pending_at < _end(other, span)
    ]


def _end(life: Episode, span: Span) -> datetime:
    """When it was over; an open one lives past the span."""
    return life.resolved_at or max(span.as_of, life.pending_at) + timedelta(minutes=1)


def _fired(life: Episode) -> datetime:
    return life.fired_at or life.pending_at


def _firing(life: Episode, span: Span) -> timedelta:
    if life.fired_at is None:
        return timedelta()
    begin = life.fired_at if span.since is None else max(life.fired_at, span.since)
    return max(timedelta(), (life.resolved_at or span.as_of) - begin)
