"""Why nothing was recorded, and what to do about it: one sentence for each reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.incident.gates import unmet
from tui.incident.ruling import Code
from tui.locale import _, ngettext
from tui.present.format import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tui.incident.facts import Condition
    from tui.incident.ruling import Reason, Refusal
    from tui.present.situation import Texts

_NAMED = frozenset({Code.NEEDS_REASON, Code.NEEDS_TEXT, Code.NOT_NORMAL_YET, Code.BAD_VALUE})
"""What these miss is what they are about."""


def sentences(refusal: Refusal, texts: Texts) -> Iterator[str]:
    """One sentence a reason, in the language in use."""
    for reason in refusal.reasons:
        yield sentence(reason, texts)


def sentence(reason: Reason, texts: Texts) -> str:
    """What is wrong and what would help; nothing in it that was not masked."""
    if reason.code is Code.CONDITION and reason.condition:
        return condition_line(reason.condition, texts)
    if reason.code is Code.NOT_NORMAL_YET and reason.condition:
        said = condition_line(reason.condition, texts)
        return _("not normal yet ({condition}): wait, or say why with --why").format(condition=said)
    if reason.code is Code.WRONG_STATUS:
        return _("not possible while the incident is {status}").format(status=status_word(reason.subject))
    at = f"{reason.at:%Y-%m-%d %H:%M:%S} UTC" if reason.at else ""
    return _plain()[reason.code].format(subject=reason.subject, name=_named(reason.subject, texts), at=at)


def missing(refusal: Refusal) -> tuple[str, ...]:
    """What is missing, for scripts: fields, conditions and facts by id, else the reason's own code; each once."""
    names: list[str] = []
    for reason in refusal.reasons:
        if reason.condition and reason.code is Code.CONDITION:
            names += reason.condition.missing or (reason.condition.id,)
        else:
            names.append(reason.subject if reason.code in _NAMED and reason.subject else reason.code.value)
    return tuple(dict.fromkeys(names))


def missing_words(gate: Sequence[Condition], *, of_all: bool = False) -> str:
    """How many conditions of a gate do not hold: `6 missing`, `6 of 8 missing`, `nothing missing`."""
    count = unmet(gate)
    if not count:
        return _("nothing missing")
    if of_all:
        return ngettext("{count} of {all} missing", "{count} of {all} missing", count).format(
            count=count, all=len(gate)
        )
    return ngettext("{count} missing", "{count} missing", count).format(count=count)


def condition_line(condition: Condition, texts: Texts) -> str:
    """A condition with its mark, its numbers and what it lacks."""
    mark = {True: "✓", False: "✗", None: "?"}[condition.met]
    title = _title(condition.id, texts)
    numbers = ""
    if condition.value is not None:
        limit = "" if condition.limit is None else f" / {number(condition.limit)}"
        numbers = f" {number(condition.value)}{limit}"
    unknown = f" {_('unknown: no data tells')}" if condition.met is None and not condition.missing else ""
    lacking = ", ".join(name_of(name, texts) for name in condition.missing)
    return f"{mark} {title}{numbers}{unknown}" + (f" · {_('missing')}: {lacking}" if lacking else "")


def name_of(name: str, texts: Texts) -> str:
    """What people call something that is missing; its id where the runbook has no word for it."""
    return _own_names().get(name) or _named(name, texts)


def status_word(status: str) -> str:
    """An incident's status in words."""
    return _statuses().get(status, status)


def _title(condition: str, texts: Texts) -> str:
    for kind in ("check", "closure", "output", "field"):
        try:
            return texts.title(f"{kind}.{condition}")
        except KeyError:
            continue
    return condition


def _named(name: str, texts: Texts) -> str:
    for kind in ("field", "output", "command", "check"):
        try:
            return texts.short(f"{kind}.{name}")
        except KeyError:
            continue
    return name


def _statuses() -> Mapping[str, str]:
    return {
        "declared": _("declared"),
        "acknowledged": _("acknowledged"),
        "mitigated": _("mitigated"),
        "resolved": _("resolved"),
        "closed": _("closed"),
        "cancelled": _("cancelled"),
        "merged": _("merged"),
    }


def _own_names() -> Mapping[str, str]:
    return {
        "started": _("started"),
        "mitigated": _("mitigated"),
        "evidence": _("evidence that matched"),
        "decision": _("decision GO or NO_GO"),
        "why": _("a reason (--why)"),
        "text": _("text"),
        "name": _("name"),
        "to": _("name"),
        "at": "--at",
    }


def _plain() -> Mapping[Code, str]:
    return {
        Code.READ_ONLY: _("read only: nothing is recorded here; leave out --read-only to act"),
        Code.NO_ACTOR: _("nobody acts: say who with --as NAME, or set a name in the settings"),
        Code.NO_INCIDENT: _("there is no incident {subject}: declare one, or see guardia incident list"),
        Code.ALREADY_DECLARED: _("{subject} is declared already"),
        Code.ALREADY_TOLD: _("{subject} tells of this alert already, declared at {at}: esc leaves, it is on the board"),
        Code.WRONG_STATUS: _("not possible while the incident is {subject}"),
        Code.IN_FUTURE: _("{name} lies in the future: it is {at} now"),
        Code.BEFORE_STARTED: _("before the incident started at {at}: correct the time, or the start"),
        Code.OUT_OF_ORDER: _("out of order ({name}): {at} stands against it"),
        Code.UNKNOWN_SEVERITY: _("the runbook has no severity {subject}"),
        Code.UNKNOWN_METRIC: _("the runbook has no metric {subject}"),
        Code.UNKNOWN_STEP: _("the runbook has no step {subject}: guardia runbook show lists them"),
        Code.UNKNOWN_FIELD: _("there is no field {subject}"),
        Code.UNKNOWN_COMMAND: _("the runbook has no command {subject}"),
        Code.UNKNOWN_INCIDENT: _("no other open incident {subject}: see guardia incident list"),
        Code.UNKNOWN_REQUEST_ID: _("no line of the sources bears the requestId {subject}: give the logs that do"),
        Code.NEEDS_REASON: _("needs a reason: say it with --why"),
        Code.NEEDS_TEXT: _("nothing was said: {name} is empty"),
        Code.TOO_LONG: _("too long: at most 8000 characters are kept"),
        Code.BAD_VALUE: _("not a value that {name} can have (a date is written YYYY-MM-DD, the rest is yes or no)"),
        Code.NOT_OFFERED: _("the command was not offered to you: guardia incident handoff NAME offers it"),
        Code.NOT_NORMAL_YET: _("not normal yet: wait, or say why with --why"),
        Code.CONDITION: _("a condition does not hold: {name}"),
        Code.NOTHING_TO_UNDO: _("there is nothing to undo"),
    }
