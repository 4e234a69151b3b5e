"""Chance from a seed, and the values it gives."""

from __future__ import annotations

import random
from functools import partial
from math import cos, exp, log, pi, sqrt
from typing import TYPE_CHECKING, TypeVar, assert_never

from tui.drill.model import Choice, Integer, Letters, Lognormal, Person, Repeat, Text, Uuid

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui.drill.model import RequestIdMix, Value

    Draw = Callable[[], int | str]

_Item = TypeVar("_Item")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_TRIPLES = [a + b + c for a in _DIGITS for b in _DIGITS for c in _DIGITS]


class Dice(random.Random):
    """The same throws for the same seed, on every Python: only `random` and `getrandbits` are built upon."""

    def wait(self) -> float:
        """Draw the time to the next of events that come once in 1 by chance."""
        return -log(1.0 - self.random())

    def normal(self) -> float:
        """Draw a standard normal deviate."""
        return sqrt(-2.0 * log(1.0 - self.random())) * cos(2.0 * pi * self.random())

    def lognormal(self, median: float, sigma: float) -> int:
        """Draw a whole number of that median, `sigma` being the standard deviation of its logarithm."""
        return round(median * exp(sigma * self.normal()))

    def whole(self, low: int, high: int) -> int:
        """Draw a whole number from `low` to `high`."""
        return low + int(self.random() * (high - low + 1))

    def one(self, items: Sequence[_Item]) -> _Item:
        """Draw one of the items."""
        return items[int(self.random() * len(items))]

    def uuid(self) -> str:
        """Draw a version 4 UUID."""
        digits = f"{self.getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def letters(self, length: int) -> str:
        """Draw lower-case letters and digits."""
        triples = _TRIPLES
        return "".join([triples[int(self.random() * 46656)] for _ in range(-(-length // 3))])[:length]

    def repeat(self, text: str, low: int, high: int) -> str:
        """Write a text `low` to `high` times, with commas between."""
        return ",".join([text] * self.whole(low, high))


def drawing(spec: Value, dice: Dice, people: Sequence[str]) -> Draw:
    """Tell how a value is drawn; a `Text` is put together from others, see `render`."""
    draw: Draw
    match spec:
        case Lognormal(median=median, sigma=sigma):
            draw = partial(dice.lognormal, median, sigma)
        case Integer(low=low, high=high):
            draw = partial(dice.whole, low, high)
        case Choice(of=items):
            draw = partial(dice.one, items)
        case Uuid():
            draw = dice.uuid
        case Letters(length=length):
            draw = partial(dice.letters, length)
        case Person():
            draw = partial(dice.one, people)
        case Repeat(text=text, low=low, high=high):
            draw = partial(dice.repeat, text, low, high)
        case Text():
            raise ValueError("a text is no single draw")
        case _:
            assert_never(spec)
    return draw


class RequestIds:
    """RequestIds as clients and the backend make them: JSON texts, quotes and all."""

    def __init__(self, mix: RequestIdMix, dice: Dice) -> None:
        self._mix = mix
        self._dice = dice
        self._latest = ""

    def draw(self, at: int) -> str:
        """Make the id of a request at `at` (ms since the epoch)."""
        dice, mix = self._dice, self._mix
        kind = dice.random()
        if kind >= mix.odd + mix.web:
            return f'"req_{dice.letters(9)}{_base36(at)}"'
        if kind < mix.odd:
            return dice.one(mix.odd_ids)
        if not self._latest or dice.random() >= mix.again:
            self._latest = f'"web-{dice.uuid()}"'
        return self._latest


def _base36(number: int) -> str:
    text = ""
    while number:
        number, rest = divmod(number, 46656)
        text = _TRIPLES[rest] + text
    return text.lstrip("0")
