"""The sentences of a runbook in one language, joined to its rules by id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import BaseModel, ConfigDict, TypeAdapter

PANEL_NAME_LENGTH = 18
"""Longest name of a metric that fits the narrowest lane, in characters."""


class Entry(BaseModel):
    """What people read of one thing: a title, a shorter one for narrow places, more about it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    title: str
    short: str | None = None
    detail: str | None = None


TEXT_FILE = TypeAdapter(dict[str, dict[str, Entry]])
"""Shape of a text file: a table of entries for each kind of thing, by id."""


class Texts(Mapping[str, Entry]):
    """Entries by `kind.id`; holds every text that its runbook needs."""

    def __init__(self, entries: Mapping[str, Mapping[str, Entry]]) -> None:
        self._entries = {f"{kind}.{name}": entry for kind, named in entries.items() for name, entry in named.items()}

    def __getitem__(self, key: str) -> Entry:
        return self._entries[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def title(self, key: str) -> str:
        """Return the full title of `kind.id`."""
        return self._entries[key].title

    def short(self, key: str) -> str:
        """Return the title for narrow places; the full one where there is no shorter."""
        entry = self._entries[key]
        return entry.short or entry.title

    def detail(self, key: str) -> str | None:
        """Return what more there is to say, if anything."""
        return self._entries[key].detail
