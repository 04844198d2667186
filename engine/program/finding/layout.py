"""A region taken apart into what runs once, what the loops around it run, and the parts of one iteration."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..around import BREAK, CONTINUE, HIDDEN, Block, Level, leaving
from .parameters import updates
from .pieces import Piece, is_blank
from .regions import Inside, Region
from .trunk import with_jumps_exchanged


@dataclass(frozen=True, eq=False)
class Layout:
    """The statements of a file by what they are for."""

    setup: Block
    parameters: Block
    levels: tuple[Level, ...]
    forward: Block
    backward: Block
    update: Block


@dataclass(eq=False)
class _Open:
    """A level while it is put together."""

    node: ast.For | ast.While | ast.If
    before: list[ast.stmt] = field(default_factory=list)
    after: list[ast.stmt] = field(default_factory=list)

    def closed(self) -> Level:
        """The level, its jumps exchanged."""
        self.node.orelse = [*exchanged(self.node.orelse)]
        return Level(self.node, exchanged(self.before), exchanged(self.after))


def layout_of(region: Region, parameters: Collection[str], lists: Mapping[str, frozenset[str]]) -> Layout:
    """The statements of a region and of all around it, in their parts."""
    head, forward = _head_and_forward(region, parameters)
    backward, update = _backward_and_update(region, parameters, lists)
    early = [piece for piece in forward if _makes_room_for_gradient(region, piece)]
    forward = [piece for piece in forward if piece not in early]
    prologue, levels = _around(region.path, [piece.node for piece in head])
    first = next((at for at, node in enumerate(prologue) if _binds(node, parameters)), len(prologue))
    return Layout(
        setup=tuple(prologue[:first]),
        parameters=tuple(prologue[first:]),
        levels=levels,
        forward=(*_block(region, forward), *region.more),
        backward=_block(region, [*early, *backward]),
        update=_block(region, update),
    )


def _block(region: Region, pieces: Iterable[Piece]) -> Block:
    nodes = [piece.node for piece in pieces]
    return tuple(nodes) if region.loop is None else exchanged(nodes)


def exchanged(block: Iterable[ast.stmt]) -> Block:
    """Statements that stood in a loop, with what they run in place of its `break` and `continue`."""
    return with_jumps_exchanged(
        block, lambda node: leaving(BREAK if isinstance(node, ast.Break) else CONTINUE, node)
    )


def before_region(region: Region) -> list[ast.stmt]:
    """All that runs before it, of the blocks that it stands in."""
    return [node for inside in region.path for node in _split(inside)[0]]


def _split(inside: Inside) -> tuple[Sequence[ast.stmt], Sequence[ast.stmt]]:
    at = inside.siblings.index(inside.node)
    return inside.siblings[:at], inside.siblings[at + 1 :]


def _around(path: Sequence[Inside], head: Sequence[ast.stmt]) -> tuple[list[ast.stmt], tuple[Level, ...]]:
    """What runs once before all loops, and the levels around the region."""
    prologue: list[ast.stmt] = []
    levels: list[_Open] = []
    current = prologue
    for depth, inside in enumerate(path):
        before, after = _split(inside)
        current += before
        if levels:
            levels[-1].after[:0] = after
        node = inside.node
        if isinstance(node, ast.For | ast.While | ast.If):
            levels.append(_Open(_one_way(node, inside.block)))
            current = levels[-1].before
        elif isinstance(node, ast.With):
            current += _entered(node, depth)
            if levels:
                levels[-1].after[:0] = _exited(node, depth)
    current += head
    return prologue, tuple(level.closed() for level in levels)


def _one_way(node: ast.For | ast.While | ast.If, block: list[ast.stmt]) -> ast.For | ast.While | ast.If:
    """An `if` whose `else` leads to the region, turned round."""
    if not isinstance(node, ast.If) or block is not node.orelse:
        return node
    test = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test)
    return ast.copy_location(ast.If(test, block, node.body), node)


def _entered(node: ast.With, depth: int) -> list[ast.stmt]:
    """What enters a `with`."""
    lines: list[ast.stmt] = []
    for number, item in enumerate(node.items):
        name = f"{HIDDEN}with_{depth}_{number}__"
        held = ast.Assign([ast.Name(name, ast.Store())], item.context_expr)
        call = _call(name, "__enter__", [])
        enters = ast.Assign([item.optional_vars], call) if item.optional_vars else ast.Expr(call)
        lines += [_at(held, item.context_expr), _at(enters, item.context_expr)]
    return lines


def _exited(node: ast.With, depth: int) -> list[ast.stmt]:
    names = [f"{HIDDEN}with_{depth}_{number}__" for number in range(len(node.items))]
    nothing: list[ast.expr] = [ast.Constant(None) for _ in range(3)]
    return [_at(ast.Expr(_call(name, "__exit__", nothing)), node) for name in reversed(names)]


def _call(name: str, method: str, args: list[ast.expr]) -> ast.Call:
    return ast.Call(ast.Attribute(ast.Name(name, ast.Load()), method, ast.Load()), args, [])


def _at(node: ast.stmt, place: ast.expr | ast.stmt) -> ast.stmt:
    """A statement that stands for something in the text, at its place."""
    for part in ast.walk(node):
        if isinstance(part, ast.stmt | ast.expr) and not hasattr(part, "lineno"):
            ast.copy_location(part, place)
    return node


def _binds(node: ast.stmt, names: Collection[str]) -> bool:
    return not Piece(node).binds.isdisjoint(names)


def _head_and_forward(region: Region, parameters: Collection[str]) -> tuple[list[Piece], list[Piece]]:
    """What of the pieces before the loss comes before an iteration, and what is its forward."""
    pieces = list(region.forward)
    titled = region.begins_with("forward")
    if titled is not None:
        return pieces[:titled], pieces[titled:]
    bound_here = [piece for piece in pieces if _sets(piece, parameters)]
    if not bound_here:
        head = _jumps_up_to(pieces, parameters) if region.loop is not None else 0
        return pieces[:head], pieces[head:]
    wanted = {region.loss}.union(*(Piece(node).reads for node in region.more))
    begin = _first_that_reads(pieces, wanted, parameters)
    late = [piece for piece in pieces[begin:] if piece in bound_here]
    return [*pieces[:begin], *late], [piece for piece in pieces[begin:] if piece not in late]


def _sets(piece: Piece, parameters: Collection[str]) -> bool:
    return isinstance(piece.node, ast.Assign | ast.AnnAssign) and not piece.binds.isdisjoint(parameters)


def _jumps_up_to(pieces: Sequence[Piece], parameters: Collection[str]) -> int:
    """How many pieces there are up to the last one that may leave the pass before a parameter is read."""
    last = 0
    for at, piece in enumerate(pieces):
        if not piece.values.isdisjoint(parameters):
            break
        if _jumps(piece.node):
            last = at + 1
    return last


def _jumps(node: ast.stmt) -> bool:
    found: list[ast.stmt] = []
    with_jumps_exchanged([node], lambda jump: found.append(jump) or jump)  # type: ignore[func-returns-value]
    return bool(found)


def _first_that_reads(pieces: Sequence[Piece], wanted: Iterable[str], parameters: Collection[str]) -> int:
    """The first piece on the way to what is wanted that reads the value of a parameter."""
    needed, first = {*wanted}, len(pieces) - 1
    for at in range(len(pieces) - 1, -1, -1):
        piece = pieces[at]
        if needed.isdisjoint(piece.writes):
            continue
        if isinstance(piece.node, ast.Assign):
            needed -= piece.binds
        needed |= piece.values
        if not piece.values.isdisjoint(parameters) and not _sets(piece, parameters):
            first = at
    return first


def _makes_room_for_gradient(region: Region, piece: Piece) -> bool:
    made = piece.binds & region.written
    return bool(made) and is_blank(piece.node) and not any(made & other.reads for other in region.forward)


def _backward_and_update(
    region: Region, parameters: Collection[str], lists: Mapping[str, frozenset[str]]
) -> tuple[list[Piece], list[Piece]]:
    """The pieces below the loss: up to the last gradient, and from the first change of a parameter on."""
    firsts = [at for name, at in updates(region, lists).items() if name in parameters]
    said = region.begins_with("update") or region.update
    begin = said or max(region.last_gradient + 1, min(firsts, default=0))
    end = len(region.pieces) if region.path else _end_of_straight(region, parameters, lists)
    return list(region.pieces[region.turn : begin]), list(region.pieces[begin : max(end, begin)])


def _end_of_straight(region: Region, parameters: Collection[str], lists: Mapping[str, frozenset[str]]) -> int:
    """Where straight code ends: with the last line that changes a parameter or looks at a gradient."""
    last = region.last_gradient
    changed = {at for name, at in updates(region, lists).items() if name in parameters}
    for at in range(region.last_gradient + 1, len(region.pieces)):
        piece = region.pieces[at]
        members = frozenset[str]().union(*(lists.get(name, frozenset()) for name in piece.reads))
        looks = not region.written.isdisjoint(piece.reads | members)
        if (piece.is_loop and not looks) or (_sets(piece, parameters) and at not in changed and not looks):
            break
        if looks or at in changed:
            last = at
    return last + 1
