"""What an incident's bundle holds: everything another team needs to read, check and recount it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import orjson

from tui.incident import wire
from tui.incident.entries import Declared, EvidencePinned
from tui.incident.postmortem import postmortem
from tui.present.incident_json import document
from tui.present.stored import stored
from tui.session.unbundle import EVENTS, INCIDENT, JOURNAL, POSTMORTEM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.incident.entries import Known, Unknown
    from tui.incident.facts import SourceIdentity
    from tui.incident.record import Recorded
    from tui.incident.state import IncidentState
    from tui.runbook.load import LoadedRunbook


def bundle_files(
    state: IncidentState, records: Sequence[Recorded], loaded: LoadedRunbook, events: bytes | None
) -> dict[str, bytes]:
    """Name → content; `events` None: no source could be read, and the bundle says nothing about them."""
    files = {**told(state, records, loaded), JOURNAL: journal(records)}
    return files if events is None else {**files, EVENTS: events}


def told(state: IncidentState, records: Sequence[Recorded], loaded: LoadedRunbook) -> dict[str, bytes]:
    """What the journal alone gives, byte for byte, wherever and whenever it is read."""
    return {POSTMORTEM: markdown(state, records, loaded).encode(), INCIDENT: as_json(state, loaded)}


def markdown(state: IncidentState, records: Sequence[Recorded], loaded: LoadedRunbook) -> str:
    """The postmortem, in the words and by the rules of the incident's declaration."""
    rules, words = stored(state, loaded)
    return postmortem(state.id, records, rules, words)


def as_json(state: IncidentState, loaded: LoadedRunbook) -> bytes:
    """The incident as JSON."""
    rules, _words = stored(state, loaded)
    return orjson.dumps(document(state, rules), option=orjson.OPT_INDENT_2) + b"\n"


def journal(records: Sequence[Recorded]) -> bytes:
    """All entries in one chain of their own, as a segment is written; paths stay with the journal they belong to."""
    lines, _last = wire.encode([_without_paths(record) for record in records], "")
    return lines


def _without_paths(record: Recorded) -> Recorded:
    payload = _pathless(record.entry.payload)
    return replace(record, entry=replace(record.entry, payload=payload))


def _pathless(payload: Known | Unknown) -> Known | Unknown:
    if isinstance(payload, Declared):
        return payload.model_copy(update={"sources": tuple(_named(source) for source in payload.sources)})
    if isinstance(payload, EvidencePinned) and payload.record:
        record = replace(payload.record, source=_named(payload.record.source))
        return payload.model_copy(update={"record": record})
    return payload


def _named(source: SourceIdentity) -> SourceIdentity:
    return replace(source, path="")
