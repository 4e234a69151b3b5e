"""The incident room behind the screen: where its journals are, who acts, which sources belong to what is open."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.locale import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tui.cli.options import Options
    from tui.cli.setup import Prepared
    from tui.incident.state import IncidentState
    from tui.session.command_post import CommandPost
    from tui.session.engine import Engine


def open_room(
    options: Options, prepared: Prepared, engine: Engine, sources: Sequence[str] = (), data_dir: Path | None = None
) -> CommandPost:
    """The engine together with its incidents. data_dir: other than the settings say, for drills."""
    from tui.cli.incident_desk import login_name, zone_name
    from tui.session import commands
    from tui.session.command_post import CommandPost, Place
    from tui.session.deploys import Elsewhere

    settings = prepared.settings
    actor = options.actor or settings.name or login_name()
    people = tuple(dict.fromkeys(name for name in (actor, *settings.people) if name.strip()))
    exports = tuple(source for source in sources if source != "-" and not source.startswith("cmd:"))
    elsewhere = Elsewhere(
        settings.deploys_file,
        settings.repo_dir,
        settings.deploy_tags,
        settings.on_call,
        settings.on_call_backup,
        settings.contacts,
    )
    place = Place(
        data_dir or settings.data_dir,
        people,
        zone=zone_name(settings.tzinfo()),
        read_only=options.read_only,
        incident=known_id(options, data_dir or settings.data_dir),
        exports=exports,
        runs=commands.Place(settings.repo_dir, settings.smoke_host),
        elsewhere=elsewhere,
    )
    return CommandPost(engine, place)


def show_room(options: Options, prepared: Prepared, room: CommandPost) -> None:
    """Open the full-screen app on a room, until the person leaves."""
    from tui.cli.setup import load_settings
    from tui.session.first_run import first_time
    from tui.session.sharing import shared_folder
    from tui.ui.app import run

    settings = prepared.settings
    run(
        room,
        look=settings.theme,
        color=options.color,
        ascii_only=settings.ascii,
        settings=load_settings(options),
        shared=shared_folder(settings.data_dir),  # a bundle's own folder goes when it is left
        first=not options.read_only and first_time(settings.data_dir),
    )


def known_id(options: Options, data_dir: Path) -> str | None:
    """The id that was named, if any; a usage error for what is none."""
    from tui.incident.journal import incident_folder

    if options.incident is not None:
        try:
            incident_folder(data_dir, options.incident)
        except ValueError:
            raise click.BadParameter(_("not an id: write INC-20261119-abcd"), param_hint="'--id'") from None
    return options.incident


@contextmanager
def drill_folder(options: Options) -> Iterator[Path]:
    """A folder for what is only a rehearsal: one that goes with it, unless another was asked for.

    Whoever declares in that one meanwhile, from whichever terminal, rehearses too. Where real incidents are in it, no
    demo is shown over them: it has a folder of its own then as well.
    """
    from tui.session.rehearsal import demonstrated

    named = options.data_dir
    if named is None or not all(state.drill for state in _incidents(named)):
        with tempfile.TemporaryDirectory(prefix="guardia-drill-") as folder:
            yield Path(folder)
        return
    with nullcontext() if options.read_only else demonstrated(named):
        yield named


def open_incidents(prepared: Prepared) -> tuple[IncidentState, ...]:
    """Every real incident that is open."""
    known = _incidents(prepared.settings.data_dir)
    return tuple(state for state in known if state.status.open and not state.drill)


def open_sources(incidents: Iterable[IncidentState]) -> tuple[str, ...]:
    """Paths of the logs that incidents were declared on, also of those that are away: the board says so and waits."""
    declared = [state.declaration.sources for state in incidents if state.declaration]
    return tuple(dict.fromkeys(source.path for sources in declared for source in sources if source.path))


def _incidents(data_dir: Path) -> tuple[IncidentState, ...]:
    """Every incident of a folder; none where it cannot be read, which the board says."""
    from tui.session.act import incidents

    try:
        return incidents(data_dir)
    except OSError:
        return ()
