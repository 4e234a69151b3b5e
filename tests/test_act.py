"""From a wish to a journal, and the facts it is judged by; files for other people."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.incident import actions as a
from tui.incident import team
from tui.incident.entries import Noted, RoleSet
from tui.incident.facts import Facts
from tui.incident.journal import OsDisk
from tui.incident.ruling import Code
from tui.incident.state import IncidentState, Status
from tui.incident.times import linked_episodes, times
from tui.logs.opening import SourceSet
from tui.metrics.journalled import EnvironmentCheck, Presence
from tui.runbook.load import load_copy, load_runbook
from tui.session.act import Desk, Outcome, TeamDesk, incidents, masked_kinds, new_desk, open_ones, the_one
from tui.session.clock import Cursor
from tui.session.engine import Engine
from tui.session.excerpt import excerpt
from tui.session.export import write_bundle, write_file, zipped
from tui.session.facts import Surroundings, checks, copy_of
from tui.session.unbundle import DamagedBundleError, NotABundleError, is_bundle, verify_bundle

ROOT = Path(__file__).resolve().parents[1]
LOADED = load_runbook(None, "en")
RUNBOOK = LOADED.runbook
AUTH = "METRIC_AUTH_5XX"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OUTAGE = ROOT / "sample_logs" / "auth-outage.ndjson.gz"
ANSWERS = json.loads((ROOT / "sample_logs" / "auth-outage.answers.json").read_text())
NOTHING = Facts(RUNBOOK)


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-02T{clock}:00+00:00")


def blind(state: IncidentState, command: a.Command, moment: datetime) -> Facts:
    del state, command, moment
    return NOTHING


def declared(data_dir: Path, **said: object) -> Desk:
    desk = new_desk(data_dir, NOW.date())
    command = replace(a.Declare(severity="SEV1", metric=AUTH), **said)  # type: ignore[arg-type]
    assert desk.perform(command, "@ana", NOW, blind).ok
    return desk


def codes(outcome: Outcome) -> list[Code]:
    assert outcome.refusal is not None
    return [reason.code for reason in outcome.refusal.reasons]


# --- deciding, persisting, folding ------------------------------------------------------------------------------------


def test_what_a_desk_shows_is_on_the_disk_and_another_desk_sees_it_come(tmp_path: Path) -> None:
    mine = declared(tmp_path)
    theirs = Desk(tmp_path, mine.id)
    assert theirs.refresh().status is Status.DECLARED
    assert not theirs.changed()
    assert mine.perform(a.Acknowledge(), "@beto", NOW, blind).state.status is Status.ACKNOWLEDGED
    assert theirs.changed()
    assert theirs.refresh() == mine.state
    assert not theirs.changed()


def test_every_writer_has_a_segment_and_both_ticks_of_a_step_stay(tmp_path: Path) -> None:
    mine = declared(tmp_path)
    theirs = Desk(tmp_path, mine.id)
    step = RUNBOOK.triage.steps[0].id
    assert mine.perform(a.TickStep(step=step), "@ana", NOW, blind).ok
    assert [tick.by for tick in theirs.perform(a.TickStep(step=step), "@beto", NOW, blind).state.steps[step]] == [
        "@ana",
        "@beto",
    ]
    assert len(list((tmp_path / "incidents" / mine.id).glob("*.jsonl"))) == 2


def test_a_refused_command_leaves_the_journal_alone(tmp_path: Path) -> None:
    desk = declared(tmp_path)
    before = desk.contents.records
    assert codes(desk.perform(a.Resolve(), "@ana", NOW, blind)) == [Code.WRONG_STATUS]
    assert codes(desk.perform(a.Note(text="x"), "@ana", NOW, lambda *_: replace(NOTHING, read_only=True))) == [
        Code.READ_ONLY
    ]
    assert codes(desk.perform(a.Note(text="x"), " ", NOW, blind)) == [Code.NO_ACTOR]
    desk.refresh()
    assert desk.contents.records == before


def test_what_holds_already_is_fine_and_records_nothing(tmp_path: Path) -> None:
    desk = declared(tmp_path)
    assert desk.perform(a.Acknowledge(), "@ana", NOW, blind).records
    again = desk.perform(a.Acknowledge(), "@beto", NOW, blind)
    assert again.ok
    assert again.records == ()


class FullDisk(OsDisk):
    full = False

    def write(self, descriptor: int, data: bytes) -> int:
        if self.full:
            raise OSError(errno.ENOSPC, "injected")
        return super().write(descriptor, data)


def test_not_saved_is_said_and_shown_nowhere_until_it_is_saved(tmp_path: Path) -> None:
    disk = FullDisk()
    desk = Desk(tmp_path, declared(tmp_path).id, disk=disk)
    disk.full = True
    outcome = desk.perform(a.Note(text="pool is full"), "@ana", NOW, blind)
    assert not outcome.ok
    assert outcome.not_saved is not None
    assert outcome.not_saved.error == "ENOSPC"
    assert outcome.state.notes == ()
    assert [entry.payload for entry in desk.unsaved] == [Noted(text="pool is full")]
    assert desk.retry() is not None
    disk.full = False
    assert desk.retry() is None
    assert [note.value for note in desk.state.notes] == ["pool is full"]
    assert Desk(tmp_path, desk.id).state == desk.state


def test_a_clock_set_back_does_not_bring_entries_out_of_order(tmp_path: Path) -> None:
    desk = declared(tmp_path)
    outcome = desk.perform(a.Note(text="later"), "@ana", NOW - timedelta(hours=1), blind)
    assert outcome.ok
    assert outcome.state.notes[0].at == NOW


def test_the_moment_of_the_facts_is_when_it_happened_not_when_it_was_written(tmp_path: Path) -> None:
    desk = declared(tmp_path)
    asked: list[datetime] = []

    def look(state: IncidentState, command: a.Command, moment: datetime) -> Facts:
        del state, command
        asked.append(moment)
        return NOTHING

    desk.perform(a.Acknowledge(at=NOW + timedelta(seconds=5)), "@ana", NOW + timedelta(minutes=9), look)
    desk.perform(a.Note(text="x"), "@ana", NOW + timedelta(minutes=9), look)
    assert asked == [NOW + timedelta(seconds=5), NOW + timedelta(minutes=9)]


def test_what_others_wrote_while_logs_were_read_is_judged_too(tmp_path: Path) -> None:
    desk = declared(tmp_path)

    def slow(state: IncidentState, command: a.Command, moment: datetime) -> Facts:
        assert Desk(tmp_path, desk.id).perform(a.Cancel(why="a test"), "@beto", NOW, blind).ok
        return blind(state, command, moment)

    assert codes(desk.perform(a.Acknowledge(), "@ana", NOW, slow)) == [Code.WRONG_STATUS]


def test_secrets_are_masked_before_the_disk_and_their_kinds_are_told(tmp_path: Path) -> None:
    desk = declared(tmp_path)
    text = "mail ana@example.org token=abc123def at server/src/routes/auth.js:118 with DB_POOL_MAX=20"
    outcome = desk.perform(a.Note(text=text), "@ana", NOW, blind)
    assert len(outcome.masked) == 2
    assert masked_kinds(a.Note(text="nothing here")) == ()
    written = b"".join(path.read_bytes() for path in (tmp_path / "incidents" / desk.id).glob("*.jsonl"))
    assert b"ana@example.org" not in written
    assert b"abc123def" not in written
    assert outcome.state.notes[0].value.endswith("server/src/routes/auth.js:118 with DB_POOL_MAX=20")


def test_an_id_that_leads_elsewhere_is_no_id(tmp_path: Path) -> None:
    for name in ("../../etc", "INC-20260302-ABCD", "", "INC-20260302-abcd/x"):
        with pytest.raises(ValueError, match="id"):
            Desk(tmp_path, name)


def test_the_one_is_the_only_open_incident(tmp_path: Path) -> None:
    assert the_one(incidents(tmp_path)) is None
    first = declared(tmp_path)
    chosen = the_one(incidents(tmp_path))
    assert chosen is not None
    assert chosen.id == first.id
    second = declared(tmp_path)
    assert the_one(incidents(tmp_path)) is None
    assert {state.id for state in open_ones(incidents(tmp_path))} == {first.id, second.id}
    assert first.perform(a.Cancel(why="a test"), "@ana", NOW, blind).ok
    chosen = the_one(incidents(tmp_path))
    assert chosen is not None
    assert chosen.id == second.id
    assert second.perform(a.Cancel(why="a test"), "@ana", NOW, blind).ok
    assert the_one(incidents(tmp_path), ended_too=True) is None


def test_the_only_incident_can_be_read_after_its_end(tmp_path: Path) -> None:
    desk = declared(tmp_path)
    assert desk.perform(a.Cancel(why="a test"), "@ana", NOW, blind).ok
    assert the_one(incidents(tmp_path)) is None
    chosen = the_one(incidents(tmp_path), ended_too=True)
    assert chosen is not None
    assert chosen.id == desk.id


def test_a_damaged_journal_opens_and_its_bytes_are_set_aside(tmp_path: Path) -> None:
    desk = declared(tmp_path)
    desk.perform(a.SetRole(role="scribe", name="@eva"), "@ana", NOW, blind)
    segment = next((tmp_path / "incidents" / desk.id).glob("*.jsonl"))
    segment.write_bytes(segment.read_bytes()[:-30])
    reopened = Desk(tmp_path, desk.id)
    assert reopened.state.status is Status.DECLARED
    assert [damage.kind for damage in reopened.contents.damages] == ["torn"]
    assert reopened.set_aside_damage() == ()
    assert list((segment.parent / "damaged").iterdir())
    assert RoleSet not in {type(record.entry.payload) for record in reopened.contents.records}


# --- the facts --------------------------------------------------------------------------------------------------------


@cache
def outage() -> Engine:
    engine = Engine(LOADED, SourceSet([str(OUTAGE)], live=False), clock=Cursor(NOW), mode="review", zone=UTC)
    engine.drain()
    return engine


def look(command: a.Command, clock: str, state: IncidentState | None = None, **around: object) -> Facts:
    surroundings = replace(Surroundings(LOADED, outage()), **around)  # type: ignore[arg-type]
    return surroundings.look(state or IncidentState("INC-20260302-abcd"), command, at(clock))


def test_without_a_source_nothing_is_invented() -> None:
    facts = Surroundings(LOADED).look(IncidentState(""), a.Declare(severity="SEV1"), NOW)
    assert (facts.numbers, facts.suggested, facts.readings, facts.found, facts.sources) == (None, None, (), (), ())
    assert all(facts.reading(check.id).met is None for check in checks(RUNBOOK))


def test_what_is_known_while_it_burns_is_what_was_known_then() -> None:
    facts = look(a.Declare(severity="SEV1"), "02:08")
    assert facts.suggested is not None
    assert (facts.suggested.metric, facts.suggested.severity) == (AUTH, "SEV1")
    assert facts.numbers is not None
    assert facts.numbers.until == at("02:08")
    assert all(episode.resolved_at is None for episode in facts.numbers.episodes)
    assert {found.request_id for found in facts.found} == {facts.suggested.anchor}
    assert all(found.record and found.record.at and found.record.at <= at("02:08") for found in facts.found)
    assert facts.sources[0].name == OUTAGE.name
    assert facts.sources[0].path == str(OUTAGE)


def test_episodes_carry_the_minutes_of_the_answers_and_the_event_that_began_it() -> None:
    numbers = look(a.Declare(severity="SEV1", metric=AUTH), "02:40").numbers
    assert numbers is not None
    told = {
        (one.rule, one.pending_at, one.fired_at, one.resolved_at, one.peak)
        for one in numbers.episodes
        if one.metric == AUTH
    }
    assert told == {
        (
            one["rule"],
            *(datetime.fromisoformat(one[key]) for key in ("pending_at", "fired_at", "resolved_at")),
            one["peak"],
        )
        for one in ANSWERS["alerts"]
    }
    for one in numbers.episodes:
        window = RUNBOOK.rule(one.rule).window
        assert one.anchor_at is not None
        assert one.pending_at - window < one.anchor_at <= one.pending_at


def test_series_begin_an_hour_before_and_end_with_the_data() -> None:
    numbers = look(a.Declare(severity="SEV1"), "02:08").numbers
    assert numbers is not None
    for series in numbers.series:
        assert series.start == at("01:30"), "the data begins later than an hour before"
        assert series.start + timedelta(minutes=len(series.values) - 1) == at("02:08")
        assert series.peak == max(value for value in series.values if value is not None)
    afterwards = look(a.Declare(severity="SEV1", metric=AUTH), "05:00").numbers
    assert afterwards is not None
    assert afterwards.until == at("02:45")


def test_who_was_hit_is_counted_from_the_start_to_the_last_alert() -> None:
    numbers = look(a.Declare(severity="SEV1", metric=AUTH, started=at("02:00")), "02:10").numbers
    assert numbers is not None
    figures = dict(numbers.figures)
    refused = sum(
        minute.get(AUTH, 0)
        for clock, minute in ANSWERS["minutes"].items()
        if at("02:00") <= _minute(clock) < at("02:10")
    )
    assert figures["rule.auth-5xx.affected"] == refused
    assert figures["rule.login-down.affected"] <= figures["rule.login-down.all"]
    assert figures["rule.login-down.share"] == pytest.approx(
        figures["rule.login-down.affected"] / figures["rule.login-down.all"], abs=1e-4
    )


def _minute(clock: str) -> datetime:
    return datetime.fromisoformat(clock)


def test_conditions_are_false_while_it_burns_true_when_calm_and_unknown_after_the_data(tmp_path: Path) -> None:
    state = declared(tmp_path).state
    burning, calm, silent = (look(a.Decide(decision="GO"), clock, state) for clock in ("02:10", "02:40", "04:00"))
    quiet = next(check.id for check in RUNBOOK.rollback.conditions if check.holds.kind == "quiet")
    assert [facts.reading(quiet).met for facts in (burning, calm, silent)] == [False, True, None]
    assert [facts.reading(RUNBOOK.closure.resolved.id).met for facts in (burning, calm, silent)] == [False, True, None]


def test_started_and_detected_follow_from_the_stored_numbers(tmp_path: Path) -> None:
    desk = new_desk(tmp_path, at("02:08").date())
    around = Surroundings(LOADED, outage())
    assert desk.perform(a.Declare(severity="SEV1", at=at("02:08")), "@ana", NOW, around.look).ok
    known = times(desk.state)
    fired = min(episode.fired_at for episode in linked_episodes(desk.state) if episode.fired_at)
    assert known.detected == fired == at("02:03")
    assert known.started is not None
    assert at("02:00") <= known.started < at("02:01")


def test_declaring_once_it_is_over_still_finds_the_event_that_began_it() -> None:
    burning = look(a.Declare(severity="SEV1"), "02:08").suggested
    over = look(a.Declare(severity="SEV1", metric=AUTH, started=at("02:00")), "05:00")
    assert burning is not None
    assert over.suggested is not None
    assert over.suggested.anchor == burning.anchor
    assert {found.request_id for found in over.found} == {burning.anchor}
    assert look(a.Declare(severity="SEV1", metric=AUTH), "05:00").suggested is None, "nothing says what it is about"


def test_an_early_acknowledgement_of_this_alert_counts_and_an_old_one_does_not(tmp_path: Path) -> None:
    desk = TeamDesk(tmp_path)
    for clock in ("01:00", "02:06"):
        command = team.AcknowledgeAlert(at=at(clock), metric=AUTH)
        assert desk.perform(command, "@beto", NOW, NOTHING).ok
    facts = look(a.Declare(severity="SEV1"), "02:08", team=desk.refresh())
    assert [ack.at for ack in facts.early_acks] == [at("02:06")]


def test_a_deploy_mark_counts_from_when_it_happened(tmp_path: Path) -> None:
    desk = TeamDesk(tmp_path)
    for clock in ("01:59", "02:30"):
        assert desk.perform(team.MarkDeploy(at=at(clock), what="v2"), "@beto", NOW, NOTHING).ok
    assert look(a.Decide(decision="GO"), "02:10", team=desk.refresh()).deployed_at == at("01:59")
    assert look(a.Decide(decision="GO"), "02:40", team=desk.refresh()).deployed_at == at("02:30")


def test_a_note_does_not_wait_for_the_logs() -> None:
    facts = look(a.Note(text="x"), "02:10")
    assert (facts.numbers, facts.suggested, facts.readings) == (None, None, ())


def test_the_last_check_of_the_environment_answers_without_any_log(tmp_path: Path) -> None:
    names: dict[str, Presence] = {
        name.name: "present" for group in RUNBOOK.environment.required for name in group.names
    }
    desk = declared(tmp_path)
    assert desk.perform(a.NotePush(on=False), "@ana", NOW, Surroundings(LOADED).look).ok
    assert codes(desk.perform(a.NotePush(on=True), "@ana", NOW, Surroundings(LOADED).look)) == [Code.CONDITION]
    checked = Surroundings(LOADED, environment=EnvironmentCheck(NOW, names))
    assert desk.perform(a.NotePush(on=True), "@ana", NOW, checked.look).ok


def test_an_id_that_no_line_bears_is_found_nowhere() -> None:
    assert look(a.PinEvidence(request_id="req_madeup123"), "02:10").found == ()


def test_the_runbooks_copy_reads_back_as_the_runbook() -> None:
    copy = copy_of(LOADED)
    rules, texts = load_copy(copy.rules, copy.texts)
    assert rules.model_dump() == RUNBOOK.model_dump()
    assert dict(texts) == dict(LOADED.texts)
    assert copy.sha256 == hashlib.sha256((copy.rules + copy.texts).encode()).hexdigest()


def test_the_events_around_an_incident_are_guarded_and_in_order(tmp_path: Path) -> None:
    desk = new_desk(tmp_path, at("02:08").date())
    around = Surroundings(LOADED, outage())
    desk.perform(a.Declare(severity="SEV1", at=at("02:08")), "@ana", NOW, around.look)
    desk.perform(a.Mitigate(at=at("02:10")), "@ana", NOW, around.look)
    rows = [json.loads(line) for line in excerpt(outage(), desk.state).splitlines()]
    moments = [datetime.fromisoformat(row["timestamp"]) for row in rows]
    assert moments == sorted(moments)
    assert moments[0] >= at("01:30")
    assert at("02:39") < moments[-1] <= at("02:40")
    refused = sum(row["message"] == AUTH for row in rows)
    assert refused == ANSWERS["metrics"][AUTH]["events"]


# --- files for other people -------------------------------------------------------------------------------------------


@pytest.fixture
def open_umask() -> object:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.mark.usefixtures("open_umask")
def test_a_file_is_its_owners_only_whatever_the_umask_says(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "out.md"
    write_file(path, b"text")
    assert (path.read_bytes(), mode(path), mode(path.parent)) == (b"text", 0o600, 0o700)
    write_bundle(tmp_path / "b", {"one.md": b"1"})
    assert (mode(tmp_path / "b"), mode(tmp_path / "b" / "one.md")) == (0o700, 0o600)
    write_bundle(tmp_path / "b.zip", {"one.md": b"1"})
    assert mode(tmp_path / "b.zip") == 0o600


def test_nothing_is_overwritten_without_consent(tmp_path: Path) -> None:
    path = tmp_path / "out.md"
    path.write_bytes(b"theirs")
    with pytest.raises(FileExistsError):
        write_file(path, b"ours")
    assert path.read_bytes() == b"theirs"
    write_file(path, b"ours", force=True)
    assert path.read_bytes() == b"ours"
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.md"]


@pytest.mark.parametrize("force", [False, True])
def test_a_link_is_never_followed(tmp_path: Path, *, force: bool) -> None:
    target, link = tmp_path / "target", tmp_path / "out.md"
    target.write_bytes(b"theirs")
    link.symlink_to(target)
    if force:
        write_file(link, b"ours", force=True)
        assert not link.is_symlink()
    else:
        with pytest.raises(FileExistsError):
            write_file(link, b"ours")
    assert target.read_bytes() == b"theirs"


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError, match=r".*"):
        write_file(tmp_path / "file" / "out.md", b"text")
    (tmp_path / "taken").mkdir()
    for force in (False, True):
        with pytest.raises(OSError, match=r".*"):
            write_file(tmp_path / "taken", b"text", force=force)
    with pytest.raises(FileExistsError):
        write_bundle(tmp_path / "taken", {"a": b""}, force=True)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "taken"]


FILES = st.dictionaries(st.from_regex(r"[a-z]{1,8}\.(md|json)", fullmatch=True), st.binary(max_size=40), min_size=1)


@given(FILES, st.data())
@settings(deadline=None, max_examples=40)
def test_a_bundle_verifies_until_a_byte_changes(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("bundle")
    for path in (folder / "b", folder / "b.zip"):
        write_bundle(path, files)
        assert is_bundle(path)
        assert verify_bundle(path) == {}
    name = data.draw(st.sampled_from(sorted(files)))
    (folder / "b" / name).write_bytes(files[name] + b"!")
    (folder / "b" / "extra").write_bytes(b"")
    assert verify_bundle(folder / "b") == {name: "changed", "extra": "unlisted"}
    (folder / "b" / name).unlink()
    assert verify_bundle(folder / "b")[name] == "missing"
    assert zipped(files) == (folder / "b.zip").read_bytes()


def test_a_manifest_cannot_lead_out_of_its_bundle(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"x")
    bundle = tmp_path / "b"
    bundle.mkdir()
    for name in ("../secret", "/etc/passwd", ".hidden"):
        (bundle / "manifest.sha256").write_text(f"{'0' * 64}  {name}\n")
        with pytest.raises(NotABundleError):
            verify_bundle(bundle)


def test_a_broken_zip_is_a_damaged_bundle(tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    path.write_bytes(zipped({"a.md": b"x" * 500})[:-40])
    assert is_bundle(path)
    with pytest.raises(DamagedBundleError):
        verify_bundle(path)
