"""What questions share: reading a time that was typed, naming severities, standing for the open incident."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.locale import _
from tui.present.questions import Choice, Field, FieldError, Question
from tui.present.situation import severity_glyph
from tui.present.spans import Line, Span, foreign
from tui.session.times import TimeError, parse_time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from tui.incident import actions as a
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
