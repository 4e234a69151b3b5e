from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.logs.guard import MOST_CODES, MOST_ROUTES, Guard, Routes, is_usable_id, usable_ids
from tui.logs.schema import INVALID_ID, OTHER
from tui.runbook.model import LogRules

WEEK3 = tomllib.loads((resources.files("tui.runbook") / "week3.toml").read_text())
RULES = LogRules.model_validate({key: part for key, part in WEEK3.items() if key in LogRules.model_fields})
UUID = "0196cc79-d191-4d1e-9f00-123456789abc"


def ids(*values: str | None) -> list[str | None]:
    return usable_ids(pl.Series(values, dtype=pl.String)).to_list()


def routes(*endpoints: str | None, templates: tuple[str, ...] = RULES.routes) -> list[str | None]:
    return Routes(templates).of(pl.Series(endpoints, dtype=pl.String)).to_list()


def records(*rows: dict[str, Any]) -> pl.DataFrame:
    keys = {key: spec for metric in RULES.metrics for key, spec in metric.fields.items()}
    types: dict[str, pl.DataType] = {
        key: pl.Float64() if spec.kind in {"number", "status"} else pl.String() for key, spec in keys.items()
    }
    types["metric"] = pl.Enum([metric.id for metric in RULES.metrics])
    return pl.DataFrame([{key: row.get(key) for key in types} for row in rows], schema=types)


def fields(guard: Guard, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    return guard.fields(records(*rows)).to_dicts()


@pytest.mark.parametrize(
    "usable",
    [
        "req_v071rdbvvmwo1ag3z",
        f"web-{UUID}",
        UUID,
        "cli_0196cc79-d191",
        "12345678-1234-1234-1234-123456789012",
        "abc123",
        "a" * 64,
    ],
)
def test_usable_ids_are_kept(usable: str) -> None:
    assert ids(usable) == [usable]


@pytest.mark.parametrize(
    "useless",
    [
        *("", "12345", "1234567", "null", "true", "undefined", "UNDEFINED", "NO_CONTEXT", "no_context", "abc12"),
        *("a" * 65, "-abcdef", "abc def", "abcdef\n", "abc\x00def", '"abcdef"', "ábcdef", "ana@correo.example"),
        *("AKIAIOSFODNN7EXAMPLE", "eyJhbGciOi.eyJzdWIi", "token:hunter2", "555-123-4567", "4111-1111-1111-1111"),
        f"sk-{UUID}",
    ],
)
def test_other_ids_become_invalid(useless: str) -> None:
    assert ids(useless, "abc123", useless) == [INVALID_ID, "abc123", INVALID_ID]


def test_a_typed_id_is_judged_alone() -> None:
    assert is_usable_id("req_v071rdbvvmwo1ag3z")
    assert not is_usable_id("12345678")
    assert not is_usable_id(INVALID_ID)


def test_no_id_stays_none() -> None:
    assert ids(None, "abc123", None) == [None, "abc123", None]


@pytest.mark.parametrize(
    ("endpoint", "route"),
    [
        ("/api/auth/login", "/api/auth/login"),
        ("/api/auth/login/", "/api/auth/login"),
        ("//api.example/api/auth/login", "/api/auth/login"),
        ("https://u:p@api.example:8080/api/auth/me?token=hunter2#x", "/api/auth/me"),
        ("/api/auth/me#hunter2", "/api/auth/me"),
        (f"/api/realtime/user/{UUID}", "/api/realtime/user/:id"),
        ("/api/realtime/user/ana", "/api/realtime/user/:id"),
        ("/api/realtime/user/status", "/api/realtime/user/:id"),
        ("/api/realtime/status", "/api/realtime/status"),
        ("/api/realtime/status/42", "/api/realtime/status/:id"),
        ("/api/auth/ana%40correo.example", "/api/auth/:id"),
        ("/wp-admin/setup.php", "/:id/:id"),
        ("/", "/"),
        ("/a/b/c/d/e/f/g/h/i", OTHER),
        ("", OTHER),
        ("login", OTHER),
        ("https://api.example", OTHER),
        ("\x1b[31m", OTHER),
        ("/api/auth/\x1b[31m", "/api/auth/:id"),
        (None, None),
    ],
)
def test_routes(endpoint: str | None, route: str | None) -> None:
    assert routes(endpoint) == [route]
    assert routes("https://x.example/api/auth/me", endpoint) == ["/api/auth/me", route]


def test_a_known_word_with_a_digit_is_a_word() -> None:
    templates = ("/v1/users/:id", "/v1/oauth2")
    assert routes("/v1/users/77", "/v1/oauth2", f"/v2/{UUID}/{UUID}", templates=templates) == [
        "/v1/users/:id",
        "/v1/oauth2",
        "/:id/:id/:id",
    ]


@given(st.lists(st.text() | st.from_regex(r"(/(api|auth|me|status|[a-z0-9?#:-]{1,8})){1,9}", fullmatch=True)))
def test_a_route_holds_known_words_only(endpoints: list[str]) -> None:
    words = {word for template in RULES.routes for word in template.split("/")}
    for route in routes(*endpoints):
        assert route is not None
        assert route == OTHER or set(route.split("/")) <= words | {":id", ""}


def test_new_routes_are_capped_over_blocks_but_templates_are_not() -> None:
    table = Routes([f"/{chr(97 + i)}/{chr(97 + j)}" for i in range(20) for j in range(20)] + ["/known/:id"])
    for i in range(20):
        table.of(pl.Series([f"/{chr(97 + i)}/{chr(97 + j)}/{chr(97 + k)}" for j in range(20) for k in range(20)]))
    new = table.of(pl.Series(["/a/a/a", "/t/t/t", "/known/x", "/a/b"]))
    assert new.to_list() == ["/a/a/a", OTHER, "/known/:id", "/a/b"]
    assert len(table._seen) == MOST_ROUTES


ACK = "METRIC_CHAT_ACK_FAILURE"
HTTP = "METRIC_HTTP_REQUEST"


def test_enums_keep_the_vocabulary_and_what_looks_like_a_code() -> None:
    found = fields(
        Guard(RULES),
        {"metric": ACK, "flow": "ack_delivered", "reason": "PARTIAL_FAILURE"},
        {"metric": ACK, "flow": "something_else", "reason": "NEW_REASON"},
        {"metric": ACK, "flow": "", "reason": "A_" + "B" * 39},
        {"metric": ACK, "reason": "token=HUNTER_TWO"},
    )
    assert [(row["flow"], row["reason"]) for row in found] == [
        ("ack_delivered", "PARTIAL_FAILURE"),
        (OTHER, "NEW_REASON"),
        (OTHER, OTHER),
        (None, OTHER),
    ]


def test_new_codes_are_capped_over_blocks_but_the_vocabulary_is_not() -> None:
    guard = Guard(RULES)
    codes = [f"NEW_{chr(65 + n // 26)}{chr(65 + n % 26)}" for n in range(MOST_CODES + 5)]
    kept = [
        fields(guard, {"metric": ACK, "reason": code})[0]["reason"] for code in [*codes, codes[0], "INTERNAL_ERROR"]
    ]
    assert kept == [*codes[:MOST_CODES], *[OTHER] * 5, codes[0], "INTERNAL_ERROR"]


def test_a_field_that_the_metric_does_not_list_is_dropped() -> None:
    row = {"metric": "METRIC_AUTH_5XX", "durationMs": 3.0, "statusCode": 500.0, "flow": "ack_delivered"}
    (found,) = fields(Guard(RULES), row)
    assert (found["durationMs"], found["flow"], found["statusCode"]) == (None, None, 500)


@pytest.mark.parametrize(
    ("metric", "field", "value", "bad"),
    [
        (HTTP, "statusCode", 200.0, False),
        (HTTP, "statusCode", None, False),
        (HTTP, "statusCode", 200.5, True),
        (HTTP, "statusCode", 99.0, True),
        (HTTP, "statusCode", 600.0, True),
        (HTTP, "statusCode", float("nan"), True),
        (HTTP, "durationMs", 0.0, False),
        (HTTP, "durationMs", 500.5, False),
        (HTTP, "durationMs", -1.0, True),
        (HTTP, "durationMs", 86_400_001.0, True),
        (HTTP, "durationMs", float("inf"), True),
        (HTTP, "durationMs", float("nan"), True),
        ("METRIC_AUTH_5XX", "durationMs", float("nan"), False),
    ],
)
def test_numbers(metric: str, field: str, value: float | None, bad: bool) -> None:
    assert Guard(RULES).bad_fields(records({"metric": metric, field: value})).to_list() == [bad]


def test_metrics_may_judge_the_same_field_differently() -> None:
    metrics = [
        {"id": "M_A", "retention": "base", "panel": {}, "fields": {"n": {"kind": "number", "maximum": 5}}},
        {"id": "M_B", "retention": "base", "panel": {}, "fields": {"n": {"kind": "number", "maximum": 50}}},
    ]
    rules = LogRules.model_validate({**RULES.model_dump(by_alias=True), "metrics": metrics})
    table = pl.DataFrame(
        {"metric": ["M_A", "M_B"], "n": [20.0, 20.0]}, schema_overrides={"metric": pl.Enum(["M_A", "M_B"])}
    )
    assert Guard(rules).bad_fields(table).to_list() == [True, False]
    assert Guard(rules).fields(table)["n"].to_list() == [20.0, 20.0]
