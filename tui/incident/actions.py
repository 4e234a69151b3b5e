"""What people ask for: one frozen command for every action of the command line and of the keys (contracts §7).

Text that a person typed is marked, so that all of it passes the masking net before any rule sees it. `at` is when it
happened, where that is not now.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from tui.privacy import mask, visible

if TYPE_CHECKING:
    from datetime import datetime

    from tui.incident.entries import HandoffOffered, Role

TEXT_LIMIT = 8000
"""Longest text that is kept, in characters; a longer one is refused, not cut."""


def typed_line() -> Any:  # noqa: ANN401 - like dataclasses.field, it stands for a value of the field's type
    """Return a field for a name or title that a person types: one line, empty unless given."""
    return field(default="", metadata={"typed": "line"})


def typed_text() -> Any:  # noqa: ANN401 - as above
    """Return a field for longer text that a person types: line breaks are kept, empty unless given."""
    return field(default="", metadata={"typed": "text"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something a person wants to do to an incident."""

    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Declare(Command):
    """Open an incident. Without a metric the dominant one is taken; the severity is always a person's."""

    severity: str | None = None
    metric: str | None = None
    title: str = typed_line()
    started: datetime | None = None
    detected: datetime | None = None
    workaround: bool | None = None
    owner: str = typed_line()
    second: bool = False
    """Whether it is known that another incident tells of the same alert."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge(Command):
    """Take it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mitigate(Command):
    """Say that users no longer suffer, or suffer less, and by what."""

    why: str = typed_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve(Command):
    """Say that all is normal."""

    why: str = typed_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopen(Command):
    """Say that it is not over."""

    why: str = typed_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(Command):
    """Say that it was a false alarm."""

    why: str = typed_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeInto(Command):
    """Say that another open incident is the same trouble."""

    into: str
    why: str = typed_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class Close(Command):
    """Close it through the gate."""

    override: bool = False
    why: str = typed_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSeverity(Command):
    """Raise or lower the severity."""

    severity: str
    why: str = typed_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectTimes(Command):
    """Say when it really started, or was detected."""

    started: datetime | None = None
    detected: datetime | None = None
    why: str = typed_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRole(Command):
    """Name somebody for a role."""

    role: Role
    name: str = typed_line()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferHandoff(Command):
    """Offer the command to somebody, with a page; without one it is made from what the journal knows."""

    to: str = typed_line()
    page: HandoffOffered | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptHandoff(Command):
    """Take over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Command):
    """Write something down."""

    text: str = typed_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetChannel(Command):
    """Say where the team talks."""

    channel: str = typed_line()


@dataclass(frozen=True, slots=True, kw_only=True)
class SendUpdate(Command):
    """Record that a status update went out."""

    text: str = typed_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteDeploys(Command):
    """Note that deploys were frozen, or opened again."""

    frozen: bool
    why: str = typed_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotePush(Command):
    """Note that push was switched on, or off."""

    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PinEvidence(Command):
    """Pin every record that bears a requestId; the facts say where it was found."""

    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyEvidence(Command):
    """Record what a second look at the pinned records found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TickStep(Command):
    """Say that a step is done, or answer a check that only a person can."""

    step: str
    note: str = typed_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class UntickStep(Command):
    """Say that a step is not done."""

    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide(Command):
    """Take the formal rollback decision."""

    decision: Literal["GO", "NO_GO"]
    override: bool = False
    why: str = typed_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetField(Command):
    """Fill a field of the triage or closing form; an empty value clears it."""

    name: str
    value: str = typed_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegate(Command):
    """Ask somebody else to fill a field."""

    name: str
    to: str = typed_line()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRun(Command):
    """Record that a command of the runbook ran here; `exit_code` None when it was cancelled."""

    command: str
    exit_code: int | None
    duration_ms: int
    tail: str = typed_text()
    host: str = typed_line()
    folder: str = typed_line()


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo(Command):
    """Take back the newest entry that can be taken back, or the one that was shown."""

    entry: str = ""


_Command = TypeVar("_Command", bound=Command)


def cleaned(command: _Command) -> _Command:
    """Return the command with everything typed masked, and its control characters made visible."""
    changes: dict[str, Any] = {}
    for one in fields(command):
        if form := one.metadata.get("typed"):
            changes[one.name] = clean_text(getattr(command, one.name), one_line=form == "line")
    return replace(command, **changes)


def clean_text(text: str, *, one_line: bool = False) -> str:
    """Mask a person's text and make what could steer a terminal visible; line breaks survive in longer texts.

    What became visible is masked once more, so that cleaning twice changes nothing.
    """
    masked = mask(" ".join(text.split()) if one_line else text.strip()).text
    shown = "\n".join(visible(line.rstrip("\r")) for line in masked.split("\n"))
    return shown if shown == masked else mask(shown).text


def longest_text(command: Command) -> int:
    """Return the length of the longest typed text, in characters."""
    typed = (getattr(command, one.name) for one in fields(command) if "typed" in one.metadata)
    return max((len(text) for text in typed), default=0)
