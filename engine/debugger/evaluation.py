"""One expression or statement evaluated at the place of the cursor, in words; nothing of it stays."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from typing import Any

from msgspec.structs import replace
from torch import Tensor

from ..execution.cancel import Cancelled
from ..execution.expression import Expression, ExpressionError, compiled
from ..execution.iteration import Iteration
from ..execution.replay.aside import evaluated
from ..execution.session import Session
from ..program.printable import printable
from ..tensors.inert import is_tensor
from ..tensors.kinds import kind_of, shape_of
from ..tutor.answer import Told
from .watches import moment_of
from .wire.frame import Evaluated

_MOST = 8
"""So many are kept for who has not looked yet."""
_LINES = 60
_LONGEST = 300
"""So many lines are told, of at most so many characters."""
_NOTHING = "done, on copies: nothing of it stays"


class Evaluations:
    """What the last commands had evaluated."""

    def __init__(self) -> None:
        self.newest: tuple[Evaluated, ...] = ()
        self._number = 0

    def add(self, text: str, session: Session, record: Iteration | None, ran: int) -> bool:
        """Evaluate one more text, at a moment; whether that went well."""
        self._number += 1
        lines, well = evaluation(text, session, record, ran)
        told = lines or (Told(_NOTHING, "quiet"),)
        self.newest = (*self.newest[1 - _MOST :], Evaluated(self._number, text, told))
        return well

    def go_on(self, words: str) -> None:
        """Say of the newest what came of it, where it was done after all."""
        newest = self.newest[-1]
        lines = (*(line for line in newest.lines if line.text != _NOTHING), Told(words, "head"))
        self.newest = (*self.newest[:-1], replace(newest, lines=lines))


def evaluation(
    text: str, session: Session, record: Iteration | None, ran: int
) -> tuple[tuple[Told, ...], bool]:
    """What a text comes to at a moment, what it printed and its value or a problem; whether it went well."""
    printed, well = io.StringIO(), False
    try:
        with redirect_stdout(printed):
            told = _told(compiled(text, statement=True), session, record, ran)
            well = True
    except ExpressionError as error:
        told = (Told(str(error), "strong"),)
    except Cancelled:
        told = (Told("stopped", "strong"),)
    said = tuple(Told(line) for line in _lines(printed.getvalue()))
    return (*said, *told), well


def _told(expression: Expression, session: Session, record: Iteration | None, ran: int) -> tuple[Told, ...]:
    return evaluated(session, moment_of(record, ran), expression, _in_words)


def _in_words(value: Any) -> tuple[Told, ...]:
    """The value as Python writes it, with shape and type of a tensor; of None nothing."""
    if value is None:
        return ()
    written = tuple(Told(line) for line in _lines(repr(value)))
    return (*written, Told(_kind(value), "quiet")) if is_tensor(value) else written


def _kind(tensor: Tensor) -> str:
    sizes = " ".join(map(str, shape_of(tensor) or ()))
    return f"{kind_of(tensor)} [{sizes}]"


def _lines(text: str) -> list[str]:
    lines = [printable(line.expandtabs(4)[:_LONGEST]) for line in text.splitlines()[: _LINES + 1]]
    return [*lines[:_LINES], "…"] if len(lines) > _LINES else lines
