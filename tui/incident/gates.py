"""Gates: what must hold before triage is complete, before GO, before closing (contracts §4). Pure.

Every condition is true, false or unknown, with the numbers behind it. Unknown is never good enough.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from tui.incident.facts import Condition, Facts
from tui.incident.times import times
from tui.runbook import predicates

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tui.incident.state import IncidentState, Run
    from tui.runbook.model import LogRules
    from tui.runbook.procedures import ClosureItem, Procedures

EVIDENCE = "evidence"
DECISION = "decision"
_SATURDAY = 5

_FILE_AND_LINE = re.compile(r"[\w./@-]*\w\.[A-Za-z]\w{0,7}:[1-9]\d*\b")
_UPPER_SNAKE = re.compile(r"(?<![\w.-])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![\w-])")
_DOTTED = re.compile(r"(?<![\w./:@-])[a-z_][\w-]+(?:\.[a-z_][\w-]+)+(?![\w/:@-])")
_FILE_OR_HOST = re.compile(
    "bash|c|cfg|cjs|conf|cpp|cs|css|csv|env|gif|go|gz|h|html|ini|java|jpg|js|json|jsonl|jsx|key|kt|lock|log|md|mjs|pem"
    "|php|pid|png|py|rb|rs|rst|scss|sh|sock|sql|svg|tar|toml|ts|tsx|txt|vue|xml|yaml|yml|zip|com|dev|io|local|net|org"
)
"""A dotted word that ends so is a file or a host, not a setting."""


def triage(state: IncidentState, runbook: Procedures) -> tuple[Condition, ...]:
    """Return the least that triage must give (runbook §3), in the runbook's order."""
    known = {"severity": state.severity, "metric": state.metric, "anchor": state.anchor, "owner": state.owner}
    outputs = [(output.id, known[output.id] or "") for output in runbook.triage.output]
    return tuple(
        Condition(output, met=bool(value), note=value, missing=() if value else (output,)) for output, value in outputs
    )


def rollback(state: IncidentState, facts: Facts) -> tuple[Condition, ...]:
    """Return the conditions for GO (runbook §7), in the runbook's order."""
    return tuple(answer(check, state, facts) for check in facts.runbook.rollback.conditions)


def closure(state: IncidentState, facts: Facts) -> tuple[Condition, ...]:
    """Return the conditions for closing (runbook §10): the checklist, then what the gate asks beyond it."""
    gate = facts.runbook.closure
    return tuple(_closing(item, state, facts) for item in (*gate.checklist, *gate.also))


def missing(conditions: Sequence[Condition]) -> tuple[str, ...]:
    """Say exactly what is missing: the fields, times and facts, each once."""
    names = (name for condition in conditions if not condition.met for name in condition.missing or (condition.id,))
    return tuple(dict.fromkeys(names))


def unmet(conditions: Sequence[Condition]) -> int:
    """Count the conditions that are not known to hold: whoever says how much is missing means this (contracts §4)."""
    return sum(condition.met is not True for condition in conditions)


def passed(conditions: Sequence[Condition]) -> bool:
    """Whether every condition is known to hold."""
    return all(condition.met is True for condition in conditions)


def answer(check: predicates.Check, state: IncidentState, facts: Facts) -> Condition:
    """Answer one of the runbook's checks: from the journal where it can tell, else from what the logs said."""
    holds = check.holds
    match holds:
        case predicates.CommandsPassed():
            wanted = [command.id for command in facts.runbook.commands if command.kind == holds.of]
            return commands_passed(check.id, wanted, state, facts)
        case predicates.CommandPassed():
            return commands_passed(check.id, [holds.command], state, facts)
        case predicates.IncidentOn():
            met = None if state.metric is None else state.metric in holds.metrics
            return Condition(check.id, met, note=state.metric or "")
        case predicates.NoOpenIncident():
            others = sorted(name for name, severity in facts.open_incidents.items() if severity == holds.severity)
            return Condition(check.id, not others, value=len(others), limit=0, note=" ".join(others))
        case predicates.Answer():
            ticks = state.steps.get(check.id, ())
            return Condition(check.id, met=True if ticks else None, note=" ".join(tick.by for tick in ticks))
        case _:
            return facts.reading(check.id)


def commands_passed(check_id: str, wanted: Sequence[str], state: IncidentState, facts: Facts) -> Condition:
    """Whether the last run of each command after the latest mitigation or rollback exited 0.

    `value` of `limit` passed. A command that did not run, or was cancelled, is unknown; so is a list of none.
    """
    since = _last_change(state, facts)
    runs: dict[str, Run] = {run.run.command: run for run in state.runs if since is None or run.at >= since}
    codes = [runs[command].run.exit_code if command in runs else None for command in wanted]
    failed = [command for command, code in zip(wanted, codes, strict=True) if code not in {0, None}]
    waiting = [command for command, code in zip(wanted, codes, strict=True) if code is None]
    met = False if failed else None if waiting or not wanted else True
    undecided = tuple(failed or waiting)
    return Condition(check_id, met, value=codes.count(0), limit=len(wanted), missing=undecided)


def names_cause(text: str, runbook: LogRules) -> bool:
    """Whether a root cause names `file:line` or a setting (UPPER_SNAKE or a dotted name).

    The runbook's own metric names and codes look like settings and are none.
    """
    if _FILE_AND_LINE.search(text):
        return True
    words = _known_words(runbook)
    if any(match.group() not in words for match in _UPPER_SNAKE.finditer(text)):
        return True
    return any(not _FILE_OR_HOST.fullmatch(match.group().rpartition(".")[2]) for match in _DOTTED.finditer(text))


def parse_due(text: str) -> date | None:
    """Return a date written YYYY-MM-DD; None for anything else."""
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
    except ValueError:
        return None


def closing_due(resolved: datetime, working_days: int) -> date:
    """Return the day by which a resolved incident should be closed; Saturdays and Sundays do not count."""
    day = resolved.date()
    while working_days > 0:
        day += timedelta(days=1)
        working_days -= day.weekday() < _SATURDAY
    return day


def matched_evidence(state: IncidentState, facts: Facts) -> int:
    """Count the pinned records that matched: as just re-read, else as the journal last saw them."""
    reread = {reading.evidence: reading.result in {"matched", "matched_on_arrival"} for reading in facts.reread}
    return sum(reread.get(evidence.key, evidence.matched) for evidence in state.evidence)


def _closing(item: ClosureItem, state: IncidentState, facts: Facts) -> Condition:
    known = times(state)
    lacking: list[str] = [time for time in item.times if time != "closed" and getattr(known, time) is None]
    forms = {field.id: field.form for field in facts.runbook.closure.fields}
    lacking += [field for field in item.fields if not _filled(field, forms.get(field, "text"), state, facts)]
    matched = matched_evidence(state, facts)
    if matched < item.evidence:
        lacking.append(EVIDENCE)
    if item.decision and state.decision is None:
        lacking.append(DECISION)
    asked = len(item.times) + len(item.fields) + bool(item.evidence) + item.decision
    value, limit = (matched, item.evidence) if item.evidence else (asked - len(lacking), asked)
    return Condition(item.id, met=not lacking, value=value, limit=limit, missing=tuple(lacking))


def _filled(field: str, form: str, state: IncidentState, facts: Facts) -> bool:
    value = state.value(field).strip()
    checks: Mapping[str, Callable[[], bool]] = {
        "cause": partial(names_cause, value, facts.runbook),
        "date": lambda: parse_due(value) is not None,
        "sent": lambda: value == "yes" or _told(state),
    }
    return checks.get(form, lambda: bool(value))()


def _told(state: IncidentState) -> bool:
    """Whether an update went out once it was mitigated: an earlier one cannot tell the final state."""
    mitigated = state.mitigations[-1].at if state.mitigations else None
    return mitigated is not None and any(update.at >= mitigated for update in state.updates)


def _last_change(state: IncidentState, facts: Facts) -> datetime | None:
    changes = [mark.at for mark in state.mitigations]
    changes += [facts.deployed_at] if facts.deployed_at else []
    return max(changes, default=state.declared.at if state.declared else None)


def _known_words(runbook: LogRules) -> frozenset[str]:
    words = {metric.id for metric in runbook.metrics}
    for metric in runbook.metrics:
        for field in metric.fields.values():
            words.update(field.vocabulary)
    return frozenset(words)
