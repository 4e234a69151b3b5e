"""Probes: the live facts shown beside a step, as data. The board and the incident answer them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tui.runbook.model import Duration, Figure, Model, Stream
from tui.runbook.predicates import FIVE_MINUTES, DeployKind


class Counts(Model):
    """How many events of the stream have each value of one field, or each pair of values of two."""

    kind: Literal["counts"]
    stream: Stream
    by: tuple[str, ...] = Field(min_length=1, max_length=2)
    window: Duration = FIVE_MINUTES


class Figures(Model):
    """Measures over the stream, each under its figure's name."""

    kind: Literal["figures"]
    stream: Stream
    figures: tuple[Figure, ...] = Field(min_length=1)
    window: Duration = FIVE_MINUTES


class Excess(Model):
    """How many events have a number field above a bound, and the largest value seen."""

    kind: Literal["excess"]
    stream: Stream
    field: str
    above: float
    window: Duration = FIVE_MINUTES


class MarkersSeen(Model):
    """When each marker was last seen, and how often: since the newest of the `since` markers, else over the window."""

    kind: Literal["markers_seen"]
    markers: tuple[str, ...] = Field(min_length=1)
    since: tuple[str, ...] = ()
    window: Duration = FIVE_MINUTES


class ClockSkew(Model):
    """How far the log's clock and the wall clock are apart."""

    kind: Literal["clock_skew"]


class DeployMarks(Model):
    """The newest deploy marks of these kinds, how long before the incident's start they are, and what they changed."""

    kind: Literal["deploy_marks"]
    of: tuple[DeployKind, ...] = Field(min_length=1)
    within: Duration
    metric: str | None = None
    """Whose lane is measured before and after each of them."""


class RequiredNames(Model):
    """Which names of these groups the last check of the environment found present, empty or missing; never a value."""

    kind: Literal["required_names"]
    names: tuple[str, ...] = Field(min_length=1)


class CommandResults(Model):
    """The last exit code of each command, and when it ran."""

    kind: Literal["command_results"]
    commands: tuple[str, ...] = Field(min_length=1)


class GateState(Model):
    """A gate, with how many of its conditions hold."""

    kind: Literal["gate"]
    gate: Literal["triage", "rollback", "closure"]


class Panels(Model):
    """The badge and value of each metric's panel."""

    kind: Literal["panels"]
    metrics: tuple[str, ...] = Field(min_length=1)


class Suggested(Model):
    """What the rules suggest now, with the numbers behind it."""

    kind: Literal["suggested"]
    what: Literal["severity", "metric", "anchor"]


class Recorded(Model):
    """What people recorded in the incident, by whom and when."""

    kind: Literal["recorded"]
    what: Literal["severity", "metric", "anchor", "owner", "channel", "started", "freeze", "push"]


Probe = Annotated[
    Counts
    | Figures
    | Excess
    | MarkersSeen
    | ClockSkew
    | DeployMarks
    | RequiredNames
    | CommandResults
    | GateState
    | Panels
    | Suggested
    | Recorded,
    Field(discriminator="kind"),
]
