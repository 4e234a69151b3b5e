"""The command palette (`:`): type a few letters of an action's name, in either language, and press enter."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from tui.locale import _
from tui.present.actions import act_line, known_acts, matching
from tui.present.plan import Box, LaneStyle, Plan, Size
from tui.present.spans import Line, Span, fit, gap, rule
from tui.ui.board_layout import BoardLayout
from tui.ui.widgets.rows import Rows
from tui.ui.widgets.search_field import SearchField

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.dom import DOMNode
    from textual.widgets import Input

    from tui.present.actions import Act
    from tui.ui.app import GuardiaApp

_WIDEST, _HIGHEST = 84, 22


class PaletteScreen(ModalScreen["Act | None"]):
    """Gives back the action that was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def __init__(self, acts: tuple[Act, ...]) -> None:
        super().__init__()
        self._acts = self._shown = acts
        self._layout = BoardLayout(self._plan)

    @property
    def layout(self) -> BoardLayout:
        """A box in the upper middle."""
        return self._layout

    def _plan(self, width: int, height: int) -> Plan:
        wide, high = min(width, _WIDEST), min(height, _HIGHEST)
        left, top = (width - wide) // 2, (height - high) // 3
        boxes = {"typed": Box(left + 1, top, max(1, wide - 2), 1), "acts": Box(left, top + 1, wide, max(0, high - 1))}
        return Plan(Size.MEDIUM, LaneStyle.ONE_LINE, boxes)

    def compose(self) -> ComposeResult:
        """Field and list."""
        field = SearchField("", _("name of an action"))
        field.id = "typed"
        yield field
        yield Rows("acts")

    def on_mount(self) -> None:
        """Show everything until something is typed."""
        self.query_one(SearchField).focus()
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        shown, rows = self._shown, self.query_one(Rows)

        def title(cells: int) -> tuple[Line, ...]:
            end: Line = (Span(f"{len(shown)}", "muted"), gap(1))
            return (rule((Span(_("Commands")),), end, cells),)

        def row(index: int, cells: int) -> Line:
            line = act_line(shown[index], cells)
            return (Span("▸", "focus"), *line[1:]) if index == rows.chosen else line

        def nothing(_index: int, cells: int) -> Line:
            return fit((gap(1), Span(_("no action of that name"), "muted")), cells)

        rows.show(title, len(shown) or 1, row if shown else nothing)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show what still matches."""
        event.stop()
        self._shown = matching(self._acts, event.value)
        self.query_one(Rows).chosen = 0
        self._show()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the chosen action."""
        event.stop()
        self._take(self.query_one(Rows).chosen)

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Take a row that was clicked."""
        message.stop()
        self._take(message.index)

    def action_leave(self) -> None:
        """Leave without an answer."""
        self._leave(None)

    def _leave(self, answer: Act | None) -> None:
        """Leave once: a second key may have come before the screen was gone."""
        if self.is_active:
            self.dismiss(answer)

    def _take(self, index: int) -> None:
        if index < len(self._shown):
            self._leave(self._shown[index])


def open_palette(app: GuardiaApp) -> None:
    """Offer what can be done on the screen that is shown, and do what was chosen there."""
    active = list(app.screen.active_bindings.values())
    nodes: dict[str, DOMNode] = {}
    for bound in reversed(active):
        if bound.enabled:
            nodes[bound.binding.action] = bound.node
    situation = app.situation
    metrics = [situation.name(panel.metric) for panel in situation.panels] if situation else []
    acts = known_acts([(bound.binding.key, bound.binding.action) for bound in active if bound.enabled], metrics)

    async def run(act: Act | None) -> None:
        if act is not None and nodes[act.action].is_attached:
            await app.run_action(act.action, nodes[act.action])

    app.push_screen(PaletteScreen(acts), run)
