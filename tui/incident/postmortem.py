"""The postmortem as Markdown: a fold of the journal, so that the same journal always gives the same bytes.

Nothing but the entries is looked at: numbers come from the stored snapshots, the zone and the runbook from the
declaration. The words are those of the language in which the incident was declared.
"""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.incident import entries as e
from tui.incident.fold import fold, merge
from tui.incident.markdown import cell, chart, code, duration, escaped, number, table, utc
from tui.incident.narrative import Words, describe, who_was_hit
from tui.incident.times import Times, clocks, linked_episodes, times

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from tui.incident.facts import Episode, Series
    from tui.incident.record import Recorded
    from tui.incident.slo import Clock
    from tui.incident.state import IncidentState
    from tui.runbook.procedures import Procedures

_UNTOLD = (e.Snapshot, e.Undone, e.EvidenceVerified, e.Delegated)
"""Entries that are no row of the timeline: what they say stands elsewhere."""


@dataclass(frozen=True, slots=True)
class _Story:
    state: IncidentState
    times: Times
    episodes: tuple[Episode, ...]
    records: tuple[Recorded, ...]
    runbook: Procedures
    words: Words

    def or_missing(self, text: str) -> str:
        """Return text ready for Markdown; a marked gap where nobody wrote any."""
        _ = self.words.say
        return escaped(text) if text.strip() else f"*{_('missing')}*"


def postmortem(incident_id: str, records: Iterable[Recorded], runbook: Procedures, words: Words) -> str:
    """Write the postmortem of an incident; `runbook` and `words` are those stored with its declaration."""
    merged = merge(records)
    state = fold(incident_id, merged)
    story = _Story(state, times(state), linked_episodes(state), merged, runbook, words)
    parts = [
        *_head(story),
        *_for_people_outside(story),
        *_summary(story),
        *_timeline(story),
        *_told_sections(story),
        *_actions(story),
        *_evidence(story),
        *_metrics(story),
        *_work(story),
        *_source(story),
    ]
    return "\n\n".join(parts) + "\n"


def _head(story: _Story) -> Iterator[str]:
    _, state = story.words.say, story.state
    drill = f" [{_('DRILL')}]" if state.drill else ""
    yield f"# {state.id} {cell(state.title)}".rstrip() + drill
    day = utc(story.times.started)[:10]
    people = f"{_('owner')} {cell(state.owner or '–')} · {_('IC')} {cell(state.commander or '–')}"
    yield f"{cell(state.severity or '–')} · {day} · {people} · {_(state.status.value)}"


def _for_people_outside(story: _Story) -> Iterator[str]:
    """Tell on one page what happened, whom it hit, how long, and what changes."""
    _, state, known = story.words.say, story.state, story.times
    until = known.mitigated or known.resolved
    lasted = duration(until - known.started) if until and known.started else "–"
    affected = who_was_hit(state.numbers.figures if state.numbers else (), story.words)
    yield f"## {_('For people outside')}"
    yield "\n".join(
        (
            f"- {_('What happened')}: {story.or_missing(state.title)}",
            f"- {_('Whom it hit')}: {story.or_missing(state.value('impact'))}" + (f" ({affected})" if affected else ""),
            f"- {_('From')}: {_both_times(story, known.started)}",
            f"- {_('Until')}: {_both_times(story, until)} ({lasted})",
            f"- {_('What changes')}: {story.or_missing(state.value('action'))}",
            f"- {_('Who and when')}: {story.or_missing(' '.join(_owner_and_due(state)))}",
        )
    )


def _both_times(story: _Story, moment: datetime | None) -> str:
    if moment is None:
        return "–"
    name = story.state.declaration.zone if story.state.declaration else ""
    try:
        local = moment.astimezone(zoneinfo.ZoneInfo(name)) if name else None
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        local = None
    return utc(moment) + (f" · {local:%Y-%m-%d %H:%M:%S%z} {cell(name)}" if local else "")


def _owner_and_due(state: IncidentState) -> tuple[str, ...]:
    return tuple(value for value in (state.value("action_owner"), state.value("action_due")) if value)


def _summary(story: _Story) -> Iterator[str]:
    _, known = story.words.say, story.times
    rows = [[_("severity"), f"{cell(change.severity)} {utc(change.at)}"] for change in story.state.severity_changes]
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
    finished = (clock for clock in clocks(story.state, story.runbook.severities) if clock.finished)
    rows += [[f"SLO {clock.kind.value}", _promise(story, clock)] for clock in finished]
    yield f"## {_('Summary')}"
    yield table((_("what"), _("when")), rows)


def _promise(story: _Story, clock: Clock) -> str:
    _ = story.words.say
    verdict = _("met by") if clock.met else _("missed by")
    margin = duration(abs(clock.remaining(clock.deadline)))
    return f"{duration(clock.taken)} / {duration(clock.limit)} · {verdict} {margin}"


def _timeline(story: _Story) -> Iterator[str]:
    """Tell everything in order of when it happened; every row names its source."""
    _, words = story.words.say, story.words
    rows = [row for episode in story.episodes for row in _episode_rows(story, episode)]
    for record in story.records:
        entry = record.entry
        if record.id in story.state.undone or isinstance(entry.payload, _UNTOLD):
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


def _episode_rows(story: _Story, episode: Episode) -> Iterator[tuple[datetime, str, str, str]]:
    _, words = story.words.say, story.words
    source, name = f"{_('log')} {code(episode.rule)}", words.named(f"metric.{episode.metric}")
    moments = (
        (episode.pending_at, _("alert pending")),
        (episode.fired_at, f"{_('alert fired')} {cell(episode.severity)}"),
        (episode.resolved_at, _("alert resolved")),
    )
    for moment, what in moments:
        if moment is not None:
            yield moment, source, "–", f"{name}: {what}"


def _told_sections(story: _Story) -> Iterator[str]:
    """Yield the runbook's own sections (§10) but for the action, which has a table."""
    for section in story.runbook.closure.postmortem:
        if "action" not in section.fields:
            yield f"## {story.words.named(f'postmortem.{section.id}')}"
            yield "\n\n".join(story.or_missing(story.state.value(field)) for field in section.fields)
    _ = story.words.say
    if story.state.value("lucky"):
        yield f"## {_('Where we got lucky')}"
        yield escaped(story.state.value("lucky"))


def _actions(story: _Story) -> Iterator[str]:
    _, state = story.words.say, story.state
    yield f"## {_('Actions')}"
    permanent = [
        story.words.named("field.action"),
        *(" ".join(story.or_missing(state.value(name)).split()) for name in ("action", "action_owner", "action_due")),
        cell(state.value("action_done")) or "–",
    ]
    preventive = [story.words.named("field.preventive"), " ".join(story.or_missing(state.value("preventive")).split())]
    yield table((_("kind"), _("what"), _("who"), _("due"), _("done")), (permanent, [*preventive, "–", "–", "–"]))


def _evidence(story: _Story) -> Iterator[str]:
    _, rows = story.words.say, []
    results = {
        "matched": _("matched"),
        "matched_on_arrival": _("matched on arrival"),
        "changed": _("changed"),
        "gone": _("gone"),
        "unlinked": _("no record"),
    }
    for one in story.state.evidence:
        record = one.pin.record
        place = f"{cell(record.source.name)} {record.offset}+{record.length}" if record else "–"
        seen = utc(record.at) if record else ""
        rows.append(
            (code(one.request_id), results[one.result], seen or "–", place, code(record.sha256) if record else "–")
        )
    yield f"## {_('Evidence')}"
    yield table(("requestId", _("state"), _("when"), _("place"), "sha256"), rows) if rows else f"*{_('missing')}*"


def _metrics(story: _Story) -> Iterator[str]:
    _, words, numbers = story.words.say, story.words, story.state.numbers
    yield f"## {_('Metrics')}"
    if numbers is None:
        yield f"{_('metrics: unavailable')}"
        return
    yield table(
        (_("rule"), _("severity"), _("pending"), _("fired"), _("resolved"), _("peak")),
        (
            (
                code(one.rule),
                cell(one.severity),
                utc(one.pending_at),
                utc(one.fired_at) or "–",
                utc(one.resolved_at) or "–",
                number(one.peak),
            )
            for one in story.episodes
        ),
    )
    for series in numbers.series:
        yield f"{words.named(f'metric.{series.metric}')} · {_figures(story, series)}"
        yield f"```text\n{utc(series.start)[11:16]} {chart(series)}\n```"


def _figures(story: _Story, series: Series) -> str:
    _ = story.words.say
    over = sum(
        value is not None and series.threshold is not None and value > series.threshold for value in series.values
    )
    limit = f"{_('limit')} {number(series.threshold)} {cell(series.unit)}".rstrip()
    return f"{_('peak')} {number(series.peak)} · {limit} · {_('minutes over')} {over}"


def _work(story: _Story) -> Iterator[str]:
    _, state, words = story.words.say, story.state, story.words
    ticks = [(step, tick) for step, said in state.steps.items() for tick in said]
    rows = [(words.named(f"step.{step}"), cell(tick.by), utc(tick.at), cell(tick.value)) for step, tick in ticks]
    yield f"## {_('Playbook steps')}"
    yield table((_("step"), _("who"), _("when"), _("note")), rows) if rows else _("no step was ticked")
    yield f"## {_('Decision')}"
    yield from _decision(story)
    yield f"## {_('Commands run')}"
    runs = [
        (utc(run.at), cell(run.by), code(run.run.command), "–" if run.run.exit_code is None else str(run.run.exit_code))
        for run in state.runs
    ]
    yield table((_("when"), _("who"), _("command"), _("exit code")), runs) if runs else _("no command was run")


def _decision(story: _Story) -> Iterator[str]:
    _, decision = story.words.say, story.state.decision
    if decision is None:
        yield f"*{_('missing')}*"
        return
    forced = f" · {_('against the gate')}" if decision.decision.overridden else ""
    why = f": {cell(decision.decision.why)}" if decision.decision.why else ""
    yield f"{decision.decision.decision} · {utc(decision.at)} · {cell(decision.by)}{forced}{why}"
    marks = {True: "✓", False: "✗", None: "?"}
    yield table(
        (_("condition"), _("holds"), _("value"), _("limit")),
        (
            (story.words.named(f"check.{one.id}"), marks[one.met], number(one.value), number(one.limit))
            for one in decision.decision.conditions
        ),
    )


def _source(story: _Story) -> Iterator[str]:
    _, declaration = story.words.say, story.state.declaration
    copy = declaration.runbook if declaration else None
    yield f"## {_('Runbook')}"
    yield f"{code(copy.id)} · {code(copy.lang)} · sha256 {code(copy.sha256)}" if copy else "–"
