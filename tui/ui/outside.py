"""What leaves through the terminal for other programs: the clipboard of a multiplexer, a notice on the desktop.

A terminal takes both as sequences that show nothing. tmux keeps them from the terminal around it unless its own
settings say otherwise, so the clipboard goes to it by its own command, and a notice wrapped for it to pass on.
"""

from __future__ import annotations

import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

from tui.privacy import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.settings import Notify

_PATIENCE_SECONDS = 2


def in_tmux(environ: Mapping[str, str]) -> bool:
    """Whether the terminal is a pane of tmux."""
    return bool(environ.get("TMUX"))


def to_tmux(text: str) -> None:
    """Put text into tmux's newest buffer and, where tmux may, on the clipboard outside. What fails is no error."""
    with suppress(OSError, subprocess.SubprocessError):
        subprocess.run(
            ("tmux", "load-buffer", "-w", "-"),  # noqa: S607 - the tmux around us is the one that is found first
            input=text.encode(),
            capture_output=True,
            timeout=_PATIENCE_SECONDS,
            check=False,
        )


def desktop_notice(how: Notify, text: str, *, tmux: bool) -> str:
    """Return the sequence that makes a terminal show a notice; empty where none is wanted."""
    shown = visible(text).replace(";", ",")
    sequence = {"off": "", "osc9": f"\x1b]9;{shown}\x07", "osc777": f"\x1b]777;notify;guardia;{shown}\x07"}[how]
    if not sequence or not tmux:
        return sequence
    return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
