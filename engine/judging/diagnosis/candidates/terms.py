"""Paths: none at all, one missing, one counted twice; a term of a line's own left out or too much."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from ....program.items.places import parsed_lines
from ....program.names import called
from ....program.program import Program
from ....rules.derivation.reverse_walk import Contribution
from ....rules.derivation.written_lines import lines_of
from ....rules.node import Refused
from ....rules.trees import name
from ..case import Case
from ..edit import Edit, Line
from ..wording import binary, fit_together, written


def paths(case: Case) -> Iterator[Edit]:
    """The lines with one derived contribution more, or less, where there are several."""
    for some in _choices(case):
        yield from _of_ways(case, some)


def paths_unwritten(case: Case) -> Iterator[Edit]:
    """The lines with a contribution more that comes through tensors whose gradients are not written."""
    for some in _choices(case):
        yield from _through_unwritten(case, some)


def _choices(case: Case) -> Iterator[Sequence[_Way]]:
    """Single contributions and pairs of them, where there are several."""
    contributions = case.derived.contributions if case.derived is not None else ()
    if len(contributions) > 1:
        ways = [_Way(contribution, _statements(case, contribution)) for contribution in contributions]
        yield from ([way] for way in ways)
        yield from combinations(ways, 2)


def only_path(case: Case) -> Iterator[Edit]:
    """The lines with the only contribution that there is."""
    if case.derived is not None and len(case.derived.contributions) == 1:
        (contribution,) = case.derived.contributions
        yield from _of_ways(case, [_Way(contribution, _statements(case, contribution))])


class _Way(NamedTuple):
    """A contribution, and the statements that add it."""

    contribution: Contribution
    statements: Sequence[ast.stmt]


def _of_ways(case: Case, some: Sequence[_Way]) -> Iterator[Edit]:
    words = _missing(case, some)
    more = [statement for way in some for statement in way.statements]
    for line in case.trial.lines if more else ():
        if not line.own:
            continue
        yield Edit("path_missing", words, line, None, [line.node, *more])
        whole = _plus(line.node, more)
        if whole is not None:
            yield Edit("path_missing", words, line, None, [whole])
    less = _taken_away(more)
    own = next((line for line in case.trial.lines if line.own), None)
    if own is not None and less is not None and len(some) == 1:
        words = f"the contribution through {some[0].contribution.target} is counted twice"
        yield Edit("counted_twice", words, own, None, [own.node, less])


def _through_unwritten(case: Case, some: Sequence[_Way]) -> Iterator[Edit]:
    more = [statement for way in some for statement in way.statements]
    before = _unwritten(case, some) if more else []
    for line in case.trial.lines if before else ():
        whole = _plus(line.node, more) if line.own else None
        if whole is not None:
            yield Edit("path_missing", _missing(case, some), line, None, [*before, whole])
        if line.own:
            yield Edit("path_missing", _missing(case, some), line, None, [*before, line.node, *more])


def _unwritten(case: Case, some: Sequence[_Way]) -> list[ast.stmt]:
    """The lines of the gradients that contributions read and that the program does not write."""
    given, lines = case.trial.bench.given | {case.name}, list[str]()
    queue, seen = [way.contribution.target for way in some], set[str]()
    while queue:
        derived = case.derivation.get(queue.pop())
        if derived is None or derived.name in given or derived.tensor in seen:
            continue
        seen.add(derived.tensor)
        lines = [*derived.lines, *lines]
        queue += [contribution.target for contribution in derived.contributions]
    kinds = case.trial.bench.program.kinds
    return [statement for line in lines for statement in parsed_lines(line, kinds)]


def _plus(node: ast.stmt, more: Sequence[ast.stmt]) -> ast.stmt | None:
    """The terms in the same line: what is added in place cannot make a tensor larger."""
    if not isinstance(node, ast.Assign):
        return None
    value = node.value
    for statement in more:
        if not isinstance(statement, ast.AugAssign) or not isinstance(statement.target, ast.Name):
            return None
        value = binary(value, statement.op, statement.value)
    return ast.copy_location(ast.Assign(targets=node.targets, value=value), node)


def _taken_away(more: Sequence[ast.stmt]) -> ast.stmt | None:
    if len(more) != 1 or not isinstance(more[0], ast.AugAssign) or not isinstance(more[0].target, ast.Name):
        return None
    operator: ast.operator = ast.Sub() if isinstance(more[0].op, ast.Add) else ast.Add()
    return ast.AugAssign(target=more[0].target, op=operator, value=more[0].value)


def _missing(case: Case, some: Sequence[_Way]) -> str:
    assert case.derived is not None
    also = "also " if len(case.derived.contributions) > len(some) else ""
    targets = list(dict.fromkeys(way.contribution.target for way in some))
    whose = "its contribution is" if len(targets) == 1 else "their contributions are"
    return f"{case.tensor} is {also}used by {' and '.join(targets)}; {whose} missing"


def _statements(case: Case, contribution: Contribution) -> list[ast.stmt]:
    """What adds the contribution."""
    try:
        lines = lines_of(case.name, case.tensor, [contribution], tuple(case.trial.expected.shape))
    except Refused:
        return []
    trees = [parsed_lines(line, case.trial.bench.program.kinds)[0] for line in lines]
    last, before = trees[-1], trees[:-1]
    if contribution.term.into is not None:
        before = [tree for tree in before if not _is_zeros(tree, case.name)]
        return [*before, _adding(last)]
    if not isinstance(last, ast.Assign):
        return []
    value, operator = _bare(last.value), ast.Add()
    if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub):
        return [*before, ast.AugAssign(target=_store(case.name), op=ast.Sub(), value=value.operand)]
    return [*before, ast.AugAssign(target=_store(case.name), op=operator, value=value)]


def _bare(value: ast.expr) -> ast.expr:
    """Without the copy that only a first line needs."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "clone":
        return value.func.value
    return value


def _is_zeros(tree: ast.stmt, gradient: str) -> bool:
    match tree:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call()):
            return name == gradient and called(tree.value) == "zeros_like"
    return False


def _adding(tree: ast.stmt) -> ast.stmt:
    if isinstance(tree, ast.Assign) and isinstance(tree.targets[0], ast.Name | ast.Subscript):
        return ast.AugAssign(target=tree.targets[0], op=ast.Add(), value=tree.value)
    return tree


def _store(text: str) -> ast.Name:
    return ast.Name(id=text, ctx=ast.Store())


def extra_terms(case: Case) -> Iterator[Edit]:
    """Every line without one of its terms, and the lines without one that adds."""
    for line, spot in case.spots:
        node = spot.node
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            right = node.right if isinstance(node.op, ast.Add) else ast.UnaryOp(ast.USub(), node.right)
            yield Edit("term_extra", _too_much(node.right), line, spot, node.left)
            yield Edit("term_extra", _too_much(node.left), line, spot, right)
    for line in case.trial.lines:
        if isinstance(line.node, ast.AugAssign) and isinstance(line.node.op, ast.Add | ast.Sub):
            nothing = ast.copy_location(ast.Pass(), line.node)
            yield Edit("counted_twice", _twice(case, line), line, None, [nothing])


def _too_much(term: ast.expr) -> Callable[[], str]:
    return lambda: f"the term {written(term)} is too much"


def _twice(case: Case, line: Line) -> str:
    for other in case.trial.lines:
        if other is not line and other.statement.text == line.statement.text:
            numbers = sorted((other.statement.line, line.statement.line))
            return f"line {numbers[1]} adds the same as line {numbers[0]}: it is counted twice"
    return f"line {line.statement.line} adds what does not belong there"


def missing_terms(case: Case) -> Iterator[Edit]:
    """Every part of a line plus or minus a helper variable that nothing reads."""
    yield from _with_terms(case, case.unread)


def missing_gradients(case: Case) -> Iterator[Edit]:
    """The same with gradients."""
    yield from _with_terms(case, case.gradients)


def _with_terms(case: Case, texts: list[str]) -> Iterator[Edit]:
    for text in texts:
        for line, spot in case.spots:
            if spot.exponent or text in line.statement.writes or not _may_be_summed(case, text, spot.node):
                continue
            for operator in (ast.Add(), ast.Sub()):
                new = binary(spot.node, operator, name(text))
                yield Edit("term_missing", f"missing the term {text}", line, spot, new)


def _may_be_summed(case: Case, text: str, node: ast.expr) -> bool:
    shape = case.shape(node)
    if shape is None:
        return False
    other = case.trial.bench.cut_at(text) if text in case.gradients else None
    return text not in case.gradients or (other is not None and fit_together(other.shape, shape))


def no_path(program: Program, tensor: str) -> str:
    """Why the gradient of a tensor is zero that autograd finds no path to."""
    if tensor not in _behind_loss(program):
        return f"the loss does not depend on {tensor}, so its gradient is zero"
    return (
        f"no path of autograd's graph leads from the loss to {tensor}, so its gradient is zero "
        "(look for .detach(), .item(), .data or torch.no_grad() in the forward)"
    )


def _behind_loss(program: Program) -> set[str]:
    """The names that the loss is made from, by what each line of the forward reads."""
    section = program.section("forward")
    statements = section.statements if section else ()
    behind, before = {program.loss}, 0
    while before < len(behind):
        before = len(behind)
        makers = [statement for statement in statements if behind.intersection(statement.writes)]
        behind.update(name for statement in makers for name in statement.reads)
    return behind
