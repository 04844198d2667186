"""A pass over a whole tensor in pieces, between two of which something else can come."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")
Survey = Generator[float, None, T]
"""A pass that tells after each piece how much of it is done, from 0 to 1, and in the end what it found."""


def completed(survey: Survey[T]) -> T:
    """What a pass finds, made in one go."""
    while True:
        try:
            next(survey)
        except StopIteration as end:
            found: T = end.value
            return found
