"""A runbook's rules worked out the slow and obvious way, so that the engine has something to be compared with.

Nothing of the engine is used here: plain lists, one window after the other, as contracts §1 words it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, assert_never

from tui.runbook.model import ActiveMinutes, Count, Quantile, Rate, Share, Sum

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tui.runbook.model import Condition, Rule

Fields = Mapping[str, "str | int | None"]
"""Of one event: field → value, a route field under `route`."""

_MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Happened:
    """One event: its time in ms since the epoch, and its fields."""

    at: int
    fields: Fields


@dataclass(frozen=True, slots=True)
class Life:
    """One episode of a rule."""

    rule: Rule
    pending_at: datetime
    fired_at: datetime | None
    resolved_at: datetime | None
    peak: float


def lives(rule: Rule, events: Sequence[Happened], *, first: int, last: int, step: timedelta) -> list[Life]:
    """Every episode of a rule over the events of its metric, evaluated at each step from `first` to `last` (ms)."""
    stream = sorted((event for event in events if matches(event.fields, rule.stream.where)), key=lambda event: event.at)
    times = [event.at for event in stream]
    every, window = step // timedelta(milliseconds=1), rule.window // timedelta(milliseconds=1)
    hold = rule.hold // timedelta(milliseconds=1)
    done: list[Life] = []
    pending: int | None = None
    fired: int | None = None
    peak = 0.0
    for now in range(-(-first // every) * every, last + 1, every):
        inside = stream[bisect_right(times, now - window) : bisect_right(times, now)]
        value = measured(rule, inside)
        if value is not None and rule.breaches(value):
            if pending is None:
                pending, fired, peak = now, None, value
            if fired is None and now - pending >= hold:
                fired = now
            peak = max(peak, value)
        elif pending is not None:
            done.append(Life(rule, _moment(pending), _maybe(fired), _moment(now), peak))
            pending = None
    return done if pending is None else [*done, Life(rule, _moment(pending), _maybe(fired), None, peak)]


def measured(rule: Rule, events: Sequence[Happened]) -> float | None:
    """Measure what a rule measures of the events of one window; None when there is nothing to measure."""
    if not events:
        return None
    value: float | None
    match rule.measure:
        case Count():
            value = len(events)
        case Rate():
            value = len(events) / (rule.window / timedelta(minutes=1))
        case Sum(field=field):
            value = sum(_numbers(events, field))
        case Quantile(field=field, q=q):
            value = _quantile(_numbers(events, field), q)
        case Share(matching=condition, minimum=minimum):
            hits = sum(matches(event.fields, condition) for event in events)
            value = hits / len(events) if len(events) >= minimum else None
        case ActiveMinutes():
            value = len({-(-event.at // _MINUTE) for event in events})
        case _:
            assert_never(rule.measure)
    return value


def matches(fields: Fields, condition: Condition) -> bool:
    """Whether an event has an accepted value in each field that the condition names."""
    return all(_accepts(fields.get(field), accepted) for field, accepted in condition.items())


def _accepts(value: str | int | None, accepted: Iterable[str | int]) -> bool:
    wanted = [str(item) for item in accepted]
    if any(item.startswith("!") for item in wanted):
        return not any(_is(value, item.removeprefix("!")) for item in wanted)
    return any(_is(value, item) for item in wanted)


def _is(value: str | int | None, wanted: str) -> bool:
    if wanted.endswith("xx") and wanted[:-2].isdigit():
        return isinstance(value, int) and value // 100 == int(wanted[:-2])
    return value is not None and str(value) == wanted


def _numbers(events: Iterable[Happened], field: str) -> list[int]:
    return [value for event in events if isinstance(value := event.fields.get(field), int)]


def _quantile(numbers: Sequence[float], q: float) -> float | None:
    if not numbers:
        return None
    ordered = sorted(numbers)
    place = (len(ordered) - 1) * q
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC)


def _maybe(at: int | None) -> datetime | None:
    return None if at is None else _moment(at)
