"""The strip at every size: digits of double height, clocks of days, signs that need two cells."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import boards, rooms
from tests.incidents import at, declared
from tui.incident.slo import Clock, ClockKind
from tui.locale import LANGUAGES, use
from tui.present.clocks import BLOCK_WIDTH, DOUBLE_WIDTH, clock_block
from tui.present.digits import big, huge
from tui.present.format import coarse, duration
from tui.present.glyphs import plain_symbols
from tui.present.header import footer
from tui.present.plan import Shape, Size, plan, size_of
from tui.present.spans import Span, gap, line_width, plain
from tui.present.strip import strip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.present.situation import Situation

SIZES = {Size.HUGE: (200, 240), Size.WIDE: (140, 199), Size.MEDIUM: (96, 139), Size.SMALL: (60, 95)}
ROWS = {Size.HUGE: 7, Size.WIDE: 5, Size.MEDIUM: 4, Size.SMALL: 3}


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    use("en")
    yield
    use("en")


def commanded(lang: str = "en") -> Situation:
    shown = boards.situation(boards.sev1(), lang)
    return replace(shown, now=at(20), incident=rooms.picture(declared(now=10), shown, lang))


# --- digits -----------------------------------------------------------------------------------------------------------


@given(st.text("0123456789SEV+:hmd ", min_size=1, max_size=9))
def test_double_digits_are_the_same_picture_twice_as_large(text: str) -> None:
    small, large = big(text), huge(text)
    assert small is not None
    assert large is not None
    assert len(large) == 5
    assert {len(row) for row in large} == {2 * len(small[0])}
    halves = [("▀█" if row % 2 == 0 else "▄█") for row in range(5)]
    for row, line in enumerate(large):
        drawn = "".join("██" if char in halves[row] else "  " for char in small[row // 2])
        assert drawn == line


def test_what_the_font_lacks_is_written_out() -> None:
    assert huge("SEV1") is not None
    assert huge("critical") is None


# --- the strip at every size ------------------------------------------------------------------------------------------


def test_double_height_begins_at_two_hundred_by_sixty() -> None:
    assert [size_of(*cells) for cells in ((200, 60), (199, 60), (200, 59), (240, 70))] == [
        Size.HUGE, Size.WIDE, Size.WIDE, Size.HUGE,
    ]  # fmt: skip
    alert, calm = (plan(240, 70, Shape((True, False), alert=alert)) for alert in (True, False))
    assert (alert.boxes["strip"].height, calm.boxes["strip"].height) == (7, 1)
    assert alert.boxes["side"].width == 56


@pytest.mark.parametrize("cells", SIZES[Size.SMALL])
def test_where_there_is_no_room_for_a_block_the_severity_fills_its_row(cells: int) -> None:
    first = strip(commanded(), cells, Size.SMALL)[0]
    assert ({span.role for span in first}, line_width(first)) == ({"fill-severe0"}, cells)


def test_lanes_are_taller_there_while_the_panes_keep_their_rows() -> None:
    """Five lanes that all fire leave too little at two hundred by sixty."""

    def heights(width: int, height: int, *firing: bool) -> list[int]:
        boxes = plan(width, height, Shape(firing, alert=True)).boxes
        return [boxes[f"lane{index}"].height for index in range(len(firing))]

    assert heights(240, 70, True, False) == [8, 4]
    assert heights(199, 70, True, False) == [5, 3]
    assert heights(200, 60, *[True] * 5) == [8] * 5
    assert heights(200, 60, *[True] * 6) == [5] * 6


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_declaring_changes_no_height_and_every_row_fits(size: Size, lang: str) -> None:
    use(lang)
    for cells in SIZES[size]:
        for situation in (boards.situation(boards.sev1(), lang), commanded(lang)):
            rows = strip(situation, cells, size)
            assert len(rows) == ROWS[size]
            assert {line_width(row) for row in rows} == {cells}


@pytest.mark.parametrize("cells", SIZES[Size.HUGE])
def test_the_large_strip_says_everything_that_the_small_one_does(cells: int) -> None:
    large = "\n".join(plain(row) for row in strip(commanded(), cells, Size.HUGE))
    for wanted in ("██████  ██████  ██  ██  ████", "[DECLARED]", "owner @ana", "MITIGATE", "ACK OVER", "of 30:00"):
        assert wanted in large


# --- clocks that ran for days -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("double", [False, True])
@pytest.mark.parametrize("hours", [0.5, 1.1, 9.99, 10.5, 23.9, 24.1, 51, 240, 2400])
def test_a_clock_is_never_cut(hours: float, double: bool) -> None:
    clock = Clock(ClockKind.MITIGATE, at(0), at(30))
    now = at(30) + timedelta(hours=hours)
    cells = DOUBLE_WIDTH if double else BLOCK_WIDTH
    rows = clock_block(clock, now, cells, bar=True, double=double)
    assert {line_width(row) for row in rows} == {cells}
    assert not any("…" in plain(row) for row in rows)
    exact = f"+{duration(timedelta(hours=hours))}"
    whole = (huge if double else big)(exact)
    assert whole is not None
    digits = tuple(plain(row)[1 : 1 + len(whole[0])] for row in rows[1 : 1 + len(whole)])
    assert digits == whole or exact in plain(rows[0])


@pytest.mark.parametrize(("hours", "said"), [(0.5, "30:00"), (10.5, "10h"), (51, "2d")])
def test_where_two_numbers_do_not_fit_the_larger_one_stands(hours: float, said: str) -> None:
    assert coarse(timedelta(hours=hours)) == said


# --- signs and keys ---------------------------------------------------------------------------------------------------


def test_at_least_stays_at_least_without_symbols() -> None:
    line = (Span("login down ", "muted"), Span("92 % ≥ 50 %"), gap(4))
    drawn = plain_symbols(line)
    assert plain(drawn) == "login down 92 % >=50 %    "
    assert line_width(drawn) == line_width(line)


@given(st.lists(st.text("ab ≥≤>…▲", max_size=8), max_size=5))
def test_plain_signs_keep_the_width_and_say_no_less(texts: list[str]) -> None:
    line = tuple(Span(text) for text in texts)
    drawn = plain(plain_symbols(line))
    assert drawn.isascii()
    assert len(drawn) == line_width(line)


@pytest.mark.parametrize("cells", [60, 80, 100])
def test_quit_and_help_are_always_in_the_footer(cells: int) -> None:
    keys = tuple((letter, "something to do") for letter in "abcdefgh")
    assert plain(footer((*keys, ("q", "quit"), ("?", "help")), cells)).endswith("q quit  ? help ")
