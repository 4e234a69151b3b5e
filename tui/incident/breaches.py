"""Which promises were broken since somebody began to look: each is told once, an old one never (runbook §2). Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.incident.slo import ClockKind, Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from tui.incident.slo import Clock

_SLO = (ClockKind.ACK, ClockKind.MITIGATE)
"""The next update is a reminder, no promise to users."""


@dataclass(frozen=True, slots=True)
class Breach:
    """A clock that ran out unfinished."""

    clock: Clock
    severity: str
    incident: str = ""
    """Its id; empty while nobody declared one."""
    drill: bool = False


@dataclass(frozen=True, slots=True)
class Watch:
    """What was told since `since`. A promise is known by its kind and deadline: declaring tells nothing twice."""

    since: datetime
    told: frozenset[tuple[ClockKind, datetime]] = frozenset()


def breaches(
    clocks: Iterable[Clock], severity: str, now: datetime, incident: str = "", *, drill: bool = False
) -> Iterator[Breach]:
    """Return the promises among these clocks that are broken at `now`."""
    for clock in clocks:
        if clock.kind in _SLO and clock.finished is None and clock.level(now) is Level.OVER:
            yield Breach(clock, severity, incident, drill)


def turned(watch: Watch, found: Iterable[Breach]) -> tuple[Watch, tuple[Breach, ...]]:
    """Return what is known from now on, and which of the breaches are news: those that came since, not told yet."""
    news = tuple(
        each
        for each in found
        if each.clock.deadline >= watch.since and (each.clock.kind, each.clock.deadline) not in watch.told
    )
    told = watch.told | {(each.clock.kind, each.clock.deadline) for each in news}
    return replace(watch, told=told), news
