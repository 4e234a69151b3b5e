"""The life of an incident, from the shell: declare … close, severity, decision, evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tui.cli.incident_desk import NotChosenError, act, desk_of, for_the_team, open_case, perform, timed
from tui.cli.incident_report import OK, REFUSED, not_chosen
from tui.cli.options import time_option
from tui.cli.output import say
from tui.incident import actions
from tui.locale import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.cli.incident_desk import Case
    from tui.cli.options import Options
_sources = click.argument("sources", nargs=-1, metavar="[SOURCE]...")
_why = click.option("--why", metavar="TEXT", default="", help=_("The reason."))
_override = click.option("--override", is_flag=True, help=_("Against the gate; needs --why. Never without evidence."))


@click.command(help=_("Open an incident. With SOURCE the numbers, the anchor and its evidence are stored with it."))
@_sources
@click.option("--severity", metavar="SEV", help=_("A severity of the runbook."))
@click.option("--metric", metavar="METRIC", help=_("The dominant metric; left out, the one that the rules suggest."))
@click.option("--title", metavar="TEXT", default="", help=_("What it is about."))
@time_option("--started", help=_("Since when users see it, if you know better than the logs."))
@time_option("--detected", help=_("When somebody noticed."))
@click.option("--owner", metavar="NAME", default="", help=_("Who owns it; left out, whoever declares."))
@click.option("--workaround/--no-workaround", default=None, help=_("Whether users have a way around it."))
@click.pass_obj
def declare(options: Options, /, sources: tuple[str, ...], **said: Any) -> int:  # noqa: ANN401 - one type an option
    """Open an incident; where another tells of the same trouble already, say so."""
    from tui.incident.overlap import twin
    from tui.session.act import incidents, new_desk

    if said["severity"] is None:
        raise click.UsageError(_("say how severe it is: --severity with one of the runbook's severities"))
    case = open_case(options, sources)
    try:
        at = timed(case)
        times: dict[str, Any] = {
            name: case.moment(said[name], f"--{name}") for name in ("started", "detected") if said[name]
        }
        command = actions.Declare(
            at=at,
            severity=said["severity"],
            metric=said["metric"],
            title=said["title"],
            owner=said["owner"],
            workaround=said["workaround"],
            **times,
        )
        done = perform(case, new_desk(case.data_dir, (at or case.wall).date()), command)
        if done.ok and (told := twin(done.state, incidents(case.data_dir))):
            say(
                _("{other} tells of the same trouble: if {id} is a second one, merge it or cancel it").format(
                    other=told.id, id=done.state.id
                )
            )
        return OK if done.ok else REFUSED
    finally:
        case.close()


@click.command(help=_("Take it. Before anybody declared: take the alert that is firing in SOURCE."))
@_sources
@_why
@click.pass_obj
def ack(options: Options, sources: tuple[str, ...], why: str) -> int:
    """Acknowledge an incident, or an alert that nobody has declared."""
    from tui.session.act import open_ones

    del why
    case = open_case(options, sources)
    try:
        if case.engine is not None and options.incident is None and not open_ones(case.states):
            return _ack_alert(case)
        desk = desk_of(case)
        return OK if perform(case, desk, actions.Acknowledge(at=timed(case, desk.state))).ok else REFUSED
    except NotChosenError:
        return not_chosen(case)
    finally:
        case.close()


def _ack_alert(case: Case) -> int:
    """Write an early acknowledgement into the team's journal; declaring takes it over."""
    from tui.incident import team
    from tui.incident.state import IncidentState

    at = timed(case)
    facts = case.surroundings().look(IncidentState(""), actions.Acknowledge(at=at), at or case.wall)
    if facts.suggested is None:
        raise NotChosenError
    alert = team.AcknowledgeAlert(at=at, metric=facts.suggested.metric, rule=facts.suggested.rule)
    return for_the_team(case, alert, facts)


def _moving(
    name: str, sentence: str, make: Callable[..., actions.Command], *, ended_too: bool = False
) -> click.Command:
    """Make a command that changes the status and may say why."""

    @click.command(name, help=sentence)
    @_sources
    @_why
    @click.pass_obj
    def moving(options: Options, sources: tuple[str, ...], why: str) -> int:
        return act(options, lambda case, state: make(at=timed(case, state), why=why), sources, ended_too=ended_too)

    return moving


mitigate = _moving("mitigate", _("Users no longer suffer, or suffer less; --why says by what."), actions.Mitigate)
resolve = _moving("resolve", _("All is normal: 15 live minutes of it in SOURCE, or a reason."), actions.Resolve)
reopen = _moving("reopen", _("It is not over; needs --why."), actions.Reopen, ended_too=True)
cancel = _moving("cancel", _("A false alarm; needs --why."), actions.Cancel)


@click.command(help=_("Close it through the gate. Pinned evidence is read again, also in SOURCE."))
@_sources
@_why
@_override
@click.pass_obj
def close(options: Options, sources: tuple[str, ...], why: str, *, override: bool) -> int:
    """Close the incident."""
    return act(options, lambda case, state: actions.Close(at=timed(case, state), why=why, override=override), sources)


@click.command(help=_("Raise the severity, or lower it with --why."))
@click.argument("severity", metavar="SEV")
@_why
@click.pass_obj
def severity(options: Options, severity: str, why: str) -> int:
    """Set the severity from now on, or from --at on."""
    return act(options, lambda case, state: actions.SetSeverity(at=timed(case, state), severity=severity, why=why))


@click.command(help=_("Take the formal rollback decision on the numbers of SOURCE."))
@click.argument("decision", type=click.Choice(["GO", "NO_GO"]))
@_sources
@_why
@_override
@click.pass_obj
def decide(options: Options, decision: Any, sources: tuple[str, ...], why: str, *, override: bool) -> int:  # noqa: ANN401 - one of the two
    """Decide GO or NO_GO."""
    return act(
        options,
        lambda case, state: actions.Decide(at=timed(case, state), decision=decision, why=why, override=override),
        sources,
    )


@click.command(help=_("Pin every record of SOURCE that bears REQUEST_ID."))
@click.argument("request_id", metavar="REQUEST_ID")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.pass_obj
def evidence(options: Options, request_id: str, sources: tuple[str, ...]) -> int:
    """Pin evidence."""
    return act(options, lambda case, state: actions.PinEvidence(at=timed(case, state), request_id=request_id), sources)


@click.command("merge-into", help=_("The same trouble as ID, which goes on; needs --why."))
@click.argument("into", metavar="ID")
@_why
@click.pass_obj
def merge_into(options: Options, into: str, why: str) -> int:
    """Merge the incident into another."""
    return act(options, lambda case, state: actions.MergeInto(at=timed(case, state), into=into, why=why))


@click.command(help=_("Take back the last entry; both stay on record."))
@click.pass_obj
def undo(options: Options) -> int:
    """Undo."""
    return act(options, lambda case, state: actions.Undo(at=timed(case, state)))
