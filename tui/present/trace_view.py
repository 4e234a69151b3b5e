"""A trace on the screen: when, after what gap, what, a bar for how long, and how many other lines bear the id."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tui.keymap import key_name
from tui.locale import _, ngettext
from tui.present.feed import where
from tui.present.format import duration, number
from tui.present.spans import Line, Span, cut_middle, fit, foreign, gap, left, line_width, right, rule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tui.incident.state import IncidentState
    from tui.metrics.tracing import TraceRow
    from tui.present.situation import Situation
    from tui.session.bearing import Bearing

_TIME, _GAP, _TOOK = 14, 10, 10
_NAME, _SAID = 19, 26
_SOURCE_FROM, _SOURCE = 130, 18
_LEAST_BAR = 8
_ID = 40
_SECOND, _MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def trace_title(request_id: str, rows: tuple[TraceRow, ...], cells: int, *, pinned: bool = False) -> Line:
    """`─Trace req_v071… ──── 5 events · 02:21:12.155 → +412 ms ─`."""
    title: Line = (Span(f"{_('Trace')} ", "text"), Span(cut_middle(foreign(request_id), _ID), "strong"))
    if pinned:
        title = (*title, Span(f"  ✓ {_('pinned')}", "done"))
    count = ngettext("{count} event", "{count} events", len(rows)).format(count=len(rows))
    end: Line = (Span(count, "muted"), gap(1))
    if rows:
        first, last = rows[0].row.at, rows[-1].row.at
        end = (Span(f"{count} · {_clock(first)} → {gap_text(last - first)}", "muted"), gap(1))
    return rule(title, end, cells) if line_width(title) + line_width(end) < cells else fit(title, cells)


def all_pinned(request_id: str, rows: Sequence[TraceRow], state: IncidentState) -> bool:
    """Whether the id is evidence already, and with it each of these events: a log that grows may bring others."""
    pinned = [one.pin.record for one in state.evidence if one.request_id == request_id]
    known = {(record.at, record.metric) for record in pinned if record}
    return bool(pinned) and all((one.row.at, one.row.metric) in known for one in rows)


def trace_line(situation: Situation, rows: tuple[TraceRow, ...], index: int, cells: int) -> Line:
    """One event: `02:21:12.157   +2 ms Auth 5xx   500 auth/login INTERNAL_ERROR ····▬▬ 390 ms`."""
    one = rows[index]
    before = rows[index - 1].row.at if index else None
    passed = gap_text(one.row.at - before) if before is not None else ""
    bad = one.row.status is not None and one.row.status >= 500
    said = f"{one.row.status if one.row.status is not None else '–'} {where(situation, one.row)}"
    more = foreign(one.row.detail) if one.row.detail else ""
    start: Line = (
        Span(f" {_clock(one.row.at)} ", "muted"),
        Span(right(passed, _GAP) + " ", "text"),
        Span(left(situation.name(one.row.metric), _NAME) + " ", "text"),
        Span(left(f"{said} {more}".rstrip(), _SAID if cells < _SOURCE_FROM else _SAID + 20), _role(bad=bad)),
    )
    end: Line = (Span(right(_took(one.took), _TOOK), "text"),)
    if cells >= _SOURCE_FROM:
        end = (*end, Span("  " + left(foreign(one.source), _SOURCE), "muted"))
    room = cells - line_width(start) - line_width(end) - 2
    bar = _bar(rows, index, room) if room >= _LEAST_BAR else ()
    return fit((*start, gap(1), *bar, *end), cells)


def _role(*, bad: bool) -> str:
    return "strong" if bad else "text"


def _bar(rows: tuple[TraceRow, ...], index: int, cells: int) -> Line:
    """Where in the trace the event lies: it ends when it was written and began as much earlier as it took."""
    first = min(_begin(row) for row in rows)
    whole = max(row.row.at for row in rows) - first
    if whole <= timedelta():
        return (Span("▬", "text"), Span("·" * (cells - 1), "rule"))
    begin = min(cells - 1, int((_begin(rows[index]) - first) / whole * cells))
    end = max(begin + 1, min(cells, round((rows[index].row.at - first) / whole * cells)))
    return tuple(
        span
        for span in (
            Span("·" * begin, "rule"),
            Span("▬" * (end - begin), "text"),
            Span("·" * (cells - end), "rule"),
        )
        if span.text
    )


def _begin(row: TraceRow) -> datetime:
    return row.row.at - (row.took or timedelta())


def _took(took: timedelta | None) -> str:
    return "–" if took is None else f"{number(took / timedelta(milliseconds=1))} ms"


def gap_text(span: timedelta) -> str:
    """`+412 ms`, `+3.2 s`, `+04:12`."""
    if span < _SECOND:
        return f"+{span // timedelta(milliseconds=1)} ms"
    return f"+{span / _SECOND:.1f} s" if span < _MINUTE else f"+{duration(span)}"


def _clock(at: datetime) -> str:
    return f"{at:%H:%M:%S}.{at.microsecond // 1000:03d}"


def bearing_line(found: Bearing | None, cells: int) -> Line:
    """How many other lines bear the id; they are never shown."""
    if found is None:
        return fit((gap(2), Span(_("counting other lines…"), "muted")), cells)
    said = ngettext("{count} other line bears it", "{count} other lines bear it", found.others).format(
        count=number(found.others)
    )
    if not found.finished:
        said += " " + _("so far")
    parts: list[Span] = [gap(2), Span(said, "text")]
    if found.others or found.total:
        parts.append(
            Span(f"  {_('not shown: {key} copies the command that opens them').format(key=key_name('y'))}", "muted")
        )
    if found.unread:
        text = ngettext("{count} source cannot be read again", "{count} sources cannot be read again", found.unread)
        parts.append(Span(f"  {text.format(count=found.unread)}", "watch"))
    return fit(tuple(parts), cells)


def no_events(request_id: str, cells: int) -> Line:
    """Say that no event bears the id, which other lines still may."""
    return fit((gap(2), Span(_("no event bears {id}").format(id=foreign(request_id)), "muted")), cells)
