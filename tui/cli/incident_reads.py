"""Look at incidents and check them: nothing here changes what people decided but a verified result."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.cli.incident_desk import NotChosenError, desk_of, open_case, timed
from tui.cli.incident_report import OK, REFUSED, UNREADABLE, emit, not_chosen, unreadable
from tui.cli.options import time_option
from tui.cli.output import emit_json, say
from tui.cli.span import in_order
from tui.locale import _
from tui.privacy import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui.cli.incident_desk import Case
    from tui.cli.options import Options
    from tui.incident.state import IncidentState
    from tui.session.act import Desk

UNLINKED = "unlinked"
_LONGEST_POSTMORTEM = 16 << 20
"""Bytes of a file that are linted at most: a postmortem is never that long, a device has no end."""
PATTERN = re.compile(r"[*?\[]")


def reading(
    options: Options,
    read: Callable[[Case, Desk], int],
    bundle: str | None = None,
    unchosen: Callable[[Case], int] = not_chosen,
) -> int:
    """Do something with the incident that is meant, or a bundle's; a past one will do where it is the only one.

    unchosen: what else to do where none is meant.
    """
    if bundle is not None:
        from tui.cli.incident_bundle import opened, within

        with opened(Path(bundle)) as found:
            return reading(within(options, found), read)
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
        return unchosen(case)
    finally:
        case.close()


@click.command("list", help=_("Every incident, totals over them, and the permanent actions that are still open."))
@time_option("--since", help=_("Only what started after; a day such as 2026-11-01, too."))
@time_option("--until", help=_("Only what started up to then."))
@click.pass_obj
def list_all(options: Options, since: str | None, until: str | None) -> int:
    """List incidents."""
    from tui.incident.history import history
    from tui.present.incident_history import history_lines, history_result
    from tui.present.incident_json import result

    case = open_case(options)
    start, end = (case.moment(text, name) if text else None for text, name in ((since, "--since"), (until, "--until")))
    in_order(start, end)
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


@click.command(
    help=_("One incident as its journal has it, or as the journal of BUNDLE does; with --at as it stood then.")
)
@click.argument("bundle", required=False, metavar="[BUNDLE]")
@click.pass_obj
def show(options: Options, bundle: str | None) -> int:
    """Show an incident."""
    return reading(options, _show, bundle)


def _show(case: Case, desk: Desk) -> int:
    from tui.incident.fold import fold
    from tui.present.incident_json import still_missing
    from tui.present.incident_text import missing_line, state_lines

    loaded, at = case.prepared.loaded, timed(case, desk.state)
    known = (
        desk.contents.records if at is None else [each for each in desk.contents.records if each.entry.effective <= at]
    )
    state = fold(desk.id, known)
    if not state.exists:
        say(_("nothing had been declared by then"))
        return REFUSED
    missing = still_missing(state, loaded.runbook)
    if case.options.json:
        emit(case, True, state, missing)
        return OK
    for line in state_lines(state, loaded.runbook, loaded.texts, case.zone, at or state.now(case.wall)):
        click.echo(line)
    if missing:
        click.echo(missing_line(missing, loaded.texts))
    return OK


@click.command(
    help=_("What is wrong with the postmortem: the incident's own, that of a bundle, or FILE that people edited.")
)
@click.argument("file", required=False, metavar="[FILE]")
@click.pass_obj
def lint(options: Options, file: str | None) -> int:
    """Lint a postmortem; 1 when anything is wrong with it."""
    from tui.session.unbundle import meant_as_bundle

    if file and not meant_as_bundle(Path(file)):
        return _lint_file(options, file)
    return reading(options, _lint, file)


def _lint(case: Case, desk: Desk) -> int:
    from tui.present.bundle import markdown

    text = markdown(desk.state, desk.contents.records, case.prepared.loaded)
    return _linted(case, text, desk.state)


def _lint_file(options: Options, file: str) -> int:
    """Lint a file in the language of the incident that it is about, and against its journal, where that is here."""
    from tui.incident.state import IncidentState
    from tui.present.bundle import markdown
    from tui.session.act import Desk

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
    if all(state.id != about for state in case.states):
        return _linted(case, text, IncidentState(about))
    desk = Desk(case.data_dir, about)
    state = desk.refresh()
    return _linted(case, text, state, markdown(state, desk.contents.records, case.prepared.loaded))


def _linted(case: Case, text: str, state: IncidentState, folded: str | None = None) -> int:
    from tui.incident.lint import lint as mistakes
    from tui.present.incident_text import finding_line
    from tui.present.stored import stored

    rules, words = stored(state, case.prepared.loaded)
    found = mistakes(text, rules, words, folded)
    if case.options.json:
        said = [f"{one.fault.value}:{one.subject}:{one.line}" for one in found]
        emit(case, not found, state, said)
    else:
        for one in found:
            click.echo(finding_line(one))
        if not found:
            click.echo(_("nothing is wrong with it"))
    return REFUSED if found else OK


@click.command(
    help=_(
        "Read pinned evidence again, also in EXPORT. Of a bundle: check its sums, and replay its journal, which must "
        "give the same postmortem and JSON byte for byte."
    )
)
@click.argument("exports", nargs=-1, metavar="[EXPORT]...")
@click.pass_obj
def verify(options: Options, exports: tuple[str, ...]) -> int:
    """Verify evidence or a bundle; 1 when anything changed or is gone."""
    from tui.cli.incident_bundle import verify as verify_bundle
    from tui.session.unbundle import meant_as_bundle

    bundles = [export for export in exports if meant_as_bundle(Path(export))]
    absent = [export for export in exports if export not in bundles and not _is_there(export)]
    if bundles:
        codes = [verify_bundle(options, Path(bundle)) for bundle in bundles]
        return max(*codes, _say_absent(absent))
    return reading(
        options,
        lambda case, desk: _verify(case, desk, exports, absent),
        unchosen=lambda case: _nothing_to_verify(case, absent),
    )


def _is_there(export: str) -> bool:
    """Whether evidence can be looked for in it: a plain file, or a pattern."""
    return PATTERN.search(export) is not None or Path(export).is_file()


def _say_absent(absent: Sequence[str]) -> int:
    for export in absent:
        say(_("{path} cannot be read").format(path=visible(export)))
    return UNREADABLE if absent else OK


def _nothing_to_verify(case: Case, absent: Sequence[str]) -> int:
    """Without an incident that is meant, what is not there is still said first."""
    from tui.present.incident_json import result

    if not absent:
        return not_chosen(case)
    if case.options.json:
        emit_json(result(ok=False, incident=None, state={}, missing=[*_missing(absent), "id"]))
    return _say_absent(absent)


def _missing(absent: Sequence[str]) -> list[str]:
    return [f"{visible(export)}:absent" for export in absent]


def _verify(case: Case, desk: Desk, exports: Sequence[str], absent: Sequence[str]) -> int:
    from tui.incident.actions import VerifyEvidence
    from tui.incident.facts import Facts
    from tui.present.incident_text import verdict_line

    case.exports = tuple(export for export in exports if export not in absent)
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
        lacking = [*(f"{one.request_id}:{one.result}" for one in wrong), *_missing(absent)]
        emit(case, bool(pinned) and not lacking, desk.state, lacking)
    else:
        for one in pinned:
            record = one.pin.record
            place = f"{record.source.name}:{record.offset}" if record else ""
            click.echo(verdict_line(one.request_id, place, one.result))
    if not pinned:
        say(_("no evidence is pinned: guardia incident evidence REQUEST_ID SOURCE pins it"))
    return _say_absent(absent) or (OK if pinned and not wrong else REFUSED)
