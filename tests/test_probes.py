"""Every probe and predicate of the runbook: live where there is data, never green without, at the right minute."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, get_args

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.events import (
    ACK,
    AUTH,
    AUTHZ,
    CATCHUP,
    HTTP,
    START,
    after,
    denials,
    event,
    http,
    outage,
    parsed,
    stored,
    traffic,
)
from tests.samples import needs_samples
from tests.test_night import night
from tui.drill.generate import Plan
from tui.drill.write import write
from tui.locale import LANGUAGES, use
from tui.logs.parse import Parser
from tui.logs.schema import line_schema
from tui.logs.source import SourceState
from tui.metrics import answers as a
from tui.metrics.answers import Answer, Why
from tui.metrics.board import SourceStatus
from tui.metrics.build import build_board
from tui.metrics.journalled import DeployMark, EnvironmentCheck, GateCount, Journalled, Noted, Run
from tui.metrics.predicates import answer_check, answer_predicate
from tui.metrics.probes import answer_probe
from tui.metrics.standpoint import Standpoint
from tui.metrics.store import Store
from tui.present.outcome_words import answer_line, answer_mark
from tui.present.probe_words import probe_line
from tui.present.spans import ROLES, Line, plain
from tui.present.wording import Wording
from tui.runbook import predicates, probes
from tui.runbook.load import LoadedRunbook, load_runbook
from tui.runbook.model import Stream
from tui.runbook.procedures import Step
from tui.runbook.references import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tui.runbook.runbook import Runbook

ONSET = timedelta(minutes=30)
DRILL_START = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
CHECK_KINDS = {"quiet", "within_limit", "near_baseline", "falling", "not_growing", "calm", "seen"}
JOURNAL_PREDICATES = {
    "commands_passed", "command_passed", "no_open_incident", "incident_on", "names_present", "answer",
}  # fmt: skip
JOURNAL_PROBES = {"deploy_marks", "required_names", "command_results", "gate", "recorded"}


@cache
def loaded(lang: str = "en") -> LoadedRunbook:
    return load_runbook(None, lang)


def week3() -> Runbook:
    return loaded().runbook


@cache
def drilled(scenario: str, minutes: int = 75) -> tuple[Store, bytes]:
    """The store of a drill's log, and the log; trouble begins at ONSET."""
    out = io.BytesIO()
    write(Plan(scenario, 7, DRILL_START, minutes, onset=ONSET), out)
    lines = out.getvalue().split(b"\n")[:-1]
    starts = pl.Series([0, *(len(line) + 1 for line in lines)]).cum_sum()[:-1]
    frame = pl.DataFrame({"text": [line.decode() for line in lines], "offset": starts}).with_columns(
        length=pl.col("text").str.len_bytes(), sub=0, hint=None, reject=None
    )
    store = Store(week3())
    store.add(Parser(week3(), source=0).parse(frame.select(pl.col(n).cast(kind) for n, kind in line_schema().items())))
    return store, out.getvalue()


def standing(
    store: Store,
    now: datetime,
    journalled: Journalled | None = None,
    *,
    live: bool = False,
    sources: tuple[SourceStatus, ...] = (),
) -> Standpoint:
    board = build_board(week3(), store, now, live=live, sources=sources)
    return Standpoint(week3(), store, board, journalled or Journalled())


def told(now: datetime, metric: str = AUTH) -> Journalled:
    """A journal in which everything that a probe can ask for is written down."""
    minute = timedelta(minutes=1)
    whats = ("severity", "metric", "anchor", "owner", "channel", "started", "freeze", "push")
    names = [name for group in week3().environment.required for name in group.names]
    return Journalled(
        metric=metric,
        started=now - 9 * minute,
        changed_at=now - 5 * minute,
        recorded={what: Noted("on", now - minute, "@ana") for what in whats},
        runs={command.id: Run(now - minute, 0) for command in week3().commands},
        deploys=(DeployMark(now - 15 * minute, "backend", "7f3c2a1"), DeployMark(now - 14 * minute, "frontend", "1.2")),
        environment=EnvironmentCheck(now - minute, {name.name: "present" for name in names}),
        gates={"triage": GateCount(4, 4), "rollback": GateCount(1, 5), "closure": GateCount(2, 8)},
        open_incidents={"INC-20260302-abcd": "SEV1"},
        said=dict.fromkeys((about for about, _ in every_predicate()), "@ana"),
    )


def every_probe() -> list[probes.Probe]:
    kinds = get_args(get_args(probes.Probe)[0])
    return [model for _, model in walk(week3()) if isinstance(model, kinds)]


def every_predicate() -> Iterator[tuple[str, predicates.Predicate]]:
    """With the id of the check or step that each belongs to."""
    for _, model in walk(week3()):
        if isinstance(model, predicates.Check):
            yield model.id, model.holds
        elif isinstance(model, Step) and model.when is not None:
            yield model.id, model.when


def check(check_id: str) -> predicates.Check:
    return next(m for _, m in walk(week3()) if isinstance(m, predicates.Check) and m.id == check_id)


def unknown_of(answer: a.ProbeAnswer) -> a.Unknown | None:
    found = getattr(answer, "unknown", None)
    assert found is None or isinstance(found, a.Unknown)
    return found


def wording(at: Standpoint, lang: str = "en") -> Wording:
    return Wording(loaded(lang).runbook, loaded(lang).texts, at.now)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    use("en")
    yield
    use("en")


# --- the walk over the runbook ----------------------------------------------------------------------------------------


def test_the_walk_meets_every_kind_that_the_runbook_uses() -> None:
    assert {probe.kind for probe in every_probe()} == {
        "counts", "figures", "excess", "markers_seen", "clock_skew", "deploy_marks", "required_names",
        "command_results", "gate", "panels", "suggested", "recorded",
    }  # fmt: skip
    asked = {predicate.kind for _, predicate in every_predicate()}
    assert asked >= CHECK_KINDS | JOURNAL_PREDICATES | {"dominates", "lasts", "after_deploy"}


@pytest.mark.parametrize("scenario", ["auth-outage", "authz-spike", "slow-catchup", "ack-failures", "combined"])
def test_with_an_incident_every_probe_and_predicate_is_a_fact(scenario: str) -> None:
    now = DRILL_START + ONSET + timedelta(minutes=15, seconds=20)
    at = standing(drilled(scenario, minutes=46)[0], now, told(now), live=True)
    for probe in every_probe():
        answer = answer_probe(probe, at)
        assert unknown_of(answer) is None, probe
        text = plain(probe_line(answer, wording(at)))
        assert any(char.isdigit() for char in text), (probe, text)
        if isinstance(answer, a.Measured) and scenario == "combined":
            assert all(figure.value is not None for figure in answer.figures), probe
    for about, predicate in every_predicate():
        answer_ = answer_predicate(predicate, at, about)
        untried = about == "google-login-works"
        assert (answer_.met is None) == untried, (about, answer_)
        assert plain(answer_line(predicate, answer_, wording(at))), about


def test_without_data_nothing_is_met_and_everything_says_why() -> None:
    for live in (True, False):
        at = standing(Store(week3()), START, live=live)
        for about, predicate in every_predicate():
            answer = answer_predicate(predicate, at, about)
            assert answer.met is None, about
            assert answer.unknown is not None
            assert plain(answer_line(predicate, answer, wording(at)))
            assert answer_mark(answer).text in "?…"
        for probe in every_probe():
            found = answer_probe(probe, at)
            if probe.kind not in JOURNAL_PROBES | {"panels"}:
                assert unknown_of(found) is not None, probe
                assert plain(probe_line(found, wording(at))).startswith("unknown: "), probe


def test_while_silent_or_down_everything_about_logs_is_unknown_and_the_journal_still_speaks() -> None:
    store = drilled("auth-outage")[0]
    end = store.newest(HTTP, DRILL_START + timedelta(hours=2))
    assert end is not None
    now = end + timedelta(minutes=3)
    gone = SourceStatus("api", "ndjson", SourceState.DOWN, 0, 0, 0, 0, (), None, None)
    for why, at in (
        (Why.SILENT, standing(store, now, told(now))),
        (Why.DOWN, standing(store, now, told(now), live=True, sources=(gone,))),
    ):
        for about, predicate in every_predicate():
            answer = answer_predicate(predicate, at, about)
            assert (answer.met is None) == (predicate.kind not in JOURNAL_PREDICATES), about
            if predicate.kind not in JOURNAL_PREDICATES:
                assert answer.unknown == a.Unknown(why, end)
        for probe in every_probe():
            if probe.kind not in JOURNAL_PROBES | {"panels", "suggested", "clock_skew"}:
                found = answer_probe(probe, at)
                assert unknown_of(found) == a.Unknown(why, end), probe
                words = "base silent since" if why is Why.SILENT else "source down, last data"
                assert plain(probe_line(found, wording(at))).endswith(f"{words} {end:%H:%M:%S}")


def test_a_boot_that_fails_is_told_even_while_the_base_stream_is_silent() -> None:
    store = stored(traffic(after(0), after(20)))
    hit = {"marker": "env-validation-failed", "at": after(21), "approximate": False, "capture": "JWT_SECRET"}
    boot = {"marker": "boot", "at": after(1), "approximate": False, "capture": None}
    store.add(parsed([], [{**one, "source": 0, "offset": 1, "length": 9} for one in (boot, hit)]))
    at = standing(store, after(30))
    probe = probes.MarkersSeen(kind="markers_seen", markers=("env-validation-failed",), since=("boot",))
    text = plain(probe_line(answer_probe(probe, at), wording(at)))
    assert text == "env validation failed 12:21:00 JWT_SECRET · unknown: base silent since 12:20:00"


# --- the right minute -------------------------------------------------------------------------------------------------


def newest_time(log: bytes, name: str) -> datetime:
    lines = [line for line in log.split(b"\n") if f'"message":"{name}"'.encode() in line]
    return max(datetime.fromisoformat(line.split(b'"timestamp":"', 1)[1].split(b'"', 1)[0].decode()) for line in lines)


def minutes_met(store: Store, check_id: str, first: datetime, last: datetime, metric: str) -> list[bool | None]:
    steps = (last - first) // timedelta(minutes=1) + 1
    return [
        answer_check(check(check_id), standing(store, first + timedelta(minutes=n), Journalled(metric=metric))).met
        for n in range(steps)
    ]


def test_auth_5xx_at_zero_is_reached_fifteen_minutes_after_the_last_one_of_the_drill() -> None:
    store, log = drilled("auth-outage")
    last = newest_time(log, AUTH)
    flips = last + timedelta(minutes=15)
    for seconds, met in ((-1, False), (-0.001, False), (0, True), (60, True)):
        answer = answer_check(check("auth-5xx-at-zero"), standing(store, flips + timedelta(seconds=seconds)))
        assert answer.met is met, seconds
        assert answer.hold == timedelta(minutes=15)
    onset = DRILL_START + ONSET
    course = minutes_met(store, "auth-5xx-at-zero", onset - timedelta(minutes=2), onset + timedelta(minutes=40), AUTH)
    assert course[:3] == [True, True, True]
    reached = next(n for n, pair in enumerate(pairwise(course)) if pair == (False, True)) + 1
    assert onset + timedelta(minutes=reached - 2) - flips < timedelta(minutes=1)
    assert course[reached:] == [True] * len(course[reached:])


@pytest.mark.parametrize(
    ("scenario", "check_id", "metric"),
    [
        ("authz-spike", "denied-at-baseline", AUTHZ),
        ("authz-spike", "denied-in-range", AUTHZ),
        ("slow-catchup", "catchup-under-limit", CATCHUP),
        ("ack-failures", "ack-failures-falling", ACK),
    ],
)
def test_an_outcome_is_missed_during_the_trouble_and_reached_after_it(
    scenario: str, check_id: str, metric: str
) -> None:
    store = drilled(scenario)[0]
    onset = DRILL_START + ONSET
    course = minutes_met(store, check_id, onset + timedelta(minutes=8), onset + timedelta(minutes=44), metric)
    assert not any(course[:14])
    assert True in course[14:32]
    assert None not in course


def test_a_baseline_is_taken_before_the_trouble_and_not_in_it() -> None:
    rows = [*traffic(after(0), after(90)), *denials(after(0, 1), 30, 120.0), *denials(after(60, 1), 3000, 0.2)]
    at = standing(stored(rows), after(71), Journalled(metric=AUTHZ, started=after(60)))
    answer = answer_check(check("denied-at-baseline"), at)
    assert answer.met is False
    assert answer.limit is not None
    assert 4 <= answer.limit <= 6
    later = answer_check(check("denied-at-baseline"), standing(stored(rows), after(85)))
    assert (later.met, later.limit) == (True, answer.limit)


@needs_samples
def test_the_night_is_normal_again_at_the_right_minutes_and_a_restart_changes_nothing() -> None:
    def course(check_id: str) -> list[bool | None]:
        start, end = (datetime.fromisoformat(f"2026-11-19T{clock}:00+00:00") for clock in ("22:02", "22:45"))
        return minutes_met(night(), check_id, start, end, AUTH)

    assert course("auth-5xx-at-zero") == [False] * 25 + [True] * 19
    assert course("no-new-auth-5xx") == course("auth-5xx-at-zero")
    assert course("normal-again") == [False] * 30 + [True] * 14
    dark = standing(night(), datetime.fromisoformat("2026-11-19T22:46:30+00:00"), Journalled(metric=AUTH))
    assert [answer_check(check(name), dark).met for name in ("auth-5xx-at-zero", "normal-again")] == [None, None]


# --- live time --------------------------------------------------------------------------------------------------------


def test_quiet_while_silent_does_not_count() -> None:
    rows = [*traffic(after(0), after(10)), event(AUTH, after(5)), *traffic(after(30), after(60))]
    store, at_zero = stored(rows), check("auth-5xx-at-zero")
    assert answer_check(at_zero, standing(store, after(20))).met is None
    first = answer_check(at_zero, standing(store, after(31)))
    assert (first.met, first.lasted) == (False, timedelta(minutes=7))
    assert answer_check(at_zero, standing(store, after(38, 59.999))).met is False
    assert answer_check(at_zero, standing(store, after(39))).met is True


def test_too_little_data_is_no_proof_but_an_error_in_it_is() -> None:
    calm = stored(traffic(after(0), after(30)))
    answer = answer_check(check("auth-5xx-at-zero"), standing(calm, after(14, 59)))
    assert (answer.met, answer.lasted) == (None, timedelta(minutes=14, seconds=59))
    assert answer.unknown == a.Unknown(Why.SHORT, after(0))
    assert answer_check(check("auth-5xx-at-zero"), standing(calm, after(15))).met is True
    seen = stored([*traffic(after(0), after(30)), event(AUTH, after(2))])
    assert answer_check(check("auth-5xx-at-zero"), standing(seen, after(10))).met is False


def test_a_window_with_a_silence_in_it_proves_too_much_but_never_too_little() -> None:
    rows = [*traffic(after(0), after(10)), *traffic(after(20), after(40)), *denials(after(20, 1), 60)]
    store, in_range, growing = stored(rows), check("denied-in-range"), check("ack-failures-not-growing")
    assert answer_check(in_range, standing(store, after(20, 30))).unknown == a.Unknown(Why.GAP, after(20))
    assert answer_check(in_range, standing(store, after(22))).met is False
    assert answer_check(in_range, standing(store, after(29))).met is True
    assert answer_check(growing, standing(store, after(29, 59))).met is None
    assert answer_check(growing, standing(store, after(30))).met is True


def test_after_a_deploy_needs_a_mark_and_an_open_episode_soon_after_it() -> None:
    when = next(p for about, p in every_predicate() if about == "rollback-backend-now")
    store = stored([*traffic(after(0), after(60)), *outage(40, 60)])

    def answer(*marks: DeployMark, minute: float = 50) -> Answer:
        return answer_predicate(when, standing(store, after(minute), Journalled(deploys=marks)))

    backend = DeployMark(after(38), "backend", "7f3c2a1")
    assert answer().unknown == a.Unknown(Why.NOT_MARKED)
    assert answer(replace(backend, kind="frontend")).met is None
    found = answer(backend)
    assert (found.met, found.value, found.note) == (True, 120, "7f3c2a1")
    assert answer(replace(backend, at=after(9))).met is False
    assert answer(replace(backend, at=after(45))).met is False
    assert answer(backend, minute=39).met is False


def test_no_marker_counts_from_the_newest_boot() -> None:
    predicate = predicates.NoMarker(kind="no_marker", marker="env-validation-failed", since=("boot", "boot-dev"))

    def met(*hits: tuple[str, float]) -> bool | None:
        store = stored(traffic(after(0), after(30)))
        rows = [
            {"marker": name, "at": after(minute), "approximate": False, "capture": None, "source": 0, "offset": minute}
            for name, minute in hits
        ]
        store.add(parsed([], [{**row, "length": 9} for row in rows]))
        return answer_predicate(predicate, standing(store, after(30))).met

    assert met() is None
    assert met(("boot", 3)) is True
    assert met(("env-validation-failed", 3)) is False
    assert met(("boot", 3), ("env-validation-failed", 5)) is False
    assert met(("boot", 3), ("env-validation-failed", 5), ("boot-dev", 6)) is True


def test_only_runs_after_the_last_change_pass_a_gate() -> None:
    smokes = [command.id for command in week3().commands if command.kind == "prod-smoke"]
    store = stored(traffic(after(0), after(30)))

    def answer(codes: Sequence[int | None], changed: datetime | None = None) -> Answer:
        runs = {name: Run(after(20), code) for name, code in zip(smokes, codes, strict=False)}
        at = standing(store, after(30), Journalled(runs=runs, changed_at=changed))
        return answer_check(check("smoke-passed"), at)

    assert answer([]).unknown == a.Unknown(Why.NOT_RUN)
    assert answer([0, 0, 0]).met is None
    assert answer([0, 0, 0, None]).met is None
    assert answer([0, 22, 0]).met is False
    assert answer([0, 22, 0]).note == smokes[1]
    assert answer([0, 0, 0, 0], after(20)).met is True
    assert answer([0, 0, 0, 0], after(20, 1)).met is None


def test_a_login_nobody_tried_is_unknown_and_one_that_failed_is_not_reached() -> None:
    works = check("google-login-works")
    for status, met in ((None, None), (500, False), (302, True)):
        rows = traffic(after(0), after(30))
        rows += [http(after(25), status=status, route="/api/auth/google")] if status else []
        assert answer_check(works, standing(stored(rows), after(30))).met is met


# --- against the plainest reading -------------------------------------------------------------------------------------

SECONDS = 2400
base_seconds = st.lists(st.integers(0, 60), min_size=1, max_size=60).map(
    lambda gaps: [sum(gaps[: n + 1]) * (3 if n % 7 == 3 else 1) for n in range(len(gaps))]
)
other_seconds = st.lists(st.integers(0, SECONDS), max_size=12)


def _live_seconds(base: Sequence[int], now: int) -> list[int]:
    """Seconds (s - 1, s] up to `now`, newest first, in which the base stream was live: 60 s, with few events."""
    return [s for s in range(now, 0, -1) if any(e <= s - 1 and s - e <= 60 for e in base)]


@settings(max_examples=60, deadline=None)
@given(base_seconds, other_seconds, st.integers(0, SECONDS))
def test_quiet_is_what_counting_live_seconds_finds(base: list[int], errors: list[int], now: int) -> None:
    base = sorted({second for second in base if second <= SECONDS})
    store = stored([*(http(after(seconds=s)) for s in base), *(event(AUTH, after(seconds=s)) for s in errors)])
    answer = answer_check(check("auth-5xx-at-zero"), standing(store, after(seconds=now)))
    past = [s for s in base if s <= now]
    if not past or now - past[-1] > 60:
        assert answer.met is None
        return
    live = _live_seconds(base, now)
    before = [s for s in errors if s <= now]
    begin = live[899] - 1 if len(live) >= 900 else None
    disturbed = bool(before) and (begin is None or max(before) > begin)
    assert answer.met is (False if disturbed else None if begin is None else True)
    assert answer.lasted is not None
    quiet = len([s for s in live if not disturbed or s > max(before)])
    assert answer.lasted == timedelta(seconds=min(quiet, 900))


failures = st.lists(
    st.tuples(st.integers(0, SECONDS), st.sampled_from(["NOT_FOUND_OR_NO_ACCESS", "INTERNAL_ERROR", None])), max_size=40
)


def _windows(times: Sequence[int], now: int, number: int) -> list[int]:
    ends = [now - 300 * n for n in reversed(range(number))]
    return [sum(end - 300 < second <= end for second in times) for end in ends]


@settings(max_examples=60, deadline=None)
@given(failures, st.integers(1200, SECONDS))
def test_predicates_over_windows_are_what_counting_by_hand_finds(rows: list[tuple[int, str | None]], now: int) -> None:
    events = [event(ACK, after(seconds=s), reason=reason, flow="ack_delivered") for s, reason in rows]
    at = standing(stored([*traffic(after(-1), after(41)), *events]), after(seconds=now))
    times = [second for second, _ in rows]
    two, four = _windows(times, now, 2), _windows(times, now, 4)
    assert answer_check(check("ack-failures-not-growing"), at).met is (two[1] <= two[0])
    fell = all(later <= earlier for earlier, later in pairwise(four)) and (four[3] < four[0] or four[3] == 0)
    falling = answer_check(check("ack-failures-falling"), at)
    assert (falling.met, falling.course) == (fell, tuple(four))
    limit = predicates.WithinLimit(kind="within_limit", rule="chat-ack-failures")
    within = answer_predicate(limit, at)
    assert (within.met, within.value) == (four[3] <= 5, four[3])
    inside = [reason for second, reason in rows if now - 300 < second <= now]
    for reason in ("NOT_FOUND_OR_NO_ACCESS", "INTERNAL_ERROR"):
        stream = Stream(metric=ACK)
        leads = predicates.Dominates(kind="dominates", stream=stream, field="reason", value=reason)
        most = max((inside.count(one) for one in set(inside)), default=0)
        assert answer_predicate(leads, at).met is (0 < inside.count(reason) == most)
        seen = predicates.Seen(kind="seen", stream=Stream(metric=ACK, where={"reason": (reason,)}), minimum=3)
        assert answer_predicate(seen, at).met is (inside.count(reason) >= 3)
    counted = answer_probe(probes.Counts(kind="counts", stream=Stream(metric=ACK), by=("reason",)), at)
    assert isinstance(counted, a.Counted)
    assert {row.values[0]: row.count for row in counted.rows} == {one: inside.count(one) for one in set(inside)}
    assert sum(row.share for row in counted.rows) == pytest.approx(1 if inside else 0)


def test_falling_with_another_length_still_tiles_all_of_it() -> None:
    falling = check("ack-failures-falling").holds.model_copy(update={"hold": timedelta(minutes=12)})
    at = standing(stored(traffic(after(0), after(40))), after(40))
    assert answer_predicate(falling, at).course == (0.0,) * 4


# --- words ------------------------------------------------------------------------------------------------------------


def test_lines_read_as_they_should() -> None:
    rows = [
        *traffic(after(0), after(60)),
        *(
            event(AUTH, after(58, n), statusCode=500, route="/api/auth/bootstrap", code="INTERNAL_ERROR")
            for n in range(39)
        ),
        *(event(AUTH, after(59, n), statusCode=500, route="/api/auth/me", code="INTERNAL_ERROR") for n in range(8)),
        *(http(after(57, n), status=200 if n < 3 else 500) for n in range(5)),
    ]
    store = stored(rows)
    boot = {"marker": "boot", "at": after(-356), "approximate": False, "capture": None}
    store.add(parsed([], [{**boot, "source": 0, "offset": 1, "length": 9}]))
    mark = DeployMark(after(56), "backend", "7f3c2a1")
    known = Journalled(
        started=after(58), metric=AUTH, deploys=(mark,), gates={"rollback": GateCount(1, 5)},
        runs={"smoke-health": Run(after(59), 0), "smoke-auth": Run(after(59), 22)},
    )  # fmt: skip
    at = standing(store, after(60), known)

    def of(step: str) -> list[str]:
        steps = [model for _, model in walk(week3()) if isinstance(model, Step) and model.id == step]
        return [plain(probe_line(answer_probe(probe, at), wording(at))) for probe in steps[0].probes]

    def beside(check_id: str) -> str:
        asked = check(check_id)
        return plain(answer_line(asked.holds, answer_check(asked, at), wording(at)))

    assert of("endpoint-and-code") == ["auth/bootstrap 39 · auth/me 8 · INTERNAL_ERROR 47"]
    assert of("no-env-validation-failure") == [
        "env validation failed: not seen since boot 06:04:00",
        "boot last at 06:04:00 · boot (development): not seen since 12:00:00",
    ]
    assert of("rollback-backend-now")[::2] == ["backend 7f3c2a1 12:56:00, 02:00 before", "NO_GO 1/5"]
    assert of("auth-smoke") == ["smoke: health ✓ 12:59:00 · smoke: bootstrap, then me ✗ 22 12:59:00"]
    assert of("verify-health")[1].startswith("Auth 5xx ● WATCH 47 > 0 · Realtime 401/403 ○ OK 0 < 40")
    assert of("critical-secrets") == ["unknown: environment not checked"]
    assert of("confirm-severity")[1] == "not recorded"
    assert beside("auth-5xx-at-zero") == "47 > 0 · 00:53 of 15:00"
    assert beside("login-works") == "60 % of 5 in 5 min"
    assert beside("ack-failures-not-growing") == "0 → 0"
    assert beside("smoke-passed") == "1 of 4 · ✗ smoke: bootstrap, then me"
    assert beside("push-as-flagged") == "for somebody to say"
    unrun = replace(at, journalled=Journalled())
    health = next(
        probe for probe in every_probe() if isinstance(probe, probes.CommandResults) and len(probe.commands) == 4
    )
    assert plain(probe_line(answer_probe(health, unrun), wording(unrun))) == "not run · enter runs 4 commands"
    headless = replace(wording(unrun), keys=False)
    assert plain(probe_line(answer_probe(health, unrun), headless)) == "not run"


def test_a_clock_that_runs_ahead_is_told_and_lag_is_not_called_skew() -> None:
    probe = probes.ClockSkew(kind="clock_skew")
    store = stored(traffic(after(0), after(10)))
    late, early = standing(store, after(10, 2), live=True), standing(store, after(8), live=True)
    assert plain(probe_line(answer_probe(probe, late), wording(late))) == "log 2.0 s behind the clock, lag included"
    assert plain(probe_line(answer_probe(probe, early), wording(early))) == "log 02:00 ahead of the clock"
    review = standing(store, after(8))
    assert plain(probe_line(answer_probe(probe, review), wording(review))) == "unknown: can only be seen live"


def _lines(at: Standpoint, lang: str) -> Iterator[Line]:
    for probe in every_probe():
        yield probe_line(answer_probe(probe, at), wording(at, lang))
    for about, predicate in every_predicate():
        answer = answer_predicate(predicate, at, about)
        yield (answer_mark(answer), *answer_line(predicate, answer, wording(at, lang)))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_people_and_logs_wrote_cannot_steer_the_terminal_in_any_language(lang: str) -> None:
    use(lang)
    evil = "\x1b[2J\u202e[@click=app.quit]"
    store = stored([*traffic(after(0), after(40)), *outage(20, 40)])
    boot = {"marker": "sql-error", "at": after(39), "approximate": True, "capture": evil}
    store.add(parsed([], [{**boot, "source": 0, "offset": 1, "length": 9}]))
    known = told(after(40))
    hostile = replace(
        known,
        recorded={what: Noted(evil, after(39), evil) for what in known.recorded},
        deploys=(DeployMark(after(19), "backend", evil),),
        open_incidents={evil: "SEV1"},
        said=dict.fromkeys(known.said, evil),
    )
    at = standing(store, after(40), hostile)
    shown = list(_lines(at, lang))
    assert "\x1b" not in "".join(map(plain, shown))
    assert "\u202e" not in "".join(map(plain, shown))
    assert sum("[@click" in plain(line) for line in shown) >= 8
    assert {span.role for line in shown for span in line} <= set(ROLES)


def test_spanish_has_no_english_left() -> None:
    use("es")
    dark = standing(stored(traffic(after(0), after(10))), after(30))
    lit = standing(stored([*traffic(after(0), after(40)), *outage(20, 40)]), after(40), told(after(40)))
    words = " ".join(plain(line) for at in (dark, lit) for line in _lines(at, "es")).split()
    english = {
        "unknown:",
        "since",
        "none",
        "not",
        "run",
        "before",
        "of",
        "over",
        "no",
        "in",
        "somebody",
        "noted",
        "missing",
    }
    assert set(words) & english <= {"no"}
    assert "desconocido:" in words


def test_an_unknown_answer_and_only_an_unknown_one_says_why() -> None:
    now = DRILL_START + ONSET + timedelta(minutes=15)
    store = drilled("combined", minutes=46)[0]
    for journalled in (Journalled(), told(now)):
        for moment in (now, now + timedelta(minutes=30), DRILL_START + timedelta(minutes=2)):
            for about, predicate in every_predicate():
                answer = answer_predicate(predicate, standing(store, moment, journalled), about)
                assert (answer.met is None) == (answer.unknown is not None), about
