"""Journals and bundles that somebody else wrote, or forged: what they say passes the net before anything shows it."""

from __future__ import annotations

import json
from dataclasses import is_dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import cycle
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel

from tests import tour
from tests.digging import shown
from tests.honest import LINES
from tests.planted import Search, Secret, secrets
from tests.test_guardrail import headless, picture
from tests.test_incident_cli import Shell, shell
from tests.test_net import FRAGMENTS, joined
from tests.tour import WAYS, back, begun, open_app
from tui.incident import wire
from tui.incident.entries import KNOWN, Noted, Undone, Unknown, to_data
from tui.incident.facts import LogRecord, RunbookCopy, SourceIdentity
from tui.incident.fold import fold
from tui.incident.journal import Journal, OsDisk, Saved, incident_folder, team_folder
from tui.incident.record import Entry, Recorded, Stamp
from tui.incident.reread import reread
from tui.locale import use
from tui.session.export import write_bundle
from tui.session.status import write_snapshot
from tui.session.unbundle import verify_bundle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from hypothesis.strategies import DataObject

__all__ = ["shell"]

NOW = datetime(2026, 3, 2, 2, 5, tzinfo=UTC)
OPEN, OVER = "INC-20260302-aaaa", "INC-20260301-bbbb"
ENDS = ("resolved", "closed", "cancelled", "merged", "undone")
ALIKE = {"opaque", "hex"}
"""Kinds that cannot be told from a requestId or a hash, where one of those belongs."""
AKIA = "AKIAIOSFODNN7EXAMPLE"
FORMED = {
    (LogRecord, "sha256"): "f" * 64,
    (RunbookCopy, "sha256"): "f" * 64,
    (RunbookCopy, "rules"): f'[[metrics]]\nid = "{AKIA}"\n',
    (RunbookCopy, "texts"): f'[metric]\nx = {{ title = "{AKIA}" }}\n',
    (SourceIdentity, "name"): f"api-1700000000123 {AKIA}.log",
}
"""Hashes, and files and their names, of which only what looks like nothing else is masked."""


def hidden(count: int) -> list[Secret]:
    return [secret for secret in secrets(count) if secret.kind not in ALIKE]


def said(wanted: Any, take: Callable[[], str]) -> Any:  # noqa: ANN401 - any type, and JSON that fits it
    """JSON for a type, in which every string is one that is taken."""
    origin, parts = get_origin(wanted), get_args(wanted)
    if origin is tuple:
        return [said(part, take) for part in parts if part is not ...]
    if origin is Literal:
        return parts[0]
    if parts:
        return said(parts[0], take)
    if is_dataclass(wanted) or issubclass(wanted, BaseModel):
        hints = {name: hint for name, hint in get_type_hints(wanted).items() if name not in {"type", "path"}}
        told = {name: said(hint, take) for name, hint in hints.items() if get_origin(hint) is not ClassVar}
        return {name: FORMED.get((wanted, name), each) for name, each in told.items()}
    plain = {bool: True, int: 1, float: 1.0, date: "2026-11-19", AwareDatetime: "2026-03-02T02:00:00Z"}
    return take() if wanted is str else plain[wanted]


def forged(kinds: Iterable[str], take: Callable[[], str], writer: str = "forger") -> list[Recorded]:
    """An entry of each kind in which every string is one that is taken; the first is by the clock the earliest."""
    entries = [Entry(Unknown(kind, said(KNOWN[kind], take)), NOW, take()) for kind in kinds]
    return placed([*entries, Entry(Unknown(take(), {take(): [{"sha256": take()}, take()]}), NOW, take())], writer)


def placed(entries: Sequence[Entry], writer: str = "forger") -> list[Recorded]:
    times = (NOW + timedelta(seconds=number) for number in range(len(entries)))
    return [
        Recorded(entry, at, Stamp(int(at.timestamp() * 1000)), writer, number)
        for number, (entry, at) in enumerate(zip(entries, times, strict=True), 1)
    ]


def put(folder: Path, records: Sequence[Recorded]) -> Path:
    """Write a segment whose every hash is right."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "foreign.jsonl"
    path.write_bytes(wire.encode(records, "")[0])
    return path


def filled(data_dir: Path, planted: Sequence[Secret]) -> None:
    """A data folder that came from somebody else: an open incident, one that is over, and the team's journal."""
    following = cycle(planted)

    def take() -> str:
        return next(following).text

    left = [kind for kind in KNOWN if kind not in ENDS]
    put(incident_folder(data_dir, OPEN), forged(left, take))
    put(incident_folder(data_dir, OVER), forged(["declared", "cancelled", *left[1:]], take, writer=AKIA))
    put(team_folder(data_dir), forged(left, take))


# --- what is read -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KNOWN)
def test_no_secret_in_any_field_of_any_kind_of_entry_is_read(kind: str) -> None:
    planted = hidden(800)
    following = cycle(planted)
    records = forged([kind] * 40, lambda: next(following).text)
    read = wire.scan("foreign", wire.encode(records, "")[0])
    assert read.damages == ()
    assert {type(line.recorded.entry.payload) for line in read.lines if line.recorded} == {KNOWN[kind], Unknown}
    assert Search(planted).found("\n".join(map(repr, read.lines))) == set()
    assert AKIA not in repr(read.lines)


@pytest.mark.parametrize("kind", ["opaque", "hex"])
def test_long_random_strings_in_what_people_say_are_not_read(kind: str) -> None:
    planted = [secret for secret in secrets(600) if secret.kind == kind]
    for secret in planted:
        data = {"text": secret.text, "why": f"so: {secret.text}", "title": secret.text, "name": secret.text}
        assert Search([secret]).found(json.dumps(reread(data))) == set()


@given(st.sampled_from(sorted(KNOWN)), st.data())
def test_reading_again_changes_nothing(kind: str, data: DataObject) -> None:
    texts = joined(FRAGMENTS) | st.sampled_from(["METRIC_AUTH_5XX", "req_v071rdbvvmwo1ag3z", "f" * 64, "host-1-ab:3"])
    once = reread(said(KNOWN[kind], lambda: data.draw(texts)))
    assert reread(once) == once


def test_what_was_written_here_is_read_as_it_was_written(tmp_path: Path) -> None:
    lines = cycle(LINES)
    tour.furnish(tmp_path, lambda where: f"{where}: {next(lines)}\n{next(lines)} ‹jwt›")
    entries = 0
    for path in tmp_path.rglob("*.jsonl"):
        journal = Journal(path.parent, "reader", OsDisk()).read()
        written = [json.loads(line) for line in path.read_bytes().splitlines()]
        read = {record.seq: record for record in journal.records if path.stem == record.writer}
        assert [to_data(read[line["seq"]].entry.payload)[1] for line in written] == [line["data"] for line in written]
        assert [read[line["seq"]].entry.actor for line in written] == [line["actor"] for line in written]
        entries += len(written)
    assert entries > 20


def test_hashes_are_of_the_bytes_as_they_are(tmp_path: Path) -> None:
    path = put(tmp_path, placed([Entry(Noted(text=f"the key is {AKIA}"), NOW, "@ana")]))
    before = path.read_bytes()
    journal = Journal(tmp_path, "host-1", OsDisk())
    assert AKIA not in repr(journal.read())
    assert isinstance(journal.append([Entry(Noted(text="seen"), NOW, "@beto")], NOW), Saved)
    assert path.read_bytes() == before
    assert len(journal.read().records) == 2
    assert journal.contents.damages == ()
    path.write_bytes(before.replace(AKIA.encode(), AKIA[::-1].encode()))
    assert {damage.kind for damage in journal.read().damages} >= {"damaged"}


def test_a_writer_that_is_a_secret_has_another_name_and_can_be_taken_back(tmp_path: Path) -> None:
    entries = [Entry(Noted(text="wrong"), NOW, "@ana"), Entry(Undone(entry=f"{AKIA}:1"), NOW, "@ana")]
    put(tmp_path, placed(entries, writer=AKIA))
    records = Journal(tmp_path, "host-1", OsDisk()).read().records
    assert fold(OPEN, records).undone == {records[0].id}
    assert AKIA not in repr(records)


def test_a_host_that_is_named_like_a_number_keeps_its_ids(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "600123456", OsDisk())
    written = journal.append([Entry(Noted(text="x"), NOW, "@ana")], NOW)
    assert isinstance(written, Saved)
    assert [record.id for record in written.records] == [record.id for record in journal.read().records]


def test_entries_without_a_bottom_or_an_end_are_held_off(tmp_path: Path) -> None:
    body = (
        b'{"v":1,"seq":1,"writer":"w","hlc":[1,0],"recorded":"2026-03-02T02:05:00Z","effective":"2026-03-02T02:05:00Z"'
    )
    body += b',"actor":"@ana","type":"noted","data":{"text":"x","y":' + b"[" * 900 + b"]" * 900 + b'},"prev":""'
    (tmp_path / "deep.jsonl").write_bytes(body + b',"hash":"' + sha256(body).hexdigest().encode() + b'"}\n')
    contents = Journal(tmp_path, "host-1", OsDisk()).read()
    assert [damage.kind for damage in contents.damages] == ["malformed"]
    assert reread({"text": "x" * 1_000_000}) == {"text": "‹opaque›"}


# --- what is shown and exported ---------------------------------------------------------------------------------------

READS = (
    *(["show"], ["show", "--json"], ["lint"], ["lint", "--json"], ["verify"], ["list"], ["list", "--json"]),
    *(["export", "--format", form] for form in ("md", "json", "rotation")),
)  # fmt: skip


@pytest.mark.parametrize("incident", [OPEN, OVER])
def test_no_command_says_or_writes_what_a_foreign_journal_hides(shell: Shell, tmp_path: Path, incident: str) -> None:
    filled(shell.data_dir, planted := hidden(2400))
    told = [shell(*words, "--id", incident) for words in READS]
    bundle = tmp_path / "bundle"
    assert shell("export", "--format", "bundle", "--out", bundle, "--id", incident).code == 0
    told += [shell(*words, bundle) for words in (["show"], ["lint"], ["export"], ["export", "--format", "json"])]
    told.append(verified := shell.json("verify", bundle))
    pages = [headless("status", "--format", form, "--data-dir", shell.data_dir) for form in ("text", "json", "md")]
    files = [path.read_text() for path in bundle.iterdir()]
    search, everything = Search(planted), "\n".join([*(each.out + each.err for each in told), *pages, *files])
    assert search.found(everything) == set()
    assert AKIA not in everything
    assert {name.partition(":")[2] for name in verified.missing} <= {"forged"}  # the runbook is; all else is as it was
    assert search.characters > 20_000


def test_no_control_character_of_a_foreign_journal_is_printed(shell: Shell) -> None:
    title, note = "\x1b[31mred\nINC-20260302-zzzz", "a\x9b2Jb\u202ec"
    data = [Unknown("declared", {"severity": "SEV1\x07", "title": title}), Unknown("noted", {"text": note})]
    put(incident_folder(shell.data_dir, OPEN), placed([Entry(each, NOW, "@ana\x1b]0;x\x07") for each in data]))
    said = shell("show").out + shell("list").out
    assert not set("\x1b\x9b\x07\u202e") & set(said)
    assert [line for line in said.splitlines() if line.startswith("INC-20260302-zzzz")] == []


async def test_no_screen_shows_what_a_foreign_journal_hides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    use("en")
    filled(tmp_path / "data", planted := hidden(2400))
    search, found = Search(planted), set[Secret]()
    app = open_app(tmp_path / "data")
    async with app.run_test(size=(160, 45)) as pilot:
        await begun(pilot)
        for name in SCREENS:
            await WAYS[name](pilot)
            found |= search.found("\n".join([shown(app), picture(app)]))
            await back(pilot)
    assert found == set()
    assert search.characters > 20_000


SCREENS = (
    *("board", "view t", "view p", "view r", "view c", "timeline", "zoom l", "zoom t", "zoom p", "incidents", "detail"),
    *("postmortem", "closing form", "close", "question undo", "question roles", "question update"),
)  # fmt: skip


# --- files beside the journal -----------------------------------------------------------------------------------------


def test_names_of_files_in_a_foreign_bundle_are_masked(shell: Shell, tmp_path: Path) -> None:
    write_bundle(tmp_path / "b", {"postmortem.md": b"x"})
    (tmp_path / "b" / f"{AKIA}.txt").write_bytes(b"x")
    assert list(verify_bundle(tmp_path / "b")) == ["‹vendor-key›.txt"]
    told = [shell("verify", tmp_path / "b"), shell("show", tmp_path / "b"), shell("verify", tmp_path / "b", "--json")]
    assert AKIA not in "".join(each.out + each.err for each in told)


def test_a_foreign_postmortem_is_linted_without_repeating_its_secrets(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "postmortem.md"
    rows = f"| when | source |\n| --- | --- |\n| {AKIA} | x |\n"
    path.write_text(f"# INC-20260302-aaaa x\n\n## Timeline (UTC)\n\n{rows}\n## Evidence\n\n{rows}")
    said = shell("lint", path)
    assert "did not match" in said.out
    assert AKIA not in said.out


def test_a_foreign_snapshot_is_masked_in_the_status_line(tmp_path: Path) -> None:
    from tests import incidents

    play = incidents.declared(title="login", owner="@ana")
    write_snapshot(tmp_path, [play.state], incidents.RUNBOOK, incidents.at(12))
    path = tmp_path / "status.json"
    path.write_text(path.read_text().replace("login", f"key {AKIA}").replace('"@ana"', f'"{AKIA}"'))
    for form in ("text", "json", "tmux", "md"):
        assert AKIA not in headless("status", "--format", form, "--data-dir", tmp_path)
    assert "‹vendor-key›" in headless("status", "--data-dir", tmp_path)
