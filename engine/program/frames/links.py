"""What a call of the backward is given by calls of the forward, and which gradients pair by that."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..frame import Frame, frame_of, is_inside, own_name, suffix_of
from ..in_place import changed_names
from ..names import own_nodes, read_names, stored_names
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


@dataclass(frozen=True, eq=False)
class Links:
    """By the frames of the backward: what pairs in each, and what each was given of."""

    pairs: Mapping[Frame, tuple[tuple[str, str], ...]]
    """Tensors and their gradients."""
    reached: Mapping[Frame, frozenset[Frame]]
    """Of these calls values are given to it, or they are around all that are."""
    shared: frozenset[Frame]
    """Those that are given what another call of the same function is given: one of them by mistake."""
    early: frozenset[Frame]
    """Calls of the forward that write gradients of what is in them: `return loss, dx`."""
    twins: Mapping[Frame, Frame]
    """The call of the forward whose backward it is, where there is one."""
    known: Mapping[str, Known]
    """By name, what it stands for in the end."""
    versions: Mapping[str, int]
    """By name, how often it was bound; very often where a loop binds it."""


def links_of(
    forward: Iterable[ast.stmt],
    backward: Iterable[ast.stmt],
    scheme: NamingScheme,
    returned: Mapping[Frame, Sequence[str]],
) -> Links:
    """What is told by following names from where they are bound to where they are unpacked."""
    forward, backward = [*forward], [*backward]
    tracing = _Tracing(frozenset(name for frame in _frames(forward) for name in frame.given))
    tracing.run(forward)
    last = dict(tracing.versions)
    made = {frame.suffix: frame for frame in _frames(forward)}
    early = [frame for frame in made.values() if _writes_gradients(frame, tracing, scheme)]
    tracing.fresh = frozenset()
    tracing.run(backward)
    pairs, reached, by_pair = {}, {}, dict[tuple[str, Frame], list[Frame]]()
    twins = dict[Frame, Frame]()
    taken = set[str]()
    bound = frozenset(last)
    for frame in _frames(backward):
        known = [tracing.known[name] for name in frame.given if name in tracing.known]
        given = {atom for one in known for atom in _atoms(one) if not tracing.is_gradient(atom, scheme)}
        names = [suffix_of(atom.name) for atom in given if last.get(atom.name) == atom.version]
        given_by = [made[name] for name in names if name in made]
        pair = _around_all(given_by)
        reached[frame] = frozenset(given_by if pair is None else [*given_by, pair])
        found = [*_pairs(frame, pair, tracing, last, reached[frame], scheme)]
        if pair is not None:
            outputs = [name for name in returned.get(pair, ()) if isinstance(tracing.known.get(name), Atom)]
            found += _upstreams(frame, outputs, tracing, scheme, bound)
        pairs[frame] = tuple(one for one in found if one[0] not in taken)
        taken |= {tensor for tensor, _ in found}
        tracing.gradients |= {gradient for _, gradient in found}
        if pair is not None:
            twins[frame] = pair
            by_pair.setdefault((frame.function, pair), []).append(frame)
    shared = [frame for frames in by_pair.values() if len(frames) > 1 for frame in frames]
    return Links(pairs, reached, frozenset(shared), frozenset(early), twins, tracing.known, tracing.versions)


def _writes_gradients(frame: Frame, tracing: _Tracing, scheme: NamingScheme) -> bool:
    own = [name for name in tracing.names.get(frame.suffix, ()) if name not in frame.given]
    return any(tracing.is_gradient(Atom(name, 1), scheme) for name in own)


def _frames(block: Iterable[ast.stmt]) -> list[Frame]:
    frames = [frame_of(node) for node in block]
    return list(dict.fromkeys(frame for frame in frames if frame is not None))


def _atoms(known: Known) -> Iterable[Atom]:
    return known.atoms() if isinstance(known, Gathered) else (known,)


def _around_all(frames: Sequence[Frame]) -> Frame | None:
    """The innermost call that all stand in: the one whose backward it is that is given values of theirs."""
    common = frames[0].chain if frames else ()
    return next((one for one in common if all(one in frame.chain for frame in frames)), None)


def _pairs(
    frame: Frame,
    pair: Frame | None,
    tracing: _Tracing,
    last: Mapping[str, int],
    reached: frozenset[Frame],
    scheme: NamingScheme,
) -> Iterator[tuple[str, str]]:
    suffixes = {one.suffix for one in reached}
    own = tracing.names.get(frame.suffix, {})
    for name in own:
        if name in frame.given:
            continue
        tensor = scheme.tensor(own_name(name))
        if not tensor:
            continue
        inside = frame.inside(tensor)
        if inside in own:
            known = tracing.known[inside]
            if tracing.versions[inside] > 1 or not isinstance(known, Atom):
                continue
            if suffix_of(known.name) in suffixes and last.get(known.name) == known.version:
                yield known.name, name
        elif pair is not None:
            there = pair.inside(tensor)
            if last.get(there, _LOOPED) < _LOOPED:
                yield there, name


def _upstreams(
    frame: Frame, outputs: Sequence[str], tracing: _Tracing, scheme: NamingScheme, bound: frozenset[str]
) -> list[tuple[str, str]]:
    """What is given to a call as the gradients of what the other one returned."""
    given = [name for name in frame.given if tracing.reads_gradients(name, scheme, bound)]
    named = {name: f"{scheme.tensor(own_name(name))}" for name in given}
    by_name = {name: [one for one in outputs if own_name(one) == named[name]] for name in given}
    found = [(some[0], name) for name, some in by_name.items() if len(some) == 1]
    if found or len(given) != 1 or not outputs:
        return found
    return [(outputs[0], given[0])]


_LOOPED = 10**6
"""The version of a name that a loop binds."""


class _Tracing:
    def __init__(self, fresh: frozenset[str]) -> None:
        self.fresh = fresh
        """Names whose first values are theirs alone, though they have them from others."""
        self.known: dict[str, Known] = {}
        self.versions: dict[str, int] = {}
        self.sources: dict[str, frozenset[str]] = {}
        """By name, what the first statement reads that binds it."""
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

    def is_gradient(self, atom: Atom, scheme: NamingScheme) -> bool:
        """Whether it is named like the gradient of something in the same call."""
        tensor = scheme.tensor(own_name(atom.name))
        return bool(tensor) and f"{tensor}{suffix_of(atom.name)}" in self.versions

    def _bind(self, node: ast.stmt) -> None:
        for name in stored_names(node):
            self.sources.setdefault(name, read_names(node))
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
        self.versions[name] = _LOOPED if looping else self.versions.get(name, 0) + 1
        self.known[name] = Atom(name, self.versions[name])

    def _value(self, value: ast.expr) -> Known | None:
        match value:
            case ast.Name(id=name):
                return self.known.get(name)
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                return Gathered(tuple((at, self._part(one)) for at, one in enumerate(elements)))
            case ast.Dict(keys=keys, values=values) if all(isinstance(key, ast.Constant) for key in keys):
                named = [key.value for key in keys if isinstance(key, ast.Constant)]
                return Gathered(tuple(zip(named, map(self._part, values), strict=True)))
            case ast.Subscript(value=whole, slice=ast.Constant(value=key)):
                found = self._value(whole)
                return dict(found.parts).get(key) if isinstance(found, Gathered) else None
        return None

    def _part(self, value: ast.expr) -> Known:
        return self._value(value) or Atom("", 0)
