"""One walk over the forward in reverse: for each use of a tensor, a term of its gradient."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field

from ...program.naming import NamingScheme
from ...program.program import Program
from ...program.torch_operations import draws_mask
from ...tensors.inert import is_any, is_tensor
from .. import rows  # noqa: F401  (it fills the table)
from ..joined_terms import joined
from ..node import Node, Refused
from ..operation import Operand, operation_of
from ..table import RULES, Use
from ..term import Term
from ..trees import name
from .traced_forward import Trace

_MOST = 40
"""So many terms of one line of the forward are written out."""
_DEEPEST = 30
"""So many operations on the way to one tensor are written in one line."""
TOO_LONG = "its gradient is too long to write out: one line of the forward stands for too many steps"


@dataclass(frozen=True, eq=False)
class Contribution:
    """What one use adds to a gradient."""

    tensor: str
    line: int
    """The line of the forward that uses it."""
    target: str
    """The tensor that the line makes."""
    upstream: str
    """The name of its gradient, which comes in; of the loss, nothing."""
    uses: tuple[Use, ...]
    """The operations on the way, from the outermost to that on the tensor itself."""
    term: Term


@dataclass(frozen=True, eq=False)
class _Target:
    """What a line of the forward makes, and the name of its gradient."""

    tensor: str
    gradient: str


@dataclass(frozen=True, eq=False)
class _Piece:
    target: _Target
    node: Node
    term: Term
    uses: tuple[Use, ...]


@dataclass(eq=False)
class Walked:
    """The contributions to every tensor, in the order of the backward, or why there are none."""

    naming: NamingScheme
    loss: str
    """The name of the loss."""
    contributions: dict[str, list[Contribution]] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    """The tensors in the order in which their gradients are complete."""
    refused: dict[str, Refused] = field(default_factory=dict)
    pieces: dict[int, list[_Piece]] = field(default_factory=dict)
    """What came to pieces of an expression without a name, until all of its pieces have been visited."""


def walk(trace: Trace, wanted: frozenset[str], program: Program, written: Container[str] = ()) -> Walked:
    """Go through the forward in reverse. `wanted` are the leaves whose gradients are looked for.

    What is `written` in it is a gradient itself and has none.
    """
    walked = Walked(program.naming, program.loss)
    own = [(label, node) for label, node in trace.assigned if label not in written]
    named = [(label, node) for label, node in own if node.name == label and _has_gradient(node)]
    earliest: dict[str, int] = {}
    last = _last_pieces(trace.assigned, [node for _, node in named])
    walked.pieces = {source: [] for sources in last.values() for source in sources}
    for position, (label, node) in reversed(list(enumerate(named))):
        if label != walked.loss:
            walked.order.append(label)
        for contribution in _visited(label, node, walked, last.get(position, ())):
            walked.contributions.setdefault(contribution.tensor, []).append(contribution)
            earliest[contribution.tensor] = position
    called_so = [(label, node) for label, node in trace.names.items() if node.name == label]
    leaves = {label for label, node in called_so if _is_leaf(node) and label in wanted}
    _place_leaves(walked, [label for label, _ in named], leaves & earliest.keys(), earliest)
    walked.order += sorted(leaves - earliest.keys())
    return walked


def _visited(label: str, node: Node, walked: Walked, whole: Sequence[int]) -> Iterator[Contribution]:
    """What a tensor adds to others; after the last piece of an expression, what that adds."""
    # what no part of the loss is made from adds nothing
    if label == walked.loss or label in walked.contributions or label in walked.refused:
        yield from _from(label, node, walked)
    for source in reversed(whole):
        if pieces := walked.pieces.pop(source):
            first = pieces[0]
            term = joined([piece.term for piece in pieces])
            yield from _descend(first.target, first.node, term, first.uses, walked)


def _last_pieces(assigned: Sequence[tuple[str, Node]], named: Sequence[Node]) -> dict[int, list[int]]:
    """Which expressions were taken apart, by the place of the first named tensor that may use a piece.

    The walk comes there last.
    """
    places = {id(node): place for place, node in enumerate(named)}
    sources_by_place: dict[int, list[int]] = {}
    waiting: dict[int, None] = {}
    for _, node in assigned:
        if (source := _taken_apart(node)) is not None:
            waiting.setdefault(id(source))
        if id(node) in places:
            sources_by_place.setdefault(places[id(node)], []).extend(waiting)
            waiting.clear()
    seen: set[int] = set()
    for place, sources in sorted(sources_by_place.items()):
        sources_by_place[place] = [source for source in sources if source not in seen]
        seen.update(sources)
    return sources_by_place


def _taken_apart(node: Node) -> Node | None:
    """The expression of several results that a node is, or is a piece of."""
    written = node.written
    source = node.part(written.value) if isinstance(written, ast.Subscript) else node
    source = source.alias_of or source if source is not None else None
    several = source is not None and is_any(source.value, (tuple, list))
    return source if several and source is not None and isinstance(source.written, ast.Call) else None


def _has_gradient(node: Node) -> bool:
    return is_tensor(node.value) and node.value.requires_grad


def _is_leaf(node: Node) -> bool:
    return _has_gradient(node) and node.value.is_leaf


def _place_leaves(walked: Walked, named: list[str], leaves: set[str], earliest: dict[str, int]) -> None:
    """A leaf's gradient is complete once that of the first tensor made from it is."""
    for leaf in sorted(leaves, key=lambda name: -earliest[name]):
        after = named[earliest[leaf]]
        at = walked.order.index(after) + 1 if after in walked.order else 0
        while at < len(walked.order) and walked.order[at] in leaves:
            at += 1
        walked.order.insert(at, leaf)


def _from(label: str, node: Node, walked: Walked) -> Iterator[Contribution]:
    shape = tuple(node.value.shape)
    target = _Target(label, walked.naming.gradient(label) if label != walked.loss else "")
    up = Term(None, shape, ())
    if target.gradient:
        up = Term(name(target.gradient), shape, shape, shares=target.gradient)
    for count, contribution in enumerate(_descend(target, node, up, (), walked)):
        if count == _MOST:
            _refuse(node, Refused(TOO_LONG, node.line), walked, inside=True)
            return
        yield contribution


def _descend(
    target: _Target, node: Node, up: Term, uses: tuple[Use, ...], walked: Walked
) -> Iterator[Contribution]:
    if node.alias_of is not None:
        yield from _reach(target, node.alias_of, up, uses, walked)
        return
    try:
        if len(uses) > _DEEPEST:
            raise Refused(TOO_LONG, node.line)
        following = _uses(node, up)
    except Refused as refused:
        _refuse(node, refused, walked, inside=True)
        return
    for use in following:
        try:
            term = use.rule.term(use)
        except Refused as refused:
            _refuse(use.node, refused, walked)
            continue
        yield from _reach(target, use.node, term, (*uses, use), walked)


def _reach(
    target: _Target, node: Node, term: Term, uses: tuple[Use, ...], walked: Walked
) -> Iterator[Contribution]:
    if node.name:
        line = uses[-1].line if uses else node.line
        yield Contribution(node.name, line, target.tensor, target.gradient, uses, term)
    else:
        yield from _inside(target, node, term, uses, walked)


def _inside(
    target: _Target, node: Node, term: Term, uses: tuple[Use, ...], walked: Walked
) -> Iterator[Contribution]:
    """On through an expression that has no name; the gradient of a part becomes one of the whole."""
    if term.piece is not None and id(term.piece.source) in walked.pieces:
        walked.pieces[id(term.piece.source)].append(_Piece(target, node, term, uses))
        return
    try:
        term = term.whole(node.tree()) if term.into is not None or term.piece is not None else term
    except Refused as refused:
        _refuse(node, refused, walked, inside=True)
        return
    yield from _descend(target, node, term, uses, walked)


def _uses(node: Node, up: Term) -> list[Use]:
    """The operation of a node, once for each operand that a gradient flows into."""
    if node.why_not:
        raise Refused(node.why_not, node.line)
    operation = operation_of(node)
    if draws_mask(operation.name):
        raise Refused(f"{operation.name} draws a mask that has no name, line {node.line}", node.line)
    known = [row for (name_, _), row in RULES.items() if name_ == operation.name]
    if not known:
        raise Refused(f"no rule for {operation.name}, line {node.line}", node.line)
    operands = operation.bound(known[0].parameters)
    uses: list[Use] = []
    for parameter, operand in operands.items():
        if parameter in _LIKE:
            continue
        for place, wanting in _differentiable(operand):
            row = RULES.get((operation.name, parameter))
            if row is None:
                raise Refused(f"no rule for {operation.name} by {parameter}, line {node.line}", node.line)
            uses.append(Use(operation, operands, row, up, wanting, place))
    return uses


_LIKE = ("like", "kind")
"""Operands of which only the shape or the type is read."""


def _differentiable(operand: Operand) -> list[tuple[int, Node]]:
    """The expressions that stand for a parameter and need a gradient, each with its place."""
    several = operand if isinstance(operand, tuple) else (operand,)
    return [
        (place, part) for place, part in enumerate(several) if isinstance(part, Node) and part.differentiable
    ]


def _refuse(node: Node, refused: Refused, walked: Walked, *, inside: bool = False) -> None:
    """A tensor lacks a term: the node if it has a name, else, or with `inside`, all that it was made from."""
    left, seen = [node], {id(node)} if not inside else set[int]()
    while left:
        lacking = left.pop()
        # what holds tensors lacks nothing itself
        if lacking.name and is_tensor(lacking.value) and not (inside and lacking is node):
            if lacking.differentiable:
                walked.refused.setdefault(lacking.name, refused)
            continue
        for part in [*lacking.parts.values(), *([lacking.alias_of] if lacking.alias_of else [])]:
            if id(part) not in seen:
                seen.add(id(part))
                left.append(part)
