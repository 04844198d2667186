"""Expressions as trees and as words: what candidates put together, and what is said of them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from ...program.items.places import parsed_value, put_together
from ...rules.trees import copied, text_of, unparsed


def written(node: ast.AST) -> str:
    """An expression or a statement as a program would have it."""
    if isinstance(node, ast.expr):
        return text_of(node)
    whole = put_together(node) if isinstance(node, ast.stmt) else node
    text = unparsed(ast.fix_missing_locations(copied(whole)))
    return text if whole is node or '"' in text else text.replace("'", '"')


def swapped(was: ast.expr, new: ast.expr) -> Callable[[], str]:
    """`A where B belongs`, written out when it is wanted."""
    return lambda: f"{written(was)} where {written(new)} belongs"


def parsed(text: str) -> ast.expr:
    """The expression that a text is."""
    return parsed_value(text)


def fit_together(shape: Sequence[int], other: Sequence[int]) -> bool:
    """Whether tensors of these shapes may be added and multiplied entry by entry."""
    pairs = zip(reversed(shape), reversed(other), strict=False)
    return all(left == right or 1 in (left, right) for left, right in pairs)


def binary(left: ast.expr, operator: ast.operator, right: ast.expr) -> ast.expr:
    """An operation of two expressions."""
    return ast.BinOp(left=left, op=operator, right=right)


def method(of: ast.expr, which: str, *args: ast.expr, **keywords: Any) -> ast.expr:
    """`of.which(...)`."""
    named = [ast.keyword(arg=key, value=ast.Constant(value)) for key, value in keywords.items()]
    return ast.Call(func=ast.Attribute(value=of, attr=which, ctx=ast.Load()), args=list(args), keywords=named)
