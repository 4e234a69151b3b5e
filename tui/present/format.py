"""Numbers, times and names as people read them: two-part times are durations, three-part ones the clock.

A span that was measured is a `duration`; one that somebody set, a window or a limit in a sentence, a `length`. Where
two or three cells must do there are `age` and `window`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.locale import _, ngettext

if TYPE_CHECKING:
    from datetime import datetime, timedelta, tzinfo

_HOUR = 3600
_DAY = 24 * _HOUR
_BIG = 100.0
_HUGE = 1e7


def duration(span: timedelta) -> str:
    """`04:12`, from an hour `1h04m`, from a day `2d21h`; seconds are floored, a negative span shows its size."""
    seconds = int(abs(span.total_seconds()))
    if seconds < _HOUR:
        return f"{seconds // 60:02d}:{seconds % 60:02d}"
    if seconds < _DAY:
        return f"{seconds // _HOUR}h{seconds % _HOUR // 60:02d}m"
    return f"{seconds // _DAY}d{seconds % _DAY // _HOUR:02d}h"


def length(span: timedelta) -> str:
    """A span as somebody set it: `90 s`, `5 min`, `2 h`, `14 days`."""
    seconds = span.total_seconds()
    if seconds >= _DAY and seconds % _DAY == 0:
        days = int(seconds // _DAY)
        return ngettext("{count} day", "{count} days", days).format(count=days)
    if seconds >= 2 * _HOUR and seconds % _HOUR == 0:
        return f"{seconds / _HOUR:.0f} h"
    return f"{seconds / 60:.0f} min" if seconds >= 60 and seconds % 60 == 0 else f"{seconds:g} s"


def coarse(span: timedelta) -> str:
    """The same in one number, where there is no room for two: `12h`, `3d`; below an hour as `duration`."""
    seconds = int(abs(span.total_seconds()))
    if seconds < _HOUR:
        return duration(span)
    return f"{seconds // _HOUR}h" if seconds < _DAY else f"{seconds // _DAY}d"


def elapsed(start: datetime, end: datetime) -> str:
    """Time from one moment to another, nothing when the other comes first."""
    return duration(end - start) if end > start else "00:00"


def age(span: timedelta) -> str:
    """How old data is, as short as can be: `2s`, `14m`, `3h`, `2d`."""
    seconds = max(0, int(span.total_seconds()))
    for size, unit in ((_DAY, "d"), (_HOUR, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def window(seconds: int) -> str:
    """`5m`, `90s`: the length of a measure's window."""
    return f"{seconds // 60}m" if seconds % 60 == 0 else f"{seconds}s"


def number(value: float | None, *, thin: bool = True) -> str:
    """Whole numbers in full, others with one decimal below a hundred; a space for thousands when `thin`."""
    if value is None:
        return "–"
    if abs(value) >= _HUGE:
        return f"{value:.2g}"
    text = f"{value:,.0f}" if abs(value) >= _BIG or value == int(value) else f"{value:.1f}"
    return text.replace(",", " " if thin else "")


def percent(share: float | None) -> str:
    """Return a fraction 0-1 as a percentage; what is not nothing never reads as nothing."""
    if share is None:
        return "–"
    scaled = share * 100
    if 0 < scaled < 0.05:
        return "<0.1"
    return f"{scaled:.0f}" if scaled >= _BIG or scaled == int(scaled) else f"{scaled:.1f}"


def times(ratio: float | None) -> str:
    """`×4.1`, `×118`: how many times the baseline; at most five cells."""
    if ratio is None:
        return ""
    if ratio >= 999.5:
        return "×999+"
    return f"×{ratio:.0f}" if ratio >= 10 else f"×{ratio:.1f}"


def clock(at: datetime) -> str:
    """Clock time in UTC, three-part."""
    return f"{at:%H:%M:%S}"


def stamp(at: datetime, now: datetime) -> str:
    """Clock time, eight cells: `02:14:02`, on another day `22 09:15`."""
    return clock(at) if at.date() == now.date() else f"{at:%d %H:%M}"


def span_ends(first: datetime, last: datetime, now: datetime) -> tuple[str, str]:
    """Both ends of a stretch of data, `22:10` and `23:40`; dated where a time alone could be another day's."""
    dated = "%m-%d %H:%M"
    one_day = first.date() == last.date()
    start = "%H:%M" if one_day and first.date() == now.date() else dated
    return first.strftime(start), last.strftime("%H:%M" if one_day else dated)


def with_local(at: datetime, zone: tzinfo) -> str:
    """`02:41:13 UTC · 23:41 local`; the time once where both clocks read the same."""
    utc, here = f"{clock(at)} UTC", at.astimezone(zone)
    return utc if here.utcoffset() == at.utcoffset() else f"{utc} · {here:%H:%M} {_('local')}"


def route_prefix(routes: tuple[str, ...]) -> str:
    """Return the first segment (`/x/`) when all routes of the runbook begin with it: saying it tells nothing."""
    firsts = {route.strip("/").partition("/")[0] for route in routes}
    return f"/{firsts.pop()}/" if len(firsts) == 1 else "/"


def short_route(route: str, prefix: str) -> str:
    """`x/y` for `/prefix/x/y`."""
    return route.removeprefix(prefix) or route
