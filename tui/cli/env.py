"""`guardia env check`: which required names an environment file has. Not one value of it is ever printed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.locale import _

if TYPE_CHECKING:
    from tui.cli.options import Options
    from tui.cli.setup import Prepared
    from tui.runbook.envcheck import Report
    from tui.runbook.procedures import Procedures, PushMode

_LARGEST = 1 << 20
"""Bytes of the largest file that is taken for an environment file."""


@click.group(help=_("Look at environment files."))
def env() -> None:
    """Hold the command below."""


@env.command(
    help=_(
        "Say which required names FILE (- for standard input) has, which are empty and which are missing; "
        "never a value. A file says nothing about production. Exit code 1 when something is missing."
    )
)
@click.argument("file", metavar="FILE")
@click.option("--mode", metavar="MODE", help=_("The push flag: true, false or undefined; without it, as in the file."))
@click.option("--environment", metavar="NAME", help=_("The mode the backend runs in; without it, the strictest."))
@click.pass_obj
def check(options: Options, file: str, mode: str | None, environment: str | None) -> int:
    """Print the report; 0 all there, 1 something is missing or empty, 2 usage, 3 the file cannot be read."""
    from tui.cli.output import emit_json, say
    from tui.cli.setup import prepare
    from tui.present.env_words import env_lines, env_result
    from tui.runbook.envcheck import check_file, strictest_environment

    prepared = prepare(options)
    runbook = prepared.loaded.runbook
    asked = _environment(environment, runbook) if environment else strictest_environment(runbook)
    push = _push(mode, runbook) if mode else None
    text = _text(file)
    if isinstance(text, OSError):
        from tui.logs.source import errno_name, shown_name

        say(f"{shown_name(file)}: " + _("cannot be read ({errno})").format(errno=errno_name(text)))
        return 3
    report = check_file(text, runbook, asked, push)
    if options.json:
        emit_json(env_result(report, file))
    else:
        for line in env_lines(report, file, runbook.push.variable):
            click.echo(line)
    _remember(options, prepared, report)
    return 1 if report.lacking else 0


def _text(file: str) -> str | OSError:
    """Read the file; what is no UTF-8 in it cannot be a name, so it does not matter."""
    try:
        if file == "-":
            data = sys.stdin.buffer.read(_LARGEST + 1)
        else:
            with Path(file).open("rb") as stream:
                data = stream.read(_LARGEST + 1)
    except OSError as error:
        return error
    except ValueError:  # a NUL in the name
        return FileNotFoundError()
    if len(data) > _LARGEST:
        raise click.UsageError(_("too large for an environment file"))
    return data.decode("utf-8", "replace")


def _environment(said: str, runbook: Procedures) -> str:
    known = [mode.id for mode in runbook.environment.modes]
    if said not in known:
        raise click.BadParameter(_("there are: {known}").format(known=", ".join(known)), param_hint="'--environment'")
    return said


def _push(said: str, runbook: Procedures) -> PushMode:
    from tui.runbook.envcheck import UNDEFINED, push_mode

    mode = push_mode(said, runbook)
    if mode is None:
        known = ", ".join(one.value or UNDEFINED for one in runbook.push.modes)
        raise click.BadParameter(_("there are: {known}").format(known=known), param_hint="'--mode'")
    return mode


def _remember(options: Options, prepared: Prepared, report: Report) -> None:
    """Keep what was found for the steps and gates that ask; a reader that may not write still gets its answer."""
    from tui.cli.output import say
    from tui.session.clock import WallClock
    from tui.session.environment import remember_check

    if options.read_only:
        return
    try:
        remember_check(prepared.settings.data_dir, report, WallClock().now())
    except OSError:
        say(_("checked, but the result could not be kept for the incident's steps"))
