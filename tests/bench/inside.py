"""What only the program itself can measure: boards, memory, the launch, following."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from itertools import islice
from statistics import quantiles
from threading import Event, Thread
from typing import TYPE_CHECKING

from tests.bench import make
from tui.drill.generate import Plan, generate
from tui.logs.opening import SourceSet
from tui.logs.parse import Parser
from tui.runbook.load import load_runbook
from tui.session.clock import Cursor, WallClock
from tui.session.command_post import CommandPost, Place
from tui.session.engine import Engine

if TYPE_CHECKING:
    from pathlib import Path

_LAUNCH = """
from time import perf_counter
from datetime import UTC
from tui.logs.opening import SourceSet
from tui.runbook.load import load_runbook
from tui.session.clock import WallClock
from tui.session.engine import Engine
import sys, textual.app
run = Engine(load_runbook(None, "en"), SourceSet([sys.argv[1]], live=True), clock=WallClock(), mode="live", zone=UTC,
             newest_first=True, cap=7_500_000)
assert run.advance() is not None
"""


def p95(values: list[float]) -> float:
    """The 95th percentile."""
    return quantiles(values, n=20)[-1]


def report(log: Path, folder: Path) -> None:
    """Print everything."""
    print(f"| start-up | s |\n| --- | --- |\n| `--help` | {fastest([sys.executable, '-m', 'tui', '--help']):.2f} |")
    for name, path in (("1 MB", sized(log, folder, 1 << 20)), ("5 GB", sized(log, folder, 5 << 30))):
        print(f"| launch to the first board, {name} | {fastest([sys.executable, '-c', _LAUNCH, str(path)]):.2f} |")
    idle, busy, lag, rate = following(folder)
    print(f"| idle, share of a core | {idle:.1%} |\n| {rate:,.0f} lines/s: lag p95 | {lag:.2f} |")
    print(f"| the same: share of a core | {busy:.0%} |", flush=True)
    p95_ms, slowest = moving(log, folder)
    print(f"| a move in review, p95 / slowest, ms | {p95_ms * 1000:.0f} / {slowest * 1000:.0f} |", flush=True)
    for cap in (None, 7_500_000):
        boards(log, cap)


def fastest(command: list[str]) -> float:
    """Seconds of the fastest of five runs."""
    seconds = []
    for _round in range(5):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def sized(log: Path, folder: Path, size: int) -> Path:
    """A plain log of about that size: the same one again and again."""
    path = folder / f"sized-{size}.ndjson"
    if not path.exists():
        with path.open("wb") as out, log.open("rb") as source:
            while out.tell() < size:
                data = source.read(min(size - out.tell(), 1 << 24))
                if not data:
                    source.seek(0)
                out.write(data)
    return path


def moving(log: Path, folder: Path) -> tuple[float, float]:
    """Seconds from a wish to be elsewhere to all that the screen shows there: p95, and the slowest."""
    run = Engine(load_runbook(None, "en"), SourceSet([str(log)], live=False), clock=Cursor(make.START), mode="review",
                 zone=UTC, cap=7_500_000)  # fmt: skip
    post = CommandPost(run, Place(folder / "data", ("@ana",)))
    run.drain()
    post.advance()
    transport = post.transport
    assert transport is not None
    costs = []
    for step in range(100):
        started = time.perf_counter()
        post.seek(transport.first + (transport.last - transport.first) * ((37 * step % 101) / 101))
        assert post.advance() is not None
        post.recent(500)
        costs.append(time.perf_counter() - started)
    post.close()
    return p95(costs), max(costs)


def boards(log: Path, cap: int | None) -> None:
    """Cost of one board, and memory, as the store grows; more events than the log has are copies, a day later each."""
    loaded = load_runbook(None, "en")
    run = Engine(loaded, SourceSet([str(log)], live=False), clock=Cursor(make.START), mode="review", zone=UTC, cap=cap)
    print(f"\nRows kept: {cap or 'all'}\n\n| events | board p95 ms | memory MiB |\n| --- | --- | --- |")
    stations = [100_000, 2_000_000, 10_000_000]
    source = log.open("rb")
    days, offset, line_day = 0, 0, make.START
    from tui.logs.envelope import Peeler

    peeler, parser = Peeler(loaded.runbook.record), Parser(loaded.runbook, source=0)
    events = 0
    while stations:
        block = source.read(8 << 20)
        if not block:
            source.seek(0)
            days += 1
            continue
        if days:
            block = _later(block, days)
        parsed = parser.parse(peeler.feed(block, offset))
        offset += len(block)
        events += parsed.events.height
        run.store.add(parsed)
        if parsed.tally.last:
            line_day = parsed.tally.last
        if events >= stations[0]:
            stations.pop(0)
            print(f"| {events:,} | {_board_cost(run, line_day) * 1000:.1f} | {_memory():.0f} |", flush=True)
    source.close()
    run.close()


def _later(block: bytes, days: int) -> bytes:
    for day in range(2, 16)[::-1]:
        date = make.START + timedelta(days=day - 2 + 14 * days)
        block = block.replace(f'"2026-03-{day:02}T'.encode(), f'"{date:%Y-%m-%d}T'.encode())
    return block


def _board_cost(run: Engine, now: datetime) -> float:
    run.board(now)
    costs = []
    for step in range(40):
        started = time.perf_counter()
        run.board(now - timedelta(seconds=40 - step))
        costs.append(time.perf_counter() - started)
    return p95(costs)


def _memory() -> float:
    with open("/proc/self/statm") as statm:  # noqa: PTH123 - no file of ours
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def following(folder: Path, seconds: int = 20, rate: int = 20_000) -> tuple[float, float, float, float]:
    """Share of a core when idle and when busy, the lag's p95 in seconds, and the lines a second there really were.

    The lag is that of what a board shows: from a line's writing to the board that counts it.
    """
    log = folder / "followed.ndjson"
    log.write_bytes(b"")
    sources = SourceSet([str(log)], live=True)
    run = Engine(load_runbook(None, "en"), sources, clock=WallClock(), mode="live", zone=UTC, cap=7_500_000)
    _watch(run, 2)
    idle = _watch(run, 10)[0] / 10
    written: list[tuple[int, float]] = []
    stop = Event()
    start = datetime.now(UTC).replace(second=0, microsecond=0)
    drill = generate(Plan("calm", 3, start, minutes=600, per_second=20))
    lines = [line.data for line in islice(drill, 200_000)]
    writer = Thread(target=_write, args=(log, lines, rate, written, stop))
    writer.start()
    used, seen = _watch(run, seconds)
    stop.set()
    writer.join()
    run.close()
    lags = []
    for count, at in written:
        shown = next((moment for moment, lines_ in seen if lines_ >= count), None)
        if shown is not None:
            lags.append(shown - at)
    log.unlink()
    total, last = written[-1]
    return idle, used / seconds, p95(lags), total / (last - written[0][1])


def _watch(run: Engine, seconds: float) -> tuple[float, list[tuple[float, int]]]:
    """Look as the app does; CPU seconds of this thread and its helpers, and when each board had how many lines."""
    seen: list[tuple[float, int]] = []
    until, used = time.monotonic() + seconds, time.process_time()
    while time.monotonic() < until:
        board = run.advance()
        if board is not None:
            seen.append((time.monotonic(), sum(source.lines for source in board.sources)))
        time.sleep(0.02 if board is not None and not board.final else 0.25)
    return time.process_time() - used, seen


def _write(log: Path, lines: list[bytes], rate: int, written: list[tuple[int, float]], stop: Event) -> None:
    """Append in small lots, twenty times a second."""
    lot, count, began = rate // 20, 0, time.monotonic()
    with log.open("ab", buffering=0) as out:
        while not stop.is_set():
            at = count % (len(lines) - lot)
            out.write(b"".join(lines[at : at + lot]))
            count += lot
            written.append((count, time.monotonic()))
            stop.wait(max(0.0, began + count / rate - time.monotonic()))
