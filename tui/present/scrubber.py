"""The scrubber of a review: the whole span in one row, what happened in it, and where the cursor stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.present.format import span_ends
from tui.present.situation import severity_glyph
from tui.present.spans import Line, Span, fit, gap, left, width

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tui.present.situation import Situation
    from tui.session.transport import Stop, Transport

_STATE = 7
"""Cells of `▶ ×600 `."""
_CURSOR, _CALM, _WATCHED, _FIRED = "┃", "─", "╌", "━"
_WEIGHT = {"resolved": 1, "pending": 2, "marker": 3, "entry": 4, "fired": 5}
"""Of several stops in one cell the weightiest is drawn."""
_MARKS = {
    "pending": Span("●", "watch"),
    "resolved": Span("▼", "muted"),
    "marker": Span("×", "severe0"),
    "entry": Span("»", "strong"),
}


def scrubber_line(situation: Situation, cells: int) -> Line:
    """`‖       20:05 ────●▲━━━▼──┃──»─── 22:38`: whether it runs, the span, alerts and entries along it, the cursor."""
    transport = situation.transport
    if transport is None:
        return fit((), cells)
    first, last = _ends(transport)
    track = _track_cells(transport, cells)
    drawn = _track(situation, transport, track)
    playing = transport.speed > 0
    state = Span(left(f"▶ ×{transport.speed}" if playing else "‖", _STATE), "strong" if playing else "muted")
    return fit((gap(1), state, Span(f"{first} ", "muted"), *drawn, Span(f" {last}", "muted")), cells)


def time_at(transport: Transport, cells: int, column: int) -> datetime:
    """The moment under a column of the row; beside the track, its nearer end."""
    track = _track_cells(transport, cells)
    share = (column - _before(transport)) / max(1, track - 1)
    return transport.clamp(transport.first + (transport.last - transport.first) * share)


def _ends(transport: Transport) -> tuple[str, str]:
    return span_ends(transport.first, transport.last, transport.first)


def _before(transport: Transport) -> int:
    return 1 + _STATE + width(_ends(transport)[0]) + 1


def _track_cells(transport: Transport, cells: int) -> int:
    return max(1, cells - _before(transport) - width(_ends(transport)[1]) - 2)


def _cell(transport: Transport, at: datetime, cells: int) -> int:
    span = transport.last - transport.first
    return round((transport.clamp(at) - transport.first) / span * (cells - 1)) if span else 0


def _track(situation: Situation, transport: Transport, cells: int) -> Line:
    """Alerts as thicker strokes over the calm line, then the stops, then the cursor."""
    row = [Span(_CALM, "rule")] * cells
    for begin, end, stroke, role in sorted(_strokes(situation, transport), key=lambda stroke: stroke[2] == _FIRED):
        for at in range(_cell(transport, begin, cells), _cell(transport, end, cells) + 1):
            row[at] = Span(stroke, role)
    for stop in sorted(transport.stops, key=lambda stop: _weight(situation, stop)):
        row[_cell(transport, stop.at, cells)] = _mark(situation, stop)
    row[_cell(transport, situation.board.now, cells)] = Span(_CURSOR, "focus")
    return tuple(row)


def _strokes(situation: Situation, transport: Transport) -> Iterator[tuple[datetime, datetime, str, str]]:
    """Yield begin, end, stroke and role of what was watched and what fired, the graver later."""
    for life in sorted(transport.episodes, key=lambda life: -situation.rank(life.severity)):
        end = life.resolved_at or transport.last
        yield life.pending_at, life.fired_at or end, _WATCHED, "watch"
        if life.fired_at is not None:
            yield life.fired_at, end, _FIRED, situation.role(life.severity)


def _weight(situation: Situation, stop: Stop) -> tuple[int, int]:
    return _WEIGHT[stop.kind], -situation.rank(stop.severity) if stop.severity else 0


def _mark(situation: Situation, stop: Stop) -> Span:
    if stop.kind == "fired":
        return Span(severity_glyph(situation.rank(stop.severity)), situation.role(stop.severity))
    return _MARKS[stop.kind]
