"""What is left of rows that were dropped: how many of each kind fell into each minute.

Nothing that is counted or measured by the minute changes when rows are dropped: a condensed row stands for all rows of
its minute that agree in every column that is counted or measured. Its time is the whole minute that its bucket ends at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tui.logs.schema import field_column
from tui.metrics.windows import MINUTE_US, bucket, ceil_index
from tui.runbook.model import Quantile, Sum

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui.metrics.windows import Question
    from tui.runbook.model import Metric

ROWS = "rows"
_MINUTE = "minute"
_PARTS = 16
"""Counts of so many drops are kept apart before they are added up."""


def counted_columns(metric: Metric, questions: Iterable[Question]) -> list[str]:
    """The columns that breakdowns, conditions and by-minute measures of a metric look at."""
    words = [field_column(name, spec.kind) for name, spec in metric.fields.items() if spec.kind != "number"]
    numbers = [
        question.measure.field
        for question in questions
        if question.metric.id == metric.id and isinstance(question.measure, Quantile | Sum)
    ]
    return list(dict.fromkeys([*words, *numbers]))


class Condensed:
    """Dropped rows of one metric. empty: a frame with the columns of its rows."""

    def __init__(self, empty: pl.DataFrame, columns: list[str]) -> None:
        self._empty = empty
        self._keys = [_MINUTE, *columns]
        self._parts: list[pl.DataFrame] = []
        self._none = self._summed(self._singly(empty))
        self.last: int | None = None
        """The last minute that any of them fell into."""

    def add(self, rows: pl.DataFrame) -> None:
        """Take in sorted rows, not empty, that are being dropped."""
        self.last = max(self.last or 0, ceil_index(rows["at"][-1]))
        self._parts.append(self._summed(self._singly(rows)))
        if len(self._parts) > _PARTS:
            self._parts = [self._summed(pl.concat(self._parts))]

    def between(self, start: int | None, end: int) -> pl.DataFrame:
        """The columns and `rows` of the minutes in (start, end]; start None: from the first."""
        inside = pl.col(_MINUTE) <= end if start is None else pl.col(_MINUTE).is_between(start + 1, end)
        found = [part.filter(inside) for part in self._parts]
        return pl.concat(found) if found else self._none

    def expanded(self, start: int | None, end: int) -> pl.DataFrame:
        """As many rows as there were in those minutes, oldest first; what is not counted by the minute is null."""
        kinds = self.between(start, end)
        at = (pl.col(_MINUTE) * MINUTE_US).cast(self._empty.schema["at"]).alias("at")
        which = kinds.select(pl.int_range(pl.len()).repeat_by(ROWS).explode()).to_series()
        known = kinds.select(at, *self._keys[1:])[which].sort("at")
        return pl.concat([self._empty, known], how="diagonal")

    def newest(self, end: int) -> int | None:
        """The last minute up to `end` that has any row."""
        lasts = (part.filter(pl.col(_MINUTE) <= end)[_MINUTE].max() for part in self._parts)
        return max((last for last in lasts if isinstance(last, int)), default=None)

    @staticmethod
    def _singly(rows: pl.DataFrame) -> pl.DataFrame:
        return rows.with_columns(bucket().alias(_MINUTE), pl.lit(1, pl.UInt32).alias(ROWS))

    def _summed(self, rows: pl.DataFrame) -> pl.DataFrame:
        return rows.group_by(self._keys).agg(pl.col(ROWS).sum())
