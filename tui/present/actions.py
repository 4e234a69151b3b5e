"""The command palette: every action by its name, in both languages, found by a few of its letters."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui import locale
from tui.keymap import key_name
from tui.present.spans import Line, Span, fit, foreign, gap, left, right, width

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui.locale import Translate

_KEYS = 14
_OTHER_FROM = 60


@dataclass(frozen=True, slots=True)
class Act:
    """One action. name: in the language in use; other: in the other one; keys: as they are written on the screen."""

    action: str
    name: str
    other: str
    keys: str


def names(_: Translate) -> dict[str, str]:
    """Name of every action in a language: `_` is that language's translator."""
    return {
        "quit": _("quit"),
        "help": _("help: keys and words"),
        "trace": _("trace of a requestId"),
        "events": _("events and filter"),
        "sources": _("sources: rates, lag, rejected lines"),
        "settings": _("settings and where they came from"),
        "whatif": _("what if: other rules over this run"),
        "compare": _("compare two periods, before and after a deploy"),
        "share": _("share the current state"),
        "back": _("back to the board"),
        "dig": _("look closer at what has the focus"),
        "zoom": _("give the focused pane all the room"),
        "pause": _("pause or go on"),
        "pane('side')": _("triage and playbook"),
        "view('triage')": _("triage"),
        "view('playbook')": _("playbook"),
        "view('rollback')": _("rollback gate and decision"),
        "view('closure')": _("what is missing to close"),
        "command('more')": _("further acts on the incident"),
        "command('snooze')": _("put the reminder off"),
        "pane('timeline')": _("timeline"),
        "pane('feed')": _("event feed"),
        "move(-1)": _("back by one step in time"),
        "move(1)": _("forward by one step in time"),
        "move(-10)": _("back by ten minutes"),
        "move(10)": _("forward by ten minutes"),
        "edge(0)": _("to the first moment of the data"),
        "edge(1)": _("to the last moment of the data"),
        "stop(1)": _("to the next moment at which something happened"),
        "stop(-1)": _("to the last moment at which something happened"),
        "go_to": _("go to a time"),
        "faster(1)": _("let time run faster"),
        "faster(-1)": _("let time run slower"),
        "zoom(1)": _("show less time"),
        "zoom(-1)": _("show more time"),
        "pan(-1)": _("move the chart to earlier"),
        "pan(1)": _("move the chart to later"),
        "view": _("break down by other fields"),
        "csv": _("write CSV of what is shown"),
        "filter": _("filter events"),
        "follow": _("follow the newest events"),
        "error(1)": _("next error"),
        "error(-1)": _("previous error"),
        "copy": _("copy the command that opens the lines"),
        "command('declare')": _("declare an incident"),
        "command('acknowledge')": _("acknowledge"),
        "command('mitigate')": _("mark as mitigated"),
        "command('resolve')": _("mark as resolved"),
        "command('severity')": _("change the severity"),
        "command('update')": _("prepare an update and tell that it was sent"),
        "command('note')": _("write a note"),
        "command('flags')": _("note a deploy freeze or push off"),
        "command('roles')": _("roles, on call and handoff"),
        "command('undo')": _("undo the last entry"),
        "pin": _("pin as evidence"),
        "command('incidents')": _("incidents"),
    }


def known_acts(bindings: Iterable[tuple[str, str]], metrics: Iterable[str]) -> tuple[Act, ...]:
    """Acts for (key, action) pairs that have a name; `metrics` are the names of the lanes, in order."""
    own = names(locale._)
    others = [names(locale.translator(language)) for language in locale.LANGUAGES]
    lanes = {f"lane({number})": foreign(name) for number, name in enumerate(metrics)}
    lanes |= {action.replace("lane", "metric"): name for action, name in lanes.items()}
    keys: dict[str, list[str]] = {}
    for key, action in bindings:
        keys.setdefault(action, []).append(key)
    found = []
    for action, pressed in keys.items():
        name = own.get(action) or lanes.get(action)
        if name is not None:
            other = next((each[action] for each in others if each.get(action, name) != name), "")
            found.append(Act(action, name, other, " ".join(dict.fromkeys(map(shown_key, pressed)))))
    return tuple(found)


def shown_key(key: str) -> str:
    """Write a key as it stands on the keyboard."""
    page_up, page_down = locale._("PgUp PgDn").split()
    plain = {
        "question_mark": "?", "colon": ":", "slash": "/", "comma": ",", "full_stop": ".", "plus": "+", "minus": "-",
        "equals_sign": "=", "left": "←", "right": "→", "up": "↑", "down": "↓", "escape": "esc",
        "space": locale._("space"), "enter": locale._("enter"), "tab": "Tab",
        "pageup": page_up, "pagedown": page_down, "home": "Home", "end": "End",
    }  # fmt: skip
    return "+".join(key_name(plain.get(part, part)) for part in key.split("+"))


def matching(acts: tuple[Act, ...], typed: str) -> tuple[Act, ...]:
    """Acts whose name in either language holds what was typed, the best first: a word's start, a part, letters."""
    wanted = folded(typed)
    if not wanted:
        return acts
    scored = [(min(_score(wanted, act.name), _score(wanted, act.other)), place, act) for place, act in enumerate(acts)]
    return tuple(act for score, _place, act in sorted(scored, key=lambda item: item[:2]) if score < _NO_MATCH)


_NO_MATCH = 1000


def _score(wanted: str, name: str) -> int:
    text = folded(name)
    at = text.find(wanted)
    if at == 0:
        return 0
    if at > 0:
        return 1 if text[at - 1] == " " else 2
    return _spread(wanted, text)


def _spread(wanted: str, text: str) -> int:
    """How far apart the letters lie, in their order; no match when one is missing."""
    at, first = -1, -1
    for char in wanted.replace(" ", ""):
        at = text.find(char, at + 1)
        if at < 0:
            return _NO_MATCH
        first = at if first < 0 else first
    return 3 + at - first


def folded(text: str) -> str:
    """Lower case without accents."""
    split = unicodedata.normalize("NFD", text.lower())
    return "".join(char for char in split if not unicodedata.combining(char))


def act_line(act: Act, cells: int) -> Line:
    """`declare an incident · declarar un incidente      d`."""
    room = cells - _KEYS - 1
    name = left(act.name, room)
    other = act.other if cells >= _OTHER_FROM and width(act.name) + width(act.other) + 3 <= room else ""
    line: Line = (Span(name, "text"),)
    if other:
        rest = room - width(act.name) - 3
        line = (Span(act.name, "text"), Span(f" · {left(other, rest)}", "muted"))
    return fit((*line, Span(right(act.keys, _KEYS), "strong"), gap(1)), cells)
