"""What is true of a drill's log, known from how it was written: the answers that `check` is compared with.

The generator's own lines are counted, not the bytes they became, and the rules are worked out by `naive`.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tui.drill.model import backend
from tui.drill.naive import Happened, lives
from tui.metrics.minutes import ceil_minute
from tui.session.times import utc_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tui.drill.render import Line, Template
    from tui.runbook.model import LogRules, Metric

    Read = Callable[[Line], str | int | None]

_BARE = re.compile(r"\{([a-z_]+)\}")
_USABLE = re.compile(r'"(?:req_|web-)[0-9a-z-]+"')


@dataclass(frozen=True, slots=True)
class _Mark:
    """A marker's line, `place` being its number in the log."""

    marker: str
    at: int
    timed: bool
    place: int


class Truth:
    """Add every line of a log, then ask for `answers`."""

    def __init__(self, rules: LogRules) -> None:
        self._rules = rules
        self._readings: dict[Template, tuple[Metric, dict[str, Read]] | None] = {}
        self._events: dict[str, list[Happened]] = {metric.id: [] for metric in rules.metrics}
        self._request_ids: Counter[str] = Counter()
        self._planted: dict[str, set[str]] = {name: set() for name in backend().planted}
        self._marks: list[_Mark] = []
        self._times: list[int | None] = []
        """Of each line, where it bears one."""
        self._bytes = self._other = self._not_json = 0

    def add(self, line: Line) -> None:
        """Count one line in."""
        self._bytes += len(line.data)
        timed = self._rules.record.time in line.template.fields
        self._times.append(line.at if timed else None)
        for name in line.template.names & self._planted.keys():
            self._planted[name].add(str(line.values[name]))
        reading = self._reading(line.template)
        if reading is not None:
            metric, reads = reading
            fields = {field: read(line) for field, read in reads.items()}
            self._events[metric.id].append(Happened(line.at, fields))
            self._request_ids[_kind_of_id(str(line.values["request"]))] += 1
            return
        self._other += line.template.json
        self._not_json += not line.template.json
        text = line.data.decode()
        self._marks += [_Mark(marker, line.at, timed, len(self._times) - 1) for marker in self._markers_in(text)]

    def answers(self) -> dict[str, Any]:
        """Everything that is true of the lines so far; what `check --json` also says has its shape (contracts §7).

        Beyond that: `minutes` are events by metric in each minute [hh:mm, hh:mm + 1); a marker without a time of its
        own says between which times of other lines it lies; `planted` are the values that nobody may show.
        """
        times = [event.at for events in self._events.values() for event in events]
        end = ceil_minute(_moment(max(times))) if times else None
        return {
            "as_of": end and utc_text(end),
            "sources": [self._source()],
            "metrics": {metric.id: self._metric(metric) for metric in self._rules.metrics},
            "markers": [self._mark(mark) for mark in self._marks],
            "alerts": list(self._alerts(min(times), end)) if end else [],
            "minutes": self._minutes(),
            "request_ids": dict(self._request_ids),
            "planted": {name: sorted(found) for name, found in self._planted.items()},
        }

    def _source(self) -> dict[str, Any]:
        return {
            "bytes": self._bytes,
            "lines": len(self._times),
            "events": sum(map(len, self._events.values())),
            "other": self._other,
            "rejected": {"not_json": self._not_json},
        }

    def _metric(self, metric: Metric) -> dict[str, Any]:
        events = self._events[metric.id]
        breakdown: dict[str, dict[str, int]] = {}
        for name in (name for name, kind in _columns(metric) if kind != "number"):
            counts = Counter(_text(event.fields[name]) for event in events)
            breakdown[name] = dict(sorted(counts.items()))
        return {"events": len(events), "breakdown": breakdown}

    def _alerts(self, first: int, end: datetime) -> Iterator[dict[str, Any]]:
        last = round(end.timestamp() * 1000)
        for rule in self._rules.rules:
            for life in lives(rule, self._events[rule.stream.metric], first=first, last=last, step=self._rules.step):
                yield {
                    "rule": rule.id,
                    "metric": rule.panel,
                    "severity": rule.severity,
                    "pending_at": utc_text(life.pending_at),
                    "fired_at": life.fired_at and utc_text(life.fired_at),
                    "resolved_at": life.resolved_at and utc_text(life.resolved_at),
                    "peak": life.peak,
                }

    def _minutes(self) -> dict[str, dict[str, int]]:
        minutes: dict[str, Counter[str]] = defaultdict(Counter)
        for metric, events in self._events.items():
            for event in events:
                minutes[utc_text(_moment(event.at - event.at % 60_000))][metric] += 1
        return {minute: dict(counts) for minute, counts in sorted(minutes.items())}

    def _markers_in(self, text: str) -> Iterator[str]:
        for marker in self._rules.markers:
            if marker.literal not in text:
                continue
            patterns = (capture.pattern for capture in self._rules.captures if capture.id in marker.captures)
            if not marker.only_with_capture or any(re.search(pattern, text) for pattern in patterns):
                yield marker.id

    def _mark(self, mark: _Mark) -> dict[str, Any]:
        told = {"marker": mark.marker, "at": utc_text(_moment(mark.at)), "approximate": not mark.timed}
        if mark.timed:
            return told
        before = next((at for at in reversed(self._times[: mark.place]) if at is not None), None)
        after = next((at for at in self._times[mark.place :] if at is not None), None)
        return told | {
            "earliest": None if before is None else utc_text(_moment(before)),
            "latest": None if after is None else utc_text(_moment(after) + timedelta(seconds=1)),
        }

    def _reading(self, template: Template) -> tuple[Metric, dict[str, Read]] | None:
        """How the fields of a metric's record are known, from the line as the data has it; None for other lines."""
        if template not in self._readings:
            name = template.fields.get(self._rules.record.name, "").strip('"')
            metric = next((metric for metric in self._rules.metrics if metric.id == name), None)
            self._readings[template] = None if metric is None else (metric, _reads(metric, template))
        return self._readings[template]


def _columns(metric: Metric) -> list[tuple[str, str]]:
    """Name and kind of what is known of a metric's events: of a route field only its template."""
    return [("route" if spec.kind == "route" else name, spec.kind) for name, spec in metric.fields.items()]


def _reads(metric: Metric, template: Template) -> dict[str, Read]:
    columns = zip(metric.fields, _columns(metric), strict=True)
    return {column: _read(template.fields, field, kind) for field, (column, kind) in columns}


def _read(fields: Mapping[str, str], name: str, kind: str) -> Read:
    """How one field of a line is known."""
    text = fields.get(name)
    if text is None:
        return lambda _line: None
    if kind == "route":
        # Whatever is drawn anew for every line is an id; the rest of the path is the route.
        route = "/".join(":id" if _BARE.search(segment) else segment for segment in text.strip('"').split("/"))
        return lambda _line: route
    if bare := _BARE.fullmatch(text):
        return lambda line: line.values[bare[1]]
    constant: str | int = json.loads(text)
    return lambda _line: constant


def _kind_of_id(text: str) -> str:
    if text == "null":
        return "null"
    return "usable" if _USABLE.fullmatch(text) else "invalid"


def _text(value: str | int | None) -> str:
    return "null" if value is None else str(value)


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC)
