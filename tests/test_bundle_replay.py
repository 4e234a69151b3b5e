"""A closed incident replayed from its bundle alone, and bundles that somebody tampered with."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
import zipfile
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click
import pytest

from tests.samples import LOGS, needs_samples
from tests.test_cli import guardia
from tests.test_incident_cli import NIGHTS, REAL, SAMPLE, Night, Said, Shell, declare, fill, resolve, shell
from tui.cli.main import run
from tui.cli.options import Options
from tui.cli.replay import Past, past
from tui.cli.room import open_room
from tui.cli.setup import prepare
from tui.session.export import EXPORTS, write_bundle
from tui.session.unbundle import ChangedBundleError, NotABundleError, is_bundle, unbundled, verify_bundle

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["shell"]
FORMS = ("folder", "zip")
FILES = ("postmortem.md", "incident.json", "journal.jsonl", "events.ndjson", "manifest.sha256")


def bundle_of(shell: Shell, folder: Path, form: str = "zip") -> Path:
    """The bundle of the only incident there is."""
    (incident,) = (path.name for path in (shell.data_dir / "incidents").iterdir())
    path = folder / (f"{incident}.zip" if form == "zip" else incident)
    assert shell("export", "--format", "bundle", "--out", path).code == 0
    return path


def on_a_log_of_its_own(night: Night, folder: Path) -> Night:
    """The same night under a name that can be taken away."""
    log = folder / night.log.name
    log.symlink_to(night.log)
    return Night(**{**{name: getattr(night, name) for name in night.__dataclass_fields__}, "log": log})


@pytest.fixture
def declared(shell: Shell, tmp_path: Path) -> Night:
    """The sample night, declared on a log that can be taken away."""
    night = on_a_log_of_its_own(SAMPLE, tmp_path)
    declare(shell, night)
    return night


def checked(log: Path) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(guardia("check", log, "--json").stdout)
    return said


# --- from the bundle alone --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("night", NIGHTS)
def test_a_closed_incident_is_replayed_from_its_bundle_alone(
    shell: Shell, night: Night, tmp_path: Path, form: str
) -> None:
    night = on_a_log_of_its_own(night, tmp_path)
    incident = declare(shell, night)
    resolve(shell, night)
    fill(shell)
    shell.done("close", night.log)
    postmortem, whole = shell("export").out, checked(night.log)
    bundle = bundle_of(shell, tmp_path, form)
    shutil.rmtree(shell.data_dir)
    night.log.unlink()
    assert shell("export", bundle).out == postmortem
    assert shell("export", bundle, lang="es").out == postmortem
    assert shell("lint", bundle).code == 0
    shown = shell.json("show", bundle)
    assert (shown.json["incident"], shown.state["status"]) == (incident, "closed")
    said = shell("verify", bundle, lang="es")
    assert said.code == 0
    assert "byte por byte" in said.out
    with unbundled(bundle) as opened:
        assert opened.events is not None
        again = checked(opened.events)
    begin = datetime.fromisoformat(again["sources"][0]["first"]) + timedelta(minutes=5)
    assert again["alerts"] == [one for one in whole["alerts"] if datetime.fromisoformat(one["pending_at"]) >= begin]
    assert {one["rule"] for one in again["alerts"] if one["fired_at"]} == {rule for rule, *_times in night.episodes}


@needs_samples
def test_no_secret_of_the_log_is_in_the_events_of_a_bundle(shell: Shell, tmp_path: Path) -> None:
    import gzip

    declare(shell, REAL)
    with unbundled(bundle_of(shell, tmp_path)) as opened:
        text = opened.file("events.ndjson")
    planted = json.loads(gzip.decompress((LOGS / "planted.json.gz").read_bytes()))
    secrets = {each for kind in _lists(planted) for each in kind}
    assert text
    assert not [secret for secret in secrets if secret.encode() in text]


def _lists(found: Any, name: str = "") -> Iterator[list[str]]:  # noqa: ANN401 - any JSON value
    if isinstance(found, dict):
        for key, value in found.items():
            yield from _lists(value, key)
    elif isinstance(found, list) and name != "client_ids":
        yield [str(each) for each in found]


@pytest.mark.usefixtures("declared")
def test_a_bundle_made_of_a_bundle_is_the_same(shell: Shell, tmp_path: Path) -> None:
    first = bundle_of(shell, tmp_path, "folder")
    again = tmp_path / "again"
    assert shell("export", "--format", "bundle", "--out", again, first).code == 0
    assert {name: (again / name).read_bytes() for name in FILES} == {
        name: (first / name).read_bytes() for name in FILES
    }


@pytest.mark.usefixtures("declared")
def test_an_opened_bundle_is_private_and_gone_afterwards(shell: Shell, tmp_path: Path) -> None:
    with unbundled(bundle_of(shell, tmp_path)) as opened:
        folder = opened.data_dir
        modes = {stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*")) if path.is_dir()}
        assert modes == {0o700}
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()} == {0o600}
    assert not folder.exists()


def failed(shell: Shell, *words: str | Path) -> Said:
    said = shell.json(*words)
    assert (said.code, said.json["ok"]) == (1, False)
    return said


# --- somebody tampered with it ----------------------------------------------------------------------------------------


def tampered(bundle: Path, files: Mapping[str, bytes], target: Path) -> Path:
    """The same bundle with other files, and with a manifest that fits them."""
    kept = {path.name: path.read_bytes() for path in bundle.iterdir() if path.name != "manifest.sha256"}
    write_bundle(target, {**kept, **files})
    return target


@pytest.mark.parametrize("name", ["postmortem.md", "incident.json"])
@pytest.mark.usefixtures("declared")
def test_what_the_journal_does_not_give_is_named_although_the_sums_are_right(
    shell: Shell, tmp_path: Path, name: str
) -> None:
    bundle = bundle_of(shell, tmp_path, "folder")
    wrong = tampered(bundle, {name: (bundle / name).read_bytes().replace(b"Login", b"Logout")}, tmp_path / "b.zip")
    assert verify_bundle(wrong) == {}
    assert failed(shell, "verify", wrong).missing == [f"{name}:otherwise"]
    assert f"replayed: {name} is not what the journal gives" in shell("verify", wrong).out


@pytest.mark.usefixtures("declared")
def test_a_journal_with_a_line_taken_out_is_damaged(shell: Shell, tmp_path: Path) -> None:
    bundle = bundle_of(shell, tmp_path, "folder")
    first, _second, *rest = (bundle / "journal.jsonl").read_bytes().splitlines(keepends=True)
    wrong = tampered(bundle, {"journal.jsonl": b"".join((first, *rest))}, tmp_path / "b.zip")
    assert failed(shell, "verify", wrong).missing == ["journal.jsonl:damaged"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.usefixtures("declared")
def test_a_changed_bundle_is_not_opened_and_named_file_by_file(shell: Shell, tmp_path: Path, form: str) -> None:
    bundle = bundle_of(shell, tmp_path, "folder")
    (bundle / "postmortem.md").write_bytes(b"all was well")
    if form == "zip":
        with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
            for path in bundle.iterdir():
                archive.write(path, path.name)
        bundle = tmp_path / "b.zip"
    with pytest.raises(ChangedBundleError), unbundled(bundle):
        pass
    said = shell("show", bundle)
    assert said.code == 3
    assert f"{bundle.name} is not opened, since it is not as its manifest says: postmortem.md" in said.err
    assert failed(shell, "verify", bundle).missing == ["postmortem.md:changed", "postmortem.md:otherwise"]


@pytest.mark.usefixtures("declared")
def test_nothing_leaves_a_hostile_zip_but_the_files_of_a_bundle(shell: Shell, tmp_path: Path) -> None:
    bundle = bundle_of(shell, tmp_path)
    with zipfile.ZipFile(bundle, "a") as archive:
        for name in ("../out", "/out", "incidents/../../out", "a/b"):
            archive.writestr(name, b"x")
    with pytest.raises(ChangedBundleError), unbundled(bundle):
        pass
    with unbundled(bundle, changed_too=True) as opened:
        inside = {path.name for path in opened.data_dir.rglob("*") if path.is_file()}
        assert inside == {"postmortem.md", "incident.json", "events.ndjson", "bundle.jsonl"}
        assert not (opened.data_dir.parent / "out").exists()


@pytest.mark.parametrize("name", ["../../../x", "INC-20260302-abcd/../../x", "", "INC-20260302-ABCD"])
@pytest.mark.usefixtures("declared")
def test_an_id_that_leads_elsewhere_opens_nothing(shell: Shell, tmp_path: Path, name: str) -> None:
    bundle = bundle_of(shell, tmp_path, "folder")
    wrong = tampered(bundle, {"incident.json": json.dumps({"incident": name}).encode()}, tmp_path / "b.zip")
    with pytest.raises(NotABundleError), unbundled(wrong):
        pass
    said = shell("show", wrong)
    assert (said.code, "holds no incident that can be read" in said.err) == (3, True)


@pytest.mark.usefixtures("declared")
def test_a_file_that_is_larger_than_any_is_not_read(shell: Shell, tmp_path: Path) -> None:
    bundle = bundle_of(shell, tmp_path, "folder")
    target, zeros = tmp_path / "b.zip", b"\0" * (1 << 20)
    digest = hashlib.sha256()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("journal.jsonl", "w") as file:
            for _part in range(65):
                file.write(zeros)
                digest.update(zeros)
        archive.write(bundle / "incident.json", "incident.json")
        sums = {
            "journal.jsonl": digest.hexdigest(),
            "incident.json": hashlib.sha256((bundle / "incident.json").read_bytes()).hexdigest(),
        }
        archive.writestr("manifest.sha256", "".join(f"{each}  {name}\n" for name, each in sums.items()))
    with pytest.raises(NotABundleError), unbundled(target):
        pass


@pytest.mark.usefixtures("declared")
def test_links_in_a_folder_are_no_files_of_it(shell: Shell, tmp_path: Path) -> None:
    bundle = bundle_of(shell, tmp_path, "folder")
    elsewhere = tmp_path / "elsewhere"
    (bundle / "events.ndjson").rename(elsewhere)
    (bundle / "events.ndjson").symlink_to(elsewhere)
    assert verify_bundle(bundle) == {"events.ndjson": "missing"}


# --- what review opens ------------------------------------------------------------------------------------------------


@contextmanager
def found(shell: Shell, *sources: str | Path, incident: str | None = None, at: str | None = None) -> Iterator[Past]:
    options = Options(data_dir=shell.data_dir, incident=incident, at=at)
    with past(options, prepare(options), tuple(map(str, sources))) as seen:
        yield seen


def the_id(shell: Shell) -> str:
    return shell.done("show").json["incident"]  # type: ignore[no-any-return]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.usefixtures("declared")
def test_what_is_shared_from_a_bundle_lies_in_the_own_data_folder(
    shell: Shell, here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: dict[str, Any] = {}
    monkeypatch.setattr("tui.ui.app.run", lambda room, **said: opened.update(said, room=room))
    monkeypatch.setattr("tui.cli.terminal.need_terminal", lambda _sources: None)
    with pytest.raises(SystemExit):
        run(["review", str(bundle_of(shell, here)), "--data-dir", str(tmp_path / "own")])
    assert opened["shared"] == tmp_path / "own" / "shared"
    assert opened["room"].place.read_only


def test_an_incident_is_reviewed_on_the_logs_it_was_declared_on(shell: Shell, declared: Night, here: Path) -> None:
    bundle_of(shell, here)
    with found(shell, incident=the_id(shell)) as seen:
        assert [path.rpartition("/")[2] for path in seen.sources] == [declared.log.name]
        assert (seen.data_dir, seen.options.read_only) == (None, False)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("where", ["here", "exports"])
def test_without_its_logs_an_incident_is_reviewed_from_its_bundle(
    shell: Shell, declared: Night, here: Path, form: str, where: str
) -> None:
    incident = the_id(shell)
    bundle_of(shell, here if where == "here" else shell.data_dir / EXPORTS, form)
    declared.log.unlink()
    with found(shell, incident=incident) as seen:
        assert seen.options.read_only
        assert seen.options.incident == incident
        assert seen.data_dir not in {None, shell.data_dir}
        assert [path.rpartition("/")[2] for path in seen.sources] == ["events.ndjson"]


def test_a_bundle_is_a_source_and_logs_beside_it_take_the_place_of_its_events(
    shell: Shell, declared: Night, here: Path
) -> None:
    bundle, incident = bundle_of(shell, here), the_id(shell)
    shutil.rmtree(shell.data_dir)
    with found(shell, bundle) as seen:
        assert (seen.options.incident, len(seen.sources)) == (incident, 1)
    with found(shell, bundle, declared.log, incident=incident) as seen:
        assert seen.sources == (str(declared.log),)
    with (
        pytest.raises(click.BadParameter, match="is the bundle of"),
        found(shell, bundle, incident="INC-20260302-zzzz"),
    ):
        pass
    with pytest.raises(click.BadParameter, match="one bundle at a time"), found(shell, bundle, bundle):
        pass


@pytest.mark.usefixtures("here")
def test_what_cannot_be_found_is_said_with_code_3(shell: Shell, declared: Night) -> None:
    incident = the_id(shell)
    declared.log.unlink()
    for name, words in ((incident, f"nor is {incident}.zip"), ("INC-20260302-zzzz", "there is no incident")):
        said = guardia("review", "--incident", name, "--data-dir", shell.data_dir, "--lang", "en")
        assert (said.returncode, words in said.stderr) == (3, True), said.stderr
    assert guardia("review").returncode == 2
    assert guardia("review", "--incident", "../x", "--data-dir", shell.data_dir).returncode == 2


def test_a_bundle_without_events_asks_for_logs(shell: Shell, here: Path) -> None:
    shell.done("declare", "--severity", "SEV1")
    with pytest.raises(click.ClickException, match="holds no events"), found(shell, bundle_of(shell, here)):
        pass


@pytest.mark.usefixtures("declared")
def test_the_room_of_a_bundle_shows_its_incident_and_writes_nothing(shell: Shell, here: Path) -> None:
    bundle, incident = bundle_of(shell, here), the_id(shell)
    with found(shell, bundle, at="-30m") as seen:
        prepared = prepare(seen.options)
        room = open_room(seen.options, prepared, seen.engine(prepared), seen.sources, seen.data_dir)
        room.engine.drain()
        for _turn in range(4):
            room.advance()
        assert room.picture is not None
        assert room.picture.state is not None
        assert room.picture.state.id == incident
        assert room.picture.read_only
        assert room.now() == datetime.fromisoformat(SAMPLE.at("02:08"))
        assert seen.data_dir is not None
        names = {path.name for path in seen.data_dir.rglob("*") if path.is_file()}
        room.close()
    assert names == {"postmortem.md", "incident.json", "events.ndjson", "bundle.jsonl"}
    assert is_bundle(bundle)
