"""A drill's log as bytes, and its answers as JSON has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from tui.drill.generate import generate
from tui.session.times import utc_text

if TYPE_CHECKING:
    from tui.drill.generate import Plan
    from tui.drill.truth import Truth


def write(plan: Plan, out: BinaryIO, truth: Truth | None = None) -> int:
    """Write the log of a plan that has an end, telling every line to `truth`; returns how many lines there are."""
    lines = 0
    for line in generate(plan):
        out.write(line.data)
        lines += 1
        if truth is not None:
            truth.add(line)
    return lines


def answers(plan: Plan, truth: Truth) -> dict[str, Any]:
    """Return what is true of a plan's log, headed by the plan itself."""
    drill = {
        "scenario": plan.scenario,
        "seed": plan.seed,
        "start": utc_text(plan.start),
        "minutes": plan.minutes,
        "per_second": plan.per_second,
    }
    return {"schema": 1, "drill": drill, **truth.answers()}
