"""What guardia keeps of logs, and deleting of it what is past its retention class (runbook §9).

Kept are the guarded copies of pinned events, and the events in bundles (`prune_bundles`); journals hold only hashes of
them, pages for other people none. A copy is judged by the time of its event and by the wall clock. What cannot be read,
or was left half-written, is judged by its file's time, strictly.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import orjson

from tui.metrics.retention import kept_since
from tui.session.copies import evidence_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tui.runbook.model import LogRules

_LARGEST = 1 << 20
"""No copy is as large; what is, is none."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that guardia keeps of a log."""

    path: Path
    retention: str | None
    """Its class; None for what is no copy of an event."""
    at: datetime
    past: bool
    """Whether it is older than its class allows."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A file that could not be deleted, and why."""

    kept: Kept
    error: OSError


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was deleted, and what could not be."""

    removed: tuple[Kept, ...] = ()
    failed: tuple[Failed, ...] = ()


def kept_files(data_dir: Path, rules: LogRules, now: datetime) -> tuple[Kept, ...]:
    """Every file kept of a log, oldest first. Raises OSError where the folder is there and cannot be read."""
    since = kept_since(rules, now)
    classes = {metric.id: metric.retention for metric in rules.metrics}
    strictest = max(since.values(), default=now)
    found = []
    for path, changed in _regular_files(evidence_folder(data_dir)):
        metric, at = _event_of(path)
        known = at is not None and metric in since
        limit = since.get(metric or "", strictest)
        when = at if at is not None else changed
        found.append(Kept(path, classes[metric] if known and metric else None, when, when < limit))
    return tuple(sorted(found, key=lambda one: (one.at, one.path.name)))


def prune(files: Iterable[Kept]) -> Pruned:
    """Delete those that are past their retention; a file that is gone already counts as neither."""
    removed, failed = [], []
    for one in files:
        if not one.past:
            continue
        try:
            one.path.unlink()
        except FileNotFoundError:
            continue
        except OSError as error:
            failed.append(Failed(one, error))
        else:
            removed.append(one)
    return Pruned(tuple(removed), tuple(failed))


def strictest_limit(rules: LogRules, now: datetime) -> datetime:
    """The time before which no class that is kept shortest has anything left."""
    return now - min((one.keep for one in rules.retention), default=timedelta())


def _regular_files(folder: Path) -> Iterator[tuple[Path, datetime]]:
    """Yield each plain file with the time it was last written; links and folders are not ours."""
    if not os.path.lexists(folder):
        return
    for path in sorted(folder.iterdir()):
        state = path.lstat()
        if stat.S_ISREG(state.st_mode):
            yield path, datetime.fromtimestamp(state.st_mtime, UTC)


def _event_of(path: Path) -> tuple[str | None, datetime | None]:
    """Return the metric and time of a copy's event; None for what the file does not say."""
    try:
        if path.stat().st_size > _LARGEST:
            return None, None
        copy = orjson.loads(path.read_bytes())
        metric, at = copy["metric"], datetime.fromisoformat(copy["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None, None
    return (metric if isinstance(metric, str) else None), (at if at.tzinfo else None)
