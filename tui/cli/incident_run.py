"""`guardia incident run`: one of the runbook's own commands, from a shell; the same code as behind the screen (§8)."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from tui.cli.incident_desk import NotChosenError, desk_of, open_case, perform, timed
from tui.cli.incident_report import OK, REFUSED, not_chosen, report
from tui.cli.output import say
from tui.locale import _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from types import FrameType

    from tui.cli.incident_desk import Case
    from tui.cli.options import Options
    from tui.session.act import Desk
    from tui.session.commands import CommandRun, Ended, Order

_INTERRUPTED = 130


@click.command(
    help=_(
        "Run a command of the runbook here and record what came of it. Its exact text, host and folder are shown "
        "first, and nothing runs without a yes. Ends with 0 when the command did."
    )
)
@click.argument("command_id", metavar="COMMAND_ID")
@click.option("--yes", is_flag=True, help=_("Do not ask: run it."))
@click.pass_obj
def run(options: Options, command_id: str, *, yes: bool) -> int:
    """Run a command of the runbook."""
    case = open_case(options)
    try:
        order = _order(case, command_id)
        desk = desk_of(case)
        at = timed(case, desk.state)
        if not (_allowed(case, desk, order, at) and _agreed(order, yes=yes)):
            return REFUSED
        return _run(case, desk, order, at)
    except NotChosenError:
        return not_chosen(case)
    finally:
        case.close()


def _order(case: Case, command_id: str) -> Order:
    """Resolve a command; a usage error that names those there are."""
    from tui.session import commands

    runbook, settings = case.prepared.loaded.runbook, case.prepared.settings
    try:
        return commands.order(runbook, command_id, commands.Place(settings.repo_dir, settings.smoke_host))
    except commands.UnknownCommandError:
        known = ", ".join(one.id for one in runbook.commands)
        said = _("the runbook has these commands: {names}").format(names=known)
        raise click.BadParameter(said, param_hint="COMMAND_ID") from None


def _allowed(case: Case, desk: Desk, order: Order, at: datetime | None) -> bool:
    """Whether it can run and could be recorded then; why not is said before anything happens."""
    from tui.incident.actions import RecordRun
    from tui.incident.commands import decide
    from tui.incident.ruling import Refusal
    from tui.present.asking import cannot_run
    from tui.session.act import Outcome

    record = RecordRun(at=at, command=order.command.id, exit_code=None, duration_ms=0)
    facts = case.surroundings().look(desk.state, record, at or case.wall)
    ruling = decide(desk.state, record, facts, case.wall, case.actor)
    if isinstance(ruling, Refusal):
        report(case, Outcome(desk.state, refusal=ruling))
        return False
    if order.missing:
        say(cannot_run(order.missing))
    return not order.missing


def _agreed(order: Order, *, yes: bool) -> bool:
    """Show exactly what would run, where, and against what; without `--yes` somebody at a terminal says so."""
    from tui.present.asking import order_facts
    from tui.present.spans import foreign

    for label, value in order_facts(order):
        say(f"{label}: {foreign(value)}")
    if yes:
        return True
    if not somebody_is_there():
        raise click.UsageError(_("nobody is there to be asked: --yes runs it"))
    return click.confirm(_("run it"), default=False, err=True)


def somebody_is_there() -> bool:
    """Whether keys come from a terminal."""
    return sys.stdin is not None and sys.stdin.isatty()


def _run(case: Case, desk: Desk, order: Order, at: datetime | None) -> int:
    from dataclasses import replace

    from tui.session.commands import CommandRun, recorded

    run = CommandRun(order)
    with _interruptible(run):
        ended = run.run(lambda line: click.echo(line, err=case.options.json))
    _tell(ended)
    failed = () if ended.exit_code == 0 else (order.command.id,)
    done = perform(case, desk, replace(recorded(order, ended), at=at), failed)
    if done.ok and failed:
        say(_("it did not succeed, and is recorded so"))
    if ended.outcome == "cancelled":
        return _INTERRUPTED
    return OK if done.ok and not failed else REFUSED


@contextmanager
def _interruptible(run: CommandRun) -> Iterator[None]:
    """Let ctrl+c end the command instead of guardia, which still has to write down what came of it."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        run.cancel()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _tell(ended: Ended) -> None:
    from tui.present.asking import ended_words

    if ended.dropped:
        say(_("{count} lines of output are not shown").format(count=ended.dropped))
    say(ended_words(ended))
