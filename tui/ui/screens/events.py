"""Events: every guarded row that matches a filter, live, frozen while scrolled."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui.locale import _
from tui.metrics.filter import Filter, FilterError, completions, parse_filter
from tui.present.feed import feed_line
from tui.present.filter_words import hint_line
from tui.present.format import clock, number
from tui.present.plan import Box
from tui.present.spans import Line, Span, fit, gap, rule, width
from tui.ui.screens.dig import TOP, DigScreen
from tui.ui.widgets.canvas import Canvas
from tui.ui.widgets.fields import TextField
from tui.ui.widgets.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from textual.widget import Widget

    from tui.metrics.search import Found

_BESIDE = timedelta(seconds=30)
"""How far behind a moment the list begins that is opened at it."""
_BELOW = 8
"""Rows of what came before that moment that are in view too."""
LIMIT = 1000
"""Rows that are listed at most."""
_MARK = "❯ "


class FilterField(TextField):
    """The filter; Tab completes instead of leaving."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", show=False, priority=False),
        Binding("down", "leave", show=False),
        Binding("escape", "leave", show=False),
    ]

    def action_complete(self) -> None:
        """Put in what is typed so far goes on with; the next Tab the next one."""
        cast("EventsScreen", self.screen).complete()

    def action_leave(self) -> None:
        """Go to the list."""
        cast("EventsScreen", self.screen).query_one(Rows).focus()


class Prompt(Canvas):
    """The sign before the filter."""

    def build(self, cells: int, rows: int) -> tuple[Line, ...]:
        """One row."""
        return (fit((Span(f" {_('filter')} {_MARK}", "muted"),), cells),)[:rows]


class Hint(Canvas):
    """What is wrong with the filter, or how it could go on."""

    def build(self, cells: int, rows: int) -> tuple[Line, ...]:
        """One row."""
        screen = cast("EventsScreen", self.screen)
        situation = screen.situation
        if situation is None:
            return ()
        return (hint_line(screen.text, screen.error, situation.rules, cells, screen.before),)[:rows]


class EventsScreen(DigScreen):
    """The list and its filter."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", show=False),
        Binding("full_stop", "error(1)", show=False),
        Binding("comma", "error(-1)", show=False),
        Binding("f,home", "follow", show=False),
        Binding("up,down", "list", show=False),
        Binding("space", "pause", show=False),
    ]

    def __init__(self, text: str = "", *, typing: bool = False, around: datetime | None = None) -> None:
        """`around`: open at that moment, frozen, with what came right before and after it."""
        super().__init__()
        self._around = around
        self.text = text
        self.error: FilterError | None = None
        self._typing = typing
        self._paused = False
        self._wanted: Filter = ()
        self._found: Found | None = None
        self._offers: tuple[str, ...] = ()

    @property
    def before(self) -> int:
        """Cells before the filter's first character."""
        return width(f" {_('filter')} {_MARK}")

    def body(self) -> Iterable[Widget]:
        """Filter, hint, list."""
        yield Prompt(id="prompt")
        field = FilterField(self.text, "")
        field.id = "filter"
        yield field
        yield Hint(id="hint")
        yield Rows("list")

    def boxes(self, width: int, rows: int) -> dict[str, Box]:
        """Filter and hint above the list."""
        return {
            "prompt": Box(0, TOP, self.before, 1),
            "filter": Box(self.before, TOP, max(1, width - self.before - 1), 1),
            "hint": Box(0, TOP + 1, width, 1),
            "list": Box(0, TOP + 2, width, max(0, rows - 2)),
        }

    def on_mount(self) -> None:
        """Apply the filter that it was opened with."""
        super().on_mount()
        (self.query_one(FilterField) if self._typing else self.query_one(Rows)).focus()
        self._apply(self.text)

    # --- what is shown ------------------------------------------------------------------------------------------------

    @property
    def frozen(self) -> bool:
        """Whether new events wait: somebody reads older ones."""
        return self._paused or self._around is not None or self.query_one(Rows).chosen > 0

    def draw(self) -> None:
        """Show the rows."""
        situation, found = self.situation, self._found
        self.query_one(Hint).redraw()
        if situation is None:
            return
        events = found.events if found else ()

        def title(cells: int) -> tuple[Line, ...]:
            return (self._title(cells),)

        def row(index: int, cells: int) -> Line:
            return feed_line(situation, events[index].row, cells)

        def nothing(_index: int, cells: int) -> Line:
            said = _("no event matches") if self._wanted or self._around else _("no events yet")
            return fit((gap(1), Span(said if found else _("reading…"), "muted")), cells)

        self.query_one(Rows).show(title, len(events) or 1, row if events else nothing)

    def _title(self, cells: int) -> Line:
        found = self._found
        count = f"{number(len(found.events))}{'' if found.complete else '+'}" if found else ""
        end: Line = (Span(count, "muted"), gap(1))
        if self.frozen and found is not None:
            end = (Span(f"{_('frozen')} {clock(found.until)} · ", "strong"), *end)
        return rule((Span(_("Events")),), end, cells)

    # --- questions ----------------------------------------------------------------------------------------------------

    def ask_again(self) -> None:
        """Ask for what is new, unless somebody reads older rows."""
        if not self.frozen and self.error is None:
            self._ask(self._found)

    def _ask(self, before: Found | None) -> None:
        from tui.metrics.search import search_on

        situation = self.situation
        if situation is None:
            return
        rules, wanted, until = situation.rules, self._wanted, situation.board.now
        until = until if self._around is None else min(until, self._around + _BESIDE)
        self.ask("events", lambda engine: (wanted, search_on(rules, engine.store, wanted, before, until, LIMIT)))

    def answered(self, slot: str, value: object, *, last: bool) -> None:
        """Take the rows, if they are still asked for."""
        if isinstance(value, tuple) and value[0] == self._wanted and not (self.frozen and self._found is not None):
            self._found = found = cast("Found", value[1])
            self.draw()
            if self._around is not None:
                before = sum(one.row.at > self._around for one in found.events)
                self.query_one(Rows).choose(before + _BELOW)
                self.query_one(Rows).choose(before)

    def _apply(self, text: str) -> None:
        """Use a filter, or say what is wrong with it."""
        self.text = text
        situation = self.situation
        if situation is None:
            return
        try:
            wanted = parse_filter(text, situation.rules)
        except FilterError as error:
            self.error = error
            self.query_one(Hint).redraw()
            return
        changed = wanted != self._wanted or self._found is None
        self.error, self._wanted = None, wanted
        if changed:
            self._found = None
            self.query_one(Rows).choose(0)
            self._ask(None)
        self.draw()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter while somebody types."""
        event.stop()
        if event.value not in self._offers:
            self._offers = ()
        if event.value != self.text:
            self._apply(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go to the rows."""
        event.stop()
        self.query_one(Rows).focus()

    def complete(self) -> None:
        """Put the next completion into the filter."""
        situation, field = self.situation, self.query_one(FilterField)
        if situation is None:
            return
        if field.value in self._offers:
            following = self._offers[(self._offers.index(field.value) + 1) % len(self._offers)]
        else:
            self._offers = completions(field.value, situation.rules)
            if not self._offers:
                return
            following = self._offers[0]
        if len(self._offers) == 1:
            self._offers = ()
        field.value = following
        field.cursor_position = len(following)

    # --- keys ---------------------------------------------------------------------------------------------------------

    def keys(self) -> tuple[tuple[str, str], ...]:
        """Return the keys that work now."""
        if isinstance(self.focused, Input):
            return (("Tab", _("complete")), ("enter esc", _("list")))
        found = (("/", _("filter")), ("enter", _("trace")), (", .", _("errors")))
        going = (("f", _("follow")),) if self.frozen else ()
        return (*found, *going, (_("space"), _("go on") if self._paused else _("pause")))

    def action_filter(self) -> None:
        """Go to the filter."""
        self.query_one(FilterField).focus()

    def action_list(self) -> None:
        """Go to the list."""
        self.query_one(Rows).focus()

    def action_follow(self) -> None:
        """Back to the newest event, and on with it."""
        self._paused, self._around = False, None
        self.query_one(Rows).choose(0)
        self.query_one(Rows).focus()
        self.follow()

    def action_pause(self) -> None:
        """Let new events wait, or no longer."""
        self._paused = not self._paused
        self.follow()

    def action_error(self, step: int) -> None:
        """Go to the next older error (1), or the next newer one (-1)."""
        rows, events = self.query_one(Rows), self._found.events if self._found else ()
        places = range(rows.chosen + step, len(events) if step > 0 else -1, step)
        place = next((index for index in places if events[index].error), None)
        if place is None:
            self.say(_("no older error in the list") if step > 0 else _("no newer error in the list"))
        else:
            rows.choose(place)
            rows.focus()

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Say that the list is frozen, or goes on."""
        message.stop()
        message.rows.redraw()
        self.show_keys()

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Open the trace of a row."""
        message.stop()
        if self._found is not None and message.index < len(self._found.events):
            self.open_trace(self._found.events[message.index].row.request_id)
