"""What one should know before ticking a step: that it may not apply, or that its outcome is not there yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.locale import _
from tui.present.outcome_words import answer_line, answer_mark
from tui.present.probe_words import probe_line
from tui.present.sidepane import sentence
from tui.present.spans import Line, Span
from tui.present.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.present.situation import Situation
    from tui.session.picture import CheckView, StepView


def not_yet(step: str, situation: Situation) -> Iterator[Line]:
    """One row for a step that is not known to apply, and one for each outcome of its checklist that is not reached."""
    picture = situation.incident
    if picture is None:
        return
    say = Wording(situation.rules, situation.texts, situation.now)
    if (seen := view_of(step, situation)) is not None:
        yield from _told(seen, say)
    for checklist in (picture.triage_list, picture.playbook_list, picture.rollback_list):
        view = next((view for view in checklist.steps if view.step.id == step), None)
        if view is None:
            continue
        yield from _applies(view, say)
        yield from (_outcome(check, say) for check in checklist.checks if check.answer.met is not True)


def view_of(step: str, situation: Situation) -> StepView | None:
    """The step as it is shown, with what is known of it; None where no checklist in view has it."""
    picture = situation.incident
    lists = (picture.triage_list, picture.playbook_list, picture.rollback_list) if picture else ()
    return next((view for each in lists for view in each.steps if view.step.id == step), None)


def _told(view: StepView, say: Wording) -> Iterator[Line]:
    """What nobody can tell of the step itself: its own fact stands before those of the outcome."""
    for answer in view.answers:
        if getattr(answer, "unknown", None) is not None:
            yield (Span(f"{_('this step')}: ", "watch"), *probe_line(answer, say))


def _applies(view: StepView, say: Wording) -> Iterator[Line]:
    if view.applies is not None and view.step.when is not None and not view.open:
        word = _("does not apply") if view.applies.met is False else _("nothing tells whether it applies")
        yield (Span(f"{word}: ", "watch"), *answer_line(view.step.when, view.applies, say))


def _outcome(check: CheckView, say: Wording) -> Line:
    """`✗ expected: auth 5xx at 0, sustained: 02:10 of 15:00`."""
    title = sentence(say.name(f"check.{check.check.id}"))
    mark = answer_mark(check.answer)
    return (
        Span(f"{mark.text} ", mark.role),
        Span(f"{_('expected')}: {title}: ", "muted"),
        *answer_line(check.check.holds, check.answer, say),
    )
