"""The `torch.autograd.Function`s that a file defines, and whether one can be stepped."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..in_place import changed_names
from ..names import stored_names
from ..statements import simple_statements
from .bodies import last_name, own_nodes_of, returns_early
from .pieces import bound_names
from .refusals import Refusal


@dataclass(frozen=True, eq=False)
class OwnFunction:
    """The class, and the methods of it that are stepped."""

    node: ast.ClassDef
    forward: ast.FunctionDef
    backward: ast.FunctionDef
    setup_context: ast.FunctionDef | None

    @property
    def words(self) -> str:
        """The place for the iteration that it is."""
        lines = f"forward in line {self.forward.lineno}, backward in line {self.backward.lineno}"
        return f"one call of {self.node.name}: {lines}"

    @property
    def methods(self) -> list[ast.FunctionDef]:
        """What is stepped, in its order."""
        return [*filter(None, (self.forward, self.setup_context, self.backward))]

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The names of what its forward is given, but for the ctx."""
        args = self.forward.args
        named = [arg.arg for arg in (*args.posonlyargs, *args.args)][self._ctx_first :]
        return tuple(named + [one.arg for one in (args.vararg, args.kwarg) if one is not None])

    @cached_property
    def upstream(self) -> tuple[str, ...]:
        """What its backward calls the gradients of what the forward returns."""
        return tuple(arg.arg for arg in self.backward.args.args[1:])

    @cached_property
    def returned(self) -> ast.expr:
        """What its forward returns."""
        return returned_by(self.forward)

    @cached_property
    def gradients(self) -> tuple[ast.expr, ...]:
        """What its backward returns, part by part; one part where that is made elsewhere."""
        value = returned_by(self.backward)
        return tuple(value.elts) if isinstance(value, ast.Tuple) else (value,)

    @property
    def _ctx_first(self) -> int:
        return 0 if self.setup_context is not None else 1

    @cached_property
    def contexts(self) -> tuple[str, ...]:
        """What its methods call the ctx."""
        methods = [self.backward, self.setup_context or self.forward]
        return tuple(dict.fromkeys(method.args.args[0].arg for method in methods))


def own_functions(trunk: Iterable[ast.stmt]) -> list[OwnFunction]:
    """The Functions that a file defines, in the order of the text."""
    classes = [node for node in trunk if isinstance(node, ast.ClassDef)]
    return [one for node in classes if "Function" in map(last_name, node.bases) for one in _function_of(node)]


def _function_of(node: ast.ClassDef) -> list[OwnFunction]:
    methods = {one.name: one for one in node.body if isinstance(one, ast.FunctionDef)}
    forward, backward = methods.get("forward"), methods.get("backward")
    if forward is None or backward is None or not backward.args.args:
        return []
    return [OwnFunction(node, forward, backward, methods.get("setup_context"))]


def returned_by(method: ast.FunctionDef) -> ast.expr:
    """What the last line of a method returns."""
    last = method.body[-1]
    value = last.value if isinstance(last, ast.Return) else None
    return value if value is not None else ast.copy_location(ast.Constant(None), last)


def why_not(function: OwnFunction, trunk: Sequence[ast.stmt]) -> Refusal | None:
    """Why one cannot be stepped statement by statement; None where it can."""
    name = function.node.name
    for method in function.methods:
        if returns_early(method):
            line = next(one.lineno for one in own_nodes_of(method) if isinstance(one, ast.Return))
            why = f"`{name}.{method.name}` returns before its end: only a last line may be a `return`"
            return Refusal(why, line, "A value that is bound in both branches and returned below them works")
    if function.forward.args.kwonlyargs or function.forward.args.vararg or function.backward.args.vararg:
        why = f"`{name}` has arguments that are not plain ones"
        return Refusal(why, function.forward.lineno, "Plain names for all of them can be stepped")
    return _too_few(function) or _changed_input(function) or _of_another_frame(function, trunk)


def _too_few(function: OwnFunction) -> Refusal | None:
    """Where the backward returns fewer gradients than the forward has inputs, or more that are not None."""
    value, parts = returned_by(function.backward), function.gradients
    if not isinstance(value, ast.Tuple | ast.Name | ast.BinOp) or any(map(_is_starred, parts)):
        return None
    if isinstance(value, ast.Name) and len(function.inputs) > 1 and _may_be_tuple(function, value.id):
        return None
    least = len(function.inputs) - len(function.forward.args.defaults)
    beyond = [part for part in parts[len(function.inputs) :] if not isinstance(part, ast.Constant)]
    if len(parts) >= least and not beyond:
        return None
    returns, takes = _counted(len(parts), "gradient"), _counted(len(function.inputs), "argument")
    why = f"`{function.node.name}.backward` returns {returns}, and its forward takes {takes}"
    hint = "It returns one for each, in their order; None for what has none"
    return Refusal(why, function.backward.body[-1].lineno, hint)


def _is_starred(part: ast.expr) -> bool:
    return isinstance(part, ast.Starred)


def _may_be_tuple(function: OwnFunction, name: str) -> bool:
    """Whether a name may stand for several values: it is bound to no sum or product."""
    nodes = [node for top in function.backward.body for node in ast.walk(top) if isinstance(node, ast.Assign)]
    values = [node.value for node in nodes if name in stored_names(node)]
    return not all(isinstance(value, ast.BinOp) for value in values)


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _changed_input(function: OwnFunction) -> Refusal | None:
    """Where the forward changes what it is given, which cannot be differentiated by its lines."""
    for node in function.forward.body:
        for part, _ in simple_statements(node, ()):
            changed = [name for name in changed_names(part) if name in function.inputs]
            if changed:
                why = f"`{function.node.name}.forward` changes its argument `{changed[0]}` in place"
                return Refusal(why, part.lineno, "One that makes a new tensor can be stepped")
    return None


def _of_another_frame(function: OwnFunction, trunk: Sequence[ast.stmt]) -> Refusal | None:
    """Where a method reads a name that only another one binds, or that the file has as well."""
    whole = bound_names(trunk)
    forward, backward = bound_in(function, function.forward), bound_in(function, function.backward)
    for method, own, other, others in (
        (function.backward, backward, function.forward, forward),
        (function.forward, forward, function.backward, backward),
    ):
        for node in sorted(_reads_of(method), key=lambda node: node.lineno):
            if node.id in own or node.id not in others:
                continue
            if node.id in whole:
                why = f"`{method.name}` reads the file's own `{node.id}`, and `{other.name}` has another"
            else:
                why = f"`{method.name}` reads `{node.id}`, which only `{other.name}` binds"
            return Refusal(why, node.lineno, "What a backward needs, its forward keeps in the ctx")
    return None


def bound_in(function: OwnFunction, method: ast.FunctionDef) -> set[str]:
    """The names of what a method is given and binds, those of `setup_context` with the forward's."""
    args = method.args
    given = [*args.posonlyargs, *args.args, *filter(None, (args.vararg, args.kwarg))]
    names = {name for node in method.body for name in stored_names(node)} | {arg.arg for arg in given}
    if method is function.forward and function.setup_context is not None:
        names |= bound_in(function, function.setup_context)
    return names


def _reads_of(method: ast.FunctionDef) -> list[ast.Name]:
    nodes = [one for top in method.body for one in ast.walk(top)]
    return [one for one in nodes if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)]


def lines_of(function: OwnFunction) -> dict[str, frozenset[int]]:
    """By the kind of the section, the lines of the methods."""
    own = {method.name: frozenset({method.lineno, *body_lines(method)}) for method in function.methods}
    backward = own.pop("backward")
    return {"forward": frozenset[int]().union(*own.values()), "backward": backward}


def body_lines(method: ast.FunctionDef) -> list[int]:
    """The lines of the body of a method."""
    return [line for node in method.body for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)]
