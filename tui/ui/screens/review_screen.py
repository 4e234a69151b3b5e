"""The keys that move a review: minute by minute, from stop to stop, to a time, or running."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import Binding, BindingType

from tui.locale import _
from tui.present.format import span_ends
from tui.session.transport import USUAL_SPEED, faster
from tui.ui.engine import Seekable
from tui.ui.screens.command_screen import CommandScreen

if TYPE_CHECKING:
    from datetime import datetime

    from tui.session.transport import Transport
    from tui.ui.app import GuardiaApp
    from tui.ui.widgets.board import Scrubber
    from tui.ui.widgets.panes import SidePane


def _quiet(key: str, action: str) -> Binding:
    return Binding(key, action, show=False)


class ReviewScreen(CommandScreen):
    """Moves the cursor of an engine that has one; anywhere else these keys do nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        _quiet("left,comma", "move(-1)"),
        _quiet("right,full_stop", "move(1)"),
        _quiet("shift+left", "move(-10)"),
        _quiet("shift+right", "move(10)"),
        _quiet("home", "edge(0)"),
        _quiet("end", "edge(1)"),
        _quiet("j", "stop(1)"),
        _quiet("k", "stop(-1)"),
        _quiet("G", "go_to"),
        _quiet("plus", "faster(1)"),
        _quiet("minus", "faster(-1)"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._speed = USUAL_SPEED

    @property
    def movable(self) -> Seekable | None:
        """The engine, while its time can be moved."""
        engine: object = self.engine
        return engine if isinstance(engine, Seekable) and engine.transport is not None else None

    @property
    def transport(self) -> Transport | None:
        """Where the cursor may go."""
        return self.movable.transport if self.movable else None

    def review_keys(self) -> list[tuple[str, str]]:
        """Return the keys that move in time, none while live."""
        transport = self.transport
        if transport is None:
            return []
        play = _("stop") if transport.speed else _("play")
        return [(_("space"), play), ("← →", _("minute")), ("j k", _("next, last stop")), ("G", _("go to"))]

    def on_scrubber_sought(self, message: Scrubber.Sought) -> None:
        """Go where somebody pointed."""
        self._seek(message.at)

    def play_or_stop(self) -> bool:
        """Let time run, from the beginning once it has reached the end, or stop it; False while live."""
        movable, transport = self.movable, self.transport
        if movable is None or transport is None:
            return False
        if not transport.speed and self.engine.now() >= transport.last:
            movable.seek(transport.first)
        self._play(0 if transport.speed else self._speed)
        return True

    def hold_still(self) -> None:
        """Stop running time, so that what is asked now is about the moment that is shown."""
        if self.transport is not None and self.transport.speed:
            self._play(0)

    def action_command(self, asks: str) -> None:
        """Ask what a key asks, about the moment that is shown."""
        self.hold_still()
        super().action_command(asks)

    def on_side_pane_did(self, message: SidePane.Did) -> None:
        """Stop before the board asks what Enter on a row asks: the toolkit calls its handler after this one."""
        del message
        self.hold_still()

    def action_move(self, minutes: int) -> None:
        """Move by minutes."""
        self._seek(self.engine.now() + timedelta(minutes=minutes))

    def action_edge(self, end: int) -> None:
        """Move to the first or the last moment."""
        if self.transport is not None:
            self._seek(self.transport.last if end else self.transport.first)

    def action_stop(self, step: int) -> None:
        """Move to the next, or the last, moment at which an alert changed or somebody did something."""
        if self.transport is None:
            return
        stop = self.transport.beyond(self.engine.now(), step)
        if stop is None:
            self.say(_("nothing happened after this") if step > 0 else _("nothing happened before this"))
        else:
            self._seek(stop.at)

    def action_faster(self, step: int) -> None:
        """Change how fast time runs, or will."""
        if self.transport is None:
            return
        self._speed = faster(self._speed, step)
        if self.transport.speed:
            self._play(self._speed)
        self.say(_("{speed} times as fast as it happened").format(speed=self._speed))

    def action_go_to(self) -> None:
        """Ask which moment to go to."""
        from tui.ui.screens.ask_time import AskTime

        if self.live is not None and self.transport is not None:
            self.hold_still()
            self.app.push_screen(AskTime(self.live, self.transport), self._arrive)

    def _arrive(self, at: datetime | None) -> None:
        if at is None or self.transport is None:
            return
        self._seek(at)
        if at != self.transport.clamp(at):
            first, last = span_ends(self.transport.first, self.transport.last, self.transport.first)
            self.say(_("the data goes from {first} to {last}").format(first=first, last=last))

    def _play(self, speed: int) -> None:
        if self.movable is not None:
            self.movable.play(speed)
            cast("GuardiaApp", self.app).wake()

    def _seek(self, at: datetime) -> None:
        if self.movable is not None:
            self.movable.seek(at)
            cast("GuardiaApp", self.app).wake()
