"""Standard input serves two: the log that is piped in, and the keys. The keys get the terminal back."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from tui.locale import _

if TYPE_CHECKING:
    from collections.abc import Sequence

STDIN = 0


def need_terminal(sources: Sequence[str]) -> int | None:
    """Make sure that there is a screen and a keyboard; a descriptor of the piped input when `-` is among the sources.

    Must run before Textual is imported, which takes standard input as it finds it. UsageError says what to use instead.
    """
    if not sys.stdout.isatty():
        raise click.UsageError(_("the board needs a terminal; without one, use guardia check or guardia trace"))
    if "-" not in sources:
        if not sys.stdin.isatty():
            raise click.UsageError(_("the board needs a keyboard; to read what is piped in, name it as a source: -"))
        return None
    if sys.stdin.isatty():
        raise click.UsageError(_("- is what is piped in, and nothing is: write … | guardia watch -"))
    try:
        keyboard = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        message = _("the log comes in by a pipe and there is no terminal for the keys; use guardia check --follow -")
        raise click.UsageError(message) from None
    piped = os.dup(STDIN)
    os.dup2(keyboard, STDIN)
    os.close(keyboard)
    return piped
