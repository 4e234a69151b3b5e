"""What people type to try other rules: pieces `RULE.KEY=VALUE`, one of them with several values, which is a sweep."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from math import log10
from typing import TYPE_CHECKING

from tui.runbook.edit import Change, ChangeError, Scalar, read_change, read_sweep
from tui.runbook.model import parse_duration, write_duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tui.runbook.load import LoadedRunbook

_MINUTES = (0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120)
"""Durations that a sweep tries by itself."""
_SHARES = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0)
"""Parts of today's number that a sweep tries by itself."""
_SMALL = (0, 1, 2, 3, 5, 10)
"""What is tried where today's number is nothing."""
_SEVERAL = ("..", ",")


class Wrong(Enum):
    """What can be wrong with a proposal before the runbook is asked."""

    SHAPE = "shape"
    NO_RULE = "no rule"
    NO_KEY = "no key"
    SWEEP = "sweep"
    SECOND_SWEEP = "second sweep"


class ProposalError(ValueError):
    """A proposal that cannot be tried: what is wrong, where (first character, from 0), and the piece that is wrong."""

    def __init__(self, wrong: Wrong, at: int, piece: str) -> None:
        super().__init__(wrong.value)
        self.wrong, self.at, self.piece = wrong, at, piece


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of one rule and what stands there today; None: nothing."""

    rule: str
    key: str
    today: Scalar | None

    @property
    def name(self) -> str:
        """`RULE.KEY`, as it is typed."""
        return f"{self.rule}.{self.key}"


@dataclass(frozen=True, slots=True)
class Typed:
    """What is proposed, and the values of one setting that are tried beside it."""

    changes: tuple[Change, ...] = ()
    sweep: tuple[Change, ...] = ()


def settings_of(loaded: LoadedRunbook) -> tuple[Setting, ...]:
    """Every key that can be changed, by rule in the runbook's order; keys that other rules have stand there as None."""
    rules = tomllib.loads(loaded.source[0])["rules"]
    flat = [(str(rule["id"]), dict(_scalars(rule))) for rule in rules]
    common = dict.fromkeys(key for _rule, keys in flat for key in keys if "." not in key)
    return tuple(Setting(rule, key, keys.get(key)) for rule, keys in flat for key in dict.fromkeys([*keys, *common]))


def _scalars(table: Mapping[str, object], before: str = "") -> Iterator[tuple[str, Scalar]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _scalars(value, f"{before}{key}.")
        elif isinstance(value, Scalar) and (before or key != "id"):
            yield f"{before}{key}", value


def read_proposal(text: str, settings: Sequence[Setting]) -> Typed:
    """Read what was typed; ProposalError says what is wrong and where. Whether a value fits the runbook says."""
    changes: dict[str, Change] = {}
    sweep: tuple[Change, ...] = ()
    for at, piece in _pieces(text):
        _examine(piece, at, settings)
        if not any(sign in piece.partition("=")[2] for sign in _SEVERAL):
            change = read_change(piece)
            changes[change.name] = change
            continue
        if sweep:
            raise ProposalError(Wrong.SECOND_SWEEP, at, piece)
        try:
            sweep = read_sweep(piece)
        except ChangeError:
            raise ProposalError(Wrong.SWEEP, at + piece.index("=") + 1, piece) from None
    return Typed(tuple(changes.values()), sweep)


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    at = 0
    for piece in text.split(" "):
        if piece:
            yield at, piece
        at += len(piece) + 1


def _examine(piece: str, at: int, settings: Sequence[Setting]) -> None:
    rule, dot, rest = piece.partition(".")
    if not any(setting.rule == rule for setting in settings):
        raise ProposalError(Wrong.NO_RULE, at, rule.partition("=")[0])
    key, equals, value = rest.partition("=")
    if not (dot and key and equals and value):
        raise ProposalError(Wrong.SHAPE, at + len(piece), piece)
    if "." not in key and not any(setting.name == f"{rule}.{key}" for setting in settings):
        raise ProposalError(Wrong.NO_KEY, at + len(rule) + 1, key)


def completions(text: str, settings: Iterable[Setting]) -> tuple[str, ...]:
    """What the last piece could become: whole texts, a rule first, then its keys with what stands there today."""
    start = text.rfind(" ") + 1
    head, piece = text[:start], text[start:]
    if "." not in piece:
        rules = dict.fromkeys(setting.rule for setting in settings)
        return tuple(f"{head}{rule}." for rule in rules if rule.startswith(piece))
    name = piece.partition("=")[0]
    begun = [setting for setting in settings if setting.name.startswith(name)]
    return tuple(f"{head}{setting.name}={written(setting.today)}" for setting in begun if "=" not in piece)


def written(value: Scalar | None) -> str:
    """A value as it is typed."""
    return "" if value is None else f"{value:.12g}" if isinstance(value, float) else str(value)


def around(change: Change, today: Scalar | None) -> tuple[Change, ...]:
    """Values worth trying around a proposed one and today's, in order, both among them; none for words."""
    values = _spans(change.value, today) or _numbers(change.value, today)
    return tuple(Change(change.rule, change.key, value) for value in values)


def _spans(*ends: Scalar | None) -> tuple[Scalar, ...]:
    given = {span: str(end) for end in ends if (span := _span(end)) is not None}
    if not given:
        return ()
    low, high = min(given) / 2, max(max(given) * 2, timedelta(minutes=5))
    ladder = [timedelta(minutes=minutes) for minutes in _MINUTES]
    tried = {span: write_duration(span) for span in ladder if low <= span <= high} | given
    return tuple(tried[span] for span in sorted(tried))


def _span(value: Scalar | None) -> timedelta | None:
    try:
        read = parse_duration(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return read if isinstance(read, timedelta) else None


def _numbers(*ends: Scalar | None) -> tuple[Scalar, ...]:
    numbers = [end for end in ends if isinstance(end, int | float) and not isinstance(end, bool)]
    if not numbers:
        return ()
    base = numbers[-1]
    tried = {*numbers, *((_round(base * share, base) for share in _SHARES) if base else _SMALL)}
    return tuple(sorted(tried))


def _round(value: float, like: float) -> float:
    """Two figures that count; whole where today's number is."""
    if isinstance(like, int):
        return round(value)
    return round(value, 1 - int(log10(abs(value)) // 1))
