"""One key after the other: each is read by what the one before it has left on the screen.

The toolkit hands every key at once to whatever has the focus, while the screen that an earlier key opens, or the field
that it leads to, is still on its way. Typed fast, or sent in one piece, the later keys would then miss it.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.events import Key, Paste
from textual.keys import Keys
from textual.message import Message
from textual.widgets import Input

from tui import keymap
from tui.ui.widgets.fields import ChoiceField

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import App

_PATIENCE_SECONDS = 0.25
"""A reader that is being taken away may never pass on what follows its key: the next key goes all the same then."""
_SIGNS = {"/": "slash", ":": "colon", "?": "question_mark"}
"""What the toolkit calls the usual keys that are no letters."""
_ALT = "alt+"

if isinstance(ANSI_SEQUENCES_KEYS, dict):
    # Escape and, soon after it, Enter reach us as one: as a mere Enter it would record what somebody just left.
    ANSI_SEQUENCES_KEYS |= {"\x1b\r": (Keys.Escape, Keys.Enter), "\x1b\n": (Keys.Escape, Keys.Enter)}


class Followed(Message):
    """Goes the way of a key, right behind it: back at the app it tells that the key was read."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class Keyboard:
    """Keeps keys and pastes waiting until the one before them has done all that it does to the screen."""

    def __init__(self, app: App[None], read: Callable[[Key | Paste], Awaitable[None]]) -> None:
        """`read` lets whatever has the focus read a key."""
        self._app, self._read = app, read
        self._typed: deque[Key | Paste] = deque()
        self._number = self._watched = 0
        """Keys read so far, and the one of them that has a timer."""
        self.busy = False
        """Whether a key is being read."""

    async def take(self, event: Key | Paste) -> None:
        """Read it now, or when its turn comes."""
        self._typed += _apart(event)
        if not self.busy:
            await self._next()
        elif self._watched != self._number:
            self._watched = number = self._number
            self._app.set_timer(_PATIENCE_SECONDS, lambda: self._after(number))

    def follow(self, followed: Followed) -> None:
        """Let the screen that is shown by now, and then the app, finish what the key began; then the next one goes."""

        async def done() -> None:
            await self._after(followed.number)

        if not (self._app.screen_stack and self._app.screen.call_later(self._app.call_later, done)):
            self._app.call_later(done)

    async def _after(self, number: int) -> None:
        if self.busy and number == self._number:
            await self._next()

    async def _next(self) -> None:
        self._number += 1
        self.busy = bool(self._typed and self._app.screen_stack)
        if not self.busy:
            self._typed.clear()
            return
        reader = self._app.focused or self._app.screen
        event = _usual(self._typed.popleft(), reader)
        if event is not None:
            await self._read(event)
        if not reader.post_message(Followed(self._number)):
            self.follow(Followed(self._number))


def _apart(event: Key | Paste) -> tuple[Key | Paste, ...]:
    """Take Escape and a letter, which reach us as one, for the two that they are: nothing here has a key with Alt."""
    if isinstance(event, Key) and event.key.startswith(_ALT) and event.character:
        return Key("escape", None), Key(event.key.removeprefix(_ALT), event.character)
    return (event,)


def _usual(event: Key | Paste, reader: object) -> Key | Paste | None:
    """Read a key as the usual one that it stands for; letters that are typed into a question stay letters."""
    if isinstance(event, Paste) or isinstance(reader, Input | ChoiceField):
        return event
    usual = keymap.read(event.character or "")
    if usual == (event.character or ""):
        return event
    return None if usual is None else Key(_SIGNS.get(usual, usual), usual)
