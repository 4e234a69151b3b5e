"""Who is behind a metric: one field by another with count, share, baseline and factor; and real cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.locale import _
from tui.present.detail import window_text
from tui.present.feed import where
from tui.present.format import clock, number, percent, short_route, times
from tui.present.spans import Line, Span, cut_middle, fit, foreign, gap, left, right, width

if TYPE_CHECKING:
    from tui.metrics.detail import Cross, CrossRow
    from tui.metrics.feed import EventRow
    from tui.present.situation import Situation

_COUNT, _SHARE, _BASE, _FACTOR = 8, 9, 7, 7
_NUMBERS = _COUNT + _SHARE + _BASE + _FACTOR
_LEAST_LABEL = 12
_LEAST_ID = 17


def cross_title(cross: Cross) -> str:
    """`reason × flow, last 5 min`."""
    fields = " × ".join(map(foreign, cross.fields))
    return _("{fields}, last {time}").format(fields=fields, time=window_text(cross.window))


def cross_lines(situation: Situation, cross: Cross, cells: int) -> tuple[Line, ...]:
    """Head, a row for each value with its pairs below it, and the total; empty fields stay out of the way."""
    rows = [_head(cross, cells)]
    rows += [_row(situation, row, cross.total.count, cells) for row in cross.rows]
    if not cross.rows:
        rows.append(fit((gap(1), Span(_("no events in the window"), "muted")), cells))
    rows.append(fit((gap(1), Span("─" * max(0, cells - 2), "rule")), cells))
    return (*rows, _row(situation, cross.total, cross.total.count, cells))


def _head(cross: Cross, cells: int) -> Line:
    label = left(f" {foreign(cross.fields[0])}", _label_cells(cells))
    names = ((_("count"), _COUNT), (_("share"), _SHARE), (_("base"), _BASE), ("×", _FACTOR))
    return fit((Span(label + "".join(right(name, size) for name, size in names[: _columns(cells)]), "muted"),), cells)


def _columns(cells: int) -> int:
    """How many of the numbers have room: the label goes first, then the count."""
    sizes = (_COUNT, _SHARE, _BASE, _FACTOR)
    return next((count for count in range(len(sizes), 0, -1) if cells - sum(sizes[:count]) >= _LEAST_LABEL), 1)


def _label_cells(cells: int) -> int:
    return max(0, cells - sum((_COUNT, _SHARE, _BASE, _FACTOR)[: _columns(cells)]) - 1)


def _row(situation: Situation, row: CrossRow, total: int, cells: int) -> Line:
    leading = len(row.values) != 2
    factor = _factor(row)
    numbers = (
        right(number(row.count), _COUNT),
        right(f"{percent(row.count / total)} %" if total else "–", _SHARE),
        right(number(row.base), _BASE),
        right(factor, _FACTOR),
    )[: _columns(cells)]
    role = "strong" if leading and row.values else "text"
    return fit(
        (
            Span(left(_label(situation, row), _label_cells(cells)), role if row.values else "muted"),
            Span(numbers[0], "strong" if leading else "text"),
            Span("".join(numbers[1:3]), "text" if leading else "muted"),
            Span("".join(numbers[3:]), "strong" if leading else "muted"),
        ),
        cells,
    )


def _label(situation: Situation, row: CrossRow) -> str:
    if not row.values:
        return f" {_('total')}"
    value = row.values[-1]
    said = "–" if value == "null" else short_route(foreign(value), situation.prefix)
    return f" {'  ' * (len(row.values) - 1)}{said}"


def _factor(row: CrossRow) -> str:
    """How many times what is normal; what never happened before is new."""
    if row.base is None or not row.count:
        return ""
    return times(row.count / row.base) if row.base > 0 else _("new")


def sample_line(situation: Situation, row: EventRow, cells: int) -> Line:
    """One real case: `02:21:12 401 AUTH_REQUIR… req_q81xk…twmwo1ahb`; the id is what one goes on with."""
    status = str(row.status) if row.status is not None else "–"
    start = f" {clock(row.at)} {right(status, 3)} "
    room = max(0, cells - width(start) - 1)
    ident = foreign(row.request_id) if row.request_id else "–"
    id_cells = min(width(ident), max(_LEAST_ID, room - _LEAST_LABEL - 1), room)
    said = foreign(row.detail) if row.detail else _amount_or_route(situation, row)
    text = left(said, max(0, room - id_cells - 1))
    return fit((Span(start, "muted"), Span(text, "text"), gap(1), Span(cut_middle(ident, id_cells), "muted")), cells)


def _amount_or_route(situation: Situation, row: EventRow) -> str:
    amount = f"{number(row.amount)} {row.unit}".rstrip() if row.amount is not None else ""
    return f"{amount} {where(situation, row)}".strip()
