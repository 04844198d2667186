"""What the forward of a Function keeps in its ctx, and what its backward takes from there."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TypeGuard

Place = str | int
"""An attribute of the ctx by its name, a saved tensor by its number."""
Taken = tuple[str, Place, ast.expr]
"""A name that is bound, where in the ctx that comes from, and the expression that says so."""

_SAVED = "saved_tensors"


def kept_in(forward: Iterable[ast.stmt], contexts: tuple[str, ...]) -> dict[Place, str]:
    """By the place in the ctx, the name of what is kept there, where neither is given anything else."""
    nodes = [node for top in forward for node in ast.walk(top)]
    pairs = [pair for node in nodes for pair in _kept_by(node, contexts)]
    places = [place for place, _ in pairs]
    bound = [node.arg if isinstance(node, ast.arg) else node.id for node in nodes if _binds(node)]
    return {place: name for place, name in pairs if places.count(place) == 1 and bound.count(name) == 1}


def _binds(node: ast.AST) -> TypeGuard[ast.arg | ast.Name]:
    return isinstance(node, ast.arg) or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))


def _kept_by(node: ast.AST, contexts: tuple[str, ...]) -> Iterator[tuple[Place, str]]:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=ctx), attr="save_for_backward"), args=args):
            if ctx in contexts:
                yield from ((at, one.id) for at, one in enumerate(args) if isinstance(one, ast.Name))
        case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=ctx), attr=attr)], value=ast.Name(id=name)):
            if ctx in contexts:
                yield attr, name


def taken_from(node: ast.Assign, context: str) -> list[Taken] | None:
    """What a statement of the backward takes from the ctx, name by name; None where it does anything else."""
    match node:
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Attribute(attr=attr) as saved):
            if attr == _SAVED and _of(saved, context) and all(isinstance(one, ast.Name) for one in names):
                plain = [one.id for one in names if isinstance(one, ast.Name)]
                return [(name, at, _item(saved, at)) for at, name in enumerate(plain)]
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Attribute(attr=attr) as value):
            if attr != _SAVED and _of(value, context):
                return [(name, attr, value)]
    return None


def _of(node: ast.Attribute, context: str) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == context


def _item(saved: ast.Attribute, at: int) -> ast.expr:
    number = ast.copy_location(ast.Constant(at), saved)
    return ast.copy_location(ast.Subscript(saved, number, ast.Load()), saved)
