"""Deploy marks that nobody had to type: tags of the backend's repository, lines of a file; and who is on call.

They stand beside the marks of the team's journal and are never written into it. What cannot be read is left out: a mark
that is not there claims nothing.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from tui.incident.actions import TEXT_LIMIT, clean_text
from tui.incident.entries import OnCallSet
from tui.incident.team import Deploy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from tui.incident.team import TeamState

Kind = Literal["backend", "frontend"]

_LARGEST = 1 << 20
"""Bytes of the file that are read, and characters of git's answer."""
_MOST_TAGS = 200
_PATIENCE = 5.0
"""Seconds that git may take."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where the settings say that deploys, who is on call, and whom to call else, are written down too."""

    file: Path | None = None
    repo_dir: Path | None = None
    tags: str = ""
    """Pattern of the tags that mark a deploy; empty: none do."""
    on_call: str = ""
    backup: str = ""
    contacts: Mapping[str, str] = field(default_factory=dict)
    """How to reach the runbook's contacts, by their ids; shown here and written nowhere."""


def completed(team: TeamState, elsewhere: Elsewhere) -> TeamState:
    """Return what the team's journal says together with what is written elsewhere; on call, the journal goes first."""
    deploys = [*team.deploys]
    if elsewhere.file is not None:
        deploys += file_deploys(elsewhere.file)
    if elsewhere.repo_dir is not None and elsewhere.tags:
        deploys += tag_deploys(elsewhere.repo_dir, elsewhere.tags)
    on_call = team.on_call
    if on_call is None and elsewhere.on_call:
        on_call = OnCallSet(name=_clean(elsewhere.on_call), backup=_clean(elsewhere.backup))
    return replace(team, deploys=tuple(sorted(deploys, key=lambda deploy: deploy.at)), on_call=on_call)


def file_deploys(path: Path) -> tuple[Deploy, ...]:
    """Read the lines `TIME [backend|frontend] TEXT` of a file; other lines, and a file that is not there, give none.

    TIME is RFC 3339, without a zone UTC; no kind stands for backend.
    """
    try:
        with path.open("rb") as stream:
            text = stream.read(_LARGEST).decode("utf-8", "replace")
    except OSError:
        return ()
    return tuple(_marks(text.splitlines(), by="file"))


def tag_deploys(repo_dir: Path, pattern: str) -> tuple[Deploy, ...]:
    """Read the newest tags of a repository that match, each at the time it was made; none when git cannot tell.

    A tag with `frontend` in its name is one of the frontend.
    """
    form = "%(creatordate:iso-strict) %(refname:short)"
    command = ["git", "-C", os.fspath(repo_dir), "for-each-ref", f"--count={_MOST_TAGS}", "--sort=-creatordate"]
    try:
        told = subprocess.run(  # noqa: S603 -- fixed words; the pattern can only be part of a name of a reference
            [*command, f"--format={form}", f"refs/tags/{pattern}"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=True,
        ).stdout
    except (OSError, ValueError, subprocess.SubprocessError):
        return ()
    return tuple(_marks(told[:_LARGEST].decode("utf-8", "replace").splitlines(), by="git"))


def _marks(lines: Iterable[str], by: str) -> Iterable[Deploy]:
    for line in lines:
        time, _blank, said = line.strip().partition(" ")
        text = said.strip()
        first, _blank, rest = text.partition(" ")
        kind = first if first in ("backend", "frontend") and rest else None
        at = _moment(time)
        if at is not None and text and len(text) <= TEXT_LIMIT:
            in_name: Kind = "frontend" if by == "git" and "frontend" in text else "backend"
            yield Deploy(at, by, _clean(rest if kind else text), kind or in_name)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _clean(text: str) -> str:
    return clean_text(text, one_line=True)
