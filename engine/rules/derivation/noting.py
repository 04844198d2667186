"""Running an expression so that the value of every one inside it is noted."""

from __future__ import annotations

import ast
from typing import Any

from ...tensors.aliasing import Namespace
from ...tensors.held_names import all_names
from ..node import is_noted, subtrees
from ..trees import name as name_tree
from ..trees import rebuilt

HIDDEN = "__backprop_tui_"
"""Names that begin like this are none of the program's."""
NOTE = f"{HIDDEN}note__"


def bound_names(namespace: Namespace) -> dict[str, Any]:
    """What the program's own names stand for; `globals()[1, 2] = x` binds none."""
    names = all_names(namespace)
    return {n: value for n, value in names.items() if type(n) is str and not n.startswith(HIDDEN)}


class Noting(ast.NodeTransformer):
    """A copy of an expression in which every one inside tells its value."""

    def visit(self, node: ast.AST) -> Any:
        """The copy, told of where it has a value."""
        twin = _copied(node, self)
        if not is_noted(node):
            return twin
        return ast.Call(func=name_tree(NOTE), args=[ast.Constant(id(node)), twin], keywords=[])


def _copied(node: ast.AST, visitor: ast.NodeTransformer) -> Any:
    closed = not any(True for _ in subtrees(node)) and is_noted(node)
    if closed:
        return node
    return rebuilt(node, visitor.visit)


class Spelled(float):
    """A number that is written as the program writes it: `1e-5`."""

    text: str

    def __repr__(self) -> str:
        return self.text


def as_spelled(tree: ast.Constant, lines: tuple[str, ...]) -> ast.Constant:
    """A float constant with the text that it has in the program."""
    if not isinstance(tree.value, float) or tree.end_col_offset is None or tree.lineno > len(lines):
        return tree
    text = lines[tree.lineno - 1].encode()[tree.col_offset : tree.end_col_offset].decode(errors="replace")
    try:
        same = float(text) == tree.value
    except ValueError:
        same = False
    if not same:
        return tree
    spelled = Spelled(tree.value)
    spelled.text = text
    return ast.copy_location(ast.Constant(spelled), tree)


def at(tree: Any, like: ast.AST) -> Any:
    """A tree that says that it stands where another does."""
    return ast.fix_missing_locations(ast.copy_location(tree, like))
