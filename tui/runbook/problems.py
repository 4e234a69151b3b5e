"""Mistakes of a runbook file in words that its author can act on: file, key, reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.locale import _
from tui.privacy import mask_name, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic_core import ErrorDetails

Loc = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: the file's name, the dotted key in it (empty for the file as a whole), a plain reason."""

    file: str
    key: str
    reason: str

    def __post_init__(self) -> None:
        """A name may be a secret that was typed in the wrong place."""
        object.__setattr__(self, "file", mask_name(self.file))

    def __str__(self) -> str:
        """`file: key: reason`, on one line whatever the file holds."""
        return visible(": ".join(part for part in (self.file, self.key, self.reason) if part))


class RunbookError(Exception):
    """A runbook that cannot be used; `problems` names every mistake found, one line each as text."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def dotted(loc: Loc) -> str:
    """Write a path as people do: `rules[2].threshold`."""
    key = ""
    for part in loc:
        key += f"[{part}]" if isinstance(part, int) else f".{part}" if key else part
    return key


def in_file(loc: Loc, document: object) -> Loc:
    """Drop from a validation path the names that pydantic adds for the branches of a union."""
    path: list[str | int] = []
    here: object = document
    for index, part in enumerate(loc):
        if isinstance(here, dict):
            last = index == len(loc) - 1
            if part in here or (last and here.get("kind") != part):
                path.append(part)
                here = here.get(part)
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            path.append(part)
            here = here[part]
    return tuple(path)


def reason(error: ErrorDetails) -> str:
    """Return a validation error as a plain sentence; what was written is not repeated."""
    kind = error["type"]
    context = error.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind in {"literal_error", "union_tag_invalid"}:
        expected = str(context.get("expected", context.get("expected_tags")))
        return _("must be one of {expected}").format(expected=expected.replace("'", "").replace(" or ", ", "))
    plain = _plain_reasons().get(kind) or _plain_reasons().get(kind.partition("_")[0])
    return plain.format(**context) if plain else error["msg"]


def _plain_reasons() -> dict[str, str]:
    """By error type, or by the word before its first `_`."""
    return {
        "missing": _("is missing"),
        "extra_forbidden": _("is not a key that is known here"),
        "union_tag_not_found": _("needs a kind"),
        "float": _("must be a number"),
        "int": _("must be a whole number"),
        "string": _("must be text"),
        "bool": _("must be true or false"),
        "tuple": _("must be a list"),
        "dict": _("must be a table"),
        "model": _("must be a table"),
        "time": _("must be a duration: 90s, 5m, 1h30m or 14d"),
        "too_short": _("needs at least {min_length}"),
        "too_long": _("takes at most {max_length}"),
        "greater_than": _("must be above {gt}"),
        "greater_than_equal": _("must be at least {ge}"),
        "less_than": _("must be below {lt}"),
        "less_than_equal": _("must be at most {le}"),
    }
