"""What `guardia incident … --json` prints: one object with the incident as the journal has it (contracts §7)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tui.incident import gates
from tui.incident.facts import Facts
from tui.incident.state import Status
from tui.incident.times import clocks, linked_episodes, times

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from tui.incident.facts import Condition, Episode, LogRecord, Numbers, Series
    from tui.incident.slo import Clock
    from tui.incident.state import Evidence, Flag, Handoff, IncidentState, Mark, Run, Said
    from tui.runbook.procedures import Procedures

SCHEMA = 1


def result(ok: bool, incident: str | None, state: dict[str, Any], missing: Sequence[str]) -> dict[str, Any]:
    """The object of every `incident … --json`: `docs/schemas/incident.schema.json`."""
    return {"ok": ok, "incident": incident, "state": state, "missing": list(missing)}


def still_missing(state: IncidentState, runbook: Procedures) -> tuple[str, ...]:
    """What the incident lacks as its journal has it: triage's output, from mitigation on the closing gate too."""
    if not state.status.open:
        return ()
    conditions = gates.triage(state, runbook)
    if state.status in {Status.MITIGATED, Status.RESOLVED}:
        conditions += gates.closure(state, Facts(runbook))
    return gates.missing(conditions)


def state_result(state: IncidentState, runbook: Procedures, now: datetime) -> dict[str, Any]:
    """Everything an incident's journal says; times are UTC, spans seconds."""
    return {
        "status": state.status.value,
        "severity": state.severity,
        "title": state.title,
        "metric": state.metric,
        "anchor": state.anchor,
        "rule": state.declaration.rule if state.declaration else None,
        "workaround": state.value("workaround") or (state.declaration.workaround if state.declaration else None),
        "drill": state.drill,
        "declared_by": state.declared.by if state.declared else None,
        "owner": state.owner,
        "commander": state.commander,
        "scribe": state.scribe,
        "handoff": _handoff(state.handoff),
        "times": times_result(state),
        "spans": spans_result(state),
        "severity_changes": [{"at": text(change.at), "severity": change.severity} for change in state.severity_changes],
        "clocks": [_clock(clock, now) for clock in clocks(state, runbook.severities)],
        "channel": _said(state.channel),
        "deploys": _flag(state.deploys_frozen, "frozen"),
        "push": _flag(state.push, "on"),
        "notes": [_said(note) for note in state.notes],
        "updates": [_said(update) for update in state.updates],
        "evidence": [_evidence(one) for one in state.evidence],
        "steps": {step: [_said(tick, "note") for tick in ticks] for step, ticks in state.steps.items() if ticks},
        "decision": _decision(state),
        "fields": {name: _said(said) for name, said in state.fields.items() if said.value},
        "delegated": {name: _said(said) for name, said in state.delegated.items()},
        "commands": [_run(run) for run in state.runs],
        "mitigations": [_mark(mark) for mark in state.mitigations],
        "reopenings": [_mark(mark) for mark in state.reopenings],
        "ended": _mark(state.ended),
        "merged_into": state.merged_into,
        "overridden": list(state.overridden),
        "to_close": _to_close(state, runbook),
        "metrics": numbers_result(state),
        "runbook": _runbook(state),
    }


def numbers_result(state: IncidentState) -> dict[str, Any] | None:
    """The newest stored numbers: the linked episodes, each metric's peak, who was hit; None: metrics unavailable."""
    numbers = state.numbers
    if numbers is None:
        return None
    return {
        "until": text(numbers.until),
        "episodes": [_episode(episode) for episode in linked_episodes(state)],
        "peaks": {series.metric: {"peak": series.peak, "threshold": series.threshold} for series in numbers.series},
        "figures": dict(numbers.figures),
        "counted": _counted(numbers),
    }


def _counted(numbers: Numbers) -> dict[str, str | None] | None:
    """First and last moment that the figures count; null in journals that were written without."""
    return {"first": text(numbers.counted[0]), "last": text(numbers.counted[1])} if numbers.counted else None


def document(state: IncidentState, runbook: Procedures) -> dict[str, Any]:
    """The incident as `export --format json` writes it: a fold of the journal, so nothing in it depends on now."""
    at = state.newest or datetime.fromtimestamp(0, UTC)
    missing = still_missing(state, runbook)
    said = result(not missing, state.id, state_result(state, runbook, at), missing)
    return {
        "schema": SCHEMA,
        **said,
        "series": [_series(one) for one in (state.numbers.series if state.numbers else ())],
    }


def text(moment: datetime | None) -> str | None:
    """`YYYY-MM-DDTHH:MM:SSZ`; None stays None."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def times_result(state: IncidentState) -> dict[str, str | None]:
    """An incident's times; null has not happened or is not known."""
    known = times(state)
    return {
        "started": text(known.started),
        "detected": text(known.detected),
        "declared": text(state.declared.at) if state.declared else None,
        "acknowledged": text(known.acknowledged),
        "mitigated": text(known.mitigated),
        "resolved": text(known.resolved),
        "closed": text(known.closed),
        "reopened": text(known.reopened),
    }


def spans_result(state: IncidentState) -> dict[str, float | None]:
    """TTD, TTA, TTM and TTR in seconds."""
    known = times(state)
    return {
        "detect": seconds(known.to_detect),
        "acknowledge": seconds(known.to_acknowledge),
        "mitigate": seconds(known.to_mitigate),
        "resolve": seconds(known.to_resolve),
    }


def seconds(span: timedelta | None) -> float | None:
    """A span in seconds, to the millisecond."""
    return None if span is None else round(span.total_seconds(), 3)


def _clock(clock: Clock, now: datetime) -> dict[str, Any]:
    return {
        "kind": clock.kind.value,
        "since": text(clock.since),
        "deadline": text(clock.deadline),
        "finished": text(clock.finished),
        "met": clock.met,
        "level": clock.level(now).value,
        "limit": seconds(clock.limit),
        "remaining": seconds(clock.remaining(now)),
    }


def _said(said: Said | None, key: str = "value") -> dict[str, Any] | None:
    return None if said is None else {key: said.value, "at": text(said.at), "by": said.by}


def _mark(mark: Mark | None) -> dict[str, Any] | None:
    return None if mark is None else {"at": text(mark.at), "by": mark.by, "why": mark.why}


def _flag(flag: Flag | None, key: str) -> dict[str, Any] | None:
    return None if flag is None else {key: flag.on, "at": text(flag.at), "by": flag.by, "why": flag.why}


def _handoff(handoff: Handoff | None) -> dict[str, Any] | None:
    if handoff is None:
        return None
    page = handoff.page
    return {
        "to": page.to,
        "at": text(handoff.at),
        "by": handoff.by,
        "impact": page.impact,
        "hypothesis": page.hypothesis,
        "done": list(page.done),
        "pending": list(page.pending),
        "next_update": text(page.next_update),
        "frozen": page.frozen,
    }


def _evidence(one: Evidence) -> dict[str, Any]:
    return {
        "request_id": one.request_id,
        "result": one.result,
        "automatic": one.pin.automatic,
        "at": text(one.at),
        "by": one.by,
        **_place(one.pin.record),
    }


def _place(record: LogRecord | None) -> dict[str, Any]:
    """Where a record lies; all null for an id that only other lines bear."""
    if record is None:
        return dict.fromkeys(("source", "offset", "length", "sub", "sha256", "record_at", "metric"))
    return {
        "source": record.source.name,
        "offset": record.offset,
        "length": record.length,
        "sub": record.sub,
        "sha256": record.sha256,
        "record_at": text(record.at),
        "metric": record.metric,
    }


def _run(run: Run) -> dict[str, Any]:
    said = run.run
    return {
        "command": said.command,
        "kind": said.kind,
        "exit_code": said.exit_code,
        "duration_ms": said.duration_ms,
        "at": text(run.at),
        "by": run.by,
    }


def _decision(state: IncidentState) -> dict[str, Any] | None:
    decision = state.decision
    if decision is None:
        return None
    return {
        "decision": decision.decision.decision,
        "at": text(decision.at),
        "by": decision.by,
        "overridden": decision.decision.overridden,
        "why": decision.decision.why,
        "conditions": [condition_result(one) for one in decision.decision.conditions],
    }


def condition_result(one: Condition) -> dict[str, Any]:
    """One condition of a gate with its numbers; `met` null is unknown."""
    return {"id": one.id, "met": one.met, "value": one.value, "limit": one.limit, "missing": list(one.missing)}


def _episode(episode: Episode) -> dict[str, Any]:
    return {
        "rule": episode.rule,
        "metric": episode.metric,
        "severity": episode.severity,
        "pending_at": text(episode.pending_at),
        "fired_at": text(episode.fired_at),
        "resolved_at": text(episode.resolved_at),
        "anchor_at": text(episode.anchor_at),
        "peak": episode.peak,
    }


def _series(series: Series) -> dict[str, Any]:
    return {
        "metric": series.metric,
        "start": text(series.start),
        "values": list(series.values),
        "threshold": series.threshold,
        "unit": series.unit,
    }


def _to_close(state: IncidentState, runbook: Procedures) -> dict[str, Any] | None:
    """How many of the gate's conditions are missing and until when, once it is resolved."""
    if state.status is not Status.RESOLVED or not state.resolutions:
        return None
    due = gates.closing_due(state.resolutions[-1].at, runbook.closure.due_working_days)
    return {"missing": gates.unmet(gates.closure(state, Facts(runbook))), "due": due.isoformat()}


def _runbook(state: IncidentState) -> dict[str, str] | None:
    copy = state.declaration.runbook if state.declaration else None
    return {"id": copy.id, "lang": copy.lang, "sha256": copy.sha256} if copy else None
