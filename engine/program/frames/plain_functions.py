"""The functions whose calls mean the same as their statements in the place of the call."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterable, Iterator, Mapping

from ..names import SCOPES, bindings, read_names, stored_names
from .call_arguments import parameters_of
from .certainty import all_bound_before

_PLAIN = (
    ast.Assign,
    ast.AugAssign,
    ast.Expr,
    ast.Return,
    ast.Assert,
    ast.Raise,
    ast.Pass,
    ast.If,
    ast.For,
    ast.With,
)
"""The statements that a function may have."""
_LAZY = (*SCOPES, ast.GeneratorExp)
_OTHERWISE = (ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Await, ast.Starred, *_LAZY)
"""What keeps something of a function that has ended, or binds names in another way."""
_LOOKING = frozenset("locals globals vars eval exec dir super id __class__ __import__".split())
"""What tells whether a name is one of a function's."""
_NODES = frozenset(
    "grad is_leaf requires_grad requires_grad_ retain_grad grad_fn data register_hook _base".split()
)
"""What tells a tensor from another of the same values and memory."""


def plain_functions(blocks: Mapping[str, list[ast.stmt]]) -> dict[str, ast.FunctionDef]:
    """By name, the functions of the setup or the parameters that are certain to be what their names say.

    `blocks` are the statements of every section.
    """
    return certain_functions(blocks, is_plain)


def certain_functions(
    blocks: Mapping[str, list[ast.stmt]], fits: Callable[[ast.FunctionDef], bool]
) -> dict[str, ast.FunctionDef]:
    """By name, the functions that fit and are certain to be what their names say."""
    every = [node for block in blocks.values() for node in block]
    beginning = [node for kind in ("setup", "parameters") for node in blocks.get(kind, ())]
    defined = [node for node in beginning if isinstance(node, ast.FunctionDef)]
    plain = {node.name: node for node in defined if fits(node)}
    if not plain:
        return {}
    bound = [*bindings(part for top in every for part in ast.walk(top))]
    called = [*_called(every)]
    mentioned = [node.id for top in every for node in ast.walk(top) if isinstance(node, ast.Name)]
    return {
        name: node
        for name, node in plain.items()
        if bound.count(name) == 1 and mentioned.count(name) == called.count(name)
    }


def locals_of(function: ast.FunctionDef) -> frozenset[str]:
    """The names that a function has of its own: its parameters, and what it binds outside comprehensions."""
    stored = {node.id for top in function.body for node in _own(top) if isinstance(node.ctx, ast.Store)}
    return frozenset({*parameters_of(function), *stored})


def bound_outside(blocks: Mapping[str, list[ast.stmt]]) -> frozenset[str]:
    """All names that a function may read of the file, and those that Python has."""
    every = [node for block in blocks.values() for node in block]
    nodes = [part for node in every for part in ast.walk(node)]
    declared = {name for part in nodes if isinstance(part, ast.Global) for name in part.names}
    return frozenset(declared.union(dir(builtins), *map(stored_names, every)))


def _called(block: Iterable[ast.AST]) -> Iterator[str]:
    for node in (part for top in block for part in ast.walk(top)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id


def is_plain(function: ast.FunctionDef) -> bool:
    """Whether its statements in the place of a call mean the same as the call."""
    spec = function.args
    if function.decorator_list or spec.vararg or spec.kwarg or vars(function).get("type_params"):
        return False
    nodes = [part for top in function.body for part in ast.walk(top)]
    if any(isinstance(node, ast.stmt) and not isinstance(node, _PLAIN) for node in nodes):
        return False
    if any(isinstance(node, _OTHERWISE) for node in nodes):
        return False
    if not _returns_at_its_end(function, nodes) or not _names_are_plain(function, nodes):
        return False
    return all_bound_before(function.body, frozenset(parameters_of(function)), locals_of(function))


def _returns_at_its_end(function: ast.FunctionDef, nodes: Iterable[ast.AST]) -> bool:
    returns = [node for node in nodes if isinstance(node, ast.Return)]
    return not returns or (len(returns) == 1 and returns[0] is function.body[-1])


def _names_are_plain(function: ast.FunctionDef, nodes: Iterable[ast.AST]) -> bool:
    read = frozenset[str]().union(*map(read_names, function.body))
    attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    inner = {name for node in nodes if isinstance(node, ast.comprehension) for name in _names(node.target)}
    if read & _LOOKING or attributes & _NODES or function.name in read:
        return False
    return not any(map(_is_of_identity, nodes)) and not inner & locals_of(function)


def _is_of_identity(node: ast.AST) -> bool:
    """Whether it asks if two things are the same one; `x is None` does not."""
    if not isinstance(node, ast.Compare) or not any(isinstance(op, ast.Is | ast.IsNot) for op in node.ops):
        return False
    return not all(isinstance(one, ast.Constant) and one.value is None for one in node.comparators)


def _names(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _own(tree: ast.AST) -> Iterator[ast.Name]:
    """The names in a statement, but for those that a comprehension binds."""
    left = [tree]
    while left:
        node = left.pop()
        if isinstance(node, ast.Name):
            yield node
        elif isinstance(node, ast.comprehension):
            left += [node.iter, *node.ifs]
        else:
            left += ast.iter_child_nodes(node)
