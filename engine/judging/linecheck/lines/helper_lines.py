"""The statements of the backward that bind what no name pairs with a tensor, and what reads it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import CodeType
from typing import Any, NamedTuple

from torch import Tensor

from ....execution.iteration import Iteration
from ....program.analysis import ProgramFacts
from ....program.around import HIDDEN
from ....program.names import appended_to, called, root_name
from ....program.statements import Statement
from ....program.torch_operations import changes_in_place
from ....rules.trees import copied
from ....tensors.aliasing import Namespace, copy_of
from ....tensors.dtypes import can_have_gradient
from ....tensors.inert import is_tensor
from .listed_values import as_one, in_form
from .written_entries import written_entries

_GIVEN = f"{HIDDEN}given__"


@dataclass(frozen=True, eq=False)
class HelperLine:
    """A statement and one of the places that it binds: `draw`, `flows[t]`, `self.flow`."""

    statement: Statement
    target: ast.expr
    root: str
    """The name at the root of the place."""
    earlier: tuple[HelperLine, ...] = ()
    """The lines that built what this one changes in part."""
    again: bool = False
    """Whether that is the name of a gradient as well, which other lines build."""

    @property
    def name(self) -> str:
        """What it is called where it has to be told from all others."""
        return f"{self.text} of line {self.statement.line}" if self.again else self.text

    @property
    def text(self) -> str:
        """The place as the program writes it."""
        return ast.unparse(self.target)

    def value(self, namespace: Namespace) -> Any:
        """What is held there; a list of tensors as one."""
        held = eval(self._load, namespace)
        return as_one(held) if isinstance(self.target, ast.Name) and not self.earlier else held

    def put(self, namespace: Namespace, value: Tensor) -> None:
        """Let another value be held there."""
        namespace[_GIVEN] = in_form(eval(self._load, namespace), value)
        exec(self._store, namespace)

    @cached_property
    def _load(self) -> CodeType:
        whole = ast.Expression(self._place(ast.Load()))
        return compile(ast.fix_missing_locations(whole), "<helper>", "eval")

    @cached_property
    def _store(self) -> CodeType:
        line = ast.Assign([self._place(ast.Store())], ast.Name(_GIVEN, ast.Load()))
        module = ast.Module(body=[line], type_ignores=[])
        return compile(ast.fix_missing_locations(module), "<helper>", "exec")

    def _place(self, context: ast.expr_context) -> ast.expr:
        place: ast.expr = copied(self.target)
        place.ctx = context  # type: ignore[attr-defined]
        return place


def helper_lines(
    facts: ProgramFacts, gradients: Container[str], others: Container[Statement] = ()
) -> tuple[HelperLine, ...]:
    """Every one whose root is none of the gradients that a name pairs, or that binds something else to it.

    The latter are the statements in `others`.
    """
    statements = facts.handwritten.statements
    passed_on = facts.passed_on
    lines = [
        line
        for at, one in enumerate(statements)
        if one not in passed_on
        for line in _lines(one, statements[:at])
    ]
    own = tuple(line for line in lines if line.root not in gradients)
    again = [line for line in lines if line.root in gradients and line.statement in others]
    return (*own, *(_again(line, others) for line in again if line.text == line.root))


def _again(line: HelperLine, others: Container[Statement]) -> HelperLine:
    """What a gradient's name stands for later on: the gradient's own lines are no part of that."""
    return replace(line, again=True, earlier=tuple(one for one in line.earlier if one.statement in others))


def _lines(statement: Statement, before: Sequence[Statement]) -> Iterator[HelperLine]:
    """A change of a part may stand for the whole: `guess[y] -= 1`. What only hands on cannot be wrong."""
    if statement.hands_on:
        return
    for target in (*_targets(statement.node), *_appended(statement.node)):
        root = root_name(target)
        if root is None:
            continue
        if not any(isinstance(part, ast.Call) for part in ast.walk(target)):
            yield HelperLine(statement, target, root)
        if isinstance(statement.node, ast.Expr):
            continue
        if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            yield HelperLine(statement, target.value, root, _building(root, before))


def building_before(facts: ProgramFacts, line: HelperLine) -> frozenset[Statement]:
    """The statements that built what a line goes on to change."""
    if line.root not in line.statement.reads:
        return frozenset()
    before = [one for one in facts.handwritten.statements if one.number < line.statement.number]
    return frozenset(one.statement for one in _building(line.root, before))


def _building(name: str, statements: Sequence[Statement]) -> tuple[HelperLine, ...]:
    """The last statements that built what a name holds, from the one on that bound it."""
    writing = [one for one in statements if name in one.writes]
    binding = [at for at, one in enumerate(writing) if name in one.binds and name not in one.reads]
    place = ast.Name(name, ast.Load())
    return tuple(HelperLine(one, place, name) for one in writing[binding[-1] :]) if binding else ()


def _targets(node: ast.stmt) -> list[ast.expr]:
    if isinstance(node, ast.AugAssign | ast.AnnAssign):
        return [node.target]
    if isinstance(node, ast.Expr):
        return _changed(node.value)
    if not isinstance(node, ast.Assign):
        return []
    return [part for target in node.targets for part in _parts(target)]


def _changed(call: ast.expr) -> list[ast.expr]:
    """What `flow.mul_(mask)` changes in place."""
    method = call.func if isinstance(call, ast.Call) and changes_in_place(called(call)) else None
    return [method.value] if isinstance(method, ast.Attribute) and root_name(method) else []


def _appended(node: ast.stmt) -> list[ast.expr]:
    """What `slopes.append(2 * slope)` binds, the last of a list; a name alone has a line of its own."""
    whole = appended_to(node)
    if whole is None or isinstance(node.value.args[0], ast.Name):  # type: ignore[attr-defined]
        return []
    return [ast.Subscript(whole, ast.UnaryOp(ast.USub(), ast.Constant(1)), ast.Load())]


def _parts(target: ast.expr) -> list[ast.expr]:
    if isinstance(target, ast.Tuple | ast.List):
        return [part for inner in target.elts for part in _parts(inner)]
    return [] if isinstance(target, ast.Starred) else [target]


def readers(facts: ProgramFacts, line: HelperLine, others: Container[Statement]) -> tuple[Statement, ...]:
    """The statements that read what a line binds, the line itself left out, and what hands it on.

    A line of `others` is read as far as the next that binds its name.
    """
    statements = facts.handwritten.statements
    if line.statement in others:
        later = [one for one in statements if one.number > line.statement.number]
        end = next((one.number for one in later if line.root in one.binds), sys.maxsize)
        statements = tuple(one for one in later if one.number <= end)
    return tuple(_reading(line.root, [one for one in statements if one is not line.statement]))


def _reading(name: str, statements: Sequence[Statement]) -> Iterator[Statement]:
    """Those that read what a name stands for first; of what hands it on, those that read the other name."""
    for at, one in enumerate(statements):
        if name not in one.reads:
            continue
        if one.hands_on and len(one.reads) == len(one.binds) == 1:
            later = statements[at + 1 :]
            ends = (end for end, other in enumerate(later) if one.binds[0] in other.binds)
            yield from _reading(one.binds[0], later[: next(ends, len(later) - 1) + 1])
        else:
            yield one


def adds_up(statement: Statement, name: str) -> bool:
    """Whether a statement adds what a name stands for to something else, as it is: `dh = dh1 + dh2`."""
    node = statement.node
    value = getattr(node, "value", None)
    if value is None or not isinstance(node, ast.Assign | ast.AugAssign):
        return False
    if isinstance(node, ast.AugAssign) and not isinstance(node.op, ast.Add):
        return False
    terms = _terms(value)
    several = isinstance(node, ast.AugAssign) or len(terms) > 1
    return several and any(isinstance(one, ast.Name) and one.id == name for one in terms)


def _terms(node: ast.expr) -> list[ast.expr]:
    """What is added up in an expression; of a difference what stands before the minus."""
    match node:
        case ast.BinOp(op=ast.Add()):
            return [*_terms(node.left), *_terms(node.right)]
        case ast.BinOp(op=ast.Sub()):
            return [*_terms(node.left), node]
    return [node]


def made_directly(
    facts: ProgramFacts, line: HelperLine, gradients: Container[str], others: Container[Statement]
) -> frozenset[str]:
    """The gradients whose lines read what a line of `others` binds, helper variables followed."""
    lines = helper_lines(facts, gradients, others)
    found: set[str] = set()
    seen, queue = {line}, [line]
    while queue:
        for reader in readers(facts, queue.pop(), others):
            through = [one for one in lines if one.statement is reader and one not in seen]
            seen.update(through)
            queue += through
            if reader not in others:
                found.update(name for name in reader.writes if name in gradients)
    return frozenset(found)


def passes_of(iteration: Iteration, line: HelperLine) -> int:
    """How often a line ran in an iteration of its program, or of the same with other numbers in it."""
    return sum(statement.number == line.statement.number for statement, _ in iteration.path.steps)


class Seen(NamedTuple):
    """What a line bound in one of its passes."""

    line: HelperLine
    at: int
    """The how manieth pass it was."""
    value: Tensor
    entries: Tensor | None = None
    """True for each that it wrote, where it is one of several lines that build a value."""


Given = Mapping[HelperLine, Mapping[int, Tensor]]
"""What is put in the place of what a line binds, by the pass."""


class Passes:
    """Watches helper lines in one run of the backward: every tensor that they bind, in order."""

    def __init__(self, namespace: Namespace, lines: Sequence[HelperLine], given: Given) -> None:
        self.namespace = namespace
        self.given = given
        self.seen: list[Seen] = []
        self._lines: dict[int, list[HelperLine]] = {}
        for line in lines:
            self._lines.setdefault(line.statement.number, []).append(line)
        self._count: dict[HelperLine, int] = {}
        self._built = frozenset(one for line in lines if line.earlier for one in (*line.earlier, line))
        self._before: dict[str, Tensor] = {}

    def after(self, statement: Statement) -> None:
        """The hook after every statement."""
        for line in self._lines.get(statement.number, ()):
            count = self._count.get(line, 0)
            self._count[line] = count + 1
            value = line.value(self.namespace)
            if is_tensor(value) and can_have_gradient(value):
                value = copy_of(value.detach())
                entries = self._entries(line, value) if line in self._built else None
                self.seen.append(Seen(line, count, value, entries))
            if count in self.given.get(line, {}):
                line.put(self.namespace, self.given[line][count])

    def _entries(self, line: HelperLine, value: Tensor) -> Tensor:
        before = self._before.get(line.root)
        self._before[line.root] = value
        change = value if before is None or before.shape != value.shape else value - before
        return written_entries(line.statement, line.root, self.namespace, change)
