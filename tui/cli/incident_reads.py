"""Look at incidents, check them, write them out: nothing here changes what people decided but a verified result."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.cli.incident_desk import NotChosenError, desk_of, open_case
from tui.cli.incident_report import OK, REFUSED, UNREADABLE, emit, not_chosen, unreadable
from tui.cli.output import emit_json, say
from tui.locale import _
from tui.privacy import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tui.cli.incident_desk import Case
    from tui.cli.options import Options
    from tui.incident.state import IncidentState
    from tui.session.act import Desk
    from tui.session.engine import Engine

UNLINKED = "unlinked"
_LONGEST_POSTMORTEM = 16 << 20
"""Bytes of a file that are linted at most: a postmortem is never that long, a device has no end."""
PATTERN = re.compile(r"[*?\[]")
FORMATS = ("md", "json", "bundle", "rotation")


def _reading(options: Options, read: Callable[[Case, Desk], int]) -> int:
    """Do something with the incident that is meant; a past one will do where it is the only one."""
    case = open_case(options)
    try:
        desk = desk_of(case, ended_too=True)
        if not desk.state.exists:
            say(_("there is no incident {id}: see guardia incident list").format(id=desk.id))
            if options.json:
                emit(case, False, desk.state, ["id"])
            return REFUSED
        return read(case, desk)
    except NotChosenError:
        return not_chosen(case)
    finally:
        case.close()


@click.command("list", help=_("Every incident, totals over them, and the permanent actions that are still open."))
@click.option("--since", metavar="TIME", help=_("Only what started after; a day such as 2026-11-01, too."))
@click.option("--until", metavar="TIME", help=_("Only what started up to then."))
@click.pass_obj
def list_all(options: Options, since: str | None, until: str | None) -> int:
    """List incidents."""
    from tui.incident.history import history
    from tui.present.incident_history import history_lines, history_result
    from tui.present.incident_json import result

    case = open_case(options)
    start, end = (case.moment(text, name) if text else None for text, name in ((since, "--since"), (until, "--until")))
    runbook, today = case.prepared.loaded.runbook, case.wall.astimezone(case.zone).date()
    past = history(case.states, runbook, start, end)
    if options.json:
        said = history_result(past, runbook, case.wall, today, start, end)
        emit_json(result(ok=True, incident=None, state=said, missing=()))
        return OK
    for line in history_lines(past, case.wall, today):
        click.echo(line)
    if not past:
        say(_("no incident yet") if not case.states else _("no incident started in that time"))
    return OK


@click.command(help=_("One incident as its journal has it."))
@click.pass_obj
def show(options: Options) -> int:
    """Show an incident."""
    return _reading(options, _show)


def _show(case: Case, desk: Desk) -> int:
    from tui.present.incident_json import still_missing
    from tui.present.incident_text import missing_line, state_lines

    loaded = case.prepared.loaded
    missing = still_missing(desk.state, loaded.runbook)
    if case.options.json:
        emit(case, True, desk.state, missing)
        return OK
    for line in state_lines(desk.state, loaded.runbook, loaded.texts, case.zone, desk.state.now(case.wall)):
        click.echo(line)
    if missing:
        click.echo(missing_line(missing, loaded.texts))
    return OK


@click.command(help=_("What is wrong with the postmortem: the incident's own, or FILE that people edited."))
@click.argument("file", required=False, metavar="[FILE]")
@click.pass_obj
def lint(options: Options, file: str | None) -> int:
    """Lint a postmortem; 1 when anything is wrong with it."""
    return _lint_file(options, file) if file else _reading(options, _lint)


def _lint(case: Case, desk: Desk) -> int:
    from tui.present.bundle import markdown

    text = markdown(desk.state, desk.contents.records, case.prepared.loaded)
    return _linted(case, text, desk.state)


def _lint_file(options: Options, file: str) -> int:
    """Lint a file in the language of the incident that it is about, where that is known here, else in ours."""
    from tui.incident.state import IncidentState

    try:
        with Path("/dev/stdin" if file == "-" else file).open("rb") as stream:
            text = stream.read(_LONGEST_POSTMORTEM).decode()
    except OSError as error:
        raise unreadable(_("the file cannot be read ({errno})"), error) from None
    except UnicodeDecodeError:
        raise unreadable(_("the file is not UTF-8")) from None
    case = open_case(options)
    words = text.split(maxsplit=2)
    about = words[1] if len(words) > 1 else ""
    state = next((state for state in case.states if state.id == about), IncidentState(about))
    return _linted(case, text, state)


def _linted(case: Case, text: str, state: IncidentState) -> int:
    from tui.incident.lint import lint as mistakes
    from tui.present.incident_text import finding_line
    from tui.present.stored import stored

    rules, words = stored(state, case.prepared.loaded)
    found = mistakes(text, rules, words)
    if case.options.json:
        said = [f"{one.fault.value}:{one.subject}:{one.line}" for one in found]
        emit(case, not found, state, said)
    else:
        for one in found:
            click.echo(finding_line(one))
        if not found:
            click.echo(_("nothing is wrong with it"))
    return REFUSED if found else OK


@click.command(help=_("Read pinned evidence again, also in EXPORT; or check the sums of a bundle."))
@click.argument("exports", nargs=-1, metavar="[EXPORT]...")
@click.pass_obj
def verify(options: Options, exports: tuple[str, ...]) -> int:
    """Verify evidence or a bundle; 1 when anything changed or is gone."""
    from tui.session.export import is_bundle

    bundles = [export for export in exports if is_bundle(Path(export))]
    if bundles:
        return max(_verify_bundle(options, Path(bundle)) for bundle in bundles)
    return _reading(options, lambda case, desk: _verify(case, desk, exports))


def _verify(case: Case, desk: Desk, exports: Sequence[str]) -> int:
    from tui.incident.actions import VerifyEvidence
    from tui.incident.facts import Facts
    from tui.present.incident_text import verdict_line

    case.exports = tuple(exports)
    around = case.surroundings()
    seen = around.look_again(desk.state.evidence)
    if not case.options.read_only:
        facts = Facts(case.prepared.loaded.runbook, reread=seen)
        desk.perform(VerifyEvidence(), case.actor, case.wall, lambda *_said: facts)
        desk.close()
    results = {one.evidence: one.result for one in seen}
    pinned = [replace(one, result=results.get(one.key, one.result)) for one in desk.state.evidence]
    wrong = [one for one in pinned if not one.matched and one.result != UNLINKED]
    if case.options.json:
        emit(case, bool(pinned) and not wrong, desk.state, [f"{one.request_id}:{one.result}" for one in wrong])
    else:
        for one in pinned:
            record = one.pin.record
            place = f"{record.source.name}:{record.offset}" if record else ""
            click.echo(verdict_line(one.request_id, place, one.result))
    if not pinned:
        say(_("no evidence is pinned: guardia incident evidence REQUEST_ID SOURCE pins it"))
    absent = [export for export in exports if not (PATTERN.search(export) or Path(export).exists())]
    for export in absent:
        say(_("{path} cannot be read").format(path=visible(export)))
    if absent:
        return UNREADABLE
    return OK if pinned and not wrong else REFUSED


def _verify_bundle(options: Options, bundle: Path) -> int:
    from tui.present.incident_json import result
    from tui.present.incident_text import verdict_line
    from tui.session.export import NotABundleError, verify_bundle

    try:
        wrong: Mapping[str, str] = verify_bundle(bundle)
    except NotABundleError:
        wrong = {bundle.name: "changed"}
    except OSError as error:
        raise unreadable(_("the bundle cannot be read ({errno})"), error) from None
    if options.json:
        emit_json(result(not wrong, None, {}, [f"{name}:{found}" for name, found in wrong.items()]))
    else:
        for name, found in wrong.items():
            click.echo(verdict_line(name, bundle.name, found))
        if not wrong:
            click.echo(_("{name}: every file is as its manifest says").format(name=bundle.name))
    return REFUSED if wrong else OK


@click.command(help=_("Write an incident out: postmortem, JSON, everything as a bundle, or the rotation record."))
@click.option("--format", "form", type=click.Choice(FORMATS), default="md", show_default=True, help=_("What to write."))
@click.option("--out", metavar="PATH", help=_("Where to; - is standard output. A bundle: a folder, or PATH.zip."))
@click.option("--force", is_flag=True, help=_("Replace what is there."))
@click.pass_obj
def export(options: Options, form: str, out: str | None, *, force: bool) -> int:
    """Export an incident."""
    return _reading(options, lambda case, desk: _export(case, desk, form, out, force=force))


def _export(case: Case, desk: Desk, form: str, out: str | None, *, force: bool) -> int:
    from tui.session import export as files

    target = out or (f"{desk.id}.zip" if form == "bundle" else "-")
    try:
        if form == "bundle":
            content = _bundle(case, desk)
            if target == "-":
                sys.stdout.buffer.write(files.zipped(content))
                return OK
            files.write_bundle(Path(target), content, force=force)
        else:
            data = _text(case, desk, form)
            if target == "-":
                sys.stdout.buffer.write(data)
                sys.stdout.flush()
                return OK
            files.write_file(Path(target), data, force=force)
    except files.NotReplacedError:
        say(_("{path} is no bundle: it is not replaced").format(path=visible(target)))
        return _exported(case, desk, ok=False)
    except FileExistsError:
        say(_("{path} is there already: --force replaces it").format(path=visible(target)))
        return _exported(case, desk, ok=False)
    except OSError as error:
        raise unreadable(_("the file cannot be written ({errno})"), error) from None
    say(_("written: {path}").format(path=visible(target)))
    return _exported(case, desk, ok=True)


def _exported(case: Case, desk: Desk, *, ok: bool) -> int:
    if case.options.json:
        emit(case, ok, desk.state, [] if ok else ["out"])
    return OK if ok else REFUSED


def _text(case: Case, desk: Desk, form: str) -> bytes:
    from tui.present import bundle
    from tui.present.rotation import rotation_record
    from tui.present.stored import stored

    loaded = case.prepared.loaded
    if form == "json":
        return bundle.as_json(desk.state, loaded)
    if form == "rotation":
        return rotation_record(desk.state, case.team, *stored(desk.state, loaded)).encode()
    return bundle.markdown(desk.state, desk.contents.records, loaded).encode()


def _bundle(case: Case, desk: Desk) -> dict[str, bytes]:
    from tui.present.bundle import bundle_files
    from tui.session.excerpt import excerpt

    engine = _own_sources(case, desk.state)
    try:
        events = None if engine is None else excerpt(engine, desk.state)
    finally:
        if engine is not None:
            engine.close()
    if events is None:
        say(_("the incident's sources cannot be read: the bundle goes without events"))
    return bundle_files(desk.state, desk.contents.records, case.prepared.loaded, events)


def _own_sources(case: Case, state: IncidentState) -> Engine | None:
    """The files an incident was declared on, where they still are; None without any."""
    from tui.cli.setup import open_engine

    declared = state.declaration.sources if state.declaration else ()
    paths = dict.fromkeys(source.path for source in declared if source.path and Path(source.path).is_file())
    if not paths:
        return None
    engine = open_engine(case.prepared, list(paths), mode="review")
    engine.drain()
    return engine
