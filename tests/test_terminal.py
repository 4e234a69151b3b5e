"""The real program in a real terminal (tmux)."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import pytest

from tests.samples import NIGHT, needs_samples, planted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 1000
"""Looks at the screen before giving up."""
BETWEEN_LOOKS = 0.05
"""Seconds that the program under test has the processor to itself."""
STILL = 4
"""Looks in a row that see the same once a program is at rest: an escape is held back for 0.1 s, as a part of a key."""

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")


class Terminal:
    """One tmux server of its own with one pane."""

    def __init__(self, folder: Path, width: int, height: int) -> None:
        self._socket = f"guardia-{uuid.uuid4().hex[:8]}"
        self._folder = folder
        self._size = (str(width), str(height))

    def _tmux(self, *arguments: str) -> str:
        command = ["tmux", "-f", "/dev/null", "-L", self._socket, *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False).stdout

    def run(
        self, *arguments: str | Path, record: Path | None = None, variables: Mapping[str, str] | None = None
    ) -> None:
        """Start guardia; when it ends, its exit code is left on the screen. `record` gets every byte it writes."""
        set_here = {"HOME": str(self._folder), "TERM": "xterm-256color", "TZ": "UTC", **(variables or {})}
        assigned = " ".join(f"{key}='{value}'" for key, value in set_here.items())
        words = " ".join(f"'{argument}'" for argument in arguments)
        self.run_shell(f"{assigned} '{sys.executable}' -m tui {words}", record=record)

    def run_shell(self, command: str, record: Path | None = None) -> None:
        """Start a shell's command; when it ends, its exit code is left on the screen."""
        shell = f"unset COLUMNS LINES; cd '{ROOT}' && {command}; echo \"ended with $?\"; exec cat"
        width, height = self._size
        self._tmux("new-session", "-d", "-x", width, "-y", height, "sh", "-c", f"read go; {shell}")
        if record is not None:
            self._tmux("pipe-pane", f"cat > '{record}'")
        self.keys("Enter")

    def attach_to(self, other: Terminal) -> None:
        """Show what another terminal shows, as somebody who attaches to its session."""
        self.run_shell(f"env -u TMUX tmux -L '{other._socket}' attach-session")

    def resize(self, width: int, height: int) -> None:
        """Make the window another size."""
        self._tmux("resize-window", "-x", str(width), "-y", str(height))

    def signal(self, name: str) -> None:
        """Send a signal to guardia itself, the child of the pane's shell."""
        shell = self._tmux("display-message", "-p", "#{pane_pid}").strip()
        subprocess.run(["pkill", f"-{name}", "-P", shell], check=True, timeout=30)

    def keys(self, *names: str) -> None:
        """Press keys."""
        self._tmux("send-keys", *names)

    def screen(self) -> str:
        """What is on the screen now."""
        return self._tmux("capture-pane", "-p")

    def buffer(self) -> str:
        """What tmux would paste."""
        return self._tmux("show-buffer")

    def until(self, holds: Callable[[str], bool]) -> str:
        """The screen as soon as something holds of it."""
        shown = ""
        for _look in range(PATIENCE):
            shown = self.screen()
            if holds(shown):
                return shown
            Event().wait(BETWEEN_LOOKS)
        pytest.fail(f"never came to be on screen; the last was:\n{shown}")

    def settled(self) -> str:
        """The screen once guardia has nothing left to do."""
        shown, still = self.screen(), 0
        for _look in range(PATIENCE):
            Event().wait(BETWEEN_LOOKS)
            before, shown = shown, self.screen()
            still = still + 1 if shown == before and self._is_idle() else 0
            if still == STILL:
                return shown
        pytest.fail(f"never came to rest; the last was:\n{shown}")

    def _is_idle(self) -> bool:
        """Whether every thread of guardia sleeps; with a busy machine, one that has a key to read does not."""
        shell = self._tmux("display-message", "-p", "#{pane_pid}").strip()
        child = subprocess.run(["pgrep", "-P", shell], capture_output=True, text=True, timeout=30, check=False).stdout
        threads = [path.read_text() for path in Path("/proc", child.strip() or "none", "task").glob("*/stat")]
        return all(stat.rpartition(")")[2].split()[0] == "S" for stat in threads)

    def close(self) -> None:
        """End this server and what runs in it."""
        self._tmux("kill-server")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Callable[[int, int], Terminal]]:
    opened: list[Terminal] = []

    def open_terminal(width: int, height: int) -> Terminal:
        opened.append(Terminal(tmp_path, width, height))
        return opened[-1]

    yield open_terminal
    for each in opened:
        each.close()


def test_the_demo_opens_with_an_alert_just_firing_and_quits_cleanly(
    terminal: Callable[[int, int], Terminal],
) -> None:
    pane = terminal(160, 45)
    pane.run("demo", "--lang", "en")
    shown = pane.until(lambda text: "SUGGESTED" in text)
    assert "DRILL" in shown
    assert "MITIGATE" in shown
    assert max(len(line) for line in shown.splitlines()) <= 160
    pane.keys("q")
    assert "ended with 0" in pane.until(lambda text: "ended with" in text)


def test_a_new_event_of_a_followed_file_reaches_the_screen(
    terminal: Callable[[int, int], Terminal], tmp_path: Path
) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(b"")
    pane = terminal(100, 30)
    pane.run("watch", log, "--lang", "es")
    pane.until(lambda text: "EN VIVO" in text)
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    record = {
        "level": "error",
        "timestamp": at,
        "requestId": "req_terminal1",
        "message": "METRIC_AUTH_5XX",
        "endpoint": "/api/auth/login",
        "statusCode": 500,
        "code": "INTERNAL_ERROR",
    }
    with log.open("a") as stream:
        stream.write(json.dumps(record) + "\n")
    pane.until(lambda text: "VIGILAR" in text)
    pane.keys("q")
    pane.until(lambda text: "ended with 0" in text)


@needs_samples
def test_the_real_outage_is_the_worst_severity_and_the_hour_before_is_calm(
    terminal: Callable[[int, int], Terminal],
) -> None:
    burning = terminal(160, 45)
    burning.run("review", NIGHT, "--at", "2026-11-19T22:08:00Z", "--lang", "en")
    burning.until(lambda text: "SUGGESTED" in text and "22:08:00 UTC" in text)
    badges = dict(re.findall(r"^[▌ ─━]{1,2}([1-5]) .*? [▲◆●○] (\w+)", burning.settled(), re.MULTILINE))
    assert badges == {"1": "SEV1", "2": "OK", "3": "OK", "4": "OK", "5": "OK"}
    calm = terminal(160, 45)
    calm.run("review", NIGHT, "--at", "2026-11-19T21:10:00Z", "--lang", "en")
    quiet = calm.until(lambda text: "21:10:00 UTC" in text and "NO OPEN INCIDENT" in text)
    assert "SEV" not in quiet.split("Timeline")[0]


@needs_samples
def test_nothing_planted_reaches_the_bytes_of_the_terminal(
    terminal: Callable[[int, int], Terminal], tmp_path: Path
) -> None:
    pane = terminal(160, 45)
    raw = tmp_path / "raw"
    pane.run("review", NIGHT, "--at", "2026-11-19T22:10:00Z", record=raw)
    pane.until(lambda text: "SEV1" in text)
    for key in (
        "1",
        "2",
        "3",
        "4",
        "5",
        "t",
        "Down",
        "Down",
        "l",
        "Down",
        "e",
        "Down",
        "z",
        "z",
        "?",
        "Escape",
        "End",
        "Home",
    ):
        pane.keys(key)
    pane.keys("q")
    pane.until(lambda text: "ended with 0" in text)
    written = raw.read_bytes()
    found = [text for text in planted("real-night-part1.ndjson") if text.encode() in written]
    print(f"{len(found)} planted strings in {len(written)} bytes written to the terminal")
    assert len(written) > 10_000
    assert not found


OUTAGE = ROOT / "sample_logs" / "auth-outage.ndjson.gz"


def command(pane: Terminal, folder: Path, actor: str) -> None:
    pane.run("review", OUTAGE, "--at", "2026-03-02T02:07:00Z", "--lang", "en", "--data-dir", folder, "--as", actor)
    pane.until(lambda text: "02:07:00 UTC" in text)


def note(pane: Terminal, text: str) -> None:
    """Write a note, and wait until it is on the disk."""
    pane.keys("n")
    pane.until(lambda shown: "Record" in shown)
    pane.keys(*text, "Enter")
    pane.until(lambda shown: f"note {text}" in shown and "Record" not in shown)


def test_four_people_on_one_incident_see_each_other_whatever_happens_to_one(
    terminal: Callable[[int, int], Terminal], tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    panes = [terminal(100, 30) for _person in range(4)]
    for number, pane in enumerate(panes):
        command(pane, folder, f"p{number}")
    panes[0].keys("a")
    panes[0].until(lambda text: "enter" in text.splitlines()[-1])
    panes[0].keys("Enter")
    for pane in panes:
        pane.until(lambda text: "ACKNOWLEDGED" in text)
    for number, pane in enumerate(panes[1:], 1):
        note(pane, f"seen_by_{number}")
    panes[3].signal("KILL")
    panes[2].signal("STOP")
    panes[1].resize(20, 5)
    panes[2].signal("CONT")
    panes[1].resize(100, 30)
    for pane in panes[:3]:
        pane.keys("l", "z")
        shown = pane.until(lambda text: all(f"seen_by_{number}" in text for number in (1, 2, 3)))
        assert "ACKNOWLEDGED" in shown
    back = terminal(100, 30)
    command(back, folder, "p3")
    back.until(lambda text: "ACKNOWLEDGED" in text)
    print("4 people on one incident, 1 killed, 1 stopped, 1 resized to 20×5: 5 entries of 4 writers, 0 lost")


def test_a_hangup_leaves_the_incident_intact(terminal: Callable[[int, int], Terminal], tmp_path: Path) -> None:
    folder = tmp_path / "data"
    pane = terminal(80, 24)
    command(pane, folder, "ana")
    pane.keys("a")
    pane.until(lambda text: "enter" in text.splitlines()[-1])
    pane.keys("Enter")
    pane.until(lambda text: "ACKNOWLEDGED" in text)
    pane.signal("HUP")
    pane.until(lambda text: "ended with" in text)
    again = terminal(80, 24)
    command(again, folder, "ana")
    assert "SEV1" in again.until(lambda text: "ACKNOWLEDGED" in text)
