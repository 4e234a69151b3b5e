"""Which question stands behind a key, a row of the side pane, or a name in the list of further acts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal, cast

from tui.incident import actions as a
from tui.incident.entries import Reopened
from tui.incident.facts import Facts
from tui.incident.gates import commands_passed
from tui.incident.narrative import Words, decision_meanings
from tui.incident.state import TRANSITIONS, IncidentState
from tui.locale import _
from tui.present import ask_status, ask_work
from tui.present.ask_step import tick
from tui.present.format import duration
from tui.present.questions import Field, FieldError, Question
from tui.present.spans import Line, Span, foreign
from tui.runbook.predicates import CommandPassed, CommandsPassed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tui.present.situation import Situation
    from tui.present.step_rows import Deed
    from tui.session.commands import Ended, Order


def ask(name: str, situation: Situation) -> Question | None:
    """Return the question behind a key; None where it asks nothing now."""
    make = _QUESTIONS.get(name)
    return make(situation) if make else None


# --- what Enter does in a pane --------------------------------------------------------------------------------------


def for_deed(deed: Deed, situation: Situation) -> Question | None:
    """Return the question that a row of the side pane asks."""
    state = situation.declared
    if state is None:
        return None
    match deed.kind:
        case "tick":
            return tick(deed.subject, situation, state)
        case "decide":
            return _decide(deed.subject, situation, state)
        case "take":
            take = a.SetField(name=deed.subject, value=deed.value)
            shown = situation.name(deed.value) if deed.subject == "metric" else foreign(deed.value)
            return Question(f"{_word(deed.subject)} {shown}", lambda _said: (take,), incident=state.id)
        case "ask":
            return ask(deed.subject, situation)
        case "copy" | "commands":
            return None


def commands_of(check: str, situation: Situation) -> tuple[tuple[str, str], ...]:
    """Return (command, its name and what came of it since the last change) for a check that waits for commands."""
    picture, state = situation.incident, situation.declared or IncidentState("")
    views = (*picture.rollback_list.checks, *picture.playbook_list.checks) if picture else ()
    holds = next((view.check.holds for view in views if view.check.id == check), None)
    wanted = [
        command.id
        for command in situation.rules.commands
        if (isinstance(holds, CommandsPassed) and command.kind == holds.of)
        or (isinstance(holds, CommandPassed) and command.id == holds.command)
    ]
    deploys = picture.team.deploys if picture else ()
    facts = Facts(situation.rules, deployed_at=max((deploy.at for deploy in deploys), default=None))
    marks = {True: "✓", False: "✗", None: "…"}
    return tuple(
        (each, f"{marks[commands_passed(check, [each], state, facts).met]} {situation.texts.short(f'command.{each}')}")
        for each in wanted
    )


def to_run(order: Order, name: str, situation: Situation) -> Question:
    """Show exactly what would run, where, and against what, before anything does."""
    about = tuple((Span(f"{label}: ", "muted"), Span(foreign(value))) for label, value in order_facts(order))
    state = situation.declared
    return Question(_("run {command}").format(command=name), lambda _said: (), (), about, state.id if state else None)


def order_facts(order: Order) -> tuple[tuple[str, str], ...]:
    """What somebody must have seen before a command runs: its exact text, where, and against what."""
    told = ((_("exact text"), order.text), (_("folder"), str(order.folder or "")), (_("host"), order.host))
    return tuple((label, value) for label, value in told if value)


def ended_words(ended: Ended) -> str:
    """How a run ended, and after how long."""
    took = duration(timedelta(milliseconds=ended.duration_ms))
    match ended.outcome:
        case "cancelled":
            return _("cancelled after {time}").format(time=took)
        case "not_started":
            return _("could not be started")
        case "exited":
            return _("ended with {code} after {time}").format(code=ended.exit_code, time=took)


def cannot_run(missing: Sequence[str]) -> str:
    """Say which settings and variables a command lacks."""
    return _("cannot run: {names} not set").format(names=", ".join(missing))


def _word(name: str) -> str:
    return _("dominant") if name == "metric" else _("anchor")


def _decide(decision: str, situation: Situation, state: IncidentState) -> Question:
    """GO against the gate takes a reason, and says so."""
    picture = situation.incident
    held, of = (picture.rollback_list.met, len(picture.rollback_list.checks)) if picture else (0, 0)
    against = decision == "GO" and not (picture and picture.go)
    gate = _("{held} of {of} conditions hold").format(held=held, of=of)
    warning: Line = (Span(_("this goes against the gate: it takes a reason"), "watch"),) if against else ()
    fields = (Field("why", _("why"), hint=_("needed against the gate") if against else ""),)
    meanings = ((Span(meaning, "muted"),) for meaning in decision_meanings(Words(_, situation.texts.title)))
    about: tuple[Line, ...] = (*meanings, (Span(gate),), *((warning,) if warning else ()))

    def commands(said: Mapping[str, str]) -> tuple[a.Command, ...]:
        if against and not said["why"].strip():
            raise FieldError("why", _("needs a reason"))
        kind = cast("Literal['GO', 'NO_GO']", decision)
        return (a.Decide(decision=kind, override=against, why=said["why"]),)

    return Question(f"{_('decision')} {decision}", commands, fields, about, state.id)


_QUESTIONS: dict[str, Callable[[Situation], Question | None]] = {
    "declare": ask_status.declare,
    "acknowledge": ask_status.acknowledge,
    "mitigate": ask_status.mitigate,
    "resolve": ask_status.resolve,
    "reopen": ask_status.reopen,
    "cancel": ask_status.cancel,
    "merge": ask_status.merge,
    "severity": ask_status.severity,
    "times": ask_status.times,
    "note": ask_work.note,
    "update": ask_work.update,
    "channel": ask_work.channel,
    "title": ask_work.title,
    "flags": ask_work.flags,
    "roles": ask_work.roles,
    "undo": ask_work.undo,
    "dismiss": ask_work.dismiss,
    "deploy": ask_work.deploy,
    "on-call": ask_work.on_call,
}


def more(situation: Situation) -> tuple[tuple[str, str], ...]:
    """Return (question, its name) for what has no key of its own and is possible now."""
    state = situation.declared
    found: list[tuple[str, str]] = []
    if state is None:
        found = [("dismiss", _("dismiss the suggestion"))] if situation.alerting else []
    elif state.status in TRANSITIONS[Reopened][0]:
        found.append(("reopen", _("reopen")))
    if state is not None and state.status.open:
        found += [("title", _("change the title")), ("channel", _("say where the team talks"))]
        found += [("times", _("correct start or detection")), ("cancel", _("cancel: a false alarm"))]
        if situation.incident and len(situation.incident.open_incidents) > 1:
            found.append(("merge", _("merge into another incident")))
    return (*found, ("deploy", _("mark a deploy")), ("on-call", _("say who is on call")))
