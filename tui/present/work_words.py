"""What was done about an incident and what it still needs, in sentences for those who do not see the board."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.incident import entries as e
from tui.incident.handoff import answered
from tui.incident.state import Status
from tui.locale import _, ngettext
from tui.present.entry_rows import entry_words, step_name
from tui.present.format import duration, length, stamp
from tui.present.paper import told
from tui.present.refusals import name_of
from tui.present.spans import foreign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.incident.record import Recorded
    from tui.incident.state import IncidentState
    from tui.present.situation import Situation
    from tui.session.picture import IncidentPicture, StepView

_DEEDS = (
    *(e.Declared, e.Acknowledged, e.Mitigated, e.Resolved, e.Reopened, e.SeveritySet, e.HandoffAccepted),
    *(e.StepTicked, e.Decided, e.DeploysNoted, e.PushNoted, e.CommandRun),
)
"""Entries that somebody who is told of the incident wants to know of; notes and forms are for those who work on it."""
_MOST_DEEDS, _MOST_STEPS = 10, 3


def done_items(situation: Situation, picture: IncidentPicture, state: IncidentState) -> tuple[str, ...]:
    """What was done, by whom and when, the oldest first; of many only the newest."""
    deeds = [record for record in picture.records if _counts(record, state)]
    deeds.sort(key=lambda record: record.entry.effective)
    items = [_deed(record, situation) for record in deeds[-_MOST_DEEDS:]]
    earlier = len(deeds) - len(items)
    if earlier:
        items.insert(0, ngettext("{count} earlier", "{count} earlier", earlier).format(count=earlier))
    return tuple(items) or (_("nothing yet"),)


def _counts(record: Recorded, state: IncidentState) -> bool:
    payload = record.entry.payload
    if not isinstance(payload, _DEEDS) or record.id in state.undone or record.id in state.without_effect:
        return False
    return not isinstance(payload, e.StepTicked) or state.ticked(payload.step)


def _deed(record: Recorded, situation: Situation) -> str:
    entry = record.entry
    what, about = entry_words(entry.payload, situation.texts)
    if isinstance(entry.payload, e.Declared):  # its title stands above
        about = entry.payload.severity or ""
    return f"{stamp(entry.effective, situation.now)} {told(f'{what} {about}')} · {told(entry.actor)}"


# --- needs -----------------------------------------------------------------------------------------------------------


def needed_items(situation: Situation) -> tuple[str, ...]:
    """What is missing, what comes next, who is needed."""
    found = [
        *_blind(situation),
        *_lacking(situation),
        *_worse(situation),
        *_ahead(situation),
        *_steps(situation),
        *_noted_off(situation),
        *_people(situation),
    ]
    return tuple(found) or (_("nothing"),)


def _blind(situation: Situation) -> Iterator[str]:
    if situation.board.sources and (situation.silent or situation.down or situation.failure):
        yield _("somebody who finds out why no data arrives")


def _lacking(situation: Situation) -> Iterator[str]:
    picture, state = situation.incident, situation.declared
    if picture is None or state is None:
        return
    if state.status is Status.DECLARED:
        yield _("somebody who acknowledges")
    gate = picture.closure if state.status is Status.RESOLVED else picture.triage
    names = [name for each in gate if each.met is not True for name in (each.missing or (each.id,))]
    if names:
        yield f"{_('missing')}: {', '.join(foreign(name_of(name, situation.texts)) for name in dict.fromkeys(names))}"


def _worse(situation: Situation) -> Iterator[str]:
    """A decision: the rules suggest a worse severity than was declared, or nobody has declared yet."""
    state, suggestion = situation.declared, situation.board.suggestion
    worse = suggestion.severity if suggestion else None
    if worse is None or situation.dismissed is not None:
        return
    if state is None:
        yield _("somebody who declares or dismisses it")
    elif state.severity is None or situation.rank(worse) < situation.rank(state.severity):
        yield _("suggest {severity}").format(severity=foreign(worse))


def _ahead(situation: Situation) -> Iterator[str]:
    """What stands between here and a resolved incident: mitigating, the decision, minutes of normal."""
    picture, state = situation.incident, situation.declared
    if picture is None or state is None:
        return
    if state.status in {Status.DECLARED, Status.ACKNOWLEDGED}:
        yield _("mitigate")
    if state.status is Status.MITIGATED:
        if state.decision is None or state.decision.at < state.mitigations[-1].at:
            yield _("decide the rollback: GO or NO_GO")
        yield _watched(picture)


def _watched(picture: IncidentPicture) -> str:
    """`watch 15 min live: 06:01 so far`."""
    answer = picture.normal.answer if picture.normal else None
    if answer is None or answer.hold is None or answer.lasted is None:
        return _("watch until all is normal")
    if answer.met:
        return _("resolve it: all is normal")
    return _("watch {hold} live: {lasted} so far").format(hold=length(answer.hold), lasted=duration(answer.lasted))


def _noted_off(situation: Situation) -> Iterator[str]:
    """What was stopped elsewhere and has to go on once users are well."""
    state = situation.declared
    if state is None or state.status not in {Status.MITIGATED, Status.RESOLVED}:
        return
    if state.deploys_frozen is not None and state.deploys_frozen.on:
        yield _("open deploys again: they are noted frozen")
    if state.push is not None and not state.push.on:
        yield _("turn push on again: it is noted off")


def _steps(situation: Situation) -> Iterator[str]:
    """The next steps that apply, and whom they call."""
    waiting = open_steps(situation)
    if waiting:
        names = ", ".join(step_name(view.step.id, situation.texts) for view in waiting[:_MOST_STEPS])
        yield f"{_('next steps')}: {names}"
    called = dict.fromkeys(view.step.escalate_to for view in waiting if view.step.escalate_to)
    for contact in called:
        yield f"{_('call')} {foreign(situation.texts.title(f'contact.{contact}'))}".replace("`", "")


def open_steps(situation: Situation) -> list[StepView]:
    """Steps of triage and playbook that apply, that nobody ticked, and that no entry answers already."""
    picture, state = situation.incident, situation.declared
    if picture is None or state is None or state.status is Status.RESOLVED:
        return []
    views = (*picture.triage_list.steps, *picture.playbook_list.steps)
    return [view for view in views if view.open and not view.ticks and not answered(view.step, state)]


def _people(situation: Situation) -> Iterator[str]:
    picture, state = situation.incident, situation.declared
    if picture is None:
        return
    if state is not None and state.handoff is not None:
        yield _("{name} to accept the handoff").format(name=told(state.handoff.page.to))
    known = picture.team.on_call
    if known is not None and (state is None or state.status is Status.DECLARED):
        names = ", ".join(told(name) for name in (known.name, known.backup) if name)
        yield f"{_('on call')}: {names}"
