"""Keeps the small file fresh that `guardia status` reads, while somebody watches."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tui.session.dismissal import refused
from tui.session.status import snapshot_of, write

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from tui.incident.state import IncidentState
    from tui.incident.team import Dismissal
    from tui.metrics.board import Board
    from tui.runbook.procedures import Procedures

TELL = timedelta(seconds=5)
"""How often a status line is told at most."""


class StatusLine:
    """Writes what a status line shows, now and then; that is not worth an error. One thread at a time."""

    def __init__(self, data_dir: Path, runbook: Procedures, *, read_only: bool, drill: bool = False) -> None:
        """`drill`: the logs are made up, and so is what they suggest."""
        self._data_dir, self._runbook, self._read_only, self._drill = data_dir, runbook, read_only, drill
        self._told: datetime | None = None

    def tell(
        self,
        open_incidents: Iterable[IncidentState],
        board: Board,
        wall: datetime,
        dismissals: Iterable[Dismissal] = (),
    ) -> None:
        """Write what is open and what is suggested, or who refused that, unless it was done a moment ago."""
        if self._read_only or (self._told is not None and wall - self._told < TELL):
            return
        suggestion = board.suggestion
        said = (suggestion.severity, suggestion.metric) if suggestion and suggestion.severity else (None, None)
        dismissal = refused(board, dismissals, self._runbook.silence.suggest_after)
        snapshot = snapshot_of(
            open_incidents,
            self._runbook.severities,
            wall,
            suggested=said if board.live else None,
            dismissed_by=dismissal.mark.by if dismissal else "",
            silent=board.silent_since is not None,
        )
        with suppress(OSError):
            write(self._data_dir, replace(snapshot, drill=self._drill))
            self._told = wall
