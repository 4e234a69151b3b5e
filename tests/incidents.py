"""One incident played by hand, for the tests of what people decide."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tui.incident import actions as a
from tui.incident import ruling
from tui.incident.commands import Code, Refusal, decide
from tui.incident.facts import Condition, Episode, Facts, Found, LogRecord, SourceIdentity
from tui.incident.fold import fold
from tui.incident.record import Entry, Recorded, Stamp
from tui.incident.times import Times, clocks, times
from tui.runbook.load import EMBEDDED
from tui.runbook.procedures import Procedures

if TYPE_CHECKING:
    from tui.incident.slo import ClockKind
    from tui.incident.state import IncidentState

RUNBOOK = Procedures.model_validate(tomllib.loads(EMBEDDED.read_text()))
WORST, LESSER = (severity.id for severity in RUNBOOK.severities)
RULE = RUNBOOK.rules[0]
METRIC = RULE.panel
OTHER_METRIC = next(metric.id for metric in RUNBOOK.metrics if metric.id != METRIC)
STEP = RUNBOOK.triage.steps[0].id
NORMAL = RUNBOOK.closure.resolved.id
SMOKE = [command.id for command in RUNBOOK.commands if command.kind == "prod-smoke"]
LOG_CONDITIONS = [check.id for check in RUNBOOK.rollback.conditions if check.holds.kind != "commands_passed"]
ZERO = datetime(2026, 11, 19, 22, 0, tzinfo=UTC)
ID = "INC-20261119-abcd"
FACTS = Facts(RUNBOOK)


def at(minutes: float) -> datetime:
    return ZERO + timedelta(minutes=minutes)


def mins(minutes: float) -> timedelta:
    return timedelta(minutes=minutes)


def reading(check_id: str, *, met: bool | None) -> Condition:
    return Condition(check_id, met, value=1, limit=0)


QUIET = replace(FACTS, readings=(reading(NORMAL, met=True), *(reading(name, met=True) for name in LOG_CONDITIONS)))
RECORD = LogRecord(SourceIdentity("api-1"), 100, 50, 0, "f" * 64, ZERO, METRIC)
FOUND = replace(QUIET, found=(Found("req_abc123", RECORD),))
EPISODE = Episode(RULE.id, METRIC, WORST, at(2), at(4), None, 12.0, at(0.5))


@dataclass
class Play:
    """One incident played by hand: each command is decided on what the journal says so far."""

    facts: Facts = QUIET
    records: list[Recorded] = field(default_factory=list)
    stamp: Stamp = field(default_factory=lambda: Stamp(0))

    @property
    def state(self) -> IncidentState:
        return fold(ID, self.records)

    @property
    def times(self) -> Times:
        return times(self.state)

    def ask(self, command: a.Command, now: float, by: str = "@ana", facts: Facts | None = None) -> ruling.Ruling:
        outcome = decide(self.state, command, facts or self.facts, at(now), by)
        if not isinstance(outcome, Refusal):
            for entry in outcome:
                self.stamp = self.stamp.next(at(now))
                self.records.append(Recorded(entry, at(now), self.stamp, "w", len(self.records) + 1))
        return outcome

    def do(self, command: a.Command, now: float, by: str = "@ana", facts: Facts | None = None) -> tuple[Entry, ...]:
        outcome = self.ask(command, now, by, facts)
        assert not isinstance(outcome, Refusal), outcome
        return outcome

    def refused(self, command: a.Command, now: float, by: str = "@ana", facts: Facts | None = None) -> list[Code]:
        before = len(self.records)
        outcome = self.ask(command, now, by, facts)
        assert isinstance(outcome, Refusal), outcome
        assert len(self.records) == before
        return [reason.code for reason in outcome.reasons]

    def seconds(self, kind: ClockKind) -> tuple[float, bool | None]:
        """Return a clock's limit in minutes, and whether it was met."""
        found = next(clock for clock in clocks(self.state, RUNBOOK.severities) if clock.kind is kind)
        return found.limit / mins(1), found.met


def declared(now: float = 10, facts: Facts = QUIET, **kwargs: object) -> Play:
    play = Play(facts)
    play.do(replace(a.Declare(severity=WORST, metric=METRIC), **kwargs), now)  # type: ignore[arg-type]
    return play


def mitigated() -> Play:
    play = declared()
    play.do(a.Acknowledge(), 12)
    play.do(a.Mitigate(why="rolled back"), 30)
    return play


def fill(play: Play, now: float) -> None:
    values = {
        "impact": "1 of 3 logins failed",
        "root_cause": "server/src/routes/auth.js:118 read a renamed column",
        "lesson": "rename and code ship apart",
        "preventive": "a contract test",
        "action": "expand-contract rule in CI",
        "action_owner": "@dev",
        "action_due": "2026-12-01",
    }
    for name, value in values.items():
        play.do(a.SetField(name=name, value=value), now)
