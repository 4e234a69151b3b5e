"""What people decide: commands become entries or refusals, entries fold to a state, gates say what is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.incidents import (
    EPISODE,
    FACTS,
    FOUND,
    ID,
    LESSER,
    LOG_CONDITIONS,
    METRIC,
    NORMAL,
    OTHER_METRIC,
    QUIET,
    RECORD,
    RULE,
    RUNBOOK,
    SMOKE,
    STEP,
    WORST,
    Play,
    at,
    declared,
    fill,
    mins,
    mitigated,
    reading,
)
from tui.incident import actions as a
from tui.incident import entries as e
from tui.incident import fold as folding
from tui.incident import gates, ruling, team, wire
from tui.incident.commands import Code, Refusal
from tui.incident.facts import (
    Condition,
    EarlyAck,
    Episode,
    Facts,
    Found,
    Numbers,
    Reread,
    SourceIdentity,
    Suggested,
)
from tui.incident.fold import fold, merge
from tui.incident.record import Entry, Recorded, Stamp
from tui.incident.slo import ClockKind
from tui.incident.state import OPEN, Status
from tui.incident.times import Times, clocks, linked_episodes, times

# --- the life of an incident --------------------------------------------------------------------


def test_a_whole_incident_from_declaring_to_closed() -> None:
    play = mitigated()
    play.do(a.PinEvidence(request_id="req_abc123"), 31, facts=FOUND)
    for command in SMOKE:
        play.do(a.RecordRun(command=command, exit_code=0, duration_ms=800), 32)
    play.do(a.Decide(decision="GO"), 33)
    play.do(a.Resolve(), 50)
    fill(play, 55)
    play.do(a.SendUpdate(text="all is normal"), 56)
    play.do(a.Close(), 60)
    assert play.state.status is Status.CLOSED
    assert play.times == Times(at(10), at(10), at(12), at(30), at(50), at(60), None)
    assert play.state.overridden == ()
    assert not play.state.unknown | play.state.without_effect


def test_acknowledging_twice_changes_nothing() -> None:
    play = declared()
    assert play.do(a.Acknowledge(), 12)
    assert play.do(a.Acknowledge(), 13, by="@beto") == ()
    play.do(a.Mitigate(), 20)
    assert play.do(a.Acknowledge(), 21) == ()
    assert play.times.acknowledged == at(12)


def test_mitigating_also_acknowledges_and_its_words_stand_in_the_form() -> None:
    play = declared()
    play.do(a.Mitigate(why="push switched off"), 20)
    assert (play.state.status, play.times.acknowledged) == (Status.MITIGATED, at(20))
    assert play.state.value("mitigation") == "push switched off"
    play.do(a.SetField(name="mitigation", value="push off by flag"), 21)
    assert play.state.value("mitigation") == "push off by flag"


def test_a_mitigation_noted_late_may_lie_before_the_acknowledgement() -> None:
    play = declared()
    play.do(a.Acknowledge(), 20)
    play.do(a.Mitigate(at=at(15)), 22)
    assert (play.times.acknowledged, play.times.mitigated) == (at(15), at(15))


@pytest.mark.parametrize("met", [False, None])
def test_resolving_takes_quiet_time_or_a_reason(met: bool | None) -> None:
    play = mitigated()
    loud = replace(FACTS, readings=(reading(NORMAL, met=met),))
    assert play.refused(a.Resolve(), 40, facts=loud) == [Code.NOT_NORMAL_YET]
    assert play.refused(a.Resolve(why="  "), 40, facts=loud) == [Code.NOT_NORMAL_YET]
    play.do(a.Resolve(why="the source ended; checked by hand"), 40, facts=loud)
    assert play.state.status is Status.RESOLVED


def test_resolving_needs_a_mitigation_first() -> None:
    assert declared().refused(a.Resolve(why="gone"), 20) == [Code.WRONG_STATUS]


def test_reopening_returns_to_acknowledged_and_keeps_the_times() -> None:
    play = mitigated()
    play.do(a.Resolve(), 50)
    assert play.refused(a.Reopen(), 60) == [Code.NEEDS_REASON]
    play.do(a.Reopen(why="errors again"), 60)
    assert play.state.status is Status.ACKNOWLEDGED
    assert (play.times.acknowledged, play.times.mitigated, play.times.resolved) == (at(12), at(30), at(50))
    assert play.times.to_resolve is None  # it is not over
    play.do(a.Mitigate(), 70)
    assert play.times.mitigated == at(30)  # the first mitigation is what the limit is about
    play.do(a.Resolve(), 90)
    assert play.times.to_resolve == mins(80)


@pytest.mark.parametrize("command", [a.Cancel, a.Reopen])
def test_a_false_alarm_ends_and_can_be_reopened_with_reasons(command: type[a.Cancel | a.Reopen]) -> None:
    play = declared()
    if command is a.Reopen:
        play.do(a.Cancel(why="a load test"), 15)
        assert (play.state.status, clocks(play.state, RUNBOOK.severities)) == (Status.CANCELLED, ())
    assert play.refused(command(), 20) == [Code.NEEDS_REASON]
    play.do(command(why="said so"), 20)
    expected = Status.ACKNOWLEDGED if command is a.Reopen else Status.CANCELLED
    assert play.state.status is expected
    assert play.times.acknowledged == (at(20) if command is a.Reopen else None)


def test_merging_needs_another_open_incident_and_a_reason() -> None:
    play = declared()
    facts = replace(QUIET, open_incidents={ID: WORST, "INC-20261119-zzzz": LESSER})
    assert play.refused(a.MergeInto(into=ID, why="x"), 12, facts=facts) == [Code.UNKNOWN_INCIDENT]
    assert play.refused(a.MergeInto(into="INC-20261119-nope", why="x"), 12, facts=facts) == [Code.UNKNOWN_INCIDENT]
    assert play.refused(a.MergeInto(into="INC-20261119-zzzz"), 12, facts=facts) == [Code.NEEDS_REASON]
    play.do(a.MergeInto(into="INC-20261119-zzzz", why="same outage"), 12, facts=facts)
    assert (play.state.status, play.state.merged_into) == (Status.MERGED, "INC-20261119-zzzz")


def test_once_it_is_over_only_notes_reopening_and_the_action_done_remain() -> None:
    play = declared()
    play.do(a.Cancel(why="a load test"), 15)
    for command in (a.Acknowledge(), a.Mitigate(), a.Close(), a.SetRole(role="owner", name="@x"), a.Undo()):
        assert play.refused(command, 20) == [Code.WRONG_STATUS]
    assert play.refused(a.SetField(name="impact", value="none"), 20) == [Code.WRONG_STATUS]
    play.do(a.Note(text="told the team"), 20)
    play.do(a.SetField(name="action_done", value="2026-12-01"), 21)


# --- declaring ----------------------------------------------------------------------------------


def test_declaring_takes_the_dominant_metric_and_its_anchor_but_never_a_severity() -> None:
    suggested = Suggested(METRIC, WORST, RULE.id, "req_abc123", ("req_abc123", "req_def456"))
    play = Play(replace(FOUND, suggested=suggested, numbers=Numbers(at(10), (EPISODE,))))
    play.do(a.Declare(), 10)
    state = play.state
    assert (state.severity, state.metric, state.anchor) == (None, METRIC, "req_abc123")
    assert [evidence.result for evidence in state.evidence] == ["matched"]
    assert state.numbers == Numbers(at(10), (EPISODE,))
    other = Play(replace(FOUND, suggested=suggested))
    other.do(a.Declare(metric=OTHER_METRIC), 10)
    assert (other.state.metric, other.state.anchor) == (OTHER_METRIC, None)


def test_the_declarer_owns_and_commands_until_somebody_is_named() -> None:
    play = declared()
    assert (play.state.owner, play.state.commander, play.state.scribe) == ("@ana", "@ana", None)
    play.do(a.SetRole(role="owner", name="@oncall"), 11)
    play.do(a.SetRole(role="scribe", name="@luz"), 11)
    assert (play.state.owner, play.state.commander, play.state.scribe) == ("@oncall", "@ana", "@luz")


def test_an_acknowledgement_given_before_declaring_counts_in_its_own_name() -> None:
    facts = replace(QUIET, early_acks=(EarlyAck(METRIC, at(6), "@beto"), EarlyAck(OTHER_METRIC, at(1), "@x")))
    play = declared(10, facts)
    assert (play.state.status, play.times.acknowledged, play.times.detected) == (Status.ACKNOWLEDGED, at(6), at(6))
    assert play.state.acknowledgements[0].by == "@beto"


def test_a_file_name_of_any_bytes_can_be_stored() -> None:
    source = SourceIdentity("caf\udce9\x1b.log", "/logs/caf\udce9\x1b.log")
    facts = replace(QUIET, sources=(source,), found=(Found("req_abc123", replace(RECORD, source=source)),))
    play = declared(10, facts)
    play.do(a.PinEvidence(request_id="req_abc123"), 11)
    lines, _ = wire.encode(play.records, "")
    assert [line.recorded for line in wire.scan("s", lines).lines] == play.records


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (a.Declare(severity="SEV0"), Code.UNKNOWN_SEVERITY),
        (a.Declare(metric="METRIC_NONE"), Code.UNKNOWN_METRIC),
        (a.Declare(started=at(20)), Code.OUT_OF_ORDER),
        (a.Declare(started=at(5), detected=at(4)), Code.OUT_OF_ORDER),
        (a.Declare(at=at(12)), Code.IN_FUTURE),
    ],
)
def test_a_declaration_that_cannot_be_is_refused(command: a.Command, code: Code) -> None:
    assert Play().refused(command, 10) == [code]


def test_an_incident_is_declared_once_and_before_anything_else() -> None:
    assert declared().refused(a.Declare(severity=WORST), 20) == [Code.ALREADY_DECLARED]
    assert Play().refused(a.Acknowledge(), 20) == [Code.NO_INCIDENT]


# --- times (contracts §2) -----------------------------------------------------------------------


def test_started_is_the_anchor_event_and_detected_the_firing() -> None:
    play = declared(10, replace(QUIET, numbers=Numbers(at(10), (EPISODE,))))
    assert (play.times.started, play.times.detected) == (at(0.5), at(4))
    play.do(a.Acknowledge(), 11)
    assert (play.times.to_detect, play.times.to_acknowledge) == (mins(3.5), mins(7))


def test_a_report_or_an_acknowledgement_before_the_firing_is_the_detection() -> None:
    numbers = Numbers(at(10), (EPISODE,))
    play = declared(3, replace(QUIET, numbers=numbers))
    assert (play.times.started, play.times.detected) == (at(0.5), at(3))
    play = declared(10, replace(QUIET, numbers=numbers))
    play.do(a.Acknowledge(at=at(2)), 11)
    assert play.times.detected == at(2)


def test_without_an_episode_a_person_or_the_declaration_says_when() -> None:
    assert (declared(10).times.started, declared(10).times.detected) == (at(10), at(10))
    said = declared(10, started=at(3))
    assert (said.times.started, said.times.detected) == (at(3), at(10))
    said = declared(10, started=at(3), detected=at(5))
    assert (said.times.started, said.times.detected) == (at(3), at(5))


def test_an_episode_of_another_metric_or_long_before_is_not_linked() -> None:
    early = Episode(RULE.id, METRIC, WORST, at(-90), at(-88), at(-80), 3.0, at(-91))
    foreign = replace(EPISODE, metric=OTHER_METRIC, fired_at=at(1))
    play = declared(10, replace(QUIET, numbers=Numbers(at(10), (early, foreign, EPISODE))))
    assert linked_episodes(play.state) == (EPISODE,)


def test_linking_reaches_back_through_overlapping_episodes() -> None:
    """The second rule's anchor lies inside the first rule's episode, which is over when somebody declares."""
    first = Episode("first", METRIC, LESSER, at(-8), at(-3), at(1), 3.0, at(-9))
    play = declared(10, replace(QUIET, numbers=Numbers(at(10), (first, EPISODE))))
    assert linked_episodes(play.state) == (first, EPISODE)
    assert (play.times.started, play.times.detected) == (at(-9), at(-3))


def test_late_data_amends_what_the_logs_said_and_never_what_a_person_said() -> None:
    amended = replace(EPISODE, anchor_at=at(-1), fired_at=at(3))
    for said, started in ((None, at(-1)), (at(2), at(2))):
        play = declared(10, replace(QUIET, numbers=Numbers(at(10), (EPISODE,))), started=said)
        play.do(a.Mitigate(), 30, facts=replace(QUIET, numbers=Numbers(at(30), (amended,))))
        assert (play.times.started, play.times.detected) == (started, at(3))


def test_times_are_corrected_within_their_order() -> None:
    play = declared(10)
    play.do(a.Acknowledge(), 12)
    assert play.refused(a.CorrectTimes(started=at(11)), 20) == [Code.OUT_OF_ORDER]
    assert play.refused(a.CorrectTimes(detected=at(13)), 20) == [Code.OUT_OF_ORDER]
    assert play.refused(a.CorrectTimes(detected=at(30)), 20) == [Code.IN_FUTURE]
    assert play.refused(a.CorrectTimes(), 20) == [Code.NEEDS_TEXT]
    play.do(a.CorrectTimes(started=at(2), detected=at(6)), 20)
    assert (play.times.started, play.times.detected) == (at(2), at(6))
    assert play.refused(a.CorrectTimes(detected=at(1)), 21) == [Code.OUT_OF_ORDER]


def test_who_took_it_had_detected_it_whatever_was_said() -> None:
    play = declared(10, started=at(1), detected=at(8))
    play.do(a.Acknowledge(at=at(5)), 12)
    assert (play.times.detected, play.times.acknowledged) == (at(5), at(5))


def test_nothing_happens_in_the_future_nor_before_the_start() -> None:
    play = declared(10)
    assert play.refused(a.Acknowledge(at=at(13)), 11.5) == [Code.IN_FUTURE]
    assert play.refused(a.Acknowledge(at=at(9)), 11.5) == [Code.BEFORE_STARTED]
    play.do(a.Acknowledge(at=at(12.5)), 11.5)  # within what clocks may differ
    assert play.refused(a.Close(at=at(11)), 20)[0] is Code.WRONG_STATUS


def test_a_later_step_cannot_have_happened_before_an_earlier_one() -> None:
    play = mitigated()
    assert play.refused(a.Resolve(at=at(25)), 50) == [Code.OUT_OF_ORDER]
    assert play.refused(a.Cancel(at=at(25), why="no"), 50) == [Code.OUT_OF_ORDER]


def test_a_clock_set_back_an_hour_does_not_turn_time_back() -> None:
    play = declared(70)
    (entry,) = play.do(a.Acknowledge(), 12)
    assert entry.effective == at(70)


# --- severity and clocks ------------------------------------------------------------------------


def test_raising_takes_no_reason_and_lowering_does() -> None:
    play = declared(10, severity=LESSER)
    play.do(a.SetSeverity(severity=WORST), 12)
    assert play.refused(a.SetSeverity(severity=LESSER), 13) == [Code.NEEDS_REASON]
    assert play.refused(a.SetSeverity(severity="SEV0"), 13) == [Code.UNKNOWN_SEVERITY]
    assert play.do(a.SetSeverity(severity=WORST), 13) == ()
    play.do(a.SetSeverity(severity=LESSER, why="workaround found"), 14)
    assert play.state.severity == LESSER


def test_clocks_count_from_detection_and_keep_their_limit_through_changes() -> None:
    play = declared(10, replace(QUIET, numbers=Numbers(at(10), (EPISODE,))), severity=LESSER)
    assert play.seconds(ClockKind.ACK) == (15, None)
    play.do(a.SetSeverity(severity=WORST), 12)  # firing at 4: the old deadline is 19, the new one 12 + 5
    assert play.seconds(ClockKind.ACK) == (13, None)
    play.do(a.Acknowledge(), 16)
    play.do(a.SetSeverity(severity=LESSER, why="workaround"), 18)
    assert play.seconds(ClockKind.ACK) == (13, True)
    assert play.seconds(ClockKind.MITIGATE) == (38, None)


def test_a_severity_recorded_late_counts_from_when_it_was_given() -> None:
    play = declared(10, severity=LESSER)
    play.do(a.SetSeverity(severity=WORST, at=at(11)), 40)
    assert play.seconds(ClockKind.MITIGATE) == (31, None)
    assert play.state.severity_at(at(10.5)) == LESSER


def test_the_update_clock_restarts_with_each_update_and_stops_when_resolved() -> None:
    play = mitigated()
    assert play.seconds(ClockKind.UPDATE) == (20, None)
    play.do(a.SendUpdate(text="mitigated, watching"), 35)
    running = next(clock for clock in clocks(play.state, RUNBOOK.severities) if clock.kind is ClockKind.UPDATE)
    assert (running.since, running.deadline) == (at(35), at(55))
    play.do(a.Resolve(), 50)
    assert {clock.kind for clock in clocks(play.state, RUNBOOK.severities)} == {ClockKind.ACK, ClockKind.MITIGATE}


# --- working on it ------------------------------------------------------------------------------


def test_command_passes_to_whoever_it_was_offered_to() -> None:
    play = declared()
    play.do(a.TickStep(step=STEP), 11)
    play.do(a.NoteDeploys(frozen=True), 11)
    play.do(a.OfferHandoff(to="@beto"), 12)
    offered = play.state.handoff
    assert offered is not None
    assert (offered.page.done, offered.page.frozen, offered.page.next_update) == ((STEP,), True, at(30))
    assert STEP not in offered.page.pending
    assert offered.page.pending
    assert play.refused(a.AcceptHandoff(), 13, by="@luz") == [Code.NOT_OFFERED]
    play.do(a.AcceptHandoff(), 13, by="Beto")
    assert (play.state.commander, play.state.owner, play.state.handoff) == ("Beto", "Beto", None)
    assert play.refused(a.AcceptHandoff(), 14, by="Beto") == [Code.NOT_OFFERED]


def test_an_owner_who_is_not_the_commander_stays_through_a_handoff() -> None:
    play = declared(10, owner="@dev")
    play.do(a.OfferHandoff(to="@beto"), 12)
    play.do(a.AcceptHandoff(), 13, by="@beto")
    assert (play.state.commander, play.state.owner) == ("@beto", "@dev")


def test_unfreezing_takes_a_reason_and_push_its_checks() -> None:
    play = declared()
    play.do(a.NoteDeploys(frozen=True), 11)
    assert play.do(a.NoteDeploys(frozen=True), 12) == ()
    assert play.refused(a.NoteDeploys(frozen=False), 12) == [Code.NEEDS_REASON]
    play.do(a.NoteDeploys(frozen=False, why="fix goes out"), 12)
    play.do(a.NotePush(on=False), 13)
    assert play.refused(a.NotePush(on=True), 14) == [Code.CONDITION]
    checks = tuple(reading(check.id, met=True) for check in RUNBOOK.push.before_enabling)
    play.do(a.NotePush(on=True), 14, facts=replace(QUIET, readings=checks))
    assert play.state.push is not None
    assert (play.state.push.on, play.state.push.by) == (True, "@ana")


def test_two_who_tick_the_same_step_are_both_seen() -> None:
    play = declared()
    play.do(a.TickStep(step=STEP, note="all routes"), 11)
    play.do(a.TickStep(step=STEP), 12, by="@beto")
    assert play.do(a.TickStep(step=STEP), 13) == ()
    assert [(tick.by, tick.value) for tick in play.state.steps[STEP]] == [("@ana", "all routes"), ("@beto", "")]
    play.do(a.UntickStep(step=STEP), 14)
    assert not play.state.ticked(STEP)
    assert play.refused(a.TickStep(step="dance"), 15) == [Code.UNKNOWN_STEP]


def test_a_check_is_ticked_only_when_no_log_can_answer_it() -> None:
    assert declared().refused(a.TickStep(step=LOG_CONDITIONS[0]), 12) == [Code.UNKNOWN_STEP]


def test_evidence_needs_a_line_that_bears_the_id() -> None:
    play = declared()
    assert play.refused(a.PinEvidence(request_id="req_made_up"), 12, facts=FOUND) == [Code.UNKNOWN_REQUEST_ID]
    play.do(a.PinEvidence(request_id="req_abc123"), 12, facts=FOUND)
    assert play.do(a.PinEvidence(request_id="req_abc123"), 13, facts=FOUND) == ()
    both = replace(QUIET, found=(Found("req_abc123", None), Found("req_abc123", replace(RECORD, sha256="a"), True)))
    play.do(a.PinEvidence(request_id="req_abc123"), 14, facts=both)
    assert [one.result for one in play.state.evidence] == ["matched", "unlinked", "matched_on_arrival"]


def test_a_second_look_is_recorded_where_it_differs() -> None:
    play = declared()
    play.do(a.PinEvidence(request_id="req_abc123"), 12, facts=FOUND)
    same = replace(QUIET, reread=(Reread(RECORD.sha256, "matched"), Reread("b", "gone")))
    assert play.do(a.VerifyEvidence(), 13, facts=same) == ()
    play.do(a.VerifyEvidence(), 13, facts=replace(QUIET, reread=(Reread(RECORD.sha256, "changed"),)))
    assert [one.result for one in play.state.evidence] == ["changed"]


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("action_due", "2026-12-01", "2026-12-01"),
        ("communicated", "Sí", "yes"),
        ("communicated", "no", "no"),
        ("workaround", "Y", "yes"),
        ("metric", OTHER_METRIC, OTHER_METRIC),
        ("impact", "logins\nfailed", "logins\nfailed"),
    ],
)
def test_fields_have_one_spelling(name: str, value: str, kept: str) -> None:
    play = declared()
    play.do(a.SetField(name=name, value=value), 12)
    assert play.state.value(name) == kept
    assert play.do(a.SetField(name=name, value=value), 13) == ()
    play.do(a.SetField(name=name, value=""), 14)
    assert play.state.value(name) == ""


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("action_due", "tomorrow", Code.BAD_VALUE),
        ("action_due", "2026-02-30", Code.BAD_VALUE),
        ("communicated", "perhaps", Code.BAD_VALUE),
        ("metric", "METRIC_NONE", Code.BAD_VALUE),
        ("anchor", "req_made_up", Code.BAD_VALUE),
        ("mood", "fine", Code.UNKNOWN_FIELD),
    ],
)
def test_a_field_takes_only_its_own_form(name: str, value: str, code: Code) -> None:
    assert declared().refused(a.SetField(name=name, value=value), 12) == [code]


def test_undo_takes_back_the_newest_entry_as_an_entry() -> None:
    play = declared()
    play.do(a.Acknowledge(), 12)
    play.do(a.Mitigate(), 20)
    play.do(a.Undo(), 21)
    assert (play.state.status, play.times.mitigated) == (Status.ACKNOWLEDGED, None)
    play.do(a.Undo(), 22)
    assert (play.state.status, play.times.acknowledged) == (Status.DECLARED, None)
    assert play.refused(a.Undo(), 23) == [Code.NOTHING_TO_UNDO]
    assert len(play.records) == 5  # nothing was removed
    play.do(a.Acknowledge(), 24)
    assert play.times.acknowledged == at(24)


def test_undo_reaches_only_what_came_before_it() -> None:
    play = declared()
    play.do(a.Acknowledge(), 12)
    entry = Entry(e.Undone(entry=play.records[-1].id), at(11), "@ana")
    early = Recorded(entry, at(11), Stamp(0), "elsewhere", 1)
    state = fold(ID, [*play.records, early])
    assert state.status is Status.ACKNOWLEDGED
    assert state.without_effect == {early.id}


def test_what_ran_here_cannot_be_undone() -> None:
    play = declared()
    play.do(a.Note(text="trying the smoke"), 11)
    play.do(a.RecordRun(command=SMOKE[0], exit_code=1, duration_ms=5), 12)
    play.do(a.Undo(), 13)
    assert (play.state.notes, len(play.state.runs)) == ((), 1)
    assert play.refused(a.RecordRun(command="rm", exit_code=0, duration_ms=1), 14) == [Code.UNKNOWN_COMMAND]


# --- the team's journal -------------------------------------------------------------------------


def team_of(*asked: tuple[team.TeamCommand, float, str]) -> team.TeamState:
    records: list[Recorded] = []
    for command, now, by in asked:
        outcome = team.decide_team(team.fold_team(records), command, QUIET, at(now), by)
        assert not isinstance(outcome, Refusal), outcome
        records += [
            Recorded(entry, at(now), Stamp(len(records) + 1), "w", len(records) + n)
            for n, entry in enumerate(outcome, 1)
        ]
    return team.fold_team(records)


def test_the_team_journal_holds_what_belongs_to_no_incident() -> None:
    state = team_of(
        (team.MarkDeploy(what="7f3c2a1"), 5, "@ana"),
        (team.MarkDeploy(what="client 12", kind="frontend", at=at(1)), 6, "@ana"),
        (team.SetOnCall(name="@beto", backup="@luz"), 7, "@ana"),
        (team.AcknowledgeAlert(metric=METRIC, rule=RULE.id), 8, "@beto"),
        (team.DismissSuggestion(metric=OTHER_METRIC, why="a load test"), 9, "@beto"),
        (a.Note(text="quiet night"), 10, "@luz"),
        (a.Note(text="mistyped"), 11, "@luz"),
        (a.Undo(), 12, "@luz"),
    )
    assert [(mark.at, mark.text, mark.kind) for mark in state.deploys] == [
        (at(1), "client 12", "frontend"),
        (at(5), "7f3c2a1", "backend"),
    ]
    assert state.on_call == e.OnCallSet(name="@beto", backup="@luz")
    assert state.early_acks == (EarlyAck(METRIC, at(8), "@beto"),)
    assert [(one.metric, one.mark.why) for one in state.dismissals] == [(OTHER_METRIC, "a load test")]
    assert [said.value for said in state.notes] == ["quiet night"]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (team.MarkDeploy(what=" "), Code.NEEDS_TEXT),
        (team.SetOnCall(), Code.NEEDS_TEXT),
        (team.AcknowledgeAlert(metric="METRIC_NONE"), Code.UNKNOWN_METRIC),
        (team.DismissSuggestion(metric=METRIC), Code.NEEDS_REASON),
        (team.MarkDeploy(what="x", at=at(5)), Code.IN_FUTURE),
        (a.Note(text="x" * 8_001), Code.TOO_LONG),
        (a.Undo(), Code.NOTHING_TO_UNDO),
    ],
)
def test_the_team_journal_refuses_what_makes_no_sense(command: team.TeamCommand, code: Code) -> None:
    outcome = team.decide_team(team.TeamState(), command, QUIET, at(1), "@ana")
    assert isinstance(outcome, Refusal)
    assert [reason.code for reason in outcome.reasons] == [code]


# --- what people type ---------------------------------------------------------------------------

SECRET = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"  # noqa: S105


def test_every_typed_text_passes_the_net() -> None:
    typed = f"it was {SECRET} \x1b[31m"
    play = Play(FOUND)
    play.do(a.Declare(severity=LESSER, metric=METRIC, title=typed, owner=typed), 10, by="@ana\x1b")
    play.do(a.SetSeverity(severity=WORST, why=typed), 11)
    play.do(a.NoteDeploys(frozen=True, why=typed), 11)
    for command in (a.Note(text=typed), a.SendUpdate(text=typed), a.SetChannel(channel=typed)):
        play.do(command, 12)
    play.do(a.SetRole(role="scribe", name=typed), 12)
    play.do(a.OfferHandoff(to=typed, page=e.HandoffOffered(to="", impact=typed, done=(typed,))), 12)
    play.do(a.TickStep(step=STEP, note=typed), 12)
    play.do(a.SetField(name="impact", value=typed), 13)
    play.do(a.Delegate(name="impact", to=typed), 13)
    play.do(a.RecordRun(command=SMOKE[0], exit_code=0, duration_ms=1, tail=typed, host=typed, folder=typed), 13)
    play.do(a.Decide(decision="NO_GO", why=typed), 14)
    play.do(a.CorrectTimes(started=at(9), why=typed), 14)
    play.do(a.Mitigate(why=typed), 15)
    play.do(a.Resolve(why=typed), 16)
    play.do(a.Reopen(why=typed), 17)
    play.do(a.Cancel(why=typed), 18)
    stored = [(record.entry.actor, *e.to_data(record.entry.payload)) for record in play.records]
    assert len(stored) == 18
    assert "dozjgNry" not in str(stored)
    assert "\x1b" not in "".join(str(value) for entry in stored for value in entry[2].values())
    assert stored[0][0] == "@ana␛"


def test_places_and_settings_survive_the_net() -> None:
    play = declared()
    play.do(a.SetField(name="root_cause", value="server/src/routes/auth.js:118 with DB_POOL_MAX=20"), 12)
    assert play.state.value("root_cause") == "server/src/routes/auth.js:118 with DB_POOL_MAX=20"


@pytest.mark.parametrize(
    "command", [a.Note(text=" \n"), a.SendUpdate(), a.SetChannel(), a.SetRole(role="owner"), a.OfferHandoff()]
)
def test_an_empty_text_is_refused(command: a.Command) -> None:
    assert declared().refused(command, 12) == [Code.NEEDS_TEXT]


def test_too_much_text_is_refused_not_cut() -> None:
    assert declared().refused(a.Note(text="x" * 8_001), 12) == [Code.TOO_LONG]


def test_a_reader_and_a_nameless_person_change_nothing() -> None:
    play = declared()
    assert play.refused(a.Acknowledge(), 12, facts=replace(QUIET, read_only=True)) == [Code.READ_ONLY]
    assert play.refused(a.Acknowledge(), 12, by=" ") == [Code.NO_ACTOR]


# --- gates --------------------------------------------------------------------------------------


def test_triage_names_what_it_still_lacks() -> None:
    play = Play()
    play.do(a.Declare(), 10)
    assert gates.missing(gates.triage(play.state, RUNBOOK)) == ("severity", "metric", "anchor")
    play.do(a.SetSeverity(severity=WORST), 11)
    play.do(a.SetField(name="metric", value=METRIC), 11)
    play.do(a.SetField(name="anchor", value="req_abc123"), 11, facts=FOUND)
    assert gates.passed(gates.triage(play.state, RUNBOOK))


def test_go_needs_every_condition_and_unknown_is_no_go() -> None:
    play = mitigated()
    assert play.refused(a.Decide(decision="GO"), 31) == [Code.CONDITION]  # no smoke ran
    for command in SMOKE:
        play.do(a.RecordRun(command=command, exit_code=0, duration_ms=9), 32)
    assert gates.passed(gates.rollback(play.state, QUIET))
    for name in LOG_CONDITIONS:
        for met in (False, None):
            others = tuple(one for one in QUIET.readings if one.id != name)
            facts = replace(QUIET, readings=(*others, reading(name, met=met)))
            assert play.refused(a.Decide(decision="GO"), 33, facts=facts) == [Code.CONDITION]
    assert play.refused(a.Decide(decision="GO"), 33, facts=FACTS) == [Code.CONDITION] * len(LOG_CONDITIONS)
    play.do(a.Decide(decision="GO"), 34)
    assert play.state.decision is not None
    assert [one.met for one in play.state.decision.decision.conditions] == [True] * len(RUNBOOK.rollback.conditions)


def test_go_against_the_gate_is_an_override_with_a_reason() -> None:
    play = mitigated()
    assert play.refused(a.Decide(decision="GO", override=True), 31) == [Code.NEEDS_REASON]
    play.do(a.Decide(decision="GO", override=True, why="smoke host is down"), 31)
    assert play.state.decision is not None
    assert play.state.decision.decision.overridden
    play.do(a.Decide(decision="NO_GO"), 35)
    assert play.state.decision.decision.decision == "NO_GO"


def smoke(play: Play, facts: Facts = QUIET) -> Condition:
    return next(one for one in gates.rollback(play.state, facts) if one.id not in LOG_CONDITIONS)


def test_smoke_counts_only_after_the_latest_mitigation_or_rollback_and_only_its_last_run() -> None:
    play = mitigated()
    assert (smoke(play).met, smoke(play).missing) == (None, tuple(SMOKE))
    for command in SMOKE:
        play.do(a.RecordRun(command=command, exit_code=0, duration_ms=9), 32)
    assert (smoke(play).met, smoke(play).value) == (True, len(SMOKE))
    assert smoke(play, replace(QUIET, deployed_at=at(33))).met is None
    play.do(a.RecordRun(command=SMOKE[0], exit_code=22, duration_ms=9), 34)
    assert (smoke(play).met, smoke(play).missing) == (False, (SMOKE[0],))
    play.do(a.RecordRun(command=SMOKE[0], exit_code=None, duration_ms=9), 35)
    assert smoke(play).met is None
    no_commands = replace(QUIET, runbook=RUNBOOK.model_copy(update={"commands": ()}))
    assert smoke(play, no_commands).met is None


def test_closing_says_exactly_what_is_missing() -> None:
    play = mitigated()
    everything = "root_cause evidence preventive communicated action action_owner action_due impact lesson decision"
    outcome = play.ask(a.Close(), 40)
    assert isinstance(outcome, Refusal)
    assert outcome.missing == tuple(everything.split())
    fill(play, 41)
    play.do(a.Decide(decision="NO_GO"), 42)
    play.do(a.SetField(name="communicated", value="yes"), 43)
    outcome = play.ask(a.Close(override=True, why="late"), 44)
    assert isinstance(outcome, Refusal)
    assert outcome.missing == ("evidence",)
    play.do(a.PinEvidence(request_id="req_abc123"), 45, facts=FOUND)
    play.do(a.Close(), 46)
    assert (play.state.status, play.state.overridden) == (Status.CLOSED, ())


def test_everything_but_evidence_can_be_overridden_with_a_reason() -> None:
    play = mitigated()
    assert Code.CONDITION in play.refused(a.Close(override=True, why="tired"), 40)
    play.do(a.PinEvidence(request_id="req_abc123"), 41, facts=FOUND)
    assert play.refused(a.Close(override=True), 42) == [Code.NEEDS_REASON]
    gone = replace(QUIET, reread=(Reread(RECORD.sha256, "changed"),))
    assert play.refused(a.Close(override=True, why="tired"), 42, facts=gone) == [Code.CONDITION]
    play.do(a.Close(override=True, why="the team is gone"), 43)
    assert "root-cause" in play.state.overridden


def test_evidence_found_again_at_closing_is_recorded_with_it() -> None:
    play = mitigated()
    play.do(a.PinEvidence(request_id="req_abc123"), 31, facts=FOUND)
    play.do(a.VerifyEvidence(), 32, facts=replace(QUIET, reread=(Reread(RECORD.sha256, "gone"),)))
    assert Code.CONDITION in play.refused(a.Close(override=True, why="tired"), 40)
    play.do(a.Close(override=True, why="tired"), 41, facts=replace(QUIET, reread=(Reread(RECORD.sha256, "matched"),)))
    assert [one.result for one in play.state.evidence] == ["matched"]


def test_an_unlinked_id_is_no_evidence_for_closing() -> None:
    play = mitigated()
    play.do(a.PinEvidence(request_id="req_abc123"), 31, facts=replace(QUIET, found=(Found("req_abc123", None),)))
    assert gates.matched_evidence(play.state, QUIET) == 0


def test_only_an_update_after_mitigation_tells_the_final_state() -> None:
    play = declared()
    play.do(a.SendUpdate(text="looking"), 11)
    play.do(a.Mitigate(), 20)
    assert "communicated" in gates.missing(gates.closure(play.state, QUIET))
    play.do(a.SendUpdate(text="mitigated"), 21)
    assert "communicated" not in gates.missing(gates.closure(play.state, QUIET))


def test_closing_needs_a_mitigation() -> None:
    assert declared().refused(a.Close(override=True, why="x"), 20) == [Code.WRONG_STATUS, Code.CONDITION]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("server/src/routes/auth.js:118 read a renamed column", True),
        ("auth.js:118", True),
        ("DB_POOL_MAX=20 was too small", True),
        ("the pool (DB_POOL_MAX) was too small", True),
        ("db.pool.max was 20", True),
        ("a deploy broke it", False),
        ("auth.js broke", False),
        ("at 22:04 it broke", False),
        (f"{METRIC} went up", False),
        ("every answer was INTERNAL_ERROR", False),
        ("see docs.example.com", False),
        ("it was e.g. the pool", False),
        ("", False),
    ],
)
def test_a_root_cause_names_a_place_or_a_setting(text: str, names: bool) -> None:
    assert gates.names_cause(text, RUNBOOK) is names


def test_closing_is_due_in_working_days() -> None:
    friday = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
    assert gates.closing_due(friday, RUNBOOK.closure.due_working_days).isoformat() == "2026-11-25"


# --- whatever happens ---------------------------------------------------------------------------


KINDS = [kind for kind in vars(a).values() if isinstance(kind, type) and issubclass(kind, a.Command)]
KINDS.remove(a.Command)


def test_every_command_has_a_rule_and_every_entry_an_effect_or_a_place_in_the_team_journal() -> None:
    assert set(KINDS) == set(ruling.rule.registry) - {object}
    team = {e.SuggestionDismissed, e.AlertAcknowledged, e.DeployMarked, e.OnCallSet, e.Pruned}
    assert set(e.KNOWN.values()) - team == set(folding._effect.registry) - {object}


TEXT = st.sampled_from(["", "because", "req_abc123"])
WHEN = st.none() | st.integers(-5, 125).map(at)
PARTS: dict[str, st.SearchStrategy[object]] = {
    "at": WHEN,
    "started": WHEN,
    "detected": WHEN,
    "severity": st.sampled_from([WORST, LESSER, "SEV0"]),
    "metric": st.sampled_from([METRIC, OTHER_METRIC]),
    "into": st.sampled_from([ID, "INC-20261119-zzzz"]),
    "role": st.sampled_from(["owner", "commander", "scribe"]),
    "page": st.none(),
    "decision": st.sampled_from(["GO", "NO_GO"]),
    "step": st.sampled_from([STEP, "dance"]),
    "name": st.sampled_from(["impact", "root_cause", "action_due", "communicated", "@ana"]),
    "command": st.sampled_from(SMOKE),
    "exit_code": st.sampled_from([0, 1, None]),
    "duration_ms": st.just(10),
    "request_id": st.sampled_from(["req_abc123", "req_made_up"]),
}
for _flag in ("frozen", "on", "override"):
    PARTS[_flag] = st.booleans()
PARTS["workaround"] = st.none() | st.booleans()


def command_of(kind: type[a.Command]) -> st.SearchStrategy[a.Command]:
    return st.builds(kind, **{name: PARTS.get(name, TEXT) for name in kind.__dataclass_fields__})


COMMANDS = st.sampled_from(KINDS).flatmap(command_of)
MOVES = st.sampled_from(
    [
        a.Acknowledge(),
        a.Mitigate(why="done"),
        a.Resolve(why="fine"),
        a.Reopen(why="again"),
        a.Undo(),
        a.Close(override=True, why="tired"),
    ]
)
SITUATIONS = {
    "quiet": QUIET,
    "unknown": FACTS,
    "found": FOUND,
    "alert": replace(QUIET, numbers=Numbers(at(60), (EPISODE,)), open_incidents={"INC-20261119-zzzz": WORST}),
    "amended": replace(QUIET, numbers=Numbers(at(60), (replace(EPISODE, fired_at=at(1), anchor_at=at(-3)),))),
    "gone": replace(QUIET, reread=(Reread(RECORD.sha256, "gone"),)),
}
PLAYS = st.lists(
    st.tuples(
        COMMANDS | MOVES, st.sampled_from(sorted(SITUATIONS)), st.integers(0, 4), st.sampled_from(["@ana", "@luz"])
    ),
    max_size=30,
)


def assert_legal(play: Play) -> None:
    state, known = play.state, play.times
    assert (state.status in OPEN) == state.status.open
    ordered = [known.started, known.detected, known.acknowledged, known.mitigated]
    present = [moment for moment in ordered if moment is not None]
    assert present == sorted(present)
    assert not state.without_effect | state.unknown  # one writer never makes an entry that has no effect
    if state.status is not Status.DECLARED and state.ended is None:
        assert known.acknowledged is not None
    if state.status in {Status.MITIGATED, Status.RESOLVED, Status.CLOSED}:
        assert known.mitigated is not None
    if state.status in {Status.RESOLVED, Status.CLOSED} and known.resolved and not known.reopened:
        assert known.mitigated is not None
        assert known.resolved >= known.mitigated
    assert (state.ended is not None) == (state.status in {Status.CANCELLED, Status.MERGED})
    if state.status is Status.CLOSED:
        assert state.evidence
    for clock in clocks(state, RUNBOOK.severities):
        assert clock.deadline >= clock.since
        assert clock.since == known.detected or clock.kind is ClockKind.UPDATE


@settings(max_examples=150, deadline=None)
@given(PLAYS)
def test_no_sequence_of_commands_leads_to_an_illegal_state(
    moves: list[tuple[a.Command, str, int, str]],
) -> None:
    play = Play()
    play.do(a.Declare(severity=LESSER, metric=METRIC), 5)
    now = 5.0
    for command, situation, later, by in moves:
        now += later
        play.ask(command, now, by, SITUATIONS[situation])
        assert_legal(play)
    assert fold(ID, reversed(play.records)) == play.state


@settings(max_examples=60, deadline=None)
@given(PLAYS, st.randoms(use_true_random=False), st.lists(st.integers(0, 2), min_size=40, max_size=40))
def test_the_state_does_not_depend_on_who_is_read_first(
    moves: list[tuple[a.Command, str, int, str]], order: object, writers: list[int]
) -> None:
    """Spread one play over three writers who did not see each other: still one state for all readers."""
    play = Play()
    play.do(a.Declare(severity=LESSER, metric=METRIC), 5)
    for command, situation, later, by in moves:
        play.ask(command, 5 + later, by, SITUATIONS[situation])
    spread = [
        replace(record, writer=f"w{writers[n % 40]}", stamp=replace(record.stamp, counter=0))
        for n, record in enumerate(play.records)
    ]
    shuffled = list(spread)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert merge(shuffled) == merge(spread)
    assert fold(ID, shuffled) == fold(ID, spread)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(e.KNOWN)), st.dictionaries(st.text(max_size=8), st.integers() | st.text()))
    )
)
def test_any_entries_fold_to_some_state(entries: list[tuple[str, dict[str, object]]]) -> None:
    """Whatever a damaged or foreign journal holds, reading it works, and what is not understood is kept."""
    records = [
        Recorded(Entry(e.from_data(kind, data), at(0), "@x"), at(0), Stamp(n), "w", n)
        for n, (kind, data) in enumerate(entries)
    ]
    state = fold(ID, records)
    unknown = {record.id for record in records if isinstance(record.entry.payload, e.Unknown)}
    assert state.unknown == unknown
    assert state.exists == bool(records)
    told_by = (state.declared, state.said_started, *state.acknowledgements, *state.mitigations)
    assert times(state).started is None or any(one is not None for one in told_by)
