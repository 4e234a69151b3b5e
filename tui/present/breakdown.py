"""What a lane lists beside its chart: the breakdown of its events and its further numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.locale import _
from tui.present.format import number, percent, short_route
from tui.present.lane_words import baseline_text, blind
from tui.present.situation import Situation, badge_role
from tui.present.spans import Line, Span, cut, foreign, gap, left, width, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.metrics.board import PanelNumbers

_COUNT = 6
"""Cells of a count, so that labels give way to it."""
_VALUE = 30


def details(situation: Situation, panel: PanelNumbers, rows: int, cells: int) -> list[Line]:
    """Breakdown rows, then the panel's figures; each keeps at least half of what it needs."""
    if cells < _COUNT * 2 or blind(panel):
        return [()] * rows
    figures = [] if panel.value is None and not panel.breakdown else list(panel.figures)
    kept = max(rows - len(figures), rows // 2) if figures else rows
    breakdown = [
        (fields_text(situation, row.values, cells - _COUNT), number(row.count)) for row in panel.breakdown[:kept]
    ]
    numbers = [
        (foreign(situation.texts.short(f"figure.{figure.id}")), figure_text(figure.value, figure.unit))
        for figure in figures
    ]
    role = badge_role(situation, panel.badge)
    loud = role if role != "muted" else "text"
    pairs = (breakdown + numbers)[:rows]
    lines = [_pair(label, value, cells, loud) for label, value in pairs]
    return lines + [()] * (rows - len(lines))


def _pair(label: str, value: str, cells: int, role: str) -> Line:
    return (
        Span(left(label, cells - width(value) - 1), "muted" if role == "text" else "text"),
        gap(1),
        Span(value, role),
    )


def figure_text(value: float | None, unit: str) -> str:
    """Return a figure with its unit."""
    if unit == "%":
        return f"{percent(value)} %" if value is not None else "–"
    return f"{number(value)} {unit}".rstrip() if value is not None else "–"


def fields_text(situation: Situation, values: Sequence[str], cells: int) -> str:
    """Join a combination of field values, each shortened only as far as it must be."""
    shown = [short_route(foreign(value), situation.prefix) if value != "null" else "–" for value in values]
    room = cells - (len(shown) - 1)
    sizes = [width(text) for text in shown]
    while sum(sizes) > room > 0:
        sizes[sizes.index(max(sizes))] -= 1
    return " ".join(cut(text, size) for text, size in zip(shown, sizes, strict=True))


def listing(situation: Situation, panel: PanelNumbers, cells: int) -> Line:
    """Return breakdown and figures in one row, as many as fit."""
    parts: list[Line] = [
        (
            Span(f"{fields_text(situation, row.values, _VALUE)} ", "text"),
            Span(number(row.count), badge_role(situation, panel.badge)),
        )
        for row in panel.breakdown
    ]
    parts += [
        (
            Span(f"{foreign(situation.texts.short(f'figure.{figure.id}'))} ", "muted"),
            Span(figure_text(figure.value, figure.unit)),
        )
        for figure in panel.figures
    ]
    parts.append((Span(f"{_('base')} {baseline_text(panel)}", "muted"),))
    return words(parts, cells, between=2)
