"""Puts what `check --json` says of a drill's log beside what is true of it."""

from __future__ import annotations

from collections import defaultdict
from math import isclose
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SOURCE_COUNTS = ("lines", "events", "other")


def compare(check: Mapping[str, Any], answers: Mapping[str, Any]) -> list[str]:
    """Every way in which the output of `check --json` differs from the answers of `drill --answers`; empty: none.

    `check` was run on that one file, without `--at`, `--since` or `--until`, under the runbook of the answers.
    """
    return [
        *_differs("as_of", check["as_of"], answers["as_of"]),
        *_sources(check["sources"], answers["sources"]),
        *_metrics(check["metrics"], answers["metrics"]),
        *_alerts(check["alerts"], answers["alerts"]),
        *_markers(check["markers"], answers["markers"]),
    ]


def _sources(said: list[Mapping[str, Any]], true: list[Mapping[str, Any]]) -> Iterator[str]:
    for key in _SOURCE_COUNTS:
        yield from _differs(f"sources: {key}", sum(one[key] for one in said), sum(one[key] for one in true))
    for reason in sorted({reason for one in (*said, *true) for reason in one["rejected"]}):
        counts = [sum(one["rejected"].get(reason, 0) for one in side) for side in (said, true)]
        yield from _differs(f"sources: rejected {reason}", *counts)


def _metrics(said: Mapping[str, Any], true: Mapping[str, Any]) -> Iterator[str]:
    yield from _differs("metrics", sorted(said), sorted(true))
    for metric in sorted(set(said) & set(true)):
        yield from _differs(f"{metric}: events", said[metric]["events"], true[metric]["events"])
        breakdowns = said[metric]["breakdown"], true[metric]["breakdown"]
        for field in sorted(set().union(*breakdowns)):
            counts = [_present(side.get(field, {})) for side in breakdowns]
            yield from _differs(f"{metric} by {field}", *counts)


def _present(counts: Mapping[str, int]) -> dict[str, int]:
    return {value: count for value, count in counts.items() if count}


def _alerts(said: list[Mapping[str, Any]], true: list[Mapping[str, Any]]) -> Iterator[str]:
    known, told = ({(one["rule"], one["pending_at"]): one for one in side} for side in (true, said))
    for rule, pending_at in sorted(set(known) | set(told)):
        name = f"{rule} pending at {pending_at}"
        one, other = told.get((rule, pending_at)), known.get((rule, pending_at))
        if one is None or other is None:
            yield f"{name}: {'not found' if one is None else 'never was'}"
            continue
        for key in ("metric", "severity", "fired_at", "resolved_at"):
            yield from _differs(f"{name}: {key}", one[key], other[key])
        if not isclose(one["peak"], other["peak"], rel_tol=1e-6):
            yield from _differs(f"{name}: peak", one["peak"], other["peak"])


def _markers(said: list[Mapping[str, Any]], true: list[Mapping[str, Any]]) -> Iterator[str]:
    told, known = _by_marker(said), _by_marker(true)
    for key in sorted(set(told) | set(known)):
        name = f"marker {key[0]}{' (approximate)' if key[1] else ''}"
        yield from _differs(f"{name}: count", len(told[key]), len(known[key]))
        for one, other in zip(told[key], known[key], strict=False):
            if not _at_the_time(one["at"], other):
                yield f"{name}: {one['at']} is not {other}"


def _by_marker(markers: list[Mapping[str, Any]]) -> dict[tuple[str, bool], list[Mapping[str, Any]]]:
    """Sort the lines of each marker by time, those without a time of their own apart."""
    found: dict[tuple[str, bool], list[Mapping[str, Any]]] = defaultdict(list)
    for marker in sorted(markers, key=lambda one: str(one["at"])):
        found[str(marker["marker"]), bool(marker["approximate"])].append(marker)
    return found


def _at_the_time(at: str, true: Mapping[str, Any]) -> bool:
    """Whether a time is right; where the line has none, whether it lies between those of its neighbours."""
    if not true["approximate"]:
        return bool(at == true["at"])
    after, before = true["earliest"] or at, true["latest"] or at
    return bool(after <= at <= before)


def _differs(what: str, said: object, true: object) -> Iterator[str]:
    if said != true:
        yield f"{what}: {said}, but it is {true}"
