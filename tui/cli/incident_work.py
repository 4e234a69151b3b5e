"""Work on an incident, from the shell: roles, handoff, notes, flags, steps, fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tui.cli.incident_desk import NotChosenError, act, desk_of, for_the_team, open_case, perform, timed
from tui.cli.incident_report import OK, REFUSED, not_chosen
from tui.cli.output import say
from tui.incident import actions
from tui.locale import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.cli.incident_desk import Case
    from tui.cli.options import Options
    from tui.incident.state import IncidentState

_AS_TYPED = {"ignore_unknown_options": True}
"""A text may begin with a dash."""
_TIMES = ("started", "detected")
"""Set like fields, but they are the incident's times, which the logs say otherwise."""


def _role(role: Any, sentence: str) -> click.Command:  # noqa: ANN401 - one of the three roles
    @click.command(role, help=sentence)
    @click.argument("name", metavar="NAME")
    @click.pass_obj
    def naming(options: Options, name: str) -> int:
        return act(options, lambda case, state: actions.SetRole(at=timed(case, state), role=role, name=name))

    return naming


def _saying(name: str, sentence: str, make: Callable[[str], Callable[..., actions.Command]]) -> click.Command:
    @click.command(name, help=sentence, context_settings=_AS_TYPED)
    @click.argument("text", nargs=-1, required=True, metavar="TEXT")
    @click.pass_obj
    def saying(options: Options, text: tuple[str, ...]) -> int:
        said = make(" ".join(text))
        return act(options, lambda case, state: said(at=timed(case, state)))

    return saying


def _channel(text: str) -> Callable[..., actions.Command]:
    return lambda at: actions.SetChannel(at=at, channel=text)


def _update(text: str) -> Callable[..., actions.Command]:
    return lambda at: actions.SendUpdate(at=at, text=text)


owner = _role("owner", _("Who owns it."))
commander = _role("commander", _("Who commands."))
scribe = _role("scribe", _("Who writes it down."))


@click.command(
    help=_("Write something down: of the open incident, of the one that --id names, else in the team's journal."),
    context_settings=_AS_TYPED,
)
@click.argument("text", nargs=-1, required=True, metavar="TEXT")
@click.pass_obj
def note(options: Options, text: tuple[str, ...]) -> int:
    """Write a note; with nothing open it belongs to no incident."""
    from tui.session.act import open_ones

    case = open_case(options)
    try:
        if options.incident is None and not open_ones(case.states):
            return for_the_team(case, actions.Note(at=timed(case), text=" ".join(text)))
        desk = desk_of(case)
        return OK if perform(case, desk, actions.Note(at=timed(case, desk.state), text=" ".join(text))).ok else REFUSED
    except NotChosenError:
        return not_chosen(case)
    finally:
        case.close()


channel = _saying("channel", _("Where the team talks."), _channel)
update = _saying("update", _("A status update went out; TEXT is what it said."), _update)


@click.command(help=_("Offer the command to NAME, with a page made from the journal; they say: handoff accept."))
@click.argument("name", metavar="NAME|accept")
@click.pass_obj
def handoff(options: Options, name: str) -> int:
    """Offer or accept the command."""
    if name == "accept":
        return act(options, lambda case, state: actions.AcceptHandoff(at=timed(case, state)))
    return act(options, lambda case, state: actions.OfferHandoff(at=timed(case, state), to=name))


@click.command(help=_("Note that deploys were frozen, or opened again (with --why). Nothing is done to production."))
@click.argument("flag", type=click.Choice(["frozen", "open"]))
@click.option("--why", metavar="TEXT", default="", help=_("The reason."))
@click.pass_obj
def deploys(options: Options, flag: str, why: str) -> int:
    """Note the freeze."""
    frozen = flag == "frozen"
    return act(options, lambda case, state: actions.NoteDeploys(at=timed(case, state), frozen=frozen, why=why))


@click.command(help=_("Note that push was switched on or off. Nothing is done to production."))
@click.argument("flag", type=click.Choice(["on", "off"]))
@click.pass_obj
def push(options: Options, flag: str) -> int:
    """Note the push flag."""
    return act(options, lambda case, state: actions.NotePush(at=timed(case, state), on=flag == "on"))


@click.command(help=_("Tick a step of the runbook; with SOURCE, say which expected outcomes are not there yet."))
@click.argument("step_id", metavar="STEP_ID")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--undo", "untick", is_flag=True, help=_("It is not done after all."))
@click.option("--note", metavar="TEXT", default="", help=_("What was found or done."))
@click.pass_obj
def step(options: Options, step_id: str, sources: tuple[str, ...], note: str, *, untick: bool) -> int:
    """Tick a step."""
    if untick:
        return act(options, lambda case, state: actions.UntickStep(at=timed(case, state), step=step_id))
    case = open_case(options, sources)
    try:
        return _tick(case, step_id, note)
    except NotChosenError:
        return not_chosen(case)
    finally:
        case.close()


def _tick(case: Case, step_id: str, note: str) -> int:
    desk = desk_of(case)
    tick = actions.TickStep(at=timed(case, desk.state), step=step_id, note=note)
    outcome = perform(case, desk, tick)
    if not outcome.ok:
        return REFUSED
    _not_there_yet(case, outcome.state, tick)
    return OK


def _not_there_yet(case: Case, state: IncidentState, tick: actions.TickStep) -> None:
    """Say calmly which outcomes of the step's playbook are not reached, or that nothing tells."""
    from tui.present.refusals import condition_line

    loaded = case.prepared.loaded
    checklists = (one for one in loaded.runbook.playbooks if any(step.id == tick.step for step in one.steps))
    expected = [check.id for playbook in checklists for check in playbook.expected]
    if case.engine is None:
        if expected:
            say(_("ticked; without logs nothing tells whether its expected outcome is there"))
        return
    board = case.engine.board(tick.at or case.engine.end() or case.wall)
    for reading in case.surroundings().readings(state, board, case.engine.store):
        if reading.id in expected and reading.met is not True:
            say(condition_line(reading, loaded.texts))


@click.command(
    "set",
    help=_("Fill a field of the closing form, such as root_cause; an empty VALUE clears it."),
    context_settings=_AS_TYPED,
)
@click.argument("name", metavar="FIELD")
@click.argument("value", metavar="VALUE", required=False)
@click.option("--why", metavar="TEXT", default="", help=_("Why a time is corrected."))
@click.option("--delegate", "to", metavar="NAME", default="", help=_("Instead of a VALUE: NAME is asked to fill it."))
@click.pass_obj
def set_field(options: Options, name: str, value: str | None, why: str, to: str) -> int:
    """Fill a field, or leave it to somebody; `started` and `detected` correct the incident's times."""
    if (value is None) is not bool(to):
        raise click.UsageError(_("say either VALUE or --delegate NAME"))
    if value is None:
        return act(options, lambda case, state: actions.Delegate(at=timed(case, state), name=name, to=to))
    if name in _TIMES:
        return act(
            options,
            lambda case, state: actions.CorrectTimes(
                at=timed(case, state), why=why, **{name: case.moment(value, name, state)}
            ),
        )
    return act(
        options,
        lambda case, state: actions.SetField(at=timed(case, state), name=name, value=value),
        ended_too=True,
    )
