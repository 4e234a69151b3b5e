"""`guardia incident …` as scripts and people meet it: whole incidents played headless, refusals, exports."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from tests.samples import LOGS, NIGHT, needs_samples
from tests.test_cli import guardia, python, schema
from tui import locale
from tui.cli.main import run

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
OUTAGE = ROOT / "sample_logs" / "auth-outage.ndjson.gz"
SCHEMA = schema("incident")
CAUSE = "server/src/routes/auth.js:118 read a renamed column, DB_POOL_MAX=20"
FIELDS = {
    "impact": "1 of 3 logins failed",
    "root_cause": CAUSE,
    "lesson": "rename and code ship apart",
    "preventive": "a contract test",
    "action": "expand-contract rule in CI",
    "action_owner": "@dev",
    "action_due": "2026-12-01",
}


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.json["state"]
        return found

    @property
    def missing(self) -> list[str]:
        found: list[str] = self.json["missing"]
        return found


@dataclass(frozen=True)
class Shell:
    """The command line in this process; every JSON that it prints must be what the schema says."""

    data_dir: Path

    def __call__(self, *arguments: str | Path, lang: str = "en", who: str = "@ana") -> Said:
        out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
        words = [*map(str, arguments), "--data-dir", str(self.data_dir), "--lang", lang]
        if who:
            words += ["--as", who]
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as done:
            run(["incident", *words])
        out.flush()
        assert isinstance(out.buffer, io.BytesIO)
        said = Said(int(done.value.code or 0), out.buffer.getvalue().decode(), err.getvalue())
        if "--json" in words and said.out:
            jsonschema.validate(said.json, SCHEMA)
        return said

    def json(self, *arguments: str | Path, **said: str) -> Said:
        return self(*arguments, "--json", **said)

    def done(self, *arguments: str | Path, **more: str) -> Said:
        said = self.json(*arguments, **more)
        assert said.code == 0, said.err
        assert said.json["ok"] is True
        return said

    def refused(self, *arguments: str | Path, **more: str) -> Said:
        said = self.json(*arguments, **more)
        assert said.code == 1, said.out
        assert said.json["ok"] is False
        assert said.err
        return said


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    for name in [name for name in os.environ if name.startswith(("GUARDIA_", "LC_", "LANG", "XDG_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GUARDIA_ZONE", "America/Bogota")
    yield Shell(tmp_path / "data")
    locale.use("en")


# --- whole incidents --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Night:
    """A log, and what is true of its outage. Clock times are UTC, on its day."""

    log: Path
    day: str
    declared: str
    started: str
    fired: str
    mitigated: str
    resolved: str
    episodes: set[tuple[str, str, str, str]]
    peak: float
    logins: tuple[int, int]

    def at(self, clock: str) -> str:
        return f"{self.day}T{clock}:00Z"


SAMPLE = Night(
    OUTAGE,
    "2026-03-02",
    declared="02:08",
    started="02:00:",
    fired="02:03",
    mitigated="02:17",
    resolved="02:37",
    episodes={
        ("login-down", "02:01", "02:03", "02:21"),
        ("auth-5xx-sustained", "02:03", "02:05", "02:19"),
        ("auth-5xx", "02:01", "02:06", "02:21"),
    },
    peak=96,
    logins=(285, 0),
)
REAL = Night(
    NIGHT,
    "2026-11-19",
    declared="22:08",
    started="22:00:00",
    fired="22:04",
    mitigated="22:14",
    resolved="22:35",
    episodes={
        ("login-down", "22:02", "22:04", "22:16"),
        ("auth-5xx-sustained", "22:03", "22:05", "22:15"),
        ("auth-5xx", "22:01", "22:06", "22:17"),
    },
    peak=78,
    logins=(158, 204),
)
NIGHTS = [pytest.param(SAMPLE, id="sample"), pytest.param(REAL, id="real", marks=needs_samples)]


def declare(shell: Shell, night: Night) -> str:
    """From the suggestion to a complete triage."""
    said = shell.done(
        "declare", "--severity", "SEV1", "--title", "Login down", night.log, "--at", night.at(night.declared)
    )
    state = said.state
    assert state["metric"] == "METRIC_AUTH_5XX"
    assert state["times"]["started"].startswith(f"{night.day}T{night.started}")
    assert state["times"]["detected"] == night.at(night.fired)
    assert {one["request_id"] for one in state["evidence"]} == {state["anchor"]}
    assert {one["result"] for one in state["evidence"]} == {"matched"}
    assert said.missing == [], "triage is complete"
    return str(said.json["incident"])


def resolve(shell: Shell, night: Night) -> None:
    """From the acknowledgement to resolved, through a refused and an overridden decision."""
    assert shell.done("ack", "--at", night.at(night.declared)).state["status"] == "acknowledged"
    shell.done("step", "endpoint-and-code", "--note", "login", "--at", night.at(night.declared))
    shell.done("deploys", "frozen", "--at", night.at(night.declared))
    assert "no-new-auth-5xx" in shell.refused("decide", "GO", night.log, "--at", night.at(night.mitigated)).missing
    mitigated = shell.done("mitigate", night.log, "--why", "rolled back", "--at", night.at(night.mitigated))
    assert "root_cause" in mitigated.missing
    assert shell.refused("resolve", night.log, "--at", night.at(night.mitigated)).missing == ["why"]
    later = shell.refused("decide", "GO", night.log, "--at", night.at(night.resolved))
    assert set(later.missing) == {"smoke-health", "smoke-auth", "smoke-catchup", "smoke-realtime-status"}
    decide = ("decide", "GO", night.log, "--at", night.at(night.resolved), "--override")
    assert shell.refused(*decide).missing == ["why"]
    decided = shell.done(*decide, "--why", "smoke was done by hand").state["decision"]
    assert (decided["decision"], decided["overridden"]) == ("GO", True)
    met = {one["id"]: one["met"] for one in decided["conditions"]}
    assert met.pop("smoke-passed") is None
    assert all(met.values())
    assert shell.done("resolve", night.log, "--at", night.at(night.resolved)).state["status"] == "resolved"


def fill(shell: Shell) -> None:
    for name, value in FIELDS.items():
        shell.done("set", name, value)
    shell.done("update", "all normal again")


@pytest.mark.parametrize("night", NIGHTS)
def test_a_whole_sev1_is_played_from_the_suggestion_to_a_clean_postmortem(
    shell: Shell, night: Night, tmp_path: Path
) -> None:
    incident = declare(shell, night)
    resolve(shell, night)
    fill(shell)
    closed = shell.done("close", night.log)
    assert closed.state["status"] == "closed"
    linked = closed.state["metrics"]["episodes"]
    assert {
        (one["rule"], *(one[key][11:16] for key in ("pending_at", "fired_at", "resolved_at"))) for one in linked
    } == night.episodes
    assert shell("lint").code == 0
    postmortem = shell("export").out
    for minute in (night.fired, *(end for *_rest, end in night.episodes)):
        assert f"{night.day} {minute}:00Z" in postmortem
    assert f"peak {night.peak}" in postmortem
    assert CAUSE.replace("_", "\\_") in postmortem or CAUSE in postmortem
    assert shell("verify").code == 0
    assert shell.done("list").state["count"] == 1
    bundle = tmp_path / "bundle"
    assert shell("export", "--format", "bundle", "--out", bundle).code == 0
    assert json.loads((bundle / "incident.json").read_text())["incident"] == incident
    assert str(night.log.parent).encode() not in b"".join(path.read_bytes() for path in bundle.iterdir())


@needs_samples
def test_the_postmortem_counts_the_logins_that_were_hit(shell: Shell) -> None:
    declare(shell, REAL)
    shell.done("mitigate", REAL.log, "--at", REAL.at(REAL.resolved))
    hit, of = REAL.logins
    assert f"Login down at scale: {hit} / {of}" in shell("export").out


@pytest.mark.parametrize("night", NIGHTS)
def test_nothing_closes_without_evidence_and_only_real_ids_are_evidence(shell: Shell, night: Night) -> None:
    shell.done("declare", "--severity", "SEV1", "--metric", "METRIC_AUTH_5XX", "--at", night.at(night.declared))
    assert {"wrong_status", "evidence", "root_cause", "mitigated"} <= set(shell.refused("close").missing)
    anchor = guardia_check(night)["suggested"]["anchor_request_id"]
    shell.done("mitigate", "--why", "rolled back", "--at", night.at(night.mitigated))
    shell.done("decide", "NO_GO", "--at", night.at(night.mitigated))
    fill(shell)
    assert shell.refused("close").missing == ["evidence"]
    assert shell.refused("close", "--override", "--why", "we are tired").missing == ["evidence"]
    assert shell.refused("evidence", "req_madeup123", night.log).missing == ["unknown_request_id"]
    pinned = shell.done("evidence", anchor, night.log).state["evidence"]
    assert {one["result"] for one in pinned} == {"matched"}
    assert shell.done("close").state["status"] == "closed"
    assert shell("lint").code == 0


def guardia_check(night: Night) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(guardia("check", night.log, "--json", "--at", night.at(night.declared)).stdout)
    return found


def test_evidence_that_changed_is_said_and_closes_nothing(shell: Shell, tmp_path: Path) -> None:
    log = tmp_path / "night.ndjson"
    log.write_bytes(gzip.decompress(OUTAGE.read_bytes()))
    night = Night(log, *(getattr(SAMPLE, name) for name in list(Night.__dataclass_fields__)[1:]))
    declare(shell, night)
    resolve(shell, night)
    fill(shell)
    pinned = shell.done("verify").state["evidence"]
    data = bytearray(log.read_bytes())
    for one in pinned:
        data[data.index(b'"level":"', one["offset"]) + 9] ^= 1
    log.write_bytes(data)
    changed = shell.json("verify")
    assert changed.code == 1
    assert changed.missing == [f"{one['request_id']}:changed" for one in pinned]
    assert {one["result"] for one in changed.state["evidence"]} == {"changed"}
    assert shell.refused("close").missing == ["evidence"]


@needs_samples
def test_the_same_record_in_another_wrapper_still_matches(shell: Shell, tmp_path: Path) -> None:
    copy = tmp_path / "original.ndjson"
    copy.write_bytes(gzip.decompress((LOGS / "wrapped" / "original.ndjson.gz").read_bytes()))
    request_id = next(
        row["requestId"]
        for row in map(json.loads, (line for line in copy.read_text().splitlines() if '"METRIC_' in line))
        if str(row["requestId"]).startswith("req_")
    )
    shell.done("declare", "--severity", "SEV2", "--started", "2026-11-19T21:00:00Z")
    shell.done("evidence", request_id, copy)
    copy.unlink()
    assert shell("verify").code == 1
    wrapped = next(path for path in (LOGS / "wrapped").iterdir() if "docker" in path.name)
    assert shell("verify", wrapped).code == 0


# --- which, who and when ----------------------------------------------------------------------------------------------


def test_with_several_open_the_id_must_be_said_and_the_open_ones_are_named(shell: Shell) -> None:
    assert shell.refused("ack").missing == ["id"]
    first, second = (str(shell.done("declare", "--severity", "SEV2").json["incident"]) for _ in range(2))
    refused = shell.refused("ack")
    assert refused.missing == ["id"]
    assert sorted(refused.state["open"]) == sorted([first, second])
    assert first in refused.err
    assert shell.done("ack", "--id", first).json["incident"] == first
    assert shell.done("merge-into", first, "--why", "same trouble", "--id", second).state["status"] == "merged"
    assert shell.done("show").json["incident"] == first


@pytest.mark.parametrize("name", ["nonsense", "../x", "INC-20260302-"])
def test_what_is_no_id_is_a_usage_error(shell: Shell, name: str) -> None:
    assert shell("show", "--id", name).code == 2


def test_an_unknown_id_is_refused(shell: Shell) -> None:
    assert shell.refused("ack", "--id", "INC-20260302-abcd").missing == ["no_incident"]
    assert shell.refused("show", "--id", "INC-20260302-abcd").missing == ["id"]


def test_who_acts_is_said_or_set_or_logged_in(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shell.done("declare", "--severity", "SEV2", who="@eva").state["declared_by"] == "@eva"
    monkeypatch.setenv("GUARDIA_NAME", "@set")
    assert shell.done("note", "a", who="").state["notes"][-1]["by"] == "@set"
    monkeypatch.delenv("GUARDIA_NAME")
    monkeypatch.setenv("LOGNAME", "logged")
    assert shell.done("note", "b", who="").state["notes"][-1]["by"] == "logged"


def test_read_only_refuses_every_action_and_lets_everybody_look(shell: Shell) -> None:
    assert shell.refused("declare", "--severity", "SEV1", "--read-only").missing == ["read_only"]
    shell.done("declare", "--severity", "SEV1")
    for words in (["ack"], ["note", "x"], ["undo"], ["push", "off"], ["close"]):
        assert "read_only" in shell.refused(*words, "--read-only").missing
    assert shell.done("show", "--read-only").state["status"] == "declared"


def test_a_time_is_echoed_in_both_zones_and_the_future_is_refused(shell: Shell) -> None:
    said = shell("declare", "--severity", "SEV1", "--at", "2026-03-02T02:08:00Z")
    assert "2026-03-02 02:08:00 UTC · 21:08:00 -05" in said.err
    assert "2026-03-02 02:08:00 UTC · 21:08:00 -05" in said.out
    assert shell.refused("ack", "--at", "2999-01-01T00:00:00Z").missing == ["in_future"]
    assert shell.refused("ack", "--at", "2026-03-02T02:00:00Z").missing == ["before_started"]
    assert shell("ack", "--at", "teatime").code == 2


def test_without_sources_a_clock_time_is_on_the_day_the_incident_was_left(shell: Shell) -> None:
    shell.done("declare", "--severity", "SEV1", "--at", "2026-03-02T02:08:00Z")
    acknowledged = shell.done("ack", "--at", "21:10").state["times"]["acknowledged"]
    assert acknowledged == "2026-03-02T02:10:00Z", "21:10 in Bogota is 02:10 UTC of the next day"


def test_a_source_that_cannot_be_read_records_nothing(shell: Shell, tmp_path: Path) -> None:
    said = shell("declare", "--severity", "SEV1", tmp_path / "absent.ndjson")
    assert said.code == 3
    assert shell.done("list").state["count"] == 0


# --- every action -----------------------------------------------------------------------------------------------------


def test_every_action_leaves_what_was_said(shell: Shell) -> None:
    shell.done("declare", "--severity", "SEV2", "--started", "-10m", "--owner", "@eva")
    shell.done("severity", "SEV1")
    assert shell.refused("severity", "SEV2").missing == ["why"]
    shell.done("severity", "SEV2", "--why", "partly back")
    for role in ("owner", "commander", "scribe"):
        shell.done(role, f"@{role}")
    shell.done("handoff", "@beto")
    assert shell.refused("handoff", "accept").missing == ["not_offered"]
    shell.done("handoff", "accept", who="@beto")
    shell.done("channel", "#inc")
    shell.done("update", "we are on it")
    shell.done("note", "pool", "is", "full")
    shell.done("deploys", "frozen")
    assert shell.refused("deploys", "open").missing == ["why"]
    shell.done("deploys", "open", "--why", "over")
    shell.done("push", "off")
    assert shell.refused("push", "on").missing == ["vapid-present"]
    shell.done("step", "critical-secrets")
    shell.done("step", "critical-secrets", "--undo")
    shell.done("step", "open-channel", "--note", "in chat")
    shell.done("note", "mistyped")
    shell.done("undo")
    state = shell.done("show").state
    assert (state["severity"], state["owner"], state["commander"], state["scribe"]) == (
        "SEV2",
        "@owner",
        "@beto",
        "@scribe",
    )
    assert [change["severity"] for change in state["severity_changes"]] == ["SEV2", "SEV1", "SEV2"]
    assert (state["channel"]["value"], state["updates"][0]["value"]) == ("#inc", "we are on it")
    assert [note["value"] for note in state["notes"]] == ["pool is full"]
    assert (state["deploys"]["frozen"], state["deploys"]["why"], state["push"]["on"]) == (False, "over", False)
    assert list(state["steps"]) == ["open-channel"]
    shell.done("set", "started", "-20m", "--why", "support knew earlier")
    assert shell.done("cancel", "--why", "a test").state["status"] == "cancelled"
    assert shell.done("reopen", "--why", "no it was not").state["status"] == "acknowledged"


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        (["severity", "SEV9"], "unknown_severity"),
        (["step", "dance"], "unknown_step"),
        (["set", "colour", "red"], "unknown_field"),
        (["set", "action_due", "soon"], "action_due"),
        (["note", "  "], "text"),
        (["resolve"], "wrong_status"),
        (["cancel"], "why"),
        (["reopen", "--why", "x"], "wrong_status"),
        (["merge-into", "INC-20260302-abcd", "--why", "x"], "unknown_incident"),
    ],
)
def test_a_refusal_says_what_is_missing_in_both_languages(shell: Shell, words: list[str], missing: str) -> None:
    shell.done("declare", "--severity", "SEV2")
    english, spanish = shell.refused(*words), shell.refused(*words, lang="es")
    assert english.missing == spanish.missing == [missing]
    assert english.err != spanish.err


def test_usage_errors_are_two(shell: Shell) -> None:
    for words in (["declare"], ["dance"], ["push", "maybe"], ["decide", "PERHAPS"], ["evidence", "req_abc123"]):
        assert shell(*words).code == 2


def test_an_alert_can_be_taken_before_anybody_declares(shell: Shell) -> None:
    assert shell("ack", OUTAGE, "--at", SAMPLE.at("02:06"), who="@beto").code == 0
    state = shell.done("declare", "--severity", "SEV1", OUTAGE, "--at", SAMPLE.at("02:08")).state
    assert state["status"] == "acknowledged"
    assert state["times"]["acknowledged"] == SAMPLE.at("02:06")


def test_numbers_that_nobody_gave_are_unavailable(shell: Shell) -> None:
    shell.done("declare", "--severity", "SEV1", "--metric", "METRIC_AUTH_5XX")
    assert shell.done("show").state["metrics"] is None
    assert "metrics: unavailable" in shell("export").out


def test_secrets_of_people_are_masked_everywhere_and_places_survive(shell: Shell) -> None:
    jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
    planted = (jwt, "ana@example.org", "hunter2hunter2", "abcdef123456")
    text = f"{jwt} ana@example.org https://x.org/a?token=abcdef123456 password=hunter2hunter2 {CAUSE}"
    said = [shell("declare", "--severity", "SEV1", "--title", text, "--owner", text)]
    said += [shell(name, text) for name in ("note", "channel", "update", "owner", "commander", "scribe", "handoff")]
    said += [shell("set", name, text) for name in ("impact", "root_cause", "mitigation", "lesson", "action")]
    said += [shell("step", "open-channel", "--note", text), shell("note", "x", who=text)]
    said += [shell("show"), shell.json("show"), shell("list"), shell("export"), shell("export", "--format", "json")]
    files = b"".join(path.read_bytes() for path in shell.data_dir.rglob("*") if path.is_file())
    for one in planted:
        assert one.encode() not in files
        assert all(one not in each.out + each.err for each in said)
    assert said[1].err.startswith("masked before it was stored: ")
    assert "server/src/routes/auth.js:118" in said[-2].out
    assert "DB_POOL_MAX=20" in said[-1].out


def test_what_could_steer_a_terminal_is_pictured(shell: Shell) -> None:
    shell.done("declare", "--severity", "SEV1", "--title", "a\x1b[2Jb\u202ec")
    for said in (
        shell("show"),
        shell("list"),
        shell("export"),
        shell("step", "x\x1b[2J"),
        shell("severity", "\x1b]0;x"),
    ):
        assert "\x1b" not in said.out + said.err
        assert "\u202e" not in said.out + said.err


# --- lint, export -----------------------------------------------------------------------------------------------------


def test_lint_lists_what_blocks_a_bad_postmortem_also_in_an_edited_file(shell: Shell, tmp_path: Path) -> None:
    shell.done("declare", "--severity", "SEV1")
    found = shell.json("lint")
    assert found.code == 1
    faults = {one.partition(":")[0] for one in found.missing}
    assert {"empty_section", "no_owner", "no_date", "no_evidence"} <= faults
    file = tmp_path / "pm.md"
    assert shell("export", "--out", file).code == 0
    assert shell.json("lint", file).missing == found.missing
    file.write_text(file.read_text() + "\nseen at 2026-03-02 02:10 by all\n")
    assert any(one.startswith("time_without_zone:2026-03-02 02:10") for one in shell.json("lint", file).missing)
    assert shell("lint", tmp_path / "absent.md").code == 3
    file.write_bytes(b"\xff\xfe")
    assert shell("lint", file).code == 3


def test_a_postmortem_is_written_and_linted_in_the_language_of_its_declaration(shell: Shell, tmp_path: Path) -> None:
    shell.done("declare", "--severity", "SEV1", lang="es")
    text = shell("export", lang="en").out
    assert "## Bitácora (UTC)" in text
    file = tmp_path / "pm.md"
    file.write_text(text)
    assert shell.json("lint", file, lang="en").missing == shell.json("lint", lang="en").missing


def test_exports_are_the_owners_only_and_overwrite_nothing(shell: Shell, tmp_path: Path) -> None:
    shell.done("declare", "--severity", "SEV1")
    for form in ("md", "json", "rotation", "bundle"):
        path = tmp_path / "out" / form
        assert shell("export", "--format", form, "--out", path).code == 0
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if form == "bundle" else 0o600)
        assert shell("export", "--format", form, "--out", path).code == 1
        assert shell("export", "--format", form, "--out", path, "--force").code == 0
    assert shell("export", "--out", "/proc/nowhere/x.md").code == 3
    assert json.loads(shell("export", "--format", "json", "--out", "-").out)["schema"] == 1
    assert shell.json("export", "--out", tmp_path / "again.md").json["ok"] is True


def test_a_bundle_is_checked_by_its_manifest(shell: Shell, tmp_path: Path) -> None:
    shell.done("declare", "--severity", "SEV1", OUTAGE, "--at", SAMPLE.at("02:08"))
    for path in (tmp_path / "b", tmp_path / "b.zip"):
        assert shell("export", "--format", "bundle", "--out", path).code == 0
        assert shell("verify", path).code == 0
    names = {"postmortem.md", "incident.json", "journal.jsonl", "events.ndjson", "manifest.sha256"}
    assert {path.name for path in (tmp_path / "b").iterdir()} == names
    first = json.loads((tmp_path / "b" / "events.ndjson").read_text().splitlines()[0])
    assert first["timestamp"] >= SAMPLE.at("01:30")
    events = tmp_path / "b" / "events.ndjson"
    data = bytearray(events.read_bytes())
    data[100] ^= 1
    events.write_bytes(data)
    assert shell.json("verify", tmp_path / "b").missing == ["events.ndjson:changed"]
    assert shell("verify", tmp_path / "b").code == 1


def test_the_journal_of_a_bundle_is_one_chain_that_folds_to_the_same_incident(shell: Shell, tmp_path: Path) -> None:
    from tui.incident.fold import fold
    from tui.incident.wire import scan

    incident = declare(shell, SAMPLE)
    shell.done("note", "x")
    assert shell("export", "--format", "bundle", "--out", tmp_path / "b").code == 0
    found = scan("journal", (tmp_path / "b" / "journal.jsonl").read_bytes())
    assert found.damages == ()
    state = fold(incident, [line.recorded for line in found.lines if line.recorded])
    assert [note.value for note in state.notes] == ["x"]
    assert {one.pin.record.source.path for one in state.evidence if one.pin.record} == {""}


def test_the_same_journal_exports_the_same_bytes(shell: Shell, tmp_path: Path) -> None:
    declare(shell, SAMPLE)
    for name in ("one.zip", "two.zip"):
        assert shell("export", "--format", "bundle", "--out", tmp_path / name).code == 0
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_the_rotation_record_asks_for_every_field_of_the_runbook(shell: Shell) -> None:
    from tui.runbook.load import load_runbook

    loaded = load_runbook(None, "en")
    shell.done("declare", "--severity", "SEV1", "--title", "JWT leaked")
    shell.done("step", "rotate-secret", "--note", "done at the vault")
    record = shell("export", "--format", "rotation").out
    assert all(loaded.texts.title(f"record.{field.id}") in record for field in loaded.runbook.secrets.record)
    assert "done at the vault" in record


# --- beside the incident ----------------------------------------------------------------------------------------------


def test_what_was_pinned_is_kept_guarded_beside_the_journal(shell: Shell) -> None:
    declare(shell, SAMPLE)
    copies = [json.loads(path.read_text()) for path in (shell.data_dir / "evidence").iterdir()]
    assert {copy["sha256"] for copy in copies} == {one["sha256"] for one in shell.done("show").state["evidence"]}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in (shell.data_dir / "evidence").iterdir())


def test_every_action_refreshes_what_the_status_line_reads(shell: Shell) -> None:
    from tui.session.status import Snapshot, read_snapshot

    shell.done("declare", "--severity", "SEV1", "--title", "Login down")
    read = read_snapshot(shell.data_dir)
    assert isinstance(read, Snapshot)
    assert [(one.status, one.title) for one in read.incidents] == [("declared", "Login down")]
    shell.done("cancel", "--why", "a test")
    read = read_snapshot(shell.data_dir)
    assert isinstance(read, Snapshot)
    assert read.incidents == ()


def test_help_of_the_incident_commands_imports_nothing_heavy() -> None:
    loaded = python(
        "import sys, contextlib\n"
        "from tui.cli.main import run\n"
        "with contextlib.suppress(SystemExit): run(['incident', 'ack', '--help'])\n"
        "print([name for name in ('polars', 'textual', 'pydantic') if name in sys.modules], file=sys.stderr)"
    )
    assert loaded.stderr.strip().endswith("[]")


def test_the_program_itself_ends_with_the_code(tmp_path: Path) -> None:
    said = guardia("incident", "ack", "--json", "--data-dir", tmp_path)
    assert said.returncode == 1
    assert json.loads(said.stdout)["ok"] is False
