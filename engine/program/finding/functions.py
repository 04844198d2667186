"""Functions that train, taken apart where they are called: their names become the program's."""

from __future__ import annotations

import ast
import copy
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..around import RETURN, leaving
from ..names import OPAQUE, own_nodes, read_names, stored_names
from ..naming_by_fit import pairs_of, scheme_of
from .pieces import bound_names, forget, inner_blocks, opaque_names
from .regions import regions_in
from .trunk import sets_grad_mode, with_jumps_exchanged

_EXITS = frozenset({"exit", "quit", "SystemExit"})
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


def dissolved(block: Sequence[ast.stmt]) -> Dissolved:
    """The statements of a file, those of the functions that train among them, where they are called."""
    functions = {node.name: node for node in block if isinstance(node, ast.FunctionDef)}
    outer = bound_names(block) - opaque_names(block)
    training = {
        name: node for name, node in functions.items() if _trains(node, functions, outer, frozenset())
    }
    calls = _Calls(block, training, functions)
    return Dissolved(calls.taken_apart(block), tuple(calls.refused))


def _trains(
    function: ast.FunctionDef,
    functions: Mapping[str, ast.FunctionDef],
    outer: frozenset[str],
    around: frozenset[str],
) -> bool:
    """Whether a function holds a whole iteration, or calls one that does; `outer` are the file's names."""
    if function.name in around:
        return False
    calls = [_call_in(node, functions) for node in own_nodes_of(function)]
    inner = around | {function.name}
    if any(
        _trains(functions[_name(call.func)], functions, outer, inner) for call in calls if call is not None
    ):
        return True
    names = bound_names(function.body) | set(_parameters(function)) | outer
    names -= opaque_names(function.body)
    scheme = scheme_of(sorted(names))
    tensors = frozenset(pairs_of(scheme, names).values())
    return bool(regions_in(function.body, scheme, tensors))


def own_nodes_of(function: ast.FunctionDef) -> Iterable[ast.AST]:
    """The nodes of a function's body, but for those of functions inside it."""
    return (node for top in function.body for node in own_nodes(top))


def _parameters(function: ast.FunctionDef) -> list[str]:
    args = function.args
    return [arg.arg for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs)]


def _call_in(node: ast.AST, names: Container[str]) -> ast.Call | None:
    """The only call of one of some functions in a statement, where it is made whenever that runs."""
    if not isinstance(node, _SIMPLE):
        return None
    nodes = [*own_nodes(node)]
    calls = [part for part in nodes if isinstance(part, ast.Call) and _name(part.func) in names]
    plain = [call for call in calls if isinstance(call.func, ast.Name)]
    sometimes = any(isinstance(part, _SOMETIMES) for part in nodes)
    return plain[0] if len(calls) == len(plain) == 1 and not sometimes else None


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


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
        self._bound = bound_names(block)
        self._mentions = [node.id for top in block for node in ast.walk(top) if isinstance(node, ast.Name)]
        others = [node for name, node in functions.items() if name not in training]
        self._read_by = {name: node for node in others for name in read_names(node) - set(_locals_of(node))}

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
        function = self.training[_name(call.func)]
        given = _arguments(function, call)
        reason = self._why_not(function, given)
        if not reason and in_loop and _returns_early(function):
            reason = "it returns before its end"
        if given is None or reason:
            self.refused.append(Refused(function.name, function.lineno, reason))
            return None
        return [*_bound_to(given, node), *_body(function, node, call)]

    def _why_not(self, function: ast.FunctionDef, given: Mapping[str, ast.expr] | None) -> str:
        """Why a function is not taken apart; nothing where it can be."""
        if self._mentions.count(function.name) > 1:
            return "it is called in more than one place"
        decorated = not all(map(sets_grad_mode, function.decorator_list))
        if decorated or any(map(_yields, own_nodes_of(function))):
            return "it is decorated, or a generator"
        if given is None:
            return "its arguments are not plain ones"
        same = {name for name, value in given.items() if _name(value) == name}
        for name in sorted((set(_locals_of(function)) - same) & self._bound & self._read_by.keys()):
            other = self._read_by[name]
            return f"its `{name}` is another than the one that `{other.name}` (line {other.lineno}) reads"
        return ""


def _yields(node: ast.AST) -> bool:
    return isinstance(node, ast.Yield | ast.YieldFrom | ast.Await)


def _locals_of(function: ast.FunctionDef) -> list[str]:
    declared = {
        name for node in own_nodes_of(function) if isinstance(node, ast.Global) for name in node.names
    }
    stored = [name for top in function.body for name in stored_names(top)]
    return [name for name in dict.fromkeys([*_parameters(function), *stored]) if name not in declared]


def _arguments(function: ast.FunctionDef, call: ast.Call) -> dict[str, ast.expr] | None:
    """What every parameter of a function is given in a call; None where that cannot be told."""
    args = function.args
    if args.vararg or args.kwarg or any(isinstance(arg, ast.Starred) for arg in call.args):
        return None
    if any(keyword.arg is None for keyword in call.keywords):
        return None
    positional = [arg.arg for arg in (*args.posonlyargs, *args.args)]
    given = dict(zip(positional, call.args, strict=False))
    given |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg is not None}
    defaults = dict(zip(reversed(positional), reversed(args.defaults), strict=False))
    pairs = zip(args.kwonlyargs, args.kw_defaults, strict=True)
    defaults |= {arg.arg: value for arg, value in pairs if value is not None}
    wanted = _parameters(function)
    complete = defaults | given
    fits = complete.keys() == set(wanted) and len(call.args) <= len(positional)
    return {name: complete[name] for name in wanted} if fits else None


def _bound_to(given: Mapping[str, ast.expr], node: ast.stmt) -> list[ast.stmt]:
    """One statement that binds a function's parameters, in the place of its call."""
    new = {name: value for name, value in given.items() if _name(value) != name or not _is_plain(value)}
    if not new:
        return []
    names: list[ast.expr] = [ast.Name(name, ast.Store()) for name in new]
    values = [copy.deepcopy(value) for value in new.values()]
    target = names[0] if len(names) == 1 else ast.Tuple(names, ast.Store())
    value = values[0] if len(values) == 1 else ast.Tuple(values, ast.Load())
    assign = ast.Assign([target], value)
    for part in ast.walk(assign):
        if isinstance(part, ast.stmt | ast.expr):
            ast.copy_location(part, node)
    return [assign]


def _is_plain(value: ast.expr) -> bool:
    return isinstance(value, ast.Name)


def _body(function: ast.FunctionDef, node: ast.stmt, call: ast.Call) -> list[ast.stmt]:
    """The statements of a function, its last `return` made a part of the statement that called it."""
    body = [part for part in function.body if not isinstance(part, ast.Global | ast.Nonlocal)]
    last = body[-1] if body and isinstance(body[-1], ast.Return) else None
    inner = body[:-1] if last is not None else body
    for part in (one for top in inner for one in ast.walk(top)):
        if isinstance(part, OPAQUE):
            part.body = [_global(one) for one in part.body]
    left = with_jumps_exchanged(inner, _left, returns=True)
    return [*left, *_returned(last, node, call)]


def _left(node: ast.stmt) -> ast.stmt:
    return leaving(RETURN, node) if isinstance(node, ast.Return) else node


def _global(node: ast.stmt) -> ast.stmt:
    """The names of a function around become names of the program."""
    return ast.copy_location(ast.Global(node.names), node) if isinstance(node, ast.Nonlocal) else node


def _returned(last: ast.Return | None, node: ast.stmt, call: ast.Call) -> list[ast.stmt]:
    """The statement that called a function, with what that returns in the place of the call."""
    value = (last.value if last is not None else None) or ast.copy_location(ast.Constant(None), call)
    plain = isinstance(value, ast.Name | ast.Tuple | ast.Constant)
    if plain and (_is_alone(node, call) or isinstance(node, ast.Raise)):
        return []
    forget(node)
    if isinstance(node, ast.Assign) and node.value is call and isinstance(value, ast.Tuple):
        return _assigned(node, value)
    _Exchange(call, value).visit(node)
    return [node]


def _assigned(node: ast.Assign, value: ast.Tuple) -> list[ast.stmt]:
    """What a function returns, bound to names: those that it had inside, too, have it already."""
    target = node.targets[0]
    node.value = value
    if len(node.targets) > 1 or not isinstance(target, ast.Tuple) or len(target.elts) != len(value.elts):
        return [node]
    pairs = zip(target.elts, value.elts, strict=True)
    new = [pair for pair in pairs if not (_name(pair[0]) == _name(pair[1]) and _is_plain(pair[1]))]
    if any(isinstance(one, ast.Starred) for pair in new for one in pair):
        return [node]
    target.elts, value.elts = [one for one, _ in new], [one for _, one in new]
    return [node] if new else []


def _is_alone(node: ast.stmt, call: ast.Call) -> bool:
    """Whether nothing is made of what a call gives: `train()`, `sys.exit(main())`."""
    value = node.value if isinstance(node, ast.Expr) else None
    if isinstance(value, ast.Call) and _name(value.func) in _EXITS and value.args:
        value = value.args[0]
    return value is call


class _Exchange(ast.NodeTransformer):
    """Puts one expression in the place of another."""

    def __init__(self, old: ast.expr, new: ast.expr) -> None:
        self.old = old
        self.new = new

    def visit(self, node: ast.AST) -> Any:
        """The new one for the old, any other gone into."""
        return self.new if node is self.old else self.generic_visit(node)


def _returns_early(function: ast.FunctionDef) -> bool:
    inner = [node for node in own_nodes_of(function) if isinstance(node, ast.Return)]
    return any(node is not function.body[-1] for node in inner)
