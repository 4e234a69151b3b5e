"""A terminal that vanishes, a window that is closed or a connection lost, ends the program."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
from io import StringIO
from threading import Thread
from typing import TYPE_CHECKING

from textual.drivers._writer_thread import WriterThread

from tui.ui.driver import Vanishing

if TYPE_CHECKING:
    from pathlib import Path

_PATIENCE = 20.0
"""Seconds; it takes less than one."""


def test_what_cannot_be_written_any_more_is_lost_without_a_word() -> None:
    file = StringIO()
    vanishing = Vanishing(file)
    assert vanishing.write("seen") == 4
    file.close()
    assert vanishing.write("unseen") == 0
    vanishing.flush()


def test_whoever_leaves_the_screen_waits_for_no_writer_that_died() -> None:
    """The toolkit's queue holds 30 writes: with its thread dead, the next one would wait for ever."""

    class Gone(StringIO):
        def write(self, _text: str) -> int:
            raise OSError

    writer = WriterThread(Vanishing(Gone()))  # type: ignore[arg-type]  # it asks for no more than these three methods

    def leave() -> None:
        writer.start()
        for _each in range(100):
            writer.write("farewell")
        writer.stop()

    leaving = Thread(target=leave, daemon=True)
    leaving.start()
    leaving.join(_PATIENCE)
    assert not leaving.is_alive()


def test_the_program_ends_when_its_terminal_is_gone(tmp_path: Path) -> None:
    person, program = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "HOME": str(tmp_path)}
    running = subprocess.Popen(
        [sys.executable, "-m", "tui", "demo", "--data-dir", str(tmp_path / "data")],
        stdin=program, stdout=program, stderr=program, env=environment, start_new_session=True,
    )  # fmt: skip
    os.close(program)
    painted = b""
    while b"guardia" not in painted and select.select([person], [], [], _PATIENCE)[0]:
        painted += os.read(person, 1 << 16)
    assert b"guardia" in painted
    os.close(person)
    running.send_signal(signal.SIGHUP)
    assert running.wait(_PATIENCE) is not None
