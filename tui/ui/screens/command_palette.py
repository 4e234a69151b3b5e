"""The command palette (`:`): type a few letters of an action's name, in either language, and press enter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.locale import _
from tui.present.actions import act_line, known_acts, matching
from tui.present.spans import Line, Span
from tui.ui.screens.finder import Finder
from tui.ui.widgets.rows import Rows

if TYPE_CHECKING:
    from textual.dom import DOMNode

    from tui.present.actions import Act
    from tui.ui.app import GuardiaApp


class PaletteScreen(Finder["Act", "Act"]):
    """Gives back the action that was chosen."""

    highest = 22

    def __init__(self, acts: tuple[Act, ...]) -> None:
        super().__init__(_("name of an action"), acts)
        self._acts = acts

    def head(self) -> tuple[str, Span]:
        """Say how many match."""
        return _("Commands"), Span(f"{len(self.offers)}", "muted")

    def nothing(self) -> str:
        """No match."""
        return _("no action of that name")

    def row(self, offer: Act, cells: int) -> Line:
        """Its names and keys."""
        return act_line(offer, cells)

    def found(self, offer: Act) -> Act:
        """Itself."""
        return offer

    def typing(self, text: str) -> None:
        """Show what still matches."""
        self.offers = matching(self._acts, text)
        self.query_one(Rows).chosen = 0

    def typed(self, text: str) -> Act | None:
        """The chosen one of those that match."""
        return self.offers[self.query_one(Rows).chosen] if self.offers else None


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
