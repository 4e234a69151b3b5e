"""`guardia prune`: delete what is past its retention class of what guardia keeps (runbook §9, contracts §7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tui.locale import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.cli.incident_desk import Case
    from tui.cli.options import Options
    from tui.session.prune import Kept, Pruned


@click.command(
    help=_(
        "Delete the guarded copies of events that are past their retention class, and write that into the team's "
        "journal. Journals stay: they hold hashes. Logs are never touched."
    )
)
@click.option("--dry-run", is_flag=True, help=_("Only say what would be deleted."))
@click.pass_obj
def prune(options: Options, *, dry_run: bool) -> int:
    """Apply retention; 0 done, 1 something could not be deleted or recorded, or --read-only forbids it."""
    from tui.cli.incident_desk import open_case
    from tui.cli.incident_report import OK, REFUSED, unreadable
    from tui.cli.output import say
    from tui.session.prune import Pruned, kept_files
    from tui.session.prune import prune as delete

    case = open_case(options)
    try:
        files = kept_files(case.data_dir, case.prepared.loaded.runbook, case.wall)
    except OSError as error:
        raise unreadable(_("the data folder cannot be read ({errno})"), error) from None
    if options.read_only and not dry_run:
        say(_("nothing was deleted: --read-only"))
        return REFUSED
    done = Pruned(tuple(one for one in files if one.past)) if dry_run else delete(files)
    recorded = _record(case, len(done.removed)) if done.removed and not dry_run else None
    _report(case, files, done, recorded, dry_run=dry_run)
    unrecorded = bool(done.removed) and not dry_run and recorded is None
    return REFUSED if done.failed or unrecorded else OK


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


def _report(case: Case, files: Sequence[Kept], done: Pruned, recorded: str | None, *, dry_run: bool) -> None:
    from tui.cli.output import emit_json, say

    if case.options.json:
        emit_json(_as_json(case, files, done, recorded, dry_run=dry_run))
    else:
        for line in _lines(case, files, done, dry_run=dry_run):
            click.echo(line)
    if done.failed:
        say(_("{count} copies could not be deleted: check the folder's permissions").format(count=len(done.failed)))


def _lines(case: Case, files: Sequence[Kept], done: Pruned, *, dry_run: bool) -> list[str]:
    from collections import Counter

    from tui.metrics.retention import kept_since
    from tui.runbook.model import write_duration

    loaded = case.prepared.loaded
    limits = {m.retention: kept_since(loaded.runbook, case.wall)[m.id] for m in loaded.runbook.metrics}
    gone, all_of = Counter(one.retention for one in done.removed), Counter(one.retention for one in files)
    sentence = _("{title}, {keep}: {removed} of {all} from before {time} UTC")
    lines = [
        sentence.format(
            title=loaded.texts.title(f"retention.{one.id}"),
            keep=write_duration(one.keep),
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
    total = _("would be deleted: {count}") if dry_run else _("deleted: {count}")
    return [*lines, total.format(count=len(done.removed))]


def _as_json(case: Case, files: Sequence[Kept], done: Pruned, recorded: str | None, *, dry_run: bool) -> dict[str, Any]:
    """The object of `docs/schemas/prune.schema.json`."""
    from tui.session.times import utc_text

    def told(one: Kept) -> dict[str, Any]:
        return {"name": one.path.name, "class": one.retention, "at": utc_text(one.at)}

    return {
        "schema": 1,
        "as_of": utc_text(case.wall),
        "dry_run": dry_run,
        "kept": len(files) - len(done.removed) - len(done.failed),
        "removed": [told(one) for one in done.removed],
        "failed": [told(one) for one in done.failed],
        "recorded": recorded,
    }
