"""The whole of some sources, read at once, and the times that were typed for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.locale import _

if TYPE_CHECKING:
    from datetime import datetime

    from tui.metrics.whatif import Span
    from tui.session.engine import Engine


def read_span(engine: Engine, since: str | None, until: str | None) -> Span:
    """Read everything; the span that is asked for, on whole minutes, up to the end of the data unless said."""
    from tui.cli.setup import moment, report_sources
    from tui.cli.span import in_order
    from tui.metrics.minutes import floor_minute
    from tui.metrics.whatif import Span

    engine.drain()
    report_sources(engine)
    end = data_end(engine)
    as_of = floor_minute(moment(until, engine, "--until")) if until else end
    start = floor_minute(moment(since, engine, "--since")) if since else None
    in_order(start, as_of)
    return Span(start, as_of)


def data_end(engine: Engine) -> datetime:
    """The end of what was read, rounded up to the minute; ends the call with code 3 when there is nothing."""
    from tui.cli.incident_report import UnreadableError

    end = engine.end()
    if end is None:
        raise UnreadableError(_("there is no event in what was read"))
    return end
