"""From a key to a question, from its answer to the worker, and back: the screen's side of every decision."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from tui.incident.actions import PinEvidence
from tui.keymap import key_name
from tui.locale import _, ngettext
from tui.present.ask_closing import close, delegate
from tui.present.asking import ask, cannot_run, commands_of, for_deed, more, to_run
from tui.present.checklists import CLOSING
from tui.present.command_keys import command_keys
from tui.present.entry_rows import entry_words
from tui.present.questions import Question, on_screen
from tui.present.refusals import status_word
from tui.present.spans import foreign
from tui.session.command_post import Ask
from tui.session.commands import recorded
from tui.ui.screens.closure import ClosureScreen
from tui.ui.screens.incidents import IncidentsScreen
from tui.ui.screens.pick import PickScreen
from tui.ui.screens.question import QuestionScreen
from tui.ui.screens.run import RunScreen
from tui.ui.sharing import share

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.incident.actions import Command
    from tui.incident.state import Status
    from tui.present.paper import Paper
    from tui.present.questions import Field
    from tui.present.situation import Situation
    from tui.present.step_rows import Deed
    from tui.session.command_post import Answered
    from tui.session.commands import Ended
    from tui.ui.app import GuardiaApp
    from tui.ui.engine import Commanding


_OF_AN_OPEN_ONE = frozenset({"acknowledge", "mitigate", "resolve", "update", "severity", "flags", "roles", "undo"})
"""What can only be asked while the incident is open: by the whole of its journal, not at the minute a review shows."""


class Commander:
    """Asks and submits for one board. It records nothing itself and shows nothing as done."""

    def __init__(self, app: GuardiaApp, post: Commanding, say: Callable[[str], None]) -> None:
        """`say` shows one calm sentence for a moment."""
        self._app, self._post, self._say = app, post, say
        self._numbers = count(1)
        self._papers: dict[int, Paper] = {}
        """What is handed to other people once the answer of that number says it is recorded."""
        self._last = ""
        """Who acted last: Enter means the same person again."""

    def ask(self, name: str, situation: Situation) -> None:
        """Ask what a key asks, if it means anything now."""
        situation = replace(situation, now=self._post.now())  # the moment the question says is the one recorded
        picture = situation.incident
        if picture is None:
            return
        if name == "incidents":
            self._app.push_screen(IncidentsScreen())
            return
        if picture.read_only:
            self._say(_("read only: this screen looks and records nothing"))
            return
        if all(key.asks != name for key in command_keys(situation)):
            self._say(self._why_not(situation))
        elif picture.over and name in _OF_AN_OPEN_ONE:
            self._say(_why_over(situation, picture.over))
        elif name == "snooze":
            self._post.snooze()
        elif name == "more":
            self._more(situation)
        else:
            self._put(ask(name, situation), situation)

    def _more(self, situation: Situation) -> None:
        """Offer what is possible both at the minute shown and today."""
        picture, offered = situation.incident, more(situation)
        if picture is not None and picture.today is not None:
            today = more(replace(situation, incident=replace(picture, state=picture.today)))
            offered = tuple(each for each in offered if each in today)
        self._pick(_("More"), offered, lambda chosen: self._put(ask(chosen, situation), situation))

    def do(self, deed: Deed, situation: Situation) -> None:
        """Do what Enter does on a row of the side pane."""
        situation = replace(situation, now=self._post.now())
        if deed.kind == "copy":
            self._command(deed.subject, situation)
        elif deed.kind == "commands":
            self._commands(deed.subject, situation)
        elif situation.incident is not None and situation.incident.read_only:
            self._say(_("read only: this screen looks and records nothing"))
        elif situation.declared is None:
            self._say(_("nothing is open: {key} declares").format(key=key_name("d")))
        elif situation.incident is not None and situation.incident.over:
            self._say(_why_over(situation, situation.incident.over))
        elif deed == CLOSING:
            self._app.push_screen(ClosureScreen(situation, situation.declared))
        else:
            self._put(for_deed(deed, situation), situation)

    def _commands(self, check: str, situation: Situation) -> None:
        """Offer the commands that a check waits for."""
        offered = commands_of(check, situation)
        if len(offered) == 1:
            self._command(offered[0][0], situation)
        elif offered:
            title = situation.texts.short(f"check.{check}")
            self._pick(title, offered, lambda command: self._command(command, situation))

    def _command(self, command: str, situation: Situation) -> None:
        """Copy a command; where it could also run, and be recorded, offer both."""
        name = situation.texts.short(f"command.{command}")
        picture = situation.incident
        able = picture is not None and picture.state is not None and not (picture.read_only or picture.over)
        missing = self._post.order(command).missing

        def chosen(what: str) -> None:
            if what == "run":
                self._put(to_run(self._post.order(command), name, situation), situation, start=command)
                return
            self._app.copy_to_clipboard(self._post.order(command).text)
            self._say(_("copied: {command}").format(command=name))

        if able and not missing:
            self._pick(name, (("copy", _("copy")), ("run", _("run it"))), chosen)
            return
        chosen("copy")
        if able:
            self._say(f"{_('copied: {command}').format(command=name)} · {cannot_run(missing)}")

    def _run(self, command: str, name: str, actor: str, incident: str | None) -> None:
        order = self._post.order(command)

        def record(ended: Ended) -> None:
            self._post.submit(Ask((recorded(order, ended),), actor, incident, next(self._numbers)))
            self._app.wake()

        self._app.push_screen(RunScreen(order, name, record))

    def pin(self, request_id: str, situation: Situation) -> None:
        """Ask whether to pin every record of a requestId as evidence."""
        state = situation.declared
        if state is None:
            self._say(_("nothing is open: {key} declares").format(key=key_name("d")))
            return
        if situation.incident is not None and situation.incident.over:
            self._say(_why_over(situation, situation.incident.over))
            return
        pin = PinEvidence(request_id=request_id)
        what = _("evidence {id}").format(id=foreign(request_id))
        self._put(Question(what, lambda _said: (pin,), incident=state.id), situation)

    def actor(self, situation: Situation) -> str:
        """Return who acts where nobody is asked: who acted last, else the usual one."""
        people = situation.incident.people if situation.incident else ()
        return self._last if self._last in people else next(iter(people), "")

    def save(self, command: Command, situation: Situation) -> int:
        """Have a draft recorded without asking; returns the number that the answer will bear."""
        number, state = next(self._numbers), situation.declared
        self._post.submit(Ask((command,), self.actor(situation), state.id if state else None, number))
        self._app.wake()
        return number

    def close(self, situation: Situation) -> None:
        """Ask once whether to close the incident."""
        situation = replace(situation, now=self._post.now())
        self._put(close(situation), situation)

    def delegate(self, line: Field, situation: Situation) -> None:
        """Ask whom a line of the closing form is left to."""
        situation = replace(situation, now=self._post.now())
        self._put(delegate(line, self.actor(situation), situation), situation)

    def turn_playbook(self, step: int, situation: Situation) -> None:
        """Open the playbook before or after the shown one, in the runbook's order."""
        known = [playbook.id for playbook in situation.rules.playbooks]
        shown = situation.incident.playbook if situation.incident else None
        at = known.index(shown.id) if shown else (-1 if step > 0 else 0)
        self._post.open_playbook(known[(at + step) % len(known)])
        self._app.wake()

    def asks_before_leaving(self, situation: Situation) -> bool:
        """Ask whether to leave while something is open or not saved; False where there is nothing to ask."""
        picture = situation.incident
        if picture is None or picture.read_only or not (picture.open_today or picture.unsaved):
            return False
        many = picture.open_today
        title = ngettext(
            "{count} incident is open: leave all the same?", "{count} incidents are open: leave all the same?", many
        ).format(count=many)
        if picture.unsaved:
            title = _("NOT SAVED: what was decided is lost if you leave now")
        self._pick(title, (("leave", _("leave")), ("", _("stay"))), lambda _chosen: self._app.exit())
        return True

    def confirm(self, answered: Answered, situation: Situation) -> None:
        """Say what the disk has now, or why it has not."""
        outcome, paper = answered.outcome, self._papers.pop(answered.ask.number, None)
        if outcome.ok and paper is not None:
            share(self._app, paper)
        elif outcome.refusal is not None:
            self._say(" · ".join(on_screen(reason, situation.texts) for reason in outcome.refusal.reasons))
        elif outcome.not_saved is not None:
            self._say(f"{_('NOT SAVED')} ({outcome.not_saved.error})")
        elif not outcome.records:
            self._app.tell(_("nothing to record: it is so already"))
        else:
            entry = outcome.records[0].entry
            what, about = entry_words(entry.payload, situation.texts)
            said = f"{what} {about}".strip()
            self._say(f"{said if what in {'✓', '✗'} else f'✓ {said}'} · {entry.actor}")

    def _put(self, question: Question | None, situation: Situation, *, start: str = "") -> None:
        """Ask. `start`: the command of the runbook that Enter starts, instead of recording anything yet."""
        if question is None or situation.incident is None:
            return
        people = situation.incident.people
        if self._last in people:
            people = (self._last, *(name for name in people if name != self._last))

        def submit(commands: tuple[Command, ...], actor: str) -> int:
            number, self._last = next(self._numbers), actor
            if start:
                screen.leave(recorded=True)
                self._app.call_later(self._run, start, question.what, actor, question.incident)
                return number
            if (paper := question.paper(screen.said)) is not None:
                self._papers[number] = paper
            self._post.submit(Ask(commands, actor, question.incident, number))
            self._app.wake()
            return number

        screen = QuestionScreen(question, situation, people, submit)
        self._app.push_screen(screen)

    def _pick(self, title: str, entries: tuple[tuple[str, str], ...], take: Callable[[str], None]) -> None:
        def taken(chosen: str | None) -> None:
            if chosen:
                take(chosen)
                self._app.wake()

        self._app.push_screen(PickScreen(title, entries), taken)

    def _why_not(self, situation: Situation) -> str:
        state = situation.declared
        if state is None:
            return _("nothing is open: {key} declares").format(key=key_name("d"))
        return _("not possible while the incident is {status}").format(status=status_word(state.status.value))


def _why_over(situation: Situation, status: Status) -> str:
    """Say that it has ended, and that this is so today where the minute shown knows nothing of it."""
    said = _("not possible while the incident is {status}").format(status=status_word(status.value))
    state = situation.declared
    if state is None or not state.status.open:
        return said
    return f"{said}: {_('it is so today, not at the minute shown')}"
