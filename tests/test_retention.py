"""Retention (runbook §9): what is past its class goes from the store, from copies and from bundles, and is recorded."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from errno import EPERM
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
from hypothesis import given
from hypothesis import strategies as st

from tests.test_cli import guardia, schema
from tui.incident.entries import Declared, Mitigated
from tui.incident.entries import Pruned as PrunedEntry
from tui.incident.fold import fold
from tui.incident.journal import Journal, OsDisk, team_folder
from tui.incident.record import Entry, Recorded, Stamp
from tui.logs.opening import SourceSet
from tui.metrics.retention import kept_since, past_retention
from tui.runbook.load import load_runbook
from tui.session.clock import Cursor
from tui.session.copies import keep_copies
from tui.session.engine import Engine
from tui.session.evidence import find
from tui.session.excerpt import excerpt
from tui.session.prune import Kept, kept_files, prune, strictest_limit

if TYPE_CHECKING:
    from subprocess import CompletedProcess

    from tui.incident.facts import Found
    from tui.session.engine import Mode

LOADED = load_runbook(None, "en")
RULES = LOADED.runbook
NOW = datetime(2026, 11, 19, 22, 0, tzinfo=UTC)
BASE = RULES.silence.metric
CRITICAL = next(metric.id for metric in RULES.metrics if metric.retention != RULES.metric(BASE).retention)
DAY = timedelta(days=1)


def line(metric: str, at: datetime, number: int) -> bytes:
    record = {
        "timestamp": at.isoformat().replace("+00:00", "Z"),
        "level": "info",
        "message": metric,
        "requestId": f"req_{number:08d}",
        "statusCode": 200,
        "durationMs": 5,
    }
    return json.dumps(record, separators=(",", ":")).encode() + b"\n"


def aged(ages: dict[str, list[int]]) -> bytes:
    """Lines of each metric, so many days old, oldest first."""
    rows = sorted((NOW - days * DAY, metric) for metric, all_days in ages.items() for days in all_days)
    return b"".join(line(metric, at, number) for number, (at, metric) in enumerate(rows))


def opened(path: Path, mode: Mode) -> Engine:
    clock = Cursor(NOW)
    engine = Engine(LOADED, SourceSet([str(path)], live=mode != "review"), clock=clock, mode=mode, zone=UTC)
    engine.drain()
    return engine


def ages_kept(engine: Engine, metric: str) -> list[int]:
    return [(NOW - at).days for at in engine.store.events(NOW, 1000, {metric})["at"]]


MANY = {BASE: [40, 20, 15, 14, 13, 1, 0], CRITICAL: [40, 31, 30, 29, 20, 0]}


def test_live_the_store_keeps_no_row_past_its_class_and_review_keeps_all(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(aged(MANY))
    live, review = opened(log, "live"), opened(log, "review")
    assert ages_kept(live, BASE) == [14, 13, 1, 0]
    assert ages_kept(live, CRITICAL) == [30, 29, 20, 0]
    assert live.store.trace("req_00000000").is_empty()
    assert ages_kept(review, BASE) == MANY[BASE]
    assert ages_kept(review, CRITICAL) == MANY[CRITICAL]
    assert live.board(NOW).dropped is None, "that is what a cap costs"
    assert past_retention(RULES, live.store, NOW) == past_retention(RULES, review.store, NOW)
    live.close()
    review.close()


def test_rows_age_out_while_it_runs_and_counts_stay(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(aged(MANY))
    engine = opened(log, "live")
    version = engine.store.version
    assert isinstance(engine.clock, Cursor)
    engine.clock.move(NOW + DAY)
    engine.read()
    assert ages_kept(engine, BASE) == [13, 1, 0]
    assert engine.store.version > version
    assert engine.store.kinds(BASE, (), None, NOW)["rows"].sum() == len(MANY[BASE])
    engine.close()


@given(st.dictionaries(st.sampled_from([BASE, CRITICAL]), st.lists(st.integers(0, 60), max_size=12)))
def test_exactly_the_events_past_their_class_are_counted(ages: dict[str, list[int]]) -> None:
    from tui.logs.envelope import Peeler
    from tui.logs.parse import Parser
    from tui.metrics.store import Store

    store = Store(RULES)
    peeler, parser = Peeler(RULES.record), Parser(RULES, source=0)
    for lines in (peeler.feed(aged(ages), 0), peeler.finish()):
        store.add(parser.parse(lines))
    store.add(parser.finish())
    keeps = {metric: (NOW - since).days for metric, since in kept_since(RULES, NOW).items()}
    told = {metric: sum(day > keeps[metric] for day in days) for metric, days in ages.items()}
    assert {one.metric: one.events for one in past_retention(RULES, store, NOW)} == {m: n for m, n in told.items() if n}


# --- check ------------------------------------------------------------------------------------------------------------


def test_check_says_which_rows_of_the_sources_are_past_their_class(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(aged(MANY))
    said = guardia("check", log, "--json")
    assert said.stderr.count("past retention") == 2
    assert "past retention (high volume): 3 events" in said.stderr
    jsonschema.validate(json.loads(said.stdout), schema("check"))
    log.write_bytes(aged({BASE: [13, 0], CRITICAL: [29]}))
    assert "past retention" not in guardia("check", log).stderr
    assert "past retention" not in guardia("check", log, "--at", "2026-11-10T00:00:00Z").stderr


# --- copies and prune -------------------------------------------------------------------------------------------------


def copy(data_dir: Path, number: int, metric: str, age: timedelta, now: datetime) -> Path:
    folder = data_dir / "evidence"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{number:064x}.json"
    path.write_text(json.dumps({"schema": 1, "metric": metric, "at": (now - age).isoformat()}))
    return path


def test_prune_deletes_what_is_past_its_class_and_nothing_else(tmp_path: Path) -> None:
    hour = timedelta(hours=1)
    stay = [copy(tmp_path, 1, BASE, 14 * DAY - hour, NOW), copy(tmp_path, 2, CRITICAL, 30 * DAY - hour, NOW)]
    go = [copy(tmp_path, 3, BASE, 14 * DAY + hour, NOW), copy(tmp_path, 4, CRITICAL, 30 * DAY + hour, NOW)]
    half = tmp_path / "evidence" / ".half.json.0a1b"
    half.write_bytes(b'{"metric":')
    link, outside = tmp_path / "evidence" / "link.json", tmp_path / "outside.json"
    outside.write_text(go[0].read_text())
    link.symlink_to(outside)
    done = prune(kept_files(tmp_path, RULES, NOW))
    assert {one.path for one in done.removed} == set(go)
    assert all(path.exists() for path in (*stay, half, link, outside))
    later = datetime.fromtimestamp(half.stat().st_mtime, UTC) + 15 * DAY
    assert half in {one.path for one in kept_files(tmp_path, RULES, later) if one.past}
    assert prune(kept_files(tmp_path, RULES, NOW)).removed == ()
    assert strictest_limit(RULES, NOW) == NOW - 14 * DAY


def test_a_copy_that_is_gone_already_is_no_mistake(tmp_path: Path) -> None:
    path = copy(tmp_path, 1, BASE, 99 * DAY, NOW)
    files = kept_files(tmp_path, RULES, NOW)
    path.unlink()
    done = prune(files)
    assert (done.removed, done.failed) == ((), ())


def found_in(engine: Engine, number: int) -> tuple[Found, ...]:
    return find(engine, f"req_{number:08d}")


def test_what_is_past_its_class_when_pinned_gets_no_copy(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(aged({BASE: [20, 13, 0]}))
    review = opened(log, "review")
    assert keep_copies(review, found_in(review, 0), tmp_path / "data") == ()
    (path,) = keep_copies(review, found_in(review, 1), tmp_path / "data")
    assert json.loads(path.read_bytes())["metric"] == BASE
    review.close()


def test_a_bundle_leaves_out_what_is_past_its_class(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(aged({BASE: [20, 13, 0], CRITICAL: [40, 20]}))
    review = opened(log, "review")
    declared = Declared(severity=RULES.severities[0].id, started=NOW - 60 * DAY)
    record = Recorded(Entry(declared, NOW, "@ana"), NOW, Stamp(0), "w", 1)
    resolved = Recorded(Entry(Mitigated(), NOW, "@ana"), NOW, Stamp(1), "w", 2)
    lines = excerpt(review, fold("INC-20261119-abcd", [record, resolved])).splitlines()
    told = [(one["message"], one["timestamp"][:10]) for one in map(json.loads, lines)]
    assert told == [(CRITICAL, "2026-10-30"), (BASE, "2026-11-06"), (BASE, "2026-11-19")]
    review.close()


def pruned(data_dir: Path, *words: str) -> tuple[CompletedProcess[str], dict[str, Any]]:
    said = guardia("prune", "--json", "--data-dir", data_dir, "--as", "@ana", *words)
    found: dict[str, Any] = json.loads(said.stdout)
    jsonschema.validate(found, schema("prune"))
    return said, found


def recorded(data_dir: Path) -> list[PrunedEntry]:
    records = Journal(team_folder(data_dir), "test", OsDisk()).read().records
    return [one.entry.payload for one in records if isinstance(one.entry.payload, PrunedEntry)]


def test_prune_says_what_it_would_do_then_does_and_records_it(tmp_path: Path) -> None:
    wall = datetime.now(UTC)
    old, young = copy(tmp_path, 1, BASE, 15 * DAY, wall), copy(tmp_path, 2, CRITICAL, 15 * DAY, wall)
    said, told = pruned(tmp_path, "--dry-run")
    assert (said.returncode, [one["name"] for one in told["removed"]]) == (0, [old.name])
    assert (told["dry_run"], told["recorded"], old.exists(), recorded(tmp_path)) == (True, None, True, [])
    said, told = pruned(tmp_path)
    assert (said.returncode, told["kept"], old.exists(), young.exists()) == (0, 1, False, True)
    (entry,) = recorded(tmp_path)
    assert entry.removed == 1
    assert told["recorded"]
    said, told = pruned(tmp_path)
    assert (said.returncode, told["removed"], told["recorded"], len(recorded(tmp_path))) == (0, [], None, 1)


def test_prune_speaks_to_people_in_both_languages(tmp_path: Path) -> None:
    copy(tmp_path, 1, BASE, 15 * DAY, datetime.now(UTC))
    dry = guardia("prune", "--dry-run", "--data-dir", tmp_path, "--lang", "en").stdout
    assert "high volume, 14 days: 1 of 1 from before " in dry
    assert "would be deleted: 1" in dry
    assert guardia("prune", "--dry-run", "--data-dir", tmp_path, "--lang", "es").returncode == 0
    assert "deleted: 1" in guardia("prune", "--data-dir", tmp_path, "--lang", "en").stdout


def test_read_only_deletes_nothing(tmp_path: Path) -> None:
    path = copy(tmp_path, 1, BASE, 99 * DAY, datetime.now(UTC))
    assert guardia("prune", "--read-only", "--data-dir", tmp_path).returncode == 1
    assert guardia("prune", "--read-only", "--dry-run", "--data-dir", tmp_path).returncode == 0
    assert path.exists()


def test_without_anything_kept_prune_has_nothing_to_do(tmp_path: Path) -> None:
    assert pruned(tmp_path / "fresh")[1]["removed"] == []
    assert not (tmp_path / "fresh" / "evidence").exists()


def test_what_cannot_be_deleted_is_said() -> None:
    stuck = Kept(Path("/proc/version"), None, NOW, past=True)
    done = prune([stuck])
    assert (done.removed, [(one.kept, one.error.errno) for one in done.failed]) == ((), [(stuck, EPERM)])
