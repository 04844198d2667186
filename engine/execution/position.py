"""Where a loop around the iterations stands: data, which can be kept and put back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import Any

import numpy
from torch import Tensor

from ..tensors.inert import is_a, is_any, module_of
from .stand_in_modules import Bar

END: Any = object()
"""What stands in the place of a value where there is none left."""
_INDEXED = (range, list, tuple, str, bytes, Tensor, numpy.ndarray)
"""What is gone through by counting."""


class Position:
    """How far a loop has come in what it runs over.

    Of an iterator that is the iterator itself; the state of a session knows how to bring back what it gave.
    """

    def __init__(self, over: Iterable[Any]) -> None:
        over = _without_bar(over)
        if is_any(over, (Mapping, Set)):
            over = [*over]
        self.over: Any = over if is_any(over, _INDEXED) else iter(over)
        self.at = 0

    def step(self) -> Any:
        """The next value; END where none is left."""
        if not is_any(self.over, _INDEXED):
            return next(self.over, END)
        if self.at >= len(self.over):
            return END
        self.at += 1
        return self.over[self.at - 1]


class Positions:
    """Where every loop around the iterations stands, and whether all of them have ended."""

    def __init__(self, levels: int) -> None:
        self.levels: list[Position | None] = [None] * levels
        self.ended = False


def _without_bar(over: Any) -> Any:
    """What a progress bar runs over: a bar that is drawn anew each time somebody goes back helps nobody."""
    is_bar = is_a(over, Bar) or module_of(type(over)).partition(".")[0] == "tqdm"
    return over.iterable if is_bar and getattr(over, "iterable", None) is not None else over
