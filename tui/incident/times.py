"""An incident's times and clocks, derived from its state (contracts §2)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from tui.incident.slo import Clock, ClockKind, clock
from tui.incident.state import IncidentState, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, timedelta

    from tui.incident.facts import Episode
    from tui.incident.state import Mark
    from tui.runbook.model import Severity


@dataclass(frozen=True, slots=True)
class Times:
    """When users began to suffer and what people did about it, UTC; None has not happened or is not known.

    `mitigated` is the first mitigation, `resolved` and `closed` the last; a reopening keeps them.
    """

    started: datetime | None
    detected: datetime | None
    acknowledged: datetime | None
    mitigated: datetime | None
    resolved: datetime | None
    closed: datetime | None
    reopened: datetime | None

    @property
    def to_detect(self) -> timedelta | None:
        """MTTD: detected - started."""
        return _between(self.started, self.detected)

    @property
    def to_acknowledge(self) -> timedelta | None:
        """MTTA: acknowledged - detected."""
        return _between(self.detected, self.acknowledged)

    @property
    def to_mitigate(self) -> timedelta | None:
        """MTTM: mitigated - detected."""
        return _between(self.detected, self.mitigated)

    @property
    def to_resolve(self) -> timedelta | None:
        """MTTR: resolved - started; None while a later reopening says that it is not over."""
        if self.resolved and self.reopened and self.reopened > self.resolved:
            return None
        return _between(self.started, self.resolved)


def times(state: IncidentState) -> Times:
    """Derive every time of the incident; what a person said goes before what the logs say."""
    acknowledged = _earliest(mark.at for mark in (*state.acknowledgements, *state.mitigations))
    origin = _origin(state)
    detected = _detected(state, origin, acknowledged)
    return Times(
        started=_started(state, origin, detected),
        detected=detected,
        acknowledged=acknowledged,
        mitigated=_earliest(mark.at for mark in state.mitigations),
        resolved=_last(state.resolutions),
        closed=_last(state.closures),
        reopened=_last(state.reopenings),
    )


def linked_episodes(state: IncidentState) -> tuple[Episode, ...]:
    """Every episode of any rule on the incident's metric that overlaps started..closed, by the newest numbers.

    Linking an episode that fired earlier moves `started` back, which may link another: repeated until it settles.
    """
    since = state.said_started or (state.declared.at if state.declared else None)
    if state.numbers is None or since is None:
        return ()
    until = _last(state.closures) if state.status is Status.CLOSED else None
    on_metric = [episode for episode in state.numbers.episodes if episode.metric == state.metric]
    while True:
        linked = [episode for episode in on_metric if episode.overlaps(since, until)]
        began = min((episode.began for episode in linked if episode.fired_at), default=since)
        if state.said_started or began >= since:
            return tuple(linked)
        since = began


def clocks(state: IncidentState, severities: Sequence[Severity]) -> tuple[Clock, ...]:
    """Return the incident's clocks: ACK, MITIGATE and, while it is being worked on, the next update.

    There are none before a severity is known, nor for a false alarm or a merged incident.
    """
    known = times(state)
    if known.detected is None or state.declared is None or state.ended is not None:
        return ()
    wanted = [
        (ClockKind.ACK, known.detected, known.acknowledged),
        (ClockKind.MITIGATE, known.detected, known.mitigated),
    ]
    if state.status in {Status.DECLARED, Status.ACKNOWLEDGED, Status.MITIGATED}:
        last = max((state.declared.at, *(said.at for said in state.updates), *(mark.at for mark in state.reopenings)))
        wanted.append((ClockKind.UPDATE, last, None))
    made = (clock(kind, since, state.severity_changes, severities, finished) for kind, since, finished in wanted)
    return tuple(one for one in made if one is not None)


def _origin(state: IncidentState) -> Episode | None:
    """Return the earliest-firing linked episode."""
    fired = [(episode.fired_at, episode) for episode in linked_episodes(state) if episode.fired_at]
    return min(fired, key=lambda pair: pair[0])[1] if fired else None


def _detected(state: IncidentState, origin: Episode | None, acknowledged: datetime | None) -> datetime | None:
    """Return the earliest of firing, report (declaring is one) and acknowledgement, unless a person corrected it.

    Somebody who took the incident had detected it, whatever was said.
    """
    if state.said_detected is not None:
        return _earliest((state.said_detected, acknowledged))
    reported = state.declared.at if state.declared else None
    detected = _earliest((origin.fired_at if origin else None, reported, acknowledged))
    return max(detected, state.said_started) if detected and state.said_started else detected


def _started(state: IncidentState, origin: Episode | None, detected: datetime | None) -> datetime | None:
    if state.said_started is not None:
        return state.said_started
    return _earliest((origin.began if origin else None, detected))


def _earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _last(marks: Sequence[Mark]) -> datetime | None:
    return marks[-1].at if marks else None


def _between(start: datetime | None, end: datetime | None) -> timedelta | None:
    return None if start is None or end is None else end - start


def whole_seconds(known: Times) -> Times:
    """Cut times to the second, as they are shown: every span is then the difference of two times that stand there."""
    cut = {one.name: getattr(known, one.name) for one in fields(known)}
    return Times(**{name: moment and moment.replace(microsecond=0) for name, moment in cut.items()})
