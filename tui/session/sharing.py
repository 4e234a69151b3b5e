"""Pages for other people as files in one folder, for their owner only, none written over another."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from tui.session.export import write_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_MOST_NAMES = 1000


def shared_folder(data_dir: Path) -> Path:
    """Folder of a data folder that holds what was shared."""
    return data_dir / "shared"


def write_shared(folder: Path, stem: str, forms: Mapping[str, bytes]) -> Path:
    """Write the forms of one page (suffix → content) under a name that nobody has yet. Raises OSError.

    Returns the path of the first form; the others stand beside it.
    """
    for number in range(1, _MOST_NAMES):
        name = stem if number == 1 else f"{stem}-{number}"
        paths = [folder / f"{name}{suffix}" for suffix in forms]
        if any(os.path.lexists(path) for path in paths):
            continue
        with suppress(FileExistsError):
            for path, data in zip(paths, forms.values(), strict=True):
                write_file(path, data)
            return paths[0]
    raise FileExistsError(folder)
