"""A log that is written, cut short and written again between two looks: what can be told is told, and nothing else is.

What a reader knows of a file is what it has read and how long the file was. A history that only appended and ends the
same cannot be told from what happened; every other one must be announced.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from tests.proofs import say, size
from tests.test_sources import data_of, drain, lines
from tui.logs.follow import PlainFile
from tui.logs.run import Run
from tui.logs.source import Code, Note

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

SAME = b"the same line as ever\n"
BEGINNINGS = {"empty": b"", "lines": lines(0, 10), "equal lines": SAME * 20}
READ = {"nothing": 0, "a part": 100, "all": 1 << 16}


@dataclass
class Log:
    """The file, and how many lines were ever written to it."""

    path: Path
    written: int = 10

    def append(self) -> None:
        """A line that was never there before."""
        self._write(lines(self.written, 1))
        self.written += 1

    def append_much(self) -> None:
        """More lines than there were at the beginning."""
        self._write(lines(self.written, 15))
        self.written += 15

    def append_the_same(self) -> None:
        """As many equal lines as there may have been at the beginning, and more."""
        self._write(SAME * 25)

    def empty(self) -> None:
        os.truncate(self.path, 0)

    def halve(self) -> None:
        os.truncate(self.path, self.path.stat().st_size // 2)

    def touch(self) -> None:
        self.path.touch()

    def _write(self, data: bytes) -> None:
        with self.path.open("ab") as out:
            out.write(data)


STEPS: list[Callable[[Log], None]] = [
    Log.append, Log.append_much, Log.append_the_same, Log.empty, Log.halve, Log.touch,
]  # fmt: skip


def test_every_history_between_two_looks_is_told_unless_it_looks_like_appending(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    became: Counter[str] = Counter()
    path = tmp_path / "app.log"
    for length in range(1, size(3, 5) + 1):
        for begin, read, steps in product(BEGINNINGS.values(), READ.values(), product(STEPS, repeat=length)):
            path.write_bytes(begin)
            became[what_became(Log(path), read, steps)] += 1
            path.unlink()
    say(capsys, f"{became.total()} histories of a file between two looks: {dict(became)}")
    assert became["silent though it could be told"] == 0
    assert became["told though nothing was cut"] == 0
    assert min(became["told"], became["nothing lost"], became["looks like appending"]) > 0


def what_became(log: Log, read: int, steps: tuple[Callable[[Log], None], ...]) -> str:
    source = PlainFile(str(log.path), "app.log", live=True)
    known = data_of([block for block in [source.read(read)] if block]) if read else b""
    seen, lost = log.path.stat().st_size, False
    for step in steps:
        before = log.path.read_bytes()
        step(log)
        lost |= len(before) > max(len(known), log.path.stat().st_size)
    now = log.path.read_bytes()
    found = drain(source, looks=3)
    told = any(note.code is Code.TRUNCATED for note in source.notes)
    source.close()
    goes_on, shorter = now.startswith(known), len(now) < seen
    assert data_of(found) == (now.removeprefix(known) if goes_on else now)
    assert {block.generation for block in found} <= {int(not goes_on)}
    if told:
        return "told" if shorter or not goes_on else "told though nothing was cut"
    if shorter or not goes_on:
        return "silent though it could be told"
    return "looks like appending" if lost else "nothing lost"


def test_a_head_that_changed_is_noticed_though_the_last_bytes_are_the_same(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(b"started at ten\n" + SAME * 500)
    source = PlainFile(str(path), "app.log", live=True)
    drain(source)
    path.write_bytes(b"started at six\n" + SAME * 600)
    (block,) = drain(source)
    source.close()
    assert (block.data, block.generation) == (path.read_bytes(), 1)
    assert source.note == Note(Code.TRUNCATED, at=15 + 500 * len(SAME))


def test_what_was_seen_but_cut_off_unread_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(lines(0, 10))
    source = PlainFile(str(path), "app.log", live=True)
    source.read(len(lines(0, 2)))
    os.truncate(path, len(lines(0, 4)))
    assert data_of(drain(source)) == lines(2, 2)
    source.close()
    assert source.note == Note(Code.TRUNCATED, at=len(lines(0, 2)), lost=len(lines(0, 6)))


def test_a_file_that_is_copied_and_emptied_while_it_is_read_first_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, advance = tmp_path / "app.log", Run.advance
    path.write_bytes(lines(0, 50))
    source = PlainFile(str(path), "app.log", live=True)

    def rotate_twice(run: Run, data: bytes) -> None:
        advance(run, data)
        monkeypatch.undo()
        for number in (1, 2):
            shutil.copyfile(path, tmp_path / f"app.log.{number}")
            path.write_bytes(lines(50 * number, 50))

    monkeypatch.setattr(Run, "advance", rotate_twice)
    found = drain(source)
    source.close()
    assert data_of(found) == lines(0, 150)
    assert source.notes == ()
