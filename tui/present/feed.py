"""The feed: the newest guarded events, one a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.locale import _
from tui.present.format import clock, number, short_route
from tui.present.spans import Line, Span, cut, cut_middle, fit, foreign, gap, left, right

if TYPE_CHECKING:
    from tui.metrics.feed import EventRow
    from tui.present.situation import Situation

_TIME, _STATUS = 10, 4
_ID, _LONG_ID = 11, 24
_ROUTE, _DETAIL = 17, 10
_SERVER_ERROR, _CLIENT_ERROR = 500, 400
_NO_ID_BELOW = 50
_NAMES_FROM, _NAME = 72, 16
"""From so many cells on the metric is named too: one request may be an event of several."""


def feed_line(situation: Situation, row: EventRow, cells: int) -> Line:
    """`02:21:12 500 auth/bootstrap   INTERNAL_… req_v…1ag3z`."""
    name_cells = _NAME + 1 if cells >= _NAMES_FROM else 0
    room = cells - _TIME - _STATUS - 1 - name_cells
    long = room > _ROUTE + _DETAIL + 2 + _LONG_ID + 8
    id_cells = 0 if cells < _NO_ID_BELOW else (_LONG_ID if long else _ID)
    shared = room - (id_cells + 1 if id_cells else 0) - 1
    route_cells = max(_ROUTE, shared // 2) if shared > _ROUTE + _DETAIL else max(4, shared - _DETAIL)
    detail_cells = max(0, shared - route_cells)
    role = _role(row)
    quiet = role == "muted"
    ident = foreign(row.request_id) if row.request_id else "–"
    line: Line = (
        Span(f" {clock(row.at)} ", "muted"),
        Span(right(str(row.status) if row.status is not None else "–", _STATUS - 1) + " ", role),
        Span(left(situation.name(row.metric), name_cells - 1) + " " if name_cells else "", "muted"),
        Span(left(_where(situation, row, named=bool(name_cells)), route_cells) + " ", "muted" if quiet else "text"),
        Span(left(cut(_detail(row), detail_cells), detail_cells), "muted" if quiet else "text"),
    )
    if id_cells:
        line = (*line, gap(1), Span(left(cut_middle(ident, id_cells), id_cells), "muted"))
    return fit(line, cells)


def _where(situation: Situation, row: EventRow, *, named: bool) -> str:
    return "–" if named and row.route is None else where(situation, row)


def where(situation: Situation, row: EventRow) -> str:
    """Return the route of an event; the name of its metric where it has none."""
    if row.route is None:
        return situation.name(row.metric)
    return short_route(foreign(row.route), situation.prefix)


def _detail(row: EventRow) -> str:
    if row.detail:
        return foreign(row.detail)
    return f"{number(row.amount)} {row.unit}".rstrip() if row.amount is not None else ""


def _role(row: EventRow) -> str:
    if row.status is None or row.status < _CLIENT_ERROR:
        return "muted" if row.detail is None else "text"
    return "strong" if row.status >= _SERVER_ERROR else "text"


def empty(cells: int) -> Line:
    """Say what stands there before the first event."""
    return fit((gap(1), Span(_("no events yet"), "muted")), cells)
