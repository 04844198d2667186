"""Every planted error of a program: each statement of its backward section, each operator.

Pure text in, text out: nothing here runs a program. Line numbers stay those of the original.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from .operators import (
    EXPRESSION_OPERATORS,
    STATEMENT_OPERATORS,
    VALUE_OPERATORS,
    Kind,
    Scope,
    is_size,
    number,
)

_TITLE = re.compile(r"# %%\s*(.*?)\s*$")
_BACKWARD = {"backward"}
_DIMENSIONS = {"dim", "axis", "keepdim", "keepdims", "dtype"}
_Simple = ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Expr


@dataclass(frozen=True)
class Mutant:
    """One planted error: its kind, its line (from 1), and the program that has it."""

    kind: Kind
    line: int
    before: str
    after: str
    """The statement as it was and as it is."""
    program: str
    gradients: tuple[str, ...]
    """The gradients that the statement writes, or that its helper variable ends up in."""


def mutants(program: str) -> Iterator[Mutant]:
    """Every mutant of a program in the percent format, in the order of its statements."""
    statements = backward_statements(program)
    scopes = _scopes(program, statements)
    rounds = _loop_lines(program)
    seen = {program}
    for index, (statement, scope) in enumerate(zip(statements, scopes, strict=True)):
        if _counts(statement, scope):
            continue
        gradients = _gradients_of(_from(statements, index, rounds), scope.gradients)
        before = ast.get_source_segment(program, statement) or ""
        for kind, changed in _changes(statement, scope) if gradients else ():
            after = ast.unparse(ast.fix_missing_locations(changed))
            text = _replaced(program, statement, after)
            if text not in seen:
                seen.add(text)
                yield Mutant(kind, statement.lineno, before, after, text, gradients)


@cache
def mutants_of(program: str) -> tuple[Mutant, ...]:
    """The same, made once for all who take of them."""
    return tuple(mutants(program))


def backward_statements(program: str) -> list[ast.stmt]:
    """The statements of the backward section that bind or change something, in source order."""
    tree = ast.parse(_only(program, backward=True))
    found = [node for node in ast.walk(tree) if isinstance(node, _Simple)]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))


def written_names(statement: ast.AST) -> list[str]:
    """The names that a statement binds, assigns into or changes by an in-place call."""
    targets = list(_targets(statement))
    for node in ast.walk(statement):
        if isinstance(node, ast.NamedExpr):
            targets.append(node.target)
        if isinstance(node, ast.Call):
            targets.extend(keyword.value for keyword in node.keywords if keyword.arg == "out")
            if isinstance(node.func, ast.Attribute) and re.search(r"[^_]_$", node.func.attr):
                targets.append(node.func.value)
    names = [name for target in targets for name in _bases(target)]
    return list(dict.fromkeys(names))


def _targets(statement: ast.AST) -> list[ast.expr]:
    if isinstance(statement, ast.Assign):
        return statement.targets
    if isinstance(statement, ast.AugAssign | ast.AnnAssign):
        return [statement.target]
    return []


def _bases(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Tuple | ast.List):
        for element in target.elts:
            yield from _bases(element)
    elif isinstance(target, ast.Subscript | ast.Attribute | ast.Starred):
        yield from _bases(target.value)
    elif isinstance(target, ast.Call):
        yield from _bases(target.func)


def _read_names(statement: ast.AST) -> set[str]:
    names = (node for node in ast.walk(statement) if isinstance(node, ast.Name))
    read = {name.id for name in names if isinstance(name.ctx, ast.Load)}
    augmented = written_names(statement) if isinstance(statement, ast.AugAssign) else []
    return read | set(augmented)


def _counts(statement: ast.stmt, scope: Scope) -> bool:
    """Whether a statement moves a counter on: changed, its loop might never end."""
    return isinstance(statement, ast.AugAssign) and set(written_names(statement)) <= scope.sizes


def _loop_lines(program: str) -> list[range]:
    """The lines of every loop of the backward section, outer loops first."""
    tree = ast.parse(_only(program, backward=True))
    loops = [node for node in ast.walk(tree) if isinstance(node, ast.For | ast.While)]
    return [range(loop.lineno, (loop.end_lineno or loop.lineno) + 1) for loop in loops]


def _from(statements: list[ast.stmt], index: int, rounds: list[range]) -> list[ast.stmt]:
    """What runs from a statement on; in a loop, another round of it before what comes after it."""
    lines = next((lines for lines in rounds if statements[index].lineno in lines), range(0))
    inside = [statement for statement in statements if statement.lineno in lines]
    after = [statement for statement in statements[index:] if statement.lineno not in lines]
    rest = [statement for statement in statements[index:] if statement.lineno in lines]
    return [*rest, *inside, *after]


def _gradients_of(statements: list[ast.stmt], gradients: frozenset[str]) -> tuple[str, ...]:
    """The gradients that the first of `statements` writes, through helper variables if need be."""
    helpers = set(written_names(statements[0]))
    found = [name for name in written_names(statements[0]) if name in gradients]
    if found:
        return tuple(found)
    for statement in statements[1:]:
        if _read_names(statement) & helpers:
            written = written_names(statement)
            found += [name for name in written if name in gradients]
            helpers |= set(written) - gradients
        elif isinstance(statement, ast.Assign):
            helpers -= set(written_names(statement))
    return tuple(dict.fromkeys(found))


def _scopes(program: str, statements: Iterable[ast.stmt]) -> list[Scope]:
    """What is known at each statement."""
    outside = ast.parse(_only(program, backward=False))
    named = (node for node in ast.walk(outside) if isinstance(node, ast.Name))
    bound = {name.id for name in named if isinstance(name.ctx, ast.Store)}
    gradients = frozenset("d" + name for name in bound)
    sizes = _sizes(ast.walk(ast.parse(program)))
    scopes, earlier = [], dict[str, None]()
    for statement in statements:
        scopes.append(Scope(sizes, gradients, tuple(earlier)))
        earlier |= dict.fromkeys(name for name in written_names(statement) if name in gradients)
    return scopes


def _sizes(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """The names bound to counts: integers, `len`, shapes, and arithmetic of such."""
    sizes: frozenset[str] = frozenset()
    for node in nodes:
        if isinstance(node, ast.Assign):
            for target, value in _pairs(node):
                if isinstance(number(value), int) or is_size(value, sizes):
                    sizes |= set(_bases(target))
    return sizes


def _pairs(statement: ast.Assign) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Each target with the value it gets, where the source shows it."""
    for target in statement.targets:
        if not isinstance(target, ast.Tuple | ast.List):
            yield target, statement.value
        elif isinstance(statement.value, ast.Tuple | ast.List):
            yield from zip(target.elts, statement.value.elts, strict=False)


def _changes(statement: ast.stmt, scope: Scope) -> Iterator[tuple[Kind, ast.stmt]]:
    """Each operator at each place of a statement."""
    values = _written_values(statement)
    for kind, operator in VALUE_OPERATORS:
        for value in values:
            for new in operator(value, scope):
                yield kind, _with(statement, value, new)
    for kind, operator in EXPRESSION_OPERATORS:
        for node in _expressions(statement):
            for new in operator(node, scope):
                yield kind, _with(statement, node, new)
    for kind, change in STATEMENT_OPERATORS:
        for changed in change(statement):
            yield kind, changed


def _written_values(statement: ast.stmt) -> list[ast.expr]:
    """The expressions whose values end up in what a statement writes."""
    values = [node.value for node in ast.walk(statement) if isinstance(node, ast.NamedExpr)]
    if isinstance(statement, ast.Assign):
        values = [value for _, value in _pairs(statement)] + values
    elif isinstance(statement, ast.AugAssign | ast.AnnAssign) and statement.value:
        values = [statement.value, *values]
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        values = statement.value.args[-1:] + values
    return [value for value in dict.fromkeys(values) if not _is_blank(value)]


def _is_blank(value: ast.expr) -> bool:
    """Whether a value is no number at all: `...`, None, a string, a starred rest."""
    literal = isinstance(value, ast.Constant) and number(value) is None
    return literal or isinstance(value, ast.Starred)


def _expressions(node: ast.AST) -> Iterator[ast.expr]:
    """Every expression of the arithmetic: no targets, indices, conditions or dimensions."""
    if isinstance(node, ast.expr):
        yield node
    for child in _arithmetic_children(node):
        yield from _expressions(child)


def _arithmetic_children(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.NamedExpr):
        return [node.value] if node.value else []
    if isinstance(node, ast.Subscript):
        return [node.value]
    if isinstance(node, ast.Compare):
        return []
    if isinstance(node, ast.Call):
        keywords = [keyword.value for keyword in node.keywords if keyword.arg not in _DIMENSIONS]
        return [node.func, *(a for a in node.args if not _is_dimension(a)), *keywords]
    return list(ast.iter_child_nodes(node))


def _is_dimension(argument: ast.expr) -> bool:
    """A literal negative integer as an argument: `sum(-1)` counts from the end."""
    return isinstance(argument, ast.UnaryOp) and isinstance(number(argument), int)


def _with(statement: ast.stmt, old: ast.expr, new: ast.expr) -> ast.stmt:
    """A copy of a statement with one expression exchanged."""
    return copy.deepcopy(statement, {id(old): new})


def _replaced(program: str, statement: ast.stmt, after: str) -> str:
    """The program with other text for a statement, continued over as many lines as before."""
    lines = [line.encode() for line in program.splitlines(keepends=True)]
    first, last = statement.lineno - 1, (statement.end_lineno or statement.lineno) - 1
    head = b"".join(lines[:first]) + lines[first][: statement.col_offset]
    tail = lines[last][statement.end_col_offset :] + b"".join(lines[last + 1 :])
    return (head + after.encode() + b" \\\n" * (last - first) + tail).decode()


def section_of(program: str, title: str) -> str:
    """The program with the lines of one section left in, each in its place."""
    return _lines_of(program, lambda other: other == title)


def _only(program: str, *, backward: bool) -> str:
    """The program with the lines of its backward section alone, or of all others, left in."""
    return _lines_of(program, lambda title: (title in _BACKWARD) is backward)


def _lines_of(program: str, wanted: Callable[[str], bool]) -> str:
    title, kept = "", []
    for line in program.splitlines():
        match = _TITLE.match(line)
        title = match.group(1).lower() if match else title
        kept.append(line if wanted(title) else "")
    return "\n".join(kept) + "\n"
