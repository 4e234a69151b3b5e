"""A real night from the outage to a clean postmortem: by keys, in a real terminal, in both languages."""

from __future__ import annotations

import gzip
import json
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.samples import NIGHT, needs_samples
from tests.test_cli import guardia
from tests.test_terminal import Terminal, terminal
from tui.locale import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["terminal"]
pytestmark = [pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"), needs_samples]
DAY = "2026-11-19"
FORM = {
    "impact": "1 of 3 logins",
    "root_cause": "server/src/routes/auth.js:118",
    "mitigation": "",
    "lesson": "ship apart",
    "lucky": "",
    "preventive": "alert",
    "action": "a rule in CI",
    "action_owner": "@caro",
    "action_due": "2026-12-01",
}
"""As the form asks; what is empty here is prefilled, or optional."""
WORDS = {
    "en": {
        "suggested": "SUGGESTED", "declared": "DECLARED", "acknowledged": "ACKNOWLEDGED", "mitigated": "MITIGATED",
        "resolved": "RESOLVED", "nothing": "NO OPEN INCIDENT", "cannot": "1 of 8 missing", "can": "Gate  CAN CLOSE",
        "decide": "decide NO_GO", "evidence first": "nobody can override", "pins": "P pins", "trace": "Trace",
        "refused": "missing: evidence that matched",
    },
    "es": {
        "suggested": "SUGERIDO", "declared": "DECLARADO", "acknowledged": "ASUMIDO", "mitigated": "MITIGADO",
        "resolved": "RESUELTO", "nothing": "SIN INCIDENTE", "cannot": "falta 1 de 8",
        "can": "Requisitos  SE PUEDE CERRAR", "decide": "decidir NO_GO", "evidence first": "no se puede saltar",
        "pins": "P fija", "trace": "Traza", "refused": "falta: evidencia que coincidió",
    },
}  # fmt: skip


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "night.ndjson"
    with gzip.open(NIGHT) as night, path.open("wb") as out:
        shutil.copyfileobj(night, out)
    return path


def answer(pane: Terminal, key: str, text: str, then: str) -> None:
    """Press a key, answer its question, and wait for what the board says then."""
    pane.keys(key)
    pane.until(asked)
    if text:
        pane.keys("-l", text)
    pane.keys("Enter")
    pane.until(lambda shown: then in shown and not asked(shown))


def asked(shown: str) -> bool:
    """Whether a question stands in the last row."""
    return " esc " in shown.splitlines()[-1] and "enter " in shown.splitlines()[-1]


def take_evidence_back(pane: Terminal) -> None:
    """Declaring pinned the anchor's two records: take both back."""
    for undone in range(2):
        pane.keys("U")
        pane.until(asked)
        pane.keys("Enter")
        pane.until(lambda shown, wanted=undone + 1: shown.count(" ⌫ ") == wanted and not asked(shown))  # type: ignore[misc]


def travel(pane: Terminal, key: str, *clocks: str) -> None:
    """Press a key once for each time that the header must show then."""
    for clock in clocks:
        pane.keys(key)
        pane.until(lambda shown, clock=clock: f"{clock}:00 UTC" in shown.splitlines()[0])  # type: ignore[misc]


def go_to(pane: Terminal, row: str) -> None:
    """Go down in the side pane, a row at a time, until that one is chosen."""
    at = ""
    while row not in at:
        pane.keys("Down")
        at = chosen(pane.until(lambda shown, before=at: chosen(shown) not in {"", before}))  # type: ignore[misc]


def chosen(shown: str) -> str:
    return next((line.partition("▸")[2][:30] for line in shown.splitlines() if "▸" in line), "")


def fill_in(pane: Terminal) -> None:
    """Type as fast as a terminal takes it: every letter must land in its own field."""
    for text in FORM.values():
        if text:
            pane.keys("-l", text)
        pane.keys("Tab")
    pane.keys("2", "C-s")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_night_is_closed_by_keys_and_its_postmortem_holds(
    terminal: Callable[[int, int], Terminal], tmp_path: Path, log: Path, lang: str
) -> None:
    pane, folder = terminal(120, 40), tmp_path / "data"
    by_keys(pane, folder, log, lang)
    incident, postmortem = shell(folder, "show", "--json"), shell(folder, "export", "--format", "md")
    state = json.loads(incident)["state"]
    assert state["status"] == "closed"
    assert not state["overridden"]
    assert {name: state["fields"][name]["value"] for name, text in FORM.items() if text} == {
        name: text for name, text in FORM.items() if text
    }
    for minute in ("22:00", "22:04", "22:06", "22:15", "22:16", "22:17"):
        assert f"| {DAY} {minute}:00Z | log " in postmortem
    assert "158 / 204 (77.5 %)" in postmortem
    assert " 78 " in next(line for line in postmortem.splitlines() if line.startswith("**Auth 5xx**"))
    assert_linted_and_verified(folder, log, state["evidence"], tmp_path)


def by_keys(pane: Terminal, folder: Path, log: Path, lang: str) -> None:
    word = WORDS[lang]
    pane.run("review", log, "--at", f"{DAY}T22:08:00Z", "--lang", lang, "--data-dir", folder, "--as", "@ana")
    pane.until(lambda shown: word["suggested"] in shown and "SEV1" in shown and "22:08:00 UTC" in shown)
    answer(pane, "d", "", word["declared"])
    take_evidence_back(pane)
    answer(pane, "a", "", word["acknowledged"])
    travel(pane, "Right", *(f"22:{minute:02}" for minute in range(9, 21)))
    answer(pane, "m", "rollback to 6e19d04", word["mitigated"])
    pane.keys("r")
    pane.until(lambda shown: word["decide"] in shown)
    go_to(pane, word["decide"])
    answer(pane, "Enter", "", "NO_GO @ana")
    travel(pane, "End", "22:45")
    answer(pane, "R", "", word["resolved"])
    close(pane, word)
    pane.keys("q")
    pane.until(lambda shown: "ended with 0" in shown)


def close(pane: Terminal, word: dict[str, str]) -> None:
    """Fill the form, be refused without evidence, pin it, close."""
    pane.keys("c", "c")
    pane.until(lambda shown: word["pins"] in shown and "▌✗ Impact" in shown)
    fill_in(pane)
    pane.until(lambda shown: word["cannot"] in shown)
    pane.keys("C-k")
    pane.until(lambda shown: word["evidence first"] in shown)
    pane.keys("Enter")
    pane.until(lambda shown: word["refused"] in shown)
    pane.keys("Escape")
    pane.until(lambda shown: not asked(shown))
    pane.keys("C-n")
    pane.until(lambda shown: "▌  Eviden" in shown)
    pane.keys("Enter")
    pane.until(lambda shown: word["trace"] in shown)
    answer(pane, "P", "", word["trace"])
    pane.keys("Escape")
    pane.until(lambda shown: word["can"] in shown)
    answer(pane, "C-k", "", word["nothing"])


def shell(folder: Path, *words: str | Path, code: int = 0) -> str:
    said = guardia("incident", *map(str, words), "--data-dir", str(folder), "--lang", "en")
    assert said.returncode == code, said.stdout + said.stderr
    return said.stdout


def assert_linted_and_verified(folder: Path, log: Path, evidence: list[dict[str, object]], tmp_path: Path) -> None:
    """Clean; matched; changed once one byte of the line is another; matched in a docker-wrapped export."""
    assert {one["result"] for one in evidence} == {"matched"}
    wrapped = tmp_path / "docker.json"
    with log.open() as night, wrapped.open("w") as out:
        out.writelines(
            f"{json.dumps({'log': line, 'stream': 'stdout', 'time': f'{DAY}T22:00:00Z'})}\n" for line in night
        )
    shell(folder, "lint")
    assert shell(folder, "verify").count("matched ") == len(evidence)
    offset = int(str(evidence[0]["offset"]))
    with log.open("r+b") as stream:
        stream.seek(offset)
        line = stream.readline()
        stream.seek(offset + line.index(b'"level":"') + 9)
        stream.write(b"E")
    assert shell(folder, "verify", code=1).count("changed ") == 1
    assert shell(folder, "verify", wrapped).count("matched ") == len(evidence)
    print(
        f"a night closed by keys: {len(evidence)} records matched, 1 byte changed was seen, matched in a docker export"
    )
