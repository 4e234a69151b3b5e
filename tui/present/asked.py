"""What questions share: a time that was typed, severities, how the numbers stand, standing for the open incident."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.locale import _
from tui.metrics.board import State
from tui.present.lane_words import blind, limit_text, sign, value_text
from tui.present.outcome_words import answer_line, answer_mark
from tui.present.questions import Choice, Field, FieldError, Question
from tui.present.sidepane import sentence
from tui.present.situation import severity_glyph
from tui.present.spans import Line, Span, foreign
from tui.present.wording import Wording
from tui.session.times import TimeError, parse_time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from tui.incident import actions as a
    from tui.metrics.board import PanelNumbers
    from tui.present.situation import Situation


def moment(text: str, name: str, situation: Situation) -> datetime | None:
    """Read a time that was typed; None for nothing. Raises FieldError."""
    if not text.strip():
        return None
    day = situation.now.astimezone(situation.zone).date()
    try:
        return parse_time(text, now=situation.now, day=day, zone=situation.zone)
    except TimeError:
        raise FieldError(name, _("not a time: write 22:10, -5m or 2026-11-19T22:10:00Z")) from None


def severities(situation: Situation) -> tuple[Choice, ...]:
    """Every severity of the runbook, the worst first."""
    return tuple(Choice(item.id, item.id) for item in situation.rules.severities)


def criteria(situation: Situation) -> list[Line]:
    """One line a severity: what makes it one."""
    lines: list[Line] = []
    for item in situation.rules.severities:
        role = situation.role(item.id)
        words = " · ".join(foreign(situation.texts.title(f"criterion.{each}")) for each in item.criteria)
        lines.append((Span(f"{severity_glyph(situation.rank(item.id))} {item.id} ", role), Span(words, "muted")))
    return lines


def still_over(situation: Situation) -> tuple[Line, ...]:
    """Return a warning for numbers that are over their limit, or that nobody sees; nothing while all is calm."""
    if situation.board.silent_since is not None or all(map(blind, situation.panels)):
        return ((Span(_("no data arrives: nothing tells how it is now"), "watch"),),)
    over = [panel for panel in situation.panels if panel.badge.state is State.SEVERE or sign(panel) in {">", "≥"}]
    told = " · ".join(f"{situation.name(each.metric)} {_against_limit(each)}".strip() for each in over)
    return ((Span(f"{_('still over its limit')}: ", "watch"), Span(told, "watch")),) if over else ()


def _against_limit(panel: PanelNumbers) -> str:
    """`47 > 0`; the severity where the panel's own number is not what fires."""
    number = f"{value_text(panel)} {sign(panel)} {limit_text(panel)}".strip() if sign(panel) in {">", "≥"} else ""
    return number or panel.badge.severity or ""


def normal_yet(situation: Situation) -> tuple[Line, ...]:
    """Return what the runbook asks before all counts as normal, and how far that is."""
    normal = situation.incident.normal if situation.incident else None
    if normal is None:
        return ()
    say = Wording(situation.rules, situation.texts, situation.now)
    title = sentence(say.name(f"check.{normal.check.id}"))
    told = "".join(span.text for span in answer_line(normal.check.holds, normal.answer, say))
    role = "done" if normal.answer.met else "watch"
    return ((Span(f"{answer_mark(normal.answer).text} {title}: ", role), Span(told, role)),)


def of_incident(
    situation: Situation,
    what: str,
    command: Callable[[Mapping[str, str]], a.Command],
    fields: tuple[Field, ...] = (),
    about: tuple[Line, ...] = (),
) -> Question | None:
    """Return a question about the incident that is shown; None while none is open."""
    state = situation.declared
    if state is None:
        return None
    return Question(what, lambda said: (command(said),), fields, about, state.id)
