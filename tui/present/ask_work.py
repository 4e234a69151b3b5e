"""Questions about the work: notes, updates, flags, roles and handoff, undo, and what belongs to the team."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from tui.incident import actions as a
from tui.incident import team
from tui.locale import _
from tui.present.asked import moment, of_incident
from tui.present.entry_rows import entry_words, step_name
from tui.present.questions import Choice, Field, Question
from tui.present.spans import Line, Span, foreign

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.incident.entries import Role
    from tui.incident.state import IncidentState
    from tui.present.situation import Situation
    from tui.session.picture import StepView


def note(situation: Situation) -> Question:
    """Write something down, also while nothing is open."""
    state = situation.declared
    what = _("note") if state else _("note in the team's journal")
    fields = (Field("text", _("text")),)
    return Question(what, lambda said: (a.Note(text=said["text"]),), fields, incident=state.id if state else None)


def update(situation: Situation) -> Question | None:
    """Record that the team was told."""
    fields = (Field("text", _("text"), hint=_("what was told to the team; guardia sends nothing")),)
    return of_incident(situation, _("update sent"), lambda said: a.SendUpdate(text=said["text"]), fields)


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
    if state.handoff is not None:
        choices.insert(0, Choice("accept", _("accept the handoff")))
    fields = (
        Field("role", _("role"), choices[0].value, choices=tuple(choices)),
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

    return of_incident(situation, _("roles"), command, fields, tuple(_page(situation, state)))


def _page(situation: Situation, state: IncidentState) -> list[Line]:
    """The handoff page: as offered, or as it would be offered now."""
    offered = state.handoff.page if state.handoff else None
    steps = {view.step.id: bool(view.ticks) for view in _worked(situation)}
    done = list(offered.done if offered else (step for step, ticked in steps.items() if ticked))
    pending = list(offered.pending if offered else (step for step, ticked in steps.items() if not ticked))
    update = offered.next_update if offered else None
    frozen = offered.frozen if offered else (state.deploys_frozen.on if state.deploys_frozen else None)
    known = (
        (_("handoff to"), offered.to if offered else ""),
        (_("impact"), offered.impact if offered else state.value("impact")),
        (_("hypothesis"), offered.hypothesis if offered else state.value("root_cause")),
        (_("done"), ", ".join(step_name(step, situation.texts) for step in done)),
        (_("pending"), ", ".join(step_name(step, situation.texts) for step in pending)),
        (_("next update"), f"{update:%H:%M:%S} UTC" if update else ""),
        ("freeze", {True: _("noted on"), False: _("noted off"), None: ""}[frozen]),
    )
    return [
        (Span(f"{label}: ", "muted"), Span(" ".join(foreign(value).split()) or "–"))
        for label, value in known
        if value or label not in {_("handoff to"), _("next update")}
    ]


def _worked(situation: Situation) -> list[StepView]:
    picture = situation.incident
    return [*picture.triage_list.steps, *picture.playbook_list.steps] if picture else []


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
    return Question(_("undo"), lambda _said: (a.Undo(),), (), (about_line,), state.id)


def dismiss(situation: Situation) -> Question | None:
    """Refuse what is suggested, with a reason."""
    suggestion = situation.board.suggestion
    if suggestion is None:
        return None
    fields = (Field("why", _("why"), hint=_("why this is no incident")),)
    return Question(
        _("suggestion dismissed"),
        lambda said: (team.DismissSuggestion(metric=suggestion.metric, rule=suggestion.rule, why=said["why"]),),
        fields,
    )


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
