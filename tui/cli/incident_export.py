"""`guardia incident export`: an incident written out for other people, on paper, for a machine, or whole."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.cli.incident_reads import reading
from tui.cli.incident_report import OK, REFUSED, emit, unreadable
from tui.cli.output import say, some_names
from tui.locale import _
from tui.privacy import visible

if TYPE_CHECKING:
    from tui.cli.incident_desk import Case
    from tui.cli.options import Options
    from tui.incident.state import IncidentState
    from tui.session.act import Desk
    from tui.session.engine import Engine
    from tui.session.export import NotReplacedError

FORMATS = ("md", "json", "bundle", "rotation")


@click.command(
    help=_(
        "Write an incident, or that of BUNDLE, out: postmortem, JSON, everything as a bundle, or the rotation record."
    )
)
@click.argument("bundle", required=False, metavar="[BUNDLE]")
@click.option("--format", "form", type=click.Choice(FORMATS), default="md", show_default=True, help=_("What to write."))
@click.option("--out", metavar="PATH", help=_("Where to; - is standard output. A bundle: a folder, or PATH.zip."))
@click.option("--force", is_flag=True, help=_("Replace what is there."))
@click.pass_obj
def export(options: Options, bundle: str | None, form: str, out: str | None, *, force: bool) -> int:
    """Export an incident."""
    return reading(options, lambda case, desk: _export(case, desk, form, out, force=force), bundle)


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
    except files.NotReplacedError as error:
        say(_why_not_replaced(target, error))
        return _exported(case, desk, ok=False)
    except FileExistsError:
        say(_("{path} is there already: --force replaces it").format(path=visible(target)))
        return _exported(case, desk, ok=False)
    except OSError as error:
        raise unreadable(_("the file cannot be written ({errno})"), error) from None
    say(_("written: {path}").format(path=visible(target)))
    return _exported(case, desk, ok=True)


def _why_not_replaced(target: str, error: NotReplacedError) -> str:
    if error.strangers:
        said = _("{path} holds what is not of its bundle ({files}): move that elsewhere, then it is replaced")
        return said.format(path=visible(target), files=some_names(error.strangers))
    return _("{path} is no bundle: it is not replaced").format(path=visible(target))


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

    events = _events(case, desk.state)
    if events is None:
        say(_("the incident's sources cannot be read: the bundle goes without events"))
    return bundle_files(desk.state, desk.contents.records, case.prepared.loaded, events)


def _events(case: Case, state: IncidentState) -> bytes | None:
    """The events around it: those that its bundle brought along, else from its sources; None without any."""
    from tui.session.excerpt import excerpt
    from tui.session.unbundle import Unbundled

    brought = Unbundled(state.id, case.data_dir).events
    if brought:
        return brought.read_bytes()
    engine = _own_sources(case, state)
    if engine is None:
        return None
    try:
        engine.drain()
        return excerpt(engine, state)
    finally:
        engine.close()


def _own_sources(case: Case, state: IncidentState) -> Engine | None:
    """The files an incident was declared on, where they still are, or its drill once more; None without any."""
    from tui.cli.replay import declared_paths, drill_again
    from tui.cli.setup import open_engine
    from tui.drill.runs import run_in

    if state.drill and (run := run_in(case.data_dir)):
        return drill_again(case.prepared, run, state)
    paths = declared_paths(state)
    return open_engine(case.prepared, paths, mode="review") if paths else None
