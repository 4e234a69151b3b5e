"""Bring every page up to date."""

from __future__ import annotations

from docs.generate.pages import FOLDER, PAGES, filled


def main() -> None:
    """Write the pages whose generated parts have changed."""
    for name in PAGES:
        page = FOLDER / name
        text = page.read_text("utf-8")
        if (now := filled(text)) != text:
            page.write_text(now, "utf-8")
            print(name)  # noqa: T201 - a script says what it wrote


main()
