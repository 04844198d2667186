"""Functions that train, taken apart where they are called: their names become the program's."""

from __future__ import annotations

import ast
import copy
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from ..frames.call_arguments import arguments_of, parameters_of
from ..names import own_nodes, read_names, stored_names
from ..naming import NamingScheme
from ..naming_by_fit import pairs_of, scheme_of
from .bodies import (
    body_of,
    bound_to,
    last_name,
    own_nodes_of,
    returns_early,
)
from .pieces import bound_names, inner_blocks, opaque_names
from .regions import regions_in
from .trunk import sets_grad_mode

_SIMPLE = (ast.Expr, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return, ast.Raise)
_SOMETIMES = (ast.IfExp, ast.BoolOp, ast.comprehension)


@dataclass(frozen=True)
class Refused:
    """A function that trains and that was not taken apart, and why."""

    name: str
    line: int
    reason: str


@dataclass(frozen=True, eq=False)
class Dissolved:
    """A block in which functions that train are taken apart."""

    block: list[ast.stmt]
    refused: tuple[Refused, ...] = ()
    asides: tuple[str, ...] = ()
    """What there is to say of those that were."""


def dissolved(block: Sequence[ast.stmt], gradient: str = "") -> Dissolved:
    """The statements of a file, those of the functions that train among them, where they are called.

    `gradient` says how gradients are named, where somebody said so.
    """
    functions = {node.name: node for node in block if isinstance(node, ast.FunctionDef)}
    outer = bound_names(block) - opaque_names(block)
    training = {
        name: node
        for name, node in functions.items()
        if _trains(node, functions, outer, frozenset(), gradient)
    }
    calls = _Calls(block, training, functions)
    taken_apart = calls.taken_apart(block)
    return Dissolved(taken_apart, (*calls.refused, *calls.never_called), tuple(calls.asides))


def _trains(
    function: ast.FunctionDef,
    functions: Mapping[str, ast.FunctionDef],
    outer: frozenset[str],
    around: frozenset[str],
    gradient: str,
) -> bool:
    """Whether a function holds a whole iteration, or calls one that does; `outer` are the file's names."""
    if function.name in around:
        return False
    calls = [_call_in(node, functions) for node in own_nodes_of(function)]
    inner = around | {function.name}
    if any(
        _trains(functions[last_name(call.func)], functions, outer, inner, gradient)
        for call in calls
        if call is not None
    ):
        return True
    names = bound_names(function.body) | set(parameters_of(function)) | outer
    names -= opaque_names(function.body)
    scheme = NamingScheme(gradient) if gradient else scheme_of(sorted(names))
    tensors = frozenset(pairs_of(scheme, names).values())
    return bool(regions_in(function.body, scheme, tensors))


def _call_in(node: ast.AST, names: Container[str]) -> ast.Call | None:
    """The only call of one of some functions in a statement, where it is made whenever that runs."""
    if not isinstance(node, _SIMPLE):
        return None
    nodes = [*own_nodes(node)]
    calls = [part for part in nodes if isinstance(part, ast.Call) and last_name(part.func) in names]
    plain = [call for call in calls if isinstance(call.func, ast.Name)]
    sometimes = any(isinstance(part, _SOMETIMES) for part in nodes)
    return plain[0] if len(calls) == len(plain) == 1 and not sometimes else None


class _Calls:
    """Takes the calls of functions apart, one in the place of each."""

    def __init__(
        self,
        block: Sequence[ast.stmt],
        training: Mapping[str, ast.FunctionDef],
        functions: Mapping[str, ast.FunctionDef],
    ) -> None:
        self.training = training
        self.refused: list[Refused] = []
        self.asides: list[str] = []
        self._bound = bound_names(block)
        self._mentions = [node.id for top in block for node in ast.walk(top) if isinstance(node, ast.Name)]
        self._calls = _calls_in(block, training)
        others = [node for name, node in functions.items() if name not in training]
        self._read_by = {name: node for node in others for name in read_names(node) - set(_locals_of(node))}

    @property
    def never_called(self) -> list[Refused]:
        """The functions that no statement calls so that they could be taken apart."""
        none = [self.training[name] for name, calls in self._calls.items() if not calls]
        return [Refused(node.name, node.lineno, "no statement is a plain call of it") for node in none]

    def taken_apart(self, block: Sequence[ast.stmt], *, in_loop: bool = False) -> list[ast.stmt]:
        """The statements of a block, with a function's own in the place of its call."""
        out: list[ast.stmt] = []
        for node in block:
            call = _call_in(node, self.training)
            lines = self._inlined(node, call, in_loop=in_loop) if call is not None else None
            if lines is not None:
                out += self.taken_apart(lines, in_loop=in_loop)
                continue
            looping = in_loop or isinstance(node, ast.For | ast.While)
            for inner in inner_blocks(node):
                inner[:] = self.taken_apart(inner, in_loop=looping)
            out.append(node)
        return out

    def _inlined(self, node: ast.stmt, call: ast.Call, *, in_loop: bool) -> list[ast.stmt] | None:
        function = self.training[last_name(call.func)]
        every = self._calls[function.name]
        if len(every) > 1:
            if call is not every[-1]:
                return None
            function = copy.deepcopy(function)  # the other calls run it as it stands
        given = arguments_of(function, call)
        reason = self._why_not(function, given)
        if not reason and in_loop and returns_early(function):
            reason = "it returns before its end"
        if given is None or reason:
            self.refused.append(Refused(function.name, function.lineno, reason))
            return None
        if len(every) > 1:
            self.asides.append(_one_of(function.name, every))
        return [*bound_to(given, node), *body_of(function, node, call)]

    def _why_not(self, function: ast.FunctionDef, given: Mapping[str, ast.expr] | None) -> str:
        """Why a function is not taken apart; nothing where it can be."""
        if self._mentions.count(function.name) > len(self._calls[function.name]):
            return "it is also called inside an expression, or handed on"
        decorated = not all(map(sets_grad_mode, function.decorator_list))
        if decorated or any(map(_yields, own_nodes_of(function))):
            return "it is decorated, or a generator"
        if given is None:
            return "its arguments are not plain ones"
        same = {name for name, value in given.items() if last_name(value) == name}
        for name in sorted((set(_locals_of(function)) - same) & self._bound & self._read_by.keys()):
            other = self._read_by[name]
            return f"its `{name}` is another than the one that `{other.name}` (line {other.lineno}) reads"
        return ""


def _calls_in(block: Sequence[ast.stmt], names: Mapping[str, ast.FunctionDef]) -> dict[str, list[ast.Call]]:
    """By the name of a function, its calls that can be taken apart, in the order of the text."""
    calls: dict[str, list[ast.Call]] = {name: [] for name in names}
    for node in (part for top in block for part in ast.walk(top)):
        call = _call_in(node, names)
        if call is not None:
            calls[last_name(call.func)].append(call)
    return {name: sorted(found, key=lambda call: call.lineno) for name, found in calls.items()}


def _one_of(name: str, calls: Sequence[ast.Call]) -> str:
    """What is said of a function that is called more than once."""
    lines = [str(call.lineno) for call in calls]
    told = f"lines {', '.join(lines[:-1])} and {lines[-1]}"
    return f"`{name}` is called in {told}: the last of these calls is stepped, the others run as they are"


def _yields(node: ast.AST) -> bool:
    return isinstance(node, ast.Yield | ast.YieldFrom | ast.Await)


def _locals_of(function: ast.FunctionDef) -> list[str]:
    declared = {
        name for node in own_nodes_of(function) if isinstance(node, ast.Global) for name in node.names
    }
    stored = [name for top in function.body for name in stored_names(top)]
    return [name for name in dict.fromkeys([*parameters_of(function), *stored]) if name not in declared]
