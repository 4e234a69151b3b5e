"""The lanes: one metric each, its badge, its number against its limit, its last hour."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui.locale import _
from tui.metrics.board import State
from tui.metrics.minutes import floor_minute
from tui.present.breakdown import details, listing
from tui.present.chart import axis, chart, limit_row, minute_column, series, spark
from tui.present.deployed import MARK, deploy_times, lane_note, with_marks
from tui.present.digits import ROWS, big, huge
from tui.present.format import clock
from tui.present.lane_words import (
    age_text,
    badge_text,
    baseline_text,
    fill_role,
    limit_text,
    names_width,
    numbered_name,
    ratio_text,
    sign,
    value_text,
)
from tui.present.plan import LaneStyle
from tui.present.situation import Situation, badge_role
from tui.present.spans import Line, Span, fit, gap, left, line_width, plain, right, width

if TYPE_CHECKING:
    from tui.metrics.board import PanelNumbers

FOCUS = "▌"
_BADGE = 16
"""Cells of a badge where room is short: every badge has a form that fits."""
_HOUR = 60
_VALUES, _SCALE = {LaneStyle.TALL: 28, LaneStyle.FULL: 16}, 5
"""Cells of the value and of the limit's number, left of a lane's chart."""
_BODY = {LaneStyle.TALL: (3, 7), LaneStyle.FULL: (2, 4)}
"""Rows under the title of a quiet lane, of a firing one."""
_LEAST_BREAKDOWN, _WIDEST_BREAKDOWN = 24, 40
_COMPACT_VALUES, _COMPACT_BREAKDOWN = 18, 24
_FACTS = 21
_FACTS_FROM = 92
_RATIO_FROM = 75
_VALUE_LEFT, _VALUE_RIGHT = 5, 5
_SMALLEST_SPARK = 8
_NOTE_GAP = 5
"""Cells between a badge and what the last deploy changed, and around that."""
_NAME_ROLE = "name"
"""Of a calm lane's name, until it is known whether the lane has the focus."""


def lane(situation: Situation, index: int, cells: int, style: LaneStyle, *, focused: bool = False) -> tuple[Line, ...]:
    """Draw the lane of panel `index`, with the focus marker in the first column."""
    if index >= len(situation.panels):
        return ()
    panel = situation.panels[index]
    fires = panel.badge.state is State.SEVERE
    if style.charted:
        lines = _full(situation, panel, index + 1, cells - 1, style)
    else:
        draw = _compact if fires and style is LaneStyle.COMPACT else _one_line
        lines = draw(situation, panel, index + 1, cells - 1)
    marker = Span(FOCUS, "focus") if focused else gap(1)
    return tuple((marker, *_emphasis(line, focused=focused)) for line in lines)


def _emphasis(line: Line, *, focused: bool) -> Line:
    """Draw a calm lane's name as plain text, bold while the lane has the focus."""
    named = "strong" if focused else "text"
    return tuple(Span(span.text, named) if span.role == _NAME_ROLE else span for span in line)


# --- full lanes -----------------------------------------------------------------------------------------------------


def _full(situation: Situation, panel: PanelNumbers, ordinal: int, cells: int, style: LaneStyle) -> tuple[Line, ...]:
    height, values_cells = _BODY[style][panel.badge.state is State.SEVERE], _VALUES[style]
    source = series(panel, situation.rank)
    room = cells - 2 - values_cells - _SCALE
    plot = _plot_cells(room)
    drawn = chart(source, plot, height)
    shown = details(situation, panel, height, min(_WIDEST_BREAKDOWN, room - plot - 2))
    values = _value_column(situation, panel, height, values_cells)
    at = limit_row(source, height)
    body = tuple(
        fit(
            (*fit(values[row], values_cells), *_scale(panel, shows=row == at), *drawn[row], gap(2), *shown[row]),
            cells,
        )
        for row in range(height)
    )
    return (_title(situation, panel, ordinal, cells), *body)


def _plot_cells(room: int) -> int:
    """Cells of the chart: one or two a minute, fewer only where the breakdown would have no place."""
    doubled = room >= 2 * _HOUR + _LEAST_BREAKDOWN + 2
    return min(2 * _HOUR if doubled else _HOUR, max(_HOUR // 2, room - _LEAST_BREAKDOWN - 2))


def _scale(panel: PanelNumbers, *, shows: bool) -> Line:
    return (Span(right(limit_text(panel) if shows else "", _SCALE), "muted"), gap(1))


def _value_column(situation: Situation, panel: PanelNumbers, height: int, cells: int) -> tuple[Line, ...]:
    """While firing the largest digits that fit, a plain number at the foot of the lane else."""
    role = badge_role(situation, panel.badge)
    text, unit = value_text(panel), situation.unit(panel)
    digits = _digits(value_text(panel, thin=False), height, cells) if role.startswith("severe") else ()
    if digits:
        rows: list[Line] = [(gap(1), Span(row, role)) for row in digits]
        if width(digits[0]) + width(unit.strip()) + 2 <= cells:
            foot = 1 if len(digits) == ROWS else -1
            rows[foot] = (*rows[foot], Span(f" {unit.strip()}", "muted"))
        above = (height - len(digits) + 1) // 2
        return ((),) * above + tuple(rows) + ((),) * (height - len(digits) - above)
    shown = "strong" if panel.badge.state is State.OK else role
    return ((),) * (height - 1) + ((Span(right(text, 9), shown), Span("" if text == "–" else unit, "muted")),)


def _digits(text: str, height: int, cells: int) -> tuple[str, ...]:
    """The text in the largest digits that leave a row free, none when even the smaller ones do not fit."""
    fitting = (rows for rows in (huge(text), big(text)) if rows and len(rows) < height and width(rows[0]) < cells)
    return next(fitting, ())


def _title(situation: Situation, panel: PanelNumbers, ordinal: int, cells: int) -> Line:
    """`─1 Auth 5xx ──── ○ OK ──────────── limit 0/5m base   0.4   ×0.0 ─ data  2s`; a filled bar while firing."""
    state = panel.badge.state
    name, names = numbered_name(situation, panel, ordinal), names_width(situation)
    facts = _title_facts(situation, panel)
    old = f" {_('data')} {right(age_text(situation, panel), 3)} "
    room = cells - names - 5 - width(facts) - width(old) - 3
    badge = badge_text(situation, panel, room)
    note = lane_note(situation, panel.metric, room - width(badge) - _NOTE_GAP)
    if state is State.SEVERE:
        text = f" {left(name, names + 1)} {badge}{gap(_NOTE_GAP).text if note else ''}{note}"
        bar = text + right(f"{facts} {old}", cells - 1 - width(text)) + " "
        return fit((Span(bar[: cells - 1], fill_role(situation, panel)),), cells)
    stroke, role = {State.OK: ("─", "rule"), State.WATCH: ("━", "watch")}.get(state, ("╌", "strong"))
    start: Line = (
        Span(stroke, role),
        Span(f"{name} ", _NAME_ROLE if state is State.OK else badge_role(situation, panel.badge)),
        Span(stroke * (names + 1 - width(name)) + " ", role) if width(name) < names else Span("  ", role),
        Span(badge, badge_role(situation, panel.badge)),
        Span(" ", role),
    )
    said: Line = (Span(stroke * 2, role), Span(f" {note} ", "muted")) if note else ()
    end: Line = (Span(f" {facts} ", "muted"), Span(stroke, role), Span(old, "muted"))
    strokes = cells - line_width((*start, *said)) - line_width(end) - 1
    return fit((*start, *said, Span(stroke * max(0, strokes), role), *end), cells)


def _title_facts(situation: Situation, panel: PanelNumbers) -> str:
    limit = ""
    if panel.threshold is not None:
        limit = f"{_('limit')} {limit_text(panel)}{situation.unit(panel)} "
    base = ""
    if panel.baseline is not None:
        base = f"{_('base')} {right(baseline_text(panel), 5)} {right(ratio_text(panel), 6)}"
    return f"{limit}{base}".rstrip()


# --- four rows while firing -----------------------------------------------------------------------------------------


def _compact(situation: Situation, panel: PanelNumbers, ordinal: int, cells: int) -> tuple[Line, ...]:
    role, source = badge_role(situation, panel.badge), series(panel, situation.rank)
    old = f"{_('data')} {right(age_text(situation, panel), 3)} "
    start = f" {left(numbered_name(situation, panel, ordinal), names_width(situation) + 1)} "
    start += badge_text(situation, panel, cells - width(start) - width(old) - 2)
    note = lane_note(situation, panel.metric, cells - width(start) - width(old) - _NOTE_GAP - 2)
    start += gap(_NOTE_GAP).text + note if note else ""
    bar = Span(start + right(old, cells - 1 - width(start)), fill_role(situation, panel))
    room = cells - _COMPACT_VALUES - _COMPACT_BREAKDOWN - _SCALE - 1
    drawn = chart(source, min(_HOUR, room - 2 - (_FACTS if cells >= _FACTS_FROM else 0)), ROWS)
    shown = details(situation, panel, ROWS, _COMPACT_BREAKDOWN)
    facts = _facts(situation, panel) if cells >= _FACTS_FROM else ((),) * ROWS
    values = _compact_value(situation, panel, role)
    at = limit_row(source, ROWS)
    body = tuple(
        fit(
            (
                *fit(values[row], _COMPACT_VALUES),
                *fit(shown[row], _COMPACT_BREAKDOWN),
                *_scale(panel, shows=row == at),
                *drawn[row],
                gap(2),
                *facts[row],
            ),
            cells,
        )
        for row in range(ROWS)
    )
    return (fit((bar,), cells), *body)


def _compact_value(situation: Situation, panel: PanelNumbers, role: str) -> tuple[Line, ...]:
    unit = situation.unit(panel)
    drawn = big(value_text(panel, thin=False))
    if drawn is None or width(drawn[0]) >= _COMPACT_VALUES:
        return ((), (gap(1), Span(value_text(panel), role), Span(unit, "muted")), ())
    rows: list[Line] = [(gap(1), Span(row, role)) for row in drawn]
    if width(drawn[0]) + width(unit.strip()) + 2 < _COMPACT_VALUES:
        rows[1] = (*rows[1], Span(f" {unit.strip()}", "muted"))
    return tuple(rows)


def _facts(situation: Situation, panel: PanelNumbers) -> tuple[Line, ...]:
    labels = (_("limit"), _("base"), _("since"))
    pad = max(map(width, labels)) + 2
    since = panel.leading.fired_at if panel.leading else None
    texts = (
        f"{limit_text(panel)}{situation.unit(panel)}" if panel.threshold is not None else "–",
        f"{baseline_text(panel)}  {ratio_text(panel)}".rstrip(),
        clock(since) if since else "–",
    )
    return tuple(
        (Span(left(label, pad), "muted"), Span(text, "text")) for label, text in zip(labels, texts, strict=True)
    )


# --- one line -------------------------------------------------------------------------------------------------------


def _one_line(situation: Situation, panel: PanelNumbers, ordinal: int, cells: int) -> tuple[Line, ...]:
    fires = panel.badge.state is State.SEVERE
    role = badge_role(situation, panel.badge)
    tail = _tail(situation, panel, cells)
    value = _against_limit(situation, panel)
    badge_room = max(width(badge_text(situation, panel, _BADGE)), _BADGE)
    names = names_width(situation) + 1
    plot = cells - names - badge_room - width(value) - 2 - width(tail)
    plot = min(plot, _HOUR) if plot >= _SMALLEST_SPARK else 0
    room = cells - width(tail) - plot - (1 if plot else 0)
    head: Line = (
        Span(left(numbered_name(situation, panel, ordinal), names), _NAME_ROLE if role == "muted" else role),
        Span(left(badge_text(situation, panel, _BADGE), badge_room), role),
        gap(1),
        Span(value, "text" if role == "muted" else role),
    )
    bars = spark(series(panel, situation.rank), plot) if plot else ()
    line = fit((*fit(head, room), *bars, gap(1 if plot else 0), Span(tail, "muted")), cells)
    if not fires:
        return (line,)
    filled = (Span(plain(line)[:-1], fill_role(situation, panel)), gap(1))
    return (filled, fit((gap(2), *listing(situation, panel, cells - 3)), cells))


def _tail(situation: Situation, panel: PanelNumbers, cells: int) -> str:
    old = right(age_text(situation, panel), 4)
    return f"{right(ratio_text(panel), 7)}{old} " if cells >= _RATIO_FROM else f"{old} "


def _against_limit(situation: Situation, panel: PanelNumbers) -> str:
    """`47 > 0`, aligned on the operator; `1 240/min` where there is no limit."""
    if panel.threshold is None:
        text = value_text(panel)
        return right(text + (situation.unit(panel) if text != "–" else ""), _VALUE_LEFT + 3 + _VALUE_RIGHT - 2) + "  "
    number_text = right(value_text(panel, thin=False), _VALUE_LEFT)
    return f"{number_text} {sign(panel)} {left(limit_text(panel), _VALUE_RIGHT)}"


def axis_line(situation: Situation, cells: int, style: LaneStyle = LaneStyle.FULL) -> Line:
    """Clock times under the lanes' charts, and where a deploy was."""
    minutes = max((len(panel.minutes) for panel in situation.panels), default=0)
    before = _VALUES[style] + _SCALE
    plot = _plot_cells(cells - 3 - before)
    last = floor_minute(situation.board.now)
    columns = [minute_column(min(at, last), last, minutes, plot) for at in deploy_times(situation)]
    ticks = with_marks(axis(last, minutes, plot), [column for column in columns if column is not None])
    return fit((gap(2), Span(left("UTC", before), "muted"), *_ticks(ticks)), cells)


def _ticks(text: str) -> Line:
    """Clock times recede, marks do not."""
    pieces = re.split(f"({MARK})", text)
    return tuple(Span(piece, "strong" if piece == MARK else "muted") for piece in pieces if piece)
