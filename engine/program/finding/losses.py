"""Which name is the loss: what `.backward()` is called on, is called like one, or is summed up last."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from typing import TypeGuard

from ..names import called, own_nodes, stored_names
from ..naming import NamingScheme
from .pieces import Piece

_NAMED = re.compile(r"loss|cost|nll|objective|cross_?entropy|criterion", re.IGNORECASE)
_SHORT = re.compile(r"(L|J|E|C|l|ce|mse|bce|obj|err|error|energy|elbo|kl|Loss|total)$")
_ASIDE = re.compile(
    r"(val|valid|test|eval|best|prev|last|old|avg|mean|epoch|running|smooth|change|diff|delta|drop)_?",
    re.IGNORECASE,
)
"""What is said of losses that are only looked at."""
_REDUCING = re.compile(r"(sum|mean|nll|dot|vdot|norm|trace|det|logdet)$|loss|entropy|cost", re.IGNORECASE)
_TAKEN_OUT = frozenset({"item", "detach", "numpy", "tolist"})
_NUMBERS = frozenset({"float", "int", "round", "str", "len", "bool"})
_ONES = frozenset({"ones_like", "ones"})


def losses_in(pieces: Sequence[Piece], scheme: NamingScheme) -> tuple[str, ...]:
    """Names that may be the loss of a block, the likeliest first."""
    bound = {name for piece in pieces for name in _bound_to_tensors(piece)}
    bound -= {name for name in bound if scheme.tensor(name) in bound}
    strong = [name for name in _called_backward(pieces) if name in bound]
    named = sorted(filter(_NAMED.search, bound), key=_rank)
    seeded = [name for name in _seeded(pieces, scheme) if name in bound]
    short = sorted(name for name in bound if _SHORT.match(name) and _is_reduced(pieces, name))
    return tuple(dict.fromkeys([*strong, *(_whole(pieces, name, named) for name in named), *seeded, *short]))


def _rank(name: str) -> tuple[bool, bool, int, str]:
    return (_ASIDE.search(name) is not None, name.casefold() != "loss", len(name), name)


def _whole(pieces: Sequence[Piece], name: str, named: Collection[str]) -> str:
    """A sum that a loss is a part of, where there is one: `total_loss = loss + penalty`."""
    for piece in pieces:
        node = piece.node
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp) and name in piece.values:
            wholes = [other for other in stored_names(node) if other in named and other != name]
            if wholes and not _ASIDE.search(wholes[0]):
                return _whole(pieces, wholes[0], [other for other in named if other != name])
    return name


def _bound_to_tensors(piece: Piece) -> Iterator[str]:
    """The names that it binds to more than plain numbers and lists."""
    for node in piece.simple:
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and not _is_number(node):
            yield from stored_names(node)


def _is_number(node: ast.Assign | ast.AnnAssign | ast.AugAssign) -> bool:
    """Whether what is assigned is a number that was taken out of a tensor, or no number at all."""
    value = node.value
    if isinstance(value, ast.Call):
        by_method = isinstance(value.func, ast.Attribute) and value.func.attr in _TAKEN_OUT
        return by_method or (isinstance(value.func, ast.Name) and value.func.id in _NUMBERS)
    if value is None or isinstance(value, ast.List | ast.Dict | ast.JoinedStr):
        return True
    return isinstance(value, ast.Constant) and isinstance(value.value, str | bool)


def number_of(value: ast.expr) -> ast.expr | None:
    """The tensor whose number a value is: `x.sum()` of `x.sum().item()` or `float(x.sum())`."""
    if not isinstance(value, ast.Call):
        return None
    if isinstance(value.func, ast.Attribute) and value.func.attr == "item":
        return value.func.value
    is_float = isinstance(value.func, ast.Name) and value.func.id == "float" and len(value.args) == 1
    return value.args[0] if is_float and not isinstance(value.args[0], ast.Constant | ast.Name) else None


def is_called_loss(name: str) -> bool:
    """Whether a name says that it is the loss."""
    return _NAMED.search(name) is not None and _ASIDE.search(name) is None


def logged_as_loss(node: ast.stmt) -> ast.expr | None:
    """The tensor whose number a statement only notes as a loss: `losses.append(error.mean().item())`."""
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return None
    parts = [*ast.walk(node)]
    words = [part.id for part in parts if isinstance(part, ast.Name)]
    words += [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    tensors = [tensor for tensor in map(number_of, filter(_is_expression, parts)) if tensor is not None]
    return (
        tensors[0] if len(tensors) == 1 and any(map(_NAMED.search, words)) and _reduces(tensors[0]) else None
    )


def _is_expression(node: ast.AST) -> TypeGuard[ast.expr]:
    return isinstance(node, ast.expr)


def _reduces(value: ast.expr) -> bool:
    """Whether it is a sum, a mean or the like, and not one of comparisons."""
    parts = [*ast.walk(value)]
    counts = any(isinstance(part, ast.Compare) for part in parts)
    return not counts and any(map(_REDUCING.search, filter(None, map(called, parts))))


def _called_backward(pieces: Sequence[Piece]) -> list[str]:
    """The names that `.backward()` is called on."""
    return [
        node.func.value.id
        for piece in pieces
        for node in own_nodes(piece.node)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "backward"
        and isinstance(node.func.value, ast.Name)
    ]


def _seeded(pieces: Sequence[Piece], scheme: NamingScheme) -> list[str]:
    """The tensors whose gradient is one: `dL = 1.0`, `dcost = torch.ones_like(cost)`."""
    return [
        scheme.tensor(name)
        for piece in pieces
        for node in piece.simple
        if isinstance(node, ast.Assign) and _is_one(node.value)
        for name in stored_names(node)
        if scheme.tensor(name) and (not called(node.value) or _is_reduced(pieces, scheme.tensor(name)))
    ]


def _is_one(value: ast.expr) -> bool:
    if isinstance(value, ast.Constant):
        return value.value == 1 and not isinstance(value.value, bool)
    if called(value) == "tensor" and isinstance(value, ast.Call) and value.args:
        return _is_one(value.args[0])
    return called(value) in _ONES


def _is_reduced(pieces: Sequence[Piece], name: str) -> bool:
    """Whether what a name is bound to is a sum, a mean or the like."""
    nodes = [node for piece in pieces for node in piece.simple if name in stored_names(node)]
    calls = [called(part) for node in nodes for part in own_nodes(node)]
    return any(map(_REDUCING.search, filter(None, calls)))


def reduced_last(pieces: Sequence[Piece]) -> str:
    """The last name that is bound to a sum or the like and that no later statement reads, or ""."""
    read: set[str] = set()
    for piece in reversed(pieces):
        names = [name for name in _bound_to_tensors(piece) if name not in read]
        if len(names) == 1 and _is_reduced([piece], names[0]):
            return names[0]
        read |= piece.reads
    return ""
