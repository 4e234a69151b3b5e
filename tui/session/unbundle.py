"""An incident's bundle, read again: checked against its manifest and laid out as a data folder that nobody writes to.

A bundle comes from somebody else. Of a folder only plain files count, no links; of a zip only what has a plain name in
the manifest leaves it, and nothing of one that claims to be larger than any bundle.
"""

from __future__ import annotations

import hashlib
import os
import re
import zipfile
import zlib
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Literal

import orjson

from tui.incident.journal import SUFFIX, incident_folder
from tui.privacy import mask_name, visible
from tui.session.atomic import FILE_MODE, make_private_folder
from tui.session.export import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

POSTMORTEM, INCIDENT, JOURNAL, EVENTS = "postmortem.md", "incident.json", "journal.jsonl", "events.ndjson"
_PARTS = (POSTMORTEM, INCIDENT, JOURNAL, EVENTS)
_LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9][A-Za-z0-9._-]{0,127})")
_LARGEST = 1 << 30
"""Bytes of all files: no bundle is as large."""
_LONGEST = {MANIFEST: 1 << 20, INCIDENT: 64 << 20, JOURNAL: 64 << 20}
"""Bytes of what is read in one piece."""
_CHUNK = 1 << 20
_ZIP = ".zip"
_ZIP_BEGINS = (b"PK\x03\x04", b"PK\x05\x06")
"""The first bytes of a zip with files, and of an empty one."""
_NO_ZIP = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, RuntimeError, ValueError)
"""What the zip reader raises over what is none, was cut off, is encrypted or packed in ways it does not know."""

Found = Literal["changed", "missing", "unlisted"]


class NotABundleError(Exception):
    """No manifest that can be read; or, where it is to be opened, no journal of an incident."""


class DamagedBundleError(NotABundleError):
    """A zip that was cut short, or lost the list of its files at its end. size: how many bytes of it there are."""

    def __init__(self, name: str, size: int) -> None:
        super().__init__(name)
        self.size = size


class ChangedBundleError(Exception):
    """Not as its manifest says."""

    def __init__(self, wrong: Mapping[str, Found]) -> None:
        super().__init__(", ".join(wrong))
        self.wrong = wrong


@dataclass(frozen=True, slots=True)
class Unbundled:
    """A bundle on this machine for a while: a data folder with one incident, and the files that came with it."""

    incident: str
    data_dir: Path

    @property
    def events(self) -> Path | None:
        """The guarded events as a log; None when the bundle went without."""
        path = self.data_dir / EVENTS
        return path if path.is_file() and path.stat().st_size else None

    def file(self, name: str) -> bytes | None:
        """The content of one of its files; None when there is no such file in it."""
        path = self.data_dir / name
        return path.read_bytes() if name in _PARTS and path.is_file() else None


def is_bundle(path: Path) -> bool:
    """Whether a folder has a manifest, or a plain file is a zip by its name or its beginning: a damaged one counts too.

    No log comes as a zip, so none is taken for a bundle. Reads nothing from a pipe.
    """
    if path.is_dir():
        return (path / MANIFEST).is_file()
    return path.is_file() and (path.suffix == _ZIP or _begins_as_zip(path))


def _begins_as_zip(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_ZIP_BEGINS[0])) in _ZIP_BEGINS
    except OSError:
        return False


def verify_bundle(path: Path) -> dict[str, Found]:
    """What in a bundle is not as its manifest says, by file; empty when all is. Raises NotABundleError, OSError."""
    with _members(path) as members:
        return _wrong(members, path)


def contents(path: Path) -> dict[str, bytes]:
    """Every file of a bundle but its manifest. Raises NotABundleError, ChangedBundleError, OSError."""
    with _members(path) as members:
        if wrong := _wrong(members, path):
            raise ChangedBundleError(wrong)
        return {name: _whole(member) for name, member in members.items() if name != MANIFEST}


@contextmanager
def unbundled(path: Path, *, changed_too: bool = False) -> Iterator[Unbundled]:
    """A bundle's incident in a private folder that goes when it is left.

    Raises NotABundleError, OSError, and ChangedBundleError unless one that was changed will do: to be looked into, not
    to be believed.
    """
    with TemporaryDirectory(prefix="guardia-bundle-") as name:
        folder = Path(name)
        with _members(path) as members:
            wrong = _wrong(members, path)
            if wrong and not changed_too:
                raise ChangedBundleError(wrong)
            for part in _PARTS:
                if part in members:
                    with suppress(*_NO_ZIP):  # named as changed already; of such a file what is whole will do
                        _unpack(members[part], folder / part, _LONGEST.get(part, _LARGEST))
        yield Unbundled(_settle(folder, path), folder)


def _settle(folder: Path, path: Path) -> str:
    """Put the journal where a data folder has it; the incident's id."""
    try:
        incident = str(orjson.loads((folder / INCIDENT).read_bytes())["incident"])
        home = incident_folder(folder, incident)
        make_private_folder(home)
        (folder / JOURNAL).rename(home / f"bundle{SUFFIX}")
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        raise NotABundleError(path.name) from None
    return incident


@contextmanager
def _members(path: Path) -> Iterator[dict[str, Callable[[], IO[bytes]]]]:
    """Every plain file of a bundle, by name, and how to open it."""
    if not path.is_file():
        files = [entry for entry in os.scandir(path) if entry.is_file(follow_symlinks=False)]
        yield {entry.name: partial(_plain, entry.path) for entry in files}
        return
    try:
        opened = zipfile.ZipFile(path)
    except _NO_ZIP:
        raise DamagedBundleError(path.name, path.stat().st_size) from None
    try:
        with opened as archive:
            infos = archive.infolist()
            if sum(info.file_size for info in infos) > _LARGEST:
                raise NotABundleError(path.name)
            yield {info.filename: partial(archive.open, info) for info in infos}
    except _NO_ZIP:
        raise NotABundleError(path.name) from None


def _plain(path: str) -> IO[bytes]:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    return os.fdopen(descriptor, "rb")


def _wrong(members: Mapping[str, Callable[[], IO[bytes]]], path: Path) -> dict[str, Found]:
    sums = dict(_sums(members[MANIFEST])) if MANIFEST in members else {}
    if not sums:
        raise NotABundleError(path.name)
    wrong: dict[str, Found] = {}
    for name, wanted in sums.items():
        if name not in members:
            wrong[name] = "missing"
        elif _sha256(members[name]) != wanted:
            wrong[name] = "changed"
    wrong |= dict.fromkeys(sorted(members.keys() - sums.keys() - {MANIFEST}), "unlisted")
    return {mask_name(visible(name)): found for name, found in wrong.items()}


def _sums(manifest: Callable[[], IO[bytes]]) -> Iterator[tuple[str, str]]:
    """Yield name and hash; a name that leads elsewhere is no name."""
    with manifest() as file:
        text = file.read(_LONGEST[MANIFEST]).decode("utf-8", "replace")
    for line in text.splitlines():
        if match := _LINE.fullmatch(line):
            yield match[2], match[1]


def _sha256(member: Callable[[], IO[bytes]]) -> str:
    """Hash a file; one that cannot be unpacked has no hash."""
    digest = hashlib.sha256()
    try:
        with member() as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except _NO_ZIP:
        return ""
    return digest.hexdigest()


def _whole(member: Callable[[], IO[bytes]]) -> bytes:
    with member() as file:
        return file.read()


def _unpack(member: Callable[[], IO[bytes]], path: Path, longest: int) -> None:
    """Copy a file to where only its owner reads it; what is longer than any such file is no bundle's."""
    with member() as source, os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb") as target:
        while chunk := source.read(_CHUNK):
            if target.tell() + len(chunk) > longest:
                raise NotABundleError(path.name)
            target.write(chunk)
