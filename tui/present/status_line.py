"""`guardia status` in one line, and as JSON: severity, incident, clocks as of now, owner, title."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tui.locale import _, ngettext
from tui.present.format import duration
from tui.privacy import visible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tui.session.status import OpenIncident, Reading, RunningClock, Snapshot

_LONGEST_TITLE = 40
_LONGEST_LINE = 200


def status_line(reading: Reading, now: datetime, *, plain: bool = False, damaged: bool = False) -> str:
    """Return one line without control characters. plain: only characters that every terminal draws alike.

    damaged: whether a journal of an open incident is.
    """
    if reading == "nothing":
        return _("no incident")
    if reading == "unreadable":
        return _("unknown: no readable snapshot")
    between = " | " if plain else " · "
    parts = _parts(reading, now, plain=plain)
    line = between.join([_("JOURNAL DAMAGED"), *parts] if damaged else parts)
    shown = visible(" ".join(line.split()))
    shown = shown if len(shown) <= _LONGEST_LINE else shown[: _LONGEST_LINE - 3] + ("..." if plain else "…")
    return shown.encode("ascii", "replace").decode() if plain else shown


def tmux_line(line: str) -> str:
    """Escape a line for tmux, which expands `#{…}`, `#(…)` and `#[…]` also in what a command prints."""
    return line.replace("#", "##")


def status_json(reading: Reading, now: datetime, *, damaged: bool = False) -> dict[str, Any]:
    """The object of `status --format json`: schema 1 of `docs/schemas/status.schema.json`. Seconds are whole.

    The logs of a drill are no logs that anybody watches.
    """
    known = None if isinstance(reading, str) else reading
    real = None if known is None or known.drill else known
    incidents = [_incident_json(one, now) for one in known.incidents] if known else []
    return {
        "schema": 1,
        "known": reading != "unreadable",
        "as_of": _utc(now),
        "written": _utc(known.written) if known else None,
        "stale": known.stale(now) if known else False,
        "watching": real.watching if real else False,
        "silent": real.silent if real else False,
        "damaged": damaged,
        "suggested": _suggested_json(real) if real and real.metric else None,
        "incidents": incidents,
    }


def _suggested_json(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "severity": snapshot.firing,
        "metric": snapshot.metric,
        "dismissed_by": snapshot.dismissed_by or None,
    }


def _parts(snapshot: Snapshot, now: datetime, *, plain: bool) -> Iterator[str]:
    if snapshot.stale(now):
        yield _("as of {age} ago").format(age=duration(abs(now - snapshot.written)))
    if snapshot.drill and not snapshot.incidents:
        yield _("DRILL")
    if snapshot.silent:
        yield _("SILENT")
    if snapshot.incidents:
        yield from _incident_parts(snapshot.incidents[0], now, plain=plain)
        others = len(snapshot.incidents) - 1
        if others:
            yield ngettext("{count} more open", "{count} more open", others).format(count=others)
        return
    if snapshot.firing:
        dismissed, open_ = _("{severity} suggested, dismissed by {name}"), _("{severity} suggested, not declared")
        yield (dismissed if snapshot.dismissed_by else open_).format(
            severity=snapshot.firing, name=snapshot.dismissed_by
        )
        yield snapshot.metric or ""
        return
    yield _("no incident")


def _incident_parts(incident: OpenIncident, now: datetime, *, plain: bool) -> Iterator[str]:
    drill = _("DRILL") + " " if incident.drill else ""
    yield f"{drill}{incident.severity or _('no severity')} {incident.id} {_status(incident.status)}"
    for clock in incident.clocks:
        yield _clock(clock, now, plain=plain)
    yield incident.owner or _("no owner")
    if incident.title:
        yield incident.title[:_LONGEST_TITLE]


def _clock(clock: RunningClock, now: datetime, *, plain: bool) -> str:
    names = {"ack": _("ACK"), "mitigate": _("MITIGATE"), "update": _("NEXT UPDATE")}
    name = names.get(clock.kind, clock.kind)
    left = clock.left(now)
    if clock.finished is not None:
        in_time, late = ("ok", "late") if plain else ("✓", "✗")
        return f"{name} {in_time if left >= timedelta() else late}"
    return f"{name} {duration(left)}" if left >= timedelta() else f"{name} +{duration(left)} {_('OVER')}"


def _status(status: str) -> str:
    names = {
        "declared": _("declared"),
        "acknowledged": _("acknowledged"),
        "mitigated": _("mitigated"),
        "resolved": _("resolved"),
    }
    return names.get(status, status)


def _incident_json(incident: OpenIncident, now: datetime) -> dict[str, Any]:
    return {
        "id": incident.id,
        "status": incident.status,
        "severity": incident.severity,
        "title": incident.title,
        "owner": incident.owner,
        "drill": incident.drill,
        "clocks": [
            {
                "kind": clock.kind,
                "deadline": _utc(clock.deadline),
                "finished": clock.finished and _utc(clock.finished),
                "seconds_left": int(clock.left(now).total_seconds()),
            }
            for clock in incident.clocks
        ],
    }


def _utc(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
