"""What every screen that digs has: header, the strip in one row, footer, questions to the worker, the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Input

from tui.locale import _
from tui.present.plan import Box, LaneStyle, Plan, Size, size_of
from tui.present.spans import Line, Span, fit, gap
from tui.ui.board_layout import BoardLayout
from tui.ui.questions import Failed
from tui.ui.widgets.board import BoardCanvas, Footer, Header, StripBar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.app import ComposeResult
    from textual.widget import Widget

    from tui.present.situation import Situation
    from tui.session.command_post import Answered
    from tui.ui.app import GuardiaApp
    from tui.ui.questions import Ask, Learned

TOP = 2
"""Rows of header and strip."""


class StripLine(StripBar):
    """The strip's first row alone: severity and what matters most."""

    breakpoint = Size.SMALL


class SayingFooter(Footer):
    """The keys that work; what has just happened takes all of the row."""

    news = ""

    def build(self, cells: int, rows: int) -> tuple[Line, ...]:
        """One row."""
        if not self.news:
            return super().build(cells, rows)
        return (fit((gap(1, "title"), Span(self.news, "title-strong")), cells, "title"),)[:rows]


class DigScreen(Screen[None]):
    """A screen over the board. It pulls the situation when it is shown, and again whenever there is news."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,0", "back", show=False)]

    def __init__(self) -> None:
        super().__init__()
        self._said = ""
        self._layout = BoardLayout(self._plan)

    # --- what is shown ------------------------------------------------------------------------------------------------

    @property
    def layout(self) -> BoardLayout:
        """Places widgets by `boxes`."""
        return self._layout

    def _plan(self, width: int, height: int) -> Plan:
        boxes = {
            "header": Box(0, 0, width, 1),
            "strip": Box(0, 1, width, 1),
            "footer": Box(0, height - 1, width, 1),
            **self.boxes(width, max(0, height - TOP - 1)),
        }
        return Plan(size_of(width, height), LaneStyle.ONE_LINE, boxes)

    def boxes(self, width: int, rows: int) -> dict[str, Box]:
        """Places of the screen's own widgets: `rows` rows from row `TOP` on."""
        raise NotImplementedError

    def body(self) -> Iterable[Widget]:
        """The screen's own widgets."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """Frame and body."""
        yield Header(id="header")
        yield StripLine(id="strip")
        yield from self.body()
        yield SayingFooter(id="footer")

    def on_mount(self) -> None:
        """Show what is known and ask for the rest."""
        self.set_interval(1.0, self._tick)
        self.call_after_refresh(self.follow)

    def on_screen_resume(self) -> None:
        """Show what has happened meanwhile."""
        self.follow()

    def on_unmount(self) -> None:
        """Want no more answers."""
        self.guardia.questions.forget(self)

    @property
    def guardia(self) -> GuardiaApp:
        """The app."""
        return cast("GuardiaApp", self.app)

    @property
    def situation(self) -> Situation | None:
        """The newest situation."""
        return self.guardia.situation

    def follow(self) -> None:
        """Take notice of a new board."""
        if self.is_attached and self.is_current:
            self._tick()
            self.ask_again()
            self.draw()
            self.show_keys()

    def _tick(self) -> None:
        situation = self.situation
        if situation is not None and self.is_attached:
            for widget in (self.query_one(Header), self.query_one(StripLine)):
                cast("BoardCanvas", widget).show(situation)

    def ask_again(self) -> None:
        """Ask the worker for what the screen shows."""

    def draw(self) -> None:
        """Show what is known."""
        raise NotImplementedError

    # --- questions ----------------------------------------------------------------------------------------------------

    def ask(self, slot: str, ask: Ask) -> None:
        """Have the worker find something out; it comes back to `answered`."""
        self.guardia.questions.ask(self, slot, ask)
        self.guardia.wake()

    def on_learned(self, message: Learned) -> None:
        """Take an answer."""
        message.stop()
        if isinstance(message.value, Failed):
            self.say(_("could not be found out ({kind})").format(kind=message.value.kind))
        elif self.is_attached:
            self.answered(message.slot, message.value, last=message.last)

    def answered(self, slot: str, value: object, *, last: bool) -> None:
        """Take the answer to a question."""

    def take(self, answered: Answered) -> None:
        """Take notice of what became of something that was asked of the desk."""

    # --- keys ---------------------------------------------------------------------------------------------------------

    def keys(self) -> tuple[tuple[str, str], ...]:
        """Return the keys that work now, without those that every screen has."""
        return ()

    def help_keys(self) -> tuple[tuple[str, str], ...]:
        """Return every key of the screen, for the help."""
        return (
            *self.keys(),
            ("esc 0", _("back")),
            ("x", _("trace of a requestId")),
            ("/", _("events and filter")),
            ("W", _("what if: other rules over this run")),
            ("C", _("compare two periods, before and after a deploy")),
            ("o", _("sources")),
            ("O", _("settings")),
            ("Y", _("share the current state")),
            (":", _("commands")),
            ("q", _("quit")),
        )

    def show_keys(self) -> None:
        """Name the keys that work in the footer."""
        footer = self.query_one(SayingFooter)
        footer.news = self._said
        if isinstance(self.focused, Input):  # there, letters are letters
            footer.show(self.keys())
            return
        footer.show((("esc", _("board")), *self.keys(), ("q", _("quit")), ("?", _("help"))))

    def say(self, text: str) -> None:
        """Say something in the footer until the next key."""
        self._said = text
        self.show_keys()

    def on_key(self) -> None:
        """Name the keys again."""
        if self._said:
            self.say("")

    def on_descendant_focus(self) -> None:
        """Show the keys that go with the focus."""
        self.show_keys()

    def action_back(self) -> None:
        """Leave, once: a second key may have come before the screen was gone."""
        if self.is_active:
            self.dismiss()

    def open_trace(self, request_id: str | None) -> None:
        """Show everything that bears an id, if it is one."""
        from tui.ui.screens.trace import TraceScreen, is_traceable

        if is_traceable(request_id):
            self.app.push_screen(TraceScreen(request_id))
        else:
            self.say(_("this event has no requestId that can be followed"))
