"""The team's record of a secrets rotation (runbook §5): names, times and results; never a secret's value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.incident.markdown import cell, code, table, utc
from tui.incident.times import times

if TYPE_CHECKING:
    from tui.incident.narrative import Words
    from tui.incident.state import IncidentState
    from tui.incident.team import TeamState
    from tui.runbook.procedures import Procedures, RecordField

_DECISIONS = {"GO": "GO", "NO_GO": "ROLLBACK"}


def rotation_record(state: IncidentState, team: TeamState, runbook: Procedures, words: Words) -> str:
    """Markdown with every field that the runbook asks for; what the journals do not say stays open."""
    _ = words.say
    rows = [(words.named(f"record.{field.id}"), _value(field, state, team)) for field in runbook.secrets.record]
    steps = [
        step for playbook in runbook.playbooks if playbook.id == runbook.secrets.playbook for step in playbook.steps
    ]
    done = [
        (words.named(f"step.{step.id}"), cell(tick.by), utc(tick.at), cell(tick.value))
        for step in steps
        for tick in state.steps.get(step.id, ())
    ]
    parts = [
        f"# {words.named('heading.record')} · {state.id}" + (f" [{_('DRILL')}]" if state.drill else ""),
        table((_("what"), _("value")), rows),
        f"## {_('Playbook steps')}",
        table((_("step"), _("who"), _("when"), _("note")), done) if done else _("no step was ticked"),
        f"{_('Reference')}: {code(runbook.secrets.policy)}",
    ]
    return "\n\n".join(parts) + "\n"


def _value(field: RecordField, state: IncidentState, team: TeamState) -> str:
    return _known(field, state, team) or "–"


def _known(field: RecordField, state: IncidentState, team: TeamState) -> str:
    known = times(state)
    said = {
        "started": utc(known.started),
        "ended": utc(known.resolved or known.mitigated),
        "request-id": code(state.anchor or ""),
        "owner": cell(state.owner or ""),
        "on-call": cell(team.on_call.name) if team.on_call else "",
    }
    if field.id in said:
        return said[field.id]
    if field.form == "choice":
        decision = state.decision.decision.decision if state.decision else ""
        meant = _DECISIONS.get(decision, "") if "ROLLBACK" in field.choices else decision
        return meant if meant in field.choices else ""
    runs = [run for run in state.runs if run.run.command == field.id]
    return f"{runs[-1].run.exit_code} · {utc(runs[-1].at)}" if runs else ""
