"""The real samples beside the project, where they are; tests that need them skip with a reason elsewhere."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

LOGS = Path(__file__).resolve().parents[2] / "shared" / "logs"
NIGHT = LOGS / "real-night-part1.ndjson.gz"
PRETTY = LOGS / "real-dev-pretty.log.gz"

needs_samples = pytest.mark.skipif(not LOGS.is_dir(), reason="the real samples are not beside this checkout")


def answers(name: str) -> dict[str, Any]:
    """What is true of a sample."""
    found: dict[str, Any] = json.loads((LOGS / "answers.json").read_text())[name]
    return found


def planted(name: str) -> set[str]:
    """Every string that must never come out of guardia for a sample."""
    kinds = json.loads(gzip.decompress((LOGS / "planted.json.gz").read_bytes()))[name]
    return {text for kind, texts in kinds.items() if kind != "client_ids" for text in texts}
