"""What a shell must not get wrong: empty times, spans that end before they begin, notes without an incident, damage."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.incidents import mitigated
from tests.test_cli import guardia, schema
from tests.test_incident_cli import OUTAGE, SAMPLE, Shell, shell
from tui.incident.frame import unbroken
from tui.incident.wire import encode, scan
from tui.session.act import TeamDesk
from tui.session.status import snapshot_file

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["shell"]


# --- times -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("check", OUTAGE, "--at", ""), 3),
        (("check", OUTAGE, "--at="), 3),
        (("check", OUTAGE, "--since", " "), 3),
        (("check", OUTAGE, "--until", ""), 3),
        (("report", OUTAGE, "--since", ""), 2),
        (("whatif", OUTAGE, "--set", "auth-5xx.for=3m", "--until", ""), 2),
        (("incident", "ack", "--at", ""), 2),
        (("incident", "declare", "--severity", "SEV1", "--started", ""), 2),
    ],
)
def test_an_empty_time_is_a_mistake_and_not_an_option_left_out(
    tmp_path: Path, words: tuple[str | Path, ...], code: int
) -> None:
    said = guardia(*words, "--data-dir", tmp_path, lang="en")
    assert said.returncode == code
    assert "nothing was said" in said.stderr
    assert said.stdout == ""


@pytest.mark.parametrize("end", ["--until", "--at"])
@pytest.mark.parametrize("start", ["02:30", "02:20"])
def test_a_span_that_ends_before_it_begins_is_refused(end: str, start: str) -> None:
    day = SAMPLE.day
    for command, code in (("check", 3), ("report", 2)):
        said = guardia(command, OUTAGE, "--since", f"{day}T{start}:00Z", end, f"{day}T02:20:00Z", lang="en")
        assert said.returncode == code
        assert "must be earlier than the end" in said.stderr
        assert said.stdout == ""


# --- notes -----------------------------------------------------------------------------------------------------------


def test_a_note_goes_to_what_is_open_to_what_is_named_and_else_to_the_team(shell: Shell) -> None:
    def team() -> list[str]:
        return [note.value for note in TeamDesk(shell.data_dir).refresh().notes]

    said = shell.done("note", "quiet night")
    assert (said.json["incident"], said.state, said.missing) == (None, {}, [])
    assert shell("note", "really").out.startswith("the team's journal\n")
    assert team() == ["quiet night", "really"]
    incident = str(shell.done("declare", "--severity", "SEV2").json["incident"])
    assert [note["value"] for note in shell.done("note", "open").state["notes"]] == ["open"]
    shell.done("cancel", "--why", "a load test")
    shell.done("note", "after it")
    assert team() == ["quiet night", "really", "after it"]
    assert len(shell.done("note", "for the record", "--id", incident).state["notes"]) == 2
    for _twice in range(2):
        shell.done("declare", "--severity", "SEV2")
    assert shell.refused("note", "which?").missing == ["id"]
    assert shell.refused("note", "x", "--read-only", "--id", incident).missing == ["read_only"]


# --- ticks -----------------------------------------------------------------------------------------------------------


def test_a_tick_is_taken_and_what_it_does_not_prove_is_said(shell: Shell) -> None:
    shell.done("declare", "--severity", "SEV1", OUTAGE, "--at", SAMPLE.at(SAMPLE.declared))
    blind = shell("step", "endpoint-and-code", "--at", SAMPLE.at(SAMPLE.declared))
    assert (blind.code, "without logs nothing tells" in blind.err) == (0, True)
    red = shell("step", "critical-secrets", OUTAGE, "--at", SAMPLE.at(SAMPLE.mitigated))
    assert (red.code, "✗ `METRIC_AUTH_5XX` sustained at 0" in red.err) == (0, True)
    green = shell("step", "auth-smoke", OUTAGE, "--at", SAMPLE.at(SAMPLE.resolved))
    assert (green.code, "METRIC_AUTH_5XX" in green.err) == (0, False)
    assert "without logs" not in shell("step", "confirm-severity").err
    assert set(shell.json("show").state["steps"]) == {
        "endpoint-and-code", "critical-secrets", "auth-smoke", "confirm-severity",
    }  # fmt: skip


# --- a damaged journal -----------------------------------------------------------------------------------------------


SEGMENT, _LAST = encode(mitigated().records, "0" * 64)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(SEGMENT) * 8 - 1), st.sampled_from(["flip", "cut", "drop line", "nothing"]))
def test_the_quick_look_at_a_segment_agrees_with_the_thorough_one(place: int, harm: str) -> None:
    data = bytearray(SEGMENT)
    lines = SEGMENT.splitlines(keepends=True)
    if harm == "flip":
        data[place // 8] ^= 1 << place % 8
    elif harm == "cut":
        del data[place // 8 :]
    elif harm == "drop line":
        data = bytearray(b"".join(lines[: place % len(lines)] + lines[place % len(lines) + 1 :]))
    assert unbroken(bytes(data)) == (not scan("w", bytes(data)).damages)


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_status_line_says_that_a_journal_is_damaged(shell: Shell, lang: str) -> None:
    def status(form: str) -> str:
        return guardia("status", "--format", form, "--data-dir", shell.data_dir, lang=lang).stdout

    shell.done("declare", "--severity", "SEV1", OUTAGE, "--at", SAMPLE.at(SAMPLE.declared))
    word = {"en": "JOURNAL DAMAGED", "es": "DIARIO DAÑADO"}[lang]
    assert word not in status("tmux")
    assert json.loads(status("json"))["damaged"] is False
    (segment,) = (shell.data_dir / "incidents").rglob("*.jsonl")
    whole = segment.read_bytes()
    segment.write_bytes(whole[:400] + b"x" + whole[401:])
    assert status("tmux").startswith(f"{word} · SEV1 INC-")
    told = json.loads(status("json"))
    jsonschema.validate(told, schema("status"))
    assert told["damaged"] is True
    segment.unlink()
    segment.mkdir()
    assert status("text").startswith(word)


def test_a_snapshot_cannot_lead_the_status_line_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "data" / "incidents").mkdir(parents=True)
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "a.jsonl").write_text("not a journal")
    incident: dict[str, object] = {
        "id": "../../secret", "status": "declared", "severity": None, "title": "", "owner": None, "drill": False,
        "clocks": [],
    }  # fmt: skip
    snapshot = {
        "schema": 1, "written": datetime.now(UTC).isoformat(), "incidents": [incident], "firing": None,
        "metric": None, "silent": False, "watching": False,
    }  # fmt: skip
    snapshot_file(tmp_path / "data").write_text(json.dumps(snapshot))
    said = guardia("status", "--format", "json", "--data-dir", tmp_path / "data")
    assert json.loads(said.stdout)["damaged"] is False
