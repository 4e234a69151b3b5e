"""The times that log records carry, in whatever way they are written, as UTC moments.

ISO 8601 with `Z` or an offset (read in the given zone when it has neither), and epoch numbers of seconds, ms, µs or ns,
told apart by their size. A leap second is the next second, `24:00` the next day. What lies outside the years 2000-2100
is taken for nonsense rather than for history.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from datetime import tzinfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_TOO_LATE = datetime(2101, 1, 1, tzinfo=UTC)

_UTC_ISO = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?Z$"
_UTC_FORMAT = "%Y-%m-%dT%H:%M:%S%.fZ"
_MILLISECONDS = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z$"
_MILLISECONDS_FORMAT = "%Y-%m-%dT%H:%M:%S.%3fZ"
"""What backends mostly write; a format of fixed width is read four times faster."""
_EPOCH_DIGITS = r"^[0-9]{1,18}$"

_ISO = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[Tt ](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"(?P<zone>\s?(?:[Zz]|UTC|(?P<sign>[+-])(?P<zone_hour>\d\d):?(?P<zone_minute>\d\d)?))?",
    re.ASCII,
)
_NUMBER = re.compile(r"\d{1,20}(?:\.\d+)?(?:e\+\d\d)?", re.ASCII)
_UNITS = ((1e11, 1), (1e14, 10**3), (1e17, 10**6), (float("inf"), 10**9))
"""Below this many it is that many a second: 1e11 s lies in the year 5138, 1e11 ms in 1973."""


@dataclass(slots=True)
class Zoneless:
    """Whether any time was read that names no zone: only a person can know whether the given one was right."""

    met: bool = False


def moments(texts: pl.Series, zone: tzinfo, zoneless: Zoneless | None = None) -> pl.Series:
    """Read every text's moment, `Datetime("us", "UTC")`; null where it is null or no time of 2000-2100.

    zoneless: takes note of times without a zone.
    """
    frame = texts.to_frame("text")
    text = pl.col("text")
    if texts.str.contains(_MILLISECONDS).all():
        quick = texts.str.to_datetime(_MILLISECONDS_FORMAT, time_unit="us", strict=False).dt.replace_time_zone("UTC")
        if quick.is_between(_EARLIEST, _TOO_LATE, closed="left").all() and not quick.has_nulls():
            return quick.alias("at")
    usual = text.str.contains(_UTC_ISO)
    found = frame.select(
        at=text.str.to_datetime(_UTC_FORMAT, time_unit="us", strict=False).dt.replace_time_zone("UTC"),
        usual=usual.fill_null(value=False),
        digits=text.str.contains(_EPOCH_DIGITS).fill_null(value=False),
    )
    at = pl.col("at")
    if not found["usual"].all():
        odd = frame.with_columns(found).filter(~pl.col("usual") & ~pl.col("digits"))["text"].drop_nulls().unique()
        read = {one: moment(one, zone, zoneless) for one in odd}
        dtype = pl.Datetime("us", "UTC")
        unusual = text.replace_strict(
            pl.Series(list(read), dtype=pl.String),
            pl.Series(list(read.values()), dtype=dtype),
            default=None,
            return_dtype=dtype,
        )
        at = pl.when("usual").then(at).when("digits").then(_from_digits(text)).otherwise(unusual)
    found = frame.with_columns(found).select(at=at)
    return found.select(pl.when((at_ := pl.col("at")).is_between(_EARLIEST, _TOO_LATE, closed="left")).then(at_))["at"]


def moment(text: str, zone: tzinfo, zoneless: Zoneless | None = None) -> datetime | None:
    """Read the UTC moment that one text names; None when it names none of 2000-2100."""
    try:
        if found := _ISO.fullmatch(text):
            at = _from_iso(found, zone, zoneless)
        elif _NUMBER.fullmatch(text):
            at = _EPOCH + timedelta(microseconds=_microseconds(text))
        else:
            return None
    except (ValueError, OverflowError):
        return None
    return at if _EARLIEST <= at < _TOO_LATE else None


def _from_iso(found: re.Match[str], zone: tzinfo, zoneless: Zoneless | None) -> datetime:
    own = _zone(found)
    if own is None and zoneless is not None:
        zoneless.met = True
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    day_after, leap = hour == 24 and minute == second == 0, second == 60
    at = datetime.fromisoformat(found["day"]).replace(
        hour=0 if day_after else hour, minute=minute, second=59 if leap else second, tzinfo=own or zone
    )
    fraction = 0 if leap else int((found["fraction"] or "").ljust(6, "0")[:6])
    return at.astimezone(UTC) + timedelta(days=day_after, seconds=leap, microseconds=fraction)


def _zone(found: re.Match[str]) -> tzinfo | None:
    if not found["zone"]:
        return None
    offset = timedelta(hours=int(found["zone_hour"] or 0), minutes=int(found["zone_minute"] or 0))
    return timezone(-offset if found["sign"] == "-" else offset)


def _microseconds(number: str) -> int:
    if number.isdigit():
        whole = int(number)
        per_second = next(unit for limit, unit in _UNITS if whole < limit)
        return whole * 10**6 // per_second
    value = float(number)
    return int(value * 10**6 / next(unit for limit, unit in _UNITS if value < limit))


def _from_digits(text: pl.Expr) -> pl.Expr:
    number = text.cast(pl.Int64, strict=False)
    micros = (
        pl.when(number < 10**11).then(number * 10**6).when(number < 10**14).then(number * 10**3)
        .when(number < 10**17).then(number).otherwise(number // 10**3)
    )  # fmt: skip
    return micros.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
