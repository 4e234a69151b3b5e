"""Running the runbook's own commands (§8): the exact text, asked for by a person, its output cleaned and masked.

Nothing else can be run: a command is named by its id, and its text comes from the runbook file alone. Asking first is
the caller's; it has the exact text, host and folder to show. Every method may be called from any thread but `run`
blocks the one that calls it.
"""

from __future__ import annotations

import os
import re
import selectors
import signal
import subprocess
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING, Literal

from tui.incident.actions import RecordRun
from tui.privacy import mask, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path

    from tui.runbook.procedures import Command, Procedures

MOST_LINES = 2000
MOST_BYTES = 1 << 20
"""What is passed on of one run's output; the rest is read, counted and dropped, but for the tail."""
LONGEST_LINE = 2000
"""Characters of a line that are passed on."""
TAIL_LINES = 20
TAIL_LENGTH = 4000
"""What is kept of the end of the output, in lines and characters, to be journaled."""

_HELD_BYTES = 1 << 16
_GRACE = 0.5
"""Seconds a command has to end when asked to, before it is made to."""
_LAST_WORDS = 2.0
"""Seconds that output may still come once the command has exited: something it started may hold on to it."""
_TICK = 0.05
_MASKED_LENGTH = 4 * LONGEST_LINE
"""Characters of a line that the masking net looks at: more than are passed on, so that it sees whole secrets."""
_SECRET_NAME = re.compile(r"SECRET|TOKEN|KEY|PASS|PIN\b|DSN|CREDENTIAL|DATABASE_URL", re.IGNORECASE)
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])|\x9b[0-?]*[ -/]*[@-~]")


class UnknownCommandError(KeyError):
    """The runbook has no command of that id."""


@dataclass(frozen=True, slots=True)
class Place:
    """What the settings and the shell say about where commands run."""

    repo_dir: Path | None = None
    smoke_host: str = ""
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)


@dataclass(frozen=True, slots=True)
class Order:
    """One command of the runbook, ready to be shown and confirmed."""

    command: Command
    folder: Path | None
    """Where it runs; None: it does not matter, or is not known."""
    host: str
    """What it asks; empty for none. Without credentials, should the address hold any."""
    missing: tuple[str, ...]
    """Settings (lower case) and variables without which it cannot run."""
    environment: Mapping[str, str] = field(repr=False)

    @property
    def text(self) -> str:
        """The exact text that the shell is given."""
        return self.command.text


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended, ready to be journaled."""

    exit_code: int | None
    """None: cancelled, or it could not be started. Negative: ended by that signal."""
    duration_ms: int
    tail: str
    lines: int
    dropped: int
    """Lines that were not passed on, because there were too many."""
    outcome: Literal["exited", "cancelled", "not_started"]


def order(runbook: Procedures, command_id: str, place: Place) -> Order:
    """Resolve a command's folder and host. Raises UnknownCommandError; what is not set is in `missing`."""
    command = next((one for one in runbook.commands if one.id == command_id), None)
    if command is None:
        raise UnknownCommandError(command_id)
    environment = dict(place.environ)
    missing: list[str] = []
    host = ""
    if command.host:
        host = place.smoke_host or environment.get(command.host, "")
        environment[command.host] = host
        missing += [] if host else ["smoke_host"]
    folder = place.repo_dir if command.kind == "repo-test" else None
    if command.kind == "repo-test" and (folder is None or not folder.is_dir()):
        missing.append("repo_dir")
    missing += [name for name in command.secrets if not environment.get(name)]
    return Order(command, folder, visible(mask(host).text), tuple(missing), environment)


def recorded(order: Order, ended: Ended) -> RecordRun:
    """What the journal is asked to keep of a run."""
    return RecordRun(
        command=order.command.id,
        exit_code=ended.exit_code,
        duration_ms=ended.duration_ms,
        tail=ended.tail,
        host=order.host,
        folder=str(order.folder) if order.folder else "",
    )


class CommandRun:
    """One run of one command. `cancel` ends it, with everything that it started."""

    def __init__(self, order: Order, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Prepare to run; ValueError while something is missing."""
        if order.missing:
            raise ValueError("not set: " + ", ".join(order.missing))
        self._order = order
        self._monotonic = monotonic
        self._cancelled = Event()
        self._clean = Cleaner(order)

    def cancel(self) -> None:
        """End the run soon; `run` then returns. Before it began, it will not begin."""
        self._cancelled.set()

    def run(self, on_line: Callable[[str], None]) -> Ended:
        """Run to the end and pass on each line, cleaned and masked, as it comes."""
        began = self._monotonic()
        process = None if self._cancelled.is_set() else self._start()
        if process is None:
            return self._ended(None, began, deque(), 0, 0)
        tail: deque[bytes] = deque(maxlen=TAIL_LINES)
        lines = passed = size = 0
        try:
            for raw in self._lines(process):
                lines += 1
                tail.append(raw)
                if passed < MOST_LINES and size < MOST_BYTES:
                    passed += 1
                    size += len(raw)
                    on_line(self._clean.line(raw))
        finally:
            _end(process)
        code = None if self._cancelled.is_set() else process.returncode
        return self._ended(code, began, tail, lines, lines - passed, started=True)

    def _ended(
        self, code: int | None, began: float, tail: deque[bytes], lines: int, dropped: int, *, started: bool = False
    ) -> Ended:
        duration = round((self._monotonic() - began) * 1000)
        kept = "\n".join(self._clean.line(raw) for raw in tail)[-TAIL_LENGTH:]
        cancelled = self._cancelled.is_set()
        outcome: Literal["exited", "cancelled", "not_started"] = (
            "cancelled" if cancelled else "exited" if started else "not_started"
        )
        return Ended(code, duration, kept, lines, dropped, outcome)

    def _start(self) -> subprocess.Popen[bytes] | None:
        try:
            return subprocess.Popen(  # noqa: S602 -- the runbook's own text, which a person confirmed
                self._order.text,
                shell=True,
                cwd=self._order.folder,
                env=dict(self._order.environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError:
            return None

    def _lines(self, process: subprocess.Popen[bytes]) -> Iterator[bytes]:
        """Yield lines until the output ends, the run is cancelled, or the command is long gone."""
        held = b""
        overlong = False
        for data in self._pieces(process):
            *whole, rest = (held + data).split(b"\n")
            for line in whole:
                if not overlong:
                    yield line
                overlong = False
            held = rest
            if len(held) > _HELD_BYTES and not overlong:
                yield held
                overlong = True
            held = b"" if overlong else held
        if held and not overlong:
            yield held

    def _pieces(self, process: subprocess.Popen[bytes]) -> Iterator[bytes]:
        stdout = process.stdout
        if stdout is None:
            return
        exited_at: float | None = None
        with stdout, selectors.DefaultSelector() as selector:
            selector.register(stdout, selectors.EVENT_READ)
            while not self._cancelled.is_set():
                if selector.select(_TICK):
                    data = os.read(stdout.fileno(), _HELD_BYTES)
                    if not data:
                        break
                    yield data
                if process.poll() is not None:
                    exited_at = self._monotonic() if exited_at is None else exited_at
                    if self._monotonic() - exited_at > _LAST_WORDS:
                        break
            while not self._cancelled.is_set() and process.poll() is None:
                self._cancelled.wait(_TICK)


class Cleaner:
    """Makes output fit to be shown and kept: no secret of the environment, nothing that looks like one, no control."""

    def __init__(self, order: Order) -> None:
        secrets: dict[str, str] = {}
        for name, value in order.environment.items():
            if shortest := _shortest_secret(name, order.command.secrets):
                secrets |= {part: name for part in (value, *value.splitlines()) if len(part) >= shortest}
        self._secrets = sorted(secrets.items(), key=lambda pair: -len(pair[0]))

    def line(self, raw: bytes) -> str:
        """Clean one line; a longer one is cut after masking, so that no half of a secret is left over."""
        text = _ESCAPES.sub("", raw.decode("utf-8", "replace").rstrip("\r"))
        for value, name in self._secrets:
            text = text.replace(value, f"‹${name}›")
        shown = visible(mask(text[:_MASKED_LENGTH]).text)
        return shown if len(shown) <= LONGEST_LINE else shown[:LONGEST_LINE] + "…"


def _shortest_secret(name: str, declared: Collection[str]) -> int:
    """Length from which a variable's value is masked in output; 0: it is no secret. Short values are words as well."""
    if name in declared:
        return 4
    return 8 if _SECRET_NAME.search(name) else 0


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the command with everything it started, politely first."""
    for signum in (signal.SIGTERM, signal.SIGKILL):
        if not _group_lives(process):
            break
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signum)
        asked = time.monotonic()
        while _group_lives(process) and time.monotonic() - asked < _GRACE:
            time.sleep(_TICK / 10)
    process.wait()


def _group_lives(process: subprocess.Popen[bytes]) -> bool:
    process.poll()
    try:
        os.killpg(process.pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True
