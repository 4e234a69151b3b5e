"""The playbook that a runbook proposes for a metric, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.present.situation import Playbook

if TYPE_CHECKING:
    from tui.present.situation import Texts
    from tui.runbook.procedures import Procedures


def proposed_playbook(runbook: Procedures, texts: Texts, metric: str) -> Playbook | None:
    """Return the first playbook that serves the metric, with its steps and expected outcomes; None without one."""
    for playbook in runbook.playbooks:
        if metric in playbook.serves:
            return Playbook(
                title=f"{playbook.section} {texts.title(f'playbook.{playbook.id}')}",
                steps=tuple(texts.title(f"step.{step.id}") for step in playbook.steps),
                expected_heading=texts.title(f"heading.{playbook.expected_heading}"),
                expected=tuple(texts.title(f"check.{check.id}") for check in playbook.expected),
            )
    return None
