"""More input than can be read: memory stays bounded, what is dropped is counted and said, keys are answered."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

import pytest

from tests.proofs import say
from tests.test_rotation import NOW, event
from tests.test_sources import write_whole
from tests.test_terminal import terminal
from tui.logs.pipe import Pipe, Pump
from tui.logs.source import Code, SourceState
from tui.present.notes import note_sentence
from tui.runbook.load import load_runbook
from tui.session.clock import Cursor
from tui.session.engine import Engine
from tui.session.reader import FixedSources

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.test_terminal import Terminal

__all__ = ["terminal"]

ROOM = 200_000
MOST_MEMORY = 700
"""MiB that a program with 64 MiB of waiting input, three blocks in work and 100,000 rows may take."""


def test_ten_times_too_much_is_dropped_by_whole_lines_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    reading, writing = os.pipe()
    pump = Pump(reading, patience=0.0, room=ROOM)
    sources = FixedSources(Pipe("stdin", pump, live=True))
    run = Engine(load_runbook(None, "en"), sources, clock=Cursor(NOW), mode="live", zone=UTC)
    written = number = 0
    for turn in range(1, 11):
        while written < turn * 10 * ROOM:  # ten times what one look can find
            chunk = b"".join(event(each) for each in range(number, number + 100))
            write_whole(writing, chunk)
            written, number = written + len(chunk), number + 100
        run.read()
    os.close(writing)
    while not run.ended():
        run.read()
    status = run.reader.statuses()[0]
    run.close()
    (told,) = [note for note in status.notes if note.code is Code.OVERLOADED]
    say(
        capsys,
        f"10 × overload: {written} bytes written, {status.bytes} read in {status.lines} lines, {told.lost} dropped in"
        f" {told.times} stretches and said, {dict(status.rejected)} cut in two",
    )
    assert status.state is SourceState.DOWN
    assert status.bytes + (told.lost or 0) == written
    assert (status.lines, status.rejected) == (status.events, ())
    assert status.bytes < written // 2
    assert f"{told.lost:,}".replace(",", " ") in note_sentence(told)


def contains(sign: str, screen: str) -> bool:
    return sign in screen


def memory(pane: Terminal) -> float:
    """MiB that guardia, a child of the pane's shell, holds."""
    shell = pane._tmux("display-message", "-p", "#{pane_pid}").strip()
    listed = subprocess.run(
        ["ps", "-o", "rss=,args=", "--ppid", shell], capture_output=True, text=True, check=True, timeout=30
    )
    return sum(int(line.split()[0]) for line in listed.stdout.splitlines() if "-m tui" in line) / 1024


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_keys_are_answered_while_a_pipe_gives_all_it_can(
    terminal: Callable[[int, int], Terminal], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}.000Z".encode()
    record = event(1).replace(b"2026-11-19T22:44:00.000Z", at).decode().rstrip()
    pane = terminal(80, 24)
    pane.run_shell(
        f"yes '{record}' | HOME='{tmp_path}' TERM=xterm-256color GUARDIA_CAP=100000"
        f" '{sys.executable}' -m tui watch - --lang en --data-dir '{tmp_path}'"
    )
    pane.until(lambda screen: "only counts before" in screen)
    answered = []
    for key, sign in (("o", "esc board"), ("Escape", " Playbook "), ("?", "─Help"), ("Escape", " Playbook ")):
        asked = monotonic()
        pane.keys(key)
        pane.until(partial(contains, sign))
        answered.append(monotonic() - asked)
    pane.keys("o")
    shown = pane.until(lambda screen: "lines/s" in screen)
    rate = re.search(r"rate ([\d ]+) lines/s", shown)
    held = memory(pane)
    pane.keys("Escape")
    pane.until(partial(contains, " Playbook "))
    pane.keys("q")
    pane.until(lambda screen: "ended with 0" in screen)
    say(
        capsys,
        f"a pipe that gives all it can: {rate[1] if rate else '?'} lines/s read, a key answered within"
        f" {max(answered):.1f} s, {held:.0f} MiB held",
    )
    assert held < MOST_MEMORY
