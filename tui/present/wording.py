"""Words that answers share: what they are told with, why something is not known, a number against its limit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from tui.locale import _
from tui.metrics.answers import Why
from tui.present.breakdown import figure_text
from tui.present.format import duration, length, route_prefix, short_route, stamp
from tui.present.spans import Line, Span, foreign

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from tui.metrics.answers import Unknown
    from tui.present.situation import Texts
    from tui.runbook.model import LogRules

MINUTE = timedelta(minutes=1)
_WAITS = {Why.NOT_RUN, Why.NOT_SAID}


@dataclass(frozen=True)
class Wording:
    """What it takes to put an answer into words."""

    rules: LogRules
    texts: Texts
    now: datetime
    keys: bool = True
    """Whether keys may be named: there is somebody in front of a screen who may press them."""

    @cached_property
    def prefix(self) -> str:
        """What every route of the runbook begins with."""
        return route_prefix(self.rules.routes)

    def name(self, key: str) -> str:
        """Return the runbook's short word for `kind.id`."""
        return foreign(self.texts.short(key))

    def metric(self, metric: str) -> str:
        """Return a metric's short name; one that the runbook does not know as it is."""
        known = any(one.id == metric for one in self.rules.metrics)
        return self.name(f"metric.{metric}") if known else foreign(metric)

    def time(self, at: datetime) -> str:
        """Clock time in UTC, with its day when that is not today."""
        return stamp(at, self.now)

    def rank(self, severity: str) -> int:
        """Rank of a severity, 0 the worst; one that the runbook does not know counts as the worst."""
        known = [item.id for item in self.rules.severities]
        return known.index(severity) if severity in known else 0

    def field_value(self, value: str | None) -> str:
        """Return a value of a log as a lane shows it: a route without what all routes share, `–` for none."""
        return "–" if value is None else short_route(foreign(value), self.prefix)


def joined(parts: Iterable[Line]) -> Line:
    """Put ` · ` between the parts."""
    line: Line = ()
    for part in parts:
        line = (*line, Span(" · ", "muted"), *part) if line else part
    return line


def muted(text: str) -> Line:
    """Return a remark."""
    return (Span(text, "muted"),)


def within(window: timedelta) -> str:
    """`in 5 min`."""
    return _("in {time}").format(time=length(window))


def unknown_line(unknown: Unknown, say: Wording) -> Line:
    """Say that something is not known, and why; what only waits for somebody to do it is no cause for alarm."""
    why = _why(unknown.why, say.time(unknown.since) if unknown.since else "")
    return muted(why) if unknown.why in _WAITS else (Span(_("unknown: {why}").format(why=why), "watch"),)


def _why(why: Why, since: str) -> str:
    return {
        Why.NO_DATA: _("no data"),
        Why.SILENT: _("base silent since {time}").format(time=since),
        Why.DOWN: _("source down, last data {time}").format(time=since) if since else _("source down"),
        Why.SHORT: _("data only since {time}").format(time=since),
        Why.GAP: _("base silent until {time}").format(time=since),
        Why.NOT_LIVE: _("can only be seen live"),
        Why.NO_INCIDENT: _("no incident"),
        Why.NOT_MARKED: _("no deploy marked"),
        Why.NOT_CHECKED: _("environment not checked"),
        Why.NOT_RUN: _("not run"),
        Why.NOT_SAID: _("for somebody to say"),
        Why.NOT_READ: _("journals not read"),
    }[why]


def amount(value: float, unit: str) -> str:
    """Return a value with its unit; `s` is a time, `%` a fraction."""
    return duration(timedelta(seconds=value)) if unit == "s" else figure_text(value, unit)


def compared(value: float, limit: float, unit: str, equal: str = "=") -> str:
    """`47 > 0`, `298 < 1 000 ms`, `5 ≥ 3`. `equal`: the sign for a value on its limit; `≥` also for one above it."""
    over = equal if equal == "≥" else ">"
    mark = over if value > limit else "<" if value < limit else equal
    shown = amount(value, unit)
    tail = f" {unit}" if unit and shown.endswith(f" {unit}") else ""
    return f"{shown.removesuffix(tail)} {mark} {amount(limit, unit)}"
