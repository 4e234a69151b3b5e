"""The drill's data: what the synthetic backend writes (`backend.toml`), what goes wrong with it (`scenarios.toml`)."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from tui.runbook.model import Duration, Model

_FOLDER = Path(__file__).parent


class Lognormal(Model):
    """A whole number of that median; `sigma` is the standard deviation of its logarithm."""

    kind: Literal["lognormal"]
    median: float = Field(gt=0)
    sigma: float = Field(ge=0)


class Integer(Model):
    """A whole number from `low` to `high`, both included."""

    kind: Literal["integer"]
    low: int
    high: int


class Choice(Model):
    """One of these, each as likely as it is listed often."""

    kind: Literal["choice"]
    of: tuple[int | str, ...] = Field(min_length=1)


class Uuid(Model):
    """A fresh UUID."""

    kind: Literal["uuid"]


class Letters(Model):
    """Lower-case letters and digits."""

    kind: Literal["letters"]
    length: int = Field(gt=0)


class Person(Model):
    """The id of one of the backend's people, who come back again and again."""

    kind: Literal["person"]


class Repeat(Model):
    """The text so many times, with commas between."""

    kind: Literal["repeat"]
    text: str
    low: int = Field(ge=0)
    high: int


class Text(Model):
    """A text with other values in it, written `{name}`."""

    kind: Literal["text"]
    text: str


Value = Annotated[Lognormal | Integer | Choice | Uuid | Letters | Person | Repeat | Text, Field(discriminator="kind")]


class Exchange(Model):
    """The lines that one request, or one thing that happens by itself, leaves in the log."""

    id: str
    text: str
    """The lines as they stand, with `{name}` where a value goes."""
    per_minute: float = 0.0
    """How often while all is well; 0 for what only a fault brings."""
    even: bool = False
    """Spread evenly over time instead of by chance, so that a count over minutes is known to within one."""
    fixed: bool = False
    """Keeps its pace whatever the rate of traffic."""
    values: dict[str, Value] = Field(default_factory=dict)


class Traffic(Model):
    """How much there is of it, and how much it sways."""

    per_second: float = Field(gt=0)
    wave: float
    wave_minutes: float = Field(gt=0)
    ripple: float
    out_of_order: float
    people: int = Field(gt=0)


class RequestIdMix(Model):
    """Where requestIds come from; `odd_ids` are JSON texts that no one can look up."""

    web: float
    again: float
    odd: float
    odd_ids: tuple[str, ...]


class Backend(Model):
    """The backend while nothing is wrong."""

    start: str
    """The exchange that every log begins with."""
    planted: tuple[str, ...]
    """Values that nobody who reads the log may show."""
    traffic: Traffic
    request_ids: RequestIdMix
    values: dict[str, Value]
    exchanges: tuple[Exchange, ...]


class Once(Model):
    """An exchange at a moment after the onset."""

    at: Duration
    write: str


class Phase(Model):
    """A stretch of time after the onset in which some exchanges differ."""

    begin: Duration
    end: Duration
    quiet: bool = False
    rates: dict[str, float] = Field(default_factory=dict)
    """Exchange → how often a minute."""
    values: dict[str, dict[str, Value]] = Field(default_factory=dict)
    """Exchange → name → how the value is drawn instead."""


class Scenario(Model):
    """What goes wrong, as time after the onset."""

    fires_after: Duration = timedelta()
    phases: tuple[Phase, ...] = ()
    once: tuple[Once, ...] = ()


class _Scenarios(Model):
    scenarios: dict[str, Scenario]


@cache
def backend() -> Backend:
    """Read the drill's backend."""
    return Backend.model_validate(_read("backend.toml"))


@cache
def scenarios() -> dict[str, Scenario]:
    """Every scenario by its name, in the order of the file."""
    return _Scenarios.model_validate(_read("scenarios.toml")).scenarios


def _read(name: str) -> dict[str, object]:
    import tomllib

    return tomllib.loads((_FOLDER / name).read_text(encoding="utf-8"))
