"""An incident for people, on a few calm lines: what was recorded, what stands, what is still missing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui.incident import entries as e
from tui.incident.lint import Fault
from tui.incident.narrative import Words, describe
from tui.incident.times import clocks, times
from tui.locale import _
from tui.present.format import duration
from tui.present.refusals import name_of, status_word
from tui.present.spans import foreign

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime, tzinfo

    from tui.incident.lint import Finding
    from tui.incident.record import Recorded
    from tui.incident.slo import Clock
    from tui.incident.state import Evidence, IncidentState
    from tui.present.situation import Texts
    from tui.runbook.procedures import Procedures

_ESCAPED = re.compile(r"\\([\\`*{}\[\]<>|~#&!$_+=:.)@-])")


def both_zones(moment: datetime, zone: tzinfo) -> str:
    """A time in UTC and in the configured zone; once where both clocks read the same."""
    utc, here = f"{moment:%Y-%m-%d %H:%M:%S} UTC", moment.astimezone(zone)
    return utc if here.utcoffset() == moment.utcoffset() else f"{utc} · {here:%H:%M:%S} {here.tzname()}"


def recorded_lines(records: Sequence[Recorded], texts: Texts, zone: tzinfo) -> Iterator[str]:
    """What was recorded, by whom, and when it happened; numbers that were stored with it go without a line."""
    words = Words(_, texts.title)
    for record in records:
        entry = record.entry
        if not isinstance(entry.payload, e.Snapshot):
            said = unescaped(describe(entry.payload, words))
            yield f"{said}  ·  {entry.actor}  ·  {both_zones(entry.effective, zone)}"


def unescaped(markdown: str) -> str:
    """A line of Markdown as people read it."""
    return _ESCAPED.sub(r"\1", markdown).replace("`", "")


def masked_line(kinds: Sequence[str]) -> str:
    """What was taken out of what somebody typed."""
    return _("masked before it was stored: {kinds}").format(kinds=", ".join(kinds))


def missing_line(names: Sequence[str], texts: Texts) -> str:
    """What is still missing."""
    return f"{_('still missing')}: {', '.join(name_of(name, texts) for name in names)}"


def head_line(state: IncidentState) -> str:
    """The incident in one line."""
    drill = _("DRILL") if state.drill else ""
    parts = (drill, state.id, state.severity or "–", status_word(state.status.value), state.title)
    return "  ".join(part for part in parts if part)


def state_lines(state: IncidentState, runbook: Procedures, texts: Texts, zone: tzinfo, now: datetime) -> Iterator[str]:
    """Everything that matters about one incident."""
    yield head_line(state)
    yield f"{_('owner')} {state.owner or '–'}  ·  {_('IC')} {state.commander or '–'}  ·  {_metric(state, texts)}"
    known = times(state)
    named = (
        (_("started"), known.started),
        (_("detected"), known.detected),
        (_("acknowledged"), known.acknowledged),
        (_("mitigated"), known.mitigated),
        (_("resolved"), known.resolved),
        (_("closed"), known.closed),
    )
    yield from (f"{name:<14}{both_zones(moment, zone)}" for name, moment in named if moment)
    yield from (_clock_line(clock, now) for clock in clocks(state, runbook.severities))
    yield from (_evidence_line(one) for one in state.evidence)
    yield from (
        f"{_('left to'):<14}{name_of(field, texts)} → {_one_line(said.value)}"
        for field, said in state.delegated.items()
        if not state.value(field)
    )
    if state.decision:
        yield f"{_('decision'):<14}{state.decision.decision.decision}  ·  {state.decision.by}"
    yield from (f"{_('note'):<14}{note.at:%H:%M:%S}  {note.by}  {_one_line(note.value)}" for note in state.notes)


def finding_line(finding: Finding) -> str:
    """One mistake of a postmortem."""
    where = f"{_('line {number}').format(number=finding.line)}: " if finding.line else ""
    said = _faults()[finding.fault].format(subject=foreign(unescaped(finding.name or finding.subject)))
    return where + said + (f": {foreign(unescaped(finding.wanted))}" if finding.wanted else "")


def verdict_line(request_id: str, source: str, verdict: str) -> str:
    """What a second look at evidence found."""
    words = {
        "matched": _("matched"),
        "matched_on_arrival": _("matched on arrival"),
        "changed": _("changed"),
        "gone": _("gone"),
        "unlinked": _("no record"),
        "missing": _("missing"),
        "unlisted": _("not in the manifest"),
    }
    return f"{words[verdict]:<20}{request_id}  {source}".rstrip()


def _clock_line(clock: Clock, now: datetime) -> str:
    name = {"ack": _("ACK"), "mitigate": _("MITIGATE"), "update": _("NEXT UPDATE")}[clock.kind.value]
    left = clock.remaining(now)
    if clock.taken is not None:
        mark = "✓" if clock.met else "✗"
        said = _("{taken} of {limit}").format(taken=duration(clock.taken), limit=duration(clock.limit))
        return f"{name:<14}{mark} {said}"
    return f"{name:<14}" + (duration(left) if left.total_seconds() >= 0 else f"+{duration(left)} {_('OVER')}")


def _evidence_line(one: Evidence) -> str:
    record = one.pin.record
    place = f"{record.source.name}:{record.offset}" if record else ""
    return f"{_('evidence'):<14}" + verdict_line(one.request_id, place, one.result)


def _metric(state: IncidentState, texts: Texts) -> str:
    if state.metric is None:
        return "–"
    try:
        return texts.short(f"metric.{state.metric}")
    except KeyError:
        return state.metric


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _faults() -> Mapping[Fault, str]:
    return {
        Fault.NO_SECTION: _("the section {subject} is not there"),
        Fault.EMPTY_SECTION: _("{subject} is empty"),
        Fault.NO_OWNER: _("the permanent action has no owner"),
        Fault.NO_DATE: _("the permanent action has no date (YYYY-MM-DD)"),
        Fault.UNLINKED_ROW: _("the timeline row at {subject} names no source"),
        Fault.TIME_WITHOUT_ZONE: _("{subject}: a time without a zone"),
        Fault.NO_EVIDENCE: _("no evidence"),
        Fault.EVIDENCE_NOT_MATCHED: _("the evidence {subject} did not match"),
        Fault.DIFFERS: _("{subject} is not as the journal has it"),
        Fault.NOT_RECORDED: _("{subject} is not in the journal, or not so"),
    }
