"""`guardia compare`: every number in two periods, or before and after each deploy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tui.locale import _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tui.cli.options import Options
    from tui.cli.setup import Prepared
    from tui.incident.team import Deploy
    from tui.metrics.compare import Comparison, Period
    from tui.present.compare import Compared
    from tui.session.engine import Engine

AROUND = "30m"
"""How much of both sides of a deploy is compared unless told otherwise."""


@click.command(
    help=_(
        "Compare every metric of SOURCE in two periods, or before and after each deploy that is known: rates, "
        "quantiles, shares and what the events are made of."
    )
)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--a", "first", metavar="FROM,TO", help=_("The first period."))
@click.option("--b", "second", metavar="FROM,TO", help=_("The second period."))
@click.option("--deploys", is_flag=True, help=_("Before and after each deploy instead."))
@click.option("--around", metavar="TIME", default=AROUND, show_default=True, help=_("How much before and after."))
@click.pass_obj
def compare(
    options: Options, sources: tuple[str, ...], first: str | None, second: str | None, around: str, *, deploys: bool
) -> int:
    """Print the comparison; 0 ok, 2 usage, 3 a source could not be read."""
    from tui.cli.output import emit_json, say
    from tui.cli.period import read_span
    from tui.cli.setup import open_engine, prepare
    from tui.present.compare import Compared, compare_lines, compare_result

    if deploys == bool(first or second) or bool(first) != bool(second):
        raise click.UsageError(_("say both periods with --a and --b, or --deploys"))
    prepared = prepare(options)
    engine = open_engine(prepared, sources, mode="review")
    try:
        span = read_span(engine, None, options.at)
        if first and second:
            found = [Compared(_compared(engine, _period(engine, "--a", first), _period(engine, "--b", second)))]
        else:
            found = list(_around_deploys(engine, _known_deploys(prepared), span.as_of, around))
        if options.json:
            emit_json(compare_result(found, engine.loaded, engine.reader.statuses()))
        for line in () if options.json else compare_lines(found, engine.loaded):
            click.echo(line)
        if not found:
            say(_("no deploy is known inside the data: see guardia deploy list"))
        return 3 if engine.unreadable() else 0
    finally:
        engine.close()


def _compared(engine: Engine, a: Period, b: Period) -> Comparison:
    from tui.metrics.compare import compare as compare_periods

    return compare_periods(engine.runbook, engine.store, a, b)


def _period(engine: Engine, option: str, text: str) -> Period:
    """Read `FROM,TO`, both brought down to whole minutes."""
    from tui.cli.setup import moment
    from tui.metrics.compare import Period
    from tui.metrics.minutes import floor_minute

    begin, comma, end = text.partition(",")
    if not comma:
        raise click.BadParameter(_("write FROM,TO"), param_hint=f"'{option}'")
    start, over = (floor_minute(moment(each.strip(), engine, option)) for each in (begin, end))
    if start >= over:
        raise click.BadParameter(_("must last a minute at least"), param_hint=f"'{option}'")
    return Period(start, over)


def _known_deploys(prepared: Prepared) -> tuple[Deploy, ...]:
    from tui.cli.deploy import elsewhere
    from tui.session.act import TeamDesk
    from tui.session.deploys import completed

    settings = prepared.settings
    return completed(TeamDesk(settings.data_dir).refresh(), elsewhere(settings)).deploys


def _around_deploys(engine: Engine, deploys: tuple[Deploy, ...], end: datetime, around: str) -> Iterator[Compared]:
    """Compare what was before each deploy with what came after, as far as there is data on both sides."""
    from datetime import timedelta

    from tui.metrics.deployed import around as periods_around
    from tui.present.compare import Compared
    from tui.runbook.model import parse_duration

    try:
        length = parse_duration(around)
    except ValueError:
        length = None
    if not isinstance(length, timedelta) or length < timedelta(minutes=1):
        raise click.BadParameter(_("write a time such as 30m"), param_hint="'--around'")
    length = timedelta(minutes=length // timedelta(minutes=1))
    span = engine.store.span(end)
    for deploy in deploys:
        both = periods_around(deploy.at, (span[0], end), length) if span is not None else None
        if both is not None:
            yield Compared(_compared(engine, both.a, both.b), deploy)
