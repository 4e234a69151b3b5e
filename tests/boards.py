"""Boards built by hand and an engine that only hands them over."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import TYPE_CHECKING

from tui.logs.source import Code, Note, SourceState
from tui.metrics.board import (
    Badge,
    Baseline,
    Board,
    BreakdownRow,
    Episode,
    FigureValue,
    MarkerHit,
    PanelNumbers,
    Sample,
    SourceStatus,
    State,
    Suggestion,
)
from tui.metrics.feed import EventRow
from tui.present.situation import Mode, Situation
from tui.runbook.load import LoadedRunbook, load_runbook
from tui.session.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW = datetime(2026, 11, 24, 2, 21, 13, tzinfo=UTC)
ZONE = timezone(timedelta(hours=-3))
AUTH, AUTHZ, CATCHUP, ACK, HTTP = (
    "METRIC_AUTH_5XX",
    "METRIC_REALTIME_AUTHZ_DENIED",
    "METRIC_REALTIME_CATCHUP",
    "METRIC_CHAT_ACK_FAILURE",
    "METRIC_HTTP_REQUEST",
)
ANCHOR = "req_v071rdbvvmwo1ag3z"
MINUTES = 60


@cache
def runbook(lang: str = "en") -> LoadedRunbook:
    return load_runbook(None, lang)


def ago(minutes: float = 0, seconds: float = 0) -> datetime:
    return NOW - timedelta(minutes=minutes, seconds=seconds)


def minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def wave(middle: float, size: float) -> tuple[float | None, ...]:
    return tuple(middle + size * ((index * 7) % 5 - 2) / 2 for index in range(MINUTES))


def ending(values: Sequence[float | None], tail: Sequence[float | None]) -> tuple[float | None, ...]:
    return (*values[: MINUTES - len(tail)], *tail)


def severities(*tail: str | None) -> tuple[str | None, ...]:
    return (None,) * (MINUTES - len(tail)) + tail


def panel(metric: str, value: float | None, minutes: Sequence[float | None], **changes: object) -> PanelNumbers:
    base = PanelNumbers(
        metric=metric,
        badge=Badge(State.OK),
        value=value,
        threshold=None,
        amber=None,
        op=">",
        unit="",
        window_seconds=300,
        baseline=None,
        ratio=None,
        trend=False,
        leading=None,
        ack_since=None,
        fires_at=None,
        minutes=tuple(minutes),
        minute_severity=(None,) * len(minutes),
        breakdown=(),
        figures=(),
        newest=ago(seconds=2),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def calm_panels() -> tuple[PanelNumbers, ...]:
    return (
        panel(AUTH, 0, [0.0] * MINUTES, threshold=0, baseline=Baseline(0.4, same_hour=False), ratio=0.0),
        panel(
            AUTHZ, 8, wave(8, 4), threshold=40, baseline=Baseline(9, same_hour=False), ratio=0.9,
            breakdown=(BreakdownRow(("AUTH_REQUIRED",), 7), BreakdownRow(("FORBIDDEN_STREAM",), 1)),
        ),
        panel(
            CATCHUP, 298, wave(300, 60), threshold=1000, amber=500, unit="ms",
            baseline=Baseline(305, same_hour=False), ratio=1.0, newest=ago(seconds=3),
            figures=(
                FigureValue("events", 412, ""), FigureValue("not-200", 0.004, "%"),
                FigureValue("events-per-reply", 7, ""),
            ),
        ),
        panel(
            ACK, 1, wave(1, 1), threshold=5, baseline=Baseline(0.8, same_hour=False), ratio=1.2,
            breakdown=(BreakdownRow(("reconcile_status", "NOT_FOUND_OR_NO_ACCESS"), 1),),
            figures=(FigureValue("delivered-failed", 3, ""), FigureValue("read-failed", 1, "")),
        ),
        panel(
            HTTP, 1240, wave(1240, 60), unit="/min", baseline=Baseline(1225, same_hour=False), ratio=1.0,
            figures=(FigureValue("p95", 176, "ms"), FigureValue("share-5xx", 0.002, "%")),
        ),
    )  # fmt: skip


def with_panel(panels: tuple[PanelNumbers, ...], metric: str, **changes: object) -> tuple[PanelNumbers, ...]:
    return tuple(
        replace(each, **changes) if each.metric == metric else each  # type: ignore[arg-type]
        for each in panels
    )


def board(**changes: object) -> Board:
    base = Board(
        now=NOW,
        live=True,
        span=(ago(180), ago(seconds=1)),
        panels=calm_panels(),
        alerts=(
            Episode("realtime-authz-denied", AUTHZ, "SEV2", ago(150), None, ago(143), 44),
            Episode("realtime-catchup-p95", CATCHUP, "SEV2", ago(130), ago(120), ago(101), 1204),
        ),
        markers=(
            MarkerHit("boot", ago(170), approximate=True, capture=None, source=0, offset=0, length=9),
            *(
                MarkerHit(
                    "jwt-expired",
                    ago(60, 10 * index),
                    approximate=False,
                    capture=None,
                    source=0,
                    offset=index,
                    length=9,
                )
                for index in range(12)
            ),
        ),
        suggestion=None,
        silent_since=None,
        last_error=ago(12, 4),
        events_per_second=412.3,
        lag=0.8,
        final=True,
        sources=(
            SourceStatus(
                "api-1.log", "ndjson", SourceState.OPEN, 20_358_335, 58315, 57176, 430, (("not_json", 709),), None, None
            ),
        ),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def sev1() -> Board:
    fired = Episode("login-down", AUTH, "SEV1", minute(ago(9)), minute(ago(7)), None, 0.92)
    second = Episode("realtime-authz-denied", AUTHZ, "SEV2", minute(ago(14)), minute(ago(4)), None, 105)
    pending = Episode("realtime-catchup-p95", CATCHUP, "SEV2", minute(ago(5)), None, None, 1240)
    panels = with_panel(
        calm_panels(), AUTH,
        badge=Badge(State.SEVERE, "SEV1"), value=47, ratio=117.5, leading=fired, ack_since=minute(ago(7)),
        minutes=ending([0.0] * MINUTES, (2, 8, 19, 27, 35, 39, 44, 47)),
        minute_severity=severities("", "", "SEV1", "SEV1", "SEV1", "SEV1", "SEV1", "SEV1"),
        breakdown=(
            BreakdownRow(("500", "/api/auth/bootstrap"), 39), BreakdownRow(("503", "/api/auth/me"), 6),
            BreakdownRow(("500", "/api/auth/login"), 2),
        ),
    )  # fmt: skip
    panels = with_panel(
        panels, AUTHZ,
        badge=Badge(State.SEVERE, "SEV2"), value=105, ratio=11.7, leading=second, ack_since=minute(ago(4)),
        minutes=ending(wave(8, 4), (38, 52, 60, 74, 90, 105)),
        minute_severity=severities("", "", "SEV2", "SEV2", "SEV2", "SEV2"),
        breakdown=(BreakdownRow(("AUTH_REQUIRED",), 93), BreakdownRow(("FORBIDDEN_STREAM",), 12)),
    )  # fmt: skip
    panels = with_panel(
        panels, CATCHUP,
        badge=Badge(State.WATCH), value=1240, ratio=4.1, leading=pending,
        fires_at=NOW + timedelta(minutes=4, seconds=12),
        minutes=ending(wave(300, 60), (620, 1010, 1100, 1190, 1240)), minute_severity=severities("", "", "", ""),
    )  # fmt: skip
    sample = Sample(ANCHOR, minute(ago(9)) + timedelta(seconds=14), 0, 10, 200, 0)
    others = tuple(replace(sample, request_id=f"web-0b5b9d2c-{index}f3e-4d53-9d3c-1e0c6a4a9b1e") for index in range(3))
    return board(
        panels=panels,
        alerts=(*board().alerts, second, fired, pending),
        suggestion=Suggestion("SEV1", AUTH, "login-down", 0.92, fired, sample, (sample, *others)),
        last_error=ago(seconds=2),
    )


def pending() -> Board:
    waiting = Episode("realtime-authz-denied", AUTHZ, "SEV2", minute(ago(3)), None, None, 44)
    panels = with_panel(
        calm_panels(), AUTHZ,
        badge=Badge(State.WATCH), value=44, leading=waiting, fires_at=NOW + timedelta(minutes=6, seconds=47),
        minutes=ending(wave(8, 4), (20, 41, 43, 44)), minute_severity=severities("", "", ""),
    )  # fmt: skip
    sample = Sample(ANCHOR, ago(4), 0, 10, 200, 0)
    return board(panels=panels, suggestion=Suggestion(None, AUTHZ, waiting.rule, 44, waiting, sample, (sample,)))


def amber() -> Board:
    return board(panels=with_panel(calm_panels(), CATCHUP, badge=Badge(State.WATCH), value=640, ratio=2.1))


def silent() -> Board:
    panels = tuple(
        replace(each, badge=Badge(State.SILENT, "SEV2" if each.metric == AUTHZ else None)) for each in calm_panels()
    )
    return board(panels=panels, silent_since=ago(1, 31), lag=91.0, events_per_second=0.0)


def down() -> Board:
    panels = tuple(replace(each, badge=Badge(State.DOWN)) for each in calm_panels())
    gone = replace(board().sources[0], state=SourceState.DOWN, notes=(Note(Code.INPUT_ENDED, at=20_358_335),))
    return board(panels=panels, sources=(gone,))


def no_data() -> Board:
    empty = tuple(
        replace(
            each,
            value=None,
            minutes=(None,) * MINUTES,
            baseline=None,
            ratio=None,
            newest=None,
            breakdown=(),
            figures=(),
        )
        for each in calm_panels()
    )
    return board(
        panels=empty, alerts=(), markers=(), span=None, last_error=None, lag=None, events_per_second=0.0, sources=()
    )


BOARDS = {
    "sev1": sev1, "calm": board, "pending": pending, "amber": amber, "silent": silent, "down": down, "no data": no_data,
}  # fmt: skip


def events() -> list[EventRow]:
    kinds = (
        EventRow(NOW, AUTH, 500, "/api/auth/bootstrap", "INTERNAL_ERROR", request_id=ANCHOR),
        EventRow(NOW, AUTHZ, 401, "/api/realtime/user/:id", "AUTH_REQUIRED", request_id="req_q81xk2twmwo1ahb"),
        EventRow(NOW, HTTP, 200, "/api/realtime/status", amount=174.0, unit="ms"),
        EventRow(NOW, ACK, 207, None, "NOT_FOUND_OR_NO_ACCESS", request_id="web-0b5b9d2c-1f3e-4d53-9d3c-1e0c6a4a9b1e"),
    )
    return [replace(kinds[index % len(kinds)], at=ago(seconds=index)) for index in range(80)]


def situation(shown: Board | None = None, lang: str = "en", **changes: object) -> Situation:
    from tui.present.playbook import proposed_playbook

    shown = shown or board()
    loaded = runbook(lang)
    playbook = None
    if shown.suggestion:
        playbook = proposed_playbook(loaded.runbook, loaded.texts, shown.suggestion.metric)
    base = Situation(
        board=shown, events=events(), mode="live", now=shown.now, zone=ZONE, rules=loaded.runbook, texts=loaded.texts,
        sources_label="api-1 api-2 worker", playbook=playbook,
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


@dataclass
class FakeEngine:
    """Hands over the boards it was given, one at each look."""

    boards: list[Board]
    lang: str = "en"
    mode: Mode = "live"
    rows: list[EventRow] = field(default_factory=events)
    sources_label: str = "api-1 api-2 worker"
    fails: bool = False
    closed: bool = False
    span: tuple[datetime, datetime] | None = None

    def __post_init__(self) -> None:
        loaded = runbook(self.lang)
        self.runbook, self.texts, self.zone = loaded.runbook, loaded.texts, ZONE
        self.cursor = self.boards[-1].now if self.boards else NOW

    def now(self) -> datetime:
        return self.cursor

    def advance(self) -> Board | None:
        if self.fails and not self.boards:
            raise ValueError("a secret from a log")
        return self.boards.pop(0) if self.boards else None

    def recent(self, limit: int) -> list[EventRow]:
        return self.rows[:limit]

    def close(self) -> None:
        self.closed = True


class SeekableEngine(FakeEngine):
    """Also moves in time: every move gives the same board at another moment."""

    speed = 0

    @property
    def transport(self) -> Transport | None:
        return Transport(*self.span, speed=self.speed) if self.span else None

    def seek(self, at: datetime) -> None:
        self.cursor = self.transport.clamp(at) if self.transport else at
        self.boards.append(board(now=self.cursor, live=False))

    def play(self, speed: int) -> None:
        self.speed = speed
