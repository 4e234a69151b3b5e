"""What every `guardia incident …` does: settle which incident, who and when; act; say what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import click

from tui.cli.incident_report import OK, REFUSED, error_name, not_chosen, report, tell_damage, unreadable
from tui.cli.output import say
from tui.locale import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import tzinfo
    from pathlib import Path

    from tui.cli.options import Options
    from tui.cli.setup import Prepared
    from tui.incident.actions import Command
    from tui.incident.facts import Facts
    from tui.incident.state import IncidentState
    from tui.incident.team import TeamCommand, TeamState
    from tui.session.act import Desk, Outcome
    from tui.session.engine import Engine
    from tui.session.facts import Surroundings

_LATELY = timedelta(days=1)


class NotChosenError(Exception):
    """No incident is meant, or several might be."""


@dataclass(eq=False)
class Case:
    """One call of the command line about one incident."""

    options: Options
    prepared: Prepared
    engine: Engine | None
    exports: tuple[str, ...] = ()

    @cached_property
    def wall(self) -> datetime:
        """The moment of this call."""
        from tui.session.clock import WallClock

        return WallClock().now()

    @property
    def data_dir(self) -> Path:
        """Where the journals are."""
        return self.prepared.settings.data_dir

    @property
    def zone(self) -> tzinfo:
        """The zone of the second clock."""
        return self.prepared.settings.tzinfo()

    @cached_property
    def states(self) -> tuple[IncidentState, ...]:
        """Every incident."""
        from tui.session.act import incidents

        try:
            return incidents(self.data_dir)
        except OSError as error:
            raise unreadable(_("the data folder cannot be read ({errno})"), error) from None

    @cached_property
    def team(self) -> TeamState:
        """What the team's journal says."""
        from tui.session.act import TeamDesk

        return TeamDesk(self.data_dir).refresh()

    @property
    def actor(self) -> str:
        """Who acts: `--as`, else the settings' name, else the login name."""
        return self.options.actor or self.prepared.settings.name or login_name()

    def chosen(self, *, ended_too: bool = False) -> str:
        """The incident that is meant. Raises NotChosenError, or a usage error for what is no id."""
        from tui.incident.journal import incident_folder
        from tui.session.act import the_one

        said = self.options.incident
        if said is not None:
            try:
                incident_folder(self.data_dir, said)
            except ValueError:
                raise click.BadParameter(_("not an id: write INC-20261119-abcd"), param_hint="'--id'") from None
            return said
        one = the_one(self.states, ended_too=ended_too)
        if one is None:
            raise NotChosenError
        return one.id

    def moment(self, text: str, option: str, state: IncidentState | None = None) -> datetime:
        """A typed time as UTC, echoed in both zones.

        With sources `HH:MM` is on their last day and `-5m` counts from their end. Without, it is today; for an incident
        that was left more than a day ago, on the day of its last entry.
        """
        from tui.cli.setup import moment, read_moment
        from tui.present.incident_text import both_zones

        if self.engine is not None:
            return moment(text, self.engine, option)
        parsed = read_moment(text, self._presence(text, state), self.zone, option)
        say(f"{option} {both_zones(parsed, self.zone)}")
        return parsed

    def _presence(self, text: str, state: IncidentState | None) -> datetime:
        last = last_effective(state) if state else None
        relative = text.strip().startswith("-")
        return last if last and not relative and self.wall - last > _LATELY else self.wall

    def surroundings(self) -> Surroundings:
        """What commands are judged by."""
        from tui.session.act import open_ones
        from tui.session.environment import last_check
        from tui.session.facts import Surroundings

        return Surroundings(
            loaded=self.prepared.loaded,
            engine=self.engine,
            team=self.team,
            open_incidents={state.id: state.severity for state in open_ones(self.states)},
            environment=last_check(self.data_dir),
            zone=zone_name(self.zone),
            read_only=self.options.read_only,
            exports=self.exports,
        )

    def close(self) -> None:
        """Let go of the sources."""
        if self.engine is not None:
            self.engine.close()


def open_case(options: Options, sources: Sequence[str] = ()) -> Case:
    """Settings, runbook and everything the sources hold so far; a ClickException with code 3 if none can be read."""
    from tui.cli.setup import open_engine, prepare, report_sources
    from tui.logs.source import SourceState

    prepared = prepare(options)
    engine = open_engine(prepared, sources, mode="review") if sources else None
    if engine is not None:
        engine.drain()
        report_sources(engine)
        if all(status.state is SourceState.UNREADABLE for status in engine.reader.statuses()):
            engine.close()
            raise unreadable(_("no source can be read: nothing was recorded"))
    again = tuple(source for source in sources if source != "-" and not source.startswith("cmd:"))
    return Case(options, prepared, engine, again)


def act(
    options: Options,
    command: Callable[[Case, IncidentState], Command],
    sources: Sequence[str] = (),
    *,
    ended_too: bool = False,
) -> int:
    """Perform a command on the incident that is meant, and say what became of it; the exit code."""
    case = open_case(options, sources)
    try:
        desk = desk_of(case, ended_too=ended_too)
        return OK if perform(case, desk, command(case, desk.state)).ok else REFUSED
    except NotChosenError:
        return not_chosen(case)
    finally:
        case.close()


def desk_of(case: Case, *, ended_too: bool = False) -> Desk:
    """The desk of the incident that is meant; what is wrong with its journal is said. Raises NotChosenError."""
    from tui.session.act import Desk

    desk = Desk(case.data_dir, case.chosen(ended_too=ended_too))
    desk.refresh()
    damages = desk.contents.damages
    tell_damage(damages, aside=bool(damages) and not case.options.read_only and not desk.set_aside_damage())
    return desk


def perform(case: Case, desk: Desk, command: Command, failed: Sequence[str] = ()) -> Outcome:
    """Do it, print it, and keep what must be kept beside the journal. failed: as `report` takes it."""
    outcome = desk.perform(command, case.actor, case.wall, case.surroundings().look)
    desk.close()
    if outcome.ok:
        _keep(case, outcome)
    report(case, outcome, failed)
    return outcome


def for_the_team(case: Case, command: TeamCommand, facts: Facts | None = None) -> int:
    """Write down what belongs to no incident; the exit code."""
    from tui.incident.state import IncidentState
    from tui.session.act import Outcome, TeamDesk

    nothing, desk = IncidentState(""), TeamDesk(case.data_dir)
    known = facts or case.surroundings().look(nothing, command, command.at or case.wall)
    done = desk.perform(command, case.actor, case.wall, known)
    desk.close()
    report(case, Outcome(nothing, done.records, done.refusal, done.not_saved, done.masked))
    return OK if done.ok else REFUSED


def timed(case: Case, state: IncidentState | None = None) -> datetime | None:
    """What `--at` says; None without."""
    return None if case.options.at is None else case.moment(case.options.at, "--at", state)


def last_effective(state: IncidentState) -> datetime | None:
    """When the last thing happened that moved the incident on."""
    marks = (state.declared, *state.acknowledgements, *state.mitigations, *state.resolutions, *state.closures)
    moments = [mark.at for mark in marks if mark] + [said.at for said in (*state.notes, *state.updates)]
    return max(moments, default=None)


def login_name() -> str:
    """Who is logged in; empty where the system does not know."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def zone_name(zone: tzinfo) -> str:
    """A zone's IANA name; empty for one that has none."""
    name = getattr(zone, "key", None)
    return name if isinstance(name, str) else "UTC" if zone is UTC else ""


def _keep(case: Case, outcome: Outcome) -> None:
    """Keep guarded copies of what was pinned, and the small file that `guardia status` reads."""
    from tui.incident.entries import EvidencePinned
    from tui.session.copies import keep_copies
    from tui.session.status import write_snapshot

    pinned = any(isinstance(record.entry.payload, EvidencePinned) for record in outcome.records)
    try:
        if pinned and case.engine is not None and outcome.facts is not None:
            keep_copies(case.engine, outcome.facts.found, case.data_dir)
        others = tuple(state for state in case.states if state.id != outcome.state.id)
        write_snapshot(case.data_dir, (outcome.state, *others), case.prepared.loaded.runbook, case.wall)
    except OSError as error:
        said = _("recorded, but a file beside the journal could not be written ({errno})")
        say(said.format(errno=error_name(error)))
