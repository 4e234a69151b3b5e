"""An open incident in a real terminal: whatever happens to terminal, process or clock, it and its times stay right."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.proofs import say
from tests.test_terminal import ROOT, Terminal, terminal
from tui.drill.generate import Plan, generate
from tui.drill.model import scenarios
from tui.incident.entries import Noted
from tui.incident.journal import Journal, OsDisk
from tui.metrics.minutes import floor_minute
from tui.session.clock import WallClock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tui.incident.record import Recorded

__all__ = ["terminal"]

HISTORY = timedelta(minutes=20)
FAKETIME = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)
NEAR = timedelta(seconds=5)
"""How far two readings of one screen may be apart: it is drawn once a second, on a machine that has more to do."""

needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
needs_faketime = pytest.mark.skipif(FAKETIME is None, reason="the package faketime is not installed")


def alert_that_just_fired(log: Path) -> None:
    """Write the log of a backend whose first alert fired at the last whole minute."""
    now, scenario = datetime.now(UTC), next(iter(scenarios()))
    onset = HISTORY - scenarios()[scenario].fires_after
    plan = Plan(scenario, 1, floor_minute(now) - HISTORY, minutes=None, onset=onset)
    with log.open("wb") as out:
        for line in generate(plan):
            if line.at > now.timestamp() * 1000:
                break
            out.write(line.data)


@dataclass(frozen=True)
class Shown:
    """What one screen says of the open incident."""

    incident: str
    acknowledged: str
    now: datetime
    deadline: datetime
    """Of the mitigation: `now` and what is left of it."""


def read(screen: str) -> Shown | None:
    """Read a screen of 80×24; None while it does not show an acknowledged incident."""
    incident = re.search(r"INC-\d{8}-\w{4}", screen)
    acknowledged = re.search(r"ACK ✓ (\d+:\d\d)", screen)
    left = re.search(r"MITIGATE (\d+):(\d\d)", screen)
    clock = re.search(r"(\d\d:\d\d:\d\d) UTC", screen)
    if not (incident and acknowledged and left and clock):
        return None
    now = datetime.strptime(f"{datetime.now(UTC):%Y-%m-%d} {clock[1]} +0000", "%Y-%m-%d %H:%M:%S %z")
    return Shown(incident[0], acknowledged[1], now, now + timedelta(minutes=int(left[1]), seconds=int(left[2])))


def shown(pane: Terminal) -> Shown:
    found = read(pane.until(lambda screen: read(screen) is not None))
    assert found is not None
    return found


def entries(folder: Path) -> list[Recorded]:
    (incident,) = (folder / "incidents").iterdir()
    journal = Journal(incident, "reader", OsDisk())
    assert journal.read().damages == ()
    return list(journal.contents.records)


def guardia(folder: Path, *words: str, variables: Mapping[str, str] | None = None) -> None:
    """Run one command as another person does, in another process."""
    command = [sys.executable, "-m", "tui", "incident", *words, "--data-dir", str(folder), "--as", "beto"]
    environ = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "TZ": "UTC", **(variables or {})}
    ended = subprocess.run(command, cwd=ROOT, env=environ, check=False, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")


@dataclass(frozen=True)
class Room:
    """Somebody in command of an incident, in a terminal of 80×24."""

    pane: Terminal
    log: Path
    folder: Path

    def watch(self, variables: Mapping[str, str] | None = None) -> None:
        self.pane.run("watch", self.log, "--lang", "en", "--data-dir", self.folder, "--as", "ana", variables=variables)

    def acknowledge(self) -> Shown:
        self.pane.until(lambda screen: "SEV1" in screen and "partial" not in screen)
        self.pane.keys("a")
        self.pane.until(lambda screen: "enter" in screen.splitlines()[-1])
        self.pane.keys("Enter")
        return shown(self.pane)


@pytest.fixture
def room(terminal: Callable[[int, int], Terminal], tmp_path: Path) -> Room:
    made = Room(terminal(80, 24), tmp_path / "app.log", tmp_path / "data")
    alert_that_just_fired(made.log)
    return made


@needs_tmux
def test_nothing_that_is_done_to_a_terminal_touches_the_incident(
    room: Room, terminal: Callable[[int, int], Terminal], capsys: pytest.CaptureFixture[str]
) -> None:
    room.watch()
    first = room.acknowledge()
    seen = [first]

    def still_right() -> None:
        seen.append(shown(room.pane))

    for _time in range(2):  # somebody attaches to the session and leaves it again
        visitor = terminal(80, 25)  # one row is the other session's status bar
        visitor.attach_to(room.pane)
        seen.append(shown(visitor))
        visitor.keys("C-b", "d")
        visitor.until(lambda screen: "detached" in screen)
        still_right()
    room.pane.resize(20, 5)
    room.pane.until(lambda screen: first.incident in screen and "60×16" in screen)
    for width, height in ((200, 60), (60, 16), (20, 5), (1, 1), (300, 3), (80, 24)):
        room.pane.resize(width, height)
    still_right()
    room.pane.signal("STOP")
    guardia(room.folder, "note", "meanwhile")
    room.pane.signal("CONT")
    room.pane.until(lambda screen: "meanwhile" in screen)
    still_right()
    room.pane.signal("HUP")
    room.pane.until(lambda screen: "ended with" in screen)
    before = entries(room.folder)
    again = Room(terminal(80, 24), room.log, room.folder)
    again.watch()
    seen.append(shown(again.pane))
    assert entries(room.folder) == before
    assert {(each.incident, each.acknowledged) for each in seen} == {(first.incident, first.acknowledged)}
    wrong = max(abs(each.deadline - first.deadline) for each in seen)
    say(
        capsys,
        f"terminal: attached and detached 2 times, resized 8 times, stopped, hung up: {len(before)} entries, 0 lost;"
        f" {len(seen)} readings of the clocks, {wrong.total_seconds():.0f} s apart at most",
    )
    assert wrong <= timedelta(seconds=1)
    assert abs(seen[-1].now - datetime.now(UTC)) < NEAR


@needs_tmux
@needs_faketime
def test_a_clock_set_back_by_an_hour_stops_no_clock_and_hides_no_alert(
    room: Room, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    offset = tmp_path / "offset"
    offset.write_text("+0\n")
    fake = {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(offset),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    room.watch(variables=fake)
    seen = [room.acknowledge()]
    offset.write_text("-1h\n")
    room.pane.until(lambda screen: bool((found := read(screen)) and found.now - seen[0].now > NEAR))
    assert re.search(r"1 Auth 5xx +▲ SEV1", room.pane.screen())
    guardia(room.folder, "note", "from_elsewhere", variables=fake)
    room.pane.until(lambda screen: "from_elsewhere" in screen)
    seen.append(shown(room.pane))
    room.pane.keys("n")
    room.pane.until(lambda text: "Record" in text)
    room.pane.keys(*"from_here", "Enter")
    room.pane.until(lambda text: "note from_here" in text and "Record" not in text)
    seen.append(shown(room.pane))
    written = entries(room.folder)
    last_notes = [each.entry.payload.text for each in written if isinstance(each.entry.payload, Noted)]
    moments = [each.entry.effective for each in written]
    wrong = max(abs(each.deadline - seen[0].deadline) for each in seen)
    say(
        capsys,
        f"clock set back an hour: {len(written)} entries in order, {len(seen)} readings of the clocks,"
        f" {wrong.total_seconds():.0f} s apart at most",
    )
    assert last_notes == ["from_elsewhere", "from_here"]
    assert moments == sorted(moments)
    assert all(one.now <= other.now for one, other in pairwise(seen))
    assert wrong <= timedelta(seconds=1)
    assert abs(seen[-1].now - datetime.now(UTC)) < NEAR


def test_the_wall_clock_goes_on_when_it_is_set_back_and_follows_when_it_is_set_on() -> None:
    wall, reading = [datetime(2026, 11, 19, 22, tzinfo=UTC)], [100.0]
    clock = WallClock(lambda: wall[0], lambda: reading[0])
    begun = clock.now()
    reading[0] += 10
    wall[0] -= timedelta(hours=1)
    assert clock.now() == begun + timedelta(seconds=10)
    reading[0] += 10
    wall[0] += timedelta(hours=3)
    assert clock.now() == wall[0] == begun + timedelta(hours=2)
