"""Secrets joined to each other, and to words, in every way; honest lines beside them; texts made to escape the net."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.honest import LINES
from tests.planted import PIECE, secrets
from tests.proofs import say, size
from tui.incident.actions import clean_text
from tui.privacy import _NET, Masked, mask, mask_file, mask_identifier
from tui.runbook.load import load_runbook

if TYPE_CHECKING:
    from tests.planted import Secret

JOINTS = " /:,;|=\n"
SECRETS = secrets(1800)
JWT = next(secret.text for secret in SECRETS if secret.kind == "jwt")


def left_of(secret: Secret, text: str) -> bool:
    return secret.core[:PIECE] in text or secret.core[-PIECE:] in text


@st.composite
def joined(draw: st.DrawFn, parts: st.SearchStrategy[str]) -> str:
    chosen = draw(st.lists(parts, min_size=2, max_size=5))
    return "".join(part + draw(st.sampled_from(JOINTS)) for part in chosen)[:-1]


FRAGMENTS = st.one_of(
    st.sampled_from([secret.text for secret in SECRETS]),
    st.sampled_from(LINES),
    st.sampled_from(
        ["‹jwt›", "‹value›", "‹x›", "‹$SMOKE_TOKEN›", "password", "Authorization:", "Cookie: a=", "Bearer"]
    ),
    st.text(max_size=12),
    st.text(' ‹›:=@/"?#;\\\x1f\x0b\u2028\u200babAB12', max_size=12),
)
"""What texts are made of, honest and hostile."""


# --- joined and glued -------------------------------------------------------------------------------------------------


def test_secrets_that_are_joined_are_all_masked(capsys: pytest.CaptureFixture[str]) -> None:
    chance, tries, left = random.Random(7), size(4000, 200_000), []  # noqa: S311 - made up, and the same in every run
    for _try in range(tries):
        chosen = chance.sample(SECRETS, chance.randrange(2, 5))
        text = "".join(secret.text + chance.choice(JOINTS) for secret in chosen)[:-1]
        masked = mask(text).text
        left += [(secret.kind, text) for secret in chosen if left_of(secret, masked)]
    say(capsys, f"{tries} texts of secrets joined by any of {JOINTS!r}: {len(left)} not masked")
    assert left == []


@pytest.mark.parametrize("before", ["x", "Ñ", "my", "_", "7"])
def test_a_letter_before_a_secret_does_not_hide_it(before: str) -> None:
    glued = [secret for secret in SECRETS if "card" not in secret.kind or before != "7"]  # then it is another number
    assert [secret.text for secret in glued if left_of(secret, mask(before + secret.text).text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "xpassword=hunter2Correct",
        "mypassword: hunter2Correct",
        "XPASSWORD = hunter2Correct",
        "1password: hunter2Correct",
        "clientsecret: hunter2Correct",
        "ñaccesstoken: hunter2Correct",
        "CONTRASEÑA: hunter2Correct",
        'password => "hunter2Correct and more"',
        "x=‹hunter2Correct",
        "password: ‹value›hunter2Correct",
        "https://api.example/x?‹hunter2Correct",
        f"{JWT}:hunter2Correct",
        f"hunter2Correct:{JWT}",
        f"{JWT}/hunter2Correct/x",
        f"server/src/routes/some/calm/path/hunter2{'Correct9' * 3}",
        "Bearer 0123abcd4567:hunter2Correct",
        "//hunter2Correct@correo.example",
    ],
)
def test_what_is_glued_or_written_oddly_is_masked(text: str) -> None:
    assert "hunter2" not in mask(text).text


# --- headers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "rest"),
    [
        ("Authorization: Bearer hunter2", " rest of the sentence"),
        ("Authorization: Bearer hunter2", ", luego DB_POOL_MAX=20."),
        ("Authorization: Basic aHVudGVyMg==", " and the words after it"),
        ("Proxy-Authorization: Negotiate hunter2", " y nada más"),
        ("authorization = Bearer hunter2", " in server/src/routes/auth.js:118"),
        ("Authorization: hunter2", " failed"),
        ('Authorization: Digest username="ana b", realm="x@y", nonce="hunter2", uri="/x"', " falló a las 22:08"),
        ("Authorization: AWS4-HMAC-SHA256 Credential=hunter2/x, SignedHeaders=host;range, Signature=hunter2", " after"),
        ('Authorization: OAuth realm="x", oauth_token="hunter2"', " rest"),
        ("Cookie: sid=hunter2", " and then words; more words"),
        ("Cookie: theme=dark; sid=hunter2 hunter2; lang=es", " y el resto"),
        ("Set-Cookie: sid=hunter2", "; HttpOnly; Secure"),
        ("curl -H 'Authorization: Bearer hunter2", "' https://api.example/x"),
        ('{"authorization": "Bearer hunter2', '", "status": 401}'),
    ],
)
def test_of_a_header_the_credential_goes_and_the_words_stay(header: str, rest: str) -> None:
    masked = mask(header + rest).text
    assert "hunter2" not in masked
    assert "aHVudGVyMg" not in masked
    assert masked.endswith(f"‹header›{rest}")


# --- what stays -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", LINES)
def test_an_honest_line_is_unchanged(line: str) -> None:
    assert mask(line) == Masked(line, ())
    assert clean_text(line) == line


@given(st.lists(st.sampled_from(LINES), min_size=2, max_size=4), st.sampled_from([" · ", "\n", "; ", " — "]))
def test_honest_lines_beside_each_other_are_unchanged(lines: list[str], between: str) -> None:
    assert mask(between.join(lines)).text == between.join(lines)


@given(st.sampled_from(LINES), st.sampled_from(SECRETS))
def test_an_honest_line_survives_a_secret_on_the_next(line: str, secret: Secret) -> None:
    masked = mask(f"{line}\n{secret.text}").text
    assert masked.startswith(f"{line}\n")
    assert not left_of(secret, masked)


@pytest.mark.parametrize("language", ["es", "en"])
def test_no_sentence_of_the_runbook_is_touched(language: str) -> None:
    loaded = load_runbook(None, language)
    said = [each for entry in loaded.texts.values() for each in (entry.title, entry.short, entry.detail) if each]
    assert [each for each in said if mask(each).kinds] == []
    assert tuple(map(mask_file, loaded.source)) == loaded.source


# --- masking twice ----------------------------------------------------------------------------------------------------


@given(joined(FRAGMENTS) | st.text(st.characters(codec=None)))
def test_nothing_changes_a_second_time(text: str) -> None:
    for clean in (lambda one: mask(one).text, mask_identifier, clean_text, lambda one: clean_text(one, one_line=True)):
        assert clean(clean(text)) == clean(text)
        assert mask(clean_text(text)).text == clean_text(text)


@pytest.mark.parametrize("text", [JWT + ":hunter2Correct" * 40, "hunter2Correct:" * 40 + JWT])
def test_a_text_made_to_show_one_secret_after_another_goes(text: str) -> None:
    assert "hunter2" not in mask(text).text


@given(joined(FRAGMENTS))
def test_no_rule_finds_anything_where_it_is_not_asked(text: str) -> None:
    for rule in _NET:
        assert not list(rule.find(text)) or any(cue in text.lower() for cue in rule.cues)
