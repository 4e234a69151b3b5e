"""A kill while a bundle takes another's place: the old one or the new one has the name, and what is left over goes."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.test_cli import ROOT
from tests.test_exports import tree
from tests.test_prune_bundles import OTHERS, bundle
from tests.test_retention import RULES, pruned
from tui.session.export import EXPORTS, write_bundle
from tui.session.prune_bundles import kept_bundles
from tui.session.unbundle import verify_bundle

if TYPE_CHECKING:
    from pathlib import Path

NEW = {**OTHERS, "new.md": b"new"}
_WRITER = """
import os, signal, sys
from pathlib import Path
from tui.session.export import write_bundle
left = int(sys.argv[2])
def watched(event, _arguments):
    global left
    if event in {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod"}:
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watched)
write_bundle(Path(sys.argv[1]), {"postmortem.md": b"# INC\\n", "journal.jsonl": b"{}\\n", "new.md": b"new"}, force=True)
"""


def killed_before(step: int, path: Path) -> bool:
    """Replace a bundle and be killed before the step of that number; False where there is none."""
    command = [sys.executable, "-c", _WRITER, str(path), str(step)]
    return subprocess.run(command, cwd=ROOT, timeout=60, check=False).returncode < 0


@pytest.mark.parametrize("name", ["b", "b.zip"])
def test_whenever_the_kill_comes_the_next_run_finds_the_old_or_the_new_bundle(tmp_path: Path, name: str) -> None:
    kills = nameless = 0
    wall = datetime.now(UTC)
    for step in range(100):
        data_dir = tmp_path / str(step)
        path = bundle(data_dir, name, wall)
        (path.parent / ".b.20261124.old").write_bytes(b"theirs")
        if not killed_before(step, path):
            break
        kills, nameless = kills + 1, nameless + (not path.exists())
        assert {one.path for one in kept_bundles(data_dir, RULES, wall).held} <= {path}
        said, _told = pruned(data_dir)
        assert said.returncode == 0
        assert verify_bundle(path) == {}
        assert {one.name for one in path.parent.iterdir()} == {name, ".b.20261124.old"}
    print(f"exports: {kills} kills while {name} was replaced, {nameless} without its name, 0 after the next run")
    assert kills > (5 if name == "b" else 0)
    assert nameless == (1 if name == "b" else 0)


def test_what_another_process_is_writing_is_no_leftover(tmp_path: Path) -> None:
    folder = tmp_path / EXPORTS
    half = folder / ".c.0123abcd.guardia-new"
    write_bundle(folder / "b", OTHERS)
    half.mkdir()
    descriptor = os.open(folder, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    write_bundle(folder / "b", NEW, force=True)
    assert half.is_dir()
    os.close(descriptor)
    write_bundle(folder / "b", OTHERS, force=True)
    assert set(tree(tmp_path)) == {f"{EXPORTS}/b/{each}" for each in (*OTHERS, "manifest.sha256")}
    assert not half.exists()
