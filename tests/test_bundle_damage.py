"""Bundles that arrived broken, or whose runbook was exchanged: said plainly, and never taken for a log."""

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.test_bundle_replay import bundle_of, failed, tampered
from tests.test_cli import guardia
from tests.test_incident_cli import SAMPLE, Shell, declare, shell
from tui.incident import wire
from tui.incident.entries import Declared
from tui.incident.fold import fold
from tui.present.bundle import bundle_files
from tui.runbook.load import load_runbook
from tui.session.unbundle import JOURNAL, is_bundle

if TYPE_CHECKING:
    from pathlib import Path

    from tui.incident.record import Recorded

__all__ = ["shell"]


@pytest.fixture
def incident(shell: Shell) -> str:
    return declare(shell, SAMPLE)


@pytest.mark.parametrize("name", ["night.zip", "night"])
@pytest.mark.parametrize("kept", [0.0, 0.3, 0.99])
@pytest.mark.usefixtures("incident")
def test_a_zip_that_was_cut_short_is_damaged_and_no_log(shell: Shell, tmp_path: Path, name: str, kept: float) -> None:
    whole = bundle_of(shell, tmp_path).read_bytes()
    cut = tmp_path / name
    cut.write_bytes(whole[: max(int(len(whole) * kept), 0 if name.endswith(".zip") else 4)])
    said = shell("verify", cut)
    assert (said.code, said.out) == (3, "")
    assert f"{name} is damaged: it ends at byte {cut.stat().st_size} without the list of its files" in said.err
    assert "export" in said.err
    for words in (("show", cut), ("lint", cut), ("export", "--format", "md", cut)):
        assert shell(*words).code == 3
        assert "is damaged" in shell(*words).err
    told = shell.json("verify", cut)
    assert (told.code, told.json["ok"], told.missing) == (3, False, [f"{name}:unreadable"])
    assert "está dañado" in shell("verify", cut, lang="es").err


def test_what_only_has_the_name_of_a_zip_is_damaged_and_a_log_is_none(tmp_path: Path) -> None:
    named, log, nothing = tmp_path / "night.zip", tmp_path / "night.ndjson", tmp_path / "gone.zip"
    named.write_bytes(b"hello\n")
    log.write_bytes(b"PKG installed\n")
    assert [is_bundle(path) for path in (named, log, nothing)] == [True, False, False]


@pytest.mark.usefixtures("incident")
def test_one_damaged_file_of_a_zip_is_named_and_the_others_still_count(shell: Shell, tmp_path: Path) -> None:
    bundle = bundle_of(shell, tmp_path)
    data = bytearray(bundle.read_bytes())
    start = data.index(b"postmortem.md") + 200
    data[start] ^= 0xFF
    bundle.write_bytes(data)
    assert failed(shell, "verify", bundle).missing == ["postmortem.md:changed", "postmortem.md:otherwise"]
    assert shell("show", bundle).code == 3


@pytest.mark.usefixtures("incident")
@pytest.mark.parametrize("way", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, "encrypted", "elsewhere"])
def test_a_zip_that_is_made_as_no_bundle_is_damaged_whatever_is_in_it(
    shell: Shell, tmp_path: Path, way: object
) -> None:
    bundle = bundle_of(shell, tmp_path)
    if isinstance(way, int):
        repacked(bundle, way)
    else:
        at, value = {"encrypted": (8, b"\x01\x00"), "elsewhere": (42, b"\xf0\xff\xff\xff")}[str(way)]
        data = bytearray(bundle.read_bytes())
        place = data.index(b"PK\x01\x02") + at
        data[place : place + len(value)] = value
        bundle.write_bytes(data)
    for command in ("verify", "show", "lint", "export"):
        said = shell(command, bundle)
        assert (said.code, said.out) == (3, ""), said
        assert "is damaged, or packed as no bundle is" in said.err


@pytest.mark.usefixtures("incident")
@pytest.mark.parametrize("name", ["postmortem.md", "manifest.sha256"])
@pytest.mark.parametrize("first", [True, False])
def test_a_zip_with_two_files_of_one_name_is_damaged(shell: Shell, tmp_path: Path, name: str, *, first: bool) -> None:
    bundle = bundle_of(shell, tmp_path)
    files = unpacked(bundle)
    files.insert(0 if first else len(files), (name, b"forged\n"))
    with pytest.warns(UserWarning, match="Duplicate"):
        packed(bundle, files, zipfile.ZIP_DEFLATED)
    for command in ("verify", "show"):
        said = shell(command, bundle)
        assert (said.code, "is damaged, or packed as no bundle is" in said.err) == (3, True)


@pytest.mark.usefixtures("incident")
def test_any_number_of_names_of_any_length_fits_into_a_sentence(shell: Shell, tmp_path: Path) -> None:
    bundle = bundle_of(shell, tmp_path)
    more = [(f"{number:03}{'x' * 1000}", b"") for number in range(300)]
    packed(bundle, [*unpacked(bundle), *more], zipfile.ZIP_DEFLATED)
    said = shell("show", bundle)
    assert said.code == 3
    assert said.err.endswith(", and 295 more\n")
    assert len(said.err) < 500
    assert max(map(len, shell("verify", bundle).out.splitlines())) < 160


def unpacked(bundle: Path) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(bundle) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]


def packed(bundle: Path, files: list[tuple[str, bytes]], way: int) -> None:
    with zipfile.ZipFile(bundle, "w", way) as archive:
        for name, content in files:
            archive.writestr(name, content)


def repacked(bundle: Path, way: int) -> None:
    """Pack it otherwise, with a stream that breaks off in a file of its middle."""
    packed(bundle, unpacked(bundle), way)
    data = bytearray(bundle.read_bytes())
    start = data.index(JOURNAL.encode()) + len(JOURNAL) + 12
    data[start : start + 40] = bytes(each ^ 0xFF for each in data[start : start + 40])
    bundle.write_bytes(data)


@pytest.mark.usefixtures("incident")
def test_of_a_damaged_journal_in_a_bundle_nothing_is_said_to_be_copied_aside(shell: Shell, tmp_path: Path) -> None:
    bundle = bundle_of(shell, tmp_path, "folder")
    first, second, *rest = (bundle / JOURNAL).read_bytes().splitlines(keepends=True)
    wrong = tampered(bundle, {JOURNAL: b"".join((first, second[:40], b"\xff\xff", second[40:], *rest))}, tmp_path / "b")
    said = shell("show", wrong)
    assert "damaged in 1 places, 1 of them with loss: what is whole is shown" in said.err
    assert "aside" not in said.err


def test_bytes_that_were_copied_aside_are_said_to_be_there(shell: Shell, incident: str) -> None:
    folder = shell.data_dir / "incidents" / incident
    (segment,) = folder.glob("*.jsonl")
    with segment.open("ab") as file:
        file.write(b'{"v":1,"torn')
    assert "what is whole is shown" in shell("show", "--read-only").err
    assert not (folder / "damaged").exists()
    assert "damaged bytes were copied aside" in shell("show").err
    assert list((folder / "damaged").iterdir())


def with_other_rules(bundle: Path, incident: str, target: Path) -> Path:
    """A forgery that is consistent in itself: other rules, a new chain, and what follows from both."""

    def forged(record: Recorded) -> Recorded:
        declared = record.entry.payload
        if not isinstance(declared, Declared) or declared.runbook is None:
            return record
        rules = declared.runbook.rules.replace('keep = "30d"', 'keep = "99d"')
        assert rules != declared.runbook.rules
        copy = replace(declared.runbook, rules=rules)
        return replace(record, entry=replace(record.entry, payload=declared.model_copy(update={"runbook": copy})))

    lines = wire.scan(JOURNAL, (bundle / JOURNAL).read_bytes()).lines
    records = [forged(line.recorded) for line in lines if line.recorded]
    return tampered(bundle, bundle_files(fold(incident, records), records, load_runbook(None, "en"), None), target)


def test_a_runbook_that_was_exchanged_is_found_by_the_hash_of_the_declaration(
    shell: Shell, incident: str, tmp_path: Path
) -> None:
    bundle = bundle_of(shell, tmp_path, "folder")
    assert shell("verify", bundle).code == 0
    forged = with_other_rules(bundle, incident, tmp_path / "forged.zip")
    assert failed(shell, "verify", forged).missing == ["runbook:forged"]
    said = shell("verify", forged).out
    assert "every file is as its manifest says" in said
    assert "the runbook in the journal is not the one whose hash the declaration recorded" in said


def test_an_export_that_is_not_there_is_not_ok(shell: Shell, incident: str, tmp_path: Path) -> None:
    said = shell.json("verify", tmp_path / "gone.ndjson")
    assert (said.code, said.json["ok"], said.json["incident"]) == (3, False, incident)
    assert json.dumps(str(tmp_path / "gone.ndjson"))[1:-1] in said.missing[-1]


@pytest.mark.parametrize("name", ["gone.zip", "gone.ndjson", "pipe.zip", "pipe.ndjson", "folder", "loop.zip"])
@pytest.mark.parametrize("declared", [False, True])
def test_what_is_no_file_to_verify_is_said_and_waited_for_by_nobody(
    shell: Shell, tmp_path: Path, name: str, *, declared: bool
) -> None:
    os.mkfifo(tmp_path / "pipe.zip")
    os.mkfifo(tmp_path / "pipe.ndjson")
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop.zip").symlink_to(tmp_path / "loop.zip")
    if declared:
        declare(shell, SAMPLE)
    path = tmp_path / name
    said = shell("verify", path)
    assert said.code == 3, said
    assert f"{name} cannot be read" in said.err or f"{name} holds no incident that can be read" in said.err
    assert "no incident is open" not in said.err
    told = shell.json("verify", path)
    assert (told.code, told.json["ok"]) == (3, False)
    assert [one for one in told.missing if name in one]
    if name != "pipe.ndjson":  # somebody may write into that yet
        assert shell("lint", path).code == 3


@pytest.mark.usefixtures("incident")
@pytest.mark.parametrize("command", ["check", "trace"])
def test_what_reads_logs_says_what_a_bundle_is_for(shell: Shell, tmp_path: Path, command: str) -> None:
    words = ["req_w1ak4zqp"] if command == "trace" else []
    said = guardia(command, *words, bundle_of(shell, tmp_path))
    assert (said.returncode, said.stdout) == (3 if command == "check" else 2, "")
    assert "is an incident's bundle: guardia review opens it" in said.stderr
