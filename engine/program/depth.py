"""Nested code is read as deep as Python itself reads it: a long `elif` chain is one block inside another."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_FRAMES = 24_000
"""Enough for 2,000 blocks inside each other; the C stack of a main thread holds what Python allows by it."""


@contextmanager
def as_deep_as_python() -> Iterator[None]:
    """While inside, functions may call each other deeper. Never around lines of a program."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
