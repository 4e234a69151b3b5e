"""The engine and the desk as one: numbers and decisions in step, asked for by keys from any thread.

Logs and journals are read and written by one worker only. The screen puts what people ask for into a queue and gets
answers and pictures back; a picture shows what the disk confirmed, never a wish.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from tui.incident import actions, nudges, team
from tui.incident.entries import EvidencePinned
from tui.incident.history import history
from tui.incident.journal import NotSaved
from tui.incident.ruling import Code, refuse
from tui.incident.state import IncidentState
from tui.session import commands
from tui.session.act import Outcome, TeamOutcome
from tui.session.archive import Archive, Dossier
from tui.session.clock import WallClock
from tui.session.copies import keep_copies
from tui.session.deploys import Elsewhere
from tui.session.desks import Desks, declared_at, error_name, is_open
from tui.session.environment import last_check
from tui.session.facts import Surroundings
from tui.session.hindsight import Hindsight
from tui.session.picture import take
from tui.session.statusline import StatusLine

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, tzinfo
    from pathlib import Path

    from tui.incident.disk import Disk
    from tui.metrics.board import Board
    from tui.metrics.feed import EventRow
    from tui.runbook.runbook import Runbook
    from tui.runbook.texts import Texts
    from tui.session.clock import Clock
    from tui.session.engine import Engine, Mode
    from tui.session.hindsight import Known
    from tui.session.picture import IncidentPicture
    from tui.session.transport import Transport

_TEAM = (team.MarkDeploy, team.SetOnCall, team.AcknowledgeAlert, team.DismissSuggestion)
_ANYWHERE = (actions.Note, actions.Undo)
"""Also possible while nothing is open: then they are about the team's journal."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody asked for: commands to be done one after the other, none after one that was refused."""

    commands: tuple[actions.Command, ...]
    actor: str
    incident: str | None = None
    """The incident that was on the screen."""
    number: int = 0
    """Comes back with the answer."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of an `Ask`."""

    ask: Ask
    outcome: Outcome | TeamOutcome


@dataclass(frozen=True, slots=True)
class Place:
    """Where the journals are and who acts there."""

    data_dir: Path
    people: tuple[str, ...]
    """Names that may act, the usual one first."""
    zone: str = ""
    read_only: bool = False
    incident: str | None = None
    """The incident to show; None: the newest open one."""
    exports: tuple[str, ...] = ()
    """Paths of the sources given, where evidence may be found again."""
    runs: commands.Place = field(default_factory=commands.Place)
    """Where the runbook's commands run."""
    elsewhere: Elsewhere = field(default_factory=Elsewhere)
    """Where deploys and who is on call are written down too."""


class CommandPost:
    """An engine that also commands. `advance`, `recent` and `answers` belong to the worker, the rest to anybody."""

    def __init__(
        self,
        engine: Engine,
        place: Place,
        *,
        wall: Clock | None = None,
        disk: Disk | None = None,
    ) -> None:
        self.engine, self.place = engine, place
        self.picture: IncidentPicture | None = None
        """The newest picture; replaced whole, never changed."""
        self._wall = wall or WallClock()
        self._wishes: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._answers: deque[Answered] = deque()
        self._desks = Desks(place.data_dir, place.elsewhere, disk)
        self._hindsight = Hindsight(engine, place.incident)
        self._shown = place.incident
        self._seen: str | None = None
        """The incident in the newest picture."""
        self._wanted: str | None = None
        self._book = nudges.NudgeBook()
        self._board: Board | None = None
        drill = engine.mode == "drill"
        self._status_line = StatusLine(place.data_dir, engine.runbook, read_only=place.read_only, drill=drill)

    # --- the engine's own ---------------------------------------------------------------------------------------------

    @property
    def mode(self) -> Mode:
        """Whether this is live, the past, one incident of the past, or an exercise."""
        return "replay" if self.engine.mode == "review" and self.place.incident else self.engine.mode

    @property
    def runbook(self) -> Runbook:
        """What the team agreed."""
        return self.engine.runbook

    @property
    def texts(self) -> Texts:
        """The runbook's words."""
        return self.engine.texts

    @property
    def zone(self) -> tzinfo:
        """The zone of people's local time."""
        return self.engine.zone

    @property
    def sources_label(self) -> str:
        """The names of the sources."""
        return self.engine.sources_label

    @property
    def transport(self) -> Transport | None:
        """Where a review may go, and whether it runs; None while live."""
        return self._hindsight.transport

    def now(self) -> datetime:
        """The moment the boards stand at, UTC."""
        return self.engine.now()

    def seek(self, at: datetime) -> None:
        """Move the cursor of a review."""
        self.engine.seek(at)

    def play(self, speed: int) -> None:
        """Let the cursor of a review run; 0 stops it."""
        self.engine.play(speed)

    def recent(self, limit: int) -> list[EventRow]:
        """The newest events, the newest first."""
        return self.engine.recent(limit)

    def close(self) -> None:
        """Let go of the sources; the journals' segments go with the process."""
        self.engine.close()

    def archive(self) -> Archive:
        """Every incident there was, as its journal stands now (worker)."""
        now = self._wall.now()
        states = [desk.state for desk in self._desks.all if desk.state.exists]
        return Archive(history(states, self.runbook), now, now.astimezone(self.zone).date())

    def dossier(self, incident: str) -> Dossier | None:
        """Everything that is written down of an incident (worker)."""
        desk = self._desks.get(incident)
        return Dossier(desk.state, desk.contents.records, self.engine.loaded) if desk else None

    # --- asked for from anywhere --------------------------------------------------------------------------------------

    def submit(self, ask: Ask) -> None:
        """Have commands performed; the answer comes from `answers`."""
        self._wishes.put(partial(self._perform, ask))

    def choose(self, incident: str) -> None:
        """Show another incident."""
        self._wishes.put(partial(self._choose, incident))

    def open_playbook(self, playbook: str | None) -> None:
        """Show a playbook; None: the one that serves the dominant metric."""
        self._wishes.put(partial(self._open_playbook, playbook))

    def snooze(self) -> None:
        """Put off the reminder that is shown."""
        self._wishes.put(self._snooze)

    def order(self, command_id: str) -> commands.Order:
        """A command of the runbook, ready to be shown and asked about."""
        return commands.order(self.runbook, command_id, self.place.runs)

    # --- the worker's -------------------------------------------------------------------------------------------------

    def advance(self) -> Board | None:
        """Read logs, do what was asked, see what others wrote; the board when anything that is shown changed."""
        board = self.engine.advance()
        self._board = board or self._board
        acted = self._attend()
        news = self._desks.look(self._wall.now())
        self._hindsight.mark(self._desks.all, news=acted or news)
        if self._board is None or not (board or acted or news or self.picture is None):
            return None
        self.picture = self._take(self._board)
        if acted or news or (board is not None and self.engine.live):
            dismissals = self._desks.team.dismissals
            self._status_line.tell(self._desks.open_incidents, self._board, self._wall.now(), dismissals)
        return self._board

    def answers(self) -> list[Answered]:
        """What became of what was asked, once each."""
        found = list(self._answers)
        self._answers.clear()
        return found

    def _attend(self) -> bool:
        acted = False
        while True:
            try:
                wish = self._wishes.get_nowait()
            except Empty:
                return acted
            wish()
            acted = True

    def _perform(self, ask: Ask) -> None:
        outcome: Outcome | TeamOutcome = self._nothing_open()
        for command in ask.commands:
            try:
                outcome = self._one(command, ask)
            except OSError as error:  # the folder of the journals, or a log that has to be read again
                outcome = Outcome(IncidentState(""), not_saved=NotSaved(error_name(error), ()))
            if not outcome.ok:
                break
        self._answers.append(Answered(ask, outcome))

    def _one(self, command: actions.Command, ask: Ask) -> Outcome | TeamOutcome:
        """Perform one command. In a review it happened at the cursor, unless it says when."""
        if not self.engine.live and command.at is None:
            command = replace(command, at=self.engine.now())
        if isinstance(command, actions.Declare):
            return self._declare(command, ask.actor)
        desk = self._desks.get(ask.incident or self._seen)
        if isinstance(command, _TEAM) or (desk is None and isinstance(command, _ANYWHERE)):
            return self._for_the_team(command, ask.actor)
        if desk is None:
            return self._nothing_open()
        return self._kept(desk.perform(command, ask.actor, self._wall.now(), self._around().look))

    def _declare(self, command: actions.Declare, actor: str) -> Outcome:
        wall = self._wall.now()
        if (told := self._told_already(command, wall)) and told.declared:
            return Outcome(told, refusal=refuse(Code.ALREADY_TOLD, told.id, at=told.declared.at))
        desk = self._desks.new((command.at or wall).date())
        outcome = desk.perform(command, actor, wall, self._around().look)
        if outcome.refusal is None:
            self._desks.keep(desk)
            self._shown = self._seen = desk.id
        return self._kept(outcome)

    def _told_already(self, command: actions.Declare, wall: datetime) -> IncidentState | None:
        """The incident that somebody declared on the same alert meanwhile, which whoever declares now does not know."""
        suggestion = self._board.suggestion if self._board else None
        if command.second or suggestion is None or command.metric != suggestion.metric:
            return None
        self._desks.look(wall)
        return self._hindsight.led_to(suggestion, self.engine.now(), self._desks.all)

    def _for_the_team(self, command: team.TeamCommand, actor: str) -> TeamOutcome:
        wall = self._wall.now()
        facts = self._around().look(IncidentState(""), command, command.at or wall)
        outcome = self._desks.team_desk.perform(command, actor, wall, facts)
        self._desks.know_team(outcome.state)
        return outcome

    def _kept(self, outcome: Outcome) -> Outcome:
        """Keep guarded copies of what was pinned: what the journal says stands, should they fail."""
        found = outcome.facts.found if outcome.facts else ()
        if outcome.ok and any(isinstance(record.entry.payload, EvidencePinned) for record in outcome.records):
            with suppress(OSError):
                keep_copies(self.engine, found, self.place.data_dir)
        return outcome

    def _nothing_open(self) -> Outcome:
        return Outcome(IncidentState(""), refusal=refuse(Code.NO_INCIDENT))

    def _choose(self, incident: str) -> None:
        if self._desks.get(incident) is not None and incident != self._shown:
            self._shown, self._wanted, self._book = incident, None, nudges.NudgeBook()

    def _open_playbook(self, playbook: str | None) -> None:
        self._wanted = playbook

    def _snooze(self) -> None:
        self._book = nudges.snoozed(self._book, self.runbook.nudging, self.engine.now())

    # --- what is shown ------------------------------------------------------------------------------------------------

    def _around(self) -> Surroundings:
        return Surroundings(
            loaded=self.engine.loaded,
            engine=self.engine,
            team=self._desks.team,
            open_incidents={state.id: state.severity for state in self._desks.open_incidents},
            environment=last_check(self.place.data_dir),
            zone=self.place.zone,
            read_only=self.place.read_only,
            exports=self.place.exports,
        )

    def _take(self, board: Board) -> IncidentPicture:
        open_ones = self._open_at(board.now)
        known = next((each for each in open_ones if each.state.id == self._shown), None)
        known = known or next(iter(open_ones), None)
        state, records = (known.state, known.records) if known else (None, ())
        self._seen = state.id if state else None
        around = replace(self._around(), team=self._hindsight.team(self._desks.team, board.now))
        shown = take(around, board, self.engine.store, state, records, self._wanted)
        reasons = (
            nudges.wanted(state, shown.clocks, self.runbook.nudging, board.now, [view.step.id for view in shown.calls])
            if state
            else ()
        )
        self._book = nudges.turned(self._book, reasons, self.runbook.nudging, board.now)
        return replace(
            shown,
            open_incidents=tuple(each.state for each in open_ones),
            open_today=len(self._desks.open_incidents),
            today=self._today(state),
            led_to=None if known else self._hindsight.led_to(board.suggestion, board.now, self._desks.all),
            people=self.place.people,
            nudge=self._book.shown,
            contacts=self.place.elsewhere.contacts,
            read_only=self.place.read_only,
            unsaved=self._desks.unsaved,
            trouble=self._desks.trouble,
            damaged=bool(known and known.damaged) or self._replay_is_damaged(),
        )

    def _open_at(self, at: datetime) -> list[Known]:
        """Every incident that was open at a moment, the newest first; one that is replayed also once it was over."""
        known = [self._hindsight.known(desk, at) for desk in self._desks.all]
        there = [each for each in known if is_open(each.state) or self._replayed(each.state)]
        return sorted(there, key=lambda each: declared_at(each.state))[::-1]

    def _today(self, shown: IncidentState | None) -> IncidentState | None:
        """The incident that is shown as it is now, where a review shows it as it was."""
        desk = self._desks.get(shown.id) if shown else None
        return None if desk is None or desk.state is shown else desk.state

    def _replay_is_damaged(self) -> bool:
        """Whether nothing may be seen of what is replayed because its journal cannot be read."""
        desk = self._desks.get(self.place.incident)
        return bool(desk and desk.contents.damages)

    def _replayed(self, state: IncidentState) -> bool:
        return self.mode == "replay" and state.exists and state.id == self.place.incident
