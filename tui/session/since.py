"""Reading only the part of ordered plain files that a span of time needs (`--since`, `--until`).

Rules have to warm up: what is read begins as long before the span as any window, hold, baseline or measure of silence
reaches back. Where an episode may have begun even earlier, everything is read after all.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import orjson

from tui.logs.envelope import Peeler
from tui.logs.follow import PlainFile
from tui.logs.seek import seek_time
from tui.logs.times import moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import tzinfo

    from tui.logs.seek import ReadTime
    from tui.logs.source import Source
    from tui.metrics.board import Episode
    from tui.runbook.model import LogRules

JITTER = timedelta(seconds=60)
"""Disorder that an ordered file may have."""

_SEEK_ERROR = 1 << 15
"""Bytes by which a search may stop before the place."""

_END = 256 << 10
"""Bytes at a file's end among which the last time is looked for."""


def warm_up(rules: LogRules) -> timedelta:
    """How far back anything that is said of one moment looks."""
    window = max([rule.window for rule in rules.rules] + [metric.panel.window for metric in rules.metrics])
    hold = max((rule.hold for rule in rules.rules), default=timedelta())
    return max(rules.baseline.windows * window, rules.silence.over, rules.trend.hold) + window + hold


def plain_files(sources: Sequence[Source]) -> list[PlainFile] | None:
    """The sources, when every one is a plain file that can be searched; else None."""
    files = [source for source in sources if isinstance(source, PlainFile) and source.total_bytes]
    return files if len(files) == len(sources) else None


def line_clock(rules: LogRules, zone: tzinfo) -> ReadTime:
    """Read the time that one line bears: its record's own, else its wrapper's."""

    def read(line: bytes) -> datetime | None:
        if (own := _own_time(line, rules.record.time, zone)) is not None:
            return own
        peeled = Peeler(rules.record, zone=zone).feed(line + b"\n", 0)
        if not peeled.height:
            return None
        hint: datetime | None = peeled["hint"][0]
        return _own_time(peeled["text"][0], rules.record.time, zone) or hint

    return read


def _own_time(text: str | bytes, key: str, zone: tzinfo) -> datetime | None:
    """Read the time of a record of the backend; None for any other text."""
    try:
        record = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return moment(str(record.get(key)), zone) if isinstance(record, dict) and key in record else None


def end_of(files: Iterable[PlainFile], read_time: ReadTime) -> datetime | None:
    """The latest time near the files' ends; None when any of them bears none there."""
    lasts = []
    for file in files:
        size = file.total_bytes or 0
        data = file.fetch(max(0, size - _END), min(size, _END)) or b""
        lasts.append(max(filter(None, map(read_time, data.split(b"\n")[-200:])), default=None))
    return None if None in lasts else max(filter(None, lasts), default=None)


def begin(file: PlainFile, read_time: ReadTime, since: datetime) -> int:
    """Begin a file where its lines may be as late as `since`; returns the offset, 0 when it has to be read whole."""
    return file.start_at(seek_time(file, read_time, since, jitter=JITTER))


def stop(file: PlainFile, read_time: ReadTime, until: datetime) -> int | None:
    """Offset after which every line is later than `until`; None when there is none, or the file is not ordered."""
    found = seek_time(file, read_time, until + 2 * JITTER, jitter=JITTER)
    return found + _SEEK_ERROR if found else None


def may_have_begun_earlier(alerts: Iterable[Episode], first: datetime, rules: LogRules) -> bool:
    """Whether an episode stands so close to the beginning of what was read that it may have begun before."""
    edge = first + max((rule.window for rule in rules.rules), default=timedelta()) + timedelta(minutes=1)
    return any(episode.pending_at <= edge for episode in alerts)
