"""Questions of the closing form: whether to close, and who else should fill a line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.incident import actions as a
from tui.incident.gates import EVIDENCE
from tui.locale import _
from tui.present.asked import of_incident
from tui.present.closure import lack_of
from tui.present.questions import Choice, Field, FieldError, Question
from tui.present.spans import Line, Span, foreign

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tui.incident.facts import Condition
    from tui.present.situation import Situation

_MOST_NAMES = 9
"""A digit picks one."""


def close(situation: Situation) -> Question | None:
    """Ask once before closing; what the gate misses may be overridden with a reason, but never the evidence."""
    unmet = [one for one in situation.incident.closure if one.met is not True] if situation.incident else []
    if not unmet:
        about: tuple[Line, ...] = ((Span(_("nothing is missing; the evidence is read once more"), "muted"),),)
        return of_incident(situation, _("closed"), lambda _said: a.Close(), (), about)
    about = tuple(_unmet_line(one, situation) for one in unmet)
    if any(EVIDENCE in one.missing for one in unmet):
        warning: Line = (Span(_("nobody can override evidence: pin a requestId first"), "watch"),)
        return of_incident(situation, _("closed"), lambda _said: a.Close(), (), (*about, warning))
    choices = (Choice("", _("by the gate")), Choice("yes", _("all the same")))
    fields = (
        Field("override", _("close"), "", choices=choices),
        Field("why", _("why"), hint=_("needed against the gate")),
    )
    return of_incident(situation, _("closed"), _close_command, fields, about)


def _close_command(said: Mapping[str, str]) -> a.Command:
    override = bool(said["override"])
    if override and not said["why"].strip():
        raise FieldError("why", _("needs a reason"))
    return a.Close(override=override, why=said["why"])


def _unmet_line(one: Condition, situation: Situation) -> Line:
    title, lacks = lack_of(one, situation)
    return (Span("✗ ", "severe0"), Span(f"{title}: {lacks}" if lacks else title))


def delegate(field: Field, actor: str, situation: Situation) -> Question | None:
    """Ask who should fill a line: somebody known here, or a name that is typed."""
    names = [name for name in _others(situation) if name != actor]
    state = situation.declared
    said = state.delegated.get(field.id) if state else None
    asked = [Field("name", _("name"), said.value if said and said.value not in names else "", _("who"))]
    if names:
        chosen = said.value if said and said.value in names else names[0]
        choices = tuple(Choice(name, foreign(name)) for name in names[:_MOST_NAMES])
        asked = [Field("to", _("with"), chosen, choices=choices), replace(asked[0], hint=_("somebody else"))]

    def command(said: Mapping[str, str]) -> a.Command:
        to = said["name"].strip() or said.get("to", "")
        if not to:
            raise FieldError("name", _("say who"))
        return a.Delegate(name=field.id, to=to)

    what = _("{line}: left to somebody").format(line=foreign(field.label))
    return of_incident(situation, what, command, tuple(asked))


def _others(situation: Situation) -> Iterator[str]:
    """Everybody known here by name, each once: who may act, who has a role, who is on call, who helps already."""
    picture, state = situation.incident, situation.declared
    names: list[str | None] = list(picture.people) if picture else []
    if state is not None:
        names += [state.owner, state.commander, state.scribe, *(said.value for said in state.delegated.values())]
    if picture is not None and picture.team.on_call is not None:
        names += [picture.team.on_call.name, picture.team.on_call.backup]
    yield from dict.fromkeys(name for name in names if name)
