"""The end of a JSON object in bytes that arrive in pieces."""

from __future__ import annotations

import re

# A raw line break cannot be in a JSON string: there a broken one ends, and its harm with it.
_TOKEN = re.compile(rb'[{}]|"(?:[^"\\\n]++|\\.)*+(["\n])?')
_REST_OF_STRING = re.compile(rb'(?:[^"\\\n]++|\\.)*+(["\n])?')


class Braces:
    """Counts open braces outside strings; every byte is looked at once, however small the pieces, at any depth."""

    __slots__ = ("_in_string", "depth")

    def __init__(self, depth: int = 0) -> None:
        self.depth = depth
        self._in_string = False

    def advance(self, buffer: bytearray, at: int, limit: int) -> int:
        """Read on from `at`; where the last brace closed (`depth` is 0 then), or where to read on."""
        while at < limit:
            if self._in_string:
                at = self._leave_string(buffer, at, limit)
                if self._in_string:
                    break
            at = self._outside(buffer, at, limit)
            if self.depth == 0:
                break
        return at

    def _outside(self, buffer: bytearray, at: int, limit: int) -> int:
        for token in _TOKEN.finditer(buffer, at, limit):
            first = buffer[token.start()]
            if first == ord("{"):
                self.depth += 1
            elif first == ord("}"):
                self.depth -= 1
                if self.depth == 0:
                    return token.end()
            elif token[1] is None:
                self._in_string = True
                return token.end()
        return limit

    def _leave_string(self, buffer: bytearray, at: int, limit: int) -> int:
        rest = _REST_OF_STRING.match(buffer, at, limit)
        if rest is None:
            return at
        # What stops the pattern is the end, a backslash whose second half is yet to come, or one before a line break.
        broken = rest[1] is None and limit - rest.end() > 1
        self._in_string = rest[1] is None and not broken
        return rest.end() + broken
