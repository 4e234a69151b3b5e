"""`guardia config`: the settings, and where each value came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tui.locale import _

if TYPE_CHECKING:
    from tui.cli.options import Options


@click.command(help=_("Print every setting with its value and where it came from: default, file, environment, flag."))
@click.pass_obj
def config(options: Options) -> None:
    """Print the settings as a table, or as JSON."""
    from tui.cli.output import emit_json
    from tui.cli.setup import load_settings

    loaded = load_settings(options)
    values = loaded.settings.model_dump(mode="json")
    if options.json:
        settings = {key: {"value": value, "origin": loaded.origins[key]} for key, value in values.items()}
        emit_json({"schema": 1, "file": str(loaded.file), "settings": settings})
        return
    state = "" if loaded.file.is_file() else "  " + _("(not there)")
    click.echo(f"{_('settings file')}  {loaded.file}{state}")
    for key, value in values.items():
        shown = _("not set") if value is None or value in ([], {}) else value
        click.echo(f"{key:<10}  {loaded.origins[key]:<12}  {shown}")
