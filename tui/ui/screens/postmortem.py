"""What was written of an incident, to read: the postmortem as its export would say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.locale import _
from tui.present.paper_lines import paper_lines
from tui.present.spans import Span, fit, gap
from tui.ui.engine import archiving
from tui.ui.screens.pages import Page

if TYPE_CHECKING:
    from tui.present.spans import Line
    from tui.ui.engine import Archiving


class PostmortemScreen(Page):
    """One incident's page. The journal is read once: what is over changes no more while somebody reads."""

    def __init__(self, incident: str) -> None:
        super().__init__()
        self._incident = incident
        self._text: str | None = None

    def heading(self) -> str:
        """Title of the page."""
        return f"{_('Postmortem')} {self._incident}"

    def ask_again(self) -> None:
        """Ask for the page, until there is one."""
        post, incident = archiving(self.guardia.post), self._incident
        if self._text is None and post is not None:
            self.ask("paper", lambda _engine: _written(post, incident))

    def answered(self, slot: str, value: object, *, last: bool) -> None:
        """Take the page."""
        self._text = str(value)
        self.draw()

    def lines(self, cells: int) -> tuple[Line, ...]:
        """Every line of the page."""
        if self._text is None:
            return (fit((gap(1), Span(_("reading…"), "muted")), cells),)
        return paper_lines(self._text, cells)


def _written(post: Archiving, incident: str) -> str:
    """The page, in the words and by the rules of the incident's declaration (worker thread)."""
    from tui.present.bundle import markdown

    found = post.dossier(incident)
    return markdown(found.state, found.records, found.loaded) if found is not None else ""
