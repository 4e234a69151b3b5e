"""How many lines of the files bear a requestId, and the command that opens them outside guardia (contracts §6).

Bytes go by once, a piece at a time, so that whoever counts can do something else in between. Nothing of a line is kept:
only its number.
"""

from __future__ import annotations

import shlex
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from tui.logs.compressed import CompressedFile
from tui.session.places import candidates, chunks, path_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from tui.session.reader import Place

_ID_BYTES = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-")
_MOST_LINES = 60
"""Lines named in one command: more make no command that anybody reads."""
_UNPACKERS = {".gz": "gzip -dc", ".bz2": "bzip2 -dc", ".xz": "xz -dc", ".zst": "zstd -dc"}


class EventSpan(NamedTuple):
    """Bytes of an event's physical lines in the decompressed stream of its place."""

    offset: int
    end: int


@dataclass(frozen=True, slots=True)
class Bearing:
    """What is known so far. lines: by place, the numbers (from 1) of the first lines that bear the id."""

    others: int = 0
    """Lines that bear the id and are no event of the trace."""
    lines: tuple[tuple[int, tuple[int, ...]], ...] = ()
    total: int = 0
    """Lines that bear the id, events too."""
    unread: int = 0
    """Sources that cannot be read again: pipes, and files that are gone."""
    finished: bool = False


def count_bearing(
    places: Sequence[Place], request_id: str, events: Mapping[int, Collection[EventSpan]]
) -> Iterator[Bearing]:
    """Count the lines of every place that bear the id; yields after each piece of bytes, the whole answer at last.

    events: by place, where the events of the trace lie.
    """
    so_far = Bearing()
    for number, place in enumerate(places):
        if not place.source.rereadable:
            so_far = replace(so_far, unread=so_far.unread + 1)
            continue
        before, found = so_far, _Lines(request_id.encode(), events.get(number, ()))
        try:
            for chunk in chunks(place.source, place.generation):
                found.feed(chunk)
                yield _with(before, number, found)
        except OSError:
            before = replace(before, unread=before.unread + 1)
        found.end()
        so_far = _with(before, number, found)
    yield replace(so_far, finished=True)


def _with(before: Bearing, place: int, found: _Lines) -> Bearing:
    lines = (*before.lines, (place, tuple(found.numbers))) if found.numbers else before.lines
    return replace(before, others=before.others + found.others, total=before.total + found.total, lines=lines)


class _Lines:
    """Counts the lines of one stream that hold the id as a whole word."""

    def __init__(self, wanted: bytes, events: Collection[EventSpan]) -> None:
        self.others = self.total = 0
        self.numbers: list[int] = []
        self._wanted, self._events = wanted, sorted(events)
        self._rest = b""
        self._offset = 0
        self._line = 1

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes; a line that is not whole yet waits."""
        cut = chunk.rfind(b"\n") + 1
        if not cut:
            self._rest += chunk
            return
        self._look(self._rest + chunk[:cut])
        self._rest = chunk[cut:]

    def end(self) -> None:
        """Look at the last line, which may have no end."""
        if self._rest:
            self._look(self._rest)
            self._rest = b""

    def _look(self, data: bytes) -> None:
        line, start, at = self._line, 0, data.find(self._wanted)
        while at >= 0:
            after = at + len(self._wanted)
            if not _continues(data, at - 1) and not _continues(data, after):
                line += data.count(b"\n", start, at)
                start = data.find(b"\n", at) + 1 or len(data)
                self._count(line, self._offset + at)
                line += 1
                after = start
            at = data.find(self._wanted, after)
        self._line += data.count(b"\n")
        self._offset += len(data)

    def _count(self, line: int, at: int) -> None:
        self.total += 1
        self.others += not any(span.offset <= at < span.end for span in self._events)
        if len(self.numbers) < _MOST_LINES:
            self.numbers.append(line)


def _continues(data: bytes, at: int) -> bool:
    return 0 <= at < len(data) and data[at] in _ID_BYTES


def raw_command(places: Sequence[Place], request_id: str, found: Bearing) -> str:
    """Shell command that prints the lines that bear the id: `sed -n` by number, `lnav` where they are too many.

    Empty when there is none to print. It holds paths and the id, and nothing else of a log.
    """
    commands = [_command(places[place], lines, request_id) for place, lines in found.lines]
    return " ; ".join(dict.fromkeys(command for command in commands if command))


def _command(place: Place, lines: tuple[int, ...], request_id: str) -> str:
    path = _path_now(place)
    if not path or not lines:
        return ""
    if len(lines) >= _MOST_LINES:
        return f"lnav -c {shlex.quote(f':filter-in {request_id}')} {shell_quoted(path)}"
    script = shlex.quote("".join(f"{line}p;" for line in lines) + f"{lines[-1]}q")
    unpack = _UNPACKERS.get(PurePath(path).suffix)
    if unpack is None:
        return f"sed -n {script} {shell_quoted(path)}"
    return f"{unpack} {shell_quoted(path)} | sed -n {script}"


def _path_now(place: Place) -> str:
    """Where the file that was read lies now; rotation may have renamed it."""
    path = path_of(place.source)
    if not path or isinstance(place.source, CompressedFile):
        return path
    identity = place.source.identity(place.generation) or place.identity
    with suppress(OSError):
        return next((each.path for each in candidates(path) if each.holds(identity)), path)
    return path


def shell_quoted(path: str) -> str:
    """Quote a path for a shell; one that a terminal would not show as it is goes as `$'…'` with escapes."""
    if path.isprintable() and path.isascii():
        return shlex.quote(path)
    if path.isprintable() and _encodable(path):
        return "'" + path.replace("'", "'\"'\"'") + "'"
    return "$'" + "".join(_escaped(byte) for byte in path.encode("utf-8", "surrogateescape")) + "'"


def _encodable(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _escaped(byte: int) -> str:
    char = chr(byte)
    if byte < 0x80 and char.isprintable() and char not in "'\\":
        return char
    return f"\\{byte:03o}"


def event_spans(rows: Iterable[Mapping[str, int]]) -> dict[int, set[EventSpan]]:
    """Where events lie, by place, from their `source`, `offset` and `length`."""
    found: dict[int, set[EventSpan]] = {}
    for row in rows:
        found.setdefault(row["source"], set()).add(EventSpan(row["offset"], row["offset"] + row["length"]))
    return found
