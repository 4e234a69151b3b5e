"""Reminders: the one line that says what is still missing, rarely enough to be read (runbook `nudging`). Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tui.incident.slo import ClockKind, Level
from tui.incident.state import Status, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from tui.incident.slo import Clock
    from tui.incident.state import IncidentState
    from tui.runbook.procedures import Nudging

ACK_DUE, UPDATE_DUE = "ack-due", "update-due"
"""The two reminders that follow from clocks; the others are the runbook's: its own, and steps that call somebody."""


@dataclass(frozen=True, slots=True)
class NudgeBook:
    """Which reminder is shown, since when, and which are put off until when."""

    shown: str | None = None
    since: datetime | None = None
    """When the newest reminder appeared, also once it is gone."""
    put_off: Mapping[str, datetime] = field(default_factory=frozen)


def wanted(
    state: IncidentState, clocks: Sequence[Clock], nudging: Nudging, now: datetime, calls: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return the reminders that have a reason now, the most urgent first; none once it is resolved.

    `calls`: ids of the runbook's steps that call somebody now; each is a reminder of its own.
    """
    declared = state.declared
    if declared is None or state.status not in {Status.DECLARED, Status.ACKNOWLEDGED, Status.MITIGATED}:
        return ()
    quiet = now - declared.at < nudging.quiet_first
    due = tuple(_due(state, clocks, nudging, now, calls))
    return tuple(name for name in due if name == ACK_DUE or not quiet)


def _due(
    state: IncidentState, clocks: Sequence[Clock], nudging: Nudging, now: datetime, calls: Sequence[str]
) -> Iterator[str]:
    running = {clock.kind: clock.level(now) for clock in clocks if clock.finished is None}
    if running.get(ClockKind.ACK, Level.CALM) is not Level.CALM:
        yield ACK_DUE
    yield from calls
    if running.get(ClockKind.UPDATE) is Level.OVER:
        yield UPDATE_DUE
    lacking = {"owner": not _owned(state), "severity": state.severity is None}
    for reminder in nudging.reminders:
        if state.declared and lacking[reminder.missing] and now - state.declared.at >= reminder.after:
            yield reminder.id


def _owned(state: IncidentState) -> bool:
    """Whether somebody was named or took it: that the declarer stands in for an owner is no ownership."""
    named = state.declaration is not None and state.declaration.owner is not None
    return named or "owner" in state.roles or bool(state.acknowledgements)


def turned(book: NudgeBook, reasons: Sequence[str], nudging: Nudging, now: datetime) -> NudgeBook:
    """Return the book at `now`: what is shown stays while it has a reason, a new one waits until `spacing` is over."""
    if book.since is not None and now < book.since:  # the cursor of a review went back
        book = NudgeBook()
    ready = [name for name in reasons if name not in book.put_off or book.put_off[name] <= now]
    if book.shown in ready:
        return book
    rested = book.since is None or now - book.since >= nudging.spacing
    if ready and rested:
        return replace(book, shown=ready[0], since=now)
    return replace(book, shown=None)


def snoozed(book: NudgeBook, nudging: Nudging, now: datetime) -> NudgeBook:
    """Put off what is shown."""
    if book.shown is None:
        return book
    return replace(book, shown=None, put_off=frozen({**book.put_off, book.shown: now + nudging.snooze}))
