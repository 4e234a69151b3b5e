"""Predicates as data: when a step applies, when an outcome is reached, when a gate's condition holds.

A predicate is answered `true`, `false` or `unknown`; without data it is unknown, and unknown is never good enough
(contracts §4). The engine answers those about logs; those about an incident's journal are answered beside it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from tui.runbook.model import Duration, Measure, Model, Stream

CommandKind = Literal["repo-test", "prod-smoke"]
DeployKind = Literal["backend", "frontend"]
FIVE_MINUTES = timedelta(minutes=5)


class _Held(Model):
    hold: Duration = Field(alias="for")
    """How long it must have been true, in live time: quiet while the source is silent does not count."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class WithinLimit(Model):
    """The rule's measure, now, is not over its threshold."""

    kind: Literal["within_limit"]
    rule: str


class NearBaseline(Model):
    """The measure, now, is at most `factor` times its baseline."""

    kind: Literal["near_baseline"]
    stream: Stream
    measure: Measure
    window: Duration = FIVE_MINUTES
    factor: float = Field(default=2.0, gt=0)


class Quiet(_Held):
    """The stream has had no event for that long."""

    kind: Literal["quiet"]
    stream: Stream


class Falling(_Held):
    """Over that long no window is above the one before it, and the last is below the first, or at zero.

    The windows tile `for` backwards from now, with one more before them to fall from.
    """

    kind: Literal["falling"]
    stream: Stream
    measure: Measure
    window: Duration = FIVE_MINUTES


class NotGrowing(Model):
    """The measure of the last window is at most that of the window before it."""

    kind: Literal["not_growing"]
    stream: Stream
    measure: Measure
    window: Duration = FIVE_MINUTES


class Seen(Model):
    """The stream has had at least `minimum` events within the window."""

    kind: Literal["seen"]
    stream: Stream
    minimum: int = Field(default=1, ge=1)
    window: Duration = FIVE_MINUTES


class Dominates(Model):
    """The value is the most frequent one of the field within the window (a tie counts)."""

    kind: Literal["dominates"]
    stream: Stream
    field: str
    value: str
    window: Duration = FIVE_MINUTES


class Lasts(_Held):
    """The rule's open episode began at least that long ago."""

    kind: Literal["lasts"]
    rule: str


class AfterDeploy(Model):
    """An open episode of the metric's panel began at most `within` after a deploy mark of one of these kinds."""

    kind: Literal["after_deploy"]
    metric: str
    of: tuple[DeployKind, ...]
    within: Duration


class NoMarker(Model):
    """The marker has not been seen since the newest of the `since` markers."""

    kind: Literal["no_marker"]
    marker: str
    since: tuple[str, ...]


class CommandsPassed(Model):
    """Every command of the kind exited 0 after the latest mitigation or rollback."""

    kind: Literal["commands_passed"]
    of: CommandKind


class CommandPassed(Model):
    """The command exited 0 after the latest mitigation or rollback."""

    kind: Literal["command_passed"]
    command: str


class Calm(_Held):
    """No rule shown on the incident's metric has been pending or firing for that long."""

    kind: Literal["calm"]


class NoOpenIncident(Model):
    """No incident of that severity is open."""

    kind: Literal["no_open_incident"]
    severity: str


class IncidentOn(Model):
    """The incident's metric is one of these."""

    kind: Literal["incident_on"]
    metrics: tuple[str, ...]


class NamesPresent(Model):
    """Every name of the group, or its legacy alternative, was present at the last check of the environment."""

    kind: Literal["names_present"]
    names: str


class Answer(Model):
    """No log can tell: a person says so, by name."""

    kind: Literal["answer"]


Predicate = Annotated[
    WithinLimit
    | NearBaseline
    | Quiet
    | Falling
    | NotGrowing
    | Seen
    | Dominates
    | Lasts
    | AfterDeploy
    | NoMarker
    | CommandsPassed
    | CommandPassed
    | Calm
    | NoOpenIncident
    | IncidentOn
    | NamesPresent
    | Answer,
    Field(discriminator="kind"),
]


class Check(Model):
    """A predicate that people read: an expected outcome, a condition, a precondition. Its sentence is `check.<id>`."""

    id: str
    holds: Predicate
