"""Data goes to standard output, sentences to standard error (contracts §7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tui.locale import ngettext

if TYPE_CHECKING:
    from collections.abc import Collection

_MOST_NAMES, _LONGEST_NAME = 5, 60


def emit_json(result: Any, *, indent: bool = True) -> None:  # noqa: ANN401 - any JSON value
    """Print one JSON value; on one line without `indent`."""
    import orjson

    click.echo(orjson.dumps(result, option=orjson.OPT_INDENT_2 if indent else 0).decode())


def say(sentence: str) -> None:
    """Tell the person something that is not the result."""
    click.echo(sentence, err=True)


def some_names(names: Collection[str]) -> str:
    """Names of files for a sentence: the first few, each so long that a line holds it, and how many more there are."""
    from itertools import islice

    shown = ", ".join(short_name(name) for name in islice(names, _MOST_NAMES))
    more = len(names) - _MOST_NAMES
    return (
        shown
        if more <= 0
        else ngettext("{names}, and {count} more", "{names}, and {count} more", more).format(names=shown, count=more)
    )


def short_name(name: str) -> str:
    """A name that anybody may have chosen, as it can be shown."""
    from tui.present.spans import cut_middle
    from tui.privacy import visible

    return cut_middle(visible(name), _LONGEST_NAME)
