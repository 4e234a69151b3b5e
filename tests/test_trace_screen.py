"""Trace, events, palette, pages: what they show, which keys work, what must never reach a terminal."""

from __future__ import annotations

import gzip
import random
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta
from itertools import cycle, islice
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.widgets import Input

from tests import boards
from tests.boards import ANCHOR, situation
from tests.digging import (
    OUTAGE,
    firing_engine,
    sample_engine,
    shown,
    strips,
    until,
)
from tests.events import AUTH, HTTP, after, event, stored, week3
from tests.tour import read_out, type_at_once
from tui.locale import LANGUAGES, use
from tui.logs.source import SourceState
from tui.metrics.tracing import trace_rows
from tui.present.actions import known_acts, matching
from tui.present.pages import settings_lines, source_lines
from tui.present.spans import line_width, plain
from tui.present.trace_view import bearing_line, gap_text, trace_line, trace_title
from tui.session.bearing import Bearing, EventSpan, count_bearing, event_spans, raw_command, shell_quoted
from tui.settings import load
from tui.ui.app import GuardiaApp
from tui.ui.questions import Failed, Questions
from tui.ui.screens.ask_id import AskId
from tui.ui.screens.board import BoardScreen
from tui.ui.screens.command_palette import PaletteScreen
from tui.ui.screens.dig import DigScreen
from tui.ui.screens.events import EventsScreen
from tui.ui.screens.help import HelpScreen
from tui.ui.screens.pages import SettingsScreen, SourcesScreen
from tui.ui.screens.trace import TraceScreen
from tui.ui.widgets.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from textual.pilot import Pilot

    from tui.ui.questions import Diggable

RULES = week3()
HOSTILE = ("[@click=app.quit]x[/]", "[/x]", "\x1b]0;owned\x07", "\x1b[2J", "a\x00b\x7f", "\u202eevil")
BASH = shutil.which("bash") or ""


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.chdir(tmp_path)
    use("en")
    yield
    use("en")


def on_board(app: GuardiaApp) -> bool:
    return isinstance(app.screen, BoardScreen)


# --- the trace's numbers --------------------------------------------------------------------------------------------


def test_a_trace_is_in_time_order_over_all_sources_with_what_it_took() -> None:
    store = stored(
        [
            event(AUTH, after(1, 0.5), "req_trace1", source=1, statusCode=500, code="INTERNAL_ERROR"),
            event(HTTP, after(1), "req_trace1", statusCode=500, route="/api/auth/login", durationMs=390.0),
            event(HTTP, after(1), "req_other1", statusCode=200),
        ]
    )
    rows = trace_rows(RULES, store.trace("req_trace1"), ("a.log", "b.log"))
    assert [(row.row.metric, row.source) for row in rows] == [(HTTP, "a.log"), (AUTH, "b.log")]
    assert [row.took for row in rows] == [timedelta(milliseconds=390), None]
    title = plain(trace_title("req_trace1", rows, 100))
    assert "2 events · 12:01:00.000 → +500 ms" in title
    lines = [plain(trace_line(situation(), rows, index, 100)) for index in range(2)]
    assert "390 ms" in lines[0]
    assert "+500 ms" in lines[1]
    assert lines[0].index("▬") < lines[1].index("▬")


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(), "+0 ms"),
        (timedelta(milliseconds=999), "+999 ms"),
        (timedelta(seconds=3.2), "+3.2 s"),
        (timedelta(minutes=4, seconds=12), "+04:12"),
        (timedelta(hours=2), "+2h00m"),
    ],
)
def test_gaps_are_as_long_as_they_need(span: timedelta, text: str) -> None:
    assert gap_text(span) == text


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("cells", [20, 60, 80, 100, 160])
def test_rows_of_a_trace_fit_whatever_they_hold(cells: int, lang: str) -> None:
    use(lang)
    store = stored([event(HTTP, after(0, number), "req_trace1", durationMs=1e7) for number in range(3)])
    rows = trace_rows(RULES, store.trace("req_trace1"), ("a.log",))
    hostile = tuple(
        replace(row, source=text, row=replace(row.row, route=text, detail=text))
        for row, text in zip(rows, HOSTILE[1:4], strict=True)
    )
    lines = [trace_line(situation(lang=lang), hostile, index, cells) for index in range(3)]
    lines += [trace_title(HOSTILE[3], hostile, cells), bearing_line(Bearing(3, (), 5, 1, finished=True), cells)]
    assert {line_width(line) for line in lines} == {cells}
    assert all(plain(line).isprintable() for line in lines)


# --- other lines ----------------------------------------------------------------------------------------------------


def lines_bearing(text: str, wanted: str) -> list[int]:
    """Counted another way: numbers of the lines that hold the id as a whole word."""
    word = re.compile(rf"(?<![\w.:-]){re.escape(wanted)}(?![\w.:-])", re.ASCII)
    return [number for number, line in enumerate(text.split("\n"), 1) if word.search(line)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet='ab-"x 1\n', max_size=12), max_size=30), st.integers(1, 40))
def test_lines_are_counted_whole_however_the_bytes_are_cut(pieces: list[str], size: int) -> None:
    from tui.session.bearing import _Lines

    text = "ab-1".join(pieces)
    data = text.encode()
    counted = _Lines(b"ab-1", ())
    for start in range(0, len(data), size):
        counted.feed(data[start : start + size])
    counted.end()
    assert counted.numbers == lines_bearing(text, "ab-1")[:60]
    assert counted.total == counted.others == len(lines_bearing(text, "ab-1"))


def test_events_of_the_trace_are_no_other_lines() -> None:
    from tui.session.bearing import _Lines

    data = b"x req_abc1 y\nevent req_abc1\nreq_abc12\nz req_abc1"
    counted = _Lines(b"req_abc1", {EventSpan(13, 27)})
    counted.feed(data)
    counted.end()
    assert (counted.total, counted.others, counted.numbers) == (3, 2, [1, 2, 4])


@pytest.mark.parametrize("packed", [False, True])
def test_the_command_prints_exactly_the_lines_that_bear_the_id(tmp_path: Path, packed: bool) -> None:
    raw = gzip.decompress(OUTAGE.read_bytes())
    folder = tmp_path / "it's a 'log' folder; $(x)"
    folder.mkdir()
    log = folder / ("app.log.gz" if packed else "app.log")
    log.write_bytes(gzip.compress(raw, 1) if packed else raw)
    engine = sample_engine(log)
    row = next(row for row in engine.recent(200) if row.metric == AUTH and row.request_id)
    wanted = row.request_id or ""
    spans = event_spans(engine.store.trace(wanted).select("source", "offset", "length").iter_rows(named=True))
    found = list(count_bearing(engine.reader.places, wanted, spans))[-1]
    assert found.finished
    bearing = lines_bearing(raw.decode(), wanted)
    assert found.total == len(bearing)
    assert found.others == len(bearing) - sum(map(len, spans.values()))
    printed = subprocess.run(
        [BASH, "-c", raw_command(engine.reader.places, wanted, found)], capture_output=True, text=True, check=True
    )
    assert printed.stdout.splitlines() == [raw.decode().split("\n")[number - 1] for number in bearing]


@pytest.mark.skipif(not BASH, reason="bash is not installed")
@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=1, max_size=20).filter(lambda name: b"\0" not in name))
def test_any_path_survives_the_shell(name: bytes) -> None:
    path = "/" + name.decode("utf-8", "surrogateescape")
    quoted = shell_quoted(path)
    assert quoted.isprintable()
    quoted.encode()
    printed = subprocess.run([BASH, "-c", f"printf %s {quoted}"], capture_output=True, check=True)
    assert printed.stdout == b"/" + name


# --- questions ------------------------------------------------------------------------------------------------------


class _Asker:
    def __init__(self) -> None:
        self.heard: list[tuple[str, object, bool]] = []

    def post_message(self, message: object) -> None:
        from tui.ui.questions import Learned

        assert isinstance(message, Learned)
        self.heard.append((message.slot, message.value, message.last))


def test_a_newer_question_takes_the_place_of_an_older_one() -> None:
    questions, asker = Questions(), _Asker()
    questions.ask(asker, "a", lambda _engine: 1)  # type: ignore[arg-type]
    questions.ask(asker, "a", lambda _engine: 2)  # type: ignore[arg-type]
    questions.ask(asker, "b", lambda _engine: iter([3, 4]))  # type: ignore[arg-type]
    assert questions.busy
    questions.work(firing_engine())
    assert asker.heard == [("a", 2, True), ("b", 4, True)]
    assert not questions.busy


def test_a_question_that_fails_says_its_type_and_stops_nothing() -> None:
    def fail(_engine: Diggable) -> object:
        raise ValueError("a secret from a log")

    def fail_later(_engine: Diggable) -> Iterator[int]:
        yield 1
        raise KeyError("a secret from a log")

    questions, asker = Questions(), _Asker()
    questions.ask(asker, "a", fail)  # type: ignore[arg-type]
    questions.ask(asker, "b", fail_later)  # type: ignore[arg-type]
    questions.work(firing_engine())
    assert asker.heard == [("a", Failed("ValueError"), True), ("b", Failed("KeyError"), True)]


def test_who_is_gone_hears_nothing() -> None:
    questions, asker = Questions(), _Asker()
    questions.ask(asker, "a", lambda _engine: 1)  # type: ignore[arg-type]
    questions.forget(asker)  # type: ignore[arg-type]
    questions.work(firing_engine())
    assert asker.heard == []


# --- the trace on the screen ----------------------------------------------------------------------------------------


async def opened(pilot: Pilot[None], *keys: str) -> GuardiaApp:
    app = pilot.app
    assert isinstance(app, GuardiaApp)
    await until(pilot, "Auth 5xx")
    await pilot.press(*keys)
    return app


async def test_x_and_enter_open_the_anchors_trace() -> None:
    async with GuardiaApp(sample_engine()).run_test(size=(100, 30)) as pilot:
        app = await opened(pilot, "x", "enter")
        assert isinstance(app.screen, TraceScreen)
        text = await until(pilot, "2 other lines bear it")
        assert "Trace web-7b662492-0ba0-4d20-a6ae-f4519d25309f" in text
        assert "2 events" in text
        await pilot.press("y")
        text = await until(pilot, "copied: gzip -dc")
        assert app.clipboard.startswith("gzip -dc ")
        assert app.clipboard.endswith("q'")
        await pilot.press("escape")
        assert on_board(app)


async def test_an_id_can_be_typed_or_pasted() -> None:
    async with GuardiaApp(sample_engine()).run_test(size=(100, 30)) as pilot:
        app = await opened(pilot, "x")
        app.screen.query_one(Input).value = "12345"
        await pilot.press("enter")
        await until(pilot, "not a usable requestId")
        app.screen.query_one(Input).value = ' "req_nobody_has_it" '
        await pilot.press("enter")
        await until(pilot, "no event bears req_nobody_has_it")
        await pilot.press("y")
        await until(pilot, "no file holds a line")


async def test_new_events_of_the_id_join_the_trace() -> None:
    engine = firing_engine()
    app = GuardiaApp(engine)
    async with app.run_test(size=(160, 45)) as pilot:
        await opened(pilot, "x", "enter")
        await until(pilot, "40 events")
        from tests.events import parsed

        engine.store.add(parsed([event(AUTH, boards.ago(seconds=0.5), ANCHOR, statusCode=500)]))
        engine.boards.append(boards.sev1())
        app.wake()
        await until(pilot, "41 events")


# --- events ---------------------------------------------------------------------------------------------------------


async def test_the_filter_narrows_while_typing_and_says_what_is_wrong() -> None:
    async with GuardiaApp(sample_engine()).run_test(size=(100, 30)) as pilot:
        app = await opened(pilot, "slash")
        assert isinstance(app.screen, EventsScreen)
        field = app.screen.query_one(Input)
        field.value = "status:503"
        await until(pilot, lambda text: " 200 " not in text and " 503 " in text)
        field.value = "statu:503"
        text = await until(pilot, "no field statu; did you mean")
        assert " 503 " in text
        field.value = "metric:auth_5xx status:503"
        await until(pilot, lambda text: " 500 " not in text and "INTERNAL_ERROR" in text)


async def test_tab_completes_and_goes_through_the_offers() -> None:
    async with GuardiaApp(sample_engine()).run_test(size=(100, 30)) as pilot:
        app = await opened(pilot, "slash", "r", "e", "a")
        field = app.screen.query_one(Input)
        await pilot.press("tab")
        assert field.value == "reason:"
        await pilot.press("tab")
        assert field.value == "readFailed:"
        await pilot.press("tab", "F", "O", "tab")
        assert field.value == "reason:FORBIDDEN_STREAM"


async def test_the_list_is_frozen_while_scrolled_and_follows_again() -> None:
    engine = firing_engine()
    app = GuardiaApp(engine)
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot, "e", "e")
        assert isinstance(app.screen, EventsScreen)
        await until(pilot, "req_v071rdbv")
        await pilot.press("down", "down")
        before = (await until(pilot, "frozen")).splitlines()[6:-1]
        from tests.events import parsed

        engine.store.add(parsed([event(AUTH, boards.NOW, "req_newest1", statusCode=500)]))
        engine.boards.append(boards.sev1())
        app.wake()
        await pilot.pause(0.2)
        assert shown(app).splitlines()[6:-1] == before
        await pilot.press("f")
        text = await until(pilot, "req_newest1")
        assert "frozen" not in text


async def test_errors_are_one_key_away() -> None:
    async with GuardiaApp(sample_engine()).run_test(size=(100, 30)) as pilot:
        app = await opened(pilot, "e", "e")
        await until(pilot, "1 000+")
        rows = app.screen.query_one(Rows)
        for _step in range(5):
            await pilot.press("full_stop")
        below = rows.chosen
        assert below > 4
        await pilot.press("comma")
        assert 0 < rows.chosen < below
        await pilot.press("enter")
        assert isinstance(app.screen, TraceScreen)


# --- palette, pages, help -------------------------------------------------------------------------------------------


def test_actions_are_found_in_both_languages_by_a_few_letters() -> None:
    acts = known_acts(
        [("e", "pane('feed')"), ("v", "view"), ("w", "csv"), ("1", "lane(0)"), ("k", "nothing")], ["Auth"]
    )
    assert {act.action for act in acts} == {"pane('feed')", "view", "csv", "lane(0)"}
    assert [act.action for act in matching(acts, "csv")] == ["csv"]
    assert matching(acts, "wcs")[0].action == "csv"
    assert matching(acts, "escribir")[0].action == "csv"
    assert matching(acts, "qqqq") == ()
    use("es")
    translated = known_acts([("w", "csv")], [])
    assert matching(translated, "write csv") == translated


async def test_the_palette_does_what_it_names() -> None:
    async with GuardiaApp(sample_engine()).run_test(size=(100, 30)) as pilot:
        app = await opened(pilot, "colon")
        assert isinstance(app.screen, PaletteScreen)
        await until(pilot, "Commands")
        await pilot.press(*"fuentes", "enter")
        await pilot.pause()
        assert isinstance(app.screen, SourcesScreen)
        await until(pilot, "no JSON 136")
        await pilot.press("escape", "1", "1")
        await until(pilot, "97.9 %")
        await pilot.press("colon", *"break", "enter")
        await until(pilot, "statusCode × code")


def test_sources_say_rates_lag_rejects_and_notes() -> None:
    before = boards.board(now=boards.ago(seconds=10))
    source = replace(
        before.sources[0],
        lines=before.sources[0].lines + 420,
        last=boards.ago(seconds=3),
        rejected=(("cut", 2), ("not_json", 709)),
        total_bytes=100,
        consumed=40,
    )
    text = "\n".join(plain(line) for line in source_lines(situation(boards.board(sources=(source,))), before, 100))
    for wanted in ("58 735", "42 lines/s", "lag 3.0 s", "no JSON 709  cut off 2", "read 40 %", "ndjson · open"):
        assert wanted in text, wanted
    down = replace(source, state=SourceState.DOWN, notes=boards.down().sources[0].notes, name=HOSTILE[2])
    lines = source_lines(situation(boards.board(sources=(down,))), None, 60)
    assert {line_width(line) for line in lines if line} == {60}
    assert all(plain(line).isprintable() for line in lines)
    assert any("input ended" in plain(line) for line in lines)


def test_settings_say_where_each_value_came_from_and_mask_secrets(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('name = "ana"\nsmoke_host = "https://user:hunter2hunter2@api.example.org"\n')
    lines = [plain(line) for line in settings_lines(load({"lang": "es"}, file), 100)]
    by_key = {line.split()[0]: line for line in lines if line.strip()}
    assert by_key["name"].rstrip().endswith("file")
    assert by_key["lang"].rstrip().endswith("command line")
    assert by_key["theme"].rstrip().endswith("default")
    assert "hunter2" not in "\n".join(lines)
    assert {line_width(line) for line in settings_lines(load({}, file), 70)} == {70}


async def test_help_names_the_keys_of_the_screen_it_is_asked_on() -> None:
    async with GuardiaApp(sample_engine()).run_test(size=(100, 40)) as pilot:
        app = await opened(pilot, "1", "1", "question_mark")
        assert isinstance(app.screen, HelpScreen)
        await until(pilot, "as a CSV file")
        await pilot.press("escape", "o", "question_mark")
        text = await until(pilot, "Help")
        assert "as a CSV file" not in text


# --- whatever happens -----------------------------------------------------------------------------------------------

SCREENS: dict[str, tuple[str, ...]] = {
    "board": (), "detail": ("1", "1"), "trace": ("x", "enter"), "ask": ("x",), "events": ("e", "e"),
    "filter": ("slash",), "sources": ("o",), "settings": ("O",), "palette": ("colon",), "help": ("question_mark",),
}  # fmt: skip
CHARACTERS = "0123456789abcdefghijklmnoprstuvwxyzO:/?.,+-=<> "
NAMED = (
    "up", "down", "left", "right", "shift+left", "shift+right", "pageup", "pagedown", "home", "end", "tab",
    "shift+tab", "enter", "escape", "backspace", "ctrl+home", "ctrl+end",
)  # fmt: skip


@pytest.mark.parametrize("name", SCREENS)
async def test_a_thousand_keys_break_nothing(name: str) -> None:
    app = GuardiaApp(firing_engine())
    chance = random.Random(name)  # noqa: S311 - no secret
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot, *SCREENS[name])
        for batch in range(25):
            type_at_once(app, chance.choices([*CHARACTERS, *NAMED], k=40))
            await read_out(pilot)
            if on_board(app) and batch % 4 == 0:
                await pilot.press(*SCREENS[name])
            assert app.is_running
            assert {strip.cell_length for strip in strips(app)} == {100}
        for _way_back in range(30):
            if on_board(app):
                break
            await pilot.press("escape")
        assert on_board(app)


@pytest.mark.parametrize("name", SCREENS)
async def test_a_storm_of_sizes_breaks_nothing(name: str) -> None:
    app = GuardiaApp(firing_engine())
    async with app.run_test(size=(160, 45)) as pilot:
        await opened(pilot, *SCREENS[name])
        for columns, lines in [(20 + 37 * step % 280, 5 + 23 * step % 85) for step in range(20)]:
            await pilot.resize_terminal(columns, lines)
            await pilot.pause()
            shape = [strip.cell_length for strip in strips(app)]
            assert shape == [columns] * lines


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_hostile_text_is_shown_not_obeyed_anywhere(hostile: str) -> None:
    picture = boards.sev1()
    assert picture.suggestion is not None
    assert picture.suggestion.anchor is not None
    anchor = replace(picture.suggestion.anchor, request_id=hostile)
    source = replace(picture.sources[0], name=hostile)
    engine = firing_engine()
    engine.boards[:] = [
        replace(picture, suggestion=replace(picture.suggestion, anchor=anchor, samples=(anchor,)), sources=(source,))
    ]
    engine.place_names = lambda: (hostile,)  # type: ignore[method-assign]
    app = GuardiaApp(engine)
    async with app.run_test(size=(160, 45)) as pilot:
        await opened(pilot)
        for keys in islice(cycle(SCREENS.values()), len(SCREENS)):
            await pilot.press("escape", "escape", "escape", *keys)
            await pilot.pause(0.05)
            assert shown(app).replace("\n", "").isprintable()
            if isinstance(app.screen, EventsScreen):
                app.screen.query_one(Input).value = hostile
                await pilot.pause()
                assert shown(app).replace("\n", "").isprintable()
        assert app.is_running


@pytest.mark.parametrize("name", [name for name in SCREENS if name != "board"])
async def test_without_colour_no_colour_is_drawn(name: str) -> None:
    app = GuardiaApp(firing_engine(), color=False)
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot, *SCREENS[name])
        await pilot.pause(0.1)
        drawn = app.screen._compositor.render_full_update()
        for segment in app.console.render(drawn):
            assert segment.style is None or (segment.style.color is None and segment.style.bgcolor is None)


async def test_ascii_draws_no_symbols() -> None:
    app = GuardiaApp(sample_engine(), ascii_only=True)
    async with app.run_test(size=(160, 45)) as pilot:
        await opened(pilot)
        for keys in SCREENS.values():
            await pilot.press("escape", "escape", *keys)
            await pilot.pause(0.1)
            if isinstance(app.screen, DigScreen):
                assert shown(app).isascii(), shown(app)


async def test_screens_without_a_store_wait_and_do_not_fail() -> None:
    app = GuardiaApp(boards.FakeEngine([boards.sev1()]))
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot)
        for keys in SCREENS.values():
            await pilot.press("escape", "escape", "escape", *keys)
            await pilot.pause()
            assert not isinstance(app.screen, SettingsScreen) or "no settings" in await until(pilot, "Settings")
        assert app.is_running
        assert not isinstance(app.screen, AskId)


async def test_an_id_is_pinned_from_its_trace(tmp_path: Path) -> None:
    from tui.incident.actions import Declare, Undo
    from tui.session.command_post import Ask, CommandPost
    from tui.session.command_post import Place as Room

    post = CommandPost(sample_engine(), Room(tmp_path, ("ana",)))
    unpinned = (Undo(), Undo())  # declaring has pinned both of the anchor's events
    post.submit(Ask((Declare(severity="SEV1", metric=AUTH), *unpinned), "ana"))
    async with GuardiaApp(post).run_test(size=(100, 30)) as pilot:
        app = await opened(pilot)
        await until(pilot, "INC-")
        await pilot.press("x", "enter")
        assert "pinned" not in await until(pilot, "2 other lines bear it")
        await pilot.press("P")
        await until(pilot, "evidence web-7b662492")
        await pilot.press("enter")
        await until(pilot, "✓ pinned")
        assert isinstance(app.screen, TraceScreen)
