"""`guardia drill score|history|record`: how drills were played, judged by the journal and the hidden truth."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui.cli.output import emit_json, say
from tui.locale import _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tui.cli.options import Options
    from tui.cli.setup import Prepared
    from tui.drill.hidden import Hidden
    from tui.drill.runs import Run
    from tui.drill.score import Score
    from tui.drill.told import Played
    from tui.runbook.procedures import Procedures
    from tui.session.act import Desk

OK, REFUSED, UNREADABLE = 0, 1, 3


@click.command(
    help=_(
        "Judge a drill: the last one, or the incident of --id. The truth is that of the drill that was run; for an "
        "incident declared on a drill's log it is in the file that --answers wrote."
    )
)
@click.option("--answers", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help=_("What is true."))
@click.pass_obj
def score(options: Options, answers: Path | None) -> int:
    """Print the score; 0 judged, 1 nothing to judge, 2 usage, 3 the answers cannot be read."""
    from tui.cli.setup import prepare
    from tui.drill.told import score_lines, score_result

    prepared = prepare(options)
    found = _judged(options, prepared, answers)
    if found is None:
        return REFUSED
    if options.json:
        emit_json(score_result(found[0]))
    for line in () if options.json else score_lines(found[0], prepared.loaded.texts):
        click.echo(line)
    return OK


@click.command(help=_("Every drill that was run here, with its score, and which scenario is due."))
@click.option("--last", type=click.IntRange(min=1), default=12, show_default=True, help=_("How many, the newest."))
@click.pass_obj
def history(options: Options, last: int) -> int:
    """Print the history; 0 always."""
    from tui.cli.setup import prepare
    from tui.drill.told import history_lines, history_result

    prepared = prepare(options)
    runbook = prepared.loaded.runbook
    drills = list(_played(prepared.settings.data_dir, runbook, last))
    if options.json:
        emit_json(history_result(drills, runbook))
    for line in () if options.json else history_lines(drills, runbook, prepared.loaded.texts):
        click.echo(line)
    return OK


@click.command(
    help=_(
        "The team's record of a drill, as Markdown: the last one, the incident of --id, or with --each one for every "
        "scenario of the runbook, the last time that it was answered."
    )
)
@click.option("--answers", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help=_("What is true."))
@click.option("--each", is_flag=True, help=_("One record for each scenario."))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="PATH", help=_("A file to write."))
@click.option("--force", is_flag=True, help=_("Replace what is there."))
@click.pass_obj
def record(options: Options, answers: Path | None, out: Path | None, *, each: bool, force: bool) -> int:
    """Write the record; 0 written, 1 nothing to write, 2 usage, 3 the answers cannot be read."""
    from tui.cli.setup import prepare
    from tui.drill.told import drill_record

    if each and (answers or options.incident):
        raise click.UsageError(_("--each takes the last drill of each scenario: neither --answers nor --id"))
    prepared = prepare(options)
    loaded = prepared.loaded
    judged = _last_of_each(prepared) if each else [_judged(options, prepared, answers)]
    found = [(score, desk.state) for score, desk in filter(None, judged) if desk]
    if not found:
        say(_("nobody declared an incident: there is nothing to record"))
        return REFUSED
    text = "\n".join(drill_record(score, state, loaded.runbook, loaded.texts) for score, state in found)
    if out is None:
        sys.stdout.write(text)
        return OK
    return _written(out, text, force=force)


def _last_of_each(prepared: Prepared) -> list[tuple[Score, Desk | None] | None]:
    """The newest drill of each scenario in which anybody declared anything; what was never answered is said."""
    from tui.drill.runs import kept
    from tui.session.clock import WallClock

    runbook, now = prepared.loaded.runbook, WallClock().now()
    newest: dict[str, tuple[Score, Desk | None]] = {}
    for run in kept(prepared.settings.data_dir):
        desk = _first_desk(run)
        if desk and (found := _judged_run(run, desk, runbook, now)):
            newest[run.plan.scenario] = found, desk
    for scenario in runbook.drills.scenarios:
        if scenario.id not in newest:
            say(f"{prepared.loaded.texts.short(f'scenario.{scenario.id}')}: " + _("never played"))
    return [newest.get(scenario.id) for scenario in runbook.drills.scenarios]


def _written(out: Path, text: str, *, force: bool) -> int:
    from tui.cli.incident_report import unreadable
    from tui.session.export import write_file

    try:
        write_file(out, text.encode(), force=force)
    except FileExistsError:
        say(_("the file is there; --force overwrites it"))
        return REFUSED
    except OSError as error:
        raise unreadable(_("cannot be written ({errno})"), error) from None
    return OK


def score_of_run(run: Run, runbook: Procedures, now: datetime) -> Score | None:
    """The score of a run by the first incident declared in it; None when nothing had fired by then."""
    return _judged_run(run, _first_desk(run), runbook, now)


def _judged(options: Options, prepared: Prepared, answers: Path | None) -> tuple[Score, Desk | None] | None:
    """The score that is asked for, with the journal it is of; None, and why, when there is none."""
    from tui.drill.runs import kept
    from tui.session.clock import WallClock

    runbook, runs = prepared.loaded.runbook, kept(prepared.settings.data_dir)
    run, desk = _chosen(options.incident, runs, prepared.settings.data_dir)
    if answers is not None:
        found = _judged_by(answers, desk, runbook)
    elif run is None:
        say(_("no drill was run here: see guardia drill run, or give the answers of its log with --answers"))
        return None
    else:
        found = _judged_run(run, desk, runbook, WallClock().now())
    if found is None:
        say(_("there is nothing to judge: no incident, or nothing had fired"))
        return None
    return found, desk


def _judged_run(run: Run, desk: Desk | None, runbook: Procedures, now: datetime) -> Score | None:
    from tui.drill.hidden import hidden_of
    from tui.drill.score import score as judge

    records = desk.contents.records if desk else ()
    waited = min(now, run.opened + runbook.drills.first_response)
    last = max((each.entry.effective for each in records), default=waited)
    hidden = hidden_of(run.plan, runbook, max(last, waited))
    return judge(desk.id if desk else "", records, runbook, hidden) if hidden else None


def _judged_by(answers: Path, desk: Desk | None, runbook: Procedures) -> Score | None:
    from tui.drill.score import score as judge

    hidden = _hidden_in(answers, runbook)
    return judge(desk.id, desk.contents.records, runbook, hidden) if hidden and desk else None


def _played(data_dir: Path, runbook: Procedures, last: int) -> Iterator[Played]:
    from tui.drill.runs import kept
    from tui.drill.told import Played
    from tui.session.clock import WallClock

    now = WallClock().now()
    for run in kept(data_dir)[-last:]:
        desk = _first_desk(run)
        found = _judged_run(run, desk, runbook, now)
        yield Played(run.opened, run.plan.scenario, desk.state if desk else None, found)


# --- journals -------------------------------------------------------------------------------------------------------


def _desks(folder: Path) -> Iterator[Desk]:
    """Every journal of a data folder that has any entry."""
    from tui.incident.journal import incident_ids
    from tui.session.act import Desk

    names: tuple[str, ...] = ()
    with suppress(OSError):
        names = incident_ids(folder)
    for name in names:
        desk = Desk(folder, name)
        if desk.refresh().exists:
            yield desk


def _first_desk(run: Run) -> Desk | None:
    """The journal that was begun first in a run; None when nobody declared anything."""
    return min(_desks(run.folder), key=lambda desk: desk.contents.records[0].recorded, default=None)


def _chosen(incident: str | None, runs: tuple[Run, ...], data_dir: Path) -> tuple[Run | None, Desk | None]:
    """The run and the journal that are meant: those of an id; else the last run, else the only incident there is."""
    if incident is None and runs:
        return runs[-1], _first_desk(runs[-1])
    if incident is None:
        own = list(_desks(data_dir))
        return None, own[0] if len(own) == 1 else None
    for run, folder in (*((run, run.folder) for run in runs), (None, data_dir)):
        if desk := next((desk for desk in _desks(folder) if desk.id == incident), None):
            return run, desk
    raise click.BadParameter(_("there is no such incident"), param_hint="'--id'")


def _hidden_in(answers: Path, runbook: Procedures) -> Hidden | None:
    """The truth as `drill SCENARIO --answers` wrote it."""
    import orjson

    from tui.cli.incident_report import UnreadableError
    from tui.drill.hidden import hidden_from

    try:
        said: dict[str, Any] = orjson.loads(answers.read_bytes())
        return hidden_from(str(said["drill"]["scenario"]), said["alerts"], runbook)
    except (OSError, ValueError, KeyError, TypeError):
        raise UnreadableError(_("the answers cannot be read: write them with --answers")) from None
