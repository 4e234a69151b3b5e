"""What a runbook says about people: triage, playbooks, secrets, push, rollback, commands, closure, drills.

Everything is an id, a number or a reference; the sentences are in the text files. Sections are those of the week-3
runbook; the numbers that it leaves open are those of the team's own documents.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tui.runbook.model import Duration, LogRules, Model
from tui.runbook.predicates import Check, CommandKind, Predicate
from tui.runbook.probes import Probe

IncidentTime = Literal["started", "detected", "acknowledged", "mitigated", "resolved", "closed"]


class Scope(Model):
    """What the runbook covers and what always holds (§1); the objective (§0) is text only."""

    guardrails: tuple[str, ...]


class Item(Model):
    """One line under a step."""

    id: str
    value: str | None = None
    """The field value or name that the line is about, as the logs or the environment write it."""


class Step(Model):
    """One step of a checklist, under the text id `step.<id>`; ids are unique over all checklists."""

    id: str
    items: tuple[Item, ...] = ()
    probes: tuple[Probe, ...] = ()
    """Live facts shown beside it."""
    when: Predicate | None = None
    """The step opens when this holds; without it, always."""
    escalate_to: str | None = None
    """The contact to call when the step applies; who that is stands in the settings."""


class OutputField(Model):
    """What triage must leave known; `id` is the incident's own field."""

    id: Literal["severity", "metric", "anchor", "owner"]


class Triage(Model):
    """The first minutes (§3): ordered steps and the least that they must give."""

    within: Duration
    steps: tuple[Step, ...]
    output: tuple[OutputField, ...]


class Playbook(Model):
    """A checklist for one kind of trouble (§4-§6) and what is expected once it worked."""

    id: str
    section: str
    """Its number in the document."""
    serves: tuple[str, ...] = ()
    """The metrics whose incidents it is proposed for."""
    steps_heading: str = "checklist"
    steps: tuple[Step, ...] = Field(min_length=1)
    expected_heading: str = "expected"
    expected: tuple[Check, ...] = ()


class Contact(Model):
    """Somebody to escalate to, by role."""

    id: str
    duty: Literal["on_call", "backup"] | None = None
    """Whoever has this duty now, as the team's journal says; while nobody has it, or without one, the settings say."""


class EnvName(Model):
    """A required name of the environment, and older names that do as well."""

    name: str
    legacy: tuple[str, ...] = ()


class EnvGroup(Model):
    """Names that are required together: in these modes, and with these push modes (empty: with any)."""

    id: str
    names: tuple[EnvName, ...] = Field(min_length=1)
    modes: tuple[str, ...] = Field(min_length=1)
    push: tuple[str, ...] = ()


class EnvMode(Model):
    """A mode the backend can run in."""

    id: str


class Environment(Model):
    """Which names the backend refuses to start without."""

    modes: tuple[EnvMode, ...] = Field(min_length=1)
    required: tuple[EnvGroup, ...]

    def names(self, mode: str, push: str) -> tuple[EnvName, ...]:
        """Every name required in that environment mode with that push mode, in the runbook's order."""
        groups = (group for group in self.required if mode in group.modes and (not group.push or push in group.push))
        return tuple(name for group in groups for name in group.names)


class SecretClass(Model):
    """Secrets that are rotated together, and how often."""

    id: str
    names: tuple[str, ...] = Field(min_length=1)
    rotate_every: Duration


class RecordField(Model):
    """One field of a record that the team keeps."""

    id: str
    form: Literal["text", "name", "person", "time", "request_id", "result", "choice"]
    choices: tuple[str, ...] = ()


class Secrets(Model):
    """Rotation of secrets (§5)."""

    policy: str
    """The team's own document, as a path in its repository."""
    playbook: str
    classes: tuple[SecretClass, ...]
    before: tuple[Check, ...]
    """What must hold before a planned rotation."""
    record: tuple[RecordField, ...]
    """What the rotation record holds: names, times, results; never a secret's value."""


class PushMode(Model):
    """One state of the push flag; `value` None stands for a flag that is not defined."""

    id: str
    value: str | None = None
    enabled: bool
    effects: tuple[str, ...]


class Push(Model):
    """The push feature flag (§6)."""

    variable: str
    modes: tuple[PushMode, ...] = Field(min_length=1)
    playbook: str
    before_enabling: tuple[Check, ...]

    def mode(self, value: str | None) -> PushMode:
        """Return the mode of a flag's value, None where it is not defined; KeyError for a value without a mode."""
        for mode in self.modes:
            if mode.value == value:
                return mode
        raise KeyError(value)


class GoCriterion(Model):
    """One part of GO: it is met when all these rollback conditions hold."""

    id: str
    requires: tuple[str, ...] = Field(min_length=1)


class NoGoCriterion(Model):
    """One reason for NO_GO: a condition is false, or one is unknown."""

    id: str
    when: Literal["any_false", "any_unknown"]


class Rollback(Model):
    """What to roll back first, when it counts as successful, and the formal decision (§7)."""

    priority: tuple[Step, ...]
    conditions: tuple[Check, ...]
    go: tuple[GoCriterion, ...]
    no_go: tuple[NoGoCriterion, ...]


class Command(Model):
    """A command to copy, or to run once asked (§8). Only the runbook's commands can be run."""

    id: str
    kind: CommandKind
    text: str
    """The exact text. Hosts and secrets are named as `$VARIABLE`, never written."""
    host: str | None = None
    """The variable that names the host; the settings fill it."""
    secrets: tuple[str, ...] = ()
    """Variables with secrets that the shell must have; guardia neither reads nor shows them."""


class ClosureField(Model):
    """One field of the closing form. `cause`: must name file:line or a setting. `sent`: an update sent, or yes."""

    id: str
    form: Literal["text", "cause", "preventive", "person", "date", "sent"]


class ClosureItem(Model):
    """One line of the closing checklist (§10) and what it takes."""

    id: str
    times: tuple[IncidentTime, ...] = ()
    fields: tuple[str, ...] = ()
    evidence: int = Field(default=0, ge=0)
    """How many pieces of evidence must have matched."""
    decision: bool = False


class PostmortemSection(Model):
    """One section of the least a postmortem says, and the closing fields that fill it."""

    id: str
    fields: tuple[str, ...] = Field(min_length=1)


class Closure(Model):
    """When an incident is resolved, and when it may be closed (§10, contracts §4)."""

    resolved: Check
    due_working_days: int = Field(ge=1)
    preventive_kinds: tuple[str, ...]
    fields: tuple[ClosureField, ...]
    checklist: tuple[ClosureItem, ...]
    also: tuple[ClosureItem, ...] = ()
    """What the gate asks beyond the document's checklist."""
    postmortem: tuple[PostmortemSection, ...]


class Nudge(Model):
    """A reminder in the strip while something is missing."""

    id: str
    missing: Literal["owner", "severity"]
    after: Duration


class Nudging(Model):
    """How reminders behave: at most one new per `spacing`, put off by `snooze`, none but ACK before `quiet_first`."""

    spacing: Duration
    snooze: Duration
    quiet_first: Duration
    unacknowledged: str | None = None
    """The contact to call once the time to acknowledge is over and nobody has."""
    reminders: tuple[Nudge, ...]


class Scenario(Model):
    """One fire-drill scenario."""

    id: str
    metric: str
    playbook: str


class Drills(Model):
    """The fire drill that the team repeats, and the record of each scenario."""

    every: Duration
    first_response: Duration
    scenarios: tuple[Scenario, ...]
    record: tuple[RecordField, ...]


class Procedures(LogRules):
    """A whole runbook file by shape alone; `Runbook` is the same with every reference checked."""

    version: int = Field(alias="schema", ge=1, le=1)
    id: str
    scope: Scope
    triage: Triage
    playbooks: tuple[Playbook, ...]
    contacts: tuple[Contact, ...]
    environment: Environment
    secrets: Secrets
    push: Push
    rollback: Rollback
    commands: tuple[Command, ...]
    closure: Closure
    nudging: Nudging
    drills: Drills
