"""Data goes to standard output, sentences to standard error (contracts §7)."""

from __future__ import annotations

from typing import Any

import click


def emit_json(result: Any, *, indent: bool = True) -> None:  # noqa: ANN401 - any JSON value
    """Print one JSON value; on one line without `indent`."""
    import orjson

    click.echo(orjson.dumps(result, option=orjson.OPT_INDENT_2 if indent else 0).decode())


def say(sentence: str) -> None:
    """Tell the person something that is not the result."""
    click.echo(sentence, err=True)
