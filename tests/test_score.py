"""A drill's journal judged against what was hidden: as a person would judge it."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.incidents import FACTS, ID, LESSER, METRIC, OTHER_METRIC, RUNBOOK, WORST, Play, at, mins, reading
from tests.test_cli import guardia, schema
from tui.drill.generate import Plan
from tui.drill.hidden import Hidden, HiddenAlert, drawn, hidden_of, hidden_plan
from tui.drill.live import DrillSource
from tui.drill.runs import keep
from tui.drill.score import Score, score
from tui.incident import actions as a
from tui.incident.facts import Condition, Facts, Found, LogRecord, SourceIdentity
from tui.runbook.load import load_runbook
from tui.session.act import new_desk
from tui.session.engine import Engine
from tui.session.facts import Surroundings
from tui.session.reader import FixedSources

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tui.incident.record import Recorded

RULES = {severity: next(rule for rule in RUNBOOK.rules if rule.panel == METRIC and rule.severity == severity)
         for severity in (WORST, LESSER)}  # fmt: skip
CHECKS = [check.id for check in RUNBOOK.rollback.conditions if check.holds.kind != "commands_passed"]
SMOKE = [command.id for command in RUNBOOK.commands if command.kind == "prod-smoke"]
PLAYBOOK = next(playbook for playbook in RUNBOOK.playbooks if METRIC in playbook.serves)
SEVERE = RUNBOOK.severity(WORST)


def alert(severity: str, fired: float, resolved: float | None, metric: str = METRIC) -> HiddenAlert:
    rule = RULES[severity]
    over = None if resolved is None else at(resolved)
    return HiddenAlert(rule.id, metric, severity, at(fired - 2), at(fired), over, rule.window)


HIDDEN = Hidden("auth-outage", (alert(WORST, 4, 20), alert(LESSER, 7, 21)))
"""Fires at minute 4; the last user suffered at minute 16; quiet from minute 21 on."""


def record(metric: str, minute: float) -> Facts:
    found = LogRecord(SourceIdentity("drill"), 0, 10, 0, "a" * 64, at(minute), metric)
    return replace(facts(met=None), found=(Found("req_abc123", found),))


def facts(*, met: bool | None) -> Facts:
    readings: tuple[Condition, ...] = tuple(reading(name, met=met) for name in CHECKS)
    return replace(FACTS, drill=True, readings=(*readings, reading(RUNBOOK.closure.resolved.id, met=met)))


def judged(records: Iterable[Recorded], hidden: Hidden = HIDDEN) -> Score:
    return score(ID, records, RUNBOOK, hidden)


@cache
def perfect() -> tuple[Recorded, ...]:
    """A team that does everything, in order and in time."""
    play = Play(facts(met=None))
    play.do(a.Declare(severity=WORST, metric=METRIC, owner="@ana"), 5, facts=record(METRIC, 3))
    play.do(a.Acknowledge(), 5.5)
    play.do(a.SetField(name="anchor", value="req_abc123"), 6, facts=record(METRIC, 3))
    play.do(a.PinEvidence(request_id="req_abc123"), 6, facts=record(METRIC, 3))
    play.do(a.SetChannel(channel="#incident"), 6.5)
    play.do(a.NoteDeploys(frozen=True), 7)
    for step in (*RUNBOOK.triage.steps, *PLAYBOOK.steps):
        play.do(a.TickStep(step=step.id, note="looked"), 8)
    play.do(a.SendUpdate(text="we are on it"), 9)
    play.do(a.Mitigate(why="rolled back"), 17)
    for command in SMOKE:
        play.do(a.RecordRun(command=command, exit_code=0, duration_ms=900), 24)
    play.do(a.SendUpdate(text="mitigated"), 18)
    play.do(a.Decide(decision="GO"), 37, facts=facts(met=True))
    play.do(a.SendUpdate(text="normal again"), 37)
    play.do(a.Resolve(), 38, facts=facts(met=True))
    return tuple(play.records)


@cache
def careless() -> tuple[Recorded, ...]:
    """A team that wakes up late, says the wrong things and calls it over while it burns."""
    play = Play(facts(met=None))
    play.do(a.Declare(severity=LESSER, metric=OTHER_METRIC), 30)
    play.do(a.Mitigate(why="it will be fine"), 50)
    play.do(a.Decide(decision="GO", override=True, why="trust me"), 51, facts=facts(met=False))
    play.do(a.Resolve(why="tired"), 200)
    return tuple(play.records)


BURNING = Hidden("auth-outage", (alert(WORST, 4, None),))


def test_the_perfect_journal_has_nothing_to_wish_for() -> None:
    found = judged(perfect())
    assert [(one.id, one.said, one.lacking) for one in found.judgements if not one.met] == []
    assert found.percent == 100


def test_the_careless_journal_earns_nothing() -> None:
    found = judged(careless(), BURNING)
    earned = {one.id: one.credit for one in found.judgements if one.credit}
    assert set(earned) <= {"steps"}
    assert earned.get("steps", 0) < 0.5
    assert found.percent < 10
    assert found.of("mitigation").lacking == ("still-burning",)
    assert (found.of("severity").said, found.of("severity").true) == (LESSER, WORST)
    assert (found.of("metric").said, found.of("metric").true) == (OTHER_METRIC, METRIC)
    assert found.of("decision").true == "NO_GO"
    assert set(found.of("triage").lacking) == {"anchor"}


def test_who_did_nothing_at_all_has_nothing() -> None:
    found = judged(())
    assert found.incident is None
    assert found.percent == 0
    assert found.of("first-response").took is None


def without(*kinds: str) -> list[Recorded]:
    return [one for one in perfect() if one.entry.payload.type not in kinds]


@pytest.mark.parametrize(
    ("left_out", "lost"),
    [
        (("update_sent",), {"updates"}),
        (("decided",), {"decision"}),
        (("mitigated", "resolved"), {"mitigation"}),
        (("evidence_pinned",), {"evidence"}),
        (("step_ticked",), {"steps"}),
    ],
)
def test_what_was_left_out_costs_just_that(left_out: tuple[str, ...], lost: set[str]) -> None:
    found = judged(without(*left_out))
    assert {one.id for one in found.judgements if not one.met} - {"updates"} == lost - {"updates"}
    assert "updates" not in lost or not found.of("updates").met


def test_skipped_steps_are_named_and_the_rest_still_counts() -> None:
    skipped = PLAYBOOK.steps[0].id
    found = judged([one for one in perfect() if getattr(one.entry.payload, "step", None) != skipped])
    assert found.of("steps").lacking == (skipped,)
    assert 0 < found.of("steps").credit < 1


def test_who_walks_away_has_not_kept_anybody_informed() -> None:
    play = Play(facts(met=None))
    play.do(a.Declare(severity=WORST, metric=METRIC), 5)
    long = Hidden("auth-outage", (alert(WORST, 4, 5 + SEVERE.update_every / mins(1) + 1),))
    assert not judged(play.records, long).of("updates").met
    play.do(a.SendUpdate(text="we are on it"), 15)
    assert judged(play.records, long).of("updates").met


@pytest.mark.parametrize(
    ("minutes", "in_time"), [(0, True), (SEVERE.ack / mins(1), True), (SEVERE.ack / mins(1) + 0.1, False), (-3, True)]
)
def test_ack_is_in_time_up_to_the_last_instant_of_the_true_limit(minutes: float, *, in_time: bool) -> None:
    play = Play(facts(met=None))
    start = min(4 + minutes, 4)
    play.do(a.Declare(severity=LESSER, metric=METRIC), start)
    play.do(a.Acknowledge(), 4 + minutes)
    found = judged(play.records).of("ack")
    assert (found.limit, found.met) == (SEVERE.ack, in_time)


def test_a_milder_severity_never_buys_a_longer_limit() -> None:
    play = Play(facts(met=None))
    play.do(a.Declare(severity=LESSER, metric=METRIC), 5)
    play.do(a.Acknowledge(), 4 + RUNBOOK.severity(LESSER).ack / mins(1))
    assert not judged(play.records).of("ack").met


def test_evidence_of_something_else_proves_nothing() -> None:
    for facts_of_it in (record(OTHER_METRIC, 5), record(METRIC, -60)):
        play = Play(facts(met=None))
        play.do(a.Declare(severity=WORST, metric=METRIC), 5)
        play.do(a.PinEvidence(request_id="req_abc123"), 6, facts=facts_of_it)
        assert not judged(play.records).of("evidence").met


@pytest.mark.parametrize(
    ("decision", "conditions", "minute", "right"),
    [("GO", True, 40, True), ("NO_GO", True, 40, False), ("NO_GO", False, 40, True), ("NO_GO", True, 10, True)],
)
def test_a_decision_is_right_when_the_numbers_and_the_truth_say_so(
    decision: str, minute: float, *, conditions: bool, right: bool
) -> None:
    play = Play(facts(met=None))
    play.do(a.Declare(severity=WORST, metric=METRIC), 5)
    play.do(a.Mitigate(), 6)
    for command in SMOKE:
        play.do(a.RecordRun(command=command, exit_code=0, duration_ms=900), 7)
    decided = a.Decide(decision="GO" if decision == "GO" else "NO_GO")
    play.do(decided, minute, facts=facts(met=conditions))
    assert judged(play.records).of("decision").met is right


def test_a_severity_that_comes_only_after_mitigation_is_not_asked_for() -> None:
    later = Hidden("combined", (alert(LESSER, 4, 20), alert(WORST, 60, 70)))
    play = Play(facts(met=None))
    play.do(a.Declare(severity=LESSER, metric=METRIC), 5)
    play.do(a.Mitigate(), 22)
    assert judged(play.records, later).of("severity").met


def test_each_weekly_scenario_fires_on_its_own_metric() -> None:
    start = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
    for scenario in RUNBOOK.drills.scenarios:
        plan = Plan(scenario.id, 3, start, minutes=None, onset=timedelta(minutes=20))
        hidden = hidden_of(plan, RUNBOOK, start + timedelta(minutes=50))
        assert hidden is not None
        play = Play(facts(met=None))
        assert judged(play.records, hidden).of("metric").true == scenario.metric


def test_nothing_fires_before_the_onset() -> None:
    start = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
    plan = Plan(RUNBOOK.drills.scenarios[0].id, 3, start, minutes=None, onset=timedelta(minutes=20))
    assert hidden_of(plan, RUNBOOK, start + timedelta(minutes=10)) is None


def test_a_seed_draws_one_scenario_and_all_are_drawn() -> None:
    known = {scenario.id for scenario in RUNBOOK.drills.scenarios}
    assert {drawn(RUNBOOK, seed) for seed in range(60)} == known
    assert all(drawn(RUNBOOK, seed) == drawn(RUNBOOK, seed) for seed in range(5))


@settings(max_examples=40, deadline=None)
@given(st.sets(st.integers(0, len(perfect()) - 1)))
def test_whatever_is_left_of_a_journal_can_be_judged(left_out: set[int]) -> None:
    rest = [one for number, one in enumerate(perfect()) if number not in left_out]
    found = judged(rest)
    assert found.percent == round(100 * sum(one.credit for one in found.judgements) / len(found.judgements))
    assert found.passed <= found.percent * len(found.judgements) / 100 + 1
    assert all(one.met or one.credit < 1 for one in found.judgements)
    assert (found.incident is None) == (not rest)


# --- the commands ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A drill's log with its answers, and an incident declared, taken and mitigated on it."""
    folder = tmp_path_factory.mktemp("drill")
    log, answers = folder / "log.ndjson", folder / "answers.json"
    written = guardia("drill", "auth-outage", "--out", log, "--answers", answers, "--minutes", "50", "--rate", "2")
    assert written.returncode == 0
    first = next(one for one in json.loads(answers.read_text())["alerts"] if one["severity"] == WORST)
    fired, over = (datetime.fromisoformat(first[key]) for key in ("fired_at", "resolved_at"))
    for words, moment in (
        (("declare", "--severity", WORST, log), fired),
        (("ack",), fired + mins(1)),
        (("mitigate", "--why", "rolled back", log), over),
    ):
        shown = guardia("incident", *words, "--at", moment.isoformat(), "--data-dir", folder / "data")
        assert shown.returncode == 0, shown.stderr
    return folder


@pytest.fixture
def team(played: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    return shutil.copytree(played, tmp_path / "team")


def scored(team: Path, *arguments: str | Path, data_dir: Path | None = None) -> dict[str, Any]:
    shown = guardia("drill", "score", "--json", "--data-dir", data_dir or team / "data", *arguments)
    assert shown.returncode == 0, shown.stderr
    result: dict[str, Any] = json.loads(shown.stdout)
    jsonschema.validate(result, schema("score"))
    return result


def test_a_headless_drill_is_judged_by_its_answers(team: Path) -> None:
    result = scored(team, "--answers", team / "answers.json")
    assert {one["id"] for one in result["judgements"] if not one["met"]} == {"steps", "decision"}
    assert result["scenario"] == "auth-outage"


def test_a_run_and_a_file_of_answers_give_the_same_score_for_the_same_journal(team: Path) -> None:
    by_answers = scored(team, "--answers", team / "answers.json")
    told = json.loads((team / "answers.json").read_text())["drill"]
    start = datetime.fromisoformat(told["start"])
    onset = mins(told["minutes"] * 2 // 5)
    plan = Plan(told["scenario"], told["seed"], start, minutes=None, onset=onset, per_second=told["per_second"])
    run = keep(team / "data", plan, start)
    shutil.copytree(team / "data" / "incidents", run.folder / "incidents")
    assert scored(team) == by_answers
    assert scored(team, "--id", by_answers["incident"]) == by_answers


@dataclass
class StoppedClock:
    """Stands where it is put."""

    at: datetime

    def now(self) -> datetime:
        return self.at


def test_a_drill_played_on_the_live_board_is_judged_by_its_own_plan(tmp_path: Path) -> None:
    clock = StoppedClock(datetime(2026, 3, 2, 1, 30, 20, tzinfo=UTC))
    loaded = load_runbook(None, "en")
    run = keep(tmp_path, hidden_plan(RUNBOOK, 5, clock.at, "ack-failures"), clock.at)
    hidden = hidden_of(run.plan, RUNBOOK, clock.at + mins(20))
    assert hidden is not None
    engine = Engine(loaded, FixedSources(DrillSource(run.plan, clock.now)), clock=clock, mode="drill", zone=UTC)
    desk = new_desk(run.folder, clock.at.date())

    def do(command: a.Command, moment: datetime) -> None:
        clock.at = moment
        engine.drain()
        assert desk.perform(command, "@ana", clock.at, Surroundings(loaded, engine).look).ok

    do(a.Declare(severity=hidden.alerts[0].severity), hidden.fired_at + mins(1))
    do(a.Acknowledge(), hidden.fired_at + mins(2))
    do(a.Mitigate(why="restarted"), (hidden.alerts[0].resolved_at or clock.at) + mins(1))
    desk.close()
    result = scored(tmp_path, data_dir=tmp_path)
    assert desk.state.drill
    assert result["incident"] == desk.id
    assert result["scenario"] == "ack-failures"
    unmet = {one["id"] for one in result["judgements"] if not one["met"]}
    assert unmet == {"steps", "decision"}


def test_the_history_says_what_was_played_and_what_is_due(team: Path) -> None:
    start = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
    run = keep(team / "data", hidden_plan(RUNBOOK, 1, start, "auth-outage"), start)
    keep(team / "data", hidden_plan(RUNBOOK, 2, start, "authz-spike"), start + mins(90))
    shutil.copytree(team / "data" / "incidents", run.folder / "incidents")
    shown = guardia("drill", "history", "--json", "--data-dir", team / "data")
    result = json.loads(shown.stdout)
    jsonschema.validate(result, schema("drills"))
    assert [(one["scenario"], one["incident"] is not None) for one in result["drills"]] == [
        ("auth-outage", True),
        ("authz-spike", False),
    ]
    due = {one["scenario"]: one["due"] for one in result["due"]}
    assert set(due) == {scenario.id for scenario in RUNBOOK.drills.scenarios}
    assert due["auth-outage"] == "2026-03-09T01:30:00Z"
    assert due["authz-spike"] is None


def test_the_record_holds_every_field_of_the_runbook(team: Path) -> None:
    shown = guardia("drill", "record", "--answers", team / "answers.json", "--data-dir", team / "data")
    texts = load_runbook(None, "en").texts
    for field in RUNBOOK.drills.record:
        assert f"| {texts.title(f'record.{field.id}')} |" in shown.stdout
    assert shown.stdout.startswith("# DRILL")
    out = team / "record.md"
    asked = ("drill", "record", "--answers", team / "answers.json", "--data-dir", team / "data", "--out", out)
    assert guardia(*asked).returncode == 0
    assert out.read_text() == shown.stdout
    assert guardia(*asked).returncode == 1


def test_without_a_drill_there_is_nothing_to_judge(tmp_path: Path) -> None:
    shown = guardia("drill", "score", "--data-dir", tmp_path)
    assert (shown.returncode, shown.stdout) == (1, "")
    assert guardia("drill", "score", "--data-dir", tmp_path, "--id", "INC-20260302-abcd").returncode == 2


def test_answers_that_cannot_be_read_end_with_3(team: Path) -> None:
    (team / "answers.json").write_text('{"drill": 3}')
    asked = ("drill", "score", "--answers", team / "answers.json", "--data-dir", team / "data")
    assert guardia(*asked).returncode == 3


def test_a_hidden_plan_fires_within_minutes_of_its_opening() -> None:
    now = datetime(2026, 3, 2, 1, 30, 20, tzinfo=UTC)
    for seed, scenario in enumerate(RUNBOOK.drills.scenarios):
        hidden = hidden_of(hidden_plan(RUNBOOK, seed, now, scenario.id), RUNBOOK, now + mins(10))
        assert hidden is not None
        assert timedelta() < hidden.fired_at - now <= mins(6)
