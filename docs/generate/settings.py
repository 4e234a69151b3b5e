"""The table of every setting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docs.generate.models import default, limits, meanings, rows, type_words
from tui.settings import Command, Settings

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

COMPUTED = {"data_dir": "the user's data folder"}
"""Defaults that depend on the machine, in words."""


def table() -> list[str]:
    """Return key, type, default, environment variable and meaning of every setting, in the model's order."""
    said = meanings(Settings)
    body = [
        (f"`{key}`", _type(field), _default(key, field), f"`GUARDIA_{key.upper()}`", said[key])
        for key, field in Settings.model_fields.items()
    ]
    return rows(("key", "type", "default", "environment", "meaning"), body)


def _type(field: FieldInfo) -> str:
    return type_words(field.annotation, _named) + limits(field)


def _default(key: str, field: FieldInfo) -> str:
    return COMPUTED.get(key) or default(field)


def _named(annotation: Any) -> str | None:  # noqa: ANN401 - an annotation is anything
    return "[command](#commands)" if annotation is Command else None
