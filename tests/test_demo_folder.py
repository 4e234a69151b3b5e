"""The demo on a data folder that somebody named: what is declared meanwhile is a drill, by keys and from a shell."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import jsonschema
import pytest

from tests import rooms
from tests.test_cli import schema
from tests.test_incident_cli import Shell, shell
from tui.cli.main import run
from tui.cli.options import Options
from tui.cli.room import drill_folder, open_room
from tui.cli.setup import drill_engine, prepare
from tui.incident import actions as a
from tui.present.status_line import status_json, status_line
from tui.session.clock import WallClock
from tui.session.rehearsal import is_rehearsal
from tui.session.status import read_snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from tui.session.command_post import CommandPost

__all__ = ["shell"]


def drills(shell: Shell) -> list[bool]:
    found: list[bool] = [one["drill"] for one in shell.json("list").state["incidents"]]
    return found


def declare(shell: Shell) -> None:
    shell.done("declare", "--severity", "SEV1")


def test_whoever_declares_while_the_demo_is_open_rehearses_and_nobody_afterwards(shell: Shell) -> None:
    with drill_folder(Options(data_dir=shell.data_dir)) as folder:
        declare(shell)
        assert is_rehearsal(folder)
    assert "[DRILL]" in shell("list").out
    assert "[DRILL]" in shell("export").out
    declare(shell)
    assert sorted(drills(shell)) == [False, True]


def test_a_demo_is_never_shown_over_real_incidents_and_a_reader_marks_nothing(shell: Shell, tmp_path: Path) -> None:
    with drill_folder(Options(data_dir=tmp_path / "fresh", read_only=True)) as folder:
        assert not folder.exists()
    declare(shell)
    with drill_folder(Options(data_dir=shell.data_dir)) as folder:
        assert folder != shell.data_dir
        declare(shell)
        assert not is_rehearsal(shell.data_dir)
    assert drills(shell) == [False, False]


def test_alone_it_shows_no_demo_where_an_incident_is_open(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    declare(shell)
    with pytest.raises(SystemExit) as left:
        run(["--data-dir", str(shell.data_dir), "--lang", "en"])
    assert left.value.code == 2
    assert "is open and was declared without a log" in capsys.readouterr().err


def test_what_nobody_named_is_gone_afterwards() -> None:
    with drill_folder(Options()) as folder:
        assert folder.is_dir()
    assert not folder.exists()


def demo(folder: Path) -> CommandPost:
    options = Options(data_dir=folder, actor="@ana")
    prepared = prepare(options)
    post = open_room(options, prepared, drill_engine(prepared, None, 1), data_dir=folder)
    while post.picture is None or not post._board or not post._board.final:
        post.advance()
    return post


def told(folder: Path) -> str:
    return status_line(read_snapshot(folder), WallClock().now())


def test_what_the_demo_suggests_and_what_is_declared_in_it_is_marked_for_everybody(shell: Shell) -> None:
    folder = shell.data_dir
    post = demo(folder)
    try:
        now = WallClock().now()
        assert told(folder).startswith("DRILL · SEV1 suggested, not declared")
        said = status_json(read_snapshot(folder), now)
        jsonschema.validate(said, schema("status"))
        assert (said["watching"], said["suggested"]) == (False, None)
        assert rooms.done(post, a.Declare(severity="SEV1")).outcome.ok
    finally:
        post.close()
    assert drills(shell) == [True]
    assert "[DRILL]" in shell("list").out
    assert shell("export").out.splitlines()[0].endswith("[DRILL]")


def test_the_mark_of_a_demo_is_for_its_owner_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with drill_folder(Options(data_dir=tmp_path / "data")) as folder:
            (mark,) = folder.iterdir()
            assert (mark.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    finally:
        os.umask(before)
