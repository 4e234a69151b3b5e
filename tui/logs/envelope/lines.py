"""Bytes into lines, natively: a block of whole lines becomes rows without Python looking at any of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator

SLICE = 1 << 20
"""Bytes that are split at a time: what fits the processor's cache is split twice as fast."""

_FEW_NULS = 4
"""A line with more than one NUL in as many bytes is no UTF-8 text but UTF-16."""


def split_lines(block: bytes, start: int, end: int, offset: int, max_line: int) -> pl.DataFrame:
    """Rows (text, offset, length, reject) of the lines in `block[start:end]`, which ends before its last newline.

    offset: of `block[start]` in the stream. A final carriage return belongs to no line. Lines that are no UTF-8, or
    longer than `max_line` bytes, have a reject and no text.
    """
    slices = list(_slices(block, start, end))
    bad: list[int] = []
    try:
        texts = pl.Series("text", slices, pl.Binary).cast(pl.String)
    except pl.exceptions.ComputeError:
        texts = pl.Series("text", _mended(slices, offset, bad), pl.Binary).cast(pl.String)
    length = pl.col("text").str.len_bytes()
    lines = (
        texts.str.split("\n")
        .explode()
        .to_frame()
        .select(
            "text",
            offset=(length.cast(pl.UInt64) + 1).cum_sum().shift(1, fill_value=0) + offset,
            length=length,
            reject=pl.lit(None, pl.String),
        )
    )
    if _longest(lines) > max_line:
        lines = _reject(lines, pl.col("length") > max_line, "too_long")
    if bad:
        lines = _reject(lines, pl.col("offset").is_in(pl.Series(bad, dtype=pl.UInt64).implode()), "bad_encoding")
    if block.find(b"\0", start, end) >= 0:
        lines = _without_nuls(lines)
    if block.find(b"\r", start, end) >= 0:
        lines = _without_returns(lines, block, start - offset)
    return lines


def rejected(offset: int, length: int, reason: str) -> pl.DataFrame:
    """One row for a line that gave no text."""
    row = {"text": [""], "offset": [offset], "length": [min(length, 2**32 - 1)], "reject": [reason]}
    schema = {"text": pl.String(), "offset": pl.UInt64(), "length": pl.UInt32(), "reject": pl.String()}
    return pl.DataFrame(row, schema=schema)


def _slices(block: bytes, start: int, end: int) -> Iterator[bytes]:
    while end - start > SLICE:
        cut = block.rfind(b"\n", start, start + SLICE)
        cut = cut if cut >= 0 else block.find(b"\n", start + SLICE, end)
        if cut < 0:
            break
        yield block[start:cut]
        start = cut + 1
    yield block[start:end]


def _longest(lines: pl.DataFrame) -> int:
    longest = lines["length"].max()
    return longest if isinstance(longest, int) else 0


def _reject(lines: pl.DataFrame, which: pl.Expr, reason: str) -> pl.DataFrame:
    return lines.with_columns(
        text=pl.when(which).then(pl.lit("")).otherwise("text"),
        reject=pl.when(which & pl.col("reject").is_null()).then(pl.lit(reason)).otherwise("reject"),
    )


def _mended(slices: list[bytes], offset: int, bad: list[int]) -> list[bytes]:
    """Blank every line that is no UTF-8 at its length; the offsets of those lines go to `bad`."""
    mended = []
    for part in slices:
        mended.append(_blanked(part, offset, bad))
        offset += len(part) + 1
    return mended


def _blanked(part: bytes, offset: int, bad: list[int]) -> bytes:
    mended = bytearray(part)
    good = 0
    while True:
        try:
            str(memoryview(mended)[good:], "utf-8")
        except UnicodeDecodeError as error:
            wrong = good + error.start
            begin = mended.rfind(b"\n", 0, wrong) + 1
            good = mended.find(b"\n", wrong)
            good = len(mended) if good < 0 else good
            mended[begin:good] = b" " * (good - begin)
            bad.append(offset + begin)
        else:
            return bytes(mended)


def _without_nuls(lines: pl.DataFrame) -> pl.DataFrame:
    """Drop the run of NULs that a truncated file begins with; a line that is NULs in good part is UTF-16."""
    text = pl.col("text").str.strip_chars_start("\0")
    nuls = text.str.count_matches("\0", literal=True)
    only_nuls = (pl.col("length") > 0) & (text.str.len_bytes() == 0)
    wide = pl.col("reject").is_null() & (only_nuls | (nuls * _FEW_NULS > text.str.len_bytes()))
    return _reject(lines.with_columns(wide=wide, text=text), pl.col("wide"), "bad_encoding").drop("wide")


def _without_returns(lines: pl.DataFrame, block: bytes, shift: int) -> pl.DataFrame:
    """Take a final carriage return off every line; a rejected one has no text, so its last byte is looked up."""
    returned = pl.col("text").str.ends_with("\r")
    lines = lines.with_columns(
        text=pl.col("text").str.strip_suffix("\r"), length=pl.col("length") - returned.cast(pl.UInt32)
    )
    mute = lines["reject"].is_not_null()
    if not mute.any():
        return lines
    ends = lines.select(pl.col("offset") + pl.col("length")).to_series().filter(mute)
    short = pl.Series([end > 0 and block[end + shift - 1 : end + shift] == b"\r" for end in ends], dtype=pl.UInt32)
    rows = mute.arg_true()
    return lines.with_columns(length=lines["length"].scatter(rows, lines["length"].gather(rows) - short))
