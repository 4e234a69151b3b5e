"""The question behind a step: tick it, record with it what it asks for, or say that it could not be verified."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.incident import actions as a
from tui.incident.handoff import answered
from tui.locale import _
from tui.present.entry_rows import step_name
from tui.present.not_yet import not_yet, view_of
from tui.present.questions import Choice, Field, Question

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.incident.state import IncidentState
    from tui.present.situation import Situation
    from tui.session.picture import StepView

    Said = Mapping[str, str]


def tick(step: str, situation: Situation, state: IncidentState) -> Question:
    """Ask for a tick on a step or on a check that only a person answers; ticked, for a note or for taking it away."""
    view = view_of(step, situation)
    fields: tuple[Field, ...] = (Field("note", _("note"), hint=_("optional")),)
    if state.ticked(step):
        choices = (Choice("", _("add a note")), Choice("untick", _("take the tick away")))
        fields = (Field("do", _("tick"), "", choices=choices), *fields)
    elif view is not None:
        fields = (*_facts(view, state), *fields, *_verdict(view))

    def commands(said: Said) -> tuple[a.Command, ...]:
        if said.get("do"):
            return (a.UntickStep(step=step),)
        return (*_recorded(said), a.TickStep(step=step, note=_noted(said)))

    return Question(
        f"✓ {step_name(step, situation.texts)}", commands, fields, tuple(not_yet(step, situation)), state.id
    )


def _facts(view: StepView, state: IncidentState) -> tuple[Field, ...]:
    """What the step asks to have recorded and nobody has: recorded by the same answer, unless somebody only ticks."""
    wanted = {probe.what for probe in view.step.probes if probe.kind == "recorded"}
    if answered(view.step, state):
        return ()
    found: list[Field] = []
    if "freeze" in wanted and not (state.deploys_frozen and state.deploys_frozen.on):
        choices = (Choice("frozen", _("note: deploys frozen")), Choice("", _("only the tick")))
        found.append(Field("flag", _("flag"), "frozen", choices=choices))
    if "channel" in wanted and state.channel is None:
        found.append(Field("channel", _("channel"), hint=_("where the team talks; empty: only the tick")))
    return tuple(found)


def _recorded(said: Said) -> tuple[a.Command, ...]:
    flag = (a.NoteDeploys(frozen=True, why=said["note"]),) if said.get("flag") else ()
    where = said.get("channel", "").strip()
    return (*flag, *((a.SetChannel(channel=where),) if where else ()))


def _verdict(view: StepView) -> tuple[Field, ...]:
    """Where nothing tells how it is, whoever looked may say that they could not see it either."""
    if view.open and all(getattr(answer, "unknown", None) is None for answer in view.answers):
        return ()
    unseen, not_ours = _("could not verify"), _("does not apply")
    choices = (Choice("", _("done")), Choice(unseen, unseen), Choice(not_ours, not_ours))
    return (Field("verdict", _("tick"), "", choices=choices),)


def _noted(said: Said) -> str:
    """The note, after a word that keeps the tick from saying more than somebody saw."""
    verdict, note = said.get("verdict", ""), said["note"].strip()
    return ": ".join(part for part in (verdict, note) if part)
