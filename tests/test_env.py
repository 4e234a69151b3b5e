"""Which names an environment file has: every way of writing one, each mode, and never a value of it anywhere."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.test_cli import guardia, schema
from tui.present.env_words import env_lines, env_result
from tui.runbook.envcheck import Report, assignments, check_file, push_mode, strictest_environment
from tui.runbook.load import EMBEDDED
from tui.runbook.procedures import Procedures
from tui.session.environment import check_path, last_check, remember_check

if TYPE_CHECKING:
    from pathlib import Path

BOOK = Procedures.model_validate(tomllib.loads(EMBEDDED.read_text()))
FLAG = BOOK.push.variable
HARD = ("DATABASE_URL", "SUPABASE_URL", "SUPABASE_ANON_KEY", "JWT_SECRET")
VAPID = ("VAPID_PUBLIC_KEY", "VAPID_PRIVATE_KEY", "VAPID_SUBJECT")
ALL = tuple(f"{name}=x" for name in (*HARD, *VAPID))
KNOWN = (*HARD, *VAPID, "VAPID_EMAIL", FLAG)


def checked(*lines: str, environment: str = "production", mode: str | None = None) -> Report:
    push = push_mode(mode, BOOK) if mode else None
    return check_file("\n".join(lines), BOOK, environment, push)


def printed(report: Report) -> str:
    return "\n".join(env_lines(report, ".env", FLAG)) + json.dumps(env_result(report, ".env"))


# --- the syntax of the file -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=1", "1"),
        ("  A = 1  ", "1  "),
        ("export A=1", "1"),
        ("A: 1", "1"),
        ("A='1 # 2'", "1 # 2"),
        ('A="1"# why', "1"),
        ('A="1\\"2"', '1\\"2'),
        ("A=`1`", "1"),
        ("A=1 # why", "1 "),
        ("A=#why", ""),
        ("A=", ""),
        ("A=''", ""),
        ('A="two\nlines"', "two\nlines"),
        ('A="never closed', '"never closed'),
        ("A=1\r", "1"),
        ("\ufeffA=1", "1"),
        ("A=0\nA=1", "1"),
    ],
)
def test_every_way_of_writing_an_assignment(line: str, value: str) -> None:
    assert dict(assignments(line + "\nB=2"))["A"] == value
    assert dict(assignments(line + "\nB=2"))["B"] == "2"


@pytest.mark.parametrize("line", ["# A=1", "A", "=1", "A:1", "1A=1", "-A=1", "not an A=1", ""])
def test_what_assigns_nothing(line: str) -> None:
    assert dict(assignments(f"{line}\nB=2")) == {"B": "2"}


def test_a_name_inside_a_quoted_value_is_no_assignment() -> None:
    assert "JWT_SECRET" in checked('NOTE="first', "JWT_SECRET=x", 'last"').lacking


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    for name, _value in assignments(text):
        assert name.isascii()


# --- what is required -----------------------------------------------------------------------------------------------


def test_each_name_is_present_empty_or_missing() -> None:
    report = checked("DATABASE_URL=postgres://x", "SUPABASE_URL=", 'SUPABASE_ANON_KEY="  "', environment="development")
    assert {one.name: one.presence for one in report.findings} == {
        "DATABASE_URL": "present",
        "SUPABASE_URL": "empty",
        "SUPABASE_ANON_KEY": "empty",
        "JWT_SECRET": "missing",
    }
    assert report.lacking == ("SUPABASE_URL", "SUPABASE_ANON_KEY", "JWT_SECRET")


@pytest.mark.parametrize(
    ("environment", "mode", "names"),
    [
        ("production", "true", (*HARD, *VAPID)),
        ("production", "undefined", (*HARD, *VAPID)),
        ("production", "false", HARD),
        ("development", "true", HARD),
        ("development", "false", HARD),
    ],
)
def test_what_a_mode_requires(environment: str, mode: str, names: tuple[str, ...]) -> None:
    report = checked(environment=environment, mode=mode)
    assert tuple(one.name for one in report.findings) == names
    assert report.flag == "said"


@pytest.mark.parametrize(
    ("line", "push", "flag"),
    [
        (f"{FLAG}=false", "push-off", "file"),
        (f'{FLAG}="true"', "push-on", "file"),
        (f"{FLAG}=", "push-undefined", "file"),
        ("", "push-undefined", "file"),
        (f"{FLAG}=False", "push-on", "unclear"),
    ],
)
def test_without_a_word_the_files_own_flag_counts_and_an_odd_one_requires_the_most(
    line: str, push: str, flag: str
) -> None:
    report = checked(line)
    assert (report.push, report.flag) == (push, flag)
    assert ("VAPID_SUBJECT" in report.lacking) is (push != "push-off")


def test_an_older_name_will_do_and_an_empty_one_does_not() -> None:
    lines = [line for line in ALL if not line.startswith("VAPID_SUBJECT")]
    assert checked(*lines).lacking == ("VAPID_SUBJECT",)
    assert checked(*lines, "VAPID_EMAIL=").lacking == ("VAPID_SUBJECT",)
    old = checked(*lines, "VAPID_EMAIL=ops@example.org")
    assert not old.lacking
    assert [one.by for one in old.findings if one.name == "VAPID_SUBJECT"] == ["VAPID_EMAIL"]


def test_the_strictest_environment_is_the_default_and_modes_go_by_the_flags_values() -> None:
    assert strictest_environment(BOOK) == "production"
    assert [getattr(push_mode(said, BOOK), "id", None) for said in ("true", "false", "undefined", "1")] == [
        "push-on",
        "push-off",
        "push-undefined",
        None,
    ]


# --- never a value --------------------------------------------------------------------------------------------------

_WORD = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789/+=:@.-_ $", min_size=1, max_size=40)
_VALUES = _WORD.map(lambda word: f"zq7{word}")


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(KNOWN), st.sampled_from(["{}", "'{}'", '"{}"', "`{}`"]), _VALUES), max_size=9)
)
def test_no_value_of_the_file_is_ever_in_the_output(drawn: list[tuple[str, str, str]]) -> None:
    report = checked(*(f"{name}={quotes.format(value)}" for name, quotes, value in drawn))
    assert "zq7" not in printed(report)
    assert "zq7" not in repr(report)


@settings(deadline=None)
@given(
    st.text(max_size=300)
    | st.lists(st.sampled_from([*KNOWN, "=", "'", '"', "\n", "#", "export ", "\x1b[2J", "x"])).map("".join)
)
def test_the_output_depends_on_nothing_but_which_names_are_there(text: str) -> None:
    report = check_file(text, BOOK, "production", push_mode("true", BOOK))
    spelled = {"present": "{}=1", "empty": "{}=", "missing": ""}
    plain = checked(*(spelled[state].format(name) for name, state in report.states.items()), mode="true")
    assert printed(report) == printed(plain)


def test_the_last_check_is_remembered_as_names_only(tmp_path: Path) -> None:
    at = datetime(2026, 11, 19, 22, 10, tzinfo=UTC)
    assert last_check(tmp_path) is None
    report = checked("JWT_SECRET=hunter2hunter2", "VAPID_EMAIL=")
    remember_check(tmp_path, report, at)
    found = last_check(tmp_path)
    assert found
    assert found.at == at
    assert (found.states["JWT_SECRET"], found.states["VAPID_EMAIL"]) == ("present", "empty")
    assert "hunter2" not in check_path(tmp_path).read_text()
    for damaged in ("{", "[]", '{"schema":1,"at":"2026-11-19","states":{}}', '{"schema":1,"at":"x","states":{}}'):
        check_path(tmp_path).write_text(damaged)
        assert last_check(tmp_path) is None


# --- the program ----------------------------------------------------------------------------------------------------


def test_the_command_says_names_and_that_it_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("\r\n".join([*ALL[:-1], "VAPID_SUBJECT=", "OTHER=hunter2hunter2"]))
    shown = guardia("env", "check", file, "--data-dir", tmp_path / "data")
    assert shown.returncode == 1
    assert "not what production runs with" in shown.stdout
    assert "VAPID_SUBJECT" in shown.stdout
    assert "hunter2" not in shown.stdout + shown.stderr
    assert last_check(tmp_path / "data")
    fine = guardia("env", "check", file, "--mode", "false", "--json", "--data-dir", tmp_path / "other", "--read-only")
    assert fine.returncode == 0
    assert last_check(tmp_path / "other") is None
    result = json.loads(fine.stdout)
    jsonschema.validate(result, schema("env"))
    assert (result["checked"], result["is_production"], result["ok"]) == ("file", False, True)


def test_what_cannot_be_read_or_understood_says_so(tmp_path: Path) -> None:
    assert guardia("env", "check", tmp_path / "nothing").returncode == 3
    assert guardia("env", "check", tmp_path).returncode == 3
    file = tmp_path / ".env"
    file.write_bytes(b"\xff\xfe\x00JWT_SECRET=\x9b2J")
    wrong = guardia("env", "check", file, "--mode", "perhaps", "--data-dir", tmp_path)
    assert wrong.returncode == 2
    assert "true" in wrong.stderr
    assert guardia("env", "check", file, "--environment", "moon", "--data-dir", tmp_path).returncode == 2
    assert guardia("env", "check", file, "--data-dir", tmp_path).returncode == 1
