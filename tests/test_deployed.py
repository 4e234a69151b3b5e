"""Before and after a deploy: the numbers, the lanes, the axis, the playbook's probe, and the screen that compares."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import boards, rooms
from tests.digging import OUTAGE, read, rows, sample_engine, until
from tests.events import AUTH, AUTHZ, CATCHUP, HTTP, after, board_of, denials, event, outage, parsed, stored, week3
from tests.test_compare import calm
from tui.incident.team import Deploy, TeamState
from tui.locale import LANGUAGES, use
from tui.metrics.board import State
from tui.metrics.compare import Pair, Period, compare
from tui.metrics.deployed import AROUND, DeployEffect, Moved, around, effect, newest_effect
from tui.metrics.journalled import DeployMark, Journalled
from tui.metrics.probes import answer_probe
from tui.metrics.standpoint import Standpoint
from tui.metrics.store import Store
from tui.present.deployed import with_marks
from tui.present.lanes import axis_line, lane
from tui.present.plan import LaneStyle
from tui.present.probe_words import probe_line
from tui.present.spans import line_width, plain
from tui.present.wording import Wording
from tui.runbook.probes import DeployMarks
from tui.session.command_post import CommandPost, Place
from tui.session.deploys import Elsewhere
from tui.session.periods import Fault, PeriodError, read_periods, write_periods
from tui.ui.app import GuardiaApp
from tui.ui.screens.compare import CompareScreen
from tui.ui.widgets.rows import Rows
from tui.ui.widgets.typed_field import TypedField

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tui.present.situation import Situation

DEPLOY = after(40)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    use("en")
    yield
    use("en")


def shaken() -> Store:
    """Ten refusals in the half hour before the deploy, sixty after it; auth breaks; the base stream goes on."""
    rows_ = [*calm(0, 80), *denials(after(11), 10, 60.0), *denials(after(41), 60, 20.0), *outage(50, 55)]
    return stored(rows_)


def moved(store: Store, metric: str, now: float = 75) -> Moved | None:
    found = effect(week3(), store, DEPLOY, after(now))
    return found.of(metric) if found else None


# --- numbers --------------------------------------------------------------------------------------------------------


def test_counts_are_as_large_as_the_lane_shows_them() -> None:
    found = moved(shaken(), AUTHZ)
    assert found is not None
    assert found.both.a == pytest.approx(10 * 5 / 30)
    assert found.both.b == pytest.approx(60 * 5 / 30)
    assert found.ratio == pytest.approx(6)


def test_nothing_before_has_no_ratio_but_is_known() -> None:
    found = moved(shaken(), AUTH)
    assert found is not None
    assert (found.both.a, found.ratio) == (0, None)
    assert found.both.b


def test_quantiles_are_over_the_whole_side() -> None:
    rows_ = [event(CATCHUP, after(minute, 30), statusCode=200, durationMs=100.0) for minute in range(10, 40)]
    rows_ += [event(CATCHUP, after(minute, 30), statusCode=200, durationMs=900.0) for minute in range(40, 70)]
    found = moved(stored([*calm(0, 80), *rows_]), CATCHUP)
    assert found is not None
    assert (found.both.a, found.both.b, found.unit) == (100, 900, "ms")


def test_it_says_the_same_as_comparing_the_two_periods() -> None:
    store, both = shaken(), around(DEPLOY, (after(0), after(75)))
    assert both is not None
    told = compare(week3(), store, both.a, both.b)
    for change in told.metrics:
        rate = next(figure for figure in change.figures if figure.id == "rate")
        found = moved(store, change.metric)
        if found is not None and found.unit == "":
            minutes = found.window / timedelta(minutes=1)
            assert [found.both.a, found.both.b] == pytest.approx(
                [(rate.both.a or 0) * minutes, (rate.both.b or 0) * minutes]
            )


def test_less_than_one_window_is_chance_and_not_known_yet() -> None:
    store = shaken()
    assert moved(store, AUTHZ, now=44.9) is None
    assert moved(store, AUTHZ, now=45) is not None


def test_without_the_base_stream_on_one_side_nothing_is_zero() -> None:
    store = stored([*calm(0, 40), *denials(after(11), 10, 60.0)])
    assert moved(store, AUTHZ) is None
    assert effect(week3(), Store(week3()), DEPLOY, after(75)) is None


def test_what_a_cap_has_cost_is_not_known() -> None:
    store = Store(week3(), cap=100)
    store.add(parsed([*calm(0, 80), *denials(after(11), 10, 60.0)]))
    assert store.dropped is not None
    assert moved(store, AUTHZ) is None


def test_later_data_changes_nothing() -> None:
    early = stored([*calm(0, 60), *denials(after(41), 30, 20.0)])
    assert effect(week3(), early, DEPLOY, after(50)) == effect(
        week3(), stored([*calm(0, 60), *denials(after(41), 30, 20.0), *outage(51, 55)]), DEPLOY, after(50)
    )


@given(st.integers(-10, 200), st.integers(0, 60), st.integers(60, 180))
def test_both_sides_lie_inside_the_data_and_meet_at_the_deploy(at: int, first: int, last: int) -> None:
    both = around(after(at), (after(first), after(last)))
    if both is None:
        assert not first < at < last
        return
    assert after(first) <= both.a.start < both.a.end == after(at) == both.b.start < both.b.end <= after(last)
    assert max(both.a.length, both.b.length) <= AROUND


def test_the_newest_deploy_of_the_hour_counts() -> None:
    store, hour = shaken(), timedelta(hours=1)
    found = newest_effect(week3(), store, [after(20), DEPLOY, after(90)], after(75), hour)
    assert found is not None
    assert found.at == DEPLOY
    assert newest_effect(week3(), store, [after(5)], after(75), hour) is None


# --- lanes ----------------------------------------------------------------------------------------------------------


def deployed(shown: Situation, at: datetime, lanes: tuple[Moved, ...] = ()) -> Situation:
    team = TeamState(deploys=(Deploy(at, "@ana", "api 4.2", "backend"),))
    effect_ = DeployEffect(at, lanes) if lanes else None
    return replace(shown, incident=rooms.picture(None, shown, team=team, deployed=effect_))


def change(metric: str, before: float, later: float) -> Moved:
    return Moved(metric, "", timedelta(minutes=5), Pair(before, later))


def titles(shown: Situation, cells: int, style: LaneStyle) -> str:
    return "\n".join(plain(line) for line in lane(shown, 1, cells, style))


def test_the_lane_says_it_beside_its_badge() -> None:
    shown = deployed(boards.situation(), boards.ago(23), (change(AUTHZ, 0.4, 12),))
    assert "○ OK ── deploy 01:58 0.4→12 ×30 ─" in titles(shown, 110, LaneStyle.FULL)
    assert "deploy" not in plain(lane(shown, 0, 110, LaneStyle.FULL)[0])


@pytest.mark.parametrize("name", boards.BOARDS)
@pytest.mark.parametrize("cells", [70, 96, 110, 150])
@pytest.mark.parametrize("style", [LaneStyle.FULL, LaneStyle.COMPACT, LaneStyle.ONE_LINE])
def test_it_takes_the_place_of_nothing(name: str, cells: int, style: LaneStyle) -> None:
    bare = boards.situation(boards.BOARDS[name]())
    noted = deployed(bare, boards.ago(23), tuple(change(each.metric, 1234.5, 98765.4) for each in bare.panels))
    for index in range(len(bare.panels)):
        before, now = lane(bare, index, cells, style), lane(noted, index, cells, style)
        assert [line_width(line) for line in now] == [line_width(line) for line in before]
        assert set(plain(before[0]).split()) - {"─", "━"} <= {*plain(now[0]).split()} | stroked(plain(before[0]))
        assert before[1:] == now[1:]


def stroked(text: str) -> set[str]:
    """Pieces that are nothing but strokes."""
    return {piece for piece in text.split() if not piece.strip("─━╌")}


def test_the_axis_marks_it_and_only_a_label_in_its_way_goes() -> None:
    bare = boards.situation()
    for minutes in range(60):
        text = plain(axis_line(deployed(bare, boards.ago(minutes)), 110))
        labels = plain(axis_line(bare, 110)).split()
        assert text.count("D") == 1
        assert len(set(labels) - set(text.split())) <= 1
    assert "D" not in plain(axis_line(deployed(bare, boards.ago(61)), 110))
    assert "D" not in plain(axis_line(deployed(bare, boards.ago(-1)), 110))


def test_a_mark_never_leaves_half_a_label() -> None:
    assert with_marks("12:00   12:30   13:00", [0]) == "D       12:30   13:00"
    assert with_marks("12:00   12:30   13:00", [10, 20]) == "12:00     D         D"
    assert with_marks("12:00   12:30   13:00", [6]) == "12:00 D 12:30   13:00"


# --- the probe ------------------------------------------------------------------------------------------------------


def test_the_probe_says_what_the_deploy_changed() -> None:
    store, now = shaken(), after(75)
    board = replace(board_of([], now), span=store.span(now))
    marks = (DeployMark(DEPLOY, "backend", "api 4.2"), DeployMark(after(74), "frontend", "web 9"))
    at = Standpoint(boards.runbook().runbook, store, board, Journalled(deploys=marks))
    probe = DeployMarks(kind="deploy_marks", of=("backend", "frontend"), within=timedelta(hours=2), metric=AUTHZ)
    text = plain(probe_line(answer_probe(probe, at), Wording(week3(), boards.runbook().texts, now)))
    assert "backend api 4.2" in text
    assert "1.7→10/5m ×6.0" in text
    assert text.count("→") == 1
    quiet = plain(probe_line(answer_probe(probe.model_copy(update={"metric": None}), at),
                             Wording(week3(), boards.runbook().texts, now)))  # fmt: skip
    assert "→" not in quiet


def test_the_runbooks_playbook_for_refusals_asks_for_it() -> None:
    playbook = next(each for each in boards.runbook().runbook.playbooks if AUTHZ in each.serves)
    asked = [probe for step in playbook.steps for probe in step.probes if isinstance(probe, DeployMarks)]
    assert AUTHZ in [probe.metric for probe in asked]


# --- periods that are typed -----------------------------------------------------------------------------------------

NOW = datetime(2026, 3, 2, 12, 30, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "fault", "at"),
    [
        ("", Fault.SHAPE, 0),
        ("11:00,11:30", Fault.SHAPE, 11),
        ("11:00,11:30 11:30", Fault.SHAPE, 12),
        ("11:00,11:30 12:00,noon", Fault.NO_TIME, 18),
        ("11:30,11:00 12:00,12:10", Fault.EMPTY, 0),
        ("11:00,11:30 12:30,12:40", Fault.LATER, 12),
    ],
)
def test_periods_that_make_no_sense_are_named_with_their_place(text: str, fault: Fault, at: int) -> None:
    with pytest.raises(PeriodError) as caught:
        read_periods(text, now=NOW, zone=UTC)
    assert (caught.value.fault, caught.value.at) == (fault, at)


def test_what_would_end_later_than_now_ends_with_it() -> None:
    both = read_periods(" 11:00,11:30  12:00,13:00", now=NOW, zone=UTC)
    assert both.b == Period(NOW.replace(minute=0, second=0), NOW.replace(second=0))


@given(st.lists(st.integers(1, 4000), min_size=4, max_size=4, unique=True))
def test_what_is_written_reads_the_same(minutes: list[int]) -> None:
    now = NOW.replace(second=0)
    a, b, c, d = (now - timedelta(minutes=each) for each in sorted(minutes, reverse=True))
    both = Pair(Period(a, b), Period(c, d))
    assert read_periods(write_periods(both, now=now, zone=boards.ZONE), now=now, zone=boards.ZONE) == both


# --- the screen -----------------------------------------------------------------------------------------------------

AT = datetime(2026, 3, 2, 2, 20, tzinfo=UTC)


def app_with(tmp_path: Path, lines: str, lang: str = "en") -> GuardiaApp:
    """A review of the outage, with deploys that a file tells of."""
    file = tmp_path / "deploys.txt"
    file.write_text(lines)
    place = Place(tmp_path / "data", ("@ana",), elsewhere=Elsewhere(file=file))
    return GuardiaApp(CommandPost(sample_engine(OUTAGE, AT, lang), place))


DEPLOYS = "2026-03-02T02:01:00Z backend api [bold]4.2[/]\n2026-03-02T01:40:00Z frontend web 9\n"


async def test_it_opens_with_the_newest_deploy_and_tab_goes_to_the_next(tmp_path: Path) -> None:
    app = app_with(tmp_path, DEPLOYS)
    async with app.run_test(size=(160, 45)) as pilot:
        await read(pilot)
        await pilot.press("C")
        await until(pilot, "❯ 01:31,02:01 02:01,02:20")
        await until(pilot, "Before and after backend api [bold]4.2[/]")
        await pilot.press("tab", "tab")
        await until(pilot, "Before and after frontend web 9")
        screen = app.screen
        assert isinstance(screen, CompareScreen)
        screen.query_one("#deploys", Rows).focus()
        await pilot.press("up", "enter")
        await until(pilot, "Before and after backend api")


async def test_periods_are_typed_and_a_mistake_stands_under_its_place(tmp_path: Path) -> None:
    app = app_with(tmp_path, "")
    async with app.run_test(size=(100, 30)) as pilot:
        await read(pilot)
        await pilot.press("C")
        await until(pilot, "none is known: guardia deploy mark")
        await until(pilot, "❯ 01:30,01:50 01:50,02:20")
        field = app.screen.query_one(TypedField)
        field.value = "01:00,01:30 02:00,noon"
        await until(pilot, "↑ not a time")
        typed, hint = rows(app)[2:4]
        assert hint.index("↑") == typed.index("noon")
        field.value = "01:20,01:30 02:00,02:10"
        await until(pilot, "a 2026-03-02 01:20 → 01:30   b 2026-03-02 02:00 → 02:10 UTC")
        await until(pilot, "Two periods")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", [(60, 16), (80, 24), (100, 30), (160, 45)])
async def test_it_fits_every_size_in_both_languages(size: tuple[int, int], lang: str, tmp_path: Path) -> None:
    use(lang)
    app = app_with(tmp_path, DEPLOYS, lang)
    async with app.run_test(size=size) as pilot:
        await read(pilot)
        await pilot.press("C")
        await until(pilot, "api [bold]4.2[/]")
        await until(pilot, lambda text: "×" in text or "from 0" in text or "desde 0" in text)
        assert all(len(row) == size[0] for row in rows(app))


@pytest.mark.parametrize("key", ["1", "5"])
async def test_a_deploy_that_only_a_file_tells_of_is_on_the_board_and_on_the_metric(tmp_path: Path, key: str) -> None:
    app = app_with(tmp_path, DEPLOYS)
    async with app.run_test(size=(160, 45)) as pilot:
        text = await until(pilot, "deploy 02:01 ")
        axis = next(row for row in text.splitlines() if row.startswith("  UTC"))
        assert axis.count("D") == 2
        await pilot.press(key, key)
        await until(pilot, "D deploy")


def test_a_lane_without_a_number_has_none_before_or_after() -> None:
    assert State.SILENT in {panel.badge.state for panel in boards.silent().panels}
    assert effect(week3(), stored(calm(0, 80)), DEPLOY, after(75)) is not None
    assert moved(stored(calm(0, 80)), HTTP) is not None
    assert moved(stored(calm(0, 80)), CATCHUP) is None
