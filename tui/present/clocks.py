"""A response clock in words, in big digits and as a bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.incident.slo import Clock, ClockKind, Level
from tui.locale import _
from tui.present.digits import big
from tui.present.format import duration
from tui.present.spans import Line, Span, fit, gap, line_width, row_role

if TYPE_CHECKING:
    from datetime import datetime

BLOCK_WIDTH = 26
_BAR = 15


def clock_name(clock: Clock) -> str:
    """Return what the clock waits for."""
    return {ClockKind.ACK: _("ACK"), ClockKind.MITIGATE: _("MITIGATE"), ClockKind.UPDATE: _("NEXT UPDATE")}[clock.kind]


def level_role(level: Level) -> str:
    """Role of a running clock."""
    return {Level.CALM: "strong", Level.AMBER: "watch", Level.RED: "severe0", Level.OVER: "fill-severe0"}[level]


def level_mark(level: Level) -> str:
    """`!` when half is gone, `!!` when little is left."""
    return {Level.AMBER: " !", Level.RED: " !!"}.get(level, "")


def reading(clock: Clock, now: datetime) -> str:
    """`22:49` left, or `+00:43` over."""
    over = clock.level(now) is Level.OVER
    return ("+" if over else "") + duration(clock.remaining(now))


def clock_line(clock: Clock, now: datetime, bar: int = 0) -> Line:
    """`ACK 02:46 ! ██████░░░░ of 05:00`, `MITIGATE +00:43 OVER`, `ACK ✓ 03:12`."""
    name = clock_name(clock)
    level = clock.level(now)
    if clock.finished is not None:
        return _finished(clock, now)
    if level is Level.OVER:
        return (Span(f" {name} {reading(clock, now)} {_('OVER')} ", level_role(level)),)
    role = level_role(level)
    line: Line = (
        Span(f"{name} ", "muted"),
        Span(reading(clock, now) + level_mark(level), "strong" if role == "strong" else role),
    )
    if bar:
        line = (*line, gap(1), *clock_bar(clock, now, bar), Span(f" {_('of')} {duration(clock.limit)}", "muted"))
    return line


def _finished(clock: Clock, now: datetime) -> Line:
    mark, role = ("✓", "done") if clock.level(now) is not Level.OVER else ("✗", "severe0")
    return (
        Span(f"{clock_name(clock)} ", "muted"),
        Span(f"{mark} {duration(clock.elapsed(now))}", role),
        Span(f" {_('of')} {duration(clock.limit)}", "muted"),
    )


def clock_bar(clock: Clock, now: datetime, cells: int) -> Line:
    """How much of the limit is left."""
    full = round(clock.fraction_left(now) * cells)
    level = clock.level(now)
    role = "bar" if level is Level.CALM else level_role(level)
    return tuple(span for span in (Span("█" * full, role), Span("░" * (cells - full), "bar-rest")) if span.text)


def clock_block(clock: Clock, now: datetime, cells: int, *, bar: bool) -> tuple[Line, ...]:
    """Name, three rows of digits and, with `bar`, what is left of how much; filled once it is over."""
    level = clock.level(now)
    role = level_role(level)
    over = level is Level.OVER and clock.finished is None
    title = clock_name(clock) + (f" {_('OVER')}" if over else level_mark(level))
    of = f"{_('of')} {duration(clock.limit)}"
    if clock.finished is not None:
        rows: list[Line] = [(), _finished(clock, now), (), ()]
    else:
        drawn = big(reading(clock, now)) or ("", reading(clock, now), "")
        rows = [(Span(title, "strong" if level is Level.CALM else role),), *((Span(row, role),) for row in drawn)]
    if bar:
        rows.append((Span(of, role),) if over else (*clock_bar(clock, now, _BAR), Span(f" {of}", "muted")))
    if over:
        return tuple(row_role(fit((gap(1), *row), cells), role) for row in rows)
    return tuple(fit((gap(1), *row), cells) for row in rows)


def done_block(clock: Clock, now: datetime) -> tuple[Line, ...]:
    """A finished clock, shrunk: its name, how long it took, of how much."""
    mark, role = ("✓", "done") if clock.level(now) is not Level.OVER else ("✗", "severe0")
    rows: tuple[Line, ...] = (
        (Span(clock_name(clock), "muted"),),
        (),
        (Span(f"{mark} {duration(clock.elapsed(now))}", role),),
        (Span(f"{_('of')} {duration(clock.limit)}", "muted"),),
        (),
    )
    cells = max(map(line_width, rows)) + 1
    return tuple(fit((gap(1), *row), cells) for row in rows)


def block_width(clock: Clock, now: datetime) -> int:
    """Cells that the block of a clock needs without its bar."""
    drawn = big(reading(clock, now))
    return max(len(drawn[0]) if drawn else 0, line_width(clock_line(clock, now)[:1])) + 2
