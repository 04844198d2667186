"""What somebody types to be evaluated beside the program: compiled, its names, its errors in a sentence."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from types import CodeType, TracebackType

from ..program.around import EXPRESSION
from ..program.program import Program
from ..tensors.inert import trace_of
from .own_frames import own_line
from .raised import in_short


class ExpressionError(Exception):
    """It has no value. The message is a sentence for who typed it, with the place."""


@dataclass(frozen=True)
class Expression:
    """An expression, or, where that was allowed, a statement."""

    text: str
    code: CodeType
    names: frozenset[str]
    """The names that it reads, or binds."""


@lru_cache(maxsize=64)
def compiled(text: str, *, statement: bool = False) -> Expression:
    """The expression of a text; with `statement` what is none may be a statement.

    Raises:
        ExpressionError: Python cannot read it.
    """
    text = text.strip()
    if not text:
        raise ExpressionError("there is nothing to evaluate")
    try:
        code = _compiled(text, "eval")
    except SyntaxError as error:
        if not statement:
            raise _misread(text, error) from None
        try:
            code = _compiled(text, "exec")
        except SyntaxError as second:
            raise _misread(text, second) from None
    return Expression(text, code, frozenset(_names_in(code)))


def _compiled(text: str, mode: str) -> CodeType:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            code: CodeType = compile(text, EXPRESSION, mode, dont_inherit=True)
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        raise ExpressionError(f"it cannot be read: {error}") from None
    return code


def _names_in(code: CodeType) -> Iterator[str]:
    """The names of variables and attributes in code and in the functions within."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names_in(constant)


def _misread(text: str, error: SyntaxError) -> ExpressionError:
    return ExpressionError(f"`{text}`, column {max(error.offset or 1, 1)}: {error.msg}")


def error_in(expression: Expression, error: BaseException, program: Program) -> ExpressionError:
    """What went wrong, in a sentence: at which part of the expression, or on which line that it called."""
    line = own_line(trace_of(error), program)
    place = f"line {line}" if line is not None else f"`{_part(expression, trace_of(error))}`"
    return ExpressionError(f"{place}: {in_short(error)}")


def _part(expression: Expression, trace: TracebackType | None) -> str:
    """The part of the expression that was under way."""
    part = expression.text
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename == EXPRESSION:
            line, last, begin, end = next(islice(code.co_positions(), trace.tb_lasti // 2, None))
            if line == last and begin is not None and end is not None and line is not None:
                written = expression.text.splitlines()[line - 1].encode()[begin:end]
                part = written.decode(errors="replace") or part
        trace = trace.tb_next
    return part
