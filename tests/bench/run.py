"""guardia, DuckDB and lnav at the same work on one machine in one go: `python -m tests.bench.run [--lines N]`.

The work: the events of every metric by the minute, with the p95 of their durations. All three have to count the same.
Each is a process of its own, measured whole; of several rounds, in turn, the fastest counts. DuckDB (`pip install
duckdb`) and lnav are optional: what is missing is left out.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench import make

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

HERE = Path(__file__).resolve().parent
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one process: seconds of the wall, seconds of all cores, peak memory in MiB."""

    wall: float
    cpu: float
    peak: float


def measured(command: Sequence[str]) -> tuple[Cost, bytes]:
    """Run a program to its end."""
    started = time.perf_counter()
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, cwd=HERE.parents[1])
        _pid, _status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - started
        child.returncode = 0
        out.seek(0)
        return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024), out.read()


def guardia(log: Path) -> tuple[Cost, Mapping[str, int]]:
    """`check --json`."""
    cost, out = measured([sys.executable, "-m", "tui", "check", str(log), "--json"])
    return cost, {metric: found["events"] for metric, found in json.loads(out)["metrics"].items() if found["events"]}


def duckdb(log: Path) -> tuple[Cost, Mapping[str, int]]:
    """The same fields to the same counts by the minute and p95."""
    cost, out = measured([sys.executable, str(HERE / "duck.py"), str(log)])
    return cost, json.loads(out)


def lnav(log: Path) -> tuple[Cost, Mapping[str, int]]:
    """Its SQL over the log, without a screen; lnav has no quantile, which spares it that work."""
    with tempfile.TemporaryDirectory() as folder:
        formats = Path(folder) / "formats" / "bench"
        formats.mkdir(parents=True)
        shutil.copy(HERE / "lnav_format.json", formats / "format.json")
        query = ";SELECT log_body AS message, strftime('%Y-%m-%dT%H:%M', log_time) AS minute, "
        query += "count(*) AS n, avg(durationMs) AS mean FROM guardia_bench "
        query += "WHERE log_body LIKE 'METRIC%' GROUP BY log_body, minute"
        command = ["lnav", "-n", "-q", "-I", folder, "-c", query, "-c", ":write-json-to -", str(log)]
        cost, out = measured(command)
    counts: dict[str, int] = {}
    for row in json.loads(out or b"[]"):
        counts[row["message"]] = counts.get(row["message"], 0) + row["n"]
    return cost, counts


def contest(log: Path) -> dict[str, Cost]:
    """Let all programs count one log; they have to agree."""
    able: dict[str, Callable[[Path], tuple[Cost, Mapping[str, int]]]] = {"guardia": guardia}
    if find_spec("duckdb"):
        able["DuckDB"] = duckdb
    if shutil.which("lnav"):
        able["lnav"] = lnav
    costs: dict[str, list[Cost]] = {name: [] for name in able}
    counts: dict[str, Mapping[str, int]] = {}
    for number in range(ROUNDS):
        for name, program in able.items():
            if name != "lnav" or number == 0:
                cost, counts[name] = program(log)
                costs[name].append(cost)
    for name, found in counts.items():
        if dict(found) != dict(counts["guardia"]):
            print(f"!! {name} counts otherwise: {dict(found)} instead of {dict(counts['guardia'])}", file=sys.stderr)
    return {name: min(each, key=lambda cost: cost.wall) for name, each in costs.items()}


def main() -> None:
    """Make the data, run everything, print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--lines", type=int, default=2_000_000)
    arguments.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "guardia-bench")
    arguments.add_argument("--only", choices=["check", "inside"], default=None)
    said = arguments.parse_args()
    said.folder.mkdir(exist_ok=True)
    log, junk = said.folder / f"clean-{said.lines}.ndjson", said.folder / f"junk-{said.lines}.ndjson"
    make.clean(log, said.lines)
    make.with_junk(junk, log)
    if said.only != "inside":
        _print_contests(log, junk)
    if said.only != "check":
        from tests.bench import inside, terminal

        inside.report(log, said.folder)
        terminal.report(log, said.folder)


def _print_contests(log: Path, junk: Path) -> None:
    size = log.stat().st_size / 2**20
    print(f"| {size:.0f} MiB | wall s | CPU s | peak MiB | guardia / it |\n| --- | --- | --- | --- | --- |")
    results = {"clean": contest(log), "5 % junk": contest(junk)}
    for kind, costs in results.items():
        own = costs["guardia"]
        for name, cost in costs.items():
            ratio = f"{own.wall / cost.wall:.2f} ×"
            print(f"| {name}, {kind} | {cost.wall:.2f} | {cost.cpu:.2f} | {cost.peak:.0f} | {ratio} |")
    clean, dirty = results["clean"]["guardia"], results["5 % junk"]["guardia"]
    print(f"\nJunk costs {dirty.wall / clean.wall:.2f} × (CPU {dirty.cpu / clean.cpu:.2f} ×).", flush=True)


if __name__ == "__main__":
    main()
