"""What the text of a program tells of what its names stand for: lists, and objects with attributes."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from ..names import OPAQUE, own_nodes, parts_of
from ..torch_operations import is_trait


class Kinds(Struct, frozen=True):
    """What the text of a program tells of what its names stand for; a key that is a string says enough."""

    lists: frozenset[str] = frozenset()
    """Names that are bound to lists only: `params[0]` is what one holds, and no part of a tensor."""
    attributes: frozenset[str] = frozenset()
    """Attributes that the program's own lines bind."""
    closed: frozenset[str] = frozenset()
    """Names of modules, functions and classes."""

    def may_hold(self, name: str, attribute: str) -> bool:
        """Whether an attribute of what a name stands for is a name."""
        return attribute in self.attributes and parts_of(name)[0] not in self.closed


NONE = Kinds()


def kinds_of(trees: Iterable[ast.AST]) -> Kinds:
    """What the text of some sections tells."""
    trees = [*trees]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    stored = {node.attr for node in nodes if isinstance(node, ast.Attribute) and not _loads(node)}
    called_so = {
        node.func.attr
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    closed = {node.name for node in nodes if isinstance(node, OPAQUE)}
    closed |= {(node.asname or node.name).partition(".")[0] for node in nodes if isinstance(node, ast.alias)}
    lists, others = _lists_and_others(node for tree in trees for node in own_nodes(tree))
    own = {name for name in stored if not is_trait(name)} - _OF_TENSORS - called_so
    return Kinds(frozenset(lists - others), frozenset(own), frozenset(closed))


_OF_TENSORS = frozenset({"grad", "data", "requires_grad", "T", "mT", "H", "mH", "real", "imag", "training"})


def _loads(node: ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Load)


def _lists_and_others(nodes: Iterable[ast.AST]) -> tuple[set[str], set[str]]:
    """The names that statements bind to lists, and those that they bind to anything else."""
    lists: set[str] = set()
    bound: Counter[str] = Counter()
    as_list: Counter[str] = Counter()
    for node in nodes:
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                bound[name] += 1
        match node:
            case ast.Assign(targets=targets, value=value) if _is_list(value):
                names = [target.id for target in targets if isinstance(target, ast.Name)]
                as_list.update(names)
                lists.update(names)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if method in _CHANGING:
                bound[name] += 1
            case ast.AugAssign(target=ast.Name(id=name)):
                bound[name] += 1
    return lists, {name for name in lists if bound[name] != as_list[name]}


_CHANGING = frozenset("append extend insert pop remove reverse sort clear".split())
"""After these `states[-1]` is another than before, and nothing tells."""


def _is_list(value: ast.expr) -> bool:
    match value:
        case ast.List() | ast.ListComp():
            return True
        case ast.BinOp(ast.List(), ast.Mult(), _):
            return True
        case ast.Call(ast.Name("list" | "reversed" | "sorted")):
            return True
    return False
