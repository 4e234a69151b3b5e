"""Sources: every byte once, in order, through rotation, compression, pipes and commands."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import os
import resource
import shutil
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.proofs import say
from tui.logs.command import Command, CommandHistory, CommandSpec
from tui.logs.compressed import CompressedFile
from tui.logs.follow import PlainFile
from tui.logs.inflate import Inflater
from tui.logs.opening import SourceSet, open_sources
from tui.logs.pipe import Pipe, Pump, open_piped
from tui.logs.seek import seek_time
from tui.logs.source import Block, Code, Note, Source, SourceState, identify, shown_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Log = tuple[Path, PlainFile]


def lines(first: int, count: int) -> bytes:
    return b"".join(b"%08d a line of a log, as long as lines are\n" % number for number in range(first, first + count))


def drain(source: Source, *, looks: int = 12, limit: int = 1 << 16) -> list[Block]:
    """Read until nothing came for some looks: patience of sources is counted in looks."""
    blocks: list[Block] = []
    empty = 0
    while empty < looks:
        block = source.read(limit)
        empty = 0 if block else empty + 1
        if block:
            blocks.append(block)
    return blocks


def noise(seed: object) -> bytes:
    return hashlib.sha256(repr(seed).encode()).hexdigest().encode()


def data_of(blocks: list[Block]) -> bytes:
    return b"".join(block.data for block in blocks)


def drain_pipe(source: Pipe) -> bytes:
    pieces = []
    while source.state is SourceState.OPEN:
        source.wait(5)
        pieces += drain(source, looks=1)
    return data_of(pieces)


def codes(source: Source) -> list[Code]:
    return [note.code for note in source.notes]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    path = tmp_path / "app.log"
    path.write_bytes(lines(0, 10))
    source = PlainFile(str(path), "app.log", live=True)
    yield path, source
    source.close()


Step = tuple[str, int]
STEPS = st.lists(
    st.tuples(st.sampled_from(["append", "part", "read", "rename", "delete", "truncate"]), st.integers(1, 400)),
    max_size=40,
)


@given(steps=STEPS)
@settings(max_examples=150, deadline=None)
def test_any_history_of_a_file_is_read_exactly_once(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.log")
        path.touch()
        source = PlainFile(str(path), "x.log", live=True)
        files, blocks, number = [b""], [], 0
        cut: set[int] = set()
        for step, amount in steps:
            if step in ("append", "part"):
                number += 1
                data = b"%04d;" % number * amount + (b"\n" if step == "append" else b"")
                with path.open("ab") as file:
                    file.write(data)
                files[-1] += data
            elif step == "read":
                blocks += [block for block in [source.read(amount)] if block]
            else:
                blocks += drain(source, limit=amount)
                if step == "truncate" and files[-1]:
                    os.truncate(path, 0)
                    blocks += drain(source, limit=amount)
                    cut.add(len(files) - 1)
                elif step == "rename":
                    path.rename(Path(folder, f"x.log.{len(files)}"))
                    path.touch()
                elif step == "delete":
                    path.unlink()
                    path.touch()
                files.append(b"")
        blocks += drain(source)
        source.close()
        assert data_of(blocks) == b"".join(files)
        assert sum(note.times for note in source.notes if note.code is Code.TRUNCATED) == len(cut)


@given(data=st.binary(max_size=3000), sizes=st.lists(st.integers(1, 700), min_size=1, max_size=30))
@settings(max_examples=100, deadline=None)
def test_offsets_count_every_byte(data: bytes, sizes: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.log")
        path.write_bytes(data)
        source = PlainFile(str(path), "x", live=False)
        for size in sizes:
            if block := source.read(size):
                assert block.data == data[block.offset : block.offset + len(block.data)]
                assert source.fetch(block.offset, len(block.data)) == block.data
        drain(source, looks=1)
        assert (source.consumed, source.total_bytes, source.state) == (len(data), len(data), SourceState.DONE)
        source.close()


def test_a_late_writer_of_a_rotated_file_is_still_read(log: Log) -> None:
    path, source = log
    with path.open("ab", buffering=0) as late:
        drain(source)
        path.rename(path.with_name("app.log.1"))
        path.write_bytes(lines(10, 5))
        assert data_of(drain(source)) == lines(10, 5)
        late.write(lines(15, 3))
        assert data_of(drain(source)) == lines(15, 3)
        with path.open("ab") as file:
            file.write(lines(18, 2))
        assert data_of(drain(source)) == lines(18, 2)


def test_a_hole_left_by_a_writer_that_does_not_append_is_skipped(log: Log) -> None:
    path, source = log
    with path.open("r+b", buffering=0) as writer:
        writer.seek(0, os.SEEK_END)
        drain(source)
        os.truncate(path, 0)
        writer.write(lines(10, 5))
    (block,) = drain(source)
    assert block.data == lines(10, 5)
    assert block.offset == len(lines(0, 10))


def test_what_was_emptied_unread_is_announced(log: Log) -> None:
    path, source = log
    source.read(100)
    os.truncate(path, 0)
    path.write_bytes(lines(50, 30))
    (block,) = drain(source)
    assert (block.data, block.generation) == (lines(50, 30), 1)
    assert source.note == Note(Code.TRUNCATED, at=100, lost=len(lines(0, 10)) - 100)


def test_a_file_that_vanishes_is_down_and_goes_on_when_it_returns(log: Log) -> None:
    path, source = log
    drain(source)
    path.rename(path.with_name("elsewhere"))
    drain(source)
    assert (source.state, source.note and source.note.code) == (SourceState.DOWN, Code.GONE)
    path.with_name("elsewhere").rename(path)
    with path.open("ab") as file:
        file.write(lines(10, 1))
    assert data_of(drain(source)) == lines(10, 1)
    assert (source.state, source.note and source.note.code) == (SourceState.OPEN, Code.CAME_BACK)


def test_a_deleted_file_is_let_go_of_and_its_successor_is_new(log: Log) -> None:
    path, source = log
    drain(source)
    path.unlink()
    drain(source, looks=300)
    assert source.total_bytes is None
    path.write_bytes(lines(10, 3))
    (block,) = drain(source)
    assert (block.data, block.offset, block.generation) == (lines(10, 3), 0, 1)


def test_identity_is_not_fooled_by_inodes_and_headers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mistaken = reused = 0
    path = tmp_path / "x.log"
    header = b"# the same header in every file\n" * 200
    for number in range(1000):
        path.write_bytes(header + lines(number * 100, 50))
        fd = os.open(path, os.O_RDONLY)
        identity = identify(fd, len(header) + 60 + 37 * number % 1900)
        mistaken += not identity.is_open_as(fd)
        os.close(fd)
        if number % 2:
            path.unlink()
        path.write_bytes(header + lines(number * 100 + 50, 50))
        fd = os.open(path, os.O_RDONLY)
        reused += number % 2 and os.fstat(fd).st_ino == identity.inode
        mistaken += identity.is_open_as(fd) or identity.content_is_in(fd)
        os.close(fd)
    say(
        capsys,
        f"identity: 500 rewritten files and 500 that got a deleted one's name, {reused} of them its inode too, equal"
        f" headers, {mistaken} mistaken",
    )
    assert mistaken == 0


def test_evidence_is_read_again_from_a_rotated_file(log: Log) -> None:
    path, source = log
    drain(source)
    before = source.identity()
    path.rename(path.with_name("app.log.1"))
    path.write_bytes(lines(10, 5))
    blocks = drain(source)
    for block in blocks:
        assert source.fetch(block.offset, len(block.data), block.generation) == block.data
    assert source.fetch(0, 40, 0) == lines(0, 10)[:40]
    assert source.identity(0) == before
    assert source.fetch(10_000, 5) is None
    path.with_name("app.log.1").unlink()
    fresh = PlainFile(str(path), "x", live=False)
    assert fresh.fetch(0, 10, 3) is None
    fresh.close()


@given(parts=st.lists(st.integers(0, 3000), max_size=20), start=st.integers(0, 40_000), limit=st.integers(1, 5000))
@settings(max_examples=100, deadline=None)
def test_newest_first_gives_every_byte_once(parts: list[int], start: int, limit: int) -> None:
    data = b"\n".join(b"x" * part for part in parts)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.log")
        path.write_bytes(data)
        source = PlainFile(str(path), "x", live=False)
        begin = source.start_at(start)
        assert begin == 0 or data[begin - 1 : begin] == b"\n"
        tail = data_of(drain(source, looks=1))
        assert tail == data[begin:]
        regions: list[bytes] = []
        low, expected = begin, -1
        while block := source.back(limit):
            if block.offset == expected:
                regions[-1] += block.data
            else:
                assert block.offset == 0 or data[block.offset - 1 : block.offset] == b"\n"
                regions.append(block.data)
            low, expected = min(low, block.offset), block.offset + len(block.data)
            assert len(block.data) <= limit
        assert low == 0
        assert b"".join(reversed(regions)) == data[:begin]
        source.close()


def test_a_huge_line_stays_in_bounds_backwards(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.log"
    with path.open("wb") as file:
        file.write(b"first\n")
        for _ in range(200):
            file.write(b"y" * (1 << 20))
        file.write(b"\nlast\n")
    source = PlainFile(str(path), "x", live=True)
    source.start_at(path.stat().st_size - 3)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sizes = []
    while block := source.back(1 << 20):
        sizes.append(len(block.data))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    say(capsys, f"200 MB without newline, backwards: {sum(sizes)} bytes, memory + {grown / 1024:.1f} MiB")
    assert sum(sizes) == path.stat().st_size
    assert grown < 8 * 1024
    source.close()


def stamped(moment: datetime) -> bytes:
    return moment.isoformat().encode() + b" something happened that takes some room in the file\n"


def stamp(line: bytes) -> datetime | None:
    try:
        return datetime.fromisoformat(line.split(b" ", 1)[0].decode())
    except ValueError:
        return None


START = datetime(2026, 11, 19, 21, tzinfo=UTC)


def test_since_is_found_without_reading_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    moments = [START + timedelta(milliseconds=300 * number) for number in range(60_000)]
    stack = b"    at frame (file.js:1)\n" * 2000
    rows = [stamped(moment) for moment in moments]
    rows[30_000] += stack
    path.write_bytes(b"".join(rows))
    source = PlainFile(str(path), "x", live=False)
    looked = []

    def read_time(line: bytes) -> datetime | None:
        looked.append(line)
        return stamp(line)

    for minutes in (0, 1, 77, 150, 151, 299, 400):
        since = START + timedelta(minutes=minutes)
        offset = seek_time(source, read_time, since)
        rest = path.read_bytes()[offset:]
        skipped = path.read_bytes()[:offset]
        assert not skipped or skipped.endswith(b"\n")
        assert all(moment < since for line in skipped.splitlines() if (moment := stamp(line)))
        if 2 < minutes < 400:
            assert len(rest) < (1 - minutes / 300) * len(skipped + rest) + (1 << 17)
    print(f"since: {len(looked)} lines looked at for 7 searches in {len(rows)} lines")
    source.close()


@pytest.mark.parametrize("content", ["shuffled", "no times", "empty", "two parts"])
def test_a_doubtful_file_is_read_from_its_beginning(tmp_path: Path, content: str) -> None:
    moments = [START + timedelta(seconds=number) for number in range(20_000)]
    if content == "shuffled":
        moments.sort(key=noise)
    if content == "two parts":
        moments = moments[10_000:] + moments[:10_000]
    rows = [] if content == "empty" else [stamped(moment) for moment in moments]
    path = tmp_path / "x.log"
    path.write_bytes(b"no time here\n" * 50_000 if content == "no times" else b"".join(rows))
    source = PlainFile(str(path), "x", live=False)
    assert seek_time(source, stamp, START + timedelta(seconds=15_000)) == 0
    source.close()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "zst": zstd.compress,
    "xz": partial(lzma.compress, preset=0),
    "bz2": partial(bz2.compress, compresslevel=1),
}


@pytest.mark.parametrize("kind", PACKERS)
def test_compressed_files_are_known_by_content(tmp_path: Path, kind: str) -> None:
    pack, plain = PACKERS[kind], lines(0, 60_000)
    path = tmp_path / "no-suffix"
    path.write_bytes(pack(plain[:70_001]) + pack(b"") + pack(plain[70_001:]) + b"\0" * 8)
    (source,) = open_sources([str(path)], live=True)
    assert isinstance(source, CompressedFile)
    blocks = drain(source, looks=1, limit=100_003)
    assert data_of(blocks) == plain
    assert all(len(block.data) <= 100_003 for block in blocks)
    assert (source.state, source.note, source.consumed) == (SourceState.DONE, None, path.stat().st_size)
    assert source.fetch(1_000_000, 500) == plain[1_000_000:1_000_500]
    assert source.fetch(len(plain) - 5, 6) is None
    source.close()


@pytest.mark.parametrize("kind", PACKERS)
def test_broken_compressed_files_give_what_can_be_read(
    tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = b"".join(noise(number) + b"\n" for number in range(12_000))
    packed = PACKERS[kind](plain)
    path = tmp_path / "x"

    def read(content: bytes) -> tuple[bytes, Note | None]:
        path.write_bytes(content)
        (source,) = open_sources([str(path)], live=False)
        data = data_of(drain(source, looks=1))
        source.close()
        return data, source.note

    half = len(packed) // 2
    cut, note = read(packed[:half])
    assert plain.startswith(cut)
    assert note == Note(Code.CUT_SHORT, at=len(cut))
    after, note = read(packed + b"and then some text\n")
    assert (after, note) == (plain, Note(Code.GARBAGE_AFTER, at=len(plain)))
    hurt, note = read(packed[:half] + bytes(255 - byte for byte in packed[half : half + 200]) + packed[half + 200 :])
    assert note is not None
    assert note.code in (Code.DAMAGED, Code.CUT_SHORT, Code.GARBAGE_AFTER)
    parts = [f"{len(part) / len(plain):.0%} read" for part in (cut, hurt)]
    say(capsys, f"{kind}: cut in half {parts[0]}, damaged in the middle {parts[1]}")
    assert len(cut) > len(plain) // 4


@pytest.mark.parametrize("kind", PACKERS)
def test_bombs_are_capped(tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    packed = PACKERS[kind](b"0" * (100 << 20))
    path = tmp_path / "bomb"
    path.write_bytes(packed)
    source = CompressedFile(str(path), "bomb")
    size = 0
    while block := source.read(1 << 20):
        size += len(block.data)
    say(capsys, f"{kind} bomb {(100 << 20) // len(packed)}:1 stopped after {size >> 20} MiB")
    assert source.note
    assert source.note.code is Code.BOMB_CAPPED
    assert size < 80 << 20
    source.close()


@given(
    data=st.binary(max_size=200),
    head=st.sampled_from([gzip.compress(b""), bz2.compress(b""), zstd.compress(b""), b"\xfd7zXZ\0"]),
)
@settings(max_examples=200, deadline=None)
def test_hostile_streams_end_with_a_note(data: bytes, head: bytes) -> None:
    inflater = Inflater()
    inflater.push(head + data)
    inflater.end()
    while not inflater.finished:
        inflater.pull(1000)
    assert inflater.verdict is None or inflater.verdict.at == inflater.produced


def piped(*, live: bool, room: int, patience: float | None = None) -> tuple[int, Pipe]:
    reading, writing = os.pipe()
    return writing, Pipe("stdin", Pump(reading, patience=patience, room=room), live=live)


def write_all(fd: int, data: bytes) -> None:
    with os.fdopen(fd, "wb") as file:
        file.write(data)


@pytest.mark.parametrize("kind", ["plain", *PACKERS])
def test_piped_input_is_read_to_its_end(kind: str) -> None:
    plain = lines(0, 30_000)
    packed = PACKERS[kind](plain) if kind in PACKERS else plain
    writing, source = piped(live=False, room=50_000)
    writer = Thread(target=write_all, args=(writing, packed))
    writer.start()
    data = drain_pipe(source)
    writer.join()
    source.close()
    assert data == plain
    assert codes(source) == [Code.INPUT_ENDED]
    assert source.state is SourceState.DONE


def test_ten_times_too_much_input_is_bounded_and_counted(capsys: pytest.CaptureFixture[str]) -> None:
    room = 200_000
    writing, source = piped(live=True, room=room, patience=0.0)
    written = b""
    blocks: list[Block] = []
    for number in range(50):
        chunk = lines(len(written) // len(lines(0, 1)), 1000)
        write_whole(writing, chunk)
        written += chunk
        if number % 10 == 9:
            blocks += drain(source, looks=1, limit=7001)
    os.close(writing)
    while source.state is SourceState.OPEN:
        source.wait(5)
        blocks += drain(source, looks=1)
    source.close()
    (told,) = [note for note in source.notes if note.code is Code.OVERLOADED]
    kept = len(data_of(blocks))
    say(
        capsys,
        f"10 × overload: {len(written)} bytes written, {kept} kept, {told.lost} dropped and said, {told.times} times",
    )
    assert told.lost
    assert kept + told.lost == len(written)
    assert kept <= 6 * room + (1 << 20)
    for block in blocks:
        assert block.data == written[block.offset : block.offset + len(block.data)]
    starts = [block for before, block in pairwise(blocks) if block.generation != before.generation]
    assert starts
    assert all(written[: block.offset].endswith(b"\n") for block in starts)


def write_whole(fd: int, data: bytes) -> None:
    while data:
        data = data[os.write(fd, data) :]


def test_input_that_ended_live_is_down_and_never_blocks() -> None:
    writing, source = piped(live=True, room=1 << 20)
    assert source.read() is None
    os.write(writing, b"one")
    source.wait(5)
    assert source.read() is None  # too short to tell whether it is compressed
    os.close(writing)
    assert drain_pipe(source) == b"one"
    assert (source.state, source.note) == (SourceState.DOWN, Note(Code.INPUT_ENDED, at=3))
    source.close()
    source.close()


def test_piped_input_keeps_the_descriptor_of_the_caller(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(lines(0, 100))
    with path.open("rb") as given:
        (source,) = open_sources(["-"], live=False, stdin=given)
        assert isinstance(source, Pipe)
        assert drain_pipe(source) == lines(0, 100)
        source.close()
        assert not given.closed
    (closed,) = open_sources(["-"], live=False, stdin=999)
    assert (closed.state, closed.note) == (SourceState.UNREADABLE, Note(Code.UNREADABLE, errno="EBADF"))
    with pytest.raises(OSError, match="Bad file"):
        open_piped(999, "x", live=False)


def test_a_named_pipe_waits_for_its_next_writer(tmp_path: Path) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    (source,) = open_sources([str(path)], live=True)
    assert isinstance(source, Pipe)
    assert source.read() is None
    path.write_bytes(lines(0, 3))
    assert drain_pipe(source) == lines(0, 3)
    assert source.state is SourceState.DOWN
    path.write_bytes(lines(3, 3))
    blocks: list[Block] = []
    while not blocks:
        blocks = drain(source, looks=1)
    assert (data_of(blocks), blocks[0].generation) == (lines(3, 3), 1)
    assert Code.CAME_BACK in codes(source)
    source.close()


def run_command(source: Command | CommandHistory) -> bytes:
    pieces = []
    while source.state is SourceState.OPEN:
        pieces += drain(source, looks=1)
    return data_of(pieces)


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def test_a_command_is_restarted_with_growing_pauses() -> None:
    clock = [0.0]
    source = Command("x", CommandSpec(python("print('a line')")), live=True, monotonic=lambda: clock[0])
    pauses = []
    for generation in range(8):
        block = None
        while block is None:
            block = source.read()
        assert (block.data + run_command(source), block.generation) == (b"a line\n", generation)
        assert source.note
        assert (source.state, source.note.code, source.note.status) == (SourceState.DOWN, Code.COMMAND_EXITED, 0)
        pauses.append(source.note.seconds or 0.0)
        clock[0] += pauses[-1] - 0.1
        assert source.read() is None
        clock[0] += 0.1
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    source.close()


def test_a_name_is_shown_without_the_secrets_in_it(tmp_path: Path) -> None:
    for name, gone in (("dump-of-ana.perez@mail.example.log", "perez"), ("password=hunter2Correct.log", "hunter2")):
        (tmp_path / name).write_bytes(b"x\n")
        sources = SourceSet([str(tmp_path / name)], live=False)
        assert gone not in sources.sources[0].name
        sources.close()
    assert shown_name("api-7d9c5b6f4-x2x9k_2026-11-19T22.log") == "api-7d9c5b6f4-x2x9k_2026-11-19T22.log"


def test_commands_that_fail_say_so_and_none_outlives_the_source() -> None:
    failing = Command("x", CommandSpec(python("raise SystemExit(3)")), live=False, monotonic=lambda: 0.0)
    assert run_command(failing) == b""
    assert (failing.state, failing.note) == (SourceState.UNREADABLE, Note(Code.COMMAND_EXITED, status=3))
    missing = Command("x", CommandSpec(("/no/such/command",)), live=True, monotonic=lambda: 0.0)
    assert missing.read() is None
    assert (missing.state, missing.note) == (SourceState.UNREADABLE, Note(Code.UNREADABLE, errno="ENOENT"))
    endless = Command(
        "x",
        CommandSpec(python("import os,time;print(os.getpid(),flush=True);time.sleep(999)")),
        live=True,
        monotonic=lambda: 0.0,
    )
    block = None
    while block is None:
        block = endless.read()
    endless.close()
    with pytest.raises(ProcessLookupError):
        os.kill(int(block.data), 0)


def test_history_of_a_command_comes_by_pages() -> None:
    spec = CommandSpec(("unused",), history=python("[print('page', {page}) for _ in range(3 - {page})]"))
    source = CommandHistory("x", spec)
    assert run_command(source) == b"page 0\n" * 3 + b"page 1\n" * 2 + b"page 2\n"
    assert source.state is SourceState.DONE
    capped = CommandHistory("x", CommandSpec(("unused",), history=python("print({page})"), pages=2))
    assert run_command(capped) == b"0\n1\n"


def test_each_file_is_opened_once(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(lines(0, 5))
    (tmp_path / "link.log").symlink_to(path)
    (tmp_path / "hard.log").hardlink_to(path)
    other = tmp_path / "sub" / "a.log"
    other.parent.mkdir()
    other.write_bytes(lines(5, 5))
    sources = open_sources([str(tmp_path / "*.log"), str(path), str(other), str(tmp_path / "link.log")], live=True)
    assert [source.name for source in sources] == ["a.log", "sub/a.log"]
    for source in sources:
        source.close()


def test_a_pattern_follows_rotation_without_reading_anything_twice(tmp_path: Path) -> None:
    base = tmp_path / "app.log"
    base.write_bytes(lines(200, 100))
    (tmp_path / "app.log.1").write_bytes(lines(100, 100))
    (tmp_path / "app.log.2.gz").write_bytes(gzip.compress(lines(0, 100)))
    sources = SourceSet([str(tmp_path / "app.log*")], live=True)
    blocks = [drain(source) for source in sources.sources]
    for generation in range(3):
        (tmp_path / "app.log.1").rename(tmp_path / "app.log.2")
        shutil.copyfile(base, tmp_path / "app.log.1") if generation == 1 else base.rename(tmp_path / "app.log.1")
        base.write_bytes(lines(300 + 100 * generation, 100))
        sources.rescan()
        blocks += [drain(source) for source in sources.sources]
    (tmp_path / "app.log.3.gz").write_bytes(gzip.compress((tmp_path / "app.log.2").read_bytes()))
    assert sources.rescan() == ()
    (tmp_path / "app.log-new").write_bytes(lines(600, 100))
    (fresh,) = sources.rescan()
    blocks.append(drain(fresh))
    read = b"".join(data_of(some) for some in blocks)
    assert sorted(read.splitlines()) == lines(0, 700).splitlines()
    sources.close()


def test_a_link_that_swaps_to_a_file_of_its_own_source_is_not_read_twice(tmp_path: Path) -> None:
    (tmp_path / "day-a").write_bytes(lines(0, 50))
    (tmp_path / "now").symlink_to(tmp_path / "day-a")
    sources = SourceSet([str(tmp_path / "now"), str(tmp_path / "day-*")], live=True)
    blocks = [drain(source) for source in sources.sources]
    (tmp_path / "day-b").write_bytes(lines(50, 50))
    sources.rescan()
    (tmp_path / "next").symlink_to(tmp_path / "day-b")
    (tmp_path / "next").replace(tmp_path / "now")
    blocks += [drain(source) for source in sources.sources]
    assert b"".join(data_of(some) for some in blocks) == lines(0, 100)
    sources.close()


def test_a_pattern_without_a_match_waits_for_one(tmp_path: Path) -> None:
    sources = SourceSet([str(tmp_path / "*.log")], live=True)
    (nothing,) = sources.sources
    assert (nothing.state, nothing.note) == (SourceState.UNREADABLE, Note(Code.NO_MATCH))
    assert nothing.read() is None
    (tmp_path / "a.log").write_bytes(lines(0, 2))
    (found,) = sources.rescan()
    assert data_of(drain(found)) == lines(0, 2)
    assert (nothing.state, nothing.note, sources.rescan()) == (SourceState.DONE, None, ())
    sources.close()


def test_odd_files_give_a_note_and_no_crash(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    names = ["folder", "loop", "missing", "folder/missing", "missing/x"]
    sources = SourceSet([*(str(tmp_path / name) for name in names), "cmd:none", "nul\0byte"], live=True)
    found = [(source.state, source.note.errno or source.note.code.value) for source in sources.sources if source.note]
    assert found == [
        (SourceState.UNREADABLE, reason)
        for reason in ("EISDIR", "ELOOP", "ENOENT", "ENOENT", "ENOENT", "command_unknown", "EINVAL")
    ]
    assert all(source.read() is None for source in sources.sources)
    (tmp_path / "missing").write_bytes(lines(0, 2))
    assert data_of(drain(sources.sources[2])) == lines(0, 2)
    assert sources.sources[2].state is SourceState.OPEN
    sources.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_recovers(log: Log) -> None:
    path, source = log
    path.chmod(0)
    locked = PlainFile(str(path), "x", live=True)
    assert (locked.state, locked.note) == (SourceState.UNREADABLE, Note(Code.UNREADABLE, errno="EACCES"))
    path.chmod(0o600)
    assert data_of(drain(locked)) == data_of(drain(source))
    locked.close()


HOSTILE_NAMES = [
    b"a\x1b[31mred.log",
    b"[@click=app.quit]x.log",
    b"\xff\xfe.log",
    "a\u202egol.log".encode(),
    b"-x\n.log",
]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_names_are_shown_as_pictures(tmp_path: Path, name: bytes) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/" + name)
    Path(path).write_bytes(lines(0, 2))
    (source,) = open_sources([path], live=True)
    assert data_of(drain(source)) == lines(0, 2)
    source.name.encode()
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or 0x202A <= ord(char) <= 0x202E for char in source.name)
    source.close()
