"""The table of every key: what is bound to something worth saying, on which screens, in both languages."""

from __future__ import annotations

import inspect
import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING

from textual.binding import Binding

import tui.ui
from docs.generate.models import rows
from tui.keymap import USUAL
from tui.locale import translator
from tui.present.actions import names, shown_key
from tui.present.help_words import key_sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

PLACES = {
    "app": "everywhere", "command_screen": "board", "board": "board", "review_screen": "review",
    "detail": "metric", "dig": "all but the board", "events": "events", "trace": "trace", "incidents": "incidents",
    "closure": "closing form", "whatif": "what if", "compare": "compare", "panes": "panes", "rows": "lists",
}  # fmt: skip
"""Modules that bind keys, and what people call where these work."""
UNNAMED = {
    "answer", "app.focus_next", "app.focus_previous", "choose", "complete", "leave", "list", "move", "press", "read",
    "samples", "scroll_by", "stop", "take",
}  # fmt: skip
"""What keys do inside a question, a field or a list: the page says it in a paragraph."""
_INTO_LIST = "up,down"
"""Gives the focus to the list of a screen, under whatever name the list has."""
_NAMES = {key: name for name, key in USUAL.items()}


def table() -> list[str]:
    """Return keys, their name in the settings, where they work, and what they do; in the order of the help."""
    bound = _bound()
    spanish = translator("es")
    body = []
    for actions, sentence in key_sentences():
        found = [each for action in actions for each in bound.pop(action, ())]
        body.append((*_cells(found), sentence, spanish(sentence)))
    english = names(str)
    named = [action for action in bound if action in english]
    body += [(*_cells(bound.pop(action)), english[action], spanish(english[action])) for action in named]
    left = {action.partition("(")[0] for action in bound} - UNNAMED
    if left:
        raise KeyError(f"keys without a sentence: {', '.join(sorted(left))}")
    return rows(("key", "name in `[keys]`", "where", "English", "español"), body)


Bound = tuple[str, str]
"""A key as it stands on the keyboard, and where it works."""


def _cells(found: list[Bound]) -> tuple[str, str, str]:
    keys = list(dict.fromkeys(key for key, _place in found))
    named = [f"`{_NAMES[key]}`" for key in keys if key in _NAMES]
    places = dict.fromkeys(place for _key, place in found)
    digits = len(keys) > 2 and all(key.isdigit() for key in keys)
    shown = f"`{keys[0]}`–`{keys[-1]}`" if digits else " ".join(f"`{key}`" for key in keys)
    return shown, " ".join(named), ", ".join(places)


def _bound() -> dict[str, list[Bound]]:
    """Action → its keys and where they work, over every screen and widget."""
    found: dict[str, list[Bound]] = {}
    for module, binding in _bindings():
        kind = binding.action.partition("(")[0]
        if binding.key == _INTO_LIST or (kind in UNNAMED and module not in PLACES):
            continue
        for key in binding.key.split(","):
            found.setdefault(binding.action, []).append((shown_key(key), PLACES[module]))
    return found


def _bindings() -> Iterator[tuple[str, Binding]]:
    for info in pkgutil.walk_packages(tui.ui.__path__, "tui.ui."):
        module = import_module(info.name)
        for _name, owner in inspect.getmembers(module, inspect.isclass):
            if owner.__module__ == info.name:
                short = info.name.rpartition(".")[2]
                yield from ((short, each) for each in vars(owner).get("BINDINGS", ()) if isinstance(each, Binding))
