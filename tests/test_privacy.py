from __future__ import annotations

import base64
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.privacy import IDENTIFIER_NUMBER, IDENTIFIER_SUSPECT, identifier_hit, mask, visible

JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
UUID = st.uuids().map(str)

SECRETS = {
    "key-block": ("-----BEGIN RSA PRIVATE KEY-----\nMIIEowIB\n-----END RSA PRIVATE KEY-----", "MIIEowIB"),
    "header": ("Cookie: sid=hunter2; theme=dark", "hunter2"),
    "credential": ("sent Basic dXNlcjpwYXNz to it", "dXNlcjpwYXNz"),
    "jwt": (f"the token was {JWT}", JWT),
    "url": ("postgres://admin:hunter2@db.example/prod", "hunter2"),
    "query": ("GET /api/x?session=hunter2", "hunter2"),
    "email": ("avisar a ana.perez@correo.example", "ana.perez"),
    "vendor-key": ("AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
    "value": ("STRIPE_THING=hunter2", "hunter2"),
    "card": ("paid with 4111 1111 1111 1111", "1111 1111"),
    "phone": ("llamar al +34 600 123 456", "600 123"),
    "opaque": ("saw Zm9vYmFyMTIzNDU2Nzg5MGFiY2RlZg in it", "Zm9vYmFy"),
}


@pytest.mark.parametrize("kind", SECRETS)
def test_every_kind_is_masked_and_named(kind: str) -> None:
    text, secret = SECRETS[kind]
    masked = mask(text)
    assert secret not in masked.text
    assert kind in masked.kinds


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Authorization: Bearer abcdefgh", "abcdefgh"),
        ("Bearer 0123abcd4567", "0123abcd4567"),
        ("ana%40correo.example and ana%2540correo.example", "ana%"),
        ("https://api.example/x?key=hunter2#part", "hunter2"),
        ("https://user:hunter2@api.example/x", "hunter2"),
        ("amqp://u:p/with@slash@host/x", "slash"),
        ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "ghp_abc"),
        ("xoxb-123456789012-abcdefghij", "xoxb-123"),
        ("sk_live_abcdefghijklmnop", "sk_live_abc"),
        ("AIzaSyA-abcdefghijklmnopqrstuvwxyz01234", "AIzaSyA"),
        ("npm_abcdefghijklmnopqrstuvwxyz0123456789", "npm_abc"),
        ("sb_secret_abcdefghijkl", "sb_secret_abc"),
        ("sk-proj-abcdefghijklmnopqrst", "sk-proj-abc"),
        ("https://hooks.slack.com/services/T0/B0/xyz", "T0/B0"),
        ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "wJalr"),
        ("0123456789abcdef0123456789abcdef01234567", "0123456789abcdef"),
        ('{"password": "hunter2 and more"}', "hunter2"),
        ("apiKey: hunter2", "hunter2"),
        ("contraseña: hunter2", "hunter2"),
        ("JWT_SECRET=12345", "12345"),
        ("MAX_PIN_TRIES=3", "=3"),
        ("DATABASE_URL = postgres", "postgres"),
        ("nota: password: hunter2", "hunter2"),
        ("4111111111111111", "4111"),
        ("600123456", "600123456"),
        ("DB_POOL_MAX=20 4111-1111-1111-1111", "4111-1111"),
        ("2026-03-02 4111 1111 1111 1111 20", "1111 1111"),
        ("2026-03-02 600 123 456", "600 123"),
        ("600123456 600123457", "60012345"),
        ("clave: DB_PASSWORD = hunter2", "hunter2"),
        ("_Bearer 0123abcd4567_", "0123abcd4567"),
        ("_+34 600 123 456_", "600 123"),
    ],
)
def test_secrets_go(text: str, secret: str) -> None:
    assert secret not in mask(text).text


@pytest.mark.parametrize(
    "text",
    [
        "server/src/routes/auth.js:118",
        "DB_POOL_MAX=20",
        "ENABLE_PUSH_NOTIFICATIONS=false",
        "req_v071rdbvvmwo1ag3z",
        "web-0196cc79-d191-4d1e-9f00-123456789012",
        "12345678-1234-1234-1234-123456789012",
        "cli_0196cc79-d191",
        "commit 7f3c2a1",
        "2026-11-19T22:01:00.123Z, 2026-11-19 22:01:00, (2026-11-19 22:06)",
        "Causa: el pool se agotó; mitigación: reinicio. Opinión: mala.",
        "The bearer token expired, basic authentication failed.",
        "share >= 0.5 with n = 20; p95 812 ms over 58,315 lines",
        "keyboard: broken, passed: 12 tests, shipping: late",
        "#incident-42 @ana SEV1 INC-20261119-ab12",
        "METRIC_REALTIME_AUTHZ_DENIED METRIC_AUTH_5XX: 78 en 5 min",
        "NOT_FOUND_OR_NO_ACCESS, MISSING_REQUIRED_FIELDS, 42P01",
        "https://status.example.com/incidents/42",
        "pg-pool-exhausted-after-deploy-42",
        "react@18.2.0",
        "200 401 403, 500 502 503 504",
        "2026-11-19 22.01 2026-11-20 22.01",
        "20261124123456_add_column.sql",
    ],
)
def test_what_a_postmortem_needs_survives(text: str) -> None:
    assert mask(text).text == text
    assert mask(text).kinds == ()


def test_the_key_of_a_setting_is_kept() -> None:
    assert mask("SMTP_USER=bob retries=3").text == "SMTP_USER=‹value› retries=3"


@given(st.text() | st.lists(st.sampled_from([text for text, _ in SECRETS.values()])).map(" ".join))
def test_masking_twice_changes_nothing(text: str) -> None:
    once = mask(text).text
    assert mask(once).text == once


@given(st.binary(min_size=24, max_size=64).map(lambda raw: base64.b64encode(raw).decode()), st.text())
def test_a_json_web_token_never_survives(payload: str, around: str) -> None:
    token = f"eyJhbGciOiJIUzI1NiJ9.{payload.rstrip('=').replace('+', '-').replace('/', '_')}.c2ln"
    assert token not in mask(f"{around} {token} {around}").text


@given(st.from_regex(r"[a-z][a-z0-9._]{0,20}@[a-z]{2,10}\.(com|example|es)", fullmatch=True))
def test_no_address_survives_plain_or_encoded(address: str) -> None:
    for written in (address, address.replace("@", "%40")):
        assert written not in mask(f"de {written}, ayer").text
        assert written not in mask(json.dumps({"to": written})).text


@pytest.mark.parametrize("prefix", ["", "web-", "req_", "trace-"])
@given(uuid=UUID)
def test_ids_made_of_uuids_are_usable(prefix: str, uuid: str) -> None:
    assert not identifier_hit(prefix + uuid)


@pytest.mark.parametrize("identifier", ["req_v071rdbvvmwo1ag3z", "cli_0196cc79-d191", "req-1700000000123", "a:b:c:d"])
def test_ids_of_other_makes_are_usable(identifier: str) -> None:
    assert not identifier_hit(identifier)


@pytest.mark.parametrize(
    "identifier",
    ["555-123-4567", "600123456", "AKIAIOSFODNN7EXAMPLE", "token:abcdefg", "4111-1111-1111-1111", "eyJhbGciOi.abc"],
)
def test_secrets_used_as_ids_are_not(identifier: str) -> None:
    assert identifier_hit(identifier)


UUID_SHAPED = re.compile(r"([A-Za-z]{1,16}[-_])?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DIGIT_UUID = st.from_regex(r"([a-z]{1,4}[-_])?[0-9]{8}(-[0-9]{4}){3}-[0-9]{12}", fullmatch=True)
FORMAL_ID = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.:-]{5,63}", fullmatch=True)
NUMBER_LIKE = st.from_regex(r"[0-9][0-9.-]{5,20}", fullmatch=True)


@given(FORMAL_ID | NUMBER_LIKE | DIGIT_UUID | UUID | st.sampled_from([secret for _, secret in SECRETS.values()]))
def test_the_sift_lets_no_suspect_through(identifier: str) -> None:
    number = not UUID_SHAPED.fullmatch(identifier) and re.search(IDENTIFIER_NUMBER, identifier)
    formal = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.:-]{5,63}", identifier)
    if formal and identifier_hit(identifier):
        assert number or re.search(IDENTIFIER_SUSPECT, identifier)


def test_invisible_characters_become_pictures() -> None:
    assert visible("a\x1b[31m\x07\x7f\n") == "a␛[31m␇␡␊"
    assert visible("\x9b\u202e\u200b\ufeff\u2028") == "‹U+009B›‹U+202E›‹U+200B›‹U+FEFF›‹U+2028›"
    assert visible("\U000e0041\ud800") == "‹U+E0041›‹U+D800›"


def test_letters_stay_as_they_are() -> None:
    assert visible("Ñandú — “caído” 🚀 42 %") == "Ñandú — “caído” 🚀 42 %"


@given(st.text(st.characters(codec=None)))
def test_nothing_visible_can_reach_a_terminal_as_a_command(text: str) -> None:
    shown = visible(text)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff]", shown)
    assert visible(shown) == shown
    shown.encode()


@pytest.mark.parametrize(
    "text",
    [
        "password='hunter2Correct b",
        "password=(hunter2Correct)",
        "password==hunter2Correct",
        "PASSWORD:=hunter2Correct",
        '{\\"password\\":\\"hunter2Correct\\"}',
        "curl -u admin:hunter2Correct somewhere",
        "mysql -uroot -phunter2Correct db",
        "see //admin:hunter2Correct@db",
    ],
)
def test_a_password_is_masked_however_it_is_written(text: str) -> None:
    assert "hunter2Correct" not in mask(text).text


@pytest.mark.parametrize("text", ["card_4111111111111111", "tarjeta4111111111111111", "n.4111.1111.1111.1111"])
def test_a_card_is_masked_also_when_something_is_glued_to_it(text: str) -> None:
    assert "1111" not in mask(text).text


@pytest.mark.parametrize("text", ["ana@localhost", "ana@192.0.2.7", "ana＠mail.example"])
def test_addresses_without_a_usual_domain_are_masked(text: str) -> None:
    assert "ana" not in mask(text).text
