"""Questions about the work: notes, updates, flags, roles and handoff, undo, and what belongs to the team."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, cast

from tui.incident import actions as a
from tui.incident import team
from tui.locale import _
from tui.present.asked import moment, of_incident
from tui.present.entry_rows import entry_words
from tui.present.handoff import handoff_lines, handoff_paper
from tui.present.questions import Choice, Field, Question
from tui.present.spans import Line, Span, foreign, words
from tui.present.status_update import headline, proposed_needs, update_paper
from tui.present.strip_parts import other_panels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.incident.entries import Role
    from tui.present.paper import Paper
    from tui.present.situation import Situation

_ABOUT = 76
"""Cells of what is said about a question in the narrowest terminal."""


def note(situation: Situation) -> Question:
    """Write something down, also while nothing is open."""
    state = situation.declared
    what = _("note") if state else _("note in the team's journal")
    fields = (Field("text", _("text")),)
    return Question(what, lambda said: (a.Note(text=said["text"]),), fields, incident=state.id if state else None)


def update(situation: Situation) -> Question | None:
    """Show the update that is ready to be sent; what is recorded is its headline, after a sentence of one's own."""
    fields = (
        Field("text", _("add a sentence"), hint=_("optional; it comes first")),
        Field("needs", _("needs"), proposed_needs(situation), hint=_("several with ; between")),
    )

    def command(said: Mapping[str, str]) -> a.Command:
        return a.SendUpdate(text=headline(situation, said["text"]))

    question = of_incident(situation, _("update sent"), command, fields, update_paper(situation).lines())
    return question and replace(question, paper=lambda said: update_paper(situation, said["text"], said["needs"]))


def channel(situation: Situation) -> Question | None:
    """Where the team talks."""
    fields = (Field("channel", _("channel"), hint=_("where the team talks")),)
    return of_incident(situation, _("channel"), lambda said: a.SetChannel(channel=said["channel"]), fields)


def title(situation: Situation) -> Question | None:
    """What it is about."""
    fields = (Field("value", _("title"), situation.declared.title if situation.declared else ""),)
    return of_incident(situation, _("title"), lambda said: a.SetField(name="title", value=said["value"]), fields)


def flags(situation: Situation) -> Question | None:
    """Notes of what people did elsewhere: guardia freezes nothing."""
    state = situation.declared
    frozen = bool(state and state.deploys_frozen and state.deploys_frozen.on)
    off = bool(state and state.push and not state.push.on)
    choices = (
        Choice("frozen", _("deploys frozen")),
        Choice("open", _("deploys open")),
        Choice("off", _("push off")),
        Choice("on", _("push on")),
    )
    likely = "open" if frozen and off else "off" if frozen else "frozen"
    fields = (Field("flag", _("flag"), likely, choices=choices), Field("why", _("why"), hint=_("needed to open again")))
    about = ((Span(_("a note of what people did elsewhere: guardia changes nothing in production"), "muted"),),)

    def command(said: Mapping[str, str]) -> a.Command:
        if said["flag"] in {"frozen", "open"}:
            return a.NoteDeploys(frozen=said["flag"] == "frozen", why=said["why"])
        return a.NotePush(on=said["flag"] == "on")

    return of_incident(situation, _("flag noted"), command, fields, about)


def roles(situation: Situation) -> Question | None:
    """Name somebody, offer the command with its page, or accept it."""
    state = situation.declared
    if state is None:
        return None
    choices = [
        Choice("owner", _("owner")), Choice("commander", _("IC")), Choice("scribe", _("scribe")),
        Choice("handoff", _("offer a handoff")),
    ]  # fmt: skip
    if state.handoff is not None:  # at the end: no other choice changes its digit
        choices.append(Choice("accept", _("accept the handoff")))
    likely = "accept" if state.handoff is not None else choices[0].value
    fields = (
        Field("role", _("role"), likely, choices=tuple(choices)),
        Field("name", _("name"), hint=_("who; not needed to accept")),
    )

    def command(said: Mapping[str, str]) -> a.Command:
        match said["role"]:
            case "accept":
                return a.AcceptHandoff()
            case "handoff":
                return a.OfferHandoff(to=said["name"])
            case role:
                return a.SetRole(role=cast("Role", role), name=said["name"])

    def paper(said: Mapping[str, str]) -> Paper | None:
        return handoff_paper(situation, state, said["name"]) if said["role"] == "handoff" else None

    question = of_incident(situation, _("roles"), command, fields, handoff_lines(situation, state))
    return question and replace(question, paper=paper)


def undo(situation: Situation) -> Question | None:
    """Show what would be taken back."""
    picture, state = situation.incident, situation.declared
    if picture is None or state is None or not state.undoable:
        return None
    last = next((record for record in picture.records if record.id == state.undoable[-1]), None)
    if last is None:
        return None
    what, about = entry_words(last.entry.payload, situation.texts)
    told = f"{last.entry.effective:%H:%M:%S} {foreign(last.entry.actor)} {what} {about}".strip()
    about_line: Line = (Span(f"{_('takes back')}: ", "muted"), Span(told, "strong"))
    return Question(_("undo"), lambda _said: (a.Undo(entry=last.id),), (), (about_line,), state.id)


def dismiss(situation: Situation) -> Question | None:
    """Refuse what is suggested, with a reason; what fires while the question stands is not refused with it."""
    suggestion, seen = situation.board.suggestion, situation.board.now
    if suggestion is None or suggestion.severity is None:
        return None
    fields = (Field("why", _("why"), hint=_("why this is no incident")),)
    firing = words(other_panels(situation, None), _ABOUT, between=2)
    calm = (Span(_("the strip is calm until something else fires; lanes and badges stay as they are"), "muted"),)

    def commands(said: Mapping[str, str]) -> tuple[a.Command, ...]:
        return (team.DismissSuggestion(metric=suggestion.metric, rule=suggestion.rule, why=said["why"], at=seen),)

    return Question(_("suggestion dismissed"), commands, fields, (firing, calm) if firing else (calm,))


def deploy(situation: Situation) -> Question:
    """Mark a deploy or a rollback, also one of a while ago."""
    kinds = (Choice("backend", "backend"), Choice("frontend", "frontend"))
    fields = (
        Field("kind", _("what"), "backend", choices=kinds),
        Field("what", _("version"), hint=_("a version or a commit")),
        Field("at", _("when"), hint=_("22:10, -5m; empty: now")),
    )

    def commands(said: Mapping[str, str]) -> tuple[a.Command, ...]:
        kind = cast("Literal['backend', 'frontend']", said["kind"])
        return (team.MarkDeploy(what=said["what"], kind=kind, at=moment(said["at"], "at", situation)),)

    return Question(_("deploy marked"), commands, fields)


def on_call(situation: Situation) -> Question:
    """Who is on call, and who stands in."""
    del situation
    fields = (Field("name", _("on call")), Field("backup", _("backup")))
    return Question(_("on call"), lambda said: (team.SetOnCall(name=said["name"], backup=said["backup"]),), fields)
