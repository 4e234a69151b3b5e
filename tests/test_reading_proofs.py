"""Times in every spelling, compressed logs however they end, files nobody lets us read, input without a keyboard.

Each through the whole engine or the program itself, with its figure.
"""

from __future__ import annotations

import json
import os
import pty
import random
import shutil
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from tests import boards
from tests.proofs import say, size
from tests.test_odd_logs import engine
from tests.test_rotation import NOW, event
from tests.test_sources import PACKERS
from tests.test_terminal import ROOT, terminal
from tui.locale import use
from tui.logs.source import Code, SourceState
from tui.present.notes import note_sentence
from tui.present.pages import source_lines
from tui.present.spans import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.test_terminal import Terminal
    from tui.logs.source import Note

__all__ = ["terminal"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


# --- times ----------------------------------------------------------------------------------------------------------


def spellings(at: datetime) -> list[str | int]:
    """Every way to write a whole second, as JSON has it."""
    iso, since = f"{at:%Y-%m-%dT%H:%M:%S}", (at - EPOCH) // SECOND
    found: list[str | int] = [f"{iso}Z", f"{iso}z", f"{iso}.000Z", f"{iso}.000000000Z", iso.replace("T", " ") + " UTC"]
    found += [f"{at.astimezone(timezone(zone)):%Y-%m-%dT%H:%M:%S%z}" for zone in (HOUR, -4.5 * HOUR, 13.75 * HOUR)]
    found += [form for scale in (1, 10**3, 10**6, 10**9) for form in (since * scale, str(since * scale))]
    if not at.second:
        found.append(f"{at - timedelta(minutes=1):%Y-%m-%dT%H:%M}:60Z")
    if not at.second and not at.minute and not at.hour:
        found.append(f"{at - 24 * HOUR:%Y-%m-%d}T24:00:00Z")
    return found


NO_TIMES: list[object] = [
    "9999-12-31T23:59:59Z", 253402300799000, "2026-13-01T00:00:00Z", "2026-11-19T24:00:01Z", "9" * 5000, "soon", "", [],
]  # fmt: skip


def stamped(number: int, written: object) -> bytes:
    return json.dumps(json.loads(event(number)) | {"timestamp": written}).encode() + b"\n"


def test_a_time_is_the_same_however_it_is_written_and_one_that_is_none_moves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dice = random.Random(5)  # noqa: S311 - a fixed order, not a secret
    midnight = NOW.replace(hour=0, minute=0)
    meant = [
        NOW - SECOND,
        midnight,
        midnight - HOUR,
        *(NOW - dice.randrange(10**6) * SECOND for _ in range(size(200, 5000))),
    ]
    forms = [(at, written) for at in meant for written in spellings(at)]
    dice.shuffle(forms)
    log = tmp_path / "app.log"
    sound = [stamped(number, written) for number, (_, written) in enumerate(forms)]
    none = [stamped(len(forms) + number, written) for number, written in enumerate(NO_TIMES)]
    log.write_bytes(b"".join([*sound[: len(sound) // 2], *none, *sound[len(sound) // 2 :]]))
    run = engine(log)
    run.drain()
    found = dict(run.store.events(NOW, 10**9).select("request_id", "at").iter_rows())
    wrong = sum(found.get(f"req_number{number}") != at for number, (at, _) in enumerate(forms))
    status, end = run.reader.statuses()[0], run.end()
    run.close()
    ways, refused = len(spellings(midnight)), dict(status.rejected)
    say(capsys, f"times: {len(forms)} records in {ways} spellings, {wrong} wrong; {len(none)} that are none: {refused}")
    assert wrong == 0
    assert refused == {"bad_time": len(none)}
    assert end == NOW


# --- compressed -----------------------------------------------------------------------------------------------------

SAID = {
    "en": ("cut short: the compressed file ends after", "lines"),
    "es": ("cortado: el archivo comprimido", "líneas"),
}


@pytest.mark.parametrize("kind", PACKERS)
def test_a_compressed_log_counts_as_far_as_it_goes_and_says_how_far_that_is(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack, count = PACKERS[kind], size(20_000, 200_000)
    records = [event(number) for number in range(count)]
    parts = [b"".join(records[start::3]) for start in range(3)]
    whole = pack(b"".join(records))
    ways: dict[str, tuple[bytes, Code | None]] = {
        "whole": (whole, None),
        "three members": (b"".join(map(pack, parts)), None),
        "cut in half": (whole[: len(whole) // 2], Code.CUT_SHORT),
        "garbage after": (whole + b"no compressed bytes\n", Code.GARBAGE_AFTER),
        "a bomb after": (whole + pack(b"0" * (size(100, 1000) << 20)), Code.BOMB_CAPPED),
    }
    read = {}
    for way, (data, code) in ways.items():
        log = tmp_path / f"{way}.log"
        log.write_bytes(data)
        run = engine(log)
        run.drain()
        (status,) = run.reader.statuses()
        board = run.board(NOW)
        run.close()
        read[way] = status.events
        assert [note.code for note in status.notes] == ([code] if code else []), way
        if code is Code.CUT_SHORT:
            for lang, (sentence, word) in SAID.items():
                use(lang)
                shown = " ".join(plain(line) for line in source_lines(boards.situation(board, lang=lang), None, 80))
                assert sentence in " ".join(shown.split())
                assert f"{word} {status.lines:,}".replace(",", " ") in shown
    say(capsys, f"{kind}: of {count} events " + ", ".join(f"{way} {events}" for way, events in read.items()))
    assert 0 < read.pop("cut in half") < count
    assert set(read.values()) == {count}


# --- what may not be read -------------------------------------------------------------------------------------------


@contextmanager
def nobody_special() -> Iterator[None]:
    """Without the rights of root, who may read everything."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_what_may_not_be_read_or_even_looked_at_is_said_and_read_once_it_may(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    paths = [tmp_path / "locked.log", closed / "app.log"]
    for number, path in enumerate(paths):
        path.write_bytes(event(number))
    paths[0].chmod(0)
    closed.chmod(0o400)
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    with nobody_special():
        run = engine(*paths, closed / "*.log", tmp_path / ("x" * 300))
        run.drain()
        before = run.reader.statuses()
    closed.chmod(0o700)
    paths[0].chmod(0o600)
    for _look in range(5):
        run.drain()
    after = run.reader.statuses()
    run.close()
    said = {lang: [sentences(lang, status.notes) for status in before] for lang in SAID}
    say(
        capsys,
        f"{len(before)} sources that may not be read: {len(said['en'])} said, {sum(s.events for s in after)} of"
        f" {len(paths)} events read once they might",
    )
    assert {status.state for status in before} == {SourceState.UNREADABLE}
    assert [status.state for status in after[:2]] == [SourceState.OPEN] * 2
    assert [status.events for status in after[:2]] == [1, 1]
    assert "permissions" in said["en"][0]
    assert "permisos" in said["es"][0]
    assert not any("EACCES" in text for texts in said.values() for text in texts)


def sentences(lang: str, notes: tuple[Note, ...]) -> str:
    use(lang)
    return " ".join(map(note_sentence, notes))


# --- input ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", SAID)
def test_piped_input_without_a_keyboard_ends_at_once_and_says_what_to_use(lang: str, tmp_path: Path) -> None:
    person, program = pty.openpty()
    command = [sys.executable, "-m", "tui", "watch", "-", "--lang", lang, "--data-dir", str(tmp_path)]
    shown = subprocess.run(
        command, input=event(1), stdout=program, stderr=subprocess.PIPE, start_new_session=True, cwd=ROOT, timeout=60,
        check=False,
    )  # fmt: skip
    os.close(program)
    os.close(person)
    assert shown.returncode == 2
    assert "guardia check --follow -" in shown.stderr.decode()


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_the_board_stays_and_takes_keys_when_its_input_has_ended(
    terminal: Callable[[int, int], Terminal], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log, count = tmp_path / "app.log", 500
    log.write_bytes(b"".join(map(event, range(count))))
    pane = terminal(100, 30)
    pane.run_shell(
        f"cat '{log}' | HOME='{tmp_path}' TERM=xterm-256color '{sys.executable}' -m tui watch - --lang en"
        f" --data-dir '{tmp_path}'"
    )
    pane.until(lambda screen: "input ended after" in screen)
    pane.keys("o")
    shown = pane.until(lambda screen: f"events {count}" in screen)
    pane.keys("q")
    pane.until(lambda screen: "ended with 0" in screen)
    say(capsys, f"input that ended: said, {count} of {count} events counted, keys taken, ended with 0 at q")
    assert f"input ended after {log.stat().st_size:,}".replace(",", " ") in shown
