"""How a data folder says that it is a drill's: what is decided in it is a rehearsal, from whichever terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PLAN = "plan.json"
"""The drill's hidden plan, which lies beside its journals and nowhere else."""


def is_rehearsal(data_dir: Path) -> bool:
    """Whether the journals of this folder are a drill's."""
    return (data_dir / PLAN).is_file()
