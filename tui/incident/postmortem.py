"""The postmortem as Markdown: a fold of the journal, so that the same journal always gives the same bytes.

Nothing but the entries is looked at: numbers come from the stored snapshots, the zone and the runbook from the
declaration. The words are those of the language in which the incident was declared.
"""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING

from tui.incident import annex
from tui.incident import entries as e
from tui.incident.annex import Story
from tui.incident.fold import fold, merge
from tui.incident.markdown import cell, code, duration, escaped, minutes, table, utc
from tui.incident.narrative import Words, describe, superseded, who_was_hit
from tui.incident.slo import ClockKind
from tui.incident.times import clocks, linked_episodes, times, whole_seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from tui.incident.facts import Episode
    from tui.incident.record import Recorded
    from tui.incident.slo import Clock
    from tui.incident.state import IncidentState
    from tui.runbook.procedures import Procedures

_UNTOLD = (e.Snapshot, e.Undone, e.EvidenceVerified, e.Delegated)
"""Entries that are no row of the timeline: what they say stands elsewhere."""


def postmortem(incident_id: str, records: Iterable[Recorded], runbook: Procedures, words: Words) -> str:
    """Write the postmortem of an incident; `runbook` and `words` are those stored with its declaration."""
    merged = merge(records)
    state = fold(incident_id, merged)
    story = Story(state, whole_seconds(times(state)), linked_episodes(state), merged, runbook, words)
    parts = [
        *_head(story),
        *_for_people_outside(story),
        *_summary(story),
        *_timeline(story),
        *_told_sections(story),
        *_actions(story),
        *annex.evidence(story),
        *annex.metrics(story),
        *annex.work(story),
        *annex.source(story),
    ]
    return "\n\n".join(parts) + "\n"


def _head(story: Story) -> Iterator[str]:
    _, state = story.words.say, story.state
    drill = f" [{_('DRILL')}]" if state.drill else ""
    yield f"# {state.id} {cell(state.title)}".rstrip() + drill
    day = utc(story.times.started)[:10]
    people = f"{_('owner')} {cell(state.owner or '–')} · {_('IC')} {cell(state.commander or '–')}"
    yield f"{cell(state.severity or '–')} · {day} · {people} · {_(state.status.value)}"


def _for_people_outside(story: Story) -> Iterator[str]:
    """Tell on one page what happened, whom it hit, how long, and what changes."""
    _, state, known = story.words.say, story.state, story.times
    until = known.mitigated or known.resolved
    affected = who_was_hit(state.numbers, story.words)
    due = ", ".join(_owner_and_due(state))
    yield f"## {_('For people outside')}"
    yield "\n".join(
        (
            f"- {_('What happened')}: {story.or_missing_line(state.title)}",
            f"- {_('Whom it hit')}: {story.or_missing_line(state.value('impact'))}",
            f"- {_('How many requests')}: {affected or '–'}",
            f"- {_('From')}: {_both_times(story, known.started)}",
            f"- {_('Until')}: {_both_times(story, until)}",
            f"- {_('How long')}: {minutes(until - known.started if until and known.started else None) or '–'}",
            f"- {_('Now')}: {_(state.status.value)}",
            f"- {_('What changes')}: {story.or_missing_line(state.value('action'))}",
            f"- {_('Who and when')}: {story.or_missing_line(due)}",
        )
    )


def _both_times(story: Story, moment: datetime | None) -> str:
    """Return local time first: that is what people outside live by; the time once where both clocks read the same."""
    if moment is None:
        return "–"
    name = story.state.declaration.zone if story.state.declaration else ""
    try:
        local = moment.astimezone(zoneinfo.ZoneInfo(name)) if name else None
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        local = None
    if local is None or not local.utcoffset():
        return utc(moment)
    return f"{local:%Y-%m-%d %H:%M:%S} {local.isoformat()[-6:]} ({cell(name)}) · {utc(moment)}"


def _owner_and_due(state: IncidentState) -> tuple[str, ...]:
    return tuple(value for value in (state.value("action_owner"), state.value("action_due")) if value)


def _summary(story: Story) -> Iterator[str]:
    _, state, known = story.words.say, story.state, story.times
    rows = [
        [_("dominant metric"), story.words.named(f"metric.{state.metric}") if state.metric else "–"],
        [_("anchor"), code(state.anchor or "") or "–"],
    ]
    rows += [[_("severity"), f"{cell(change.severity)} · {utc(change.at)}"] for change in state.severity_changes]
    named = (
        (_("started"), known.started),
        (_("detected"), known.detected),
        (_("acknowledged"), known.acknowledged),
        (_("mitigated"), known.mitigated),
        (_("resolved"), known.resolved),
        (_("closed"), known.closed),
    )
    rows += [[name, utc(moment) or "–"] for name, moment in named]
    spans = (
        ("MTTD", known.to_detect),
        ("MTTA", known.to_acknowledge),
        ("MTTM", known.to_mitigate),
        ("MTTR", known.to_resolve),
    )
    rows += [[name, duration(span) or "–"] for name, span in spans]
    promises = (one for one in clocks(state, story.runbook.severities) if one.kind is not ClockKind.UPDATE)
    rows += [[f"SLO {one.kind.value.upper()}", _promise(story, one)] for one in promises]
    yield f"## {_('Summary')}"
    yield table((_("what"), _("value")), rows)
    yield _abbreviations(story)


def _abbreviations(story: Story) -> str:
    """Say what is measured under the short names of the table."""
    _ = story.words.say
    meant = (
        ("MTTD", _("from start to detection")),
        ("MTTA", _("from detection to acknowledgement")),
        ("MTTM", _("from detection to mitigation")),
        ("MTTR", _("from start to resolution")),
        ("SLO ACK", _("the time there was to acknowledge")),
        ("SLO MITIGATE", _("the time there was to mitigate")),
    )
    return " · ".join(f"{name}: {what}" for name, what in meant)


def _promise(story: Story, clock: Clock) -> str:
    _ = story.words.say
    if clock.finished is None:
        return f"– / {duration(clock.limit)} · {_('due')} {utc(clock.deadline)}"
    margin = duration(abs(clock.remaining(clock.deadline)))
    verdict = _("met with {margin} to spare") if clock.met else _("missed by {margin}")
    return f"{duration(clock.taken)} / {duration(clock.limit)} · {verdict.format(margin=margin)}"


def _timeline(story: Story) -> Iterator[str]:
    """Tell everything that stands in order of when it happened; every row names its source."""
    _, words = story.words.say, story.words
    rows = [row for episode in story.episodes for row in _episode_rows(story, episode)]
    rows += _first_event_row(story)
    untold = story.state.undone | superseded(story.records, story.state)
    for record in story.records:
        entry = record.entry
        if record.id in untold or isinstance(entry.payload, _UNTOLD):
            continue
        what = describe(entry.payload, words)
        if record.id in story.state.without_effect:
            what += f" ({_('without effect')})"
        rows.append((entry.effective, f"{_('journal')} {code(record.id)}", cell(entry.actor), what))
    rows.sort(key=lambda row: row[0])
    yield f"## {_('Timeline')} (UTC)"
    yield table(
        (_("when"), _("source"), _("who"), _("what")), ((utc(at), source, who, what) for at, source, who, what in rows)
    )


def _episode_rows(story: Story, episode: Episode) -> Iterator[tuple[datetime, str, str, str]]:
    _, words = story.words.say, story.words
    source, name = f"{_('log')} {code(episode.rule)}", words.named(f"rule.{episode.rule}")
    moments = (
        (episode.pending_at, _("alert pending")),
        (episode.fired_at, f"{_('alert fired')} {cell(episode.severity)}"),
        (episode.resolved_at, _("alert resolved")),
    )
    for moment, what in moments:
        if moment is not None:
            yield moment, source, "–", f"{name}: {what}"


def _first_event_row(story: Story) -> Iterator[tuple[datetime, str, str, str]]:
    """Yield when users began to suffer, as the log says it: the first event that the earliest alert was about."""
    _, fired = story.words.say, [one for one in story.episodes if one.fired_at and one.anchor_at]
    first = min(fired, key=lambda one: one.fired_at or one.began, default=None)
    if first is None:
        return
    bearers = (one.request_id for one in story.state.evidence if one.pin.record and one.pin.record.at == first.began)
    bearer = next(bearers, None)
    about = f" {code(bearer)}" if bearer else ""
    yield first.began, f"{_('log')} {code(first.rule)}", "–", f"{_('first event that the alert is about')}{about}"


def _told_sections(story: Story) -> Iterator[str]:
    """Yield the runbook's own sections (§10) but for the action, which has a table."""
    for section in story.runbook.closure.postmortem:
        if "action" not in section.fields:
            yield f"## {story.words.named(f'postmortem.{section.id}')}"
            yield "\n\n".join(story.or_missing(story.state.value(field)) for field in section.fields)
    _ = story.words.say
    if story.state.value("lucky"):
        yield f"## {_('Where we got lucky')}"
        yield escaped(story.state.value("lucky"))


def _actions(story: Story) -> Iterator[str]:
    _, state = story.words.say, story.state
    yield f"## {_('Actions')}"
    permanent = [
        story.words.named("field.action"),
        *(story.or_missing_line(state.value(name)) for name in ("action", "action_owner", "action_due")),
        cell(state.value("action_done")) or "–",
    ]
    preventive = [story.words.named("field.preventive"), story.or_missing_line(state.value("preventive"))]
    yield table((_("kind"), _("what"), _("who"), _("due"), _("done")), (permanent, [*preventive, "–", "–", "–"]))
