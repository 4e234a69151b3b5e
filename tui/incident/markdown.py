"""Markdown that renders the same everywhere: escaped text, tables, durations, one-line charts. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tui.privacy import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tui.incident.facts import Series

_ACTIVE = re.compile(r"[\\`*{}\[\]<>|~#&!$]|(?<!\w)_|_(?!\w)|:(?=//)|(?i:(?<=www)\.)|(?<=\S)@")
_INDENT = re.compile(r"(?m)^[^\S\n]+")
_LINE_START = re.compile(r"(?m)^(?:(\d+)(?=[.)])|(?=[-+=:]))")
_BLANKS = re.compile(r"([\n\t])")
_HOUR = 60
_LINE, _LINES = 60, 12
"""Cells a line of a chart, and lines at most."""
_UNDER, _OVER = "▁▂▃▄", "▅▆▇█"


def escaped(text: str) -> str:
    """Return people's text so that nothing in it acts as Markdown or HTML; names with `_` inside stay readable.

    Bare addresses are broken too, since viewers make links of them; a line's indent is dropped, as it would make code.
    A journal may be forged, so control characters become pictures.
    """
    shown = "".join(each if each in {"\n", "\t"} else visible(each) for each in _BLANKS.split(text))
    return _LINE_START.sub(r"\1\\", _INDENT.sub("", _ACTIVE.sub(lambda match: "\\" + match.group(), shown)))


def cell(text: str) -> str:
    """Return text for one cell of a table: escaped, on one line."""
    return " ".join(escaped(text).split())


def code(text: str) -> str:
    """Return an id, a hash or a command as code, whatever is in it."""
    one_line = visible(" ".join(text.split())).replace("|", "\\|")
    fence = "`" * (max((len(run) for run in re.findall(r"`+", one_line)), default=0) + 1)
    padding = " " if "`" in one_line else ""
    return f"{fence}{padding}{one_line}{padding}{fence}" if one_line else ""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; its cells are Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def utc(moment: datetime | None) -> str:
    """Return a time to the second, with its zone; empty for none."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ") if moment else ""


def duration(span: timedelta | None) -> str:
    """Return a span as MM:SS, from an hour on as 1h04m; empty for none."""
    if span is None:
        return ""
    sign = "-" if span < timedelta() else ""
    minutes, seconds = divmod(int(abs(span).total_seconds()), 60)
    hours = minutes // 60
    return f"{sign}{hours}h{minutes % 60:02}m" if hours else f"{sign}{minutes:02}:{seconds:02}"


def number(value: float | None) -> str:
    """Return a number without needless digits; a dash for none."""
    return "–" if value is None else f"{value:.3f}".rstrip("0").rstrip(".")


def minutes(span: timedelta | None) -> str:
    """Return a span for people who read no clocks: `14 min`, `1 h 04 min`, rounded; empty for none."""
    if span is None:
        return ""
    whole = round(span.total_seconds() / 60)
    if whole < 1:
        return "< 1 min"
    return f"{whole} min" if whole < _HOUR else f"{whole // _HOUR} h {whole % _HOUR:02} min"


def cell_minutes(series: Series) -> int:
    """How many minutes one cell of a chart stands for: one, unless that were more lines than anybody reads."""
    return max(1, -(-len(series.values) // (_LINE * _LINES)))


def chart(series: Series) -> str:
    """Return lines of cells, each begun with its time: ▁–▄ up to the limit, ▅–█ over it, a space without data.

    A cell of several minutes shows the highest of them.
    """
    each = cell_minutes(series)
    groups = [series.values[at : at + each] for at in range(0, len(series.values), each)]
    values = [max((value for value in group if value is not None), default=None) for group in groups]
    top = max((value for value in values if value is not None), default=0.0)
    limit = top if series.threshold is None else series.threshold
    cells = "".join(" " if value is None else _block(value, limit, top) for value in values)
    starts = range(0, len(cells), _LINE)
    return "\n".join(
        f"{utc(series.start + timedelta(minutes=at * each))[11:16]}  {cells[at : at + _LINE]}".rstrip() for at in starts
    )


def _block(value: float, limit: float, top: float) -> str:
    if value > limit:
        return _OVER[min(3, int((value - limit) / (top - limit) * 4))]
    return _UNDER[min(3, int(value / limit * 4))] if limit > 0 and value > 0 else _UNDER[0]
