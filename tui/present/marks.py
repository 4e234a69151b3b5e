"""What happened, as marks under a chart: alerts, deploys, what people did, markers of the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.locale import _
from tui.present.deployed import MARK
from tui.present.situation import severity_glyph
from tui.present.spans import Line, Span, gap, line_width

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from tui.present.situation import Situation


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that happened, the weightier ones over the others. kind: what its glyph stands for, in words."""

    at: datetime
    glyph: str
    role: str
    kind: str
    weight: int


def marks(situation: Situation, metric: str) -> tuple[Mark, ...]:
    """Everything worth a mark on a metric's chart, the least weighty first."""
    found = [*_markers(situation), *_alerts(situation, metric), *_entries(situation)]
    return tuple(sorted(found, key=lambda mark: mark.weight))


def _markers(situation: Situation) -> Iterator[Mark]:
    """Only what is an error: warnings can come by the thousand and would bury the rest."""
    grave = {marker.id for marker in situation.rules.markers if marker.weight == "error"}
    for hit in situation.board.markers:
        if hit.marker in grave:
            yield Mark(hit.at, "×", "severe0", _("error in the log"), 1)


def _alerts(situation: Situation, metric: str) -> Iterator[Mark]:
    for life in situation.board.alerts:
        if life.metric != metric or life.fired_at is None:
            continue
        rank = situation.rank(life.severity)
        fired = _("{severity} fired").format(severity=life.severity)
        yield Mark(life.fired_at, severity_glyph(rank), situation.role(life.severity), fired, 5 if rank == 0 else 4)
        if life.resolved_at is not None:
            yield Mark(life.resolved_at, "▼", "muted", _("alert resolved"), 2)


def _entries(situation: Situation) -> Iterator[Mark]:
    picture = situation.incident
    if picture is None:
        return
    for deploy in picture.team.deploys:
        yield Mark(deploy.at, MARK, "strong", _("deploy"), 6)
    if picture.times is not None:
        acknowledged, mitigated = picture.times.acknowledged, picture.times.mitigated
        if acknowledged is not None:
            yield Mark(acknowledged, "»", "strong", _("ack"), 3)
        if mitigated is not None:
            yield Mark(mitigated, "✓", "done", _("mitigated"), 3)


def marks_line(
    found: tuple[Mark, ...], before: int, cells: int, column: Callable[[datetime], int | None]
) -> tuple[Line, bool]:
    """Marks at their columns, after `before` cells; their legend stands where there is room left of the first.

    column: from a time to the cell of the chart, None outside of it. Returns the row and whether anything is on it.
    """
    placed: dict[int, Mark] = {}
    for mark in found:
        at = column(mark.at)
        if at is not None:
            placed[at] = mark
    first = min(placed, default=cells - before)
    legend = _legend(tuple(dict.fromkeys((mark.glyph, mark.role, mark.kind) for mark in placed.values())))
    start: list[Span] = [Span(f" {_('marks')} ", "muted")]
    for piece in legend:
        if line_width((*start, *piece)) <= before + first - 1:
            start.extend(piece)
    row: list[Span] = start if line_width(tuple(start)) < before + first else [gap(before)]
    for at in sorted(placed):
        row += [gap(before + at - line_width(tuple(row))), Span(placed[at].glyph, placed[at].role)]
    return tuple(row), bool(placed)


def _legend(kinds: tuple[tuple[str, str, str], ...]) -> list[Line]:
    return [(Span(f" {glyph}", role), Span(f" {kind} ", "muted")) for glyph, role, kind in kinds]
