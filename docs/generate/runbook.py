"""The reference of the rules file: every table with its keys, and the kinds of texts it needs."""

from __future__ import annotations

import tomllib
import types
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from docs.generate.models import default, limits, meanings, rows, sentence, summary, type_words
from tui.runbook.model import Condition, Measure, Model
from tui.runbook.predicates import Predicate
from tui.runbook.probes import Probe
from tui.runbook.references import DEFINES, FIXED_TEXTS, REFERENCES, WORDED
from tui.runbook.runbook import Runbook

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = {"Measures": Measure, "Probes": Probe, "Predicates": Predicate}
"""What may stand in one place, told apart by `kind`."""
WORDS = tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))
"""Meanings of keys that have no docstring: by model, or for a key wherever it stands."""

NOUNS = {
    "names": "required group", "condition": "gate condition", "variable": "required variable",
    "retention": "retention class", "field": "closing field", "mode": "environment mode", "push": "push mode",
}  # fmt: skip
"""What a kind of thing is called where its own name would read oddly."""

Place = tuple[type[Model], str]
"""A model, and where the file has it."""


def reference() -> list[str]:
    """Every table of the file, in its order, then what may stand in one place."""
    lines: list[str] = []
    for model, place in _tables():
        lines += [f"### {_title(model)}", "", _opening(model, place), "", *_keys(model), ""]
    for heading, kinds in KINDS.items():
        lines += [f"## {heading}", ""]
        for model in _members(kinds):
            kind = get_args(model.model_fields["kind"].annotation)[0]
            lines += [f"**`{kind}`** {summary(model)}", "", *_keys(model, without="kind"), ""]
    return [line for line, before in zip(lines, ["", *lines], strict=False) if line or before][:-1]


def text_kinds() -> list[str]:
    """Every kind of text: whose id it is joined by."""
    keys: dict[str, list[str]] = {}
    for model, kind in DEFINES.items():
        keys.setdefault(kind, []).append(f"`id` of {_link(model)}")
    for (model, field), kind in WORDED.items():
        keys.setdefault(kind, []).append(f"`{field}` of {_link(model)}")
    for kind, _dot, name in (key.partition(".") for key in sorted(FIXED_TEXTS)):
        keys.setdefault(kind, []).append(f"`{name}`")
    return rows(("table", "its keys"), [(f"`[{kind}]`", ", ".join(found)) for kind, found in sorted(keys.items())])


def _tables() -> Iterator[Place]:
    """Every model of the file but those of the kinds, each where it is met first."""
    seen: set[type[Model]] = {model for kinds in KINDS.values() for model in _members(kinds)}

    def below(model: type[Model], place: str) -> Iterator[Place]:
        seen.add(model)
        yield model, place
        for name, field in model.model_fields.items():
            path = f"{place}.{field.alias or name}".removeprefix(".")
            for part, brackets in _parts(field.annotation):
                if part not in seen:
                    yield from below(part, path + brackets)

    yield from below(Runbook, "")
    for kinds in KINDS.values():
        for kind in _members(kinds):
            for field in kind.model_fields.values():
                for part, _brackets in _parts(field.annotation):
                    if part not in seen:
                        yield from below(part, "")


def _parts(annotation: Any) -> Iterator[tuple[type[Model], str]]:  # noqa: ANN401 - an annotation is anything
    """Models in an annotation; `[]` for those in a list, `.NAME` for those in a table."""
    if isinstance(annotation, type) and issubclass(annotation, Model):
        yield annotation, ""
        return
    brackets = {tuple: "[]", dict: ".NAME"}.get(get_origin(annotation), "")
    for each in get_args(annotation):
        yield from ((part, brackets + more) for part, more in _parts(each))


def _members(kinds: Any) -> tuple[type[Model], ...]:  # noqa: ANN401 - an annotation is anything
    union = get_args(kinds)[0] if get_origin(kinds) is Annotated else kinds
    return get_args(union)


def _opening(model: type[Model], place: str) -> str:
    if model is Runbook:
        return "The top of the file."
    said = summary(model)
    return f"`{place}` – {said}" if place else said


def _keys(model: type[Model], without: str = "") -> list[str]:
    body = [
        (
            f"`{field.alias or name}`",
            type_words(field.annotation, _named) + limits(field),
            default(field),
            sentence(_meaning(model, name)),
        )
        for name, field in model.model_fields.items()
        if name != without
    ]
    return rows(("key", "type", "default", "meaning"), body) if body else []


def _meaning(model: type[Model], name: str) -> str:
    """Return what a key means: its docstring, what it leads to, or what the words say. KeyError when nobody does."""
    own = meanings(model).get(name) or WORDS.get(model.__name__, {}).get(name) or _reference(model, name)
    if own:
        return str(own)
    if name == "id" and model in DEFINES:
        return f"its own name, and that of its text, `{DEFINES[model]}.ID`"
    leads_to = [part for part, _brackets in _parts(model.model_fields[name].annotation)]
    return str(WORDS[name] if name in WORDS else summary(leads_to[0]).partition("\n")[0])


def _reference(model: type[Model], name: str) -> str:
    """Return what an id leads to, or which texts it names."""
    for (owner, field), kind in REFERENCES.items():
        if field == name and issubclass(model, owner):
            noun = NOUNS.get(kind, kind)
            return f"ids of {noun}s" if _holds_several(model, name) else f"id of a {noun}"
    for (owner, field), kind in WORDED.items():
        if field == name and issubclass(model, owner):
            return f"{'each ' if _holds_several(model, name) else ''}names a text `{kind}.ID`"
    return ""


def _holds_several(model: type[Model], name: str) -> bool:
    return get_origin(model.model_fields[name].annotation) is tuple


def _named(annotation: Any) -> str | None:  # noqa: ANN401 - an annotation is anything
    if annotation == Condition:
        return "[condition](#values)"
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return _link(annotation)
    members = get_args(annotation) if get_origin(annotation) in {Union, types.UnionType} else ()
    models = tuple(each for each in members if each is not type(None))
    for heading, kinds in KINDS.items():
        if models and models == _members(kinds):
            return f"[{heading[:-1].lower()}](#{heading.lower()})"
    return None


def _title(model: type[Model]) -> str:
    """`ClosureField` → `Closure field`."""
    if model is Runbook:
        return "The file"
    spaced = "".join(f" {char.lower()}" if char.isupper() else char for char in model.__name__).strip()
    return spaced[0].upper() + spaced[1:]


def _link(model: type[Model]) -> str:
    words = _title(model).lower()
    return f"[{words}](#{words.replace(' ', '-')})"
