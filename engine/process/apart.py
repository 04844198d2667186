"""One thing done in a process of its own, waited for."""

from __future__ import annotations

from typing import Any

from ..execution.failure import Failure
from ..program.program import Program
from .child import Child
from .ended import failure_of_end
from .messages import Task


def done_apart(task: Task, program: Program) -> Any:
    """What the task gives; a Failure where the program ended the process.

    What the program prints goes to standard error. Interrupted, it ends the process.
    """
    child = Child(prints=2)
    try:
        child.send(task)
        return child.receive()
    except EOFError:
        return _failure(child, program)
    finally:
        child.close()


def _failure(child: Child, program: Program) -> Failure:
    return failure_of_end(program, child.end(), child.words(), "")
