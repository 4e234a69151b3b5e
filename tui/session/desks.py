"""Every journal of a data folder, kept in step with the disk: one's own entries and those of other processes."""

from __future__ import annotations

import errno
from datetime import timedelta
from typing import TYPE_CHECKING

from tui.incident.journal import incident_ids
from tui.incident.record import EPOCH
from tui.incident.team import TeamState
from tui.session.act import Desk, TeamDesk, new_desk
from tui.session.deploys import completed

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    from tui.incident.disk import Disk
    from tui.incident.state import IncidentState
    from tui.session.deploys import Elsewhere

RESCAN = timedelta(seconds=10)
"""How often incidents that are over are looked at again: somebody may have reopened one."""
RETRY = timedelta(seconds=5)
"""How often what could not be saved is tried again."""


class Desks:
    """The desk of each incident, and the team's. One thread at a time."""

    def __init__(self, data_dir: Path, elsewhere: Elsewhere, disk: Disk | None = None) -> None:
        self.team = TeamState()
        """What the team's journal says, with what is written down elsewhere."""
        self.trouble = ""
        """Name of the system's error that keeps the journals from being read; empty: none."""
        self.team_desk = TeamDesk(data_dir, disk=disk)
        self._data_dir, self._elsewhere, self._disk = data_dir, elsewhere, disk
        self._desks: dict[str, Desk] = {}
        self._looked: datetime | None = None
        self._tried: datetime | None = None

    def get(self, incident: str | None) -> Desk | None:
        """Return the desk of an incident."""
        return self._desks.get(incident) if incident else None

    def new(self, day: date) -> Desk:
        """Return the desk of an incident yet to be declared; OSError when the folder cannot be read."""
        return new_desk(self._data_dir, day, disk=self._disk)

    def keep(self, desk: Desk) -> None:
        """Look after one more desk."""
        self._desks[desk.id] = desk

    def know_team(self, state: TeamState) -> None:
        """Take over what the team's journal says now."""
        self.team = completed(state, self._elsewhere)

    @property
    def all(self) -> tuple[Desk, ...]:
        """Every incident's desk."""
        return tuple(self._desks.values())

    @property
    def open_incidents(self) -> tuple[IncidentState, ...]:
        """Those that are open, the newest first."""
        states = (desk.state for desk in self._desks.values())
        return tuple(sorted((each for each in states if is_open(each)), key=declared_at, reverse=True))

    @property
    def unsaved(self) -> int:
        """How many entries were decided here and are not safe on the disk."""
        return sum(len(desk.unsaved) for desk in self._desks.values())

    def look(self, wall: datetime) -> bool:
        """Read every journal that changed, try again what is not saved; whether there is any news.

        Incidents that are open are looked at each time, the others now and then.
        """
        everything = self._looked is None or wall - self._looked >= RESCAN
        news = [self._retry(wall), self._find(), *self._refresh(everything=everything)]
        if everything or self.team_desk.changed():
            known = self.team
            self.know_team(self.team_desk.refresh())
            news.append(self.team != known)
        self._looked = wall if everything else self._looked
        return any(news)

    def _find(self) -> bool:
        """Open the desk of every incident there is."""
        known, trouble = len(self._desks), self.trouble
        try:
            ids: tuple[str, ...] = incident_ids(self._data_dir)
            self.trouble = ""
        except OSError as error:
            ids, self.trouble = (), error_name(error)
        for name in ids:
            if name not in self._desks:
                self._desks[name] = Desk(self._data_dir, name, disk=self._disk)
                self._desks[name].refresh()
        return len(self._desks) != known or self.trouble != trouble

    def _refresh(self, *, everything: bool) -> list[bool]:
        changed = [desk for desk in self._desks.values() if (everything or desk.state.status.open) and desk.changed()]
        for desk in changed:
            desk.refresh()
        return [bool(changed)]

    def _retry(self, wall: datetime) -> bool:
        waiting = [desk for desk in self._desks.values() if desk.unsaved]
        if not waiting or (self._tried is not None and wall - self._tried < RETRY):
            return False
        self._tried = wall
        left = [desk.retry() for desk in waiting]
        return None in left


def is_open(state: IncidentState) -> bool:
    """Whether there is an incident, and still something to do about it."""
    return state.exists and state.status.open


def error_name(error: OSError) -> str:
    """Name of a system's error; nothing else of it is shown."""
    return errno.errorcode.get(error.errno or 0, "EIO")


def declared_at(state: IncidentState) -> datetime:
    """When an incident was declared."""
    return state.declared.at if state.declared else EPOCH
