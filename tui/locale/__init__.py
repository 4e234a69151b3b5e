"""The words of the program, English and Spanish (gettext). The English sentence is the message id."""

from __future__ import annotations

import gettext
from collections.abc import Callable
from pathlib import Path

Translate = Callable[[str], str]
"""English message → the message in some language."""
DOMAIN = "guardia"
FOLDER = Path(__file__).parent
LANGUAGES = ("en", "es")

_translations = gettext.NullTranslations()


def use(language: str) -> None:
    """Speak `language` (one of LANGUAGES) from now on in this process; ValueError for any other."""
    global _translations  # noqa: PLW0603 - one process speaks one language
    _translations = _of(language)


def translator(language: str) -> Translate:
    """Return what `_` does in another language than the one in use: an incident keeps the one it was declared in.

    ValueError for none of LANGUAGES.
    """
    return _of(language).gettext


def _of(language: str) -> gettext.NullTranslations:
    if language not in LANGUAGES:
        raise ValueError(f"no such language: {language!r} (there are {', '.join(LANGUAGES)})")
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, localedir=FOLDER, languages=[language])


def _(message: str) -> str:
    """Return the message in the language in use."""
    return _translations.gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """Return the form of the message that goes with `count`, in the language in use."""
    return _translations.ngettext(one, many, count)
