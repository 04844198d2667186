"""Which operation an expression is, whatever way it is spelled, and what it is applied to."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType, MethodType
from typing import Any

from torch import Tensor

from .node import Node, Refused
from .spellings import BETWEEN, BINARY, BUILTINS, CALLS, KEYWORDS, METHODS

Operand = Node | tuple["Operand", ...] | None
"""What stands for a parameter: an expression, several, or nothing."""


@dataclass(frozen=True, eq=False)
class Operation:
    """An operation by its one name, with its operands in the order and by the names of its rule."""

    name: str
    node: Node
    positional: tuple[Operand, ...]
    named: Mapping[str, Operand]
    source: Node | None = None
    """Where this is one of several results, the expression that yields them all."""

    def bound(self, parameters: Sequence[str]) -> dict[str, Operand]:
        """The operands by parameter; one written `*shape` takes all that are left.

        Raises:
            Refused: there is an operand that no parameter is for.
        """
        operands: dict[str, Operand] = {}
        left = list(self.positional)
        for parameter in parameters:
            if parameter.startswith("*"):
                operands[parameter[1:]], left = _all(left), []
            elif left:
                operands[parameter] = left.pop(0)
        operands.update({KEYWORDS.get(name, name): operand for name, operand in self.named.items()})
        known = {parameter.lstrip("*") for parameter in parameters}
        if left or not known.issuperset(operands):
            odd = ", ".join(sorted(set(operands) - known)) or "so many operands"
            raise Refused(f"no rule for {self.name} with {odd}", self.node.line)
        return operands


def _all(operands: list[Operand]) -> Operand:
    if len(operands) == 1 and isinstance(operands[0], tuple):
        return operands[0]
    return tuple(operands)


def value_of(operand: Operand) -> Any:
    """The value that an operand had when the forward ran."""
    if isinstance(operand, tuple):
        return tuple(value_of(part) for part in operand)
    return operand.value if operand is not None else None


def operation_of(node: Node) -> Operation:
    """The operation of an expression.

    Raises:
        Refused: it is none that a rule could be for.
    """
    written = node.written
    if (part := _several(node, written)) is not None:
        inner = operation_of(part)
        named = {**inner.named, "item": _item(node, written)}
        return Operation(inner.name, node, inner.positional, named, part)
    _require_tensor(node, written)
    match written:
        case ast.BinOp(left=left, op=operator, right=right):
            name = BINARY.get(type(operator).__name__, type(operator).__name__)
            return Operation(name, node, (_operand(node, left), _operand(node, right)), {})
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Operation("neg", node, (_operand(node, operand),), {})
        case ast.Call():
            return _call(node, written)
        case ast.Attribute(value=value, attr=attribute):
            return Operation(CALLS.get(attribute, attribute), node, (_operand(node, value),), {})
        case ast.Subscript(value=value, slice=index):
            return Operation("index", node, (_operand(node, value), _operand(node, index)), {})
        case ast.IfExp(test=test, body=body, orelse=orelse):
            test_node = node.part(test)
            chosen = body if test_node is not None and test_node.value else orelse
            return Operation("identity", node, (_operand(node, chosen),), {})
    raise Refused(f"no rule for `{ast.unparse(written)}`", node.line)


def _require_tensor(node: Node, written: ast.expr) -> None:
    """Refuse what is read from a container or an object and was made by nothing that was followed."""
    if not isinstance(written, ast.Subscript | ast.Attribute):
        return
    holder = node.part(written.value)
    if holder is not None and not issubclass(type(holder.value), Tensor):
        reason = f"what `{ast.unparse(written)}` holds is not followed, line {node.line}"
        raise Refused(holder.why_not or reason, node.line)


def _several(node: Node, written: ast.expr) -> Node | None:
    """The operation with several results of which an expression takes one: `x.max(1).values`, `parts[0]`."""
    if not isinstance(written, ast.Attribute | ast.Subscript):
        return None
    part = node.part(written.value)
    if part is None or not issubclass(type(part.value), tuple | list):
        return None
    return part.alias_of or part


def _item(node: Node, written: ast.expr) -> Operand:
    """Which of the results: its name, or its place."""
    if isinstance(written, ast.Attribute):
        return Node(ast.Constant(written.attr), written.attr, node.line, {})
    assert isinstance(written, ast.Subscript)
    item = node.part(written.slice)
    if item is None:
        raise Refused(f"no rule for `{ast.unparse(written)}`", node.line)
    return item


def _call(node: Node, written: ast.Call) -> Operation:
    positional = tuple(operand for tree in written.args for operand in _operands(node, tree))
    named = {given.arg: _operand(node, given.value) for given in written.keywords if given.arg}
    callee = node.part(written.func)
    name = _name_of(node, written.func, callee)
    owner = callee.part(written.func.value) if callee and isinstance(written.func, ast.Attribute) else None
    if owner is not None and issubclass(type(owner.value), Tensor):
        # what has no name is seen by nobody when it changes in place
        name = METHODS.get(name, name) if owner.name else METHODS.get(name, name).removesuffix("_")
        positional = (owner, *positional)
    name, positional, named = read(CALLS.get(name, name), positional, named)
    return Operation(name, node, positional, named)


def _name_of(node: Node, func: ast.expr, callee: Node | None) -> str:
    function = callee.value if callee else None
    if _is_own(function):
        said = ast.unparse(func)
        raise Refused(f"{said} is not followed: it is more than one return, line {node.line}", node.line)
    if isinstance(func, ast.Attribute):
        return func.attr
    name = getattr(function, "__name__", "") or ast.unparse(func)
    return BUILTINS.get(name, name) if getattr(function, "__module__", "") == "builtins" else name


def _is_own(function: Any) -> bool:
    """Whether it is a function that is no part of torch, or an object with a `__call__` of such."""
    if not issubclass(type(function), FunctionType | MethodType):
        function = type(function).__call__
    if not issubclass(type(function), FunctionType | MethodType):
        return False
    return (function.__module__ or "").split(".")[0] != "torch"


def read(
    name: str, positional: tuple[Operand, ...], named: dict[str, Operand]
) -> tuple[str, tuple[Operand, ...], dict[str, Operand]]:
    """Where the same word means another operation, by what it is applied to."""
    second = named.get("other", positional[1] if len(positional) > 1 else None)
    if name in BETWEEN and isinstance(value_of(second), Tensor):
        return BETWEEN[name], positional, named
    if name == "where of":
        return "where", (positional[1], positional[0], *positional[2:]), named
    if name == "clamp_max":
        bound = named.get("max", second)
        return "clamp", positional[:1], {"max": bound}
    if name in ("hstack", "vstack", "row_stack", "column_stack"):
        dim = int(name in ("hstack", "column_stack"))
        return "cat", positional, {**named, "dim": Node(ast.Constant(dim), dim, 0, {})}
    return name, positional, named


def _operands(node: Node, tree: ast.expr) -> tuple[Operand, ...]:
    """An argument, or several where it has a star."""
    if not isinstance(tree, ast.Starred):
        return (_operand(node, tree),)
    several = _operand(node, tree.value)
    if isinstance(several, tuple):
        return several
    raise Refused(f"no rule for `{ast.unparse(tree)}` among the arguments, line {node.line}", node.line)


def _operand(node: Node, tree: ast.expr) -> Operand:
    if isinstance(tree, ast.Tuple | ast.List):
        return tuple(_operand(node, element) for element in tree.elts)
    part = node.part(tree)
    if part is not None:
        return part.items or part
    # a slice has no value of its own: its text stands for it
    return Node(tree, _Slice(), node.line, node.parts)


class _Slice:
    """Stands for the value of a slice, which no expression has."""
