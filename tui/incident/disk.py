"""The few file operations a journal needs, as a protocol, so that tests can make any of them fail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class FileState:
    """Enough to see that a file changed."""

    name: str
    size: int
    modified_ns: int
    inode: int


class Disk(Protocol):
    """Every operation raises OSError when it fails."""

    def make_folder(self, path: Path) -> bool:
        """Make a folder and those above it, only for its owner, to survive a power cut; False if it was there."""

    def list_files(self, folder: Path) -> tuple[FileState, ...]:
        """Return the plain files of a folder by name; none when there is no such folder."""

    def read(self, path: Path) -> bytes:
        """Return a whole file."""

    def create(self, path: Path) -> int:
        """Create a file only for its owner, open for appending; FileExistsError when the name is taken."""

    def write(self, descriptor: int, data: bytes) -> int:
        """Write as much as the system takes; return how many bytes that was."""

    def sync(self, descriptor: int) -> None:
        """Return once the file's data is on the device."""

    def sync_folder(self, folder: Path) -> None:
        """Return once the folder's names are on the device."""

    def close(self, descriptor: int) -> None:
        """Close a file."""
