"""What must not be kept of people's text, and what must not reach a terminal. A leaf: the standard library alone.

`mask` is the net that everything people type passes before it is stored (contracts §6). A net of patterns cannot catch
a bare password in a sentence; that is why nothing of a log's free text is stored at all, masked or not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

IDENTIFIER_SUSPECT = (
    r"A(?:KIA|SIA|GPA|IDA|ROA|NPA|NVA)|gh[opusr]_|github_pat_|glpat-|xox[a-z]-|xapp-|k_(?:live|test)_|whsec_|AIza|ya29\."
    r"|GOCSPX-|npm_|sb_|sbp_|sk-|SG\.|hf_|pypi-|dop_v1_|eyJ|:"
)
IDENTIFIER_NUMBER = r"[0-9](?:[.-]{0,2}[0-9]){8}"
"""One of the two occurs in every identifier that `identifier_hit` objects to; in one with a UUID's shape, the first.

Written so that Polars' regex engine understands them too: a whole column is sifted first, the rest is asked one by one.
"""


@dataclass(frozen=True, slots=True)
class Masked:
    """Text that may be stored, and which kinds of secrets were taken out of it, each once, in order of the net."""

    text: str
    kinds: tuple[str, ...]


def mask(text: str) -> Masked:
    """Replace everything that looks like a secret or a person's data by `‹kind›`. Masking twice changes nothing."""
    return _apply(_NET, text)


def mask_name(name: str) -> str:
    """Mask a file's or a command's name: numbers and long identifiers are what such names are made of, and stay."""
    return _apply(_NAME_NET, name).text


def identifier_hit(identifier: str) -> bool:
    """Whether the net would touch a requestId; the pattern for long opaque strings does not apply to those (§1)."""
    return bool(_apply(_IDENTIFIER_NET, identifier).kinds)


def visible(text: str) -> str:
    """Picture every character that could move a cursor, reorder or hide text: ESC as `␛`, U+202E as `‹U+202E›`."""
    return _INVISIBLE.sub(_picture, text)


_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff"
    "\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)


def _picture(match: re.Match[str]) -> str:
    character = match.group()
    if character < " ":
        return chr(0x2400 + ord(character))
    return "␡" if character == "\x7f" else f"‹U+{ord(character):04X}›"


def _apply(net: tuple[tuple[str, Callable[[str], str]], ...], text: str) -> Masked:
    kinds = []
    for kind, masked in net:
        before, text = text, masked(text)
        if text != before:
            kinds.append(kind)
    return Masked(text, tuple(dict.fromkeys(kinds)))


def _whole(kind: str, pattern: str, flags: re.RegexFlag = re.NOFLAG) -> tuple[str, Callable[[str], str]]:
    compiled = re.compile(pattern, flags)
    return kind, lambda text: compiled.sub(f"‹{kind}›", text)


def _rest(kind: str, pattern: str, flags: re.RegexFlag = re.NOFLAG) -> tuple[str, Callable[[str], str]]:
    """Keep what the first group matched."""
    compiled = re.compile(pattern, flags)
    return kind, lambda text: compiled.sub(rf"\1‹{kind}›", text)


def _judged(
    kind: str, pattern: str, judge: Callable[[re.Match[str]], str | None], flags: re.RegexFlag = re.NOFLAG
) -> tuple[str, Callable[[str], str]]:
    """Write what `judge` says; None leaves the match as it is."""
    compiled = re.compile(pattern, flags)

    def replaced(match: re.Match[str]) -> str:
        verdict = judge(match)
        return match.group() if verdict is None else verdict

    return kind, lambda text: compiled.sub(replaced, text)


_SURELY_RANDOM = 20


def _credential(match: re.Match[str]) -> str | None:
    """`Bearer` and `Basic` are words too: what follows is a credential when no sentence would go on like that."""
    value = match[2]
    capitals_inside = value[1:] != value[1:].lower()
    looks_random = capitals_inside or any(character.isdigit() or character in "=_+/~" for character in value)
    return f"{match[1]}‹credential›" if looks_random or len(value) >= _SURELY_RANDOM else None


def _url(match: re.Match[str]) -> str | None:
    scheme, userinfo, rest, query = match["scheme"], match["userinfo"], match["rest"], match["query"]
    if not userinfo and not query:
        return None
    return scheme + ("‹userinfo›@" if userinfo else "") + rest + (f"{query[0]}‹query›" if query else "")


_URL = (
    r"(?<![\w+.-])(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{1,30}://)"
    r"(?P<userinfo>(?:(?<=http://)|(?<=https://))[^\s/?#]*@|(?<!http://)(?<!https://)[^\s?#]*@)?"
    r"(?P<rest>[^\s?#]*)(?P<query>[?#](?!‹)\S+)?"
)

_KEY_AND_SIGN = re.compile(r"(?<![\w.-])(?P<key>-{0,2}[^\W\d][\w.-]*)(?P<sign>\\?[\"']?\s{0,8}(?::?=+|:(?!//))\s{0,8})")
_VALUE = re.compile(r"""(?!‹)(?:"[^"\r\n]*"|'[^'\r\n]*'|[^\s,;&"'(){}\[\]=][^\s,;&"'(){}\[\]]*)""")
_SECRET = re.compile(r"""(?!‹value›)(?:"[^"\r\n]*"|'[^'\r\n]*'|\S+)""")
"""What follows a key that names a secret goes up to the next space, whatever it is written with."""
_MOST_KEYS = 8
"""Keys in a row, each the value of the one before it, that are followed."""
_KEY_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-zñ]+")
_HARMLESS = re.compile(r"""["']?(?:true|false|[0-9]{1,5})["']?""", re.IGNORECASE)
_NEVER_HARMLESS = ("SECRET", "TOKEN", "KEY", "PASS", "PIN", "URL", "DSN")
_SENSITIVE_PARTS = frozenset(
    (
        *(
            "secret",
            "secrets",
            "token",
            "tokens",
            "key",
            "keys",
            "apikey",
            "pin",
            "url",
            "dsn",
            "pwd",
            "pass",
            "passwd",
        ),
        *("password", "passphrase", "passcode", "credential", "credentials"),
        *("clave", "claves", "contraseña", "contrasena"),
    )
)


def _settings(text: str) -> str:
    """`key=value` loses its value unless harmless; `key: value` and `key = value` only when the key names a secret."""
    pieces = []
    done = 0
    for match in _KEY_AND_SIGN.finditer(text):
        end = _end_of_value(text, match) if match.start() >= done else 0
        if end:
            pieces += [text[done : match.end()], "‹value›"]
            done = end
    return "".join([*pieces, text[done:]])


def _end_of_value(text: str, match: re.Match[str]) -> int:
    """Where a value that must go ends, 0 for none; one that is itself the key of another takes that one along."""
    end = 0
    following: re.Match[str] | None = match
    for _key in range(_MOST_KEYS):
        if following is None:
            break
        value = (_SECRET if _is_secret(following["key"]) else _VALUE).match(text, following.end())
        if value is None or not _must_go(following["key"], following["sign"], value.group()):
            break
        end = max(end, value.end())
        following = _KEY_AND_SIGN.match(text, following.end())
    return end


def _must_go(key: str, sign: str, value: str) -> bool:
    if sign.lstrip("\"'").startswith("="):
        return not _HARMLESS.fullmatch(value) or any(word in key.upper() for word in _NEVER_HARMLESS)
    return _is_secret(key)


def _is_secret(key: str) -> bool:
    return not _SENSITIVE_PARTS.isdisjoint(part.lower() for part in _KEY_PARTS.findall(key))


_MARK = r"[ .\u00a0-]"
_CARDS = tuple(
    re.compile(rf"(?<![0-9])(?=([2-6]{shape})(?![0-9]))")
    for shape in (
        rf"(?<=\A.)(?:{_MARK}{{0,2}}[0-9]){{12,18}}\Z",
        r"[0-9]{12,18}",
        rf"[0-9]{{3}}(?:{_MARK}{{1,2}}[0-9]{{4}}){{3}}",
        rf"[0-9]{{3}}(?:{_MARK}{{1,2}}[0-9]{{4}}){{2,3}}{_MARK}{{1,2}}[0-9]{{1,3}}",
        rf"[0-9]{{3}}{_MARK}{{1,2}}[0-9]{{6}}{_MARK}{{1,2}}[0-9]{{4,5}}",
    )
)
"""A whole run of digits however it is grouped; within a longer run, what is grouped as cards are."""


def _card(match: re.Match[str]) -> str | None:
    """Luhn's check over the digits; the digits of a requestId that is shaped like one are no card's."""
    if any(one.start() <= match.start() and match.end() <= one.end() for one in _REQUEST_ID.finditer(match.string)):
        return None
    pieces, done, run = [], 0, match.group()
    for start, end in sorted(one.span(1) for shape in _CARDS for one in shape.finditer(run) if _is_card(one[1])):
        if start >= done:
            pieces += [run[done:start], "‹card›"]
            done = end
    return "".join([*pieces, run[done:]]) if pieces else None


def _is_card(text: str) -> bool:
    digits = [int(character) for character in text if character.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


_DATE = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9])(?![0-9-])")
_FEWEST_DIGITS, _MOST_DIGITS = 9, 15
_STATUSES = re.compile(r"(?:(?:[1-5]0[0-9]|4(?:1[0-8]|2[1-9]|31|51)|51[01])(?: |\Z))+")
"""HTTP statuses one after the other have the shape of a phone number and are none."""


def _phone(match: re.Match[str]) -> str | None:
    """Dates stay; what stands beside them is judged for itself."""
    said = "".join(part if _DATE.fullmatch(part) else _phones(part) for part in _DATE.split(match.group()))
    return said if said != match.group() else None


def _phones(part: str) -> str:
    digits = sum(character.isdigit() for character in part)
    if digits > _MOST_DIGITS:  # several numbers, each written in one piece, or no phone at all
        return re.sub(rf"(?<![0-9.-])[0-9]{{{_FEWEST_DIGITS},{_MOST_DIGITS}}}(?![0-9.-])", "‹phone›", part)
    bare = part.strip(" .-")
    return part.replace(bare, "‹phone›") if digits >= _FEWEST_DIGITS and not _STATUSES.fullmatch(bare) else part


_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_REQUEST_ID = re.compile(rf"(?:[A-Za-z]{{1,16}}[-_])?{_UUID}|req[_-][A-Za-z0-9]{{6,40}}")
_HEX = re.compile(r"[0-9a-fA-F]{32,}")
_LONGER_THAN_ANY_WORD = 40
_CALM = 6
"""Names keep to one kind of character for more than this many in the mean, random strings do not."""


def _opaque(match: re.Match[str]) -> str | None:
    """Long and restless: random strings change between letters, capitals and digits all the time, names do not."""
    token = match.group()
    if _REQUEST_ID.fullmatch(token):
        return None
    if _HEX.fullmatch(token) or (len(token) >= _LONGER_THAN_ANY_WORD and token.isalnum()):
        return "‹opaque›"
    kinds = ["digit" if c.isdigit() else "capital" if c.isupper() else "small" for c in token if c.isalnum()]
    changes = sum(one != other for one, other in pairwise(kinds))
    return "‹opaque›" if "digit" in kinds and changes * _CALM >= len(token) else None


_VENDOR_KEYS = (
    r"A(?:KIA|SIA|GPA|IDA|ROA|NPA|NVA)[A-Z0-9]{12,}|gh[opusr]_[A-Za-z0-9]{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}"
    r"|xox[a-z]-[\w-]{8,}|xapp-[\w-]{8,}|[sprk]k_(?:live|test)_[A-Za-z0-9]{8,}|whsec_[A-Za-z0-9+/=]{8,}"
    r"|AIza[\w-]{20,}|ya29\.[\w.-]{16,}|GOCSPX-[\w-]{16,}|npm_[A-Za-z0-9]{20,}|sb_(?:secret|publishable)_[\w-]{8,}"
    r"|sbp_[A-Za-z0-9]{16,}|sk-[\w-]{16,}|SG\.[\w-]{10,}\.[\w-]{10,}|hf_[A-Za-z0-9]{20,}|pypi-[\w-]{16,}"
    r"|dop_v1_[A-Za-z0-9]{16,}"
)
"""AWS, GitHub, GitLab, Slack, Stripe, Google, npm, Supabase, OpenAI and its like, SendGrid, Hugging Face, PyPI, …"""

_NAME_NET = (
    _whole("key-block", r"-----BEGIN [A-Z0-9 ]+-----.*?(?:-----END [A-Z0-9 ]+-----|\Z)", re.DOTALL),
    _rest(
        "header",
        r"(?<![A-Za-z0-9])((?:(?:set-)?cookie|(?:proxy-)?authorization)[\"']?\s{0,3}:\s{0,3})(?![\s‹])[^\r\n]+",
        re.IGNORECASE,
    ),
    _judged(
        "credential", r"(?<![A-Za-z0-9])((?:bearer|basic)\s{1,3})([\w.~+/=-]{5,}[\w~+/=-])", _credential, re.IGNORECASE
    ),
    _whole("jwt", r"(?<![A-Za-z0-9])eyJ[\w-]{5,}(?:\.[\w-]*)*"),
    _judged("url", _URL, _url),
    _rest("query", r"(?<=[\w/])(\?)[\w.%~\[\]-]{1,80}=\S*"),
    _whole(
        "email",
        r"(?<![\w.%+-])[\w.%+-]+?(?:[@＠]|%(?:25)*40)(?:(?:[\w-]+\.)+[^\W\d_][\w-]+|localhost\b|(?:[0-9]{1,3}\.){3}[0-9]{1,3})",
    ),
    _whole("vendor-key", rf"(?<![A-Za-z0-9])(?:{_VENDOR_KEYS})"),
    _rest("userinfo", r"((?:^|\s)(?:-u|--user)[ =]{1,3}[\w.@-]+:)(?!‹)\S+"),
    _rest("userinfo", r"((?<![:\w])//)[^\s/@‹]+:[^\s/@]+(?=@)"),
    _rest("value", r"(\b(?:mysql|mysqldump|mariadb)\b[^\r\n]{0,80}?\s-p)(?!‹)\S+"),
    _rest("vendor-key", r"(hooks\.slack\.com/)(?!‹)\S+"),
    ("value", _settings),
)
_NUMBERS = (
    _judged("card", rf"(?<![0-9])[0-9](?:{_MARK}{{0,2}}[0-9]){{12,}}(?![0-9])", _card),
    _judged(
        "phone",
        r"(?:(?<![\w./#+-])|(?<=_)(?=\+))\+?\(?[0-9]{1,15}\)?(?:[ .-]?\(?[0-9]{2,15}\)?){0,6}(?:(?![\w-])|(?=_(?!\w)))",
        _phone,
    ),
)
_OPAQUE = _judged("opaque", r"(?<![\w+/-])[\w+/-]{24,}={0,2}(?![\w+/-])", _opaque, re.ASCII)
_IDENTIFIER_NET = (*_NAME_NET, *_NUMBERS)
_NET = (*_NAME_NET, _OPAQUE, *_NUMBERS)
"""Long random strings go before numbers: a card's digits within one would leave the rest of it behind."""
