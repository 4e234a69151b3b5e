"""What `guardia review` opens: the sources named, those an incident was declared on, its bundle, or its drill again."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.locale import _
from tui.privacy import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tui.cli.options import Options
    from tui.cli.setup import Prepared
    from tui.drill.runs import Run
    from tui.incident.state import IncidentState
    from tui.session.engine import Engine


@dataclass(frozen=True, slots=True)
class Past:
    """What there is to look back on."""

    options: Options
    sources: tuple[str, ...] = ()
    data_dir: Path | None = None
    """Other than the settings say."""
    drill: Engine | None = None
    """What stands in for sources that never were a file."""

    def engine(self, prepared: Prepared, stdin: int | None = None) -> Engine:
        """An engine in review, nothing read yet."""
        from tui.cli.setup import open_engine

        if self.drill is not None:
            return self.drill
        at = self.options.at or self._declared(prepared)
        return open_engine(prepared, self.sources, mode="review", at=at, stdin=stdin, newest_first=True)

    def _declared(self, prepared: Prepared) -> str | None:
        """Where a replay opens unless told otherwise: where its incident was declared."""
        from tui.session.act import Desk
        from tui.session.times import utc_text

        if self.options.incident is None:
            return None
        state = Desk(self.data_dir or prepared.settings.data_dir, self.options.incident).refresh()
        return utc_text(state.declared.at) if state.declared else None


@contextmanager
def past(options: Options, prepared: Prepared, sources: Sequence[str]) -> Iterator[Past]:
    """Find what is meant; a bundle's files are there for as long. A ClickException says what is missing."""
    bundle, named = _parted(sources)
    if not sources:
        found = _own(options, prepared)
        if isinstance(found, Past):
            yield found
            return
        bundle = found
    if bundle is None:
        yield Past(options, named)
        return
    with _in_bundle(options, bundle, named) as inside:
        yield inside


def declared_paths(state: IncidentState) -> tuple[str, ...]:
    """Paths of the files that an incident was declared on and that are still there."""
    declared = state.declaration.sources if state.declaration else ()
    return tuple(dict.fromkeys(source.path for source in declared if source.path and Path(source.path).is_file()))


def drill_again(prepared: Prepared, run: Run, state: IncidentState, at: str | None = None) -> Engine:
    """A drill's log once more, until a while after the incident's last word: a plan gives the same lines each time."""
    from tui.cli.incident_desk import last_effective
    from tui.cli.setup import opening_at
    from tui.drill.live import DrillSource
    from tui.session.clock import Cursor, WallClock
    from tui.session.engine import Engine
    from tui.session.excerpt import AROUND
    from tui.session.reader import FixedSources
    from tui.session.times import EPOCH

    zone, until = prepared.settings.tzinfo(), min((last_effective(state) or run.opened) + AROUND, WallClock().now())
    source = FixedSources(DrillSource(run.plan, lambda: until))
    return Engine(prepared.loaded, source, clock=Cursor(EPOCH), mode="review", zone=zone, opening=opening_at(at, zone))


def _parted(sources: Sequence[str]) -> tuple[Path | None, tuple[str, ...]]:
    """The bundle among the sources, and the others."""
    from tui.session.unbundle import is_bundle

    bundles = [source for source in sources if is_bundle(Path(source))]
    if len(bundles) > 1:
        raise click.BadParameter(_("one bundle at a time"), param_hint="'SOURCE'")
    return Path(bundles[0]) if bundles else None, tuple(source for source in sources if source not in bundles)


def _own(options: Options, prepared: Prepared) -> Past | Path:
    """The sources of the incident of `--incident`, its drill, or else its bundle."""
    from tui.cli.incident_report import UnreadableError
    from tui.cli.room import known_id
    from tui.drill.runs import run_in
    from tui.session.act import Desk
    from tui.session.export import EXPORTS
    from tui.session.unbundle import is_bundle

    data_dir = prepared.settings.data_dir
    incident = known_id(options, data_dir)
    if incident is None:
        raise click.UsageError(_("name a SOURCE, or the incident with --incident"))
    state = Desk(data_dir, incident).refresh()
    if paths := declared_paths(state):
        return Past(options, paths)
    if state.drill and (run := run_in(data_dir)):
        return Past(options, drill=drill_again(prepared, run, state, options.at))
    for folder in (Path(), data_dir / EXPORTS):
        for bundle in (folder / f"{incident}.zip", folder / incident):
            if is_bundle(bundle):
                return bundle
    said = (
        _("the logs of {id} are not here, nor is {id}.zip: name the SOURCE, or the bundle")
        if state.exists
        else _("there is no incident {id} here, nor a bundle {id}.zip")
    )
    raise UnreadableError(said.format(id=incident))


@contextmanager
def _in_bundle(options: Options, bundle: Path, named: tuple[str, ...]) -> Iterator[Past]:
    """A bundle's incident on its own events, or on the logs that were named beside it."""
    from tui.cli.incident_bundle import opened, within
    from tui.cli.incident_report import UnreadableError

    with opened(bundle) as found:
        if options.incident not in {None, found.incident}:
            said = _("{name} is the bundle of {id}").format(name=visible(bundle.name), id=found.incident)
            raise click.BadParameter(said, param_hint="'--incident'")
        sources = named or ((str(found.events),) if found.events else ())
        if not sources:
            said = _("{name} holds no events: name the SOURCE beside it").format(name=visible(bundle.name))
            raise UnreadableError(said)
        yield Past(within(options, found), sources, found.data_dir)
