"""Logs whose rows crowd into one minute, in whatever order: a row is moved a few times only, however many there are."""

from __future__ import annotations

import random
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.events import week3
from tests.proofs import say, size
from tui.logs.schema import event_schema
from tui.metrics import table
from tui.metrics.table import ORDER, SortedTable

START_US = 1_000_000_000
SCHEMA = event_schema(week3())
ORDERS = ("same", "rising", "shuffled")
BLOCK = 200


def moments(order: str, count: int) -> list[int]:
    """Microseconds within a minute: all the same, rising, or mixed."""
    dice = random.Random(1)  # noqa: S311 - a fixed order, not a secret
    everywhere = [60_000_000 * number // count for number in range(count)]
    return {"same": [30_000_000] * count, "rising": everywhere, "shuffled": dice.sample(everywhere, count)}[order]


def frame(records: list[tuple[int, int, int]]) -> pl.DataFrame:
    """Rows of (second, source, offset)."""
    rows = [(START_US + at * 1_000_000, source, offset, 0, f"req_{offset}") for at, source, offset in records]
    return pl.DataFrame(rows, schema={name: SCHEMA[name] for name in (*ORDER, "request_id")}, orient="row")


RECORDS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2), st.integers(0, 10**6)), max_size=120, unique=True)


@settings(max_examples=150, deadline=None)
@given(records=RECORDS, cuts=st.lists(st.integers(0, 120), max_size=12), looks=st.sets(st.integers(0, 12)))
def test_rows_come_out_in_order_whatever_order_they_came_in(
    records: list[tuple[int, int, int]], cuts: list[int], looks: set[int]
) -> None:
    edges = [0, *sorted(min(cut, len(records)) for cut in cuts), len(records)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table, "SEGMENT_ROWS", 8)
        found, came = SortedTable(frame([])), frame([])
        for number, (start, end) in enumerate(pairwise(edges)):
            found.add(frame(records[start:end]))
            came = pl.concat([came, frame(records[start:end])]).sort(ORDER)
            if number in looks:
                dropped = found.drop_oldest(3, START_US + 3_000_000)
                assert dropped.equals(came.slice(0, dropped.height))
                came = came.slice(dropped.height)
            assert found.height == came.height
        assert_answers(found, came)


def assert_answers(found: SortedTable, came: pl.DataFrame) -> None:
    """Every question gets the answer that the sorted rows give."""
    clock = came["at"].to_physical()
    assert found.between(None, None).equals(came)
    assert (found.first, found.last) == (clock.min(), clock.max())
    for at in range(START_US - 1_000_000, START_US + 6_000_000, 500_000):
        until = came.filter(clock <= at)
        assert found.count(START_US - 1, at) == until.height
        assert found.between(at, START_US + 3_000_000).equals(
            came.filter((clock > at) & (clock <= START_US + 3_000_000))
        )
        assert found.tail(at, 4).equals(until.tail(4))
        assert found.newest(at) == until["at"].to_physical().max()


@pytest.mark.parametrize("order", ORDERS)
def test_a_row_is_moved_a_few_times_however_many_share_its_minute(
    order: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(table, "SEGMENT_ROWS", 1000)
    merged, moved = table._merged, [0]

    def counting(rows: pl.DataFrame, late: pl.DataFrame) -> pl.DataFrame:
        moved[0] += rows.height + late.height
        return merged(rows, late)

    monkeypatch.setattr(table, "_merged", counting)
    figures = []
    for count in (size(10_000, 100_000), size(40_000, 400_000)):
        moved[0], found = 0, SortedTable(frame([]))
        records = [(0, 0, number) for number in range(count)]
        rows = frame(records).with_columns(at=pl.Series(moments(order, count)).cast(SCHEMA["at"]))
        for start in range(0, count, BLOCK):
            found.add(rows.slice(start, BLOCK))
        assert found.between(None, None).equals(rows.sort(ORDER))
        figures.append(moved[0] / count)
    say(capsys, f"{order}: {count} rows of one minute in blocks of {BLOCK}, each moved {figures[-1]:.1f} times")
    assert figures[-1] < max(6, 1.3 * figures[0])
