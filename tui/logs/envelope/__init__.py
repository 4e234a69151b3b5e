"""Wrappers of collectors, taken off before the guardrail: one small module each, listed in `registry`."""

from tui.logs.envelope.peeler import MAX_LINE, Peeler

__all__ = ["MAX_LINE", "Peeler"]
