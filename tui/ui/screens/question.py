"""Asks once before anything is recorded: what, by whom, and what else it takes. The board stays in view above."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen

from tui.locale import _
from tui.present.questions import Choice, FieldError, Question, refused, title
from tui.present.spans import Line, Span, fit, foreign, gap, left, rule, width, wrap
from tui.privacy import mask
from tui.ui.widgets.fields import ChoiceField, Lines, TextField

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.app import ComposeResult
    from textual.widgets import Input

    from tui.incident.actions import Command
    from tui.present.situation import Situation
    from tui.session.command_post import Answered

_LABEL = 22
_WIDEST = 110
"""Cells of a line that is read: longer ones lose the eye. The question itself is as wide as the screen."""
_FRAME_ROWS = 5


Submit = Callable[[tuple["Command", ...], str], int]
"""Hands commands and whoever acts to the worker; returns the number that the answer will bear."""


class QuestionScreen(ModalScreen[bool]):
    """Open until the disk has confirmed, or somebody leaves it. Dismisses with whether it was recorded."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,0", "leave", show=False),
        Binding("enter", "answer", show=False),
        Binding("tab", "app.focus_next", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", show=False, priority=True),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
        Binding("pageup", "read(-1)", show=False),
        Binding("pagedown", "read(1)", show=False),
    ]

    def __init__(self, question: Question, situation: Situation, people: tuple[str, ...], submit: Submit) -> None:
        super().__init__()
        self.question, self.situation, self.people = question, situation, people
        self.waiting: int | None = None
        """Number of the answer that is waited for, once Enter was pressed."""
        self.said: dict[str, str] = {}
        """What was answered last."""
        self._left: bool | None = None
        """Set when it is over: whether anything was recorded."""
        self._about: tuple[Line, ...] = ()
        self._first = 0
        """The first row in view of what to read."""
        self._submit = submit
        self._fields: dict[str, TextField | ChoiceField] = {}
        self._told: dict[str, Lines] = {}
        self._actor = ChoiceField(tuple(Choice(name, foreign(name)) for name in people), people[0] if people else "")

    def compose(self) -> ComposeResult:
        """Title, what to read, the fields each with a line for what is wrong, who acts."""
        with Vertical(id="question"):
            yield Lines(id="question-title")
            yield Lines(id="question-about")
            for one in self.question.fields:
                field = ChoiceField(one.choices, one.value) if one.choices else TextField(one.value, one.hint)
                if isinstance(field, ChoiceField):
                    field.type_on = partial(self._type_on, field)
                self._fields[one.id] = field
                self._told[one.id] = Lines()
                with Horizontal(classes="field"):
                    yield _label(one.label)
                    yield field
                yield self._told[one.id]
            self._told[""] = Lines()
            yield self._told[""]
            if len(self.people) > 1:
                with Horizontal(classes="field"):
                    yield _label(_("by"))
                    yield self._actor
        yield Lines(id="question-foot")

    def on_mount(self) -> None:
        """Write the frame and give the first field the focus."""
        self._frame()
        first = next(iter(self._fields.values()), None)
        if first is not None or len(self.people) > 1:
            (first or self._actor).focus()

    def on_resize(self) -> None:
        """Fit the frame anew."""
        self._frame()

    def _frame(self) -> None:
        wide = self.app.size.width
        cells = min(_WIDEST, wide)
        head = title(self.question, self.situation)
        self.query_one("#question-title", Lines).write((rule((Span(foreign(head), "strong"),), (), wide),))
        self._about = tuple(line for each in self.question.about for line in _wrapped(each, cells))
        self.action_read(0)

    @property
    def _room(self) -> int:
        """Rows for what to read."""
        return max(0, self.app.size.height - _FRAME_ROWS - 2 * len(self._fields))

    def action_read(self, pages: int) -> None:
        """Go on or back in what to read, where it does not fit."""
        room = self._room
        self._first = max(0, min(self._first + pages * max(1, room - 1), len(self._about) - room))
        self.query_one("#question-about", Lines).write(self._about[self._first : self._first + room])
        self._say_what_enter_does()

    def _more(self) -> Line:
        """Say that there is more to read than fits."""
        shown, count = min(self._room, len(self._about)), len(self._about)
        if shown == count:
            return ()
        part = f" {self._first + 1}–{self._first + shown} {_('of')} {count}"
        return (gap(2), Span(_("PgUp PgDn"), "strong"), Span(part, "muted"))

    def _say_what_enter_does(self) -> None:
        cells = self.app.size.width
        who = foreign(self._who())
        parts: Line = (gap(1), Span(_("enter"), "strong"), Span(f" {_('record')}", "muted"))
        if self.waiting is not None:
            parts = (gap(1), Span(_("writing…"), "strong"))
        by: Line = (Span(f"  {_('by')} ", "muted"), Span(who or "?", "strong"))
        if len(self.people) > 1:
            by = (Span(f" = {who}", "strong"),)
        leave: Line = (gap(2), Span(_("esc"), "strong"), Span(f" {_('leave')}", "muted"))
        self.query_one("#question-foot", Lines).write((fit((*parts, *by, *leave, *self._more()), cells),))

    def _who(self) -> str:
        return self._actor.answer if len(self.people) > 1 else (self.people[0] if self.people else "")

    # --- answering ----------------------------------------------------------------------------------------------------

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show what would be masked before it is stored."""
        for name, field in self._fields.items():
            if field is event.input:
                masked = mask(event.value)
                kinds = ", ".join(masked.kinds)
                said = f"{_('masked')} ({kinds}): {foreign(masked.text)}"
                self._tell(name, said if masked.kinds else "", "watch")

    def _type_on(self, field: ChoiceField, letter: str) -> None:
        """Take a letter typed on a choice to the next line of text, else to the first one: no letter is lost."""
        fields = [*self._fields.values()]
        at = fields.index(field)
        line = next((one for one in (*fields[at:], *fields) if isinstance(one, TextField)), None)
        if line is not None and not letter.isdigit():
            line.focus()
            line.insert_text_at_cursor(letter)

    def on_input_submitted(self) -> None:
        """Enter in a field answers, after every letter typed before it: a priority key would overtake them."""
        self.action_answer()

    def on_choice_field_picked(self, event: ChoiceField.Picked) -> None:
        """A digit names who acts; where nothing else is asked, that is the answer."""
        self._say_what_enter_does()
        if event.field is self._actor and not self._fields:
            self.action_answer()

    def action_answer(self) -> None:
        """Hand the commands over; the question stays until they are on the disk."""
        if self.waiting is not None or not self.is_active:
            return
        self._clear()
        self.said = {name: field.answer for name, field in self._fields.items()}
        try:
            commands = self.question.commands(self.said)
        except FieldError as error:
            self._tell(error.field, error.message, "watch")
            return
        self.waiting = self._submit(commands, self._who())
        self._say_what_enter_does()

    def take(self, answered: Answered) -> None:
        """Close when it is recorded, or not saved (the strip says so, loudly); else say why not, beside the field."""
        self.waiting = None
        refusal = answered.outcome.refusal
        if refusal is None:
            self.leave(recorded=answered.outcome.ok)
            return
        for place, sentence in refused(refusal, self.question, self.situation.texts):
            self._tell(place if place in self._told else "", sentence, "severe0")
        self._say_what_enter_does()

    def action_leave(self) -> None:
        """Record nothing."""
        self.leave(recorded=False)

    def leave(self, *, recorded: bool) -> None:
        """Leave once, and not before what came over it is gone: the toolkit takes away whatever is on top."""
        if self.is_active:
            self.dismiss(recorded)
        elif self.is_attached:
            self._left = recorded

    def on_screen_resume(self) -> None:
        """Leave, if that was due while another screen lay over this one."""
        if self._left is not None:
            self.leave(recorded=self._left)

    def _clear(self) -> None:
        for lines in self._told.values():
            lines.write(())

    def _tell(self, place: str, sentence: str, role: str) -> None:
        lines = self._told.get(place, self._told[""])
        cells = min(_WIDEST, self.app.size.width) - _LABEL
        told = tuple((gap(_LABEL), Span(text, role)) for text in wrap(foreign(sentence), cells))
        lines.write(((*lines.lines, *told) if sentence and role == "severe0" else told)[:4])


def _label(text: str) -> Lines:
    label = Lines(((gap(1), Span(left(text, _LABEL - 2), "muted")),))
    label.add_class("label")
    return label


def _wrapped(line: Line, cells: int) -> Iterator[Line]:
    """Break a line at blanks, its first piece standing before the rest."""
    head, rest = line[0], line[1:]
    if not rest:
        yield from ((gap(1), Span(text, head.role)) for text in wrap(head.text, cells - 2))
        return
    indent = width(head.text)
    for index, text in enumerate(wrap("".join(span.text for span in rest), cells - indent - 2)):
        yield gap(1), head if index == 0 else gap(indent), Span(text, rest[0].role)
