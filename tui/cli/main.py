"""The command line: one group, whose commands are imported only when they are called."""

from __future__ import annotations

import io
import os
import sys
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

import click

from tui import __version__, locale
from tui.cli.options import Options, hoist, time_option
from tui.cli.toolkit import speak
from tui.locale import _

_COMMANDS = {
    "check": "tui.cli.check:check",
    "compare": "tui.cli.compare:compare",
    "config": "tui.cli.config:config",
    "demo": "tui.cli.screen:demo",
    "deploy": "tui.cli.deploy:deploy",
    "drill": "tui.cli.drill:drill",
    "env": "tui.cli.env:env",
    "incident": "tui.cli.incident:incident",
    "prune": "tui.cli.prune:prune",
    "report": "tui.cli.report:report",
    "review": "tui.cli.screen:review",
    "runbook": "tui.cli.runbook:runbook",
    "status": "tui.cli.status:status",
    "trace": "tui.cli.trace:trace",
    "watch": "tui.cli.screen:watch",
    "whatif": "tui.cli.whatif:whatif",
}

USAGE, UNREADABLE, CRASHED, INTERRUPTED = 2, 3, 70, 130
"""Exit codes of contracts §7; `check` says 3 where the others say 2, since its own 2 means the worst severity."""


def summaries() -> dict[str, str]:
    """One line a command, known without importing any of them."""
    return {
        "check": _("Numbers, alerts and a suggestion from logs, for scripts"),
        "compare": _("Every number in two periods, or before and after each deploy"),
        "config": _("The settings, and where each value came from"),
        "demo": _("A synthetic backend on screen, with an alert just firing"),
        "deploy": _("Mark a deploy or a rollback in the team's journal"),
        "drill": _("Rehearse an incident, score it; write logs with known answers"),
        "env": _("Which required names an environment file has, never a value"),
        "incident": _("Declare an incident, work on it, close it with evidence"),
        "prune": _("Delete what guardia keeps past its retention class"),
        "report": _("A review of some days: alerts, incidents, routes, gaps"),
        "review": _("Look at exported logs as they were at any minute"),
        "runbook": _("Show or validate the runbook"),
        "status": _("One line for a status bar: severity, incident, clocks, owner"),
        "trace": _("Every event of one requestId"),
        "watch": _("Follow logs live"),
        "whatif": _("Other thresholds over the same logs, before an incident asks for them"),
    }


class _Group(click.Group):
    """Knows its commands by name; imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module, _colon, attribute = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section(_("Commands")):
            formatter.write_dl(sorted(summaries().items()))


def _build(lang: str) -> click.Group:
    @click.group(
        cls=_Group,
        invoke_without_command=True,
        help=_("The incident commander's terminal. Without a command: your configured sources, else the demo."),
        epilog=_("The options above may stand before or after the command."),
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    @click.option("--id", "incident", metavar="ID", help=_("Which incident, when several are open."))
    @time_option("--at", help=_("A moment: RFC 3339, HH:MM in your zone, or -5m."))
    @click.option("--json", "as_json", is_flag=True, help=_("Print JSON on standard output."))
    @click.option("--as", "actor", metavar="NAME", help=_("Who acts."))
    @click.option("--read-only", is_flag=True, help=_("Refuse every action."))
    @click.option("--runbook", metavar="FILE", type=click.Path(path_type=Path), help=_("The team's runbook file."))
    @click.option("--lang", type=click.Choice(locale.LANGUAGES), help=_("Language of screens and runbook."))
    @click.option(
        "--data-dir", metavar="DIR", type=click.Path(path_type=Path), help=_("Where guardia keeps its files.")
    )
    @click.option("--no-color", is_flag=True, help=_("No colours (like NO_COLOR)."))
    @click.option("--ascii", "ascii_only", is_flag=True, help=_("Only characters that every terminal draws alike."))
    @click.version_option(
        __version__, prog_name="guardia", message="%(prog)s %(version)s", help=_("Print the version.")
    )
    @click.pass_context
    def group(ctx: click.Context, /, **said: Any) -> None:  # noqa: ANN401 - one type an option
        ctx.obj = Options(
            json=said["as_json"],
            at=said["at"],
            incident=said["incident"],
            actor=said["actor"],
            read_only=said["read_only"],
            runbook=said["runbook"],
            lang=lang,
            lang_flag=said["lang"],
            data_dir=said["data_dir"],
            color=not said["no_color"] and not os.environ.get("NO_COLOR"),
            ascii=said["ascii_only"],
        )
        if ctx.invoked_subcommand is None:
            from tui.cli.screen import bare

            bare(ctx.obj)

    return group


def run(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit with the code of contracts §7."""
    given = sys.argv[1:] if arguments is None else arguments
    hoisted = hoist(given)
    lang = language(hoisted)
    locale.use(lang)
    speak(lang)
    checking = _command(hoisted) == "check"
    try:
        code = _run(_build(lang), hoisted, UNREADABLE if checking else USAGE)
    except Exception as error:  # noqa: BLE001 - what Python prints by itself quotes messages, and they may hold data
        from tui.crash import crash_report

        click.echo(crash_report(type(error), error.__traceback__), err=True)
        code = UNREADABLE if checking else CRASHED
    sys.exit(code)


def _run(group: click.Group, arguments: list[str], usage_code: int) -> int:
    try:
        result = group.main(arguments, prog_name="guardia", standalone_mode=False)
    except click.UsageError as error:
        _show(error, arguments)
        return usage_code
    except click.ClickException as error:
        _show(error, arguments)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone; nothing more can be said to it, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return result if isinstance(result, int) else 0


def _show(error: click.ClickException, arguments: list[str]) -> None:
    """Say what is wrong with the call; what was typed is repeated as it would be stored, without secrets."""
    from tui.privacy import mask, visible

    rendered = io.StringIO()
    error.show(rendered)
    said = rendered.getvalue()
    typed = {part for word in arguments for part in (word, word.lstrip("-"), word.partition("=")[2])}
    for part in sorted(typed, key=len, reverse=True):
        if mask(part).kinds:
            masked = visible(mask(part).text)
            said = said.replace(part, masked).replace(repr(part)[1:-1], masked)
    click.echo(said, err=True, nl=False)


def _command(arguments: list[str]) -> str | None:
    return next((word for word in arguments if word in _COMMANDS), None)


def language(arguments: list[str]) -> str:
    """The language to speak, found cheaply: flag, environment, settings file, locale, else Spanish."""
    said = _value_of("--lang", arguments) or os.environ.get("GUARDIA_LANG") or _configured()
    if said in locale.LANGUAGES:
        return said
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        spoken = os.environ.get(variable, "")[:2]
        if spoken in locale.LANGUAGES:
            return spoken
    return "es"


def _value_of(option: str, arguments: list[str]) -> str | None:
    for here, following in pairwise([*arguments, ""]):
        name, equals, value = here.partition("=")
        if name == option:
            return value if equals else following
    return None


def _configured() -> str | None:
    root = os.environ.get("XDG_CONFIG_HOME") or str(Path("~/.config").expanduser())
    file = Path(root) / "guardia" / "config.toml"
    try:
        import tomllib

        with file.open("rb") as stream:
            said = tomllib.load(stream).get("lang")
    except (OSError, ValueError):
        return None
    return said if isinstance(said, str) else None
