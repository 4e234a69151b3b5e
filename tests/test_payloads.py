"""Two hundred pieces of markup and five hundred escape sequences, in every field × every screen, and in every file.

What is shown is what was written, letter by letter, with controls as pictures; the bytes that the real program writes
hold no sequence that it does not write for harmless text too.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from datetime import timedelta
from itertools import cycle
from typing import TYPE_CHECKING

import pytest

from tests import boards, incidents, rooms, tour
from tests.digging import shown, strips
from tests.hostile import ESCAPES, MARKUPS, payloads
from tests.proofs import say, size
from tests.test_incident_cli import Shell
from tests.test_terminal import Terminal, terminal
from tests.tour import WAYS, back, begun, open_app, people_say
from tui.incident import actions
from tui.locale import LANGUAGES, use
from tui.metrics.board import BreakdownRow
from tui.privacy import mask, visible
from tui.runbook.load import EMBEDDED, RunbookError, load_runbook
from tui.ui.messages import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.tour import WatchedApp
    from tui.incident.team import TeamState
    from tui.metrics.board import Board
    from tui.session.picture import IncidentPicture

    Say = Callable[[str], str]

__all__ = ["terminal"]


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.chdir(tmp_path)
    use("en")
    yield
    use("en")


def saying(texts: list[str]) -> Say:
    """Whoever asks, for whatever field, gets the next text."""
    following = cycle(texts)
    return lambda _where: next(following)


# --- everything that can be shown, with something hostile in every field --------------------------------------------


def board(board: Board, say: Say) -> Board:
    """A board as no guard would let it through."""
    assert board.suggestion is not None
    anchor = board.suggestion.anchor or boards.sev1().suggestion.anchor  # type: ignore[union-attr]
    assert anchor is not None
    samples = tuple(replace(anchor, request_id=say("requestId")) for _each in range(3))
    return replace(
        board,
        panels=tuple(
            replace(panel, breakdown=tuple(BreakdownRow((say("value"), say("route")), 9) for _each in range(3)))
            for panel in board.panels
        ),
        markers=tuple(replace(each, capture=say("capture")) for each in boards.board().markers),
        suggestion=replace(board.suggestion, anchor=replace(anchor, request_id=say("anchor")), samples=samples),
        sources=tuple(
            replace(each, name=say("source"), format=say("format"), rejected=((say("reason"), 3),))
            for each in board.sources
        ),
    )


def picture(picture: IncidentPicture, say: Say) -> IncidentPicture:
    """An incident of which every word is hostile, as no net ever saw it."""
    play = incidents.declared(title=say("title"))
    for minute, command in enumerate(people_say(say), 11):
        play.ask(command, minute, by=say("actor"))
    play.ask(actions.PinEvidence(request_id=say("evidence")), 60)
    state = play.state
    return replace(
        picture,
        state=state,
        records=tuple(play.records),
        open_incidents=(state,),
        people=(say("person"), say("person")),
        contacts=dict.fromkeys(picture.contacts, say("contact")),
        team=team_of(picture.team, say),
    )


def team_of(state: TeamState, say: Say) -> TeamState:
    deploys = tuple(replace(each, text=say("deploy")) for each in state.deploys)
    return replace(state, deploys=deploys)


def snapshot(app: WatchedApp, say: Say) -> Snapshot:
    assert app.situation is not None
    assert app.situation.incident is not None
    rows = [
        replace(each, route=say("route"), detail=say("detail"), request_id=say("requestId"), unit=say("unit"))
        for each in boards.events()
    ]
    return Snapshot(board(app.situation.board, say), rows, picture(app.situation.incident, say))


def in_toml(text: str) -> str:
    """A string as TOML has it, whatever it holds."""
    return '"' + "".join(char if char.isalnum() or char == " " else f"\\U{ord(char):08x}" for char in text) + '"'


def team_words(folder: Path, say: Say) -> Path:
    """The embedded runbook with something behind every longer sentence; its ids have a strict form."""
    folder.mkdir()
    for lang in LANGUAGES:
        lines = []
        for key, entry in boards.runbook(lang).texts.items():
            lines.append("[" + ".".join(map(json.dumps, key.split(".", 1))) + "]")
            parts = entry.model_dump(exclude_none=True)
            short = {"title", "short"} if key.startswith("metric.") else {"short"}
            said = {part: text if part in short else f"{text} {say(part)}" for part, text in parts.items()}
            lines += [f"{part} = {in_toml(text)}" for part, text in said.items()]
        (folder / f"ours.{lang}.toml").write_text("\n".join(lines))
    copied = folder / "ours.toml"
    copied.write_text(EMBEDDED.read_text())
    return copied


# --- what must hold of a screen -------------------------------------------------------------------------------------


def obeyed(app: WatchedApp) -> list[str]:
    """What a screen made of a text but letters: controls, links, actions, leaving, rows out of shape."""
    drawn, columns = strips(app), app.size.width
    wrong = [f"control in {strip.text!r}" for strip in drawn if visible(strip.text) != strip.text]
    wrong += [f"{strip.cell_length} cells: {strip.text!r}" for strip in drawn if strip.cell_length != columns]
    styles = [segment.style for strip in drawn for segment in strip if segment.style is not None]
    wrong += [f"link {style.link}" for style in styles if style.link]
    wrong += [f"action {style.meta}" for style in styles if any(key.startswith("@") for key in style.meta)]
    return wrong if app.is_running and not app.left else [*wrong, "an action ran"]


STILL = ("question", "close", "delegate", "more", "leave", "help", "palette", "ask", "go to")
"""Screens that are about the moment they were opened at: those are opened anew for each picture."""


async def played(pilot: Pilot[None], app: WatchedApp, name: str, texts: list[str]) -> list[str]:
    """Show a screen picture after picture, every field with the next payload; return what was obeyed."""
    assert app.situation is not None
    calm = Snapshot(app.situation.board, app.situation.events, app.situation.incident)
    wrong: list[str] = []
    still = name.startswith(STILL)
    if not still:
        await WAYS[name](pilot)
    for first in range(0, size(1, len(texts)), 7 if still else 1):
        app.post_message(snapshot(app, saying(texts[first:] + texts[:first])))
        await pilot.pause()
        if still:
            await WAYS[name](pilot)
        wrong += obeyed(app)
        if still:
            await back(pilot)
        app.post_message(calm)
    await back(pilot)
    return wrong


async def test_nothing_in_any_field_is_obeyed_on_any_screen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tour.furnish(tmp_path / "data")
    texts = payloads(size(20, MARKUPS), size(50, ESCAPES))
    app = open_app(tmp_path / "data")
    wrong = list[str]()
    async with app.run_test(size=(240, 70)) as pilot:
        await begun(pilot)
        for name in WAYS:
            wrong += [f"{name}: {each}" for each in await played(pilot, app, name, texts)]
    say(capsys, f"{len(texts)} payloads in turn in every field × {len(WAYS)} screens: {len(wrong)} obeyed")
    assert wrong == []


# --- what people really write, through the real net and the real journal --------------------------------------------


def written(data_dir: Path, texts: list[str]) -> None:
    """An incident with every text as a note and every field with one of them, recorded as people's words are."""
    tour.furnish(data_dir, saying(texts))
    rooms.filled(post := rooms.room(data_dir))
    for text in texts:
        rooms.done(post, actions.Note(text=text))
    post.close()


def as_shown(text: str) -> str:
    """What is to be read of a text: masked, controls as pictures, ends without blanks."""
    return visible(mask(text.strip()).text).strip()


def test_a_runbook_with_controls_in_its_words_is_refused(tmp_path: Path) -> None:
    controls = [text for text in payloads(1, 100) if visible(text) != text]
    with pytest.raises(RunbookError) as refused:
        load_runbook(team_words(tmp_path / "ours", saying(controls)), "en")
    assert len(refused.value.problems) > len(controls)
    assert visible(str(refused.value).replace("\n", " ")) == str(refused.value).replace("\n", " ")


async def test_markup_in_notes_is_shown_letter_by_letter(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = payloads(size(40, MARKUPS), size(60, ESCAPES))
    written(tmp_path / "data", texts)
    app, read, wrong = open_app(tmp_path / "data"), "", list[str]()
    async with app.run_test(size=(240, 70)) as pilot:
        await begun(pilot)
        for name in ("zoom l", "postmortem"):
            await WAYS[name](pilot)
            for _page in range(len(texts) // 30 + 4):
                read += shown(app)
                wrong += obeyed(app)
                await pilot.press("pagedown")
            await back(pilot)
        await WAYS["incidents"](pilot)
        wrong += obeyed(app)
    unread = [text for text in texts if any(as_shown(line) not in read for line in text.split("\n"))]
    say(capsys, f"{len(texts)} payloads as notes: {len(unread)} not shown letter by letter, {len(wrong)} obeyed")
    assert unread == []
    assert wrong == []


FOR_OTHERS = (
    *(("export", "--format", form) for form in ("md", "json", "rotation")),
    ("export", "--format", "bundle", "--out", "bundle"),
    ("show",), ("show", "--json"), ("list",), ("list", "--json"), ("undo",), ("note", "x"),
)  # fmt: skip


def test_what_is_written_for_others_holds_no_controls(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = payloads(size(40, MARKUPS), size(60, ESCAPES))
    written(tmp_path / "data", texts)
    shell, said, wrong = Shell(tmp_path / "data"), 0, list[str]()
    for command in FOR_OTHERS:
        ended = shell(*command)
        assert ended.code == 0, ended.err
        lines = (ended.out + ended.err).split("\n")
        said += len(lines)
        wrong += [f"{command}: {line!r}" for line in lines if visible(line) != line]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    for path in files:
        lines = path.read_text().split("\n")
        wrong += [f"{path.name}: {line!r}" for line in lines if visible(line.replace("\t", " ")) != line]
    say(capsys, f"{len(texts)} payloads: {said} lines printed, {len(files)} files written, {len(wrong)} with controls")
    assert wrong == []
    assert said > len(texts)


# --- the bytes of the real program ------------------------------------------------------------------------------------

SEQUENCE = re.compile(
    r"\x1b\[(?P<csi>[0-?]*[ -/]*[@-~])|\x1b(?P<string>[\]P_^X])[^\x07\x1b]*(?:\x07|\x1b\\)|\x1b(?P<short>[ -/]*[0-~])"
)
PAGES = " NPage" * 6
ROUND = (
    f"1 1 Escape l z{PAGES}{PAGES} 0 0 t z NPage 0 0 p z NPage NPage 0 0 r c c NPage Escape Escape 0 i NPage Escape "
    "x Enter Escape Escape / Escape NPage Escape o Escape O NPage Escape ? NPage Escape : NPage Escape W Escape "
    "C Escape G Escape n Escape u NPage Escape g Escape f Escape U Escape M 3 Escape Y s Escape m Escape R Escape 0"
).split()
"""Keys onto every screen and off it again."""


def shape(match: re.Match[str]) -> str:
    """What kind of sequence it is, its numbers apart."""
    if match["csi"] is not None:
        return "CSI " + re.sub(r"[0-9;:]+", "#", match["csi"])
    if match["string"] is not None:
        return "string " + match["string"] + re.match(r"[0-9]*", match.group()[2:])[0]  # type: ignore[index]
    return "ESC " + match["short"]


def told(raw: bytes) -> tuple[set[str], list[str]]:
    """Kinds of sequences in what was written to a terminal, and what is no letter outside of them."""
    text = raw.decode("utf-8", "surrogateescape")
    rest = re.split(r"[\r\n]+", SEQUENCE.sub("", text))
    return {shape(match) for match in SEQUENCE.finditer(text)}, [part for part in rest if visible(part) != part]


def hostile_lines(texts: list[str]) -> bytes:
    """Lines of a log with each text in every field, in fields that nobody knows, and as the whole line."""
    at = (rooms.FIRES + timedelta(minutes=2)).isoformat().replace("+00:00", "Z")
    lines = []
    for text, metric in zip(texts, cycle(boards.runbook().runbook.metrics)):
        fields = dict.fromkeys([*metric.fields, "requestId", "endpoint", "error", "level", text], text)
        lines += [json.dumps({**fields, "timestamp": at, "message": message}) for message in (metric.id, text)]
        lines += [text.replace("\n", " "), json.dumps({**fields, "timestamp": text, "message": metric.id})]
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogatepass")


def walked(pane: Terminal, folder: Path, texts: list[str], name: str) -> bytes:
    """Go once over every screen of a program everything around which says `texts`; return what it wrote."""
    say = saying(texts)
    written(folder / "data", texts)
    runbook = team_words(folder / "runbook", saying([text for text in texts if text.isprintable()]))
    log = folder / name
    log.write_bytes(rooms.log().read_bytes() + hostile_lines(texts))
    settings = folder / ".config" / "guardia" / "config.toml"
    settings.parent.mkdir(parents=True)
    people = json.dumps([say("person") for _each in range(3)])
    settings.write_text(
        f"people = {people}\non_call = {json.dumps(say('on-call'))}\nname = {json.dumps(say('name'))}\n"
    )
    raw, at = folder / "raw", (rooms.FIRES + timedelta(minutes=3)).isoformat()
    pane.run("review", folder / "*.ndjson", "--at", at, "--runbook", runbook, "--data-dir", folder / "data", record=raw)
    pane.until(lambda text: "INC-" in text and "TRIAGE" in text.upper())
    for key in (*ROUND, "q", "1"):
        pane.keys(key)
        pane.settled()
    pane.until(lambda text: "ended with 0" in text)
    return raw.read_bytes()


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_the_bytes_of_the_terminal_hold_no_sequence_of_others(
    terminal: Callable[[int, int], Terminal], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = payloads(size(40, MARKUPS), size(60, ESCAPES))
    (tmp_path / "calm").mkdir()
    (tmp_path / "hostile").mkdir()
    calm, _odd = told(walked(terminal(160, 45), tmp_path / "calm", [f"word{n}" for n in range(len(texts))], "a.ndjson"))
    raw = walked(terminal(160, 45), tmp_path / "hostile", texts, "\x1b]0;[red]owned\x07.ndjson")
    kinds, odd = told(raw)
    say(
        capsys,
        f"{len(texts)} payloads in notes, fields, names, settings, log, runbook; {len(ROUND)} keys over every screen: "
        f"{len(raw)} bytes, {len(kinds - calm)} foreign sequences of {len(kinds)} kinds, {len(odd)} loose controls",
    )
    assert kinds <= calm
    assert odd == []
    assert raw.count(b"e") > 1000
