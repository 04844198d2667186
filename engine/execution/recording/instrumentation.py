"""Sections compiled once, with a call before and after every simple statement at any depth."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Set
from types import CodeType

from ...program.around import HIDDEN, is_leaving
from ...program.depth import as_deep_as_python
from ...program.program import ITERATED, Program
from ...program.section import Section
from ...program.statements import Statement, blocks_of, is_backward

STEP = f"{HIDDEN}step__"
BEFORE = f"{HIDDEN}before__"
LOG = f"{HIDDEN}log__"
STAND_IN = f"{HIDDEN}stand_in__"
COPY_ALL = f"{HIDDEN}copy_all__"
BACKWARD = f"{HIDDEN}backward__"
GUARD = f"{HIDDEN}guard__"
_SWALLOWING = (ast.Try, ast.TryStar, ast.With, ast.AsyncWith)
"""What may keep an exception from those around it."""


@as_deep_as_python()
def compile_section(program: Program, section: Section) -> CodeType:
    """The section as one code object."""
    return compiled(program, hooked(program, section))


@as_deep_as_python()
def compile_block(program: Program, section: Section, block: Iterable[ast.stmt]) -> CodeType:
    """Some of the statements of a section as one code object."""
    return compiled(program, _Hooks(section.statements, _loss(program, section)).block([*block]))


@as_deep_as_python()
def compile_expression(program: Program, expression: ast.expr) -> CodeType:
    """The header of a loop."""
    tree = ast.Expression(expression)
    code: CodeType = compile(tree, program.filename, "eval", program.flags, dont_inherit=True)
    return code


@as_deep_as_python()
def hooked(program: Program, section: Section) -> list[ast.stmt]:
    """The statements of a section with all hooks around each; the statements are those of the program."""
    return _Hooks(section.statements, _loss(program, section)).block(section.tree.body)


@as_deep_as_python()
def compile_statements(program: Program, section: Section, harmless: Set[Statement]) -> tuple[CodeType, ...]:
    """Every top-level statement of the section as a code object of its own, with lean hooks."""
    hooks = _LeanHooks(section.statements, program.loss, harmless, frozenset())
    return tuple(compiled(program, hooks.block([node])) for node in section.tree.body)


@as_deep_as_python()
def compile_lean(program: Program, section: Section, harmless: Set[Statement], watched: Set[str]) -> CodeType:
    """The section with the least that records it: harmless straight lines only log what they bound."""
    hooks = _LeanHooks(section.statements, program.loss, harmless, watched)
    return compiled(program, hooks.block(section.tree.body))


@as_deep_as_python()
def compiled(program: Program, body: list[ast.stmt]) -> CodeType:
    """Statements with hooks as code of the program."""
    module = ast.fix_missing_locations(ast.Module(body=body, type_ignores=[]))
    code: CodeType = compile(module, program.filename, "exec", program.flags, dont_inherit=True)
    return code


def _loss(program: Program, section: Section) -> str:
    """The name whose `.backward()` is left to the engine; "" where a program's own is meant."""
    return program.loss if section.kind in ITERATED else ""


class _Hooks:
    def __init__(
        self, statements: Iterable[Statement], loss: str, harmless: Set[Statement] = frozenset()
    ) -> None:
        self.loss = loss
        self.harmless = harmless
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
        if statement.hole:
            return [node, after, _call(STAND_IN, statement)]
        if isinstance(node, ast.Break | ast.Continue) or is_leaving(node):
            return [after, node]
        calls = statement.calls and statement not in self.harmless
        if statement.changes or statement.unnamed or calls:
            return [_call(BEFORE, statement), _without_backward(node, self.loss), after]
        return [_without_backward(node, self.loss), after]

    def compound(self, node: ast.stmt) -> ast.stmt:
        """A copy of a compound statement whose blocks carry hooks; the original stays as parsed."""
        twin = copy.copy(node)
        self._replace_blocks(twin)
        return twin

    def tested(self, node: ast.If | ast.While, statement: Statement) -> ast.stmt:
        """An `if` or `while` whose test binds or changes something: its step comes first in either branch."""
        twin = self.compound(node)
        assert isinstance(twin, ast.If | ast.While)
        if statement.changes or statement.unnamed or statement.calls:
            # the hook returns None, so that the test decides
            twin.test = ast.BoolOp(ast.Or(), [_call(BEFORE, statement).value, node.test])
        twin.body = [_call(STEP, statement), *twin.body]
        twin.orelse = [_call(STEP, statement), *twin.orelse]
        return twin

    def _replace_blocks(self, node: ast.AST) -> None:
        if not any(True for _ in blocks_of(node)):
            return
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list) and block:
                guard = [_guard(block[0])] if _may_swallow(node, name) else []
                setattr(node, name, guard + self.block(block))
        for name in ("handlers", "cases"):
            if parts := getattr(node, name, None):
                twins = [copy.copy(part) for part in parts]
                setattr(node, name, twins)
                for twin in twins:
                    self._replace_blocks(twin)


class _LeanHooks(_Hooks):
    """Outside loops a harmless statement that binds plain names is logged by one call of a builtin.

    In loops the full hook stays: it is where an endless one is stopped.
    """

    def __init__(
        self, statements: Iterable[Statement], loss: str, harmless: Set[Statement], watched: Set[str]
    ) -> None:
        super().__init__(statements, loss, harmless)
        self.watched = watched
        self.loops = 0

    def block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        """The statements of a block. Several in a row that change a tensor each are copied at once."""
        return [out for row in self._rows(body) for out in self._row(row)]

    def _row(self, row: list[ast.stmt]) -> list[ast.stmt]:
        careful = [hooked for node in row for hooked in self.around(node)]
        return [self._at_once(row, careful)] if self._changed_by(row[0]) else careful

    def _rows(self, body: list[ast.stmt]) -> list[list[ast.stmt]]:
        rows: list[list[ast.stmt]] = []
        changed: set[str] = set()
        for node in body:
            name = self._changed_by(node)
            if name and changed and name not in changed:
                rows[-1].append(node)
            else:
                rows.append([node])
                changed = set()
            changed |= {name} - {""}
        return rows

    def _at_once(self, row: list[ast.stmt], careful: list[ast.stmt]) -> ast.stmt:
        plain = [logged for node in row for logged in (node, _log(self.by_node[id(node)]))]
        return ast.copy_location(ast.If(test=self._copied(row), body=plain, orelse=careful), row[0])

    def _copied(self, row: list[ast.stmt]) -> ast.expr:
        """The call that copies what the statements change; its value says whether it could."""
        names = ast.Tuple([ast.Constant(self._changed_by(node)) for node in row], ast.Load())
        return ast.Call(func=ast.Name(id=COPY_ALL, ctx=ast.Load()), args=[names], keywords=[])

    def around(self, node: ast.stmt) -> list[ast.stmt]:
        """The statement with the hooks that it needs."""
        statement = self.by_node.get(id(node))
        if statement is None or not self._changes_nothing(node, statement):
            return super().around(node)
        if self._is_straight(statement) and _binds_plainly(node):
            return [_without_backward(node, self.loss), _log(statement)]
        after = _call(STEP, statement)
        leaves = isinstance(node, ast.Break | ast.Continue) or is_leaving(node)
        return [after, node] if leaves else [node, after]

    def _changes_nothing(self, node: ast.stmt, statement: Statement) -> bool:
        if statement.unnamed or statement.hole or isinstance(node, ast.If | ast.While):
            return False
        return not statement.changes and (statement in self.harmless or not statement.calls)

    def _is_straight(self, statement: Statement) -> bool:
        return not self.loops and self.watched.isdisjoint(statement.writes)

    def _changed_by(self, node: ast.stmt) -> str:
        """The name of the tensor that is all that a statement writes, if it may be copied before; or ""."""
        statement = self.by_node.get(id(node))
        if statement is None or not self._is_straight(statement) or statement not in self.harmless:
            return ""
        if not statement.changes_one or len(statement.writes) > 1 or statement.unnamed or statement.hole:
            return ""
        plainly = isinstance(node, ast.AugAssign) or _binds_plainly(node)
        return statement.changes[0] if plainly else ""

    def compound(self, node: ast.stmt) -> ast.stmt:
        """A copy of a compound statement whose blocks carry hooks."""
        looping = isinstance(node, ast.For | ast.AsyncFor | ast.While)
        self.loops += looping
        twin = super().compound(node)
        self.loops -= looping
        return twin


def _binds_plainly(node: ast.stmt) -> bool:
    """Whether every name that it binds is bound for certain once it has run."""
    if not isinstance(node, ast.Assign | ast.AnnAssign | ast.Expr | ast.Pass):
        return False
    if isinstance(node, ast.AnnAssign) and node.value is None:
        return False
    return not any(isinstance(part, ast.NamedExpr) for part in ast.walk(node))


def _log(statement: Statement) -> ast.stmt:
    names = [ast.Name(id=name, ctx=ast.Load()) for name in statement.writes]
    entry = ast.Tuple(elts=[ast.Constant(statement.number), *names], ctx=ast.Load())
    call = ast.Call(func=ast.Name(id=LOG, ctx=ast.Load()), args=[entry], keywords=[])
    return ast.copy_location(ast.Expr(value=call), statement.node)


def _may_swallow(node: ast.AST, block: str) -> bool:
    """Whether the program may go on there, in this block or past it, though a hook has stopped it."""
    if isinstance(node, ast.For | ast.AsyncFor | ast.While):
        return block == "body" and any(isinstance(inner, _SWALLOWING) for inner in ast.walk(node))
    return isinstance(node, ast.ExceptHandler) or block == "finalbody"


def _guard(first: ast.stmt) -> ast.stmt:
    call = ast.Call(func=ast.Name(id=GUARD, ctx=ast.Load()), args=[], keywords=[])
    return ast.copy_location(ast.Expr(value=call), first)


def _call(name: str, statement: Statement) -> ast.Expr:
    function = ast.Name(id=name, ctx=ast.Load())
    call = ast.Call(func=function, args=[ast.Constant(statement.number)], keywords=[])
    return ast.copy_location(ast.Expr(value=call), statement.node)


def _without_backward(node: ast.stmt, loss: str) -> ast.stmt:
    """`loss.backward()` is the engine's: it ran the reference backward itself, and fills `.grad` here."""
    if not is_backward(node, loss):
        return node
    call = ast.Call(func=ast.Name(id=BACKWARD, ctx=ast.Load()), args=[], keywords=[])
    return ast.copy_location(ast.Expr(value=call), node)
