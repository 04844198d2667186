"""A top-level statement of the lines, compiled."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from types import CodeType


@dataclass(frozen=True, eq=False)
class Part:
    """A top-level statement, compiled, with the names that it reads and writes."""

    code: CodeType
    reads: frozenset[str]
    """Those whose values count."""
    names: frozenset[str]
    """All that it reads."""
    writes: frozenset[str]


def compiled(body: Iterable[ast.stmt], filename: str) -> CodeType:
    """Statements as code."""
    module = ast.Module(body=list(body), type_ignores=[])
    return compile(ast.fix_missing_locations(module), filename, "exec", dont_inherit=True)
