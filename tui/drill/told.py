"""A drill's score, the history of drills and the team's record of each, in words and as JSON has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.incident.markdown import cell, code, duration, table, utc
from tui.incident.times import times
from tui.locale import _
from tui.privacy import visible
from tui.session.times import utc_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime, timedelta

    from tui.drill.score import Judgement, Score
    from tui.incident.state import IncidentState
    from tui.runbook.procedures import Procedures, RecordField
    from tui.runbook.texts import Texts

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Played:
    """One drill of the history. score: None when nothing had fired before it was left."""

    opened: datetime
    scenario: str
    state: IncidentState | None
    """None: nobody declared anything."""
    score: Score | None


def score_result(found: Score) -> dict[str, Any]:
    """The object of `drill score --json`: schema 1 of `docs/schemas/score.schema.json`."""
    return {
        "schema": SCHEMA,
        "incident": found.incident,
        "scenario": found.scenario,
        "fired_at": utc_text(found.fired_at),
        "percent": found.percent,
        "met": found.passed,
        "of": len(found.judgements),
        "judgements": [_judgement_result(one) for one in found.judgements],
    }


def _judgement_result(one: Judgement) -> dict[str, Any]:
    return {
        "id": one.id,
        "met": one.met,
        "credit": round(one.credit, 3),
        "took_seconds": None if one.took is None else one.took.total_seconds(),
        "limit_seconds": None if one.limit is None else one.limit.total_seconds(),
        "said": one.said or None,
        "true": one.true or None,
        "lacking": list(one.lacking),
    }


def score_lines(found: Score, texts: Texts) -> Iterator[str]:
    """The readable score: what was hidden, then one judgement a line."""
    incident = found.incident or _("nobody declared an incident")
    yield f"{_('DRILL')}  {incident}  ·  {_scenario(found.scenario, texts)}"
    yield _("the first alert fired at {time}").format(time=utc(found.fired_at))
    of = len(found.judgements)
    yield f"{found.percent} / 100  ·  " + _("{met} of {of} without anything to wish for").format(
        met=found.passed, of=of
    )
    yield ""
    yield from (_judgement_line(one, texts) for one in found.judgements)


def _judgement_line(one: Judgement, texts: Texts) -> str:
    mark = "✓" if one.met else "◐" if one.credit else "✗"
    return f"  {mark} {_names()[one.id]:<28} {_detail(one, texts)}".rstrip()


def _detail(one: Judgement, texts: Texts) -> str:
    parts = []
    if one.limit is not None:
        took = _("never") if one.took is None else duration(one.took)
        parts.append(_("{taken} of {limit}").format(taken=took, limit=duration(one.limit)))
    if one.true and one.said != one.true:
        said = _named(one.said, texts) or _("nothing said")
        parts.append(_("{said}, it was {true}").format(said=said, true=_named(one.true, texts)))
    elif one.said:
        parts.append(_named(one.said, texts))
    if one.lacking:
        parts.append(", ".join(dict.fromkeys(_lacking(each, texts) for each in one.lacking)))
    return "  ·  ".join(parts)


def _lacking(name: str, texts: Texts) -> str:
    said = {
        "still-burning": _("said while users still suffered"),
        "decision": _("no decision was recorded"),
        "declared": _("nobody declared an incident"),
        "late": _("an update came late"),
        "severity": _("severity"),
        "metric": _("dominant metric"),
        "anchor": _("anchor requestId"),
        "owner": _("owner"),
    }
    return said.get(name) or (texts.short(f"step.{name}") if f"step.{name}" in texts else name)


def _named(name: str, texts: Texts) -> str:
    return texts.short(f"metric.{name}") if f"metric.{name}" in texts else name


def _names() -> dict[str, str]:
    return {
        "first-response": _("first response"),
        "detection": _("detection"),
        "ack": _("ACK"),
        "mitigation": _("mitigation"),
        "severity": _("severity"),
        "metric": _("dominant metric"),
        "triage": _("triage complete"),
        "steps": _("checklist steps"),
        "updates": _("updates on time"),
        "decision": _("rollback decision"),
        "evidence": _("evidence"),
    }


# --- history --------------------------------------------------------------------------------------------------------


def history_result(drills: Sequence[Played], runbook: Procedures) -> dict[str, Any]:
    """The object of `drill history --json`: schema 1 of `docs/schemas/drills.schema.json`."""
    return {
        "schema": SCHEMA,
        "drills": [_played_result(one) for one in drills],
        "mtta_seconds": _mean(times(one.state).to_acknowledge for one in drills if one.state),
        "mttr_seconds": _mean(times(one.state).to_resolve for one in drills if one.state),
        "due": [
            {"scenario": scenario, "last": utc_text(last) if last else None, "due": utc_text(due) if due else None}
            for scenario, last, due in _due(drills, runbook)
        ],
    }


def _played_result(one: Played) -> dict[str, Any]:
    known = times(one.state) if one.state else None
    return {
        "opened": utc_text(one.opened),
        "scenario": one.scenario,
        "incident": one.state.id if one.state else None,
        "percent": one.score.percent if one.score else None,
        "first_response_met": one.score.of("first-response").met if one.score else None,
        "acknowledge_seconds": _seconds(known.to_acknowledge if known else None),
        "resolve_seconds": _seconds(known.to_resolve if known else None),
    }


def history_lines(drills: Sequence[Played], runbook: Procedures, texts: Texts) -> Iterator[str]:
    """One drill a line, the newest first, then when each scenario is due again."""
    yield _("DRILL")
    for one in reversed(drills):
        score = f"{one.score.percent:>3} / 100" if one.score else "–"
        known = times(one.state) if one.state else None
        tta = duration(known.to_acknowledge) if known else ""
        incident = one.state.id if one.state else _("nobody declared an incident")
        title = _scenario(one.scenario, texts)
        yield f"{one.opened:%Y-%m-%d %H:%M} UTC  {title:<28} {score:>9}  TTA {tta or '–':>6}  {incident}"
    result = history_result(drills, runbook)
    if drills:
        means = (f"{name} {_clock(result[key])}" for name, key in (("MTTA", "mtta_seconds"), ("MTTR", "mttr_seconds")))
        yield "  ·  ".join((str(len(drills)), *means))
    for scenario, last, due in _due(drills, runbook):
        when = _("never played") if last is None or due is None else _("due by {day}").format(day=f"{due:%Y-%m-%d}")
        yield f"  {_scenario(scenario, texts):<28} {when}"


def _due(drills: Iterable[Played], runbook: Procedures) -> Iterator[tuple[str, datetime | None, datetime | None]]:
    """Each scenario of the runbook, when it was last played with an answer, and when it is due again."""
    last = {one.scenario: one.opened for one in drills if one.state}
    for scenario in runbook.drills.scenarios:
        at = last.get(scenario.id)
        yield scenario.id, at, None if at is None else at + runbook.drills.every


def _mean(spans: Iterable[timedelta | None]) -> float | None:
    known = [span.total_seconds() for span in spans if span is not None]
    return round(sum(known) / len(known), 1) if known else None


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else round(span.total_seconds(), 3)


def _clock(seconds: float | None) -> str:
    from datetime import timedelta

    return "–" if seconds is None else duration(timedelta(seconds=seconds))


def _scenario(scenario: str, texts: Texts) -> str:
    return texts.short(f"scenario.{scenario}") if f"scenario.{scenario}" in texts else visible(scenario)


# --- the team's record ----------------------------------------------------------------------------------------------


def drill_record(found: Score, state: IncidentState, runbook: Procedures, texts: Texts) -> str:
    """The team's record of one scenario as Markdown, every field the runbook asks for; what is not known stays open."""
    rows = [(texts.title(f"record.{field.id}"), record_value(field, state) or "–") for field in runbook.drills.record]
    known, first = times(state), found.of("first-response")
    promised = _("{taken} of {limit}").format(taken=duration(first.took) or "–", limit=duration(first.limit))
    measured = [
        (_("first response"), f"{promised} {'✓' if first.met else '✗'}"),
        ("TTA", duration(known.to_acknowledge) or "–"),
        ("TTR", duration(known.to_resolve) or "–"),
        (_("score"), f"{found.percent} / 100"),
    ]
    parts = [
        f"# {_('DRILL')} · {cell(_scenario(found.scenario, texts))} · {state.id}",
        table((_("what"), _("value")), [(cell(name), value) for name, value in rows]),
        table((_("measured"), _("value")), measured),
    ]
    return "\n\n".join(parts) + "\n"


def record_value(field: RecordField, state: IncidentState) -> str:
    """What the journal says for one field of the record, as Markdown; empty where it says nothing."""
    known = times(state)
    said = {
        "started": utc(known.started),
        "detected": utc(known.detected),
        "mitigated": utc(known.mitigated),
        "closed": utc(known.closed),
        "request-id": code(state.anchor or ""),
        "finding": cell(state.value("root_cause")),
        "permanent-action": cell(state.value("action")),
        "owner": cell(state.value("action_owner") or state.owner or ""),
        "due": cell(state.value("action_due")),
    }
    if field.form == "choice":
        decision = state.decision.decision.decision if state.decision else ""
        return decision if decision in field.choices else ""
    return said.get(field.id, "")
