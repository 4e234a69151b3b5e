"""Card and phone numbers. Dates, HTTP statuses and the digits of requestIds are none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui.privacy.net import Rule
from tui.privacy.tokens import REQUEST_ID

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARK = r"[ .\u00a0-]"
_RUN = re.compile(rf"(?<![0-9])[0-9](?:{_MARK}{{0,2}}[0-9]){{12,}}(?![0-9])")
_CARDS = tuple(
    re.compile(rf"(?<![0-9])(?=([2-6]{shape})(?![0-9]))")
    for shape in (
        rf"(?<=\A.)(?:{_MARK}{{0,2}}[0-9]){{12,18}}\Z",
        r"[0-9]{12,18}",
        rf"[0-9]{{3}}(?:{_MARK}{{1,2}}[0-9]{{4}}){{3}}",
        rf"[0-9]{{3}}(?:{_MARK}{{1,2}}[0-9]{{4}}){{2,3}}{_MARK}{{1,2}}[0-9]{{1,3}}",
        rf"[0-9]{{3}}{_MARK}{{1,2}}[0-9]{{6}}{_MARK}{{1,2}}[0-9]{{4,5}}",
    )
)
"""A whole run of digits however it is grouped; within a longer run, what is grouped as cards are."""
_LONGEST_ID = 64
"""Characters of a requestId (contracts §1)."""
_DATE = re.compile(
    r"(?<![0-9])((?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]|[0-3]?[0-9][.-][01]?[0-9][.-](?:19|20)[0-9]{2})(?![0-9-])"
)
_PHONE = re.compile(
    r"(?:(?<![\w./#+-])|(?<=[_/])(?=\+))\+?\(?[0-9]{1,15}\)?(?:[ .-]?\(?[0-9]{2,15}\)?){0,6}(?:(?![\w-])|(?=_(?!\w)))"
)
_FEWEST_DIGITS, _MOST_DIGITS = 9, 15
_ENOUGH_DIGITS = re.compile(rf"[0-9](?:[^0-9]{{0,3}}[0-9]){{{_FEWEST_DIGITS - 1}}}")
"""Without these, with no more between them than may stand within a number, there is none."""
_IN_ONE_PIECE = re.compile(rf"(?<![0-9.-])[0-9]{{{_FEWEST_DIGITS},{_MOST_DIGITS}}}(?![0-9.-])")
_STATUSES = re.compile(r"(?:(?:[1-5]0[0-9]|4(?:1[0-8]|2[1-9]|31|51)|51[01])(?: |\Z))+")
"""HTTP statuses one after the other have the shape of a phone number and are none."""


def _cards(text: str) -> Iterator[tuple[int, int]]:
    if not _ENOUGH_DIGITS.search(text):
        return
    for run in _RUN.finditer(text):
        near = REQUEST_ID.finditer(text, max(0, run.start() - _LONGEST_ID), run.end() + _LONGEST_ID)
        if any(one.start() <= run.start() and run.end() <= one.end() for one in near):
            continue
        for shape in _CARDS:
            for one in shape.finditer(run.group()):
                if _is_card(one[1]):
                    yield run.start() + one.start(1), run.start() + one.end(1)


def _is_card(text: str) -> bool:
    """Luhn's check over the digits."""
    digits = [int(character) for character in text if character.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _phones(text: str) -> Iterator[tuple[int, int]]:
    """Dates stay; what stands beside them is judged for itself."""
    if not _ENOUGH_DIGITS.search(text):
        return
    for match in _PHONE.finditer(text):
        at = match.start()
        for part in _DATE.split(match.group()):
            if not _DATE.fullmatch(part):
                yield from ((at + start, at + end) for start, end in _within(part))
            at += len(part)


def _within(part: str) -> Iterator[tuple[int, int]]:
    digits = sum(character.isdigit() for character in part)
    if digits > _MOST_DIGITS:  # several numbers, each written in one piece, or no phone at all
        yield from (one.span() for one in _IN_ONE_PIECE.finditer(part))
        return
    bare = part.strip(" .-")
    if digits >= _FEWEST_DIGITS and not _STATUSES.fullmatch(bare):
        start = part.index(bare)
        yield start, start + len(bare)


_DIGITS = tuple("0123456789")
NUMBERS = (Rule("card", _DIGITS, _cards), Rule("phone", _DIGITS, _phones))
