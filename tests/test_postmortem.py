"""The postmortem: a fold of the journal that names the source of everything and lets nobody's text act as Markdown."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.incidents import EPISODE, FOUND, ID, METRIC, QUIET, RUNBOOK, SMOKE, STEP, WORST, Play, at, fill
from tui.incident import actions as a
from tui.incident.facts import Numbers, RunbookCopy, Series, Suggested
from tui.incident.lint import Fault, lint
from tui.incident.markdown import cell, chart, code, duration, escaped
from tui.incident.narrative import Words
from tui.incident.postmortem import postmortem

TITLES = {f"step.{STEP}": "Confirm the severity", f"metric.{METRIC}": "Auth 5xx", "postmortem.impact": "Impact"}
WORDS = Words(say=lambda sentence: sentence, title=lambda text_id: TITLES[text_id])
RESOLVED = replace(EPISODE, resolved_at=at(29))
MINUTES = Series(METRIC, at(0), (0.0, 0.0, 3.0, None, 12.0), threshold=0.0, peak=12.0, unit="")
NUMBERS = Numbers(at(30), (RESOLVED,), (MINUTES,), (("affected", 53.0), ("all", 160.0)))


def played() -> Play:
    facts = replace(
        FOUND,
        suggested=Suggested(METRIC, WORST, RUNBOOK.rules[0].id, "req_abc123"),
        numbers=NUMBERS,
        zone="America/Bogota",
        runbook_copy=RunbookCopy("week-3", "en", "c" * 64),
    )
    play = Play(facts)
    play.do(a.Declare(severity=WORST, title="Auth | 5xx"), 10)
    play.do(a.Acknowledge(), 12, by="@beto")
    play.do(a.TickStep(step=STEP, note="all | routes\n# not a heading"), 13)
    play.do(a.Note(text="a <b>wild</b> [note](javascript:x)"), 14)
    play.do(a.Note(text="mistyped"), 14)
    play.do(a.Undo(), 15)
    play.do(a.Mitigate(why="rolled back"), 30)
    play.do(a.RecordRun(command=SMOKE[0], exit_code=22, duration_ms=5), 31)
    play.do(a.Decide(decision="GO", override=True, why="smoke host is down"), 33)
    fill(play, 40)
    play.do(a.SendUpdate(text="normal"), 41)
    play.do(a.Resolve(), 50)
    play.do(a.Close(), 60)
    return play


def written(play: Play) -> str:
    return postmortem(ID, play.records, RUNBOOK, WORDS)


def section(text: str, heading: str) -> str:
    return text.split(f"## {heading}\n")[1].split("\n## ", maxsplit=1)[0]


def test_the_same_journal_gives_the_same_bytes_in_whatever_order_it_is_read() -> None:
    play = played()
    shuffled = list(play.records)
    random.shuffle(shuffled)
    assert postmortem(ID, shuffled, RUNBOOK, WORDS) == written(play)
    assert written(played()) == written(play)


def test_the_summary_has_times_figures_and_promises() -> None:
    summary = section(written(played()), "Summary")
    assert "| started | 2026-11-19 22:00:30Z |" in summary
    assert "| detected | 2026-11-19 22:04:00Z |" in summary
    assert "| MTTA | 08:00 |" in summary
    assert "| SLO ack | 08:00 / 05:00 · missed by 03:00 |" in summary
    assert "| SLO mitigate | 26:00 / 30:00 · met by 04:00 |" in summary


def test_people_outside_read_both_times_and_who_does_what_by_when() -> None:
    page = section(written(played()), "For people outside")
    assert "From: 2026-11-19 22:00:30Z · 2026-11-19 17:00:30-0500 America/Bogota" in page
    assert "(29:30)" in page
    assert "affected 53, all 160" in page
    assert "@dev 2026-12-01" in page


def test_every_row_of_the_timeline_names_its_source_and_comes_in_order() -> None:
    rows = section(written(played()), "Timeline (UTC)").strip().splitlines()[2:]
    times = [row.split(" | ")[0] for row in rows]
    sources = {row.split(" | ")[1].split(" ")[0] for row in rows}
    assert times == sorted(times)
    assert sources == {"log", "journal"}
    assert any("Auth 5xx: alert fired" in row for row in rows)
    assert not any("mistyped" in row for row in rows)
    assert len(rows) == len({tuple(row.split(" | ")) for row in rows})


def test_peoples_text_never_acts() -> None:
    text = written(played())
    assert "# INC-20261119-abcd Auth \\| 5xx\n" in text
    assert "a \\<b\\>wild\\</b\\> \\[note\\](javascript:x)" in text
    assert "all \\| routes \\# not a heading" in section(text, "Playbook steps")


def test_it_says_what_is_missing_and_what_was_not_done() -> None:
    play = Play(QUIET)
    play.do(a.Declare(severity=WORST, metric=METRIC), 10)
    text = written(play)
    assert section(text, "Impact").strip() == "*missing*"
    assert section(text, "Metrics").strip() == "metrics: unavailable"
    assert section(text, "Playbook steps").strip() == "no step was ticked"
    assert section(text, "Commands run").strip() == "no command was run"


def test_evidence_decision_and_runbook_are_there_with_their_numbers() -> None:
    text = written(played())
    assert f"| `req_abc123` | matched | 2026-11-19 22:00:00Z | api-1 100+50 | `{'f' * 64}` |" in text
    assert "GO · 2026-11-19 22:33:00Z · @ana · against the gate: smoke host is down" in text
    assert f"`week-3` · `en` · sha256 `{'c' * 64}`" in text
    assert "peak 12 · limit 0 · minutes over 2" in section(text, "Metrics")


def test_a_chart_shows_a_breach_without_colour() -> None:
    assert chart(replace(MINUTES, threshold=10.0, values=(0.0, 4.0, 10.0, None, 10.1, 20.0))) == "▁▂▄ ▅█"
    assert chart(MINUTES) == "▁▁▆ █"
    assert chart(replace(MINUTES, values=(None, None))) == "  "


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "00:00"), (192, "03:12"), (3599, "59:59"), (3840, "1h04m"), (-61, "-01:01")]
)
def test_durations(seconds: int, shown: str) -> None:
    assert duration(timedelta(seconds=seconds)) == shown


@given(st.text(max_size=60))
def test_a_cell_stays_in_its_cell(text: str) -> None:
    for made in (cell(text), code(text)):
        assert "\n" not in made
        assert "|" not in made.replace("\\|", "")
    assert "<" not in escaped(text).replace("\\<", "")


def test_names_and_settings_stay_readable() -> None:
    assert escaped("server/src/routes/auth.js:118 DB_POOL_MAX=20") == "server/src/routes/auth.js:118 DB_POOL_MAX=20"


# --- lint ---------------------------------------------------------------------------------------


def faults(text: str) -> list[tuple[Fault, str]]:
    return [(finding.fault, finding.subject) for finding in lint(text, RUNBOOK, WORDS)]


def test_a_complete_postmortem_has_no_mistake() -> None:
    assert lint(written(played()), RUNBOOK, WORDS) == ()


def test_an_empty_one_has_them_all() -> None:
    play = Play(QUIET)
    play.do(a.Declare(severity=WORST, metric=METRIC), 10)
    assert faults(written(play)) == [
        (Fault.EMPTY_SECTION, "impact"),
        (Fault.EMPTY_SECTION, "root-cause"),
        (Fault.EMPTY_SECTION, "mitigation"),
        (Fault.EMPTY_SECTION, "lesson"),
        (Fault.EMPTY_SECTION, "action"),
        (Fault.NO_OWNER, "action_owner"),
        (Fault.NO_DATE, "action_due"),
        (Fault.NO_EVIDENCE, ""),
    ]
    assert {fault for fault, _ in faults("# nothing\n")} == {
        Fault.NO_SECTION,
        Fault.EMPTY_SECTION,
        Fault.NO_OWNER,
        Fault.NO_DATE,
        Fault.NO_EVIDENCE,
    }


@pytest.mark.parametrize(
    ("old", "new", "fault", "on"),
    [
        ("| @dev | 2026-12-01 |", "| – | 2026-12-01 |", Fault.NO_OWNER, "expand-contract"),
        ("| @dev | 2026-12-01 |", "| @dev | soon |", Fault.NO_DATE, "expand-contract"),
        ("22:12:00Z | journal", "22:12:00 | journal", Fault.TIME_WITHOUT_ZONE, "@beto | acknowledged"),
        ("22:12:00Z | journal `", "22:12:00Z | I remember `", Fault.UNLINKED_ROW, "@beto | acknowledged"),
        ("| matched |", "| changed |", Fault.EVIDENCE_NOT_MATCHED, "req_abc123"),
        ("rename and code ship apart\n", "\n", Fault.EMPTY_SECTION, "## `lesson`"),
        ("## Impact\n", "", Fault.NO_SECTION, ""),
    ],
)
def test_what_people_break_by_editing_is_found_with_its_line(old: str, new: str, fault: Fault, on: str) -> None:
    text = written(played())
    assert text.count(old) >= 1
    edited = text.replace(old, new)
    (finding,) = lint(edited, RUNBOOK, WORDS)
    assert finding.fault is fault
    assert on in edited.splitlines()[finding.line - 1] if on else finding.line == 0


@given(st.text())
def test_any_text_can_be_linted(text: str) -> None:
    assert lint(text, RUNBOOK, WORDS)
