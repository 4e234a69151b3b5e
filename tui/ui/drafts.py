"""What stands in a form and is not on the disk yet: what was sent, what came of it, what was typed meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.incident.actions import SetField
from tui.locale import _
from tui.present import closure
from tui.session.act import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from tui.present.situation import Situation
    from tui.session.command_post import Answered
    from tui.ui.widgets.form import FormRow

    Send = Callable[[SetField], int]
    """Has a field recorded; returns the number that the answer will bear."""


class Drafts:
    """The drafts of one form."""

    def __init__(self, rows: Mapping[str, FormRow]) -> None:
        self._rows = rows
        self._sent: dict[int, tuple[str, str]] = {}
        """Number of the answer that is waited for → the field and what was sent."""
        self.saved: datetime | None = None
        """When the last one was."""

    @property
    def under_way(self) -> frozenset[str]:
        """Fields of which an answer is waited for."""
        return frozenset(name for name, _text in self._sent.values())

    def save(self, send: Send, *, half_typed: bool = True) -> None:
        """Save every field in which something new stands. `half_typed`: also the one that has the focus."""
        under_way = self.under_way
        for name, row in self._rows.items():
            if row.dirty and name not in under_way and (half_typed or not row.input.has_focus):
                text = row.text
                self._sent[send(SetField(name=name, value=text))] = (name, text)

    def take(self, answered: Answered, situation: Situation) -> bool | None:
        """Say beside the field what became of it; whether it was kept, None where the answer is none to a draft."""
        sent, outcome = self._sent.pop(answered.ask.number, None), answered.outcome
        if sent is None or not isinstance(outcome, Outcome):
            return None
        name, text = sent
        row = self._rows[name]
        if outcome.refusal is not None:
            row.refuse(" · ".join(closure.wrong(reason, situation) for reason in outcome.refusal.reasons), text)
        elif outcome.not_saved is not None:
            row.refuse(f"{_('NOT SAVED')} ({outcome.not_saved.error})", text)
        else:
            row.keep(closure.typed(outcome.state, name), text)
            self.saved = outcome.records[-1].recorded if outcome.records else self.saved
        return outcome.ok
