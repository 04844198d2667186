"""The gradients of a program, and the lines that build each."""

from __future__ import annotations

import ast
from types import ModuleType
from typing import Any

from ....execution.iteration import Iteration
from ....execution.recording.steps import MISSING
from ....execution.session import Session
from ....program.program import Program
from ....program.torch_operations import allocates
from ....tensors.aliasing import Namespace
from ....tensors.inert import is_tensor
from .name_versions import own_writes

COPIED = "taken from autograd, by .grad: no line of it is handwritten"


def copied_gradients(program: Program, namespace: Namespace) -> frozenset[str]:
    """The names whose lines read `.grad` of a tensor, which autograd filled."""
    section = program.section("backward")
    return frozenset(
        name
        for statement in (section.statements if section is not None else ())
        if any(_is_grad_of_tensor(node, namespace) for node in ast.walk(statement.node))
        for name in statement.writes
    )


def _is_grad_of_tensor(node: ast.AST, namespace: Namespace) -> bool:
    """Whether it is an attribute `grad` of what may be a tensor: not that of a module, or of an object."""
    if not isinstance(node, ast.Attribute) or node.attr != "grad":
        return False
    held = _held(node.value, namespace)
    return held is MISSING or is_tensor(held)


def _held(node: ast.expr, namespace: Namespace) -> Any:
    """What a dotted name stands for, as far as that can be told without running code of the program."""
    if isinstance(node, ast.Name):
        return namespace.get(node.id, MISSING)
    if isinstance(node, ast.Attribute):
        owner = _held(node.value, namespace)
        return vars(owner).get(node.attr, MISSING) if isinstance(owner, ModuleType) else MISSING
    return MISSING


def gradient_names(session: Session, iteration: Iteration) -> tuple[str, ...]:
    """Every gradient of the program: those that lines write, and those that lines only read."""
    references = iteration.references
    known = {*references.gradients, *references.others}
    taken = known_before(session)
    tensor = session.program.naming.tensor
    only_read = [n for n in _read_like_gradients(session.program) if tensor(n) in known and n not in taken]
    return tuple(dict.fromkeys([*(pair.name for pair in iteration.written.pairs), *only_read]))


def _read_like_gradients(program: Program) -> tuple[str, ...]:
    """Names that a handwritten line reads and that are named like gradients."""
    section = program.section("backward")
    read = {name for statement in (section.statements if section else ()) for name in statement.reads}
    return tuple(sorted(filter(program.naming.tensor, read)))


def known_before(session: Session) -> frozenset[str]:
    """Names that mean something else before the backward: `dx = x[1:] - x[:-1]` in the forward."""
    return session.roles.defined.union(session.facts.bound("forward"))


def allocated_gradients(session: Session) -> frozenset[str]:
    """The gradients that begin as memory to be filled."""
    return frozenset(name for name, candidate in session.facts.candidates.items() if candidate.allocated)


def written_lines(iteration: Iteration, name: str, count: int | None = None) -> tuple[int, ...]:
    """The lines that build a gradient: those that did, or where it was not reached, those that would.

    With `count`, only so many of its writes do.
    """
    if name not in iteration.writes:
        return ()
    writes = own_writes(iteration, name, count)
    if len(writes) == 1:
        return (iteration.statement_at(writes[0]).line,)
    values = {position: slot.value for position, slot in iteration.history.get(name, ())}
    filled = [position for position in writes if values.get(position, MISSING) is not None]
    lines = {iteration.statement_at(position).line for position in filled or writes}
    return tuple(sorted(lines or set(iteration.gradients[name].pair.lines)))


def filled_lines(iteration: Iteration, name: str) -> frozenset[int]:
    """The lines that build a gradient but do not make the memory that it begins as."""
    statements = map(iteration.statement_at, own_writes(iteration, name))
    return frozenset(one.line for one in statements if not any(map(allocates, one.called)))


def read_in_part(iteration: Iteration, name: str, upstream: str) -> bool:
    """Whether a line of a gradient reads an upstream one after its first write and before its last."""
    if name not in iteration.gradients or upstream not in iteration.gradients:
        return False
    built = own_writes(iteration, upstream)
    return any(
        upstream in iteration.statement_at(position).reads and built[0] < position < built[-1]
        for position in iteration.gradients[name].writes
        if built and position not in built
    )
