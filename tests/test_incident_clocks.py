"""An incident's clocks on the disk: raised, lowered, told late, read again after a restart, with a clock set back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.incident import actions as a
from tui.incident.entries import Acknowledged, Declared, SeveritySet
from tui.incident.facts import Facts
from tui.incident.slo import ClockKind, limit_of
from tui.incident.times import clocks
from tui.runbook.load import load_runbook
from tui.session.act import Desk, new_desk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.incident.state import IncidentState

RUNBOOK = load_runbook(None, "en").runbook
WORST, LESSER = RUNBOOK.severities
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
METRIC = RUNBOOK.metrics[0].id

Step = tuple[str, int, int, bool, bool]
"""A severity, minutes that pass before it, minutes it is told late, whether the wall clock is set back, a restart."""
STEPS = st.lists(
    st.tuples(
        st.sampled_from([WORST.id, LESSER.id]), st.integers(0, 20), st.integers(0, 30), st.booleans(), st.booleans()
    ),
    max_size=6,
)


def blind(state: IncidentState, command: a.Command, moment: datetime) -> Facts:
    del state, command, moment
    return Facts(RUNBOOK)


def played(folder: Path, first: str, steps: Sequence[Step], acknowledged: int | None) -> Desk:
    """Declare at START and go through the steps."""
    desk, wall, offset = new_desk(folder, START.date()), START, timedelta()
    assert desk.perform(a.Declare(severity=first, metric=METRIC), "@ana", START, blind).ok
    for number, (severity, passed, late, back, restart) in enumerate(steps):
        wall += timedelta(minutes=passed)
        offset = HOUR if back else offset
        if restart:
            desk.close()
            desk = Desk(folder, desk.id)
        if number == acknowledged:
            desk.perform(a.Acknowledge(), "@ana", wall - offset, blind)
        moment = max(START, wall - timedelta(minutes=late)) if late else None
        desk.perform(a.SetSeverity(severity=severity, why="a reason", at=moment), "@ana", wall - offset, blind)
    return desk


def on_paper(desk: Desk, kind: ClockKind) -> datetime:
    """The deadline as contracts §2 words it, from the entries alone."""
    told = [record.entry for record in desk.contents.records]
    given_ = [(one.effective, one.payload.severity) for one in told if isinstance(one.payload, Declared | SeveritySet)]
    acks = [one.effective for one in told if isinstance(one.payload, Acknowledged)]
    limits = {one.id: limit_of(one, kind) for one in RUNBOOK.severities}
    deadline = current = None
    for at, severity in sorted(given_, key=lambda pair: pair[0]):
        if deadline is None:
            deadline = START + limits[severity or ""]
        elif kind is ClockKind.ACK and acks and at > acks[0]:
            break
        elif severity == WORST.id and current == LESSER.id:
            deadline = min(deadline, at + limits[severity])
        current = severity
    assert deadline is not None
    return deadline


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([WORST.id, LESSER.id]), STEPS, st.none() | st.integers(0, 5))
def test_deadlines_are_those_on_paper_whatever_happens_to_process_and_wall_clock(
    first: str, steps: list[Step], acknowledged: int | None
) -> None:
    with TemporaryDirectory() as folder:
        desk = played(Path(folder), first, steps, acknowledged)
        again = Desk(Path(folder), desk.id)
        assert again.state == desk.state
        found = {clock.kind: clock for clock in clocks(again.state, RUNBOOK.severities)}
        for kind in (ClockKind.ACK, ClockKind.MITIGATE):
            assert found[kind].since == START
            assert found[kind].deadline == on_paper(desk, kind)


@pytest.mark.parametrize("restart", [False, True])
def test_an_hour_back_on_the_laptop_gives_nobody_an_hour_more(tmp_path: Path, *, restart: bool) -> None:
    desk = new_desk(tmp_path, START.date())
    desk.perform(a.Declare(severity=WORST.id, metric=METRIC), "@ana", START, blind)
    desk.perform(a.Note(text="looking"), "@ana", START + timedelta(minutes=12), blind)
    if restart:
        desk = Desk(tmp_path, desk.id)
    outcome = desk.perform(a.Acknowledge(), "@ana", START - HOUR, blind)
    assert outcome.ok
    ack = next(clock for clock in clocks(outcome.state, RUNBOOK.severities) if clock.kind is ClockKind.ACK)
    assert (ack.taken, ack.met) == (timedelta(minutes=12), False)
    (late,) = desk.perform(a.Mitigate(at=START + timedelta(minutes=11)), "@ana", START - HOUR, blind).records
    assert late.entry.effective == START + timedelta(minutes=11)
    mitigate = next(clock for clock in clocks(desk.state, RUNBOOK.severities) if clock.kind is ClockKind.MITIGATE)
    assert (mitigate.taken, mitigate.met) == (timedelta(minutes=11), True)
