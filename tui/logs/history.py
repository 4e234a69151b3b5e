"""A plain file from its end to its beginning: what is older than the part that was shown first."""

from __future__ import annotations

import os

from tui.logs.run import line_start_before
from tui.logs.source import Block


class History:
    """The bytes before a line start, newest first, in regions of whole lines.

    A region longer than the limit (one huge line) is handed out in pieces, in order: each piece continues the one
    before. Memory stays within one block.
    """

    def __init__(self, fd: int, end: int, generation: int) -> None:
        self._fd = os.dup(fd)
        self._generation = generation
        self._low = end
        self._next, self._end = end, end

    @property
    def left(self) -> int:
        """Bytes not handed out yet."""
        return self._low + self._end - self._next

    def back(self, limit: int) -> Block | None:
        """Hand out the next older region, or the next piece of one; None when the beginning was reached."""
        if self._next == self._end and not self._descend(limit):
            return None
        data = os.pread(self._fd, min(limit, self._end - self._next), self._next)
        if not data:  # emptied meanwhile: the source says so
            self._low = self._next = self._end = 0
            return None
        block = Block(data, self._next, self._generation)
        self._next += len(data)
        return block

    def go_on_in(self, fd: int) -> None:
        """Read the rest from another file with the same bytes."""
        self.close()
        self._fd = os.dup(fd)

    def close(self) -> None:
        """Let go of the file."""
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = -1

    def _descend(self, limit: int) -> bool:
        if self._low == 0 or self._fd < 0:
            return False
        end, start = self._low, max(0, self._low - limit)
        if start:
            newline = os.pread(self._fd, end - 1 - start, start).find(b"\n")
            start = start + newline + 1 if newline >= 0 else line_start_before(self._fd, end)
        self._low, self._next, self._end = start, start, end
        return True
