"""What people who were not there are told: of one incident, of one stretch of time, each thing once and in one word."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests import boards, incidents, rooms
from tests.events import ACK, AUTH, CATCHUP, HTTP, after, event, http, outage, stored, traffic, week3
from tests.test_postmortem import WORDS, played, section, written
from tui.incident import actions as a
from tui.incident.entries import FieldSet
from tui.incident.facts import Numbers
from tui.incident.narrative import Words, who_was_hit
from tui.incident.postmortem import postmortem
from tui.incident.slo import ClockKind
from tui.incident.times import clocks
from tui.locale import LANGUAGES, _, use
from tui.metrics.answers import Answer
from tui.metrics.last_error import error_about
from tui.present import help_words
from tui.present.asking import ask, for_deed
from tui.present.checklists import view_rows
from tui.present.command_keys import further_keys
from tui.present.entry_rows import entry_rows
from tui.present.incident_json import numbers_result
from tui.present.spans import plain
from tui.present.status_update import update_paper
from tui.present.step_rows import Deed
from tui.present.strip_parts import last_error
from tui.session.picture import CheckView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.incidents import Play
    from tui.present.paper import Paper
    from tui.present.situation import Situation


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    use("en")
    yield
    use("en")


def shown(play: Play, minutes: float, lang: str = "en", **changes: object) -> Situation:
    now = incidents.at(minutes)
    made = boards.situation(replace(boards.sev1(), now=now), lang, now=now)
    return replace(made, incident=rooms.picture(play, made, lang, **changes))


# --- the last error --------------------------------------------------------------------------------------------------


def test_the_last_error_of_an_incident_is_its_metrics_own_whatever_else_goes_wrong() -> None:
    refused = event(ACK, after(16), reason="NOT_FOUND_OR_NO_ACCESS")
    store = stored([*traffic(after(0), after(40)), *outage(10, 12), http(after(13), 503), refused])
    assert error_about(week3(), store, AUTH, after(20)) == after(13), "a login that failed is about auth too"
    assert error_about(week3(), store, ACK, after(20)) == after(16)
    assert error_about(week3(), store, AUTH, after(11)) == after(11)
    assert error_about(week3(), store, CATCHUP, after(20)) is None


def test_only_what_is_over_a_quantiles_limit_is_an_error_however_long_ago() -> None:
    slow = [event(CATCHUP, after(minute), durationMs=ms) for minute, ms in ((2, 4000.0), (3, 900.0), (119, 1000.0))]
    store = stored([*traffic(after(0), after(120), 10), *slow])
    assert error_about(week3(), store, CATCHUP, after(120)) == after(2)


def test_a_metric_without_rules_has_the_errors_that_the_runbook_lists_of_it() -> None:
    store = stored([*traffic(after(0), after(9)), http(after(4), 500, route="/api/auth/me"), event(ACK, after(6))])
    assert error_about(week3(), store, HTTP, after(9)) == after(4)
    assert error_about(week3(), store, None, after(9)) == after(6)


def test_strip_and_update_tell_the_incidents_last_error_and_not_the_boards() -> None:
    play, now = incidents.declared(), incidents.at(20)
    seen = shown(play, 20, last_error=now - timedelta(minutes=6, seconds=1))
    seen = replace(seen, board=replace(seen.board, last_error=now - timedelta(minutes=4)))
    assert plain(last_error(seen)) == "last error 06:01 ago"
    assert "last error 06:01 ago" in update_paper(seen).text()


# --- who was hit -----------------------------------------------------------------------------------------------------

RULE = incidents.RULE.id
COUNTS = ((f"rule.{RULE}.affected", 158.0), (f"rule.{RULE}.all", 204.0), (f"rule.{RULE}.share", 0.7745))
HIT = Numbers(incidents.at(18), figures=COUNTS, counted=(incidents.at(0), incidents.at(17)))


def test_counts_are_told_with_the_time_that_they_count_in_update_postmortem_and_json() -> None:
    play = incidents.declared(facts=replace(incidents.QUIET, numbers=HIT))
    counted = "158 / 204 (77.5 %) · 2026-11-19 22:00:00Z – 22:17:00Z"
    assert counted in update_paper(shown(play, 18)).text()
    assert counted in section(written(play), "For people outside")
    numbers = numbers_result(play.state)
    assert numbers is not None
    assert numbers["counted"] == {"first": "2026-11-19T22:00:00Z", "last": "2026-11-19T22:17:00Z"}


def test_counts_of_an_older_journal_are_told_without_a_time_and_another_day_is_named() -> None:
    assert who_was_hit(replace(HIT, counted=None), WORDS).endswith("(77.5 %)")
    assert who_was_hit(replace(HIT, counted=(incidents.at(0), incidents.at(150))), WORDS).endswith(
        "2026-11-19 22:00:00Z – 2026-11-20 00:30:00Z"
    )
    assert who_was_hit(None, WORDS) == ""


# --- what stands of a form -------------------------------------------------------------------------------------------


def drafted() -> Play:
    play = incidents.declared()
    for minute, cause in enumerate(("A", "AB", "auth.js:118"), 11):
        play.do(a.SetField(name="root_cause", value=cause), minute)
    play.do(a.SetField(name="lesson", value="ship apart"), 15)
    play.do(a.SetField(name="communicated", value="yes"), 16)
    return play


def test_a_timeline_tells_of_each_field_only_what_stands() -> None:
    play = drafted()
    timeline = section(written(play), "Timeline (UTC)")
    assert [timeline.count(text) for text in (": A |", ": AB |", "auth.js:118", "ship apart")] == [0, 0, 1, 1]
    about = [row.about for row in entry_rows(shown(play, 20))]
    assert [about.count(text) for text in ("A", "AB", "auth.js:118", "ship apart")] == [0, 0, 1, 1]
    assert len([each for each in play.records if isinstance(each.entry.payload, FieldSet)]) == 5, "the journal has all"


def test_what_was_taken_back_leaves_the_draft_before_it_standing() -> None:
    play = incidents.declared()
    play.do(a.SetField(name="lesson", value="first"), 11)
    play.do(a.SetField(name="lesson", value="second"), 12)
    play.do(a.Undo(), 13)
    timeline = section(written(play), "Timeline (UTC)")
    assert ("first" in timeline, "second" in timeline) == (True, False)


def test_a_yes_reads_as_a_word_on_the_board_and_in_the_postmortem() -> None:
    use("es")
    play = drafted()
    assert "sí" in [row.about for row in entry_rows(shown(play, 20, "es"))]
    words = Words(_, boards.runbook("es").texts.title)
    assert "comunicado: sí" in section(told_in(play, words), "Bitácora (UTC)")


def told_in(play: Play, words: Words) -> str:
    return postmortem(incidents.ID, play.records, incidents.RUNBOOK, words)


# --- what an update needs --------------------------------------------------------------------------------------------


def needs(paper: Paper) -> tuple[str, ...]:
    return next(part.items for part in paper.parts if part.heading == "Needs")


def mitigated_with(quiet: timedelta) -> Situation:
    """Mitigated, deploys noted frozen; all normal for so long."""
    play = incidents.mitigated()
    play.do(a.NoteDeploys(frozen=True), 31)
    hold = timedelta(minutes=15)
    answer = Answer(quiet >= hold, lasted=quiet, hold=hold)
    return shown(play, 40, normal=CheckView(incidents.RUNBOOK.closure.resolved, answer))


def test_an_update_proposes_what_the_incident_still_needs_and_never_nothing_while_it_is_open() -> None:
    waiting = needs(update_paper(mitigated_with(timedelta(minutes=6, seconds=1))))
    assert {
        "decide the rollback: GO or NO_GO",
        "watch 15 min live: 06:01 so far",
        "open deploys again: they are noted frozen",
    } <= set(waiting)
    assert "resolve it: all is normal" in needs(update_paper(mitigated_with(timedelta(minutes=15))))
    assert "mitigate" in needs(update_paper(shown(incidents.declared(), 20)))


def test_a_decision_after_the_mitigation_is_waited_for_no_more() -> None:
    play = incidents.mitigated()
    play.do(a.Decide(decision="NO_GO"), 33)
    assert not any("decide" in item for item in needs(update_paper(shown(play, 40))))
    play.do(a.Reopen(why="again"), 41)
    play.do(a.Mitigate(why="another way"), 45)
    assert "decide the rollback: GO or NO_GO" in needs(update_paper(shown(play, 46)))


def test_what_is_proposed_can_be_edited_before_it_goes_out() -> None:
    seen = mitigated_with(timedelta(minutes=1))
    question = ask("update", seen)
    assert question is not None
    proposed = {field.id: field.value for field in question.fields}
    as_proposed = question.paper(proposed)
    edited = question.paper({**proposed, "needs": "a DBA on the line;; patience "})
    emptied = question.paper({**proposed, "needs": " "})
    assert as_proposed
    assert edited
    assert emptied
    assert needs(as_proposed) == needs(update_paper(seen))
    assert needs(edited) == ("a DBA on the line", "patience")
    assert needs(emptied) == ("nothing",)


# --- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC", "America/Bogota"])
def test_people_outside_read_a_time_once_where_both_clocks_agree(zone: str) -> None:
    play = incidents.declared(facts=replace(incidents.QUIET, zone=zone))
    (line,) = [line for line in section(written(play), "For people outside").splitlines() if "From" in line]
    here = "2026-11-19 17:10:00 -05:00 (America/Bogota) · " if zone == "America/Bogota" else ""
    assert line == f"- From: {here}2026-11-19 22:10:00Z"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_go_and_no_go_are_explained_where_they_are_chosen_and_where_they_are_told(lang: str) -> None:
    use(lang)
    play = played()
    words = Words(_, boards.runbook(lang).texts.title)
    meant = {
        "en": "conditions to call the rollback successful hold",
        "es": "condiciones para dar el rollback por exitoso",
    }
    seen = shown(incidents.mitigated(), 40, lang)
    for decision in ("GO", "NO_GO"):
        question = for_deed(Deed("decide", decision), seen)
        assert question is not None
        told = "\n".join(map(plain, question.about))
        assert meant[lang] in told
        assert "\nNO_GO: " in told
        assert max(map(len, told.splitlines())) <= 72
    assert meant[lang] in told_in(play, words)
    view = " ".join(plain(row.line).strip() for row in view_rows(seen, "rollback", None, 60))
    assert meant[lang] in " ".join(view.split())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_short_name_of_the_summary_is_explained_below_it(lang: str) -> None:
    use(lang)
    play = incidents.mitigated()
    text = told_in(play, Words(_, boards.runbook(lang).texts.title))
    rows, explained = section(text, _("Summary")).strip().rsplit("\n\n", 1)
    kinds = [one.kind for one in clocks(play.state, incidents.RUNBOOK.severities) if one.kind is not ClockKind.UPDATE]
    for name in ("MTTD", "MTTA", "MTTM", "MTTR", *(f"SLO {kind.value.upper()}" for kind in kinds)):
        assert f"| {name} |" in rows
        assert f"{name}: " in explained


def test_the_impact_clock_is_explained_as_it_runs() -> None:
    sentence = next(text for word, _role, text in help_words.word_entries() if word == "impact")
    assert "until it is resolved" in sentence


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_key_of_the_flags_is_called_as_the_glossary_says(lang: str) -> None:
    use(lang)
    (label,) = [key.label for key in further_keys(shown(incidents.declared(), 20, lang)) if key.asks == "flags"]
    assert label == "freeze/push"


@pytest.mark.parametrize(
    ("lang", "title"), [("en", "response contract breached"), ("es", "contrato de respuesta incumplido")]
)
def test_a_response_that_failed_validation_is_called_so(lang: str, title: str) -> None:
    assert boards.runbook(lang).texts.title("marker.contract-breach") == title
