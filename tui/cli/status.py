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
        "a snapshot that is not fresh says how old it is. With --format md or chat: a whole status update, from the "
        "journals and the SOURCE named, else from the logs that the open incident was declared on."
    )
)
@click.option("--format", "form", type=click.Choice(["text", "tmux", "json", "md", "chat"]), help=_("How to print it."))
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.pass_obj
def status(options: Options, form: str | None, sources: tuple[str, ...]) -> int:
    """Print the line, or a page; it is an answer, not a verdict, so the exit code is 0 but for what is unreadable."""
    if form in {"md", "chat"}:
        from tui.cli.status_page import status_page

        page, unreadable = status_page(options, sources)
        click.echo(page.markdown() if form == "md" else page.text(), nl=False)
        return 3 if unreadable else 0
    if sources:
        raise click.UsageError(_("SOURCE goes with --format md or chat: the one line reads no logs"))
    from tui.present.status_line import status_json, status_line, tmux_line
    from tui.session.clock import WallClock
    from tui.session.status import damaged_journals, read_snapshot

    now, data_dir = WallClock().now(), _data_dir(options)
    reading = read_snapshot(data_dir)
    damaged = damaged_journals(data_dir, reading)
    if form == "json" or (form is None and options.json):
        import json

        click.echo(json.dumps(status_json(reading, now, damaged=damaged), indent=2))
        return 0
    line = status_line(reading, now, plain=options.ascii, damaged=damaged)
    click.echo(tmux_line(line) if form == "tmux" else line)
    return 0


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
