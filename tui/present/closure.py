"""The closing form: what the journal already knows, what is left to fill in, the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.incident.gates import missing, unmet
from tui.incident.narrative import Words, who_was_hit
from tui.incident.ruling import Code
from tui.incident.slo import ClockKind
from tui.keymap import key_name
from tui.locale import _
from tui.present.format import clock, duration, stamp
from tui.present.incident_text import unescaped, verdict_line
from tui.present.questions import Choice, Field, on_screen
from tui.present.refusals import missing_words, name_of
from tui.present.sidepane import sentence
from tui.present.spans import Line, Span, cut, cut_middle, fit, foreign, gap, left, rule, spread, width, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tui.incident.facts import Condition
    from tui.incident.ruling import Reason
    from tui.incident.slo import Clock
    from tui.incident.state import IncidentState
    from tui.present.situation import Situation
    from tui.session.picture import IncidentPicture

LABEL = 17
"""Cells before a value: focus, mark, name."""
LUCKY = "lucky"
_NAME = LABEL - 4
_NEWLINE = "␊"
_SHOWN_EVIDENCE = 3
_HELPER = 12


# --- the form -------------------------------------------------------------------------------------------------------


def form_fields(situation: Situation) -> tuple[Field, ...]:
    """Return what people fill in: the runbook's fields in its order, luck after what was learned."""
    state = situation.declared
    found: list[Field] = []
    for one in situation.rules.closure.fields:
        if one.form == "preventive":
            found.append(Field(LUCKY, _("Luck"), hint=_("optional: where we got lucky")))
        choices = (Choice("", "–"), Choice("yes", _("yes")), Choice("no", _("no"))) if one.form == "sent" else ()
        label = sentence(situation.texts.short(f"field.{one.id}"))
        found.append(Field(one.id, label, hint=_hint(one.form, situation), choices=choices))
    return tuple(Field(one.id, one.label, typed(state, one.id), one.hint, one.choices) for one in found)


def _hint(form: str, situation: Situation) -> str:
    kinds = (foreign(situation.texts.title(f"preventive.{kind}")) for kind in situation.rules.closure.preventive_kinds)
    return {
        "cause": _("file:line or a setting"),
        "preventive": " · ".join(kinds),
        "date": "YYYY-MM-DD",
        "person": "@",
    }.get(form, "")


def typed(state: IncidentState | None, field: str) -> str:
    """Return a field as one line to edit: line breaks are pictured."""
    return state.value(field).replace("\n", _NEWLINE) if state else ""


def stored(text: str) -> str:
    """Return an edited line as it is kept."""
    return text.replace(_NEWLINE, "\n")


def lacking(situation: Situation) -> tuple[str, ...]:
    """Ids of what the gate still misses, in its order."""
    return missing(situation.incident.closure) if situation.incident else ()


def label(field: Field, cells: int, *, focused: bool, missing: bool) -> Line:
    """`▌✗ Root cause`: whether it has the focus, whether the gate waits for it."""
    mark = Span("✗", "severe0") if missing else gap(1)
    name = Span(left(field.label, cells - 4), "strong" if focused else "muted")
    return (Span("▌", "focus") if focused else gap(1), mark, gap(1), name, gap(1))


def helper(state: IncidentState | None, field: str) -> Line:
    """`with @beto`: whom a line was left to; nothing where nobody."""
    said = state.delegated.get(field) if state else None
    if said is None:
        return ()
    name = cut(foreign(said.value), _HELPER)
    return (gap(1), Span(_("with {name}").format(name=name), "watch" if not typed(state, field) else "muted"))


def wrong(reason: Reason, situation: Situation) -> str:
    """Say beside a field why it was not taken."""
    forms = {one.id: one.form for one in situation.rules.closure.fields}
    if reason.code is Code.BAD_VALUE and forms.get(reason.subject) == "date":
        return _("not a date: write YYYY-MM-DD")
    return on_screen(reason, situation.texts)


def form_title(state: IncidentState, saved: datetime | None, actor: str, cells: int) -> Line:
    """`Close INC-…  draft saved 03:01:40 · @ana`."""
    said = [_("draft saved {time}").format(time=clock(saved))] if saved else []
    end = " · ".join((*said, foreign(actor)))
    return rule((Span(f"{_('Close')} {state.id}", "strong"),), (Span(end, "muted"), gap(1)), cells)


# --- what the journal already knows ---------------------------------------------------------------------------------


def known_lines(situation: Situation, cells: int) -> tuple[Line, ...]:
    """Severity, times against their promises, whom it hit, the decision: shown, not asked."""
    picture, state = situation.incident, situation.declared
    if picture is None or state is None:
        return ()
    return tuple(
        fit((gap(3), Span(left(name, _NAME), "muted"), gap(1), Span(value)), cells)
        for name, value in _known(situation, picture, state)
    )


def _known(situation: Situation, picture: IncidentPicture, state: IncidentState) -> Iterator[tuple[str, str]]:
    now, times = situation.now, picture.times
    promised = {one.kind: one for one in picture.clocks}
    changes = (f"{foreign(one.severity)} {stamp(one.at, now)}" for one in state.severity_changes)
    yield _capital(_("severity")), " › ".join(changes) or "–"
    if times is not None:
        yield _capital(_("started")), _when(times.started, now)
        yield _capital(_("acknowledged")), _when(times.acknowledged, now) + _kept(promised.get(ClockKind.ACK))
        yield _capital(_("mitigated")), _when(times.mitigated, now) + _kept(promised.get(ClockKind.MITIGATE))
        yield _capital(_("resolved")), _when(times.resolved, now) + _due(picture, now)
    hit = unescaped(who_was_hit(state.numbers, Words(_, situation.texts.title)))
    yield _("Affected"), foreign(hit) or "–"
    decided = state.decision
    told = f"{decided.decision.decision} {stamp(decided.at, now)} {foreign(decided.by)}" if decided else _("missing")
    yield _capital(_("decision")), told


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _when(moment: datetime | None, now: datetime) -> str:
    return stamp(moment, now) if moment else "–"


def _kept(promise: Clock | None) -> str:
    """`  ✓ 03:12 of 05:00`."""
    if promise is None or promise.taken is None:
        return ""
    said = _("{taken} of {limit}").format(taken=duration(promise.taken), limit=duration(promise.limit))
    return f"  {'✓' if promise.met else '✗'} {said}"


def _due(picture: IncidentPicture, now: datetime) -> str:
    if picture.due is None:
        return ""
    late = f" {_('OVERDUE')}" if now.date() > picture.due else ""
    return f"  {_('close by {date}').format(date=picture.due)}{late}"


def evidence_lines(state: IncidentState, cells: int, *, focused: bool) -> tuple[Line, ...]:
    """What is pinned and what the last look at it found; without any, how to get some."""
    head = (Span("▌", "focus") if focused else gap(1), gap(2))
    name = Span(left(_("Evidence"), _NAME), "strong" if focused else "muted")
    if not state.evidence:
        how = _("none: enter opens the trace, {key} pins").format(key=key_name("P"))
        return (fit((*head, name, gap(1), Span(how, "watch")), cells),)
    lines: list[Line] = []
    for index, one in enumerate(state.evidence[:_SHOWN_EVIDENCE]):
        said = " ".join(verdict_line("", "", one.result).split())
        room = max(8, cells - LABEL - width(said) - 2)
        value = (Span(f"{said} ", _role(one.matched)), Span(cut_middle(foreign(one.request_id), room)))
        lead = (*head, name) if index == 0 else (gap(3), gap(_NAME))
        lines.append(fit((*lead, gap(1), *value), cells))
    more = len(state.evidence) - _SHOWN_EVIDENCE
    if more > 0:
        lines.append(fit((gap(LABEL), Span(f"+{more}", "muted")), cells))
    return tuple(lines)


# --- the gate -------------------------------------------------------------------------------------------------------


def gate_lines(situation: Situation, cells: int) -> tuple[Line, ...]:
    """Whether it can be closed, then every condition with what it lacks."""
    conditions = situation.incident.closure if situation.incident else ()
    ready, told = unmet(conditions) == 0, missing_words(conditions, of_all=True)
    full = _("CAN CLOSE") if ready else f"{_('CANNOT CLOSE')} · {told}"
    room = cells - width(_("Gate")) - 3
    verdict = Span(full if width(full) <= room else told, _role(ready))
    lines = [rule((Span(_("Gate"), "strong"), gap(2), verdict), (), cells)]
    for one in conditions:
        lines += _condition(one, situation, cells)
    return tuple(fit(line, cells) for line in lines)


def _role(holds: bool) -> str:
    return "done" if holds else "severe0"


def _condition(one: Condition, situation: Situation, cells: int) -> Iterator[Line]:
    title, lacks = lack_of(one, situation)
    head = (gap(1), Span("✓" if one.met else "✗", _role(one.met is True)), gap(1))
    room = cells - 4
    if not lacks or width(title) + width(lacks) + 2 <= room:
        yield (*head, *spread((Span(title),), (Span(lacks, "watch"),) if lacks else (), room))
        return
    yield (*head, Span(title))
    yield from ((gap(4), Span(text, "watch")) for text in wrap(lacks, cells - 5))


def lack_of(one: Condition, situation: Situation) -> tuple[str, str]:
    """A condition's name and what it lacks; nothing twice."""
    title = sentence(situation.texts.short(f"closure.{one.id}"))
    lacks = ", ".join(sentence(name_of(name, situation.texts)) for name in one.missing)
    return title, "" if lacks.casefold() == title.casefold() else lacks


def button_line(situation: Situation, cells: int, *, focused: bool) -> Line:
    """`Close incident`, and how many of the gate's conditions are missing: one may want several fields."""
    gate = situation.incident.closure if situation.incident else ()
    name = Span(f" {_('Close incident')} ", "chip" if focused else "strong")
    head = Span("▌", "focus") if focused else gap(1)
    return fit((head, gap(1), name, gap(1), Span(missing_words(gate), "watch" if unmet(gate) else "done")), cells)
