"""A drill that goes on: an hour of history, an alert just firing, and from there on in real time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tui.drill.generate import Plan, generate
from tui.drill.model import scenarios
from tui.logs.source import BLOCK_BYTES, Block, SourceState
from tui.metrics.minutes import floor_minute

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tui.drill.render import Line
    from tui.logs.source import Note

HISTORY = timedelta(minutes=60)


def live(scenario: str, seed: int, clock: Callable[[], datetime]) -> DrillSource:
    """Start a scenario whose first alert fires at the last whole minute before `clock()` (aware).

    Nothing is written until somebody reads. The source's `plan` is all that is needed to work out afterwards what is
    true of it. KeyError for a scenario that does not exist.
    """
    fires = floor_minute(clock())
    start = fires - HISTORY
    onset = HISTORY - scenarios()[scenario].fires_after
    plan = Plan(scenario, seed, start, minutes=None, onset=onset)
    return DrillSource(plan, clock)


class DrillSource:
    """Lines of a drill as a source of bytes: each can be read from the moment it bears."""

    rereadable = False
    total_bytes = None
    state = SourceState.OPEN

    def __init__(self, plan: Plan, clock: Callable[[], datetime]) -> None:
        self.name = "drill"
        self.plan = plan
        self.consumed = 0
        self._lines = generate(plan)
        self._clock = clock
        self._waiting: Line | None = None

    @property
    def note(self) -> Note | None:
        """Nothing ever happens to it."""
        return None

    @property
    def notes(self) -> tuple[Note, ...]:
        """Nothing ever happens to it."""
        return ()

    def read(self, limit: int = BLOCK_BYTES) -> Block | None:
        """Whole lines written until now, of about `limit` bytes at most; None when there are no new ones."""
        now = self._clock().timestamp() * 1000
        written: list[bytes] = []
        size = 0
        while size < limit:
            line = self._waiting or next(self._lines, None)
            self._waiting = line
            if line is None or line.at > now or (written and size + len(line.data) > limit):
                break
            written.append(line.data)
            size += len(line.data)
            self._waiting = None
        if not written:
            return None
        block = Block(b"".join(written), offset=self.consumed, generation=0)
        self.consumed += size
        return block

    def identity(self, generation: int | None = None) -> None:
        """Return None: it is no file."""

    def fetch(self, offset: int, length: int, generation: int | None = None) -> None:
        """Return None: it keeps nothing."""

    def close(self) -> None:
        """Nothing is held."""
