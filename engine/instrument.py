"""Sections compiled once, with a call before and after every simple statement at any depth."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable
from types import CodeType

from .program import Program, Section
from .statements import Statement, blocks_of

STEP = "__backprop_tui_step__"
BEFORE = "__backprop_tui_before__"


def compile_section(program: Program, section: Section) -> CodeType:
    """The section as one code object."""
    return _compile(program, _Hooks(section.statements).block(section.tree.body))


def compile_statements(program: Program, section: Section) -> tuple[CodeType, ...]:
    """Every top-level statement of the section as a code object of its own, hooks included."""
    hooks = _Hooks(section.statements)
    return tuple(_compile(program, hooks.block([node])) for node in section.tree.body)


def _compile(program: Program, body: list[ast.stmt]) -> CodeType:
    module = ast.Module(body=body, type_ignores=[])
    return compile(ast.fix_missing_locations(module), program.filename, "exec", dont_inherit=True)


class _Hooks:
    def __init__(self, statements: Iterable[Statement]) -> None:
        self.by_node = {id(statement.node): statement for statement in statements}

    def block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        """The statements of a block with the hooks around each."""
        return [out for node in body for out in self.around(node)]

    def around(self, node: ast.stmt) -> list[ast.stmt]:
        statement = self.by_node.get(id(node))
        if isinstance(node, ast.If | ast.While) and statement is not None:
            return [self.tested(node, statement)]
        if statement is None:
            return [self.compound(node)]
        after = _call(STEP, statement)
        if isinstance(node, ast.Break | ast.Continue):
            return [after, node]
        if statement.changes or statement.unnamed or statement.calls:
            return [_call(BEFORE, statement), _without_backward(node), after]
        return [node, after]

    def compound(self, node: ast.stmt) -> ast.stmt:
        """A copy of a compound statement whose blocks carry hooks; the original stays as parsed."""
        twin = copy.copy(node)
        self._replace_blocks(twin)
        return twin

    def tested(self, node: ast.If | ast.While, statement: Statement) -> ast.stmt:
        """An `if` or `while` whose test binds names: its step comes first in either branch."""
        twin = self.compound(node)
        assert isinstance(twin, ast.If | ast.While)
        twin.body = [_call(STEP, statement), *twin.body]
        twin.orelse = [_call(STEP, statement), *twin.orelse]
        return twin

    def _replace_blocks(self, node: ast.AST) -> None:
        if not any(True for _ in blocks_of(node)):
            return
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list) and block:
                setattr(node, name, self.block(block))
        for name in ("handlers", "cases"):
            if parts := getattr(node, name, None):
                twins = [copy.copy(part) for part in parts]
                setattr(node, name, twins)
                for twin in twins:
                    self._replace_blocks(twin)


def _call(name: str, statement: Statement) -> ast.stmt:
    function = ast.Name(id=name, ctx=ast.Load())
    call = ast.Call(func=function, args=[ast.Constant(statement.index)], keywords=[])
    return ast.copy_location(ast.Expr(value=call), statement.node)


def _without_backward(node: ast.stmt) -> ast.stmt:
    """`loss.backward()` is the engine's: it runs the reference backward itself."""
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="loss"), attr="backward"))):
            return ast.copy_location(ast.Pass(), node)
    return node
