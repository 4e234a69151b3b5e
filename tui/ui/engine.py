"""What the app needs of the engine behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from tui.metrics.board import Board
    from tui.metrics.feed import EventRow
    from tui.present.situation import Mode, Texts
    from tui.runbook.procedures import Procedures
    from tui.session.archive import Archive, Dossier
    from tui.session.command_post import Answered, Ask
    from tui.session.commands import Order
    from tui.session.picture import IncidentPicture
    from tui.session.transport import Transport


class Engine(Protocol):
    """One run over logs. `advance` and `recent` are only called from one worker thread, the rest from any."""

    @property
    def mode(self) -> Mode:
        """Whether this is live, the past or an exercise."""
        ...

    @property
    def runbook(self) -> Procedures:
        """What the team agreed."""
        ...

    @property
    def texts(self) -> Texts:
        """The runbook's words in the language in use."""
        ...

    @property
    def zone(self) -> tzinfo:
        """The zone that people's local time is said in."""
        ...

    @property
    def sources_label(self) -> str:
        """Names of the sources, as short as they can be."""
        ...

    def now(self) -> datetime:
        """Return the time it is for this run, UTC; in review the cursor."""
        ...

    def advance(self) -> Board | None:
        """Read what is there; return a fresh board when anything changed. Short: it is called a few times a second."""
        ...

    def recent(self, limit: int) -> list[EventRow]:
        """Return the newest events up to now, the newest first."""
        ...

    def close(self) -> None:
        """Let go of the sources; an `advance` still running returns soon."""
        ...


@runtime_checkable
class Seekable(Protocol):
    """An engine whose time can be moved (review)."""

    @property
    def transport(self) -> Transport | None:
        """Where it may go, what there is to stop at, and whether it runs; None while live or before there is data."""
        ...

    def seek(self, at: datetime) -> None:
        """Move the cursor, within the span; the next `advance` returns the board of that moment."""
        ...

    def play(self, speed: int) -> None:
        """Let the cursor run so many times as fast as it happened; 0 stops it."""
        ...


@runtime_checkable
class Commanding(Protocol):
    """An engine that also keeps an incident. `answers` is only called from the worker, the rest from any thread."""

    @property
    def picture(self) -> IncidentPicture | None:
        """What people decided, as of the last `advance`."""
        ...

    def now(self) -> datetime:
        """The moment that what is asked now would be recorded at."""
        ...

    def submit(self, ask: Ask) -> None:
        """Have commands performed by the next `advance`."""
        ...

    def answers(self) -> list[Answered]:
        """Return what became of what was asked, once each."""
        ...

    def choose(self, incident: str) -> None:
        """Show another incident."""
        ...

    def open_playbook(self, playbook: str | None) -> None:
        """Show a playbook."""
        ...

    def snooze(self) -> None:
        """Put off the reminder that is shown."""
        ...

    def order(self, command_id: str) -> Order:
        """Return a command of the runbook, ready to be shown and asked about."""
        ...


@runtime_checkable
class Archiving(Protocol):
    """An engine that knows every incident there was. Only the worker's thread may ask."""

    def archive(self) -> Archive:
        """The history, as the journals stand now."""
        ...

    def dossier(self, incident: str) -> Dossier | None:
        """Everything of one incident; None for one that is not there."""
        ...


def archiving(engine: object) -> Archiving | None:
    """Return the engine as one that knows the past, if it does."""
    return engine if isinstance(engine, Archiving) else None
