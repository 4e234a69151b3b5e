"""The bundles that lie in the data folder: events in them that are past their retention class go, the rest stays (§9).

A bundle that events went from is written anew with a manifest that fits; its journal and postmortem hold no events. One
that is damaged, or not as its manifest says, is left alone: what would be written could not be vouched for, and what
people put into its folder is theirs.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import orjson

from tui.metrics.retention import kept_since
from tui.session.export import EXPORTS, write_bundle
from tui.session.leftovers import is_leftover
from tui.session.unbundle import EVENTS, ChangedBundleError, NotABundleError, is_bundle, lines, pieces, verified

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from tui.runbook.model import LogRules
    from tui.session.unbundle import Opener


@dataclass(frozen=True, slots=True)
class Event:
    """A line of a bundle's events; one whose metric or time cannot be read is judged strictly, by the bundle's time."""

    line: bytes
    retention: str | None
    at: datetime
    past: bool
    """Whether it is older than its class allows."""


@dataclass(frozen=True, slots=True)
class Held:
    """A bundle with events in it."""

    path: Path
    events: int
    past: int
    """How many of them are past their class."""
    oldest: Event


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """A bundle that was not touched, or could not be, and why."""

    path: Path
    error: NotABundleError | ChangedBundleError | OSError


@dataclass(frozen=True, slots=True)
class Bundles:
    """The bundles of a data folder, by name."""

    held: tuple[Held, ...] = ()
    left_alone: tuple[LeftAlone, ...] = ()


def kept_bundles(data_dir: Path, rules: LogRules, now: datetime) -> Bundles:
    """Every bundle in `exports/` that holds events. Raises OSError where the folder is there and cannot be read."""
    held, left_alone = [], []
    for path in _bundles(data_dir / EXPORTS):
        try:
            found = _held(path, rules, now)
        except (NotABundleError, ChangedBundleError, OSError) as error:
            left_alone.append(LeftAlone(path, error))
            continue
        if found is not None:
            held.append(found)
    return Bundles(tuple(held), tuple(left_alone))


def prune_bundles(held: Iterable[Held], rules: LogRules, now: datetime) -> dict[Held, LeftAlone]:
    """Leave only the other events in those that hold any past their class; those that this failed for, and why."""
    failed = {}
    for one in held:
        if not one.past:
            continue
        try:
            with verified(one.path) as files:
                left = (event.line for event in _events(one.path, files, rules, now) if not event.past)
                others = {name: pieces(member) for name, member in files.items()}
                write_bundle(one.path, {**others, EVENTS: left}, force=True, packed=one.path.is_file())
        except (OSError, NotABundleError, ChangedBundleError) as error:
            failed[one] = LeftAlone(one.path, error)
    return failed


def _held(path: Path, rules: LogRules, now: datetime) -> Held | None:
    """Count the events in a bundle, none of which is kept in memory; None where there are none."""
    events = past = 0
    oldest: Event | None = None
    with verified(path) as files:
        for event in _events(path, files, rules, now):
            events += 1
            past += event.past
            if oldest is None or (not event.past, event.at) < (not oldest.past, oldest.at):
                oldest = event
    return None if oldest is None else Held(path, events, past, oldest)


def _bundles(folder: Path) -> Iterator[Path]:
    """Yield each bundle; links are not ours, and what a kill left over is none."""
    for path in sorted(folder.iterdir()) if os.path.lexists(folder) else ():
        if not path.is_symlink() and not is_leftover(path) and is_bundle(path):
            yield path


def _events(path: Path, files: Mapping[str, Opener], rules: LogRules, now: datetime) -> Iterator[Event]:
    since = kept_since(rules, now)
    strictest = max(since.values(), default=now)
    classes = {metric.id: metric.retention for metric in rules.metrics}
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    for line in lines(files[EVENTS]) if EVENTS in files else ():
        metric, at = _said(line, rules)
        when = at or written
        yield Event(line, classes.get(metric), when, when < since.get(metric, strictest))


def _said(line: bytes, rules: LogRules) -> tuple[str, datetime | None]:
    """Return the metric and the time of an event; what it does not say is empty."""
    try:
        record = orjson.loads(line)
        at = datetime.fromisoformat(record[rules.record.time])
        return str(record[rules.record.name]), at if at.tzinfo else None
    except (ValueError, KeyError, TypeError):
        return "", None
