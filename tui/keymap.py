"""The letters that do things, by name, and what a person made of them in the settings (`[keys]`).

A key means the same on every screen, so a changed one is changed everywhere: what is pressed is read back as the usual
key, and what is shown is written with the new one. Digits, arrows, enter, esc, tab and space stay what they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import combining

if TYPE_CHECKING:
    from collections.abc import Mapping

USUAL = {
    "declare": "d", "acknowledge": "a", "mitigate": "m", "resolve": "R", "severity": "s", "update": "u", "note": "n",
    "flags": "f", "roles": "g", "undo": "U", "snooze": "h", "incidents": "i", "more": "M",
    "triage": "t", "playbook": "p", "rollback": "r", "closure": "c", "timeline": "l", "events": "e", "trace": "x",
    "pin": "P", "copy": "y", "share": "Y", "view": "v", "csv": "w", "zoom": "z", "what_if": "W", "compare": "C",
    "next_stop": "j", "last_stop": "k", "go_to": "G", "sources": "o", "settings": "O",
    "filter": "/", "commands": ":", "help": "?", "quit": "q",
}  # fmt: skip
"""The usual key of everything that may have another."""

FIXED = "+-=,."
"""Signs that move in time on every screen, and so cannot stand for anything else."""

_READ: dict[str, str | None] = {}
_SHOWN: dict[str, str] = {}


class KeymapError(ValueError):
    """A key that cannot be used; the message says which and why."""


def check(wanted: Mapping[str, str]) -> dict[str, str]:
    """Return usual key → wanted key. Raises KeymapError for an unknown name, no single letter or sign, or one taken."""
    unknown = sorted(wanted.keys() - USUAL.keys())
    if unknown:
        raise KeymapError(f"no key is called {unknown[0]}; there are {', '.join(USUAL)}")
    for name, key in wanted.items():
        if len(key) != 1 or not key.isprintable() or key.isspace() or key.isdigit() or combining(key):
            raise KeymapError(f"{name}: write one letter or sign")
    holders = dict.fromkeys(FIXED, "time, which moves by it")
    for name, key in {**USUAL, **wanted}.items():
        if key in holders:
            raise KeymapError(f"{name}: {key} is the key of {holders[key]} already")
        holders[key] = name
    return {USUAL[name]: key for name, key in wanted.items() if key != USUAL[name]}


def use(wanted: Mapping[str, str]) -> None:
    """Put a person's keys in force for this process."""
    changed = check(wanted)
    _SHOWN.clear()
    _SHOWN.update(changed)
    _READ.clear()
    _READ.update(dict.fromkeys(changed))
    _READ.update({new: usual for usual, new in changed.items()})


def read(pressed: str) -> str | None:
    """Return the usual key that a pressed one stands for; None: it means nothing any more."""
    return _READ.get(pressed, pressed)


def key_name(label: str) -> str:
    """Write keys as they are in force: `d`, `t p r c`, `1-5`, each of its words if it is one key."""
    return " ".join(_SHOWN.get(word, word) for word in label.split(" ")) if _SHOWN else label
