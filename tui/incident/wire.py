"""How entries look in a segment: one JSON line each, chained by hashes. Pure: bytes in, entries out, nothing raises.

A line is `{"v":…,…,"prev":"…","hash":"…"}`. `hash` is the sha256 of the line's bytes before `,"hash":`, `prev` the hash
of the line before. This frame holds for every version, so that damage and a newer version are told apart. Hashes are
of the bytes as they are; what an entry then says has passed the masking net again (`reread`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import orjson

from tui.incident import reread
from tui.incident.entries import Unknown, from_data, to_data
from tui.incident.frame import FRAME, HASH_KEY, TAIL, intact
from tui.incident.record import Entry, Recorded, Stamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

VERSION = 1
_HEAD = b'{"v":'
_END = re.compile(HASH_KEY + rb'[0-9a-f]{64}"\}')
_LAST_MOMENT = 253_402_300_799_000
"""End of the year 9999, in milliseconds."""
_REPAIRABLE = 4096
"""Longest damage, in bytes, in which a single flipped bit is looked for: at most 8 x this many hashes."""
_CANDIDATES = 16
"""How many places a line may begin are tried for each place one ends, inside damage."""


@dataclass(frozen=True, slots=True)
class Damage:
    """Something wrong in a segment; `raw` is copied aside, never shown."""

    segment: str
    offset: int
    kind: str
    """torn: cut off at its end · damaged · malformed: intact, but no entry · gap: lines are missing · unreadable"""
    raw: bytes = b""
    lost: bool = True
    """False where every entry could be saved."""


@dataclass(frozen=True, slots=True)
class Line:
    """An intact line: what it says, and its links of the chain."""

    recorded: Recorded | None
    """None when it is of a newer version that this one cannot read at all."""
    version: int
    prev: str
    digest: str


@dataclass(frozen=True, slots=True)
class Scan:
    """What a segment holds."""

    lines: tuple[Line, ...] = ()
    damages: tuple[Damage, ...] = ()


def encode(records: Sequence[Recorded], prev: str) -> tuple[bytes, str]:
    """Return the lines of entries that follow the line with hash `prev`, and the hash of the last."""
    lines = []
    for record in records:
        body = orjson.dumps(_fields(record, prev))[:-1]
        prev = sha256(body).hexdigest()
        lines += [body, HASH_KEY, prev.encode(), TAIL, b"\n"]
    return b"".join(lines), prev


def scan(segment: str, data: bytes) -> Scan:
    """Read a segment; entries on both sides of damage survive, and a single flipped bit is put right."""
    lines: list[Line] = []
    damages: list[Damage] = []
    holes: list[int] = []  # damages since the last line, by index
    for offset, part, raw in _parts(data):
        line = None if part is None else _line(part)
        if line is None:
            holes.append(len(damages))
            damages.append(Damage(segment, offset, "malformed" if part else "damaged", raw, lost=not _is_break(raw)))
            continue
        if part != raw:
            damages.append(Damage(segment, offset, "damaged", raw, lost=False))
        if lines and line.prev == lines[-1].digest:
            for hole in holes:
                damages[hole] = replace(damages[hole], lost=False)
        elif lines and not holes:
            damages.append(Damage(segment, offset, "gap"))
        holes.clear()
        lines.append(line)
    if data and not data.endswith(b"\n"):
        torn = damages.pop().raw if holes else b""
        lost = bool(torn) and not _is_break(torn)
        damages.append(Damage(segment, len(data) - len(torn), "torn", torn, lost))
    return Scan(tuple(lines), tuple(damages))


def _is_break(raw: bytes) -> bool:
    """Whether it is a line break, or was one before a single bit of it flipped: no entry is gone with it."""
    return len(raw) == 1 and (raw[0] ^ ord("\n")).bit_count() <= 1


def _fields(record: Recorded, prev: str) -> dict[str, Any]:
    kind, data = to_data(record.entry.payload)
    retry = {"retry_of": record.retry_of} if record.retry_of else {}
    return {
        "v": VERSION,
        "seq": record.seq,
        "writer": record.writer,
        "hlc": [record.stamp.millis, record.stamp.counter],
        "recorded": _text(record.recorded),
        "effective": _text(record.entry.effective),
        "actor": record.entry.actor,
        "type": kind,
        "data": data,
        **retry,
        "prev": prev,
    }


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment.astimezone(UTC)


def _line(raw: bytes) -> Line | None:
    """Build a line from bytes whose hash is right; None when they are no entry of this version."""
    try:
        fields = orjson.loads(raw)
        version, prev = fields["v"], fields["prev"]
    except (ValueError, KeyError, TypeError):
        return None
    if not isinstance(version, int) or not isinstance(prev, str):
        return None
    recorded = _recorded(fields, newer=version > VERSION)
    if recorded is None and version <= VERSION:
        return None
    return Line(recorded, version, prev, raw[-len(TAIL) - 64 : -len(TAIL)].decode())


def _recorded(fields: dict[str, Any], *, newer: bool) -> Recorded | None:
    try:
        millis, counter = (int(part) for part in fields["hlc"])
        if not 0 <= millis <= _LAST_MOMENT or not isinstance(fields["data"], dict):
            return None
        kind, data = reread.identifier(str(fields["type"])), reread.reread(fields["data"])
        payload = Unknown(kind, data) if newer else from_data(kind, data)
        entry = Entry(payload, _moment(fields["effective"]), reread.line(str(fields["actor"])))
        retry_of, stamp = reread.entry_id(str(fields.get("retry_of", ""))), Stamp(millis, counter)
        writer, seq = reread.writer(str(fields["writer"])), int(fields["seq"])
        return Recorded(entry, _moment(fields["recorded"]), stamp, writer, seq, retry_of)
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError):
        return None


def _wrong_bits(raw: bytearray) -> int:
    """Count the bits in which the frame differs; a line that was cut off differs in many."""
    frame, expected = raw[-FRAME : -64 - len(TAIL)] + raw[-len(TAIL) :], HASH_KEY + TAIL
    return sum((one ^ other).bit_count() for one, other in zip(frame, expected, strict=True))


def _parts(data: bytes) -> Iterator[tuple[int, bytes | None, bytes]]:
    """Cut a segment into (offset, intact or repaired line, bytes as found); no line where nothing could be saved."""
    offset = damage = 0
    *whole, rest = data.split(b"\n")
    for raw in whole:
        if intact(raw):
            yield from _saved(damage, data[damage:offset])
            yield offset, raw, raw
            damage = offset + len(raw) + 1
        offset += len(raw) + 1
    yield from _saved(damage, data[damage : offset + len(rest)])


def _saved(offset: int, damaged: bytes) -> Iterator[tuple[int, bytes | None, bytes]]:
    """Save what lies inside damage: whole lines whose line break is gone, and lines with one flipped bit."""
    done = 0
    for start, end in _whole_lines(damaged):
        yield from _repaired(offset + done, damaged[done:start])
        yield offset + start, damaged[start:end], damaged[start:end]
        done = end
    yield from _repaired(offset + done, damaged[done:])


def _whole_lines(damaged: bytes) -> Iterator[tuple[int, int]]:
    done = 0
    for match in _END.finditer(damaged):
        starts = [found.start() for found in re.finditer(re.escape(_HEAD), damaged[done : match.end()])]
        for start in starts[:_CANDIDATES]:
            if intact(damaged[done + start : match.end()]):
                yield done + start, match.end()
                done = match.end()
                break


def _repaired(offset: int, damaged: bytes) -> Iterator[tuple[int, bytes | None, bytes]]:
    if not damaged:
        return
    line = bytearray(damaged.rstrip(b"\n"))
    if FRAME < len(line) <= _REPAIRABLE and _wrong_bits(line) <= 1:
        for index in range(len(line)):
            for bit in range(8):
                line[index] ^= 1 << bit
                if intact(line):
                    yield offset, bytes(line), damaged
                    return
                line[index] ^= 1 << bit
    yield offset, None, damaged
