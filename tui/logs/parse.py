"""Lines → guarded events, markers and counts: every line is accounted for, and none can stop its neighbours."""

from __future__ import annotations

import hashlib
from collections import Counter
from copy import copy
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

import polars as pl

from tui.logs.decode import ROW, Decoder
from tui.logs.guard import Guard, usable_ids
from tui.logs.markers import Markers
from tui.logs.schema import Parsed, Tally, event_schema, marker_schema
from tui.logs.times import Zoneless, moments

if TYPE_CHECKING:
    from datetime import tzinfo

    from tui.logs.schema import Reject
    from tui.runbook.model import LogRules

FINGERPRINT_SEED = 0x67756172646961
"""The same in every process, so that fingerprints of different runs can be compared."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A block as far as it can be parsed without knowing any other: sound records, not guarded yet."""

    lines: int
    records: pl.DataFrame
    """`ROW`, the keys of the runbook, `metric` and `at`."""
    identity: pl.DataFrame
    """Of the same records: which they are and where they lie."""
    others: pl.DataFrame
    """`ROW` and the columns of `line_schema`, of all other readable lines."""
    rejected: Counter[Reject]


class Parser:
    """Parses one source, block by block in the order of the log.

    `prepare` knows nothing of other blocks and may run for several at once, in any order; `settle` takes them in order.

    source: index of the source in the session. keep_hash: fill `sha256`, for sources that cannot be read again. zone:
    where the clocks of times without a zone stand. It remembers the codes and routes it has let through (§6), the last
    time seen, and the markers that still wait for one; nothing else of any line.
    """

    def __init__(self, rules: LogRules, *, source: int, keep_hash: bool = False, zone: tzinfo = UTC) -> None:
        self._rules = rules
        self._source = source
        self._keep_hash = keep_hash
        self._zone = zone
        self._zoneless = Zoneless()
        self._schema = event_schema(rules)
        self._decoder = Decoder(rules)
        self._guard = Guard(rules)
        self._markers = Markers(rules, source=source, zone=zone, zoneless=self._zoneless)

    def parse(self, lines: pl.DataFrame) -> Parsed:
        """Parse a table of `line_schema`, which holds whole lines."""
        return self.settle(self.prepare(lines))

    def prepare(self, lines: pl.DataFrame) -> Prepared:
        """Do all that needs no memory of other blocks. Safe to call from several threads at once."""
        numbered = lines.with_row_index(ROW)
        readable = numbered.filter(pl.col("reject").is_null())
        decoded = self._decoder.decode(readable.select(ROW, "text"))
        records = self._named(decoded.records, numbered)
        sound = records.filter(pl.col("why").is_null()).drop("why")
        rejected = _counted(numbered["reject"]) + _counted(records["why"]) + decoded.unreadable
        return Prepared(
            lines.height, sound, self._identity(numbered[sound[ROW]], sound), _without(readable, sound[ROW]), rejected
        )

    def settle(self, block: Prepared) -> Parsed:
        """Finish a block, after the one before it in the log: caps on new words, and markers' neighbours."""
        events = self._events(block)
        found = self._markers.find(block.others, block.records.select(ROW, "at"))
        tally = _tally(block.lines, events, block.rejected)
        # Another record at the edge of the data tells where the data ends as well as an event does (contracts §7).
        tally.first = min(filter(None, (tally.first, found.first)), default=None)
        tally.last = max(filter(None, (tally.last, found.last)), default=None)
        tally.zoneless = self._zoneless.met
        return Parsed(events, found.table, tally)

    def elsewhere(self) -> Parser:
        """Return a parser for another stretch of the same source: it shares the caps, not the neighbours."""
        other = copy(self)
        other._markers = Markers(  # noqa: SLF001 - one of us
            self._rules, source=self._source, zone=self._zone, zoneless=self._zoneless
        )
        return other

    def finish(self) -> Parsed:
        """Say what could only be known at the end: nothing today, since a log without any time places no marker."""
        return Parsed(pl.DataFrame(schema=self._schema), pl.DataFrame(schema=marker_schema()), Tally())

    def _named(self, records: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
        """Give metric records their `metric` and `at`, and `why` they are refused; leave other records out."""
        keys = self._rules.record
        metric = pl.col(keys.name).cast(self._schema["metric"], strict=False)
        named = records.filter(pl.col(keys.name).str.starts_with(keys.name_prefix)).with_columns(metric=metric)
        at = moments(named[keys.time], self._zone, self._zoneless)
        hints = lines["hint"].gather(named[ROW])
        named = named.with_columns(
            at=pl.when(pl.col(keys.time).is_null()).then(hints).otherwise(at), bad=self._guard.bad_fields(named)
        )
        why = (
            pl.when(pl.col("metric").is_null()).then(pl.lit("unknown_metric"))
            .when(pl.col("at").is_null()).then(pl.lit("bad_time"))
            .when("bad").then(pl.lit("bad_field"))
        )  # fmt: skip
        return named.with_columns(why=why)

    def _identity(self, origin: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
        hashes = [hashlib.sha256(text.encode()).digest() for text in origin["text"]] if self._keep_hash else None
        return origin.select(
            usable_ids(records[self._rules.record.request_id]).alias("request_id"),
            source=pl.lit(self._source, dtype=pl.UInt16),
            offset="offset",
            length="length",
            sub="sub",
            fingerprint=pl.col("text").hash(FINGERPRINT_SEED),
            sha256=pl.Series("sha256", hashes or [None] * records.height, dtype=pl.Binary),
        )

    def _events(self, block: Prepared) -> pl.DataFrame:
        fields = self._guard.fields(block.records)
        return block.records.select("at", "metric", *block.identity, *fields).select(*self._schema)


def _without(lines: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    return lines.join(rows.to_frame(), on=ROW, how="anti", maintain_order="left") if len(rows) else lines


def _counted(reasons: pl.Series) -> Counter[Reject]:
    return Counter(dict(reasons.drop_nulls().value_counts().iter_rows()))


def _tally(lines: int, events: pl.DataFrame, rejected: Counter[Reject]) -> Tally:
    """Whatever is no event and was not refused is another record."""
    first, last = events.select(first=pl.col("at").min(), last=pl.col("at").max()).row(0)
    other = lines - events.height - rejected.total()
    return Tally(lines, events.height, other, rejected, first, last)
