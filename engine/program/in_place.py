"""What a statement changes in place, told from its form: `x[i] = `, `x += `, `x.add_()`, `out=x`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .names import own_nodes, read_names, root_name
from .torch_operations import changes_in_place, gives_view, inplace_position, names_module


def changed_names(node: ast.stmt) -> Iterator[str]:
    """The names that are changed in place; an empty one for what has no name."""
    for target in _targets(node):
        if isinstance(target, ast.Subscript | ast.Attribute):
            yield root_name(target) or ""
            if isinstance(target, ast.Attribute) and isinstance(node, ast.Assign):
                yield ""  # `x.data = ...` gives x other memory: more is to be looked at than its name
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        yield node.target.id
    for call in own_nodes(node):
        if isinstance(call, ast.Call):
            yield from _changed_by_call(call)
        elif isinstance(call, ast.Lambda | ast.comprehension):
            yield from _changed_inside(call, node)


def _targets(node: ast.stmt) -> Iterator[ast.AST]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _flat(target)
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        yield node.target


def _flat(target: ast.AST) -> Iterator[ast.AST]:
    if isinstance(target, ast.Tuple | ast.List):
        for element in target.elts:
            yield from _flat(element)
    else:
        yield target


def _changed_by_call(call: ast.Call) -> Iterator[str]:
    if _is_in_place(call):
        root = root_name(call.func) or ""
        if not names_module(root):
            yield root if _is_part_of(call.func) else ""
        elif call.args:
            yield root_name(call.args[0]) or ""
        else:
            yield ""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    place = inplace_position(name)
    if place is not None and place < len(call.args):
        yield from _changed_by_keyword(call, ast.keyword(arg="inplace", value=call.args[place]))
    for keyword in call.keywords:
        yield from _changed_by_keyword(call, keyword)


def _changed_by_keyword(call: ast.Call, keyword: ast.keyword) -> Iterator[str]:
    match keyword.arg, keyword.value:
        case "out", value:
            yield from read_names(value)
        case "inplace", ast.Constant(value=False):
            pass
        case "inplace", ast.Constant(value=True) if call.args:
            yield root_name(call.args[0]) or ""
        case "inplace", _:
            yield ""


def _is_in_place(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and changes_in_place(call.func.attr)


def _is_part_of(node: ast.AST) -> bool:
    """Whether every call on the way to an in-place method gives a view: `x.view(-1).add_()` changes x.

    `x.clone().add_()` does not, and of others only the version of x tells.
    """
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            method, node = node.func.attr, node.func.value
            if not (gives_view(method) or changes_in_place(method)):
                return False
        else:
            return False
    return True


def _changed_inside(scope: ast.AST, node: ast.stmt) -> Iterator[str]:
    """What a lambda or comprehension changes goes by a name of its own."""
    around = node if isinstance(scope, ast.comprehension) else scope
    if any(isinstance(n, ast.Call) and _is_in_place(n) for n in ast.walk(around)):
        yield ""
