"""The small snapshot behind `guardia status`: what a status line needs, readable without any heavy import.

Whoever acts or watches writes it; a status line reads it many times a minute. It holds ids, times, names and the masked
title, nothing else. This module imports the standard library only, and what needs no more.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from tui.incident.slo import Clock
    from tui.incident.state import IncidentState
    from tui.runbook.model import Severity
    from tui.runbook.procedures import Procedures

STALE_AFTER = timedelta(minutes=2)
"""Age from which a snapshot says how old it is: nobody may be watching any more."""

_LONGEST = 64 << 10
_FOLDER = re.compile(r"INC-\d{8}-[0-9a-z]+")


@dataclass(frozen=True, slots=True)
class RunningClock:
    """One response clock; `kind` is an id of `incident.slo.ClockKind`."""

    kind: str
    deadline: datetime
    finished: datetime | None = None

    def left(self, now: datetime) -> timedelta:
        """Time left at `now`, or when it was finished; negative once over."""
        return self.deadline - (self.finished or now)


@dataclass(frozen=True, slots=True)
class OpenIncident:
    """One incident that is not closed, cancelled or merged."""

    id: str
    status: str
    severity: str | None = None
    title: str = ""
    owner: str | None = None
    drill: bool = False
    clocks: tuple[RunningClock, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was known at `written`, UTC."""

    written: datetime
    incidents: tuple[OpenIncident, ...] = ()
    """The worst first."""
    firing: str | None = None
    """Severity that the rules suggest where nothing was declared; None: no rule fires, or nobody watched."""
    metric: str | None = None
    """The metric of that suggestion."""
    dismissed_by: str = ""
    """Who refused that suggestion; empty while nobody has."""
    silent: bool = False
    """Whether the logs had gone silent: then nothing is known of health."""
    watching: bool = False
    """Whether logs were being watched: without that, no word about alerts can be said."""
    drill: bool = False
    """Whether those logs are a drill's: then nothing is said of real ones."""

    def stale(self, now: datetime) -> bool:
        """Whether too much may have happened since; one from the future is not to be trusted either."""
        return not -STALE_AFTER <= now - self.written <= STALE_AFTER


Reading = Snapshot | Literal["nothing", "unreadable"]
"""A snapshot; or nothing was ever recorded; or there may be incidents, and no snapshot says so."""


def snapshot_file(data_dir: Path) -> Path:
    """Path of the snapshot."""
    return data_dir / "status.json"


def write_snapshot(
    data_dir: Path,
    states: Iterable[IncidentState],
    runbook: Procedures,
    now: datetime,
    *,
    suggested: tuple[str | None, str | None] | None = None,
    dismissed_by: str = "",
    silent: bool = False,
) -> None:
    """Replace the snapshot by one of these incidents, whole or not at all. Raises OSError.

    suggested: severity and metric that the rules say at `now`; None: nobody is watching logs. dismissed_by: who
    refused them.
    """
    snapshot = snapshot_of(
        states, runbook.severities, now, suggested=suggested, dismissed_by=dismissed_by, silent=silent
    )
    write(data_dir, snapshot)


def write(data_dir: Path, snapshot: Snapshot) -> None:
    """Replace the snapshot, whole or not at all. Raises OSError."""
    from tui.session.atomic import write_private

    data = json.dumps({"schema": 1, **asdict(snapshot)}, default=_written, ensure_ascii=False, separators=(",", ":"))
    write_private(snapshot_file(data_dir), data.encode("utf-8", "replace"))


def read_snapshot(data_dir: Path) -> Reading:
    """Read the newest snapshot. Raises nothing."""
    try:
        with snapshot_file(data_dir).open("rb") as file:
            return _snapshot(json.loads(file.read(_LONGEST)))
    except FileNotFoundError:
        return "unreadable" if _any_incident(data_dir) else "nothing"
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "unreadable"


def damaged_journals(data_dir: Path, reading: Reading) -> bool:
    """Whether a journal of an incident that the snapshot calls open is damaged or cannot be read. Raises nothing."""
    from tui.incident.frame import unbroken

    incidents = () if isinstance(reading, str) else reading.incidents
    folders = [data_dir / "incidents" / incident.id for incident in incidents if _FOLDER.fullmatch(incident.id)]
    try:
        return not all(unbroken(path.read_bytes()) for folder in folders for path in folder.glob("*.jsonl"))
    except OSError:
        return True


def snapshot_of(
    states: Iterable[IncidentState],
    severities: Sequence[Severity],
    now: datetime,
    *,
    suggested: tuple[str | None, str | None] | None = None,
    dismissed_by: str = "",
    silent: bool = False,
) -> Snapshot:
    """Make the snapshot of the incidents among these that are open; see `write_snapshot`."""
    ranks = {severity.id: rank for rank, severity in enumerate(severities)}
    still_open = [state for state in states if state.exists and state.status.open]
    ordered = sorted(still_open, key=lambda state: (ranks.get(state.severity or "", len(ranks)), state.id))
    firing, metric = suggested or (None, None)
    return Snapshot(
        written=now,
        incidents=tuple(_incident(state, severities) for state in ordered),
        firing=firing,
        metric=metric,
        dismissed_by=dismissed_by,
        silent=silent,
        watching=suggested is not None,
    )


def _incident(state: IncidentState, severities: Sequence[Severity]) -> OpenIncident:
    from tui.incident.times import clocks

    return OpenIncident(
        id=state.id,
        status=state.status.value,
        severity=state.severity,
        title=state.title,
        owner=state.owner,
        drill=state.drill,
        clocks=tuple(_clock(clock) for clock in clocks(state, severities)),
    )


def _clock(clock: Clock) -> RunningClock:
    return RunningClock(clock.kind.value, clock.deadline, clock.finished)


def _written(value: object) -> str:
    if not isinstance(value, datetime):
        raise TypeError(type(value).__name__)
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _snapshot(found: dict[str, Any]) -> Snapshot:
    if found["schema"] != 1:
        raise ValueError("another schema")
    return Snapshot(
        written=_moment(found["written"]),
        incidents=tuple(_open_incident(one) for one in found["incidents"]),
        firing=_text(found["firing"]),
        metric=_text(found["metric"]),
        dismissed_by=_text(found.get("dismissed_by", "")) or "",
        silent=bool(found["silent"]),
        watching=bool(found["watching"]),
        drill=bool(found.get("drill")),
    )


def _open_incident(found: dict[str, Any]) -> OpenIncident:
    return OpenIncident(
        id=str(found["id"]),
        status=str(found["status"]),
        severity=_text(found["severity"]),
        title=_text(found["title"]) or "",
        owner=_text(found["owner"]),
        drill=bool(found["drill"]),
        clocks=tuple(
            RunningClock(
                str(one["kind"]), _moment(one["deadline"]), _moment(one["finished"]) if one["finished"] else None
            )
            for one in found["clocks"]
        ),
    )


def _text(value: object) -> str | None:
    """What people typed, masked again: the file may be somebody else's."""
    from tui.privacy import mask

    return None if value is None else mask(str(value)).text


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment.astimezone(UTC)


def _any_incident(data_dir: Path) -> bool:
    """Whether there is any incident, or the folder cannot be looked at."""
    try:
        with os.scandir(data_dir / "incidents") as entries:
            return any(entry.is_dir() for entry in entries)
    except FileNotFoundError:
        return False
    except OSError:
        return True
