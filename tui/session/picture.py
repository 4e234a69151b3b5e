"""What people decided and what the runbook makes of it at the board's moment: frozen, ready to draw."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tui.incident import gates
from tui.incident.facts import Facts
from tui.incident.state import IncidentState, Status, frozen
from tui.incident.times import clocks, times
from tui.metrics.deployed import newest_effect
from tui.metrics.journalled import GateCount
from tui.metrics.last_error import error_about
from tui.metrics.predicates import answer_check, answer_predicate
from tui.metrics.probes import answer_probe
from tui.metrics.reading import RECENT
from tui.metrics.standpoint import Standpoint
from tui.session.journalled import journalled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from tui.incident.facts import Condition
    from tui.incident.record import Recorded
    from tui.incident.slo import Clock
    from tui.incident.state import Said
    from tui.incident.team import TeamState
    from tui.incident.times import Times
    from tui.metrics.answers import Answer, ProbeAnswer
    from tui.metrics.board import Board
    from tui.metrics.deployed import DeployEffect
    from tui.metrics.store import EventStore
    from tui.runbook.predicates import Check
    from tui.runbook.procedures import Playbook, Procedures, Step
    from tui.session.facts import Surroundings


@dataclass(frozen=True, slots=True)
class StepView:
    """A step, who ticked it, whether it applies, and the live answer of each of its probes."""

    step: Step
    ticks: tuple[Said, ...]
    applies: Answer | None
    """None: it always does."""
    answers: tuple[ProbeAnswer, ...]

    @property
    def open(self) -> bool:
        """Whether it is known to apply."""
        return self.applies is None or self.applies.met is True


@dataclass(frozen=True, slots=True)
class CheckView:
    """An expected outcome or a condition, and whether it holds."""

    check: Check
    answer: Answer


@dataclass(frozen=True, slots=True)
class Checklist:
    """Steps and what should come of them."""

    steps: tuple[StepView, ...] = ()
    checks: tuple[CheckView, ...] = ()

    @property
    def met(self) -> int:
        """How many checks are known to hold."""
        return sum(view.answer.met is True for view in self.checks)

    @property
    def done(self) -> int:
        """How many steps are ticked and outcomes reached."""
        return sum(bool(view.ticks) for view in self.steps) + self.met

    @property
    def of(self) -> int:
        """How many steps and outcomes there are; a step that does not apply is none of them until somebody ticks it."""
        return sum(view.open or bool(view.ticks) for view in self.steps) + len(self.checks)


@dataclass(frozen=True, eq=False)
class IncidentPicture:
    """One frame of the incident room. Nothing in it is newer than the disk."""

    state: IncidentState | None
    """The incident that is shown; None: none is open."""
    records: tuple[Recorded, ...]
    times: Times | None
    clocks: tuple[Clock, ...]
    triage: tuple[Condition, ...]
    closure: tuple[Condition, ...]
    due: date | None
    """By when a resolved incident should be closed."""
    triage_list: Checklist
    playbook: Playbook | None
    playbook_list: Checklist
    rollback_list: Checklist
    """The priority order, and the conditions of the gate."""
    normal: CheckView | None
    """Whether all is normal again."""
    open_incidents: tuple[IncidentState, ...]
    """Open at the board's moment; one that is replayed also once it was over."""
    team: TeamState
    people: tuple[str, ...]
    """Who may act here, the usual actor first; names as they are recorded."""
    nudge: str | None = None
    """Id of the reminder to show."""
    read_only: bool = False
    unsaved: int = 0
    """Entries that were decided and are not safe on the disk."""
    trouble: str = ""
    """Name of the system's error that keeps the journals from being read."""
    damaged: bool = False
    """Whether the journal has damaged bytes; entries on both sides of them are there."""
    calls: tuple[StepView, ...] = ()
    """Steps of any playbook that call somebody and apply now, until somebody ticks them."""
    contacts: Mapping[str, str] = field(default_factory=frozen)
    """How to reach the runbook's contacts, by id."""
    open_today: int = 0
    """How many incidents are open by the whole of their journals, whatever moment a review shows."""
    today: IncidentState | None = None
    """In review, the incident that is shown by the whole of its journal; None where that is what is shown."""
    led_to: IncidentState | None = None
    """In review, while nothing is open at the cursor: the incident that the suggested alert led to all the same."""
    deployed: DeployEffect | None = None
    """What the newest deploy of the lanes' hour changed."""
    last_error: datetime | None = None
    """Time of the newest event that makes a rule of the shown incident's metric true."""

    @property
    def over(self) -> Status | None:
        """How the incident that is shown has ended by now, if it has: nothing can be decided about it any more."""
        state = self.today or self.state
        return None if state is None or state.status.open else state.status

    @property
    def go(self) -> bool:
        """Whether every condition of the rollback gate is known to hold."""
        return bool(self.rollback_list.checks) and self.rollback_list.met == len(self.rollback_list.checks)


def proposed(runbook: Procedures, metric: str | None, wanted: str | None) -> Playbook | None:
    """Return the playbook that somebody opened, else the first one that serves the metric."""
    for playbook in runbook.playbooks:
        if playbook.id == wanted or (wanted is None and metric in playbook.serves):
            return playbook
    return None


def take(
    around: Surroundings,
    board: Board,
    store: EventStore,
    state: IncidentState | None,
    records: Sequence[Recorded],
    wanted: str | None,
) -> IncidentPicture:
    """Answer everything that the panes show. While history is still read nothing is answered: half the data lies."""
    runbook = around.loaded.runbook
    folded = state or IncidentState("")
    metric = folded.metric or (board.suggestion.metric if board.suggestion else None)
    playbook = proposed(runbook, metric, wanted)
    lists = _Lists(around, board, store, folded) if board.final else None
    facts = Facts(runbook=runbook)
    closure = gates.closure(folded, facts) if state else ()
    resolved = state.resolutions[-1].at if state and state.status is Status.RESOLVED and state.resolutions else None
    return IncidentPicture(
        state=state,
        records=tuple(records),
        times=times(state) if state else None,
        clocks=clocks(state, runbook.severities) if state else (),
        triage=gates.triage(folded, runbook),
        closure=closure,
        due=gates.closing_due(resolved, runbook.closure.due_working_days) if resolved else None,
        triage_list=Checklist(lists.steps(runbook.triage.steps)) if lists else Checklist(),
        playbook=playbook,
        playbook_list=lists.playbook(playbook) if lists and playbook else Checklist(),
        rollback_list=lists.rollback if lists else Checklist(),
        normal=lists.check(runbook.closure.resolved) if lists else None,
        open_incidents=(),
        team=around.team,
        people=(),
        calls=lists.calls if lists else (),
        deployed=_deployed(around, board, store) if board.final else None,
        last_error=error_about(runbook, store, state.metric, board.now) if state else None,
    )


def _deployed(around: Surroundings, board: Board, store: EventStore) -> DeployEffect | None:
    moments = (deploy.at for deploy in around.deploys(board.now))
    return newest_effect(around.loaded.runbook, store, moments, board.now, RECENT)


class _Lists:
    """Every checklist, answered from one standpoint; gates count what was answered without them."""

    def __init__(self, around: Surroundings, board: Board, store: EventStore, state: IncidentState) -> None:
        self._rules, self._state = around.loaded.runbook, state
        known = journalled(state, around.deploys(board.now), around.environment, around.open_incidents)
        self._at = Standpoint(self._rules, store, board, known)
        conditions = self._checks(self._rules.rollback.conditions)
        self._at = replace(self._at, journalled=replace(known, gates=self._gates(conditions)))
        self.rollback = Checklist(self.steps(self._rules.rollback.priority), conditions)

    def playbook(self, playbook: Playbook) -> Checklist:
        """The steps of a playbook and its expected outcomes."""
        return Checklist(self.steps(playbook.steps), self._checks(playbook.expected))

    def steps(self, steps: Iterable[Step]) -> tuple[StepView, ...]:
        """Each step with its live facts."""
        return tuple(self._step(step) for step in steps)

    @property
    def calls(self) -> tuple[StepView, ...]:
        """Every step of a playbook that calls somebody now."""
        steps = (step for playbook in self._rules.playbooks for step in playbook.steps if step.escalate_to)
        return tuple(view for view in self.steps(steps) if view.open and not view.ticks)

    def check(self, check: Check) -> CheckView:
        """One check."""
        return CheckView(check, answer_check(check, self._at))

    def _checks(self, checks: Iterable[Check]) -> tuple[CheckView, ...]:
        return tuple(self.check(check) for check in checks)

    def _step(self, step: Step) -> StepView:
        applies = None if step.when is None else answer_predicate(step.when, self._at, step.id)
        answers = tuple(answer_probe(probe, self._at) for probe in step.probes)
        return StepView(step, self._state.steps.get(step.id, ()), applies, answers)

    def _gates(self, conditions: Sequence[CheckView]) -> dict[str, GateCount]:
        if not self._state.exists:
            return {}
        counted = {
            "triage": gates.triage(self._state, self._rules),
            "closure": gates.closure(self._state, Facts(runbook=self._rules)),
        }
        found = {
            name: GateCount(sum(one.met is True for one in passed), len(passed)) for name, passed in counted.items()
        }
        met = sum(view.answer.met is True for view in conditions)
        return {**found, "rollback": GateCount(met, len(conditions))}
