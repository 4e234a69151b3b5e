"""The probes and predicates that no log can answer: read off what people wrote down. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from tui.metrics.answers import (
    Answer,
    Commands,
    CommandState,
    Deploys,
    DeploySeen,
    Gate,
    Names,
    NameState,
    RecordedNow,
    Unknown,
    Why,
)
from tui.metrics.deployed import around, moved_by
from tui.runbook import predicates, probes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tui.metrics.answers import ProbeAnswer
    from tui.metrics.deployed import Moved
    from tui.metrics.journalled import DeployMark, EnvironmentCheck
    from tui.metrics.standpoint import Standpoint
    from tui.runbook.procedures import EnvName

JournalProbe = probes.DeployMarks | probes.RequiredNames | probes.CommandResults | probes.GateState | probes.Recorded
JournalPredicate = (
    predicates.CommandsPassed
    | predicates.CommandPassed
    | predicates.NoOpenIncident
    | predicates.IncidentOn
    | predicates.NamesPresent
    | predicates.Answer
)


def probe_of_journal(probe: JournalProbe, at: Standpoint) -> ProbeAnswer:
    """What such a probe shows."""
    known = at.journalled
    match probe:
        case probes.DeployMarks():
            return _deploy_marks(probe, at)
        case probes.RequiredNames():
            return _required_names(probe, at)
        case probes.CommandResults():
            return Commands(tuple(_command(command, at) for command in probe.commands))
        case probes.GateState():
            return Gate(probe.gate, known.gates.get(probe.gate))
        case probes.Recorded():
            return RecordedNow(probe.what, known.recorded.get(probe.what))
        case _:
            assert_never(probe)


def answer_of_journal(predicate: JournalPredicate, at: Standpoint, about: str) -> Answer:
    """Whether such a predicate holds; `about` is the step or check that a person may have answered."""
    match predicate:
        case predicates.CommandsPassed():
            return _passed([command.id for command in at.rules.commands if command.kind == predicate.of], at)
        case predicates.CommandPassed():
            return _passed([predicate.command], at)
        case predicates.NoOpenIncident():
            return _no_open_incident(predicate, at)
        case predicates.IncidentOn():
            return _incident_on(predicate, at)
        case predicates.NamesPresent():
            return _names_present(predicate, at)
        case predicates.Answer():
            by = at.journalled.said.get(about)
            return Answer(met=True, note=by) if by else _not_known(Why.NOT_SAID)
        case _:
            assert_never(predicate)


# --- probes ---------------------------------------------------------------------------------------------------------


def _deploy_marks(probe: probes.DeployMarks, at: Standpoint) -> Deploys:
    began = _trouble_began(at)
    marks = [mark for mark in marks_of(at, probe.of) if mark.at >= began - probe.within]
    return Deploys(probe.within, tuple(DeploySeen(mark, began - mark.at, _moved(probe, mark, at)) for mark in marks))


def _moved(probe: probes.DeployMarks, mark: DeployMark, at: Standpoint) -> Moved | None:
    """What a deploy changed on the lane that the probe asks about."""
    periods = around(mark.at, (at.first, at.now)) if probe.metric else None
    if probe.metric is None or periods is None:
        return None
    moved = moved_by(at.rules, at.store, at.rules.metric(probe.metric), periods)
    return moved if moved and moved.known else None


def marks_of(at: Standpoint, kinds: Sequence[str]) -> list[DeployMark]:
    """The deploy marks of these kinds up to now, the newest first."""
    marks = (mark for mark in at.journalled.deploys if mark.kind in kinds and mark.at <= at.now)
    return sorted(marks, key=lambda mark: mark.at, reverse=True)


def _trouble_began(at: Standpoint) -> datetime:
    """The incident's start; before anybody declared, that of what is suggested; else now."""
    suggestion = at.board.suggestion
    if at.journalled.started:
        return at.journalled.started
    return suggestion.episode.pending_at if suggestion and suggestion.episode else at.now


def _required_names(probe: probes.RequiredNames, at: Standpoint) -> Names:
    check = at.journalled.environment
    if check is None:
        return Names(Unknown(Why.NOT_CHECKED))
    groups = {group.id: group.names for group in at.rules.environment.required}
    asked = (name for group in probe.names for name in groups[group])
    return Names(None, tuple(name_state(name, check) for name in asked), check.at)


def name_state(name: EnvName, check: EnvironmentCheck) -> NameState:
    """The name as the check found it, or the legacy one that stands in for it."""
    for candidate in (name.name, *name.legacy):
        if check.states.get(candidate) == "present":
            return NameState(name.name, "present", candidate)
    return NameState(name.name, check.states.get(name.name, "missing"), name.name)


def _command(command: str, at: Standpoint) -> CommandState:
    run, changed = at.journalled.runs.get(command), at.journalled.changed_at
    return CommandState(command, run, stale=bool(run and changed and run.at < changed))


# --- predicates -----------------------------------------------------------------------------------------------------


def _passed(wanted: Sequence[str], at: Standpoint) -> Answer:
    """Only runs after the latest change count; one that is missing or was cancelled is unknown."""
    changed = at.journalled.changed_at
    runs = {name: run for name, run in at.journalled.runs.items() if changed is None or run.at >= changed}
    codes = {name: runs[name].exit_code if name in runs else None for name in wanted}
    failed = [name for name, code in codes.items() if code not in {0, None}]
    waiting = [name for name, code in codes.items() if code is None]
    unknown = Unknown(Why.NOT_RUN) if not failed and (waiting or not wanted) else None
    passed = sum(code == 0 for code in codes.values())
    note = " ".join(failed or waiting)
    return Answer(None if unknown else not failed, passed, len(wanted), note=note, unknown=unknown)


def _incident_on(predicate: predicates.IncidentOn, at: Standpoint) -> Answer:
    metric = at.journalled.metric
    return Answer(metric in predicate.metrics, note=metric) if metric else _not_known(Why.NO_INCIDENT)


def _no_open_incident(predicate: predicates.NoOpenIncident, at: Standpoint) -> Answer:
    known = at.journalled.open_incidents
    if known is None:
        return _not_known(Why.NOT_READ)
    others = sorted(name for name, severity in known.items() if severity == predicate.severity)
    return Answer(not others, len(others), limit=0, note=" ".join(others))


def _names_present(predicate: predicates.NamesPresent, at: Standpoint) -> Answer:
    check = at.journalled.environment
    if check is None:
        return _not_known(Why.NOT_CHECKED)
    asked = next(group.names for group in at.rules.environment.required if group.id == predicate.names)
    states = [name_state(name, check) for name in asked]
    absent = [state.name for state in states if state.presence != "present"]
    return Answer(not absent, len(states) - len(absent), len(states), note=" ".join(absent))


def _not_known(why: Why) -> Answer:
    return Answer(None, unknown=Unknown(why))
