"""What a call returns: which of it has a name, what is bound to what, and whose statement that is."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from ..frame import RESULT, Frame
from ..names import read_names, stored_names


def with_names(
    value: ast.expr, node: ast.stmt, frame: Frame, besides: Collection[str] = ()
) -> tuple[ast.expr, list[ast.stmt]]:
    """What is returned, as names alone, and what binds those that are missing; those `besides` get others."""
    parts = value.elts if isinstance(value, ast.Tuple) else [value]
    out, named = list[ast.stmt](), list[ast.expr]()
    for place, part in enumerate(parts, 1):
        kept = not isinstance(part, ast.Name) or part.id not in besides
        if (has_names(part) and kept) or isinstance(part, ast.Starred):
            named.append(part)
            continue
        name = frame.inside(f"{RESULT}{place}" if len(parts) > 1 else RESULT)
        out.append(
            belonging(assigned([ast.copy_location(ast.Name(name, ast.Store()), part)], part, node), frame)
        )
        named.append(ast.copy_location(ast.Name(name, ast.Load()), part))
    if not isinstance(value, ast.Tuple):
        return named[0], out
    return ast.copy_location(ast.Tuple(named, ast.Load()), value), out


def has_names(value: ast.expr) -> bool:
    """Whether it only gathers what has names already."""
    if isinstance(value, ast.Tuple):
        return all(map(has_names, value.elts))
    return isinstance(value, ast.Name | ast.Constant)


def assigned(targets: list[ast.expr], value: ast.expr, node: ast.stmt) -> ast.stmt:
    return ast.copy_location(ast.Assign(targets, value), node)


def parted(targets: list[ast.expr], value: ast.expr) -> Iterator[tuple[list[ast.expr], ast.expr]]:
    """Each part of a tuple with what it is bound to, where one after the other is the same."""
    target = targets[0]
    if len(targets) > 1 or not isinstance(target, ast.Tuple) or not isinstance(value, ast.Tuple):
        yield targets, value
        return
    pairs = [*zip(target.elts, value.elts, strict=False)]
    stored = [stored_names(one) if isinstance(one, ast.Name) else None for one in target.elts]
    alone = len(target.elts) == len(value.elts) and None not in stored
    bound = set[str]()
    for names, (_, part) in zip(stored, pairs, strict=False):
        alone = alone and not bound & read_names(part) and (not bound or not calls_by_name(part))
        bound |= names or set()
    if not alone:
        yield targets, value
        return
    yield from (([one], part) for one, part in pairs)


def calls_by_name(value: ast.expr) -> bool:
    """Whether it calls what may be a function of the file, which reads names of it."""
    return any(isinstance(node, ast.Call) and isinstance(node.func, ast.Name) for node in ast.walk(value))


def belonging(node: ast.stmt, frame: Frame | None) -> ast.stmt:
    """A statement that says which call it belongs to, unless it does already."""
    if frame is not None:
        for one in ast.walk(node):
            if isinstance(one, ast.stmt) and getattr(one, "frame", None) is None:
                one.frame = frame  # type: ignore[attr-defined]
    return node
