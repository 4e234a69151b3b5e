"""A hundred thousand secrets in a log and in what people say: on no screen, in no file, in no byte of the terminal.

The log rooms let none of them into the store; everything that can be shown comes from there, from people's text behind
the masking net, or from the program itself. Each of the three is searched, and so is what the real program writes.
"""

from __future__ import annotations

import base64
import contextlib
import html
import io
import json
import os
import random
import re
import shutil
from contextlib import suppress
from datetime import timedelta
from functools import partial
from itertools import cycle
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from tests import boards, planted, rooms, tour
from tests.digging import shown
from tests.planted import ALL, Search, Secret, secrets
from tests.proofs import FULL, say, size
from tests.test_payloads import ROUND, SEQUENCE
from tests.test_terminal import Terminal, terminal
from tests.test_typed_secrets import SECRETS, forms
from tests.tour import WAYS, back, begun, open_app, soon
from tui.cli.main import _COMMANDS, run
from tui.incident import actions
from tui.locale import use
from tui.logs.guard import is_usable_id
from tui.logs.schema import OTHER
from tui.privacy import mask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

__all__ = ["terminal"]

NOW = rooms.FIRES + timedelta(minutes=3)


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.chdir(tmp_path)
    use("en")
    yield
    use("en")


def full_of(hidden: Sequence[Secret], folder: Path) -> Path:
    """A drill's log with the secrets in its last minutes."""
    path = folder / "app.ndjson"
    path.write_bytes(rooms.log().read_bytes() + planted.log(hidden))
    return path


def furnish(data_dir: Path, hidden: Sequence[Secret]) -> None:
    """The room in which every field is filled with secrets, and a note for each fifty of them."""
    following = cycle(hidden)
    tour.furnish(data_dir, lambda where: f"{where} {next(following).text} auth.js:118 {next(following).text}")
    rooms.filled(post := rooms.room(data_dir))
    for start in range(0, len(hidden), 50):
        said = " · ".join(secret.text for secret in hidden[start : start + 50])
        rooms.done(post, actions.Note(text=f"DB_POOL_MAX=20 {said}"))
    post.close()


def in_files(folder: Path, search: Search, *but: Path) -> tuple[int, set[Secret]]:
    """Search every file under a folder but the log; returns how many there were."""
    files = [path for path in folder.rglob("*") if path.is_file() and path not in but]
    read = [path.read_bytes().decode("utf-8", "replace") for path in files]
    return len(files), {secret for text in [*read, *(path.name for path in files)] for secret in search.found(text)}


# --- what the log rooms keep, what the net masks ------------------------------------------------------------------


def test_no_secret_of_a_log_reaches_the_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = secrets(size(20_000, ALL))
    path = full_of(hidden, tmp_path)
    monkeypatch.setattr(rooms, "log", lambda: path)
    engine = rooms.engine()
    engine.drain()
    search, kept = Search(hidden), engine.store.events(NOW, 10_000_000)
    words = {str(value) for column in kept.get_columns() for value in column.unique()}
    found = search.found("\n".join([*words, repr(engine.board(NOW)), repr(engine.recent(100_000))]))
    say(capsys, f"{len(hidden)} secrets in a log: {kept.height} events, {len(words)} words kept, {len(found)} found")
    assert found == set()
    assert OTHER in words


SENTENCES = (
    "{}", "the value was {} in it", "el valor era {}, ayer", "({})", '"{}"', "'{}'", "{};", "x={}", "clave: {}", "<{}>",
    "`{}`", "a\n{}\nb", '["a":"{}"]', '["password":"{}"]', "[{}]", "**{}**", "_{}_", "→{}←", "{}.", "{}!", "¿{}?",
    "@ana:{}", "#{}", "/{}", "{}/x", "token {}", "{}\t{}", "curl -H '{}' x", "Ñ{}", "1) {}", "password={} for {}",
    "POOL=20 {}", "3 {}", "2026-03-02 {}", "{} 20", "22:01 {} 812 ms", "{} {}", "{} - {}", "tel:{}", "10.0.0.1:5432 {}",
)  # fmt: skip


def test_no_secret_that_is_typed_passes_the_net(capsys: pytest.CaptureFixture[str]) -> None:
    hidden = secrets(size(2000, ALL))
    left = [
        (sentence, secret.text)
        for secret in hidden
        for sentence in SENTENCES
        for masked in [mask(sentence.replace("{}", secret.text)).text]
        if secret.core[: planted.PIECE] in masked or secret.core[-planted.PIECE :] in masked
    ]
    say(capsys, f"{len(hidden)} secrets typed in {len(SENTENCES)} sentences: {len(left)} not masked")
    assert left == []


def test_nothing_that_is_known_to_be_good_is_masked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    runbook, chance = boards.runbook().runbook, random.Random(1)  # noqa: S311 - no secret
    known = {word for metric in runbook.metrics for field in metric.fields.values() for word in field.vocabulary}
    ids = [
        f"req_{''.join(chance.choices('abcdefghijklmnopqrstuvwxyz0123456789', k=17))}" for _id in range(size(9, ALL))
    ]
    ids += [f"web-{UUID(int=chance.getrandbits(128))}" for _id in range(size(2000, ALL))]
    path = tmp_path / "good.ndjson"
    records = list(good_records(ids[-len(known) * len(runbook.routes) :]))
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    monkeypatch.setattr(rooms, "log", lambda: path)
    engine = rooms.engine()
    engine.drain()
    kept = engine.store.events(NOW, 10_000_000)
    words = {str(value) for column in kept.get_columns() for value in column.unique()}
    texts = [*known, *CODES, *runbook.routes, *ids, *(metric.id for metric in runbook.metrics)]
    masked = [text for text in texts if mask(f"{text} in /api/auth/login").text != f"{text} in /api/auth/login"]
    lost = [*known, *CODES, *runbook.routes]
    lost = [word for word in lost if word not in words] + [each for each in ids if not is_usable_id(each)]
    say(capsys, f"{len(texts)} reasons, codes, routes and requestIds: {len(masked)} masked, {len(lost)} not kept")
    assert masked == []
    assert lost == []
    assert kept.height == len(records)


CODES = tuple(f"NEW_{first}{second}_FAILURE" for first in "ABCDE" for second in "VWXYZ")
"""As many as a field may hold that no runbook knows, and fewer."""


def good_records(ids: Sequence[str]) -> Iterator[dict[str, object]]:
    """Records with every value that the runbook knows, every route, and codes of the form that codes have."""
    runbook, following = boards.runbook().runbook, cycle(ids)
    at = (NOW - timedelta(minutes=1)).isoformat().replace("+00:00", "Z")
    for metric in runbook.metrics:
        for name, field in metric.fields.items():
            words = {"enum": [*field.vocabulary, *CODES], "route": list(runbook.routes)}.get(field.kind, [])
            for word in words:
                yield {"timestamp": at, "message": metric.id, "requestId": next(following), name: word, **NEEDED}


NEEDED = {"statusCode": 500, "durationMs": 7, "eventCount": 1}


# --- screens and files ----------------------------------------------------------------------------------------------


def written(folder: Path, pattern: str) -> bool:
    return any(folder.rglob(pattern))


def picture(app: tour.WatchedApp) -> str:
    """What a screenshot says, line by line."""
    return html.unescape(app.export_screenshot()).replace("\xa0", " ")


async def test_no_secret_is_on_any_screen_or_in_any_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = secrets(size(3000, ALL))
    path = full_of(hidden, tmp_path)
    monkeypatch.setattr(rooms, "log", lambda: path)
    furnish(tmp_path / "data", hidden)
    search, found, drawn = Search(hidden), set[Secret](), 0
    app = open_app(tmp_path / "data")
    async with app.run_test(size=(160, 45)) as pilot:
        await begun(pilot)
        for name in dict.fromkeys([*PAGES, *list(WAYS)[:: size(4, 1)]]):
            await WAYS[name](pilot)
            for key in ("", *PAGES.get(name, ())):
                await pilot.press(*([key] if key else []))
                if key in {*"wY"}:
                    await soon(pilot, partial(written, tmp_path, WRITES[name]))
                found |= search.found("\n".join([shown(app), picture(app)]))
                drawn += 1
            await back(pilot)
        found |= search.found(app.clipboard)
    for words in HEADLESS:
        found |= search.found(headless(*words, "--data-dir", tmp_path / "data"))
    files, leaked = in_files(tmp_path, search, path)
    say(
        capsys,
        f"{len(hidden)} secrets in a log and in what people say: {drawn} screens and screenshots, "
        f"{len(HEADLESS)} commands, {files} files, {search.characters} characters: {len(found | leaked)} found",
    )
    assert found | leaked == set()
    assert files > 8
    assert "DB_POOL_MAX=20" in headless("incident", "show", "--data-dir", tmp_path / "data")


PAGES = {
    "zoom l": ["pagedown"] * 6, "postmortem": ["pagedown"] * 6, "detail": ["w", "v", "v"], "incidents": ["w"],
    "board": ["Y"],
}  # fmt: skip
"""More keys on screens that hold more."""
WRITES = {"detail": "guardia-auth-*.csv", "incidents": "guardia-incidents*.csv", "board": "shared/*.md"}
"""Screens that write a file, and which."""


def headless(*words: str | Path) -> str:
    """Everything that a command says, run in this process."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
    told = [str(rooms.log()) if word == "LOG" else str(word) for word in words]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), suppress(SystemExit):
        run(told if "--lang" in told else [*told, "--lang", "en"])
    out.flush()
    assert isinstance(out.buffer, io.BytesIO)
    return out.buffer.getvalue().decode() + err.getvalue()


HEADLESS: tuple[tuple[str, ...], ...] = (
    ("check", "LOG"), ("check", "LOG", "--json"), ("status",), ("status", "--format", "json"),
    ("status", "--format", "md", "LOG"), ("report", "LOG", "--since", "-30m", "--until", "-1m"),
    *(("incident", "export", "--format", form) for form in ("md", "json", "rotation")),
    ("incident", "export", "--format", "bundle", "--out", "bundle"), ("incident", "show"),
    ("incident", "list", "--json"), ("incident", "lint"), ("incident", "verify", "LOG"), ("config", "--json"),
    ("prune", "--dry-run"),
)  # fmt: skip


# --- the real program -------------------------------------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_no_secret_is_in_the_bytes_of_the_terminal_or_left_behind(
    terminal: Callable[[int, int], Terminal],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hidden = secrets(size(3000, ALL))
    path, raw = full_of(hidden, tmp_path), tmp_path / "raw"
    monkeypatch.setattr(rooms, "log", lambda: path)
    furnish(tmp_path / "data", hidden)
    (tmp_path / "temp").mkdir()
    search, found, pane = Search(hidden), set[Secret](), terminal(160, 45)
    left = {"TMPDIR": str(tmp_path / "temp"), "TEXTUAL_LOG": str(tmp_path / "debug.log"), "TEXTUAL": "debug"}
    words = ("review", path, "--at", NOW.isoformat(), "--data-dir", tmp_path / "data", "--lang", "en")
    pane.run(*words, record=raw, variables=left)
    pane.until(lambda text: "INC-" in text and "TRIAGE" in text.upper())
    for key in (*ROUND, "q"):
        pane.keys(key)
        found |= search.found(pane.settled())
    pane.keys("1")
    pane.until(lambda text: "ended with 0" in text)
    wrote = raw.read_bytes().decode("utf-8", "replace")
    copied = [base64.b64decode(part).decode() for part in re.findall(r"\x1b\]52;c;([A-Za-z0-9+/=]*)", wrote)]
    title = pane._tmux("display-message", "-p", "#{pane_title}")
    found |= search.found("\n".join([wrote, SEQUENCE.sub("", wrote), *copied, pane.buffer(), title]))
    files, leaked = in_files(tmp_path, search, path)
    say(
        capsys,
        f"{len(hidden)} secrets, {len(ROUND)} keys over every screen: {len(wrote)} characters written to the terminal, "
        f"{len(copied)} copied, the window's title, {files} files with the debug log: {len(found | leaked)} found",
    )
    assert found | leaked == set()
    assert copied
    assert (tmp_path / "debug.log").stat().st_size > 0


@pytest.mark.parametrize("place", ["tui.session.engine.Engine.drain", "tui.logs.parse.Parser.parse"])
def test_no_secret_is_in_what_a_crash_leaves(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    hidden = secrets(len(planted.KINDS) * 5)

    def crash(*_told: object, **_more: object) -> None:
        said = " ".join(secret.text for secret in hidden)
        raise ValueError(said, json.JSONDecodeError(said, said, 3))

    monkeypatch.setattr(place, crash)
    told = headless("check", "LOG")
    assert "ValueError" in told
    assert Search(hidden).found(told) == set()


def test_the_search_finds_each_form_of_a_secret() -> None:
    secret = secrets(40)[38]
    raw = secret.core.encode()
    forms = (secret.core, secret.core[::-1], raw.hex(), raw.hex().upper(), "".join(f"%{byte:02X}" for byte in raw))
    for form in (*forms, *(base64.b64encode(b"abc"[:shift] + raw).decode() for shift in range(3))):
        assert Search([secret]).found(f"x {form} y") == {secret}
    assert Search([secret]).found(f"{secret.core[:13]}…") == {secret}


# --- every command of the shell ---------------------------------------------------------------------------------------

TYPED: tuple[tuple[str, ...], ...] = (
    ("check", "TEXT"), *(("check", "LOG", option, "TEXT") for option in ("--since", "--until", "--at")),
    ("compare", "LOG", "--a", "TEXT", "--b", "TEXT"), ("compare", "TEXT", "--a", "01:40,01:50", "--b", "01:50,02:00"),
    ("config", "TEXT"), ("config", "--as", "TEXT"), ("demo", "TEXT"), ("demo", "--seed", "TEXT"),
    ("deploy", "mark", "TEXT"), ("deploy", "mark", "x", "--at", "TEXT"), ("deploy", "mark", "x", "--kind", "TEXT"),
    ("deploy", "TEXT"), ("drill", "TEXT", "--out", "out"), ("drill", "run", "TEXT"), ("drill", "score", "TEXT"),
    ("drill", "history", "TEXT"), ("env", "check", "TEXT"), ("env", "check", "-", "--mode", "TEXT"),
    ("incident", "TEXT"), ("incident", "note", "TEXT"), ("prune", "TEXT"), ("report", "TEXT"),
    ("report", "LOG", "--since", "TEXT", "--until", "TEXT"), ("review", "TEXT"), ("review", "LOG", "--at", "TEXT"),
    ("review", "LOG", "--incident", "TEXT"), ("runbook", "validate", "TEXT"), ("runbook", "show", "TEXT"),
    ("runbook", "TEXT"),
    ("status", "TEXT"), ("status", "--format", "TEXT"), ("trace", "TEXT", "LOG"), ("trace", "req_abc123", "TEXT"),
    ("watch", "TEXT"), ("watch", "cmd:TEXT"), ("whatif", "LOG", "--set", "TEXT"),
    ("whatif", "LOG", "--set", "auth-5xx.threshold=TEXT"), ("whatif", "TEXT", "--set", "auth-5xx.threshold=1"),
    ("TEXT",), ("--TEXT",), ("check", "--TEXT"),
    *(("check", "LOG", option, "TEXT") for option in ("--runbook", "--as", "--id", "--lang")),
)  # fmt: skip
"""Every command with a secret in each place where something is typed."""


def test_every_command_is_typed_a_secret() -> None:
    assert set(_COMMANDS) == {words[0] for words in TYPED} - {"TEXT", "--TEXT"}


def test_what_is_typed_into_any_command_is_said_by_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith(("GUARDIA_", "XDG_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    said = list[str]()
    texts = [whole for whole, _secret in SECRETS.values()]
    for number, words in enumerate(TYPED):
        for text in texts if FULL else texts[number % len(texts) :][:1]:
            typed = [word.replace("TEXT", text) for word in words]
            said.append(headless(*typed, "--data-dir", tmp_path / "data"))
    kept = [path.read_bytes().decode("utf-8", "replace") for path in tmp_path.rglob("*") if path.is_file()]
    haystack = "\n".join([*said, *kept])
    found = {(kind, form) for kind, (_w, core) in SECRETS.items() for form in forms(core).values() if form in haystack}
    told = f"{len(SECRETS)} secrets in {len(TYPED)} places of every command: {len(said)} outputs, {len(kept)} files"
    say(capsys, f"{told} searched, {len(found)} found")
    assert found == set()
    assert all(said)
