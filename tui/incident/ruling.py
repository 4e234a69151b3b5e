"""How a command is judged: the case before the rule, the entries it allows, or the reasons for refusing it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import singledispatch
from typing import TYPE_CHECKING

from tui.incident.entries import Known, Snapshot
from tui.incident.record import Entry

if TYPE_CHECKING:
    from datetime import datetime

    from tui.incident.actions import Command
    from tui.incident.facts import Condition, Facts
    from tui.incident.state import IncidentState
    from tui.incident.times import Times


class Code(Enum):
    """Why a command was refused; the sentences are in the catalogues."""

    READ_ONLY = "read_only"
    NO_ACTOR = "no_actor"
    NO_INCIDENT = "no_incident"
    ALREADY_DECLARED = "already_declared"
    ALREADY_TOLD = "already_told"
    WRONG_STATUS = "wrong_status"
    IN_FUTURE = "in_future"
    BEFORE_STARTED = "before_started"
    OUT_OF_ORDER = "out_of_order"
    UNKNOWN_SEVERITY = "unknown_severity"
    UNKNOWN_METRIC = "unknown_metric"
    UNKNOWN_STEP = "unknown_step"
    UNKNOWN_FIELD = "unknown_field"
    UNKNOWN_COMMAND = "unknown_command"
    UNKNOWN_INCIDENT = "unknown_incident"
    UNKNOWN_REQUEST_ID = "unknown_request_id"
    NEEDS_REASON = "needs_reason"
    NEEDS_TEXT = "needs_text"
    TOO_LONG = "too_long"
    BAD_VALUE = "bad_value"
    NOT_OFFERED = "not_offered"
    NOT_NORMAL_YET = "not_normal_yet"
    CONDITION = "condition"
    NOTHING_TO_UNDO = "nothing_to_undo"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for refusing, with what it is about: an id, a field or a status; a time that stands in the way."""

    code: Code
    subject: str = ""
    at: datetime | None = None
    condition: Condition | None = None
    """The condition that does not hold, with its numbers."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nothing was recorded, and why."""

    reasons: tuple[Reason, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """What would have to be filled in, each once."""
        names: list[str] = []
        for reason in self.reasons:
            if reason.condition:
                names += reason.condition.missing or (reason.condition.id,)
        return tuple(dict.fromkeys(names))


Ruling = tuple[Entry, ...] | Refusal
"""The entries to append (none: it is so already), or why not."""


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a rule may look at."""

    state: IncidentState
    times: Times
    facts: Facts
    now: datetime
    at: datetime
    """When it happened."""
    actor: str

    def entries(self, *payloads: Known) -> tuple[Entry, ...]:
        """Return payloads as entries of this actor at this time."""
        return tuple(Entry(payload, self.at, self.actor) for payload in payloads)

    def snapshot(self, of: str) -> tuple[Entry, ...]:
        """Return the numbers of the moment as an entry; none when no source was given."""
        return self.entries(Snapshot(of=of, numbers=self.facts.numbers)) if self.facts.numbers else ()


def refuse(code: Code, subject: str = "", at: datetime | None = None) -> Refusal:
    """Refuse for one reason."""
    return Refusal((Reason(code, subject, at),))


@singledispatch
def rule(command: Command, case: Case) -> Ruling:
    """Judge a cleaned command whose general conditions hold."""
    raise NotImplementedError(f"no rule for {type(command).__name__} in a case of {case.actor}")
