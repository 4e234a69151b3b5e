"""Opening logs for a look at a span of time, of which as little is read as will do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tui.locale import _

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tui.session.engine import Engine


def in_order(start: datetime | None, end: datetime | None) -> None:
    """Refuse a span that ends before it begins, where both ends were said."""
    if start is not None and end is not None and start >= end:
        raise click.BadParameter(_("must be earlier than the end"), param_hint="'--since'")


def open_span(opened: Callable[[], Engine], since: str | None, until: str | None) -> Engine:
    """Open the sources with `opened`; files in the order of time are only read as far as (since, until] needs it."""
    from tui.cli.setup import read_moment
    from tui.metrics.minutes import floor_minute

    engine = opened()
    end = None if engine.live or not (since or until) else engine.peek_end()
    if end is None:
        return engine
    as_of = floor_minute(read_moment(until, end, engine.zone, "--at")) if until else end
    start = read_moment(since, end, engine.zone, "--since") if since else None
    in_order(start, as_of if until else None)
    is_part = engine.narrow(start, as_of if until else None)
    engine.drain()
    if not is_part or engine.began_in_time(as_of):
        return engine
    engine.close()
    return opened()
