"""`guardia trace`: every event that bears one requestId, over all sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tui.locale import _

if TYPE_CHECKING:
    from tui.cli.options import Options


@click.command(help=_("Print every event that bears REQUEST_ID, in time order, from all the given sources."))
@click.argument("request_id", metavar="REQUEST_ID")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.pass_obj
def trace(options: Options, request_id: str, sources: tuple[str, ...]) -> int:
    """Print the trace; 0 found, 1 no event bears the id, 3 a source could not be read."""
    from tui.cli.output import emit_json, say
    from tui.cli.setup import open_engine, prepare, report_sources
    from tui.logs.guard import is_usable_id
    from tui.present.trace import trace_lines, trace_result

    if not is_usable_id(request_id):
        raise click.BadParameter(
            _("not a usable requestId (6 to 64 letters, digits and _ . : -)"), param_hint="'REQUEST_ID'"
        )
    engine = open_engine(prepare(options), sources, mode="review")
    try:
        engine.drain()
        report_sources(engine)
        result = trace_result(request_id, engine.store.trace(request_id), engine.place_names())
        if options.json:
            emit_json(result)
        for line in () if options.json else trace_lines(result, engine.loaded):
            click.echo(line)
        if engine.unreadable():
            return 3
        if not result["events"]:
            say(_("no event bears {id} in these sources").format(id=request_id))
        return 0 if result["events"] else 1
    finally:
        engine.close()
