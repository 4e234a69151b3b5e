"""`guardia deploy`: what was deployed, and when, in the team's journal (contracts §3, §7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import click

from tui.locale import _

if TYPE_CHECKING:
    from tui.cli.incident_desk import Case
    from tui.cli.options import Options
    from tui.incident.team import Deploy
    from tui.session.act import TeamOutcome
    from tui.session.deploys import Elsewhere
    from tui.settings import Settings


@click.group(help=_("Deploys and rollbacks, as the team wrote them down."))
def deploy() -> None:
    """Hold the commands below."""


@deploy.command(help=_("Write down that TEXT was deployed or rolled back: now, or at the moment that --at says."))
@click.argument("text")
@click.option("--kind", type=click.Choice(["backend", "frontend"]), default="backend", help=_("What was deployed."))
@click.pass_obj
def mark(options: Options, text: str, kind: Literal["backend", "frontend"]) -> int:
    """Add a mark; 0 recorded, 1 refused or not saved."""
    from tui.cli.incident_desk import open_case, timed
    from tui.cli.incident_report import OK, REFUSED
    from tui.incident.facts import Facts
    from tui.incident.team import MarkDeploy
    from tui.session.act import TeamDesk

    case = open_case(options)
    facts = Facts(runbook=case.prepared.loaded.runbook, read_only=options.read_only)
    desk = TeamDesk(case.data_dir)
    command = MarkDeploy(at=timed(case), what=text, kind=kind)
    outcome = desk.perform(command, case.actor, case.wall, facts)
    desk.close()
    _report(case, outcome)
    return OK if outcome.ok else REFUSED


@deploy.command(
    "list", help=_("List the deploys known here, the newest first: marked by hand, from tags, from a file.")
)
@click.pass_obj
def list_all(options: Options) -> int:
    """Print every deploy that is known; 0 always."""
    from tui.cli.incident_desk import open_case
    from tui.cli.incident_report import OK
    from tui.cli.output import emit_json
    from tui.present.incident_text import both_zones
    from tui.session.deploys import completed

    case = open_case(options)
    deploys = completed(case.team, elsewhere(case.prepared.settings)).deploys[::-1]
    if options.json:
        emit_json({"schema": 1, "deploys": [_as_json(one) for one in deploys]})
        return OK
    for one in deploys:
        click.echo(f"{both_zones(one.at, case.zone)}  {one.kind}  {one.text}  ·  {one.by}")
    return OK


def elsewhere(settings: Settings) -> Elsewhere:
    """Return where else deploys, and who is on call, are written down, as the settings say."""
    from tui.session.deploys import Elsewhere

    return Elsewhere(
        file=settings.deploys_file,
        repo_dir=settings.repo_dir,
        tags=settings.deploy_tags,
        on_call=settings.on_call,
        backup=settings.on_call_backup,
    )


def _report(case: Case, outcome: TeamOutcome) -> None:
    """Say what became of it: the mark, or why there is none."""
    from tui.cli.output import emit_json, say
    from tui.present import incident_text as words
    from tui.present import refusals

    texts = case.prepared.loaded.texts
    missing: tuple[str, ...] = ()
    if outcome.refusal:
        missing = refusals.missing(outcome.refusal)
        for sentence in refusals.sentences(outcome.refusal, texts):
            say(sentence)
    if outcome.not_saved:
        missing = ("saved",)
        say(_("NOT SAVED ({error}): check disk and folder, then do it again").format(error=outcome.not_saved.error))
    if outcome.masked:
        say(words.masked_line(outcome.masked))
    if case.options.json:
        marked = [_as_json(one) for one in outcome.state.deploys]
        emit_json({"ok": outcome.ok, "incident": None, "state": {"deploys": marked}, "missing": list(missing)})
    elif outcome.ok:
        for line in words.recorded_lines(outcome.records, texts, case.zone):
            click.echo(line)


def _as_json(one: Deploy) -> dict[str, Any]:
    from tui.session.times import utc_text

    return {"at": utc_text(one.at), "kind": one.kind, "text": one.text, "by": one.by}
