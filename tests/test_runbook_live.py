"""Nothing in the runbook is only text where data exists: every probe and outcome of it changes with the logs."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.events import ACK, AUTH, after, event, stored, traffic
from tests.test_probes import (
    DRILL_START,
    JOURNAL_PREDICATES,
    JOURNAL_PROBES,
    ONSET,
    drilled,
    every_predicate,
    every_probe,
    standing,
    told,
    week3,
    wording,
)
from tui.drill.model import scenarios
from tui.locale import use
from tui.metrics.predicates import answer_predicate
from tui.metrics.probes import answer_probe
from tui.present.outcome_words import answer_line
from tui.present.probe_words import probe_line
from tui.present.spans import plain
from tui.runbook import predicates
from tui.runbook.procedures import Step
from tui.runbook.references import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.metrics.standpoint import Standpoint
    from tui.runbook.procedures import Procedures

ONLY_PEOPLE_DO = {"rotate-secret", "revoke-old-secret"}
"""Steps in a secret store, which no log and no journal knows."""
ONLY_PEOPLE_KNOW = {"push-as-flagged", "rollback-plan", "disable-push"}
NEVER_TRIED = {"google-login-works"}
"""The drills' users do not log in with it: its outcome stays unknown, which `test_probes` checks."""
CALM, TROUBLE = timedelta(minutes=25), ONSET + timedelta(minutes=15, seconds=20)
LATE = TROUBLE + timedelta(minutes=7)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    use("en")
    yield
    use("en")


def text_only(runbook: Procedures) -> set[str]:
    """Ids of steps without live facts, and of what waits for somebody's word alone."""
    found: set[str] = set()
    for _, model in walk(runbook):
        if isinstance(model, Step) and not model.probes:
            found.add(model.id)
        if isinstance(model, Step) and model.when is not None and model.when.kind == "answer":
            found.add(model.id)
        if isinstance(model, predicates.Check) and model.holds.kind == "answer":
            found.add(model.id)
    return found


def test_only_what_no_log_and_no_journal_knows_is_text_alone() -> None:
    assert text_only(week3()) == ONLY_PEOPLE_DO | ONLY_PEOPLE_KNOW


@cache
def moments() -> tuple[Standpoint, ...]:
    """Before, in and late in the trouble of every scenario; the journal says the same at each."""
    found = []
    metrics = {scenario.id: scenario.metric for scenario in week3().drills.scenarios}
    for name in scenarios():
        for elapsed in (CALM, TROUBLE, LATE):
            now = DRILL_START + elapsed
            found.append(standing(drilled(name)[0], now, told(now, metrics.get(name, AUTH)), live=True))
    return (*found, failing("MISSING_ANONYMOUS_ID"), failing("INTERNAL_ERROR"))


def failing(reason: str) -> Standpoint:
    """Acknowledgements that fail for a reason which no drill has."""
    fails = [event(ACK, after(29, second), flow="ack_delivered", reason=reason, statusCode=400) for second in range(9)]
    return standing(stored(traffic(after(0), after(30)), fails), after(30), told(after(30), ACK), live=True)


def test_every_probe_of_the_logs_says_something_else_in_trouble() -> None:
    about_logs = [probe for probe in every_probe() if probe.kind not in JOURNAL_PROBES]
    for probe in about_logs:
        lines = {plain(probe_line(answer_probe(probe, at), wording(at))) for at in moments()}
        assert len(lines) > 1, (probe, lines)
    print(f"{len(about_logs)} probes of the logs, {len(moments())} moments")


def test_every_outcome_and_condition_of_the_logs_is_met_at_one_moment_and_not_at_another() -> None:
    about_logs = [(name, one) for name, one in every_predicate() if one.kind not in JOURNAL_PREDICATES]
    for name, predicate in about_logs:
        if name in NEVER_TRIED:
            continue
        answers = [answer_predicate(predicate, at, name) for at in moments()]
        assert {answer.met for answer in answers} >= {True, False}, name
        lines = {plain(answer_line(predicate, each, wording(at))) for each, at in zip(answers, moments(), strict=True)}
        assert len(lines) > 1, name
    print(f"{len(about_logs)} outcomes and conditions of the logs")
