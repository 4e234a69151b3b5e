"""Who is behind a metric: one field by another with count, share, baseline and factor; and real cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.locale import _
from tui.present.detail import window_text
from tui.present.feed import where
from tui.present.format import clock, number, percent, short_route, times
from tui.present.spans import Line, Span, cut_middle, fit, foreign, gap, left, right, width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.metrics.detail import Cross, CrossRow
    from tui.metrics.feed import EventRow
    from tui.present.situation import Situation

_SIZES = (8, 9, 7, 7)
"""Cells of count, share, baseline and factor."""
_FIRST_TO_GO = (2, 1, 3)
_LEAST_LABEL, _MOST_LABEL = 12, 24
_LEAST_ID = 17
_LEAST_SAID = 6
"""Fewer cells say nothing: the id takes them."""


def cross_title(cross: Cross) -> str:
    """`reason × flow, last 5 min`."""
    fields = " × ".join(map(foreign, cross.fields))
    return _("{fields}, last {time}").format(fields=fields, time=window_text(cross.window))


def cross_lines(situation: Situation, cross: Cross, cells: int) -> tuple[Line, ...]:
    """Head, a row for each value with its pairs below it, and the total; empty fields stay out of the way."""
    longest = max((width(_label(situation, row)) for row in cross.rows), default=0)
    kept = _kept(cells, min(_MOST_LABEL, max(_LEAST_LABEL, longest + 1)))
    rows = [_head(cross, cells, kept)]
    rows += [_row(situation, row, cross.total.count, cells, kept) for row in cross.rows]
    if not cross.rows:
        rows.append(fit((gap(1), Span(_("no events in the window"), "muted")), cells))
    rows.append(fit((gap(1), Span("─" * max(0, cells - 2), "rule")), cells))
    return (*rows, _row(situation, cross.total, cross.total.count, cells, kept))


def _kept(cells: int, wanted: int) -> tuple[int, ...]:
    """The numbers that leave the label what it wants: the baseline goes first, then the share, the count never."""
    kept = [*range(len(_SIZES))]
    for goes in _FIRST_TO_GO:
        if _label_cells(cells, kept) >= wanted:
            break
        kept.remove(goes)
    return tuple(kept)


def _label_cells(cells: int, kept: Sequence[int]) -> int:
    return max(0, cells - sum(_SIZES[each] for each in kept) - 1)


def _head(cross: Cross, cells: int, kept: Sequence[int]) -> Line:
    label = left(f" {foreign(cross.fields[0])}", _label_cells(cells, kept))
    names = (_("count"), _("share"), _("base"), "×")
    return fit((Span(label + "".join(right(names[each], _SIZES[each]) for each in kept), "muted"),), cells)


def _row(situation: Situation, row: CrossRow, total: int, cells: int, kept: Sequence[int]) -> Line:
    leading = len(row.values) != 2
    share = f"{percent(row.count / total)} %" if total else "–"
    numbers = (number(row.count), share, number(row.base), _factor(row))
    roles = ("strong", "text", "text", "strong") if leading else ("text", "muted", "muted", "muted")
    name_role = "muted" if not row.values else "strong" if leading else "text"
    name = Span(left(_label(situation, row), _label_cells(cells, kept)), name_role)
    return fit((name, *(Span(right(numbers[each], _SIZES[each]), roles[each]) for each in kept)), cells)


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
    if room - id_cells - 1 < _LEAST_SAID:
        return fit((Span(start, "muted"), Span(cut_middle(ident, room), "muted")), cells)
    text = left(said, max(0, room - id_cells - 1))
    return fit((Span(start, "muted"), Span(text, "text"), gap(1), Span(cut_middle(ident, id_cells), "muted")), cells)


def _amount_or_route(situation: Situation, row: EventRow) -> str:
    amount = f"{number(row.amount)} {row.unit}".rstrip() if row.amount is not None else ""
    return f"{amount} {where(situation, row)}".strip()
