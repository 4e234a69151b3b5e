"""The commands that open the full-screen app: `watch`, `review`, `demo`, and `guardia` alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tui.locale import _

if TYPE_CHECKING:
    from pathlib import Path

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
    _show(options, prepared, open_engine(prepared, sources, mode="live", stdin=piped, newest_first=True), sources)


@click.command(
    help=_(
        "Open exported logs at the end of their data, or at --at. SOURCE may also be an incident's bundle, and may be "
        "left out with --incident: then the logs that the incident was declared on are opened, else its bundle, ID.zip "
        "or a folder ID, here or in the folder exports of the data folder. In a bundle nothing can be recorded; logs "
        "named beside it take the place of its events."
    )
)
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--incident", metavar="ID", help=_("The incident to show."))
@click.pass_obj
def review(options: Options, sources: tuple[str, ...], incident: str | None) -> None:
    """Open the board on what has been."""
    from dataclasses import replace

    from tui.cli.replay import past
    from tui.cli.setup import prepare
    from tui.cli.terminal import need_terminal

    prepared = prepare(options)
    with past(replace(options, incident=incident or options.incident), prepared, sources) as found:
        piped = need_terminal(found.sources)
        _show(found.options, prepared, found.engine(prepared, piped), found.sources, found.data_dir)


@click.command(help=_("Open the board on a synthetic backend: an hour of history, and an alert just firing."))
@click.argument("scenario", required=False, metavar="[SCENARIO]")
@click.option("--seed", type=int, default=None, help=_("The same seed gives the same log."))
@click.pass_obj
def demo(options: Options, scenario: str | None, seed: int | None) -> None:
    """Open the board on a drill."""
    from tui.cli.setup import prepare
    from tui.cli.terminal import need_terminal

    need_terminal(())
    _rehearse(options, prepare(options), scenario, seed)


def bare(options: Options) -> None:
    """`guardia` alone: the sources of the open incidents, else the configured ones, else the demo."""
    from tui.cli.room import open_incidents, open_sources
    from tui.cli.setup import open_engine, prepare
    from tui.cli.terminal import need_terminal

    prepared = prepare(options)
    incidents = open_incidents(prepared)
    sources = open_sources(incidents) or prepared.settings.sources
    if incidents and not sources:  # a demo over it would look like it
        said = _("{id} is open and was declared without a log: name its log, as in guardia watch FILE")
        raise click.UsageError(said.format(id=incidents[0].id))
    piped = need_terminal(sources)
    if sources:
        _show(options, prepared, open_engine(prepared, sources, mode="live", stdin=piped, newest_first=True), sources)
    else:
        _rehearse(options, prepared, None, None)


def _rehearse(options: Options, prepared: Prepared, scenario: str | None, seed: int | None) -> None:
    """Show a drill; what is decided in it never touches the team's own journals."""
    from tui.cli.room import drill_folder
    from tui.cli.setup import drill_engine

    with drill_folder(options) as folder:
        _show(options, prepared, drill_engine(prepared, scenario, seed), data_dir=folder)


def _show(
    options: Options,
    prepared: Prepared,
    engine: Engine,
    sources: tuple[str, ...] = (),
    data_dir: Path | None = None,
) -> None:
    from tui.cli.room import open_room, show_room

    show_room(options, prepared, open_room(options, prepared, engine, sources, data_dir))
