"""What depends on what: gradients that lines read, tensors that lie downstream."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, NamedTuple

from torch import Tensor

from ....execution.gradients.execution_path import Steps
from ....program.analysis import ProgramFacts
from ....program.handwritten import touched
from ....program.reachability import globals_of_functions, read_in_functions
from ....program.statements import Statement
from ....tensors.aliasing import tensors_in
from ....tensors.autograd_graph import node_of, nodes_behind


def read_gradients(facts: ProgramFacts, names: frozenset[str]) -> frozenset[str]:
    """The gradients among `names` that some line reads, by its text, bodies of functions included.

    What only the lines that build it read does not count: it is no upstream.
    """
    found: set[str] = set()
    for statement in facts.handwritten.statements:
        found |= (statement.reads & names).difference(statement.writes)
        if set(statement.writes) - set(statement.reads):
            found |= statement.reads & names
    return frozenset(found | (read_in_functions(facts.program) & names))


def upstreams(facts: ProgramFacts, names: frozenset[str]) -> Mapping[str, tuple[str, ...]]:
    """For every gradient the gradients that its lines read, helper variables and functions followed."""
    statements, functions = facts.handwritten.statements, globals_of_functions(facts.program)
    return {name: _reads_behind(name, statements, functions, names).upstreams for name in names}


def read_through(
    facts: ProgramFacts, names: frozenset[str], passed: Set[str] = frozenset()
) -> Mapping[str, frozenset[str]]:
    """For every gradient the other names that its lines read, and that the lines of those read.

    The gradients in `passed` count as others.
    """
    statements, functions = facts.handwritten.statements, globals_of_functions(facts.program)
    return {name: _reads_behind(name, statements, functions, names - passed).others for name in names}


class _Reads(NamedTuple):
    """What is read behind a gradient, up to the next gradients."""

    upstreams: tuple[str, ...]
    others: frozenset[str]


def _reads_behind(
    name: str,
    statements: Sequence[Statement],
    functions: Mapping[str, frozenset[str]],
    names: frozenset[str],
) -> _Reads:
    found: list[str] = []
    seen, queue = {name}, [name]
    while queue:
        current = queue.pop(0)
        reads = frozenset[str]().union(*(s.reads for s in statements if current in touched(s)))
        reads |= functions.get(current, frozenset())
        for read in sorted(reads - seen):
            seen.add(read)
            if read in names:
                found.append(read)
            else:
                queue.append(read)
    return _Reads(tuple(found), frozenset(seen.difference(found) - {name}))


@dataclass(frozen=True, eq=False)
class Own:
    """The cuts at what one gradient's lines read; with `siblings`, more than the cuts was read."""

    cuts: frozenset[str]
    siblings: bool


def own_cuts(
    name: str,
    reads: Mapping[str, frozenset[str]],
    below: Mapping[str, frozenset[str]],
    tensor_of: Mapping[str, str],
) -> Own:
    """Where to cut for one gradient alone.

    A gradient of a tensor that does not depend on this one is no upstream but a sibling: what counts
    is what the sibling's own lines read, as far as it lies downstream of both. `below` holds the
    tensors downstream of each gradient's own.
    """
    cuts: set[str] = set()
    siblings = False
    seen: set[tuple[str, frozenset[str]]] = set()
    queue = [(name, below.get(name, frozenset()))]
    while queue:
        reader, allowed = queue.pop()
        for read in reads.get(reader, frozenset()) - {name}:
            narrower = allowed & below.get(read, frozenset())
            if tensor_of[read] in allowed:
                cuts.add(tensor_of[read])
            elif (read, narrower) not in seen:
                siblings = True
                seen.add((read, narrower))
                queue.append((read, narrower))
    return Own(frozenset(cuts), siblings)


def woven(steps: Steps, names: frozenset[str]) -> frozenset[str]:
    """Gradients that a loop reads while it still builds them, row by row: no cut fits there."""
    last: dict[str, tuple[int, Statement]] = {}
    for position, (statement, wrote) in enumerate(steps):
        for name in wrote:
            if name in names:
                last[name] = (position, statement)
    found: set[str] = set()
    for position, (statement, _) in enumerate(steps):
        for name in statement.reads.difference(statement.writes) & last.keys():
            end, writer = last[name]
            if position < end and statement.top == writer.top and statement.section == "backward":
                found.add(name)
    return frozenset(found)


def leaves_reached(value: Any, leaves: Mapping[str, Tensor]) -> frozenset[str]:
    """The names of the leaves that a value (a tensor or a container of some) was computed from."""
    behind = nodes_behind(tensors_in(value))
    reached = {id(node.variable) for node in behind if hasattr(node, "variable")}
    return frozenset(name for name, leaf in leaves.items() if id(leaf) in reached)


def downstream_of_each(tensors: Mapping[str, Tensor]) -> dict[str, frozenset[str]]:
    """By the name of every tensor, those of the tensors that were computed from it."""
    behind = {name: nodes_behind([tensor]) for name, tensor in tensors.items()}
    nodes = {name: node_of(tensor) for name, tensor in tensors.items()}
    return {of: frozenset(n for n in tensors if n != of and nodes[of] in behind[n]) for of in tensors}


def downstream(tensors: Mapping[str, Tensor], of: str) -> frozenset[str]:
    """The names of the tensors that were computed from the tensor `of`."""
    node = node_of(tensors[of])
    return frozenset(
        name for name, tensor in tensors.items() if name != of and node in nodes_behind([tensor])
    )
