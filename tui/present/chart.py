"""Charts with the limit always on the border between two rows, so that a breach shows by its shape alone.

One cell is one minute where there is room; with fewer cells each shows the worst of its minutes, never an average.
What lies under the limit and what lies over it are each drawn to their own linear scale. A chart changes once a minute
and is asked for several times a second: drawn ones are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from tui.present.spans import Line, Span, severe_role

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from tui.metrics.board import PanelNumbers

_MINUTE = timedelta(minutes=1)
_EIGHTHS = " ▁▂▃▄▅▆▇█"
_FULL = 8
_HALF = 4
LIMIT_STROKE = "╌"


@dataclass(frozen=True, slots=True)
class Series:
    """Values over time, oldest first (None: no data), and what they are compared with."""

    values: tuple[float | None, ...]
    roles: tuple[str, ...]
    """Role of each value's bar."""
    over: tuple[bool, ...]
    """Whether each value breaches the reference."""
    reference: float | None
    is_limit: bool
    """A limit is drawn as a line; a baseline only divides the chart."""


def series(panel: PanelNumbers, rank: Callable[[str], int]) -> Series:
    """Return a panel's last hour against its limit, or against its baseline where it has no limit."""
    limit = panel.threshold
    reference = limit if limit is not None else (panel.baseline.value if panel.baseline else None)
    over = tuple(_over(value, reference, strict=limit is None or panel.op != ">=") for value in panel.minutes)
    return Series(
        panel.minutes,
        tuple(
            _bar_role(panel, value, severity, rank, breach=breach and limit is not None)
            for value, severity, breach in zip(panel.minutes, panel.minute_severity, over, strict=True)
        ),
        over,
        reference,
        limit is not None,
    )


def _over(value: float | None, reference: float | None, *, strict: bool) -> bool:
    if value is None or reference is None:
        return False
    return value > reference if strict else value >= reference


def _bar_role(
    panel: PanelNumbers, value: float | None, severity: str | None, rank: Callable[[str], int], *, breach: bool
) -> str:
    if breach:
        return severe_role(rank(severity)) if severity else "watch"
    in_amber = panel.amber is not None and value is not None and value > panel.amber
    return "watch" if in_amber else "quiet"


def squeeze(source: Series, cells: int) -> Series:
    """Show the series in `cells` columns: minutes repeated when there is room, the worst of several when not."""
    count = len(source.values)
    if cells <= 0 or count in {0, cells}:
        return source
    picks = [_worst(source, column * count // cells, (column + 1) * count // cells) for column in range(cells)]
    return Series(
        tuple(source.values[pick] for pick in picks),
        tuple(source.roles[pick] for pick in picks),
        tuple(source.over[pick] for pick in picks),
        source.reference,
        source.is_limit,
    )


def _worst(source: Series, first: int, after: int) -> int:
    def height(index: int) -> float:
        value = source.values[index]
        return float("-inf") if value is None else value

    return max(range(first, max(after, first + 1)), key=height)


@lru_cache(maxsize=64)
def chart(source: Series, cells: int, rows: int) -> tuple[Line, ...]:
    """Draw the series `cells` wide and `rows` high, the top row first."""
    shown = squeeze(source, cells)
    below = _rows_below(shown, rows)
    columns = [_column(shown, index, rows, below) for index in range(len(shown.values))]
    return tuple(
        _merge(
            [(column[row], shown.roles[index]) for index, column in enumerate(columns)],
            limit_row=row == rows - 1 - below,
        )
        for row in range(rows)
    )


def limit_row(source: Series, rows: int) -> int:
    """Row, counted from the top, whose lower border is the reference."""
    return rows - 1 - _rows_below(source, rows)


def _rows_below(source: Series, rows: int) -> int:
    if source.reference is None:
        return rows
    return 0 if source.reference <= 0 else max(1, rows // 2)


def _column(source: Series, index: int, rows: int, below: int) -> str:
    """One column, top row first."""
    value, above = source.values[index], rows - below
    if value is None:
        return " " * rows
    over = source.over[index]
    lower = below * _FULL if over else _under(value, _ceiling(source), below * _FULL)
    upper = _beyond(value, source, above * _FULL) if over else 0
    cells = _stack(lower, below) + _stack(upper, above)
    if not over and source.is_limit and above:
        cells = cells[:below] + LIMIT_STROKE + cells[below + 1 :]
    return cells[::-1]


def _stack(eighths: int, rows: int) -> str:
    """Cells from the bottom up."""
    return "".join(_EIGHTHS[min(_FULL, max(0, eighths - row * _FULL))] for row in range(rows))


def _ceiling(source: Series) -> float:
    """Value at the upper border of the lower part."""
    if source.reference is not None:
        return source.reference
    return max((value for value in source.values if value is not None), default=0.0)


def _under(value: float, ceiling: float, steps: int) -> int:
    """Height under the reference; data that measures nothing is still a line, to tell it from no data."""
    if steps == 0:
        return 0
    share = value / ceiling if ceiling > 0 else 0.0
    return min(steps, max(1, round(share * steps)))


def _beyond(value: float, source: Series, steps: int) -> int:
    """Height over the reference: a breach is at least one step high."""
    reference = source.reference or 0.0
    top = max((each for each in source.values if each is not None), default=value)
    top = max(top, 2 * reference)
    return min(steps, max(1, round((value - reference) / (top - reference) * steps))) if top > reference else 1


@lru_cache(maxsize=64)
def spark(source: Series, cells: int) -> Line:
    """One row: ▁-▄ under the reference, ▅-█ over it."""
    shown = squeeze(source, cells)
    return _merge(
        [(_spark_cell(shown, index), shown.roles[index]) for index in range(len(shown.values))], limit_row=True
    )


def _spark_cell(source: Series, index: int) -> str:
    value = source.values[index]
    if value is None:
        return " "
    if source.over[index]:
        return _EIGHTHS[_HALF + _beyond(value, source, _HALF)]
    if source.is_limit and source.reference is not None and source.reference <= 0:
        return LIMIT_STROKE
    return _EIGHTHS[_under(value, _ceiling(source), _HALF)]


def _merge(cells: Sequence[tuple[str, str]], *, limit_row: bool) -> Line:
    styled = [(char, "rule" if limit_row and char == LIMIT_STROKE else role) for char, role in cells]
    return tuple(
        Span("".join(char for char, _ in group), role) for role, group in groupby(styled, key=lambda cell: cell[1])
    )


def minute_column(at: datetime, last: datetime, minutes: int, cells: int) -> int | None:
    """Cell of a chart that ends with the minute `last` for a time: that of the minute it falls in; None outside."""
    index = minutes - 1 - (last - at) // _MINUTE
    return ((index + 1) * cells - 1) // minutes if 0 <= index < minutes else None


def axis(last: datetime, minutes: int, cells: int) -> str:
    """Clock times under a chart whose last column is the minute `last`, four gaps apart."""
    labels = [" "] * cells
    marks = 4
    for mark in range(marks + 1):
        column = round(mark * (cells - 1) / marks)
        text = f"{last - timedelta(minutes=round((minutes - 1) * (marks - mark) / marks)):%H:%M}"
        start = min(max(0, column - len(text) // 2), cells - len(text))
        if start >= 0 and all(char == " " for char in labels[max(0, start - 1) : start + len(text)]):
            labels[start : start + len(text)] = text
    return "".join(labels)
