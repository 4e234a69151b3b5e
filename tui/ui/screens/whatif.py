"""What if: other rules over the events of this run, while they are typed. The runbook itself is never touched."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

from textual.binding import Binding, BindingType

from tui.locale import _
from tui.metrics.minutes import floor_minute
from tui.present import whatif_view as view
from tui.present.plan import Box
from tui.present.spans import Line, fit, foreign, gap
from tui.runbook.problems import Problem, RunbookError
from tui.runbook.proposal import ProposalError, Setting, Typed, around, completions, read_proposal, settings_of, written
from tui.ui.questions import diggable
from tui.ui.screens.detail import DetailScreen
from tui.ui.screens.typed import TypedScreen
from tui.ui.widgets.board import Lane
from tui.ui.widgets.canvas import Canvas
from tui.ui.widgets.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from textual.widget import Widget

    from tui.metrics.whatif import Trouble
    from tui.runbook.edit import Change
    from tui.runbook.load import LoadedRunbook
    from tui.runbook.model import LogRules
    from tui.session.tries import Proposal, Sweep
    from tui.ui.app import GuardiaApp
    from tui.ui.questions import Diggable

_SIDE_BY_SIDE_FROM = 140
_LEAST_FOUND, _MOST_CHANGE = 6, 6
_PROPOSED_KEY = "for"
"""What is proposed to be changed when it is opened from a metric: how long a rule waits is what teams argue about."""


@runtime_checkable
class _WithRunbook(Protocol):
    """An engine that knows the runbook as it was read."""

    @property
    def loaded(self) -> LoadedRunbook:
        """Rules, words and the files they came from."""
        ...


class ChangeToMake(Canvas):
    """The lines to write into the runbook."""

    def __init__(self, screen: WhatIfScreen) -> None:
        super().__init__(id="change")
        self._whatif = screen

    def build(self, cells: int, rows: int) -> tuple[Line, ...]:
        """Title and lines."""
        return view.change_rows(self._whatif.proposal, cells)[:rows]


class WhatIfScreen(TypedScreen):
    """Today's rules against a proposal; a sweep over one setting; the change to make."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("W", "type", show=False),
        Binding("y", "copy", show=False),
        Binding("up,down", "list", show=False),
    ]

    def __init__(self, loaded: LoadedRunbook | None, metric: str | None = None) -> None:
        self.settings: tuple[Setting, ...] = settings_of(loaded) if loaded else ()
        super().__init__(_opening(loaded.runbook, self.settings, metric) if loaded else "")
        self.proposal: Proposal | None = None
        self.error: ProposalError | None = None
        self._problem: Problem | None = None
        self._typed = Typed()
        self._troubles: tuple[Trouble, ...] = ()
        self._swept: Sweep | None = None
        """The sweep, as far as its own rule goes."""
        self._asked: tuple[Typed, datetime, bool] | None = None

    @property
    def word(self) -> str:
        """The word before the field."""
        return _("what if")

    def answers(self) -> Iterable[Widget]:
        """Troubles, sweep, the change to make."""
        yield Rows("found", head=3)
        yield Rows("sweep", head=2)
        yield ChangeToMake(self)

    def answer_boxes(self, width: int, top: int, rows: int) -> dict[str, Box]:
        """Side by side where there is room; else the sweep takes what it needs under the troubles."""
        change = min(_MOST_CHANGE, rows // 4, 1 + len(view.change_rows(self.proposal, width)))
        sweep = 2 + max(1, self._trials)
        if width >= _SIDE_BY_SIDE_FROM:
            half = width * 54 // 100
            sweep = min(sweep + 1, rows - change)
            beside = width - half - 1
            return {
                "found": Box(0, top, half, rows),
                "sweep": Box(half + 1, top, beside, sweep),
                "change": Box(half + 1, top + sweep, beside, rows - sweep),
            }
        sweep = max(0, min(sweep, rows - change - max(_LEAST_FOUND, (rows - change) // 2)))
        found = rows - change - sweep
        return {
            "found": Box(0, top, width, found),
            "sweep": Box(0, top + found, width, sweep),
            "change": Box(0, top + found + sweep, width, change),
        }

    @property
    def _trials(self) -> int:
        return len(self._swept.trials) if self._swept else 0

    # --- what is typed ------------------------------------------------------------------------------------------------

    def hint(self, cells: int) -> Line:
        """What is wrong, or how it could go on."""
        if self.error is None and self._problem is not None:
            at, said = self._place_of(self._problem)
            return view.pointed(self.before + at, said, cells)
        return view.hint_line(self.text, self.error, self.settings, cells, self.before)

    def _place_of(self, problem: Problem) -> tuple[int, str]:
        """Where the piece stands that the runbook refuses, and why."""
        key = problem.key.rpartition(".")[2]
        named = [change for change in self._typed.changes if change.key.rpartition(".")[2] == key]
        piece = named[0].name if named else self.text.rpartition(" ")[2]
        return max(0, self.text.find(piece)), foreign(f"{key}: {problem.reason}" if key else problem.reason)

    def offers(self) -> tuple[str, ...]:
        """What the last piece could become."""
        return completions(self.text, self.settings)

    def apply(self) -> None:
        """Have the proposal tried, or say what is wrong with it."""
        try:
            typed = read_proposal(self.text, self.settings)
        except ProposalError as error:
            self.error = error
        else:
            changed = typed != self._typed
            self.error, self._typed = None, typed
            if changed:
                self._problem = None
                self.query_one("#found", Rows).choose(0)
            self.ask_again()
        self.draw()

    # --- questions ----------------------------------------------------------------------------------------------------

    def ask_again(self) -> None:
        """Have it tried when something else is proposed, and once a minute."""
        situation = self.situation
        if situation is None:
            return
        wanted = (self._typed, floor_minute(situation.board.now), situation.board.final)
        if wanted != self._asked and self.error is None:
            self._asked = wanted
            self.ask("whatif", partial(_try, self._typed, self._sweep(), wanted[1]))

    def _sweep(self) -> tuple[Change, ...]:
        """The values that were asked for, else some around the last change."""
        typed = self._typed
        if typed.sweep or not typed.changes:
            return typed.sweep
        last = typed.changes[-1]
        today = next((one.today for one in self.settings if one.name == last.name), None)
        return around(last, today)

    def answered(self, slot: str, value: object, *, last: bool) -> None:
        """Take what came of it, if it is still asked for."""
        if not isinstance(value, tuple) or value[0] != self._typed:
            return
        before = self._trials
        if isinstance(value[1], Problem):
            self._problem = value[1]
        else:
            self._take(value[1])
        if self._trials != before:
            self.query_one(ChangeToMake).refresh(layout=True)
        self.draw()

    def _take(self, proposal: Proposal) -> None:
        from tui.metrics.whatif import troubles

        self._problem, self.proposal = None, proposal
        self._troubles = view.ordered(troubles(proposal.found))
        self._swept = proposal.sweep.own if proposal.sweep else None

    # --- what is shown ------------------------------------------------------------------------------------------------

    def draw(self) -> None:
        """Show what came of it."""
        super().draw()
        situation, proposal, troubles = self.situation, self.proposal, self._troubles
        if situation is None:
            return

        def title(cells: int) -> tuple[Line, ...]:
            return view.found_title(situation, proposal, cells)

        def row(index: int, cells: int) -> Line:
            if proposal is None or not troubles:
                return view.nothing_found(reading=proposal is None, cells=cells)
            return view.trouble_line(situation, troubles[index], proposal.found.span.as_of, cells)

        self.query_one("#found", Rows).show(title, len(troubles) or 1, row)
        self._draw_sweep()
        self.query_one(ChangeToMake).redraw()

    def _draw_sweep(self) -> None:
        situation, sweep = self.situation, self._swept
        if situation is None:
            return

        def title(cells: int) -> tuple[Line, ...]:
            return view.sweep_title(situation, sweep, cells)

        def row(index: int, cells: int) -> Line:
            if sweep is None:
                return fit((gap(1),), cells)
            return view.trial_line(sweep, index, self._proposed_value, cells)

        self.query_one("#sweep", Rows).show(title, self._trials or 1, row)

    @property
    def _proposed_value(self) -> object:
        sweep = self._swept
        changes = {edit.change.name: edit.change.value for edit in self.proposal.edits} if self.proposal else {}
        return changes.get(f"{sweep.rule}.{sweep.key}") if sweep else None

    # --- keys ---------------------------------------------------------------------------------------------------------

    def keys(self) -> tuple[tuple[str, str], ...]:
        """Return the keys that work now."""
        if self.typing:
            return (("Tab", _("complete")), ("enter", _("list")))
        at_values = self.query_one("#sweep", Rows).has_focus and self._swept is not None
        takes = (("enter", _("take the value")),) if at_values else ()
        return (("W", _("change it")), ("Tab", _("next list")), *takes, ("y", _("copy")))

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Propose the chosen value of the sweep."""
        message.stop()
        sweep = self._swept
        if message.rows.id == "sweep" and sweep is not None and message.index < len(sweep.trials):
            name = f"{sweep.rule}.{sweep.key}"
            kept = [piece for piece in self.text.split() if piece.partition("=")[0] != name]
            self.put(" ".join([*kept, f"{name}={written(sweep.trials[message.index].value)}"]))

    def action_copy(self) -> None:
        """Copy the lines to write into the runbook."""
        if self.proposal is None or not view.proposed(self.proposal) or self.error or self._problem:
            self.say(_("nothing is proposed yet"))
            return
        self.app.copy_to_clipboard(view.copied_text(self.proposal))
        self.say(_("copied; nothing was changed: the team edits the runbook"))


def _opening(rules: LogRules, settings: Iterable[Setting], metric: str | None) -> str:
    """What to begin with: the rule of a metric's lane as it is today."""
    rule = next((one.panel.rule for one in rules.metrics if one.id == metric), None)
    name = f"{rule}.{_PROPOSED_KEY}"
    return next((f"{name}={written(one.today)}" for one in settings if one.name == name), "")


def _try(
    typed: Typed, sweep: tuple[Change, ...], as_of: datetime, engine: Diggable
) -> Iterator[tuple[Typed, Proposal | Problem]]:
    """Try a proposal, then one value of the sweep after the other (worker thread)."""
    from tui.metrics.whatif import Span
    from tui.session.tries import tried

    if not isinstance(engine, _WithRunbook):
        return
    try:
        asked = bool(typed.sweep)
        for found in tried(engine.loaded, engine.store, typed.changes, sweep, Span(None, as_of), asked=asked):
            yield typed, found
    except RunbookError as error:
        yield typed, error.problems[0]


def open_whatif(app: GuardiaApp) -> None:
    """Open the screen with the metric that is looked at, else with the one that is suggested."""
    screen, situation = app.screen, app.situation
    metric = situation.board.suggestion.metric if situation and situation.board.suggestion else None
    if isinstance(screen, DetailScreen) and screen.panel is not None:
        metric = screen.panel.metric
    elif isinstance(screen.focused, Lane) and situation is not None and situation.panels:
        metric = situation.panels[screen.focused.index].metric
    engine = diggable(app.engine)
    app.push_screen(WhatIfScreen(engine.loaded if isinstance(engine, _WithRunbook) else None, metric))
