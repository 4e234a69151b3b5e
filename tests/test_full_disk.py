"""A disk that is really full: a small file system of its own. What was confirmed stays, what was not is said."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from datetime import UTC, datetime
from errno import ENOSPC
from typing import TYPE_CHECKING

import pytest

from tests import rooms
from tests.test_cli import guardia
from tests.test_closure_screen import form, mitigated
from tests.test_exports import FORMS, target, tree
from tests.test_incident_cli import Shell, shell
from tests.test_retention import BASE, DAY, line
from tests.test_ui import screen_text
from tests.test_ui_incident import letters, the_state, until
from tui.incident import actions
from tui.locale import use
from tui.session.act import Desk, Outcome
from tui.session.clock import Cursor
from tui.session.desks import RETRY
from tui.session.export import EXPORTS, write_bundle, write_file
from tui.session.unbundle import verify_bundle
from tui.ui.app import GuardiaApp

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tui.session.command_post import CommandPost

__all__ = ["shell"]
ROOM = 1 << 20
"""Bytes of the file system."""
PAGE = 4096


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(mount, capture_output=True, timeout=30, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("this user may not mount a file system to fill")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True, timeout=30)


def fill_up(folder: Path, leave: int = 0) -> Path:
    """Take all room but about so many bytes."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * PAGE)
    os.truncate(filler, max(0, filler.stat().st_size - leave))
    return filler


def test_no_export_leaves_half_a_file_whenever_the_room_ends(disk: Path) -> None:
    big = os.urandom(ROOM // 4)
    tried = refused = 0
    for leave in range(0, 2 * len(big), 8 * PAGE):
        filler = fill_up(disk, leave)
        for name in ("a.md", "bundle", "b.zip"):
            before, tried = tree(disk), tried + 1
            if write(disk / name, big) is None:
                assert verify_bundle(disk / name) == {} if name != "a.md" else (disk / name).read_bytes() == big
                subprocess.run(["rm", "-r", str(disk / name)], check=True, timeout=30)
            else:
                refused += 1
            assert tree(disk) == before
        filler.unlink()
    print(f"exports: {tried} written to a disk that fills up (ENOSPC), {refused} refused, 0 half files")
    assert 0 < refused < tried


def write(path: Path, data: bytes) -> int | None:
    """Write a file, or a bundle that holds it; the system's error that this met."""
    try:
        if path.name == "a.md":
            write_file(path, data)
        else:
            write_bundle(path, {"a.md": b"a", "b.md": data})
    except OSError as error:
        return ENOSPC if error.errno == ENOSPC else pytest.fail(str(error.errno))
    return None


def test_what_was_there_stays_and_the_reason_is_said(shell: Shell, disk: Path) -> None:
    shell.done("declare", "--severity", "SEV1", "--title", "Login down")
    for text in range(40):
        shell.done("note", f"{text} " * 400)
    write_file(disk / "out.md", b"before")
    write_bundle(disk / "out.bundle", {"a.md": b"before"})
    fill_up(disk)
    before = tree(disk)
    for kind in FORMS:
        said = shell("export", "--format", kind.partition(".")[0], "--out", target(disk, kind), "--force")
        assert said.code == 3, said.err
        assert "the file cannot be written (ENOSPC)" in said.err
        assert tree(disk) == before
    print(f"exports: {len(FORMS)} forms on a full disk (ENOSPC): each said by name, 0 half files, 0 replaced")


def test_what_prune_cannot_write_stays_and_the_reason_is_said(disk: Path) -> None:
    wall = datetime.now(UTC)
    events = (line(BASE, wall - (number % 2) * 20 * DAY, number) for number in range(3000))
    write_bundle(disk / EXPORTS / "b.zip", {"events.ndjson": b"".join(events)})
    fill_up(disk, PAGE)
    kept = tree(disk)
    said = guardia("prune", "--data-dir", disk, "--lang", "en")
    assert said.returncode == 1
    assert "exports/b.zip cannot be thinned (ENOSPC)" in said.stderr
    assert "permissions" not in said.stderr
    assert tree(disk) == kept


def test_a_read_only_file_system_is_said_by_its_name(shell: Shell, disk: Path) -> None:
    shell.done("declare", "--severity", "SEV1", "--title", "Login down")
    write_file(disk / "theirs.md", b"before")
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True, timeout=30)
    before = tree(disk)
    for kind in FORMS:
        said = shell("export", "--format", kind.partition(".")[0], "--out", target(disk, kind))
        assert said.code == 3, said.err
        assert "the file cannot be written (EROFS)" in said.err
    assert tree(disk) == before
    print(f"exports: {len(FORMS)} forms onto a read-only file system (EROFS): each said by name, 0 written")


def test_no_confirmed_entry_is_lost_and_what_was_not_saved_is_written_once_there_is_room(disk: Path) -> None:
    rooms.filled(post := rooms.room(disk / "data"))
    declared = rooms.done(post, actions.Declare(severity="SEV1", title="login")).outcome
    assert isinstance(declared, Outcome)
    filler = fill_up(disk, 2 * PAGE)
    confirmed: list[str] = []
    while (said := note(post, text := f"{len(confirmed)}" + " and so on" * 60)).ok:
        confirmed.append(text)
    assert said.not_saved is not None
    assert said.not_saved.error == "ENOSPC"
    assert kept(disk, declared.state.id) == confirmed
    filler.unlink()
    assert isinstance(post._wall, Cursor)
    post._wall.move(rooms.AFTER + RETRY)
    post.advance()
    assert kept(disk, declared.state.id) == [*confirmed, text]
    post.close()
    print(f"journal: {len(confirmed)} notes confirmed before ENOSPC, 0 lost, 1 NOT SAVED and saved once there was room")
    assert confirmed


def note(post: CommandPost, text: str) -> Outcome:
    outcome = rooms.done(post, actions.Note(text=text)).outcome
    assert isinstance(outcome, Outcome)
    return outcome


def kept(disk: Path, incident: str) -> list[str]:
    """The notes as another process reads them."""
    return [one.value for one in Desk(disk / "data", incident).refresh().notes]


async def test_a_draft_of_the_closing_form_is_said_to_be_not_saved_and_stays_in_its_field(disk: Path) -> None:
    use("en")
    mitigated(disk / "data")
    app = GuardiaApp(rooms.room(disk / "data"))
    async with app.run_test(size=(100, 30)) as pilot:
        await form(pilot)
        filler = fill_up(disk)
        drafts = 0
        while "NOT SAVED" not in screen_text(app):
            await pilot.press(*letters("and so on " * 12), "ctrl+s")
            await pilot.pause()
            drafts += 1
            assert drafts < 40, "the disk is full"
        await until(pilot, "NOT SAVED (ENOSPC)")
        shown = screen_text(app)
        assert "and so on" in shown
        filler.unlink()
        await pilot.press(*letters("!"), "ctrl+s")
        await until(pilot, "draft saved")
    assert the_state(disk / "data").value("impact").endswith("!")
    print(f"drafts: {drafts} saved into a disk that fills up: the last said NOT SAVED (ENOSPC), 0 letters lost")
