"""What the text tells for certain of the objects of a program: the class of each, and what lists hold."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from ..names import bindings, own_nodes, parts_of, place_of, read_names, word_of
from .call_arguments import arguments_of, parameters_of
from .plain_functions import locals_of

_OTHERWISE = frozenset("__getattr__ __getattribute__ __setattr__ __delattr__ __slots__ __new__".split())
"""Methods of a class whose attributes may be other than what is put there."""
_UNSEEN = frozenset("setattr delattr __dict__ __class__".split())
"""What changes attributes without naming them."""


@dataclass(frozen=True, eq=False)
class Method:
    """A method, with the class that it is called by."""

    owner: str
    function: ast.FunctionDef

    @property
    def words(self) -> str:
        """`Linear.backward`."""
        return f"{self.owner}.{self.function.name}"


class _Made(NamedTuple):
    """What makes a thing, with what names mean there."""

    value: ast.expr
    names: Mapping[str, _Made]


@dataclass(frozen=True, eq=False)
class Objects:
    """Follows what is bound once, from where it is made."""

    blocks: Mapping[str, Sequence[ast.stmt]]
    """The statements of every section."""

    @cached_property
    def classes(self) -> Mapping[str, ast.ClassDef]:
        """By name, the classes that are certain to be what their names say."""
        beginning = [node for kind in ("setup", "parameters") for node in self.blocks.get(kind, ())]
        found = {node.name: node for node in beginning if isinstance(node, ast.ClassDef)}
        if not found or any(_names_any(node, _UNSEEN) for node in self._nodes):
            return {}
        once = {name: node for name, node in found.items() if self._bound[name] == 1}
        plain = dict[str, ast.ClassDef]()
        for name, node in once.items():  # a class stands after those that it inherits from
            if _is_plain(node, plain):
                plain[name] = node
        return plain

    def method(self, holder: str, name: str) -> Method | None:
        """The method that a call of an object's attribute runs; None where that is not certain."""
        made = self._class_of(holder)
        if made is None or name in self._stored:
            return None
        found = self._methods(made).get(name)
        return None if found is None else Method(made.name, found)

    def elements(self, holder: str) -> tuple[str, ...]:
        """The objects in a list that stays as it was made."""
        made = self._made(holder)
        parts = _parts(made.value) if made is not None else None
        places = tuple(place_of(holder, (f"[{at}]",)) for at in range(len(parts or ())))
        return places if all(self._class_of(place) for place in places) else ()

    def _class_of(self, holder: str) -> ast.ClassDef | None:
        made = self._made(holder)
        return None if made is None else self._class_made_by(made.value)

    def _class_made_by(self, value: ast.expr) -> ast.ClassDef | None:
        match value:
            case ast.Call(func=ast.Name(id=name)):
                return self.classes.get(name)
        return None

    def _made(self, holder: str) -> _Made | None:
        """What makes what stands there."""
        root, steps = parts_of(holder)
        made = self._named(root, {})
        for step in steps:
            made = None if made is None else self._inside(made, step)
        return made

    def _named(
        self, name: str, names: Mapping[str, _Made], passed: frozenset[str] = frozenset()
    ) -> _Made | None:
        """What a name stands for, where some mean something else; nothing where names go in a circle."""
        made = names.get(name) if name not in passed else None
        if made is None and name in self._roots and name not in passed:
            made = _Made(self._roots[name], {})
        if made is not None and isinstance(made.value, ast.Name):
            return self._named(made.value.id, made.names, passed | {name})
        return made

    def _inside(self, made: _Made, step: str) -> _Made | None:
        found: _Made | None = None
        if step.startswith("."):
            found = self._attribute(made, word_of(step))
        elif not word_of(step):
            parts, at = _parts(made.value) or [], int(step[1:-1])
            found = _Made(parts[at], made.names) if -len(parts) <= at < len(parts) else None
        if found is not None and isinstance(found.value, ast.Name):
            return self._named(found.value.id, found.names)
        return found

    def _attribute(self, made: _Made, word: str) -> _Made | None:
        """What the `__init__` of a class binds an attribute to, if nothing else does."""
        owner = self._class_made_by(made.value)
        if owner is None or not isinstance(made.value, ast.Call):
            return None
        stores = [found for one in self._line(owner) for found in _stores(one, word)]
        if len(stores) != 1 or word in self._stored_elsewhere:
            return None
        function, value = stores[0]
        if value is None or function is not self._methods(owner).get("__init__"):
            return None
        receiver = ast.Name(function.args.args[0].arg, ast.Load())
        call = ast.Call(made.value.func, [receiver, *made.value.args], made.value.keywords)
        given = arguments_of(function, call)
        if given is None:
            return None
        own = locals_of(function) - {*parameters_of(function)}
        return None if own & read_names(value) else _Made(value, self._scope(given, made.names))

    def _scope(self, given: Mapping[str, ast.expr], names: Mapping[str, _Made]) -> dict[str, _Made]:
        return {
            name: (self._named(value.id, names) if isinstance(value, ast.Name) else None)
            or _Made(value, names)
            for name, value in given.items()
        }

    def _line(self, owner: ast.ClassDef) -> list[ast.FunctionDef]:
        """The methods of a class and of those that it inherits from, also those that it replaces."""
        own = [node for node in owner.body if isinstance(node, ast.FunctionDef)]
        return own + [one for base in self._bases(owner) for one in self._line(base)]

    def _bases(self, owner: ast.ClassDef) -> list[ast.ClassDef]:
        names = [base.id for base in owner.bases if isinstance(base, ast.Name)]
        return [self.classes[name] for name in names if name in self.classes]

    def _methods(self, owner: ast.ClassDef) -> dict[str, ast.FunctionDef]:
        """By name, the methods that an object of a class has."""
        return {one.name: one for one in reversed(self._line(owner))}

    @cached_property
    def _stored_elsewhere(self) -> frozenset[str]:
        """Attributes that are bound otherwise than by a method for its own object."""
        inside = Counter[str]()
        for one in self.classes.values():
            functions = [node for node in one.body if isinstance(node, ast.FunctionDef)]
            inside.update(word for function in functions for word, _ in _all_stores(function))
        return frozenset(word for word, count in self._stored.items() if count != inside[word])

    @cached_property
    def _nodes(self) -> list[ast.AST]:
        every = (node for block in self.blocks.values() for top in block for node in ast.walk(top))
        return [*every]

    @cached_property
    def _bound(self) -> Counter[str]:
        """How often every name is bound outside of functions, or by one as a global."""
        tops = [node for block in self.blocks.values() for node in block]
        found = Counter(name for top in tops for name in bindings(own_nodes(top)))
        wide = (node for node in self._nodes if isinstance(node, ast.Global | ast.Nonlocal))
        found.update(bindings(wide))
        return found

    @cached_property
    def _stored(self) -> Counter[str]:
        """How often every attribute is bound, wherever."""
        found = Counter[str]()
        for node in self._nodes:
            if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
                found[node.attr] += 1
            elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                found[word_of((parts_of(node.id)[1] or ("",))[-1])] += 1
        return found

    @cached_property
    def _roots(self) -> dict[str, ast.expr]:
        """By name, what a statement of the setup or the parameters makes it, where nothing else does."""
        beginning = [node for kind in ("setup", "parameters") for node in self.blocks.get(kind, ())]
        pairs = [pair for node in beginning if isinstance(node, ast.Assign) for pair in _pairs(node)]
        changed = {_changed_by(node) for node in self._nodes}
        return {name: value for name, value in pairs if self._bound[name] == 1 and name not in changed}


def _pairs(node: ast.Assign) -> Iterator[tuple[str, ast.expr]]:
    for target in node.targets:
        match target, node.value:
            case ast.Name(id=name), value:
                yield name, value
            case ast.Tuple(elts=names), ast.Tuple(elts=values) if len(names) == len(values):
                pairs = zip(names, values, strict=True)
                yield from ((one.id, value) for one, value in pairs if isinstance(one, ast.Name))


def _parts(value: ast.expr) -> list[ast.expr] | None:
    """The elements of a list or tuple, if all are written out."""
    if not isinstance(value, ast.List | ast.Tuple):
        return None
    return None if any(isinstance(part, ast.Starred) for part in value.elts) else value.elts


def _all_stores(function: ast.FunctionDef) -> Iterator[tuple[str, ast.expr | None]]:
    """The attributes that a method binds of its own object, with the value where a line alone says it."""
    own = function.args.args[0].arg if function.args.args else ""
    alone = {
        id(node.targets[0]): node.value
        for node in function.body
        if isinstance(node, ast.Assign) and len(node.targets) == 1
    }
    for node in (part for top in function.body for part in ast.walk(top)):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attr, ctx=ast.Store() | ast.Del()):
                if name == own:
                    yield attr, alone.get(id(node))


def _stores(function: ast.FunctionDef, word: str) -> list[tuple[ast.FunctionDef, ast.expr | None]]:
    return [(function, value) for attr, value in _all_stores(function) if attr == word]


def _changed_by(node: ast.AST) -> str:
    """The name of a list of which it binds an item again, or that it makes longer or shorter."""
    match node:
        case ast.Subscript(value=ast.Name(id=whole), ctx=ast.Store() | ast.Del()):
            return whole
        case ast.Name(id=item, ctx=ast.Store() | ast.Del()):
            root, steps = parts_of(item)
            return root if len(steps) == 1 and not steps[0].startswith(".") else ""
        case ast.Call(func=ast.Attribute(value=ast.Name(id=whole), attr=method)) if method in _OF_LISTS:
            return whole
    return ""


_OF_LISTS = frozenset("append extend insert pop remove reverse sort clear __setitem__".split())


def _is_plain(made: ast.ClassDef, known: Mapping[str, ast.ClassDef]) -> bool:
    if made.decorator_list or made.keywords or vars(made).get("type_params"):
        return False
    bases = [base.id if isinstance(base, ast.Name) else "" for base in made.bases]
    if len(bases) > 1 or not all(base == "object" or base in known for base in bases):
        return False
    names = [node.name for node in made.body if isinstance(node, ast.FunctionDef)]
    stored = {name for node in made.body if isinstance(node, ast.Assign) for name in _stored_by(node)}
    plain = all(isinstance(node, ast.FunctionDef | ast.Expr | ast.Assign | ast.Pass) for node in made.body)
    return (
        plain and len({*names}) == len(names) and not stored & {*names} and not _OTHERWISE & {*names, *stored}
    )


def _stored_by(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id


def _names_any(node: ast.AST, names: frozenset[str]) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in names
    return isinstance(node, ast.Name) and node.id in names
