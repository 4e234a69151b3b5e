"""A log that is rotated under a fast writer: each line is read once, by a source alone and through the whole engine."""

from __future__ import annotations

import json
import os
import shutil
import sys
from datetime import UTC, datetime
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, cast

import pytest

from tests.proofs import say, size
from tests.test_sources import data_of, drain, lines
from tui.logs.follow import PlainFile
from tui.logs.opening import SourceSet
from tui.logs.source import Code
from tui.runbook.load import load_runbook
from tui.session.clock import Cursor
from tui.session.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tui.logs.source import Block

NOW = datetime(2026, 11, 19, 22, 45, tzinfo=UTC)
ASLEEP = 3
"""Rotations between two looks, as when a laptop was closed."""


def event(number: int) -> bytes:
    record = {
        "level": "info",
        "timestamp": "2026-11-19T22:44:00.000Z",
        "requestId": f"req_number{number}",
        "message": "METRIC_HTTP_REQUEST",
        "domain": "auth",
        "method": "GET",
        "endpoint": "/api/auth/me",
        "statusCode": 200,
        "durationMs": number % 100,
    }
    return json.dumps(record, separators=(",", ":")).encode() + b"\n"


def a_line(number: int) -> bytes:
    return lines(number, 1)


class Rotated:
    """A writer that rotates its log, and a reader in its own thread.

    A file, or content, that is gone again between two looks cannot be read by anybody: what leaves nothing behind waits
    until the reader has seen it.
    """

    def __init__(self, path: Path, source: PlainFile, look: Callable[[], bool], line: Callable[[int], bytes]) -> None:
        self.path, self.source, self.look, self.line = path, source, look, line
        self.written = 0
        self.seconds = 0.0
        self.number = 0
        self.finished = Event()
        self.looked = Event()

    def run(self, rotate: Callable[[Rotated], None], times: int) -> None:
        """Rotate so often, with the reader reading all the while, then let it read what is left."""
        reader = Thread(target=self._read)
        switch_interval = sys.getswitchinterval()
        sys.setswitchinterval(1e-4)
        began = monotonic()
        reader.start()
        try:
            for self.number in range(times):
                rotate(self)
            self.append()
            self.seconds = monotonic() - began
        finally:
            self.finished.set()
            reader.join()
            sys.setswitchinterval(switch_interval)

    def _read(self) -> None:
        while not self.finished.is_set():
            self.look()
            self.looked.set()
        look_until_nothing_comes(self.look)

    def append(self, count: int = 100) -> int:
        fd = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            for _ in range(count):
                os.write(fd, self.line(self.written))
                self.written += 1
            return os.fstat(fd).st_ino
        finally:
            os.close(fd)

    def rename(self) -> None:
        self.append()
        self.path.rename(self.beside(self.number))
        self.path.touch()

    def delete(self) -> None:
        self._until_read(self.append())
        self.path.unlink()

    def swap_link(self) -> None:
        self._until_read(self.append())
        target, link = self.path.with_name(f"target-{self.number}"), self.path.with_name("link")
        target.touch()
        link.symlink_to(target)
        link.replace(self.path)

    def copy_and_truncate(self) -> None:
        self.append()
        shutil.copyfile(self.path, self.beside(self.number))
        os.truncate(self.path, 0)

    def truncate(self) -> None:
        self._until_read(self.append())
        os.truncate(self.path, 0)
        self._until(lambda: self.announced > self.number)

    def beside(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")

    @property
    def announced(self) -> int:
        return sum(note.times for note in self.source.notes if note.code is Code.TRUNCATED)

    def _until_read(self, inode: int) -> None:
        self._until(lambda: bool((one := self.source.identity()) and one.inode == inode and one.offset))

    def _until(self, holds: Callable[[], bool]) -> None:
        for _ in range(1000):
            if holds():
                return
            self.looked.clear()
            self.looked.wait(5)
        raise AssertionError("the reader stands still")


def look_until_nothing_comes(look: Callable[[], bool]) -> None:
    """Look on until nothing came for a while: patience with a file that was left is counted in looks."""
    empty = 0
    while empty < 20:
        empty = 0 if look() else empty + 1


KINDS = [Rotated.rename, Rotated.delete, Rotated.swap_link, Rotated.copy_and_truncate, Rotated.truncate]
each_kind = pytest.mark.parametrize("rotate", KINDS, ids=lambda kind: str(kind.__name__))


@each_kind
def test_a_source_gives_each_line_once(
    tmp_path: Path, rotate: Callable[[Rotated], None], capsys: pytest.CaptureFixture[str]
) -> None:
    path, times = tmp_path / "app.log", size(100, 1000)
    path.touch()
    source = PlainFile(str(path), "app.log", live=True)
    blocks: list[Block] = []

    def look() -> bool:
        found = drain(source, looks=1)
        blocks.extend(found)
        return bool(found)

    rotated = Rotated(path, source, look, a_line)
    rotated.run(rotate, times)
    source.close()
    numbers = [int(line[:8]) for line in data_of(blocks).splitlines()]
    judge(rotated, rotate, times, (len(numbers), len(set(numbers))), capsys)


@each_kind
def test_the_engine_counts_each_event_once(
    tmp_path: Path, rotate: Callable[[Rotated], None], capsys: pytest.CaptureFixture[str]
) -> None:
    path, times = tmp_path / "app.log", size(25, 1000)
    path.touch()
    run = engine(path)
    rotated = Rotated(path, cast("PlainFile", run.reader.sources[0]), run.read, event)
    rotated.run(rotate, times)
    judge(rotated, rotate, times, counted(run), capsys)


def judge(
    rotated: Rotated,
    rotate: Callable[[Rotated], None],
    times: int,
    found: tuple[int, int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Say and check what came of it. found: lines read, and how many of them differ."""
    lost, doubled = rotated.written - found[1], found[0] - found[1]
    rate = rotated.written / rotated.seconds
    figure = f"{rotate.__name__}: {times} rotations, {rate:.0f} lines/s, {lost} lost, {doubled} doubled"
    say(capsys, f"{figure}, {rotated.announced} said to be emptied")
    assert doubled == 0
    if rotate is Rotated.truncate:
        assert rotated.announced == times
    else:
        assert lost == 0


def engine(path: Path) -> Engine:
    return Engine(load_runbook(None, "en"), SourceSet([str(path)], live=True), clock=Cursor(NOW), mode="live", zone=UTC)


def counted(run: Engine) -> tuple[int, int]:
    """Events read, and how many of them differ."""
    events, ids = run.reader.statuses()[0].events, run.store.events(NOW, 10**9)["request_id"].n_unique()
    run.close()
    return events, ids


@pytest.mark.parametrize("how", ["rename", "copytruncate"])
def test_rotations_while_nobody_looks_are_read_from_the_files_beside(
    tmp_path: Path, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path, times = tmp_path / "app.log", size(8, 1000)
    path.touch()
    run = engine(path)
    written = 0
    for _sleep in range(times):
        for _rotation in range(ASLEEP):
            written = add(path, written)
            shift(path)
            path.rename(beside(path, 1)) if how == "rename" else shutil.copyfile(path, beside(path, 1))
            path.touch()
            os.truncate(path, 0)
        written = add(path, written)
        look_until_nothing_comes(run.read)
    events, ids = counted(run)
    say(capsys, f"{how}: {times} × {ASLEEP} rotations unseen, {written - ids} lost, {events - ids} doubled")
    assert (written - ids, events - ids) == (0, 0)


def add(path: Path, written: int) -> int:
    with path.open("ab") as out:
        out.write(b"".join(event(number) for number in range(written, written + 20)))
    return written + 20


def beside(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")


def shift(path: Path) -> None:
    """Move every rotated file on by one, as is done before each rotation; the oldest go."""
    for number in range(ASLEEP + 1, 0, -1):
        if beside(path, number).exists():
            beside(path, number).replace(beside(path, number + 1))
