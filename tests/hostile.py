"""Text that would like to be more than text: markup of every kind, and sequences that steer a terminal.

Built from grammars with a fixed seed: number N is the same payload in every run. Each bears its number, so that it can
be found again on a screen.
"""

from __future__ import annotations

import base64
import random
from functools import cache

MARKUPS, ESCAPES = 200, 500
"""How many of each there are in full."""

_RICH = (
    "[red]{}[/red]", "[bold red on blue]{}[/]", "[/]{}", "[/red]{}", "[[{}]]", "[{}", "{}]", "\\[red]{}",
    "[red]\\{}[/]", "[@click=app.quit]{}[/]", "[@click='app.bell']{}[/]", "[@click=screen.dismiss]{}[/]",
    "[@click=app.push_screen('x')]{}", "[link=https://evil.example]{}[/link]", "[$error]{}[/]", "[on $primary 50%]{}",
    "[reverse blink]{}", "[not bold]{}", "[#ff0000]{}[/#ff0000]", "[rgb(1,2,3)]{}[/]", "[auto]{}", "[@focus=x]{}[/]",
    ":warning: {} :bomb:", "[b]{}[/b][i", "[a-very-unknown-tag]{}[/a-very-unknown-tag]", "[]{}[]", "[=]{}",
    "[ red ]{}[ / ]", "[red{}",
)  # fmt: skip
_MARKDOWN = (
    "# {}", "**{}**", "_{}_", "~~{}~~", "`{}`", "```{}```", "> {}", "- [ ] {}", "1. {}", "| {} | b |", "---{}---",
    "[{}](javascript:alert)", "![{}](x.png)", "[{}]: x", "<{}>", "{}\\", "$${}$$", "[^{}]", "***{}", "=== {}",
)  # fmt: skip
_HTML = (
    "<script>{}</script>", "<img src=x onerror={}>", "<b>{}</b>", "<!--{}-->", "</pre>{}<pre>", "&lt;{}&gt;", "&#60;{}",
    "<a href=javascript:{}>x</a>", "<svg onload={}>", "<![CDATA[{}]]>", "<?php {} ?>", "<style>{}", "</textarea>{}",
)  # fmt: skip
_OTHERS = (
    "{{{{{}}}}}", "{{0}}{}", "{{name}}{}", "{{}}{}", "%s%n{}%d", "%({})s", "${{{}}}", "$({})", "`{}`|sh", "; {} #",
    "\\x1b[31m{}", "\\u001b]0;{}", "\\e[2J{}", "^[[31m{}", "#{{{}}}", "<%= {} %>", "=cmd|'{}'!A1", "@SUM({})", "+{}",
    "../../{}", "'{}' OR '1", "\\0{}",
)  # fmt: skip
_SHAPES = (*_RICH, *_MARKDOWN, *_HTML, *_OTHERS)


@cache
def markup(number: int) -> str:
    """Return markup: every shape alone first, then one within another."""
    shape = _SHAPES[number % len(_SHAPES)]
    chance = random.Random(number)  # noqa: S311 - no secret
    inner = f"m{number:03}x"
    for _layer in range(number // len(_SHAPES)):
        inner = chance.choice(_SHAPES).format(inner)
    return shape.format(inner)


_ESC, _BEL = "\x1b", "\x07"
_ENDS = (_BEL, f"{_ESC}\\", "\x9c", "")
"""Ends of a string sequence: BEL, ST, the one-byte ST, none at all."""
_HIDDEN = (
    *map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), *"\xad\u034f\u061c\u115f\u180e\u3164\ufeff\uffa0",
    *map(chr, range(0x200B, 0x2010)), *map(chr, range(0x2028, 0x202F)), *map(chr, range(0x2060, 0x2070)),
    *map(chr, range(0xFFF9, 0xFFFC)), *map(chr, range(0xE0001, 0xE0080, 9)),
)  # fmt: skip
_CSI = (
    "{}m", "2J", "H", "{};{}H", "6n", "c", ">c", "?1049h", "?25l", "?1000h", "?2004l", "?2026h", "201~", "21t",
    "8;1;1t", "!p", "{}@", "{}X", "{}S", "1;2r", "4h", "?5h", "18t", ">4;2m", "?u", "0 q", "{}b", "5i", "3J", "{}d",
)  # fmt: skip
_STRINGS = (
    ("]", "0;{}"), ("]", "2;{}"), ("]", "52;c;{64}"), ("]", "52;c;?"), ("]", "8;;https://evil.example/{}"),
    ("]", "9;{}"), ("]", "777;notify;x;{}"), ("]", "1337;File=name={64}:{64}"), ("]", "4;1;?"), ("]", "10;?"),
    ("]", "50;{}"), ("]", "7;file://{}"), ("]", "133;A"), ("]", "1337;SetUserVar={}={64}"),
    ("P", "tmux;\x1b\x1b]0;{}\x07"), ("P", "q#0;2;0;0;0~~"), ("P", "$qm{}"), ("P", "+q544e"),
    ("_", "Ga=T,f=100;{64}"), ("_", "{}"), ("^", "{}"), ("X", "{}"), ("k", "{}"),
)  # fmt: skip
_SHORT = ("c", "7", "8", "D", "M", "Z", "=", ">", "(0", ")B", "#8", "%G", "N", "O", " F", "l", "\\", "n", "~", "[")


def _control(chance: random.Random, mark: str) -> str:
    """Return a CSI sequence, in seven or in eight bits."""
    head = chance.choice((f"{_ESC}[", "\x9b"))
    return head + chance.choice(_CSI).format(chance.randrange(200), chance.randrange(200)) + mark


def _string(chance: random.Random, mark: str) -> str:
    """Return an OSC, DCS, APC, PM, SOS or title sequence, in seven or in eight bits, ended or not."""
    kind, body = chance.choice(_STRINGS)
    coded = base64.b64encode(mark.encode()).decode()
    eight = {"]": "\x9d", "P": "\x90", "_": "\x9f", "^": "\x9e", "X": "\x98"}.get(kind, f"{_ESC}{kind}")
    head = chance.choice((f"{_ESC}{kind}", eight))
    return head + body.replace("{64}", coded).replace("{}", mark) + chance.choice(_ENDS)


def _short(chance: random.Random, mark: str) -> str:
    return _ESC + chance.choice(_SHORT) + mark


def _nested(chance: random.Random, mark: str) -> str:
    """Return one sequence within another, or cut off by it."""
    outer, inner = _string(chance, mark), chance.choice((_control, _string, _short))(chance, mark)
    at = chance.randrange(1, len(outer))
    return outer[:at] + inner + outer[at:]


def _mixed(chance: random.Random, mark: str) -> str:
    """Return controls and markup at once."""
    return f"{chance.choice(_HIDDEN)}[@click=app.quit]{mark}{_control(chance, '')}[/]{chance.choice(_HIDDEN)}"


_KINDS = (_control, _string, _short, _nested, _mixed)


@cache
def escape(number: int) -> str:
    """Return something that steers terminals: every hidden character alone first, then sequences of every kind."""
    mark = f"e{number:03}x"
    if number < len(_HIDDEN):
        return f"a{_HIDDEN[number]}{mark}"
    return _KINDS[number % len(_KINDS)](random.Random(number), mark)  # noqa: S311 - no secret


def payloads(markups: int, escapes: int) -> list[str]:
    """Return that many of each, spread over all there are, in turn."""
    chosen = [markup(number * MARKUPS // markups) for number in range(markups)]
    chosen += [escape(number * ESCAPES // escapes) for number in range(escapes)]
    random.Random(len(chosen)).shuffle(chosen)  # noqa: S311 - no secret
    return chosen
