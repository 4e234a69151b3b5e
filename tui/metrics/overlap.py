"""Recognising the same record in sources that overlap: a file and its rotated copy, a tail and its export.

A record that its own source holds for the k-th time is the k-th one of any other source. What stays is therefore as
many copies as the source that has most of them, in whatever order blocks arrive (contracts §7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable

    KeptBetween = Callable[[int, int], pl.DataFrame]
    """Rows already kept with first <= at <= last, both in microseconds."""

_CHUNKS = 16
"""What was left out is kept in about as many pieces at most."""


class Overlap:
    """Filters the blocks of one table against what other sources already gave.

    `identity`: the columns that tell records apart, `at` among them.
    """

    def __init__(self, identity: tuple[str, ...], schema: pl.Schema) -> None:
        self._identity = identity
        self._seen: dict[int, tuple[int, int]] = {}
        self._dropped = pl.DataFrame(schema={name: schema[name] for name in (*identity, "source")})

    def unseen(self, rows: pl.DataFrame, kept_between: KeptBetween) -> pl.DataFrame:
        """The rows, all of one source and in its order, that no other source has given yet.

        What is returned must be kept before the next call. Cheap as long as sources do not share any time.
        """
        if rows.is_empty():
            return rows
        source: int = rows["source"][0]
        first, last = bounds(rows["at"])
        shared = any(low <= last and first <= high for other, (low, high) in self._seen.items() if other != source)
        low, high = self._seen.get(source, (first, last))
        self._seen[source] = (min(first, low), max(last, high))
        return self._new(rows, source, self._known(first, last, kept_between)) if shared else rows

    def _known(self, first: int, last: int, kept_between: KeptBetween) -> pl.DataFrame:
        inside = pl.col("at").to_physical().is_between(first, last)
        return pl.concat([kept_between(first, last).select(self._dropped.columns), self._dropped.filter(inside)])

    def _new(self, rows: pl.DataFrame, source: int, known: pl.DataFrame) -> pl.DataFrame:
        identity = list(self._identity)
        known = known.join(rows.select(identity).unique(), on=identity, how="semi", nulls_equal=True)
        if known.is_empty() or (known["source"] == source).all():
            return rows
        counts = known.group_by([*identity, "source"]).len()
        mine = counts.filter(pl.col("source") == source).select(*identity, before="len")
        most = counts.filter(pl.col("source") != source).group_by(identity).agg(others=pl.col("len").max())
        numbered = (
            rows.with_columns(nth=pl.int_range(1, pl.len() + 1).over(identity))
            .join(mine, on=identity, how="left", nulls_equal=True, maintain_order="left")
            .join(most, on=identity, how="left", nulls_equal=True, maintain_order="left")
        )
        is_new = pl.col("nth") + pl.col("before").fill_null(0) > pl.col("others").fill_null(0)
        again = numbered.filter(~is_new).select(self._dropped.columns)
        self._dropped = pl.concat([self._dropped, again], rechunk=self._dropped.n_chunks() > _CHUNKS)
        return numbered.filter(is_new).select(rows.columns)


def bounds(at: pl.Series) -> tuple[int, int]:
    """First and last of times in any order, in microseconds; ValueError for an empty series."""
    clock = at.to_physical()
    first, last = clock.min(), clock.max()
    if not isinstance(first, int) or not isinstance(last, int):
        raise ValueError("no times")  # noqa: TRY004 - empty, not of a wrong type
    return first, last
