"""Asks which moment of a review to go to: typed, or picked from the alerts of the whole span."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tui.locale import _
from tui.present.format import stamp
from tui.present.situation import severity_glyph
from tui.present.spans import Line, Span, left
from tui.session.times import TimeError, parse_time
from tui.ui.screens.finder import Finder

if TYPE_CHECKING:
    from tui.metrics.board import Episode
    from tui.present.situation import Situation
    from tui.session.transport import Transport


class AskTime(Finder["Episode", datetime]):
    """Gives back a moment, UTC; an alert stands for its beginning."""

    widest, highest = 76, 16

    def __init__(self, situation: Situation, transport: Transport) -> None:
        alerts = sorted(transport.episodes, key=lambda life: life.pending_at)
        super().__init__(_("time: 22:10, 2026-11-19T22:10Z, -5m"), alerts)
        self._situation, self._transport = situation, transport
        self._wrong = False

    def head(self) -> tuple[str, Span]:
        """Say in which zone times are read, or what was wrong."""
        if self._wrong:
            return _("Go to"), Span(_("no time that can be read"), "watch")
        return _("Go to"), Span(str(self._situation.zone), "muted")

    def nothing(self) -> str:
        """A calm log."""
        return _("no alert in this data")

    def row(self, offer: Episode, cells: int) -> Line:
        """`21:58:00 ▲ Login down        fired 22:00:00`."""
        situation = self._situation
        now = situation.board.now
        name = Span(left(situation.rule_name(offer.rule), 26), "strong")
        begun = Span(f"{stamp(offer.pending_at, now)} ", "muted")
        if offer.fired_at is None:
            return begun, Span("○ ", "muted"), name, Span(_("near miss"), "muted")
        said = _("fired {time}").format(time=stamp(offer.fired_at, now))
        glyph = Span(f"{severity_glyph(situation.rank(offer.severity))} ", situation.role(offer.severity))
        return begun, glyph, name, Span(said, "muted")

    def found(self, offer: Episode) -> datetime:
        """When it began."""
        return offer.pending_at

    def typing(self, text: str) -> None:
        """Forget that the last one was wrong."""
        self._wrong = False

    def typed(self, text: str) -> datetime | None:
        """A moment on the last day of the log, unless a day is said."""
        zone, now = self._situation.zone, self._situation.now
        day = self._transport.last.astimezone(zone).date()
        try:
            return parse_time(text, now=now, day=day, zone=zone)
        except TimeError:
            self._wrong = True
            return None
