"""The journal on a disk that lies, fills up and is cut off: nothing confirmed is lost, every damage is said."""

from __future__ import annotations

import errno
import itertools
import json
import os
import stat
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.proofs import say
from tui.incident import wire
from tui.incident.entries import Acknowledged, Noted, Unknown
from tui.incident.fold import merge
from tui.incident.journal import (
    Journal,
    NotSaved,
    OsDisk,
    Saved,
    incident_folder,
    incident_ids,
    new_incident_id,
)
from tui.incident.record import Entry, Recorded, Stamp

if TYPE_CHECKING:
    import random
    from pathlib import Path

NOW = datetime(2026, 11, 19, 22, 0, tzinfo=UTC)


def note(text: str) -> Entry:
    return Entry(Noted(text=text), NOW, "@ana")


def texts(records: tuple[Recorded, ...]) -> list[str]:
    return [record.entry.payload.text for record in records if isinstance(record.entry.payload, Noted)]


def journal(folder: Path, disk: OsDisk | None = None, name: str | None = None) -> Journal:
    made = Journal(folder, "host-1", disk or OsDisk(), *([lambda: name] if name else []))
    made.read()
    return made


def saved(outcome: Saved | NotSaved) -> tuple[Recorded, ...]:
    assert isinstance(outcome, Saved)
    return outcome.records


def segments(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.jsonl"))


# --- what an entry looks like ---------------------------------------------------------------------


def test_an_appended_entry_is_read_back_as_it_was(tmp_path: Path) -> None:
    saved(journal(tmp_path).append([note("first"), Entry(Acknowledged(), NOW, "@beto")], NOW))
    records = journal(tmp_path).contents.records
    assert [record.entry for record in records] == [note("first"), Entry(Acknowledged(), NOW, "@beto")]
    assert [record.seq for record in records] == [1, 2]
    assert {record.recorded for record in records} == {NOW}


def test_a_line_has_every_field_of_the_contract_and_is_chained(tmp_path: Path) -> None:
    writer = journal(tmp_path)
    writer.append([note("one")], NOW)
    writer.append([note("two")], NOW)
    first, second = (json.loads(line) for line in segments(tmp_path)[0].read_text().splitlines())
    names = ["v", "seq", "writer", "hlc", "recorded", "effective", "actor", "type", "data", "prev", "hash"]
    assert list(first) == names
    assert (first["prev"], second["prev"]) == ("", first["hash"])
    assert first["recorded"] == "2026-11-19T22:00:00Z"


def test_each_writer_has_its_own_segment_and_the_next_one_links_to_what_it_saw(tmp_path: Path) -> None:
    journal(tmp_path, name="a").append([note("one")], NOW)
    journal(tmp_path, name="b").append([note("two")], NOW)
    first, second = segments(tmp_path)
    assert json.loads(second.read_text())["prev"] == json.loads(first.read_text())["hash"]
    assert texts(journal(tmp_path).contents.records) == ["one", "two"]


def test_a_clock_set_back_changes_no_order(tmp_path: Path) -> None:
    journal(tmp_path, name="z").append([note("before")], NOW)
    journal(tmp_path, name="a").append([note("after")], NOW - timedelta(hours=1))
    assert texts(journal(tmp_path).contents.records) == ["before", "after"]


def test_files_are_only_for_their_owner_whatever_the_umask(tmp_path: Path) -> None:
    for number, umask in enumerate((0o000, 0o277)):
        folder = incident_folder(tmp_path / str(number), "INC-20261119-abcd")
        before = os.umask(umask)
        try:
            saved(journal(folder).append([note("x")], NOW))
        finally:
            os.umask(before)
        assert stat.S_IMODE(segments(folder)[0].stat().st_mode) == 0o600
        for made in (folder, folder.parent, folder.parent.parent):
            assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_another_process_is_seen_by_a_cheap_poll(tmp_path: Path) -> None:
    reader = journal(tmp_path)
    assert not reader.changed()
    journal(tmp_path).append([note("new")], NOW)
    assert reader.changed()
    assert texts(reader.read().records) == ["new"]
    assert not reader.changed()


def test_unknown_types_and_later_fields_are_kept(tmp_path: Path) -> None:
    strange = Entry(Unknown("teleported", {"to": "moon"}), NOW, "@ana")
    malformed = Entry(Unknown("noted", {"text": 5}), NOW, "@ana")
    later = Entry(Unknown("noted", {"text": "hi", "mood": "calm"}), NOW, "@ana")
    saved(journal(tmp_path).append([strange, malformed, later], NOW))
    contents = journal(tmp_path).contents
    assert [record.entry for record in contents.records] == [strange, malformed, note("hi")]
    assert contents.damages == ()


def test_a_newer_version_opens_read_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as later:
        later.setattr(wire, "VERSION", 2)
        journal(tmp_path).append([note("from the future")], NOW)
    old = journal(tmp_path)
    assert old.contents.newer
    assert old.contents.damages == ()
    assert old.contents.records[0].entry.payload == Unknown("noted", {"text": "from the future"})
    assert old.append([note("no")], NOW) == NotSaved("NEWER_VERSION", (note("no"),))
    assert len(segments(tmp_path)) == 1


@pytest.mark.parametrize("wrong", ["../x", "INC-20261119-ABCD", "INC-2026-abcd", "", "INC-20261119-abcd/..", "team"])
def test_only_an_incidents_id_names_a_folder(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(ValueError, match="not an incident's id"):
        incident_folder(tmp_path, wrong)


def test_new_ids_are_free_and_are_listed_once_they_exist(tmp_path: Path) -> None:
    letters = itertools.chain("aaaa", "bbbb")
    first = new_incident_id(date(2026, 11, 19), {"INC-20261119-aaaa"}, lambda _: next(letters))
    assert first == "INC-20261119-bbbb"
    assert incident_ids(tmp_path) == ()
    journal(incident_folder(tmp_path, first)).append([note("x")], NOW)
    (tmp_path / "incidents" / "lost+found").mkdir()
    assert incident_ids(tmp_path) == (first,)


def test_what_is_no_plain_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    (tmp_path / "link.jsonl").symlink_to("/etc/hostname")
    assert journal(tmp_path).contents.records == ()


# --- damage ---------------------------------------------------------------------------------------


def test_entries_on_both_sides_of_damage_survive_and_the_damage_is_copied_aside(tmp_path: Path) -> None:
    writer = journal(tmp_path)
    for text in "abcde":
        writer.append([note(text)], NOW)
    lines = segments(tmp_path)[0].read_bytes().splitlines(keepends=True)
    segments(tmp_path)[0].write_bytes(lines[0] + lines[1] + b"\x00" * 300 + b"\n" + lines[3] + lines[4][:-40])
    opened = journal(tmp_path)
    assert texts(opened.contents.records) == ["a", "b", "d"]
    assert [(damage.kind, damage.lost) for damage in opened.contents.damages] == [("damaged", True), ("torn", True)]
    assert opened.set_aside() == ()
    copies = sorted((tmp_path / "damaged").iterdir())
    assert {copy.read_bytes() for copy in copies} == {b"\x00" * 300 + b"\n", lines[4][:-40]}
    assert {stat.S_IMODE(copy.stat().st_mode) for copy in copies} == {0o600}
    assert opened.set_aside() == ()  # again, and nothing more is written
    assert sorted((tmp_path / "damaged").iterdir()) == copies
    saved(opened.append([note("f")], NOW))
    assert texts(journal(tmp_path).contents.records) == ["a", "b", "d", "f"]


def test_a_missing_line_and_a_missing_predecessor_are_gaps(tmp_path: Path) -> None:
    writer = journal(tmp_path, name="a")
    for text in "abc":
        writer.append([note(text)], NOW)
    journal(tmp_path, name="b").append([note("d")], NOW)
    first = segments(tmp_path)[0]
    lines = first.read_bytes().splitlines(keepends=True)
    first.write_bytes(lines[0] + lines[2])
    assert [(damage.segment, damage.kind) for damage in journal(tmp_path).contents.damages] == [(first.name, "gap")]
    first.write_bytes(lines[0] + lines[1])  # cut between two lines: only the other writer knows that one is missing
    assert [(damage.segment, damage.kind) for damage in journal(tmp_path).contents.damages] == [
        (segments(tmp_path)[1].name, "gap")
    ]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_no_bytes_can_make_reading_fail(junk: bytes) -> None:
    line, _ = wire.encode([Recorded(note("x"), NOW, Stamp(1), "w", 1)], "")
    scanned = wire.scan("s", junk + b"\n" + line + junk)
    assert texts(merge(found.recorded for found in scanned.lines if found.recorded)) == ["x"]
    assert bool(scanned.damages) or not junk


NO_ZONE = (
    b'{"v":1,"seq":1,"writer":"w","hlc":[1,0],"recorded":"2026-11-19T22:00:00","effective":"2026-11-19T22:00:00Z",'
    b'"actor":"a","type":"noted","data":{"text":"x"},"prev":""'
)


@pytest.mark.parametrize(
    "body",
    [
        b'{"v":1,"prev":""',
        b'{"v":1,"prev":"","seq":1,"writer":"w","hlc":[9e99,0],"recorded":"x"',
        b'{"v":"1","prev":""',
        NO_ZONE,
        b"[" * 5_000,
    ],
)
def test_an_intact_line_that_is_no_entry_is_reported(body: bytes) -> None:
    line = body + b',"hash":"' + sha256(body).hexdigest().encode() + b'"}\n'
    scanned = wire.scan("s", line)
    assert (scanned.lines, [damage.kind for damage in scanned.damages]) == ((), ["malformed"])


# --- a disk that fails ----------------------------------------------------------------------------


@dataclass
class FailingDisk(OsDisk):
    """A real disk whose operation number `fail_at` (of writes, syncs and creations) goes wrong in one way."""

    fail_at: int
    error: int
    only: str = ""
    short: bool = False
    count: int = 0
    failed: list[str] = field(default_factory=list)
    synced_after_failure: list[int] = field(default_factory=list)
    bad: set[int] = field(default_factory=set)

    def _turn(self, name: str) -> bool:
        if self.only and name != self.only:
            return False
        self.count += 1
        if self.count != self.fail_at:
            return False
        self.failed.append(name)
        return True

    def make_folder(self, path: Path) -> bool:
        if self._turn("make_folder"):
            raise OSError(self.error, "injected")
        return super().make_folder(path)

    def create(self, path: Path) -> int:
        if self._turn("create"):
            raise OSError(self.error, "injected")
        return super().create(path)

    def write(self, descriptor: int, data: bytes) -> int:
        if self._turn("write"):
            if self.short:
                return super().write(descriptor, data[: len(data) // 2])
            if self.error != errno.EINTR:
                super().write(descriptor, data[: len(data) // 3])
            raise OSError(self.error, "injected")
        return super().write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        if descriptor in self.bad:
            self.synced_after_failure.append(descriptor)
        if self._turn("sync"):
            self.bad.add(descriptor)
            raise OSError(self.error, "injected")
        super().sync(descriptor)

    def sync_folder(self, folder: Path) -> None:
        if self._turn("sync_folder"):
            raise OSError(self.error, "injected")
        super().sync_folder(folder)

    def close(self, descriptor: int) -> None:
        self.bad.discard(descriptor)
        super().close(descriptor)


def run_through_failure(folder: Path, disk: FailingDisk) -> tuple[list[str], int]:
    """Append twelve notes while the disk fails once; return what was confirmed, and how often NOT SAVED was shown."""
    writer = journal(folder, disk)
    confirmed: list[str] = []
    refused = 0
    for number in range(12):
        outcome = writer.append([note(f"{number}a"), note(f"{number}b")], NOW)
        if isinstance(outcome, NotSaved):
            refused += 1
            assert outcome.error == errno.errorcode[disk.error]
            assert [entry.payload for entry in outcome.entries][-1] == Noted(text=f"{number}b")
            shown = texts(writer.read().records)
            assert shown == confirmed  # what is not safe is not shown
            if number % 2:
                outcome = writer.retry()
        if isinstance(outcome, Saved):
            confirmed += texts(outcome.records)
            on_disk = texts(journal(folder).contents.records)
            assert on_disk[: len(confirmed)] == confirmed
    assert writer.unsaved == ()
    return confirmed, refused


def test_every_operation_fails_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For every N the Nth operation fails; nothing confirmed is lost, nothing is doubled, no failed file is synced."""
    expected = [f"{number}{letter}" for number in range(12) for letter in "ab"]
    runs = not_saved = 0
    for name, code, short in (
        ("EIO", errno.EIO, False),
        ("ENOSPC", errno.ENOSPC, False),
        ("EINTR", errno.EINTR, False),
        ("short", errno.EIO, True),
    ):
        for fail_at in itertools.count(1):
            folder = tmp_path / name / str(fail_at)
            disk = FailingDisk(fail_at, code, short=short)
            confirmed, refused = run_through_failure(folder, disk)
            assert confirmed == expected
            assert texts(journal(folder).contents.records) == expected
            assert disk.synced_after_failure == []
            if not disk.failed:
                break
            if refused and disk.failed != ["make_folder"]:
                assert disk.failed[0] in {"create", "write", "sync", "sync_folder"}
            runs += 1
            not_saved += refused
    say(capsys, f"{runs} failing operations (EIO, ENOSPC, EINTR, short writes): {not_saved} times NOT SAVED, 0 lost")
    assert not_saved > runs // 3


def test_a_disk_that_fails_for_long_keeps_everything_until_it_works(tmp_path: Path) -> None:
    class FullDisk(OsDisk):
        full = True

        def write(self, descriptor: int, data: bytes) -> int:
            if self.full:
                raise OSError(errno.ENOSPC, "injected")
            return super().write(descriptor, data)

    disk = FullDisk()
    writer = journal(tmp_path, disk)
    for text in "abc":
        outcome = writer.append([note(text)], NOW)
        assert isinstance(outcome, NotSaved)
    assert [entry.payload for entry in writer.unsaved] == [Noted(text=text) for text in "abc"]
    disk.full = False
    assert texts(saved(writer.retry())) == ["a", "b", "c"]
    assert writer.retry() == Saved(())
    assert texts(journal(tmp_path).contents.records) == ["a", "b", "c"]


def test_a_retried_entry_that_reached_the_disk_after_all_counts_once(tmp_path: Path) -> None:
    writer = journal(tmp_path, FailingDisk(1, errno.EIO, only="sync"))
    assert isinstance(writer.append([note("once")], NOW), NotSaved)
    kept = saved(writer.retry())
    assert len(segments(tmp_path)) == 2
    assert all(path.read_text().count("once") == 1 for path in segments(tmp_path))
    read = journal(tmp_path).contents
    assert texts(read.records) == ["once"]
    assert read.records[0].id == kept[0].id
    assert read.damages == ()


def test_a_journal_that_cannot_be_read_opens_and_says_so(tmp_path: Path) -> None:
    class BlindDisk(OsDisk):
        def read(self, path: Path) -> bytes:
            if "-bad" in path.name:
                raise OSError(errno.EACCES, "injected")
            return super().read(path)

    journal(tmp_path, name="bad").append([note("hidden")], NOW)
    journal(tmp_path, name="good").append([note("seen")], NOW)
    contents = journal(tmp_path, BlindDisk()).contents
    assert texts(contents.records) == ["seen"]
    assert "unreadable:EACCES" in {damage.kind for damage in contents.damages}


# --- several writers ------------------------------------------------------------------------------

WRITES = st.lists(st.tuples(st.integers(0, 2), st.integers(-3_600, 3_600)), max_size=25)


@settings(max_examples=60, deadline=None)
@given(writes=WRITES, order=st.randoms(use_true_random=False))
def test_reading_does_not_depend_on_the_order_of_segments(writes: list[tuple[int, int]], order: random.Random) -> None:
    lines: dict[int, list[Recorded]] = {0: [], 1: [], 2: []}
    stamps = dict.fromkeys(range(3), Stamp(0))
    for number, (writer, skew) in enumerate(writes):
        wall = NOW + timedelta(seconds=skew)
        stamps[writer] = stamps[writer].next(wall)
        record = Recorded(note(str(number)), wall, stamps[writer], f"w{writer}", len(lines[writer]) + 1)
        lines[writer].append(record)
    expected = merge(itertools.chain.from_iterable(lines.values()))
    shuffled = list(lines.values())
    order.shuffle(shuffled)
    assert merge(itertools.chain.from_iterable(shuffled)) == expected
    for own in lines.values():
        positions = [expected.index(record) for record in own]
        assert positions == sorted(positions)


@given(st.lists(st.integers(0, 10_000_000), min_size=1))
def test_stamps_only_grow(walls: list[int]) -> None:
    stamp, seen = Stamp(0), []
    for wall in walls:
        stamp = stamp.next(datetime.fromtimestamp(wall / 1000, UTC))
        seen.append(stamp)
    assert all(one < other for one, other in itertools.pairwise(seen))
