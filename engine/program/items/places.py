"""Items of dictionaries as names: `params["W1"]` is read, bound and paired like `W1`.

Where the text says `params["W1"]`, the program's tree has a name that reads so, and the namespace that it
runs in looks it up and binds it where it is held (`engine/tensors/held_names.py`). What else uses the
dictionary (a loop over its items, a function) uses the same dictionary.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from msgspec import Struct

from ..names import SCOPES, holders_of, is_place, own_nodes, parts_of, read_names, word_of
from .kinds import NONE, Kinds

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def as_names(block: Iterable[ast.stmt], kinds: Kinds = NONE) -> list[ast.stmt]:
    """Statements in which what others hold has names. Functions and classes stay as they are."""
    module = ast.Module(body=[*block], type_ignores=[])
    if not (kinds.lists or kinds.attributes or any(map(_may_hold, ast.walk(module)))):
        return module.body
    _with_names(module, kinds)
    for node in own_nodes(module):
        if isinstance(node, ast.Assign):
            _take_apart(node)
    return module.body


def _may_hold(node: ast.AST) -> bool:
    """Whether it is an item of what may be a dictionary, or makes one: most programs have neither."""
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
    return isinstance(node, ast.Dict) or (
        isinstance(node, ast.Call) and bool(node.keywords) and not node.args
    )


def _take_apart(node: ast.Assign) -> None:
    """Bind the items of a dictionary of gradients one by one: what is made is the same.

    One that only collects what has names already stays whole.
    """
    match node.targets, node.value:
        case [ast.Name(id=name) as target], ast.Dict(keys=keys, values=values) if values:
            texts = [key.value if isinstance(key, ast.Constant) else None for key in keys]
        case [ast.Name(id=name) as target], ast.Call(func=ast.Name(id="dict"), args=[], keywords=given) if (
            given
        ):
            texts, values = [one.arg for one in given], [one.value for one in given]
        case _:
            return
    plain = [text for text in texts if isinstance(text, str) and not {*text} & {*_MARKS}]
    nested = any(isinstance(value, ast.Dict) for value in values)
    if nested or len({*plain}) < len(texts) or not re.search(GRADIENTS, name) or is_place(name):
        return
    if any(name in read_names(value) for value in values) or all(isinstance(one, ast.Name) for one in values):
        return
    places = [
        ast.copy_location(ast.Name(f'{name}["{text}"]', ast.Store()), v)
        for text, v in zip(plain, values, strict=True)
    ]
    empty = ast.copy_location(ast.Dict([], []), node.value)
    node.targets = [ast.copy_location(ast.Tuple([target, *places], ast.Store()), target)]
    node.value = ast.copy_location(ast.Tuple([empty, *values], ast.Load()), node.value)


def put_together(node: ast.stmt) -> ast.stmt:
    """A statement as its text has it: a dictionary that was taken apart is one again."""
    match node:
        case ast.Assign(
            targets=[ast.Tuple(elts=[ast.Name(id=name) as target, *places])],
            value=ast.Tuple(elts=[ast.Dict(keys=[]), *values]),
        ) if places and all(isinstance(one, ast.Name) and holders_of(one.id) == (name,) for one in places):
            keys: list[ast.expr | None] = [
                ast.Constant(word_of(parts_of(one.id)[1][0])) for one in places if isinstance(one, ast.Name)
            ]
            whole = ast.Assign(targets=[target], value=ast.Dict(keys, values))
            return ast.fix_missing_locations(ast.copy_location(whole, node))
    return node


GRADIENTS = r"(?i)grad|^gs?$|^d$"
"""What a dictionary of gradients is called."""


def parsed_lines(text: str, kinds: Kinds = NONE) -> list[ast.stmt]:
    """The statements of a text, in which what others hold has names.

    Raises:
        SyntaxError: it is no Python.
    """
    return as_names(ast.parse(text).body, kinds)


def parsed_value(text: str, kinds: Kinds = NONE) -> ast.expr:
    """The expression that a text is, in which what others hold has names.

    Raises:
        SyntaxError: it is none.
    """
    tree = ast.parse(text, mode="eval")
    _with_names(tree, kinds)
    return tree.body


class Held(Struct, frozen=True, dict=True):
    """The items of dictionaries that a text names, each once, in the order in which it does so first."""

    loaded: tuple[str, ...] = ()
    stored: tuple[str, ...] = ()
    made: tuple[str, ...] = ()
    """Those that a dictionary is made with: `{"W1": ...}`."""
    events: tuple[tuple[str, bool], ...] = ()
    """What is loaded and what is stored, in the order of the text: dictionaries and what they hold."""
    by_functions: frozenset[str] = frozenset()
    """The names that functions read, at whatever time."""

    @cached_property
    def all(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(dict.fromkeys((*self.loaded, *self.stored, *self.made)))

    def keys(self, holder: str) -> frozenset[tuple[str, ...]]:
        """All keys that a dictionary is known to have."""
        return frozenset(parts_of(name)[1] for name in self.by_holder.get(holder, ()))

    def read_before(self, holder: str) -> tuple[str, ...]:
        """The dictionaries of which something is read before anything is put into this one."""
        read: dict[str, None] = {}
        for name, stores in self.events:
            root = parts_of(name)[0]
            if stores and root == holder:
                break
            read |= {} if stores else {root: None}
        read |= dict.fromkeys(sorted(self.by_functions - {holder}))
        return tuple(root for root in read if root in self.by_holder)

    @cached_property
    def holders(self) -> frozenset[str]:
        """Those that hold others themselves."""
        return frozenset(holders_of(name)[-1] for name in self.all)

    @cached_property
    def every_holder(self) -> frozenset[str]:
        """Those that hold others at any depth."""
        return frozenset(holder for name in self.all for holder in holders_of(name))

    @cached_property
    def by_holder(self) -> Mapping[str, tuple[str, ...]]:
        """By the name of a dictionary, those that it holds."""
        roots = dict.fromkeys(parts_of(name)[0] for name in self.all)
        return {root: tuple(name for name in self.all if parts_of(name)[0] == root) for root in roots}


def held_in(block: Iterable[ast.AST]) -> Held:
    """Those that some statements name; what is inside functions does not count."""
    inside = [[*own_nodes(top)] for top in block]
    every = [node for nodes in inside for node in nodes]
    nodes = [node for nodes in inside for node in sorted(_names_among(nodes), key=_place_of)]
    events = [
        (node.id, isinstance(node.ctx, ast.Store)) for node in nodes if not isinstance(node.ctx, ast.Del)
    ]
    loaded = dict.fromkeys(name for name, stores in events if is_place(name) and not stores)
    stored = dict.fromkeys(name for name, stores in events if is_place(name) and stores)
    made = dict.fromkeys(name for node in every for name in _made_by(node))
    putting = tuple(one for one in events if is_place(one[0]) or not one[1])
    functions = [node for node in every if isinstance(node, SCOPES)]
    by_functions = frozenset[str]().union(*map(read_names, functions))
    return Held(tuple(loaded), tuple(stored), tuple(made), putting, by_functions)


def _names_among(nodes: Iterable[ast.AST]) -> list[ast.Name]:
    return [node for node in nodes if isinstance(node, ast.Name)]


def _place_of(node: ast.Name) -> tuple[int, int]:
    return node.lineno, node.col_offset


def unpacked_in(block: Iterable[ast.AST]) -> dict[str, str]:
    """By name, the items that statements give plain names: `W = params["W"]`. Names bound once only."""
    nodes = [node for top in block for node in own_nodes(top)]
    bound = Counter(
        node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    )
    found: dict[str, str] = {}
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name(id=item)):
                found[name] = item
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=items)):
                pairs = zip(names, items, strict=False)
                found |= {n.id: i.id for n, i in pairs if isinstance(n, ast.Name) and isinstance(i, ast.Name)}
    return {name: item for name, item in found.items() if is_place(item) and bound[name] == 1}


def _made_by(node: ast.AST) -> Iterator[str]:
    """What a statement makes a dictionary with."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict() as value):
            yield from _items(name, value)


def _items(name: str, display: ast.Dict) -> Iterator[str]:
    for key, value in zip(display.keys, display.values, strict=True):
        match key:
            case ast.Constant(value=str(text)) if not {*text} & {*_MARKS}:
                inner = f'{name}["{text}"]'
                yield from _items(inner, value) if isinstance(value, ast.Dict) else [inner]


def _number(index: ast.expr) -> int | None:
    match index:
        case ast.Constant(value=int(number)) if not isinstance(number, bool):
            return number
        case ast.UnaryOp(ast.USub(), ast.Constant(value=int(number))) if not isinstance(number, bool):
            return -number
    return None


class _Spot(Struct, frozen=True):
    """Where a node stands in the tree: in a field of another, at a place in it if it has several."""

    parent: ast.AST
    field: str
    at: int | None
    node: ast.AST

    def put(self, node: ast.AST) -> None:
        """Let another stand there."""
        if self.at is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.at] = node


def _with_names(root: ast.AST, kinds: Kinds) -> None:
    """Exchange what is inside; trees may be deeper than functions can call themselves."""
    spots = [*_spots(root)]
    for spot in reversed(spots):
        match spot.node:
            case ast.Subscript(ast.Name(id=name), ast.Constant(value=str(key))) if not {*key} & {*_MARKS}:
                spot.put(ast.copy_location(ast.Name(f'{name}["{key}"]', spot.node.ctx), spot.node))
            case ast.Subscript(ast.Name(id=name), index) if name in kinds.lists:
                if (number := _number(index)) is not None:
                    spot.put(ast.copy_location(ast.Name(f"{name}[{number}]", spot.node.ctx), spot.node))
            case ast.Attribute(ast.Name(id=name), attr) if (
                kinds.may_hold(name, attr) and spot.field != "func"
            ):
                spot.put(ast.copy_location(ast.Name(f"{name}.{attr}", spot.node.ctx), spot.node))


def _spots(root: ast.AST) -> Iterator[_Spot]:
    """Every node below one, before those below it."""
    left = [root]
    while left:
        parent = left.pop()
        for field, value in ast.iter_fields(parent):
            places: Iterable[tuple[int | None, Any]] = (
                enumerate(value) if isinstance(value, list) else [(None, value)]
            )
            inside = [_Spot(parent, field, at, node) for at, node in places if isinstance(node, ast.AST)]
            inside = [spot for spot in inside if not _stays(spot.node)]
            yield from inside
            left += [spot.node for spot in inside]


def _stays(node: ast.AST) -> bool:
    """What has names of its own stays as it is; so does what may run on where there is no such item."""
    if isinstance(node, (*SCOPES, ast.Try, ast.TryStar)):
        return True
    return isinstance(node, _COMPREHENSIONS) and _hides(node)


_MARKS = '"[]\\\n'
"""What stands in no key of a name."""


def _hides(node: ast.AST) -> bool:
    """Whether a comprehension has names of its own that stand before a key."""
    targets = [part.target for part in ast.walk(node) if isinstance(part, ast.comprehension)]
    own = {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    held = [part.value for part in own_nodes(node) if isinstance(part, ast.Subscript)]
    return any(isinstance(one, ast.Name) and one.id in own for one in held)
