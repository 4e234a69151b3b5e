"""A screen from which an incident is commanded: its keys, what Enter does in the side pane, the bell."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import Binding, BindingType
from textual.screen import Screen

from tui.incident.breaches import Watch, turned
from tui.locale import _
from tui.present.alarm import alarm_sentence, broken
from tui.present.checklists import VIEWS
from tui.present.command_keys import further_keys, pressing_keys
from tui.ui.commander import Commander
from tui.ui.widgets.board import Footer

if TYPE_CHECKING:
    from datetime import datetime

    from tui.present.situation import Situation
    from tui.session.command_post import Answered
    from tui.session.picture import IncidentPicture
    from tui.ui.app import GuardiaApp
    from tui.ui.engine import Engine
    from tui.ui.widgets.panes import SidePane

COMMANDS = {
    "d": "declare", "a": "acknowledge", "m": "mitigate", "R": "resolve", "s": "severity", "u": "update", "n": "note",
    "f": "flags", "g": "roles", "U": "undo", "h": "snooze", "i": "incidents", "M": "more",
}  # fmt: skip
"""Keys that ask something, and what they ask."""


class CommandScreen(Screen[None]):
    """Knows what is open now; leaves asking to its commander."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key, f"command('{asks}')", show=False) for key, asks in COMMANDS.items()
    ]
    engine: Engine

    def __init__(self) -> None:
        super().__init__()
        self.live: Situation | None = None
        """The newest situation: header, strip and clocks never freeze."""
        self.commander: Commander | None = None
        """Asks and submits; None where nobody can decide anything."""
        self._watch: Watch | None = None
        """Which broken promises were told; None before the first look."""

    def take_command(self) -> None:
        """Begin to ask and submit, where there is somebody to submit to."""
        app = cast("GuardiaApp", self.app)
        self.commander = Commander(app, app.post, self.say) if app.post else None

    def say(self, sentence: str) -> None:
        """Show one sentence in the last row for a moment."""
        self.query_one(Footer).say(sentence)

    def clock_time(self, incident: IncidentPicture | None) -> datetime:
        """Return the time of the clocks: never before the newest entry, should this machine's clock be set back."""
        now = self.engine.now()
        return incident.state.now(now) if incident is not None and incident.state is not None else now

    def ring(self) -> None:
        """Ring once for each promise that is broken from now on, and for nothing else."""
        if self.live is None:
            return
        watch = self._watch or Watch(self.live.now)
        self._watch, news = turned(watch, broken(self.live))
        for breach in news:
            cast("GuardiaApp", self.app).alarm(alarm_sentence(breach, self.live.mode))

    def pressing_keys(self) -> list[tuple[str, str]]:
        """Return what the first minutes of an incident need."""
        return [(each.key, each.label) for each in pressing_keys(self.live)] if self.live else []

    def view_keys(self) -> list[tuple[str, str]]:
        """Return the views of the side pane."""
        known = self.live is not None and self.live.incident is not None
        return [(" ".join(view[0] for view in VIEWS), _("side pane"))] if known else []

    def further_keys(self) -> list[tuple[str, str]]:
        """Return what else can be done to an incident, and with what stands now."""
        if self.live is None or self.live.incident is None:
            return []
        found = [(each.key, each.label) for each in further_keys(self.live)]
        return [*found, ("i", _("incidents")), ("Y", _("share state"))]

    def action_command(self, asks: str) -> None:
        """Ask what a key asks."""
        if self.commander is not None and self.live is not None:
            self.commander.ask(asks, self.live)

    def on_side_pane_did(self, message: SidePane.Did) -> None:
        """Do what Enter does on a row."""
        if self.commander is not None and self.live is not None:
            self.commander.do(message.deed, self.live)

    def on_side_pane_turned(self, message: SidePane.Turned) -> None:
        """Open the playbook before or after the shown one."""
        if self.commander is not None and self.live is not None:
            self.commander.turn_playbook(message.step, self.live)

    def confirm(self, answered: Answered) -> None:
        """Say what the disk has now."""
        if self.commander is not None and self.live is not None:
            self.commander.confirm(answered, self.live)

    def asks_before_leaving(self) -> bool:
        """Ask whether to leave an open incident; False when none is open."""
        return self.commander is not None and self.live is not None and self.commander.asks_before_leaving(self.live)
