"""The tables that lines become: which columns exist, and of which type.

Two tables cross room borders. *Lines* are what an envelope peeled out of bytes; *events* are what the guardrail let
through. The columns of events come from the runbook: a field that it does not list has no column to live in.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

    import polars as pl

    from tui.runbook.model import LogRules

Reject = Literal[
    "not_json",
    "cut",
    "too_long",
    "bad_time",
    "unknown_metric",
    "bad_field",
    "bad_encoding",
    "no_message",
    "lost_at_source",
]
"""Why a line gave neither an event nor a readable other record (contracts §6)."""

INVALID_ID = "invalid"
"""Stands in for a requestId that cannot be used (contracts §1, usable requestId)."""

OTHER = "other"
"""Stands in for an enum value that the runbook does not know and that does not look like a code."""


@dataclass(slots=True)
class Tally:
    """What became of the lines: `lines == events + other + sum(rejected)`, counted after joining."""

    lines: int = 0
    events: int = 0
    other: int = 0
    rejected: Counter[Reject] = field(default_factory=Counter)
    first: datetime | None = None
    last: datetime | None = None
    """Times of the first and the last record that bears one, be it an event or another."""
    zoneless: bool = False
    """Whether any time named no zone and was read in the configured one."""

    def add(self, more: Tally) -> None:
        """Count another block's lines in."""
        self.lines += more.lines
        self.events += more.events
        self.other += more.other
        self.rejected.update(more.rejected)
        self.first = min(filter(None, (self.first, more.first)), default=None)
        self.last = max(filter(None, (self.last, more.last)), default=None)
        self.zoneless |= more.zoneless


@dataclass(frozen=True, slots=True, eq=False)
class Parsed:
    """One block of lines, guarded.

    `events` has the columns of `event_schema`, in line order; `markers` those of `MARKER_COLUMNS`.
    """

    events: pl.DataFrame
    markers: pl.DataFrame
    tally: Tally


def line_schema() -> dict[str, pl.DataType]:
    """Columns of the table that an envelope hands to the parser.

    text: the peeled payload. offset, length: bytes of its physical lines in the decompressed stream, without the final
    newline (contracts §5). sub: its number inside one physical line. hint: the wrapper's own time, if it has one.
    reject: why the wrapper could not give a payload (`text` is then empty), else null.
    """
    import polars as pl

    return {
        "text": pl.String(),
        "offset": pl.UInt64(),
        "length": pl.UInt32(),
        "sub": pl.UInt16(),
        "hint": pl.Datetime("us", "UTC"),
        "reject": pl.String(),
    }


def event_schema(rules: LogRules) -> dict[str, pl.DataType]:
    """Columns of guarded events: identity first, then every field that any metric of the runbook allows.

    at: event time, UTC. request_id: usable id, `INVALID_ID`, or null where the record has none. source: index of the
    source in the session. offset, length, sub: as in `line_schema`. fingerprint: 64-bit hash of the payload, to
    recognise the same record in overlapping sources. sha256: of the payload, only for sources that cannot be read
    again (pipes), else null.
    """
    import polars as pl

    columns: dict[str, pl.DataType] = {
        "at": pl.Datetime("us", "UTC"),
        "metric": pl.Enum([metric.id for metric in rules.metrics]),
        "request_id": pl.String(),
        "source": pl.UInt16(),
        "offset": pl.UInt64(),
        "length": pl.UInt32(),
        "sub": pl.UInt16(),
        "fingerprint": pl.UInt64(),
        "sha256": pl.Binary(),
    }
    for metric in rules.metrics:
        for name, spec in metric.fields.items():
            columns[field_column(name, spec.kind)] = _DTYPES[spec.kind]()
    return columns


def field_column(name: str, kind: str) -> str:
    """Column of a runbook field: a route field is kept as its template only, under `route`."""
    return "route" if kind == "route" else name


def _text() -> pl.DataType:
    import polars as pl

    return pl.Categorical()


def _status() -> pl.DataType:
    import polars as pl

    return pl.Int16()


def _number() -> pl.DataType:
    import polars as pl

    return pl.Float64()


_DTYPES = {"enum": _text, "route": _text, "status": _status, "number": _number}


def marker_schema() -> dict[str, pl.DataType]:
    """Columns of found markers. approximate: the time is a neighbour's. capture: strict captures or null."""
    import polars as pl

    return {
        "marker": pl.String(),
        "at": pl.Datetime("us", "UTC"),
        "approximate": pl.Boolean(),
        "capture": pl.String(),
        "source": pl.UInt16(),
        "offset": pl.UInt64(),
        "length": pl.UInt32(),
    }
