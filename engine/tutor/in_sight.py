"""Whether the lines of a gradient can stand in a backward that, as a function, does not see all names."""

from __future__ import annotations

import ast

from ..program.names import read_names
from ..program.program import Program
from ..rules.derivation.derive import Derived


def in_sight(program: Program, derived: Derived) -> Derived:
    """The gradient; without lines where they read what the backward does not get."""
    hidden = program.found.out_of_sight if program.found is not None else ()
    if not hidden:
        return derived
    missing = sorted(read_names(ast.parse("\n".join(derived.lines))).intersection(hidden))
    if not missing:
        return derived
    return derived.without_lines(f"it needs {' and '.join(missing)}, which the backward does not get")
