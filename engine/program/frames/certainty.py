"""Whether a name of a function is bound for certain wherever it is read."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from ..names import read_names, stored_names


def all_bound_before(body: Iterable[ast.stmt], bound: frozenset[str], own: frozenset[str]) -> bool:
    """Whether every read of one of a function's `own` names comes after a binding of it, `bound` at first."""
    return _after(body, bound, own) is not None


def _after(body: Iterable[ast.stmt], bound: frozenset[str], own: frozenset[str]) -> frozenset[str] | None:
    """The names that are bound for certain after a block; None where one is read that may not be."""
    known: frozenset[str] | None = bound
    for node in body:
        if known is None:
            break
        known = _after_one(node, known, own)
    return known


def _after_one(node: ast.stmt, bound: frozenset[str], own: frozenset[str]) -> frozenset[str] | None:
    if isinstance(node, ast.If):
        return _after_branches(node, bound, own)
    if isinstance(node, ast.For):
        ahead = _read(node.iter, bound, own)
        inside = ahead and _after(node.body, bound | stored_names(node.target), own) is not None
        return bound if inside and _after(node.orelse, bound, own) is not None else None
    if isinstance(node, ast.With):
        if not all(_read(item, bound, own) for item in node.items):
            return None
        names = {name for item in node.items for name in stored_names(item)}
        return _after(node.body, bound | names, own)
    return bound | stored_names(node) if _read(node, bound, own) else None


def _after_branches(node: ast.If, bound: frozenset[str], own: frozenset[str]) -> frozenset[str] | None:
    if not _read(node.test, bound, own):
        return None
    yes, no = _after(node.body, bound, own), _after(node.orelse, bound, own)
    if yes is None or no is None:
        return None
    if _leaves(node.body) or _leaves(node.orelse):
        return no if _leaves(node.body) else yes
    return yes & no


def _leaves(block: list[ast.stmt]) -> bool:
    return bool(block) and isinstance(block[-1], ast.Raise)


def _read(tree: ast.AST, bound: frozenset[str], own: frozenset[str]) -> bool:
    return (read_names(tree) & own) <= bound
