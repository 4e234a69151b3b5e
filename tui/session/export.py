"""Files for other people: written whole or not at all, for their owner only, over nothing without consent (§3, §9).

A bundle is a folder, or a zip, of plain files with a manifest that `sha256sum -c` understands too; `unbundle` reads it.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import zipfile
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING

from tui.session.atomic import FILE_MODE, FOLDER_MODE, make_private_folder, sync_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MANIFEST = "manifest.sha256"
EXPORTS = "exports"
"""Folder of the data folder where bundles are looked for, after the current one, and pruned."""
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


class NotReplacedError(FileExistsError):
    """What is there is no bundle: consent to replace one does not reach it."""


def write_file(path: Path, data: bytes, *, force: bool = False) -> None:
    """Put `data` at `path`, on the device. Raises FileExistsError where anything is there already, unless forced.

    A symbolic link counts as something that is there; forced, the link itself is replaced, never what it points to.
    """
    make_private_folder(path.parent)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        _write_new(fresh, data)
        if force:
            fresh.replace(path)
        else:
            _take_place(fresh, path)
    finally:
        with suppress(OSError):
            fresh.unlink()
    sync_folder(path.parent)


def write_bundle(path: Path, files: Mapping[str, bytes], *, force: bool = False) -> None:
    """Write files with their manifest: as a zip where the name says so, else as a folder. Raises as `write_file`.

    Forced, a folder is only replaced when it is a bundle; anything else there raises NotReplacedError.
    """
    if path.suffix == ".zip":
        write_file(path, zipped(files), force=force)
        return
    if os.path.lexists(path):
        if not force:
            raise FileExistsError(path)
        if path.is_symlink() or not (path / MANIFEST).is_file():
            raise NotReplacedError(path)
    make_private_folder(path.parent)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        fresh.mkdir(FOLDER_MODE)
        fresh.chmod(FOLDER_MODE)
        for name, data in _with_manifest(files).items():
            _write_new(fresh / name, data)
        sync_folder(fresh)
        if path.is_dir():
            old = path.rename(path.with_name(f"{fresh.name}.old"))
            fresh.rename(path)
            shutil.rmtree(old)
        else:
            fresh.rename(path)
    finally:
        if fresh.is_dir():
            shutil.rmtree(fresh)
    sync_folder(path.parent)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The bundle as a zip: the same files give the same bytes."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in _with_manifest(files).items():
            info = zipfile.ZipInfo(name, _LONG_AGO)
            info.external_attr = FILE_MODE << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return buffer.getvalue()


def _with_manifest(files: Mapping[str, bytes]) -> dict[str, bytes]:
    lines = (f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    return {**files, MANIFEST: "".join(lines).encode()}


def _write_new(path: Path, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(file.fileno(), FILE_MODE)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _take_place(fresh: Path, path: Path) -> None:
    """Give a finished file its name, unless the name is taken; file systems without links get it reserved first."""
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        raise
    except OSError:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, FILE_MODE))
        fresh.replace(path)
