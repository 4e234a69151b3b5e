"""Only the runbook's own commands run; what they print is cleaned, masked and bounded, and they can be stopped."""

from __future__ import annotations

import os
import threading
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.runbook.load import EMBEDDED
from tui.runbook.procedures import Command, Procedures
from tui.session.commands import (
    LONGEST_LINE,
    MOST_LINES,
    TAIL_LENGTH,
    TAIL_LINES,
    Cleaner,
    CommandRun,
    Ended,
    Place,
    UnknownCommandError,
    order,
)

TEAMS = Procedures.model_validate(tomllib.loads(EMBEDDED.read_text()))
SECRET = "s3cr3t-Smoke-Value"  # noqa: S105 - made up
PATH = {"PATH": os.environ["PATH"]}


def runbook(text: str, **more: Any) -> Procedures:  # noqa: ANN401 - fields of a command
    command = Command.model_validate({"id": "one", "kind": "prod-smoke", "text": text, **more})
    return TEAMS.model_copy(update={"commands": (command,)})


def ready(text: str, place: Place | None = None, **more: Any) -> CommandRun:  # noqa: ANN401 - likewise
    return CommandRun(order(runbook(text, **more), "one", place or Place(environ=PATH)))


def ran(text: str, place: Place | None = None, **more: Any) -> tuple[list[str], Ended]:  # noqa: ANN401 - likewise
    lines: list[str] = []
    return lines, ready(text, place, **more).run(lines.append)


def test_output_and_errors_come_line_by_line_with_the_exit_code_and_the_tail() -> None:
    lines, ended = ran("echo one; echo two >&2; printf three; exit 7")
    assert lines == ["one", "two", "three"]
    assert (ended.exit_code, ended.outcome, ended.lines, ended.dropped) == (7, "exited", 3, 0)
    assert ended.tail == "one\ntwo\nthree"
    assert ended.duration_ms >= 0


def test_a_command_of_the_repository_runs_in_its_folder_and_needs_it(tmp_path: Path) -> None:
    assert ran("pwd -P", Place(tmp_path, environ=PATH), kind="repo-test")[0] == [str(tmp_path.resolve())]
    wanted = order(runbook("pwd", kind="repo-test"), "one", Place(environ=PATH))
    assert wanted.missing == ("repo_dir",)
    with pytest.raises(ValueError, match="repo_dir"):
        CommandRun(wanted)
    assert order(runbook("pwd", kind="repo-test"), "one", Place(tmp_path / "no", environ=PATH)).missing == ("repo_dir",)


def test_the_host_comes_from_the_settings_and_secrets_from_the_shell() -> None:
    text = 'echo "$SMOKE_HOST/health"; test -n "$SMOKE_TOKEN" && echo known'
    book = runbook(text, host="SMOKE_HOST", secrets=["SMOKE_TOKEN"])
    bare = order(book, "one", Place(environ=PATH))
    assert bare.missing == ("smoke_host", "SMOKE_TOKEN")
    place = Place(smoke_host="https://ana:pw1234@api.example.org", environ={**PATH, "SMOKE_TOKEN": SECRET})
    told = order(book, "one", place)
    assert (told.missing, told.text) == ((), text)
    assert told.host == "https://‹userinfo›@api.example.org"
    assert SECRET not in repr(told)
    lines: list[str] = []
    assert CommandRun(told).run(lines.append).exit_code == 0
    assert lines == ["https://‹userinfo›@api.example.org/health", "known"]


def test_no_other_command_than_the_runbooks_runs() -> None:
    for name in ("rm -rf /", "two", ""):
        with pytest.raises(UnknownCommandError):
            order(runbook("echo"), name, Place(environ=PATH))


def test_every_command_of_the_embedded_runbook_can_be_ordered(tmp_path: Path) -> None:
    place = Place(tmp_path, "https://api.example.org", {**PATH, "GUARDIA_SMOKE_TOKEN": SECRET})
    orders = [order(TEAMS, command.id, place) for command in TEAMS.commands]
    assert orders
    assert all(not one.missing for one in orders)
    assert {one.folder for one in orders} == {tmp_path, None}
    assert {one.host for one in orders} == {"", "https://api.example.org"}


def test_nothing_secret_comes_out_however_it_is_printed() -> None:
    environ = {**PATH, "SMOKE_TOKEN": SECRET, "OTHER_SECRET": "line-one-of-it\nline-two-of-it", "STAGE_KEY": "eu"}
    text = (
        'echo "$SMOKE_TOKEN"; echo "Bearer $SMOKE_TOKEN"; printf \'s3cr3t-\\033[1mSmoke-Value\\n\'; '
        "echo \"$OTHER_SECRET\"; echo eu; echo ana@example.org; printf '\\033]0;title\\007\\033[31mred\\033[0m\\r\\n'; "
        "printf 'a\\342\\200\\256b\\n'"
    )
    lines, ended = ran(text, Place(environ=environ), secrets=["SMOKE_TOKEN"])
    assert lines == [
        "‹$SMOKE_TOKEN›",
        "Bearer ‹$SMOKE_TOKEN›",
        "‹$SMOKE_TOKEN›",
        "‹$OTHER_SECRET›",
        "‹$OTHER_SECRET›",
        "eu",
        "‹email›",
        "red",
        "a‹U+202E›b",
    ]
    assert ended.tail.split("\n") == lines


@settings(deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_a_secret_never_survives_its_neighbours(before: str, after: str) -> None:
    cleaner = Cleaner(order(runbook("x", secrets=["T"]), "one", Place(environ={"T": SECRET})))
    shown = cleaner.line(f"{before}{SECRET}{after}".encode("utf-8", "replace"))
    assert SECRET not in shown
    assert "\x1b" not in shown


def test_much_output_is_bounded_and_its_end_is_kept() -> None:
    lines, ended = ran(f"seq 1 {MOST_LINES + 500}")
    assert len(lines) == MOST_LINES
    assert (ended.lines, ended.dropped) == (MOST_LINES + 500, 500)
    assert ended.tail.split("\n") == [str(MOST_LINES + 500 - back) for back in range(TAIL_LINES)][::-1]


def test_a_line_without_an_end_is_cut_and_what_follows_it_is_read() -> None:
    lines, ended = ran("yes 'x y' | head -c 300000 | tr '\\n' ' '; echo; echo after")
    assert [len(line) for line in lines] == [LONGEST_LINE + 1, len("after")]
    assert len(ended.tail) <= TAIL_LENGTH
    assert ended.tail.endswith("after")


def test_cancelling_ends_everything_that_it_started(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    run = ready(f"trap '' TERM; sh -c 'trap \"\" TERM; echo $$ > {mark}; echo up; while :; do sleep 1; done' & wait")

    def on_line(_line: str) -> None:
        run.cancel()

    ended = run.run(on_line)
    assert (ended.exit_code, ended.outcome, ended.tail) == (None, "cancelled", "up")
    assert not _alive(int(mark.read_text()))


def test_cancelling_works_from_another_thread_and_before_it_began() -> None:
    run = ready("echo up; exec sleep 60")
    results: list[Ended] = []
    up = threading.Event()
    worker = threading.Thread(target=lambda: results.append(run.run(lambda _line: up.set())))
    worker.start()
    assert up.wait(30)
    run.cancel()
    worker.join(30)
    assert [(ended.outcome, ended.exit_code) for ended in results] == [("cancelled", None)]
    early = ready("echo never")
    early.cancel()
    lines: list[str] = []
    assert early.run(lines.append).outcome == "cancelled"
    assert lines == []


def test_something_left_running_does_not_keep_the_run_open(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    lines, ended = ran(f"sleep 60 & echo $! > {mark}; echo done")
    assert (lines, ended.exit_code, ended.outcome) == (["done"], 0, "exited")
    assert not _alive(int(mark.read_text()))


def test_a_command_that_cannot_be_started_says_so(tmp_path: Path) -> None:
    wanted = order(runbook("pwd", kind="repo-test"), "one", Place(tmp_path, environ=PATH))
    tmp_path.rmdir()
    ended = CommandRun(wanted).run(lambda _line: None)
    assert (ended.outcome, ended.exit_code) == ("not_started", None)


def _alive(pid: int) -> bool:
    """Whether a process still runs; one that nobody has buried yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
