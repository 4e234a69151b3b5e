"""The one way from a wish to a journal: decide, persist, fold (contracts §3).

The same code behind keys and command line. What a `Desk` shows is what the disk confirmed; what could not be written is
said to be not saved, and tried again in a new segment.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Protocol

from tui.incident import actions, team
from tui.incident.commands import decide
from tui.incident.fold import fold
from tui.incident.journal import (
    Journal,
    NotSaved,
    OsDisk,
    incident_folder,
    incident_ids,
    new_incident_id,
    team_folder,
)
from tui.incident.ruling import Refusal
from tui.privacy import mask
from tui.session.rehearsal import is_rehearsal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from tui.incident.disk import Disk
    from tui.incident.facts import Facts
    from tui.incident.journal import Contents
    from tui.incident.record import Entry, Recorded
    from tui.incident.state import IncidentState
    from tui.incident.wire import Damage


class Look(Protocol):
    """Finds out what a command is to be judged by; `session.facts.Surroundings.look` is one."""

    def __call__(self, state: IncidentState, command: actions.Command, at: datetime, /) -> Facts:
        """Everything known at the moment `at`."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a command."""

    state: IncidentState
    """The incident as the disk has it now."""
    records: tuple[Recorded, ...] = ()
    """What was recorded; nothing when it was so already."""
    refusal: Refusal | None = None
    not_saved: NotSaved | None = None
    """Decided, but not safe on the disk: NOT SAVED."""
    masked: tuple[str, ...] = ()
    """Kinds of secrets that were taken out of what was typed."""
    facts: Facts | None = None
    """What it was judged by."""

    @property
    def ok(self) -> bool:
        """Whether what was asked for holds now."""
        return self.refusal is None and self.not_saved is None


@dataclass(frozen=True, slots=True)
class TeamOutcome:
    """What became of a command for the team's journal."""

    state: team.TeamState
    records: tuple[Recorded, ...] = ()
    refusal: Refusal | None = None
    not_saved: NotSaved | None = None
    masked: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether what was asked for holds now."""
        return self.refusal is None and self.not_saved is None


class Desk:
    """One incident: what its journal says, and the only way to add to it. One thread at a time.

    Nothing is read or written before `refresh`, `perform` or `state` is used.
    """

    def __init__(self, data_dir: Path, incident_id: str, *, disk: Disk | None = None, writer: str = "") -> None:
        """Open the journal of an id; ValueError when it is none."""
        self.id = incident_id
        self._journal = Journal(incident_folder(data_dir, incident_id), writer or this_writer(), disk or OsDisk())
        self._data_dir = data_dir
        self._state: IncidentState | None = None

    @property
    def state(self) -> IncidentState:
        """The incident as last read."""
        return self._state or self.refresh()

    @property
    def contents(self) -> Contents:
        """Every entry, and everything that is wrong with the journal, as last read."""
        return self._journal.contents

    @property
    def unsaved(self) -> tuple[Entry, ...]:
        """What was decided here and is not safe on the disk."""
        return self._journal.unsaved

    def changed(self) -> bool:
        """Whether anybody wrote since it was last read; cheap enough to ask every second."""
        return self._journal.changed()

    def refresh(self) -> IncidentState:
        """Read what is new, also what other processes wrote, and fold it."""
        self._state = fold(self.id, self._journal.read().records)
        return self._state

    def perform(self, command: actions.Command, actor: str, now: datetime, look: Look) -> Outcome:
        """Judge a command on everything known by now, write it down, and show what the disk has then.

        `now` is the wall clock; a command that happened at another time says so in its `at`.
        """
        state = self.refresh()
        facts = look(state, command, command.at or state.now(now))
        if is_rehearsal(self._data_dir):
            facts = replace(facts, drill=True)
        if self.changed():  # reading logs takes a while, and others write too
            state = self.refresh()
        ruling = decide(state, command, facts, now, actor)
        masked = masked_kinds(command)
        if isinstance(ruling, Refusal):
            return Outcome(state, refusal=ruling, masked=masked, facts=facts)
        if not ruling:
            return Outcome(state, masked=masked, facts=facts)
        written = self._journal.append(ruling, state.now(now))
        outcome = Outcome(self.refresh(), masked=masked, facts=facts)
        if isinstance(written, NotSaved):
            return replace(outcome, not_saved=written)
        return replace(outcome, records=written.records)

    def retry(self) -> NotSaved | None:
        """Try again what could not be saved; what still is not, or None."""
        written = self._journal.retry()
        self.refresh()
        return written if isinstance(written, NotSaved) else None

    def set_aside_damage(self) -> tuple[Damage, ...]:
        """Copy damaged bytes aside; what could not even be copied."""
        return self._journal.set_aside()

    def close(self) -> None:
        """Leave the journal's segment."""
        self._journal.close()


class TeamDesk:
    """The journal of what belongs to no incident. One thread at a time."""

    def __init__(self, data_dir: Path, *, disk: Disk | None = None, writer: str = "") -> None:
        self._journal = Journal(team_folder(data_dir), writer or this_writer(), disk or OsDisk())

    def changed(self) -> bool:
        """Whether anybody wrote since it was last read."""
        return self._journal.changed()

    def refresh(self) -> team.TeamState:
        """Read what is new and fold it."""
        return team.fold_team(self._journal.read().records)

    def perform(self, command: team.TeamCommand, actor: str, now: datetime, facts: Facts) -> TeamOutcome:
        """Judge a command, write it down, and show what the disk has then."""
        state = self.refresh()
        ruling = team.decide_team(state, command, facts, now, actor)
        masked = masked_kinds(command)
        if isinstance(ruling, Refusal):
            return TeamOutcome(state, refusal=ruling, masked=masked)
        written = self._journal.append(ruling, state.now(now))
        outcome = TeamOutcome(self.refresh(), masked=masked)
        if isinstance(written, NotSaved):
            return replace(outcome, not_saved=written)
        return replace(outcome, records=written.records)

    def close(self) -> None:
        """Leave the journal's segment."""
        self._journal.close()


def this_writer() -> str:
    """The name of this host and process, as a journal's segments carry it."""
    return f"{socket.gethostname().partition('.')[0]}-{os.getpid()}"


def new_desk(data_dir: Path, day: date, *, disk: Disk | None = None, writer: str = "") -> Desk:
    """Return the desk of an incident yet to be declared on that UTC day; OSError when the folder cannot be read."""
    return Desk(data_dir, new_incident_id(day, incident_ids(data_dir)), disk=disk, writer=writer)


def incidents(data_dir: Path, disk: Disk | None = None) -> tuple[IncidentState, ...]:
    """Every incident that has any entry, oldest day first; OSError when the folder cannot be read."""
    desks = (Desk(data_dir, name, disk=disk) for name in incident_ids(data_dir))
    return tuple(state for state in (desk.refresh() for desk in desks) if state.exists)


def open_ones(states: Iterable[IncidentState]) -> tuple[IncidentState, ...]:
    """Those that are neither closed, cancelled nor merged."""
    return tuple(state for state in states if state.status.open)


def the_one(states: Sequence[IncidentState], *, ended_too: bool = False) -> IncidentState | None:
    """The incident that is meant when no id was given: the only open one, else None.

    `ended_too`: where none is open, the only one there is will do, for what only reads or reopens.
    """
    candidates = open_ones(states) or (states if ended_too else ())
    return candidates[0] if len(candidates) == 1 else None


def masked_kinds(command: actions.Command) -> tuple[str, ...]:
    """Kinds of secrets in what was typed, each once: what a preview shows as masked."""
    typed = (getattr(command, one.name) for one in fields(command) if "typed" in one.metadata)
    return tuple(dict.fromkeys(kind for text in typed for kind in mask(text).kinds))
