"""Whether guardia opens for the first time: a mark in the data folder, set once and by one process only."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tui.session.atomic import FILE_MODE, make_private_folder

if TYPE_CHECKING:
    from pathlib import Path

MARK = "welcomed"


def first_time(data_dir: Path) -> bool:
    """Return whether nobody was told yet what this is, and remember that somebody is now.

    What cannot be remembered was told: an explanation that comes back every day is in the way.
    """
    try:
        make_private_folder(data_dir)
        os.close(
            os.open(data_dir / MARK, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, FILE_MODE)
        )
    except OSError:
        return False
    return True
