"""Trace: every event of one requestId over all sources, and how many other lines bear it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeGuard

from textual.binding import Binding, BindingType

from tui.keymap import key_name
from tui.locale import _
from tui.logs.schema import INVALID_ID
from tui.present import trace_view
from tui.present.plan import Box
from tui.present.spans import Line, foreign
from tui.ui.screens.dig import TOP, DigScreen
from tui.ui.widgets.canvas import Canvas
from tui.ui.widgets.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from textual.widget import Widget

    from tui.metrics.tracing import TraceRow
    from tui.session.bearing import Bearing
    from tui.ui.questions import Diggable


def is_traceable(request_id: str | None) -> TypeGuard[str]:
    """Whether anything can be looked up by it."""
    return bool(request_id) and request_id != INVALID_ID


class OtherLines(Canvas):
    """The row that counts the lines that are not shown."""

    bearing: Bearing | None = None

    def build(self, cells: int, rows: int) -> tuple[Line, ...]:
        """One row."""
        return (trace_view.bearing_line(self.bearing, cells),)[:rows]


class TraceScreen(DigScreen):
    """One requestId."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", show=False),
        Binding("P", "pin", show=False),
        Binding("up,down", "events", show=False),
    ]

    def __init__(self, request_id: str) -> None:
        super().__init__()
        self.request_id = request_id
        self._rows: tuple[TraceRow, ...] | None = None
        self._command: str | None = None

    def body(self) -> Iterable[Widget]:
        """Events, then the other lines."""
        yield Rows("events")
        yield OtherLines(id="others")

    def boxes(self, width: int, rows: int) -> dict[str, Box]:
        """The list takes what it needs, so that the count stands right below."""
        listed = min(max(0, rows - 1), 1 + max(1, len(self._rows or ())))
        return {"events": Box(0, TOP, width, listed), "others": Box(0, TOP + listed, width, min(1, rows - listed))}

    def on_mount(self) -> None:
        """Ask for the events, and have the other lines counted once."""
        super().on_mount()
        self.query_one(Rows).focus()
        self.ask("bearing", self._bearing)

    def ask_again(self) -> None:
        """Ask for what bears the id by now."""
        situation = self.situation
        if situation is None:
            return
        from tui.metrics.tracing import trace_rows

        rules, wanted = situation.rules, self.request_id
        self.ask("trace", lambda engine: trace_rows(rules, engine.store.trace(wanted), engine.place_names()))

    def _bearing(self, engine: Diggable) -> Iterator[tuple[Bearing, str]]:
        """Count lines, a few at a time; the command comes with the last answer (worker thread)."""
        from tui.session.bearing import count_bearing, event_spans, raw_command

        places = tuple(engine.reader.places)
        rows = engine.store.trace(self.request_id).select("source", "offset", "length")
        for found in count_bearing(places, self.request_id, event_spans(rows.iter_rows(named=True))):
            yield found, raw_command(places, self.request_id, found) if found.finished else ""

    def answered(self, slot: str, value: object, *, last: bool) -> None:
        """Take events or counts."""
        if slot == "trace" and isinstance(value, tuple):
            grown = self._rows is None or len(value) != len(self._rows)
            self._rows = value
            if grown:
                self.query_one(OtherLines).refresh(layout=True)
            self.draw()
        elif slot == "bearing" and isinstance(value, tuple):
            others = self.query_one(OtherLines)
            others.bearing = value[0]
            others.redraw()
            self._command = value[1] if last else None

    def draw(self) -> None:
        """Show the events."""
        situation, rows = self.situation, self._rows
        if situation is None or rows is None:
            return

        def title(cells: int) -> tuple[Line, ...]:
            return (trace_view.trace_title(self.request_id, rows, cells, pinned=self._pinned),)

        def row(index: int, cells: int) -> Line:
            return trace_view.trace_line(situation, rows, index, cells)

        def nothing(_index: int, cells: int) -> Line:
            return trace_view.no_events(self.request_id, cells)

        self.query_one(Rows).show(title, len(rows) or 1, row if rows else nothing)

    # --- keys ---------------------------------------------------------------------------------------------------------

    def keys(self) -> tuple[tuple[str, str], ...]:
        """Return the keys that work now."""
        pin = (("P", _("pin")),) if self.situation is not None and self.situation.declared is not None else ()
        return (("y", _("copy command")), *pin, ("x", _("other id")))

    @property
    def _pinned(self) -> bool:
        """Whether the id is evidence of the open incident."""
        state = self.situation.declared if self.situation else None
        return state is not None and any(one.request_id == self.request_id for one in state.evidence)

    def action_events(self) -> None:
        """Go to the list."""
        self.query_one(Rows).focus()

    def action_copy(self) -> None:
        """Copy the command that opens the lines outside guardia, and show it: a clipboard may not be there."""
        if self._command is None:
            self.say(_("counting other lines…"))
        elif not self._command:
            self.say(_("no file holds a line that bears this id"))
        else:
            self.app.copy_to_clipboard(self._command)
            self.say(f"{_('copied')}: {foreign(self._command)}")

    def action_pin(self) -> None:
        """Ask whether to pin the id as evidence of the open incident, unless there is nothing new to pin."""
        situation, commander, rows = self.situation, self.guardia.commander, self._rows
        if situation is None or commander is None or situation.declared is None:
            self.say(_("nothing is open: {key} declares").format(key=key_name("d")))
        elif rows is not None and trace_view.all_pinned(self.request_id, rows, situation.declared):
            self.say(_("already pinned: there is nothing to record"))
        else:
            commander.pin(self.request_id, situation)
