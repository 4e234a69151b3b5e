"""Files for other people: whole or not at all, private, over nothing without consent. Each proof prints its figure."""

from __future__ import annotations

import errno
import os
import resource
import signal
import stat
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.test_cli import ROOT
from tests.test_incident_cli import Shell, shell
from tui.session.export import NotReplacedError, write_bundle, write_file
from tui.session.unbundle import verify_bundle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["shell"]
FORMS = ("md", "json", "rotation", "bundle", "bundle.zip")
BIG = b"x" * (4 << 20)
KILLS = 16
FULL = r"File too large|No space left"
NEVER_WRITES = Path("/proc")
"""A folder that lets nobody make anything, the superuser included."""

WAYS: dict[str, Callable[[Path], None]] = {
    "file": lambda path: write_file(path, BIG),
    "folder": lambda path: write_bundle(path, {"a.md": b"a", "b.md": BIG}),
    "zip": lambda path: write_bundle(path.with_suffix(".zip"), {"a.md": os.urandom(len(BIG))}),
}


def export(shell: Shell, form: str, path: Path, *words: str) -> int:
    kind, _dot, _zip = form.partition(".")
    return shell("export", "--format", kind, "--out", path, *words).code


def target(folder: Path, form: str) -> Path:
    return folder / f"out.{form.rpartition('.')[2]}"


def tree(folder: Path) -> dict[str, bytes]:
    """Everything below, as it is: links by where they lead."""
    return {
        str(path.relative_to(folder)): str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


@pytest.fixture
def declared(shell: Shell) -> Shell:
    shell.done("declare", "--severity", "SEV1", "--title", "Login down")
    return shell


@contextmanager
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    try:
        yield
    finally:
        os.umask(before)


def test_whatever_the_umask_files_are_0600_in_folders_0700(declared: Shell, tmp_path: Path) -> None:
    with open_umask():
        for form in FORMS:
            assert export(declared, form, target(tmp_path / "new" / "deep" / form, form)) == 0
        declared.done("note", "written under umask 000")
    made = [*(tmp_path / "new").rglob("*"), tmp_path / "new", *declared.data_dir.rglob("*"), declared.data_dir]
    wrong = [path for path in made if stat.S_IMODE(path.lstat().st_mode) != (0o700 if path.is_dir() else 0o600)]
    print(f"exports: {len(made)} files and folders made under umask 000, {len(wrong)} open to others")
    assert wrong == []


@pytest.mark.parametrize("form", FORMS)
def test_nothing_is_overwritten_without_consent(declared: Shell, tmp_path: Path, form: str) -> None:
    path = target(tmp_path / "here", form)
    path.parent.mkdir()
    path.write_bytes(b"theirs")
    before = tree(tmp_path / "here")
    assert export(declared, form, path) == 1
    assert tree(tmp_path / "here") == before
    assert "is there already" in declared("export", "--format", form.partition(".")[0], "--out", path).err
    forced = export(declared, form, path, "--force")
    assert forced == (1 if form == "bundle" else 0), "a folder is only put in the place of a bundle"
    print(f"exports: {form} onto what was there: 1 refused without consent, 0 overwritten")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("leads_to", ["file", "nowhere", "folder"])
def test_a_link_is_never_followed(declared: Shell, tmp_path: Path, form: str, leads_to: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "theirs").write_bytes(b"theirs")
    path = target(tmp_path / "here", form)
    path.parent.mkdir()
    path.symlink_to({"file": outside / "theirs", "nowhere": outside / "absent", "folder": outside}[leads_to])
    before = tree(tmp_path / "outside")
    assert export(declared, form, path) == 1
    assert path.is_symlink()
    forced = export(declared, form, path, "--force")
    assert tree(tmp_path / "outside") == before
    assert (forced, path.is_symlink()) == ((1, True) if form == "bundle" else (0, False))
    print(f"exports: {form} onto a link to {leads_to}, with and without consent: 0 followed")


def test_a_folder_of_somebody_is_no_bundle_and_stays(declared: Shell, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "notes.txt").write_text("mine")
    said = declared.refused("export", "--format", "bundle", "--out", theirs, "--force")
    assert "is no bundle: it is not replaced" in said.err
    assert tree(theirs) == {"notes.txt": b"mine"}
    with pytest.raises(NotReplacedError):
        write_bundle(theirs, {"a": b""}, force=True)


def test_dots_lead_where_they_say_and_ids_lead_nowhere(declared: Shell, tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert export(declared, "md", tmp_path / "a" / "b" / ".." / "pm.md") == 0
    assert {path.name for path in (tmp_path / "a").rglob("*")} == {"b", "pm.md"}
    for name in ("../../x", "INC-20260302-abcd/../x", "/etc/passwd"):
        assert declared("export", "--id", name, "--out", tmp_path / "x.md").code == 2
    assert not (tmp_path / "x.md").exists()
    print("exports: 1 path with .. led where it says, 3 ids that are paths refused, 0 files elsewhere")


@pytest.mark.parametrize("form", FORMS)
def test_a_folder_that_cannot_be_written_to_is_said(declared: Shell, form: str) -> None:
    kind = form.partition(".")[0]
    said = declared("export", "--format", kind, "--out", target(NEVER_WRITES, form))
    assert said.code == 3
    assert "the file cannot be written (" in said.err
    assert str(NEVER_WRITES) not in said.err.replace(str(target(NEVER_WRITES, form)), "")
    print(f"exports: {form} into a folder that takes nothing: 1 refused with its reason")


@contextmanager
def full_after(size: int) -> Iterator[None]:
    """Let no file grow past so many bytes: the system itself then cuts the write short, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("way", WAYS)
def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, way: str) -> None:
    sizes = [0, 1, 4096, 1 << 20, len(BIG) - 1]
    for size in sizes:
        with full_after(size), pytest.raises(OSError, match=FULL) as full:
            WAYS[way](tmp_path / "out")
        assert full.value.errno in {errno.EFBIG, errno.ENOSPC}
        assert list(tmp_path.iterdir()) == []
    print(f"exports: disk full after {len(sizes)} different sizes ({way}): 0 half files, 0 left over")


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    path, bundle = tmp_path / "pm.md", tmp_path / "b"
    write_file(path, b"before")
    write_bundle(bundle, {"a.md": b"before"})
    before = tree(tmp_path)
    with full_after(1000):
        with pytest.raises(OSError, match=FULL):
            write_file(path, BIG, force=True)
        with pytest.raises(OSError, match=FULL):
            write_bundle(bundle, {"a.md": BIG}, force=True)
    assert tree(tmp_path) == before
    assert verify_bundle(bundle) == {}


def test_a_full_disk_is_said_by_its_name(declared: Shell, tmp_path: Path) -> None:
    with full_after(0):
        said = declared("export", "--out", tmp_path / "pm.md")
    assert said.code == 3
    assert "the file cannot be written (EFBIG)" in said.err
    assert not (tmp_path / "pm.md").exists()


_WRITER = """
import sys
from pathlib import Path
from tui.session.export import write_bundle, write_file
target, way, data = Path(sys.argv[1]), sys.argv[2], b"x" * (4 << 20)
print("ready", flush=True)
for number in range(10_000):
    if way == "file":
        write_file(target / f"{number}.md", data)
    else:
        write_bundle(target / str(number), {"a.md": b"a", "b.md": data})
    print(number, flush=True)
"""


@pytest.mark.parametrize("way", ["file", "folder"])
def test_a_kill_in_the_middle_leaves_no_half_file_under_its_name(tmp_path: Path, way: str) -> None:
    whole = half = confirmed = 0
    for number in range(KILLS):
        folder = tmp_path / str(number)
        said = killed(folder, way, after=number % 4, grown=number * len(BIG) // KILLS)
        named = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
        good = {name for name in named if complete(folder / name, way)}
        whole, half = whole + len(good), half + len(named - good)
        confirmed += len(said)
        assert {f"{name}.md" if way == "file" else name for name in said} <= good, "what was confirmed is there"
    print(f"exports: {KILLS} kills while writing ({way}): {confirmed} confirmed, {whole} whole, {half} half")
    assert half == 0


def killed(folder: Path, way: str, *, after: int, grown: int) -> list[str]:
    """Start a writer and kill it once `after` files are confirmed and the next has grown so far; what it confirmed."""
    folder.mkdir()
    command = [sys.executable, "-c", _WRITER, str(folder), way]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as writer:
        assert writer.stdout is not None
        said = [writer.stdout.readline().strip() for _ in range(after + 1)]
        while unfinished(folder) < grown and len(list(folder.iterdir())) < after + 8:
            pass
        writer.send_signal(signal.SIGKILL)
        said += writer.stdout.read().splitlines()
    return said[1:]


def unfinished(folder: Path) -> int:
    """Bytes in files that have no name yet."""
    size = 0
    for here, _folders, names in os.walk(folder):
        for name in names:
            path = Path(here) / name
            if path.relative_to(folder).parts[0].startswith("."):
                with suppress(FileNotFoundError):
                    size += path.lstat().st_size
    return size


def complete(path: Path, way: str) -> bool:
    if way == "file":
        return path.stat().st_size == len(BIG)
    return verify_bundle(path) == {}


def test_peoples_text_acts_in_no_export(shell: Shell) -> None:
    hostile = "<img src=x onerror=a()> [a](http://evil.example) ![b](http://evil.example) www.evil.example `c` | d"
    shell.done("declare", "--severity", "SEV1", "--title", hostile, "--owner", hostile)
    words: list[list[str]] = [[name, hostile] for name in ("note", "channel", "update", "commander", "handoff")]
    words += [["set", name, hostile] for name in ("impact", "root_cause", "mitigation", "lesson", "action", "lucky")]
    words += [["set", "action_owner", hostile], ["step", "open-channel", "--note", hostile]]
    for each in words:
        shell.done(*each)
    shell.done("note", "x", who=hostile)
    fields = 0
    for form in ("md", "rotation"):
        text = shell("export", "--format", form).out
        fields += text.count("evil")
        for active in ("<img", "](http", "://", "www.", "![", " `c`"):
            assert active not in text.replace("\\" + active, ""), active
    print(f"exports: hostile Markdown in {len(words) + 3} fields, shown {fields} times, acting 0 times")
    assert fields > len(words)
