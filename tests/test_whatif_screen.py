"""The what-if screen: what is typed, each trouble on both sides, the sweep, the change to make; nothing is edited."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.events import Key

from tests import boards
from tests.boards import FakeEngine
from tests.digging import read, rows, sample_engine, shown, until
from tests.events import AUTHZ, after, denials, stored, traffic
from tests.samples import NIGHT, needs_samples
from tests.test_whatif import BURSTS, HOLD, LIMIT, LOADED, RULE, alerts_under, burst_store, edited_runbook, found, spike
from tui.locale import LANGUAGES, use
from tui.metrics.whatif import of_rule, troubles
from tui.present.check import alert_result
from tui.runbook.edit import Change
from tui.runbook.proposal import ProposalError, Wrong, around, completions, read_proposal, settings_of
from tui.session.tries import tried
from tui.ui.app import GuardiaApp
from tui.ui.screens.detail import DetailScreen
from tui.ui.screens.whatif import WhatIfScreen
from tui.ui.widgets.rows import Rows
from tui.ui.widgets.typed_field import TypedField

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from textual.pilot import Pilot

SETTINGS = settings_of(LOADED)
LANE = next(str(place) for place, metric in enumerate(LOADED.runbook.metrics, 1) if metric.id == AUTHZ)
OTHER = next(rule.id for rule in LOADED.runbook.rules if rule.id != RULE.id)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    use("en")
    yield
    use("en")


# --- what is typed --------------------------------------------------------------------------------------------------


def test_several_changes_and_one_sweep_stand_side_by_side() -> None:
    typed = read_proposal(f" {RULE.id}.for=5m  {OTHER}.threshold=2..4/1", SETTINGS)
    assert typed.changes == (Change(RULE.id, "for", "5m"),)
    assert [change.value for change in typed.sweep] == [2, 3, 4]
    assert read_proposal("", SETTINGS).changes == ()


def test_the_last_word_on_a_setting_counts() -> None:
    assert read_proposal(f"{RULE.id}.for=5m {RULE.id}.for=7m", SETTINGS).changes == (Change(RULE.id, "for", "7m"),)


@pytest.mark.parametrize(
    ("text", "wrong", "at"),
    [
        ("nobody.for=5m", Wrong.NO_RULE, 0),
        (f"{RULE.id}.for=5m nobody.for=1m", Wrong.NO_RULE, len(RULE.id) + 8),
        (f"{RULE.id}.fro=5m", Wrong.NO_KEY, len(RULE.id) + 1),
        (f"{RULE.id}.for", Wrong.SHAPE, len(RULE.id) + 4),
        (f"{RULE.id}.for=", Wrong.SHAPE, len(RULE.id) + 5),
        (f"{RULE.id}", Wrong.SHAPE, len(RULE.id)),
        (f"{RULE.id}.for=9m..1m/1m", Wrong.SWEEP, len(RULE.id) + 5),
        (f"{RULE.id}.for=1m,2m {RULE.id}.threshold=1,2", Wrong.SECOND_SWEEP, len(RULE.id) + 11),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, wrong: Wrong, at: int) -> None:
    with pytest.raises(ProposalError) as caught:
        read_proposal(text, SETTINGS)
    assert (caught.value.wrong, caught.value.at) == (wrong, at)


@given(st.text(max_size=60))
def test_nothing_that_can_be_typed_is_more_than_wrong(text: str) -> None:
    place, changes = 0, 0
    try:
        changes = len(read_proposal(text, SETTINGS).changes)
    except ProposalError as error:
        place = error.at
    assert place <= len(text)
    assert changes <= len(text.split())


def test_completion_goes_from_rules_to_keys_with_what_stands_there_today() -> None:
    assert f"{RULE.id}." in completions(RULE.id[:4], SETTINGS)
    offered = completions(f"x.y=1 {RULE.id}.", SETTINGS)
    assert f"x.y=1 {RULE.id}.for={HOLD}m" in offered
    assert f"x.y=1 {RULE.id}.threshold={LIMIT}" in offered
    assert not any(f"{RULE.id}.id" in each for each in offered)
    assert completions(f"{RULE.id}.for=5m", SETTINGS) == ()


def test_every_completion_can_be_tried_as_it_stands() -> None:
    for setting in SETTINGS:
        if setting.today is not None:
            (typed,) = completions(setting.name, (setting,))
            assert read_proposal(typed, SETTINGS).changes == (Change(setting.rule, setting.key, setting.today),)


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_a_sweep_by_itself_holds_both_values_in_order(proposed: int, today: int) -> None:
    values = [change.value for change in around(Change("r", "threshold", proposed), today)]
    assert {proposed, today} <= set(values)
    assert values == sorted(set(values), key=lambda value: float(value or 0))


@pytest.mark.parametrize(
    ("proposed", "today", "held"), [("5m", "10m", ("5m", "7m", "10m")), ("90s", "0s", ("0s", "1m", "90s", "2m"))]
)
def test_a_sweep_of_a_duration_goes_by_whole_minutes(proposed: str, today: str, held: tuple[str, ...]) -> None:
    values = [change.value for change in around(Change("r", "for", proposed), today)]
    assert [value for value in values if value in held] == list(held)


def test_words_have_no_order_to_sweep_over() -> None:
    assert around(Change("r", "severity", "A"), "B") == ()


# --- what came of it ------------------------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(BURSTS, st.integers(0, 60), st.integers(0, 12))
def test_every_episode_of_both_sides_is_in_one_trouble(
    bursts: list[tuple[int, int, int]], limit: int, hold: int
) -> None:
    told = found(burst_store(bursts), f"{RULE.id}.threshold={limit}", f"{RULE.id}.for={hold}m")
    groups = troubles(told)
    for side, episodes in (("current", told.current.episodes), ("proposed", told.proposed.episodes)):
        listed = [life for group in groups for life in getattr(group, side)]
        assert sorted(listed, key=repr) == sorted(episodes, key=repr)
    appearing = [life for group in groups if not any(one.fired_at for one in group.current) for life in group.proposed]
    assert set(told.appear) <= {life for life in appearing if life.fired_at}


def test_two_alerts_that_become_one_are_one_trouble() -> None:
    bursts = [*denials(after(10), 200, 3.0), *denials(after(28), 200, 3.0)]
    store = stored([*traffic(after(0), after(60), 5), *bursts])
    (one,) = troubles(of_rule(found(store, f"{RULE.id}.window=20m", f"{RULE.id}.threshold=0"), RULE.id))
    assert (len(one.current) > 1, len(one.proposed)) == (True, 1)


def test_a_value_that_the_runbook_refuses_is_left_out_of_a_sweep_nobody_asked_for() -> None:
    told = found(spike(20))
    wanted = [Change(RULE.id, "for", value) for value in ("3m", "no time", "4m")]
    *_growing, last = tried(LOADED, spike(20), (), wanted, told.span, asked=False)
    assert last.sweep is not None
    assert [trial.value for trial in last.sweep.trials] == ["3m", "4m"]
    assert last.sweep.today == f"{HOLD}m"


# --- the screen -----------------------------------------------------------------------------------------------------


async def opened(pilot: Pilot[None], *keys: str) -> WhatIfScreen:
    """Press keys on the board until the screen is there."""
    await read(pilot)
    await pilot.press(*keys)
    await until(pilot, "what if ❯")
    screen = pilot.app.screen
    assert isinstance(screen, WhatIfScreen)
    return screen


def typed(screen: WhatIfScreen, text: str) -> None:
    screen.query_one(TypedField).value = text


async def swept(pilot: Pilot[None], screen: WhatIfScreen, values: int) -> None:
    """Wait for so many values of the sweep."""

    def enough(_text: str) -> bool:
        proposal = screen.proposal
        return proposal is not None and proposal.sweep is not None and len(proposal.sweep.trials) == values

    await until(pilot, enough)


async def test_from_a_metric_it_proposes_that_metrics_rule_and_a_digit_typed_is_tried() -> None:
    app = GuardiaApp(sample_engine())
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await opened(pilot, LANE, LANE, "W")
        assert isinstance(app.screen_stack[-2], DetailScreen)
        assert screen.text == f"{RULE.id}.for={HOLD}m"
        await until(pilot, "nothing is proposed yet")
        await pilot.press("backspace", "backspace", "backspace", "2", "m")
        await until(pilot, f'for = "2m"  # "{HOLD}m"')
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert isinstance(app.screen, DetailScreen)


async def test_on_the_board_the_lane_with_the_focus_counts_before_what_is_suggested() -> None:
    app = GuardiaApp(sample_engine())
    async with app.run_test(size=(160, 45)) as pilot:
        screen = await opened(pilot, LANE, "W")
        assert screen.text.startswith(f"{RULE.id}.")


async def test_a_mistake_stands_under_its_piece_and_keeps_what_was_found() -> None:
    app = GuardiaApp(sample_engine())
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await opened(pilot, LANE, "W")
        await until(pilot, "alerts ")
        typed(screen, f"{RULE.id}.fro=5m")
        text = await until(pilot, "no key fro; did you mean ")
        assert "alerts " in text
        field, hint = rows(app)[2:4]
        assert hint.index("↑") == field.index("fro")
        typed(screen, f"{RULE.id}.for=soon")
        await until(pilot, lambda text: re.search(r"↑ for: .*soon", text) is not None)


async def test_tab_completes_and_what_is_typed_is_never_markup() -> None:
    app = GuardiaApp(sample_engine())
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await opened(pilot, LANE, "W")
        typed(screen, RULE.id[:-1])
        await pilot.press("tab")
        await until(pilot, f"❯ {RULE.id}.")
        await pilot.press("tab")
        assert screen.text in completions(f"{RULE.id}.", SETTINGS)
        typed(screen, "[red]x[/].for=\x1b[2J")
        await until(pilot, "no rule [red]x[/]")
        assert "\x1b[2J" not in shown(app)


async def test_a_burst_of_keys_keeps_its_order() -> None:
    app = GuardiaApp(sample_engine())
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await opened(pilot, LANE, "W")
        for key in (*[Key("backspace", "\x7f")] * 3, Key("5", "5"), Key("n", "n"), Key("left", None), Key("m", "m")):
            app.post_message(key)
        await until(pilot, f"❯ {RULE.id}.for=5mn")
        assert screen.text == f"{RULE.id}.for=5mn"


async def test_y_copies_the_change_and_enter_takes_a_value_of_the_sweep() -> None:
    app = GuardiaApp(sample_engine())
    async with app.run_test(size=(160, 45)) as pilot:
        screen = await opened(pilot, LANE, "W")
        typed(screen, f"{RULE.id}.threshold=5,{LIMIT},60")
        await swept(pilot, screen, 3)
        await pilot.press("escape", "y")
        await until(pilot, "nothing is proposed yet")
        screen.query_one("#sweep", Rows).focus()
        await pilot.press("down", "down", "enter")
        assert screen.text == f"{RULE.id}.threshold=60"
        await until(pilot, f"threshold = 60  # {LIMIT}")
        await pilot.press("y")
        await until(pilot, "copied; nothing was changed")
        assert app.clipboard == f'[[rules]]\nid = "{RULE.id}"\nthreshold = 60  # {LIMIT}'


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", [(60, 16), (80, 24), (100, 30), (160, 45), (240, 70)])
async def test_it_fits_every_size_in_both_languages(size: tuple[int, int], lang: str) -> None:
    use(lang)
    app = GuardiaApp(sample_engine(lang=lang))
    async with app.run_test(size=size) as pilot:
        await read(pilot)
        await pilot.press(LANE, "W")
        await until(pilot, f"❯ {RULE.id}.for=")
        screen = app.screen
        assert isinstance(screen, WhatIfScreen)
        typed(screen, f"{RULE.id}.for=2m {OTHER}.for=1m")
        text = await until(pilot, "[[rules]]")
        assert "SEV" in text
        assert all(len(row) == size[0] for row in rows(app))


async def test_an_engine_without_a_runbook_file_only_says_that_it_has_no_rules() -> None:
    app = GuardiaApp(FakeEngine([boards.sev1()]))
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await opened(pilot, "W")
        typed(screen, f"{RULE.id}.for=2m")
        await until(pilot, f"no rule {RULE.id}")


@needs_samples
async def test_on_the_real_night_the_pane_shows_the_near_miss_firing_and_agrees_with_check(tmp_path: Path) -> None:
    app = GuardiaApp(sample_engine(NIGHT, datetime(2026, 11, 19, 22, 45, tzinfo=UTC)))
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await opened(pilot, LANE, "W")
        typed(screen, f"{RULE.id}.for=5m,8m,10m")
        await swept(pilot, screen, 3)
        assert screen.proposal is not None
        assert screen.proposal.sweep is not None
        for trial in screen.proposal.sweep.trials:
            folder = tmp_path / str(trial.value)
            told = [alert_result(episode) for episode in trial.found.proposed.episodes]
            assert told == alerts_under(edited_runbook(folder, "for", f'"{trial.value}"'), NIGHT), trial.value
        typed(screen, f"{RULE.id}.for=5m")
        text = await until(pilot, "appears")
        assert re.search(r"21:38 +near miss 07:00 +◆ SEV2 21:43–21:45 +appears", text)
        assert "alerts 3 → 4" in text


async def test_it_goes_no_further_than_the_cursor() -> None:
    at = datetime(2026, 3, 2, 2, 7, tzinfo=UTC)
    app = GuardiaApp(sample_engine(at=at))
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await opened(pilot, LANE, "W")
        await until(pilot, "alerts ")
        assert screen.proposal is not None
        assert screen.proposal.found.span.as_of == at
        for episode in screen.proposal.found.current.episodes:
            assert episode.pending_at <= at
            assert episode.resolved_at is None or episode.resolved_at - at <= timedelta()
