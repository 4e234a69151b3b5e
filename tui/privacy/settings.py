"""`key=value` loses its value unless harmless; `key: value` and `key = value` only when the key names a secret."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from tui.privacy.net import LABEL, Rule, adds_nothing

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEY_AND_SIGN = re.compile(
    r"(?<![\w.-])(?P<key>[\w.-]++)\\?[\"'`]?(?P<before>\s{0,8})(?P<sign>:?=+>?|:(?!//))(?P<behind>\s{0,8})"
)
_VALUE = re.compile(rf"""(?!{LABEL})(?:"[^"\r\n]*"|'[^'\r\n]*'|[^\s,;&"'(){{}}\[\]=][^\s,;&"'(){{}}\[\]]*)""")
_SECRET = re.compile(rf"""(?!{LABEL})(?:"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*'|\S+)""")
"""What follows a key that names a secret goes up to the next space, whatever it is written with."""
_SETTING = re.compile(r"-{0,2}[^\W\d][\w.-]*")
_HARMLESS = re.compile(r"""["']?(?:true|false|[0-9]{1,5})["'`.:!?…*]*""", re.IGNORECASE)
_NEVER_HARMLESS = ("SECRET", "TOKEN", "KEY", "PASS", "PIN", "URL", "DSN")

_PARTS = re.compile(r"[A-ZÑ]+(?![a-zñ])|[A-ZÑ]?[a-zñ]+")
_SENSITIVE_PARTS = frozenset(
    (
        *("secret", "secrets", "token", "tokens", "key", "keys", "apikey", "pin", "url", "dsn", "pwd", "pass"),
        *("passwd", "password", "passphrase", "passcode", "credential", "credentials"),
        *("clave", "claves", "contraseña", "contrasena"),
    )
)
_SENSITIVE_END = re.compile(
    r".(?:(?:passw(?:or)?d|passphrase|passcode|contrase[ñn]a|credential|secret|token)s?|pwd)\Z"
    r"|(?:api|access|auth|private|secret|service|session|signing|encryption|master)keys?\Z"
)
"""How a part ends to which something is glued: `mypassword`, `clientsecret`; but `monkey`, `compass`, `enclave`."""


def _settings(text: str) -> Iterator[tuple[int, int]]:
    done = {True: 0, False: 0}
    for match in _KEY_AND_SIGN.finditer(text):
        secret = _is_secret(match["key"])
        if not (secret or _is_setting(match)) or adds_nothing(text, match.end(), done[secret]):
            continue
        value = (_SECRET if secret else _VALUE).match(text, match.end())
        if value and _must_go(match, value.group(), secret=secret):
            done |= {each: max(done[each], value.end()) for each in {secret, False}}
            yield value.span()


def _is_setting(match: re.Match[str]) -> bool:
    """Whether it is written as settings are; before a space, `=` ends base64 too, unless all is capitals."""
    key, written_as_one = match["key"], not match["before"] and match["sign"].startswith("=")
    return bool(written_as_one and _SETTING.fullmatch(key) and (not match["behind"] or key.isupper()))


def _must_go(match: re.Match[str], value: str, *, secret: bool) -> bool:
    if match["before"] or not match["sign"].startswith("="):
        return secret
    return not _HARMLESS.fullmatch(value) or any(word in match["key"].upper() for word in _NEVER_HARMLESS)


@lru_cache(maxsize=1024)
def _is_secret(key: str) -> bool:
    parts = [part.lower() for part in _PARTS.findall(key)]
    return not _SENSITIVE_PARTS.isdisjoint(parts) or any(map(_SENSITIVE_END.search, parts))


SETTINGS = Rule("value", ("=", ":"), _settings)
