"""An incident's bundle on the command line: opened to be read like a data folder, and verified."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from tui.cli.incident_report import OK, REFUSED, UNREADABLE, UnreadableError, error_name
from tui.cli.output import emit_json, say, short_name, some_names
from tui.locale import _
from tui.privacy import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tui.cli.options import Options
    from tui.incident.state import IncidentState
    from tui.session.unbundle import NotABundleError, Unbundled

_OTHERWISE, _DAMAGED, _UNREADABLE, _FORGED = "otherwise", "damaged", "unreadable", "forged"
"""What may be said of a file of a bundle, beside what its manifest says: ids of `incident verify --json`."""
_RUNBOOK = "runbook"


@contextmanager
def opened(path: Path) -> Iterator[Unbundled]:
    """A bundle, laid out as a data folder that is gone afterwards; a sentence and exit code 3 when it cannot be."""
    from tui.session.unbundle import ChangedBundleError, NotABundleError, unbundled

    name = visible(path.name)
    with ExitStack() as stack:
        try:
            found = stack.enter_context(unbundled(path))
        except ChangedBundleError as error:
            said = _("{name} is not opened, since it is not as its manifest says: {files}")
            raise UnreadableError(said.format(name=name, files=some_names(error.wrong))) from None
        except (NotABundleError, OSError) as error:
            raise UnreadableError(_why_not(error, path)) from None
        yield found


def within(options: Options, bundle: Unbundled) -> Options:
    """The same call on a bundle's incident; nothing can be recorded in it."""
    return replace(options, data_dir=bundle.data_dir, incident=bundle.incident, read_only=True)


def verify(options: Options, path: Path) -> int:
    """Check a bundle's sums, and that its journal gives what else is in it: 1 when anything is not so, 3 unreadable."""
    from tui.present.incident_json import result
    from tui.session.unbundle import NotABundleError, verify_bundle

    try:
        changed = verify_bundle(path)
    except (NotABundleError, OSError) as error:
        say(_why_not(error, path))
        if options.json:
            emit_json(result(ok=False, incident=None, state={}, missing=[f"{visible(path.name)}:{_UNREADABLE}"]))
        return UNREADABLE
    replayed = _against_the_journal(options, path)
    missing = [f"{name}:{found}" for name, found in (*changed.items(), *replayed.items())]
    if options.json:
        emit_json(result(not missing, None, {}, missing))
    else:
        for line in (*_sum_lines(path, changed), *_replay_lines(replayed)):
            click.echo(line)
    return REFUSED if missing else OK


def _why_not(error: NotABundleError | OSError, path: Path) -> str:
    """Why nothing of a bundle can be read, and what to do."""
    from tui.session.unbundle import DamagedBundleError

    name = visible(path.name)
    if isinstance(error, OSError):
        return _("{name} cannot be read ({errno})").format(name=name, errno=error_name(error))
    if isinstance(error, DamagedBundleError):
        said = (
            _("{name} is damaged, or packed as no bundle is: copy it again, or have it exported again")
            if error.cut_at is None
            else _(
                "{name} is damaged: it ends at byte {size} without the list of its files; copy it again, or have it "
                "exported again"
            )
        )
        return said.format(name=name, size=error.cut_at)
    return _("{name} holds no incident that can be read").format(name=name)


def _against_the_journal(options: Options, path: Path) -> dict[str, str]:
    """Fold the bundle's own journal again: which of its files are not what comes of that, and why."""
    from tui.cli.setup import prepare
    from tui.present.bundle import told
    from tui.session.act import Desk
    from tui.session.unbundle import JOURNAL, NotABundleError, unbundled

    try:
        with unbundled(path, changed_too=True) as bundle:
            desk = Desk(bundle.data_dir, bundle.incident)
            state = desk.refresh()
            if desk.contents.damages or not state.exists:
                return {JOURNAL: _DAMAGED}
            again = told(state, desk.contents.records, prepare(options).loaded)
            wrong = {name: _OTHERWISE for name, content in again.items() if bundle.file(name) != content}
            return wrong if _has_its_own_runbook(state) else {**wrong, _RUNBOOK: _FORGED}
    except (NotABundleError, OSError):
        return {JOURNAL: _UNREADABLE}


def _has_its_own_runbook(state: IncidentState) -> bool:
    """Whether the copy of the runbook in a journal, if there is one, is that of the declaration: by the hash there."""
    copy = state.declaration.runbook if state.declaration else None
    return copy is None or copy.genuine


def _sum_lines(path: Path, wrong: Mapping[str, str]) -> Iterator[str]:
    from tui.present.incident_text import verdict_line

    for name, found in wrong.items():
        yield verdict_line(short_name(name), visible(path.name), found)
    if not wrong:
        yield _("{name}: every file is as its manifest says").format(name=visible(path.name))


def _replay_lines(wrong: Mapping[str, str]) -> Iterator[str]:
    sentences = {
        _OTHERWISE: _("replayed: {name} is not what the journal gives"),
        _DAMAGED: _("replayed: {name} is damaged, nothing can be said of the rest"),
        _UNREADABLE: _("not replayed: {name} cannot be read"),
        _FORGED: _("replayed: the runbook in the journal is not the one whose hash the declaration recorded"),
    }
    for name, found in wrong.items():
        yield sentences[found].format(name=name)
    if not wrong:
        yield _("replayed: the journal gives the postmortem and the JSON, byte for byte")
