"""The synthetic backend: a seed and a scenario → the lines of its log, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import count, pairwise
from math import pi, sin
from operator import itemgetter
from typing import TYPE_CHECKING

from tui.drill.chance import Dice, drawing
from tui.drill.model import backend as drill_backend
from tui.drill.model import scenarios
from tui.drill.render import Renderer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from tui.drill.chance import Draw
    from tui.drill.model import Backend, Exchange, Phase, Scenario
    from tui.drill.render import Line

    Happening = tuple[int, "_Kind"]

_MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that decides what a drill's log says; the same plan gives the same lines."""

    scenario: str
    seed: int
    start: datetime
    """Aware, on a whole minute. Another start gives the same log at other times."""
    minutes: int | None
    """None: without end."""
    onset: timedelta | None = None
    """When things go wrong, from the start; by default after two fifths of the log, on a whole minute."""
    per_second: float | None = None
    """Requests while all is well; by default what the backend's data says."""


def generate(plan: Plan) -> Iterator[Line]:
    """Write the log of a drill.

    Lines come in the order in which they are written: a few bear a time some ms before the line above them. KeyError
    for a scenario that does not exist, ValueError for a log that neither ends nor says when things go wrong.
    """
    return _Run(plan, scenarios()[plan.scenario], drill_backend(), _onset(plan)).lines(plan.minutes)


def _onset(plan: Plan) -> timedelta:
    if plan.onset is not None:
        return plan.onset
    if plan.minutes is None:
        raise ValueError("a log without end needs an onset")
    return timedelta(minutes=plan.minutes * 2 // 5)


class _Kind:
    """One kind of exchange on its way through time."""

    def __init__(self, exchange: Exchange, backend: Backend, seed: int, people: Sequence[str]) -> None:
        self.exchange = exchange
        self.dice = Dice(f"{seed}/{exchange.id}")
        self.instead: dict[str, Draw] = {}
        self._renderer = Renderer(exchange, backend, self.dice, people)
        self._done = 0.0
        """How many of them were due until now."""
        self._next = self.dice.random() if exchange.even else self.dice.wait()

    def arrivals(self, begin: int, end: int, per_minute: float) -> Iterator[Happening]:
        """When it happens in [begin, end), in ms since the epoch.

        Even ones fall one into each whole interval, anywhere inside it; the others come by chance.
        """
        due = self._done + per_minute * (end - begin) / _MINUTE
        while self._next < due:
            yield begin + int((self._next - self._done) / per_minute * _MINUTE), self
            self._next = (
                int(self._next) + 1 + self.dice.random() if self.exchange.even else self._next + self.dice.wait()
            )
        self._done = due

    def lines(self, at: int) -> list[Line]:
        """Its lines at that moment."""
        return self._renderer.lines(at, self.instead)


class _Run:
    """One run of the backend."""

    def __init__(self, plan: Plan, scenario: Scenario, backend: Backend, onset: timedelta) -> None:
        dice = Dice(f"{plan.seed}/people")
        self._people = [dice.uuid() for _ in range(backend.traffic.people)]
        self._kinds = {item.id: _Kind(item, backend, plan.seed, self._people) for item in backend.exchanges}
        self._traffic = backend.traffic
        self._scale = 1.0 if plan.per_second is None else plan.per_second / backend.traffic.per_second
        self._start = round(plan.start.timestamp() * 1000)
        self._sway = Dice(f"{plan.seed}/sway")
        self._shuffle = Dice(f"{plan.seed}/shuffle")
        self._phases = [(_ms(onset + phase.begin), _ms(onset + phase.end), phase) for phase in scenario.phases]
        self._once = [(0, self._kinds[backend.start])]
        self._once += [(_ms(onset + item.at), self._kinds[item.write]) for item in scenario.once]

    def lines(self, minutes: int | None) -> Iterator[Line]:
        """Every line of so many minutes."""
        for minute in count() if minutes is None else range(minutes):
            sway = self._swaying(minute)
            for begin, end in self._spans(minute):
                for at, kind in self._retimed(self._span(begin, end, sway)):
                    yield from kind.lines(at)

    def _spans(self, minute: int) -> Iterable[tuple[int, int]]:
        """Cut the minute where a phase begins or ends; ms since the start."""
        begin, end = minute * _MINUTE, (minute + 1) * _MINUTE
        edges = {edge for phase in self._phases for edge in phase[:2] if begin < edge < end}
        return pairwise(sorted({begin, end} | edges))

    def _span(self, begin: int, end: int, sway: float) -> list[Happening]:
        """Tell what happens in a span without edges, in order."""
        active = [phase for since, until, phase in self._phases if since <= begin < until]
        rates = _rates(active)
        self._redraw(active)
        first, last = self._start + begin, self._start + end
        happenings = [(self._start + at, kind) for at, kind in self._once if begin <= at < end]
        if not any(phase.quiet for phase in active):
            for name, kind in self._kinds.items():
                happenings += kind.arrivals(first, last, rates.get(name, self._usual(kind.exchange, sway)))
        happenings.sort(key=itemgetter(0))
        return happenings

    def _usual(self, exchange: Exchange, sway: float) -> float:
        scale = 1.0 if exchange.fixed else self._scale
        return exchange.per_minute * scale * (1.0 if exchange.even else sway)

    def _redraw(self, active: Sequence[Phase]) -> None:
        for name, kind in self._kinds.items():
            kind.instead = {
                value: drawing(spec, kind.dice, self._people)
                for phase in active
                for value, spec in phase.values.get(name, {}).items()
            }

    def _swaying(self, minute: int) -> float:
        wave = self._traffic.wave * sin(2 * pi * minute / self._traffic.wave_minutes)
        return max(0.2, 1.0 + wave + self._traffic.ripple * self._sway.normal())

    def _retimed(self, happenings: Sequence[Happening]) -> Iterator[Happening]:
        """Stamp a few of them some ms before the one written above them; their order stays."""
        floor = previous = happenings[0][0] if happenings else 0
        for happened, kind in happenings:
            early = self._shuffle.random() < self._traffic.out_of_order
            previous = max(floor, previous - self._shuffle.whole(1, 4)) if early else happened
            yield previous, kind


def _rates(active: Sequence[Phase]) -> Mapping[str, float]:
    rates: dict[str, float] = {}
    for phase in active:
        rates |= phase.rates
    return rates


def _ms(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)
