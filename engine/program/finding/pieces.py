"""The statements of a block, each with what it binds, changes and reads, and the gradients it writes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from ..in_place import changed_names
from ..names import OPAQUE, SCOPES, called, loaded, read_names, stored_names, with_roots
from ..statements import blocks_of, simple_statements
from ..torch_operations import allocates, is_trait, reads_shape_only

_KNOWN = "_written_for_real"
_BESIDES = "_binds_besides"
_NOTHING = (0, None)
"""What a gradient is given before there is one."""


@dataclass(frozen=True, eq=False)
class Piece:
    """A statement of a block, with all that stands inside it."""

    node: ast.stmt

    @cached_property
    def simple(self) -> tuple[ast.stmt, ...]:
        """The simple statements in it."""
        return tuple(node for node, _ in simple_statements(self.node, ()))

    @cached_property
    def binds(self) -> frozenset[str]:
        """The names that it binds."""
        return frozenset(stored_names(self.node))

    @cached_property
    def writes(self) -> frozenset[str]:
        """The names that it binds or changes; what holds one that it binds changes with it."""
        changed = (name for node in self.simple for name in changed_names(node))
        return self.binds.union(with_roots(self.binds), filter(None, changed))

    @cached_property
    def reads(self) -> frozenset[str]:
        """Every name in it, those in headers too."""
        return read_names(self.node)

    @cached_property
    def values(self) -> frozenset[str]:
        """The names whose values it reads, and not their shapes alone."""
        return frozenset(_values(self.node))

    @cached_property
    def lines(self) -> range:
        """Its lines."""
        return range(self.node.lineno, (self.node.end_lineno or self.node.lineno) + 1)

    @cached_property
    def is_loop(self) -> bool:
        """Whether it is a loop."""
        return isinstance(self.node, ast.For | ast.While)

    def bound_for_real(self, is_wanted: Callable[[str], object]) -> frozenset[str]:
        """The wanted names that it writes, but for memory that is only made, and zeros."""
        return frozenset(filter(is_wanted, self._bound_for_real))

    @cached_property
    def _bound_for_real(self) -> frozenset[str]:
        return frozenset[str]().union(*(_written_for_real(node) for node in self.simple)) - {""}


def _written_for_real(node: ast.stmt) -> frozenset[str]:
    """What a simple statement writes, if that is more than room; kept with it, for it is asked often."""
    known: frozenset[str] | None = vars(node).get(_KNOWN)
    if known is None:
        names = () if is_blank(node) else (*stored_names(node), *changed_names(node))
        known = vars(node)[_KNOWN] = frozenset(names).union(vars(node).get(_BESIDES, ()))
    return known


def binds_besides(node: ast.stmt, names: frozenset[str]) -> None:
    """Tell a simple statement which names the functions bind that it calls."""
    vars(node)[_BESIDES] = names
    forget(node)


def forget(node: ast.stmt) -> None:
    """A statement has been changed: nothing is known of it any more."""
    vars(node).pop(_KNOWN, None)


def pieces_of(block: Iterable[ast.stmt]) -> tuple[Piece, ...]:
    """The statements of a block."""
    return tuple(map(Piece, block))


def is_blank(node: ast.stmt) -> bool:
    """Whether it only makes room: `dW = torch.zeros_like(W)`, `dW = 0`, `dW.zero_()`, `p.grad = None`."""
    if isinstance(node, ast.Expr):
        return called(node.value) == "zero_"
    if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
        return False
    parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
    return bool(parts) and all(map(_makes_room, parts))


def _makes_room(value: ast.expr) -> bool:
    if isinstance(value, ast.Constant):
        return any(value.value is nothing or value.value == nothing for nothing in _NOTHING)
    if isinstance(value, ast.List | ast.Dict):
        return not ast.dump(value).count("Name(")
    if isinstance(value, ast.ListComp | ast.DictComp | ast.GeneratorExp):
        element = value.value if isinstance(value, ast.DictComp) else value.elt
        return _makes_room(element)
    return allocates(called(value))


def _values(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield from loaded(node)
        return
    if isinstance(node, ast.Attribute) and is_trait(node.attr):
        return
    if isinstance(node, ast.Call) and reads_shape_only(called(node)):
        if isinstance(node.func, ast.Attribute):
            return
        yield from _values(node.func)
        return
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        yield node.target.id
    for child in ast.iter_child_nodes(node):
        yield from _values(child)


def inner_blocks(node: ast.stmt) -> list[list[ast.stmt]]:
    """The blocks directly inside a statement; none of functions and classes."""
    return [] if isinstance(node, OPAQUE) else list(blocks_of(node))


def bound_names(block: Iterable[ast.stmt]) -> frozenset[str]:
    """Every name that the statements of a block bind at any depth."""
    return frozenset(name for node in block for name in stored_names(node))


def opaque_names(block: Iterable[ast.stmt]) -> frozenset[str]:
    """The names of functions, classes and modules: none of them is a tensor's."""
    names: set[str] = set()
    for node in (part for top in block for part in ast.walk(top)):
        if isinstance(node, OPAQUE):
            names.add(node.name)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.Assign) and isinstance(node.value, SCOPES):
            names |= stored_names(node)
    return frozenset(names)
