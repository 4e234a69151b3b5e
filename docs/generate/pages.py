"""Pages with generated parts, and how such a part is put in its place."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from docs.generate import keys, runbook, settings

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = Path(__file__).resolve().parent.parent
PAGES = ("runbook-reference.md", "configuration.md", "keys.md")
PARTS: dict[str, Callable[[], list[str]]] = {
    "runbook": runbook.reference,
    "texts": runbook.text_kinds,
    "settings": settings.table,
    "keys": keys.table,
}
_PART = re.compile(r"(<!-- begin (\w+) -->\n).*?(<!-- end \2 -->)", re.DOTALL)


def filled(text: str) -> str:
    """Return a page with every generated part as it is now; KeyError for a part that nothing writes."""
    return _PART.sub(lambda found: f"{found[1]}\n{chr(10).join(PARTS[found[2]]())}\n\n{found[3]}", text)
