"""The commands that open the full-screen app: `watch`, `review`, `demo`, and `guardia` alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tui.locale import _

if TYPE_CHECKING:
    from tui.cli.options import Options
    from tui.cli.setup import Prepared
    from tui.session.engine import Engine


@click.command(help=_("Follow SOURCE (a file, a glob, - or cmd:NAME) live."))
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.pass_obj
def watch(options: Options, sources: tuple[str, ...]) -> None:
    """Open the board on live sources."""
    from tui.cli.setup import open_engine, prepare
    from tui.cli.terminal import need_terminal

    piped = need_terminal(sources)
    prepared = prepare(options)
    _show(options, prepared, open_engine(prepared, sources, mode="live", stdin=piped))


@click.command(help=_("Open exported logs at the end of their data, or at --at."))
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.pass_obj
def review(options: Options, sources: tuple[str, ...]) -> None:
    """Open the board on what has been."""
    from tui.cli.setup import open_engine, prepare
    from tui.cli.terminal import need_terminal

    piped = need_terminal(sources)
    prepared = prepare(options)
    _show(options, prepared, open_engine(prepared, sources, mode="review", at=options.at, stdin=piped))


@click.command(help=_("Open the board on a synthetic backend: an hour of history, and an alert just firing."))
@click.argument("scenario", required=False, metavar="[SCENARIO]")
@click.option("--seed", type=int, default=None, help=_("The same seed gives the same log."))
@click.pass_obj
def demo(options: Options, scenario: str | None, seed: int | None) -> None:
    """Open the board on a drill."""
    from tui.cli.setup import drill_engine, prepare
    from tui.cli.terminal import need_terminal

    need_terminal(())
    prepared = prepare(options)
    _show(options, prepared, drill_engine(prepared, scenario, seed))


def bare(options: Options) -> None:
    """`guardia` alone: the configured sources, else the demo."""
    from tui.cli.setup import drill_engine, open_engine, prepare
    from tui.cli.terminal import need_terminal

    prepared = prepare(options)
    sources = prepared.settings.sources
    piped = need_terminal(sources)
    if sources:
        _show(options, prepared, open_engine(prepared, sources, mode="live", stdin=piped))
    else:
        _show(options, prepared, drill_engine(prepared, None, None))


def _show(options: Options, prepared: Prepared, engine: Engine) -> None:
    from tui.ui.app import run

    settings = prepared.settings
    run(engine, look=settings.theme, color=options.color, ascii_only=settings.ascii)
