"""Whom to call now: the runbook says which contact and when, the team's journal and the settings who that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.incident.slo import ClockKind, Level
from tui.locale import _, ngettext
from tui.present.entry_rows import step_name
from tui.present.format import duration
from tui.present.spans import Line, Span, foreign, width
from tui.runbook.predicates import Lasts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.present.situation import Situation
    from tui.session.picture import StepView


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody to call now, and why."""

    why: str
    title: str
    """What the contact is."""
    who: str
    """Who that is and how to reach them; empty while nobody is named for it."""

    @property
    def whom(self) -> str:
        """`call @beto (backup)`; the title alone while nobody is named."""
        return f"{_('call')} {self.who} ({self.title})" if self.who else f"{_('call')} {self.title}"

    def line(self, cells: int) -> Line:
        """The whole sentence; where that is too long, whom to call: the clock beside it says why."""
        bare = f"{_('call')} {self.who or self.title}"
        said = next((text for text in (f"{self.why}: {self.whom}", self.whom) if width(text) + 2 <= cells), bare)
        return (Span(f"! {said}", "watch"),)


def call(contact: str, situation: Situation, why: str = "") -> Call:
    """Whom a contact of the runbook stands for now."""
    title = foreign(situation.texts.title(f"contact.{contact}")).replace("`", "")
    return Call(why, title, foreign(_person(contact, situation)))


def _person(contact: str, situation: Situation) -> str:
    picture = situation.incident
    if picture is None:
        return ""
    duties = {known.id: known.duty for known in situation.rules.contacts}
    on_call = picture.team.on_call
    held = {"on_call": on_call.name, "backup": on_call.backup} if on_call else {}
    return held.get(duties.get(contact) or "", "") or picture.contacts.get(contact, "")


def calls(situation: Situation) -> Iterator[Call]:
    """Everybody to call now, the most urgent first; nobody while an acknowledgement may still come in time."""
    if late := unacknowledged(situation):
        yield late
    if situation.incident is not None:
        yield from (_of_step(view, situation) for view in situation.incident.calls)


def unacknowledged(situation: Situation) -> Call | None:
    """`nobody acknowledged in 5 min: call @beto (backup)`, once the time for it is over."""
    contact = situation.rules.nudging.unacknowledged
    waiting = [each for each in situation.clocks if each.kind is ClockKind.ACK and each.finished is None]
    if contact is None or not waiting or waiting[0].level(situation.now) is not Level.OVER:
        return None
    minutes = int(waiting[0].limit.total_seconds() // 60)
    late = ngettext("nobody acknowledged in {count} min", "nobody acknowledged in {count} min", minutes)
    return call(contact, situation, late.format(count=minutes))


def of_step(step: str, situation: Situation) -> Call | None:
    """Whom a step of the runbook calls; None where it does not apply now."""
    views = situation.incident.calls if situation.incident else ()
    return next((_of_step(view, situation) for view in views if view.step.id == step), None)


def _of_step(view: StepView, situation: Situation) -> Call:
    """`catchup slow for 16:00: call @ana (DB on-call)`."""
    why, when = step_name(view.step.id, situation.texts), view.step.when
    lasted = view.applies.lasted if view.applies else None
    if isinstance(when, Lasts) and lasted is not None:
        why = _("{name} for {time}").format(name=situation.rule_name(when.rule), time=duration(lasted))
    return call(view.step.escalate_to or "", situation, why)
