"""Whole UTC minutes, which rules are judged at (contracts §1). Light: commands that count nothing use them too."""

from __future__ import annotations

from datetime import datetime, timedelta


def floor_minute(at: datetime) -> datetime:
    """The last whole minute at or before `at`."""
    return at.replace(second=0, microsecond=0)


def ceil_minute(at: datetime) -> datetime:
    """The first whole minute at or after `at`: the `as_of` of data that ends at `at` (contracts §7)."""
    floor = floor_minute(at)
    return floor if floor == at else floor + timedelta(minutes=1)
