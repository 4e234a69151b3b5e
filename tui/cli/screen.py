"""The commands that open the full-screen app: `watch`, `review`, `demo`, and `guardia` alone."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from tui.locale import _

if TYPE_CHECKING:
    from tui.cli.options import Options
    from tui.session.engine import Engine


@click.command(help=_("Follow SOURCE (a file, a glob, - or cmd:NAME) live."))
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.pass_obj
def watch(options: Options, sources: tuple[str, ...]) -> None:
    """Open the board on live sources."""
    from tui.cli.setup import open_engine, prepare

    prepared = prepare(options)
    _show(options, open_engine(prepared, sources, mode="live"))


@click.command(help=_("Open exported logs at the end of their data, or at --at."))
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.pass_obj
def review(options: Options, sources: tuple[str, ...]) -> None:
    """Open the board on what has been."""
    from tui.cli.setup import open_engine, prepare

    _show(options, open_engine(prepare(options), sources, mode="review", at=options.at))


@click.command(help=_("Open the board on a synthetic backend: an hour of history, and an alert just firing."))
@click.argument("scenario", required=False, metavar="[SCENARIO]")
@click.option("--seed", type=int, default=None, help=_("The same seed gives the same log."))
@click.pass_obj
def demo(options: Options, scenario: str | None, seed: int | None) -> None:
    """Open the board on a drill."""
    from tui.cli.setup import drill_engine, prepare

    _show(options, drill_engine(prepare(options), scenario, seed))


def bare(options: Options) -> None:
    """`guardia` alone: the configured sources, else the demo."""
    from tui.cli.setup import drill_engine, open_engine, prepare

    prepared = prepare(options)
    if prepared.settings.sources:
        _show(options, open_engine(prepared, prepared.settings.sources, mode="live"))
    else:
        _show(options, drill_engine(prepared, None, None))


def _show(options: Options, engine: Engine) -> None:
    if not (sys.stdout.isatty() and sys.stdin.isatty()):
        engine.close()
        raise click.UsageError(_("the board needs a terminal; without one, use guardia check or guardia trace"))
    from tui.ui.app import run

    run(engine, color=options.color, ascii_only=options.ascii)
