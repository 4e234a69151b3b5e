"""Times as people type and read them (contracts §7)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from tui.runbook.model import parse_duration

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Where a cursor stands before any data is known."""

YEARS = range(1971, 9999)
"""Years that leave room for windows on both sides; that a time is in the future is said elsewhere, with the reason."""

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")


class TimeError(ValueError):
    """A time that cannot be read."""


def parse_time(text: str, *, now: datetime, day: date, zone: tzinfo) -> datetime:
    """Read RFC 3339 (without a zone: UTC), `-5m` before `now`, or `HH:MM` in `zone` on `day`; the answer is UTC.

    `now` is the wall clock while live and the end of the data otherwise; `day` likewise, in `zone`. Raises TimeError.
    """
    said = text.strip()
    try:
        moment = _read(said, now, day, zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise TimeError(said) from None
    if moment.year not in YEARS:
        raise TimeError(said)
    return moment


def _read(said: str, now: datetime, day: date, zone: tzinfo) -> datetime:
    if said.startswith("-"):
        span = parse_duration(said[1:])
        if isinstance(span, timedelta):
            return now - span
    if clock := _CLOCK.fullmatch(said):
        hour, minute, second = (int(part or 0) for part in clock.groups())
        return datetime.combine(day, time(hour, minute, second), zone)
    moment = datetime.fromisoformat(said)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def utc_text(moment: datetime) -> str:
    """`YYYY-MM-DDTHH:MM:SSZ`, as scripts read it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
