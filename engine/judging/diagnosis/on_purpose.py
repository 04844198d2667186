"""What is no gradient and is often meant so: straight-through estimators, surrogates, clipping, ascent.

It stays wrong until the program marks it; what is said names it, with the form that autograd agrees with.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from torch import Tensor

from ...program.names import called
from ...program.program import Program
from ...program.statements import Statement
from ..linecheck.helpers.flows import equal
from ..linecheck.passes.linearity import LIMITED
from .case import Case
from .diagnosis import Diagnosis
from .edit import Edit, Line, Spot, receiver
from .probes import probe
from .slicing import reads_of
from .wording import written

_STEPS = frozenset("sign round floor ceil trunc heaviside fix sgn argmax one_hot bernoulli".split())
_CLIPPING = frozenset("clamp clip clamp_ clip_ minimum maximum fmin fmax hardtanh".split())
_LIMITS = frozenset("min max minimum maximum clamp clip".split())
_NORMS = frozenset("norm vector_norm matrix_norm sqrt".split())
_MARK = "mark the line with `# deliberate: why` if it is"


def on_purpose(case: Case) -> Diagnosis | None:
    """What lines with a slope in place of a step's zero one are."""
    step = _step(case)
    if step is None:
        return None
    made, name, formula = next(iter(step.binds)), case.tensor, _formula(step)
    upstream = case.trial.bench.gradient_of(made)
    through = _through(case, upstream)
    if through is None:
        return None
    if equal(through, case.trial.instead_of(upstream)):
        form = f"{made} = {name} + ({formula} - {name}).detach()"
        words = f"a straight-through estimator on purpose? {formula} has slope zero"
        return Diagnosis(
            "straight_through", f"{words}; autograd agrees with {form} in line {step.line}; {_MARK}"
        )
    form = f"{made} = soft + ({formula} - soft).detach()"
    words = f"a surrogate slope on purpose? {formula} has slope zero"
    told = f"autograd agrees with {form} in line {step.line}, where the slope of soft is the one written"
    return Diagnosis("surrogate", f"{words}; {told}; {_MARK}")


def _step(case: Case) -> Statement | None:
    """The only statement of the forward that makes a step of the tensor, and whose gradient is read."""
    using = [s for s in case.forward if case.tensor in s.reads and _is_step(s)]
    read = case.trial.stands.reads
    steps = [s for s in using if case.trial.bench.gradient_of(next(iter(s.binds))) in read]
    return steps[0] if len(steps) == 1 else None


def _is_step(statement: Statement) -> bool:
    if not isinstance(statement.node, ast.Assign) or len(statement.binds) != 1:
        return False
    nodes = ast.walk(statement.node)
    return any(called(node) in _STEPS or isinstance(node, ast.Compare) for node in nodes)


def _through(case: Case, upstream: str) -> Tensor | None:
    """What grows with a gradient that is read, where all the rest is what autograd has without it."""
    named = [(line, spot) for line, spot in case.spots if _is_name(spot, upstream)]
    measured = probe(case.trial, *named[0]) if len(named) == 1 else None
    if measured is None or not measured.is_beside(case.trial.expected):
        return None
    return measured.share


def _formula(step: Statement) -> str:
    assert isinstance(step.node, ast.Assign)
    return written(step.node.value)


def _is_name(spot: Spot, name: str) -> bool:
    return isinstance(spot.node, ast.Name) and spot.node.id == name


def clipping(case: Case) -> Iterator[Edit]:
    """Every line without one clipping in it, by value or by norm."""
    for line, spot in case.spots:
        inner = _unclipped(spot.node)
        if inner is not None:
            yield Edit("clipped", _clipped(case, spot.node, inner), line, spot, inner)
    for line in case.trial.lines:
        how = _how_in_place(line.node) if line.own else ""
        if how:
            words = partial(_clipped_in_place, case, line, how)
            yield Edit("clipped", words, line, None, [ast.copy_location(ast.Pass(), line.node)])


def clipped_far_out(case: Case) -> Edit | None:
    """The line without the clipping that shows at larger upstream gradients alone."""
    if LIMITED not in case.trial.judgement.message:
        return None
    reads = case.trial.stands.reads
    for edit in clipping(case):
        clipped = reads if edit.spot is None else reads & reads_of([ast.Expr(edit.spot.node)]).names
        if clipped and case.trial.holds(edit):
            return edit
    return None


def _how_in_place(node: ast.stmt) -> str:
    """How a statement clips what it changes; nothing where it does not."""
    match node:
        case ast.AugAssign(value=value) if _is_limit(value):
            return "scales {} by its norm"
        case ast.Expr(value=ast.Call() as call) if called(call) in _CLIPPING:
            return "clips {} in place"
    return ""


def _unclipped(node: ast.expr) -> ast.expr | None:
    """What is clipped in an expression that clips."""
    match node:
        case ast.Call() if called(node) in _CLIPPING:
            inner = receiver(node) or (node.args[0] if node.args else None)
            return inner and (_unclipped(inner) or inner)
        case ast.BinOp(op=ast.Mult() | ast.Div()) if _is_limit(node.right):
            return node.left
        case ast.BinOp(op=ast.Mult()) if _is_limit(node.left):
            return node.right
    return None


def _is_limit(node: ast.expr) -> bool:
    """Whether an expression is the smaller or the larger of two, with a norm in it."""
    nodes = list(ast.walk(node))
    limits = any(isinstance(one, ast.IfExp) or called(one) in _LIMITS for one in nodes)
    return limits and any(called(one) in _NORMS for one in nodes)


def _clipped_in_place(case: Case, line: Line, how: str) -> str:
    where = f"line {line.statement.line} {how.format(case.name)}"
    return f"clipped on purpose? {where}, after it is complete; {_MARK}"


def _clipped(case: Case, node: ast.expr, inner: ast.expr) -> Callable[[], str]:
    def say() -> str:
        words = f"clipped on purpose? {written(inner)} alone is the gradient, {written(node)} is not"
        form = f"autograd agrees where {case.name} is complete before a line of its own clips it"
        return f"{words}; {form}; {_MARK}"

    return say


def ascent(
    program: Program, found: Mapping[str, Diagnosis], roots: frozenset[str], parameters: tuple[str, ...]
) -> dict[str, Diagnosis]:
    """The diagnoses where every gradient that reads no other has the other sign, and the update adds."""
    flipped = {name for name, one in found.items() if one.message == "sign flipped"}
    if not roots or flipped != roots or flipped != found.keys() or not _adds(program, parameters):
        return {}
    words = "sign flipped in every gradient that comes from the loss, and the update adds: ascent on purpose?"
    message = f"{words} autograd agrees with a loss of the other sign and an update that subtracts; {_MARK}"
    return {name: Diagnosis("ascent", message) for name in flipped}


def _adds(program: Program, parameters: tuple[str, ...]) -> bool:
    """Whether the update adds its gradient to every parameter."""
    section = program.section("update")
    adding = set[str]()
    for statement in section.statements if section else ():
        match statement.node:
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Add()):
                adding.add(name)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp(ast.Name(id=other), ast.Add())):
                adding.update({name} & {other})
    return bool(parameters) and adding.issuperset(parameters)
