"""What is left on the terminal after a crash: where and which type, never a value."""

from __future__ import annotations

import traceback
from pathlib import PurePath
from typing import TYPE_CHECKING

from tui.locale import _

if TYPE_CHECKING:
    from types import TracebackType

_PARTS = 3


def crash_report(kind: type[BaseException], trace: TracebackType | None) -> str:
    """Name of the error and the places it went through; no message, no source line, no locals: they may hold data."""
    lines = [_("guardia stopped: {kind}").format(kind=kind.__name__)]
    for frame, number in traceback.walk_tb(trace):
        path = PurePath(frame.f_code.co_filename)
        lines.append(f"  {'/'.join(path.parts[-_PARTS:])}:{number}")
    return "\n".join(lines)
