"""What a person in front of the program feels: from a key to the first byte of its picture; what looking on costs."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from typing import TYPE_CHECKING

from tests.bench.inside import p95

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_SETTLED = 3.0
"""Seconds in which it hardly works: the launch is over."""
_KEYS = b"12345tprcle0"


class Screen:
    """The real program in a pseudo-terminal of 160 by 45."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self._pid, self._terminal = pty.fork()
        if not self._pid:
            os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
            os.execv(sys.executable, [sys.executable, "-m", "tui", *arguments])  # noqa: S606 - that is the point
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 45, 160, 0, 0))

    def read(self, seconds: float) -> int:
        """Take what is painted for that long; how many bytes."""
        until, count = time.monotonic() + seconds, 0
        while (left := until - time.monotonic()) > 0:
            if select.select([self._terminal], [], [], left)[0]:
                count += len(os.read(self._terminal, 1 << 16))
        return count

    def settle(self, limit: float = 180.0) -> None:
        """Wait until it has read everything and stands still."""
        until, busy = time.monotonic() + limit, True
        while busy and time.monotonic() < until:
            used = self.used()
            self.read(_SETTLED)
            busy = self.used() - used > _SETTLED / 5

    def press(self, key: bytes) -> float:
        """Press a key; seconds until the first byte that it paints, whatever was painted before."""
        while select.select([self._terminal], [], [], 0)[0]:
            os.read(self._terminal, 1 << 16)
        began = time.perf_counter()
        os.write(self._terminal, key)
        select.select([self._terminal], [], [], 5.0)
        return time.perf_counter() - began

    def used(self) -> float:
        """Seconds of processor time so far."""
        with open(f"/proc/{self._pid}/stat") as stat:  # noqa: PTH123 - no file of ours
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        """Leave."""
        os.kill(self._pid, signal.SIGTERM)
        os.waitpid(self._pid, 0)
        os.close(self._terminal)


def feel(name: str, arguments: Sequence[str], seconds: float = 30.0) -> None:
    """Print one row: key to first paint, processor and bytes while nobody touches anything."""
    screen = Screen(arguments)
    screen.settle()
    used = screen.used()
    painted = screen.read(seconds)
    share = (screen.used() - used) / seconds
    waits = []
    for number in range(120):
        waits.append(screen.press(_KEYS[number % len(_KEYS) :][:1]))
        screen.read(0.15)
    screen.close()
    felt = f"{p95(waits) * 1000:.0f} | {max(waits) * 1000:.0f}"
    print(f"| {name} | {felt} | {share:.1%} | {painted / seconds / 1000:.1f} |", flush=True)


def report(log: Path, folder: Path) -> None:
    """Print what looking at a big log and at a drill under fire cost."""
    data = ("--data-dir", str(folder / "data"), "--lang", "en")
    print("\n| in a terminal of 160×45 | key → paint p95 ms | slowest ms | share of a core | kB/s |")
    print("| --- | --- | --- | --- | --- |")
    feel("review of that log", [*data, "review", str(log)])
    feel("watch of that log, nothing new", [*data, "watch", str(log)])
    feel("demo, an alert firing, 20 events/s", [*data, "demo"])
