"""What a lane says in words: its name, its badge, its number, its limit, its baseline.

A lane never says more than its numbers: while nothing arrives there is no value, only what was last known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.locale import _
from tui.metrics.board import State
from tui.present.format import age, elapsed, number, percent, times
from tui.present.situation import Situation, badge_role, severity_glyph
from tui.present.spans import cut, width

if TYPE_CHECKING:
    from tui.metrics.board import PanelNumbers

LONGEST_NAME = 20


def badge_texts(situation: Situation, panel: PanelNumbers) -> tuple[str, ...]:
    """Return the badge in words, the longest form first; the last is never shortened."""
    state, severity = panel.badge.state, panel.badge.severity
    if state is State.SEVERE and severity is not None:
        return _severe_texts(situation, panel, severity)
    if state is State.WATCH:
        return _watch_texts(situation, panel)
    if state in {State.SILENT, State.DOWN}:
        long, short = (
            (f"? {_('SILENT')}",) * 2 if state is State.SILENT else (f"× {_('SOURCE DOWN')}", f"× {_('DOWN')}")
        )
        return (f"{long} · {_('last')} {severity}", f"{short} {severity}") if severity else (long, short)
    return ("○ OK",)


def _severe_texts(situation: Situation, panel: PanelNumbers, severity: str) -> tuple[str, ...]:
    bare = f"{severity_glyph(situation.rank(severity))} {severity}"
    since = panel.leading.fired_at if panel.leading and panel.leading.fired_at else panel.ack_since
    if since is None:
        return (bare,)
    lasting = elapsed(since, situation.now)
    return (f"{bare}  {_('for {time}').format(time=lasting)}", f"{bare} {lasting}", bare)


def _watch_texts(situation: Situation, panel: PanelNumbers) -> tuple[str, ...]:
    """Pending: how long until it would fire; in the amber band there is no countdown."""
    bare = f"● {_('WATCH')}"
    if panel.fires_at is None:
        return (bare,)
    left = elapsed(situation.now, panel.fires_at)
    return tuple(f"{bare} {form.format(time=left)}" for form in (_("{time} to fire"), _("in {time}"), "{time}"))


def numbered_name(situation: Situation, panel: PanelNumbers, ordinal: int) -> str:
    """Return `1 Auth 5xx`: the key that focuses the lane, and its name."""
    return cut(f"{ordinal} {situation.name(panel.metric)}", LONGEST_NAME)


def names_width(situation: Situation) -> int:
    """Cells of the longest name on the board, so that every badge stands in one column."""
    names = [numbered_name(situation, panel, ordinal) for ordinal, panel in enumerate(situation.panels, 1)]
    return max(map(width, names))


def badge_text(situation: Situation, panel: PanelNumbers, cells: int) -> str:
    """Return the longest form of the badge that fits."""
    texts = badge_texts(situation, panel)
    return next((text for text in texts if width(text) <= cells), texts[-1])


def blind(panel: PanelNumbers) -> bool:
    """Whether the lane's number would describe a stream that has stopped."""
    return panel.badge.state in {State.SILENT, State.DOWN}


def value_text(panel: PanelNumbers, *, thin: bool = True) -> str:
    """Return the lane's number; nothing while no data arrives."""
    if blind(panel) or panel.value is None:
        return "–"
    return percent(panel.value) if panel.unit == "%" else number(panel.value, thin=thin)


def limit_text(panel: PanelNumbers, *, thin: bool = False) -> str:
    """Return the lane's limit, or its baseline where it has no limit."""
    limit = panel.threshold
    if limit is None:
        return number(panel.baseline.value) if panel.baseline else ""
    return percent(limit) if panel.unit == "%" else number(limit, thin=thin)


def sign(panel: PanelNumbers) -> str:
    """How the value compares with the limit."""
    if panel.value is None or panel.threshold is None or blind(panel):
        return "·"
    if panel.value == panel.threshold:
        return "≥" if panel.op == ">=" else "="
    return ">" if panel.value > panel.threshold else "<"


def age_text(situation: Situation, panel: PanelNumbers) -> str:
    """Return how old the newest event is."""
    return "–" if panel.newest is None else age(situation.now - panel.newest)


def fill_role(situation: Situation, panel: PanelNumbers) -> str:
    """Role of the bar of a firing lane."""
    return f"fill-{badge_role(situation, panel.badge)}"


def ratio_text(panel: PanelNumbers) -> str:
    """Return how many times the baseline; ↗ says that it has risen for long."""
    if blind(panel):
        return ""
    return ("↗" if panel.trend else "") + times(panel.ratio)


def baseline_text(panel: PanelNumbers) -> str:
    """Return what is normal."""
    if panel.baseline is None:
        return "–"
    return percent(panel.baseline.value) if panel.unit == "%" else number(panel.baseline.value)
