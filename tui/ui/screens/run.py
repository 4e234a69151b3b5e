"""A command of the runbook while it runs: its output as it comes, what came of it, a way to stop it."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import ModalScreen

from tui.locale import _
from tui.present.asking import ended_words
from tui.present.spans import Line, Span, fit, foreign, gap, rule
from tui.session.commands import CommandRun
from tui.ui.widgets.fields import Lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from tui.session.commands import Ended, Order

_MOST_ROWS = 12


class RunScreen(ModalScreen[None]):
    """Runs one command in a thread of its own; esc stops it, and closes once it has ended."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,0", "stop", show=False)]

    class Printed(Message):
        """A line of output."""

        def __init__(self, line: str) -> None:
            super().__init__()
            self.line = line

    class Over(Message):
        """It ended."""

        def __init__(self, ended: Ended) -> None:
            super().__init__()
            self.ended = ended

    def __init__(self, order: Order, name: str, record: Callable[[Ended], None]) -> None:
        """`record` is told once, on the screen's own thread, how it ended."""
        super().__init__()
        self._order, self._name_shown, self._record = order, name, record
        self._run = CommandRun(order)
        self._ended: Ended | None = None
        self._lines: deque[str] = deque(maxlen=_MOST_ROWS)

    def compose(self) -> ComposeResult:
        """Title, output, what came of it."""
        with Vertical(id="question"):
            yield Lines(id="run-title")
            yield Lines(id="run-output")
        yield Lines(id="question-foot")

    def on_mount(self) -> None:
        """Begin."""
        self._write()
        self.run_worker(self._work, thread=True, group="command", exit_on_error=False)

    def on_resize(self) -> None:
        """Fit it anew."""
        self._write()

    def on_unmount(self) -> None:
        """Leave nothing running behind."""
        self._run.cancel()

    def _work(self) -> None:
        """Run to the end (worker thread): it touches no widget, it only posts."""
        self.post_message(self.Over(self._run.run(self._print)))

    def _print(self, line: str) -> None:
        self.post_message(self.Printed(line))

    def on_run_screen_printed(self, message: Printed) -> None:
        """Show a line."""
        self._lines.append(message.line)
        self._write()

    def on_run_screen_over(self, message: Over) -> None:
        """Say what came of it, and have it recorded."""
        self._ended = message.ended
        self._write()
        self._record(message.ended)

    def _write(self) -> None:
        cells = self.app.size.width
        self.query_one("#run-title", Lines).write((rule((Span(foreign(self._name_shown), "strong"),), (), cells),))
        room = max(1, min(_MOST_ROWS, self.app.size.height - 4))
        shown: list[Line] = [fit((gap(1), Span(foreign(line))), cells) for line in self._lines]
        self.query_one("#run-output", Lines).write(tuple(shown[-room:]))
        foot = (
            gap(1),
            *self._what_came_of_it(),
            gap(2),
            Span(_("esc"), "strong"),
            Span(f" {self._leaving()}", "muted"),
        )
        self.query_one("#question-foot", Lines).write((fit(foot, self.app.size.width),))

    def _what_came_of_it(self) -> Line:
        if self._ended is None:
            return (Span(_("running…"), "strong"),)
        good = self._ended.outcome == "exited" and self._ended.exit_code == 0
        role = "done" if good else "watch" if self._ended.outcome == "cancelled" else "severe0"
        return (Span(ended_words(self._ended), role),)

    def _leaving(self) -> str:
        return _("stop") if self._ended is None else _("leave")

    def action_stop(self) -> None:
        """Stop it; once it has ended, close."""
        if self._ended is None:
            self._run.cancel()
        elif self.is_active:
            self.dismiss()
