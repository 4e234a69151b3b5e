"""Names that a file or a bundle has while it takes another's place, and what a kill left under them.

A folder cannot be put in the place of another in one step: between two renames nothing has the bundle's name. Whoever
writes there next brings the old one back. Nothing is touched while another process writes into the same folder; file
systems without locks keep what is left over, which is never taken for a bundle.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from tui.session.manifest import MANIFEST, strangers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_OURS = re.compile(r"\.(.+)\.[0-9a-f]{8}\.guardia-(new|old)")


def fresh_name(path: Path) -> Path:
    """A name that nothing has, for what will take this one's."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.guardia-new")


def old_name(fresh: Path) -> Path:
    """The name of what it replaces, for the moment."""
    return fresh.with_suffix(".guardia-old")


def is_leftover(path: Path) -> bool:
    """Whether its name is one of those."""
    return _OURS.fullmatch(path.name) is not None


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Write into a folder, tidied first, and let nobody tidy it meanwhile."""
    tidy(folder)
    with _locked(folder, fcntl.LOCK_SH):
        yield


def tidy(folder: Path) -> None:
    """Bring back bundles that a kill left without their name, and remove what it left half-written or replaced."""
    with suppress(OSError), _locked(folder, fcntl.LOCK_EX) as alone:
        for path in sorted(folder.iterdir()) if alone else ():
            if found := _OURS.fullmatch(path.name):
                with suppress(OSError):
                    _settle(path, folder / found[1], replaced=found[2] == "old")


def remove_bundle(folder: Path) -> None:
    """Remove a bundle's own files, its manifest last so that the rest is known until then.

    Raises OSError, also where somebody else's files are in it.
    """
    if (folder / MANIFEST).is_file():
        others = strangers(folder)
        for path in sorted(folder.iterdir(), key=lambda path: path.name == MANIFEST):
            if path.name not in others:
                path.unlink()
    folder.rmdir()


def _settle(path: Path, home: Path, *, replaced: bool) -> None:
    if replaced and not os.path.lexists(home):
        path.rename(home)
    elif replaced:
        remove_bundle(path)
    elif path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


@contextmanager
def _locked(folder: Path, way: int) -> Iterator[bool]:
    """Lock a folder if nobody else does; whether that worked. Raises OSError where it cannot be opened."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    alone = False
    try:
        with suppress(OSError):
            fcntl.flock(descriptor, way | fcntl.LOCK_NB)
            alone = True
        yield alone
    finally:
        os.close(descriptor)
