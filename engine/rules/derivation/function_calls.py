"""The program's own functions and comprehensions: followed statement by statement, item by item."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

import torch

from ...tensors.aliasing import Namespace
from ...tensors.inert import attributes_of, in_class, is_a, is_any, names_of
from ..node import Node
from ..trees import rebuilt
from .noting import at

Body = ast.FunctionDef | ast.Lambda


class Functions:
    """The functions that a program defines, by their names and lines."""

    def __init__(self, trees: Iterable[ast.AST]) -> None:
        self.known: dict[tuple[str, int], Body | None] = {}
        for tree in trees:
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef) and all(map(_is_static, node.decorator_list)):
                    first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
                    self.known[node.name, first] = node
                elif isinstance(node, ast.Lambda):
                    twice = ("<lambda>", node.lineno) in self.known
                    self.known["<lambda>", node.lineno] = None if twice else node

    def body_of(self, function: Any) -> Body | None:
        """The definition of a function; None of what the program does not define, or not once in its line."""
        if is_a(function, MethodType):
            function = function.__func__
        if not is_a(function, FunctionType):
            return None
        code = function.__code__
        return self.known.get((function.__name__, code.co_firstlineno))


def _is_static(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Name) and decorator.id == "staticmethod"


@dataclass(frozen=True, eq=False)
class Call:
    """A call of one of the program's functions: its definition, and what it is given."""

    function: FunctionType
    body: Body
    owner: ast.expr | None
    """What it is a method of, which it is given first."""

    def enclosed(self) -> dict[str, Any]:
        """What the function sees of the functions around it."""
        cells = self.function.__closure__ or ()
        names = self.function.__code__.co_freevars
        return {name: cell.cell_contents for name, cell in zip(names, cells, strict=True)}

    def can_be_followed(self) -> bool:
        """Whether it returns in the open: not out of a `with`, not piece by piece."""
        return all(_is_open(statement) for statement in self.statements())

    def statements(self) -> list[ast.stmt]:
        """What it runs."""
        if isinstance(self.body, ast.Lambda):
            value = self.body.body
            return [ast.copy_location(ast.Return(value=value), value)]
        return self.body.body

    def bound(self, args: list[Node], named: dict[str, Node]) -> dict[str, Node] | None:
        """What its parameters stand for; None where that takes more than names and places."""
        spec = self.body.args
        if spec.vararg or spec.kwarg:
            return None
        names = [parameter.arg for parameter in (*spec.posonlyargs, *spec.args)]
        values = self._defaults(names)
        values.update(zip(names, args, strict=False))
        values.update(named)
        wanted = {*names, *(parameter.arg for parameter in spec.kwonlyargs)}
        return values if set(values) == wanted and len(args) <= len(names) else None

    def _defaults(self, names: list[str]) -> dict[str, Node]:
        values = self.function.__defaults__ or ()
        trees = self.body.args.defaults
        nodes = {
            name: Node(tree, value, tree.lineno, {})
            for name, tree, value in zip(names[len(names) - len(values) :], trees, values, strict=True)
        }
        written = zip(self.body.args.kwonlyargs, self.body.args.kw_defaults, strict=True)
        by_name = {parameter.arg: tree for parameter, tree in written if tree is not None}
        for name, value in (self.function.__kwdefaults__ or {}).items():
            nodes[name] = Node(by_name[name], value, by_name[name].lineno, {})
        return nodes


def _is_open(node: ast.stmt) -> bool:
    if isinstance(node, ast.If | ast.For | ast.While):
        return all(_is_open(inner) for inner in [*node.body, *node.orelse])
    if isinstance(node, ast.FunctionDef):
        return not any(isinstance(inner, ast.Nonlocal) for inner in ast.walk(node))
    if isinstance(node, ast.Return):
        return True
    odd = (ast.Return, ast.Yield, ast.YieldFrom, ast.Global, ast.Nonlocal, ast.Await)
    return not any(isinstance(inner, odd) for inner in ast.walk(node))


def called(func: ast.expr, functions: Functions, namespace: Namespace) -> Call | None:
    """The program's own function that is called here; None of any other."""
    value = _looked_up(func, namespace)
    runs = run_by_call(value)
    body = functions.body_of(runs)
    if body is None:
        return None
    function = runs.__func__ if is_a(runs, MethodType) else runs
    assert is_a(function, FunctionType)
    return Call(function, body, _owner(func, value) if is_a(runs, MethodType) else None)


def _owner(func: ast.expr, value: Any) -> ast.expr:
    """What a method is called on: what stands before the dot, or an object that is called itself."""
    if not is_a(value, MethodType):
        return func
    if isinstance(func, ast.Attribute):
        return func.value
    owner: ast.expr = at(ast.Attribute(value=func, attr="__self__", ctx=ast.Load()), func)
    return owner


def run_by_call(value: Any) -> Any:
    """The function that runs when a value is called: of an object its `__call__`, of a module its forward."""
    if is_any(value, (FunctionType, MethodType, BuiltinFunctionType, type)):
        return value
    if is_a(value, torch.nn.Module) and not (value._forward_hooks or value._forward_pre_hooks):
        return value.forward
    own = in_class(type(value), "__call__")
    return MethodType(own, value) if is_a(own, FunctionType) else value


def _looked_up(func: ast.expr, namespace: Namespace) -> Any:
    """What a name or a dotted name stands for; nothing is run for it."""
    if isinstance(func, ast.Name):
        return namespace.get(func.id)
    if isinstance(func, ast.Attribute):
        owner = _looked_up(func.value, namespace)
        held = names_of(owner) if is_a(owner, type) else attributes_of(owner) or {}
        if is_a(held.get(func.attr), staticmethod):
            return held[func.attr].__func__
        attribute = held.get(func.attr, getattr(type(owner), func.attr, None))
        return (
            MethodType(attribute, owner)
            if is_a(attribute, FunctionType) and func.attr not in held
            else attribute
        )
    return None


class Unfolding(ast.NodeTransformer):
    """A copy in which calls of the program's functions and comprehensions are names of what they yield."""

    def __init__(
        self,
        call: Callable[[ast.Call], str | None],
        items: Callable[[ast.expr, ast.expr], Iterable[dict[str, str]]],
        bind: Callable[[ast.Name, ast.expr], None],
        holds: Callable[[ast.expr], bool],
    ) -> None:
        self.bind = bind
        self.holds = holds
        self.call = call
        self.items = items

    def generic_visit(self, node: ast.AST) -> Any:
        return rebuilt(node, self.visit)

    def visit_Call(self, node: ast.Call) -> Any:
        """A call of a function of the program's becomes the name of its result."""
        call = self.generic_visit(node)
        name = self.call(call)
        return call if name is None else ast.copy_location(ast.Name(id=name, ctx=ast.Load()), node)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> Any:
        """A name that is bound on the way is bound before."""
        self.bind(node.target, self.visit(node.value))
        return ast.copy_location(ast.Name(id=node.target.id, ctx=ast.Load()), node)

    def _as_list(self, node: ast.ListComp | ast.GeneratorExp) -> Any:
        loops = self._loops(node)
        if loops is None:
            return node
        elements = [self.visit(names.visit(node.elt)) for names in loops]
        return ast.copy_location(ast.List(elts=elements, ctx=ast.Load()), node)

    def visit_DictComp(self, node: ast.DictComp) -> Any:
        """A dictionary of items becomes one that is written out."""
        loops = self._loops(node)
        if loops is None:
            return node
        keys, values = [], []
        for names in loops:
            keys.append(self.visit(names.visit(node.key)))
            values.append(self.visit(names.visit(node.value)))
        return ast.copy_location(ast.Dict(keys=keys, values=values), node)

    def _loops(self, node: ast.ListComp | ast.GeneratorExp | ast.DictComp) -> Iterable[_Renaming] | None:
        """For every item that a comprehension takes, what its names stand for; None of several loops."""
        loop = node.generators[0]
        if len(node.generators) != 1 or loop.is_async:
            return None
        every = (_Renaming(names) for names in self.items(loop.target, self.visit(loop.iter)))
        return (names for names in every if all(self.holds(names.visit(one)) for one in loop.ifs))

    visit_ListComp = _as_list
    visit_GeneratorExp = _as_list

    def _closed(self, node: ast.AST) -> Any:
        return node

    visit_Lambda = _closed
    visit_IfExp = _closed
    visit_BoolOp = _closed
    visit_SetComp = _closed
    visit_JoinedStr = _closed


class _Renaming(ast.NodeTransformer):
    """A copy in which names are others."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def generic_visit(self, node: ast.AST) -> Any:
        return rebuilt(node, self.visit)

    def visit_Name(self, node: ast.Name) -> Any:
        """A name by its other name."""
        return ast.copy_location(ast.Name(id=self.names.get(node.id, node.id), ctx=node.ctx), node)
