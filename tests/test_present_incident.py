"""An incident in words: the strip, the side pane's views, the timeline, questions and refusals; nudges in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import boards, rooms
from tests.incidents import Play, at, declared, mitigated
from tui.incident import actions as a
from tui.incident import nudges, team
from tui.incident.entries import OnCallSet
from tui.incident.ruling import Code, Reason, Refusal
from tui.incident.times import clocks
from tui.locale import LANGUAGES, use
from tui.present.asking import ask, for_deed, more
from tui.present.checklists import VIEWS, tab_names, view_rows
from tui.present.command_keys import command_keys
from tui.present.entry_rows import entry_rows
from tui.present.plan import Size
from tui.present.questions import FieldError, Question, on_screen, refused, title
from tui.present.spans import Line, Span, line_width, plain, width, wrap_line
from tui.present.step_rows import Deed
from tui.present.strip import strip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.present.situation import Situation
    from tui.session.picture import IncidentPicture

CELLS = {Size.WIDE: (140, 160, 240), Size.MEDIUM: (96, 100, 139), Size.SMALL: (60, 80, 95)}
NUDGING = boards.runbook().runbook.nudging


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    use("en")
    yield
    use("en")


def resolved() -> Play:
    play = mitigated()
    play.do(a.Resolve(why="quiet"), 60)
    return play


def busy() -> Play:
    play = declared(owner="@a-very-long-name-of-an-owner", title="[/x] `rm` a title much too long for any strip")
    play.do(a.SetRole(role="scribe", name="@scribe"), 11)
    play.do(a.NoteDeploys(frozen=True), 12)
    play.do(a.NotePush(on=False), 12)
    play.do(a.OfferHandoff(to="@beto"), 13)
    play.do(a.Note(text="first\nsecond \x1b[2J"), 14)
    return play


PLAYS = {"declared": declared, "mitigated": mitigated, "resolved": resolved, "busy": busy}


def situation(play: Play | None, minutes: float = 20, lang: str = "en", **changes: object) -> Situation:
    """A hand-made board at a minute of a played incident."""
    now = at(minutes)
    shown = replace(boards.sev1(), now=now)
    made = boards.situation(shown, lang, now=now)
    return replace(made, incident=rooms.picture(play, made, lang, **changes))


def told(lines: tuple[Line, ...]) -> str:
    return "\n".join(plain(line) for line in lines)


def picture_of(shown: Situation) -> IncidentPicture:
    assert shown.incident is not None
    return shown.incident


# --- the strip -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PLAYS)
@pytest.mark.parametrize("size", CELLS)
def test_every_row_of_the_strip_is_as_wide_as_its_place(name: str, size: Size, lang: str) -> None:
    use(lang)
    shown = situation(PLAYS[name](), 70, lang)
    rows = {Size.WIDE: 5, Size.MEDIUM: 4, Size.SMALL: 3}[size]
    for cells in CELLS[size]:
        lines = strip(shown, cells, size)
        assert [line_width(line) for line in lines] == [cells] * rows
        assert all(char.isprintable() for char in told(lines).replace("\n", ""))


@pytest.mark.parametrize("size", CELLS)
def test_the_strip_answers_the_four_questions(size: Size) -> None:
    play = declared(title="login fails")
    play.do(a.Acknowledge(), 12)
    lines = strip(situation(play, 15), CELLS[size][1], size)
    shown = told(lines)
    assert "ACKNOWLEDGED" in shown
    assert "@ana" in shown
    assert "login fails" in shown
    assert "ACK ✓ 02:00" in shown or "✓ 02:00" in shown
    assert "MITIGATE" in shown
    assert any(span.role == "fill-severe0" for line in lines for span in line)


def test_a_clock_that_ran_out_is_filled_and_says_by_how_much() -> None:
    lines = strip(situation(declared(), 16), 80, Size.SMALL)
    over = [span for line in lines for span in line if span.role == "fill-severe0" and "OVER" in span.text]
    assert [span.text.strip() for span in over] == ["ACK +01:00 OVER"]


def test_flags_say_who_noted_them_and_when() -> None:
    play = declared()
    play.do(a.NoteDeploys(frozen=True), 12)
    assert "FREEZE NOTED  @ana 22:12" in told(strip(situation(play), 240, Size.WIDE))


@pytest.mark.parametrize("size", CELLS)
def test_a_resolved_incident_says_what_is_left_and_by_when(size: Size) -> None:
    shown = told(strip(situation(resolved(), 70), CELLS[size][1], size))
    assert "to close · " in shown
    assert "missing · due 2026-11-24" in shown
    assert "MITIGATE" in shown
    assert "NEXT UPDATE" not in shown


def test_not_saved_goes_before_everything() -> None:
    for size, (_least, cells, _most) in CELLS.items():
        lines = strip(situation(busy(), unsaved=1), cells, size)
        assert "NOT SAVED" in told(lines), size
        assert any(span.role == "fill-severe0" and "NOT SAVED" in span.text for line in lines for span in line)
    assert "NOT SAVED" in told(strip(replace(situation(None, unsaved=2), board=boards.board()), 100, Size.MEDIUM))


def test_a_drill_says_so_at_every_size() -> None:
    play = declared(facts=replace(PLAYS_FACTS, drill=True))
    for size, (_least, cells, _most) in CELLS.items():
        assert "DRILL" in told(strip(situation(play), cells, size)), size


def test_a_worse_suggestion_than_what_was_declared_is_said() -> None:
    play = declared(severity="SEV2")
    assert "△ suggest SEV1" in told(strip(situation(play), 160, Size.WIDE))
    assert "suggest" not in told(strip(situation(declared()), 160, Size.WIDE))


def test_who_is_on_call_stands_beside_what_is_suggested_and_what_nobody_took() -> None:
    known = team.TeamState(on_call=OnCallSet(name="@oncall", backup="@lead"))
    assert "on call @oncall" in told(strip(situation(None, team=known), 160, Size.WIDE))
    waiting = situation(declared(), 14, team=known, nudge=nudges.ACK_DUE)
    assert "nobody acknowledged yet: a · call @oncall" in told(strip(waiting, 160, Size.WIDE))


# --- the side pane ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", [*PLAYS, "nothing open"])
@pytest.mark.parametrize("cells", [47, 59, 79, 99])
def test_every_row_of_every_view_fits(name: str, cells: int, lang: str) -> None:
    use(lang)
    shown = situation(PLAYS[name]() if name in PLAYS else None, 70, lang)
    for view in VIEWS:
        deeds = [row.does for row in view_rows(shown, view, None, cells) if row.does]
        assert len(deeds) == len(set(deeds))
        for chosen in (None, *deeds):
            rows = view_rows(shown, view, chosen, cells)
            assert {line_width(row.line) for row in rows} == {cells}
            assert [row.does for row in rows if row.does and row.does.kind != "copy"] == [
                deed for deed in deeds if deed.kind != "copy"
            ]


def test_a_tick_shows_who_and_when_and_its_note_once_chosen() -> None:
    play = declared()
    step = boards.runbook().runbook.triage.steps[0].id
    play.do(a.TickStep(step=step, note="two of us looked"), 13)
    play.do(a.TickStep(step=step), 14, by="@beto")
    shown = situation(play)
    row = next(row for row in view_rows(shown, "triage", None, 60) if row.does == Deed("tick", step))
    assert plain(row.line).startswith(" ✓ 1 ")
    assert plain(row.line).rstrip().endswith("@ana @beto 22:13")
    assert "two of us looked" in told(tuple(row.line for row in view_rows(shown, "triage", Deed("tick", step), 60)))


def test_unknown_is_never_good_enough() -> None:
    """Over an empty store nothing is known: no outcome holds, no gate is GO."""
    shown = situation(mitigated(), 40)
    assert picture_of(shown).go is False
    assert "✓" not in tab_names(shown)["rollback"]
    gate = told(tuple(row.line for row in view_rows(shown, "rollback", None, 79)))
    assert "NO_GO 0/5" in gate
    assert "unknown: no data" in gate


def test_while_history_is_read_no_step_is_answered() -> None:
    made = boards.situation(replace(boards.sev1(), final=False))
    shown = replace(made, incident=rooms.picture(declared(), made))
    assert picture_of(shown).rollback_list.checks == ()
    assert "reading…" in told(tuple(row.line for row in view_rows(shown, "playbook", None, 60)))


def test_the_closure_view_says_exactly_what_is_missing() -> None:
    rows = told(tuple(row.line for row in view_rows(situation(mitigated(), 40), "closure", None, 79)))
    assert "✓ timeline" in rows
    assert "✗ owner and date" in rows
    assert "decision GO or NO_GO" in rows
    assert tab_names(situation(mitigated(), 40))["closure"] == "Closure 1/8"


# --- the timeline ----------------------------------------------------------------------------------------------------


def test_the_timeline_says_who_did_what() -> None:
    play = busy()
    play.do(a.Undo(), 15)
    rows = list(entry_rows(situation(play, 16)))
    said = [(row.who, row.what, row.about) for row in rows]
    assert ("@ana", "deploys noted frozen", "") in said
    assert ("@ana", "note", "first second ␛[2J (undone)") in said
    assert ("clock", "over", "ACK") in said
    assert said[0][1:] == ("declared", "SEV1 [/x] `rm` a title much too long for any strip")


def test_what_belongs_to_the_team_stands_in_the_timeline_too() -> None:
    known = team.TeamState(deploys=(team.Deploy(at(1), "@dev", "7f3c2a1", "backend"),))
    assert [(row.who, row.about) for row in entry_rows(situation(None, team=known))] == [("@dev", "backend 7f3c2a1")]


# --- keys and questions ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("nothing open", {"d", "a", "n", "M"}),
        ("declared", {"a", "m", "s", "u", "n", "f", "g", "M"}),
        ("mitigated", {"R", "s", "u", "n", "f", "g", "U", "M"}),
        ("resolved", {"u", "n", "f", "g", "U", "M"}),
    ],
)
def test_only_keys_that_work_now_are_named(name: str, keys: set[str]) -> None:
    shown = situation(PLAYS[name]() if name in PLAYS else None)
    assert {key.key for key in command_keys(shown)} == keys
    assert all(isinstance(ask(key.asks, shown), Question) for key in command_keys(shown) if key.asks != "more")
    assert command_keys(replace(shown, incident=replace(picture_of(shown), read_only=True))) == ()


def answers(question: Question, **said: str) -> tuple[a.Command, ...]:
    return question.commands({**{field.id: field.value for field in question.fields}, **said})


def asked(name: str, shown: Situation) -> Question:
    question = ask(name, shown)
    assert question is not None
    return question


def test_declaring_is_prefilled_from_what_is_suggested() -> None:
    (command,) = answers(asked("declare", situation(None)), title="t", workaround="no")
    assert command == a.Declare(severity="SEV1", metric=boards.AUTH, title="t", workaround=False)


def test_declaring_by_hand_takes_a_severity_and_a_time() -> None:
    made = boards.situation(boards.board())
    question = asked("declare", replace(made, incident=rooms.picture(None, made)))
    with pytest.raises(FieldError):
        answers(question)
    with pytest.raises(FieldError):
        answers(question, severity="SEV2", started="25:99")
    (command,) = answers(question, severity="SEV2", started="-5m")
    assert command == a.Declare(severity="SEV2", started=boards.NOW - timedelta(minutes=5))


def test_go_against_the_gate_needs_a_reason_and_is_an_override() -> None:
    question = for_deed(Deed("decide", "GO"), situation(mitigated(), 40))
    assert question is not None
    with pytest.raises(FieldError):
        answers(question)
    assert answers(question, why="smoke by hand") == (a.Decide(decision="GO", override=True, why="smoke by hand"),)
    question = for_deed(Deed("decide", "NO_GO"), situation(mitigated(), 40))
    assert question is not None
    assert answers(question) == (a.Decide(decision="NO_GO", override=False),)


def test_the_handoff_page_is_read_before_it_is_offered() -> None:
    play = declared()
    play.do(a.NoteDeploys(frozen=True), 12)
    page = told(asked("roles", situation(play)).about)
    for wanted in ("impact: ", "hypothesis: ", "done: ", "pending: ", "freeze: noted on"):
        assert wanted in page
    play.do(a.OfferHandoff(to="@beto"), 13)
    question = asked("roles", situation(play))
    assert question.fields[0].value == "accept"
    assert "handoff to: @beto" in told(question.about)
    assert answers(question) == (a.AcceptHandoff(),)


def test_a_question_names_what_it_records_and_when() -> None:
    question = asked("mitigate", situation(declared()))
    assert title(question, situation(declared())) == "Record for INC-20261119-abcd at 22:20:00 UTC: mitigated"


def test_a_refusal_stands_beside_the_field_it_is_about() -> None:
    question = asked("resolve", situation(mitigated()))
    texts = boards.runbook().texts
    refusal = Refusal((Reason(Code.NOT_NORMAL_YET), Reason(Code.IN_FUTURE, "at", at(0))))
    assert [place for place, _said in refused(refusal, question, texts)] == ["why", ""]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", Code)
def test_every_refusal_speaks_to_somebody_at_the_keys(code: Code, lang: str) -> None:
    use(lang)
    said = on_screen(Reason(code, "SEV9", at(0)), boards.runbook(lang).texts)
    assert said
    assert "--why" not in said


def test_further_acts_all_ask_something() -> None:
    for play in (None, declared(), mitigated(), resolved()):
        shown = situation(play)
        assert all(ask(name, shown) is not None for name, _label in more(shown))


# --- nudges ----------------------------------------------------------------------------------------------------------


def reasons(play: Play, minutes: float) -> tuple[str, ...]:
    severities = boards.runbook().runbook.severities
    return nudges.wanted(play.state, clocks(play.state, severities), NUDGING, at(minutes))


def test_in_the_first_minutes_only_the_acknowledgement_is_asked_for() -> None:
    play = declared(severity=None)
    assert reasons(play, 12.9) == ()
    assert reasons(play, 13) == ("no-owner",)
    assert reasons(play, 15) == ("no-owner", "no-severity")
    assert reasons(declared(), 12.9) == (nudges.ACK_DUE,)


def test_an_update_is_asked_for_until_it_is_sent() -> None:
    play = mitigated()
    assert reasons(play, 30) == ()
    assert nudges.UPDATE_DUE in reasons(play, 31)
    play.do(a.SendUpdate(text="rolled back"), 32)
    assert nudges.UPDATE_DUE not in reasons(play, 33)
    assert reasons(resolved(), 90) == ()


@given(st.lists(st.tuples(st.integers(1, 240), st.lists(st.sampled_from(["a", "b", "c"]), unique=True)), max_size=60))
def test_at_most_one_new_reminder_in_five_minutes(turns: list[tuple[int, list[str]]]) -> None:
    book, now, fresh = nudges.NudgeBook(), at(0), []
    for seconds, wanted in turns:
        now += timedelta(seconds=seconds)
        before, book = book, nudges.turned(book, wanted, NUDGING, now)
        assert book.shown is None or book.shown in wanted
        if book.shown is not None and book.since == now and before.since != now:
            fresh.append(now)
    assert all(later - earlier >= NUDGING.spacing for earlier, later in pairwise(fresh))


def test_a_reminder_that_is_put_off_stays_away_for_ten_minutes() -> None:
    book = nudges.turned(nudges.NudgeBook(), ("no-owner",), NUDGING, at(0))
    book = nudges.snoozed(book, NUDGING, at(1))
    assert nudges.turned(book, ("no-owner",), NUDGING, at(10.9)).shown is None
    assert nudges.turned(book, ("no-owner",), NUDGING, at(11)).shown == "no-owner"


# --- lines -----------------------------------------------------------------------------------------------------------


@given(st.lists(st.text(alphabet="ab c日", max_size=12), max_size=6), st.integers(1, 20))
def test_a_broken_line_keeps_every_word_and_its_width(parts: list[str], cells: int) -> None:
    line = tuple(Span(part, "muted") for part in parts)
    broken = wrap_line(line, cells)
    assert all(line_width(each) <= cells for each in broken)
    if all(width(word) <= cells for part in parts for word in part.split()):
        assert "".join(plain(each) for each in broken).replace(" ", "") == plain(line).replace(" ", "")


PLAYS_FACTS = declared().facts
