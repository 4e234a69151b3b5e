"""The journal on disk (contracts §3): the only file of this room that touches it.

A journal is a folder of segments, one for each writer, so that nobody ever writes to a file of somebody else. What was
appended is confirmed only once it is on the device; what could not be written is tried again in a new segment, because
after a failed flush a file's pages no longer tell the truth.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import stat
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from tui.incident import fold, reread, wire
from tui.incident.disk import Disk, FileState
from tui.incident.record import Entry, Recorded, Stamp
from tui.incident.wire import Damage, Scan

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import date, datetime
    from pathlib import Path

FILE_MODE = 0o600
FOLDER_MODE = 0o700
SUFFIX = ".jsonl"
_INCIDENT_ID = re.compile(r"INC-[0-9]{8}-[a-z0-9]{4}")
_ID_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_NEWER_VERSION = "NEWER_VERSION"


@dataclass(frozen=True, slots=True)
class Contents:
    """What all segments hold, in order, and everything that is wrong with them."""

    records: tuple[Recorded, ...] = ()
    damages: tuple[Damage, ...] = ()
    newer: bool = False
    """Whether a newer version wrote here: then it may be read, and not written."""


@dataclass(frozen=True, slots=True)
class Saved:
    """These entries are on the device."""

    records: tuple[Recorded, ...]


@dataclass(frozen=True, slots=True)
class NotSaved:
    """These entries are not safe; `retry`, or the next append, tries them again."""

    error: str
    """Name of the system's error (ENOSPC, EIO), or NEWER_VERSION, where nothing is kept to be retried."""
    entries: tuple[Entry, ...]


@dataclass(slots=True)
class _Segment:
    descriptor: int
    writer: str
    seq: int = 0


class Journal:
    """One journal, read from all its segments and written to one of our own.

    `writer` names host and process; each segment adds a token to it. One thread at a time.
    """

    def __init__(
        self, folder: Path, writer: str, disk: Disk, token: Callable[[], str] = lambda: secrets.token_hex(4)
    ) -> None:
        self._folder, self._disk, self._token = folder, disk, token
        self._writer = re.sub(r"[^A-Za-z0-9-]+", "-", writer)[:48]
        self._segment: _Segment | None = None
        self._pending: tuple[Recorded, ...] = ()
        self._files: tuple[FileState, ...] | None = None
        self._scans: dict[FileState, Scan] = {}
        self._stamp = Stamp(0)
        self._prev = ""
        self.contents = Contents()

    @property
    def unsaved(self) -> tuple[Entry, ...]:
        """Entries that are not on the device yet."""
        return tuple(record.entry for record in self._pending)

    def changed(self) -> bool:
        """Whether any segment changed since it was last read; costs one folder listing."""
        try:
            return self._disk.list_files(self._folder) != self._files
        except OSError:
            return True

    def read(self) -> Contents:
        """Read what changed, and return everything. Nothing unconfirmed of our own is shown. Raises nothing."""
        damages: list[Damage] = []
        try:
            files = self._disk.list_files(self._folder)
        except OSError as error:
            self._files, self.contents = None, replace(self.contents, damages=(_unreadable("", error),))
            return self.contents
        segments = [file for file in files if file.name.endswith(SUFFIX)]
        scans = {}
        for file in segments:
            try:
                scans[file] = self._scans.get(file) or wire.scan(file.name, self._disk.read(self._folder / file.name))
            except OSError as error:
                damages.append(_unreadable(file.name, error))
        self._files, self._scans = files, scans
        self.contents = self._gathered(damages)
        return self.contents

    def append(self, entries: Sequence[Entry], wall: datetime) -> Saved | NotSaved:
        """Write entries, after those still unsaved, in one go; what is returned as saved is on the device."""
        if self.contents.newer:
            return NotSaved(_NEWER_VERSION, tuple(entries))
        drafts = []
        for entry in entries:
            self._stamp = self._stamp.next(wall)
            drafts.append(Recorded(entry, wall, self._stamp, "", 0))
        return self._write((*self._pending, *drafts))

    def retry(self) -> Saved | NotSaved:
        """Try again what could not be saved, in a new segment."""
        return self._write(self._pending)

    def set_aside(self) -> tuple[Damage, ...]:
        """Copy damaged bytes to `damaged/` beside the segments; return those that could not be copied."""
        return tuple(damage for damage in self.contents.damages if damage.raw and not self._copied(damage))

    def close(self) -> None:
        """Leave the segment; the next append would begin another."""
        if self._segment is not None:
            segment, self._segment = self._segment, None
            with contextlib.suppress(OSError):
                self._disk.close(segment.descriptor)

    def _gathered(self, damages: list[Damage]) -> Contents:
        lines = [line for scan in self._scans.values() for line in scan.lines]
        digests = {line.digest for line in lines}
        for file, scan in self._scans.items():
            damages += scan.damages
            if scan.lines and scan.lines[0].prev and scan.lines[0].prev not in digests:
                damages.append(Damage(file.name, 0, "gap"))
        unconfirmed = {record.id for record in self._pending}
        written = [(line.recorded, line.digest) for line in lines if line.recorded]
        written = [(record, digest) for record, digest in written if record.id not in unconfirmed]
        if written:
            newest, digest = max(written, key=lambda pair: pair[0].position)
            self._stamp = max(self._stamp, newest.stamp)
            if self._segment is None:
                self._prev = digest
        records = fold.merge(record for record, _ in written)
        return Contents(records, tuple(damages), newer=any(line.version > wire.VERSION for line in lines))

    def _write(self, batch: tuple[Recorded, ...]) -> Saved | NotSaved:
        if not batch:
            return Saved(())
        placed = batch
        try:
            segment = self._segment = self._segment or self._new_segment()
            placed = tuple(_placed(record, segment.writer, segment.seq + n) for n, record in enumerate(batch, 1))
            lines, last = wire.encode(placed, self._prev)
            self._write_all(segment.descriptor, lines)
            self._disk.sync(segment.descriptor)
        except OSError as error:
            self.close()
            self._pending = placed
            return NotSaved(_name(error), self.unsaved)
        segment.seq += len(placed)
        self._prev, self._pending = last, ()
        return Saved(placed)

    def _new_segment(self) -> _Segment:
        writer = reread.writer(f"{self._writer}-{self._token()}")
        self._disk.make_folder(self._folder)
        segment = _Segment(self._disk.create(self._folder / (writer + SUFFIX)), writer)
        try:
            self._disk.sync_folder(self._folder)
        except OSError:
            self._segment = segment
            raise
        return segment

    def _write_all(self, descriptor: int, data: bytes) -> None:
        while data:
            try:
                written = self._disk.write(descriptor, data)
            except InterruptedError:
                continue
            if written <= 0:
                raise OSError(errno.EIO, "nothing was written")
            data = data[written:]

    def _copied(self, damage: Damage) -> bool:
        folder = self._folder / "damaged"
        path = folder / f"{damage.segment}.{damage.offset}.{sha256(damage.raw).hexdigest()[:8]}"
        try:
            self._disk.make_folder(folder)
            descriptor = self._disk.create(path)
        except FileExistsError:
            return True
        except OSError:
            return False
        try:
            self._write_all(descriptor, damage.raw)
            self._disk.sync(descriptor)
        except OSError:
            return False
        finally:
            with contextlib.suppress(OSError):
                self._disk.close(descriptor)
        return True


def team_folder(data_dir: Path) -> Path:
    """Return the folder of the journal for what belongs to no incident."""
    return data_dir / "team"


def incident_folder(data_dir: Path, incident_id: str) -> Path:
    """Return an incident's folder; ValueError when the id is not of the form INC-YYYYMMDD-xxxx."""
    if not _INCIDENT_ID.fullmatch(incident_id):
        raise ValueError("not an incident's id")
    return data_dir / "incidents" / incident_id


def incident_ids(data_dir: Path) -> tuple[str, ...]:
    """Return the ids of the incidents there are, oldest day first; OSError when the folder cannot be read."""
    try:
        names = [entry.name for entry in os.scandir(data_dir / "incidents") if entry.is_dir()]
    except FileNotFoundError:
        return ()
    return tuple(sorted(name for name in names if _INCIDENT_ID.fullmatch(name)))


def new_incident_id(day: date, taken: Collection[str], choose: Callable[[str], str] = secrets.choice) -> str:
    """Return an id for an incident declared on that UTC day that is not among those taken."""
    while True:
        incident_id = f"INC-{day:%Y%m%d}-" + "".join(choose(_ID_LETTERS) for _ in range(4))
        if incident_id not in taken:
            return incident_id


def _placed(record: Recorded, writer: str, seq: int) -> Recorded:
    """Give an entry its place in a segment; one that had a place keeps its id."""
    return replace(record, writer=writer, seq=seq, retry_of=record.id if record.writer else "")


def _unreadable(segment: str, error: OSError) -> Damage:
    return Damage(segment, 0, f"unreadable:{_name(error)}")


def _name(error: OSError) -> str:
    return errno.errorcode.get(error.errno or 0, "EIO")


class OsDisk:
    """The real disk. Modes are set again after creation, whatever the umask says."""

    def make_folder(self, path: Path) -> bool:
        """Make a folder and those above it; see `Disk`."""
        if path.is_dir():
            return False
        if not path.parent.is_dir():
            self.make_folder(path.parent)
        try:
            path.mkdir(FOLDER_MODE)
        except FileExistsError:
            return False
        path.chmod(FOLDER_MODE)
        self.sync_folder(path.parent)
        return True

    def list_files(self, folder: Path) -> tuple[FileState, ...]:
        """List the plain files of a folder; see `Disk`."""
        try:
            found = [(entry.name, entry.stat(follow_symlinks=False)) for entry in os.scandir(folder)]
        except FileNotFoundError:
            return ()
        files = (
            FileState(name, info.st_size, info.st_mtime_ns, info.st_ino)
            for name, info in found
            if stat.S_ISREG(info.st_mode)
        )
        return tuple(sorted(files, key=lambda file: file.name))

    def read(self, path: Path) -> bytes:
        """Read a whole file; see `Disk`."""
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
            return file.read()

    def create(self, path: Path) -> int:
        """Create a file that nobody else may read; see `Disk`."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(path, flags, FILE_MODE)
        os.fchmod(descriptor, FILE_MODE)
        return descriptor

    def write(self, descriptor: int, data: bytes) -> int:
        """Write as much as the system takes; see `Disk`."""
        return os.write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        """Flush a file's data; see `Disk`."""
        getattr(os, "fdatasync", os.fsync)(descriptor)

    def sync_folder(self, folder: Path) -> None:
        """Flush a folder's names; see `Disk`."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def close(self, descriptor: int) -> None:
        """Close a file; see `Disk`."""
        os.close(descriptor)
