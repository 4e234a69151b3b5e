"""What people wrote down, and the clocks that ran out, as rows of the timeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.incident import entries as e
from tui.incident.narrative import Words, describe, own_field, spoken, superseded
from tui.incident.slo import Level
from tui.locale import _
from tui.present.clocks import clock_name
from tui.present.incident_text import unescaped
from tui.present.refusals import name_of
from tui.present.spans import foreign

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tui.incident.record import Recorded
    from tui.incident.state import IncidentState
    from tui.incident.team import TeamState
    from tui.present.situation import Situation, Texts

_TYPED = ("to", "name", "text", "why", "channel", "value")
"""Fields of entries that hold what a person typed, and that a sentence ends with."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that happened."""

    at: datetime
    glyph: str
    role: str
    who: str
    """Who says so: an alert, a marker, a person."""
    what: str
    """What happened, in a word."""
    about: str
    approximate: bool = False
    folds: bool = False
    """Whether equal ones close together are shown as one."""
    count: int = 1
    """How many equal ones this stands for; `at` is the newest."""
    metric: str = ""
    """The metric that it is about; empty: none."""
    request_id: str = ""
    """The requestId that it is about, as the log has it; empty: none."""


def entry_rows(situation: Situation) -> Iterator[Row]:
    """Every entry of the shown incident that stands, of the team's journal, and every clock that ran out."""
    picture = situation.incident
    if picture is None:
        return
    yield from _of_the_team(picture.team)
    replaced = superseded(picture.records, picture.state) if picture.state else frozenset()
    for record in picture.records:
        if not isinstance(record.entry.payload, e.Snapshot) and record.id not in replaced:
            yield _row(record, picture.state, situation.texts)
    for clock in situation.clocks if picture.state else ():
        if clock.level(situation.now) is Level.OVER:
            yield Row(clock.deadline, "!", "watch", _("clock"), _("over"), clock_name(clock))


def _row(record: Recorded, state: IncidentState | None, texts: Texts) -> Row:
    payload, entry = record.entry.payload, record.entry
    what, about = entry_words(payload, texts)
    note = isinstance(payload, e.Noted | e.UpdateSent)
    glyph, role = ("✎" if note else "»"), "text"
    if state is not None and record.id in state.undone:
        glyph, role, about = "⌫", "muted", f"{about} ({_('undone')})".strip()
    elif state is not None and record.id in state.without_effect:
        role, about = "muted", f"{about} ({_('without effect')})".strip()
    metric = payload.metric if isinstance(payload, e.Declared) else None
    pinned = payload.request_id if isinstance(payload, e.EvidencePinned) else ""
    who = foreign(entry.actor)
    return Row(entry.effective, glyph, role, who, what, about, metric=metric or "", request_id=pinned)


def entry_words(payload: e.Known | e.Unknown, texts: Texts) -> tuple[str, str]:  # noqa: PLR0911 - one line a kind
    """What an entry says: in a word, and about what."""
    match payload:
        case e.Undone():
            return _("undo"), ""
        case e.Delegated():
            return name_of(payload.field, texts), f"→ {foreign(payload.to)}"
        case e.EvidenceVerified():
            return _("evidence"), _verdict(payload.result)
        case e.EvidencePinned():
            return _("evidence"), foreign(payload.request_id)
        case e.Declared():
            return _("declared"), " ".join(part for part in (payload.severity, foreign(payload.title)) if part)
        case e.StepTicked():
            return "✓", _with_note(step_name(payload.step, texts), payload.note)
        case e.StepUnticked():
            return "✗", step_name(payload.step, texts)
        case e.FieldSet():
            words = Words(_, texts.title)
            about = " ".join(spoken(payload.value, words).split())
            return foreign(unescaped(own_field(payload.field, words))), foreign(about)
        case e.Unknown():
            return foreign(payload.type), ""
        case _:
            return _described(payload, texts)


def _described(payload: e.Known, texts: Texts) -> tuple[str, str]:
    """The sentence of an export says what it is; what a person typed stands beside it exactly as stored."""
    typed = [name for name in _TYPED if name in type(payload).model_fields]
    bare = payload.model_copy(update=dict.fromkeys(typed, ""))
    about = " ".join(" ".join(getattr(payload, name).split()) for name in typed)
    return foreign(unescaped(describe(bare, Words(_, texts.title)))).strip(), foreign(about)


def step_name(step: str, texts: Texts) -> str:
    """Return a step's short name, or that of a check which only a person can answer."""
    for kind in ("step", "check"):
        try:
            return foreign(texts.short(f"{kind}.{step}")).replace("`", "")
        except KeyError:
            continue
    return foreign(step)


def _with_note(text: str, note: str) -> str:
    return f"{text} · {' '.join(foreign(note).split())}" if note else text


def _verdict(result: str) -> str:
    words = {"matched": _("matched"), "matched_on_arrival": _("matched on arrival"), "changed": _("changed")}
    return words.get(result, _("gone"))


def _of_the_team(team: TeamState) -> Iterator[Row]:
    for deploy in team.deploys:
        yield Row(deploy.at, "»", "text", foreign(deploy.by), "deploy", f"{deploy.kind} {foreign(deploy.text)}")
    for note in team.notes:
        yield Row(note.at, "✎", "text", foreign(note.by), _("note"), " ".join(foreign(note.value).split()))
    for ack in team.early_acks:
        yield Row(ack.at, "»", "text", foreign(ack.by), _("acknowledged"), _("before it was declared"))
    for refused in team.dismissals:
        about = " ".join(foreign(refused.mark.why).split())
        yield Row(refused.mark.at, "»", "text", foreign(refused.mark.by), _("suggestion dismissed"), about)
