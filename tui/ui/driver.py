"""A terminal that may vanish: a closed window or a lost connection must end the program, not hang it.

The toolkit's writing thread dies of the first error; whoever leaves the screen then waits for it for ever.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from textual.driver import Driver


class Vanishing:
    """A text file that swallows what can no longer be written."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        """Write, or not."""
        with suppress(OSError, ValueError):
            return self._file.write(text)
        return 0

    def flush(self) -> None:
        """Flush, or not."""
        with suppress(OSError, ValueError):
            self._file.flush()

    def fileno(self) -> int:
        """See `TextIO.fileno`."""
        return self._file.fileno()


def outliving(driver: type[Driver]) -> type[Driver]:
    """Return a driver that goes on to its end when the terminal is gone; one that writes to no file, as it is."""

    class Outliving(driver):  # type: ignore[valid-type, misc]  # which driver it is depends on the system
        def __init__(self, *args: object, **settings: object) -> None:
            super().__init__(*args, **settings)
            file: TextIO | None = getattr(self, "_file", None)
            if file is not None:
                self._file = Vanishing(file)

    return Outliving
