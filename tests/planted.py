"""Secrets by the hundred thousand, where backends and people leave them, and a search that finds each however it hides.

Secret number N is the same in every run. What must be nowhere of it is its core: at least twelve characters that are
random, so that finding its beginning or its end is no accident.
"""

from __future__ import annotations

import base64
import json
import random
import string
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from tests import boards, rooms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

ALL = 100_000
PIECE = 12
"""Characters of a core that are searched for, from both its ends."""
_LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True)
class Secret:
    """A secret as it is written, and the part of it that must be nowhere."""

    kind: str
    text: str
    core: str


def _random(chance: random.Random, size: int, letters: str = _LETTERS) -> str:
    """Return letters and digits, at least one digit and one capital among the first eight where there can be."""
    body = "".join(chance.choices(letters, k=size))
    return body if letters != _LETTERS else f"{body[:3]}Q{chance.randrange(10)}z{body[6:]}"


def _card(chance: random.Random) -> str:
    digits = [4, *(chance.randrange(10) for _digit in range(14))]
    doubled = sum(sum(divmod(2 * digit, 10)) if index % 2 == 0 else digit for index, digit in enumerate(digits))
    return "".join(map(str, [*digits, -doubled % 10]))


def _spaced(digits: str, mark: str) -> str:
    return mark.join(digits[start : start + 4] for start in range(0, len(digits), 4))


_NAMES = (
    "DB_PASSWORD", "JWT_SECRET", "STRIPE_KEY", "sessionToken", "api_key", "SMTP_PASS", "DATABASE_URL", "clientSecret",
)  # fmt: skip
_VENDORS: tuple[tuple[str, int, str], ...] = (
    ("AKIA", 16, string.ascii_uppercase + string.digits), ("ghp_", 36, _LETTERS), ("github_pat_", 40, _LETTERS),
    ("glpat-", 20, _LETTERS), ("xoxb-", 30, _LETTERS), ("sk_live_", 24, _LETTERS), ("rk_test_", 24, _LETTERS),
    ("whsec_", 32, _LETTERS), ("AIza", 35, _LETTERS), ("GOCSPX-", 28, _LETTERS), ("npm_", 36, _LETTERS),
    ("sb_secret_", 30, _LETTERS), ("sk-proj-", 40, _LETTERS), ("hf_", 34, _LETTERS), ("pypi-", 50, _LETTERS),
)  # fmt: skip


def _jwt(chance: random.Random) -> tuple[str, str]:
    body, core = _random(chance, 40), _random(chance, 43)
    return f"eyJhbGciOiJIUzI1NiJ9.eyJ{body}.{core}", core


def _around(before: str, after: str = "", size: int = 22) -> Callable[[random.Random], tuple[str, str]]:
    def make(chance: random.Random) -> tuple[str, str]:
        core = _random(chance, size)
        return f"{before}{core}{after}", core

    return make


def _whole(make: Callable[[random.Random], str]) -> Callable[[random.Random], tuple[str, str]]:
    def doubled(chance: random.Random) -> tuple[str, str]:
        text = make(chance)
        return text, text

    return doubled


def _email(chance: random.Random) -> str:
    return f"{_random(chance, 10).lower()}.{chance.choice(('perez', 'lopez'))}@correo{chance.randrange(99)}.example"


def _phone(chance: random.Random) -> str:
    return f"+34 6{chance.randrange(100):02} {chance.randrange(1000):03} {chance.randrange(1000):03}"


def _vendor(chance: random.Random) -> str:
    head, size, letters = chance.choice(_VENDORS)
    return head + _random(chance, size, letters)


def _setting(chance: random.Random) -> tuple[str, str]:
    core = _random(chance, 16)
    return f"{chance.choice(_NAMES)}{chance.choice(('=', ': ', ' = '))}{core}", core


def _block(chance: random.Random) -> tuple[str, str]:
    core = _random(chance, 64)
    return f"-----BEGIN PRIVATE KEY-----\n{core}\n-----END PRIVATE KEY-----", core


KINDS: dict[str, Callable[[random.Random], tuple[str, str]]] = {
    "jwt": _jwt,
    "bearer": _around("Bearer "),
    "authorization": _around("Authorization: Basic ", "=="),
    "cookie": _around("Cookie: theme=dark; sid=", "; Path=/"),
    "set-cookie": _around("Set-Cookie: sid=", "; HttpOnly"),
    "e-mail": _whole(_email),
    "userinfo": _around("postgres://backend:", "@db.example:5432/main"),
    "query": _around("https://api.example/reset?code=", "&lang=es"),
    "path query": _around("/api/auth/reset?token="),
    "vendor": _whole(_vendor),
    "opaque": _whole(lambda chance: _random(chance, 44)),
    "hex": _whole(lambda chance: f"{chance.getrandbits(256):064x}"),
    "card": _whole(_card),
    "spaced card": _whole(lambda chance: _spaced(_card(chance), " ")),
    "dashed card": _whole(lambda chance: _spaced(_card(chance), "-")),
    "phone": _whole(_phone),
    "setting": _setting,
    "key block": _block,
}


def secrets(count: int) -> list[Secret]:
    """Return secrets of every kind, in turn."""
    chance, kinds = random.Random(count), list(KINDS.items())  # noqa: S311 - made up, and the same in every run
    made = (kinds[number % len(kinds)] for number in range(count))
    return [Secret(kind, *make(chance)) for kind, make in made]


# --- a log that is full of them -----------------------------------------------------------------------------------

_SENTENCES = (
    "{}", "jwt expired {}", "UNCAUGHT EXCEPTION {} 42P01", "GET /x 500 {}", "user {} not found", "▶ [{}] x",
)  # fmt: skip


def log(planted: Sequence[Secret]) -> bytes:
    """Return lines of a drill's last minutes with secrets in every place of theirs."""
    metrics, left, lines = boards.runbook().runbook.metrics, list(planted), list[str]()
    start, number = rooms.FIRES - timedelta(minutes=20), 0
    while left:
        at = (start + timedelta(seconds=number % 1400)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        lines.append(_line(number, at, metrics[number % len(metrics)].id, left))
        number += 1
    return "".join(f"{line}\n" for line in lines).encode()


def _line(number: int, at: str, metric: str, left: list[Secret]) -> str:
    """Take secrets for every place of one line."""

    def take() -> str:
        return left.pop().text if left else "none"

    if number % 4 == 3:  # a line that is no JSON, or no event
        said = random.Random(number).choice(_SENTENCES).format(take())  # noqa: S311 - no secret
        return said.replace("\n", "\\n") if number % 8 == 3 else json.dumps({"timestamp": at, "message": said})
    fields = next(each.fields for each in boards.runbook().runbook.metrics if each.id == metric)
    record: dict[str, object] = {"level": "error", "timestamp": at, "message": metric, "requestId": _an_id(take())}
    for name, field in fields.items():
        match field.kind:
            case "route":
                record[name] = take() if number % 3 else f"/api/auth/login?x={take()}#{take()}"
            case "enum":
                record[name] = take()
            case "status":
                record[name] = 500
            case "number":
                record[name] = 7 if number % 5 else take()
    record |= {"error": {"stack": [take(), {take(): take()}]}, take(): 1, "headers": take(), "sql": f"x {take()} y"}
    return json.dumps(record, ensure_ascii=bool(number % 2))


def _an_id(text: str) -> str:
    """A secret where a requestId belongs; what is merely long and random cannot be told from one."""
    return text if not text.isalnum() or text.isdigit() else f"token:{text}"


# --- the search ---------------------------------------------------------------------------------------------------


def _forms(core: str) -> Iterable[str]:
    raw = core.encode()
    yield from (core, core[::-1], raw.hex(), raw.hex().upper(), "".join(f"%{byte:02X}" for byte in raw))
    yield quote(core, safe="")
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
        yield coded[(0, 2, 3)[shift] : len(coded) - 1]


class Search:
    """Finds secrets raw, reversed, in hexadecimal, percent-encoded and in base64, whole or the ends of them."""

    def __init__(self, planted: Sequence[Secret]) -> None:
        self._of: dict[str, int] = {}
        for number, secret in enumerate(planted):
            for form in _forms(secret.core):
                self._of[form[:PIECE]] = self._of[form[-PIECE:]] = number
        self._planted = planted
        self._seen: set[str] = set()
        self.characters = 0

    def found(self, text: str) -> set[Secret]:
        """Secrets that are in a text. A line that was searched before is not searched again."""
        lines = {line for line in text.split("\n") if len(line) >= PIECE} - self._seen
        self._seen |= lines
        self.characters += sum(map(len, lines))
        pieces = (line[at : at + PIECE] for line in lines for at in range(len(line) - PIECE + 1))
        return {self._planted[self._of[piece]] for piece in pieces if piece in self._of}
