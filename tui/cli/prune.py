"""`guardia prune`: delete what is past its retention class of what guardia keeps (runbook §9, contracts §7)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from tui.locale import _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tui.cli.incident_desk import Case
    from tui.cli.options import Options
    from tui.session.prune import Kept, Pruned
    from tui.session.prune_bundles import Bundles, Held, LeftAlone


@click.command(
    help=_(
        "Delete the guarded copies of events that are past their retention class, also those in the bundles of the "
        "data folder, and write that into the team's journal. Journals stay: they hold hashes. Logs are never touched."
    )
)
@click.option("--dry-run", is_flag=True, help=_("Only say what would be deleted."))
@click.pass_obj
def prune(options: Options, *, dry_run: bool) -> int:
    """Apply retention; 0 done, 1 something could not be deleted or recorded, or --read-only forbids it."""
    from tui.cli.incident_desk import open_case
    from tui.cli.incident_report import OK, REFUSED, unreadable
    from tui.cli.output import say
    from tui.session.export import EXPORTS
    from tui.session.leftovers import tidy
    from tui.session.prune import kept_files
    from tui.session.prune_bundles import kept_bundles

    case = open_case(options)
    rules = case.prepared.loaded.runbook
    if not (dry_run or options.read_only):
        tidy(case.data_dir / EXPORTS)
    try:
        files, bundles = kept_files(case.data_dir, rules, case.wall), kept_bundles(case.data_dir, rules, case.wall)
    except OSError as error:
        raise unreadable(_("the data folder cannot be read ({errno})"), error) from None
    if options.read_only and not dry_run:
        say(_("nothing was deleted: --read-only"))
        return REFUSED
    done = _done(case, files, bundles, dry_run=dry_run)
    recorded = _record(case, done.count) if done.count and not dry_run else None
    _report(case, done, recorded, dry_run=dry_run)
    unrecorded = bool(done.count) and not dry_run and recorded is None
    return REFUSED if done.copies.failed or done.failed or unrecorded else OK


@dataclass(frozen=True, slots=True)
class _Done:
    """What was there, and what became of it, or would."""

    files: Sequence[Kept]
    bundles: Bundles
    copies: Pruned
    failed: Mapping[Held, LeftAlone] = field(default_factory=dict)
    """Bundles that could not be written, and why."""

    @property
    def thinned(self) -> tuple[Held, ...]:
        """Bundles that events go from."""
        return tuple(one for one in self.bundles.held if one.past and one not in self.failed)

    @property
    def count(self) -> int:
        """How many events go: copies, and events in bundles."""
        return len(self.copies.removed) + sum(one.past for one in self.thinned)


def _done(case: Case, files: Sequence[Kept], bundles: Bundles, *, dry_run: bool) -> _Done:
    from tui.session.prune import Pruned, prune
    from tui.session.prune_bundles import prune_bundles

    if dry_run:
        return _Done(files, bundles, Pruned(tuple(one for one in files if one.past)))
    copies = prune(files)  # first, since a bundle that is written anew needs room
    return _Done(files, bundles, copies, prune_bundles(bundles.held, case.prepared.loaded.runbook, case.wall))


def _record(case: Case, removed: int) -> str | None:
    """Write the deletion into the team's journal; the entry's id, None when it is not saved."""
    from tui.cli.output import say
    from tui.incident.facts import Facts
    from tui.incident.team import RecordPrune
    from tui.session.act import TeamDesk
    from tui.session.prune import strictest_limit

    runbook = case.prepared.loaded.runbook
    desk = TeamDesk(case.data_dir)
    before = strictest_limit(runbook, case.wall).date()
    outcome = desk.perform(RecordPrune(removed=removed, before=before), case.actor or "–", case.wall, Facts(runbook))
    desk.close()
    if outcome.not_saved:
        say(_("NOT SAVED ({error}): check disk and folder, then do it again").format(error=outcome.not_saved.error))
    return outcome.records[0].id if outcome.records else None


def _report(case: Case, done: _Done, recorded: str | None, *, dry_run: bool) -> None:
    from tui.cli.incident_report import error_name
    from tui.cli.output import emit_json, say

    if case.options.json:
        emit_json(_as_json(case, done, recorded, dry_run=dry_run))
    else:
        for line in _lines(case, done, dry_run=dry_run):
            click.echo(line)
    for one in (*done.bundles.left_alone, *done.failed.values()):
        say(_why_left_alone(one))
    for name, count in Counter(error_name(one.error) for one in done.copies.failed).items():
        said = _("copies that could not be deleted ({errno}): {count}; check disk and folder, then prune again")
        say(said.format(errno=name, count=count))


def _why_left_alone(one: LeftAlone) -> str:
    from tui.cli.incident_report import error_name
    from tui.cli.output import some_names
    from tui.session.unbundle import ChangedBundleError

    if isinstance(one.error, ChangedBundleError) and one.error.whole and one.path.is_dir():
        said = _("{path} holds what is not of it ({files}): events in it stay, move that elsewhere and prune again")
        return said.format(path=_named(one.path), files=some_names(one.error.wrong))
    if isinstance(one.error, OSError):
        said = _("{path} cannot be thinned ({errno}): events in it stay, check disk and folder, then prune again")
        return said.format(path=_named(one.path), errno=error_name(one.error))
    return _("{path} is damaged or was changed: events in it stay, delete it yourself").format(path=_named(one.path))


def _named(path: Path) -> str:
    """A bundle's name as it is seen from the data folder."""
    from tui.privacy import visible

    return visible(f"{path.parent.name}/{path.name}")


def _lines(case: Case, done: _Done, *, dry_run: bool) -> list[str]:
    from tui.metrics.retention import kept_since
    from tui.present.format import length

    loaded = case.prepared.loaded
    limits = {m.retention: kept_since(loaded.runbook, case.wall)[m.id] for m in loaded.runbook.metrics}
    gone, all_of = Counter(one.retention for one in done.copies.removed), Counter(one.retention for one in done.files)
    sentence = _("{title}, {keep}: {removed} of {all} from before {time} UTC")
    lines = [
        sentence.format(
            title=loaded.texts.title(f"retention.{one.id}"),
            keep=length(one.keep),
            removed=gone[one.id],
            all=all_of[one.id],
            time=f"{limits[one.id]:%Y-%m-%d %H:%M}",
        )
        for one in loaded.runbook.retention
        if one.id in limits
    ]
    if all_of[None]:
        lines.append(
            _("unreadable or left half-written: {removed} of {all}").format(removed=gone[None], all=all_of[None])
        )
    in_bundle = _("{path}: {removed} of {all} events")
    lines += [in_bundle.format(path=_named(one.path), removed=one.past, all=one.events) for one in done.thinned]
    total = _("would be deleted: {count}") if dry_run else _("deleted: {count}")
    return [*lines, total.format(count=done.count)]


def _as_json(case: Case, done: _Done, recorded: str | None, *, dry_run: bool) -> dict[str, Any]:
    """The object of `docs/schemas/prune.schema.json`."""
    from tui.session.times import utc_text

    def told(one: Kept) -> dict[str, Any]:
        return {"name": one.path.name, "class": one.retention, "at": utc_text(one.at)}

    def held(one: Held) -> dict[str, Any]:
        return {"name": _named(one.path), "class": one.oldest.retention, "at": utc_text(one.oldest.at)}

    copies = done.copies
    removed = [*map(told, copies.removed), *map(held, done.thinned)]
    failed = [*(told(one.kept) for one in copies.failed), *map(held, done.failed)]
    return {
        "schema": 1,
        "as_of": utc_text(case.wall),
        "dry_run": dry_run,
        "kept": len(done.files) + len(done.bundles.held) - len(removed) - len(failed),
        "removed": removed,
        "failed": failed,
        "recorded": recorded,
    }
