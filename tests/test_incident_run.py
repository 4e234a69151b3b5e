"""`guardia incident run`: shown first, asked once, cleaned, recorded; GO needs no override once every smoke passed."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from tests.test_incident_cli import OUTAGE, SAMPLE, Shell, declare, shell
from tui.cli import incident_run
from tui.runbook.load import EMBEDDED

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["shell"]

HOST, TOKEN = "https://api.example.test", "tok-0123456789abcdef"


@pytest.fixture
def curl(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A curl that says what it was asked, secret and escape sequence included, and ends as the file beside it says."""
    assert not shell.data_dir.exists()  # its variables are gone by now
    folder = tmp_path / "bin"
    folder.mkdir()
    program, code = folder / "curl", folder / "code"
    program.write_text(f'#!/bin/sh\nprintf "\\033[31m%s\\n" "$*"\nread code < "{code}"\nexit "$code"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    code.write_text("0\n")
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv("GUARDIA_SMOKE_HOST", HOST)
    monkeypatch.setenv("GUARDIA_SMOKE_TOKEN", TOKEN)
    return code


def smoke() -> list[str]:
    import tomllib

    commands = tomllib.loads(EMBEDDED.read_text())["commands"]
    return [command["id"] for command in commands if command["kind"] == "prod-smoke"]


def test_go_is_decided_without_an_override_once_every_smoke_passed(shell: Shell, curl: Path) -> None:
    declare(shell, SAMPLE)
    at = ("--at", SAMPLE.at(SAMPLE.resolved))
    shell.done("mitigate", OUTAGE, "--at", SAMPLE.at(SAMPLE.mitigated))
    curl.write_text("22\n")
    for command in smoke():
        assert shell("run", command, "--yes", *at).code == 1
    assert set(shell.refused("decide", "GO", OUTAGE, *at).missing) == set(smoke())
    curl.write_text("0\n")
    for command in smoke():
        assert shell.done("run", command, "--yes", *at).state["commands"][-1]["exit_code"] == 0
    decision = shell.done("decide", "GO", OUTAGE, *at).state["decision"]
    assert (decision["decision"], decision["overridden"]) == ("GO", False)


@pytest.mark.usefixtures("curl")
def test_what_runs_is_shown_first_and_what_comes_of_it_is_clean(shell: Shell) -> None:
    shell.done("declare", "--severity", "SEV1")
    said = shell("run", "smoke-auth", "--yes")
    assert said.code == 0
    assert said.err.startswith("exact text: curl -fsS ")
    assert f"host: {HOST}" in said.err
    assert "ended with 0 after 00:0" in said.err
    assert "-H Authorization: ‹header›" in said.out
    assert "command smoke-auth → 0" in said.out
    journal = b"".join(path.read_bytes() for path in shell.data_dir.rglob("*.jsonl"))
    assert b"smoke-auth" in journal
    for text in (said.out, said.err, journal.decode()):
        assert TOKEN not in text
        assert "\x1b" not in text
        assert "[31m" not in text


def test_a_command_that_failed_is_recorded_and_not_ok(shell: Shell, curl: Path) -> None:
    shell.done("declare", "--severity", "SEV1")
    curl.write_text("22\n")
    said = shell.json("run", "smoke-health", "--yes")
    assert (said.code, said.json["ok"], said.missing[0]) == (1, False, "smoke-health")
    assert said.state["commands"][-1]["exit_code"] == 22
    told = shell("run", "smoke-health", "--yes")
    assert (told.code, "it did not succeed, and is recorded so" in told.err) == (1, True)
    assert "still missing: smoke: health" in told.out
    curl.write_text("0\n")
    assert "smoke-health" not in shell.done("run", "smoke-health", "--yes").missing


def test_nothing_runs_without_a_yes_a_host_an_open_incident_or_while_reading_only(
    shell: Shell, curl: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = curl.parent / "ran"
    (curl.parent / "curl").write_text(f'#!/bin/sh\ntouch "{ran}"\n')
    assert shell("run", "smoke-health", "--yes").code == 1  # nothing is open
    incident = str(shell.done("declare", "--severity", "SEV1").json["incident"])
    assert shell("run", "smoke-health").code == 2  # nobody is there to be asked
    assert shell("run", "rm -rf /", "--yes").code == 2
    assert "smoke-health" in shell("run", "nothing", "--yes").err
    assert shell.refused("run", "smoke-health", "--yes", "--read-only").missing == ["read_only"]
    monkeypatch.delenv("GUARDIA_SMOKE_HOST")
    assert "smoke_host" in shell("run", "smoke-health", "--yes").err
    monkeypatch.setenv("GUARDIA_SMOKE_HOST", HOST)
    shell.done("cancel", "--why", "a test")
    assert "wrong_status" in shell.refused("run", "smoke-health", "--yes", "--id", incident).missing
    assert not ran.exists()


@pytest.mark.usefixtures("curl")
@pytest.mark.parametrize("agrees", [True, False])
def test_at_a_terminal_it_asks(shell: Shell, monkeypatch: pytest.MonkeyPatch, *, agrees: bool) -> None:
    asked: list[str] = []

    def confirm(text: str, **_how: object) -> bool:
        asked.append(text)
        return agrees

    shell.done("declare", "--severity", "SEV1")
    monkeypatch.setattr(incident_run, "somebody_is_there", lambda: True)
    monkeypatch.setattr("click.confirm", confirm)
    assert shell("run", "smoke-health").code == (0 if agrees else 1)
    assert asked == ["run it"]
    assert len(shell.json("show").state["commands"]) == agrees
