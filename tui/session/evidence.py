"""Evidence that can be checked: where a requestId's real records lie, and whether they are still what they were (§5).

A record is its peeled payload's hash: the place in a file only says where to look first, so the same record in another
export, in another wrapper, is the same evidence. Payloads are hashed and forgotten; nothing of them is returned.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import polars as pl

from tui.incident.facts import Found, LogRecord, Reread, SourceIdentity
from tui.logs.envelope import Peeler
from tui.logs.guard import is_usable_id
from tui.logs.opening import SourceSet
from tui.logs.parse import FINGERPRINT_SEED
from tui.session.places import Span, candidates, chunks, fetch, identity_text, parse_identity, path_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from tui.incident.state import Evidence
    from tui.logs.source import Source
    from tui.runbook.model import Record
    from tui.session.engine import Engine
    from tui.session.reader import Place

_MATCHED, _CHANGED, _GONE = "matched", "changed", "gone"
_PLACE = ["at", "metric", "source", "offset", "length", "sub", "fingerprint", "sha256"]


def find(engine: Engine, request_id: str) -> tuple[Found, ...]:
    """Every event that bears the id, its payload hashed as it is now, or as it was when it came through a pipe.

    Where no event bears it but another line does, one `Found` without a record. Nothing bears it: empty. An event whose
    bytes are not there any more, or are others by now, has no record either. To be called on the engine's thread.
    """
    if not is_usable_id(request_id):
        return ()
    by_place: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in engine.store.trace(request_id).select(_PLACE).iter_rows(named=True):
        by_place[row["source"]].append(row)
    keys, places = engine.runbook.record, engine.reader.places
    found = [one for source, rows in by_place.items() for one in _in_place(places[source], rows, request_id, keys)]
    if found:
        recorded = [one for one in found if one.record]
        return tuple(recorded or found[:1])
    borne = any(_bears(place, request_id, keys) for place in places)
    return (Found(request_id, None),) if borne else ()


def source_of(place: Place) -> SourceIdentity:
    """What a source is called, where it lies and which file it was: as of what was read of it."""
    identity = place.source.identity(place.generation) or place.identity
    return SourceIdentity(place.source.name, path_of(place.source), identity_text(identity))


def reread(evidence: Iterable[Evidence], exports: Sequence[str], keys: Record) -> tuple[Reread, ...]:
    """Look at pinned records again: first where they were read, following rotation, then in other exports.

    exports: paths and patterns, in any wrapper. What came through a pipe is only in the answer when an export holds
    it: nothing can be said against it. Ids without a record never are.
    """
    pinned = [one for one in evidence if one.pin.record]
    results = _at_their_places(pinned, keys)
    results |= look_up([one for one in pinned if results.get(one.key) != _MATCHED], exports, keys)
    return tuple(Reread(one.key, results[one.key]) for one in pinned if one.key in results)


def look_up(evidence: Sequence[Evidence], exports: Sequence[str], keys: Record) -> dict[str, str]:
    """Which of the pinned records other exports hold, by key: all that is found is matched."""
    wanted = {one.key: one.request_id for one in evidence if one.pin.record}
    if not wanted or not exports:
        return {}
    ids = sorted(set(wanted.values()))
    left = set(wanted)
    sources = SourceSet(exports, live=False)
    try:
        for source in sources.sources:
            for lines in _peeled(source, keys):
                bearing = lines.filter(pl.col("text").str.contains_any(ids))
                left -= {_sha256(text) for text in bearing["text"]}
                if not left:
                    break
    finally:
        sources.close()
    return {key: _MATCHED for key in wanted if key not in left}


def payload_of(data: bytes, sub: int, keys: Record) -> str | None:
    """Peel the bytes of one record, wrappers and all, and give the payload number `sub` of it; None if there is none.

    What lies between the parts of a joined record is peeled too, and has places of its own.
    """
    peeler = Peeler(keys)
    lines = pl.concat([peeler.feed(data, 0), peeler.finish()])
    whole = (pl.col("offset") == 0) & (pl.col("length") == len(data)) & (pl.col("sub") == sub)
    found = lines.filter(whole & pl.col("reject").is_null())["text"]
    return found[0] if len(found) else None


def _in_place(place: Place, rows: Sequence[dict[str, Any]], request_id: str, keys: Record) -> Iterator[Found]:
    source = source_of(place)
    spans = [Span(row["offset"], row["length"]) for row in rows]
    lasting = place.source.rereadable
    data = fetch(place.source, place.generation, spans) if lasting else {}
    for row, span in zip(rows, spans, strict=True):
        sha256 = row["sha256"].hex() if row["sha256"] else _hash_as_read(data.get(span), row, keys)
        record = sha256 and LogRecord(source, *span, row["sub"], sha256, row["at"], row["metric"])
        yield Found(request_id, record or None, on_arrival=not lasting and bool(record))


def _hash_as_read(data: bytes | None, row: Mapping[str, Any], keys: Record) -> str | None:
    """Hash a payload if it is the one that was counted as an event."""
    text = None if data is None else payload_of(data, row["sub"], keys)
    if text is None or pl.Series([text]).hash(FINGERPRINT_SEED)[0] != row["fingerprint"]:
        return None
    return _sha256(text)


def _at_their_places(evidence: Iterable[Evidence], keys: Record) -> dict[str, str]:
    """By key, what lies where each record was read; a pipe's are left out."""
    by_file: dict[SourceIdentity, list[tuple[Evidence, LogRecord]]] = defaultdict(list)
    for one in evidence:
        if one.pin.record and one.pin.record.source.path:
            by_file[one.pin.record.source].append((one, one.pin.record))
    results: dict[str, str] = {}
    for source, pinned in by_file.items():
        results |= _in_file(source, pinned, keys)
    return results


def _in_file(source: SourceIdentity, pinned: Sequence[tuple[Evidence, LogRecord]], keys: Record) -> dict[str, str]:
    """Compare records of one file with what lies at their places there, or where rotation has put it.

    Another file that took over the name does not make a record changed: only the identified file does, or bytes that
    still bear the record's id or time at its very place.
    """
    results = {one.key: _GONE for one, _ in pinned}
    identity = parse_identity(source.identity)
    for candidate in candidates(source.path):
        identified = candidate.holds(identity)
        wanted = [(one, record) for one, record in pinned if results[one.key] != _MATCHED]
        if not wanted:
            break
        spans = [Span(record.offset, record.length) for _, record in wanted]
        data = candidate.read(spans, costly=identified or candidate.named)
        for (one, record), span in zip(wanted, spans, strict=True):
            there = data.get(span, b"")
            if record.sha256 == _hash_of(there, record.sub, keys):
                results[one.key] = _MATCHED
            elif there and (identified or (candidate.named and _speaks_of(there, one.request_id, record.at))):
                results[one.key] = _CHANGED
    return results


def _speaks_of(data: bytes, request_id: str, at: datetime | None) -> bool:
    return request_id.encode() in data or (at is not None and f"{at:%Y-%m-%dT%H:%M:%S}".encode() in data)


def _hash_of(data: bytes, sub: int, keys: Record) -> str | None:
    text = payload_of(data, sub, keys)
    return None if text is None else _sha256(text)


def _bears(place: Place, request_id: str, keys: Record) -> bool:
    """Whether any line names the id as its requestId: under the record's key, or in brackets (development output)."""
    if not place.source.rereadable:
        return False
    key, wanted = re.escape(keys.request_id).encode(), re.escape(request_id).encode()
    bearing = re.compile(rb"(?i:" + key + rb")[^A-Za-z0-9]{1,12}" + wanted + rb"(?![\w.:-])|\[" + wanted + rb"\]")
    reach = len(keys.request_id) + len(request_id) + 16
    rest = b""
    try:
        for chunk in chunks(place.source, place.generation):
            data = rest + chunk
            if bearing.search(data):
                return True
            rest = data[-reach:]
    except OSError:
        return False
    return False


def _peeled(source: Source, keys: Record) -> Iterator[pl.DataFrame]:
    peeler = Peeler(keys)
    generation = None
    while block := source.read():
        if generation not in (None, block.generation):
            yield peeler.reset()
        generation = block.generation
        yield peeler.feed(block.data, block.offset)
    yield peeler.finish()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
