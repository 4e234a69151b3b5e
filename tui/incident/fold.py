"""From entries to state. Total: any set of entries folds to some state, in whatever order their segments were read."""

from __future__ import annotations

from dataclasses import replace
from functools import singledispatch
from typing import TYPE_CHECKING, TypeVar

from tui.incident import entries as e
from tui.incident.slo import SeverityChange
from tui.incident.state import (
    TRANSITIONS,
    Decision,
    Evidence,
    Flag,
    Handoff,
    IncidentState,
    Mark,
    Run,
    Said,
    frozen,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tui.incident.record import Recorded

MITIGATION_FIELD = "mitigation"


def merge(records: Iterable[Recorded]) -> tuple[Recorded, ...]:
    """Put the entries of all writers in order, each once: a retried write may have reached the disk twice."""
    by_id: dict[str, Recorded] = {}
    for record in sorted(records, key=lambda record: record.position):
        by_id.setdefault(record.id, record)
    return tuple(by_id.values())


def undone_entries(records: Sequence[Recorded]) -> frozenset[str]:
    """Return the ids that undo took back: by an entry that came later and was not itself taken back."""
    undoable = {record.id for record in records if record.entry.payload.undoable}
    taken_back: set[str] = set()
    for record in reversed(records):
        payload = record.entry.payload
        if isinstance(payload, e.Undone) and payload.entry in undoable:
            taken_back.add(payload.entry)
        undoable.discard(record.id)
    return frozenset(taken_back)


def fold(incident_id: str, records: Iterable[Recorded]) -> IncidentState:
    """Fold a journal's entries into the incident's state."""
    merged = merge(records)
    undone = undone_entries(merged)
    state = IncidentState(incident_id, undone=undone)
    for record in merged:
        if record.id not in undone:
            state = apply(state, record)
        newest = max(record.recorded, record.stamp.moment)
        state = replace(state, newest=newest if state.newest is None else max(state.newest, newest))
    return state


def apply(state: IncidentState, record: Recorded) -> IncidentState:
    """Return the state after one more entry; one that can have no effect any more is only remembered as such."""
    payload = record.entry.payload
    if isinstance(payload, e.Unknown):
        return replace(state, unknown=state.unknown | {record.id})
    after = _effect(payload, state, Mark(record.entry.effective, record.entry.actor))
    if after is None:
        return replace(state, without_effect=state.without_effect | {record.id})
    return replace(after, undoable=(*state.undoable, record.id)) if payload.undoable else after


@singledispatch
def _effect(payload: e.Payload, state: IncidentState, mark: Mark) -> IncidentState | None:
    """Return the state after a payload; None when it has no effect, as those of the team's journal have none here."""
    del payload, state, mark
    return None


@_effect.register(e.Declared)
def _(payload: e.Declared, state: IncidentState, mark: Mark) -> IncidentState | None:
    if state.declaration is not None:
        return None
    changes = (SeverityChange(mark.at, payload.severity),) if payload.severity else ()
    owner = {"owner": Said(payload.owner, mark.at, mark.by)} if payload.owner else {}
    return replace(
        state,
        declaration=payload,
        declared=mark,
        severity_changes=(*changes, *state.severity_changes),
        said_started=payload.started,
        said_detected=payload.detected,
        roles=frozen({**owner, **state.roles}),
    )


def _moved(payload: e.Payload, state: IncidentState) -> IncidentState | None:
    """Return the state in its new status; None when the entry does not apply in the present one."""
    allowed, status = TRANSITIONS[type(payload)]
    return replace(state, status=status) if state.status in allowed else None


@_effect.register(e.Acknowledged)
def _(payload: e.Acknowledged, state: IncidentState, mark: Mark) -> IncidentState | None:
    """One made while another writer moved on still tells when somebody first took the incident."""
    return _acknowledged(_moved(payload, state) or state, mark) if state.status.open else None


@_effect.register(e.Mitigated)
def _(payload: e.Mitigated, state: IncidentState, mark: Mark) -> IncidentState | None:
    """Mitigating also acknowledges, and its words stand in the closing form until somebody writes there."""
    moved = _moved(payload, state)
    if moved is None:
        return None
    fields = moved.fields
    if payload.why and not moved.value(MITIGATION_FIELD):
        fields = _put(fields, MITIGATION_FIELD, Said(payload.why, mark.at, mark.by))
    moved = moved if moved.acknowledgements else _acknowledged(moved, mark)
    return replace(moved, mitigations=(*moved.mitigations, replace(mark, why=payload.why)), fields=fields)


@_effect.register(e.Resolved)
def _(payload: e.Resolved, state: IncidentState, mark: Mark) -> IncidentState | None:
    moved = _moved(payload, state)
    return moved and replace(moved, resolutions=(*moved.resolutions, replace(mark, why=payload.why)))


@_effect.register(e.Reopened)
def _(payload: e.Reopened, state: IncidentState, mark: Mark) -> IncidentState | None:
    """Whoever reopens what nobody had acknowledged has taken it."""
    moved = _moved(payload, state)
    if moved is None:
        return None
    moved = moved if moved.acknowledgements else _acknowledged(moved, mark)
    return replace(moved, reopenings=(*moved.reopenings, replace(mark, why=payload.why)), ended=None)


@_effect.register(e.Cancelled)
def _(payload: e.Cancelled, state: IncidentState, mark: Mark) -> IncidentState | None:
    moved = _moved(payload, state)
    return moved and replace(moved, ended=replace(mark, why=payload.why))


@_effect.register(e.Merged)
def _(payload: e.Merged, state: IncidentState, mark: Mark) -> IncidentState | None:
    moved = _moved(payload, state)
    return moved and replace(moved, ended=replace(mark, why=payload.why), merged_into=payload.into)


@_effect.register(e.Closed)
def _(payload: e.Closed, state: IncidentState, mark: Mark) -> IncidentState | None:
    moved = _moved(payload, state)
    closing = replace(mark, why=payload.why)
    return moved and replace(moved, closures=(*moved.closures, closing), overridden=payload.overridden)


@_effect.register(e.SeveritySet)
def _(payload: e.SeveritySet, state: IncidentState, mark: Mark) -> IncidentState | None:
    return replace(state, severity_changes=(*state.severity_changes, SeverityChange(mark.at, payload.severity)))


@_effect.register(e.TimesCorrected)
def _(payload: e.TimesCorrected, state: IncidentState, mark: Mark) -> IncidentState | None:
    del mark
    started, detected = payload.started or state.said_started, payload.detected or state.said_detected
    return replace(state, said_started=started, said_detected=detected)


@_effect.register(e.RoleSet)
def _(payload: e.RoleSet, state: IncidentState, mark: Mark) -> IncidentState | None:
    return replace(state, roles=_put(state.roles, payload.role, _said(payload.name, mark)))


@_effect.register(e.HandoffOffered)
def _(payload: e.HandoffOffered, state: IncidentState, mark: Mark) -> IncidentState | None:
    return replace(state, handoff=Handoff(payload, mark.at, mark.by))


@_effect.register(e.HandoffAccepted)
def _(payload: e.HandoffAccepted, state: IncidentState, mark: Mark) -> IncidentState | None:
    """Command passes on; so does ownership where the same person had both."""
    del payload
    if state.handoff is None:
        return None
    passed = ("owner", "commander") if state.owner == state.commander else ("commander",)
    taken = dict.fromkeys(passed, _said(mark.by, mark))
    return replace(state, handoff=None, roles=frozen({**state.roles, **taken}))


@_effect.register(e.Noted)
def _(payload: e.Noted, state: IncidentState, mark: Mark) -> IncidentState | None:
    return replace(state, notes=(*state.notes, _said(payload.text, mark)))


@_effect.register(e.ChannelSet)
def _(payload: e.ChannelSet, state: IncidentState, mark: Mark) -> IncidentState | None:
    return replace(state, channel=_said(payload.channel, mark))


@_effect.register(e.UpdateSent)
def _(payload: e.UpdateSent, state: IncidentState, mark: Mark) -> IncidentState | None:
    return replace(state, updates=(*state.updates, _said(payload.text, mark)))


@_effect.register(e.DeploysNoted)
def _(payload: e.DeploysNoted, state: IncidentState, mark: Mark) -> IncidentState | None:
    return replace(state, deploys_frozen=Flag(payload.frozen, mark.at, mark.by, payload.why))


@_effect.register(e.PushNoted)
def _(payload: e.PushNoted, state: IncidentState, mark: Mark) -> IncidentState | None:
    return replace(state, push=Flag(payload.on, mark.at, mark.by))


@_effect.register(e.EvidencePinned)
def _(payload: e.EvidencePinned, state: IncidentState, mark: Mark) -> IncidentState | None:
    if any(pinned.key == payload.key for pinned in state.evidence):
        return None
    pinned = Evidence(payload.key, payload.request_id, payload, payload.result, mark.at, mark.by)
    return replace(state, evidence=(*state.evidence, pinned))


@_effect.register(e.EvidenceVerified)
def _(payload: e.EvidenceVerified, state: IncidentState, mark: Mark) -> IncidentState | None:
    if all(pinned.key != payload.evidence for pinned in state.evidence):
        return None
    evidence = (
        replace(one, result=payload.result, at=mark.at, by=mark.by) if one.key == payload.evidence else one
        for one in state.evidence
    )
    return replace(state, evidence=tuple(evidence))


@_effect.register(e.StepTicked)
def _(payload: e.StepTicked, state: IncidentState, mark: Mark) -> IncidentState | None:
    others = (tick for tick in state.steps.get(payload.step, ()) if tick.by != mark.by)
    return replace(state, steps=_put(state.steps, payload.step, (*others, _said(payload.note, mark))))


@_effect.register(e.StepUnticked)
def _(payload: e.StepUnticked, state: IncidentState, mark: Mark) -> IncidentState | None:
    del mark
    return replace(state, steps=_put(state.steps, payload.step, ())) if state.ticked(payload.step) else None


@_effect.register(e.Decided)
def _(payload: e.Decided, state: IncidentState, mark: Mark) -> IncidentState | None:
    return replace(state, decision=Decision(payload, mark.at, mark.by))


@_effect.register(e.FieldSet)
def _(payload: e.FieldSet, state: IncidentState, mark: Mark) -> IncidentState | None:
    return replace(state, fields=_put(state.fields, payload.field, _said(payload.value, mark)))


@_effect.register(e.Delegated)
def _(payload: e.Delegated, state: IncidentState, mark: Mark) -> IncidentState | None:
    return replace(state, delegated=_put(state.delegated, payload.field, _said(payload.to, mark)))


@_effect.register(e.CommandRun)
def _(payload: e.CommandRun, state: IncidentState, mark: Mark) -> IncidentState | None:
    return replace(state, runs=(*state.runs, Run(payload, mark.at, mark.by)))


@_effect.register(e.Snapshot)
def _(payload: e.Snapshot, state: IncidentState, mark: Mark) -> IncidentState | None:
    del mark
    return replace(state, numbers=payload.numbers)


@_effect.register(e.Undone)
def _(payload: e.Undone, state: IncidentState, mark: Mark) -> IncidentState | None:
    del mark
    return state if payload.entry in state.undone else None


def _acknowledged(state: IncidentState, mark: Mark) -> IncidentState:
    return replace(state, acknowledgements=(*state.acknowledgements, mark))


def _said(value: str, mark: Mark) -> Said:
    return Said(value, mark.at, mark.by)


_Value = TypeVar("_Value")


def _put(values: Mapping[str, _Value], key: str, value: _Value) -> Mapping[str, _Value]:
    return frozen({**values, key: value})
