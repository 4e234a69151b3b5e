"""What every wrapper's module is made of.

A wrapper is recognised by content, one record at a time. Those that put something before the line are a `Prefix`; those
that put the line into a JSON object are a `Shell`. Both turn one record into pieces: payloads, or the reason why there
is none. Nothing here raises with data in its message.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import tzinfo

    from tui.logs.schema import Reject
    from tui.runbook.model import Record

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LATEST_US = 253_402_300_799_999_999
_YEAR_2286_S = 10_000_000_000

LEVEL = "level"
"""First key of the backend's own records."""

ISO = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)"
"""A time as Go and RFC 3339 write it, as a regular expression."""

COLOUR = r"(?:\x1b\[[0-9;]*m)*"
"""Any number of terminal colours, as a regular expression."""

Fields = dict[str, Any]
"""A decoded JSON object."""


class Piece(NamedTuple):
    """One payload of a wrapper's record, or why there is none.

    hint: the wrapper's own time, microseconds since the epoch, UTC. stream: what its fragments are joined by; more: it
    goes on in the stream's next record. weak: the form alone proves nothing, since a backend may write such lines too.
    """

    text: str = ""
    hint: int | None = None
    stream: str | None = None
    more: bool = False
    reject: Reject | None = None
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """What a wrapper's module may need to know: the record's keys, and the zone of times that have none."""

    record: Record
    zone: tzinfo

    def moment(self, text: object) -> int | None:
        """Microseconds since the epoch of an ISO time, read in the context's zone if it has none; None for no time."""
        if not isinstance(text, str):
            return None
        try:
            at = datetime.fromisoformat(text.replace(" +", "+").replace(" -", "-").replace("z", "Z"))
            return ((at if at.tzinfo else at.replace(tzinfo=self.zone)) - _EPOCH) // _MICROSECOND
        except (ValueError, OverflowError):
            return None


@dataclass(frozen=True, slots=True)
class Prefix:
    """A wrapper that puts something before the line.

    signature: what the first characters must look like, a regular expression that both `re` and Polars understand.
    """

    name: str
    signature: str
    peel: Callable[[str, Context], Piece | None]


@dataclass(frozen=True, slots=True)
class Shell:
    """A wrapper that puts the line into a JSON object; keys: literals one of which every such record holds."""

    name: str
    keys: tuple[str, ...]
    peel: Callable[[Fields, Context], Sequence[Piece] | None]


def epoch(value: object) -> int | None:
    """Microseconds since the epoch of a number (or digits) of seconds, ms, µs or ns, told apart by magnitude."""
    if isinstance(value, str):
        value = int(value) if value.isascii() and value.isdigit() and len(value) <= len("1795122000000000000") else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _YEAR_2286_S * 10**9:
        return None
    scale = next(scale for scale in (1, 10**3, 10**6, 10**9) if value < _YEAR_2286_S * scale)
    return min(int(value * 10**6 / scale) if isinstance(value, float) else value * 10**6 // scale, _LATEST_US)


def decode(text: str) -> Fields | None:
    """Decode the JSON object that a text holds; None when it holds none. Integers beyond 64 bits may come as text."""
    try:
        found = orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        found = _decode_slowly(text)
    return found if isinstance(found, dict) else None


def compact(value: object) -> str:
    """Write a value as JSON without blanks, as the backend does."""
    try:
        return orjson.dumps(value).decode()
    except (TypeError, RecursionError):
        return _encode_slowly(value)


def printable(text: str) -> str:
    """Replace lone surrogates, so that the text can be encoded."""
    return text.encode("utf-8", "replace").decode()


def contents(value: object, hint: int | None) -> list[Piece]:
    """Make the pieces of a message key: its text, else the note that the record has no message."""
    return [Piece(value, hint)] if isinstance(value, str) else [Piece(hint=hint, reject="no_message")]


def _decode_slowly(text: str) -> object:
    """Decode what orjson refuses and JavaScript reads: lone surrogates, huge numbers."""
    try:
        return json.loads(text, parse_int=_integer)
    except (ValueError, RecursionError):
        return None


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= len("-18446744073709551616") else digits


def _encode_slowly(value: object) -> str:
    try:
        return printable(json.dumps(value, separators=(",", ":"), ensure_ascii=False))
    except (ValueError, TypeError, RecursionError):
        return ""
