"""What became of past incidents, and totals over a period: answers, promises kept, actions still owed. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tui.incident.conduct import AFTER_CLOSING
from tui.incident.gates import closing_due, parse_due
from tui.incident.slo import Clock, ClockKind
from tui.incident.state import IncidentState, Status
from tui.incident.times import Times, clocks, times, whole_seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from tui.runbook.procedures import Procedures

PROMISED = (ClockKind.ACK, ClockKind.MITIGATE)
"""The promises of an answer (runbook §2); the next update is a rhythm, not one of them."""


@dataclass(frozen=True, slots=True)
class PermanentAction:
    """What an incident left to be done for good. A date that nobody can read is no date."""

    what: str
    owner: str
    due: date | None
    done: date | None

    def overdue(self, today: date) -> bool:
        """Whether it is not done, and its day is over."""
        return self.done is None and self.due is not None and self.due < today


@dataclass(frozen=True, slots=True)
class Past:
    """One incident as its history shows it."""

    state: IncidentState
    times: Times
    clocks: tuple[Clock, ...]
    """Of the promises only."""
    action: PermanentAction | None
    close_by: date | None
    """Until when it should be closed; only once it is resolved."""

    @property
    def counts(self) -> bool:
        """Whether it is one to learn from: no rehearsal, no false alarm, not part of another."""
        return not self.state.drill and self.state.status not in {Status.CANCELLED, Status.MERGED}

    @property
    def began(self) -> datetime | None:
        """When it started, for putting it into a period."""
        return self.times.started or (self.state.declared.at if self.state.declared else None)

    def kept(self, kind: ClockKind, now: datetime) -> bool | None:
        """Whether a promise was kept; None without one, or while there is time left."""
        clock = next((one for one in self.clocks if one.kind is kind), None)
        if clock is None:
            return None
        return clock.met if clock.finished else False if now > clock.deadline else None


@dataclass(frozen=True, slots=True)
class Totals:
    """Over the incidents that count: how many, how fast, how often in time."""

    incidents: int
    severities: Mapping[str, int]
    acknowledge: timedelta | None
    """MTTA."""
    mitigate: timedelta | None
    """MTTM."""
    resolve: timedelta | None
    """MTTR."""
    promises: Mapping[ClockKind, tuple[int, int]]
    """Kept, and missed."""


def history(
    states: Iterable[IncidentState],
    runbook: Procedures,
    since: datetime | None = None,
    until: datetime | None = None,
) -> tuple[Past, ...]:
    """The incidents that began in (since, until], the oldest first; without either, also those that bear no time."""
    every = [_past(state, runbook) for state in states]
    asked = [one for one in every if (since is None and until is None) or _within(one.began, since, until)]
    return tuple(sorted(asked, key=lambda one: (one.began is not None, one.began, one.state.id)))


def totals(past: Sequence[Past], now: datetime) -> Totals:
    """Add up; a mean is None where no incident has come so far."""
    counted = [one for one in past if one.counts]
    kept = {kind: [one.kept(kind, now) for one in counted] for kind in PROMISED}
    return Totals(
        incidents=len(counted),
        severities=Counter(one.state.severity for one in counted if one.state.severity),
        acknowledge=_mean(one.times.to_acknowledge for one in counted),
        mitigate=_mean(one.times.to_mitigate for one in counted),
        resolve=_mean(one.times.to_resolve for one in counted),
        promises={kind: (said.count(True), said.count(False)) for kind, said in kept.items()},
    )


def owed(past: Iterable[Past]) -> tuple[tuple[Past, PermanentAction], ...]:
    """Incidents whose permanent action is not done yet, the next due first, those without a date last."""
    left = [(one, one.action) for one in past if one.counts and one.action and one.action.done is None]
    return tuple(sorted(left, key=lambda pair: (pair[1].due is None, pair[1].due)))


def _past(state: IncidentState, runbook: Procedures) -> Past:
    promised = tuple(clock for clock in clocks(state, runbook.severities) if clock.kind in PROMISED)
    waiting = state.status is Status.RESOLVED and state.resolutions
    due = closing_due(state.resolutions[-1].at, runbook.closure.due_working_days) if waiting else None
    return Past(state, whole_seconds(times(state)), promised, _action(state), due)


def _action(state: IncidentState) -> PermanentAction | None:
    what = state.value("action")
    if not what:
        return None
    due, done = parse_due(state.value("action_due")), parse_due(state.value(AFTER_CLOSING))
    return PermanentAction(what, state.value("action_owner"), due, done)


def _within(began: datetime | None, since: datetime | None, until: datetime | None) -> bool:
    return began is not None and (since is None or began > since) and (until is None or began <= until)


def _mean(spans: Iterable[timedelta | None]) -> timedelta | None:
    known = [span for span in spans if span is not None]
    return sum(known, timedelta()) / len(known) if known else None
