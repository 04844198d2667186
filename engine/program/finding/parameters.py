"""Which names may be parameters: changed from a gradient, or said to require one; no memory is one."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from ..names import called, own_nodes, read_names, stored_names, with_roots
from .pieces import Piece, bound_names, is_blank, pieces_of
from .regions import Region

_TRAINABLE = frozenset({"Parameter", "requires_grad_"})
_LEARNED = frozenset(
    "rand randn randint uniform normal zeros ones full Parameter uniform_ normal_ eye empty tensor".split()
)


def lists_of_names(block: Iterable[ast.stmt]) -> Mapping[str, frozenset[str]]:
    """By the name of a list or tuple, the names that it was made of: `parameters = [W1, b1]`."""
    lists: dict[str, frozenset[str]] = {}
    for node in (part for top in block for part in own_nodes(top)):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.List | ast.Tuple):
            names = frozenset(_named_in(node.value))
            plain = [target.id for target in node.targets if isinstance(target, ast.Name)]
            lists.update(dict.fromkeys(plain, names) if names else {})
    return lists


def _named_in(node: ast.expr) -> Iterator[str]:
    """The names that stand in a list, in lists inside it too; what is called to make an element is none."""
    if isinstance(node, ast.List | ast.Tuple):
        for element in node.elts:
            yield from _named_in(element)
    elif isinstance(node, ast.Attribute):
        yield from _named_in(node.value)
    elif isinstance(node, ast.Name):
        yield node.id


def changed_by(piece: Piece, lists: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The names that a statement writes, those that it reaches through a list among them."""
    through = frozenset[str]().union(*(_through_list(node, lists) for node in own_nodes(piece.node)))
    held = _members(piece.writes - piece.binds, lists)
    return piece.writes | held | through | _handed_over(piece, lists) | _put_into(piece.node)


def _put_into(node: ast.stmt) -> frozenset[str]:
    """The dictionary that `params.update(...)` puts something into."""
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="update"))):
            return frozenset({name})
    return frozenset()


def _through_list(node: ast.AST, lists: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """What a loop over lists changes by the name that it has for one after the other."""
    if not isinstance(node, ast.For):
        return frozenset()
    inside = frozenset[str]().union(*(changed_by(piece, lists) for piece in pieces_of(node.body)))
    if stored_names(node.target).isdisjoint(inside):
        return frozenset()
    return _members(read_names(node.iter), lists)


def _handed_over(piece: Piece, lists: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """What a function is given in a list, beside another list: `sgd(parameters, gradients)`."""
    node = piece.node
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return frozenset()
    args = node.value.args
    listed = [part for part in args if isinstance(part, ast.List | ast.Tuple) or _name(part) in lists]
    given = frozenset[str]().union(*map(read_names, listed))
    return _members(given, lists) if len(listed) > 1 else frozenset()


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _members(names: Collection[str], lists: Mapping[str, frozenset[str]]) -> frozenset[str]:
    known = frozenset[str]().union(*(lists.get(name, frozenset({name})) for name in names))
    return frozenset(known)


def require_grad(block: Iterable[ast.stmt], lists: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The names that a text says require a gradient."""
    names: set[str] = set()
    for node in (part for top in block for part in own_nodes(top)):
        if isinstance(node, ast.For) and "requires_grad" in ast.dump(node):
            names |= _members(read_names(node.iter), lists)
        elif isinstance(node, ast.Expr) and called(node.value) == "requires_grad_":
            names |= read_names(node.value)
        elif isinstance(node, ast.Assign):
            names |= _said_in(node)
    return frozenset(names)


def _said_in(node: ast.Assign) -> set[str]:
    names: set[str] = set()
    for target in node.targets:
        if isinstance(target, ast.Attribute) and target.attr == "requires_grad":
            names |= read_names(target.value)
    calls = [part for part in own_nodes(node.value) if isinstance(part, ast.Call)]
    keywords = {keyword.arg for call in calls for keyword in call.keywords}
    if "requires_grad" in keywords or not _TRAINABLE.isdisjoint(map(called, calls)):
        names |= stored_names(node)
    return names


def updates(region: Region, lists: Mapping[str, frozenset[str]]) -> dict[str, int]:
    """By name, the first piece below the loss that changes it from a gradient, gradients aside."""
    flow = _Flow({*with_roots(region.written)}, lists)
    first: dict[str, int] = {}
    for at in range(region.turn, len(region.pieces)):
        for name in _members(flow.changed(region.pieces[at]), lists):
            if not region.is_gradient(name):
                first.setdefault(name, at)
    return first


class _Flow:
    """What gradients flow into: the names that are made from them, statement by statement."""

    def __init__(self, made: set[str], lists: Mapping[str, frozenset[str]]) -> None:
        self.made = made
        self.lists = lists

    def changed(self, piece: Piece) -> frozenset[str]:
        """The names that a piece writes from what is made from gradients."""
        for node in own_nodes(piece.node):
            if isinstance(node, ast.For) and self._reads_made(read_names(node.iter)):
                self.made |= stored_names(node.target)
        names = frozenset[str]()
        for node in piece.simple:
            written = self._written_from(node)
            self.made |= written
            names |= written
        through = changed_by(piece, self.lists) - piece.writes
        return names | through if names or self._reads_made(piece.reads) else names

    def _written_from(self, node: ast.stmt) -> frozenset[str]:
        one = Piece(node)
        if is_blank(node):
            return frozenset()
        return one.writes if self._reads_made(one.reads) or _reads_grad(one) else frozenset()

    def _reads_made(self, names: Collection[str]) -> bool:
        return not self.made.isdisjoint(names) or not self.made.isdisjoint(_members(names, self.lists))


def _reads_grad(piece: Piece) -> bool:
    """Whether it looks at what autograd has found."""
    attributes = [node for node in own_nodes(piece.node) if isinstance(node, ast.Attribute)]
    return any(node.attr == "grad" and isinstance(node.ctx, ast.Load) for node in attributes)


def parameters_of(
    region: Region, before: Sequence[ast.stmt], lists: Mapping[str, frozenset[str]]
) -> tuple[str, ...]:
    """The names that may be parameters, in the order in which they are bound.

    `before` is what runs before the region; a region that no loop is around may bind them itself.
    """
    own = list(region.forward) if region.loop is None or not _all_bound(region, before) else []
    bound = [*_bindings(pieces_of(before)), *_bindings(own)]
    leaves = {name for name in bound if _is_leaf(region, name, own)}
    read = frozenset[str]().union(*(piece.values for piece in region.forward))
    changed = updates(region, lists)
    paired = {region.scheme.tensor(name) for name in region.written}
    chosen = {name for name in changed if name in paired or name in read}
    chosen |= require_grad([*before, *(piece.node for piece in own)], lists) & (read | paired)
    chosen &= leaves
    if not own:
        chosen -= frozenset[str]().union(*(piece.binds for piece in region.forward))
    if not chosen and not _changes_what_is_held(region):
        chosen = _learned(region, paired & leaves, [*before, *(piece.node for piece in own)])
    return tuple(dict.fromkeys(name for name in bound if name in chosen))


def _changes_what_is_held(region: Region) -> bool:
    """Whether a loop changes what an object or a container holds: its parameters are there, as it seems."""
    targets = [
        node.target
        for piece in region.rest
        for node in piece.simple
        if isinstance(node, ast.AugAssign) and region.loop is not None
    ]
    return any(isinstance(target, ast.Attribute | ast.Subscript) for target in targets)


def _all_bound(region: Region, before: Sequence[ast.stmt]) -> bool:
    """Whether some tensor with a written gradient is bound before the region: it trains that."""
    names = bound_names(before)
    return any(region.scheme.tensor(name) in names for name in region.written)


def _bindings(pieces: Iterable[Piece]) -> list[str]:
    """The names that they bind, in order."""
    names: list[str] = []
    for piece in pieces:
        for node in piece.simple:
            ordered = [part.id for part in own_nodes(node) if isinstance(part, ast.Name)]
            names += sorted(stored_names(node), key=lambda name: _place(node, name)) if ordered else []
    return names


def _place(node: ast.AST, name: str) -> tuple[int, int]:
    places = [
        (part.lineno, part.col_offset)
        for part in own_nodes(node)
        if isinstance(part, ast.Name) and part.id == name
    ]
    return min(places, default=(0, 0))


def _is_leaf(region: Region, name: str, own: Sequence[Piece]) -> bool:
    """Whether no statement of the region's own makes it from another tensor with a gradient."""
    makers = [piece for piece in own if name in piece.binds]
    others = {other for piece in makers for other in piece.values - {name}}
    return not any(region.scheme.gradient(other) in region.written for other in others)


def _learned(region: Region, names: Collection[str], block: Iterable[ast.stmt]) -> set[str]:
    """Where nothing says which are parameters: those that are drawn, or else all that have a gradient."""
    drawn = set[str]()
    for node in (part for top in block for part in own_nodes(top)):
        if isinstance(node, ast.Assign):
            calls = {called(part) for part in own_nodes(node.value)}
            if calls & (_LEARNED - {"tensor"}):
                drawn |= stored_names(node) & set(names)
    return drawn or set(names)
