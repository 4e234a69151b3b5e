"""A postmortem that people edited, held against its journal: what follows from that reads as there, or is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.incidents import RUNBOOK
from tests.test_incident_cli import FIELDS, OUTAGE, Shell, shell
from tests.test_postmortem import WORDS, played, written
from tui.incident.lint import Fault, Finding, lint

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["shell"]
TEXT = written(played())


def found(edited: str) -> tuple[Finding, ...]:
    return lint(edited, RUNBOOK, WORDS, TEXT)


def test_what_nobody_edited_is_as_the_journal_has_it() -> None:
    assert found(TEXT) == ()


@pytest.mark.parametrize(
    ("old", "new", "subject"),
    [
        ("| MTTA | 08:00 |", "| MTTA | 02:00 |", "MTTA"),
        ("missed by 03:00", "met with 01:00 to spare", "SLO ACK"),
        ("| MTTR | 49:30 |\n", "", "MTTR"),
        ("| detected | 2026-11-19 22:04:00Z |", "| detected | 2026-11-19 22:06:00Z |", "detected"),
        ("How long: 30 min", "How long: 3 min", "How long"),
        ("affected 53, all 160", "affected 5, all 160", "How many requests"),
        ("· peak 12 · limit 0", "· peak 2 · limit 0", "Auth 5xx"),
        ("▁▁▆ █", "▁▁▁ ▁", "Auth 5xx ▁▅"),
        ("GO · 2026-11-19 22:33", "NO_GO · 2026-11-19 22:33", "Decision"),
        (f"{'c' * 64}", f"{'d' * 64}", "Runbook"),
    ],
)
def test_an_edited_figure_is_named_with_what_the_journal_says(old: str, new: str, subject: str) -> None:
    assert old in TEXT
    edited = TEXT.replace(old, new)
    (finding,) = found(edited)
    assert (finding.fault, finding.subject) == (Fault.DIFFERS, subject)
    assert finding.line
    assert not finding.wanted or finding.wanted in TEXT


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1 of 3 logins", "Nearly everybody"),
        ("| rolled back |", "| rolled back, then a smoke test by hand |"),
        ("| expand-contract rule in CI |", "| a better rule |"),
        ("# INC-20261119-abcd Auth \\| 5xx", "# INC-20261119-abcd The night nobody slept"),
        ("GO · 2026-11-19 22:33:00Z · @ana", "GO · 2026-11-19 22:33:00Z · Ana"),
        ("@beto | acknowledged |", "@beto | acknowledged at once |"),
    ],
)
def test_peoples_prose_may_differ(old: str, new: str) -> None:
    assert found(TEXT.replace(old, new)) == ()


def test_rows_that_nobody_recorded_are_named_and_rows_may_be_left_out() -> None:
    row = next(line for line in TEXT.splitlines() if "@beto | acknowledged |" in line)
    assert found(TEXT.replace(f"{row}\n", "")) == ()
    earlier = row.replace("22:12:00Z", "22:06:00Z")
    (finding,) = found(TEXT.replace(row, earlier))
    assert finding.fault is Fault.NOT_RECORDED
    invented = found(TEXT.replace("| MTTD |", "| MTTX | 00:01 |\n| MTTD |"))
    assert [(one.fault, one.subject) for one in invented] == [(Fault.NOT_RECORDED, "MTTX")]


def test_a_section_that_is_gone_is_said_once() -> None:
    start, end = TEXT.index("## Metrics"), TEXT.index("## Playbook steps")
    assert [(one.fault, one.subject) for one in found(TEXT[:start] + TEXT[end:])] == [(Fault.NO_SECTION, "Metrics")]


@given(st.text())
def test_any_text_can_be_held_against_a_journal(text: str) -> None:
    assert found(text)


def test_a_file_is_held_against_the_journal_that_is_here(shell: Shell, tmp_path: Path) -> None:
    shell.done("declare", "--severity", "SEV1", OUTAGE, "--at", "2026-03-02T02:08:00Z", lang="es")
    shell.done("ack", "--at", "2026-03-02T02:10:00Z")
    shell.done("mitigate", OUTAGE, "--why", "rollback", "--at", "2026-03-02T02:17:00Z")
    for name, value in FIELDS.items():
        shell.done("set", name, value)
    path = tmp_path / "pm.md"
    text = shell("export").out
    path.write_text(text)
    assert shell("lint", path, lang="es").out == "sin errores\n"
    path.write_text(text.replace("| MTTA | 07:00 |", "| MTTA | 01:00 |"))
    said = shell("lint", path, lang="es")
    assert said.code == 1
    assert said.out.endswith("MTTA no es como lo tiene el diario: 07:00\n")
    assert [one.rpartition(":")[0] for one in shell.json("lint", path).missing] == ["differs:MTTA"]
    path.write_text(text.replace("## Lección operativa", "## Otra cosa"))
    assert shell("lint", path, lang="es").out == "falta la sección Lección operativa\n"


def test_without_its_journal_a_file_is_judged_alone(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "pm.md"
    path.write_text(TEXT.replace("| MTTA | 08:00 |", "| MTTA | 02:00 |"))
    assert "MTTA" not in shell("lint", path).out
