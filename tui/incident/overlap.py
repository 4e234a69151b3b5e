"""Whether two incidents tell of the same trouble."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.incident.state import Status
from tui.incident.times import times

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from tui.incident.state import IncidentState


def is_about(state: IncidentState, metric: str | None, anchor: str | None) -> bool:
    """Whether an incident is about a metric or has that anchor; a false alarm or a merged one is about nothing."""
    same = (metric is not None and state.metric == metric) or (anchor is not None and state.anchor == anchor)
    return same and state.ended is None


def overlaps(state: IncidentState, since: datetime, until: datetime | None) -> bool:
    """Whether an incident, from its start to its closing, overlaps a span; an open end reaches into the future."""
    known = times(state)
    closed = known.closed if state.status is Status.CLOSED else None
    begun = known.started is not None and (until is None or known.started <= until)
    return begun and (closed is None or closed >= since)


def twin(new: IncidentState, others: Iterable[IncidentState]) -> IncidentState | None:
    """The incident that told of a new one's trouble before."""
    if new.declared is None:
        return None
    since, until = times(new).started or new.declared.at, new.declared.at
    known = (other for other in others if other.id != new.id and other.drill == new.drill)
    return next((one for one in known if is_about(one, new.metric, new.anchor) and overlaps(one, since, until)), None)
