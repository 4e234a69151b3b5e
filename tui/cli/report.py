"""`guardia report`: the review of some days, from logs and journals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tui.cli.options import time_option
from tui.locale import _

if TYPE_CHECKING:
    from pathlib import Path

    from tui.cli.options import Options
    from tui.incident.state import IncidentState
    from tui.metrics.whatif import Span
    from tui.present.report import Report
    from tui.session.engine import Engine


@click.command(
    help=_(
        "Review some days of SOURCE together with the incidents that began in them: alerts, near misses, answers in "
        "time, routes, silent gaps, retention. Markdown, or JSON with --json."
    )
)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@time_option("--since", help=_("Where it begins; without it, where the data does."))
@time_option("--until", help=_("Where it ends; without it, where the data does."))
@click.pass_obj
def report(options: Options, sources: tuple[str, ...], since: str | None, until: str | None) -> int:
    """Print the report; 0 ok, 2 usage, 3 a source or the data folder could not be read."""
    from tui.cli.output import emit_json
    from tui.cli.period import read_span
    from tui.cli.setup import open_engine, prepare
    from tui.present.report import report_markdown, report_result

    prepared = prepare(options)
    engine = open_engine(prepared, sources, mode="review")
    try:
        span = read_span(engine, since, until or options.at)
        found = _reviewed(engine, span, _incidents(prepared.settings.data_dir))
        if options.json:
            emit_json(report_result(found, engine.loaded, engine.reader.statuses()))
        else:
            click.echo(report_markdown(found, engine.loaded, engine.reader.statuses()), nl=False)
        return 3 if engine.unreadable() else 0
    finally:
        engine.close()


def _incidents(data_dir: Path) -> tuple[IncidentState, ...]:
    from tui.cli.incident_report import unreadable
    from tui.session.act import incidents

    try:
        return incidents(data_dir)
    except OSError as error:
        raise unreadable(_("the data folder cannot be read ({errno})"), error) from None


def _reviewed(engine: Engine, span: Span, states: tuple[IncidentState, ...]) -> Report:
    from tui.incident.history import history
    from tui.metrics.minutes import floor_minute
    from tui.metrics.retention import past_retention
    from tui.metrics.review import overview
    from tui.metrics.whatif import Span, outcome
    from tui.present.report import Report
    from tui.session.clock import WallClock

    rules, store, now = engine.runbook, engine.store, WallClock().now()
    inside = store.span(span.as_of)
    since = span.since or floor_minute(inside[0] if inside else span.as_of)
    return Report(
        since=since,
        until=span.as_of,
        outcome=outcome(rules, store, Span(since, span.as_of)),
        overview=overview(rules, store, since, span.as_of),
        past_retention=past_retention(rules, store, span.as_of),
        incidents=history(states, rules, since, span.as_of),
        now=now,
        today=now.astimezone(engine.zone).date(),
    )
