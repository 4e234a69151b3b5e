"""A broken promise in a few words, for a bell and a desktop notice: severity, clock and incident, nothing else."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from tui.incident.breaches import breaches
from tui.incident.times import clocks
from tui.locale import _
from tui.present.clocks import clock_name
from tui.present.spans import foreign

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui.incident.breaches import Breach
    from tui.present.situation import Mode, Situation


def broken(situation: Situation) -> Iterable[Breach]:
    """Every promise that is broken: of each open incident, shown or not; of what fires, before anybody decided."""
    now = situation.now
    open_ones = situation.incident.open_incidents if situation.incident else ()
    found = [
        breaches(clocks(state, situation.rules.severities), state.severity or "", now, state.id, drill=state.drill)
        for state in open_ones
    ]
    if situation.declared is None and situation.severity:
        found.append(breaches(situation.clocks, situation.severity, now))
    return chain.from_iterable(found)


def alarm_sentence(breach: Breach, mode: Mode) -> str:
    """`DRILL SEV1 ACK OVER INC-20261119-abcd`."""
    drill = _("DRILL") if breach.drill or mode == "drill" else ""
    parts = (drill, foreign(breach.severity), clock_name(breach.clock), _("OVER"), breach.incident)
    return " ".join(part for part in parts if part)
