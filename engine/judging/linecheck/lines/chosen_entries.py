"""Lines that put one number into chosen entries (`dz[a < 0] = 0`), and choose the wrong ones."""

from __future__ import annotations

import ast

from torch import Tensor

from ....program.names import called
from ....program.statements import Statement


def number_put(statement: Statement) -> float | None:
    """The number that a statement puts into chosen entries; None where it does something else."""
    match statement.node:
        case ast.Assign(targets=[ast.Subscript()], value=ast.Constant(value=int() | float() as number)):
            return float(number)
        case ast.Expr(value=ast.Call(args=[_, ast.Constant(value=int() | float() as number)]) as call):
            return float(number) if called(call) == "masked_fill_" else None
    return None


def chooses_wrongly(
    number: float, before: Tensor, after: Tensor, expected: Tensor, written: Tensor, room: Tensor
) -> bool:
    """Whether a number put into other entries than those `written` makes what is `expected`.

    `before` is the value before that, `after` the one that the lines come to in the end: it may have been
    scaled since, which zeros do not show.
    """
    wrong = (after - expected).abs() > room
    belongs = (expected - number).abs() <= room
    kept = (before - expected).abs() <= room
    return bool((wrong & ~written & belongs | wrong & written & kept).eq(wrong).all())
