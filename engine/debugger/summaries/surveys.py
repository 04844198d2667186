"""What takes a pass over a whole tensor: at once for a small one, in the background for a large one."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

from ...tensors.survey import Survey, T, completed

SMALL = 1 << 18
"""Up to so many entries a pass is made while somebody waits."""


class _UnderWay(NamedTuple):
    """A pass, what is looked through (held, so that no other takes its number), how much of it is done."""

    survey: Survey[Any]
    subject: object
    done: float = 0.0


class Surveys:
    """What passes have found between two iterations, and those under way.

    Those under way that the newest picture had no use for any more are dropped.
    """

    def __init__(self, small: float = SMALL) -> None:
        """A pass over at most `small` entries is made at once."""
        self._small = small
        self._found: dict[Hashable, tuple[object, Any]] = {}
        self._under_way: dict[Hashable, _UnderWay] = {}
        self._asked: dict[Hashable, _UnderWay] = {}

    def ask(
        self, key: Hashable, subject: object, count: int, survey: Callable[[], Survey[T]], missing: T
    ) -> T:
        """What a pass over so many entries finds; `missing` while it is under way."""
        if key not in self._found and count <= self._small:
            self._found[key] = subject, completed(survey())
        if key in self._found:
            found: T = self._found[key][1]
            return found
        self._asked[key] = self._under_way.get(key) or _UnderWay(survey(), subject)
        return missing

    def begin_picture(self) -> None:
        """A picture begins: what it asks for is what is wanted from now on."""
        self._asked = {}

    def end_picture(self) -> None:
        """It is complete."""
        self._under_way = self._asked

    @property
    def due(self) -> bool:
        """Whether anything is under way."""
        return bool(self._under_way)

    @property
    def asked(self) -> float | None:
        """How much is done of what the picture has asked for so far; None where all is known."""
        done = [one.done for one in self._asked.values()]
        return sum(done) / len(done) if done else None

    def go_on(self, seconds: float, called: Callable[[], bool]) -> None:
        """Go on with what is under way for so long, or until somebody calls."""
        deadline = time.monotonic() + seconds
        while self._under_way and time.monotonic() < deadline and not called():
            key, one = next(iter(self._under_way.items()))
            try:
                self._under_way[key] = one._replace(done=next(one.survey))
            except StopIteration as end:
                self._end(key, one, end.value)
            except BaseException:
                self._end(key, one, None)
                raise

    def _end(self, key: Hashable, one: _UnderWay, found: object) -> None:
        del self._under_way[key]
        self._found[key] = one.subject, found
