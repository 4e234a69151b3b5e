"""What must not be kept of people's text, and what must not reach a terminal. A leaf: the standard library alone.

`mask` is the net that everything people type passes before it is stored (contracts §6), and that all of a journal
passes again when it is read, since it may be forged. A net of patterns cannot catch a bare password in a sentence;
that is why nothing of a log's free text is stored at all, masked or not.
"""

from __future__ import annotations

from tui.privacy.net import Masked, cast_net
from tui.privacy.numbers import NUMBERS
from tui.privacy.pictures import visible
from tui.privacy.settings import SETTINGS
from tui.privacy.tokens import CARRIED, KEYS, OPAQUE

__all__ = [
    "IDENTIFIER_NUMBER",
    "IDENTIFIER_SUSPECT",
    "Masked",
    "identifier_hit",
    "mask",
    "mask_file",
    "mask_identifier",
    "mask_name",
    "visible",
]

IDENTIFIER_SUSPECT = (
    r"A(?:KIA|SIA|GPA|IDA|ROA|NPA|NVA)|gh[opusr]_|github_pat_|glpat-|xox[a-z]-|xapp-|k_(?:live|test)_|whsec_|AIza|ya29\."
    r"|GOCSPX-|npm_|sb_|sbp_|sk-|SG\.|hf_|pypi-|dop_v1_|eyJ|:"
)
IDENTIFIER_NUMBER = r"[0-9](?:[.-]{0,2}[0-9]){8}"
"""One of the two occurs in every identifier that `identifier_hit` objects to; in one with a UUID's shape, the first.

Written so that Polars' regex engine understands them too: a whole column is sifted first, the rest is asked one by one.
"""

_NAME_NET = (*KEYS, *CARRIED, SETTINGS)
_IDENTIFIER_NET = (*_NAME_NET, *NUMBERS)
_NET = (*_NAME_NET, OPAQUE, *NUMBERS)


def mask(text: str) -> Masked:
    """Replace everything that looks like a secret or a person's data by `‹kind›`. Masking twice changes nothing."""
    return cast_net(_NET, text)


def mask_name(name: str) -> str:
    """Mask a file's or a command's name: numbers and long identifiers are what such names are made of, and stay."""
    return cast_net(_NAME_NET, name).text


def mask_identifier(identifier: str) -> str:
    """Mask what should be an id and may be forged; long identifiers stay, as in requestIds (contracts §1)."""
    return cast_net(_IDENTIFIER_NET, identifier).text


def mask_file(content: str) -> str:
    """Mask keys and tokens that look like nothing else, in a file that must stay what it is."""
    return cast_net(KEYS, content).text


def identifier_hit(identifier: str) -> bool:
    """Whether the net would touch a requestId; the pattern for long opaque strings does not apply to those (§1)."""
    return bool(cast_net(_IDENTIFIER_NET, identifier).kinds)
