"""Which drills were run here: the plan of each, kept hidden beside the journals of what was decided in it.

Every run has a data folder of its own: what one team left open is not in the way of the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import orjson

from tui.drill.generate import Plan
from tui.drill.model import scenarios
from tui.session.atomic import write_private
from tui.session.rehearsal import PLAN
from tui.session.times import utc_text

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "drills"
"""Inside the data folder: rehearsals stay apart from the team's own journals."""


@dataclass(frozen=True, slots=True)
class Run:
    """One drill: what was played, when somebody sat down to it, and where its journals are."""

    plan: Plan
    opened: datetime
    folder: Path


def keep(data_dir: Path, plan: Plan, opened: datetime) -> Run:
    """Write a run down before anybody plays it; its plan says when things go wrong. Raises OSError."""
    if plan.onset is None:
        raise ValueError("a drill that is played needs an onset")
    said = {
        "schema": 1,
        "opened": utc_text(opened),
        "scenario": plan.scenario,
        "seed": plan.seed,
        "start": utc_text(plan.start),
        "onset_seconds": plan.onset.total_seconds(),
        "per_second": plan.per_second,
    }
    folder = data_dir / FOLDER / f"{opened:%Y%m%dT%H%M%SZ}-{plan.seed}"
    write_private(folder / PLAN, orjson.dumps(said, option=orjson.OPT_INDENT_2))
    return Run(plan, opened, folder)


def kept(data_dir: Path) -> tuple[Run, ...]:
    """Every run that can be read, the oldest first."""
    try:
        files = sorted((data_dir / FOLDER).glob(f"*/{PLAN}"))
    except OSError:
        return ()
    found = (_read(file) for file in files)
    return tuple(sorted((run for run in found if run is not None), key=lambda run: run.opened))


def run_in(folder: Path) -> Run | None:
    """The run whose own folder this is; None for any other folder."""
    return _read(folder / PLAN)


def _read(file: Path) -> Run | None:
    try:
        said = orjson.loads(file.read_bytes())
        plan = Plan(
            scenario=said["scenario"],
            seed=int(said["seed"]),
            start=datetime.fromisoformat(said["start"]),
            minutes=None,
            onset=timedelta(seconds=said["onset_seconds"]),
            per_second=None if said["per_second"] is None else float(said["per_second"]),
        )
        run = Run(plan, datetime.fromisoformat(said["opened"]), file.parent)
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None
    sound = plan.scenario in scenarios() and plan.start.tzinfo and run.opened.tzinfo
    return run if sound else None
