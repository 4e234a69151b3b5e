"""`guardia runbook`: what the team agreed, to read; whether a team's own file is right; the schema of such a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.locale import _

if TYPE_CHECKING:
    from tui.cli.options import Options


@click.group(help=_("Show the runbook, validate a team's own file, print the schema of such a file."))
def runbook() -> None:
    """Group the runbook's commands."""


@runbook.command(help=_("Print the runbook as Markdown, in the language of --lang."))
@click.option("--section", metavar="NAME", help=_("Only this section, such as triage or rollback."))
@click.pass_obj
def show(options: Options, section: str | None) -> None:
    """Print the document, or with --json its rules and texts."""
    from tui.cli.output import emit_json
    from tui.cli.setup import prepare
    from tui.present.runbook_markdown import markdown, sections

    if section is not None and section not in sections():
        hint = _("there are: {names}").format(names=", ".join(sections()))
        raise click.BadParameter(hint, param_hint="'--section'")
    loaded = prepare(options).loaded
    if options.json:
        head = {"schema": 1, "lang": loaded.lang, "sha256": loaded.sha256, "origin": loaded.origin}
        texts = {key: entry.model_dump(exclude_none=True) for key, entry in loaded.texts.items()}
        emit_json({**head, "runbook": loaded.runbook.model_dump(mode="json", by_alias=True), "texts": texts})
        return
    click.echo("\n".join(markdown(loaded, section)))


@runbook.command(help=_("Check FILE (else the runbook in use) and its text files; one line for each mistake."))
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.pass_obj
def validate(options: Options, file: Path | None) -> int:
    """Print `file: key: reason` for each mistake; 1 when there is any."""
    from tui.cli.output import emit_json
    from tui.cli.setup import load_settings
    from tui.logs.source import shown_name
    from tui.runbook.load import EMBEDDED
    from tui.runbook.load import validate as mistakes

    path = file or load_settings(options).settings.runbook
    problems = mistakes(path)
    if options.json:
        listed = [{"file": each.file, "key": each.key, "reason": each.reason} for each in problems]
        emit_json({"schema": 1, "ok": not problems, "problems": listed})
    else:
        for problem in problems:
            click.echo(str(problem))
        if not problems:
            click.echo(_("{file}: no mistakes").format(file=shown_name((path or EMBEDDED).name)))
    return int(bool(problems))


@runbook.command(help=_("Print the JSON schema of a runbook file."))
def schema() -> None:
    """Print the schema, for editors that check while one types."""
    from tui.cli.output import emit_json
    from tui.runbook.load import json_schema

    emit_json(json_schema())
