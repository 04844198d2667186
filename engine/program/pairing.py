"""Which handwritten gradient belongs to which tensor: by name, `dX` to `X`."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterable
from dataclasses import dataclass
from functools import cached_property

from .did_you_mean import is_slip, nearest
from .frame import is_inside
from .handwritten import Handwritten
from .names import holders_of, is_place, parts_of
from .naming import NamingScheme, Place
from .program import Program
from .reachability import read_in_headers
from .section import Section
from .statements import Statement
from .torch_operations import allocates


@dataclass(frozen=True)
class Candidate:
    """A place that handwritten lines fill and that could be a gradient's, with these lines."""

    target: Place
    """Where the gradient is held."""
    of: Place
    """Where the tensor is held that it would be the gradient of."""
    lines: tuple[int, ...]
    allocated: bool = False
    """Whether it begins as memory to be filled (`torch.zeros_like(X)`), maybe through views of it."""
    early: bool = False
    """Whether the forward writes it, beside the loss: `loss, dz = mse(z, y)`."""

    @cached_property
    def name(self) -> str:
        """The gradient as the program writes it."""
        return str(self.target)

    @cached_property
    def tensor(self) -> str:
        """The tensor as the program writes it."""
        return str(self.of)


@dataclass(frozen=True)
class Unpaired:
    """A name that looks like a gradient and pairs with no tensor."""

    name: str
    line: int
    suggestion: str | None
    message: str


def candidates(program: Program, handwritten: Handwritten) -> dict[str, Candidate]:
    """Every name that handwritten lines write and that is named like a gradient, by name."""
    tensor, beside = program.naming.tensor, handwritten.beside
    lines: dict[str, list[int]] = {}
    allocated: set[str] = set()
    for statement in handwritten.statements:
        fit = [name for name in statement.writes if tensor(name)]
        if statement.section == "forward":
            fit = [name for name in fit if name in beside]
        bound = [name for name in fit if name in statement.binds]
        for name in bound or fit:
            lines.setdefault(name, []).append(statement.line)
        if any(map(allocates, statement.called)):
            allocated.update(statement.binds)
    held = {parts_of(name)[0] for name in lines if is_place(name)}
    return {
        name: Candidate(Place(name), Place(tensor(name)), tuple(at), name in allocated, name in beside)
        for name, at in lines.items()
        if name not in held
    }


def gradient_writes(
    statement: Statement, names: Iterable[str], gradients: Container[str], kept: Container[str]
) -> list[str]:
    """Which of the names that a statement wrote count as writes of gradients.

    A change through an alias counts while the gradient is being built (`flat = dX.view(-1)`), but not
    where the statement builds another gradient: that one merely shares memory, and whoever reads this
    one afterwards reads a wrong value. `dz = dh.mul_(m)` builds dz, and dh is its memory. The gradients in
    `kept` are read after the backward: any change counts.
    """
    own = statement.binds if any(name in gradients for name in statement.binds) else statement.writes
    foreign = any(name in gradients for name in own)
    return [name for name in names if name in gradients and (name in own or not foreign or name in kept)]


def unpaired(
    wanted: Iterable[Candidate], tensors: Iterable[str], written: Iterable[str], naming: NamingScheme
) -> tuple[Unpaired, ...]:
    """Candidates without a tensor that are a near miss of a gradient that is missing.

    Any other is a helper variable, and nothing is said of it.
    """
    known = set(tensors)
    missing = {name for name in known - set(written) if not is_inside(name)}
    near_misses = []
    for candidate in wanted:
        if candidate.tensor in known or is_inside(candidate.name):
            continue
        near = nearest(candidate.tensor, missing, 0.8)
        slips = [name for name in sorted(missing) if is_slip(candidate.tensor, name)]
        if guess := near or next(iter(slips), None):
            near_misses.append(_near_miss(candidate, naming.gradient(guess)))
    return tuple(near_misses)


def _near_miss(candidate: Candidate, guess: str) -> Unpaired:
    line, name, tensor = candidate.lines[0], candidate.name, candidate.tensor
    message = f"line {line}, {name}: no tensor `{tensor}`; did you mean `{guess}`?"
    return Unpaired(name, line, guess, message)


def unwritten_reads(section: Section, missing: Iterable[str]) -> tuple[str, ...]:
    """Which of the missing gradients a section reads, headers of loops included, in the order given."""
    nodes = [node for node in ast.walk(section.tree) if isinstance(node, ast.Name)]
    whole = {node.id for node in nodes if isinstance(node.ctx, ast.Load)}
    read = read_in_headers([section.tree])
    bound: set[str] = set()
    for statement in section.statements:
        read |= statement.reads - bound
        bound |= set(statement.binds) if statement.always else set()
    return tuple(name for name in missing if name in read or not whole.isdisjoint(holders_of(name)))
