"""Zstandard from the standard library (3.14), or from its backport with the same interface. Imported when needed."""

from __future__ import annotations

import sys

if sys.version_info >= (3, 14):
    from compression.zstd import DecompressionParameter, ZstdDecompressor, ZstdError
else:
    from backports.zstd import DecompressionParameter, ZstdDecompressor, ZstdError

__all__ = ["ZstdDecompressor", "ZstdError", "window_limit"]


def window_limit(log: int) -> dict[int, int]:
    """Options that refuse a stream which asks for a window of more than 2 ** log bytes."""
    return {DecompressionParameter.window_log_max: log}
