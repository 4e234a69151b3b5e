"""Proofs at their full size take minutes: every run plays a part of them, `GUARDIA_PROOFS=full` all of it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

FULL = os.environ.get("GUARDIA_PROOFS") == "full"


def size(part: int, full: int) -> int:
    """How many times to try."""
    return full if FULL else part


def say(capsys: pytest.CaptureFixture[str], figure: str) -> None:
    """Print a proof's figure, so that it can be quoted."""
    with capsys.disabled():
        sys.stdout.write(f"\n  {figure}\n")
