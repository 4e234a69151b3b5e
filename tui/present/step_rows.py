"""Steps and outcomes as rows: who ticked what, what the logs say beside it, what Enter does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tui.locale import _
from tui.metrics.answers import Commands, RecordedNow
from tui.present.contacts import call
from tui.present.format import stamp
from tui.present.outcome_words import answer_line, answer_mark
from tui.present.probe_words import probe_line
from tui.present.refusals import name_of
from tui.present.sidepane import sentence, wrapped
from tui.present.spans import Line, Span, cut_middle, fit, foreign, gap, line_width, spread, width, wrap, wrap_line
from tui.present.wording import Wording, joined, muted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tui.incident.state import Said
    from tui.metrics.answers import CommandState
    from tui.present.situation import Situation
    from tui.session.picture import Checklist, CheckView, IncidentPicture, StepView

_BESIDE_FROM = 66
"""Cells from which a step's fact stands beside it instead of under it."""
_TITLE, _LONG_TITLE = 34, 44
"""Cells of a step's name there, where room is short and where it is not."""
INDENT = 5
"""Cells before what stands under a step."""


DeedKind = Literal["tick", "copy", "commands", "decide", "take", "ask"]

_CHECK_DEEDS: dict[str, DeedKind] = {"answer": "tick", "command_passed": "commands", "commands_passed": "commands"}
"""What Enter does on a check that only people can bring about, by the kind of its predicate."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What Enter does on a row: tick a step, copy a command, offer a check's commands, decide, take a value, ask."""

    kind: DeedKind
    subject: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the pane; `does` only on the first line of what it does something to."""

    line: Line
    does: Deed | None = None


class StepPen:
    """Writes steps and checks of one picture; nothing it writes is kept."""

    def __init__(self, situation: Situation, picture: IncidentPicture, chosen: Deed | None, cells: int) -> None:
        self.situation, self.picture, self.chosen, self.cells = situation, picture, chosen, cells
        self.say = Wording(situation.rules, situation.texts, situation.now)

    def told(self, text: str) -> Iterator[Row]:
        """A sentence."""
        yield from (Row((gap(2), *muted(line))) for line in wrap(text, self.cells - 3))

    def row(self, deed: Deed, line: Line, mark: Span | None = None) -> Row:
        """Put the marker of what Enter works on before a line."""
        picked = deed == self.chosen
        head = Span("▸", "focus") if picked else gap(1)
        return Row((head, mark or gap(1), gap(1), *(_strong(line) if picked else line)), deed)

    def steps(self, checklist: Checklist) -> Iterator[Row]:
        """Every step of a checklist."""
        if not checklist.steps:
            yield from self.told(_("reading…"))
        for number, view in enumerate(checklist.steps, start=1):
            yield from self._step(view, number)

    def _step(self, view: StepView, number: int) -> Iterator[Row]:
        deed, names = Deed("tick", view.step.id), self.situation.texts
        near = deed == self.chosen or self._names_chosen(view)
        shut = not view.open and not view.ticks
        mark = Span("✓", "done") if view.ticks else Span("·", "muted") if shut else gap(1)
        role = "muted" if shut else "text"
        who = _ticked_by(view.ticks, self.situation)
        if self.cells >= _BESIDE_FROM and not near:
            title = sentence(names.short(f"step.{view.step.id}"))
            named = max(_TITLE, min(_LONG_TITLE, self.cells * 2 // 5))
            head = fit((Span(f"{number} ", "muted"), Span(title, role)), named)
            told = joined(self._facts(view, shut=shut))
            yield self.row(deed, (*head, gap(1), *spread(told, who, self.cells - named - 5)), mark)
            return
        title = sentence(names.title(f"step.{view.step.id}") if near else names.short(f"step.{view.step.id}"))
        first, *rest = wrap(title, self.cells - 6 - line_width(who)) or [""]
        line = spread((Span(f"{number} ", "muted"), Span(first, role)), (*who, gap(1)), self.cells - 3)
        yield self.row(deed, line, mark)
        yield from (Row((gap(INDENT), Span(text, "strong"))) for text in rest)
        yield from self._under(view, near=near, shut=shut)

    def _names_chosen(self, view: StepView) -> bool:
        """Whether Enter is on one of the step's commands."""
        commands = [one.command for answer in view.answers if isinstance(answer, Commands) for one in answer.commands]
        return self.chosen is not None and self.chosen.kind == "copy" and self.chosen.subject in commands

    def _under(self, view: StepView, *, near: bool, shut: bool) -> Iterator[Row]:
        """The facts of a step, in full when it is chosen; each of its commands is a row of its own."""
        room = self.cells - INDENT - 1
        for told in self._facts(view, shut=shut, commands=False):
            for line in wrap_line(told, room) if near else (told,):
                yield Row((gap(INDENT), *line))
        for answer in view.answers if not shut else ():
            if isinstance(answer, Commands):
                yield from map(self._command, answer.commands)
        if not near:
            yield from (Row((gap(INDENT), *line)) for tick in view.ticks for line in [*_note(tick, room)][:1])
        if near:
            for item in view.step.items:
                text = sentence(self.situation.texts.title(f"item.{item.id}"))
                yield from (Row((gap(INDENT - 2), *line)) for line in wrapped("-", text, room, "muted"))
            for tick in view.ticks:
                yield from (Row((gap(INDENT), *line)) for line in _note(tick, room))

    def _facts(self, view: StepView, *, shut: bool, commands: bool = True) -> Iterator[Line]:
        """Why it does not apply, whom to call, or what is known right now."""
        if view.applies is not None and view.step.when is not None:
            word = {True: _("applies"), False: _("does not apply"), None: ""}[view.applies.met]
            yield joined(part for part in (muted(word) if word else (), self._answered(view)) if part)
        if shut:
            return
        if view.step.escalate_to:
            yield (Span(call(view.step.escalate_to, self.situation).whom, "strong"),)
        for answer in view.answers:
            if isinstance(answer, RecordedNow):
                yield (*muted(f"{self._recorded(answer.what)}: "), *probe_line(answer, self.say))
            elif commands or not isinstance(answer, Commands):
                yield probe_line(answer, self.say)

    def _answered(self, view: StepView) -> Line:
        return answer_line(view.step.when, view.applies, self.say) if view.step.when and view.applies else ()

    def _recorded(self, what: str) -> str:
        own = {"channel": _("channel"), "started": _("started"), "freeze": "freeze", "push": "push"}
        return own.get(what) or name_of(what, self.situation.texts)

    def _command(self, one: CommandState) -> Row:
        """A command of the runbook: what came of it, and that Enter copies it."""
        deed = Deed("copy", one.command)
        told: Line = (Span(self.say.name(f"command.{one.command}")), *muted(f" {_('not run')}"))
        if one.run is not None:
            told = probe_line(Commands((one,)), self.say)
        return Row((gap(2), *self.row(deed, told, Span("$", "muted")).line), deed)

    def checks(self, checklist: Checklist, heading: str) -> Iterator[Row]:
        """Every outcome of a checklist."""
        if checklist.checks:
            yield Row((gap(1), *muted(sentence(heading))))
        for view in checklist.checks:
            yield from self.check(view)

    def check(self, view: CheckView) -> Iterator[Row]:
        """One outcome or condition with its number; one that only a person can answer is ticked like a step."""
        title = sentence(self.situation.texts.short(f"check.{view.check.id}"))
        told = answer_line(view.check.holds, view.answer, self.say)
        mark = answer_mark(view.answer)
        room = self.cells - 4
        fits = width(title) + line_width(told) + 2 <= room
        line: Line = spread((Span(title),), told, room) if fits else (Span(title),)
        does = _CHECK_DEEDS.get(view.check.holds.kind)
        if does is not None:
            yield self.row(Deed(does, view.check.id), line, mark)
        else:
            yield Row((gap(1), mark, gap(1), *line))
        if told and not fits:
            yield Row((gap(INDENT), *told))


def _strong(line: Line) -> Line:
    return tuple(Span(span.text, "strong") if span.role in {"text", "muted"} else span for span in line)


def _ticked_by(ticks: Iterable[Said], situation: Situation) -> Line:
    """Everybody who ticked it, and when the first did."""
    said = list(ticks)
    if not said:
        return ()
    names = " ".join(dict.fromkeys(cut_middle(foreign(tick.by), 10) for tick in said))
    return muted(f" {names} {stamp(said[0].at, situation.now)[:5]}")


def _note(tick: Said, cells: int) -> Iterator[Line]:
    text = " ".join(foreign(tick.value).split())
    for index, line in enumerate(wrap(text, cells - 2)):
        yield Span("✎ " if index == 0 else "  ", "muted"), Span(line)
