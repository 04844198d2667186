"""Python expressions as trees: made from templates, put together, written out."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from typing import Any

from .style import style


def template(text: str, **holes: ast.expr) -> ast.expr:
    """The expression `text` with trees in place of the names given, and the program's words for modules."""
    modules = {word: name(own) for word, own in style().modules.items()}
    tree: ast.expr = _Filled({**modules, **holes}).visit(ast.parse(text, mode="eval").body)
    return tree


def names_in(text: str) -> list[str]:
    """Every name that a template reads, as often as it does."""
    return [node.id for node in ast.walk(ast.parse(text, mode="eval")) if isinstance(node, ast.Name)]


def filled(tree: ast.expr, holes: Mapping[str, ast.expr]) -> ast.expr:
    """A copy of an expression with trees in place of names."""
    copy: ast.expr = _Filled(holes).visit(copied(tree))
    return copy


def copied(tree: ast.AST) -> Any:
    """A copy that shares nothing with the tree."""
    return rebuilt(tree, copied)


def text_of(tree: ast.expr) -> str:
    """The expression as a program would have it."""
    simple: ast.expr = _Simpler().visit(copied(tree))
    return unparsed(simple)


def unparsed(tree: ast.AST) -> str:
    """An expression or a statement in text, powers spelled as the program spells them."""
    text = _EXPONENT.sub(r"\1e-\2", _POWER.sub(r"** \1", ast.unparse(tree)))
    if style().double_quotes and '"' not in text:
        text = text.replace("'", '"')
    return in_quotes(text.replace(" ** ", "**") if style().tight_powers else text)


def in_quotes(text: str) -> str:
    """A text in which keys of dictionaries stand between the quotes of the program."""
    return _KEY.sub(r"['\1']", text) if style().single_quotes else text


_KEY = re.compile(r"""\["([^"'\[\]]*)"\]""")
_EXPONENT = re.compile(r"\b(\d+)e-0(\d)\b")
"""Python writes `1e-05` for what everybody writes `1e-5`."""
_POWER = re.compile(r"\*\* \((-[\w.]+)\)")
_TRANSPOSES = ("T", "mT")


def _turns_matrices(call: ast.Call) -> bool:
    """Whether it is `x.transpose(-2, -1)`."""
    is_method = isinstance(call.func, ast.Attribute) and call.func.attr == "transpose"
    return is_method and sorted(ast.unparse(dim) for dim in call.args) == ["-1", "-2"]


_SHORT = 60


def _is_short(node: ast.AST) -> bool:
    """Whether a tree has so few nodes that a line of the forward may say the same."""
    return all(count < _SHORT for count, _ in enumerate(ast.walk(node)))


class _Simpler(ast.NodeTransformer):
    """Takes out what undoes itself, a transpose of a transpose; puts in names that values have."""

    def visit(self, node: ast.AST) -> Any:
        spelled = style().spelled
        if spelled and isinstance(node, ast.Call | ast.BinOp | ast.Subscript) and _is_short(node):
            known = spelled.get(ast.unparse(node))
            if known is not None:
                return name(known)
        return super().visit(node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        func = self.visit(node.func)
        args = [self.visit(arg) for arg in node.args]
        if _last_name(func) in _READ_SHAPES:
            args = [_unconjugated(arg) for arg in args]
        if _last_name(func) == "conj" and isinstance(func, ast.Attribute) and not args:
            inner = _unconjugated(func.value)
            if inner is not func.value:
                return inner
        keywords = [ast.keyword(one.arg, self.visit(one.value)) for one in node.keywords]
        return ast.Call(func=func, args=args, keywords=keywords)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        inner: ast.expr = self.visit(node.value)
        if node.attr in _READ_SHAPES:
            inner = _unconjugated(inner)
        if node.attr == "real" and isinstance(inner, ast.Attribute) and inner.attr in ("real", "imag"):
            return inner
        if node.attr in _TRANSPOSES:
            if isinstance(inner, ast.Attribute) and inner.attr == node.attr:
                return inner.value
            if node.attr == "mT" and isinstance(inner, ast.Call) and _turns_matrices(inner):
                assert isinstance(inner.func, ast.Attribute)
                return inner.func.value
            if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.MatMult):
                left, right = (
                    ast.Attribute(side, node.attr, ast.Load()) for side in (inner.right, inner.left)
                )
                return ast.BinOp(self.visit(left), ast.MatMult(), self.visit(right))
        return ast.Attribute(value=inner, attr=node.attr, ctx=node.ctx)


_READ_SHAPES = (
    "shape", "dtype", "ndim", "dim", "size", "numel", "len",
    "zeros_like", "ones_like", "empty_like", "expand_as", "reshape_as", "view_as", "type_as",
)  # fmt: skip
"""What reads of its argument, or of what it is called on, nothing that conjugation changes."""


def _unconjugated(tree: ast.expr) -> ast.expr:
    """What is conjugated, where the tree is `x.conj()`; else the tree."""
    match tree:
        case ast.Call(func=ast.Attribute(attr="conj", value=inner), args=[]):
            return inner
    return tree


def _last_name(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


_OPPOSITE: Mapping[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
}


def inverted(tree: ast.expr) -> ast.expr:
    """Where a condition does not hold."""
    if isinstance(tree, ast.Compare) and len(tree.ops) == 1 and (other := _OPPOSITE.get(type(tree.ops[0]))):
        return ast.Compare(left=tree.left, ops=[other()], comparators=tree.comparators)
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Invert):
        return tree.operand
    return ast.UnaryOp(op=ast.Invert(), operand=tree)


def name(of: str) -> ast.expr:
    """A name, to be read."""
    return ast.Name(id=of, ctx=ast.Load())


def is_number(tree: ast.expr) -> bool:
    """Whether it is a number as it stands, with or without a minus."""
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        tree = tree.operand
    return isinstance(tree, ast.Constant) and isinstance(tree.value, int | float | complex)


def product(trees: list[ast.expr]) -> ast.expr | None:
    """All of them multiplied; None for none."""
    return _joined(trees, ast.Mult())


def quotient(tree: ast.expr, divisors: list[ast.expr]) -> ast.expr:
    """The tree divided by each in turn."""
    joined = _joined([tree, *divisors], ast.Div())
    assert joined is not None
    return joined


def negative(tree: ast.expr) -> ast.expr:
    """The tree with a minus sign, at its leftmost factor."""
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Mult | ast.Div):
        return ast.BinOp(left=negative(tree.left), op=tree.op, right=tree.right)
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        return tree.operand
    return ast.UnaryOp(op=ast.USub(), operand=tree)


def _joined(trees: list[ast.expr], operator: ast.operator) -> ast.expr | None:
    chain: ast.expr | None = None
    for tree in trees:
        chain = tree if chain is None else ast.BinOp(left=chain, op=operator, right=tree)
    return chain


def rebuilt(node: ast.AST, visit: Callable[[ast.AST], Any]) -> Any:
    """A copy of a node whose parts are what `visit` makes of them; the node itself stays as it is."""
    fields: dict[str, Any] = {}
    for field, value in ast.iter_fields(node):
        if isinstance(value, list):
            fields[field] = [visit(item) if isinstance(item, ast.AST) else item for item in value]
        else:
            fields[field] = visit(value) if isinstance(value, ast.AST) else value
    return ast.copy_location(type(node)(**fields), node)


class _Filled(ast.NodeTransformer):
    def __init__(self, holes: Mapping[str, ast.expr]) -> None:
        self.holes = holes

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.holes.get(node.id, node)
