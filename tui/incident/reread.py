"""An entry's data as they are read: all passes the net again, since a journal may be forged, or somebody else's.

What was written here is unchanged by that: its texts are masked, and masking twice changes nothing. Strings are judged
by the name of their field, and one that nobody knows as if a person had typed it.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from tui.incident.actions import TEXT_LIMIT, clean_text
from tui.privacy import mask, mask_file, mask_identifier, mask_name, visible

if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST = 12 * TEXT_LIMIT
"""Nothing becomes longer by being cleaned, each of its characters a picture: what is, was never written here."""
_REMEMBERED = 1000
"""Longest text that is remembered: a journal is read again after each of its entries."""
_WORD_OR_TIME = re.compile(
    r"[a-z_]{0,23}|[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2}))?"
)
"""What no rule of the net could object to."""
_IDENTIFIER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,127}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_FILE_IDENTITY = re.compile(r"[0-9]{1,20}:[0-9]{1,20}:[0-9a-f]{64}:[0-9]{1,20}:[0-9a-f]{64}:[0-9]{1,20}")
_WRITER = re.compile(r"[A-Za-z0-9-]{1,80}")
_PROCESS_AND_TOKEN = re.compile(r"-[0-9]{1,7}-[0-9a-f]{8}\Z")


def reread(data: dict[str, Any]) -> dict[str, Any]:
    """Clean what an entry says: plain JSON values in, plain JSON values out. RecursionError for a bottomless one."""
    return _object(data, "")


def line(text: str) -> str:
    """Clean a text of one line."""
    return text if _WORD_OR_TIME.fullmatch(text) else _cleaned(text, one_line=True)


def identifier(text: str) -> str:
    """Clean an id; long ones stay (contracts §1), and what is not even shaped like an id is text."""
    return _identifier(text) if _IDENTIFIER.fullmatch(text) else _text(text)


@lru_cache(maxsize=1024)
def writer(name: str) -> str:
    """Name a journal's writer; one that looks like a secret gets another name, always the same: ids hold it."""
    if _WRITER.fullmatch(name) and not mask(_PROCESS_AND_TOKEN.sub("", name)).kinds:
        return name
    return f"writer-{sha256(name.encode('utf-8', 'replace')).hexdigest()[:12]}"


def entry_id(text: str) -> str:
    """Clean the id of an entry, `writer:seq`; empty for none."""
    name, _colon, seq = text.rpartition(":")
    return f"{writer(name)}:{seq}" if name and seq.isdecimal() else identifier(text)


def _object(value: dict[str, Any], name: str) -> dict[str, Any]:
    prefix = f"{name}." if name in _TOLD_APART else ""
    return {line(key): _value(each, prefix + key) for key, each in value.items()}


def _value(value: Any, name: str) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        return _FORMS.get(name, line)(value)
    if isinstance(value, list):
        return [_value(each, name) if isinstance(each, str | list | dict) else each for each in value]
    return _object(value, name) if isinstance(value, dict) else value


def _cleaned(text: str, *, one_line: bool) -> str:
    if len(text) > _LONGEST:
        return "‹opaque›"
    return (_remembered if len(text) <= _REMEMBERED else clean_text)(text, one_line=one_line)


def _kept(shape: re.Pattern[str], text: str) -> str:
    return text if shape.fullmatch(text) else identifier(text)


def _source_name(name: str) -> str:
    return mask_name(visible(name))


_remembered = lru_cache(maxsize=4096)(clean_text)
_identifier = lru_cache(maxsize=4096)(mask_identifier)
_text = partial(_cleaned, one_line=False)

_TOLD_APART = frozenset(("conditions", "source", "sources", "runbook"))
"""Objects with fields by names that others have too."""
_FORMS: dict[str, Callable[[str], str]] = {
    **dict.fromkeys(("text", "why", "value", "note", "impact", "hypothesis", "tail"), _text),
    **dict.fromkeys(("severity", "metric", "rule", "step", "field", "command", "kind", "into", "unit"), identifier),
    **dict.fromkeys(("of", "overridden", "figures", "done", "pending", "request_id", "anchor"), identifier),
    **dict.fromkeys(("conditions.id", "conditions.missing", "conditions.note", "runbook.id"), identifier),
    **dict.fromkeys(("sha256", "evidence", "runbook.sha256"), partial(_kept, _DIGEST)),
    **dict.fromkeys(("source.identity", "sources.identity"), partial(_kept, _FILE_IDENTITY)),
    **dict.fromkeys(("source.name", "sources.name"), _source_name),
    **dict.fromkeys(("source.path", "sources.path"), visible),
    **dict.fromkeys(("runbook.rules", "runbook.texts"), mask_file),
    "entry": entry_id,
}
"""Field → how its text is cleaned; a path is there to open the file again, and is neither shown nor exported."""
