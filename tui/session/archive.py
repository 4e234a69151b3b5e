"""Every incident there was, for looking back: what the journals say now, whatever moment the board stands at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from tui.incident.history import Past
    from tui.incident.record import Recorded
    from tui.incident.state import IncidentState
    from tui.runbook.load import LoadedRunbook


@dataclass(frozen=True, eq=False)
class Archive:
    """The history as of one moment of the wall clock, UTC; `today` is that day in the team's zone."""

    past: tuple[Past, ...]
    """The oldest first."""
    now: datetime
    today: date


@dataclass(frozen=True, eq=False)
class Dossier:
    """Everything that is written down of one incident, and the runbook to read it by."""

    state: IncidentState
    records: Sequence[Recorded]
    loaded: LoadedRunbook
