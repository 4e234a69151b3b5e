"""An incident's bundle, read again: checked against its manifest and laid out as a data folder that nobody writes to.

A bundle comes from somebody else. In a folder only plain files are its own, and links and folders strangers; of a zip
only what has a plain name in the manifest leaves it, and nothing of one that claims to be larger than any bundle.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import zipfile
import zlib
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from io import FileIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Literal

import orjson

from tui.incident.journal import SUFFIX, incident_folder
from tui.privacy import mask_name, visible
from tui.session.atomic import FILE_MODE, make_private_folder
from tui.session.manifest import LONGEST as LONGEST_MANIFEST
from tui.session.manifest import MANIFEST, sums_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Opener = Callable[[], IO[bytes]]
    Members = Mapping[str, Opener | None]

POSTMORTEM, INCIDENT, JOURNAL, EVENTS = "postmortem.md", "incident.json", "journal.jsonl", "events.ndjson"
_PARTS = (POSTMORTEM, INCIDENT, JOURNAL, EVENTS)
_LARGEST = 1 << 30
"""Bytes of all files: no bundle is as large."""
_LONGEST = {POSTMORTEM: 64 << 20, INCIDENT: 64 << 20, JOURNAL: 64 << 20}
"""Bytes of what is read in one piece."""
_CHUNK = 1 << 20
"""Bytes that are held of the rest; no line of it is as long."""
_MOST_LINES = _CHUNK // 100
"""Lines in as many bytes: guardia writes no event in fewer than a hundred."""
_ZIP = ".zip"
_ZIP_BEGINS = (b"PK\x03\x04", b"PK\x05\x06")
"""The first bytes of a zip with files, and of an empty one."""
_PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
"""What a bundle is packed with. The zip reader unpacks the others in pieces that take any amount of memory."""
_ENCRYPTED = 1
_NO_ZIP = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, RuntimeError, ValueError)
"""What the zip reader raises over what is none, was cut off, is encrypted or packed in ways it does not know."""

Found = Literal["changed", "missing", "unlisted"]


class NotABundleError(Exception):
    """No manifest that can be read; or, where it is to be opened, no journal of an incident."""


class DamagedBundleError(NotABundleError):
    """A zip that cannot be trusted to be what was exported: it was cut short, or is made as no bundle is."""

    def __init__(self, name: str, *, cut_at: int | None = None) -> None:
        super().__init__(name)
        self.cut_at = cut_at
        """How many bytes there are of one that lost the list of its files at its end."""


class ChangedBundleError(Exception):
    """Not as its manifest says."""

    def __init__(self, wrong: Mapping[str, Found]) -> None:
        super().__init__(", ".join(wrong))
        self.wrong = wrong

    @property
    def whole(self) -> bool:
        """Whether all of it is there unchanged, and something beside it."""
        return set(self.wrong.values()) == {"unlisted"}


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


def meant_as_bundle(path: Path) -> bool:
    """Whether a path can mean nothing else, be it a bundle or not: no log is a folder, or has the name of a zip."""
    return path.suffix == _ZIP or path.is_dir() or is_bundle(path)


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


@contextmanager
def verified(path: Path) -> Iterator[Mapping[str, Opener]]:
    """Every file of a bundle but its manifest, to be opened while this is.

    Raises NotABundleError, OSError, and ChangedBundleError where anything is not as the manifest says.
    """
    with _members(path) as members:
        if wrong := _wrong(members, path):
            raise ChangedBundleError(wrong)
        yield {name: member for name, member in members.items() if member and name != MANIFEST}


def pieces(member: Opener) -> Iterator[bytes]:
    """Yield a file in pieces that fit into memory."""
    with member() as file:
        while piece := file.read(_CHUNK):
            yield piece


def lines(member: Opener) -> Iterator[bytes]:
    """Yield a file's lines with their ends. Raises NotABundleError for more, or longer ones, than any bundle has."""
    rest = b""
    for piece in pieces(member):
        *whole, rest = (rest + piece).split(b"\n")
        if len(whole) > _MOST_LINES or len(rest) > _CHUNK:
            raise NotABundleError
        yield from (line + b"\n" for line in whole)
    if rest:
        yield rest


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
                if member := members.get(part):
                    with suppress(*_NO_ZIP):  # named as changed already; of such a file what is whole will do
                        _unpack(member, folder / part, _LONGEST.get(part, _LARGEST))
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
def _members(path: Path) -> Iterator[Members]:
    """Everything in a bundle, by name, and how to open it; None for what is no plain file."""
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        with os.scandir(path) as entries:
            plain = {entry: entry.is_file(follow_symlinks=False) for entry in entries}
        if sum(entry.stat().st_size for entry, own in plain.items() if own) > _LARGEST:
            raise NotABundleError(path.name)
        yield {entry.name: partial(_plain, entry.path) if own else None for entry, own in plain.items()}
        return
    if not stat.S_ISREG(mode):
        raise NotABundleError(path.name)
    try:
        with _readable(path) as file, _archive(file, path.name) as archive:
            yield {info.filename: partial(archive.open, info) for info in _infos(archive, path.name)}
    except _NO_ZIP:
        raise DamagedBundleError(path.name) from None


class _InPieces(FileIO):
    """A file of which nothing large is read at once, as the list of a zip's files is."""

    def read(self, size: int | None = -1) -> bytes:
        """Read at most so many bytes; raises NotABundleError for more than are held."""
        if size is not None and size > _CHUNK:
            raise NotABundleError
        return super().read(size) or b""


def _readable(path: Path) -> _InPieces:
    return _InPieces(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")


def _archive(file: _InPieces, name: str) -> zipfile.ZipFile:
    """Open a zip; whatever is wrong with the list of its files, it is damaged."""
    try:
        return zipfile.ZipFile(file)
    except OSError as error:
        if error.errno != errno.EINVAL:  # a place where no file has anything
            raise
    except _NO_ZIP:
        pass
    raise DamagedBundleError(name, cut_at=os.fstat(file.fileno()).st_size)


def _infos(archive: zipfile.ZipFile, name: str) -> list[zipfile.ZipInfo]:
    """The files of a zip that is made as a bundle is: each once, within it, and unpacked in pieces of any size."""
    infos, end = archive.infolist(), archive.start_dir
    if any(info.compress_type not in _PACKED or info.flag_bits & _ENCRYPTED for info in infos):
        raise DamagedBundleError(name)
    if len({info.filename for info in infos}) < len(infos):
        raise DamagedBundleError(name)  # one program unpacks the first of a name, another the last
    if any(info.header_offset < 0 or info.header_offset + info.compress_size > end for info in infos):
        raise DamagedBundleError(name)
    if sum(info.file_size for info in infos) > _LARGEST:
        raise NotABundleError(name)
    return infos


def _plain(path: str) -> IO[bytes]:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    return os.fdopen(descriptor, "rb")


def _wrong(members: Members, path: Path) -> dict[str, Found]:
    sums = _sums(members)
    if not sums:
        raise NotABundleError(path.name)
    wrong: dict[str, Found] = {}
    for name, wanted in sums.items():
        member = members.get(name)
        if member is None:
            wrong[name] = "missing"
        elif _sha256(member) != wanted:
            wrong[name] = "changed"
    wrong |= dict.fromkeys(sorted(members.keys() - sums.keys() - {MANIFEST}), "unlisted")
    return {mask_name(visible(name)): found for name, found in wrong.items()}


def _sums(members: Members) -> dict[str, str]:
    """What the manifest says; nothing where there is none."""
    member = members.get(MANIFEST)
    if member is None:
        return {}
    with member() as file:
        return sums_in(file.read(LONGEST_MANIFEST))


def _sha256(member: Opener) -> str:
    """Hash a file; one that cannot be unpacked has no hash."""
    digest = hashlib.sha256()
    try:
        for piece in pieces(member):
            digest.update(piece)
    except _NO_ZIP:
        return ""
    return digest.hexdigest()


def _unpack(member: Opener, path: Path, longest: int) -> None:
    """Copy a file to where only its owner reads it; what is longer than any such file is no bundle's."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb") as target:
        for piece in pieces(member):
            if target.tell() + len(piece) > longest:
                raise NotABundleError(path.name)
            target.write(piece)
