"""A bundle's manifest: a line with hash and name for each of its files, which `sha256sum -c` understands too."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MANIFEST = "manifest.sha256"
LONGEST = 1 << 20
"""Bytes of a manifest: none is as long."""
_LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9][A-Za-z0-9._-]{0,127})")


def as_manifest(sums: Mapping[str, str]) -> bytes:
    """The lines, by name."""
    return "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)).encode()


def sums_in(manifest: bytes) -> dict[str, str]:
    """Hashes by name; a name that leads elsewhere is no name, and one with several hashes has none that fits."""
    sums: dict[str, str] = {}
    for line in manifest.decode("utf-8", "replace").splitlines():
        if match := _LINE.fullmatch(line):
            sums[match[2]] = match[1] if sums.get(match[2], match[1]) == match[1] else ""
    return sums


def strangers(folder: Path) -> list[str]:
    """What a bundle's folder holds that is not of it: links, folders, files that its manifest lacks. Raises OSError."""
    with (folder / MANIFEST).open("rb") as file:
        own = {MANIFEST, *sums_in(file.read(LONGEST))}
    with os.scandir(folder) as entries:
        return sorted(one.name for one in entries if one.name not in own or not one.is_file(follow_symlinks=False))
