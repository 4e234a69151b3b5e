"""Other thresholds over the same logs: the same numbers as an edited runbook would give, and nothing is edited."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.events import AUTHZ, after, denials, outage, stored, traffic, week3
from tests.samples import NIGHT, needs_samples
from tests.test_cli import guardia, schema
from tui.drill.generate import Plan
from tui.drill.write import write
from tui.metrics.whatif import Span, WhatIf, what_if
from tui.runbook.edit import MOST_VALUES, Change, ChangeError, edited, read_change, read_sweep
from tui.runbook.load import EMBEDDED, load_runbook
from tui.runbook.problems import RunbookError

if TYPE_CHECKING:
    from pathlib import Path

    from tui.metrics.store import Store
    from tui.runbook.runbook import Runbook

LOADED = load_runbook(None, "en")
RULE = next(rule for rule in week3().rules if rule.panel == AUTHZ and rule.stream.metric == AUTHZ)
LIMIT = int(RULE.threshold)
HOLD = RULE.hold // timedelta(minutes=1)


def changed(*texts: str) -> Runbook:
    return edited(LOADED, [read_change(text) for text in texts])[0]


def spike(minutes: int, number: int = LIMIT * 2) -> Store:
    """Calm traffic for an hour; from minute 20 on `number` refusals in every five minutes, for so long."""
    every = 300 / number
    rows = denials(after(20), int(minutes * 60 / every), every)
    return stored([*traffic(after(0), after(60), 5), *rows])


def found(store: Store, *texts: str, since: float | None = None, as_of: float = 60) -> WhatIf:
    span = Span(None if since is None else after(since), after(as_of))
    return what_if(week3(), changed(*texts), store, span)


# --- what is proposed -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("a-rule.threshold=45", Change("a-rule", "threshold", 45)),
        ("a-rule.threshold = 0.5 ", Change("a-rule", "threshold", 0.5)),
        ("a-rule.for=5m", Change("a-rule", "for", "5m")),
        ('a-rule.for="5m"', Change("a-rule", "for", "5m")),
        ("a-rule.amber=", Change("a-rule", "amber", None)),
        ("a-rule.measure.minimum=10", Change("a-rule", "measure.minimum", 10)),
    ],
)
def test_a_change_is_read_as_it_is_typed(text: str, change: Change) -> None:
    assert read_change(text) == change


@pytest.mark.parametrize("text", ["", "rule", "rule.key", "rule=5", ".key=5", "rule.=5"])
def test_what_is_no_change_is_refused(text: str) -> None:
    with pytest.raises(ChangeError):
        read_change(text)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("r.threshold=20..50/10", [20, 30, 40, 50]),
        ("r.threshold=0.1..0.4/0.1", [0.1, 0.2, 0.3, 0.4]),
        ("r.for=0s..10m/5m", ["0s", "5m", "10m"]),
        ("r.for=2m,90s", ["2m", "90s"]),
        ("r.severity=SEV1,SEV2", ["SEV1", "SEV2"]),
    ],
)
def test_a_sweep_is_read_as_a_range_or_a_list(text: str, values: list[object]) -> None:
    assert [change.value for change in read_sweep(text)] == values


@pytest.mark.parametrize(
    "text",
    [
        "r.t=1..9",
        "r.t=9..1/1",
        "r.t=1..9/0",
        "r.t=1..9/-1",
        "r.t=a..b/c",
        "r.t=nan..5/1",
        "r.t=1..9m/1m",
        "r.t=",
        "r.t=1..99/0.01",
        "t=1,2",
    ],
)
def test_a_sweep_without_sense_or_end_is_refused(text: str) -> None:
    with pytest.raises(ChangeError):
        read_sweep(text)


@given(st.integers(0, 1000), st.integers(1, 50), st.integers(1, MOST_VALUES))
def test_a_range_holds_every_step_and_both_ends(low: int, step: int, count: int) -> None:
    high = low + step * (count - 1)
    assert [change.value for change in read_sweep(f"r.t={low}..{high}/{step}")] == list(range(low, high + 1, step))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("nobody.for=5m", RULE.id),
        (f"{RULE.id}.nothing=5", "nothing"),
        (f"{RULE.id}.for=5q", "for"),
        (f"{RULE.id}.window=90s", "window"),
        (f"{RULE.id}.severity=SEV9", "SEV9"),
        (f"{RULE.id}.threshold=nan", "threshold"),
        (f"{RULE.id}.measure=5", "measure"),
        (f"{RULE.id}.id=other", "id"),
    ],
)
def test_a_wrong_proposal_is_named_like_a_mistake_in_the_file(text: str, named: str) -> None:
    with pytest.raises(RunbookError, match=re.escape(named)):
        changed(text)


def test_the_lines_to_write_say_what_stands_there_today() -> None:
    _runbook, edits = edited(LOADED, [read_change(f"{RULE.id}.for=5m"), read_change(f"{RULE.id}.threshold=50")])
    assert [edit.toml for edit in edits] == ['for = "5m"  # "10m"', f"threshold = 50  # {LIMIT}"]


# --- what it would have meant ---------------------------------------------------------------------------------------


def test_a_near_miss_fires_when_the_hold_is_shorter() -> None:
    store = spike(HOLD - 2)
    tried = found(store, f"{RULE.id}.for=3m")
    assert tried.current.fired == ()
    assert [one.rule for one in tried.current.near_misses] == [RULE.id]
    assert tried.appear == tried.proposed.fired
    assert [one.fired_at - one.pending_at for one in tried.appear if one.fired_at] == [timedelta(minutes=3)]
    assert (tried.vanish, tried.leads, tried.proposed.near_misses) == ((), (), ())
    assert tried.proposed.firing > timedelta()


def test_an_alert_vanishes_when_the_limit_is_higher() -> None:
    tried = found(spike(30), f"{RULE.id}.threshold={LIMIT * 5}")
    assert (tried.proposed.episodes, tried.vanish) == ((), tried.current.fired)
    assert len(tried.vanish) == 1
    assert tried.proposed.firing == timedelta()


@pytest.mark.parametrize(("hold", "gained"), [(f"{HOLD - 4}m", 4), (f"{HOLD}m", 0), (f"{HOLD + 3}m", -3)])
def test_the_lead_is_how_much_sooner_it_fires(hold: str, gained: int) -> None:
    tried = found(spike(30), f"{RULE.id}.for={hold}")
    assert [lead.gained for lead in tried.leads] == [timedelta(minutes=gained)]
    assert tried.gained == timedelta(minutes=gained)
    assert (tried.appear, tried.vanish) == ((), ())


def test_two_alerts_that_become_one_neither_appear_nor_vanish() -> None:
    rows = [*denials(after(10), 200, 3.0), *denials(after(28), 200, 3.0)]
    store = stored([*traffic(after(0), after(60), 5), *rows])
    tried = found(store, f"{RULE.id}.threshold=0", f"{RULE.id}.window=20m", f"{RULE.id}.for=0s")
    assert len(tried.proposed.fired) == 1
    assert (tried.appear, tried.vanish) == ((), ())


def test_a_milder_severity_alone_changes_no_minute() -> None:
    severities = [severity.id for severity in week3().severities]
    tried = found(spike(30), f"{RULE.id}.severity={severities[0]}")
    assert {one.severity for one in tried.proposed.fired} == {severities[0]}
    assert (tried.appear, tried.vanish, tried.gained) == ((), (), timedelta())


def test_since_leaves_out_what_was_over_and_counts_only_time_after_it() -> None:
    store = spike(30)
    whole, part = found(store, f"{RULE.id}.for=3m"), found(store, f"{RULE.id}.for=3m", since=40)
    fired = whole.proposed.fired[0].fired_at
    assert fired is not None
    assert whole.proposed.firing - part.proposed.firing == after(40) - fired
    assert found(store, f"{RULE.id}.for=3m", since=59).proposed.episodes == ()


def test_an_alert_still_firing_at_the_end_counts_up_to_the_end() -> None:
    tried = found(spike(40), f"{RULE.id}.for=0s", as_of=45)
    first = tried.proposed.fired[0]
    assert first.resolved_at is None
    assert tried.proposed.firing == after(45) - (first.fired_at or after(0))
    assert len(tried.leads) == 1


BURSTS = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 150), st.integers(1, 20)), max_size=5)


def burst_store(bursts: list[tuple[int, int, int]]) -> Store:
    rows = [row for begin, number, every in bursts for row in denials(after(begin), number, float(every))]
    return stored([*traffic(after(0), after(60), 20), *rows, *outage(5, 8)])


@settings(max_examples=30, deadline=None)
@given(BURSTS)
def test_proposing_what_is_so_already_changes_nothing(bursts: list[tuple[int, int, int]]) -> None:
    tried = found(burst_store(bursts), f"{RULE.id}.threshold={LIMIT}")
    assert tried.current == tried.proposed
    assert (tried.appear, tried.vanish, tried.gained) == ((), (), timedelta())


@settings(max_examples=30, deadline=None)
@given(BURSTS, st.integers(0, 60), st.integers(1, 60))
def test_a_higher_limit_never_fires_longer(bursts: list[tuple[int, int, int]], low: int, more: int) -> None:
    store = burst_store(bursts)
    below, above = (found(store, f"{RULE.id}.threshold={limit}").proposed for limit in (low, low + more))
    assert above.firing <= below.firing


# --- the command ----------------------------------------------------------------------------------------------------


def edited_runbook(folder: Path, key: str, value: str) -> Path:
    """The embedded runbook with one key of the rule written over by hand, its texts beside it."""
    head, name, rest = EMBEDDED.read_text().partition(f'id = "{RULE.id}"')
    table, border, tail = rest.partition("[[")
    table = re.sub(rf"(?m)^{key} = .*$", f"{key} = {value}", table, count=1)
    folder.mkdir()
    (folder / "ours.toml").write_text(head + name + table + border + tail)
    for lang in ("es", "en"):
        (folder / f"ours.{lang}.toml").write_text(EMBEDDED.with_name(f"text.{lang}.toml").read_text())
    return folder / "ours.toml"


def alerts_under(runbook: Path, log: Path) -> list[dict[str, Any]]:
    shown = guardia("check", log, "--json", "--runbook", runbook)
    alerts: list[dict[str, Any]] = json.loads(shown.stdout)["alerts"]
    return alerts


def whatif(log: Path, *arguments: str) -> dict[str, Any]:
    shown = guardia("whatif", log, "--json", *arguments)
    assert shown.returncode == 0, shown.stderr
    result: dict[str, Any] = json.loads(shown.stdout)
    jsonschema.validate(result, schema("whatif"))
    return result


@pytest.fixture(scope="module")
def spike_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("whatif") / "spike.ndjson"
    with file.open("wb") as out:
        write(Plan("authz-spike", 4, after(0), minutes=45, per_second=1.0), out)
    return file


def agrees(log: Path, folder: Path, key: str, values: list[tuple[str, str]]) -> None:
    told = whatif(log, "--sweep", f"{RULE.id}.{key}={','.join(typed for typed, _toml in values)}")
    assert [row["fired"] for row in told["sweep"]["values"]] != [0] * len(values)
    for row, (typed, toml) in zip(told["sweep"]["values"], values, strict=True):
        assert row["alerts"] == alerts_under(edited_runbook(folder / f"{key}-{typed}", key, toml), log), typed


def test_the_sweep_agrees_with_check_under_an_edited_runbook(spike_log: Path, tmp_path: Path) -> None:
    agrees(spike_log, tmp_path, "for", [("0s", '"0s"'), ("25m", '"25m"')])
    agrees(spike_log, tmp_path, "threshold", [("5", "5"), ("60", "60")])
    agrees(spike_log, tmp_path, "window", [("10m", '"10m"')])


@needs_samples
def test_on_the_real_night_the_near_miss_fires_after_five_minutes(tmp_path: Path) -> None:
    told = whatif(NIGHT, "--set", f"{RULE.id}.for=5m")
    assert [(one["pending_at"], one["fired_at"], one["resolved_at"]) for one in told["appear"]] == [
        ("2026-11-19T21:38:00Z", "2026-11-19T21:43:00Z", "2026-11-19T21:45:00Z")
    ]
    assert (told["vanish"], told["leads"][0]["gained_minutes"]) == ([], 0)
    assert told["current"]["alerts"] == json.loads(guardia("check", NIGHT, "--json").stdout)["alerts"]
    assert told["proposed"]["alerts"] == alerts_under(edited_runbook(tmp_path / "five", "for", '"5m"'), NIGHT)


@needs_samples
def test_on_the_real_night_the_sweep_agrees_with_check_for_each_value(tmp_path: Path) -> None:
    agrees(NIGHT, tmp_path, "for", [(f"{minutes}m", f'"{minutes}m"') for minutes in (5, 7)])
    agrees(NIGHT, tmp_path, "threshold", [(str(limit), str(limit)) for limit in (20, 66)])


def test_it_prints_the_change_and_touches_no_file(spike_log: Path, tmp_path: Path) -> None:
    runbook = edited_runbook(tmp_path / "ours", "for", '"12m"')
    before = runbook.read_bytes()
    shown = guardia("whatif", spike_log, "--runbook", runbook, "--set", f"{RULE.id}.for=5m", "--since", "-10m")
    assert shown.returncode == 0, shown.stderr
    assert f'[[rules]]\n  id = "{RULE.id}"\n  for = "5m"  # "12m"' in shown.stdout
    assert runbook.read_bytes() == before


def test_a_table_of_the_sweep_marks_todays_value(spike_log: Path) -> None:
    shown = guardia("whatif", spike_log, "--sweep", f"{RULE.id}.for={HOLD - 5}m..{HOLD + 5}m/5m")
    rows = [line for line in shown.stdout.splitlines() if line.strip().startswith(tuple("0123456789")) and "█" in line]
    assert [row.split()[0] for row in rows] == [f"{HOLD - 5}m", f"{HOLD}m*", f"{HOLD + 5}m"]
    bars = [row.count("█") for row in rows]
    assert bars == sorted(bars, reverse=True)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--set", "nothing"),
        ("--set", "nobody.for=5m"),
        ("--set", f"{RULE.id}.for=soon"),
        ("--sweep", f"{RULE.id}.for=1m..9m"),
        ("--set", f"{RULE.id}.for=5m", "--since", "2030-01-01T00:00:00Z"),
    ],
)
def test_what_cannot_be_tried_is_a_usage_error(spike_log: Path, arguments: tuple[str, ...]) -> None:
    shown = guardia("whatif", spike_log, *arguments)
    assert (shown.returncode, shown.stdout) == (2, "")


def test_a_source_that_cannot_be_read_ends_with_3(tmp_path: Path) -> None:
    assert guardia("whatif", tmp_path / "gone.ndjson", "--set", f"{RULE.id}.for=5m").returncode == 3
