"""The app over an engine that only hands over boards: what is on the screen, which keys work, what a crash leaves."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import timedelta
from itertools import cycle, islice
from typing import TYPE_CHECKING

import pytest
from textual.widget import Widget

from tests import boards
from tests.boards import FakeEngine, SeekableEngine
from tui.crash import crash_report
from tui.locale import LANGUAGES, catalogue, use
from tui.present.spans import ROLES
from tui.ui.app import GuardiaApp
from tui.ui.palette import DARK_THEME, LIGHT_THEME, PLAIN, SIXTEEN_THEME, role_styles
from tui.ui.screens.board import BoardScreen
from tui.ui.screens.help import HelpScreen
from tui.ui.widgets.panes import ScrollPane
from tui.ui.widgets.search_field import SearchField

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.color_triplet import ColorTriplet
    from textual.pilot import Pilot
    from textual.strip import Strip

    from tui.present.situation import Mode

SIZES = ((160, 45), (100, 30), (80, 24), (60, 16), (30, 8))
SHOWN = {
    "sev1": ("SEV1", "Auth 5xx"),
    "calm": ("NO OPEN INCIDENT",),
    "pending": ("NO OPEN INCIDENT", "06:47"),
    "amber": ("WATCH",),
    "silent": ("SILENT",),
    "down": ("SOURCE DOWN",),
    "no data": ("SILENT",),
}


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    use("en")
    yield
    use("en")


def strips(app: GuardiaApp) -> list[Strip]:
    return app.screen._compositor.render_strips()


def rows(app: GuardiaApp) -> list[str]:
    return [strip.text for strip in strips(app)]


def screen_text(app: GuardiaApp) -> str:
    return "\n".join(rows(app))


async def until(pilot: Pilot[None], wanted: str) -> None:
    """Wait for the worker's picture: it comes from another thread."""
    app = pilot.app
    assert isinstance(app, GuardiaApp)
    for _attempt in range(1500):
        await pilot.pause()
        if wanted in screen_text(app):
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{wanted!r} did not appear:\n{screen_text(app)}")


async def settled(pilot: Pilot[None]) -> None:
    app = pilot.app
    assert isinstance(app, GuardiaApp)
    for _attempt in range(1500):
        await pilot.pause()
        shown = app._board.shown
        if shown is not None and shown.board.final:
            await pilot.pause()
            return
        await asyncio.sleep(0.01)
    raise AssertionError("no board arrived")


# --- what is shown -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", boards.BOARDS)
async def test_every_row_fits_and_speaks_one_language(name: str, lang: str) -> None:
    use(lang)
    app = GuardiaApp(FakeEngine([boards.BOARDS[name]()], lang=lang))
    async with app.run_test(size=SIZES[0]) as pilot:
        await settled(pilot)
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await pilot.pause()
            shown = strips(app)
            assert len(shown) == size[1]
            assert {strip.cell_length for strip in shown} == {size[0]}
            if lang == "es":
                assert not english_in(screen_text(app))
            elif size[0] >= 60:
                assert all(word in screen_text(app) for word in SHOWN[name]), screen_text(app)


def english_in(shown: str) -> list[str]:
    """Messages of the screens that are still English (what is the same word in both languages does not count)."""
    found = []
    for message in catalogue.read("es"):
        rooms = {path.partition("/")[0] for path, _line in message.locations}
        if message.id and rooms & {"present", "ui"} and message.id != message.string and isinstance(message.id, str):
            asked = re.escape(re.sub(r"\{\w+\}.*", "", message.id).strip())
            if len(asked) > 3 and re.search(rf"(?<![\w/-]){asked}(?![\w/-])", shown):
                found.append(message.id)
    return found


async def test_a_severity_is_suggested_with_both_clocks_and_every_badge() -> None:
    app = GuardiaApp(FakeEngine([boards.sev1()]))
    async with app.run_test(size=(160, 45)) as pilot:
        await until(pilot, "suggest SEV1")
        shown = screen_text(app)
        for wanted in (
            "△ SUGGESTED", "█▀▀ █▀▀ █ █ ▀█", "ACK OVER", "MITIGATE", "▲ SEV1  for 07:13", "◆ SEV2  for 04:13",
            "● WATCH 04:12 to fire", "○ OK", "500 auth/bootstrap", "4.4 Auth 5xx", "req_v071rdbvvmwo1ag3z",
            "JWT expired ×12", "near miss", "23:21 local", "? help",
        ):  # fmt: skip
            assert wanted in shown, wanted


@pytest.mark.parametrize(("mode", "word"), [("drill", " DRILL "), ("review", " REVIEW "), ("replay", " REPLAY ")])
async def test_what_is_not_live_says_so(mode: Mode, word: str) -> None:
    app = GuardiaApp(FakeEngine([boards.board(live=False)], mode=mode))
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        assert word in rows(app)[0]


async def test_before_the_first_board_nothing_is_claimed() -> None:
    app = GuardiaApp(FakeEngine([]))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, "reading…")
        assert "OK" not in screen_text(app)


async def test_clocks_run_on_between_boards() -> None:
    engine = FakeEngine([boards.sev1()])
    app = GuardiaApp(engine)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, "ACK +02:13 OVER")
        engine.cursor += timedelta(seconds=5)
        app._board.tick()
        await until(pilot, "ACK +02:18 OVER")
        assert "02:21:18 UTC" in rows(app)[0]


async def test_only_rows_that_changed_are_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    app = GuardiaApp(FakeEngine([boards.board()]))
    async with app.run_test(size=(160, 45)) as pilot:
        await settled(pilot)
        painted: list[object] = []
        monkeypatch.setattr(Widget, "refresh", lambda _widget, *regions, **_options: painted.extend(regions))
        app._board.update(boards.board(), boards.events())
        assert painted == []
        app._board.update(boards.board(last_error=boards.ago(1)), boards.events())
        assert len(painted) == 1


# --- hostile input -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hostile", ["[@click=app.quit]x[/]", "[/x]", "\x1b]0;owned\x07", "\x1b[2J", "a\x00b\x7f", "\u202eevil"]
)
async def test_hostile_strings_are_shown_not_obeyed(hostile: str) -> None:
    shown = boards.sev1()
    assert shown.suggestion is not None
    assert shown.suggestion.anchor is not None
    anchor = replace(shown.suggestion.anchor, request_id=hostile)
    source = replace(shown.sources[0], name=hostile)
    shown = replace(shown, suggestion=replace(shown.suggestion, anchor=anchor, samples=(anchor,)), sources=(source,))
    events = [replace(row, route=hostile, detail=hostile, request_id=hostile) for row in boards.events()]
    app = GuardiaApp(FakeEngine([shown], rows=events, sources_label=hostile))
    async with app.run_test(size=(160, 60)) as pilot:
        await settled(pilot)
        assert screen_text(app).replace("\n", "").isprintable()
        if hostile.isprintable():
            assert hostile in screen_text(app)
        await pilot.click(offset=(125, 12))
        assert app.is_running


# --- colour --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", [DARK_THEME, LIGHT_THEME, SIXTEEN_THEME, PLAIN])
def test_every_role_has_a_style_and_severities_differ(theme: str) -> None:
    styles = role_styles(theme)
    assert set(ROLES) <= set(styles)
    told_apart = (
        ["fill-severe0", "fill-severe1", "watch", "muted"] if theme != PLAIN else ["fill-severe0", "watch", "muted"]
    )
    assert len({str(styles[role]) for role in told_apart}) == len(told_apart)


def _contrast(one: ColorTriplet, other: ColorTriplet) -> float:
    def luminance(colour: ColorTriplet) -> float:
        parts = [
            part / 255 / 12.92 if part / 255 <= 0.03928 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [DARK_THEME, LIGHT_THEME])
def test_everything_that_is_read_has_contrast(theme: str) -> None:
    for role, style in role_styles(theme).items():
        if role not in {"rule", "quiet", "bar-rest"}:
            assert style.color is not None
            assert style.bgcolor is not None
            assert _contrast(style.color.get_truecolor(), style.bgcolor.get_truecolor()) >= 4.5, role


@pytest.mark.parametrize("by", ["NO_COLOR", "flag"])
async def test_without_colour_no_colour_is_drawn(by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if by == "NO_COLOR":
        monkeypatch.setenv("NO_COLOR", "1")
    app = GuardiaApp(FakeEngine([boards.sev1()]), color=by == "NO_COLOR")
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, "SUGGESTED")
        styles = [segment.style for strip in strips(app) for segment in strip if segment.style]
        assert any(style.reverse for style in styles)
        assert any(style.underline for style in styles)
        drawn = app.screen._compositor.render_full_update()
        for segment in app.console.render(drawn):
            assert segment.style is None or (segment.style.color is None and segment.style.bgcolor is None)


async def test_ascii_draws_no_symbols() -> None:
    app = GuardiaApp(FakeEngine([boards.sev1()]), ascii_only=True)
    async with app.run_test(size=(160, 45)) as pilot:
        await until(pilot, "suggest SEV1")
        assert screen_text(app).isascii()


# --- keys ----------------------------------------------------------------------------------------------------------


async def test_keys_move_the_focus() -> None:
    app = GuardiaApp(FakeEngine([boards.board()]))
    async with app.run_test(size=(160, 45)) as pilot:
        await settled(pilot)
        for key, wanted in (
            ("3", "lane2"),
            ("down", "lane3"),
            ("up", "lane2"),
            ("e", "feed"),
            ("l", "timeline"),
            ("t", "side"),
        ):
            await pilot.press(key)
            assert app.focused is not None
            assert app.focused.id == wanted
            await until(pilot, "▌")
        await pilot.press("0")
        await pilot.pause()
        assert app.focused is None
        assert "▌" not in screen_text(app)


async def test_panes_scroll_and_what_was_scrolled_to_stays() -> None:
    app = GuardiaApp(FakeEngine([boards.board()]))
    async with app.run_test(size=(160, 45)) as pilot:
        await settled(pilot)
        await pilot.press("e", "down", "down", "pagedown")
        feed = app.screen.query_one("#feed", ScrollPane)
        assert feed.first > 2
        before = rows(app)[30:]
        assert "frozen" in screen_text(app)
        app._board.update(boards.board(), [replace(boards.events()[1], status=418)] * 60)
        await pilot.pause()
        assert rows(app)[30:] == before
        await pilot.press("0")
        await until(pilot, "418")


async def test_zoom_gives_one_pane_all_the_room() -> None:
    app = GuardiaApp(FakeEngine([boards.board()]))
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        await pilot.press("e", "z")
        await pilot.pause()
        assert app.screen.query_one("#feed").size.width == 100
        assert "1 Auth 5xx" not in screen_text(app)
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen.query_one("#feed").size.width < 60


async def test_a_pane_that_comes_back_shows_what_happened_while_it_was_hidden() -> None:
    board = boards.sev1()
    app = GuardiaApp(FakeEngine([board]))
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        assert "fired" in screen_text(app)
        await pilot.press("t", "z")
        await pilot.pause()
        app._board.update(replace(board, alerts=()), boards.events())
        await pilot.pause()
        await pilot.press("z")
        await pilot.pause()
        assert "1 Auth 5xx" in screen_text(app)
        assert "fired" not in screen_text(app)


async def test_a_key_for_a_screen_that_is_gone_does_nothing() -> None:
    app = GuardiaApp(FakeEngine([boards.board()]))
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        await pilot.press("colon")
        field = app.screen.query_one(SearchField)
        assert await app.run_action("move(1)", field)
        await pilot.press("escape")
        await pilot.pause()
        assert not await app.run_action("move(1)", field)
        assert app.is_running


async def test_nothing_is_asked_of_a_board_before_there_is_one() -> None:
    app = GuardiaApp(FakeEngine([]))
    async with app.run_test(size=(100, 30)) as pilot:
        for keys in ("1W", "1x", "1u", "11", "C", "p", "G"):
            await pilot.press(*keys, "escape", "escape")
        assert app.is_running


async def test_tabs_where_panes_share_their_place() -> None:
    app = GuardiaApp(FakeEngine([boards.board()]))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "Loudest metric" in screen_text(app)
        await pilot.press("e")
        await until(pilot, "auth/bootstrap")
        assert "Loudest metric" not in screen_text(app)


async def test_a_pane_that_gets_the_focus_comes_to_the_front() -> None:
    app = GuardiaApp(FakeEngine([boards.board()]))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("t", "tab", "tab")
        await until(pilot, "auth/bootstrap")
        assert app.focused is not None
        assert app.focused.id == "feed"


async def test_pause_freezes_lanes_but_never_the_strip() -> None:
    app = GuardiaApp(FakeEngine([boards.board()]))
    async with app.run_test(size=(160, 45)) as pilot:
        await settled(pilot)
        await pilot.press("space")
        app._board.update(boards.sev1(), boards.events())
        await until(pilot, "suggest SEV1")
        assert "PAUSED" in rows(app)[0]
        assert "▲ SEV1" not in screen_text(app)
        await pilot.press("space")
        await until(pilot, "▲ SEV1")


async def test_help_opens_and_closes() -> None:
    app = GuardiaApp(FakeEngine([boards.board()]))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("question_mark")
        assert isinstance(app.screen, HelpScreen)
        await until(pilot, "declare an incident")
        await pilot.press("ctrl+end")
        await until(pilot, "near miss")
        await pilot.press("escape")
        assert isinstance(app.screen, BoardScreen)


@pytest.mark.parametrize("key", ["q", "ctrl+q", "ctrl+c"])
async def test_quitting_lets_go_of_the_sources(key: str) -> None:
    engine = FakeEngine([boards.board()])
    app = GuardiaApp(engine)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press(key)
    assert engine.closed
    assert app.return_code == 0


async def test_a_review_moves_by_minutes_and_stays_in_its_span() -> None:
    engine = SeekableEngine([boards.board(live=False)], mode="review", span=(boards.ago(5), boards.NOW))
    app = GuardiaApp(engine)
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        for key, wanted in (
            ("left", "02:20:13"),
            ("shift+left", "02:16:13"),
            ("full_stop", "02:17:13"),
            ("end", "02:21:13"),
        ):
            await pilot.press(key)
            await until(pilot, f"{wanted} UTC")


async def test_the_footer_names_only_keys_that_work() -> None:
    app = GuardiaApp(FakeEngine([boards.board()]))
    async with app.run_test(size=(160, 45)) as pilot:
        await settled(pilot)
        assert "minute" not in rows(app)[-1]
        assert "zoom" not in rows(app)[-1]
        await pilot.press("e")
        await pilot.pause()
        assert "zoom" in rows(app)[-1]


async def test_resizing_in_a_storm_breaks_nothing() -> None:
    app = GuardiaApp(FakeEngine([boards.sev1()]))
    async with app.run_test(size=(160, 45)) as pilot:
        await settled(pilot)
        sizes = [(20 + 37 * step % 280, 5 + 23 * step % 85) for step in range(30)]
        keys = islice(cycle(["e", "z", "1", "l", "0", "question_mark", "escape", "t", "space"]), len(sizes))
        for (columns, lines), key in zip(sizes, keys, strict=True):
            await pilot.resize_terminal(columns, lines)
            await pilot.press(key)
            assert {strip.cell_length for strip in strips(app)} == {columns}
        assert app.is_running


# --- when things go wrong ------------------------------------------------------------------------------------------


async def test_when_reading_fails_the_old_numbers_are_not_trusted() -> None:
    app = GuardiaApp(FakeEngine([boards.board()], fails=True))
    async with app.run_test(size=(160, 45)) as pilot:
        await until(pilot, "STOPPED")
        shown = screen_text(app)
        assert "ValueError" in shown
        assert "secret" not in shown
        assert "○ OK" not in shown


def test_a_crash_report_has_places_and_no_data() -> None:
    from_a_log = "hunter2"
    with pytest.raises(ValueError, match=from_a_log) as caught:
        int(f"bad {from_a_log}")
    report = crash_report(caught.type, caught.tb)
    assert report.startswith("guardia stopped: ValueError")
    assert re.search(r"tests/test_ui\.py:\d+", report)
    assert from_a_log not in report


async def test_a_crash_on_the_screen_leaves_no_data_behind(capsys: pytest.CaptureFixture[str]) -> None:
    app = GuardiaApp(FakeEngine([boards.board()]))
    with pytest.raises(RuntimeError):
        await _crash(app, "hunter2")
    left = capsys.readouterr()
    assert "guardia stopped: RuntimeError" in left.err
    assert "hunter2" not in left.err + left.out


async def _crash(app: GuardiaApp, from_a_log: str) -> None:
    def fail() -> None:
        raise RuntimeError(from_a_log)

    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        app.call_later(fail)
        await pilot.pause()
