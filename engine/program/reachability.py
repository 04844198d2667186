"""Which names the parts of a program can reach, by its text, bodies of functions included."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping

from .names import read_names, with_roots
from .program import BETWEEN, ITERATED, Program

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
BY_TEXT = re.compile(r"\b(exec|eval|globals|locals|vars|getattr|__import__)\b")
"""What may reach a name that the text does not mention."""


def read_in_functions(program: Program) -> frozenset[str]:
    """Names that any function, lambda or class of the program reads."""
    trees = [section.tree for section in program.sections]
    functions = [node for tree in trees for node in ast.walk(tree) if isinstance(node, FUNCTIONS)]
    return frozenset[str]().union(*(read_names(node) for node in functions))


def mentioned(program: Program, kinds: tuple[str, ...]) -> frozenset[str]:
    """Names that those sections mention, headers of loops included, or a function reads."""
    names = set(read_in_functions(program))
    if BETWEEN in kinds:
        names |= {name for level in program.around for name in read_names(level.header)}
    for section in program.sections:
        if section.kind in kinds:
            mentioned_here = (node.id for node in ast.walk(section.tree) if isinstance(node, ast.Name))
            names |= {*with_roots(mentioned_here)}
    return frozenset(names)


def out_of_reach(program: Program) -> frozenset[str]:
    """Names that no iteration can read or change: setup and parameters bind them, the rest is silent."""
    if BY_TEXT.search(program.text):
        return frozenset()
    bound = {name for statement in program.statements for name in statement.binds}
    return frozenset(bound - mentioned(program, (*ITERATED, BETWEEN)))


def bound_anew(program: Program) -> frozenset[str]:
    """Names that every iteration binds before it reads them: nothing of theirs is state."""
    read = read_in_headers(section.tree for section in program.sections)
    anew: set[str] = set()
    for statement in program.statements:
        read |= statement.reads | set(statement.changes)
        if statement.always and statement.section in ("forward", "backward"):
            anew |= set(statement.binds) - read
    return frozenset(anew)


def read_in_headers(trees: Iterable[ast.AST]) -> set[str]:
    """Names that the header of a block reads, which is no statement: `if previous > 1:`."""
    names: set[str] = set()
    for node in (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.stmt)):
        headers = [getattr(node, part, None) for part in ("test", "iter", "subject")]
        headers += [item.context_expr for item in getattr(node, "items", ())]
        names |= {name for part in headers if isinstance(part, ast.AST) for name in read_names(part)}
    return names


def globals_of_functions(program: Program) -> Mapping[str, frozenset[str]]:
    """By the name of every function that a section defines: the names outside it that it reads."""
    nodes = [node for section in program.sections for node in section.tree.body]
    return {
        node.name: read_names(node) - _locals_of(node)
        for node in nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def _locals_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    stored = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return stored | {n.arg for n in ast.walk(function) if isinstance(n, ast.arg)}


def reached_names(program: Program) -> frozenset[str]:
    """Names that the forward, the handwritten lines or a function may read; nobody needs a copy of others."""
    names = mentioned(program, ("forward", "backward"))
    return names.union(filter(None, map(program.naming.tensor, names)))
