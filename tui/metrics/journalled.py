"""What probes and predicates need to know that no log can tell. Whoever holds the journal fills it in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

Presence = Literal["present", "empty", "missing"]


@dataclass(frozen=True, slots=True)
class Noted:
    """What somebody recorded, when and who. A flag is `on` or `off`, a time is written in ISO 8601."""

    value: str
    at: datetime | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """The last run of a command; `exit_code` None when it was cancelled."""

    at: datetime
    exit_code: int | None


@dataclass(frozen=True, slots=True)
class DeployMark:
    """A deploy or rollback that somebody marked. kind: one of the runbook's deploy kinds."""

    at: datetime
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class EnvironmentCheck:
    """What the last check of an environment file found: name → presence, never a value."""

    at: datetime
    states: Mapping[str, Presence]


@dataclass(frozen=True, slots=True)
class GateCount:
    """A gate as it stands: how many of its conditions hold."""

    met: int
    of: int

    @property
    def passed(self) -> bool:
        """Whether every condition is known to hold."""
        return self.met == self.of


@dataclass(frozen=True, slots=True)
class Journalled:
    """Everything known at the board's instant. The default knows nothing at all."""

    metric: str | None = None
    """The incident's metric, once people settled on one."""
    started: datetime | None = None
    """When the incident began (contracts §2)."""
    changed_at: datetime | None = None
    """The latest mitigation or rollback; a command that ran before it says nothing about now."""
    recorded: Mapping[str, Noted] = field(default_factory=dict)
    """By the `what` of a `recorded` probe."""
    runs: Mapping[str, Run] = field(default_factory=dict)
    """The last run of each command."""
    deploys: tuple[DeployMark, ...] = ()
    environment: EnvironmentCheck | None = None
    gates: Mapping[str, GateCount] = field(default_factory=dict)
    open_incidents: Mapping[str, str | None] | None = None
    """Id → severity; None when nobody looked."""
    said: Mapping[str, str] = field(default_factory=dict)
    """Step or check id → who said that it holds."""
