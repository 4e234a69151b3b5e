"""The filter of the events: what people type, what it lets through, what is said when it cannot be used."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.events import ACK, AUTH, AUTHZ, CATCHUP, HTTP, after, denials, event, http, outage, stored, traffic, week3
from tui.locale import LANGUAGES, use
from tui.metrics.filter import (
    Fault,
    FilterError,
    Term,
    Word,
    completions,
    glob_pattern,
    known_fields,
    parse_filter,
    short_metric,
)
from tui.metrics.search import FoundEvent, search, search_on
from tui.present.filter_words import fault_sentence, hint_line
from tui.present.spans import line_width, plain

if TYPE_CHECKING:
    from tui.metrics.store import Store

RULES = week3()
STREAM = "/api/realtime/user/:id"
NAMES = sorted(field.name for field in known_fields(RULES).values())
VALUES = st.text(alphabet="abcXYZ019_/:*.-é", min_size=1, max_size=12)


def found(store: Store, text: str, *, limit: int = 1000, until: datetime | None = None) -> tuple[FoundEvent, ...]:
    return search(RULES, store, parse_filter(text, RULES), until or after(60), limit).events


def small() -> Store:
    return stored(
        [
            http(after(1), 200, 12.0, "/api/auth/me"),
            http(after(2), 503, 800.0, "/api/auth/login"),
            event(AUTH, after(2, 1), "req_fail01", statusCode=503, route="/api/auth/login", code="INTERNAL_ERROR"),
            event(AUTHZ, after(3), "web-1f3e4d53", statusCode=401, route=STREAM, reason="AUTH_REQUIRED"),
            event(AUTHZ, after(4), None, statusCode=403, route=STREAM, reason="FORBIDDEN_STREAM"),
            event(ACK, after(5), "req_ack001", statusCode=207, reason="PARTIAL_FAILURE", flow="ack_delivered"),
            event(CATCHUP, after(6), "req_cat001", statusCode=200, route="/api/realtime/catchup", durationMs=1500.0),
        ]
    )  # fmt: skip


# --- what is typed --------------------------------------------------------------------------------------------------


def test_terms_and_words_stand_side_by_side() -> None:
    parts = parse_filter('status>=500 reason:A,B  route:/api/auth/* -"two words" !domain=auth free', RULES)
    assert [type(part) for part in parts] == [Term, Term, Term, Word, Term, Word]
    status, reason, route, words, domain, free = parts
    assert isinstance(status, Term)
    assert (status.field.kind, status.sign, status.values) == ("status", ">=", ("500",))
    assert isinstance(reason, Term)
    assert reason.values == ("A", "B")
    assert isinstance(route, Term)
    assert route.field.columns == ("route",)
    assert words == Word("two words", turned=True)
    assert isinstance(domain, Term)
    assert domain.turned
    assert free == Word("free")


@pytest.mark.parametrize(
    ("text", "fault", "at", "piece"),
    [
        ("statu:5", Fault.UNKNOWN_NAME, 0, "statu"),
        ("login statu:5", Fault.UNKNOWN_NAME, 6, "statu"),
        ("status:", Fault.NO_VALUE, 7, "status"),
        ("status:500,", Fault.NO_VALUE, 11, "status"),
        ("status>=fast", Fault.NO_NUMBER, 8, "fast"),
        ("durationMs:5xx", Fault.NO_NUMBER, 11, "5xx"),
        ("status>5xx", Fault.NO_NUMBER, 7, "5xx"),
        ("reason>3", Fault.NO_ORDER, 7, "reason"),
        ("metric:nothing", Fault.UNKNOWN_METRIC, 7, "nothing"),
        ('reason:A "open', Fault.OPEN_QUOTE, 9, '"open'),
    ],
)
def test_what_cannot_be_used_is_named_with_its_place(text: str, fault: Fault, at: int, piece: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_filter(text, RULES)
    assert (caught.value.fault, caught.value.at, caught.value.piece) == (fault, at, piece)


def fault_in(text: str) -> FilterError | None:
    try:
        parse_filter(text, RULES)
    except FilterError as error:
        return error
    return None


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_place_inside_it(text: str) -> None:
    error = fault_in(text)
    if error is not None:
        assert 0 <= error.at <= len(text)
        assert fault_sentence(error, RULES).isprintable()


@given(st.lists(st.tuples(st.sampled_from(["reason", "route", "id"]), VALUES), min_size=1, max_size=4))
def test_what_is_written_is_what_is_read(pairs: list[tuple[str, str]]) -> None:
    parts = parse_filter(" ".join(f'{name}:"{value}"' for name, value in pairs), RULES)
    assert [(part.field.name, part.values) for part in parts if isinstance(part, Term)] == [
        (name, (value,)) for name, value in pairs
    ]


@given(VALUES, st.text(alphabet="abcXYZ019_/:.-é", max_size=15))
def test_a_star_stands_for_any_text(pattern: str, text: str) -> None:
    wanted = ".*".join(re.escape(part) for part in pattern.lower().split("*"))
    assert bool(re.search(glob_pattern(pattern), text)) == bool(re.fullmatch(wanted, text.lower()))


# --- completion -----------------------------------------------------------------------------------------------------


def test_tab_offers_names_and_then_values() -> None:
    assert completions("rea", RULES) == ("reason:", "readFailed:")
    assert completions("status>=500 rou", RULES) == ("status>=500 route:",)
    assert "reason:AUTH_REQUIRED" in completions("reason:auth", RULES)
    assert completions("reason:A,FORB", RULES) == ("reason:A,FORBIDDEN_STREAM",)
    assert "-metric:AUTH_5XX" in completions("-metric:", RULES)
    assert completions("nothing:x", RULES) == ()


@given(st.sampled_from(NAMES), st.integers(min_value=0, max_value=12))
def test_completions_go_on_with_what_was_typed(name: str, length: int) -> None:
    typed = f"login {name[:length]}"
    for option in completions(typed, RULES):
        assert option.lower().startswith(typed.lower())
        assert option.endswith(":")


# --- what it lets through -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "metrics"),
    [
        ("", [CATCHUP, ACK, AUTHZ, AUTHZ, AUTH, HTTP, HTTP]),
        ("status>=500", [AUTH, HTTP]),
        ("status:5xx", [AUTH, HTTP]),
        ("statusCode:401,403", [AUTHZ, AUTHZ]),
        ("-status:2xx", [AUTHZ, AUTHZ, AUTH, HTTP]),
        ("reason:auth_*", [AUTHZ]),
        ("route:/api/auth/*", [AUTH, HTTP, HTTP]),
        ("endpoint:/api/auth/me", [HTTP]),
        ("metric:auth_5xx", [AUTH]),
        ("metric:METRIC_REALTIME_*", [CATCHUP, AUTHZ, AUTHZ]),
        ("-metric:http_request status>=500", [AUTH]),
        ("id:web-*", [AUTHZ]),
        ("durationMs>1000", [CATCHUP]),
        ("durationMs<=12", [HTTP]),
        ("login", [AUTH, HTTP]),
        ("login 503", [AUTH, HTTP]),
        ("-login status!=200", [ACK, AUTHZ, AUTHZ]),
        ("INTERNAL", [AUTH]),
        ("nothing-like-it", []),
    ],
)
def test_a_filter_lets_through_what_it_says(text: str, metrics: list[str]) -> None:
    assert [one.row.metric for one in found(small(), text)] == metrics


def test_errors_are_what_the_runbook_counts_as_such() -> None:
    by_metric = {(one.row.metric, one.row.status): one.error for one in found(small(), "")}
    assert by_metric[AUTH, 503]
    assert not by_metric[HTTP, 200]


def test_nothing_later_than_asked_and_no_more_than_asked() -> None:
    store = stored(traffic(after(0), after(50), every=10))
    rows = found(store, "", limit=7, until=after(30))
    assert len(rows) == 7
    assert [one.row.at for one in rows] == [after(30) - timedelta(seconds=10 * number) for number in range(7)]


def test_a_rare_match_far_back_is_found() -> None:
    store = stored(traffic(after(0), after(600), every=20), outage(2, 3))
    result = search(RULES, store, parse_filter("metric:auth_5xx", RULES), after(600), 1000)
    assert len(result.events) == 12
    assert result.complete


def test_hostile_words_are_only_words() -> None:
    for text in ("[/x]", ".*", "(", "\\d", "a|b", "$^"):
        assert found(small(), f'"{text}"') == ()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(min_value=0, max_value=600), min_size=1, max_size=40),
    st.integers(min_value=1, max_value=600),
    st.integers(min_value=1, max_value=30),
    st.sampled_from(["", "status>=500", "login"]),
)
def test_going_on_finds_what_a_fresh_look_finds(seconds: list[int], split: int, limit: int, text: str) -> None:
    rows = [
        http(after(0, at), 500 if at % 3 == 0 else 200, route="/api/auth/login" if at % 2 else "/api/auth/me")
        for at in sorted(set(seconds))
    ]
    wanted = parse_filter(text, RULES)
    store = stored([row for row in rows if row["at"] <= after(0, split)])  # type: ignore[operator]
    before = search(RULES, store, wanted, after(0, split), limit)
    whole = stored(rows)
    assert search_on(RULES, whole, wanted, before, after(20), limit).events == (
        search(RULES, whole, wanted, after(20), limit).events
    )


def test_denials_are_found_by_reason() -> None:
    assert len(found(stored(denials(after(1), 25)), "reason:AUTH_REQUIRED status:401")) == 25


# --- what is said ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("text", ["statu:5", "metric:zzz", "status>=x", "reason>3", 'a "b', "status:", "rea", "", "x "])
@pytest.mark.parametrize("cells", [24, 80, 160])
def test_the_hint_fits_its_row(text: str, lang: str, cells: int) -> None:
    use(lang)
    line = hint_line(text, fault_in(text), RULES, cells, 9)
    assert line_width(line) == cells
    use("en")


def test_a_wrong_name_gets_close_ones() -> None:
    with pytest.raises(FilterError) as caught:
        parse_filter("statu:5", RULES)
    assert "status" in fault_sentence(caught.value, RULES)
    assert "↑ no field statu" in plain(hint_line("statu:5", caught.value, RULES, 80, 9))


def test_short_names_of_metrics_drop_what_is_common() -> None:
    assert short_metric(RULES, HTTP) == "HTTP_REQUEST"


def test_times_are_utc() -> None:
    assert all(one.row.at.tzinfo is not None and one.row.at.utcoffset() == timedelta() for one in found(small(), ""))
