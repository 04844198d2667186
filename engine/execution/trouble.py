"""What went wrong while we looked at a program. Nothing here needs torch, which may be what went wrong."""

from __future__ import annotations

from ..program.program import Program
from .failure import Failure


def trouble(error: BaseException, program: Program, while_doing: str = "") -> Failure:
    """The program's fault, where its own code raised or broke what we work with; else a mistake of ours."""
    try:
        from .raised import fault_of_program
    except ImportError:
        return _own_mistake(error, while_doing)
    return fault_of_program(error, program) or _own_mistake(error, while_doing)


def _own_mistake(error: BaseException, while_doing: str) -> Failure:
    message = f"{while_doing}{type(error).__name__}: {error}"
    return Failure("engine", None, "mistake of backprop-tui", message)
