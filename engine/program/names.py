"""Names in a piece of a program: which it binds, which it reads, at the root of what they stand."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache

OPAQUE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
SCOPES = (*OPAQUE, ast.Lambda)
"""What has names of its own inside."""
_LEAVES = (ast.Name, ast.Constant, ast.operator, ast.unaryop, ast.cmpop)
"""What most nodes are; nothing that is looked for stands below."""


def is_place(name: object) -> bool:
    """Whether a name is one of something that is held by another: `params["W1"]`, `grads[0]`, `layer.W`."""
    return isinstance(name, str) and ("[" in name or "." in name)


def with_roots(names: Iterable[str]) -> Iterator[str]:
    """Names, and of those that another holds that one, too: `params["W1"]` and `params`."""
    for name in names:
        yield name
        if is_place(name):
            yield parts_of(name)[0]


@cache
def parts_of(name: str) -> tuple[str, tuple[str, ...]]:
    """The name of what holds a place, and the ways into it: `["W1"]`, `[0]`, `.W`."""
    root = _ROOT.match(name)
    assert root is not None
    return root[0], tuple(_STEP.findall(name, root.end()))


_ROOT = re.compile(r"[^.\[]*")
_STEP = re.compile(r"""\["[^"]*"\]|\[-?\d+\]|\.\w+""")


def word_of(step: str) -> str:
    """The word in a way into what holds others: `W` of `["W"]` and of `.W`; a number has none."""
    return step[2:-2] if step.startswith('["') else step[1:] if step.startswith(".") else ""


def with_word(step: str, word: str) -> str:
    """A way of the same kind, of another word."""
    return f'["{word}"]' if step.startswith('["') else f".{word}" if step.startswith(".") else step


def holders_of(name: str) -> tuple[str, ...]:
    """The names of all that hold a place, from the outermost: `p`, `p["a"]` of `p["a"]["b"]`."""
    root, steps = parts_of(name)
    return tuple(place_of(root, steps[:depth]) for depth in range(len(steps)))


def place_of(root: str, steps: Iterable[str]) -> str:
    """The name of what is held there."""
    return root + "".join(steps)


def stored_names(tree: ast.AST) -> set[str]:
    """Every name bound at module level inside `tree`; bodies of functions do not count."""
    names: set[str] = set()
    for node in own_nodes(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, OPAQUE):
            names.add(node.name)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.MatchAs | ast.MatchStar) and node.name:
            names.add(node.name)
    return names


def bindings(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Every name that nodes bind, parameters and declared globals among them, as often as they do."""
    for node in nodes:
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Global | ast.Nonlocal):
            yield from node.names
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name


def loop_names(tree: ast.AST) -> frozenset[str]:
    """Names that the header of a loop binds, and nothing inside `tree` after that."""
    nodes = [*own_nodes(tree)]
    loops = [node.target for node in nodes if isinstance(node, ast.For | ast.AsyncFor)]
    headers = [node for target in loops for node in ast.walk(target) if isinstance(node, ast.Name)]
    changed = [node.target for node in nodes if isinstance(node, ast.AugAssign)]
    aside = {*map(id, headers), *map(id, changed)}
    stores = [node for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    later = {node.id: _end(node) for node in sorted(stores, key=_end) if id(node) not in aside}
    return frozenset(node.id for node in headers if _end(node) > later.get(node.id, (0, 0)))


def _end(node: ast.Name) -> tuple[int, int]:
    return node.end_lineno or node.lineno, node.end_col_offset or node.col_offset


def root_name(node: ast.AST) -> str | None:
    """The name at the root of `name[...].attr.call()`; None where there is none."""
    while True:
        if isinstance(node, ast.Name):
            return node.id
        if isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            return None


def called(node: ast.AST) -> str:
    """The last name of what a call calls; empty for anything else."""
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def appended_to(node: ast.stmt) -> ast.expr | None:
    """The list that `slopes.append(...)` makes longer; None for any other statement."""
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="append", value=whole), args=[_])):
            return whole
    return None


def read_names(node: ast.AST) -> frozenset[str]:
    """Every name loaded anywhere inside `node`, bodies of lambdas and functions included."""
    loads = {name for n in ast.walk(node) if isinstance(n, ast.Name) for name in loaded(n)}
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        loads.add(node.target.id)
    return frozenset(loads)


def loaded(node: ast.Name) -> Iterator[str]:
    """What is looked up for a name in the tree: itself where it is read, and always what holds it."""
    if isinstance(node.ctx, ast.Load):
        yield node.id
    if is_place(node.id):
        yield parts_of(node.id)[0]


def own_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Like ast.walk, without what is inside functions, classes and comprehension targets."""
    queue: list[ast.AST] = [tree]
    while queue:
        node = queue.pop()
        yield node
        if isinstance(node, _LEAVES):
            continue
        if isinstance(node, SCOPES):
            queue.extend(getattr(node, "decorator_list", ()))
        elif isinstance(node, ast.comprehension):
            queue.extend([node.iter, *node.ifs])
        else:
            queue += _children(node)


def _children(node: ast.AST) -> list[ast.AST]:
    """`ast.iter_child_nodes`, in half the time."""
    children: list[ast.AST] = []
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, ast.AST):
            children.append(value)
        elif isinstance(value, list):
            children += [part for part in value if isinstance(part, ast.AST)]
    return children
