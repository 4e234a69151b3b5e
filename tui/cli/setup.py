"""What every command that opens logs does first: settings, runbook, sources, times."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.cli.output import say
from tui.locale import _
from tui.privacy import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, tzinfo

    from tui.cli.options import Options
    from tui.runbook.load import LoadedRunbook
    from tui.session.engine import Engine, Mode
    from tui.settings import Loaded, Settings


@dataclass(frozen=True, slots=True)
class Prepared:
    """Settings and runbook of this call."""

    settings: Settings
    loaded: LoadedRunbook


def prepare(options: Options) -> Prepared:
    """Settings and runbook, or a usage error that says what is wrong with them."""
    from tui.runbook.load import RunbookError, load_runbook

    settings = load_settings(options).settings
    try:
        loaded = load_runbook(settings.runbook, options.lang)
    except RunbookError as error:
        raise click.UsageError(str(error)) from None
    return Prepared(settings, loaded)


def load_settings(options: Options) -> Loaded:
    """The settings, or a usage error that names file, key and reason."""
    from tui.settings import SettingsError, load

    flags = {
        "lang": options.lang_flag,
        "runbook": options.runbook,
        "data_dir": options.data_dir,
        "ascii": options.ascii or None,
    }
    try:
        return load(flags)
    except SettingsError as error:
        raise click.UsageError(str(error)) from None


def open_engine(
    prepared: Prepared,
    specs: Sequence[str],
    *,
    mode: Mode,
    at: str | None = None,
    stdin: int | None = None,
    newest_first: bool = False,
) -> Engine:
    """An engine over `specs`, nothing read yet.

    at: where review opens instead of at the end of the data. stdin: descriptor that `-` reads from, when the keys have
    taken standard input. newest_first: for screens, which show the end of a big file before the rest of it is read.
    """
    from tui.logs.command import CommandSpec
    from tui.logs.opening import SourceSet
    from tui.session.clock import Cursor, WallClock
    from tui.session.engine import Engine
    from tui.session.times import EPOCH
    from tui.session.unbundle import is_bundle

    for spec in specs:
        if is_bundle(Path(spec)):
            raise click.UsageError(
                _("{name} is an incident's bundle: guardia review opens it").format(name=visible(spec))
            )
    settings = prepared.settings
    commands = {name: CommandSpec(command.argv, command.history) for name, command in settings.commands.items()}
    sources = SourceSet(specs, live=mode != "review", commands=commands, stdin=stdin)
    clock = Cursor(EPOCH) if mode == "review" else WallClock()
    zone = settings.tzinfo()
    return Engine(
        prepared.loaded,
        sources,
        clock=clock,
        mode=mode,
        zone=zone,
        opening=opening_at(at, zone),
        newest_first=newest_first,
        cap=settings.cap,
    )


def opening_at(at: str | None, zone: tzinfo) -> Callable[[datetime], datetime]:
    """Where review opens, given the end of its data; a mistake in `--at` is said before anything is opened."""
    from tui.session.clock import WallClock
    from tui.session.engine import at_the_end

    if at is None:
        return at_the_end
    read_moment(at, WallClock().now(), zone, "--at")
    return partial(read_moment, at, zone=zone, option="--at")


def drill_engine(prepared: Prepared, scenario: str | None, seed: int | None) -> Engine:
    """An engine over a live drill; without a scenario, the one that fires first in the runbook's order of severity."""
    from tui.drill.live import live
    from tui.drill.model import scenarios
    from tui.session.clock import WallClock
    from tui.session.engine import Engine
    from tui.session.reader import FixedSources

    known = scenarios()
    chosen = scenario or next(iter(known))
    if chosen not in known:
        raise click.BadParameter(
            _("no such scenario: there are {names}").format(names=", ".join(known)), param_hint="'SCENARIO'"
        )
    clock = WallClock()
    source = live(chosen, clock.now().toordinal() if seed is None else seed, clock.now)
    return Engine(prepared.loaded, FixedSources(source), clock=clock, mode="drill", zone=prepared.settings.tzinfo())


def report_sources(engine: Engine) -> None:
    """Say on standard error what happened to each source."""
    from tui.present.notes import note_sentence

    for status in engine.reader.statuses():
        for note in status.notes:
            say(f"{status.name}: {note_sentence(note)}")
    if dropped := engine.store.dropped:
        sentence = _("rows before {time} UTC are kept as counts by the minute only ({rows} of them; setting cap)")
        say(sentence.format(time=f"{dropped.before:%Y-%m-%d %H:%M:%S}", rows=dropped.rows))


def report_retention(engine: Engine, as_of: datetime) -> None:
    """Say on standard error which events of the sources are past their retention class at `as_of` (runbook §9)."""
    from tui.metrics.retention import past_retention
    from tui.present.notes import retention_sentence

    for one in past_retention(engine.runbook, engine.store, as_of):
        say(retention_sentence(one, engine.loaded.texts))


def moment(text: str, engine: Engine, option: str) -> datetime:
    """A typed time as UTC, echoed in both zones; relative ones count from the end of the data, while live from now."""
    end = engine.now() if engine.live else engine.end() or engine.now()
    parsed = read_moment(text, end, engine.zone, option)
    here = parsed.astimezone(engine.zone)
    local = "" if here.utcoffset() == parsed.utcoffset() else f" · {here:%Y-%m-%d %H:%M:%S} {here.tzname()}"
    say(f"{option} {parsed:%Y-%m-%d %H:%M:%S} UTC{local}")
    return parsed


def read_moment(text: str, end: datetime, zone: tzinfo, option: str) -> datetime:
    """A typed time as UTC, seen from `end`; a usage error when it is none."""
    from tui.session.times import TimeError, parse_time

    try:
        return parse_time(text, now=end, day=end.astimezone(zone).date(), zone=zone)
    except TimeError:
        raise click.BadParameter(
            _("not a time: write 2026-11-19T22:10:00Z, 22:10 or -5m"), param_hint=f"'{option}'"
        ) from None
