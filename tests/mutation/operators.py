"""The operators: what a slip of the pen makes of an expression, a written value or a statement."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The slips, each named for what went wrong."""

    POWER = "wrong power"
    SIGN = "sign"
    FACTOR = "factor"
    SWAP = "operand swap"
    REDUCTION = "dropped sum or keepdim"
    ACCUMULATION = "dropped accumulation"
    ASSIGNMENT = "= for +="
    TRANSPOSITION = "transposition"
    UPSTREAM = "wrong upstream"
    DROPPED_FACTOR = "dropped factor"
    SIZE = "off-by-one n"
    ZERO = "zero"


@dataclass(frozen=True)
class Scope:
    """What is known where a statement stands: the names of sizes, and gradients written before."""

    sizes: frozenset[str]
    gradients: frozenset[str]
    earlier: tuple[str, ...]
    """Gradients that already have a value, in the order of their first write."""


ExpressionOperator = Callable[[ast.expr, Scope], Iterator[ast.expr]]
StatementOperator = Callable[[ast.stmt], Iterator[ast.stmt]]

_NEIGHBOURS = 3
_PRODUCTS = {"mm", "matmul", "bmm", "outer"}
_SUMS = {"sum", "mean", "sum_to_size"}
_SCALINGS = {"mul", "div", "mul_", "div_", "multiply", "divide", "true_divide"}
_ADDING = {"add_", "sub_", "index_add_", "scatter_add_", "index_put_", "addmm_"}
_KEPT = {"keepdim", "keepdims"}
_SIZE_CALLS = {"len", "size", "numel"}


def call_name(node: ast.AST) -> str:
    """The last name of what a call calls (`sum` of `x.sum(0)`); empty for anything else."""
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def receiver(node: ast.Call) -> ast.expr | None:
    """The object whose method is called; None for functions, those of a module included."""
    if not isinstance(node.func, ast.Attribute):
        return None
    owner = node.func.value
    return None if isinstance(owner, ast.Name) and owner.id in {"torch", "F"} else owner


def number(node: ast.expr) -> float | None:
    """The value of a literal number with its sign."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        operand = number(node.operand)
        return None if operand is None else -operand
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value  # type: ignore[return-value]
    return None


def is_size(node: ast.expr, sizes: frozenset[str]) -> bool:
    """Whether an expression counts entries: a known size, `len(x)`, `x.shape[0]`, sums of such."""
    if isinstance(node, ast.Name):
        return node.id in sizes
    if isinstance(node, ast.Subscript):
        return isinstance(node.value, ast.Attribute) and node.value.attr == "shape"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub | ast.Mult):
        return all(isinstance(number(x), int) or is_size(x, sizes) for x in (node.left, node.right))
    return call_name(node) in _SIZE_CALLS


def powers(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """`x ** 2` becomes `x ** 3` and `x ** -2`; `sqrt` and `rsqrt` change places."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        for exponent in _other_exponents(node.right):
            yield ast.BinOp(node.left, node.op, exponent)
    if isinstance(node, ast.Call) and call_name(node) in {"pow", "pow_"} and node.args:
        for exponent in _other_exponents(node.args[-1]):
            yield ast.Call(node.func, [*node.args[:-1], exponent], node.keywords)
    other = {"sqrt": "rsqrt", "rsqrt": "sqrt"}.get(call_name(node))
    if other and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        called = ast.Attribute(node.func.value, other, ast.Load())
        yield ast.Call(called, node.args, node.keywords)


def _other_exponents(node: ast.expr) -> Iterator[ast.expr]:
    exponent = number(node)
    if exponent is not None:
        yield ast.Constant(exponent + 1)
        yield ast.Constant(-exponent)


def signs(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """`+` for `-`, `-` for `+`, and a minus sign forgotten."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield ast.BinOp(node.left, ast.Sub(), node.right)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        yield ast.BinOp(node.left, ast.Add(), node.right)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand


def swaps(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """`b @ a` for `a @ b`, `b - a` for `a - b`, and the same for products spelled as calls."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult | ast.Sub):
        yield ast.BinOp(node.right, node.op, node.left)
    if not isinstance(node, ast.Call) or call_name(node) not in _PRODUCTS:
        return
    owner = receiver(node)
    if owner is None and len(node.args) == 2:
        yield ast.Call(node.func, node.args[::-1], node.keywords)
    elif owner is not None and len(node.args) == 1:
        called = ast.Attribute(node.args[0], call_name(node), ast.Load())
        yield ast.Call(called, [owner], node.keywords)


def dropped_reductions(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """The sum forgotten, or only its `keepdim`."""
    if not isinstance(node, ast.Call):
        return
    if call_name(node) in _SUMS:
        summed = receiver(node) or (node.args[0] if node.args else None)
        if summed is not None:
            yield summed
    kept = [keyword for keyword in node.keywords if keyword.arg not in _KEPT]
    if len(kept) < len(node.keywords):
        yield ast.Call(node.func, node.args, kept)
    owner = receiver(node)
    if call_name(node) == "unsqueeze" and owner is not None:
        yield owner


def dropped_terms(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """One of two terms forgotten; a literal term is no path of its own."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Add | ast.Sub):
        return
    if number(node.left) is not None or number(node.right) is not None:
        return
    yield node.left
    yield node.right if isinstance(node.op, ast.Add) else ast.UnaryOp(ast.USub(), node.right)


def untransposed(node: ast.expr) -> ast.expr | None:
    """What stands under a transposition; None where there is none."""
    if isinstance(node, ast.Attribute) and node.attr in {"T", "mT"}:
        return node.value
    if isinstance(node, ast.Call) and call_name(node) in {"t", "transpose", "swapaxes"}:
        return receiver(node) or node.args[0]
    return None


def transpositions(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """A transposition forgotten, or one too many on an operand of a matrix product."""
    plain = untransposed(node)
    if plain is not None:
        yield plain
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.MatMult):
        return
    if untransposed(node.left) is None:
        yield ast.BinOp(_transposed(node.left), node.op, node.right)
    if untransposed(node.right) is None:
        yield ast.BinOp(node.left, node.op, _transposed(node.right))


def _transposed(node: ast.expr) -> ast.expr:
    return ast.Attribute(node, "mT", ast.Load())


def upstreams(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """Another gradient read in the place of the right one: the latest three that have a value."""
    if isinstance(node, ast.Name) and node.id in scope.gradients:
        others = [name for name in reversed(scope.earlier) if name != node.id]
        for name in others[:_NEIGHBOURS]:
            yield ast.Name(name, ast.Load())


def dropped_factors(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """`a` or `b` for `a * b`, `a` for `a / b`; a bare literal is not left behind."""
    if not isinstance(node, ast.BinOp):
        return
    if isinstance(node.op, ast.Div):
        yield node.left
    if isinstance(node.op, ast.Mult):
        yield from (side for side in (node.left, node.right) if number(side) is None)


def wrong_sizes(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """`n - 1` and `n + 1` for `n`, where a size is an operand."""
    if isinstance(node, ast.BinOp):
        for changed in _off_by_one(node.left, scope.sizes):
            yield ast.BinOp(changed, node.op, node.right)
        for changed in _off_by_one(node.right, scope.sizes):
            yield ast.BinOp(node.left, node.op, changed)
    if isinstance(node, ast.Call) and call_name(node) in _SCALINGS and node.args:
        for changed in _off_by_one(node.args[-1], scope.sizes):
            yield ast.Call(node.func, [*node.args[:-1], changed], node.keywords)


def _off_by_one(node: ast.expr, sizes: frozenset[str]) -> Iterator[ast.expr]:
    if is_size(node, sizes):
        yield ast.BinOp(node, ast.Sub(), ast.Constant(1))
        yield ast.BinOp(node, ast.Add(), ast.Constant(1))


def negated(value: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """The whole value with the other sign."""
    if not (isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub)):
        yield ast.UnaryOp(ast.USub(), value)


def doubled(value: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """The whole value times two."""
    yield ast.BinOp(value, ast.Mult(), ast.Constant(2))


def zeroed(value: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """Zeros in place of the value; a plain number becomes the number zero."""
    if number(value) is not None:
        yield ast.Constant(0.0)
    elif not is_size(value, scope.sizes):
        zeros_like = ast.Attribute(ast.Name("torch", ast.Load()), "zeros_like", ast.Load())
        yield ast.Call(zeros_like, [value], [])


def dropped_statements(statement: ast.stmt) -> Iterator[ast.stmt]:
    """A line that adds to a gradient forgotten."""
    if isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add | ast.Sub):
        yield ast.Pass()
    if isinstance(statement, ast.Expr) and call_name(statement.value) in _ADDING:
        yield ast.Pass()


def dropped_scalings(statement: ast.stmt) -> Iterator[ast.stmt]:
    """A line that multiplies or divides a gradient in place forgotten."""
    if isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Mult | ast.Div):
        yield ast.Pass()
    if isinstance(statement, ast.Expr) and call_name(statement.value) in _SCALINGS:
        yield ast.Pass()


def plain_assignments(statement: ast.stmt) -> Iterator[ast.stmt]:
    """`=` where `+=` or `-=` belongs."""
    if isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add | ast.Sub):
        yield ast.Assign([statement.target], statement.value)


EXPRESSION_OPERATORS: tuple[tuple[Kind, ExpressionOperator], ...] = (
    (Kind.POWER, powers),
    (Kind.SIGN, signs),
    (Kind.SWAP, swaps),
    (Kind.REDUCTION, dropped_reductions),
    (Kind.ACCUMULATION, dropped_terms),
    (Kind.TRANSPOSITION, transpositions),
    (Kind.UPSTREAM, upstreams),
    (Kind.DROPPED_FACTOR, dropped_factors),
    (Kind.SIZE, wrong_sizes),
)
"""Applied to every expression inside what a statement writes."""

VALUE_OPERATORS: tuple[tuple[Kind, ExpressionOperator], ...] = (
    (Kind.SIGN, negated),
    (Kind.FACTOR, doubled),
    (Kind.ZERO, zeroed),
)
"""Applied to each whole value that a statement writes."""

STATEMENT_OPERATORS: tuple[tuple[Kind, StatementOperator], ...] = (
    (Kind.ACCUMULATION, dropped_statements),
    (Kind.DROPPED_FACTOR, dropped_scalings),
    (Kind.ASSIGNMENT, plain_assignments),
)
"""Applied to each statement."""
