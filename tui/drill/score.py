"""How a drill was played: its journal against the truth that was hidden from those who played it. Pure.

Every limit is the runbook's. What was not done is not met; nothing is guessed in anybody's favour. All judgements weigh
the same, so that the total can be worked out by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from tui.incident import gates
from tui.incident.fold import fold, merge
from tui.incident.times import times
from tui.runbook.predicates import IncidentOn
from tui.runbook.probes import Recorded as RecordedProbe
from tui.session.journalled import journalled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from tui.drill.hidden import Hidden, HiddenAlert
    from tui.incident.record import Recorded
    from tui.incident.state import Evidence, IncidentState
    from tui.runbook.model import Severity
    from tui.runbook.procedures import Procedures, Step


@dataclass(frozen=True, slots=True)
class Judgement:
    """One thing that a drill is judged by."""

    id: str
    credit: float
    """0 to 1; a list of steps that was half worked through gives half."""
    took: timedelta | None = None
    """How long it took, where time is what counts; None: it was never done."""
    limit: timedelta | None = None
    said: str = ""
    """What the journal says, as an id, a name or a number."""
    true: str = ""
    """What it should have said."""
    lacking: tuple[str, ...] = ()
    """Ids of what is missing."""

    @property
    def met(self) -> bool:
        """Whether nothing is left to wish for."""
        return self.credit >= 1


@dataclass(frozen=True, slots=True)
class Score:
    """Every judgement of one drill."""

    incident: str | None
    """None: nobody declared anything."""
    scenario: str
    fired_at: datetime
    judgements: tuple[Judgement, ...]

    @property
    def percent(self) -> int:
        """Credit over all judgements, 0 to 100."""
        return round(100 * sum(one.credit for one in self.judgements) / len(self.judgements))

    @property
    def passed(self) -> int:
        """How many judgements were met in full."""
        return sum(one.met for one in self.judgements)

    def of(self, judgement: str) -> Judgement:
        """The judgement of that id; KeyError when there is none."""
        for one in self.judgements:
            if one.id == judgement:
                return one
        raise KeyError(judgement)


def score(incident: str, records: Iterable[Recorded], runbook: Procedures, hidden: Hidden) -> Score:
    """Judge the journal of one incident; without any entry nothing was done."""
    journal = merge(records)
    play = _Play(runbook, hidden, fold(incident, journal), tuple(journal), incident)
    judgements = (
        play.first_response(),
        play.detection(),
        play.ack(),
        play.mitigation(),
        play.severity(),
        play.metric(),
        play.triage(),
        play.steps(),
        play.updates(),
        play.decision(),
        play.evidence(),
    )
    return Score(incident if play.state.exists else None, hidden.scenario, hidden.fired_at, judgements)


@dataclass(frozen=True, slots=True)
class _Play:
    """A journal beside the truth."""

    runbook: Procedures
    hidden: Hidden
    state: IncidentState
    records: tuple[Recorded, ...]
    incident: str

    def first_response(self) -> Judgement:
        """The first thing that anybody did, within what the runbook's drills allow."""
        first = min((each.entry.effective for each in self.records), default=None)
        return _timed("first-response", self._since_fired(first), self.runbook.drills.first_response)

    def detection(self) -> Judgement:
        """Declared within the time that triage may take: a board that nobody acts on has detected nothing."""
        declared = self.state.declared.at if self.state.declared else None
        acknowledged = min((mark.at for mark in self.state.acknowledgements), default=None)
        seen = min((at for at in (declared, acknowledged) if at), default=None)
        return _timed("detection", self._since_fired(seen), self.runbook.triage.within)

    def ack(self) -> Judgement:
        """Taken within the limit of the severity that it truly had."""
        return _timed("ack", self._since_fired(times(self.state).acknowledged), self._severity.ack)

    def mitigation(self) -> Judgement:
        """Mitigated within the limit of the true severity, and truly so: no one suffered any more."""
        done = times(self.state).mitigated
        judged = _timed("mitigation", self._since_fired(done), self._severity.mitigate)
        if done is not None and self.hidden.suffering_at(done):
            return Judgement("mitigation", 0.0, judged.took, judged.limit, lacking=("still-burning",))
        return judged

    def severity(self) -> Judgement:
        """The gravest severity until it was mitigated is the gravest that fired until then."""
        until = times(self.state).mitigated
        given = {one.severity for one in self.state.severity_changes if not until or one.at <= until}
        said = next((severity.id for severity in self.runbook.severities if severity.id in given), "")
        return _said("severity", said, self._severity.id)

    def metric(self) -> Judgement:
        """The dominant metric is the one where the gravest rule fired, the first of them."""
        worst = [alert for alert in self._alerts() if alert.severity == self._severity.id]
        return _said("metric", self.state.metric or "", worst[0].metric)

    def triage(self) -> Judgement:
        """Everything that triage must leave known was known in time, counted from the first response."""
        begun = min((each.entry.effective for each in self.records), default=None)
        complete = self._triage_complete()
        took = complete - begun if complete and begun else None
        lacking = gates.missing(gates.triage(self.state, self.runbook)) if complete is None else ()
        judged = _timed("triage", took, self.runbook.triage.within)
        return Judgement("triage", judged.credit, judged.took, judged.limit, lacking=lacking)

    def steps(self) -> Judgement:
        """The steps of triage and of the true metric's playbook; those that open only in some cases are left out."""
        asked = list(self._asked_steps(self.metric().true))
        skipped = tuple(step.id for step in asked if not self._done(step))
        done = len(asked) - len(skipped)
        return Judgement("steps", done / len(asked) if asked else 1.0, said=f"{done}/{len(asked)}", lacking=skipped)

    def updates(self) -> Judgement:
        """Nobody outside waited longer than the severity in force allows, until it was over."""
        if not self.state.declared:
            return Judgement("updates", 0.0, lacking=("declared",))
        end = self._over()
        begin = self.state.declared.at
        told = sorted(update.at for update in self.state.updates if begin <= update.at <= end)
        late = sum(self._late(before, after) for before, after in pairwise([begin, *told, end]))
        return Judgement("updates", 0.0 if late else 1.0, said=str(len(told)), lacking=("late",) * late)

    def decision(self) -> Judgement:
        """GO while every condition held and nothing fired; NO_GO while one did not, or something did."""
        made = self.state.decision
        if made is None:
            return Judgement("decision", 0.0, lacking=("decision",))
        held = bool(made.decision.conditions) and all(one.met is True for one in made.decision.conditions)
        safe = held and not self.hidden.firing_at(made.at)
        return _said("decision", made.decision.decision, "GO" if safe else "NO_GO")

    def evidence(self) -> Judgement:
        """At least one record that matched belongs to what really happened."""
        good = sum(self._belongs(one) for one in self.state.evidence)
        return Judgement("evidence", 1.0 if good else 0.0, said=f"{good}/{len(self.state.evidence)}")

    @property
    def _severity(self) -> Severity:
        """The gravest severity that truly fired until it was mitigated."""
        return self.runbook.severities[min(self.runbook.rank(alert.severity) for alert in self._alerts())]

    def _alerts(self) -> tuple[HiddenAlert, ...]:
        return self.hidden.by(times(self.state).mitigated)

    def _since_fired(self, at: datetime | None) -> timedelta | None:
        """Time from the first alert; who was there before it took none."""
        return None if at is None else max(timedelta(), at - self.hidden.fired_at)

    def _triage_complete(self) -> datetime | None:
        """When the last of what triage must give became known, as the journal was written."""
        for count in range(1, len(self.records) + 1):
            if gates.passed(gates.triage(fold(self.incident, self.records[:count]), self.runbook)):
                return max(each.entry.effective for each in self.records[:count])
        return None

    def _over(self) -> datetime:
        """When it was over; what nobody ended lasted as long as it fired, or as they wrote."""
        known = times(self.state)
        lasted = (alert.resolved_at or alert.fired_at for alert in self.hidden.alerts)
        written = (each.entry.effective for each in self.records)
        return known.resolved or known.closed or max((*lasted, *written))

    def _asked_steps(self, metric: str) -> Iterator[Step]:
        playbooks = [playbook for playbook in self.runbook.playbooks if metric in playbook.serves]
        for step in (*self.runbook.triage.steps, *(step for playbook in playbooks for step in playbook.steps)):
            if step.when is None or (isinstance(step.when, IncidentOn) and metric in step.when.metrics):
                yield step

    def _done(self, step: Step) -> bool:
        """Ticked, or all that it asks to be written down is."""
        asked = [probe.what for probe in step.probes if isinstance(probe, RecordedProbe)]
        noted = journalled(self.state).recorded
        return self.state.ticked(step.id) or (
            bool(asked) and all(what in noted and noted[what].value != "off" for what in asked)
        )

    def _late(self, before: datetime, after: datetime) -> bool:
        severity = self.state.severity_at(before) or self.state.severity
        limits = {one.id: one.update_every for one in self.runbook.severities}
        limit = limits.get(severity or "")
        return limit is not None and after - before > limit

    def _belongs(self, one: Evidence) -> bool:
        record = one.pin.record
        if not one.matched or record is None or record.at is None:
            return False
        at = record.at
        streams = {alert.rule: self.runbook.rule(alert.rule).stream.metric for alert in self.hidden.alerts}
        return any(
            record.metric in {alert.metric, streams[alert.rule]}
            and alert.began <= at
            and (alert.resolved_at is None or at <= alert.resolved_at)
            for alert in self.hidden.alerts
        )


def _timed(judgement: str, took: timedelta | None, limit: timedelta) -> Judgement:
    return Judgement(judgement, 1.0 if took is not None and took <= limit else 0.0, took, limit)


def _said(judgement: str, said: str, true: str) -> Judgement:
    return Judgement(judgement, 1.0 if said == true else 0.0, said=said, true=true)
