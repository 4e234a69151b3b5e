"""How the net is cast: every rule looks at the same text, and what any of them found goes, overlaps in one piece.

Rules do not see each other's marks, so no secret hides behind a neighbour whose mask took away what it is known by. The
net is cast until it comes back empty: masking twice changes nothing, and what only shows beside a mask is found too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    Span = tuple[int, int]
    """Where what must go begins, and where it ends."""

LABEL = "‹(?:key-block|header|credential|jwt|userinfo|query|email|vendor-key|value|opaque|card|phone)›"
"""What stands where something was masked."""
_CASTS = 16
"""More than any text needs that nobody made to keep us busy."""


@dataclass(frozen=True, slots=True)
class Masked:
    """Text that may be stored, and which kinds of secrets were taken out of it, each once, in order of the net."""

    text: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """How one kind of secret is found."""

    kind: str
    cues: tuple[str, ...]
    """In lower case; one of them is in every text in which the rule finds anything. Looking for them is cheap."""
    find: Callable[[str], Iterable[Span]]
    label: str = ""
    """What is written instead, where that is not the kind."""


def cast_net(net: Sequence[Rule], text: str) -> Masked:
    """Replace what the rules find by `‹label›`, until nothing is found; what does not come to rest goes as a whole."""
    kinds = set[str]()
    for _cast in range(_CASTS):
        found = _found(net, text)
        if not found:
            break
        pieces, done = list[str](), 0
        for start, end, rule in _joined(found):
            pieces += (text[done:start], f"‹{rule.label or rule.kind}›")
            done = end
            kinds.add(rule.kind)
        text = "".join([*pieces, text[done:]])
    else:
        text = "‹opaque›"
    return Masked(text, tuple(dict.fromkeys(rule.kind for rule in net if rule.kind in kinds)))


def _found(net: Sequence[Rule], text: str) -> list[tuple[int, int, Rule]]:
    lowered, found = text.lower(), []
    for rule in net:
        for cue in rule.cues:
            if cue in lowered:
                found += [(start, end, rule) for start, end in rule.find(text)]
                break
    return found


def _joined(found: list[tuple[int, int, Rule]]) -> Iterator[tuple[int, int, Rule]]:
    """Join spans that overlap, under the rule of the widest."""
    found.sort(key=lambda one: one[:2])
    begin, until, widest = found[0]
    width = until - begin
    for start, end, rule in found[1:]:
        if start >= until:
            yield begin, until, widest
            begin, until, widest, width = start, end, rule, end - start
            continue
        until = max(until, end)
        if end - start > width:
            widest, width = rule, end - start
    yield begin, until, widest


def anywhere(
    kind: str, cues: Sequence[str], pattern: str, judge: Callable[[str], bool] | None = None, *, label: str = ""
) -> Rule:
    """What the pattern matches must go, or its group `gone`, if the judge says so."""

    def find(text: str) -> Iterator[Span]:
        compiled = _compiled(pattern)
        group = "gone" if "gone" in compiled.groupindex else 0
        for match in compiled.finditer(text):
            if match[group] and (judge is None or judge(match[group])):
                yield match.span(group)

    return Rule(kind, tuple(cues), find, label)


def behind(
    kind: str,
    cues: Sequence[str],
    sign: str,
    value: str,
    judge: Callable[[str], bool] | None = None,
    *,
    label: str = "",
) -> Rule:
    """What stands behind a sign must go, also where one sign is within what another announces; a mask stays."""

    def find(text: str) -> Iterator[Span]:
        done = 0
        for match in _compiled(sign).finditer(text):
            if adds_nothing(text, match.end(), done):
                continue
            gone = _compiled(f"(?!{LABEL})(?:{value})").match(text, match.end())
            if gone and gone.group() and (judge is None or judge(gone.group())):
                done = max(done, gone.end())
                yield gone.span()

    return Rule(kind, tuple(cues), find, label)


def adds_nothing(text: str, at: int, done: int) -> bool:
    """Whether a value that begins here ends where another, that is known to go up to `done`, ends anyway.

    It does where it is in the midst of one word: that keeps hostile texts from being read over and over.
    """
    return at < done and not _BREAK.search(text, at, at + _REACH)


_BREAK, _REACH = re.compile(r"[\s\"']"), 64


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern when it is first needed: most runs never need most of them."""
    return re.compile(pattern)
