"""Guarded events as a CSV file that no spreadsheet runs (runbook §9). A file that is there is never written over."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

import polars as pl

from tui.session.atomic import FILE_MODE, write_private

if TYPE_CHECKING:
    from pathlib import Path

_FORMULA = r"^[=+\-@\t\r]"
"""What makes a spreadsheet take a cell for a formula."""
_MOST_NAMES = 1000


def as_csv(rows: pl.DataFrame) -> bytes:
    """The rows with a header; times are RFC 3339 UTC, and a text that a spreadsheet would run begins with `'`."""
    columns = [_column(name, dtype) for name, dtype in rows.schema.items()]
    return rows.select(columns).write_csv().encode()


def _column(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if isinstance(dtype, pl.Datetime):
        return column.dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ")
    if dtype.is_numeric():
        return column
    text = column.cast(pl.String)
    return pl.when(text.str.contains(_FORMULA)).then(pl.concat_str(pl.lit("'"), text)).otherwise(text).alias(name)


def write_new(folder: Path, stem: str, suffix: str, data: bytes) -> Path:
    """Write `data` to a name in `folder` that nobody has yet; returns its path. Raises OSError.

    The name is taken first, empty and for its owner only, and then filled in one step.
    """
    path = _reserved(folder, stem, suffix)
    try:
        write_private(path, data)
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise
    return path


def _reserved(folder: Path, stem: str, suffix: str) -> Path:
    for number in range(1, _MOST_NAMES):
        path = folder / f"{stem}{'' if number == 1 else f'-{number}'}{suffix}"
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, FILE_MODE))
            return path
    raise FileExistsError
