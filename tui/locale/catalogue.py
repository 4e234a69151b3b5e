"""Keeps the catalogues in step with the code: `python -m tui.locale.catalogue` (needs babel, a development dependency).

Extracts every message of the package, merges it into each language's `.po` and compiles the `.mo` that is shipped.
What is left to translate stays empty in the `.po`, and a test says so.
"""

from __future__ import annotations

import ast
import sys
from io import BytesIO
from typing import TYPE_CHECKING

from tui.locale import DOMAIN, FOLDER, LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from babel.messages.catalog import Catalog

FORMS = {"_": 1, "ngettext": 2}
"""The functions that ask for a message, and how many of their first arguments are messages."""
PACKAGE = FOLDER.parent


def extracted() -> Catalog:
    """Every message that the package's code asks for, also inside f-strings, which babel's own reader skips."""
    from babel.messages.catalog import Catalog

    catalog = Catalog(project=DOMAIN, fuzzy=False)
    for path in sorted(PACKAGE.rglob("*.py")):
        for message in _messages(ast.parse(path.read_text(encoding="utf-8"))):
            catalog.add(message, locations=[(path.relative_to(PACKAGE).as_posix(), 0)])
    return catalog


def _messages(tree: ast.AST) -> Iterator[str | tuple[str, ...]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FORMS:
            arguments = [each.value for each in node.args if isinstance(each, ast.Constant)]
            texts = tuple(text for text in arguments[: FORMS[node.func.id]] if isinstance(text, str))
            if len(texts) == FORMS[node.func.id]:
                yield texts[0] if len(texts) == 1 else texts


def po_path(language: str) -> Path:
    """Where a language's translations are written by people."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(language: str) -> Catalog:
    """Return a language's translations as they stand; FileNotFoundError where there are none."""
    from babel.messages.pofile import read_po

    with po_path(language).open("rb") as file:
        return read_po(file, locale=language)


def compiled(catalog: Catalog) -> bytes:
    """Return the bytes of the `.mo` of a catalogue."""
    from babel.messages.mofile import write_mo

    buffer = BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def mo_path(language: str) -> Path:
    """Where a language's compiled translations are."""
    return po_path(language).with_suffix(".mo")


def update(language: str) -> int:
    """Merge the code's messages into a language and compile it; returns how many are left to translate."""
    from babel.messages.pofile import write_po

    catalog = read(language)
    catalog.update(extracted(), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    with po_path(language).open("wb") as file:
        write_po(file, catalog, width=100, sort_output=True, include_lineno=False, omit_header=False)
    mo_path(language).write_bytes(compiled(read(language)))
    return sum(1 for message in catalog if message.id and not _translated(message.string))


def _translated(string: object) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


def main() -> int:
    """Update every language but the one the code is written in; 1 when something is left to translate."""
    left = {language: update(language) for language in LANGUAGES if language != "en"}
    for language, count in left.items():
        sys.stdout.write(f"{language}: {count} to translate\n")
    return int(any(left.values()))


if __name__ == "__main__":
    raise SystemExit(main())
