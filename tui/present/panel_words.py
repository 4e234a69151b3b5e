"""A metric in one sentence, for those who do not see the board."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.locale import _
from tui.metrics.board import State
from tui.present.breakdown import fields_text
from tui.present.format import number
from tui.present.lane_words import badge_texts, blind, limit_text, ratio_text, sign, value_text

if TYPE_CHECKING:
    from tui.metrics.board import PanelNumbers
    from tui.present.situation import Situation

_FIELDS = 60


def panel_items(situation: Situation) -> tuple[str, ...]:
    """Every metric that is not OK, the dominant one first, then the names of those that are; none without data."""
    dominant = _dominant(situation)
    shown = sorted(situation.panels, key=lambda panel: panel.metric != dominant)
    loud = [panel for panel in shown if _tells(panel, dominant)]
    calm = [situation.name(panel.metric) for panel in shown if panel not in loud and panel.badge.state is State.OK]
    items = [panel_item(situation, panel) for panel in loud]
    return (*items, f"OK: {', '.join(calm)}") if calm else tuple(items)


def panel_item(situation: Situation, panel: PanelNumbers) -> str:
    """`Auth 5xx: ▲ SEV1 for 07:11 · 47/5m > 0 · ×118 base · 500 auth/bootstrap (39)`."""
    parts = [badge_texts(situation, panel)[0]]
    if not blind(panel) and panel.value is not None:
        limit = f" {sign(panel)} {limit_text(panel, thin=True)}" if panel.threshold is not None else ""
        parts.append(f"{value_text(panel)}{situation.unit(panel)}{limit}")
        parts += [f"{ratio_text(panel)} {_('base')}"] if ratio_text(panel) else []
        parts += [f"{fields_text(situation, row.values, _FIELDS)} ({number(row.count)})" for row in panel.breakdown[:1]]
    return " ".join(f"{situation.name(panel.metric)}: {' · '.join(parts)}".split())


def _dominant(situation: Situation) -> str | None:
    state, suggestion = situation.declared, situation.board.suggestion
    return state.metric if state else suggestion.metric if suggestion else None


def _tells(panel: PanelNumbers, dominant: str | None) -> bool:
    """A metric without data tells something only where a severity was known: that nothing arrives is said once."""
    if blind(panel):
        return panel.badge.severity is not None
    return panel.metric == dominant or panel.badge.state is not State.OK
