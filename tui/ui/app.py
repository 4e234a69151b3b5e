"""The full-screen app: one engine, one worker that reads, one screen that owns what is shown."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from threading import Event
from typing import TYPE_CHECKING, ClassVar, Literal

from rich.text import Text
from textual.app import App
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.worker import get_current_worker

from tui.ui.crash import crash_report
from tui.ui.messages import EngineFailed, Snapshot
from tui.ui.palette import DARK_THEME, LIGHT_THEME, PLAIN, SIXTEEN_THEME, role_styles, themes
from tui.ui.screens.board import BoardScreen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.segment import Segment
    from rich.style import Style
    from textual.color import Color

    from tui.ui.engine import Engine

Look = Literal["dark", "light"]

_PAUSE_SECONDS = 0.5
"""Between two looks at the sources: events reach the screen well within a second."""
_FILLING_SECONDS = 0.02
"""While history is still coming in: enough to let the screen have its turn."""
_FEED_ROWS = 500


class WithoutColour(LineFilter):
    """Takes every colour out of what is drawn, so that no colour sequence reaches the terminal."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - the toolkit's signature
        """Return the segments with their attributes only."""
        return [
            segment
            if segment.style is None
            else type(segment)(segment.text, segment.style.without_color, segment.control)
            for segment in segments
        ]


class GuardiaApp(App[None]):
    """Starts the worker, hands its messages to the board, leaves cleanly."""

    TITLE = "guardia"
    CSS_PATH = "styles/app.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,ctrl+q", "quit", show=False, priority=False),
        Binding("question_mark", "help", show=False),
    ]

    def __init__(self, engine: Engine, *, look: Look = "dark", color: bool = True, ascii_only: bool = False) -> None:
        # The toolkit takes NO_COLOR out of its own environment and turns colours into greys: ask before it does.
        self.colourless = not color or bool(os.environ.get("NO_COLOR"))
        self.ascii_only = ascii_only
        super().__init__(ansi_color=True if self.colourless else None)
        self.engine = engine
        self._stop, self._wake = Event(), Event()
        for theme in themes():
            self.register_theme(theme)
        if self.colourless:
            self._filters.append(WithoutColour())
            self.theme = SIXTEEN_THEME
        elif self.console.color_system == "standard":
            self.theme = SIXTEEN_THEME
        else:
            self.theme = LIGHT_THEME if look == "light" else DARK_THEME
        self._board = BoardScreen(engine)

    @property
    def role_styles(self) -> Mapping[str, Style]:
        """Style of every role in the palette in use."""
        return role_styles(PLAIN if self.colourless else self.theme)

    def on_mount(self) -> None:
        """Show the board and begin to read."""
        self.push_screen(self._board)
        self.run_worker(self._follow, thread=True, group="engine", exit_on_error=False)

    def on_unmount(self) -> None:
        """Let the worker end and the sources go."""
        self._stop.set()
        self._wake.set()
        self.engine.close()

    def wake(self) -> None:
        """Make the worker look again at once."""
        self._wake.set()

    def _follow(self) -> None:
        """Read on until told to stop (worker thread): it touches no widget, it only posts."""
        worker = get_current_worker()
        try:
            while not (worker.is_cancelled or self._stop.is_set()):
                board = self.engine.advance()
                if board is not None:
                    self.post_message(Snapshot(board, self.engine.recent(_FEED_ROWS)))
                filling = board is not None and not board.final
                self._wake.wait(_FILLING_SECONDS if filling else _PAUSE_SECONDS)
                self._wake.clear()
        except Exception as error:
            self.post_message(EngineFailed(type(error).__name__))
            raise

    def on_snapshot(self, message: Snapshot) -> None:
        """Show a new picture."""
        self._board.update(message.board, message.events)

    def on_engine_failed(self, message: EngineFailed) -> None:
        """Say that the numbers are old."""
        self._board.fail(message.kind)

    def action_help_quit(self) -> None:
        """Leave on ctrl+c too; the toolkit would only say which key does."""
        self.exit()

    def action_help(self) -> None:
        """Open the help over the board."""
        from tui.ui.screens.help import HelpScreen

        if self._board.shown is not None and self.screen is self._board:
            self.push_screen(HelpScreen(self._board.shown, self._board.keys()))

    def _fatal_error(self) -> None:
        """Leave with the places of the error only: the toolkit's own report prints local variables."""
        kind, _error, trace = sys.exc_info()
        with suppress(OSError):
            self.bell()
        self._exit_renderables.append(Text(crash_report(kind or Exception, trace)))
        self._close_messages_no_wait()


def run(engine: Engine, *, look: Look = "dark", color: bool = True, ascii_only: bool = False) -> None:
    """Show the board until the person leaves; SystemExit with a code when the app failed."""
    app = GuardiaApp(engine, look=look, color=color, ascii_only=ascii_only)
    app.run()
    if app.return_code:
        raise SystemExit(app.return_code)
