"""`guardia status`: one line for a status bar, from a small file; nothing heavy is imported here."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.locale import _

if TYPE_CHECKING:
    from tui.cli.options import Options


@click.command(
    help=_(
        "Print severity, incident, running clocks and owner in one line, from what guardia last wrote down; "
        "a snapshot that is not fresh says how old it is."
    )
)
@click.option("--format", "form", type=click.Choice(["text", "tmux", "json"]), help=_("How to print it."))
@click.pass_obj
def status(options: Options, form: str | None) -> None:
    """Print the line; it is an answer, not a verdict, so the exit code is 0."""
    from tui.present.status_line import status_json, status_line, tmux_line
    from tui.session.clock import WallClock
    from tui.session.status import read_snapshot

    now = WallClock().now()
    reading = read_snapshot(_data_dir(options))
    if form == "json" or (form is None and options.json):
        import json

        click.echo(json.dumps(status_json(reading, now), indent=2))
        return
    line = status_line(reading, now, plain=options.ascii)
    click.echo(tmux_line(line) if form == "tmux" else line)


def _data_dir(options: Options) -> Path:
    """Find the data folder as the settings do, without their cost: flag, environment, settings file, default."""
    if options.data_dir is not None:
        return options.data_dir
    said = os.environ.get("GUARDIA_DATA_DIR") or _configured()
    if said:
        return Path(said)
    import platformdirs

    return platformdirs.user_data_path("guardia")


def _configured() -> str | None:
    import tomllib

    import platformdirs

    try:
        with (platformdirs.user_config_path("guardia") / "config.toml").open("rb") as stream:
            said = tomllib.load(stream).get("data_dir")
    except (OSError, ValueError):
        return None
    return said if isinstance(said, str) else None
