"""Names followed from where they are bound to where they are unpacked."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..frame import is_inside, own_name, suffix_of
from ..in_place import changed_names
from ..names import own_nodes, parts_of, read_names, stored_names, word_of
from ..naming import NamingScheme


@dataclass(frozen=True)
class Atom:
    """A value that a name was bound to, the how-many-th of it."""

    name: str
    version: int


@dataclass(frozen=True)
class Gathered:
    """A tuple, list or dictionary of values, by index or key."""

    parts: tuple[tuple[object, Atom | Gathered], ...]

    def atoms(self) -> Iterator[Atom]:
        """All values in it."""
        for _, part in self.parts:
            yield from part.atoms() if isinstance(part, Gathered) else (part,)


Known = Atom | Gathered


LOOPED = 10**6
"""The version of a name that a loop binds."""


class Tracing:
    """What names stand for, statement by statement."""

    def __init__(self, fresh: frozenset[str]) -> None:
        self.fresh = fresh
        """Names whose first values are theirs alone, though they have them from others."""
        self.known: dict[str, Known] = {}
        self.versions: dict[str, int] = {}
        self.sources: dict[str, frozenset[str]] = {}
        """By name, what the first statement reads that binds it."""
        self.handed: dict[str, str] = {}
        """By name, the one that it is given the value of, where it is bound first."""
        self.gradients: set[str] = set()
        """Those that are known to be gradients of what functions have names for."""
        self.names: dict[str, dict[str, None]] = {}
        """By the suffix of a frame, the names that are bound in it."""

    def run(self, block: Iterable[ast.stmt]) -> None:
        """Follow a section."""
        for node in block:
            self._bind(node)
            for name in sorted(stored_names(node) | {one for one in read_names(node) if is_inside(one)}):
                self.names.setdefault(suffix_of(name), {})[name] = None

    def reads_gradients(self, name: str, scheme: NamingScheme, bound: frozenset[str]) -> bool:
        """Whether what a name is bound to is made from a gradient of what the forward binds."""
        read = self.sources.get(name, frozenset())
        tensors = {scheme.tensor(one) for one in read} | {
            f"{scheme.tensor(own_name(one))}{suffix_of(one)}" for one in read
        }
        return bool(tensors & bound) or bool(read & self.gradients)

    def worked_out_as(self, name: str, scheme: NamingScheme, bound: frozenset[str]) -> str:
        """The name that a line works out what a call is given under, if nothing else is known of that."""
        own = self.handed.get(name, "")
        while own in self.handed:
            own = self.handed[own]
        known = not own or own in self.gradients or scheme.tensor(own) in bound or is_inside(own)
        return name if known or self.versions.get(own, 0) != 1 else own

    def is_gradient(self, atom: Atom, scheme: NamingScheme) -> bool:
        """Whether it is named like the gradient of something in the same call."""
        tensor = scheme.tensor(own_name(atom.name))
        return bool(tensor) and f"{tensor}{suffix_of(atom.name)}" in self.versions

    def _bind(self, node: ast.stmt) -> None:
        for name in stored_names(node):
            self.sources.setdefault(name, read_names(node))
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name(id=other)) if (
                name not in self.versions
            ):
                self.handed[name] = other
        if isinstance(node, ast.Assign):
            value = self._value(node.value)
            for target in node.targets:
                self._put(target, value)
        elif not isinstance(node, ast.AugAssign):  # that changes the same value in place
            looping = any(isinstance(one, ast.For | ast.While) for one in own_nodes(node))
            for name in stored_names(node):
                self._new(name, looping=looping)
        for name in changed_names(node):
            if isinstance(self.known.get(name), Gathered):
                self._new(name)

    def _put(self, target: ast.expr, value: Known | None) -> None:
        if isinstance(target, ast.Name):
            self._new(target.id)
            first = target.id in self.fresh and self.versions[target.id] == 1
            if isinstance(value, Gathered) or (value is not None and not first):
                self.known[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            parts = dict(value.parts) if isinstance(value, Gathered) else {}
            fits = len(parts) == len(target.elts)
            for at, inner in enumerate(target.elts):
                self._put(inner, parts.get(at) if fits else None)

    def _new(self, name: str, *, looping: bool = False) -> None:
        self.versions[name] = LOOPED if looping else self.versions.get(name, 0) + 1
        self.known[name] = Atom(name, self.versions[name])

    def _value(self, value: ast.expr) -> Known | None:
        match value:
            case ast.Name(id=name):
                return self.known.get(name) or self._held(name)
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                return Gathered(tuple((at, self._part(one)) for at, one in enumerate(elements)))
            case ast.Dict(keys=keys, values=values) if all(isinstance(key, ast.Constant) for key in keys):
                named = [key.value for key in keys if isinstance(key, ast.Constant)]
                return Gathered(tuple(zip(named, map(self._part, values), strict=True)))
            case ast.Subscript(value=whole, slice=ast.Constant(value=key)):
                found = self._value(whole)
                return dict(found.parts).get(key) if isinstance(found, Gathered) else None
        return None

    def _held(self, name: str) -> Known | None:
        """What is held there, where it is known what was put into the holder when that was made."""
        root, steps = parts_of(name)
        found = self.known.get(root)
        for step in steps:
            key = word_of(step) or int(step[1:-1])
            found = dict(found.parts).get(key) if isinstance(found, Gathered) else None
        return found if steps else None

    def _part(self, value: ast.expr) -> Known:
        return self._value(value) or Atom("", 0)
