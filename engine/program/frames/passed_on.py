"""What calls unpack of what the forward has kept for them."""

from __future__ import annotations

import ast

from ..handwritten import Handwritten
from ..program import Program
from ..statements import Statement


def passed_on(program: Program, handwritten: Handwritten) -> frozenset[Statement]:
    """The statements that only give names to parts of that: `x, w = cache`; no gradient is in them."""
    late = [s for s in handwritten.statements if s.section == "backward"]
    if all(s.frame is None for s in late):
        return frozenset()
    written = [name for s in late for name in s.writes]
    kept: set[str] = set()
    early = [s for s in handwritten.statements if s.section == "forward"]
    tensor = program.naming.tensor
    found = [
        s for s in early if (s.hands_on or _unpacks(s)) and not any(map(tensor, s.writes)) and _is_plain(s)
    ]
    for statement in late:
        once = all(written.count(name) == 1 for name in statement.writes)
        if once and _unpacks(statement) and kept.issuperset(statement.reads.intersection(written)):
            kept.update(statement.writes)
            found.append(statement)
    return frozenset(found)


def _unpacks(statement: Statement) -> bool:
    """Whether it gives names to parts of something, and works nothing out."""
    return statement.frame is not None and _is_plain(statement)


def _is_plain(statement: Statement) -> bool:
    if not isinstance(statement.node, ast.Assign):
        return False
    plain = (ast.Name, ast.Subscript, ast.Constant, ast.Tuple, ast.expr_context)
    return all(isinstance(part, plain) for part in ast.walk(statement.node.value))
