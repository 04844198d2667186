"""Where the lines of a text are in a later one, and which of the later one's are new."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from .source_text import same_lines


class Moves:
    """From one text to a later one. Lines count from 1."""

    def __init__(self, before: Sequence[str], after: Sequence[str]) -> None:
        pairs = sorted((old + 1, new + 1) for old, new in same_lines(before, after))
        self._old, self._new = [0], [0]
        for old, new in pairs:
            self._old.append(old)
            self._new.append(new)
        self._last = max(len(after), 1)
        kept = set(self._new)
        self.written = frozenset(
            number for number, line in enumerate(after, 1) if number not in kept and line.strip()
        )
        """The lines of the later text that are new or edited."""

    def __call__(self, line: int) -> int:
        """Where a line is now; of one that is edited or gone, where it would be."""
        at = bisect_right(self._old, line) - 1
        old, new = self._old[at], self._new[at]
        following = self._new[at + 1] if at + 1 < len(self._new) else self._last + 1
        return max(min(new + line - old, max(following - 1, new)), 1)
