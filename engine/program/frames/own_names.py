"""Lines about a call in the names that its function has for what they read."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..frame import MARK, Frame, ids_in, is_inside, own_name, renamed_in, suffix_of, told
from ..items.places import parsed_lines
from ..names import read_names, stored_names
from ..program import BEGINNING, Program
from ..statements import Statement
from ..torch_operations import draws
from .links import Links, links_of
from .plain_functions import locals_of
from .tracing import Gathered, Known
from .with_frames import without_frames

_DEEPEST = 4
"""So many expressions inside each other are written out for a name that is not there."""
_ATOMIC = (ast.Name, ast.Call, ast.Attribute, ast.Subscript, ast.Constant)


class NotInSight(Exception):
    """A function does not get what a line of it would read. The message is a sentence for the user."""


@dataclass(frozen=True, eq=False)
class OwnNames:
    """What the names of a program's calls are called in each of them."""

    program: Program

    def lines(self, frame: Frame | None, lines: Sequence[str]) -> tuple[str, ...]:
        """Lines as they would stand in a function, or, without one, outside of all.

        Raises:
            NotInSight: they read what the function does not get.
        """
        return tuple(self._code(line, frame, {*_made_in(lines)}) for line in lines)

    def is_there(self, frame: Frame | None, name: str) -> bool:
        """Whether a function has the value of a name, or can make it."""
        try:
            return bool(self._spelled(name, frame, _DEEPEST))
        except NotInSight:
            return False

    def name(self, frame: Frame | None, name: str) -> str:
        """What a name is called there; where it has none, with its function."""
        found = self._own(name, frame) if is_inside(name) else name
        return found or told(name, self._suffix_of_twin(frame))

    def sentence(self, frame: Frame | None, text: str) -> str:
        """A sentence in the words of a function."""
        return told(renamed_in(text, {name: self.name(frame, name) for name in ids_in(text)}))

    def function(self, frame: Frame) -> ast.FunctionDef:
        """The function of a call as the program defines it."""
        return self._functions[frame.function]

    def twin(self, frame: Frame | None) -> Frame | None:
        """The call of the forward whose backward a call is."""
        return self._links.twins.get(frame) if frame is not None else None

    @cached_property
    def frames(self) -> dict[str, Frame]:
        """The calls, by what tells their names apart."""
        return {s.frame.suffix: s.frame for s in self.program.statements if s.frame is not None}

    @cached_property
    def _links(self) -> Links:
        trees = {section.kind: section.tree.body for section in self.program.sections}
        naming = without_frames(self.program.naming)
        return links_of(trees.get("forward", ()), trees.get("backward", ()), naming, {})

    @cached_property
    def _functions(self) -> dict[str, ast.FunctionDef]:
        nodes = [node for s in self.program.sections if s.kind in BEGINNING for node in s.tree.body]
        classes = [node for node in nodes if isinstance(node, ast.ClassDef)]
        methods = {
            f"{one.name}.{node.name}": node
            for one in classes
            for node in one.body
            if isinstance(node, ast.FunctionDef)
        }
        return methods | {node.name: node for node in nodes if isinstance(node, ast.FunctionDef)}

    @cached_property
    def _kept(self) -> frozenset[str]:
        """What is bound once for all iterations, and Python's own names."""
        anew = {name for s in self.program.statements if s.section not in BEGINNING for name in s.binds}
        once = {name for s in self.program.sections if s.kind in BEGINNING for name in stored_names(s.tree)}
        return frozenset(once - anew).union(dir(builtins))

    def _code(self, line: str, frame: Frame | None, made: set[str]) -> str:
        inner = {name: self._spelled(name, frame, _DEEPEST) for name in ids_in(line)}
        plain = [name for name in read_in([line]) if not is_inside(name) and name not in made]
        outer = {name: self._outer(name, frame) for name in plain}
        for name, there in outer.items():
            if there != name:
                line = _exchanged(line, name, there)
        return renamed_in(line, inner)

    def _spelled(self, name: str, frame: Frame | None, depth: int) -> str:
        """A name as it is called there, or what it was made of.

        Raises:
            NotInSight: there is neither.
        """
        found = self._own(name, frame) or self._held(name, frame)
        if found:
            return found
        made = self._made_of(name) if frame is not None and depth else None
        if made is None:
            raise self._not_in_sight(told(name, self._suffix_of_twin(frame)), frame)
        inner = {other: self._spelled(other, frame, depth - 1) for other in ids_in(ast.unparse(made))}
        for other in read_in([ast.unparse(made)]):
            if not is_inside(other) and self._outer(other, frame) != other:
                raise self._not_in_sight(told(name, self._suffix_of_twin(frame)), frame)
        text = renamed_in(ast.unparse(made), inner)
        return text if isinstance(made, _ATOMIC) else f"({text})"

    def _own(self, name: str, frame: Frame | None) -> str:
        """What stands for a name's value in a function; '' where nothing does."""
        suffix = frame.suffix if frame is not None else ""
        if suffix and suffix_of(name) == suffix:
            return own_name(name)
        if frame is not None and self._is_new_gradient(name, frame):
            return own_name(name)
        known = self._links.known.get(name)
        same = [one for one in self._names_in(suffix) if self._links.known[one] == known] if known else []
        names = [*map(own_name, same)]
        return own_name(name) if own_name(name) in names else next(iter(names), "")

    def _is_new_gradient(self, name: str, frame: Frame) -> bool:
        """Whether it is one that a function has not, of what its forward makes."""
        twin, tensor = self.twin(frame), self.program.naming.tensor(name)
        if twin is None or not tensor or suffix_of(name) != twin.suffix or suffix_of(tensor) != twin.suffix:
            return False
        return own_name(name) not in locals_of(self.function(frame))

    def _names_in(self, suffix: str) -> Iterator[str]:
        """The names of a call, or of none, that are bound once."""
        for name, version in self._links.versions.items():
            if suffix_of(name) == suffix and version == 1:
                yield name

    def _held(self, name: str, frame: Frame | None) -> str:
        """Where a value is in what the function was given: `cache[0]`."""
        known = self._links.known.get(name)
        for one in self._names_in(frame.suffix) if frame is not None and known is not None else ():
            held = self._links.known[one]
            path = _path(held, known) if isinstance(held, Gathered) and known is not None else None
            if path is not None:
                return own_name(one) + path
        return ""

    def _made_of(self, name: str) -> ast.expr | None:
        """The expression that a name of the forward stands for, where that gives the same once more."""
        making = [s for s in self.program.statements if name in s.writes]
        if len(making) != 1 or making[0].section != "forward" or not making[0].always:
            return None
        return _value_of(making[0], name)

    def _outer(self, name: str, frame: Frame | None) -> str:
        """What a name that is none of a call's is called in a function.

        Raises:
            NotInSight: the function does not get it.
        """
        if frame is None:
            return name
        shadowed = name in locals_of(self.function(frame))
        if name in self._kept and not shadowed:
            return name
        found = self._own(name, frame) or self._held(name, frame)
        if not found:
            raise self._not_in_sight(name, frame)
        return found

    def _suffix_of_twin(self, frame: Frame | None) -> str:
        twin = self.twin(frame)
        return twin.suffix if twin is not None else ""

    def _not_in_sight(self, name: str, frame: Frame | None) -> NotInSight:
        if frame is None:
            return NotInSight(f"it needs {name}, which has no name outside of the function")
        return NotInSight(f"it needs {name}, which {frame.function} does not get")


def _value_of(statement: Statement, name: str) -> ast.expr | None:
    match statement.node:
        case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
            if statement.hands_on:
                return value if isinstance(value, ast.Constant) else None
            return None if any(map(draws, statement.called)) else value
    return None


def _path(held: Known, wanted: Known) -> str | None:
    """How a value is taken out of what holds it."""
    if held == wanted:
        return ""
    if isinstance(held, Gathered):
        for key, part in held.parts:
            path = _path(part, wanted)
            if path is not None:
                return f"[{_key(key)}]{path}"
    return None


def _key(key: object) -> str:
    return f'"{key}"' if isinstance(key, str) and '"' not in key else repr(key)


def _made_in(lines: Sequence[str]) -> Iterator[str]:
    """Names that lines bind themselves."""
    for line in lines:
        for node in parsed_lines(line):
            yield from stored_names(node)


def read_in(lines: Iterable[str]) -> frozenset[str]:
    """The names that lines read."""
    return frozenset[str]().union(*(read_names(node) for line in lines for node in parsed_lines(line)))


def _exchanged(line: str, name: str, other: str) -> str:
    """A line with another name in the place of one; not of an attribute or a keyword."""
    whole = re.compile(rf"(?<![\w.{MARK}]){re.escape(name)}(?![\w{MARK}])(?!=[^=])")
    return whole.sub(lambda _: other, line)
