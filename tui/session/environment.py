"""The last check of an environment file, remembered for the steps and gates that ask for it: names, never values."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, get_args

import orjson

from tui.metrics.journalled import EnvironmentCheck, Presence
from tui.session.atomic import write_private

if TYPE_CHECKING:
    from pathlib import Path

    from tui.runbook.envcheck import Report

_PRESENCES: frozenset[str] = frozenset(get_args(Presence))


def check_path(data_dir: Path) -> Path:
    """Path of what is remembered."""
    return data_dir / "environment.json"


def remember_check(data_dir: Path, report: Report, at: datetime) -> None:
    """Remember a check made at `at`, in place of the one before. Raises OSError."""
    found = {"schema": 1, "at": at.astimezone(UTC), "states": dict(report.states)}
    write_private(check_path(data_dir), orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z))


def last_check(data_dir: Path) -> EnvironmentCheck | None:
    """Return the last check; None when nobody made one, or it cannot be read: then nothing is known."""
    try:
        found = orjson.loads(check_path(data_dir).read_bytes())
        at = datetime.fromisoformat(found["at"])
        states = dict(found["states"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if found.get("schema") != 1 or at.tzinfo is None or not set(states.values()) <= _PRESENCES:
        return None
    return EnvironmentCheck(at.astimezone(UTC), states)
