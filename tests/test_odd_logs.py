"""Logs as they come: byte by byte, with wrong clocks, beside what is no log at all. Through the whole engine."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.proofs import say, size
from tests.test_rotation import NOW, event
from tui.drill.generate import Plan, generate
from tui.logs.opening import SourceSet
from tui.logs.source import SourceState
from tui.present.notes import note_sentence
from tui.runbook.load import load_runbook
from tui.session.clock import Cursor
from tui.session.engine import Engine

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tui.metrics.board import Episode

LOADED = load_runbook(None, "en")
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
MINUTES = 40
END = START + timedelta(minutes=MINUTES)


def engine(*paths: Path, now: datetime = NOW) -> Engine:
    sources = SourceSet([str(path) for path in paths], live=True)
    return Engine(LOADED, sources, clock=Cursor(now), mode="live", zone=UTC, wall=Cursor(now))


def test_bytes_that_come_one_by_one_make_the_lines_that_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No line is read before it is whole, not even one whose characters are cut; the last one waits for its end."""
    records = [event(number).replace(b"/me", "/me/ñ€😀".encode()) for number in range(size(2, 12))]
    log = tmp_path / "app.log"
    log.touch()
    run = engine(log)
    written = wrong = 0
    with log.open("ab", buffering=0) as out:
        for byte in b"".join(records).removesuffix(b"\n"):
            out.write(bytes([byte]))
            run.drain()
            written += byte == ord("\n")
            wrong += run.reader.statuses()[0].lines != written
        held = run.reader.statuses()[0].lines
        out.write(b"\n")
    run.drain()
    status = run.reader.statuses()[0]
    run.close()
    say(capsys, f"partial lines: {log.stat().st_size} writes of one byte, {wrong} looks gave a wrong count of lines")
    assert (wrong, held) == (0, len(records) - 1)
    assert (status.events, status.rejected) == (len(records), ())


def test_clocks_that_are_a_day_off_change_neither_now_nor_any_alert(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = [line.data for line in generate(Plan("combined", 3, START, minutes=MINUTES)) if b'"METRIC_' in line.data]
    skewed = [
        line.data
        for hours in (-24, 24)
        for line in generate(Plan("combined", 4, START + timedelta(hours=hours), minutes=MINUTES))
        if b'"METRIC_' in line.data
    ]
    calm, mixed = tmp_path / "calm.log", tmp_path / "mixed.log"
    calm.write_bytes(b"".join(sound))
    mixed.write_bytes(
        b"".join(a for pair in zip(sound, skewed, strict=False) for a in pair) + b"".join(sound[len(skewed) :])
    )
    found = [alerts_at_the_end(calm), alerts_at_the_end(mixed)]
    say(
        capsys,
        f"times: {len(skewed)} of {len(sound) + len(skewed)} records a day ahead or behind:"
        f" {len(found[0][1])} alerts either way",
    )
    assert found[0][0] == found[1][0] == END
    assert found[0][1]
    assert found[0][1] == [alert for alert in found[1][1] if alert.pending_at >= START]


def alerts_at_the_end(log: Path) -> tuple[datetime | None, list[Episode]]:
    run = engine(log, now=END)
    run.drain()
    alerts = list(run.board(END).alerts)
    end = run.end()
    run.close()
    return end, alerts


def test_what_is_no_log_is_said_and_the_log_beside_it_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(b"".join(map(event, range(50))))
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "fifo")
    names = ["folder", "loop", "dangling", "missing", "missing/x", "\x1b]0;x\x07[red].log", "a" * 300]
    run = engine(log, tmp_path / "fifo", *(tmp_path / name for name in names))
    run.drain()
    first, fifo, *odd = run.reader.statuses()
    (tmp_path / "missing").write_bytes(event(99))
    log.unlink()
    for _look in range(5):
        run.drain()
    later = run.reader.statuses()
    run.close()
    said = [note_sentence(note) for status in odd for note in status.notes]
    say(
        capsys, f"odd files: {len(odd)} that are no log, {len(said)} said, {first.events} of 50 events beside them read"
    )
    assert first.events == 50
    assert fifo.state is SourceState.OPEN
    assert {status.state for status in odd} == {SourceState.UNREADABLE}
    assert len(said) == len(odd)
    assert all(text.isprintable() for text in (*said, *(status.name for status in odd)))
    assert later[0].state is SourceState.DOWN
    assert later[2 + names.index("missing")].events == 1
