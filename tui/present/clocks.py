"""A response clock in words, in big digits and as a bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.incident.slo import Clock, ClockKind, Level
from tui.locale import _
from tui.present.digits import big, drawn
from tui.present.format import coarse, duration
from tui.present.spans import Line, Span, fit, gap, line_width, row_role, width

if TYPE_CHECKING:
    from datetime import datetime

BLOCK_WIDTH, DOUBLE_WIDTH = 26, 46
"""Cells of a clock in big digits, and in those of double height."""
_BAR, _DOUBLE_BAR = 15, 28


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


def clock_block(clock: Clock, now: datetime, cells: int, *, bar: bool, double: bool = False) -> tuple[Line, ...]:
    """Name, three or five rows of digits and, with `bar`, what is left of how much; filled once it is over."""
    level = clock.level(now)
    role = level_role(level)
    over = level is Level.OVER and clock.finished is None
    of = f"{_('of')} {duration(clock.limit)}"
    if clock.finished is not None:
        blank: list[Line] = [()] * (2 if double else 1)
        rows: list[Line] = [*blank, _finished(clock, now), (), (), *blank[1:]]
    else:
        digits, exact = _digits(clock, now, cells - 1, double=double)
        title = (
            clock_name(clock)
            + (f" {_('OVER')}" if over else level_mark(level))
            + ("" if exact else f" {reading(clock, now)}")
        )
        rows = [(Span(title, "strong" if level is Level.CALM else role),), *((Span(row, role),) for row in digits)]
    if bar:
        size = _DOUBLE_BAR if double else _BAR
        rows.append((Span(of, role),) if over else (*clock_bar(clock, now, size), Span(f" {of}", "muted")))
    if over:
        return tuple(row_role(fit((gap(1), *row), cells), role) for row in rows)
    return tuple(fit((gap(1), *row), cells) for row in rows)


def _digits(clock: Clock, now: datetime, cells: int, *, double: bool) -> tuple[tuple[str, ...], bool]:
    """The reading in big digits, and whether all of it: where it does not fit, only its larger part."""
    exact = drawn(reading(clock, now), double=double)
    if max(map(width, exact)) <= cells:
        return exact, True
    sign = "+" if clock.level(now) is Level.OVER else ""
    return drawn(sign + coarse(clock.remaining(now)), double=double), False


def done_block(clock: Clock, now: datetime, *, double: bool = False) -> tuple[Line, ...]:
    """A finished clock, shrunk: its name, how long it took, of how much; five rows, or seven."""
    mark, role = ("✓", "done") if clock.level(now) is not Level.OVER else ("✗", "severe0")
    blank: tuple[Line, ...] = ((),) if double else ()
    rows: tuple[Line, ...] = (
        (Span(clock_name(clock), "muted"),),
        (),
        *blank,
        (Span(f"{mark} {duration(clock.elapsed(now))}", role),),
        (Span(f"{_('of')} {duration(clock.limit)}", "muted"),),
        (),
        *blank,
    )
    cells = max(map(line_width, rows)) + 1
    return tuple(fit((gap(1), *row), cells) for row in rows)


def block_width(clock: Clock, now: datetime) -> int:
    """Cells that the block of a clock needs without its bar."""
    drawn = big(reading(clock, now))
    return max(len(drawn[0]) if drawn else 0, line_width(clock_line(clock, now)[:1])) + 2
