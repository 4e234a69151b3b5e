"""Numbers become words and charts: exact widths, no false green, both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import boards
from tui.incident.slo import Clock, ClockKind
from tui.locale import LANGUAGES, catalogue, use
from tui.metrics.board import MarkerHit
from tui.present import chart as charts
from tui.present import feed, glyphs, timeline
from tui.present.breakdown import fields_text
from tui.present.clocks import clock_block, clock_line
from tui.present.digits import big
from tui.present.format import age, duration, number, percent, route_prefix, short_route, stamp, times
from tui.present.header import footer, header
from tui.present.helptext import help_lines
from tui.present.lanes import axis_line, lane
from tui.present.plan import PANES, Box, LaneStyle, Shape, Size, plan
from tui.present.sidepane import side_lines
from tui.present.situation import severity_glyph
from tui.present.spans import ROLES, Line, Span, cut, cut_middle, fit, line_width, plain, rule, spread, width, wrap
from tui.present.strip import strip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.present.situation import Situation

WIDTHS = (59, 80, 100, 110, 160, 240)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    use("en")
    yield
    use("en")


def text(lines: tuple[Line, ...]) -> str:
    return "\n".join(plain(line) for line in lines)


def every_line(situation: Situation, cells: int) -> Iterator[Line]:
    yield header(situation, cells)
    for size in Size:
        yield from strip(situation, cells, size)
    for style in LaneStyle:
        for index in range(len(situation.panels)):
            yield from lane(situation, index, cells, style, focused=index == 1)
    yield axis_line(situation, cells)
    yield from side_lines(situation, cells)
    yield from (timeline.timeline_line(row, situation.now, cells) for row in timeline.rows(situation))
    yield from (feed.feed_line(situation, row, cells) for row in situation.events)
    yield from help_lines(situation.rules, (("q", "quit"),), (("q", "quit"), ("x", "trace")), cells)
    yield footer((("q", "quit"), ("?", "help")), cells)


# --- words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "00:00"), (252, "04:12"), (3599, "59:59"), (3840, "1h04m"), (-43, "00:43"), (86400 * 2 + 3600 * 21, "2d21h")],
)
def test_a_duration_has_two_parts(seconds: int, said: str) -> None:
    assert duration(timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(
    ("value", "said"), [(None, "–"), (0, "0"), (0.44, "0.4"), (1240, "1 240"), (117.6, "118"), (20_358_335, "2e+07")]
)
def test_a_number_is_as_long_as_it_must_be(value: float | None, said: str) -> None:
    assert number(value) == said


def test_small_shares_never_read_as_nothing() -> None:
    assert [percent(share) for share in (None, 0, 0.0002, 0.004, 0.92, 1)] == ["–", "0", "<0.1", "0.4", "92", "100"]


def test_ages_and_ratios_stay_short() -> None:
    assert [age(timedelta(seconds=each)) for each in (-3, 2, 90, 7300, 200_000)] == ["0s", "2s", "1m", "2h", "2d"]
    assert [times(each) for each in (None, 0.94, 4.06, 117.5, 5e6)] == ["", "×0.9", "×4.1", "×118", "×999+"]


def test_another_day_is_said() -> None:
    assert stamp(boards.ago(10), boards.NOW) == "02:11:13"
    assert stamp(boards.ago(60 * 24), boards.NOW) == "23 02:21"


def test_what_all_routes_share_is_left_out() -> None:
    assert route_prefix(("/api/auth/login", "/api/realtime/status")) == "/api/"
    assert route_prefix(("/a/b", "/c/d")) == "/"
    assert short_route("/api/auth/login", "/api/") == "auth/login"


# --- cells ---------------------------------------------------------------------------------------------------------

printable = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z", "M")), max_size=40)


@given(printable, st.integers(0, 50))
def test_cutting_never_exceeds_its_room(words: str, cells: int) -> None:
    assert width(cut(words, cells)) <= cells
    assert width(cut_middle(words, cells)) <= cells


@given(st.lists(st.tuples(printable, st.sampled_from(ROLES)), max_size=6), st.integers(0, 60))
def test_a_fitted_line_is_exactly_as_wide_as_asked(pieces: list[tuple[str, str]], cells: int) -> None:
    line = tuple(Span(words, role) for words, role in pieces)
    assert line_width(fit(line, cells)) == cells
    assert line_width(spread(line, line[:1], cells)) == cells
    assert line_width(rule(line[:1], line[1:2], cells)) == cells


@given(st.lists(printable, max_size=8).map(" ".join), st.integers(1, 50))
def test_wrapped_lines_fit_and_keep_the_words(sentence: str, cells: int) -> None:
    lines = wrap(sentence, cells)
    assert all(width(each) <= cells for each in lines)
    if all(width(word) <= cells for word in sentence.split()):
        assert " ".join(lines).split() == sentence.split()


def test_ids_keep_both_their_ends() -> None:
    assert cut_middle("req_v071rdbvvmwo1ag3z", 11) == "req_v…1ag3z"


def test_a_cut_says_so() -> None:
    assert cut("bootstrap", 5) == "boot…"
    assert plain(fit((Span("abc"), Span("def")), 4)) == "abc…"


@pytest.mark.parametrize("symbol", ["S", "E", "V", *"0123456789", ":", "+", "?", "h", "m"])
def test_big_digits_have_three_rows_of_one_width(symbol: str) -> None:
    drawn = big(symbol)
    assert drawn is not None
    assert len(drawn) == 3
    assert len({len(row) for row in drawn}) == 1


def test_big_digits_are_legible() -> None:
    assert big("SEV1") == ("█▀▀ █▀▀ █ █ ▀█ ", "▀▀█ █▀  █ █  █ ", "▀▀▀ ▀▀▀  ▀  ▀▀▀")
    assert big("€") is None


# --- charts --------------------------------------------------------------------------------------------------------

values = st.lists(st.one_of(st.none(), st.floats(0, 1e6)), min_size=1, max_size=60)
limits = st.one_of(st.none(), st.floats(0, 1e6))


def made(given_values: list[float | None], limit: float | None, op: str = ">") -> charts.Series:
    panel = boards.panel(boards.AUTH, None, given_values, threshold=limit, op=op)
    return charts.series(panel, lambda _severity: 0)


@given(values, limits, st.sampled_from([">", ">="]), st.integers(1, 8))
def test_a_breach_shows_above_the_limit_by_its_shape_alone(
    given_values: list[float | None], limit: float | None, op: str, rows: int
) -> None:
    source = made(given_values, limit, op)
    drawn = [plain(line) for line in charts.chart(source, len(given_values), rows)]
    assert {len(row) for row in drawn} == {len(given_values)}
    border = charts.limit_row(source, rows) + 1 if limit is not None else 0
    for column, value in enumerate(given_values):
        above = "".join(row[column] for row in drawn[:border])
        breach = limit is not None and value is not None and (value > limit or (op == ">=" and value == limit))
        if border:
            assert bool(set(above) & set("▁▂▃▄▅▆▇█")) == breach
        if value is None:
            assert all(row[column] == " " for row in drawn)
        else:
            assert any(row[column] != " " for row in drawn)


@given(values, st.floats(0, 1e6), st.integers(1, 60))
def test_a_spark_rises_over_its_half_only_on_a_breach(
    given_values: list[float | None], limit: float, cells: int
) -> None:
    source = charts.squeeze(made(given_values, limit), cells)
    for char, over in zip(plain(charts.spark(source, cells)), source.over, strict=True):
        assert (char in "▅▆▇█") == over


@given(values, st.integers(1, 120))
def test_squeezing_keeps_the_highest_value(given_values: list[float | None], cells: int) -> None:
    known = [value for value in given_values if value is not None]
    shown = [value for value in charts.squeeze(made(given_values, 5), cells).values if value is not None]
    assert max(shown, default=None) == max(known, default=None)


def test_bars_take_the_colour_of_what_fires() -> None:
    source = charts.series(boards.sev1().panels[0], boards.situation().rank)
    assert source.roles[-1] == "severe0"
    assert source.roles[-8] == "watch"
    assert source.roles[0] == "quiet"


def test_the_axis_ends_at_now() -> None:
    drawn = charts.axis(boards.NOW, 60, 60)
    assert len(drawn) == 60
    assert drawn.endswith("02:21")


# --- layout --------------------------------------------------------------------------------------------------------


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    panes = st.sampled_from(PANES)
    return Shape(
        firing=tuple(draw(st.lists(st.booleans(), min_size=1, max_size=5))),
        alert=draw(st.booleans()),
        worst=draw(st.booleans()),
        tab=draw(panes),
        zoom=draw(st.one_of(st.none(), panes)),
    )


@given(st.integers(1, 300), st.integers(1, 100), shapes())
def test_boxes_stay_inside_and_never_overlap(columns: int, rows: int, shape: Shape) -> None:
    visible = [box for box in plan(columns, rows, shape).boxes.values() if box.width > 0 and box.height > 0]
    assert all(_inside(box, columns, rows) for box in visible)
    pairs = [(one, other) for index, one in enumerate(visible) for other in visible[index + 1 :]]
    assert not any(_overlap(one, other) for one, other in pairs)


def _inside(box: Box, columns: int, rows: int) -> bool:
    return box.x >= 0 and box.y >= 0 and box.x + box.width <= columns and box.y + box.height <= rows


def _overlap(one: Box, other: Box) -> bool:
    across = one.x < other.x + other.width and other.x < one.x + one.width
    return across and one.y < other.y + other.height and other.y < one.y + one.height


def test_a_lane_grows_only_when_its_severity_changes() -> None:
    calm = plan(160, 45, Shape((False,) * 5, alert=True)).boxes
    loud = plan(160, 45, Shape((True, False, False, False, False), alert=True)).boxes
    assert [calm[f"lane{index}"].height for index in range(5)] == [3, 3, 3, 3, 3]
    assert [loud[f"lane{index}"].height for index in range(5)] == [5, 3, 3, 3, 3]


# --- every board, every width, both languages ----------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", boards.BOARDS)
def test_every_line_is_exactly_as_wide_as_its_place(name: str, lang: str) -> None:
    use(lang)
    situation = boards.situation(boards.BOARDS[name](), lang)
    for cells in WIDTHS:
        for line in every_line(situation, cells):
            assert line_width(line) == cells, plain(line)
            assert {span.role for span in line} <= set(ROLES)


@pytest.mark.parametrize("name", boards.BOARDS)
def test_plain_symbols_are_plain_and_keep_every_width(name: str) -> None:
    situation = boards.situation(boards.BOARDS[name]())
    for line in every_line(situation, 110):
        drawn = plain(glyphs.plain_symbols(line))
        assert len(drawn) == len(plain(line))
        assert drawn.isascii(), drawn


@pytest.mark.parametrize("name", ["silent", "down", "no data"])
def test_without_data_nothing_looks_well(name: str) -> None:
    situation = boards.situation(boards.BOARDS[name]())
    for style in LaneStyle:
        for index in range(len(situation.panels)):
            said = text(lane(situation, index, 100, style))
            assert "OK" not in said
            assert re.search(r"–", said), said
    assert "none over its limit" not in text(side_lines(situation, 48))


def test_after_a_failure_nothing_looks_well() -> None:
    situation = boards.situation(failure="OSError")
    assert "STOPPED" in text(strip(situation, 160, Size.WIDE))
    assert all("OK" not in text(lane(situation, index, 100, LaneStyle.FULL)) for index in range(5))


def test_silence_keeps_the_last_severity_in_view() -> None:
    situation = boards.situation(boards.silent())
    assert "? SILENT · last SEV2" in text(lane(situation, 1, 110, LaneStyle.FULL))
    assert "? SILENT SEV2" in text(lane(situation, 1, 79, LaneStyle.ONE_LINE))


@pytest.mark.parametrize("cells", [59, 79, 100, 139])
def test_one_liners_never_cut_a_badge_a_value_or_a_countdown(cells: int) -> None:
    situation = boards.situation(boards.sev1())
    said = [text(lane(situation, index, cells, LaneStyle.ONE_LINE)) for index in range(5)]
    wholes = ("47 > 0", "105 > 40", "1240 > 1000", "1 < 5", "1 240/min")
    for line, whole in zip(said, wholes, strict=True):
        assert whole in line
    assert "▲ SEV1 07:13" in said[0]
    assert "● WATCH in 04:12" in said[2]


def test_the_strip_has_both_clocks_before_anybody_declared() -> None:
    said = text(strip(boards.situation(boards.sev1()), 80, Size.SMALL))
    assert "ACK +02:13 OVER" in said
    assert "MITIGATE 22:47" in said
    assert "△ SEV1?" in said


@pytest.mark.parametrize(("cells", "size"), [(160, Size.WIDE), (100, Size.MEDIUM), (60, Size.SMALL)])
def test_a_suggestion_kept_through_silence_says_that_it_is_old(cells: int, size: Size) -> None:
    situation = boards.situation(replace(boards.sev1(), silent_since=boards.ago(2)))
    assert "? SILENT" in text(strip(situation, cells, size))


def test_a_slow_rise_is_pointed_out() -> None:
    risen = boards.board(panels=boards.with_panel(boards.calm_panels(), boards.ACK, trend=True, ratio=3.4))
    situation = boards.situation(risen)
    assert "↗×3.4" in text(lane(situation, 3, 110, LaneStyle.FULL))
    assert "Rising slowly ↗" in text(side_lines(situation, 48))


def test_combined_fields_are_shortened_only_as_far_as_they_must() -> None:
    situation = boards.situation()
    assert fields_text(situation, ("500", "/api/auth/bootstrap"), 18) == "500 auth/bootstrap"
    assert fields_text(situation, ("null", "NOT_FOUND"), 11) == "– NOT_FOUND"
    squeezed = fields_text(situation, ("reconcile_status", "NOT_FOUND_OR_NO_ACCESS"), 18)
    assert width(squeezed) <= 18
    assert squeezed == "reconci… NOT_FOUN…"


def test_a_runbook_with_other_severities_has_its_own_shapes() -> None:
    situation = boards.situation()
    assert [situation.role(each) for each in ("SEV1", "SEV2", "unheard of")] == ["severe0", "severe1", "severe0"]
    assert [severity_glyph(0), severity_glyph(1), severity_glyph(0, suggested=True)] == ["▲", "◆", "△"]


def test_a_pending_rule_suggests_no_severity() -> None:
    situation = boards.situation(boards.pending())
    (line,) = strip(situation, 100, Size.MEDIUM)
    assert "NO OPEN INCIDENT" in plain(line)
    assert "Realtime 401/403 06:47 to fire" in plain(line)
    assert "SEV" not in plain(line)
    assert not situation.clocks


def test_amber_is_watched_without_a_countdown() -> None:
    said = text(lane(boards.situation(boards.amber()), 2, 110, LaneStyle.FULL))
    assert "● WATCH ━" in said
    assert "to fire" not in said


@pytest.mark.parametrize(
    ("minutes", "said", "role"),
    [
        (1, "ACK 04:00", "strong"),
        (3, "ACK 02:00 !", "watch"),
        (4.5, "ACK 00:30 !!", "severe0"),
        (6, "+01:00 OVER", "fill-severe0"),
    ],
)
def test_a_clock_says_how_urgent_it_is_without_colour(minutes: float, said: str, role: str) -> None:
    clock = Clock(ClockKind.ACK, boards.NOW, boards.NOW + timedelta(minutes=5))
    now = boards.NOW + timedelta(minutes=minutes)
    line = clock_line(clock, now)
    assert said in plain(line)
    assert role in {span.role for span in line}
    assert all(line_width(row) == 26 for row in clock_block(clock, now, 26, bar=True))


def test_a_finished_clock_stands_still() -> None:
    taken = boards.NOW + timedelta(minutes=3, seconds=12)
    clock = Clock(ClockKind.ACK, boards.NOW, boards.NOW + timedelta(minutes=5), taken)
    assert plain(clock_line(clock, boards.NOW + timedelta(hours=2))) == "ACK ✓ 03:12 of 05:00"


def test_the_timeline_tells_each_life_of_a_rule_newest_first() -> None:
    rows = timeline.rows(boards.situation())
    said = [row.what for row in rows if not row.folds]
    assert said == ["alert resolved", "fired", "watch", "near miss"]
    assert sum(row.count for row in rows if row.what == "JWT expired") == 12
    assert rows[-1].approximate


def marked(*found: tuple[str, float]) -> list[tuple[str, int]]:
    """Names and counts of the rows that markers so many minutes ago give, the newest first."""
    hits = tuple(
        MarkerHit(name, boards.ago(minutes), approximate=False, capture=None, source=0, offset=0, length=1)
        for name, minutes in found
    )
    return [(row.what, row.count) for row in timeline.rows(boards.situation(boards.board(markers=hits)))]


def test_equal_markers_close_together_fold_into_the_newest() -> None:
    assert marked(("boot", 9), ("boot", 8), ("sigterm", 7.5), ("boot", 7))[:2] == [
        ("boot", 3),
        ("SIGTERM: told to stop", 1),
    ]


def test_markers_do_not_fold_over_an_alert_or_over_a_long_time() -> None:
    assert [count for name, count in marked(("boot", 121), ("boot", 119)) if name == "boot"] == [1, 1]
    assert [count for name, count in marked(("boot", 20), ("boot", 9)) if name == "boot"] == [1, 1]


def test_hostile_text_becomes_pictures() -> None:
    hostile = "\x1b]0;owned\x07\u202e[/x]"
    source = replace(boards.board().sources[0], name=hostile, format=hostile)
    row = replace(boards.events()[0], route=hostile, detail=hostile, request_id=hostile)
    situation = boards.situation(boards.board(sources=(source,)), events=[row], sources_label=hostile)
    for line in every_line(situation, 160):
        assert plain(line).isprintable(), ascii(plain(line))


# --- catalogues ----------------------------------------------------------------------------------------------------


def spanish() -> dict[object, object]:
    return {message.id: message.string for message in catalogue.read("es") if message.id}


def test_every_message_of_the_code_is_translated() -> None:
    wanted = {message.id for message in catalogue.extracted() if message.id}
    found = spanish()
    assert wanted == set(found), "run python -m tui.locale.catalogue"
    assert [each for each, string in found.items() if not (all(string) if isinstance(string, tuple) else string)] == []
    assert not [message.id for message in catalogue.read("es") if message.fuzzy and message.id]


def test_translations_keep_the_placeholders() -> None:
    for asked, said in spanish().items():
        for one, other in zip(_forms(asked), _forms(said), strict=True):
            assert set(re.findall(r"\{\w*\}", one)) == set(re.findall(r"\{\w*\}", other)), one


def _forms(message: object) -> tuple[str, ...]:
    return tuple(map(str, message)) if isinstance(message, tuple | list) else (str(message),)


def test_the_compiled_catalogue_is_the_written_one() -> None:
    assert catalogue.mo_path("es").read_bytes() == catalogue.compiled(catalogue.read("es"))


def test_only_known_languages_are_spoken() -> None:
    with pytest.raises(ValueError, match="no such language"):
        use("xx")
