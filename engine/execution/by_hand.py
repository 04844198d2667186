"""What somebody does to a program's state by hand, between two iterations."""

from __future__ import annotations

import ast
from contextlib import suppress

import torch

from ..program.program import Program
from ..tensors.aliasing import Namespace, copied
from ..tensors.inert import is_tensor
from ..tensors.kinds import unreadable
from .cancel import Cancelled
from .checkpoint import Checkpoint, restore
from .expression import Expression, error_in


def why_not_done(statement: Expression, namespace: Namespace, start: Checkpoint, program: Program) -> str:
    """Do a statement; what it raised, in a sentence, where everything is as it was then, or ''.

    `start` is the state of now.

    Raises:
        Cancelled: it was stopped; everything is as it was.
    """
    default = torch.get_default_dtype()
    _save_values(start)
    try:
        with torch.no_grad():
            exec(statement.code, namespace)
    except BaseException as error:
        restore(start, namespace)
        if isinstance(error, Cancelled | KeyboardInterrupt):
            raise
        return str(error_in(statement, error, program))
    finally:
        torch.set_default_dtype(default)
    return ""


def constant_of(text: str) -> str:
    """The name that a statement binds to a number as it is written, and nothing else; '' for others."""
    with suppress(SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        node = ast.parse(text).body[0]
        if isinstance(node, ast.Assign) and isinstance(name := node.targets[-1], ast.Name):
            ast.literal_eval(node.value)
            return name.id if len(node.targets) == 1 else ""
    return ""


def _save_values(start: Checkpoint) -> None:
    """Let nothing that changes in place from now on change what is put back."""
    for slot in (*start.slots.values(), *start.contents.slots):
        if slot.value is slot.origin and is_tensor(slot.origin) and not unreadable(slot.origin):
            slot.value = copied(slot.origin)
