"""How a line writes: = for +=, indices that repeat, a statement without effect."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ....program.items.places import parsed_value
from ..case import Case
from ..edit import Edit, Line
from ..slicing import without_effect
from ..wording import method, written


def no_effect(case: Case) -> Iterator[Edit]:
    """A line that computes something and throws it away, with its result kept."""
    for line in case.trial.lines:
        if not without_effect(line.statement, case.name) or not isinstance(line.node, ast.Expr):
            continue
        words = f"line {line.statement.line} has no effect: {written(line.node.value)} is thrown away"
        for new in _kept(line.node, case.name):
            yield Edit("no_effect", words, line, None, [ast.copy_location(new, line.node)])


def _kept(node: ast.Expr, gradient: str) -> Iterator[ast.stmt]:
    target, value = ast.Name(id=gradient, ctx=ast.Store()), node.value
    match value:
        case ast.BinOp(left=ast.Name(id=left), op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div()):
            if left == gradient:
                yield ast.AugAssign(target=target, op=value.op, value=value.right)
    yield ast.Assign(targets=[target], value=value)


def changes(case: Case) -> Iterator[Edit]:
    """The lines without one that does nothing but change the gradient in place."""
    for line in case.trial.lines:
        if line.own and isinstance(line.node, ast.Expr) and case.name in line.statement.writes:
            last = line is case.trial.lines[0]
            when = "after it is complete" if last else "where nothing is to be changed"
            words = f"line {line.statement.line} changes {case.name} in place {when}"
            yield Edit("changed", words, line, None, [ast.copy_location(ast.Pass(), line.node)])


def assignments(case: Case) -> Iterator[Edit]:
    """`+=` for `=`, `=` for `+=`."""
    for line in case.trial.lines:
        node = line.node
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            yield from _adding(case, line, node)
        elif isinstance(node, ast.AugAssign):
            new = ast.Assign(targets=[node.target], value=node.value)
            words = "+= where = belongs: it is added to what was there"
            yield Edit("counted_twice", words, line, None, [ast.copy_location(new, node)])


def _adding(case: Case, line: Line, node: ast.Assign) -> Iterator[Edit]:
    statement, target = line.statement, node.targets[0]
    section = case.trial.bench.program.section("backward")
    before = [one for one in (section.statements if section else ()) if one.number < statement.number]
    earlier = [other.line for other in before if set(other.writes) & set(statement.writes)]
    if not earlier or not isinstance(target, ast.Name | ast.Attribute | ast.Subscript):
        return
    # in a block it may be what the pass before wrote
    whose = f"what line {max(earlier)} wrote" if statement.always else "what was there before"
    for operator, sign in ((ast.Add(), "+="), (ast.Sub(), "-=")):
        new = ast.AugAssign(target=target, op=operator, value=node.value)
        words = f"= where {sign} was meant: {whose} is thrown away"
        yield Edit("overwritten", words, line, None, [ast.copy_location(new, node)])


def repeated_indices(case: Case) -> Iterator[Edit]:
    """`d.index_put_((i,), v, accumulate=True)` for `d[i] += v`."""
    for line in case.trial.lines:
        target = _indexed(line)
        if target is None:
            continue
        index = target.slice if isinstance(target.slice, ast.Tuple) else _tuple(target.slice)
        value = line.node.value  # type: ignore[attr-defined]
        if isinstance(getattr(line.node, "op", None), ast.Sub):
            value = ast.UnaryOp(ast.USub(), value)
        new = ast.Expr(method(target.value, "index_put_", index, value, accumulate=True))
        words = "repeated indices overwrite each other: only one of the values for an entry is kept"
        yield Edit("indices_overwritten", words, line, None, [ast.copy_location(new, line.node)])


def _indexed(line: Line) -> ast.Subscript | None:
    node = line.node
    target: ast.expr | None = None
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub):
        target = node.target
    elif isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = node.targets[0]
    if not isinstance(target, ast.Subscript):
        return None
    twin = parsed_value(ast.unparse(target))
    assert isinstance(twin, ast.Subscript)
    return twin


def _tuple(index: ast.expr) -> ast.expr:
    return ast.Tuple(elts=[index], ctx=ast.Load())
