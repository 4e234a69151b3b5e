"""Whether somebody looked at what is suggested and refused it: the strip is calm then, the lanes never. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime, timedelta

    from tui.incident.team import Dismissal
    from tui.metrics.board import Board


def refused(board: Board, dismissals: Iterable[Dismissal], patience: timedelta) -> Dismissal | None:
    """Return the newest dismissal that came after everything the suggestion rests on; None while it stands.

    What fires later was never looked at: another episode, a worse severity (which only another episode brings), or a
    base stream that has been silent for `patience`. What stops firing needs no second look.
    """
    if board.suggestion is None or board.suggestion.severity is None:
        return None
    newest = max(_grounds(board, patience), default=None)
    after = [each for each in dismissals if newest is not None and each.mark.at >= newest]
    return max(after, key=lambda each: each.mark.at, default=None)


def _grounds(board: Board, patience: timedelta) -> Iterator[datetime]:
    """When each thing that speaks for an incident now began to."""
    yield from (life.fired_at for life in board.alerts if life.firing and life.fired_at)
    suggested = board.suggestion.episode if board.suggestion else None
    if suggested is not None and suggested.fired_at is not None:
        yield suggested.fired_at
    if board.live and board.silent_since is not None and board.silent_since + patience <= board.now:
        yield board.silent_since + patience
