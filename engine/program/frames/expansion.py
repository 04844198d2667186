"""Calls exchanged for what they run: arguments bound, the function's statements, what it returns bound."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ..frame import Frame, handing_on, returning
from ..items.kinds import Kinds
from ..items.places import as_names
from ..names import read_names, stored_names
from .call_arguments import arguments_of, defaults_of, parameters_of
from .callees import Callee, Callees
from .plain_functions import locals_of
from .returned_values import assigned, belonging, has_names, parted, with_names

Key = tuple[tuple[int, int, int], ...]
"""Where a call stands: that of its function in the section, and on to its own, each by line and column; and
the pass of a loop that it stands in, before it."""


class _Result(NamedTuple):
    """Where what a call returns is bound: at a statement, which belongs to another call or to none."""

    node: ast.stmt
    frame: Frame | None


@dataclass(eq=False)
class Expansion:
    """Takes calls apart; which ones it is asked to."""

    callees: Callees
    kinds: Kinds
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
    again: frozenset[str] = frozenset()
    """Names that are bound several times: what a call returns for one of them gets a name of its own."""
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
            case ast.For():
                inside = self._passes(node, around, frame)
            case _:
                inside = None
        return [belonging(node, frame)] if inside is None else inside

    def _passes(self, node: ast.For, around: Key, frame: Frame | None) -> list[ast.stmt] | None:
        """The passes of a loop over objects that are known, one after the other."""
        objects = self.callees.elements(node.iter) if _is_plain(node) else ()
        keys = [(*around, (node.lineno, node.col_offset, at)) for at in range(1, len(objects) + 1)]
        if not objects or not any(map(self.wanted, keys)):
            return None
        out = list[ast.stmt]()
        for name, key in zip(objects, keys, strict=True):
            assert isinstance(node.target, ast.Name)
            stands_for = ast.copy_location(ast.Name(name, ast.Load()), node.iter)
            bound = ast.copy_location(ast.Assign([copy.deepcopy(node.target)], stands_for), node.target)
            out.append(handing_on(belonging(bound, frame)))
            for one in self.renamed(node.body, {node.target.id: name}):
                out += self._statement(one, key, frame)
        return out

    def renamed(self, body: Iterable[ast.stmt], names: Mapping[str, str]) -> list[ast.stmt]:
        """Statements in which other names stand for some, and for what these hold."""
        inside = _Inside(names)
        return as_names([inside.visit(copy.deepcopy(one)) for one in body], self.kinds)

    def _call(
        self,
        call: ast.Call,
        targets: list[ast.expr],
        node: ast.stmt,
        around: Key,
        result: _Result,
    ) -> list[ast.stmt] | None:
        key = (*around, (call.lineno, call.col_offset, 0))
        callee = self.callees.of(call)
        given = None if callee is None else _arguments(callee, call)
        if callee is None or given is None or len(key) > _DEEPEST or not self.wanted(key):
            return None
        function = callee.function
        frame = self._frame(callee, node, self._around(around))
        self.frames[key] = frame
        names = {name: frame.inside(name) for name in self._unwritten(function)}
        body = self.renamed(function.body, names | _names_in(callee, frame))
        if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            del body[0]
        returned = _returned_by(body, function)
        out = self._bound(function, given, node, key, frame)
        for one in body:
            out += self._statement(one, key, frame)
        return out + self._returned(returned, targets, key, frame, result)

    def _unwritten(self, function: ast.FunctionDef) -> frozenset[str]:
        """What a function returns and nothing binds."""
        return frozenset() if self.bound is None else read_names(function.body[-1]) - self.bound

    def _binds_again(self, targets: list[ast.expr]) -> bool:
        return len(targets) == 1 and isinstance(targets[0], ast.Name) and targets[0].id in self.again

    def _around(self, key: Key) -> Frame | None:
        """The call that a key is inside of."""
        return next(
            (self.frames[key[:end]] for end in range(len(key), 0, -1) if key[:end] in self.frames), None
        )

    def _frame(self, callee: Callee, node: ast.stmt, around: Frame | None) -> Frame:
        name, function = callee.words, callee.function
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
            tuple(parameters_of(function)[1 if callee.receiver else 0 :]),
            around,
            callee.receiver,
            parameters_of(function)[0] if callee.receiver else "",
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
        bound = [assigned([targets[name]], value, node) for name, value in left.items()]
        return out + [handing_on(belonging(one, frame)) for one in bound]

    def _returned(
        self,
        node: ast.Return,
        targets: list[ast.expr],
        key: Key,
        frame: Frame,
        result: _Result,
    ) -> list[ast.stmt]:
        """What is returned, bound where the call is if it has names; else where it is worked out."""
        value = node.value or ast.copy_location(ast.Constant(None), node)
        if isinstance(value, ast.Call):
            inside = self._call(value, targets, node, key, result)
            if inside is not None:
                return inside
        out = list[ast.stmt]()
        if self.names_results:
            value, out = with_names(value, node, frame)
        elif self._binds_again(targets):
            value, out = with_names(value, node, frame, frame.given)
        parts = value.elts if isinstance(value, ast.Tuple) else [value]
        self.returned[frame] = tuple(part.id for part in parts if isinstance(part, ast.Name))
        if not targets:
            alone = [] if has_names(value) else [ast.copy_location(ast.Expr(value), node)]
            return out + [belonging(one, frame) for one in alone]
        given = not self.names_results and any(name in frame.given for name in self.returned[frame])
        if has_names(value) and not given:
            given_names = [assigned(some, part, result.node) for some, part in parted(targets, value)]
            return out + [handing_on(belonging(one, result.frame)) for one in given_names]
        worked_out = [assigned(some, part, node) for some, part in parted(targets, value)]
        return out + [returning(belonging(one, frame)) for one in worked_out]


_DEEPEST = 8
"""So many functions inside each other are taken apart."""
_MANY = 10**6


def _arguments(callee: Callee, call: ast.Call) -> dict[str, ast.expr] | None:
    """What every parameter is given; None where that cannot be told, or was worked out with the function.

    Not the object of a method, for which its own name stands.
    """
    function = callee.function
    if callee.receiver:
        receiver = ast.copy_location(ast.Name(callee.receiver, ast.Load()), call)
        call = ast.copy_location(ast.Call(call.func, [receiver, *call.args], call.keywords), call)
    given, defaults = arguments_of(function, call), [*defaults_of(function).values()]
    if given is None or any(one in defaults and not isinstance(one, ast.Constant) for one in given.values()):
        return None
    if callee.receiver:
        del given[parameters_of(function)[0]]
    return {name: copy.deepcopy(one) if one in defaults else one for name, one in given.items()}


def _names_in(callee: Callee, frame: Frame) -> dict[str, str]:
    """What stands for the names of a function in one call; for that of a method's object, the object's."""
    names = {name: frame.inside(name) for name in locals_of(callee.function)}
    return names | ({parameters_of(callee.function)[0]: callee.receiver} if callee.receiver else {})


def _returned_by(body: list[ast.stmt], function: ast.FunctionDef) -> ast.Return:
    """The return at the end of a function, taken from its statements."""
    if body and isinstance(body[-1], ast.Return):
        last = body.pop()
        assert isinstance(last, ast.Return)
        return last
    return ast.copy_location(ast.Return(None), function.body[-1])


def _is_plain(node: ast.For) -> bool:
    """Whether its passes are the same one after the other, as long as nobody binds its variable again."""
    if not isinstance(node.target, ast.Name) or node.orelse:
        return False
    nodes = [part for one in node.body for part in ast.walk(one)]
    if any(isinstance(part, ast.Break | ast.Continue | ast.Return | ast.Lambda) for part in nodes):
        return False
    return not any(node.target.id in stored_names(one) for one in node.body)


def _target(name: str, at: ast.arg) -> ast.expr:
    target = ast.copy_location(ast.Name(name, ast.Store()), at)
    target.end_lineno, target.end_col_offset = at.lineno, at.col_offset + len(at.arg)
    return target


class _Inside(ast.NodeTransformer):
    """Gives names what stands for them in one call, or in one pass."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        """A name of the function's own; any other is the file's."""
        if node.id not in self.names:
            return node
        return ast.copy_location(ast.Name(self.names[node.id], node.ctx), node)
