"""A window whose rows are past the cap is counted and measured as whole as one that is kept."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.events import AUTHZ, CATCHUP, HTTP, after, event, http, parsed, week3
from tui.metrics import table
from tui.metrics.build import build_board
from tui.metrics.store import Store
from tui.metrics.totals import totals

if TYPE_CHECKING:
    from tests.events import Row

BLOCK = 200
END = after(2)


def crowd(count: int) -> list[Row]:
    """Events of three metrics within two minutes, in no order."""
    dice = random.Random(2)  # noqa: S311 - a fixed order, not a secret
    rows: list[Row] = []
    for number in range(count):
        at, took = after() + timedelta(milliseconds=dice.randrange(120_000)), float(dice.randrange(900))
        if number % 10 == 0:
            row = event(AUTHZ, at, f"req_{number:06}", reason="AUTH_REQUIRED", statusCode=401)
        elif number % 3 == 0:
            row = event(CATCHUP, at, route="/api/realtime/catchup", statusCode=200, durationMs=took)
        else:
            row = http(at, dice.choice((200, 200, 401, 500)), took)
        rows.append({**row, "offset": number, "fingerprint": number})
    return rows


def counted(store: Store) -> tuple[object, ...]:
    """All of a board that must not depend on the cap.

    The newest time is known to the minute only, and a number that no rule and no lane measures is not kept with counts.
    """
    board = build_board(week3(), store, END, live=False)
    panels = [
        replace(panel, newest=None, figures=tuple(figure for figure in panel.figures if figure.id != "p95"))
        for panel in board.panels
    ]
    return panels, board.alerts, totals(week3(), store, None, END)


@pytest.mark.parametrize("cap", [20, 100, 1500])
def test_a_window_whose_rows_were_dropped_is_still_counted_whole(cap: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "SEGMENT_ROWS", 300)
    rows = crowd(3000)
    whole, capped = Store(week3()), Store(week3(), cap=cap)
    for start in range(0, len(rows), BLOCK):
        for store in (whole, capped):
            store.add(parsed(rows[start : start + BLOCK]))
        assert sum(capped.count(metric, after(-1), END) for metric in (HTTP, CATCHUP, AUTHZ)) == start + BLOCK
    assert capped.dropped is not None
    assert capped.events(END, 10**9).height <= cap
    assert counted(capped) == counted(whole)
