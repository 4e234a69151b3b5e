"""What `guardia incident …` says: the object for scripts, a few lines for people, refusals on standard error."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any

import click

from tui.cli.output import emit_json, say
from tui.locale import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.cli.incident_desk import Case
    from tui.incident.state import IncidentState
    from tui.incident.wire import Damage
    from tui.session.act import Outcome

OK, REFUSED, UNREADABLE = 0, 1, 3


def report(case: Case, outcome: Outcome, failed: Sequence[str] = ()) -> None:
    """Print the outcome: JSON, or a few lines for people; refusals go to standard error.

    failed: ids of what was recorded and did not go well; nothing is ok then, though it is on the disk.
    """
    from tui.present import incident_json as as_json
    from tui.present import incident_text as words
    from tui.present import refusals

    runbook, texts = case.prepared.loaded.runbook, case.prepared.loaded.texts
    missing: tuple[str, ...] = as_json.still_missing(outcome.state, runbook) if outcome.state.exists else ()
    missing = tuple(dict.fromkeys((*failed, *missing)))
    if outcome.refusal:
        missing = refusals.missing(outcome.refusal)
        for sentence in refusals.sentences(outcome.refusal, texts):
            say(sentence)
    if outcome.not_saved:
        missing = ("saved",)
        say(_("NOT SAVED ({error}): check disk and folder, then do it again").format(error=outcome.not_saved.error))
    if case.options.json:
        emit(case, outcome.ok and not failed, outcome.state, missing)
        return
    if outcome.masked:
        say(words.masked_line(outcome.masked))
    if not outcome.ok:
        return
    click.echo(words.head_line(outcome.state) if outcome.state.exists else _("the team's journal"))
    for line in words.recorded_lines(outcome.records, texts, case.zone):
        click.echo(line)
    if not outcome.records:
        click.echo(_("nothing to record: it is so already"))
    if missing:
        click.echo(words.missing_line(missing, texts))


def emit(case: Case, ok: bool, state: IncidentState, missing: Sequence[str]) -> None:
    """Print the object of every `--json`."""
    from tui.present.incident_json import result, state_result

    said: dict[str, Any] = state_result(state, case.prepared.loaded.runbook, case.wall) if state.exists else {}
    emit_json(result(ok, state.id if state.exists else None, said, missing))


def not_chosen(case: Case) -> int:
    """Say which incidents are open, so that the next call can name one."""
    from tui.present.incident_json import result
    from tui.present.incident_text import head_line
    from tui.session.act import open_ones

    several = open_ones(case.states)
    say(
        _("several incidents are open, say which with --id:")
        if several
        else _("no incident is open: declare one, or name a past one with --id")
    )
    for state in several:
        say(f"  {head_line(state)}")
    if case.options.json:
        emit_json(result(ok=False, incident=None, state={"open": [state.id for state in several]}, missing=["id"]))
    return REFUSED


def tell_damage(damages: Sequence[Damage], *, aside: bool) -> None:
    """Say what is wrong with a journal; entries on both sides of damage are there. aside: damaged bytes were copied."""
    if not damages:
        return
    said = (
        _("the journal is damaged in {count} places, {lost} of them with loss: damaged bytes were copied aside")
        if aside
        else _("the journal is damaged in {count} places, {lost} of them with loss: what is whole is shown")
    )
    say(said.format(count=len(damages), lost=sum(damage.lost for damage in damages)))


class UnreadableError(click.ClickException):
    """Ends the call with the code for what cannot be read or written."""

    exit_code = UNREADABLE


def unreadable(sentence: str, error: OSError | None = None) -> UnreadableError:
    """Say that something cannot be read; of the system's error only its name."""
    return UnreadableError(sentence.format(errno=error_name(error)))


def error_name(error: OSError | None) -> str:
    """The symbolic name of a system's error; its message would repeat paths."""
    return errno.errorcode.get(error.errno or 0, "EIO") if error else ""
