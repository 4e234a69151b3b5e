"""Rules for an incident's life: from declaring to closing, with its severity and its times."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tui.incident import actions, entries, gates
from tui.incident.record import Entry
from tui.incident.ruling import Case, Code, Reason, Refusal, Ruling, refuse, rule
from tui.incident.state import TRANSITIONS
from tui.privacy import visible

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from tui.incident.facts import Found, SourceIdentity, Suggested

FUTURE_TOLERANCE = timedelta(seconds=60)
"""How far ahead of now a time may lie, for clocks that differ a little."""


@rule.register(actions.Declare)
def _(command: actions.Declare, case: Case) -> Ruling:
    reasons = tuple(_declaration_reasons(command, case))
    if reasons:
        return Refusal(reasons)
    suggested = case.facts.suggested
    metric = command.metric or (suggested.metric if suggested else None)
    declared = entries.Declared(
        severity=command.severity,
        metric=metric,
        title=command.title,
        started=command.started,
        detected=command.detected,
        anchor=_anchor(metric, suggested),
        workaround=command.workaround,
        owner=command.owner or None,
        rule=suggested.rule if suggested and suggested.metric == metric else None,
        drill=case.facts.drill,
        zone=case.facts.zone,
        sources=tuple(_storable(source) for source in case.facts.sources),
        runbook=case.facts.runbook_copy,
    )
    pins = pins_of(case, declared.anchor, automatic=True) if declared.anchor else ()
    early = _early_acknowledgement(case, metric, command.started)
    return (*case.entries(declared, *pins), *early, *case.snapshot(declared.type))


def _storable(source: SourceIdentity) -> SourceIdentity:
    """Return a source whose name no terminal obeys and every encoding can hold: file names may be any bytes."""
    return replace(source, name=visible(source.name), path=visible(source.path))


def _declaration_reasons(command: actions.Declare, case: Case) -> Iterable[Reason]:
    if case.state.exists:
        yield Reason(Code.ALREADY_DECLARED, case.state.id)
    if command.severity is not None and not _known_severity(case, command.severity):
        yield Reason(Code.UNKNOWN_SEVERITY, actions.clean_text(command.severity, one_line=True))
    if command.metric is not None and not known_metric(case, command.metric):
        yield Reason(Code.UNKNOWN_METRIC, actions.clean_text(command.metric, one_line=True))
    for name, moment in (("started", command.started), ("detected", command.detected)):
        if moment and moment > case.at + FUTURE_TOLERANCE:
            yield Reason(Code.OUT_OF_ORDER, name, case.at)
    if command.started and command.detected and command.detected < command.started:
        yield Reason(Code.OUT_OF_ORDER, "detected", command.started)


def _anchor(metric: str | None, suggested: Suggested | None) -> str | None:
    return suggested.anchor if suggested and suggested.metric == metric else None


def _early_acknowledgement(case: Case, metric: str | None, started: datetime | None) -> tuple[Entry, ...]:
    """Return the acknowledgement that somebody gave before anybody declared, in their name and at its time."""
    acks = [ack for ack in case.facts.early_acks if ack.metric == metric and ack.at <= case.at]
    acks = [ack for ack in acks if started is None or ack.at >= started]
    if not acks:
        return ()
    first = min(acks, key=lambda ack: ack.at)
    return (Entry(entries.Acknowledged(), first.at, first.by),)


def pins_of(case: Case, request_id: str, *, automatic: bool = False) -> tuple[entries.EvidencePinned, ...]:
    """Return the pins for every place where the id was found and that is not pinned yet."""
    found = (_pin(one, automatic=automatic) for one in case.facts.found if one.request_id == request_id)
    pins = {pin.key: pin for pin in found}
    pinned = {evidence.key for evidence in case.state.evidence}
    return tuple(pin for key, pin in pins.items() if key not in pinned)


def _pin(found: Found, *, automatic: bool) -> entries.EvidencePinned:
    result: entries.EvidenceResult = "matched_on_arrival" if found.on_arrival else "matched"
    record = found.record and replace(found.record, source=_storable(found.record.source))
    if record is None:
        result = "unlinked"
    return entries.EvidencePinned(request_id=found.request_id, record=record, result=result, automatic=automatic)


@rule.register(actions.Acknowledge)
def _(command: actions.Acknowledge, case: Case) -> Ruling:
    """Acknowledging twice changes nothing, whatever came since."""
    del command
    if case.state.acknowledgements:
        return ()
    return _move(case, entries.Acknowledged())


@rule.register(actions.Mitigate)
def _(command: actions.Mitigate, case: Case) -> Ruling:
    return _move(case, entries.Mitigated(why=command.why), after=case.times.reopened)


@rule.register(actions.Resolve)
def _(command: actions.Resolve, case: Case) -> Ruling:
    normal = gates.answer(case.facts.runbook.closure.resolved, case.state, case.facts)
    moved = _move(case, entries.Resolved(why=command.why), after=_last_step(case))
    if not isinstance(moved, Refusal) and normal.met is not True and not command.why:
        return Refusal((Reason(Code.NOT_NORMAL_YET, "why", condition=normal),))
    return moved


@rule.register(actions.Reopen)
def _(command: actions.Reopen, case: Case) -> Ruling:
    return _reasoned(command.why, case, entries.Reopened(why=command.why))


@rule.register(actions.Cancel)
def _(command: actions.Cancel, case: Case) -> Ruling:
    return _reasoned(command.why, case, entries.Cancelled(why=command.why))


@rule.register(actions.MergeInto)
def _(command: actions.MergeInto, case: Case) -> Ruling:
    if command.into == case.state.id or command.into not in case.facts.open_incidents:
        return refuse(Code.UNKNOWN_INCIDENT, actions.clean_text(command.into, one_line=True))
    return _reasoned(command.why, case, entries.Merged(into=command.into, why=command.why))


@rule.register(actions.Close)
def _(command: actions.Close, case: Case) -> Ruling:
    """Close when the gate lets; evidence cannot be overridden by anybody."""
    unmet = tuple(condition for condition in gates.closure(case.state, case.facts) if not condition.met)
    binding = tuple(condition for condition in unmet if not command.override or gates.EVIDENCE in condition.missing)
    closed = entries.Closed(overridden=tuple(condition.id for condition in unmet), why=command.why)
    moved = _move(case, closed, after=_last_step(case))
    reasons = tuple(Reason(Code.CONDITION, condition.id, condition=condition) for condition in binding)
    if isinstance(moved, Refusal):
        too_early = case.state.status.open and moved.reasons[0].code is Code.WRONG_STATUS
        return Refusal(moved.reasons + (reasons if too_early else ()))
    if reasons:
        return Refusal(reasons)
    if unmet and not command.why:
        return refuse(Code.NEEDS_REASON, "why")
    return (*case.entries(*reverified(case)), *moved)


def reverified(case: Case) -> tuple[entries.EvidenceVerified, ...]:
    """Return an entry for each pinned record whose second look found something else than the journal holds."""
    results = {reading.evidence: reading.result for reading in case.facts.reread}
    return tuple(
        entries.EvidenceVerified.model_validate({"evidence": evidence.key, "result": results[evidence.key]})
        for evidence in case.state.evidence
        if results.get(evidence.key, evidence.result) != evidence.result
    )


@rule.register(actions.SetSeverity)
def _(command: actions.SetSeverity, case: Case) -> Ruling:
    """Let it be raised with one key; lowering takes a reason."""
    if not _known_severity(case, command.severity):
        return refuse(Code.UNKNOWN_SEVERITY, actions.clean_text(command.severity, one_line=True))
    current = case.state.severity_at(case.at)
    if current == command.severity:
        return ()
    if current and _known_severity(case, current) and not command.why:
        rank = case.facts.runbook.rank
        if rank(command.severity) > rank(current):
            return refuse(Code.NEEDS_REASON, "why")
    return case.entries(entries.SeveritySet(severity=command.severity, why=command.why))


@rule.register(actions.CorrectTimes)
def _(command: actions.CorrectTimes, case: Case) -> Ruling:
    """Refuse a start after anything that followed it."""
    if command.started is None and command.detected is None:
        return refuse(Code.NEEDS_TEXT, "started")
    corrected = {"started": command.started, "detected": command.detected}
    for name, moment in corrected.items():
        if moment and moment > case.now + FUTURE_TOLERANCE:
            return refuse(Code.IN_FUTURE, name, case.now)
    detected = command.detected or case.times.detected
    if command.started and detected and command.started > detected:
        return refuse(Code.OUT_OF_ORDER, "started", detected)
    if command.detected and case.times.acknowledged and command.detected > case.times.acknowledged:
        return refuse(Code.OUT_OF_ORDER, "detected", case.times.acknowledged)
    started = command.started or case.state.said_started
    if command.detected and started and command.detected < started:
        return refuse(Code.OUT_OF_ORDER, "detected", started)
    return case.entries(entries.TimesCorrected(started=command.started, detected=command.detected, why=command.why))


def _reasoned(why: str, case: Case, payload: entries.Known) -> Ruling:
    return _move(case, payload, after=_last_step(case)) if why else refuse(Code.NEEDS_REASON, "why")


def _move(case: Case, payload: entries.Known, after: datetime | None = None) -> Ruling:
    """Allow a change of status from where it may be made, and not before `after`; its numbers are stored with it."""
    allowed, _ = TRANSITIONS[type(payload)]
    if case.state.status not in allowed:
        return refuse(Code.WRONG_STATUS, case.state.status.value)
    if after is not None and case.at < after:
        return refuse(Code.OUT_OF_ORDER, case.state.status.value, after)
    stored = isinstance(payload, entries.Mitigated | entries.Resolved | entries.Closed)
    return (*case.entries(payload), *(case.snapshot(payload.type) if stored else ()))


def _last_step(case: Case) -> datetime | None:
    """Return when the incident last changed its status for good: what follows cannot have happened before."""
    state = case.state
    marks = (*state.mitigations, *state.resolutions, *state.reopenings, *state.closures)
    moments = [mark.at for mark in marks] + ([state.ended.at] if state.ended else [])
    return max(moments, default=None)


def _known_severity(case: Case, severity: str) -> bool:
    return any(known.id == severity for known in case.facts.runbook.severities)


def known_metric(case: Case, metric: str) -> bool:
    """Whether the runbook has that metric."""
    return any(known.id == metric for known in case.facts.runbook.metrics)
