"""Calls exchanged for what they run: arguments bound, the function's statements, what it returns bound."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ..frame import Frame, handing_on
from ..names import read_names, stored_names
from .call_arguments import arguments_of, defaults_of, parameters_of
from .plain_functions import locals_of

Key = tuple[tuple[int, int], ...]
"""Where a call stands: that of its function in the section, and on to its own, each by line and column."""


class _Result(NamedTuple):
    """Where what a call returns is bound: at a statement, which belongs to another call or to none."""

    node: ast.stmt
    frame: Frame | None


@dataclass(eq=False)
class Expansion:
    """Takes calls apart; which ones it is asked to."""

    functions: Mapping[str, ast.FunctionDef]
    wanted: Callable[[Key], bool]
    counts: Mapping[str, int] = field(default_factory=dict)
    """How many calls of every function there will be, where that is known."""
    bound: frozenset[str] | None = None
    """All names that the file has; a function that returns another has not written it yet."""
    frames: dict[Key, Frame] = field(default_factory=dict)
    returned: dict[Frame, tuple[str, ...]] = field(default_factory=dict)
    """By call, the names of what it returns, in order, as far as it has names."""
    names_results: bool = False
    """Whether what has no name in its function gets one."""
    _begun: dict[str, int] = field(default_factory=dict)

    def block(self, body: Iterable[ast.stmt], *, names_results: bool = False) -> list[ast.stmt]:
        """The statements of a section, with those of the calls in their place."""
        self.names_results = names_results
        return [out for node in body for out in self._statement(node, (), None)]

    def _statement(self, node: ast.stmt, around: Key, frame: Frame | None) -> list[ast.stmt]:
        match node:
            case ast.Assign(targets=targets, value=ast.Call() as call):
                inside = self._call(call, targets, node, around, _Result(node, frame))
            case ast.Expr(value=ast.Call() as call):
                inside = self._call(call, [], node, around, _Result(node, frame))
            case _:
                inside = None
        return [_belonging(node, frame)] if inside is None else inside

    def _call(
        self,
        call: ast.Call,
        targets: list[ast.expr],
        node: ast.stmt,
        around: Key,
        result: _Result,
    ) -> list[ast.stmt] | None:
        key = (*around, (call.lineno, call.col_offset))
        function = self._called(call)
        given = None if function is None else _arguments(function, call)
        if function is None or given is None or len(key) > _DEEPEST or not self.wanted(key):
            return None
        frame = self._frame(function, node, self.frames.get(around))
        self.frames[key] = frame
        inner = _Inside(frame, locals_of(function) | self._unwritten(function))
        body = [inner.visit(copy.deepcopy(one)) for one in function.body]
        if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            del body[0]
        returned = body.pop()
        out = self._bound(function, given, node, key, frame)
        for one in body:
            out += self._statement(one, key, frame)
        return out + self._returned(returned, targets, key, frame, result)

    def _unwritten(self, function: ast.FunctionDef) -> frozenset[str]:
        """What a function returns and nothing binds."""
        return frozenset() if self.bound is None else read_names(function.body[-1]) - self.bound

    def _called(self, call: ast.Call) -> ast.FunctionDef | None:
        return self.functions.get(call.func.id) if isinstance(call.func, ast.Name) else None

    def _frame(self, function: ast.FunctionDef, node: ast.stmt, around: Frame | None) -> Frame:
        name = function.name
        number = self._begun[name] = self._begun.get(name, 0) + 1
        of = self.counts.get(name, _MANY)
        end = function.end_lineno or function.lineno
        return Frame(
            name,
            number,
            of,
            node.lineno,
            node.end_lineno or node.lineno,
            function.lineno,
            end,
            tuple(parameters_of(function)),
            around,
        )

    def _bound(
        self,
        function: ast.FunctionDef,
        given: Mapping[str, ast.expr],
        node: ast.stmt,
        key: Key,
        frame: Frame,
    ) -> list[ast.stmt]:
        """The parameters bound; a call among the arguments is taken apart before, if it comes first."""
        out: list[ast.stmt] = []
        left = dict(given)
        where = {arg.arg: arg for arg in ast.walk(function.args) if isinstance(arg, ast.arg)}
        targets = {name: _target(frame.inside(name), where[name]) for name in given}
        for name, value in given.items():
            if isinstance(value, ast.Call):
                inside = self._call(value, [targets[name]], node, key, _Result(node, frame))
                if inside is None:
                    break
                out += inside
                del left[name]
            elif not isinstance(value, ast.Name | ast.Constant):
                break
        bound = [_assigned([targets[name]], value, node) for name, value in left.items()]
        return out + [handing_on(_belonging(one, frame)) for one in bound]

    def _returned(
        self,
        node: ast.stmt,
        targets: list[ast.expr],
        key: Key,
        frame: Frame,
        result: _Result,
    ) -> list[ast.stmt]:
        """What is returned, bound where the call is if it has names; else where it is worked out."""
        assert isinstance(node, ast.Return)
        assert node.value is not None
        value = node.value
        if isinstance(value, ast.Call):
            inside = self._call(value, targets, node, key, result)
            if inside is not None:
                return inside
        out = list[ast.stmt]()
        if self.names_results:
            value, out = _with_names(value, node, frame)
        parts = value.elts if isinstance(value, ast.Tuple) else [value]
        self.returned[frame] = tuple(part.id for part in parts if isinstance(part, ast.Name))
        if not targets:
            alone = [] if _has_names(value) else [ast.copy_location(ast.Expr(value), node)]
            return out + [_belonging(one, frame) for one in alone]
        given = not self.names_results and any(name in frame.given for name in self.returned[frame])
        if _has_names(value) and not given:
            assigned = [_assigned(some, part, result.node) for some, part in _parted(targets, value)]
            return out + [handing_on(_belonging(one, result.frame)) for one in assigned]
        assigned = [_assigned(some, part, node) for some, part in _parted(targets, value)]
        return out + [_belonging(one, frame) for one in assigned]


_DEEPEST = 8
"""So many functions inside each other are taken apart."""
_MANY = 10**6


def _arguments(function: ast.FunctionDef, call: ast.Call) -> dict[str, ast.expr] | None:
    """What every parameter is given; None where that cannot be told, or was worked out with the function."""
    given, defaults = arguments_of(function, call), [*defaults_of(function).values()]
    if given is None or any(one in defaults and not isinstance(one, ast.Constant) for one in given.values()):
        return None
    return {name: copy.deepcopy(one) if one in defaults else one for name, one in given.items()}


def _with_names(value: ast.expr, node: ast.stmt, frame: Frame) -> tuple[ast.expr, list[ast.stmt]]:
    """What is returned, as names alone, and what gives those that are missing."""
    parts = value.elts if isinstance(value, ast.Tuple) else [value]
    out, named = list[ast.stmt](), list[ast.expr]()
    for part in parts:
        if _has_names(part) or isinstance(part, ast.Starred):
            named.append(part)
            continue
        name = frame.inside(f"result_{len(out) + 1}" if out else "result")
        out.append(
            _belonging(_assigned([ast.copy_location(ast.Name(name, ast.Store()), part)], part, node), frame)
        )
        named.append(ast.copy_location(ast.Name(name, ast.Load()), part))
    if not isinstance(value, ast.Tuple):
        return named[0], out
    return ast.copy_location(ast.Tuple(named, ast.Load()), value), out


def _has_names(value: ast.expr) -> bool:
    """Whether it only gathers what has names already."""
    if isinstance(value, ast.Tuple):
        return all(map(_has_names, value.elts))
    return isinstance(value, ast.Name | ast.Constant)


def _target(name: str, at: ast.arg) -> ast.expr:
    target = ast.copy_location(ast.Name(name, ast.Store()), at)
    target.end_lineno, target.end_col_offset = at.lineno, at.col_offset + len(at.arg)
    return target


def _assigned(targets: list[ast.expr], value: ast.expr, node: ast.stmt) -> ast.stmt:
    return ast.copy_location(ast.Assign(targets, value), node)


def _parted(targets: list[ast.expr], value: ast.expr) -> Iterator[tuple[list[ast.expr], ast.expr]]:
    """Each part of a tuple with what it is bound to, where one after the other is the same."""
    target = targets[0]
    if len(targets) > 1 or not isinstance(target, ast.Tuple) or not isinstance(value, ast.Tuple):
        yield targets, value
        return
    pairs = [*zip(target.elts, value.elts, strict=False)]
    stored = [stored_names(one) if isinstance(one, ast.Name) else None for one in target.elts]
    alone = len(target.elts) == len(value.elts) and None not in stored
    bound = set[str]()
    for names, (_, part) in zip(stored, pairs, strict=False):
        alone = alone and not bound & read_names(part) and (not bound or not _calls_by_name(part))
        bound |= names or set()
    if not alone:
        yield targets, value
        return
    yield from (([one], part) for one, part in pairs)


def _calls_by_name(value: ast.expr) -> bool:
    """Whether it calls what may be a function of the file, which reads names of it."""
    return any(isinstance(node, ast.Call) and isinstance(node.func, ast.Name) for node in ast.walk(value))


def _belonging(node: ast.stmt, frame: Frame | None) -> ast.stmt:
    """A statement that says which call it belongs to, unless it does already."""
    if frame is not None:
        for one in ast.walk(node):
            if isinstance(one, ast.stmt) and getattr(one, "frame", None) is None:
                one.frame = frame  # type: ignore[attr-defined]
    return node


class _Inside(ast.NodeTransformer):
    """Gives the names of a function what stands for them in one call."""

    def __init__(self, frame: Frame, names: frozenset[str]) -> None:
        self.frame = frame
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        """A name of the function's own; any other is the file's."""
        if node.id not in self.names:
            return node
        return ast.copy_location(ast.Name(self.frame.inside(node.id), node.ctx), node)
