"""The same program with other numbers in it: what is said of a number has to be so there as well."""

from __future__ import annotations

import ast
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import chain, combinations_with_replacement, count
from typing import Any

import torch
from torch import Tensor

from ...execution.replay.world import World
from ...execution.session import Session
from ...program.names import called
from ...program.program import Program, ProgramError
from ...program.reachability import FUNCTIONS
from ...program.reading import read_again
from ...program.runs_again import runs_again
from ...program.torch_operations import takes_sizes
from ...tensors.held_names import all_names
from ...tensors.inert import is_a, is_any, is_tensor
from ...tensors.rng_state import random_state
from ..linecheck.passes.attempt import Attempt, NotInDouble, attempt_of
from ..linecheck.passes.scales import scales_in

_SIZES = 4
"""So many numbers are changed one by one."""
_ENTRIES = 1_000_000
"""A program whose tensors have more entries is not made again at other sizes."""
_SMALL = 4
"""A number of lines up to this is a factor more often than a size."""
_FACTORS = tuple(1 / (1 + 0.1 * math.sqrt(prime)) for prime in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29))
"""No two numbers are changed alike, and no product of some is that of others."""


@dataclass(frozen=True, eq=False)
class Variation:
    """A program with other numbers: made anew from another text, or with names that hold others."""

    attempt: Attempt
    scalars: Mapping[str, float] = field(default_factory=dict)
    """What names hold instead."""
    decides: bool = True
    """Whether what is wrong here is wrong: not where a number may be tied to what has not changed."""

    @contextmanager
    def open(self) -> Iterator[World]:
        """A world of its own, in which the forward has not run yet."""
        with self.attempt.open() as world:
            self.attempt.session.namespace.update(self.scalars)
            yield world


def variations(attempt: Attempt) -> tuple[Variation, ...]:
    """Those of a program that run as far as its lines."""
    session = attempt.session
    literals = _literal_names(session.program)
    read = _read(session.program)
    values = all_names(session.namespace)
    numbers = {name: value for name, value in values.items() if name in read and _is_number(value)}
    floats = {n: v for n, v in numbers.items() if n in literals and isinstance(v, float)}
    scaled = {name: value * factor for (name, value), factor in zip(floats.items(), _FACTORS, strict=False)}
    moved = [Variation(attempt, scaled)] if scaled else []
    resized = [*_at_other_sizes(attempt)]
    single = [
        Variation(attempt, {name: value + 1 if is_a(value, int) else value * _FACTORS[0]}, decides=False)
        for name, value in list(numbers.items())[:_SIZES]
        if name not in scaled and not any(_differs(one, name, value) for one in resized)
    ]
    return (*filter(_runs, moved), *resized, *filter(_runs, single))


def _differs(variation: Variation, name: str, value: float) -> bool:
    return variation.attempt.session.namespace.get(name) != value


def _is_number(value: Any) -> bool:
    return is_any(value, (int, float)) and not is_a(value, bool)


def _runs(variation: Variation) -> bool:
    with suppress(Exception), variation.open() as world:
        return bool(variation.attempt.forward(world).loss.isfinite().all())
    return False


def _read(program: Program) -> frozenset[str]:
    """The names that the forward and the handwritten lines read."""
    sections = [program.section(kind) for kind in ("forward", "backward")]
    statements = [statement for section in sections if section for statement in section.statements]
    return frozenset[str]().union(*(statement.reads for statement in statements))


def _literal_names(program: Program) -> set[str]:
    """The names that the setup binds to numbers as they stand in the text, and to nothing else."""
    section = program.section("setup")
    plain, others = set[str](), set[str]()
    for statement in section.statements if section else ():
        node = statement.node
        value = node.value if isinstance(node, ast.Assign) else None
        values = value.elts if isinstance(value, ast.Tuple) else [value]
        literal = all(isinstance(part, ast.Constant) for part in values)
        (plain if literal else others).update(statement.writes)
    return plain - others


def _at_other_sizes(attempt: Attempt) -> Iterator[Variation]:
    """The program with the numbers of its setup and parameters changed together, or else one by one."""
    program = attempt.session.program
    sections = [section for kind in ("setup", "parameters") if (section := program.section(kind))]
    trees = [section.tree for section in sections]
    tensors = [value for value in all_names(attempt.session.namespace).values() if is_tensor(value)]
    if not all(map(runs_again, trees)) or sum(map(Tensor.numel, tensors)) > _ENTRIES:
        return
    # a whole number in a function is a factor more often than a size
    inside = {id(node) for tree in trees for function in _functions(tree) for node in ast.walk(function)}
    every = [node for tree in trees for node in _sizes(tree)]
    made = [*_with_sizes(attempt, [node for node in every if id(node) not in inside])]
    yield from made or (_with_sizes(attempt, every) if inside else ())


def _functions(tree: ast.AST) -> Iterator[ast.AST]:
    return (node for node in ast.walk(tree) if isinstance(node, FUNCTIONS))


def _with_sizes(attempt: Attempt, nodes: Sequence[Any]) -> Iterator[Variation]:
    sizes: dict[int, list[Any]] = {}
    for node in nodes:
        sizes.setdefault(node.value, []).append(node)
    staying = _sizes_in_lines(attempt.session.program, sizes)
    own = dict(zip(sorted(sizes), _unrelated(sizes), strict=True))
    for other in (own, {size: 2 * size for size in sizes}) if sizes else ():
        made = _made(attempt, sizes, other)
        if made is not None:
            yield Variation(made, decides=not staying & sizes.keys())
            return
    for size in sorted(sizes)[:_SIZES]:
        made = _made(attempt, sizes, {size: size + 1}) or _made(attempt, sizes, {size: 2 * size})
        if made is not None:
            yield Variation(made, decides=size not in staying)


def _sizes_in_lines(program: Program, sizes: Collection[int]) -> set[int]:
    """The sizes that stand as numbers in the forward and the handwritten lines, which stay as they are.

    A larger number is one as well where it is the product of some.
    """
    sections = [section for kind in ("forward", "backward") if (section := program.section(kind))]
    nodes = [node for section in sections for node in ast.walk(section.tree)]
    places = [place for node in nodes for place in _places_of_sizes(node)]
    found = {node.value for place in places for node in ast.walk(place) if _is_whole(node)}  # type: ignore[attr-defined]
    numbers = {node.value for section in sections for node in _sizes(section.tree)}
    for some in chain.from_iterable(combinations_with_replacement(sizes, many) for many in (1, 2, 3)):
        if math.prod(some) > _SMALL and math.prod(some) in numbers:
            found.update(some)
    return found


def _places_of_sizes(node: ast.AST) -> Sequence[ast.expr]:
    if isinstance(node, ast.Slice):
        return [bound for bound in (node.lower, node.upper) if bound is not None]
    sizes = called(node) == "range" or takes_sizes(called(node))
    return node.args if isinstance(node, ast.Call) and sizes else []


def _unrelated(sizes: Collection[int]) -> Iterator[int]:
    """For every size, from the smallest on, a prime above it that stands for no other: no product of some."""
    last = 2
    for size in sorted(sizes):
        last = next(n for n in count(max(last, size) + 1) if all(n % part for part in range(2, n)))
        yield last


def _sizes(tree: ast.AST) -> Iterator[Any]:
    """The whole numbers from 2 on that stand in a section, exponents and seeds aside."""
    others = set[int]()
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            others.add(id(node.right))
        elif called(node) == "manual_seed":
            others.update(map(id, ast.walk(node)))
        elif _is_whole(node) and id(node) not in others:
            yield node


def _is_whole(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int and node.value > 1


def _made(attempt: Attempt, sizes: Mapping[int, Sequence[Any]], others: Mapping[int, int]) -> Attempt | None:
    """The attempt in a program with other numbers in place of some; None where it does not run."""
    new = [(node, other) for size, other in others.items() for node in sizes[size]]
    before, dtype = random_state(()), torch.get_default_dtype()
    try:
        return _begun(attempt, _with_numbers(attempt.session.program, new))
    except (ProgramError, NotInDouble, RuntimeError, ValueError, TypeError, LookupError, ArithmeticError):
        return None
    finally:
        before.restore()
        torch.set_default_dtype(dtype)


def _begun(attempt: Attempt, program: Program) -> Attempt | None:
    session = Session(program, attempt.session.seed, attempt.session.interpreter.cancel)
    if session.begin() is not None:
        return None
    record = session.iterate()
    if record.failure is not None and record.failure.section in ("forward", "backward"):
        return None
    other = replace(
        attempt_of(session, record, attempt.dtype, {}, apart=attempt.apart), sparse=attempt.sparse
    )
    if other.reading.names != attempt.reading.names:
        return None
    return replace(other, scales=scales_in(other)) if attempt.scales else other


def _with_numbers(program: Program, new: Sequence[tuple[Any, int]]) -> Program:
    lines = [line.encode() for line in program.lines]
    for node, number in sorted(new, key=lambda pair: (pair[0].lineno, pair[0].col_offset), reverse=True):
        line = lines[node.lineno - 1]
        lines[node.lineno - 1] = line[: node.col_offset] + b"%d" % number + line[node.end_col_offset :]
    text = b"\n".join(lines).decode()
    return read_again(program, text, f"{program.name} at other sizes")
