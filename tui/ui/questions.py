"""Questions to the worker: asked by screens, answered between two looks at the sources, so that no key ever waits.

A screen asks under a slot; a newer question of the same slot takes the place of an older one. Long answers come as
generators and are worked on a little at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Protocol, TypeVar, runtime_checkable

from textual.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from textual.message_pump import MessagePump

    from tui.metrics.store import EventStore
    from tui.session.reader import Place

    Ask = Callable[["Diggable"], object]
    """Runs in the worker and returns the answer; an iterator's items are answers that become better and better."""

_TURN_SECONDS = 0.03
"""How long the worker stays with a long answer before it looks at the sources again."""


class Placed(Protocol):
    """Where the sources are read."""

    @property
    def places(self) -> Sequence[Place]:
        """What each value of an event's `source` column stands for."""
        ...


@runtime_checkable
class Diggable(Protocol):
    """An engine with a store to ask. Only the worker's thread may do so."""

    @property
    def store(self) -> EventStore:
        """The events."""
        ...

    @property
    def reader(self) -> Placed:
        """The sources."""
        ...

    def now(self) -> datetime:
        """Return the time it is for this run, UTC."""
        ...

    def place_names(self) -> tuple[str, ...]:
        """Return the source's name for each value of an event's `source` column."""
        ...


class Learned(Message):
    """What the worker found. last: whether nothing better will come. A newer one makes an older one useless."""

    def __init__(self, slot: str, value: object, *, last: bool = True) -> None:
        super().__init__()
        self.slot, self.value, self.last = slot, value, last

    def can_replace(self, message: Message) -> bool:
        """Return whether this makes an older message useless."""
        return isinstance(message, Learned) and message.slot == self.slot


@dataclass(frozen=True, slots=True)
class Failed:
    """The answer to a question that could not be answered: the type of the error, never its message."""

    kind: str


class Questions:
    """The queue between the screens and the worker."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._asked: dict[tuple[MessagePump, str], Ask] = {}
        self._running: dict[tuple[MessagePump, str], Iterator[object]] = {}

    def ask(self, who: MessagePump, slot: str, ask: Ask) -> None:
        """Ask something; the answer is posted to `who` (any thread)."""
        with self._lock:
            self._asked[who, slot] = ask
            self._running.pop((who, slot), None)

    def forget(self, who: MessagePump) -> None:
        """Learned nothing more to somebody who is gone (any thread)."""
        with self._lock:
            for key in [key for key in (*self._asked, *self._running) if key[0] is who]:
                self._asked.pop(key, None)
                self._running.pop(key, None)

    @property
    def busy(self) -> bool:
        """Whether anything waits for an answer."""
        return bool(self._asked or self._running)

    def work(self, engine: Diggable) -> None:
        """Learned what was asked, and go on with long answers for a moment (worker thread)."""
        with self._lock:
            asked, self._asked = self._asked, {}
        for (who, slot), ask in asked.items():
            found = _tried(partial(ask, engine))
            if isinstance(found, Iterator):
                with self._lock:
                    if (who, slot) not in self._asked:
                        self._running[who, slot] = found
            else:
                who.post_message(Learned(slot, found))
        self._go_on()

    def _go_on(self) -> None:
        until = monotonic() + _TURN_SECONDS
        with self._lock:
            running = list(self._running.items())
        for (who, slot), answers in running:
            found = _tried(partial(_best_so_far, answers, until))
            value, last = (found, True) if isinstance(found, Failed) else found
            with self._lock:
                if self._running.get((who, slot)) is not answers:
                    continue
                if last:
                    del self._running[who, slot]
            if value is not None:
                who.post_message(Learned(slot, value, last=last))


_T = TypeVar("_T")


def _tried(ask: Callable[[], _T]) -> _T | Failed:
    """A question that fails must not stop the reading: the logs go on."""
    try:
        return ask()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is said on the screen that asked
        return Failed(type(error).__name__)


def _best_so_far(answers: Iterator[object], until: float) -> tuple[object, bool]:
    """The best answer that the time allows, and whether it is the last."""
    value: object = None
    for value in answers:
        if monotonic() >= until:
            return value, False
    return value, True


def diggable(engine: object) -> Diggable | None:
    """The engine that can be asked: itself, or the one it stands before; None where there is no store."""
    if isinstance(engine, Diggable):
        return engine
    behind = getattr(engine, "engine", None)
    return behind if isinstance(behind, Diggable) else None
