"""One metric's large chart: its limit, its marks, and a cursor that says what was when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from tui.locale import _
from tui.metrics.windows import MINUTE
from tui.present.chart import LIMIT_STROKE, axis, chart, limit_row, minute_column, series
from tui.present.format import number, percent, times
from tui.present.lane_words import limit_text
from tui.present.lanes import lane
from tui.present.marks import marks, marks_line
from tui.present.plan import LaneStyle
from tui.present.spans import Line, Span, fit, gap, right, width

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from tui.metrics.board import Episode, PanelNumbers
    from tui.metrics.detail import MetricDetail
    from tui.present.chart import Series
    from tui.present.situation import Situation

ZOOMS = (15, 30, 60, 90, 180, 360, 720, 1440, 2880)
"""Minutes that the chart can show."""
SCALE = 7
"""Cells left of the chart."""
_LIMIT_LABEL_AT = 2
_LEAST_ROWS = 5


@dataclass(frozen=True, slots=True)
class Look:
    """What of a metric is looked at. last: the chart's last whole minute; None follows the newest data.

    cursor: a minute of the chart; None stands at its end.
    """

    minutes: int = 90
    last: datetime | None = None
    cursor: datetime | None = None

    def zoomed(self, step: int) -> Look:
        """Return the next shorter (1) or longer (-1) stretch."""
        at = max(0, min(len(ZOOMS) - 1, ZOOMS.index(self.minutes) - step))
        return replace(self, minutes=ZOOMS[at])

    def moved(self, minutes: int, newest: datetime, oldest: datetime) -> Look:
        """Return the cursor moved by minutes; the chart goes along when it would leave it."""
        end = self.last or newest
        at = max(oldest, min(newest, (self.cursor or end) + minutes * MINUTE))
        first = end - (self.minutes - 1) * MINUTE
        if at > end:
            end = at
        elif at < first:
            end = at + (self.minutes - 1) * MINUTE
        return replace(self, last=None if end >= newest else end, cursor=None if at >= newest else at)

    def panned(self, direction: int, newest: datetime, oldest: datetime) -> Look:
        """Return the chart moved by a quarter of what it shows; the cursor stays in it."""
        step = max(1, self.minutes // 4) * direction
        lowest = min(newest, oldest + (self.minutes - 1) * MINUTE)
        end = max(lowest, min(newest, (self.last or newest) + step * MINUTE))
        cursor = self.cursor
        if cursor is not None:
            cursor = max(end - (self.minutes - 1) * MINUTE, min(end, cursor))
        return replace(self, last=None if end >= newest else end, cursor=None if cursor == newest else cursor)


def title(situation: Situation, index: int, cells: int) -> Line:
    """The title of the metric's lane: name, badge, limit, baseline, age."""
    rows = lane(situation, index, cells, LaneStyle.FULL)
    return rows[0] if rows else ()


def course(situation: Situation, panel: PanelNumbers, found: MetricDetail) -> Series:
    """The measure over the stretch that was asked for, coloured by what the rules said then."""
    first = found.asked.last - (len(found.values) - 1) * MINUTE
    lives = [life for life in situation.board.alerts if life.metric == panel.metric]
    severities = _severities(situation, lives, first, len(found.values))
    return series(replace(panel, minutes=found.values, minute_severity=severities), situation.rank)


def _severities(situation: Situation, lives: Sequence[Episode], first: datetime, count: int) -> tuple[str | None, ...]:
    """For each minute the worst severity firing then, an empty one while only pending, else None."""
    found: list[str | None] = [None] * count
    for life in lives:
        start, end = _index(life.pending_at, first), count
        if life.resolved_at is not None:
            end = min(count, _index(life.resolved_at, first))
        fired = _index(life.fired_at, first) if life.fired_at else count
        for at in range(max(0, start), end):
            said, before = (life.severity if at >= fired else ""), found[at]
            if not before or (said and situation.rank(said) < situation.rank(before)):
                found[at] = said or before or ""
    return tuple(found)


def _index(at: datetime, first: datetime) -> int:
    return (at - first) // MINUTE


def chart_rows(
    situation: Situation, panel: PanelNumbers, found: MetricDetail, look: Look, cells: int, rows: int
) -> tuple[Line, ...]:
    """Chart, axis and marks, `rows` in all."""
    plot, height = max(1, cells - SCALE - 2), rows - 2
    count = len(found.values)
    if height < 1 or not count:
        return ()
    source = course(situation, panel, found)
    cursor = None if look.cursor is None else _column(look.cursor, found, plot)
    drawn = [_cells(line) for line in chart(source, plot, height)]
    at = limit_row(source, height)
    _label_limit(drawn, situation, panel, at)
    if cursor is not None and look.cursor is not None:
        _draw_cursor(drawn, cursor, _cursor_text(panel, found, look.cursor))
    scale = _scale(source, panel, height, at)
    lines = [
        fit((Span(right(scale[row], SCALE - 1), "text" if row == at else "muted"), gap(1), *_merged(drawn[row])), cells)
        for row in range(height)
    ]
    ticks = Span(axis(found.asked.last, count, plot), "muted")
    under, _any = marks_line(marks(situation, panel.metric), SCALE, cells, lambda time: _column(time, found, plot))
    return (*lines, fit((gap(SCALE), ticks), cells), fit(under, cells))


def _column(at: datetime, found: MetricDetail, plot: int) -> int | None:
    """Cell of the chart that shows a time."""
    return minute_column(at, found.asked.last, len(found.values), plot)


_Cell = tuple[str, str]


def _cells(line: Line) -> list[_Cell]:
    return [(char, span.role) for span in line for char in span.text]


def _merged(cells: Sequence[_Cell]) -> Line:
    return tuple(
        Span("".join(char for char, _role in group), role) for role, group in groupby(cells, key=lambda cell: cell[1])
    )


def _put(cells: list[_Cell], at: int, text: str, role: str) -> None:
    cells[at : at + len(text)] = [(char, role) for char in text]


def _label_limit(drawn: list[list[_Cell]], situation: Situation, panel: PanelNumbers, row: int) -> None:
    """`╌ limit 40/5m ╌╌╌`, where nothing of the chart is in its way."""
    if panel.threshold is None or not 0 <= row < len(drawn):
        return
    text = f" {_('limit')} {limit_text(panel)}{situation.unit(panel)} "
    place = drawn[row][_LIMIT_LABEL_AT : _LIMIT_LABEL_AT + len(text)]
    if len(place) == len(text) and all(char in {LIMIT_STROKE, " "} for char, _role in place):
        _put(drawn[row], _LIMIT_LABEL_AT, text, "strong")


def _draw_cursor(drawn: list[list[_Cell]], column: int, text: str) -> None:
    for row in drawn:
        if row[column][0] in {" ", LIMIT_STROKE}:
            row[column] = ("│", "focus")
    at = column - len(text) - 1
    if at < 0:
        at = column + 2
    if at + len(text) <= len(drawn[0]):
        _put(drawn[0], at, text, "focus")
    drawn[0][column] = ("│", "focus")


def _cursor_text(panel: PanelNumbers, found: MetricDetail, at: datetime) -> str:
    """`02:16 52 ×5.8`."""
    index = len(found.values) - 1 - (found.asked.last - at) // MINUTE
    value = found.values[index] if 0 <= index < len(found.values) else None
    said = (percent(value) + " %" if panel.unit == "%" else number(value)) if value is not None else _("no data")
    base = panel.baseline.value if panel.baseline else 0.0
    return f"{at:%H:%M} {said} {times(value / base) if value is not None and base > 0 else ''}".rstrip()


def _scale(source: Series, panel: PanelNumbers, height: int, limit_at: int) -> list[str]:
    """Numbers beside the chart: the top, the reference, the bottom, and halfway up what is over the reference."""
    labels = [""] * height
    known = [value for value in source.values if value is not None]
    reference = source.reference
    top = max([*known, 2 * (reference or 0.0)], default=0.0)
    shown = percent if panel.unit == "%" else number
    if reference is not None and 0 <= limit_at < height:
        labels[limit_at] = shown(reference)
    if known and (reference is None or limit_at > 0) and height >= _LEAST_ROWS:
        labels[0] = shown(top)
        middle = (limit_at + 1) // 2
        if reference is not None and limit_at > _LEAST_ROWS and not labels[middle]:
            labels[middle] = shown(reference + (top - reference) * (limit_at + 1 - middle) / (limit_at + 1))
    if known and not labels[-1]:
        labels[-1] = "0"
    return [label if width(label) < SCALE else "" for label in labels]


def nothing_to_ask(cells: int) -> Line:
    """Say that there is no store to ask, or no answer yet."""
    return fit((gap(2), Span(_("reading…"), "muted")), cells)


def window_text(span: timedelta) -> str:
    """`5 min`, for titles."""
    return f"{span // MINUTE} min"
