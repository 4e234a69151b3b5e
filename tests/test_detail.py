"""Metric detail: its numbers, its chart, the file it writes, its keys."""

from __future__ import annotations

import csv
import gzip
import io
import json
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import boards
from tests.boards import situation
from tests.digging import OUTAGE, firing_engine, rows, sample_engine, shown, strips, until
from tests.events import (
    AUTH,
    AUTHZ,
    CATCHUP,
    HTTP,
    after,
    board_of,
    denials,
    event,
    outage,
    stored,
    traffic,
    week3,
)
from tui.locale import LANGUAGES, use
from tui.metrics.detail import CrossRow, DetailQuestion, MetricDetail, breakdown_fields, metric_detail, views
from tui.metrics.windows import MINUTE
from tui.present.cross import cross_lines, sample_line
from tui.present.detail import ZOOMS, Look, chart_rows
from tui.present.marks import marks
from tui.present.spans import line_width, plain
from tui.session.csv_export import as_csv, write_new
from tui.ui.app import GuardiaApp
from tui.ui.screens.board import BoardScreen
from tui.ui.screens.detail import DetailScreen
from tui.ui.screens.events import EventsScreen
from tui.ui.screens.trace import TraceScreen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.events import Row
    from tui.present.situation import Situation

RULES = week3()
NEWEST, OLDEST = datetime(2026, 3, 1, 14, 0, tzinfo=UTC), datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.chdir(tmp_path)
    use("en")
    yield
    use("en")


def answer(events: list[Row], now: datetime, metric: str, **changes: object) -> MetricDetail:
    asked = DetailQuestion(metric, 30, now, now, views(RULES.metric(metric))[0])
    asked = replace(asked, **changes)  # type: ignore[arg-type]
    return metric_detail(RULES, stored(events), asked, now, board_of(events, now).alerts)


def written_in(folder: Path) -> list[Path]:
    """Every file of a folder, shorter names first."""
    return sorted(folder.iterdir(), key=lambda path: len(path.name))


def on_board(app: GuardiaApp) -> bool:
    return isinstance(app.screen, BoardScreen)


def moment_of(row: Row) -> datetime:
    at = row["at"]
    assert isinstance(at, datetime)
    return at


# --- numbers --------------------------------------------------------------------------------------------------------


def test_the_chart_is_the_panels_measure_at_every_whole_minute() -> None:
    events = [*traffic(after(0), after(60)), *denials(after(50), 100, every=1)]
    found = answer(events, after(60), AUTHZ)
    by_hand = [
        sum(1 for row in events if row["metric"] == AUTHZ and after(minute - 5) < moment_of(row) <= after(minute))
        for minute in range(31, 61)
    ]
    assert list(found.values) == by_hand


def test_what_was_before_the_data_is_unknown() -> None:
    found = answer(traffic(after(0), after(10)), after(10), HTTP, minutes=20)
    assert found.values[0] is None
    assert found.values[-1] is not None


def test_the_breakdown_counts_one_field_by_another_against_normal_windows() -> None:
    calm = [event(AUTHZ, after(minute, 1), statusCode=401, reason="AUTH_REQUIRED") for minute in range(60)]
    burst = [event(AUTHZ, after(58, second), statusCode=403, reason="FORBIDDEN_STREAM") for second in range(10)]
    events = [*traffic(after(0), after(60)), *calm, *burst]
    found = answer(events, after(60), AUTHZ, fields=("reason", "statusCode"))
    assert found.cross.total == CrossRow((), 15, 5.0)
    assert found.cross.rows == (
        CrossRow(("FORBIDDEN_STREAM",), 10, 0.0),
        CrossRow(("FORBIDDEN_STREAM", "403"), 10, 0.0),
        CrossRow(("AUTH_REQUIRED",), 5, 5.0),
        CrossRow(("AUTH_REQUIRED", "401"), 5, 5.0),
    )


def test_an_open_alert_does_not_spoil_its_own_baseline() -> None:
    events = [*traffic(after(0), after(70)), *outage(60, 70)]
    found = answer(events, after(70), AUTH)
    assert found.cross.total.count == 59  # the one at the window's very start is outside
    assert found.cross.total.base == 0.0


@given(st.lists(st.tuples(st.integers(0, 299), st.sampled_from(["A_A", "B_B", None]), st.sampled_from([401, 403]))))
def test_pairs_add_up_to_their_value_and_values_to_the_total(drawn: list[tuple[int, str | None, int]]) -> None:
    events = [
        event(AUTHZ, after(0, second + 0.5), offset=number, reason=reason, statusCode=status)
        for number, (second, reason, status) in enumerate(drawn)
    ]
    store = stored([{**row, "fingerprint": number} for number, row in enumerate(events)])
    asked = DetailQuestion(AUTHZ, 5, after(5), after(5), ("reason", "statusCode"))
    cross = metric_detail(RULES, store, asked, after(5), ()).cross
    leading = {row.values: row.count for row in cross.rows if len(row.values) == 1}
    for values, count in leading.items():
        assert count == sum(row.count for row in cross.rows if len(row.values) == 2 and row.values[:1] == values)
    assert sum(leading.values()) == cross.total.count == len(drawn)


def test_samples_are_events_over_the_limit_the_newest_first() -> None:
    slow = [event(CATCHUP, after(8, second), f"req_slow{second}", durationMs=1500.0) for second in range(5)]
    fast = [event(CATCHUP, after(9, second), f"req_fast{second}", durationMs=20.0) for second in range(5)]
    found = answer([*traffic(after(0), after(10)), *slow, *fast], after(10), CATCHUP)
    assert [row.request_id for row in found.samples] == [f"req_slow{second}" for second in (4, 3, 2, 1, 0)]
    calm = answer([*traffic(after(0), after(10)), *fast], after(10), CATCHUP)
    assert len(calm.samples) == 5


def test_the_cursor_decides_where_breakdown_and_samples_end() -> None:
    events = [*traffic(after(0), after(60)), *denials(after(30), 60), *denials(after(50), 20)]
    found = answer(events, after(60), AUTHZ, at=after(31))
    assert found.cross.total.count == 60
    assert all(row.at <= after(31) for row in found.samples)


def test_every_pair_of_fields_is_a_view_and_the_panels_own_is_the_first() -> None:
    for metric in RULES.metrics:
        fields = breakdown_fields(metric)
        assert fields[: len(metric.panel.breakdown)] == metric.panel.breakdown
        assert len(views(metric)) == max(len(fields) * (len(fields) - 1), 1)


# --- the look -------------------------------------------------------------------------------------------------------

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("move"), st.integers(-300, 300)),
        st.tuples(st.just("pan"), st.sampled_from([-1, 1])),
        st.tuples(st.just("zoom"), st.sampled_from([-1, 1])),
    ),
    max_size=30,
)


@given(STEPS)
def test_the_cursor_never_leaves_the_data(steps: list[tuple[str, int]]) -> None:
    look = Look()
    for kind, by in steps:
        if kind == "move":
            look = look.moved(by, NEWEST, OLDEST)
            end = look.last or NEWEST
            assert end - (look.minutes - 1) * MINUTE <= (look.cursor or NEWEST) <= end or look.cursor is None
        elif kind == "pan":
            look = look.panned(by, NEWEST, OLDEST)
        else:
            look = look.zoomed(by)
        assert look.minutes in ZOOMS
        assert (look.last or NEWEST) <= NEWEST
        assert OLDEST <= (look.cursor or NEWEST) <= NEWEST


def test_at_the_end_it_follows_again() -> None:
    look = Look(minutes=30).moved(-45, NEWEST, OLDEST)
    assert look.cursor == NEWEST - timedelta(minutes=45)
    assert look.last is not None
    assert look.moved(10_000, NEWEST, OLDEST) == Look(minutes=30)
    assert Look(minutes=30).panned(-1, NEWEST, OLDEST).panned(1, NEWEST, OLDEST) == Look(minutes=30)


# --- drawing --------------------------------------------------------------------------------------------------------


def detailed(minutes: int = 60) -> tuple[Situation, MetricDetail]:
    shown_situation = situation(boards.sev1())
    panel = shown_situation.panel(AUTH)
    assert panel is not None
    last = boards.minute(boards.NOW)
    asked = DetailQuestion(AUTH, minutes, last, boards.NOW, ("statusCode", "route"))
    values = (None,) * (minutes - len(panel.minutes)) + panel.minutes[-minutes:]
    store = stored([])
    cross = metric_detail(RULES, store, asked, boards.NOW, ()).cross
    return shown_situation, MetricDetail(asked, values, cross, (), None)


@pytest.mark.parametrize("minutes", ZOOMS)
@pytest.mark.parametrize(("cells", "height"), [(160, 30), (100, 14), (80, 10), (40, 6), (12, 4), (3, 3), (1, 1)])
def test_every_row_of_the_chart_has_the_same_width(minutes: int, cells: int, height: int) -> None:
    shown_situation, found = detailed(minutes)
    panel = shown_situation.panel(AUTH)
    assert panel is not None
    for back in (None, 0, 1, minutes // 2, minutes - 1, minutes + 5):
        look = Look(minutes, cursor=None if back is None else found.asked.last - back * MINUTE)
        lines = chart_rows(shown_situation, panel, found, look, cells, height)
        assert {line_width(line) for line in lines} <= {cells}
        assert len(lines) == (height if height > 2 else 0)


def test_limit_cursor_and_marks_stand_where_they_should() -> None:
    shown_situation, found = detailed()
    panel = shown_situation.panel(AUTH)
    assert panel is not None
    look = Look(60, cursor=found.asked.last - 2 * MINUTE)
    lines = [plain(line) for line in chart_rows(shown_situation, panel, found, look, 69, 14)]
    assert "limit 0/5m" in lines[11]
    assert "02:19 39 ×98 │" in lines[0]
    column = lines[0].index("│")
    assert all(line[column] in "│█▁▂▃▄▅▆▇" for line in lines[:11])
    assert lines[12].rstrip().endswith("02:21")
    fired = lines[13].index("▲", lines[13].index("▲") + 1)
    assert lines[13].startswith(" marks  ▲ SEV1 fired")
    assert fired == column - 5


def test_alerts_of_other_metrics_are_no_marks() -> None:
    shown_situation = situation(boards.sev1())
    assert {mark.glyph for mark in marks(shown_situation, CATCHUP)} == {"◆", "▼"}
    assert {mark.glyph for mark in marks(shown_situation, AUTH)} == {"▲"}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("cells", [20, 35, 49, 80, 120])
def test_tables_fit_and_hostile_values_are_pictures(cells: int, lang: str) -> None:
    use(lang)
    shown_situation, found = detailed()
    hostile = ("[/x]\x1b[2J", "\u202e[@click=app.quit]x[/]")
    cross = replace(found.cross, rows=(CrossRow(hostile[:1], 4, 2.0), CrossRow(hostile, 4, 0.0)))
    lines = cross_lines(shown_situation, replace(cross, total=CrossRow((), 4, None)), cells)
    sample = replace(boards.events()[0], detail=hostile[0], request_id=hostile[1])
    lines = (*lines, sample_line(shown_situation, sample, cells))
    assert {line_width(line) for line in lines} == {cells}
    assert all(plain(line).isprintable() for line in lines)


# --- CSV ------------------------------------------------------------------------------------------------------------


@given(st.lists(st.text(max_size=20), min_size=1, max_size=8), st.lists(st.floats(-5, 5), min_size=1, max_size=8))
def test_no_cell_of_a_csv_is_a_formula_and_nothing_is_lost(texts: list[str], numbers: list[float]) -> None:
    texts = [text.replace("\r", "").replace("\0", "") for text in texts]
    frame = pl.DataFrame({"text": texts, "number": (numbers * len(texts))[: len(texts)]})
    read = list(csv.DictReader(io.StringIO(as_csv(frame).decode(), newline="")))
    for text, row in zip(texts, read, strict=True):
        assert row["text"][:1] not in {"=", "+", "-", "@", "\t"} or not row["text"]
        assert row["text"] in {text, f"'{text}"}


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    first = write_new(tmp_path, "guardia-x", ".csv", b"one")
    second = write_new(tmp_path, "guardia-x", ".csv", b"two")
    assert (first.name, second.name) == ("guardia-x.csv", "guardia-x-2.csv")
    assert (first.read_bytes(), second.read_bytes()) == (b"one", b"two")
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert {path.name for path in tmp_path.iterdir()} == {first.name, second.name}


def test_a_link_in_the_way_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "guardia-x.csv").symlink_to(tmp_path / "elsewhere")
    assert write_new(tmp_path, "guardia-x", ".csv", b"one").name == "guardia-x-2.csv"
    assert not (tmp_path / "elsewhere").exists()


def test_times_of_a_csv_are_rfc_3339() -> None:
    frame = pl.DataFrame({"at": [after(1, 0.25)]}, schema={"at": pl.Datetime("us", "UTC")})
    assert as_csv(frame).decode().splitlines() == ["at", "2026-03-01T12:01:00.250Z"]


# --- the screen -----------------------------------------------------------------------------------------------------


async def test_the_digit_twice_or_enter_opens_the_detail() -> None:
    app = GuardiaApp(sample_engine())
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, "Auth 5xx")
        await pilot.press("1", "1")
        assert isinstance(app.screen, DetailScreen)
        text = await until(pilot, "97.9 %")
        assert "statusCode × route, last 5 min" in text
        assert "limit 0/5m" in text
        await pilot.press("escape")
        assert on_board(app)
        await pilot.press("2", "enter")
        await until(pilot, "reason × statusCode")


async def test_cursor_zoom_pan_and_views_answer_within_a_moment() -> None:
    app = GuardiaApp(sample_engine())
    async with app.run_test(size=(160, 45)) as pilot:
        await until(pilot, "Auth 5xx")
        await pilot.press("1", "1")
        await until(pilot, "97.9 %")
        await pilot.press("left", "left")
        await until(pilot, "02:05 94")
        await until(pilot, "to 02:05")
        await pilot.press("v")
        await until(pilot, "statusCode × code")
        await pilot.press("plus", "plus")
        await until(pilot, "01:45")
        await pilot.press("shift+left")
        await until(pilot, "01:31")
        await pilot.press("end")
        await until(pilot, lambda text: "to 02:05" not in text)
        await pilot.press("5")
        await until(pilot, "domain × method")


async def test_a_sample_opens_its_trace_and_a_row_its_events() -> None:
    app = GuardiaApp(sample_engine())
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, "Auth 5xx")
        await pilot.press("1", "1")
        await until(pilot, "97.9 %")
        await pilot.press("down", "enter")
        assert isinstance(app.screen, TraceScreen)
        await until(pilot, "2 events")
        await pilot.press("escape")
        app.screen.query_one("#cross").focus()
        await pilot.press("down", "down", "enter")
        assert isinstance(app.screen, EventsScreen)
        await until(pilot, "metric:AUTH_5XX statusCode:500 route:/api/auth/login")


async def test_w_writes_the_guarded_fields_of_what_is_shown(tmp_path: Path) -> None:
    app = GuardiaApp(sample_engine())
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, "Auth 5xx")
        await pilot.press("1", "1")
        await until(pilot, "97.9 %")
        await pilot.press("w")
        text = await until(pilot, "events written to")
        assert ".csv" in text
        await pilot.press("w")
        await until(pilot, lambda _text: len(written_in(tmp_path)) == 2)
        files = written_in(tmp_path)
        assert len(files) == 2
        head, *lines = files[0].read_text().splitlines()
        assert head == "at,request_id,route,statusCode,code"
        assert len(lines) == _events_of_the_log("METRIC_AUTH_5XX", "2026-03-02T02:07:00")
        assert stat.S_IMODE(files[0].stat().st_mode) == 0o600


def _events_of_the_log(name: str, until: str) -> int:
    """Counted in plain Python."""
    lines = [line for line in gzip.decompress(OUTAGE.read_bytes()).decode().splitlines() if f'"{name}"' in line]
    return sum(json.loads(line)["timestamp"] <= until for line in lines)


async def test_where_nothing_can_be_written_that_is_said(tmp_path: Path) -> None:
    app = GuardiaApp(sample_engine())
    app.folder = tmp_path / "not-there"
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, "Auth 5xx")
        await pilot.press("1", "1")
        await until(pilot, "97.9 %")
        await pilot.press("w")
        await until(pilot, "not written (ENOENT)")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", [(160, 45), (100, 30), (80, 24), (60, 16), (30, 8)])
async def test_every_row_fits(size: tuple[int, int], lang: str) -> None:
    use(lang)
    app = GuardiaApp(firing_engine(lang))
    async with app.run_test(size=size) as pilot:
        await until(pilot, "SEV1")
        await pilot.press("1", "1")
        for _step in range(3):
            await pilot.pause(0.05)
        await pilot.press("left", "v")
        await pilot.pause(0.05)
        assert isinstance(app.screen, DetailScreen)
        assert {strip.cell_length for strip in strips(app)} == {size[0]}
        assert len(rows(app)) == size[1]


async def test_an_engine_without_a_store_leaves_the_detail_waiting() -> None:
    app = GuardiaApp(boards.FakeEngine([boards.sev1()]))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, "SEV1")
        await pilot.press("1", "1", "left", "v", "w", "enter")
        assert "reading…" in shown(app)
