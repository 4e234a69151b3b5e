"""Parsing on several threads, with results in the order of the log."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

    from tui.logs.parse import Parser, Prepared
    from tui.logs.schema import Parsed

_SMALL = 5_000
"""Lines that are parsed sooner than they are handed to another thread."""

_MOST_THREADS = 4
"""More would only wait: peeling and storing are one thread's work."""

AHEAD = 3
"""Blocks of one source in work at a time, which bounds the memory they take."""


def threads() -> ThreadPoolExecutor:
    """A pool for the parsing of all sources; no thread is started before there is work."""
    return ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1), thread_name_prefix="parse")


class Pipeline:
    """The blocks of one source on their way through its parsers. Used by one thread."""

    def __init__(self, pool: ThreadPoolExecutor, take: Callable[[Parsed], None]) -> None:
        self._pool = pool
        self._take = take
        self._waiting: deque[tuple[Parser, Future[Prepared]]] = deque()

    def put(self, parser: Parser, lines: pl.DataFrame) -> None:
        """Begin to parse a block; the oldest ones are finished when too many are in work."""
        if lines.height <= _SMALL and not self._waiting:
            self._take(parser.parse(lines))
            return
        self._waiting.append((parser, self._pool.submit(parser.prepare, lines)))
        self._finish(leave=AHEAD)

    def flush(self) -> bool:
        """Finish every block in work; whether there was any."""
        was_busy = bool(self._waiting)
        self._finish(leave=0)
        return was_busy

    def _finish(self, leave: int) -> None:
        while len(self._waiting) > leave:
            parser, prepared = self._waiting.popleft()
            self._take(parser.settle(prepared.result()))
