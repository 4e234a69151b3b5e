"""What a drill hides from those who play it: which scenario it is, and what is true of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tui.drill.chance import Dice
from tui.drill.generate import Plan, generate
from tui.drill.live import HISTORY
from tui.drill.model import scenarios
from tui.drill.truth import Truth
from tui.metrics.minutes import floor_minute

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tui.runbook.model import LogRules, Rule
    from tui.runbook.procedures import Procedures

_MINUTE = timedelta(minutes=1)
_LONGEST_LEAD = 5
"""Minutes until the alert, at most: long enough to be surprised, too short to wander off."""


@dataclass(frozen=True, slots=True)
class HiddenAlert:
    """One episode of a rule that fired; `until` is when its last breaching window ended, None while it goes on."""

    rule: str
    metric: str
    severity: str
    pending_at: datetime
    fired_at: datetime
    resolved_at: datetime | None
    window: timedelta

    @property
    def suffering_until(self) -> datetime | None:
        """About when the last event of it happened: windows go on being over their limit for their length."""
        return None if self.resolved_at is None else self.resolved_at - self.window

    @property
    def began(self) -> datetime:
        """The earliest moment that its first window looked at."""
        return self.pending_at - self.window


@dataclass(frozen=True, slots=True)
class Hidden:
    """The truth that a journal is judged by. alerts: oldest first, at least one; worked out apart from the engine."""

    scenario: str
    alerts: tuple[HiddenAlert, ...]

    @property
    def fired_at(self) -> datetime:
        """When the first alert fired: from here on somebody could know."""
        return min(alert.fired_at for alert in self.alerts)

    def by(self, at: datetime | None) -> tuple[HiddenAlert, ...]:
        """The alerts that had fired by then, at least the first; None stands for the end."""
        known = tuple(alert for alert in self.alerts if at is None or alert.fired_at <= at)
        return known or tuple(alert for alert in self.alerts if alert.fired_at == self.fired_at)

    def firing_at(self, at: datetime) -> bool:
        """Whether anything fired then."""
        return any(
            alert.fired_at <= at and (alert.resolved_at is None or at < alert.resolved_at) for alert in self.alerts
        )

    def suffering_at(self, at: datetime) -> bool:
        """Whether users still suffered then from anything that had fired."""
        return any(alert.suffering_until is None or at < alert.suffering_until for alert in self.by(at))


def drawn(runbook: Procedures, seed: int) -> str:
    """The runbook's scenario that a seed draws."""
    known = [scenario.id for scenario in runbook.drills.scenarios]
    return known[Dice(f"{seed}/scenario").whole(0, len(known) - 1)]


def hidden_plan(runbook: Procedures, seed: int, now: datetime, scenario: str | None = None) -> Plan:
    """An hour of history and, some minutes after `now`, an alert: the one of a seed, unless a scenario is named.

    KeyError for a scenario that does not exist.
    """
    chosen = scenario or drawn(runbook, seed)
    lead = Dice(f"{seed}/lead").whole(1, _LONGEST_LEAD) * _MINUTE
    return Plan(
        scenario=chosen,
        seed=seed,
        start=floor_minute(now) - HISTORY,
        minutes=None,
        onset=HISTORY + lead - scenarios()[chosen].fires_after,
    )


def hidden_of(plan: Plan, rules: LogRules, until: datetime) -> Hidden | None:
    """What had fired by `until` of a drill's log, and how it went on; None when nothing had."""
    beyond = until + max(rule.window for rule in rules.rules) + _MINUTE
    minutes = max(1, -((plan.start - beyond) // _MINUTE))
    truth = Truth(rules)
    for line in generate(replace(plan, minutes=minutes if plan.minutes is None else min(minutes, plan.minutes))):
        truth.add(line)
    known = [one for one in truth.answers()["alerts"] if one["fired_at"] and _moment(one["fired_at"]) <= until]
    return hidden_from(plan.scenario, known, rules)


def hidden_from(scenario: str, alerts: Iterable[Mapping[str, Any]], rules: LogRules) -> Hidden | None:
    """The truth from alerts as `drill --answers` writes them; None when none of them fired.

    Of a rule only its times are taken over: panel and severity are the runbook's. KeyError, TypeError or ValueError for
    what is no such list.
    """
    fired = tuple(_alert(one, rules.rule(one["rule"])) for one in alerts if one["fired_at"])
    return Hidden(scenario, tuple(sorted(fired, key=lambda alert: alert.fired_at))) if fired else None


def _alert(one: Mapping[str, Any], rule: Rule) -> HiddenAlert:
    return HiddenAlert(
        rule=rule.id,
        metric=rule.panel,
        severity=rule.severity,
        pending_at=_moment(one["pending_at"]),
        fired_at=_moment(one["fired_at"]),
        resolved_at=_moment(one["resolved_at"]) if one["resolved_at"] else None,
        window=rule.window,
    )


def _moment(text: str) -> datetime:
    """A time with its zone; ValueError for one without."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment
