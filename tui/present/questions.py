"""What is asked before anything is recorded: one question, its fields, and the commands that an answer makes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.incident.ruling import Code
from tui.keymap import key_name
from tui.locale import _
from tui.present.format import clock
from tui.present.refusals import sentence as refusal_sentence
from tui.present.spans import foreign

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tui.incident.actions import Command
    from tui.incident.ruling import Reason, Refusal
    from tui.present.paper import Paper
    from tui.present.situation import Situation, Texts
    from tui.present.spans import Line

Answers = "Mapping[str, str]"


class FieldError(Exception):
    """What was typed cannot be used; `field` says where, the message what is wrong."""

    def __init__(self, field_id: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field_id, message


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few answers."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """Something to fill in: free text, or one of `choices`."""

    id: str
    label: str
    value: str = ""
    hint: str = ""
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, eq=False)
class Question:
    """One question. `what` names what will be recorded; `commands` makes it of the answers, or raises FieldError."""

    what: str
    commands: Callable[[Mapping[str, str]], tuple[Command, ...]]
    fields: tuple[Field, ...] = ()
    about: tuple[Line, ...] = field(default=())
    """What one should read before answering."""
    incident: str | None = None
    paper: Callable[[Mapping[str, str]], Paper | None] = field(default=lambda _said: None)
    """What the answer hands to other people once it is recorded, if anything."""


def title(question: Question, situation: Situation) -> str:
    """`Record for INC-… at 22:08:10 UTC: acknowledged`."""
    when = clock(situation.now)
    if question.incident is None:
        return _("Record at {time} UTC: {what}").format(time=when, what=question.what)
    return _("Record for {incident} at {time} UTC: {what}").format(
        incident=question.incident, time=when, what=question.what
    )


def refused(refusal: Refusal, question: Question, texts: Texts) -> tuple[tuple[str, str], ...]:
    """Return (field, sentence) for each reason, said beside the field that it is about; `` where it is about none."""
    known = {one.id for one in question.fields}
    return tuple((_place(reason, known), on_screen(reason, texts)) for reason in refusal.reasons)


def _place(reason: Reason, known: set[str]) -> str:
    if reason.subject in known:
        return reason.subject
    if reason.code in {Code.NEEDS_REASON, Code.NOT_NORMAL_YET, Code.CONDITION} and "why" in known:
        return "why"
    return {Code.UNKNOWN_SEVERITY: "severity", Code.UNKNOWN_METRIC: "metric"}.get(reason.code, "")


def on_screen(reason: Reason, texts: Texts) -> str:
    """Say what is wrong in words for somebody with keys under their hands, not options of a command line."""
    if reason.code is Code.NOT_NORMAL_YET and reason.condition is not None:
        return _("not normal yet: wait, or say why it is resolved all the same")
    own = {
        Code.READ_ONLY: _("read only: this screen looks and records nothing"),
        Code.NO_ACTOR: _("nobody acts: set a name in the settings, or start with --as NAME"),
        Code.NO_INCIDENT: _("nothing is open any more: {key} declares").format(key=key_name("d")),
        Code.NEEDS_REASON: _("needs a reason"),
        Code.NOT_NORMAL_YET: _("not normal yet: wait, or say why it is resolved all the same"),
        Code.NOT_OFFERED: _("the command was not offered to you"),
        Code.UNKNOWN_INCIDENT: _("there is no such open incident"),
    }
    return own.get(reason.code) or foreign(refusal_sentence(reason, texts))
