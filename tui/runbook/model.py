"""What a runbook says about logs: records, metrics, rules, severities, markers.

The procedures of a runbook (triage, playbooks, gates, closure) are in `procedures.py`; the sentences people read are in
the text files, joined to these models by id. Everything is frozen: a runbook never changes while it is in use.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema, field_validator

_LONGEST = timedelta(days=1)
"""Of a rule's window and of how long it must hold."""
_DURATION = re.compile(r"(\d+)(ms|s|m|h|d)")
_UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def parse_duration(value: object) -> object:
    """Turn `"90s"`, `"5m"`, `"1h30m"` or `"14d"` into a timedelta; leave anything else to pydantic."""
    if not isinstance(value, str):
        return value
    parts = _DURATION.findall(value)
    if not parts or "".join(number + unit for number, unit in parts) != value:
        raise ValueError(f"not a duration: {value!r} (write 90s, 5m, 1h30m or 14d)")
    try:
        return sum((timedelta(**{_UNITS[unit]: int(number)}) for number, unit in parts), timedelta())
    except (OverflowError, ValueError):
        raise ValueError("not a duration: longer than any") from None


def write_duration(span: timedelta) -> str:
    """Return the shortest text that `parse_duration` reads back, to the millisecond: `5m`, `1h30m`, `14d`, `0s`."""
    left = span // timedelta(milliseconds=1)
    text = ""
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)):
        number, left = divmod(left, size)
        text += f"{number}{unit}" if number else ""
    return text or "0s"


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(write_duration, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": "^([0-9]+(ms|s|m|h|d))+$"}),
]
"""A span of time, written `90s`, `5m`, `1h30m` or `14d` in the runbook file."""

Condition = dict[str, tuple[str | int, ...]]
"""Field → accepted values; every field named must match.

`"5xx"` accepts a whole class of statuses; values that begin with `!` accept everything but them, absent ones too.
"""


class Model(BaseModel):
    """Base of every part of a runbook: frozen, and an unknown key is a mistake worth naming."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Record(Model):
    """Where a log record keeps what is common to all of them (JSON keys)."""

    time: str
    request_id: str
    name: str
    name_prefix: str
    """What the name of every metric record begins with; one with an unknown rest is counted, not kept."""


class FieldSpec(Model):
    """One field that a metric's record may carry; a field not listed is never read."""

    kind: Literal["enum", "status", "number", "route"]
    vocabulary: tuple[str, ...] = ()
    minimum: float = 0.0
    maximum: float = 1e9
    unit: str = ""


class Count(Model):
    """Number of events in the window."""

    kind: Literal["count"] = "count"


class Rate(Model):
    """Events per minute over the window."""

    kind: Literal["rate"] = "rate"


class Sum(Model):
    """Sum of a number field over the window."""

    kind: Literal["sum"] = "sum"
    field: str


class Quantile(Model):
    """Quantile of a number field over the window, linear interpolation."""

    kind: Literal["quantile"] = "quantile"
    field: str
    q: float = Field(gt=0, lt=1)


class Share(Model):
    """Fraction (0-1) of the window's events that match; undefined below `minimum` events."""

    kind: Literal["share"] = "share"
    matching: Condition
    minimum: int = 1


class ActiveMinutes(Model):
    """Number of the window's minutes (k-1, k] that hold at least one event."""

    kind: Literal["active_minutes"] = "active_minutes"


Measure = Annotated[Count | Rate | Sum | Quantile | Share | ActiveMinutes, Field(discriminator="kind")]


class Stream(Model):
    """The events something is measured over: one metric's, or those of them that match `where`."""

    metric: str
    where: Condition = {}


class Rule(Model):
    """A measure over a trailing window, compared with a threshold, held for a time, giving a severity."""

    id: str
    stream: Stream
    measure: Measure
    window: Duration
    op: Literal[">", ">="]
    threshold: float
    amber: float | None = None
    hold: Duration = Field(alias="for")
    severity: str
    panel: str

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @field_validator("window", "hold")
    @classmethod
    def _within_a_day(cls, value: timedelta) -> timedelta:
        if value > _LONGEST:
            raise ValueError("longer than a day: rules are watched minute by minute")
        return value

    def breaches(self, value: float | None) -> bool:
        """Whether a measured value is over the limit; no value is never a breach."""
        if value is None:
            return False
        return value > self.threshold if self.op == ">" else value >= self.threshold


class Figure(Model):
    """A number shown beside a panel's chart, under the text id `figure.<id>`."""

    id: str
    measure: Measure
    unit: str = ""


class Panel(Model):
    """What a metric's lane shows: its value (that of `rule`, or of `measure` where there is no rule)."""

    rule: str | None = None
    measure: Measure | None = None
    window: Duration = timedelta(minutes=5)
    unit: str = ""
    breakdown: tuple[str, ...] = ()
    """The fields whose combinations are listed beside the chart."""
    feed: tuple[str, ...] = ()
    """What a row of the event feed says beside status and route: enum fields, or one number field with its unit."""
    figures: tuple[Figure, ...] = ()


class Metric(Model):
    """A kind of event named by the runbook, with the fields it may carry; it owns a panel."""

    id: str
    fields: dict[str, FieldSpec]
    panel: Panel
    retention: str


class Severity(Model):
    """A severity with its response limits (runbook §2); the list goes from the worst down."""

    id: str
    ack: Duration
    mitigate: Duration
    update_every: Duration
    criteria: tuple[str, ...]
    """Ids of the criteria's sentences (runbook §3.1)."""


class Capture(Model):
    """A strict pattern whose match may be kept from a marker's line."""

    id: str
    pattern: str


class Marker(Model):
    """A literal worth knowing in any line; only its id, time, place and strict captures are kept."""

    id: str
    literal: str
    weight: Literal["info", "warning", "error"] = "info"
    captures: tuple[str, ...] = ()
    only_with_capture: bool = False
    """Whether the literal alone says nothing: the line counts only when a capture matches."""


class Silence(Model):
    """When the base stream counts as silent, and what long silence suggests while live."""

    metric: str
    at_least: Duration
    factor: float
    quantile: float
    over: Duration
    few_events: int
    suggest_after: Duration
    suggest: str
    """Severity suggested after `suggest_after` of silence."""
    rule: str
    """Id under which that suggestion is shown."""


class Trend(Model):
    """When a slow rise is pointed out without any severity."""

    factor: float
    hold: Duration
    minimum: int


class Baseline(Model):
    """How many windows before now, or before the breach, say what is normal."""

    windows: int
    same_hour_after: Duration
    """With this much data the same hour of earlier days is used instead."""


class RetentionClass(Model):
    """How long the rows of a class of metrics may be kept (runbook §9)."""

    id: str
    keep: Duration


class LogRules(Model):
    """Everything the log engine needs of a runbook."""

    step: Duration
    record: Record
    routes: tuple[str, ...]
    """Route templates; a placeholder is written `:id`."""
    metrics: tuple[Metric, ...]
    """In panel order."""
    rules: tuple[Rule, ...]
    severities: tuple[Severity, ...]
    """From the worst down."""
    captures: tuple[Capture, ...]
    markers: tuple[Marker, ...]
    silence: Silence
    trend: Trend
    baseline: Baseline
    retention: tuple[RetentionClass, ...]
    errors: tuple[Stream, ...]
    """What counts for "last error" on a board where no rule is pending or firing."""

    def metric(self, metric_id: str) -> Metric:
        """The metric of that id; KeyError when the runbook has none."""
        return _by_id(self.metrics, metric_id)

    def rule(self, rule_id: str) -> Rule:
        """The rule of that id; KeyError when the runbook has none."""
        return _by_id(self.rules, rule_id)

    def severity(self, severity_id: str) -> Severity:
        """The severity of that id; KeyError when the runbook has none."""
        return _by_id(self.severities, severity_id)

    def rank(self, severity_id: str) -> int:
        """0 for the worst severity, rising from there."""
        return [severity.id for severity in self.severities].index(severity_id)


_Item = TypeVar("_Item", Metric, Rule, Severity)


def _by_id(items: tuple[_Item, ...], wanted: str) -> _Item:
    for item in items:
        if item.id == wanted:
            return item
    raise KeyError(wanted)
