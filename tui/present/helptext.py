"""Help: what every key of the screen does, what every badge and sign means, and the words."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from tui.keymap import key_name
from tui.locale import _
from tui.present.actions import names, shown_key
from tui.present.help_words import badge_entries, key_sentences, sign_entries, word_entries
from tui.present.spans import Line, Span, fit, gap, left, width, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tui.present.help_words import Entry
    from tui.runbook.model import LogRules

Bound = tuple[str, str]
"""A key as the toolkit names it, and the action that it is bound to."""
_TWO_COLUMNS_FROM, _WIDEST_HEAD = 124, 17


def help_lines(
    rules: LogRules, keys: tuple[tuple[str, str], ...], bound: Iterable[Bound], cells: int
) -> tuple[Line, ...]:
    """Keys, badges, signs and words; side by side where there is room, else one below the other.

    keys: those that work now with a word each, which serves where there is no sentence. bound: every key of the screen.
    """
    lanes = len(rules.metrics)
    there = [(key, action) for key, action in bound if not key.isdigit() or int(key) <= lanes]
    sides = (
        [(_("Keys"), key_entries(keys, there))],
        [(_("Badges"), badge_entries(rules)), (_("Signs"), sign_entries()), (_("Words"), word_entries())],
    )
    if cells < _TWO_COLUMNS_FROM:
        return tuple(fit(line, cells) for line in _sections([*sides[0], *sides[1]], cells))
    half = cells // 2
    columns = [_sections(side, half - 2) for side in sides]
    pairs = zip_longest(*columns, fillvalue=())
    return tuple(fit((*fit(one, half), *other), cells) for one, other in pairs)


def key_entries(keys: tuple[tuple[str, str], ...], bound: Iterable[Bound]) -> tuple[Entry, ...]:
    """Every key bound to something worth saying, then those that only have a word; faint what does nothing now."""
    working = {key for shown, _word in keys for key in key_name(shown).split()}
    pressed: dict[str, list[str]] = {}
    for key, action in bound:
        pressed.setdefault(action.rpartition(".")[2], []).append(shown_key(key))
    entries: list[Entry] = []
    for actions, sentence in key_sentences():
        found = [key for action in actions for key in pressed.pop(action, ())]
        if found:
            idle = actions[0].startswith("command(") and not working & set(found)
            entries.append((_span_of(found), "muted" if idle else "strong", sentence))
    entries += _named(pressed, {key for head, _role, _said in entries for key in head.split()}, keys)
    return tuple(entries)


def _named(pressed: Mapping[str, Sequence[str]], said: set[str], keys: tuple[tuple[str, str], ...]) -> list[Entry]:
    """Actions that have a name only, and keys that have a word only."""
    known = names(_)
    found = [(" ".join(each), "strong", known[action]) for action, each in pressed.items() if action in known]
    said |= {key for head, _role, _name in found for key in head.split()}
    worded = [(key_name(key), word) for key, word in keys]
    return [
        *found,
        *((head, "strong", word) for head, word in worded if not set(head.split()) & said and "-" not in head),
    ]


def _span_of(keys: Sequence[str]) -> str:
    """`1–5` for digits in a row, else every key once."""
    if len(keys) > 2 and all(key.isdigit() for key in keys):
        return f"{keys[0]}–{keys[-1]}"
    plain = [key for key in keys if not key.startswith("ctrl+")]
    return " ".join(dict.fromkeys(plain or keys))


def _sections(sections: Sequence[tuple[str, Sequence[Entry]]], cells: int) -> list[Line]:
    lines: list[Line] = []
    for title, entries in sections:
        lines += [()] if lines else []
        lines.append((Span(title, "strong"),))
        head = min(_WIDEST_HEAD, max(width(name) for name, _role, _sentence in entries)) + 2
        for entry in entries:
            lines += _entry(entry, head, cells)
    return lines


def _entry(entry: Entry, head: int, cells: int) -> list[Line]:
    name, role, sentence = entry
    texts = wrap(sentence, max(8, cells - head - 1))
    return [
        (gap(1), Span(left(name if index == 0 else "", head), role), Span(text, "text"))
        for index, text in enumerate(texts)
    ]
