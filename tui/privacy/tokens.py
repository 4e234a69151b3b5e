"""Secrets that are known by how they begin, or by what stands before them."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from tui.privacy.net import LABEL, Rule, anywhere, behind

if TYPE_CHECKING:
    from collections.abc import Iterator

_VENDOR_KEYS = (
    r"A(?:KIA|SIA|GPA|IDA|ROA|NPA|NVA)[A-Z0-9]{12,}|gh[opusr]_[A-Za-z0-9]{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}"
    r"|xox[a-z]-[\w-]{8,}|xapp-[\w-]{8,}|whsec_[A-Za-z0-9+/=]{8,}|AIza[\w-]{20,}|ya29\.[\w.-]{16,}|GOCSPX-[\w-]{16,}"
    r"|sb_(?:secret|publishable)_[\w-]{8,}|sbp_[A-Za-z0-9]{16,}|dop_v1_[A-Za-z0-9]{16,}"
)
_VENDOR_KEYS_THAT_END_WORDS = (
    r"[sprk]k_(?:live|test)_[A-Za-z0-9]{8,}|npm_[A-Za-z0-9]{20,}|sk-[\w-]{16,}|SG\.[\w-]{10,}\.[\w-]{10,}"
    r"|hf_[A-Za-z0-9]{20,}|pypi-[\w-]{16,}"
)
"""AWS, GitHub, GitLab, Slack, Stripe, Google, npm, Supabase, OpenAI and its like, SendGrid, Hugging Face, PyPI, …

The second begin like the end of a word (`disk-…`): glued to a letter they are keys only where they look random.
"""
_VENDOR_CUES = (
    *("akia", "asia", "agpa", "aida", "aroa", "anpa", "anva", "gho_", "ghp_", "ghu_", "ghs_", "ghr_", "github_pat_"),
    *("glpat-", "xox", "xapp-", "whsec_", "aiza", "ya29.", "gocspx-", "sb_", "sbp_", "dop_v1_"),
    *("k_live_", "k_test_", "npm_", "sk-", "sg.", "hf_", "pypi-"),
)

_SURELY_RANDOM = 20
_CALM = 6
"""Names keep to one kind of character for more than this many in the mean, random strings do not."""
_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
REQUEST_ID = re.compile(rf"(?:[A-Za-z]{{1,16}}[-_])?{_UUID}|req[_-][A-Za-z0-9]{{6,40}}")
_HEX = re.compile(r"[0-9a-fA-F]{32,}")
_LONG_RUN = re.compile(r"(?a)(?<![\w+/-])[\w+/-]{24,}={0,2}(?![\w+/-])")
_LONGER_THAN_ANY_WORD = 40
_SHORTEST_OPAQUE = 24


def restless(token: str) -> bool:
    """Whether it changes between letters, capitals and digits all the time: random strings do, names do not."""
    kinds = ["digit" if c.isdigit() else "capital" if c.isupper() else "small" for c in token if c.isalnum()]
    changes = sum(one != other for one, other in pairwise(kinds))
    return "digit" in kinds and changes * _CALM >= len(token)


def _credential(value: str) -> bool:
    """`Bearer` and `Basic` are words too: what follows is a credential when no sentence would go on like that."""
    capitals_inside = value[1:] != value[1:].lower()
    looks_random = capitals_inside or any(character.isdigit() or character in "=_+/~" for character in value)
    return looks_random or len(value) >= _SURELY_RANDOM


def _opaque(token: str) -> bool:
    if REQUEST_ID.fullmatch(token):
        return False
    return bool(_HEX.fullmatch(token)) or (len(token) >= _LONGER_THAN_ANY_WORD and token.isalnum()) or restless(token)


def _opaque_runs(text: str) -> Iterator[tuple[int, int]]:
    """A long run as a whole, else what is long of it between slashes: a path does not calm what is glued to it."""
    for match in _LONG_RUN.finditer(text):
        if _opaque(match.group()):
            yield match.span()
        elif "/" in match.group():
            parts = (part for part in re.finditer("[^/]+", match.group()) if len(part.group()) >= _SHORTEST_OPAQUE)
            yield from (
                (match.start() + part.start(), match.start() + part.end()) for part in parts if _opaque(part.group())
            )


def _glued_secret(token: str) -> bool:
    return restless(token) and not REQUEST_ID.fullmatch(token)


_WORD = r"""(?:[^\s"'`,;.:!?)\]}>]|(?>[.:!?)\]}>]+)(?=[^\s"'`,;])|["'`,;](?=\w))+"""
"""One word of a header, without the marks that end a sentence or close a bracket behind it."""
_PARAMETER = r"""[\w-]{1,40}\s{0,3}=\s{0,3}(?:"[^"\r\n]*"|[^\s,"'=][^\s,"']*)"""
_AUTHORIZATION = (
    rf"(?:[\w-]{{1,40}}[ \t]{{1,3}})?{_PARAMETER}(?:[ \t]{{0,3}},\s{{0,3}}{_PARAMETER})*"
    rf"|(?:(?i:bearer|basic|token)[\s:]{{1,3}}){{1,3}}{_WORD}"
    rf"|(?:[A-Za-z][A-Za-z-]{{0,19}}|AWS4-HMAC-SHA256)[ \t]{{1,3}}{_WORD}"
    rf"|{_WORD}"
)
"""Scheme and parameters with commas between them, scheme and token, or a token alone; not the words that go on."""
_COOKIE = rf"(?:[^\r\n]{{0,8000}};[ \t]{{0,3}}[\w.$-]{{1,80}}=)?(?:\"[^\"\r\n]*\"|{_WORD})"
"""Up to the value of the last pair that a semicolon announces."""
_MASKED_RUN = "‹(?:jwt|vendor-key|credential|opaque)›"
_DOMAIN = r"(?:(?:[\w-]+\.)+[^\W\d_][\w-]+|localhost\b|(?:[0-9]{1,3}\.){3}[0-9]{1,3})"

KEYS = (
    anywhere("key-block", ["-----begin"], r"(?s)-----BEGIN [A-Z0-9 ]+-----.*?(?:-----END [A-Z0-9 ]+-----|\Z)"),
    anywhere("jwt", ["eyj"], r"eyJ[\w-]{5,}(?:\.[\w-]*)+|(?<![A-Za-z0-9])eyJ[\w-]{5,}"),
    anywhere("vendor-key", _VENDOR_CUES, rf"{_VENDOR_KEYS}|(?<![A-Za-z0-9])(?:{_VENDOR_KEYS_THAT_END_WORDS})"),
    anywhere("vendor-key", _VENDOR_CUES[-7:], rf"(?<=[A-Za-z0-9])(?:{_VENDOR_KEYS_THAT_END_WORDS})", restless),
    behind("vendor-key", ["hooks.slack.com/"], r"hooks\.slack\.com/", r"\S+"),
)
CARRIED: tuple[Rule, ...] = (
    behind("header", ["authorization"], r"(?ai:authorization)[\"']?\s{0,3}[:=]\s{0,3}[\"']?", _AUTHORIZATION),
    behind("header", ["cookie"], r"(?ai:cookie)[\"']?\s{0,3}[:=]\s{0,3}[\"']?", _COOKIE),
    behind(
        "credential", ["bearer", "basic"], r"(?ai:bearer|basic)\s{1,3}[\"'`<]?", r"[\w.~+/=-]{5,}[\w~+/=-]", _credential
    ),
    behind(
        "url",
        ["://"],
        "://",
        r"(?:(?<=http://)|(?<=https://))[^\s/?#@]{0,500}(?:(?=@[^\s/?#@]*(?:[/?#\s]|\Z))|@[^\s/?#]*)"
        r"|(?<!http://)(?<!https://)[^\s?#@]{0,500}(?:(?=@[^\s?#@]*(?:[?#\s]|\Z))|@[^\s?#]*)",
        label="userinfo",
    ),
    behind("url", ["://"], r"://[^\s?#]{0,2000}[?#]", r"\S+", label="query"),
    anywhere("query", ["?", "#"], r"(?<=[\w/])[?#](?P<gone>[\w.%~\[\]-]{1,80}=\S*)"),
    anywhere(
        "email",
        ["@", "＠", "%"],
        rf"://[^\s/@]*@|//[^\s/@:]+:[^\s/@]+@|(?<![\w.%+-])(?P<gone>[\w.%+-]+?(?:[@＠]|%(?:25)*40){_DOMAIN})",
    ),
    behind("userinfo", ["-u"], r"(?:^|(?<=\s))(?:-u|--user)[ =]{1,3}[\w.@-]+:", r"\S+"),
    anywhere("userinfo", ["//"], r"(?<!:)//(?P<gone>[^\s/@:‹]+:[^\s/@]+)(?=@)"),
    behind("value", ["mysql", "mariadb"], r"\b(?:mysql|mysqldump|mariadb)\b[^\r\n]{0,80}?\s-p", r"\S+"),
    anywhere("credential", ["›"], rf"{LABEL}[:/|=,;]?(?P<gone>[\w~+/=.-]{{8,}})", _glued_secret),
    anywhere("credential", ["›"], rf"(?<![\w~+/.-])(?P<gone>[\w~+/.-]{{7,}}\w)[:/|,;]?{_MASKED_RUN}", _glued_secret),
)
"""What the last two find is no secret by itself, but glued to one."""
OPAQUE = Rule("opaque", ("",), _opaque_runs)
