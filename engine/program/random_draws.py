"""Whether an iteration of a program may draw random numbers, by its text."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from .program import BETWEEN, ITERATED, Program
from .reachability import BY_TEXT, FUNCTIONS
from .torch_operations import draws, draws_integers, is_quiet

_AT_FIRST = frozenset(
    """
    Generator append extend get_default_dtype index items join keys lower manual_seed split strip update
    upper values
    """.split()
)
"""Attributes that only the beginning may mention, but for those that draw."""
_OTHER_GENERATORS = re.compile(
    r"(?<!torch\.)\b(random|np|numpy|__import__|exec|eval)\b|^\s*(import|from)\s+(?!torch\b|math\b)",
    re.MULTILINE,
)


@dataclass(frozen=True, eq=False)
class RandomDraws:
    """What a program may draw, each found once."""

    program: Program

    @cached_property
    def elsewhere(self) -> bool:
        """Whether it may draw from another generator than torch's: it names one, or imports or makes code."""
        return _OTHER_GENERATORS.search(self.program.text) is not None

    @cached_property
    def in_backward(self) -> bool:
        """Whether a handwritten line may draw random numbers: it names what does, or calls what may."""
        section = self.program.section("backward")
        return section is not None and any(map(_may_draw, ast.walk(section.tree)))

    @cached_property
    def none(self) -> bool:
        """Whether no iteration can draw: False in doubt."""
        return _names_nothing_but(self.program, is_quiet)

    @cached_property
    def whole_numbers_only(self) -> bool:
        """Whether an iteration can draw no others, the same in any precision: False in doubt."""
        return _names_nothing_but(self.program, lambda name: is_quiet(name) or draws_integers(name))


def _may_draw(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return draws(node.attr)
    name = node.func if isinstance(node, ast.Call) else None
    return isinstance(name, ast.Name) and not hasattr(builtins, name.id)


def _names_nothing_but(program: Program, quiet: Callable[[str], bool]) -> bool:
    if BY_TEXT.search(program.text):
        return False
    trees = [section.tree for section in program.sections]
    if any(_imports_others(node) for tree in trees for node in ast.walk(tree)):
        return False
    own = {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    known = own.union(vars(builtins))

    def at_first(name: str) -> bool:
        # what the beginning draws is drawn before the first iteration
        return quiet(name) or draws(name) or name in _AT_FIRST

    return all(
        _is_quiet(node, known, quiet if iterates else at_first)
        for section in program.sections
        for node, iterates in _nodes(section.tree, section.kind in (*ITERATED, BETWEEN))
    )


def _imports_others(node: ast.AST) -> bool:
    """Whether it imports more than torch and math, whose names say what they do."""
    if isinstance(node, ast.Import):
        return any(alias.name.partition(".")[0] not in ("torch", "math") for alias in node.names)
    return isinstance(node, ast.ImportFrom)


def _nodes(tree: ast.AST, iterates: bool) -> Iterator[tuple[ast.AST, bool]]:
    """Every node, and whether an iteration may run it: functions and generators wait for it to do so.

    So does what the beginning names without a call: a function of torch, say.
    """
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    queue = [(tree, iterates)]
    while queue:
        node, late = queue.pop()
        late = late or isinstance(node, (*FUNCTIONS, ast.GeneratorExp))
        yield node, late or (isinstance(node, ast.Attribute) and id(node) not in called)
        queue += [(child, late) for child in ast.iter_child_nodes(node)]


def _is_quiet(node: ast.AST, known: set[str], quiet: Callable[[str], bool]) -> bool:
    if isinstance(node, ast.Attribute):
        return quiet(node.attr)
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) or (
            isinstance(node.func, ast.Name) and node.func.id in known
        )
    return True
