"""Whether a program could tell a tensor from another with its value, or change one unseen: by its text.

Code that puts a leaf in place of a tensor is the same program only where nobody can tell: by identity
(`is`, `in`, keys, `id`), by its graph or the words for it (`grad_fn` in `str(h)`), by an error that only a
leaf raises and that is caught; and where nothing changes in place but what a handwritten line itself says
that it changes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from ...program.in_place import named_in_place
from ...program.program import Program
from ...program.reachability import FUNCTIONS

_TELLING = frozenset("ascii dict dir format frozenset hasattr hash id repr set str vars".split())
"""Builtins that tell objects apart, or say of a tensor more than its value."""
_SEES = frozenset(
    """
    autograd backward data data_ptr detach_ grad grad_fn is_leaf numpy register_hook requires_grad
    requires_grad_ retain_grad retains_grad set_ storage untyped_storage _version
    """.split()
)
"""Attributes that look at a graph or at memory, or cut one from the other."""
_KEYWORDS = ("inplace", "max_norm", "out", None)
"""Arguments that may change others in place; None stands for `**options`."""
_TRIES = tuple(kind for name in ("Try", "TryStar", "Match") if (kind := getattr(ast, name, None)) is not None)
_OPAQUE = (ast.JoinedStr, ast.Set, ast.SetComp, ast.DictComp, ast.Global, ast.Nonlocal, *_TRIES)


_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp)


@lru_cache(maxsize=8)
def tells_nothing_apart(program: Program) -> bool:
    """Whether nothing that the forward or the handwritten lines may run could do so: False in doubt."""
    return not any(
        _may_tell(node) or (strict and _may_change(node)) or _changes_as_a_value(node, called)
        for section in program.sections
        for node, strict, called in _run(section.tree, section.kind)
    )


def _run(tree: ast.Module, kind: str) -> Iterator[tuple[ast.AST, bool, bool]]:
    """Every node that runs in an iteration: whether what it changes goes unseen, and whether it is called.

    What a handwritten line changes by its own form is seen; not so what functions and comprehensions do.
    """
    iterates = kind in ("forward", "backward")
    inner = (*FUNCTIONS, ast.GeneratorExp, *(_COMPREHENSIONS if iterates else ()))
    queue: list[tuple[ast.AST, bool, bool]] = [(tree, kind == "forward", False)]
    while queue:
        node, strict, called = queue.pop()
        strict = strict or isinstance(node, inner)
        if strict or iterates:
            yield node, strict, called
        function = node.func if isinstance(node, ast.Call) else None
        queue += [(child, strict, child is function) for child in ast.iter_child_nodes(node)]


def _may_tell(node: ast.AST) -> bool:
    if isinstance(node, ast.Compare):
        return any(map(_by_identity, node.ops, node.comparators))
    if isinstance(node, ast.Dict):
        return not all(isinstance(key, ast.Constant) for key in node.keys)
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant)
    if isinstance(node, ast.Attribute):
        return node.attr in _SEES
    return isinstance(node, _OPAQUE) or (isinstance(node, ast.Name) and node.id in _TELLING)


def _by_identity(operator: ast.cmpop, other: ast.expr) -> bool:
    if isinstance(operator, ast.In | ast.NotIn):
        return True
    return isinstance(operator, ast.Is | ast.IsNot) and not isinstance(other, ast.Constant)


def _may_change(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute | ast.Name) and _is_in_place(node)


def _changes_as_a_value(node: ast.AST, called: bool) -> bool:
    """A function that changes its argument, handed on to be called elsewhere; a flag that lets one do so."""
    if isinstance(node, ast.keyword):
        return node.arg in _KEYWORDS
    return not called and isinstance(node, ast.Attribute | ast.Name) and _is_in_place(node)


def _is_in_place(node: ast.Attribute | ast.Name) -> bool:
    return named_in_place(node.attr if isinstance(node, ast.Attribute) else node.id)
