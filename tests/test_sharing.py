"""What leaves guardia for other people: updates, handoff pages, the clipboard, a notice when a promise is broken."""

from __future__ import annotations

import asyncio
import base64
import re
import shutil
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import boards, incidents, rooms
from tests.boards import FakeEngine
from tests.test_terminal import terminal
from tests.test_typed_secrets import SECRETS
from tests.test_ui import english_in, screen_text, settled
from tests.test_ui_incident import files, letters, opened, record, the_state, until
from tui.cli.options import Options
from tui.cli.status_page import status_page
from tui.incident import actions as a
from tui.incident.breaches import Watch, breaches, turned
from tui.incident.facts import EarlyAck
from tui.incident.handoff import answered
from tui.incident.slo import Clock, ClockKind
from tui.incident.state import Mark
from tui.incident.team import Dismissal, TeamState
from tui.locale import LANGUAGES, use
from tui.present.alarm import alarm_sentence, broken
from tui.present.ask_work import roles, update
from tui.present.handoff import handoff_paper
from tui.present.pages import settings_lines
from tui.present.spans import plain
from tui.present.status_update import headline, status_paper, update_paper
from tui.session.sharing import shared_folder, write_shared
from tui.settings import SettingsError, load
from tui.ui.app import GuardiaApp
from tui.ui.outside import desktop_notice
from tui.ui.screens.question import QuestionScreen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.incidents import Play
    from tests.test_terminal import Terminal
    from tui.present.paper import Paper
    from tui.present.situation import Situation

__all__ = ["terminal"]

PAYLOADS = (
    "\x1b]52;c;aGk=\x07",
    "\x1b[2J",
    "a\x9b31mb",
    "\u202eevil",
    "x\rOK",
    "\x1bPtmux;\x1b\x1b]9;x\x07\x1b\\",
    "t\u200bt",
)
MARKUP = ("# no heading", "[a](http://b)", "<img src=x>", "| cell |", "**bold**", "`code`", "- item", "1. one")
STEPS = incidents.RUNBOOK.triage.steps


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("TMUX", raising=False)
    use("en")
    yield
    use("en")


def seen(play: Play | None, minutes: float = 20, lang: str = "en", **changes: object) -> Situation:
    """A situation some minutes after the hour of a played incident."""
    now = incidents.at(minutes)
    shown = boards.situation(replace(boards.sev1(), now=now), lang, now=now)
    return replace(shown, incident=rooms.picture(play, shown, lang), **changes)  # type: ignore[arg-type]


def items(paper: Paper, heading: str) -> str:
    return "\n".join(item for part in paper.parts if part.heading.startswith(heading) for item in part.items)


# --- the update ------------------------------------------------------------------------------------------------------


def test_an_update_says_conditions_actions_needs_and_when_the_next_one_comes() -> None:
    play = incidents.declared(title="login fails")
    play.do(a.Acknowledge(), 12)
    play.do(a.NoteDeploys(frozen=True), 13)
    play.do(a.TickStep(step=STEPS[0].id, note="all regions"), 14)
    play.do(a.Note(text="a thought for those who work on it"), 15)
    paper = update_paper(seen(play), "rolling back")
    assert paper.title == f"▲ {incidents.WORST} {incidents.ID} login fails"
    assert paper.lead[0] == "rolling back"
    conditions = items(paper, "Conditions")
    for wanted in (
        "impact 10:00",
        "47/5m > 0",
        "×118 base",
        "for",
        "ACK ✓ 02:00 of 05:00",
        "MITIGATE 20:00 left of 30:00",
    ):
        assert wanted in conditions
    done = items(paper, "Actions")
    assert "22:13:00 deploys noted frozen · @ana" in done
    assert "all regions" in done
    assert "a thought" not in paper.text()
    assert "next steps: " in items(paper, "Needs")
    assert items(paper, "Next update") == "22:40:00 UTC · 19:40 local (every 20 min)"


def test_the_next_update_follows_the_runbook_and_stops_when_it_is_resolved() -> None:
    lesser = incidents.declared(severity=incidents.LESSER)
    assert "(every 30 min)" in items(update_paper(seen(lesser)), "Next update")
    resolved = incidents.mitigated()
    assert "22:51:00 UTC" in items(update_paper(seen(resolved, 31)), "Next update")
    resolved.do(a.Resolve(), 50)
    assert items(update_paper(seen(resolved, 51)), "Next update") == "none: it is resolved"


def test_what_stands_is_shared_with_the_clock_as_it_runs_and_nothing_is_said_without_data() -> None:
    play = incidents.declared()
    assert items(status_paper(seen(play)), "Next update") == "22:30:00 UTC · 19:30 local"
    assert items(status_paper(seen(play, 45)), "Next update").endswith("OVER")
    nothing = status_paper(boards.situation(boards.no_data()))
    assert (nothing.title, items(nothing, "Conditions")) == ("no open incident", "no logs were read: no numbers")
    silent = status_paper(boards.situation(boards.silent()))
    assert "SILENT" in items(silent, "Conditions")
    assert "OK" not in items(silent, "Conditions")
    assert "why no data arrives" in items(silent, "Needs")
    waiting = status_paper(boards.situation(boards.sev1()))
    assert waiting.title.startswith("△ suggest SEV1: Auth 5xx")
    assert "declares or dismisses" in items(waiting, "Needs")


def test_a_rehearsal_and_the_past_say_what_they_are() -> None:
    play = incidents.declared()
    for mode, mark in (("drill", "[DRILL] "), ("review", "[REVIEW] "), ("replay", "[REPLAY] "), ("live", "▲")):
        shown = seen(play, mode=mode)
        assert update_paper(shown).title.startswith(mark)
        assert handoff_paper(shown, play.state, "@beto").title.startswith(mark if mode != "live" else incidents.ID)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_speaks_one_language(lang: str) -> None:
    use(lang)
    play = incidents.mitigated()
    texts = [update_paper(seen(play, 31, lang)).text(), status_paper(boards.situation(boards.silent(), lang)).text()]
    own = " ".join(map(boards.runbook(lang).texts.title, boards.runbook(lang).texts)).lower()
    assert lang == "en" or not [found for text in texts for found in english_in(text) if found not in own]


def hostile(text: str) -> Play:
    play = incidents.declared(title=text, owner=text)
    play.do(a.Acknowledge(), 12, by=text)
    play.do(a.TickStep(step=STEPS[0].id, note=text), 13)
    play.do(a.NoteDeploys(frozen=True), 14)
    play.do(a.NoteDeploys(frozen=False, why=text), 15)
    play.do(a.SetField(name="impact", value=text), 16)
    play.do(a.SetField(name="root_cause", value=text), 16)
    play.do(a.OfferHandoff(to=text), 17)
    play.do(a.Mitigate(why=text), 18)
    return play


def papers(play: Play, text: str) -> tuple[Paper, ...]:
    shown = seen(play)
    question, asked = update(shown), roles(shown)
    assert question
    assert asked
    sent = question.paper({"text": text, "needs": text})
    offered = asked.paper({"role": "handoff", "name": text})
    assert sent
    assert offered
    return sent, offered, status_paper(shown)


def forms(paper: Paper) -> tuple[str, ...]:
    return paper.markdown(), paper.text(), "\n".join(map(plain, paper.lines())), paper.name


def test_no_secret_leaves_even_when_a_journal_holds_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.incident.actions.mask", lambda text: type("Unmasked", (), {"text": text, "kinds": ()}))
    searched = 0
    for whole, secret in SECRETS.values():
        play = hostile(whole)
        assert secret in play.state.title  # the journal does hold it
        for paper in papers(play, whole):
            searched += len(forms(paper))
            assert not [form for form in forms(paper) if secret in form]
    print(f"{len(SECRETS)} secrets in 9 places each, {searched} texts searched, none found")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_that_people_typed_steers_a_terminal(payload: str) -> None:
    for paper in papers(hostile(f"a {payload} b"), payload):
        for form in forms(paper):
            assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u200b]", form)


@pytest.mark.parametrize("markup", MARKUP)
def test_nothing_that_people_typed_acts_in_markdown(markup: str) -> None:
    for paper in papers(hostile(markup), markup):
        text = paper.markdown()
        assert text.count("\n# ") + text.startswith("# ") == 1
        assert text.count("\n## ") == len(paper.parts)
        assert not re.search(r"(?<!\\)[<>`|\[*]", text)
        assert len(re.findall(r"(?m)^- ", text)) == sum(len(part.items) for part in paper.parts)


# --- the handoff page ------------------------------------------------------------------------------------------------


def test_the_handoff_page_asks_for_nothing_that_is_recorded_already() -> None:
    play = incidents.declared()
    play.do(a.NoteDeploys(frozen=True), 11)
    noticed = {step.id for step in STEPS if answered(step, play.state)}
    open_channel = next(
        step for step in STEPS if {probe.kind for probe in step.probes} == {"recorded"} and step.id not in noticed
    )
    assert len(noticed) >= 3
    play.do(a.OfferHandoff(to="@beto"), 12)
    assert play.state.handoff is not None
    page = play.state.handoff.page
    assert not noticed & set(page.pending)
    assert open_channel.id in page.pending
    paper = handoff_paper(seen(play), play.state, "@beto")
    assert paper.title == f"{incidents.ID} handoff to @beto"
    assert items(paper, "freeze") == "noted on"
    assert items(paper, "next update") == "22:30:00 UTC · 19:30 local"


# --- files -----------------------------------------------------------------------------------------------------------


def test_shared_files_are_private_and_never_written_over(tmp_path: Path) -> None:
    folder = shared_folder(tmp_path)
    first = write_shared(folder, "INC-1", {".md": b"one", ".txt": b"1"})
    (folder / "INC-1-2.txt").symlink_to(tmp_path / "elsewhere")
    second = write_shared(folder, "INC-1", {".md": b"two", ".txt": b"2"})
    assert (first.name, second.name) == ("INC-1.md", "INC-1-3.md")
    assert first.read_bytes() == b"one"
    assert second.with_suffix(".txt").read_bytes() == b"2"
    assert not (tmp_path / "elsewhere").exists()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (first, second)} == {0o600}


# --- broken promises -------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(-30, 90), max_size=6), st.lists(st.integers(0, 20), min_size=1, max_size=12))
def test_each_promise_is_told_once_and_an_old_one_never(deadlines: list[int], steps: list[int]) -> None:
    began, now, told = incidents.ZERO, incidents.ZERO, []
    clocks = [Clock(ClockKind.ACK, incidents.at(-60), incidents.at(deadline)) for deadline in deadlines]
    watch = Watch(began)
    for step in steps:
        now += timedelta(minutes=step)
        watch, news = turned(watch, breaches(clocks, "SEV1", now))
        told += [each.clock.deadline for each in news]
    due = {clock.deadline for clock in clocks if began <= clock.deadline < now}
    assert set(told) == due
    assert len(told) == sum(clock.deadline in due for clock in clocks)


def test_only_what_is_promised_to_users_is_told_and_only_while_it_is_open() -> None:
    late = incidents.at(-1)
    clocks = [
        Clock(ClockKind.UPDATE, late, late),
        Clock(ClockKind.ACK, late, late, finished=incidents.at(0)),
        Clock(ClockKind.MITIGATE, late, late),
    ]
    assert [each.clock.kind for each in breaches(clocks, "SEV1", incidents.at(0))] == [ClockKind.MITIGATE]


def test_an_alarm_names_severity_clock_and_incident_and_nothing_else() -> None:
    shown = seen(incidents.declared(title="login fails", owner="@beto"))
    (breach,) = broken(shown)
    assert alarm_sentence(breach, "live") == f"{incidents.WORST} ACK OVER {incidents.ID}"
    assert alarm_sentence(breach, "drill") == f"DRILL {incidents.WORST} ACK OVER {incidents.ID}"


def test_what_nobody_declared_is_told_unless_it_was_refused_or_taken() -> None:
    fired = replace(boards.sev1(), now=boards.NOW)
    shown = seen(None, board=fired, now=boards.NOW + timedelta(minutes=23))
    assert [alarm_sentence(each, "live") for each in broken(shown)] == ["SEV1 ACK OVER", "SEV1 MITIGATE OVER"]
    assert shown.incident is not None
    early = TeamState(early_acks=(EarlyAck(boards.AUTH, boards.NOW, "@ana"),))
    refused = TeamState(dismissals=(Dismissal(boards.AUTH, None, Mark(boards.NOW, "@ana", "a test")),))
    taken, dismissed = (replace(shown, incident=replace(shown.incident, team=team)) for team in (early, refused))
    assert [each.clock.kind for each in broken(taken)] == [ClockKind.MITIGATE]
    assert not list(broken(dismissed))
    assert items(status_paper(dismissed), "Needs") == "nothing"


def test_a_notice_is_one_sequence_whatever_the_runbook_calls_a_severity() -> None:
    assert desktop_notice("off", "x", tmux=True) == ""
    assert desktop_notice("osc9", "SEV1 ACK OVER", tmux=False) == "\x1b]9;SEV1 ACK OVER\x07"
    assert desktop_notice("osc777", "a;b\x07\x1b\\", tmux=False) == "\x1b]777;notify;guardia;a,b␇␛\\\x07"
    assert desktop_notice("osc9", "x", tmux=True) == "\x1bPtmux;\x1b\x1b]9;x\x07\x1b\\"


# --- the screen ------------------------------------------------------------------------------------------------------


def listened(app: GuardiaApp, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Everything that goes past the screen, straight to the terminal."""
    written: list[str] = []
    assert app._driver is not None
    monkeypatch.setattr(app._driver, "write", written.append)
    return written


def clipboard(written: Sequence[str]) -> str:
    found = re.findall(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", "".join(written))
    return base64.b64decode(found[-1]).decode() if found else ""


def everything(folder: Path) -> str:
    return "".join(path.read_text() for path in folder.rglob("*") if path.is_file())


async def test_y_shares_what_stands_and_records_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = GuardiaApp(rooms.room(tmp_path, read_only=True))
    app.shared = shared_folder(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        written = listened(app, monkeypatch)
        await pilot.press("Y")
        await until(pilot, "✓ status-20260302-020700.md, .txt")
        await pilot.press("1", "enter")
        await pilot.pause()
        await pilot.press("Y")
        await until(pilot, "✓ status-20260302-020700-2.md")
    text = (tmp_path / "shared" / "status-20260302-020700.txt").read_text()
    assert clipboard(written) == text
    assert "△ suggest SEV1: Auth 5xx" in text
    assert files(tmp_path)[0] == "shared"
    assert len(files(tmp_path)) == 5


async def test_u_shows_what_is_sent_and_enter_records_and_shares_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = GuardiaApp(rooms.room(tmp_path))
    app.shared = shared_folder(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await record(pilot, "d", "tab", *letters("login 42P01"))
        written = listened(app, monkeypatch)
        await pilot.press("u")
        await until(pilot, "Conditions")
        assert "Next update" not in screen_text(app)
        await pilot.press("pagedown")
        await until(pilot, "Next update")
        await pilot.press(*letters("we are on it: "), *letters(SECRETS["vendor key"][0]), "enter")
        await until(pilot, "-update-020700.md")
    (sent,) = the_state(tmp_path).updates
    (file,) = shared_folder(tmp_path).glob("*.txt")
    text = file.read_text()
    assert sent.value.startswith("we are on it: ‹vendor-key› · SEV1 · declared · Auth 5xx")
    assert clipboard(written) == text
    assert "we are on it: ‹vendor-key›" in text
    assert file.with_suffix(".md").read_text().startswith("# \\[REVIEW\\] ▲ SEV1 INC-")
    assert SECRETS["vendor key"][1] not in everything(tmp_path) + text


async def test_leaving_the_question_sends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = GuardiaApp(rooms.room(tmp_path))
    app.shared = shared_folder(tmp_path)
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot)
        await record(pilot, "d")
        written = listened(app, monkeypatch)
        await pilot.press("u", "escape", "g", "enter")
        await until(pilot, "nothing was said")
        assert isinstance(app.screen, QuestionScreen)
        await pilot.press("escape")
    assert not shared_folder(tmp_path).exists()
    assert not clipboard(written)


async def test_a_handoff_that_is_offered_is_shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = GuardiaApp(rooms.room(tmp_path))
    app.shared = shared_folder(tmp_path)
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot)
        await record(pilot, "d")
        written = listened(app, monkeypatch)
        await record(pilot, "g", "4", "tab", *letters("@beto"))
        await until(pilot, "-handoff-020700.md")
    assert "handoff to @beto" in clipboard(written)


async def test_a_disk_that_takes_nothing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shared").write_text("no folder")
    app = GuardiaApp(rooms.room(tmp_path))
    app.shared = shared_folder(tmp_path)
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot)
        written = listened(app, monkeypatch)
        await pilot.press("Y")
        await until(pilot, "not written (")
    assert clipboard(written)


async def later(pilot: Pilot[None], engine: FakeEngine, at: datetime) -> None:
    """Let the clock of the engine be there, and the board tick."""
    engine.cursor = at
    app = pilot.app
    assert isinstance(app, GuardiaApp)
    app._board.tick()
    await asyncio.sleep(0)


@pytest.mark.parametrize(("bell", "rings"), [(True, 1), (False, 0)])
async def test_a_promise_broken_while_one_looks_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, bell: bool, rings: int
) -> None:
    engine = FakeEngine([boards.sev1()], mode="drill")
    app = GuardiaApp(engine)
    rung: list[int] = []
    monkeypatch.setattr(app, "bell", lambda: rung.append(1))
    app.settings = load({"bell": bell, "notify": "osc9"}, tmp_path / "none.toml")
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        written = listened(app, monkeypatch)
        await later(pilot, engine, boards.NOW)  # the time to acknowledge was over before anybody looked
        assert (rung, written) == ([], [])
        for minutes in (22, 24, 25):  # 30 min after it fired
            await later(pilot, engine, boards.NOW + timedelta(minutes=minutes))
    assert len(rung) == rings
    assert [text for text in written if "]9;" in text] == ["\x1b]9;DRILL SEV1 MITIGATE OVER\x07"]


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_inside_tmux_its_own_buffer_gets_the_page(terminal: Callable[[int, int], Terminal]) -> None:
    pane = terminal(80, 24)
    pane.run("demo", "--lang", "en")
    pane.until(lambda shown: "suggest SEV1" in shown)
    pane.keys("0")  # whatever explains itself at a first start goes with the first key
    pane.keys("Y")
    shown = pane.until(lambda shown: ".md, .txt" in shown)
    assert "to the clipboard" in shown
    pane.until(lambda _shown: "[DRILL]" in pane.buffer())
    assert pane.buffer().startswith("[DRILL] △ suggest SEV1: Auth 5xx")


# --- settings and the shell ------------------------------------------------------------------------------------------


def test_settings_name_what_is_wrong_and_show_where_each_came_from(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('notify = "loudly"\nbell = "maybe"\n')
    with pytest.raises(SettingsError) as caught:
        load({}, file)
    said = str(caught.value)
    assert "notify: Input should be 'off', 'osc9' or 'osc777'" in said
    assert "bell: Input should be a valid boolean" in said
    assert "loudly" not in said
    file.write_text('notify = "osc777"\n')
    shown = {
        line.split()[0]: line.split()[1:] for line in map(plain, settings_lines(load({}, file), 80)) if line.strip()
    }
    assert shown["notify"] == ["osc777", "file"]
    assert shown["bell"] == ["yes", "default"]


def test_the_same_page_comes_from_a_shell(tmp_path: Path) -> None:
    options = Options(data_dir=tmp_path, lang="en", at="2026-03-02T02:07:00Z")
    page, unreadable = status_page(options, [str(rooms.log())])
    assert not unreadable
    assert page.title.startswith("[REVIEW] △ suggest SEV1: Auth 5xx")
    post = rooms.room(tmp_path)
    rooms.filled(post)
    rooms.done(post, a.Declare(severity="SEV1"))
    page, _unreadable = status_page(replace(options, at=None), [])  # the incident's own logs, as of now
    assert "SEV1 INC-20260302-" in page.title
    assert "MITIGATE +" in items(page, "Conditions")
    page, unreadable = status_page(options, [str(tmp_path / "none.log")])
    assert unreadable
    assert headline(seen(None)) == items(status_paper(seen(None)), "Conditions").splitlines()[0]
