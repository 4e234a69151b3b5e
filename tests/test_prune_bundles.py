"""Retention in the bundles of the data folder: past events go, the bundle still verifies, nothing else is touched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.test_cli import ROOT, guardia
from tests.test_exports import tree
from tests.test_retention import BASE, CRITICAL, DAY, RULES, line, pruned, recorded
from tui.session.export import EXPORTS, NotReplacedError, write_bundle
from tui.session.prune_bundles import kept_bundles, prune_bundles
from tui.session.unbundle import pieces, verified, verify_bundle

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 19, 22, 0, tzinfo=UTC)
AGES = ((BASE, 20), (BASE, 13), (CRITICAL, 40), (CRITICAL, 20))
OTHERS = {"postmortem.md": b"# INC\n", "journal.jsonl": b"{}\n"}


def events(now: datetime) -> list[bytes]:
    return [line(metric, now - days * DAY, number) for number, (metric, days) in enumerate(AGES)]


def bundle(data_dir: Path, name: str, now: datetime, *more: bytes) -> Path:
    path = data_dir / EXPORTS / name
    write_bundle(path, {**OTHERS, "events.ndjson": b"".join((*events(now), *more))})
    return path


def contents(path: Path) -> dict[str, bytes]:
    with verified(path) as files:
        return {name: b"".join(pieces(member)) for name, member in files.items()}


@pytest.mark.parametrize("name", ["INC-20261119-abcd.zip", "INC-20261119-abcd"])
@pytest.mark.parametrize("renamed", [False, True])
def test_past_events_leave_a_bundle_that_still_fits_its_manifest(tmp_path: Path, name: str, *, renamed: bool) -> None:
    path = bundle(tmp_path, name, NOW)
    if renamed:  # a zip without its ending, a folder called .zip: each stays what it is
        path = path.rename(path.with_suffix("" if path.suffix else ".zip"))
    was_folder = path.is_dir()
    (held,) = kept_bundles(tmp_path, RULES, NOW).held
    assert (held.path, held.events, held.past, held.oldest.at) == (path, 4, 2, NOW - 40 * DAY)
    assert prune_bundles([held], RULES, NOW) == {}
    assert verify_bundle(path) == {}
    assert path.is_dir() == was_folder
    _first, second, _third, fourth = events(NOW)
    assert contents(path) == {**OTHERS, "events.ndjson": second + fourth}
    (held,) = kept_bundles(tmp_path, RULES, NOW).held
    assert held.past == 0


def test_what_cannot_be_read_of_an_event_is_judged_strictly_by_the_age_of_the_bundle(tmp_path: Path) -> None:
    wall = datetime.now(UTC)
    strange = b'no json\n{"timestamp": 1}\n' + line("METRIC_OF_TOMORROW", wall, 1)
    write_bundle(tmp_path / EXPORTS / "b.zip", {"events.ndjson": strange})
    past = [[held.past for held in kept_bundles(tmp_path, RULES, wall + days * DAY).held] for days in (13, 15)]
    assert past == [[0], [3]]


def test_damaged_changed_and_linked_bundles_and_other_files_are_left_alone(tmp_path: Path) -> None:
    cut, changed = bundle(tmp_path, "cut.zip", NOW), bundle(tmp_path, "changed", NOW)
    cut.write_bytes(cut.read_bytes()[:200])
    (changed / "postmortem.md").write_bytes(b"edited by hand")
    elsewhere = bundle(tmp_path / "elsewhere", "b.zip", NOW)
    (tmp_path / EXPORTS / "link.zip").symlink_to(elsewhere)
    (tmp_path / EXPORTS / "postmortem.md").write_bytes(b"# INC\n")
    found = kept_bundles(tmp_path, RULES, NOW)
    assert (found.held, [one.path for one in found.left_alone]) == ((), [changed, cut])
    assert kept_bundles(tmp_path / "nothing", RULES, NOW).held == ()


@pytest.mark.parametrize("theirs", ["notes.txt", "screens/shot.png", "link.png"])
def test_what_people_put_into_the_folder_of_a_bundle_is_never_lost(tmp_path: Path, theirs: str) -> None:
    wall = datetime.now(UTC)
    path, other = bundle(tmp_path, "b", wall), bundle(tmp_path, "c", wall)
    (path / theirs).parent.mkdir(exist_ok=True)
    if theirs == "link.png":
        (path / theirs).symlink_to("elsewhere")
    else:
        (path / theirs).write_bytes(b"theirs")
    before = tree(path)
    said, told = pruned(tmp_path)
    assert [one["name"] for one in told["removed"]] == ["exports/c"]
    assert f"exports/b holds what is not of it ({theirs.partition('/')[0]})" in said.stderr
    with pytest.raises(NotReplacedError):
        write_bundle(path, OTHERS, force=True)
    assert tree(path) == before
    assert verify_bundle(other) == {}


def test_the_command_names_them_first_then_thins_and_records_it(tmp_path: Path) -> None:
    wall = datetime.now(UTC)
    path, before = bundle(tmp_path, "b.zip", wall), (tmp_path / EXPORTS / "b.zip").read_bytes()
    dry = guardia("prune", "--dry-run", "--data-dir", tmp_path, "--lang", "en").stdout
    assert "exports/b.zip: 2 of 4 events" in dry
    assert "would be deleted: 2" in dry
    said, told = pruned(tmp_path, "--dry-run")
    assert [one["name"] for one in told["removed"]] == ["exports/b.zip"]
    assert path.read_bytes() == before
    said, told = pruned(tmp_path)
    assert (said.returncode, told["kept"]) == (0, 0)
    assert [one["class"] for one in told["removed"]] == [RULES.metric(CRITICAL).retention]
    (entry,) = recorded(tmp_path)
    assert entry.removed == 2
    with zipfile.ZipFile(path) as archive:
        left = [json.loads(each)["message"] for each in archive.read("events.ndjson").splitlines()]
    assert left == [BASE, CRITICAL]
    assert pruned(tmp_path)[1]["removed"] == []


@pytest.mark.parametrize("content", [b"\n" * (64 << 20), b"x" * (64 << 20), b""])
def test_whatever_is_in_a_bundle_it_takes_little_memory(tmp_path: Path, content: bytes) -> None:
    write_bundle(tmp_path / EXPORTS / "a.zip", {"events.ndjson": content})
    if not content:
        with zipfile.ZipFile(tmp_path / EXPORTS / "a.zip", "a") as archive:
            for number in range(100_000):
                archive.writestr(f"{number}{'x' * 500}", b"")
        sparse = bundle(tmp_path, "sparse", NOW) / "events.ndjson"
        os.truncate(sparse, 1 << 40)
    bundle(tmp_path, "b.zip", datetime.now(UTC))
    said = subprocess.run(
        [sys.executable, "-c", MEASURED, "prune", "--json", "--data-dir", tmp_path, "--lang", "en"],
        capture_output=True, text=True, cwd=ROOT, timeout=120, check=False,
    )  # fmt: skip
    assert "exports/b.zip" in {one["name"] for one in json.loads(said.stdout)["removed"]}
    peak = int(said.stderr.splitlines()[-1]) << 10
    assert peak < 200 << 20
    print(f"prune: {len(content) >> 20} MiB of hostile events in {peak >> 20} MiB of memory, the next bundle thinned")


MEASURED = """
import atexit, re, sys
from pathlib import Path
most = lambda: re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
atexit.register(lambda: print(most(), file=sys.stderr))
from tui.cli.main import run
run()
"""


def test_a_bundle_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    bundle(tmp_path, "b.zip", NOW).write_bytes(b"PK\x03\x04")
    said = guardia("prune", "--data-dir", tmp_path, "--lang", "en")
    assert (said.returncode, "exports/b.zip is damaged or was changed" in said.stderr) == (0, True)
