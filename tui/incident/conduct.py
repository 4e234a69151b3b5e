"""Rules for work on an incident: roles, handoff, notes, flags, evidence, steps, decision, forms, commands, undo."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from tui.incident import actions, entries, gates
from tui.incident.handoff import handoff_page
from tui.incident.lifecycle import known_metric, pins_of, reverified
from tui.incident.ruling import Case, Code, Reason, Refusal, Ruling, refuse, rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.incident.facts import Condition
    from tui.runbook.predicates import Check
    from tui.runbook.procedures import Procedures

OWN_FIELDS = ("title", "metric", "anchor", "workaround", "lucky", "action_done")
"""Fields of the incident itself, beside those of the runbook's closing form."""
AFTER_CLOSING = "action_done"
"""The one field that is filled once everything else is over."""
_YES = frozenset({"yes", "y", "true", "1", "si", "sí", "s"})
_NO = frozenset({"no", "n", "false", "0"})
_TAIL = 4000
"""How much of a command's output is kept, in characters from its end."""


@rule.register(actions.SetRole)
def _(command: actions.SetRole, case: Case) -> Ruling:
    if not command.name:
        return refuse(Code.NEEDS_TEXT, command.role)
    said = case.state.roles.get(command.role)
    if said and said.value == command.name:
        return ()
    return case.entries(entries.RoleSet(role=command.role, name=command.name))


@rule.register(actions.OfferHandoff)
def _(command: actions.OfferHandoff, case: Case) -> Ruling:
    if not command.to:
        return refuse(Code.NEEDS_TEXT, "to")
    page = command.page or handoff_page(command.to, case.state, case.facts.runbook)
    return case.entries(
        page.model_copy(
            update={
                "to": command.to,
                "impact": actions.clean_text(page.impact),
                "hypothesis": actions.clean_text(page.hypothesis),
                "done": tuple(actions.clean_text(line, one_line=True) for line in page.done),
                "pending": tuple(actions.clean_text(line, one_line=True) for line in page.pending),
            }
        )
    )


@rule.register(actions.AcceptHandoff)
def _(command: actions.AcceptHandoff, case: Case) -> Ruling:
    del command
    offer = case.state.handoff
    if offer is None or _same(offer.page.to) != _same(case.actor):
        return refuse(Code.NOT_OFFERED, offer.page.to if offer else "")
    return case.entries(entries.HandoffAccepted())


@rule.register(actions.Note)
def _(command: actions.Note, case: Case) -> Ruling:
    return case.entries(entries.Noted(text=command.text)) if command.text else refuse(Code.NEEDS_TEXT, "text")


@rule.register(actions.SetChannel)
def _(command: actions.SetChannel, case: Case) -> Ruling:
    if not command.channel:
        return refuse(Code.NEEDS_TEXT, "channel")
    return case.entries(entries.ChannelSet(channel=command.channel))


@rule.register(actions.SendUpdate)
def _(command: actions.SendUpdate, case: Case) -> Ruling:
    return case.entries(entries.UpdateSent(text=command.text)) if command.text else refuse(Code.NEEDS_TEXT, "text")


@rule.register(actions.NoteDeploys)
def _(command: actions.NoteDeploys, case: Case) -> Ruling:
    noted = case.state.deploys_frozen
    if noted and noted.on == command.frozen:
        return ()
    if not command.frozen and not command.why:
        return refuse(Code.NEEDS_REASON, "why")
    return case.entries(entries.DeploysNoted(frozen=command.frozen, why=command.why))


@rule.register(actions.NotePush)
def _(command: actions.NotePush, case: Case) -> Ruling:
    """Push that was noted off is noted on again only once the runbook's checks hold (runbook §6)."""
    noted = case.state.push
    if noted and noted.on == command.on:
        return ()
    if command.on and noted:
        checks = [gates.answer(check, case.state, case.facts) for check in case.facts.runbook.push.before_enabling]
        if not gates.passed(checks):
            return _unmet(checks)
    return case.entries(entries.PushNoted(on=command.on))


@rule.register(actions.PinEvidence)
def _(command: actions.PinEvidence, case: Case) -> Ruling:
    if all(found.request_id != command.request_id for found in case.facts.found):
        return refuse(Code.UNKNOWN_REQUEST_ID, actions.clean_text(command.request_id, one_line=True))
    return case.entries(*pins_of(case, command.request_id))


@rule.register(actions.VerifyEvidence)
def _(command: actions.VerifyEvidence, case: Case) -> Ruling:
    del command
    return case.entries(*reverified(case))


@rule.register(actions.TickStep)
def _(command: actions.TickStep, case: Case) -> Ruling:
    """Each person's tick is kept; the same one again, without a new note, changes nothing."""
    if command.step not in tickable(case.facts.runbook):
        return refuse(Code.UNKNOWN_STEP, actions.clean_text(command.step, one_line=True))
    mine = [tick for tick in case.state.steps.get(command.step, ()) if tick.by == case.actor]
    if mine and command.note in {"", mine[0].value}:
        return ()
    return case.entries(entries.StepTicked(step=command.step, note=command.note))


@rule.register(actions.UntickStep)
def _(command: actions.UntickStep, case: Case) -> Ruling:
    if command.step not in tickable(case.facts.runbook):
        return refuse(Code.UNKNOWN_STEP, actions.clean_text(command.step, one_line=True))
    return case.entries(entries.StepUnticked(step=command.step)) if case.state.ticked(command.step) else ()


@rule.register(actions.Decide)
def _(command: actions.Decide, case: Case) -> Ruling:
    """Let a person decide; GO against the gate takes an override with a reason."""
    conditions = gates.rollback(case.state, case.facts)
    against = command.decision == "GO" and not gates.passed(conditions)
    if against and not command.override:
        return _unmet(conditions)
    if against and not command.why:
        return refuse(Code.NEEDS_REASON, "why")
    decided = entries.Decided(decision=command.decision, conditions=conditions, overridden=against, why=command.why)
    return (*case.entries(decided), *case.snapshot(decided.type))


@rule.register(actions.SetField)
def _(command: actions.SetField, case: Case) -> Ruling:
    forms = {field.id: field.form for field in case.facts.runbook.closure.fields}
    if command.name not in forms and command.name not in OWN_FIELDS:
        known = ", ".join(dict.fromkeys((*forms, *OWN_FIELDS)))
        return refuse(Code.UNKNOWN_FIELD, f"{actions.clean_text(command.name, one_line=True)} ({known})")
    value = _valid(command.name, forms.get(command.name, "text"), command.value, case)
    if value is None:
        return refuse(Code.BAD_VALUE, command.name)
    if value == case.state.value(command.name):
        return ()
    return case.entries(entries.FieldSet(field=command.name, value=value))


@rule.register(actions.Delegate)
def _(command: actions.Delegate, case: Case) -> Ruling:
    if all(command.name != field.id for field in case.facts.runbook.closure.fields):
        return refuse(Code.UNKNOWN_FIELD, actions.clean_text(command.name, one_line=True))
    if not command.to:
        return refuse(Code.NEEDS_TEXT, "to")
    return case.entries(entries.Delegated(field=command.name, to=command.to))


@rule.register(actions.RecordRun)
def _(command: actions.RecordRun, case: Case) -> Ruling:
    known = next((known for known in case.facts.runbook.commands if known.id == command.command), None)
    if known is None:
        return refuse(Code.UNKNOWN_COMMAND, actions.clean_text(command.command, one_line=True))
    return case.entries(
        entries.CommandRun(
            command=known.id,
            kind=known.kind,
            exit_code=command.exit_code,
            duration_ms=command.duration_ms,
            tail=command.tail[-_TAIL:],
            host=command.host,
            folder=command.folder,
        )
    )


@rule.register(actions.Undo)
def _(command: actions.Undo, case: Case) -> Ruling:
    undoable = case.state.undoable
    if not undoable or (command.entry and command.entry not in undoable):
        return refuse(Code.NOTHING_TO_UNDO)
    return case.entries(entries.Undone(entry=command.entry or undoable[-1]))


def tickable(runbook: Procedures) -> frozenset[str]:
    """Return the ids of every step, and of every check that only a person can answer."""
    checks = chain(
        (check for playbook in runbook.playbooks for check in playbook.expected),
        runbook.rollback.conditions,
        runbook.secrets.before,
        runbook.push.before_enabling,
    )
    steps = chain(
        runbook.triage.steps,
        (step for playbook in runbook.playbooks for step in playbook.steps),
        runbook.rollback.priority,
    )
    return frozenset({step.id for step in steps} | {check.id for check in checks if _for_people(check)})


def _for_people(check: Check) -> bool:
    return check.holds.kind == "answer"


def _valid(name: str, form: str, value: str, case: Case) -> str | None:
    """Return a field's value in its one spelling; None when it is not of the field's form."""
    if not value:
        return value
    if name == "metric":
        return value if known_metric(case, value) else None
    if name == "anchor":
        return value if value in _known_request_ids(case) else None
    if form == "sent" or name == "workaround":
        return "yes" if value.casefold() in _YES else "no" if value.casefold() in _NO else None
    if form == "date" or name == AFTER_CLOSING:
        return value if gates.parse_due(value) else None
    return value


def _known_request_ids(case: Case) -> set[str]:
    suggested = case.facts.suggested
    ids = {found.request_id for found in case.facts.found} | {evidence.request_id for evidence in case.state.evidence}
    return ids | ({*suggested.samples, suggested.anchor or ""} if suggested else set())


def _unmet(conditions: Sequence[Condition]) -> Refusal:
    unmet = (condition for condition in conditions if condition.met is not True)
    return Refusal(tuple(Reason(Code.CONDITION, condition.id, condition=condition) for condition in unmet))


def _same(name: str) -> str:
    return name.strip().removeprefix("@").casefold()
