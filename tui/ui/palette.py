"""What each role looks like: dark, light, sixteen colours, and none at all."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from rich.style import Style
from textual.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Colours:
    """One palette; every pair reaches a contrast of 4.5 but for rules and quiet bars, which nobody has to read."""

    background: str
    raised: str
    text: str
    strong: str
    muted: str
    raised_muted: str
    rule: str
    quiet: str
    severe0: str
    severe0_fill: str
    severe0_on: str
    severe1: str
    severe1_fill: str
    severe1_on: str
    watch: str
    done: str
    focus: str
    drill: str
    replay: str


DARK = Colours(
    background="#121212", raised="#262626", text="#d0d0d0", strong="#ffffff", muted="#9e9e9e", raised_muted="#9e9e9e",
    rule="#585858", quiet="#6c6c6c",
    severe0="#ff5f5f", severe0_fill="#d70000", severe0_on="#ffffff",
    severe1="#ff8700", severe1_fill="#ff8700", severe1_on="#000000",
    watch="#ffd75f", done="#87d787", focus="#5fafff", drill="#af87ff", replay="#5fd7d7",
)  # fmt: skip

LIGHT = Colours(
    background="#ffffff", raised="#e4e4e4", text="#262626", strong="#000000", muted="#585858", raised_muted="#585858",
    rule="#949494", quiet="#949494",
    severe0="#af0000", severe0_fill="#af0000", severe0_on="#ffffff",
    severe1="#af5f00", severe1_fill="#af5f00", severe1_on="#ffffff",
    watch="#875f00", done="#005f00", focus="#005faf", drill="#5f00d7", replay="#005f5f",
)  # fmt: skip

SIXTEEN = Colours(
    background="default", raised="default", text="default", strong="default", muted="default", raised_muted="default",
    rule="default", quiet="default",
    severe0="bright_red", severe0_fill="red", severe0_on="bright_white",
    severe1="yellow", severe1_fill="yellow", severe1_on="black",
    watch="bright_yellow", done="green", focus="bright_blue", drill="magenta", replay="cyan",
)  # fmt: skip
"""The automatic downgrade would make both severities red; muted text is the default foreground."""

DARK_THEME, LIGHT_THEME, SIXTEEN_THEME = "guardia-dark", "guardia-light", "guardia-16"
PLAIN = "plain"
_ANSI_VARIABLES = {"ansi-background": "ansi_default", "ansi-foreground": "ansi_default"}
"""The toolkit's own style sheets ask for these where a theme speaks of the terminal's colours."""
_COLOURS = {DARK_THEME: DARK, LIGHT_THEME: LIGHT, SIXTEEN_THEME: SIXTEEN}


def themes() -> tuple[Theme, ...]:
    """Return the themes to register with the toolkit; its colours are style-sheet variables."""
    return tuple(_theme(name, colours) for name, colours in _COLOURS.items())


def _theme(name: str, colours: Colours) -> Theme:
    ansi = name == SIXTEEN_THEME
    named = {key.replace("_", "-"): _for_styles(value, ansi=ansi) for key, value in asdict(colours).items()}
    return Theme(
        name=name,
        primary=named["focus"],
        foreground=named["text"],
        background=named["background"],
        surface=named["background"],
        panel=named["raised"],
        dark=name != LIGHT_THEME,
        variables={f"guardia-{key}": value for key, value in named.items()} | (_ANSI_VARIABLES if ansi else {}),
        ansi=ansi,
    )


def _for_styles(colour: str, *, ansi: bool) -> str:
    return f"ansi_{colour}" if ansi else colour


@lru_cache
def role_styles(theme: str) -> Mapping[str, Style]:
    """Every role's style under a theme; `PLAIN` has no colour at all: fills become reverse, WATCH is underlined."""
    return _plain() if theme == PLAIN else _coloured(_COLOURS.get(theme, DARK), reverse_chip=theme == SIXTEEN_THEME)


def _coloured(colours: Colours, *, reverse_chip: bool) -> dict[str, Style]:
    ground = colours.background

    def on(colour: str, background: str = ground, *, bold: bool = False) -> Style:
        return Style(color=colour, bgcolor=background, bold=bold or None)

    chip = Style(reverse=True, bold=True) if reverse_chip else on(ground, colours.text, bold=True)
    mode_ground = "black" if reverse_chip else ground
    return {
        "text": on(colours.text),
        "strong": on(colours.strong, bold=True),
        "muted": on(colours.muted),
        "rule": on(colours.rule),
        "quiet": on(colours.quiet),
        "severe0": on(colours.severe0, bold=True),
        "severe1": on(colours.severe1, bold=True),
        "fill-severe0": on(colours.severe0_on, colours.severe0_fill, bold=True),
        "fill-severe1": on(colours.severe1_on, colours.severe1_fill, bold=True),
        "watch": on(colours.watch, bold=True),
        "done": on(colours.done, bold=True),
        "focus": on(colours.focus, bold=True),
        "chip": chip,
        "bar": on(colours.text),
        "bar-rest": on(colours.rule),
        "title": on(colours.text, colours.raised),
        "title-text": on(colours.raised_muted, colours.raised),
        "title-strong": on(colours.strong, colours.raised, bold=True),
        "title-watch": on(colours.watch, colours.raised, bold=True),
        "mode-drill": on(mode_ground, colours.drill, bold=True),
        "mode-replay": on(mode_ground, colours.replay, bold=True),
    }


def _plain() -> dict[str, Style]:
    nothing, bold, reverse = Style(), Style(bold=True), Style(reverse=True, bold=True)
    watch = Style(bold=True, underline=True)
    return {
        **dict.fromkeys(("text", "muted", "rule", "quiet", "bar", "bar-rest", "title", "title-text"), nothing),
        **dict.fromkeys(("strong", "severe0", "severe1", "done", "focus", "title-strong"), bold),
        **dict.fromkeys(("fill-severe0", "fill-severe1", "chip", "mode-drill", "mode-replay"), reverse),
        **dict.fromkeys(("watch", "title-watch"), watch),
    }
