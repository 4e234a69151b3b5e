"""Configured commands as sources: run without a shell, started again with growing pauses, older output by pages."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tui.logs.pipe import Pipe, Pump
from tui.logs.source import BLOCK_BYTES, Block, Code, FileIdentity, Note, Notebook, SourceState, read_failure

if TYPE_CHECKING:
    from collections.abc import Callable

_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 60.0
"""Seconds between an exit and the next start: doubled each time, short again after a run longer than the longest."""
_GRACE: Final = 0.5
"""Seconds a command has to end when asked to."""
_LAST_GRACE: Final = 5.0
"""Seconds the system has, at most, to clear away a command that was ended by force."""
_LAST_STEPS: Final = 2.0
"""Seconds a command has to exit by itself once it closed its output."""
_PAGE: Final = "{page}"


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """A command of the settings. Nothing of a log ever becomes part of it.

    argv: what writes the log on its standard output, for as long as it is watched. history: what writes older output
    by pages; `{page}` in it is replaced by 0, 1, 2 … until a page is empty, a run fails, or `pages` were read.
    """

    argv: tuple[str, ...]
    history: tuple[str, ...] = ()
    pages: int = 100


class _Running:
    """One run of a command: its output, and its end."""

    def __init__(self, argv: tuple[str, ...], *, live: bool) -> None:
        self._process = subprocess.Popen(  # noqa: S603 -- the settings' own command, without a shell
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        stdout = self._process.stdout
        if stdout is None:
            raise OSError
        with stdout:
            pump = Pump(os.dup(stdout.fileno()), patience=1.0 if live else None)
        self.output = Pipe("", pump, live=False)

    def status(self) -> int | None:
        """Exit status once its output was read to the end; None before."""
        if self.output.state is not SourceState.DONE:
            return None
        self._gone_within(_LAST_STEPS)
        self.stop()
        return self._process.returncode

    @property
    def remarks(self) -> tuple[Note, ...]:
        """What happened to its output, but for its end."""
        return tuple(note for note in self.output.notes if note.code is not Code.INPUT_ENDED)

    def stop(self) -> None:
        """End it with everything it started, politely first."""
        self.output.close()
        if self._gone_within(0):
            return
        for signum, seconds in ((signal.SIGTERM, _GRACE), (signal.SIGKILL, _LAST_GRACE)):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signum)
            if self._gone_within(seconds):
                return

    def _gone_within(self, seconds: float) -> bool:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
            return True
        return False


class _CommandSource:
    """What a tail and its history have in common: output that comes once, from one run after the other."""

    rereadable: Final = False
    total_bytes: Final = None

    def __init__(self, name: str) -> None:
        self.name: Final = name
        self.state = SourceState.OPEN
        self.consumed = 0
        self._notes = Notebook()
        self._running: _Running | None = None
        self._generation = -1
        self._base = 0

    @property
    def note(self) -> Note | None:
        """The latest thing that happened."""
        return self._notes.latest

    @property
    def notes(self) -> tuple[Note, ...]:
        """The latest of each kind of thing that happened."""
        return self._notes.all + (self._running.remarks if self._running else ())

    def identity(self, generation: int | None = None) -> FileIdentity | None:
        """None: a command's output has no identity."""
        return None

    def fetch(self, offset: int, length: int, generation: int | None = None) -> bytes | None:
        """None: a command's output is not kept."""
        return None

    def close(self) -> None:
        """End the command."""
        if self._running:
            self._running.stop()
        self._running = None
        self.state = SourceState.DONE

    def _start(self, argv: tuple[str, ...], *, live: bool) -> bool:
        try:
            self._running = _Running(argv, live=live)
        except (OSError, ValueError) as error:
            self._notes.tell(read_failure(error if isinstance(error, OSError) else OSError()))
            return False
        self._base = self._generation + 1
        return True

    def _status(self, running: _Running) -> int | None:
        status = running.status()
        if status is not None:
            for note in running.remarks:
                self._notes.tell(note)
            self._running = None
        return status

    def _next(self, running: _Running, limit: int) -> Block | None:
        block = running.output.read(limit)
        if block is None:
            return None
        self.consumed += len(block.data)
        self._generation = self._base + block.generation
        return Block(block.data, block.offset, self._generation)


class Command(_CommandSource):
    """A command that writes the log as it comes. monotonic: seconds, of any origin."""

    def __init__(self, name: str, spec: CommandSpec, *, live: bool, monotonic: Callable[[], float]) -> None:
        super().__init__(name)
        self._spec = spec
        self._live = live
        self._monotonic = monotonic
        self._pause = _FIRST_PAUSE
        self._due = monotonic()
        self._started = self._due

    def read(self, limit: int = BLOCK_BYTES) -> Block | None:
        """Hand out the output that has come; start the command when that is due."""
        if self.state is SourceState.DONE:
            return None
        if self._running is None and not self._start_when_due():
            return None
        running = self._running
        if running is None:
            return None
        block = self._next(running, limit)
        if block:
            self._running_again()
        elif (status := self._status(running)) is not None:
            self._exited(status)
        return block

    def _start_when_due(self) -> bool:
        given_up = self.state is SourceState.UNREADABLE and not self._live
        if given_up or self._monotonic() < self._due:
            return False
        self._started = self._monotonic()
        if self._start(self._spec.argv, live=self._live):
            return True
        self.state = SourceState.UNREADABLE
        self._plan()
        return False

    def _running_again(self) -> None:
        if self.state is not SourceState.OPEN:
            self._notes.tell(Note(Code.CAME_BACK))
        self.state = SourceState.OPEN

    def _exited(self, status: int) -> None:
        if not self._live:
            self._notes.tell(Note(Code.COMMAND_EXITED, status=status))
            self.state = SourceState.DONE if status == 0 else SourceState.UNREADABLE
            return
        if self._monotonic() - self._started >= _LONGEST_PAUSE:
            self._pause = _FIRST_PAUSE
        seconds = self._plan()
        self._notes.tell(Note(Code.COMMAND_EXITED, status=status, seconds=seconds))
        self.state = SourceState.DOWN

    def _plan(self) -> float:
        seconds = self._pause
        self._due = self._monotonic() + seconds
        self._pause = min(_LONGEST_PAUSE, 2 * seconds)
        return seconds


class CommandHistory(_CommandSource):
    """The older output of a command, page by page. What the tail gave too is recognised later, record by record."""

    def __init__(self, name: str, spec: CommandSpec) -> None:
        super().__init__(name)
        self._spec = spec
        self._page = 0
        self._before = 0

    def read(self, limit: int = BLOCK_BYTES) -> Block | None:
        """Hand out the output of the current page that has come; start the next page after it."""
        if self.state is not SourceState.OPEN:
            return None
        if self._running is None and not self._turn_page():
            return None
        running = self._running
        if running is None:
            return None
        block = self._next(running, limit)
        if block is None and (status := self._status(running)) is not None:
            if status:
                self._notes.tell(Note(Code.COMMAND_EXITED, status=status))
            if status or self.consumed == self._before:
                self.state = SourceState.DONE
        return block

    def _turn_page(self) -> bool:
        if self._page >= self._spec.pages:
            self.state = SourceState.DONE
            return False
        argv = tuple(part.replace(_PAGE, str(self._page)) for part in self._spec.history)
        self._page += 1
        self._before = self.consumed
        if not self._start(argv, live=False):
            self.state = SourceState.DONE
            return False
        return True
