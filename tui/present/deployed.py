"""What a deploy changed, in few words: beside a lane's badge, under its chart, in a playbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.locale import _
from tui.present.format import number, percent, times
from tui.present.spans import width

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from tui.metrics.deployed import Moved
    from tui.present.situation import Situation

MARK = "D"
"""A deploy on an axis."""


def deploy_times(situation: Situation) -> tuple[datetime, ...]:
    """The deploys that are marked, up to now."""
    picture = situation.incident
    deploys = picture.team.deploys if picture else ()
    return tuple(deploy.at for deploy in deploys if deploy.at <= situation.board.now)


def lane_note(situation: Situation, metric: str, cells: int) -> str:
    """What the newest deploy changed on a lane, `deploy 21:58 0.4→12 ×30`, in the longest form that fits; else ``."""
    picture = situation.incident
    effect = picture.deployed if picture else None
    moved = effect.of(metric) if effect else None
    if effect is None or moved is None:
        return ""
    told = f"{effect.at:%H:%M} {_shift(moved)}"
    bare = f"{_('deploy')} {told}"
    forms = (f"{bare} {times(moved.ratio)}".rstrip(), bare, f"{MARK} {told}")
    return next((form for form in forms if width(form) <= cells), "")


def moved_text(moved: Moved) -> str:
    """`0.4→12/5m ×30`."""
    unit = moved.unit or f"/{_minutes(moved.window)}m"
    spaced = unit if unit.startswith("/") else f" {unit}"
    return f"{_shift(moved)}{spaced} {times(moved.ratio)}".rstrip()


def _shift(moved: Moved) -> str:
    shown = percent if moved.unit == "%" else number
    return f"{shown(moved.both.a)}→{shown(moved.both.b)}"


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds()) // 60


def with_marks(labels: str, columns: Iterable[int]) -> str:
    """An axis with a mark in each of these columns; a label that stands in the way goes as a whole."""
    cells = list(labels)
    for column in columns:
        start = end = column
        while start > 0 and cells[start - 1] not in {" ", MARK}:
            start -= 1
        while end < len(cells) and cells[end] not in {" ", MARK}:
            end += 1
        if cells[column] != " ":
            cells[start:end] = " " * (end - start)
        cells[column] = MARK
    return "".join(cells)
