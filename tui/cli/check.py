"""`guardia check`: the numbers, alerts and suggestion of logs, for scripts and CI."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from tui.cli.options import time_option
from tui.locale import _

if TYPE_CHECKING:
    from datetime import datetime

    from tui.cli.options import Options
    from tui.metrics.board import Board
    from tui.session.engine import Engine


@click.command(
    help=_(
        "Count what is in SOURCE (a file, a glob, - or cmd:NAME), evaluate every rule, and say what is firing. "
        "Exit code: 0 nothing, 1 firing, 2 firing at the worst severity, 3 unknown."
    )
)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@time_option("--since", help=_("Count only what comes after; rules still warm up before it."))
@time_option("--until", help=_("Ignore what comes after (like --at)."))
@click.option("--follow", is_flag=True, help=_("Stay: one JSON object a line at each evaluation."))
@click.pass_obj
def check(options: Options, sources: tuple[str, ...], since: str | None, until: str | None, *, follow: bool) -> int:
    """Print the result and answer with the exit code of contracts §7."""
    from tui.cli.setup import open_engine, prepare
    from tui.cli.span import open_span

    prepared = prepare(options)
    opened = partial(open_engine, prepared, sources, mode="live" if follow else "review")
    engine = open_span(opened, since, until or options.at)
    try:
        return _follow(engine, since) if follow else _once(engine, options, since, until or options.at)
    finally:
        engine.close()


def _once(engine: Engine, options: Options, since: str | None, until: str | None) -> int:
    from tui.cli.output import emit_json
    from tui.cli.setup import moment, report_retention, report_sources
    from tui.cli.span import in_order
    from tui.metrics.minutes import floor_minute
    from tui.present.check import exit_code
    from tui.present.check_text import check_lines
    from tui.session.clock import WallClock

    engine.drain()
    report_sources(engine)
    as_of = floor_minute(moment(until, engine, "--at") if until else engine.end() or WallClock().now())
    report_retention(engine, as_of)
    start = moment(since, engine, "--since") if since else None
    in_order(start, as_of if until else None)
    board, result = _evaluate(engine, start, as_of)
    if options.json:
        emit_json(result)
    else:
        for line in check_lines(result, board, engine.loaded):
            click.echo(line)
    return exit_code(board, engine.loaded.runbook)


def _evaluate(engine: Engine, since: datetime | None, as_of: datetime) -> tuple[Board, dict[str, Any]]:
    from tui.metrics.totals import totals
    from tui.present.check import check_result, within

    board = within(engine.board(as_of), since)
    counted = totals(engine.loaded.runbook, engine.store, since, as_of)
    return board, check_result(board, counted, engine.loaded)


def _follow(engine: Engine, since: str | None) -> int:
    """One object a line each whole minute, until interrupted or until every source has ended."""
    import time

    from tui.cli.output import emit_json
    from tui.cli.setup import moment
    from tui.metrics.minutes import floor_minute
    from tui.present.check import exit_code

    engine.drain()
    start = moment(since, engine, "--since") if since else None
    evaluated: datetime | None = None
    code = 0
    while True:
        now = engine.now()
        if floor_minute(now) != evaluated:
            evaluated = floor_minute(now)
            board, result = _evaluate(engine, start, now)
            code = exit_code(board, engine.loaded.runbook)
            emit_json(result, indent=False)
        if engine.ended():
            return code
        if not engine.read():
            time.sleep(0.2)
