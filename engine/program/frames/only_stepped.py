"""Functions that no program runs as such: wherever they are called, their statements stand."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from ..program import BEGINNING, Program


def only_stepped(program: Program) -> frozenset[str]:
    """The functions of which every call is taken apart: what they define is never called."""
    if not program.takes_calls_apart:
        return frozenset()
    nodes = [node for section in program.sections for node in section.tree.body]
    beginning = [node for s in program.sections if s.kind in BEGINNING for node in s.tree.body]
    stepped = {s.frame.function for s in program.statements if s.frame is not None}
    found = {one.name: one for one in beginning if isinstance(one, ast.FunctionDef) and one.name in stepped}
    while True:
        others = [node for node in nodes if not any(node is one for one in found.values())]
        read = _mentioned(others)
        kept = {name: one for name, one in found.items() if name not in read}
        if len(kept) == len(found):
            return frozenset(found)
        found = kept


def _mentioned(nodes: Iterable[ast.stmt]) -> set[str]:
    return {part.id for node in nodes for part in ast.walk(node) if isinstance(part, ast.Name)}
