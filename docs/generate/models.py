"""What models say about themselves: types and defaults in a reader's words, meanings from their docstrings."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
import types
from datetime import timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MinLen
from pydantic import BaseModel

from tui.runbook.model import write_duration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pydantic.fields import FieldInfo

PLAIN = {
    str: "text", int: "whole number", float: "number", bool: "true or false", timedelta: "duration", Path: "path",
}  # fmt: skip
"""What readers call a type."""
_SOURCES = re.compile(r" \([^()]*§[^()]*\)")


@cache
def meanings(model: type[BaseModel]) -> dict[str, str]:
    """Attribute → its docstring in one line, of a model and those it builds on."""
    found: dict[str, str] = {}
    for owner in reversed(model.__mro__):
        if issubclass(owner, BaseModel) and owner.__module__.startswith("tui."):
            (body,) = ast.parse(textwrap.dedent(inspect.getsource(owner))).body
            found |= _documented(body.body) if isinstance(body, ast.ClassDef) else {}
    return found


def _documented(body: Sequence[ast.stmt]) -> dict[str, str]:
    return {
        field.target.id: " ".join(said.value.value.split())
        for field, said in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(said, ast.Expr)
        and isinstance(said.value, ast.Constant)
        and isinstance(said.value.value, str)
    }


def summary(model: type[BaseModel]) -> str:
    """Return the docstring of a model without the sections of documents that it names."""
    return _SOURCES.sub("", inspect.cleandoc(model.__doc__ or ""))


def sentence(said: str) -> str:
    """Begin with a capital and end with a full stop, whatever was written."""
    return f"{said[0].upper()}{said[1:]}".removesuffix(".") + "."


def type_words(annotation: Any, name_model: Callable[[Any], str | None]) -> str:  # noqa: ANN401 - an annotation is anything
    """Say a type. name_model: how a model, or a union of some, is called; None for what is neither."""
    if name := name_model(annotation) or PLAIN.get(annotation):
        return name
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if origin is Annotated:
        return type_words(arguments[0], name_model)
    inner = [type_words(each, name_model) for each in arguments if each not in {type(None), ...}]
    if origin is tuple:
        return f"list of {inner[0]}"
    if origin is dict:
        return f"table: name → {inner[1]}"
    if origin in {Union, types.UnionType}:
        return " or ".join(inner)
    raise TypeError(f"no words for {annotation}")


def limits(field: FieldInfo) -> str:
    """`, at least 1` for what a value is held to; empty when it is not."""
    return "".join(f", {_limit(each)}" for each in field.metadata if isinstance(each, Ge | Gt | Le | Lt | MinLen))


def _limit(limit: Ge | Gt | Le | Lt | MinLen) -> str:
    match limit:
        case Ge():
            return f"at least {limit.ge}"
        case Gt():
            return f"above {limit.gt}"
        case Le():
            return f"at most {limit.le}"
        case Lt():
            return f"below {limit.lt}"
        case MinLen():
            return f"at least {limit.min_length} of them"


def default(field: FieldInfo) -> str:
    """Return what holds when nothing is written, as TOML would have it."""
    if field.is_required():
        return "**required**"
    return written(field.default)


def written(value: object) -> str:
    """Write a value as TOML has it; a dash where nothing is set."""
    match value:
        case None | "" | () | {}:
            return "–"
        case bool():
            return f"`{str(value).lower()}`"
        case timedelta():
            return f"`{write_duration(value)}`"
        case str():
            return f'`"{value}"`'
        case float():
            return f"`{value:g}`"
        case _:
            return f"`{value}`"


def rows(head: Sequence[str], body: Iterable[Sequence[str]]) -> list[str]:
    """Write a Markdown table."""
    cells = [list(head), ["---"] * len(head), *map(list, body)]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in cells]
