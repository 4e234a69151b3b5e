"""Hands a page to other people: to the clipboard at once, to files by a thread of its own, and says where it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tui.locale import _
from tui.logs.source import errno_name, shown_name
from tui.present.spans import cut_middle, width
from tui.session.sharing import write_shared

if TYPE_CHECKING:
    from tui.present.paper import Paper
    from tui.ui.app import GuardiaApp

_LEAST_FOLDER = 8


def share(app: GuardiaApp, paper: Paper) -> None:
    """Share a page. No key waits for the disk."""
    app.copy_to_clipboard(paper.text())
    folder, cells = app.shared, app.size.width
    if folder is None:
        app.tell(_("sent to the clipboard"))
        return

    def write() -> None:
        app.call_later(app.tell, _kept(folder, paper, cells))

    app.run_worker(write, thread=True, group="sharing", exit_on_error=False)


def _kept(folder: Path, paper: Paper, cells: int) -> str:
    """Write the files; returns what to say of them."""
    shown = _short(folder)
    forms = {".md": paper.markdown().encode(), ".txt": paper.text().encode()}
    try:
        path = write_shared(folder, paper.name, forms)
    except OSError as error:
        return _("not written ({errno}): {path}").format(errno=errno_name(error), path=shown)
    said = _("✓ {file}, .txt · to the clipboard · in {folder}")
    room = cells - width(said.format(file=path.name, folder="")) - 2
    return said.format(file=path.name, folder=cut_middle(shown, max(_LEAST_FOLDER, room)))


def _short(folder: Path) -> str:
    """A folder as people write it."""
    path = folder.absolute()
    home = Path.home()
    return shown_name(f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path))
