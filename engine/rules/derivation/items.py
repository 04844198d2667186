"""What a loop goes through and what is unpacked, one expression for each."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from ...tensors.inert import is_a, is_any, is_tensor
from ..node import Node
from ..trees import name as name_tree
from .noting import at

Known = Mapping[int, Node]


def elements(node: Node, known: Known) -> list[Node]:
    """The parts of what is unpacked: as they were written, or as they can be read from it."""
    written = node.written
    if isinstance(written, ast.Tuple | ast.List) and all(node.part(element) for element in written.elts):
        return [part for element in written.elts if (part := node.part(element)) is not None]
    return [_item(node, index, value, known) for index, value in enumerate(node.value)]


def items_of(source: Node, known: Known) -> Iterator[Node]:
    """What a loop goes through: parts as they were written, numbers, or entries by their places."""
    written = source.written
    if isinstance(written, ast.Call) and isinstance(written.func, ast.Name) and not written.keywords:
        args = [source.part(tree) for tree in written.args]
        inner = [node for node in args if node is not None and not is_a(node.value, int)]
        if written.func.id == "zip" and len(inner) == len(args):
            columns = [list(items_of(node, known)) for node in inner]
            yield from (_tuple(list(row), written) for row in zip(*columns, strict=False))
            return
        if written.func.id == "enumerate" and len(inner) == 1:
            for index, item in enumerate(items_of(inner[0], known)):
                yield _tuple([_constant(index, written), item], written)
            return
        if written.func.id == "reversed" and len(inner) == 1:
            yield from reversed(list(items_of(inner[0], known)))
            return
    if isinstance(written, ast.Tuple | ast.List):
        yield from elements(source, known)
        return
    for index, value in enumerate(source.value):
        yield _item(source, index, value, known)


def _item(source: Node, index: int, value: Any, known: Known) -> Node:
    if is_any(value, (int, float, str)):
        return _constant(value, source.written)
    if is_tensor(value) and id(value) in known:
        return known[id(value)]
    held = source.written if not source.name else name_tree(source.name)
    place = _constant(index, source.written)
    tree = at(ast.Subscript(value=held, slice=place.written, ctx=ast.Load()), source.written)
    return Node(tree, value, source.line, {id(held): source, id(place.written): place})


def _constant(value: Any, like: ast.AST) -> Node:
    return Node(at(ast.Constant(value), like), value, getattr(like, "lineno", 0), {})


def _tuple(parts: list[Node], like: ast.AST) -> Node:
    trees = [ast.copy_location(ast.Constant(None), like) for _ in parts]
    tree = at(ast.Tuple(elts=list(trees), ctx=ast.Load()), like)
    values = tuple(part.value for part in parts)
    return Node(tree, values, getattr(like, "lineno", 0), dict(zip(map(id, trees), parts, strict=True)))
