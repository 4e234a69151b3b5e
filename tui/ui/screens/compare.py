"""Compare: every metric in two periods that are typed, or before and after a deploy."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tui.locale import _
from tui.metrics.deployed import AROUND, around
from tui.present import compare_view as view
from tui.present.plan import Box
from tui.session.periods import PeriodError, read_periods, write_periods
from tui.ui.screens.typed import TypedScreen
from tui.ui.widgets.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from tui.incident.team import Deploy
    from tui.metrics.compare import Comparison, Pair, Period
    from tui.present.spans import Line
    from tui.runbook.model import LogRules
    from tui.ui.questions import Diggable

_MOST_DEPLOYS = 6


class CompareScreen(TypedScreen):
    """Opens with the newest deploy; without any, with the last half hour and the one before."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("C", "type", show=False),
        Binding("up,down", "list", show=False),
    ]

    def __init__(self) -> None:
        super().__init__("")
        self.error: PeriodError | None = None
        self._both: Pair[Period] | None = None
        self._found: Comparison | None = None
        self._asked: tuple[Pair[Period], bool] | None = None

    @property
    def word(self) -> str:
        """The word before the field."""
        return _("compare")

    def answers(self) -> Iterable[Widget]:
        """The table, and the deploys that can be picked."""
        yield Rows("table")
        yield Rows("deploys")

    def answer_boxes(self, width: int, top: int, rows: int) -> dict[str, Box]:
        """The deploys take what they need at the foot."""
        deploys = min(1 + max(1, len(self.deploys)), 1 + _MOST_DEPLOYS, rows // 3)
        return {
            "table": Box(0, top, width, rows - deploys),
            "deploys": Box(0, top + rows - deploys, width, deploys),
        }

    def on_resize(self) -> None:
        """What stands beside the figures, or below, follows the width."""
        self.call_after_refresh(self.draw)

    # --- what is typed ------------------------------------------------------------------------------------------------

    @property
    def deploys(self) -> tuple[tuple[Deploy, Pair[Period]], ...]:
        """Those with data on both sides, and these sides; the newest first."""
        situation = self.situation
        picture = situation.incident if situation else None
        if situation is None or picture is None or situation.board.span is None:
            return ()
        span = (situation.board.span[0], situation.board.now)
        sides = [(deploy, around(deploy.at, span)) for deploy in reversed(picture.team.deploys)]
        return tuple((deploy, both) for deploy, both in sides if both is not None)

    def _opening(self) -> str:
        situation = self.situation
        if situation is None or situation.board.span is None:
            return ""
        now = situation.board.now
        latest = around(now - AROUND, (situation.board.span[0], now))
        both = self.deploys[0][1] if self.deploys else latest
        return write_periods(both, now=now, zone=situation.zone) if both else ""

    def hint(self, cells: int) -> Line:
        """What is wrong, or what was understood."""
        return view.hint_line(self._both, self.error, len(self.deploys), cells, self.before)

    def offers(self) -> tuple[str, ...]:
        """Before and after each deploy."""
        situation = self.situation
        if situation is None:
            return ()
        now, zone = situation.board.now, situation.zone
        return tuple(write_periods(both, now=now, zone=zone) for _deploy, both in self.deploys)

    def apply(self) -> None:
        """Have the periods compared, or say what is wrong with them."""
        situation = self.situation
        if situation is None:
            return
        self.error = None
        try:
            both = read_periods(self.text, now=situation.board.now, zone=situation.zone)
        except PeriodError as error:
            self.error = error if self.text.strip() else None
        else:
            self._both = both
            self.ask_again()
        self.draw()

    # --- questions ----------------------------------------------------------------------------------------------------

    def ask_again(self) -> None:
        """Ask for other periods, and once more when history is complete; begin as soon as there is data."""
        if self._both is None and not self.text and (opening := self._opening()):
            self.put(opening)
        situation, both = self.situation, self._both
        if situation is None or both is None or self._asked == (both, situation.board.final):
            return
        self._asked = (both, situation.board.final)
        self.ask("compare", partial(_compare, situation.rules, both))

    def answered(self, slot: str, value: object, *, last: bool) -> None:
        """Take the comparison, if it is still asked for."""
        from tui.metrics.compare import Comparison

        if isinstance(value, Comparison) and value.periods == self._both:
            self._found = value
            self.draw()

    # --- what is shown ------------------------------------------------------------------------------------------------

    def draw(self) -> None:
        """Show the table and the deploys."""
        super().draw()
        situation, found = self.situation, self._found
        if situation is None:
            return
        wide = self.size.width >= view.WIDE_FROM

        deploy = next((deploy for deploy, both in self.deploys if found and both == found.periods), None)

        @lru_cache(maxsize=2)
        def lines(cells: int) -> tuple[Line, ...]:
            if found is None:
                return (view.nothing_yet(cells, wrong=self.error is not None),)
            return view.table_rows(situation, found, cells, wide=wide)

        def title(cells: int) -> tuple[Line, ...]:
            return view.table_title(situation, found, deploy, cells)

        def row(index: int, cells: int) -> Line:
            return lines(cells)[index]

        self.query_one("#table", Rows).show(title, len(lines(self.size.width)), row)
        self._draw_deploys()

    def _draw_deploys(self) -> None:
        situation, deploys = self.situation, self.deploys
        if situation is None:
            return

        def title(cells: int) -> tuple[Line, ...]:
            return view.deploys_title(len(deploys), cells)

        def row(index: int, cells: int) -> Line:
            if not deploys:
                return view.no_deploy(cells)
            deploy, both = deploys[index]
            return view.deploy_line(deploy, situation.board.now, cells, shown=both == self._both)

        self.query_one("#deploys", Rows).show(title, len(deploys) or 1, row)

    # --- keys ---------------------------------------------------------------------------------------------------------

    def keys(self) -> tuple[tuple[str, str], ...]:
        """Return the keys that work now."""
        if self.typing:
            return (("Tab", _("deploy")), ("enter", _("list")))
        at_deploys = self.query_one("#deploys", Rows).has_focus and bool(self.deploys)
        picks = (("enter", _("before and after a deploy")),) if at_deploys else ()
        return (("C", _("other periods")), ("Tab", _("next list")), *picks)

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Compare what was before and after the chosen deploy."""
        message.stop()
        texts = self.offers()
        if message.rows.id == "deploys" and message.index < len(texts):
            self.put(texts[message.index])


def _compare(rules: LogRules, both: Pair[Period], engine: Diggable) -> Comparison:
    """Compare the periods (worker thread)."""
    from tui.metrics.compare import compare

    return compare(rules, engine.store, both.a, both.b)
