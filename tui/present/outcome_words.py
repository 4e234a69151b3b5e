"""What stands beside an outcome, a condition, or a step that only sometimes applies: its mark and its numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, assert_never

from tui.locale import _
from tui.metrics.answers import Why
from tui.present.format import duration, number, percent
from tui.present.spans import Line, Span, foreign
from tui.present.wording import amount, compared, joined, muted, unknown_line, within
from tui.runbook import predicates as p

if TYPE_CHECKING:
    from tui.metrics.answers import Answer
    from tui.present.wording import Wording


def answer_mark(answer: Answer) -> Span:
    """`✓` holds, `✗` does not, `…` waits for somebody to act, `?` nothing can tell."""
    if answer.unknown is not None:
        waits = answer.unknown.why in {Why.NOT_RUN, Why.NOT_SAID, Why.NOT_CHECKED, Why.NOT_MARKED}
        return Span("…", "muted") if waits else Span("?", "watch")
    return Span("✓", "done") if answer.met else Span("✗", "severe0")


def answer_line(predicate: p.Predicate, answer: Answer, say: Wording) -> Line:
    """Return the numbers behind an answer; why there are none, where nothing can be known."""
    parts = _unknown(answer, say) if answer.unknown else _known(predicate, answer, say)
    lasted = _lasted(answer)
    return joined([*parts, lasted] if lasted else parts)


def _unknown(answer: Answer, say: Wording) -> list[Line]:
    if answer.unknown is None:
        return []
    line = unknown_line(answer.unknown, say)
    done = answer.value is not None and answer.limit is not None and answer.unknown.why is Why.NOT_RUN
    return [_part_of(answer), line] if done and answer.value else [line]


def _lasted(answer: Answer) -> Line:
    """How long it has been so, of how long it must."""
    if answer.lasted is None or answer.hold is None:
        return ()
    return (Span(duration(answer.lasted)), *muted(f" {_('of')} {duration(answer.hold)}"))


def _known(predicate: p.Predicate, answer: Answer, say: Wording) -> list[Line]:  # noqa: PLR0911 - one line a kind
    match predicate:
        case p.WithinLimit() | p.NearBaseline() | p.Quiet():
            return _against_limit(answer)
        case p.Falling() | p.NotGrowing():
            return [(Span(" → ".join(amount(value, answer.unit) for value in answer.course)),)]
        case p.Seen():
            return [_seen(answer)]
        case p.Dominates():
            return [_dominates(predicate, answer)]
        case p.Lasts() | p.Calm():
            return []
        case p.AfterDeploy():
            return [_after_deploy(answer)]
        case p.NoMarker():
            return [_no_marker(predicate, answer, say)]
        case p.CommandsPassed() | p.CommandPassed():
            return [_part_of(answer), *_failed(answer, say)]
        case p.NoOpenIncident() | p.IncidentOn() | p.NamesPresent() | p.Answer():
            return _of_people(predicate, answer, say)
        case _:
            assert_never(predicate)


def _of_people(
    predicate: p.NoOpenIncident | p.IncidentOn | p.NamesPresent | p.Answer, answer: Answer, say: Wording
) -> list[Line]:
    note = foreign(answer.note)
    match predicate:
        case p.NoOpenIncident():
            return [(Span(note),) if note else muted(_("none open"))]
        case p.IncidentOn():
            return [(Span(say.metric(answer.note)),)]
        case p.NamesPresent():
            missing = (Span(f"{_('missing')} ", "severe0"), Span(note))
            return [_part_of(answer), missing] if note else [_part_of(answer)]
        case p.Answer():
            return [(Span(note),)]
        case _:
            assert_never(predicate)


def _no_marker(predicate: p.NoMarker, answer: Answer, say: Wording) -> Line:
    return (Span(say.name(f"marker.{predicate.marker}")), *muted(f" {_('not seen') if answer.met else _('seen')}"))


def _against_limit(answer: Answer) -> list[Line]:
    if answer.value is None or answer.limit is None:
        return []
    nothing = answer.value == 0 and answer.limit == 0
    return [(Span("0" if nothing else compared(answer.value, answer.limit, answer.unit)),)]


def _seen(answer: Answer) -> Line:
    """A share where there is something to be a share of: `61 % of 204 in 5 min`."""
    value, of = answer.value or 0.0, answer.of or 0
    text = f"{percent(value / of)} % {_('of')} {number(of)}" if of else number(value)
    return (Span(text), *muted(f" {within(answer.window)}" if answer.window else ""))


def _dominates(predicate: p.Dominates, answer: Answer) -> Line:
    if not answer.of:
        return muted(_("none {window}").format(window=within(predicate.window)))
    share = f"{percent(answer.value)} % {_('of')} {number(answer.of)}"
    return (Span(f"{foreign(predicate.value)} ", "muted"), Span(share), *muted(f" {within(predicate.window)}"))


def _after_deploy(answer: Answer) -> Line:
    if answer.value is None or answer.limit is None:
        return muted(_("no open alert after a deploy"))
    before = _("{time} before").format(time=duration(timedelta(seconds=answer.value)))
    return (Span(f"{foreign(answer.note)} "), *muted(before))


def _part_of(answer: Answer) -> Line:
    return (Span(f"{number(answer.value)} {_('of')} {number(answer.limit)}"),)


def _failed(answer: Answer, say: Wording) -> list[Line]:
    return [(Span("✗ ", "severe0"), Span(say.name(f"command.{command}"))) for command in answer.note.split()]
