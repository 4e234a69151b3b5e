"""A proposal tried over the events of a run, and one setting over many values; nothing is changed by it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.metrics.whatif import Trial, WhatIf, compared, of_rule, outcome
from tui.runbook.edit import edited
from tui.runbook.problems import RunbookError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tui.metrics.store import EventStore
    from tui.metrics.whatif import Span
    from tui.runbook.edit import Change, Edit, Scalar
    from tui.runbook.load import LoadedRunbook
    from tui.runbook.model import LogRules


@dataclass(frozen=True, slots=True)
class Sweep:
    """One setting tried out: which it is, what it is today, and every value with what came of it."""

    rule: str
    key: str
    today: Scalar | None
    trials: tuple[Trial, ...]

    @property
    def own(self) -> Sweep:
        """The same, as far as the rule goes whose setting it is."""
        return replace(self, trials=tuple(Trial(one.value, of_rule(one.found, self.rule)) for one in self.trials))


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed, and what it would have meant."""

    edits: tuple[Edit, ...]
    rules: LogRules
    found: WhatIf
    sweep: Sweep | None = None


def tried(
    loaded: LoadedRunbook,
    store: EventStore,
    changes: Sequence[Change],
    sweep: Sequence[Change],
    span: Span,
    *,
    asked: bool = True,
) -> Iterator[Proposal]:
    """Compare a proposal with today's rules, then go on with one value of the sweep after the other on top of it.

    Each item says all that the one before did; the last one is whole. Raises RunbookError for what is no runbook;
    values of a sweep that nobody asked for are left out then.
    """
    today = outcome(loaded.runbook, store, span)
    rules, edits = edited(loaded, changes)
    proposal = Proposal(edits, rules, compared(today, outcome(rules, store, span), span))
    yield proposal
    trials: list[Trial] = []
    for change in sweep:
        try:
            swept, swept_edits = edited(loaded, [*changes, change])
        except RunbookError:
            if asked:
                raise
            continue
        trials.append(Trial(change.value, compared(today, outcome(swept, store, span), span)))
        was = next((edit.was for edit in edits if edit.change.name == change.name), swept_edits[-1].was)
        yield replace(proposal, sweep=Sweep(change.rule, change.key, was, tuple(trials)))
