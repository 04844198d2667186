"""Which function a line of a text stands in, and what of other functions it cannot read."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable

from .names import stored_names

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions_of(lines: Collection[int], text: str) -> frozenset[int]:
    """The innermost functions that lines stand in, each as its own line; 0 for the text itself."""
    functions = _functions_in(ast.parse(text))
    return frozenset(max((one.lineno for one in _around(functions, line)), default=0) for line in lines)


def out_of_sight(names: Iterable[str], line: int, text: str) -> list[str]:
    """Those of some names that only functions bind in which the line does not stand."""
    tree = ast.parse(text)
    functions = _functions_in(tree)
    around = _around(functions, line)
    seen = stored_names(tree).union(*map(_bound_in, around))
    hidden = frozenset[str]().union(*(_bound_in(one) for one in functions if one not in around))
    return sorted(hidden.intersection(names) - seen)


def _functions_in(tree: ast.AST) -> list[Function]:
    return [node for node in ast.walk(tree) if isinstance(node, Function)]


def _around(functions: Iterable[Function], line: int) -> list[Function]:
    return [one for one in functions if one.lineno < line <= (one.end_lineno or 0)]


def _bound_in(function: Function) -> frozenset[str]:
    arguments = [node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)]
    return frozenset(arguments).union(*map(stored_names, function.body))
