"""What every rule, panel and figure says at one instant, before anything is concluded from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tui.metrics.minutes import floor_minute
from tui.metrics.rules import episodes
from tui.metrics.windows import floor_index, measure_rows, rule_question
from tui.runbook.model import Stream

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tui.metrics.board import Episode
    from tui.metrics.store import EventStore
    from tui.metrics.windows import Question
    from tui.runbook.model import LogRules

RECENT = timedelta(hours=1)
"""How far back a board shows what the rules said."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The rules at one instant."""

    at: datetime
    values: dict[str, float | None]
    """By rule id, over the window that ends at `at`; None without data."""
    episodes: tuple[Episode, ...]
    """Every one that began by then, as it stood then, oldest first."""
    recent: tuple[Episode, ...]
    """Those of them that are open or were so within the last hour."""

    @property
    def open(self) -> list[Episode]:
        """The episodes pending or firing, oldest first."""
        return [life for life in self.recent if life.open]


def read(rules: LogRules, store: EventStore, at: datetime) -> Reading:
    """Measure every rule exactly at `at`, and fold its whole minutes into episodes, oldest first."""
    questions = {rule.id: rule_question(rule, rules.metric(rule.stream.metric)) for rule in rules.rules}
    values = dict(zip(questions, exact(store, list(questions.values()), at), strict=True))
    lives = [
        life
        for rule in rules.rules
        for life in episodes(rule, store.minutes(questions[rule.id], at), floor_minute(at), rules.step)
    ]
    lives.sort(key=lambda life: life.pending_at)
    since = at - RECENT
    recent = tuple(life for life in lives if life.resolved_at is None or life.resolved_at > since)
    return Reading(at, values, tuple(lives), recent)


def exact(store: EventStore, questions: Sequence[Question], at: datetime) -> list[float | None]:
    """Each question's value over (at - window, at]; those of one metric and window share one pass over the rows.

    Where rows of the window are not kept any more, the value is that of the last whole minute, which knew them.
    """
    groups: dict[tuple[str, timedelta], list[int]] = {}
    for number, question in enumerate(questions):
        groups.setdefault((question.metric.id, question.window), []).append(number)
    found: list[float | None] = [None] * len(questions)
    for (metric, window), members in groups.items():
        asked = [questions[number] for number in members]
        if store.complete(metric, at - window):
            values = measure_rows(asked, store.window(Stream(metric=metric), at - window, at))
        else:
            values = [store.minutes(question, at).get(floor_index(at)) for question in asked]
        for number, value in zip(members, values, strict=True):
            found[number] = value
    return found
