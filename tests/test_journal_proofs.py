"""A journal of 200 entries with every bit wrong once, cut at every byte, and written by processes that are killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING

from tests.proofs import say, size
from tui.incident.disk import FileState
from tui.incident.entries import Noted
from tui.incident.journal import Contents, Journal, OsDisk, Saved
from tui.incident.record import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

ENTRIES = 200
WRITERS = 10
NOW = datetime(2026, 11, 19, 22, 0, tzinfo=UTC)
FOLDER = Path("journal")


@dataclass
class MemoryDisk:
    """Segments in memory; each change of one is seen as a disk's would be."""

    files: dict[str, bytes] = field(default_factory=dict)
    changes: dict[str, int] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)

    def put(self, name: str, data: bytes) -> None:
        self.files[name] = data
        self.changes[name] = self.changes.get(name, 0) + 1

    def make_folder(self, path: Path) -> bool:
        return False

    def list_files(self, folder: Path) -> tuple[FileState, ...]:
        return tuple(FileState(name, len(self.files[name]), self.changes[name], 1) for name in sorted(self.files))

    def read(self, path: Path) -> bytes:
        return self.files[path.name]

    def create(self, path: Path) -> int:
        self.put(path.name, b"")
        self.open.append(path.name)
        return len(self.open) - 1

    def write(self, descriptor: int, data: bytes) -> int:
        name = self.open[descriptor]
        self.put(name, self.files[name] + data)
        return len(data)

    def sync(self, descriptor: int) -> None:
        pass

    def sync_folder(self, folder: Path) -> None:
        pass

    def close(self, descriptor: int) -> None:
        pass


def texts(contents: Contents) -> list[str]:
    return [record.entry.payload.text for record in contents.records if isinstance(record.entry.payload, Noted)]


def written_journal() -> tuple[MemoryDisk, list[str]]:
    """200 entries, written in turns by ten writers who read each other."""
    disk = MemoryDisk()
    writers = [Journal(FOLDER, f"host-{number}", disk, lambda: "0") for number in range(WRITERS)]
    for number in range(ENTRIES):
        now = NOW + timedelta(seconds=number)
        writer = writers[number * 7 % WRITERS]
        writer.read()
        assert isinstance(writer.append([Entry(Noted(text=f"note {number} ñ"), now, "@ana")], now), Saved)
    reader = Journal(FOLDER, "reader", disk)
    whole = texts(reader.read())
    assert len(whole) == ENTRIES
    assert reader.contents.damages == ()
    return disk, whole


def spread(total: int, tries: int) -> range:
    """So many of `total` places, evenly; the step is odd, so that every bit of a byte has its turn."""
    return range(0, total, max(1, total // tries) | 1)


def flips(disk: MemoryDisk, tries: int) -> Iterator[tuple[str, bytes]]:
    """Segments with one bit wrong: so many spread over all of them, and every bit of their line breaks."""
    total = sum(map(len, disk.files.values())) * 8
    chosen = set(spread(total, tries))
    first = 0
    for name, data in sorted(disk.files.items()):
        flipped = bytearray(data)
        for bit in range(len(data) * 8):
            if first + bit in chosen or (data[bit // 8] == ord("\n") and bit % 3 == 0):
                flipped[bit // 8] ^= 1 << bit % 8
                yield name, bytes(flipped)
                flipped[bit // 8] ^= 1 << bit % 8
        first += len(data) * 8


def test_any_flipped_bit_costs_nothing_and_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    disk, whole = written_journal()
    total = sum(map(len, disk.files.values())) * 8
    reader = Journal(FOLDER, "reader", disk)
    lost = silent = tried = 0
    for name, flipped in flips(disk, size(1_200, total)):
        sound = disk.files[name]
        disk.put(name, flipped)
        contents = reader.read()
        disk.put(name, sound)
        tried += 1
        lost += texts(contents) != whole
        silent += not contents.damages or any(damage.lost for damage in contents.damages)
    say(
        capsys, f"{tried} of {total} bits of {ENTRIES} entries flipped: {lost} times lost, {silent} not or wrongly said"
    )
    assert tried <= total
    assert (lost, silent) == (0, 0)


def test_cut_at_any_byte_every_whole_entry_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    disk, _ = written_journal()
    reader = Journal(FOLDER, "reader", disk)
    tries = lost = silent = 0
    for name, data in sorted(disk.files.items()):
        ends = [index + 1 for index, byte in enumerate(data) if byte == ord("\n")]
        for cut in spread(len(data) + 1, size(300, len(data) + 1)):
            disk.put(name, data[:cut])
            contents = reader.read()
            gone = sum(end - 1 > cut for end in ends)
            tries += 1
            lost += len(contents.records) != ENTRIES - gone
            silent += cut not in (0, *ends) and not any(damage.kind == "torn" for damage in contents.damages)
        disk.put(name, data)
    say(capsys, f"cut at {tries} places: {lost} times a whole entry lost, {silent} cuts inside a line not said")
    assert (lost, silent) == (0, 0)


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from tui.incident.entries import Noted
from tui.incident.journal import Journal, OsDisk, Saved
from tui.incident.record import Entry
journal = Journal(Path(sys.argv[1]), sys.argv[2], OsDisk())
journal.read()
number = 0
while True:
    number += 1
    now = datetime.now(UTC)
    outcome = journal.append([Entry(Noted(text=f"{sys.argv[2]} {number}"), now, "@w")], now)
    if isinstance(outcome, Saved):
        sys.stdout.write(f"{sys.argv[2]} {number}\\n")
        sys.stdout.flush()
    if number % 50 == 0 and journal.changed():
        journal.read()
"""


def start_writer(folder: Path, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", WRITER, str(folder), name], stdout=subprocess.PIPE, text=True)


def kill_after(process: subprocess.Popen[str], confirmations: int) -> list[str]:
    """Kill a writer once it confirmed that many entries; return everything it had confirmed by then."""
    stdout: IO[str] | None = process.stdout
    assert stdout is not None
    confirmed = [stdout.readline().strip() for _ in range(confirmations)]
    process.send_signal(signal.SIGKILL)
    confirmed += [line.strip() for line in stdout.readlines() if line.endswith("\n")]
    process.wait()
    stdout.close()
    return confirmed


def test_killed_writers_lose_nothing_that_they_confirmed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three writers write one journal at once; each is killed in the middle of it, again and again."""
    kills = size(60, 1_000)
    confirmed: list[str] = []
    started = 0
    running: list[subprocess.Popen[str]] = []
    while started < kills or running:
        while len(running) < 3 and started < kills:
            running.append(start_writer(tmp_path, f"w{started}"))
            started += 1
        confirmed += kill_after(running.pop(0), 1 + started * 7 % 39)
    contents = Journal(tmp_path, "reader", OsDisk()).read()
    survived = set(texts(contents))
    lost = [text for text in confirmed if text not in survived]
    torn = sum(damage.kind == "torn" for damage in contents.damages)
    say(
        capsys,
        f"{kills} writers killed, 3 at a time: {len(confirmed)} entries confirmed, {len(lost)} lost;"
        f" {len(contents.records)} read, {torn} torn tails reported",
    )
    assert lost == []
    assert len(contents.records) == len(survived)
    assert {damage.kind for damage in contents.damages} <= {"torn", "gap"}
