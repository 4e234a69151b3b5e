"""Closing an incident: the form beside the gate and the postmortem that comes of it. Drafts are saved as they stand."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, Literal

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Input

from tui.incident.gates import EVIDENCE
from tui.locale import _
from tui.present import closure
from tui.present.plan import Box
from tui.present.spans import Line, Span, fit, foreign, gap, rule
from tui.ui.drafts import Drafts
from tui.ui.screens.dig import TOP, DigScreen, SayingFooter
from tui.ui.widgets.board import BoardCanvas
from tui.ui.widgets.fields import Lines
from tui.ui.widgets.form import ActionRow, FormRow
from tui.ui.widgets.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from textual.events import DescendantBlur
    from textual.widget import Widget

    from tui.incident.record import Recorded
    from tui.incident.state import IncidentState
    from tui.present.situation import Situation
    from tui.session.command_post import Answered
    from tui.ui.questions import Diggable

_WIDEST_FORM = 84
_GATE_FROM, _PREVIEW_FROM = 72, 96
"""Columns from which there is room beside the form for the gate, and for the postmortem below it."""
_LEAST_PREVIEW = 5


class Gate(BoardCanvas):
    """What must hold before it may be closed."""

    def draw(self, situation: Situation, cells: int, rows: int) -> tuple[Line, ...]:
        """Return the verdict and every condition."""
        return closure.gate_lines(situation, cells)[:rows]


class ClosureScreen(DigScreen):
    """The form of one incident. Leaves by itself once that is no longer the open one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", show=False, priority=True),
        Binding("ctrl+n", "next_missing", show=False, priority=True),
        Binding("ctrl+k", "close", show=False, priority=True),
        Binding("ctrl+g", "delegate", show=False, priority=True),
        Binding("tab", "app.focus_next", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", show=False, priority=True),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    def __init__(self, situation: Situation, state: IncidentState) -> None:
        super().__init__()
        self.incident = state.id
        self._rows = {one.id: FormRow(one) for one in closure.form_fields(situation)}
        self._drafts = Drafts(self._rows)
        self._then: Literal["", "leave", "close"] = ""
        """What waits until every draft is saved; nothing does once one was refused."""
        self._left = False
        self._previewed: Sequence[Recorded] | None = None
        self._gate_rows = len(closure.gate_lines(situation, _PREVIEW_FROM))

    def body(self) -> Iterable[Widget]:
        """The form in one column that scrolls where it must; the gate; the postmortem."""
        form = VerticalScroll(
            Lines(id="form-known"), *self._rows.values(), ActionRow("evidence"), ActionRow("close"), id="form"
        )
        form.can_focus = False
        yield form
        yield Gate(id="gate")
        yield Rows("preview")

    def boxes(self, width: int, rows: int) -> dict[str, Box]:
        """Return the form at the left, what comes of it at the right."""
        if width < _GATE_FROM:
            return {"form": Box(0, TOP, width, rows)}
        form = min(_WIDEST_FORM, width * 57 // 100)
        gate = min(rows, self._gate_rows + 1)
        boxes = {"form": Box(0, TOP, form, rows), "gate": Box(form, TOP, width - form, gate)}
        if width >= _PREVIEW_FROM and rows - gate >= _LEAST_PREVIEW:
            boxes["preview"] = Box(form, TOP + gate, width - form, rows - gate)
        return boxes

    def on_mount(self) -> None:
        """Begin with the first field that is missing."""
        super().on_mount()
        self.query_one("#preview", Rows).show(self._preview_title, 0, lambda _index, _cells: ())
        self.call_after_refresh(self.action_next_missing)

    def on_resize(self) -> None:
        """Fit what the journal knows anew."""
        self.call_after_refresh(self.draw)

    # --- what is shown ------------------------------------------------------------------------------------------------

    @property
    def _state(self) -> IncidentState | None:
        """The incident, while it is the open one."""
        state = self.situation.declared if self.situation else None
        return state if state is not None and state.id == self.incident else None

    def draw(self) -> None:
        """Show what the journal has by now; without the incident there is nothing to fill in."""
        situation, state = self.situation, self._state
        if situation is None or state is None:
            self.leave()
            return
        self._draw_form(situation, state)
        placed = self.boxes(self.size.width, self.size.height - TOP - 1)
        self.query_one("#preview", Rows).display = "preview" in placed  # what has no place must not get the focus
        gate = self.query_one(Gate)
        gate.show(situation)
        wanted = len(closure.gate_lines(situation, gate.size.width or _PREVIEW_FROM))
        if wanted != self._gate_rows:
            self._gate_rows = wanted
            gate.refresh(layout=True)

    def _draw_form(self, situation: Situation, state: IncidentState) -> None:
        cells = self.query_one("#form").size.width
        title = closure.form_title(state, self._drafts.saved, self._actor(situation), cells)
        self.query_one("#form-known", Lines).write((title, *closure.known_lines(situation, cells)))
        missing = closure.lacking(situation)
        for name, row in self._rows.items():
            if name not in self._drafts.under_way:
                row.keep(closure.typed(state, name))
            row.mark(missing=name in missing)
            row.name_helper(closure.helper(state, name))
        pinned = len(closure.evidence_lines(state, cells, focused=False))
        self.query_one("#evidence", ActionRow).show(
            lambda room, focused: closure.evidence_lines(state, room, focused=focused), pinned
        )
        self.query_one("#close", ActionRow).show(
            lambda room, focused: (closure.button_line(situation, room, focused=focused),)
        )

    def _actor(self, situation: Situation) -> str:
        return self.guardia.commander.actor(situation) if self.guardia.commander else ""

    def ask_again(self) -> None:
        """Have the postmortem written again once the journal has grown."""
        picture, state = (self.situation.incident if self.situation else None), self._state
        if picture is None or state is None or picture.records is self._previewed:
            return
        records = self._previewed = picture.records

        def write(engine: Diggable) -> tuple[str, ...]:
            from tui.incident.postmortem import postmortem
            from tui.present.stored import stored
            from tui.session.engine import Engine

            if not isinstance(engine, Engine):
                return ()
            return tuple(postmortem(state.id, records, *stored(state, engine.loaded)).splitlines())

        self.ask("preview", write)

    def answered(self, slot: str, value: object, *, last: bool) -> None:
        """Show the postmortem as it would read now."""
        del slot, last
        if isinstance(value, tuple):
            lines: tuple[str, ...] = value

            def line(index: int, cells: int) -> Line:
                text = foreign(lines[index])
                return fit((Span(text, "strong" if text.startswith("#") else "text"),), cells)

            self.query_one("#preview", Rows).show(self._preview_title, len(lines), line)

    def _preview_title(self, cells: int) -> tuple[Line, ...]:
        return (rule((Span(_("Postmortem"), "strong"),), (Span(f"{self.incident}.md", "muted"), gap(1)), cells),)

    # --- saving -------------------------------------------------------------------------------------------------------

    def on_descendant_blur(self, event: DescendantBlur) -> None:
        """Save what was typed where the focus has just been, once all of it is there."""
        event.widget.call_later(self._save_others)

    def action_save(self) -> None:
        """Save what stands there."""
        self._once_typed(self._save)

    def _once_typed(self, do: Callable[[], None]) -> None:
        """Do something when every letter typed before has reached its field: these keys would overtake them."""
        (self.focused or self).call_later(do)

    def _save_others(self) -> None:
        """Save every field but the one in which somebody types: half a date is none."""
        self._save(half_typed=False)

    def _save(self, *, half_typed: bool = True) -> None:
        """Save what is new, as `guardia incident set` would."""
        situation, commander = self.situation, self.guardia.commander
        if situation is not None and commander is not None and self._state is not None:
            self._drafts.save(partial(commander.save, situation=situation), half_typed=half_typed)

    def take(self, answered: Answered) -> None:
        """Take notice of what became of a draft, and save what was typed while it was under way."""
        kept = self._drafts.take(answered, self.situation) if self.situation is not None else None
        if kept is None:
            return
        self._then = self._then if kept else ""
        self._save_others()
        if self.is_current:
            self.draw()
        if not self._drafts.under_way:
            self._go_on()

    def _go_on(self) -> None:
        """Do what waited for the drafts."""
        then, self._then = self._then, ""
        if then == "leave":
            self.leave()
        elif then == "close" and self.situation is not None and self.guardia.commander and self._state is not None:
            self.guardia.commander.close(self.situation)

    # --- keys ---------------------------------------------------------------------------------------------------------

    def keys(self) -> tuple[tuple[str, str], ...]:
        """Return the keys that work now."""
        return (
            ("ctrl+n", _("next missing")),
            ("ctrl+k", _("close incident")),
            ("ctrl+g", _("delegate")),
            ("ctrl+s", _("save draft")),
            ("tab", _("next field")),
        )

    def show_keys(self) -> None:
        """Name the keys that work: `?` is a letter where one types."""
        super().show_keys()
        if isinstance(self.focused, Input):
            self.query_one(SayingFooter).show((("esc", _("board")), *self.keys()))

    def on_input_submitted(self) -> None:
        """Go on to the next field."""
        self.focus_next()

    def on_action_row_pressed(self, message: ActionRow.Pressed) -> None:
        """Close, or look for evidence."""
        if message.row.id == "close":
            self.action_close()
        elif (state := self._state) is not None and state.anchor:
            self.open_trace(state.anchor)
        else:
            self.guardia.action_trace()

    def action_next_missing(self) -> None:
        """Go to the next field that the gate waits for; where none is left, to evidence, then to closing."""
        if self.situation is None:
            return
        missing = closure.lacking(self.situation)
        order = list(self._rows)
        focused = next((index for index, name in enumerate(order) if self._rows[name].input.has_focus), -1)
        wanted = [name for name in (*order[focused + 1 :], *order[: focused + 1]) if name in missing]
        if wanted:
            self.set_focus(self._rows[wanted[0]].input)
        else:
            self.set_focus(self.query_one("#evidence" if EVIDENCE in missing else "#close", ActionRow))

    def action_delegate(self) -> None:
        """Ask who should fill the line that has the focus; luck is nobody's task."""
        line = next((row.field for row in self._rows.values() if row.input.has_focus), None)
        commander, situation = self.guardia.commander, self.situation
        if line is None or line.id == closure.LUCKY or commander is None or situation is None:
            self.say(_("go to the line that somebody else should fill"))
            return
        self.action_save()
        self._once_typed(partial(commander.delegate, line, situation))

    def action_close(self) -> None:
        """Save what stands there, then ask once whether to close."""
        self._once_typed(partial(self._after_saving, "close"))

    def action_back(self) -> None:
        """Leave once what stands there is saved; what was refused is let go on the second key."""
        self._after_saving("leave")

    def _after_saving(self, then: Literal["leave", "close"]) -> None:
        self._save()
        self._then = then
        if not self._drafts.under_way:
            self._go_on()

    def leave(self) -> None:
        """Leave, once, and never in place of a question that stands over the form."""
        if self.is_active and not self._left:
            self._left = True
            self.dismiss()
