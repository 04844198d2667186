"""What is no gradient and is often meant so: straight-through estimators, surrogates, clipping, ascent.

It stays wrong until the program marks it; what is said names it, with the form that autograd agrees with.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from ...program.names import called
from ...program.program import Program
from ...program.statements import Statement
from ...tensors.inert import is_tensor
from .case import Case
from .diagnosis import Diagnosis
from .edit import Edit, Line, Spot, receiver
from .probes import probe
from .wording import written

_STEPS = frozenset("sign round floor ceil trunc heaviside fix sgn argmax one_hot bernoulli".split())
_CLIPPING = frozenset({"clamp", "clip", "clamp_", "clip_"})
_LIMITS = frozenset("min max minimum maximum clamp clip".split())
_NORMS = frozenset("norm vector_norm matrix_norm sqrt".split())
_MARK = "mark the line with `# deliberate: why` if it is"


def on_purpose(case: Case) -> Diagnosis | None:
    """What lines with a slope in place of a step's zero one are."""
    step, gradients = _step(case), case.trial.stands.reads
    value, expected = case.trial.value, case.trial.expected
    zero = not bool(expected.any()) and is_tensor(value) and value.shape == expected.shape
    if step is None or len(gradients) != 1 or not zero or not bool(value.any()):
        return None
    (upstream,) = gradients
    made, name = next(iter(step.binds)), case.tensor
    formula = _formula(step)
    if upstream != case.trial.bench.gradient_of(made):
        return None
    if case.trial.is_also(case.trial.instead_of(upstream)):
        form = f"{made} = {name} + ({formula} - {name}).detach()"
        words = f"a straight-through estimator on purpose? {formula} has slope zero"
        return Diagnosis(
            "straight_through", f"{words}; autograd agrees with {form} in line {step.line}; {_MARK}"
        )
    if _is_linear(case, upstream):
        form = f"{made} = soft + ({formula} - soft).detach()"
        words = f"a surrogate slope on purpose? {formula} has slope zero"
        told = f"autograd agrees with {form} in line {step.line}, where the slope of soft is the one written"
        return Diagnosis("surrogate", f"{words}; {told}; {_MARK}")
    return None


def _step(case: Case) -> Statement | None:
    """The only statement of the forward that uses the tensor, where that is a step."""
    using = [s for s in case.forward if case.tensor in s.reads]
    if len(using) != 1 or not isinstance(using[0].node, ast.Assign) or len(using[0].binds) != 1:
        return None
    nodes = list(ast.walk(using[0].node))
    steps = any(called(node) in _STEPS or isinstance(node, ast.Compare) for node in nodes)
    return using[0] if steps else None


def _formula(step: Statement) -> str:
    assert isinstance(step.node, ast.Assign)
    return written(step.node.value)


def _is_linear(case: Case, upstream: str) -> bool:
    """Whether all of the value grows with the gradient that is read."""
    named = [(line, spot) for line, spot in case.spots if _is_name(spot, upstream)]
    measured = [probe(case.trial, line, spot) for line, spot in named]
    return len(measured) == 1 and measured[0] is not None and not bool(measured[0].rest.any())


def _is_name(spot: Spot, name: str) -> bool:
    return isinstance(spot.node, ast.Name) and spot.node.id == name


def clipping(case: Case) -> Iterator[Edit]:
    """Every line without one clipping in it, by value or by norm."""
    for line, spot in case.spots:
        inner = _unclipped(spot.node)
        if inner is not None:
            yield Edit("clipped", _clipped(case, spot.node, inner), line, spot, inner)
    for line in case.trial.lines:
        if line.own and isinstance(line.node, ast.AugAssign) and _is_limit(line.node.value):
            words = partial(_clipped_in_place, case, line)
            yield Edit("clipped", words, line, None, [ast.copy_location(ast.Pass(), line.node)])


def _unclipped(node: ast.expr) -> ast.expr | None:
    """What is clipped in an expression that clips."""
    match node:
        case ast.Call() if called(node) in _CLIPPING:
            return receiver(node) or (node.args[0] if node.args else None)
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


def _clipped_in_place(case: Case, line: Line) -> str:
    where = f"line {line.statement.line} scales {case.name} by its norm"
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
