"""How a data folder says that it is a drill's: what is decided in it is a rehearsal, from whichever terminal."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from tui.session.atomic import write_private

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PLAN = "plan.json"
"""The drill's hidden plan, which lies beside its journals and nowhere else."""
DEMO = "demo"
"""Lies in a data folder for as long as a demo is shown on it."""


def is_rehearsal(data_dir: Path) -> bool:
    """Whether the journals of this folder are a drill's, or for now a demo's."""
    return any((data_dir / mark).is_file() for mark in (PLAN, DEMO))


@contextmanager
def demonstrated(data_dir: Path) -> Iterator[None]:
    """Mark a folder as a demo's for a while. Where nothing can be written, nothing can be declared either."""
    with suppress(OSError):
        write_private(data_dir / DEMO, b"")
    try:
        yield
    finally:
        with suppress(OSError):
            (data_dir / DEMO).unlink()
