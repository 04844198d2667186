"""Whether an edit is right with other numbers in the program too, so that it names none by coincidence."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from ...execution.recording.steps import MISSING
from .case import Case, evaluated
from .edit import Edit
from .numbers import is_size, number_of, texts_in
from .trial import Trial, on_trial
from .wording import parsed, written


def holds_with_other_numbers(case: Case, edit: Edit) -> bool:
    """Whether an edit that is right is so in every variation of the program that tells anything.

    The numbers that it brings in by name have to be other ones in some of them. An edit that touches no
    number is right whatever the numbers are.
    """
    named = _brought_in(case, edit)
    if edit.new is case.derived_statements or not (named or _touches_numbers(case, edit)):
        return True
    for variation in case.trial.bench.variations:
        if not variation.decides and not named & variation.scalars.keys():
            continue
        with case.trial.varied(variation) as other:
            right = _is_right(other, edit)
            if right:
                named -= {text for text in named if _differs(case, other, text)}
            elif right is False and variation.decides and _decides(case, other):
                return False
    return not named


def _decides(case: Case, other: Trial) -> bool:
    """Whether the lines of gradients made with these stay right where the numbers are others."""
    return all(on_trial(other.bench, judgement).stands.right for judgement in case.beside)


def _touches_numbers(case: Case, edit: Edit) -> bool:
    """Whether an edit changes, takes out or brings in a number."""
    was, new = (
        {written(node) for node in _expressions(tree)} for tree in ([edit.line.node], edit.statements)
    )
    values = (_value(case.trial, text) for text in was ^ new)
    return any(number_of(value) is not None and type(value) in (int, float) for value in values)


def _expressions(trees: Sequence[ast.AST]) -> Iterator[ast.expr]:
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Name | ast.Constant) or is_size(node):
                yield node


def _brought_in(case: Case, edit: Edit) -> set[str]:
    """The names of numbers, and the sizes, in an edit that neither the line nor the derived lines have.

    One more or less than a number is as much of a coincidence.
    """
    known = [edit.line.node, *case.derived_statements]
    more = texts_in(edit.statements) - texts_in(known)
    more |= _next_to_numbers(edit.statements) - _next_to_numbers(known)
    values = {text: _value(case.trial, text) for text in more}
    return {
        text for text, value in values.items() if number_of(value) is not None and type(value) in (int, float)
    }


def _next_to_numbers(trees: Sequence[ast.AST]) -> frozenset[str]:
    """What is one more, or one less, than something, as long as it is no index."""
    nodes = [node for tree in trees for node in ast.walk(tree)]
    inside = {id(one) for node in nodes if isinstance(node, ast.Subscript) for one in ast.walk(node.slice)}
    found = set[str]()
    for node in nodes:
        match node:
            case ast.BinOp(op=ast.Add() | ast.Sub(), right=ast.Constant(value=1)) if id(node) not in inside:
                found.add(written(node))
    return frozenset(found)


def _is_right(trial: Trial, edit: Edit) -> bool | None:
    """None where the lines are right as they stand, or the edited ones raise: nothing is learnt of them."""
    outcome = None if trial.stands.right else trial.tried(edit)
    return None if outcome is None or outcome.value is MISSING else outcome.right


def _differs(case: Case, other: Trial, text: str) -> bool:
    return bool(_value(other, text) != _value(case.trial, text))


def _value(trial: Trial, text: str) -> Any:
    return evaluated(parsed(text), dict(trial.bench.values))
