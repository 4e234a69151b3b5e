"""Secrets typed into every field of every incident command: none is found anywhere afterwards, places survive."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import quote

import click
import pytest

from tests.test_incident_cli import CAUSE, OUTAGE, Said, Shell, shell
from tui.cli.incident import incident

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["shell"]

SECRETS: Mapping[str, tuple[str, str]] = {
    "jwt": (
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
        "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    ),
    "bearer": ("Authorization: Bearer mF_9.B5f-4.1JqM8tR2", "mF_9.B5f-4.1JqM8tR2"),
    "bare bearer": ("Bearer Zk3w9Qp7Lm2X4v", "Zk3w9Qp7Lm2X4v"),
    "cookie": ("Cookie: sid=k4Jx0qPz7rTn; theme=dark", "k4Jx0qPz7rTn"),
    "e-mail": ("maria.lopez.quintero@corp.example", "maria.lopez.quintero@corp.example"),
    "url with query": ("https://api.example.org/reset?code=Vq8sYt2LmXo", "Vq8sYt2LmXo"),
    "url with userinfo": ("postgres://guardia:w7RtPq2zXs@db:5432/auth", "w7RtPq2zXs"),
    "key=value": ("DB_PASSWORD=Tr0ub4dorAnd3", "Tr0ub4dorAnd3"),
    "key: value": ("api_key: Gh5Kq9ZxW1", "Gh5Kq9ZxW1"),
    "vendor key": ("sk-live9Qw8Er7Ty6Ui5Op4As3", "sk-live9Qw8Er7Ty6Ui5Op4As3"),
}
"""Kind → what is typed, and the part of it that must be nowhere."""
FORM = ("impact", "root_cause", "mitigation", "lesson", "preventive", "action", "action_owner", "lucky", "title")
WITHOUT_TEXT = {"undo", "show", "list", "lint", "verify", "export"}
"""Commands in which nothing is typed but times, names of files and words of a fixed list."""


def typed(text: str) -> Iterator[list[str]]:
    """Every incident command with the text in each of its fields, those that will be refused too."""
    yield ["severity", text]
    yield ["severity", "SEV2", "--why", text]
    yield from ([role, text] for role in ("owner", "commander", "scribe", "handoff", "note", "channel", "update"))
    yield ["note", *text.split()]
    yield from (["set", name, text] for name in FORM)
    yield from (["set", name, text] for name in ("metric", "anchor", "workaround", "communicated", "action_due"))
    yield from (["set", text, "x"], ["set", "impact", "--delegate", text], ["set", text, "--delegate", "x"])
    yield ["set", "started", "-1m", "--why", text]
    yield ["set", "started", text]
    yield from (["deploys", "frozen"], ["deploys", "open", "--why", text], ["deploys", text])
    yield from (["push", "off"], ["push", text])
    yield from (["step", "open-channel", "--note", text], ["step", text], ["step", text, "--undo"])
    yield ["evidence", text, str(OUTAGE)]
    yield ["run", text, "--yes"]
    yield ["ack", "--why", text]
    yield from (["ack", "--at", text], ["show", "--id", text], ["list", "--since", text], ["export", "--format", text])
    yield ["decide", text]
    yield ["decide", "GO", "--override", "--why", text]
    yield ["decide", "NO_GO", "--why", text]
    yield ["mitigate", "--why", text]
    yield ["resolve", "--why", text]
    yield ["close", "--override", "--why", text]
    yield ["merge-into", text, "--why", text]
    yield ["cancel", "--why", text]
    yield ["reopen", "--why", text]
    yield from ([text], ["declare", f"--{text}"], ["note", "x", "--lang", text])


READS = (["show"], ["show", "--json"], ["list"], ["list", "--json"], ["lint"], ["lint", "--json"], ["export"])
EXPORTS = (["export", "--format", "json"], ["export", "--format", "rotation"], ["export", "--format", "bundle"])


def test_every_incident_command_is_tried() -> None:
    assert isinstance(incident, click.Group)
    tried = {words[0] for words in typed("text")} | {"declare", *WITHOUT_TEXT}
    assert set(incident.commands) == tried - {"text"}


def test_secrets_typed_into_every_field_are_nowhere(shell: Shell) -> None:
    text = "\n".join([CAUSE, *(whole for whole, _ in SECRETS.values())])
    said = [shell("declare", "--severity", text), shell("declare", "--severity", "SEV1", "--metric", text)]
    said += [shell("declare", "--severity", "SEV1", "--title", text, "--owner", text, "--at", "-2m")]
    said += [shell(*words, *(["--json"] if number % 2 else [])) for number, words in enumerate(typed(text))]
    said += [shell("note", "who", who=text)]
    read = [shell(*words, *lang) for words in READS for lang in ([], ["--lang", "es"])]
    bundle = shell.data_dir.parent / "bundle"
    read += [shell("export", "--format", "bundle", "--out", bundle), *(shell(*words) for words in EXPORTS[:2])]
    searched, found = search(shell, [*said, *read], [secret for _, secret in SECRETS.values()])
    print(f"{len(SECRETS)} secrets typed {len(said)} times, {searched} searched, {len(found)} found")
    assert found == []
    assert {each.code for each in said} <= {0, 1, 2}
    survived(read)


@pytest.mark.parametrize("kind", SECRETS)
def test_a_secret_alone_is_nowhere(shell: Shell, kind: str) -> None:
    whole, secret = SECRETS[kind]
    alone = [["note", whole], ["severity", whole], ["list", "--since", whole], [whole], ["show", f"--{whole}"]]
    said = [shell("declare", "--severity", "SEV1", "--title", whole, who=whole)]
    said += [shell(*words) for words in (*alone, ["set", "impact", whole], ["show"], ["export"])]
    searched, found = search(shell, said, [secret])
    print(f"{kind}: typed alone {len(alone) + 3} times, {searched} searched, {len(found)} found")
    assert found == []


def search(shell: Shell, said: list[Said], secrets: list[str]) -> tuple[str, list[tuple[str, str]]]:
    """What was searched, and in which form any secret was found in an output or in a file."""
    files = [path.read_bytes() for path in shell.data_dir.parent.rglob("*") if path.is_file()]
    outputs = [each.out + each.err for each in said]
    haystack = "\n".join([*outputs, *(data.decode("utf-8", "replace") for data in files)])
    found = [(secret, form) for secret in secrets for form, needle in forms(secret).items() if needle in haystack]
    return f"{len(files)} files and {len(outputs)} outputs", found


def survived(read: list[Said]) -> None:
    exported = read[-3].out + read[-2].out
    assert "server/src/routes/auth.js:118" in exported
    assert "DB_POOL_MAX=20" in exported


def forms(secret: str) -> dict[str, str]:
    """The secret as it could be hidden: raw, reversed, hex, percent-encoded, base64 at every alignment."""
    raw = secret.encode()
    found = {
        "raw": secret,
        "reversed": secret[::-1],
        "hex": raw.hex(),
        "HEX": raw.hex().upper(),
        "percent": "".join(f"%{byte:02X}" for byte in raw),
    }
    if quote(secret, safe="") != secret:
        found["quoted"] = quote(secret, safe="")
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
        found[f"base64+{shift}"] = coded[(0, 2, 3)[shift] : len(coded) - 1]
    return found


def test_the_search_would_find_it() -> None:
    hidden = "Tr0ub4dorAnd3"
    for shift in range(3):
        assert forms(hidden)[f"base64+{shift}"] in base64.b64encode(b"abc"[:shift] + hidden.encode() + b"!").decode()
    assert forms("a@b")["quoted"] == "a%40b"
