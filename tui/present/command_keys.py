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
    """Return the keys that work now, the most wanted first; none where nobody can decide anything."""
    picture = situation.incident
    if picture is None or picture.read_only:
        return ()
    state = picture.state
    keys = [*_moving(situation, state.status if state else None)]
    if picture.nudge:
        keys.append(CommandKey("h", _("later"), "snooze"))
    keys.append(CommandKey("n", _("note"), "note"))
    if state is not None:
        keys += [CommandKey("f", _("flags"), "flags"), CommandKey("g", _("roles"), "roles")]
    if state is not None and state.undoable:
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
    if status in _WORKING:
        yield CommandKey("s", _("severity"), "severity")
    if status in {*_WORKING, Status.RESOLVED}:
        yield CommandKey("u", _("update"), "update")
