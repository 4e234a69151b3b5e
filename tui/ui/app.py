"""The full-screen app: one engine, one worker that reads, one screen that owns what is shown."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, ClassVar, Literal

from rich.text import Text
from textual.app import App
from textual.binding import Binding, BindingType
from textual.events import Event as Happening
from textual.events import Key, Paste
from textual.filter import LineFilter
from textual.worker import get_current_worker

from tui import keymap
from tui.crash import crash_report
from tui.ui.driver import outliving
from tui.ui.engine import Commanding
from tui.ui.keyboard import Followed, Keyboard
from tui.ui.messages import Answer, EngineFailed, Snapshot
from tui.ui.outside import desktop_notice, in_tmux, to_tmux
from tui.ui.palette import DARK_THEME, LIGHT_THEME, PLAIN, SIXTEEN_THEME, role_styles, themes
from tui.ui.questions import Questions, diggable
from tui.ui.screens.board import BoardScreen
from tui.ui.screens.dig import DigScreen
from tui.ui.screens.pick import PickScreen
from tui.ui.screens.question import QuestionScreen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.segment import Segment
    from rich.style import Style
    from textual.actions import ActionParseResult
    from textual.color import Color
    from textual.dom import DOMNode
    from textual.driver import Driver

    from tui.present.situation import Situation
    from tui.settings import Loaded
    from tui.ui.commander import Commander
    from tui.ui.engine import Engine

Look = Literal["dark", "light"]

_PAUSE_SECONDS = 0.25
"""Between two looks at the sources: events reach the screen well within a second."""
_FILLING_SECONDS = 0.02
"""While history is still coming in: enough to let the screen have its turn."""
_FEED_ROWS = 500


class WithoutColour(LineFilter):
    """Takes every colour out of what is drawn, so that no colour sequence reaches the terminal."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
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
        Binding("colon", "palette", show=False),
        Binding("x", "trace", show=False),
        Binding("n", "note", show=False),
        Binding("slash", "events", show=False),
        Binding("o", "sources", show=False),
        Binding("O", "settings", show=False),
        Binding("W", "whatif", show=False),
        Binding("C", "compare", show=False),
        Binding("Y", "share", show=False),
    ]

    def __init__(self, engine: Engine, *, look: Look = "dark", color: bool = True, ascii_only: bool = False) -> None:
        # The toolkit takes NO_COLOR out of its own environment and turns colours into greys: ask before it does.
        self.colourless = not color or bool(os.environ.get("NO_COLOR"))
        self.ascii_only = ascii_only
        super().__init__(ansi_color=True if self.colourless else None)
        self.engine = engine
        desk: object = engine
        self.post = desk if isinstance(desk, Commanding) else None
        """Where people's decisions go; None where nobody can take any."""
        self.keyboard = Keyboard(self, super().on_event)
        self.questions = Questions()
        self.folder = Path.cwd()
        """Where files that people ask for are written."""
        self.shared: Path | None = None
        """Where pages for other people are written; None: they go to the clipboard only."""
        self.settings: Loaded | None = None
        self.welcome = False
        """Whether to explain the board in three lines: nobody has seen it here before."""
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

    def get_driver_class(self) -> type[Driver]:
        """See the toolkit; what is written once the terminal is gone is lost without a word."""
        return outliving(super().get_driver_class())

    async def on_event(self, event: Happening) -> None:
        """Let a key wait for the one before it."""
        if isinstance(event, Key | Paste) and not event.is_forwarded:
            await self.keyboard.take(event)
        else:
            await super().on_event(event)

    def on_followed(self, message: Followed) -> None:
        """Go on with the next key."""
        self.keyboard.follow(message)

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Do what a key stands for; one that came too soon may stand for something of a screen that is gone by now."""
        if default_namespace is not None and not default_namespace.is_attached:
            return False
        return await super().run_action(action, default_namespace, namespaces)

    def on_mount(self) -> None:
        """Show the board and begin to read."""
        loop = asyncio.get_running_loop()
        for ending in (signal.SIGTERM, signal.SIGHUP):  # left to themselves they leave the terminal as it is drawn
            loop.add_signal_handler(ending, self.exit)
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
            asked = diggable(self.engine)
            while not (worker.is_cancelled or self._stop.is_set()):
                if asked is not None:
                    self.questions.work(asked)
                board = self.engine.advance()
                if board is not None:
                    incident = self.post.picture if self.post else None
                    self.post_message(Snapshot(board, self.engine.recent(_FEED_ROWS), incident))
                for answered in self.post.answers() if self.post else ():
                    self.post_message(Answer(answered))
                filling = board is not None and not board.final
                self._wake.wait(_FILLING_SECONDS if filling or self.questions.busy else _PAUSE_SECONDS)
                self._wake.clear()
        except Exception as error:
            self.post_message(EngineFailed(type(error).__name__))
            raise

    def on_snapshot(self, message: Snapshot) -> None:
        """Show a new picture."""
        self._board.update(message.board, message.events, message.incident)
        for screen in self.screen_stack:
            if isinstance(screen, DigScreen):
                screen.follow()

    @property
    def commander(self) -> Commander | None:
        """Who asks and submits; None where nobody can decide anything."""
        return self._board.commander

    @property
    def situation(self) -> Situation | None:
        """The newest situation."""
        return self._board.live

    def on_answer(self, message: Answer) -> None:
        """Tell the question that waits for it, and the screens that save drafts; the rest shows in the next picture."""
        number = message.answered.ask.number
        for screen in self.screen_stack:
            if isinstance(screen, DigScreen) or (isinstance(screen, QuestionScreen) and screen.waiting == number):
                screen.take(message.answered)
        self._board.confirm(message.answered)

    def on_engine_failed(self, message: EngineFailed) -> None:
        """Say that the numbers are old."""
        self._board.fail(message.kind)

    def action_help_quit(self) -> None:
        """Leave on ctrl+c too; the toolkit would only say which key does."""
        self.exit()

    def action_note(self) -> None:
        """Write a note, from whatever screen."""
        self._board.action_command("note")

    async def action_quit(self) -> None:
        """Leave; while an incident is open, ask first."""
        if not isinstance(self.screen, PickScreen) and self._board.asks_before_leaving():
            return
        self.exit()

    def action_help(self) -> None:
        """Open the help over the screen that is shown."""
        from tui.ui.screens.help import HelpScreen

        bound = tuple((each.binding.key, each.binding.action) for each in self.screen.active_bindings.values())
        if self.screen is self._board and self._board.shown is not None:
            self.push_screen(HelpScreen(self._board.shown, self._board.keys(), bound))
        elif isinstance(self.screen, DigScreen) and self.situation is not None:
            self.push_screen(HelpScreen(self.situation, self.screen.help_keys(), bound))

    def action_palette(self) -> None:
        """Offer every action by name."""
        from tui.ui.screens.command_palette import open_palette

        open_palette(self)

    def action_trace(self) -> None:
        """Ask which requestId to follow."""
        from tui.ui.screens.ask_id import AskId
        from tui.ui.screens.trace import TraceScreen

        def follow(request_id: str | None) -> None:
            if request_id:
                self.push_screen(TraceScreen(request_id))

        self.push_screen(AskId(self.situation), follow)

    def action_events(self) -> None:
        """Show all events, with the filter ready."""
        from tui.ui.screens.events import EventsScreen

        self.push_screen(EventsScreen(typing=True))

    def action_whatif(self) -> None:
        """Try other rules over the events of this run."""
        from tui.ui.screens.whatif import open_whatif

        open_whatif(self)

    def action_compare(self) -> None:
        """Compare two periods, or what was before and after a deploy."""
        from tui.ui.screens.compare import CompareScreen

        self.push_screen(CompareScreen())

    def action_sources(self) -> None:
        """Show how the sources are doing."""
        from tui.ui.screens.pages import SourcesScreen

        self.push_screen(SourcesScreen())

    def action_settings(self) -> None:
        """Show every setting and where it came from."""
        from tui.ui.screens.pages import SettingsScreen

        self.push_screen(SettingsScreen())

    def action_share(self) -> None:
        """Hand what stands now to other people; nothing is recorded."""
        from tui.present.status_update import status_paper
        from tui.ui.sharing import share

        if self.situation is not None:
            share(self, status_paper(self.situation))

    def tell(self, sentence: str) -> None:
        """Say something in the last row of whatever is shown."""
        screen = self.screen if isinstance(self.screen, DigScreen) else self._board
        screen.say(sentence)

    def copy_to_clipboard(self, text: str) -> None:
        """Put guarded text on the clipboard; inside tmux into its buffer too, since it ignores the sequence."""
        super().copy_to_clipboard(text)
        if in_tmux(os.environ) and not self.is_headless:
            self.run_worker(partial(to_tmux, text), thread=True, group="clipboard", exit_on_error=False)

    def alarm(self, sentence: str) -> None:
        """Ring and tell the desktop, as far as the settings want it."""
        wanted = self.settings.settings if self.settings else None
        if wanted is None or wanted.bell:
            self.bell()
        notice = desktop_notice(wanted.notify, sentence, tmux=in_tmux(os.environ)) if wanted else ""
        if notice and self._driver is not None:
            self._driver.write(notice)

    def _fatal_error(self) -> None:
        """Leave with the places of the error only: the toolkit's own report prints local variables."""
        kind, _error, trace = sys.exc_info()
        with suppress(OSError):
            self.bell()
        self._exit_renderables.append(Text(crash_report(kind or Exception, trace)))
        self._close_messages_no_wait()


def run(
    engine: Engine,
    *,
    look: Look = "dark",
    color: bool = True,
    ascii_only: bool = False,
    settings: Loaded | None = None,
    shared: Path | None = None,
    first: bool = False,
) -> None:
    """Show the board until the person leaves; SystemExit with a code when the app failed.

    shared: where pages for other people are written. first: whether this is the first time that guardia opens here.
    """
    app = GuardiaApp(engine, look=look, color=color, ascii_only=ascii_only)
    app.settings, app.shared, app.welcome = settings, shared, first
    keymap.use(settings.settings.keys if settings else {})
    app.run()
    if app.return_code:
        raise SystemExit(app.return_code)
