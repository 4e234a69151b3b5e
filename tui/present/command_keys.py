"""Which keys do something to an incident right now, and what they are called in the footer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.incident.state import Status
from tui.locale import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.present.situation import Situation

_WORKING = {Status.DECLARED, Status.ACKNOWLEDGED, Status.MITIGATED}


@dataclass(frozen=True, slots=True)
class CommandKey:
    """A key, the word beside it, and the question that it asks."""

    key: str
    label: str
    asks: str


def command_keys(situation: Situation) -> tuple[CommandKey, ...]:
    """Return the keys that work now; none where nobody can decide anything."""
    return (*pressing_keys(situation), *further_keys(situation))


def pressing_keys(situation: Situation) -> tuple[CommandKey, ...]:
    """Those of the first minutes: what moves the incident on, the note, the reminder that may wait."""
    picture = situation.incident
    if picture is None or picture.read_only:
        return ()
    keys = [*_moving(situation, picture.state.status if picture.state else None), CommandKey("n", _("note"), "note")]
    if picture.nudge:
        keys.append(CommandKey("h", _("later"), "snooze"))
    return tuple(keys)


def further_keys(situation: Situation) -> tuple[CommandKey, ...]:
    """The others, the most wanted first."""
    picture = situation.incident
    if picture is None or picture.read_only:
        return ()
    state, keys = picture.state, list[CommandKey]()
    if state is not None and state.status in _WORKING:
        keys.append(CommandKey("s", _("severity"), "severity"))
    if state is not None and state.status.open:
        keys += [CommandKey("f", _("freeze/push"), "flags"), CommandKey("g", _("roles"), "roles")]
    if state is not None and state.status.open and state.undoable:
        keys.append(CommandKey("U", _("undo"), "undo"))
    return (*keys, CommandKey("M", _("more"), "more"))


def _moving(situation: Situation, status: Status | None) -> Iterator[CommandKey]:
    """What moves the incident on."""
    if status is None:
        suggested = situation.severity is not None
        yield CommandKey("d", _("declare"), "declare")
        if suggested:
            yield CommandKey("a", _("declare and acknowledge"), "acknowledge")
        return
    if status is Status.DECLARED:
        yield CommandKey("a", _("acknowledge"), "acknowledge")
    if status in {Status.DECLARED, Status.ACKNOWLEDGED}:
        yield CommandKey("m", _("mitigated"), "mitigate")
    if status is Status.MITIGATED:
        yield CommandKey("R", _("resolved"), "resolve")
    if status in {*_WORKING, Status.RESOLVED}:
        yield CommandKey("u", _("update"), "update")
