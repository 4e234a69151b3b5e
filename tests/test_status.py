"""The status line: from a small file, cheaply, never a false green, and nothing in it can steer a terminal or tmux."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.incidents import METRIC, RUNBOOK, WORST, ZERO, at, declared
from tests.test_cli import ROOT, guardia, schema
from tui.incident import actions as a
from tui.present.status_line import status_json, status_line, tmux_line
from tui.privacy import visible
from tui.session.status import (
    STALE_AFTER,
    OpenIncident,
    RunningClock,
    Snapshot,
    read_snapshot,
    snapshot_file,
    write_snapshot,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.incidents import Play

NOW = datetime(2026, 11, 19, 22, 30, tzinfo=UTC)
HEAVY = {"polars", "pydantic", "pydantic_settings", "pydantic_core", "textual", "rich", "orjson"}


def saved(data_dir: Path, *plays: Play, now: datetime = NOW) -> str:
    write_snapshot(data_dir, [play.state for play in plays], RUNBOOK, now)
    return status_line(read_snapshot(data_dir), now)


def test_an_open_incident_is_one_line_with_its_clocks_as_of_now(tmp_path: Path) -> None:
    play = declared(title="nobody can log in", owner="@ana")
    line = saved(tmp_path, play, now=at(12))
    assert line == (
        f"{WORST} {play.state.id} declared · ACK 03:00 · MITIGATE 28:00 · NEXT UPDATE 18:00 · @ana · nobody can log in"
    )
    later = status_line(read_snapshot(tmp_path), at(13))
    assert "ACK 02:00" in later


def test_finished_and_overdue_clocks_say_so(tmp_path: Path) -> None:
    play = declared()
    play.do(a.Acknowledge(), 12)
    line = saved(tmp_path, play, now=at(45))
    assert "ACK ✓" in line
    assert "MITIGATE +05:00 OVER" in line


def test_no_incident_and_nothing_recorded_say_so(tmp_path: Path) -> None:
    assert status_line(read_snapshot(tmp_path), NOW) == "no incident"
    assert saved(tmp_path) == "no incident"
    play = declared()
    play.do(a.Cancel(why="a false alarm"), 11)
    assert saved(tmp_path, play, now=at(12)) == "no incident"


def test_incidents_without_a_snapshot_and_a_damaged_snapshot_are_unknown_not_calm(tmp_path: Path) -> None:
    (tmp_path / "incidents" / "INC-20261119-abcd").mkdir(parents=True)
    assert "unknown" in status_line(read_snapshot(tmp_path), NOW)
    for damaged in (b"", b"{", b"[]", b'{"schema":2}', b'{"schema":1}', b"\xff" * 99, b"[" * 60_000):
        snapshot_file(tmp_path).write_bytes(damaged)
        assert "unknown" in status_line(read_snapshot(tmp_path), NOW)
        jsonschema.validate(status_json(read_snapshot(tmp_path), NOW), schema("status"))


def test_a_stale_snapshot_says_how_old_it_is(tmp_path: Path) -> None:
    saved(tmp_path, now=NOW)
    fresh = NOW + STALE_AFTER
    assert status_line(read_snapshot(tmp_path), fresh) == "no incident"
    assert status_line(read_snapshot(tmp_path), NOW + timedelta(hours=3)) == "as of 3h00m ago · no incident"
    assert status_line(read_snapshot(tmp_path), NOW - timedelta(hours=1)).startswith("as of")


def test_an_alert_that_nobody_declared_and_silence_are_said(tmp_path: Path) -> None:
    write_snapshot(tmp_path, [], RUNBOOK, NOW, suggested=(WORST, METRIC))
    line = status_line(read_snapshot(tmp_path), NOW)
    assert line == f"{WORST} suggested, not declared · {METRIC}"
    write_snapshot(tmp_path, [], RUNBOOK, NOW, suggested=(None, None), silent=True)
    assert status_line(read_snapshot(tmp_path), NOW) == "SILENT · no incident"


def test_the_worst_incident_comes_first_and_others_are_counted(tmp_path: Path) -> None:
    lesser = declared(severity=RUNBOOK.severities[-1].id)
    assert saved(tmp_path, lesser, declared(), now=at(12)).startswith(WORST)
    assert "1 more open" in status_line(read_snapshot(tmp_path), at(12))


def test_the_file_is_private_replaced_whole_and_holds_no_free_text_but_the_title(tmp_path: Path) -> None:
    play = declared(title="token=abc123secret")
    play.do(a.Note(text="a note about the cause"), 11)
    saved(tmp_path / "data", play)
    file = snapshot_file(tmp_path / "data")
    text = file.read_text()
    assert "abc123secret" not in text
    assert "a note about" not in text
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in file.parent.iterdir()] == [file.name]


@settings(deadline=None)
@given(st.text(max_size=50), st.text(max_size=20))
def test_whatever_is_in_it_stays_one_line_that_steers_nothing(title: str, owner: str) -> None:
    incident = OpenIncident("INC-20261119-abcd", "declared", "SEV1", title, owner, clocks=(RunningClock("x#[", ZERO),))
    snapshot = Snapshot(NOW, (incident,))
    line = status_line(snapshot, NOW)
    assert visible(line) == line
    assert status_line(snapshot, NOW, plain=True).isascii()
    escaped = tmux_line(line)
    assert "#" not in escaped.replace("##", "")
    assert escaped.replace("##", "#") == line


# --- the program ----------------------------------------------------------------------------------------------------


def test_the_command_prints_text_tmux_and_json(tmp_path: Path) -> None:
    play = declared(title="login #(rm) is down")
    write_snapshot(tmp_path, [play.state], RUNBOOK, datetime.now(UTC))
    shown = guardia("status", "--data-dir", tmp_path)
    assert shown.returncode == 0
    assert shown.stdout.count("\n") == 1
    assert "login #(rm) is down" in shown.stdout
    assert "login ##(rm) is down" in guardia("status", "--format", "tmux", "--data-dir", tmp_path).stdout
    as_json = guardia("status", "--format", "json", GUARDIA_DATA_DIR=str(tmp_path))
    assert guardia("--json", "status", "--data-dir", tmp_path).stdout.count("seconds_left") == 3
    result = json.loads(as_json.stdout)
    jsonschema.validate(result, schema("status"))
    assert result["incidents"][0]["severity"] == WORST
    assert "declarado" in guardia("status", "--data-dir", tmp_path, lang="es").stdout


def test_the_data_folder_is_found_as_the_settings_find_it(tmp_path: Path) -> None:
    write_snapshot(tmp_path / "here", [declared().state], RUNBOOK, NOW)
    (tmp_path / "guardia").mkdir()
    (tmp_path / "guardia" / "config.toml").write_text(f'data_dir = "{tmp_path / "here"}"\n')
    assert WORST in guardia("status", XDG_CONFIG_HOME=str(tmp_path)).stdout
    assert "no incident" in guardia("status", XDG_DATA_HOME=str(tmp_path / "empty")).stdout


def test_nothing_heavy_is_imported_for_it(tmp_path: Path) -> None:
    write_snapshot(tmp_path, [declared().state], RUNBOOK, NOW)
    for form in ("text", "tmux", "json"):
        code = (
            "import sys; from tui.cli.main import run\n"
            f"try: run(['status', '--format', {form!r}, '--data-dir', {str(tmp_path)!r}])\n"
            f"except SystemExit: print(sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)"
        )
        shown = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
        )
        assert shown.stderr.strip() == "[]", form
        assert WORST in shown.stdout


def test_it_is_quick_enough_for_a_status_line(tmp_path: Path) -> None:
    write_snapshot(tmp_path, [declared().state], RUNBOOK, NOW)
    command = [sys.executable, "-m", "tui", "status", "--format", "tmux", "--data-dir", str(tmp_path)]
    spent = []
    for _run in range(5):
        before = os.times()
        started = time.perf_counter()
        subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60, check=True)
        after = os.times()
        worked = after.children_user + after.children_system - before.children_user - before.children_system
        spent.append((worked, time.perf_counter() - started))
    best = min(spent)
    print(f"guardia status: {best[0]:.3f} s of processor, {best[1]:.3f} s in all")
    assert best[0] <= 0.2


@pytest.mark.parametrize("lang", ["es", "en"])
def test_help_names_it(lang: str) -> None:
    assert "status" in guardia("--help", lang=lang).stdout
