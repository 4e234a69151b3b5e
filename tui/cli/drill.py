"""`guardia drill`: rehearsals, and the log of a synthetic backend with known answers."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import click

from tui.locale import _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tui.cli.options import Options
    from tui.drill.generate import Plan

START = "2026-03-02T01:30:00Z"
"""When a log begins unless told otherwise: always the same, so that the same seed gives the same bytes."""


_PLAYING = {
    "run": "tui.cli.drill_run",
    "score": "tui.cli.drill_score",
    "history": "tui.cli.drill_score",
    "record": "tui.cli.drill_score",
}
"""What is done with drills beside writing their logs, and where it is."""


class _Drills(click.Group):
    """Takes the name of a scenario where other groups take only that of a command."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from tui.drill.model import scenarios

        del ctx
        return [*_PLAYING, *scenarios()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        from tui.drill.model import scenarios

        del ctx
        if cmd_name in _PLAYING:
            command: click.Command = getattr(import_module(_PLAYING[cmd_name]), cmd_name)
            return command
        return _writing(cmd_name) if cmd_name in scenarios() else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if self.get_command(ctx, args[0]) is None:
            known = ", ".join(self.list_commands(ctx))
            raise click.UsageError(_("no such scenario; there are: {known}").format(known=known), ctx)
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Drills,
    help=_("Rehearse an incident and see how it went, or write the log of a SCENARIO with known answers."),
    subcommand_metavar="run|score|history|record|SCENARIO",
)
def drill() -> None:
    """Hold the scenarios."""


def _writing(scenario: str) -> click.Command:
    """Make the command that writes one scenario."""
    option, file = click.Option, click.Path(dir_okay=False, allow_dash=True)

    def callback(**said: Any) -> None:  # noqa: ANN401 - as click hands them over
        _write(click.get_current_context().obj, scenario, **said)

    return click.Command(
        scenario,
        callback=callback,
        help=_("Write the log of this scenario to FILE (gzip when it ends in .gz; - is standard output)."),
        short_help=_("Write the log of this scenario"),
        params=[
            option(["--out"], type=file, metavar="FILE", required=True, help=_("The log.")),
            option(["--answers"], type=file, metavar="FILE", help=_("What is true of it, as JSON.")),
            option(["--seed"], type=int, default=1, show_default=True, help=_("The same seed gives the same log.")),
            option(["--minutes"], type=click.IntRange(1, 10_080), default=75, show_default=True, help=_("Its length.")),
            option(["--start"], metavar="TIME", default=START, show_default=True, help=_("Its first minute.")),
            option(["--rate"], type=click.FloatRange(0.1, 1000), metavar="N", help=_("Requests a second (about 5).")),
            option(["--force"], is_flag=True, help=_("Overwrite files that are there.")),
        ],
    )


def _write(options: Options, scenario: str, **said: Any) -> None:  # noqa: ANN401 - as click hands them over
    from tui.cli.output import say
    from tui.drill.generate import Plan
    from tui.drill.write import write

    plan = Plan(scenario, said["seed"], _start(said["start"]), said["minutes"], per_second=said["rate"])
    for option in ("out", "answers"):
        _refuse_to_overwrite(said[option], f"--{option}", force=said["force"])
    if said["answers"]:
        lines = _write_both(options, plan, said["out"], said["answers"])
    else:
        with _opened(said["out"], "--out") as out:
            lines = write(plan, out)
    say(_("{lines} lines written").format(lines=lines))


def _write_both(options: Options, plan: Plan, log: str, answers_file: str) -> int:
    import orjson

    from tui.cli.setup import prepare
    from tui.drill.truth import Truth
    from tui.drill.write import answers, write

    truth = Truth(prepare(options).loaded.runbook)
    with _opened(log, "--out") as out:
        lines = write(plan, out, truth)
    with _opened(answers_file, "--answers") as out:
        out.write(orjson.dumps(answers(plan, truth), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return lines


def _refuse_to_overwrite(path: str | None, option: str, *, force: bool) -> None:
    if path is None or path == "-" or not Path(path).exists():
        return
    if not Path(path).is_file():
        raise click.BadParameter(_("this is no ordinary file"), param_hint=f"'{option}'")
    if not force:
        raise click.BadParameter(_("the file is there; --force overwrites it"), param_hint=f"'{option}'")


@contextmanager
def _opened(path: str, option: str) -> Iterator[BinaryIO]:
    """Open a file to be written, compressed when its name says so; it is there only once it is complete."""
    from tui.logs.source import errno_name

    if path == "-":
        yield sys.stdout.buffer
        return
    partial = Path(f"{path}.part")
    try:
        with partial.open("wb") as file, _packed(file, path) as out:
            yield out
        partial.replace(path)
    except OSError as error:
        message = _("cannot be written: {reason}").format(reason=errno_name(error))
        raise click.BadParameter(message, param_hint=f"'{option}'") from None
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def _packed(file: BinaryIO, path: str) -> Iterator[BinaryIO]:
    from gzip import GzipFile

    if not path.endswith(".gz"):
        yield file
        return
    # Neither name nor time in the header: the same log gives the same bytes.
    with GzipFile("", "wb", 9, file, mtime=0) as packed:
        yield cast("BinaryIO", packed)


def _start(text: str) -> datetime:
    from datetime import UTC, datetime

    from tui.metrics.minutes import floor_minute

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(_("not a time: write 2026-11-19T22:10:00Z"), param_hint="'--start'") from None
    return floor_minute(moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC))
