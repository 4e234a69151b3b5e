"""The handoff page: what the next commander reads before taking over, as the journal can fill it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.incident.entries import HandoffOffered
from tui.incident.slo import ClockKind
from tui.incident.times import clocks, times

if TYPE_CHECKING:
    from tui.incident.state import IncidentState
    from tui.runbook.procedures import Procedures, Step


def handoff_page(to: str, state: IncidentState, runbook: Procedures) -> HandoffOffered:
    """Return the page: steps by id, the rest from the closing form and the flags."""
    running = (clock for clock in clocks(state, runbook.severities) if clock.kind is ClockKind.UPDATE)
    steps = _proposed_steps(state, runbook)
    return HandoffOffered(
        to=to,
        impact=state.value("impact"),
        hypothesis=state.value("root_cause"),
        done=tuple(step for step, ticks in state.steps.items() if ticks),
        pending=tuple(step.id for step in steps if not state.ticked(step.id) and not answered(step, state)),
        next_update=next((clock.deadline for clock in running), None),
        frozen=state.deploys_frozen.on if state.deploys_frozen else None,
    )


def answered(step: Step, state: IncidentState) -> bool:
    """Whether all that a step asks for is recorded already: nobody has to tick it, and nobody waits for it."""
    recorded = [probe.what for probe in step.probes if probe.kind == "recorded"]
    others = [probe.kind for probe in step.probes if probe.kind not in {"recorded", "suggested"}]
    return bool(recorded) and not others and all(_is_recorded(what, state) for what in recorded)


def _is_recorded(what: str, state: IncidentState) -> bool:
    """A flag counts once somebody noted the safe side of it: deploys frozen, push off."""
    return {
        "severity": state.severity is not None,
        "metric": state.metric is not None,
        "anchor": state.anchor is not None,
        "owner": state.owner is not None,
        "channel": state.channel is not None,
        "started": times(state).started is not None,
        "freeze": state.deploys_frozen is not None and state.deploys_frozen.on,
        "push": state.push is not None and not state.push.on,
    }[what]


def _proposed_steps(state: IncidentState, runbook: Procedures) -> list[Step]:
    """Triage's steps and those of the playbooks that serve the incident's metric."""
    serving = (playbook for playbook in runbook.playbooks if state.metric in playbook.serves)
    return [*runbook.triage.steps, *(step for playbook in serving for step in playbook.steps)]
