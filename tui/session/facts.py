"""From the engine's numbers to the plain facts that people's commands are judged by (contracts §2, §4).

Everything is said of one moment. Without a source nothing is invented: numbers and suggestion are None, and what only
logs could answer stays unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING

from tui.incident import actions
from tui.incident.entries import Declared
from tui.incident.facts import Condition, Facts, RunbookCopy, Suggested
from tui.incident.state import Mark
from tui.incident.team import TeamState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from tui.incident.facts import EarlyAck, Found, Reread, SourceIdentity
    from tui.incident.state import Evidence, IncidentState
    from tui.incident.team import Deploy
    from tui.metrics.board import Board
    from tui.metrics.journalled import EnvironmentCheck
    from tui.metrics.store import EventStore
    from tui.runbook.load import LoadedRunbook
    from tui.runbook.predicates import Check
    from tui.runbook.procedures import Procedures
    from tui.session.engine import Engine

EARLY_WITHOUT_LOGS = timedelta(hours=1)
"""How long an early acknowledgement counts where no log says when the alert began."""

_WITH_NUMBERS = (actions.Declare, actions.Decide, actions.Mitigate, actions.Resolve, actions.Close)
"""What appends a snapshot of the numbers (contracts §3)."""
_WITH_READINGS = (actions.Decide, actions.Resolve, actions.NotePush)
"""What is judged by conditions that logs, or the environment, answer (contracts §4)."""
_WITH_BOARD = (*_WITH_NUMBERS, *_WITH_READINGS, actions.Acknowledge, actions.SetField)


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What a command may be judged by beside its incident's journal; the same for every command of a run."""

    loaded: LoadedRunbook
    engine: Engine | None = None
    """None: no source was given."""
    team: TeamState = field(default_factory=TeamState)
    open_incidents: Mapping[str, str | None] = field(default_factory=dict)
    environment: EnvironmentCheck | None = None
    """What the last check of the environment found; None: nobody looked."""
    zone: str = ""
    read_only: bool = False
    exports: tuple[str, ...] = ()
    """Paths of the sources given, where a pinned record may be found again."""

    def look(self, state: IncidentState, command: actions.Command, at: datetime) -> Facts:
        """Everything that is known at the moment `at` for judging one command. Reads logs again where it must."""
        facts = Facts(
            runbook=self.loaded.runbook,
            early_acks=self._early_acks(None, at),
            open_incidents=self.open_incidents,
            zone=self.zone,
            deployed_at=max((deploy.at for deploy in self.deploys(at)), default=None),
            drill=self.engine is not None and self.engine.mode == "drill",
            read_only=self.read_only,
            runbook_copy=copy_of(self.loaded),
            reread=self._reread(state, command),
        )
        if self.engine is not None:
            return self._with_logs(facts, self.engine, state, command, at)
        if self.environment and isinstance(command, _WITH_READINGS):
            return replace(facts, readings=self._without_logs(state, at))
        return facts

    def _with_logs(
        self, facts: Facts, engine: Engine, state: IncidentState, command: actions.Command, at: datetime
    ) -> Facts:
        """Ask the logs for what the command needs, and for nothing else: a note must not wait for numbers."""
        from tui.session import numbers as n

        board = engine.board(n.known_until(engine, at)) if isinstance(command, _WITH_BOARD) else None
        if board is None:
            return replace(facts, found=self._found(engine, command, None))
        suggested = n.suggested(board)
        here = board if board.now == at else engine.board(at)
        provisional = _as_if_declared(state, command, suggested, at)
        if isinstance(command, actions.Declare) and provisional.metric != (suggested and suggested.metric):
            suggested = n.suggested_on(engine, board, provisional) or suggested
        return replace(
            facts,
            suggested=suggested,
            early_acks=self._early_acks(board, at),
            readings=self.readings(state, here, engine.store) if isinstance(command, _WITH_READINGS) else (),
            sources=sources_of(engine) if isinstance(command, actions.Declare) else (),
            numbers=n.numbers(engine, board, provisional) if isinstance(command, _WITH_NUMBERS) else None,
            found=self._found(engine, command, suggested),
        )

    def readings(self, state: IncidentState, board: Board, store: EventStore) -> tuple[Condition, ...]:
        """Answer every check of the runbook at the board's moment; unknown where nothing tells."""
        from tui.metrics.predicates import answer_check
        from tui.metrics.standpoint import Standpoint
        from tui.session.journalled import journalled

        known = journalled(state, self.deploys(board.now), self.environment, self.open_incidents)
        stand = Standpoint(self.loaded.runbook, store, board, known)
        answers = ((check.id, answer_check(check, stand)) for check in checks(self.loaded.runbook))
        return tuple(Condition(name, one.met, one.value, one.limit, one.note) for name, one in answers)

    def _without_logs(self, state: IncidentState, at: datetime) -> tuple[Condition, ...]:
        """What the last look at the environment tells; whatever needs a log is unknown over an empty store."""
        from tui.metrics.build import build_board
        from tui.metrics.store import Store

        rules = self.loaded.runbook
        empty = Store(rules)
        return self.readings(state, build_board(rules, empty, at, live=False), empty)

    def deploys(self, at: datetime) -> tuple[Deploy, ...]:
        """The deploys and rollbacks marked by then, oldest first."""
        return tuple(deploy for deploy in self.team.deploys if deploy.at <= at)

    def _found(self, engine: Engine, command: actions.Command, suggested: Suggested | None) -> tuple[Found, ...]:
        from tui.session import evidence

        request_id = _asked_id(command, suggested)
        return evidence.find(engine, request_id) if request_id else ()

    def _reread(self, state: IncidentState, command: actions.Command) -> tuple[Reread, ...]:
        """Look at the pinned records again before anything is closed on them."""
        wanted = isinstance(command, actions.Close | actions.VerifyEvidence)
        return self.look_again(state.evidence) if wanted else ()

    def look_again(self, pinned: tuple[Evidence, ...]) -> tuple[Reread, ...]:
        """Read pinned records again, where they were or in the sources given."""
        if not pinned:
            return ()
        from tui.session import evidence

        return evidence.reread(pinned, self.exports, self.loaded.runbook.record)

    def _early_acks(self, board: Board | None, at: datetime) -> tuple[EarlyAck, ...]:
        """Those given since the alert began that they took; where no alert is known, lately."""
        began: dict[str, datetime] = {}
        for life in board.alerts if board else ():
            if life.open:
                began.setdefault(life.metric, life.pending_at)
        lately = at - EARLY_WITHOUT_LOGS
        return tuple(ack for ack in self.team.early_acks if ack.at >= began.get(ack.metric, lately))


def sources_of(engine: Engine) -> tuple[SourceIdentity, ...]:
    """Return what an incident keeps of its sources: name, path and which file it was."""
    from tui.session import evidence

    return tuple(dict.fromkeys(evidence.source_of(place) for place in engine.reader.places))


def _as_if_declared(
    state: IncidentState, command: actions.Command, suggested: Suggested | None, at: datetime
) -> IncidentState:
    """Return the state that the numbers are for: while declaring, the one that is about to be."""
    if state.exists or not isinstance(command, actions.Declare):
        return state
    metric = command.metric or (suggested.metric if suggested else None)
    declaration = Declared(metric=metric, started=command.started)
    return replace(state, declaration=declaration, declared=Mark(at, ""), said_started=command.started)


def _asked_id(command: actions.Command, suggested: Suggested | None) -> str | None:
    """Return the requestId that a command is about."""
    match command:
        case actions.PinEvidence(request_id=request_id):
            return request_id
        case actions.SetField(name="anchor", value=value):
            return value or None
        case actions.Declare(metric=metric):
            return suggested.anchor if suggested and metric in {None, suggested.metric} else None
        case _:
            return None


def copy_of(loaded: LoadedRunbook) -> RunbookCopy:
    """Return what an incident keeps of the runbook in force."""
    rules, texts = loaded.source
    return RunbookCopy(loaded.runbook.id, loaded.lang, loaded.sha256, rules, texts)


def checks(runbook: Procedures) -> Iterator[Check]:
    """Every check of the runbook, in its order."""
    return chain(
        (check for playbook in runbook.playbooks for check in playbook.expected),
        runbook.secrets.before,
        runbook.push.before_enabling,
        runbook.rollback.conditions,
        (runbook.closure.resolved,),
    )
