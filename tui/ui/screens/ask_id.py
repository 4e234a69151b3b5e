"""Asks which requestId to follow: typed, pasted, or picked from the cases that the rules point at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.locale import _
from tui.present.format import stamp
from tui.present.spans import Line, Span, foreign
from tui.ui.screens.finder import Finder

if TYPE_CHECKING:
    from tui.metrics.board import Sample
    from tui.present.situation import Situation


class AskId(Finder["tuple[str, Sample]", str]):
    """Gives back an id that a record can bear."""

    def __init__(self, situation: Situation | None) -> None:
        super().__init__(_("requestId: type or paste it"), _offers(situation))
        self._situation = situation
        self._wrong = False

    def head(self) -> tuple[str, Span]:
        """Say which keys there are, or what was wrong."""
        if self._wrong:
            return _("Trace of"), Span(_("not a usable requestId (6 to 64 letters, digits and _ . : -)"), "watch")
        return _("Trace of"), Span(f"{_('enter')} {_('open it')} · {_('esc')} {_('leave')}", "muted")

    def nothing(self) -> str:
        """Nothing fires."""
        return _("no alert points at a case right now")

    def row(self, offer: tuple[str, Sample], cells: int) -> Line:
        """An id, and why it is offered."""
        what, sample = offer
        now = self._situation.now if self._situation else sample.at
        return Span(foreign(sample.request_id), "strong"), Span(f"  {what} {stamp(sample.at, now)}", "muted")

    def found(self, offer: tuple[str, Sample]) -> str:
        """Its id."""
        return offer[1].request_id

    def typing(self, text: str) -> None:
        """Forget that the last one was wrong."""
        self._wrong = False

    def typed(self, text: str) -> str | None:
        """An id, with or without quotes."""
        from tui.logs.guard import is_usable_id

        request_id = text.strip("\"'")
        self._wrong = not is_usable_id(request_id)
        return None if self._wrong else request_id


def _offers(situation: Situation | None) -> tuple[tuple[str, Sample], ...]:
    """The anchor, then the other cases of the suggestion."""
    suggestion = situation.board.suggestion if situation else None
    if suggestion is None:
        return ()
    anchor = ((_("anchor"), suggestion.anchor),) if suggestion.anchor else ()
    others = [sample for sample in suggestion.samples if sample != suggestion.anchor]
    return (*anchor, *((_("case"), sample) for sample in others))
