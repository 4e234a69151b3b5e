"""Deploy marks: by hand into the team's journal, and read from tags and a file; who is on call."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.test_cli import guardia
from tui.incident.entries import OnCallSet
from tui.incident.team import Deploy, TeamState
from tui.session.act import TeamDesk
from tui.session.deploys import Elsewhere, completed, file_deploys, tag_deploys

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 11, 19, 22, 1, tzinfo=UTC)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1"}

    def git(*words: str, date: str = "2026-11-19T22:01:00Z") -> None:
        dated = {**environment, "GIT_COMMITTER_DATE": date, "GIT_AUTHOR_DATE": date}
        who = ["-c", "user.name=dev", "-c", "user.email=dev@localhost"]
        subprocess.run(["git", *who, "-C", str(tmp_path / "repo"), *words], env=dated, check=True, capture_output=True)

    (tmp_path / "repo").mkdir()
    git("init", "-q")
    git("commit", "-q", "--allow-empty", "-m", "first")
    git("tag", "deploy-41")
    git("tag", "-a", "deploy-frontend-7", "-m", "a release", date="2026-11-19T22:05:00+02:00")
    git("tag", "v1.0")
    return tmp_path / "repo"


def test_tags_that_match_are_marks_at_the_time_they_were_made(repository: Path) -> None:
    marks = sorted(tag_deploys(repository, "deploy-*"), key=lambda one: one.text)
    assert marks == [
        Deploy(AT, "git", "deploy-41", "backend"),
        Deploy(datetime(2026, 11, 19, 20, 5, tzinfo=UTC), "git", "deploy-frontend-7", "frontend"),
    ]
    assert tag_deploys(repository, "--help") == ()


def test_what_git_cannot_tell_gives_no_marks(tmp_path: Path) -> None:
    assert tag_deploys(tmp_path / "nowhere", "deploy-*") == ()
    assert tag_deploys(tmp_path, "\0") == ()


def test_a_file_says_time_kind_and_text_and_other_lines_are_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "deploys.txt"
    file.write_text(
        "# our deploys\n2026-11-19T22:01:00Z backend 4.2.0 token=abc123def456\n2026-11-19T22:01 4.2.1\nyesterday 4.0\n"
        "2026-11-19T22:01:00+00:00 frontend\n\n2026-11-19T22:01:00Z frontend\x1b[2J 7\n"
    )
    assert [(one.at, one.kind, one.text) for one in file_deploys(file)] == [
        (AT, "backend", "4.2.0 token=‹value›"),
        (AT, "backend", "4.2.1"),
        (AT, "backend", "frontend"),
        (AT, "backend", "frontend␛[2J 7"),
    ]
    assert file_deploys(tmp_path / "nothing") == ()
    assert file_deploys(tmp_path) == ()


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=300))
def test_any_file_can_be_read(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.mktemp("marks") / "deploys.txt"
    file.write_bytes(data)
    assert all(one.at.tzinfo for one in file_deploys(file))


def test_what_is_written_elsewhere_joins_the_journal_in_order(tmp_path: Path, repository: Path) -> None:
    file = tmp_path / "deploys.txt"
    file.write_text("2026-11-19T23:00:00Z 4.3\n")
    team = TeamState(deploys=(Deploy(datetime(2026, 11, 19, 22, 30, tzinfo=UTC), "@ana", "4.2.1", "backend"),))
    whole = completed(team, Elsewhere(file, repository, "deploy-4*", "@luz", "@dev"))
    assert [one.by for one in whole.deploys] == ["git", "@ana", "file"]
    assert whole.on_call == OnCallSet(name="@luz", backup="@dev")
    assert completed(team, Elsewhere()) == team


def test_the_journal_goes_before_the_settings_on_call() -> None:
    team = TeamState(on_call=OnCallSet(name="@ana"))
    assert completed(team, Elsewhere(on_call="@luz")).on_call == OnCallSet(name="@ana")


# --- the program ----------------------------------------------------------------------------------------------------


def test_a_mark_is_recorded_when_it_happened_masked_and_listed(tmp_path: Path) -> None:
    where = ("--data-dir", tmp_path, "--as", "@ana")
    shown = guardia("deploy", "mark", "4.2.1 password=hunter2hunter2", "--at", "2026-11-19T22:01:00Z", *where)
    assert shown.returncode == 0, shown.stderr
    assert "hunter2" not in shown.stdout + shown.stderr
    (one,) = TeamDesk(tmp_path).refresh().deploys
    assert (one.at, one.by, one.kind) == (AT, "@ana", "backend")
    assert one.text == "4.2.1 password=‹value›"
    guardia("deploy", "mark", "web 7", "--kind", "frontend", *where)
    listed = json.loads(guardia("deploy", "list", "--json", *where).stdout)["deploys"]
    assert [(mark["kind"], mark["by"]) for mark in listed] == [("frontend", "@ana"), ("backend", "@ana")]
    assert "web 7" in guardia("deploy", "list", *where).stdout.splitlines()[0]


def test_refusals_are_said_and_nothing_is_written(tmp_path: Path) -> None:
    for more in (("--read-only",), ("--at", "2999-01-01T00:00:00Z")):
        refused = guardia("deploy", "mark", "4.2.1", "--data-dir", tmp_path, "--as", "@ana", "--json", *more)
        assert refused.returncode == 1
        assert json.loads(refused.stdout)["ok"] is False
        assert refused.stderr
    assert guardia("deploy", "mark", "  ", "--data-dir", tmp_path, "--as", "@ana").returncode == 1
    assert TeamDesk(tmp_path).refresh().deploys == ()
