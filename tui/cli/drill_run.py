"""`guardia drill run`: a hidden scenario on the live board, and its score when the board is left."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from tui.locale import _
from tui.privacy import visible

if TYPE_CHECKING:
    from tui.cli.options import Options
    from tui.cli.setup import Prepared


@click.command(
    help=_(
        "Open the board on a live backend where something goes wrong within a few minutes: what, a seed draws, or "
        "SCENARIO says. Declare and work on it as on a real one; the score comes when you leave."
    )
)
@click.argument("scenario", required=False, metavar="[SCENARIO]")
@click.option("--seed", type=int, default=None, help=_("The same seed draws the same scenario."))
@click.option("--all", "every", is_flag=True, help=_("All the runbook's scenarios, one after the other."))
@click.pass_obj
def run(options: Options, scenario: str | None, seed: int | None, *, every: bool) -> int:
    """Play; 0 always, since a drill is there to be failed."""
    from tui.cli.setup import prepare
    from tui.cli.terminal import need_terminal
    from tui.drill.model import scenarios
    from tui.session.clock import WallClock

    if scenario is not None and scenario not in scenarios():
        known = ", ".join(scenarios())
        raise click.BadParameter(_("no such scenario: there are {names}").format(names=known), param_hint="'SCENARIO'")
    need_terminal(())
    prepared = prepare(options)
    first = int(WallClock().now().timestamp()) if seed is None else seed
    played = [one.id for one in prepared.loaded.runbook.drills.scenarios] if every else [scenario]
    for number, name in enumerate(played):
        if number and not click.confirm(_("the next scenario?"), default=True, err=True):
            break
        _play(options, prepared, name, first + number)
    return 0


def _play(options: Options, prepared: Prepared, scenario: str | None, seed: int) -> None:
    """Show one drill, in journals of its own, and tell what it was and how it went."""
    from tui.cli.drill_score import score_of_run
    from tui.cli.incident_report import unreadable
    from tui.cli.output import say
    from tui.cli.room import open_room, show_room
    from tui.drill.hidden import hidden_plan
    from tui.drill.live import DrillSource
    from tui.drill.runs import keep
    from tui.drill.told import score_lines
    from tui.session.clock import WallClock
    from tui.session.engine import Engine
    from tui.session.reader import FixedSources

    clock, settings = WallClock(), prepared.settings
    opened = clock.now()
    plan = hidden_plan(prepared.loaded.runbook, seed, opened, scenario)
    try:
        played = keep(settings.data_dir, plan, opened)
    except OSError as error:
        raise unreadable(_("the data folder cannot be written ({errno})"), error) from None
    source = FixedSources(DrillSource(played.plan, clock.now))
    engine = Engine(prepared.loaded, source, clock=clock, mode="drill", zone=settings.tzinfo())
    show_room(options, prepared, open_room(options, prepared, engine, (), played.folder))
    found = score_of_run(played, prepared.loaded.runbook, clock.now())
    if found is None:
        say(_("nothing had fired when the drill was left: there is nothing to judge"))
    for line in score_lines(found, prepared.loaded.texts) if found else ():
        click.echo(line)
    say(_("the drill's journals: --data-dir {folder}").format(folder=visible(str(played.folder))))
    sys.stdout.flush()
