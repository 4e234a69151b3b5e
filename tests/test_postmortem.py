"""The postmortem: a fold of the journal that names the source of everything and lets nobody's text act as Markdown."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.incidents import EPISODE, FOUND, ID, METRIC, QUIET, RUNBOOK, SMOKE, STEP, WORST, Play, at, declared, fill
from tui.incident import actions as a
from tui.incident.facts import Numbers, RunbookCopy, Series, Suggested
from tui.incident.lint import Fault, lint
from tui.incident.markdown import cell, chart, code, duration, escaped
from tui.incident.narrative import Words
from tui.incident.postmortem import postmortem

TITLES = {f"step.{STEP}": "Confirm the severity", f"metric.{METRIC}": "Auth 5xx", "postmortem.impact": "Impact"}
TITLES[f"rule.{RUNBOOK.rules[0].id}"] = "Login down at scale"
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
    assert "| SLO ACK | 08:00 / 05:00 · missed by 03:00 |" in summary
    assert "| SLO MITIGATE | 26:00 / 30:00 · met with 04:00 to spare |" in summary


def test_people_outside_read_both_times_and_who_does_what_by_when() -> None:
    page = section(written(played()), "For people outside")
    assert "From: 2026-11-19 17:00:30 -05:00 (America/Bogota) · 2026-11-19 22:00:30Z" in page
    assert "How long: 30 min" in page
    assert "affected 53, all 160" in page
    assert "@dev, 2026-12-01" in page


def test_every_row_of_the_timeline_names_its_source_and_comes_in_order() -> None:
    rows = section(written(played()), "Timeline (UTC)").strip().splitlines()[2:]
    times = [row.split(" | ")[0] for row in rows]
    sources = {row.split(" | ")[1].split(" ")[0] for row in rows}
    assert times == sorted(times)
    assert sources == {"log", "journal"}
    assert any("Login down at scale: alert fired" in row for row in rows)
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
    assert chart(replace(MINUTES, threshold=10.0, values=(0.0, 4.0, 10.0, None, 10.1, 20.0))) == "22:00  ▁▂▄ ▅█"
    assert chart(MINUTES) == "22:00  ▁▁▆ █"
    assert chart(replace(MINUTES, values=(None, None))) == "22:00"


def test_a_long_chart_has_a_line_an_hour_and_never_more_lines_than_anybody_reads() -> None:
    hours = chart(replace(MINUTES, values=(1.0,) * 130)).splitlines()
    assert [line[:5] for line in hours] == ["22:00", "23:00", "00:00"]
    assert [len(line) for line in hours] == [67, 67, 17]
    week = replace(MINUTES, values=(*(0.0,) * 5000, 12.0, *(0.0,) * 5079))
    lines = chart(week).splitlines()
    assert len(lines) <= 12
    assert "".join(lines).count("█") == 1, "a cell of several minutes shows the highest"


def test_spans_are_those_between_the_times_that_stand_there() -> None:
    play = Play(replace(QUIET, numbers=replace(NUMBERS, episodes=(replace(RESOLVED, anchor_at=at(0.504)),))))
    play.do(a.Declare(severity=WORST, metric=METRIC), 10)
    summary = section(written(play), "Summary")
    assert "| started | 2026-11-19 22:00:30Z |" in summary
    assert "| MTTD | 03:30 |" in summary


def test_what_was_done_against_a_gate_and_what_was_corrected_is_said() -> None:
    play = played()
    play.do(a.Reopen(why="again"), 70)
    play.do(a.CorrectTimes(started=at(-5), why="support knew"), 71)
    play.do(a.SetField(name="action", value=""), 72)
    play.do(a.Mitigate(why="rolled back again"), 73)
    play.do(a.Close(override=True, why="no time"), 74)
    timeline = section(written(play), "Timeline (UTC)")
    assert "times corrected started 2026-11-19 21:55:00Z: support knew" in timeline
    assert "closed · against the gate `" in timeline
    assert "decision GO · against the gate: smoke host is down" in timeline


def test_the_first_row_is_the_event_that_the_alert_is_about() -> None:
    rows = section(written(played()), "Timeline (UTC)").strip().splitlines()[2:]
    assert rows[0].startswith("| 2026-11-19 22:00:30Z | log `login-down` | – | first event that the alert is about")


def test_peaks_stand_against_their_limits() -> None:
    assert "| 1200 % | ≥ 50 % |" in section(written(played()), "Metrics")


def test_an_open_incident_says_until_when_it_has_time() -> None:
    assert "| SLO ACK | – / 05:00 · due 2026-11-19 22:15:00Z |" in section(written(declared(now=10)), "Summary")


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


_RENDER = MarkdownIt("gfm-like")
"""Like GitHub, which links bare addresses and what begins with www; this one would link any `name.tld` too."""
_GITHUB = MarkdownIt("gfm-like")
if _GITHUB.linkify:
    _GITHUB.linkify.set({"fuzzy_link": False})
_HOSTILE = (
    "<script>x</script>",
    "[a](http://evil.example)",
    "![a](http://evil.example/x.png)",
    "http://evil.example/x",
    "see www.evil.example now",
    "<http://evil.example>",
    "[a]: http://evil.example",
    "# h\n## Impact\n---\n===",
    "1. one\n2) two\n- a\n+ b\n* c",
    "    code\n\tcode",
    "`a` ``b`` **c** _d_ ~~e~~",
    "&lt;b&gt; &#60;",
    "a|b\n|-|-|\n|c|d|",
    "ana@evil.example mailto:ana@evil.example",
    "> quote\n\n<!-- x -->\n$a$",
)


@pytest.mark.parametrize("text", _HOSTILE)
def test_a_viewer_shows_what_was_typed_and_nothing_more(text: str) -> None:
    assert shown(escaped(text)) == [" ".join(part.split()) for part in text.split("\n\n")]


@given(st.text(alphabet=st.sampled_from("ab12 \n\t.:/-+=_*`#<>[](){}!|&~\\w$\"'@"), max_size=40))
def test_no_text_acts_in_a_viewer(text: str) -> None:
    assert "".join(shown(escaped(text), _GITHUB)).replace(" ", "") == "".join(text.split())


def shown(markdown: str, viewer: MarkdownIt = _RENDER) -> list[str]:
    """What a viewer renders, one text a paragraph; nothing but plain paragraphs may come of it."""
    found = []
    for token in viewer.parse(markdown):
        assert token.type in {"paragraph_open", "inline", "paragraph_close"}, token.type
        if token.type == "inline":
            children = token.children or []
            assert {child.type for child in children} <= {"text", "softbreak", "hardbreak"}, token.content
            found.append(" ".join("".join(child.content or " " for child in children).split()))
    return found


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


@pytest.mark.parametrize("forged", ["\x1b]0;title\x07", "\x1b[5mblink", "\x9b2J", "a\u202eb", "two\nlines\x00"])
def test_a_forged_journal_reaches_no_terminal_through_markdown(forged: str) -> None:
    for written in (escaped(forged), cell(forged), code(forged)):
        assert not [char for char in written if char != "\n" and not char.isprintable()]
