"""Files for other people: written whole or not at all, for their owner only, over nothing without consent (§3, §9).

A bundle is a folder, or a zip, of plain files with a manifest; `unbundle` reads it.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import zipfile
from contextlib import contextmanager, suppress
from io import BytesIO
from typing import TYPE_CHECKING

from tui.session.atomic import FILE_MODE, FOLDER_MODE, make_private_folder, sync_folder
from tui.session.leftovers import fresh_name, old_name, remove_bundle, writing
from tui.session.manifest import MANIFEST, as_manifest, strangers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import IO

    Content = bytes | Iterable[bytes]
    """A file's bytes, or the pieces of what is too large to be held at once, to be gone through a single time."""

EXPORTS = "exports"
"""Folder of the data folder where bundles are looked for, after the current one, and pruned."""
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


class NotReplacedError(FileExistsError):
    """What is there is no bundle, or more than one: consent to replace one does not reach it."""

    def __init__(self, path: Path, strangers: Sequence[str] = ()) -> None:
        super().__init__(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        self.strangers = tuple(strangers)
        """Names in a bundle's folder that are not of it."""


def write_file(path: Path, data: bytes, *, force: bool = False) -> None:
    """Put `data` at `path`, on the device. Raises FileExistsError where anything is there already, unless forced.

    A symbolic link counts as something that is there; forced, the link itself is replaced, never what it points to.
    """
    with _written_anew(path, force=force) as file:
        file.write(data)


def write_bundle(path: Path, files: Mapping[str, Content], *, force: bool = False, packed: bool | None = None) -> None:
    """Write files with their manifest. Raises as `write_file`.

    packed: whether as a zip, else as a folder; where that is not said, the name does. Forced, a folder is only replaced
    when it is a bundle and nothing else is in it; else this raises NotReplacedError.
    """
    if path.suffix == ".zip" if packed is None else packed:
        with _written_anew(path, force=force) as file:
            _zip_into(file, files)
        return
    if os.path.lexists(path):
        if not force:
            raise FileExistsError(path)
        _must_be_a_bundle(path)
    make_private_folder(path.parent)
    with writing(path.parent):
        _write_folder(fresh_name(path), path, files, force=force)
    sync_folder(path.parent)


def zipped(files: Mapping[str, Content]) -> bytes:
    """The bundle as a zip: the same files give the same bytes."""
    buffer = BytesIO()
    _zip_into(buffer, files)
    return buffer.getvalue()


def _zip_into(file: IO[bytes], files: Mapping[str, Content]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, pieces in _with_manifest(files):
            info = zipfile.ZipInfo(name, _LONG_AGO)
            info.external_attr = FILE_MODE << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w") as member:
                member.writelines(pieces)


def _with_manifest(files: Mapping[str, Content]) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Yield each file, to be gone through before the next one is asked for, and the manifest last."""
    sums = {name: hashlib.sha256() for name in files}
    for name, content in files.items():
        yield name, _summed(content, sums[name])
    yield MANIFEST, (as_manifest({name: digest.hexdigest() for name, digest in sums.items()}),)


def _summed(content: Content, digest: hashlib._Hash) -> Iterator[bytes]:
    for piece in (content,) if isinstance(content, bytes) else content:
        digest.update(piece)
        yield piece


def _write_folder(fresh: Path, path: Path, files: Mapping[str, Content], *, force: bool) -> None:
    try:
        fresh.mkdir(FOLDER_MODE)
        fresh.chmod(FOLDER_MODE)
        for name, pieces in _with_manifest(files):
            with _new(fresh / name) as file:
                file.writelines(pieces)
        sync_folder(fresh)
        if force and path.is_dir():
            _swap(fresh, path)
        else:
            fresh.rename(path)
    finally:
        if fresh.is_dir():
            shutil.rmtree(fresh)


def _must_be_a_bundle(path: Path) -> None:
    if path.is_symlink() or not (path / MANIFEST).is_file():
        raise NotReplacedError(path)
    if others := strangers(path):
        raise NotReplacedError(path, others)


def _swap(fresh: Path, path: Path) -> None:
    """Put a finished folder in the place of a bundle; what came into that meanwhile stays, and so does the bundle."""
    old = path.rename(old_name(fresh))
    try:
        _must_be_a_bundle(old)
        fresh.rename(path)
    except BaseException:
        old.rename(path)
        raise
    sync_folder(path.parent)
    with suppress(OSError):  # the next one who writes here tries again
        remove_bundle(old)


@contextmanager
def _written_anew(path: Path, *, force: bool) -> Iterator[IO[bytes]]:
    """A file that takes its name once it is whole and on the device."""
    make_private_folder(path.parent)
    fresh = fresh_name(path)
    with writing(path.parent):
        try:
            with _new(fresh) as file:
                yield file
            if force:
                fresh.replace(path)
            else:
                _take_place(fresh, path)
        finally:
            with suppress(OSError):
                fresh.unlink()
    sync_folder(path.parent)


@contextmanager
def _new(path: Path) -> Iterator[IO[bytes]]:
    """A file that was not there, for its owner only; on the device when it is left."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(file.fileno(), FILE_MODE)
        yield file
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
