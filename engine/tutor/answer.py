"""What the engine tells the screen about one gradient when it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

from msgspec import Struct

PRACTICE = "_practice"
"""What the name of a copy to practise on ends with."""
Tone = Literal["head", "plain", "strong", "quiet"]


class Told(Struct, frozen=True):
    """One line of text and how it is meant."""

    text: str
    tone: Tone = "plain"


class Asked(StrEnum):
    """What the screen can ask about a gradient."""

    EXPLANATION = "explanation"
    HINT = "hint"
    LINE = "line"
    """The line that it ought to be, to be written into the file."""
    DIFFERENCES = "finite differences"
    """The gradient by finite differences of the loss, beside the other two."""
    WRITTEN = "written"
    """Write it there."""


class Answer(Struct, frozen=True, eq=False):
    """One answer. `number` grows with each, so that the screen sees a new one."""

    number: int
    asked: Asked
    gradient: str
    """Its name: `dW1`."""
    lines: tuple[Told, ...]
    writable: bool = False
    """Whether enter would write what the lines show into the file."""
    more: bool = False
    """Whether a hint would say more."""
    can_be_taken_back: bool = False
    """Whether the lines were written into the file just now."""


class Written(Struct, frozen=True):
    """A program with its gradients written; `unwritten` says of each that is not why."""

    text: str
    unwritten: Mapping[str, str]
    convention: str = ""
    """The convention of the program that the written lines keep to, in a sentence."""
