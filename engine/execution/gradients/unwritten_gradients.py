"""Gradients that are not written: where lines read them autograd's stand in, so that the rest goes on."""

from __future__ import annotations

from types import TracebackType

from msgspec.structs import replace

from ...program.analysis import ProgramFacts
from ...program.frame import is_inside
from ...program.names import is_place
from ...program.statements import Statement
from ...tensors.aliasing import Namespace
from ..failure import Failure
from .reference_backward import References


def absent_gradients(facts: ProgramFacts, references: References) -> tuple[str, ...]:
    """Gradients of tensors that lines read although no line writes them."""
    tensor = facts.program.naming.tensor
    absent = [
        name for name in facts.holes.absent if not is_place(name)
    ]  # what would hold it may not be there
    return tuple(sorted(name for name in absent if tensor(name) in references.gradients))


class StandIns:
    """Inside the `with`, a line that reads a gradient that is not written finds autograd's."""

    def __init__(self, namespace: Namespace, facts: ProgramFacts, references: References) -> None:
        self.namespace = namespace
        self.statements = facts.program.statements
        self.marked = facts.holes.marked
        self.absent = absent_gradients(facts, references)
        tensors = {name: facts.program.naming.tensor(name) for name in (*self.marked, *self.absent)}
        known = references.gradients
        self.gradients = {name: known[tensor] for name, tensor in tensors.items() if tensor in known}

    def __enter__(self) -> None:
        for name in self.absent:
            self.namespace[name] = self.gradients[name].clone()

    def put(self, number: int) -> None:
        """The hook after `dX = ...`."""
        for name in self.statements[number].binds:
            if name in self.gradients and self.namespace[name] is Ellipsis:
                self.namespace[name] = self.gradients[name].clone()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in self.absent:
            self.namespace.pop(name, None)
        for name in [name for name in self.marked if name in self.namespace]:
            self.namespace[name] = Ellipsis


def explained(failure: Failure, facts: ProgramFacts, namespace: Namespace) -> Failure:
    """A failure, with the gradient that the line reads and nothing has written so far, if it reads one."""
    if failure.section != "backward" or failure.type not in ("NameError", "TypeError", "AttributeError"):
        return failure
    statements = facts.program.statements
    known = {name for name in facts.candidates.keys() - facts.holes.marked if not is_inside(name)}
    reads = [name for s in statements if s.line == failure.line for name in sorted(s.reads & known)]
    reasons = [_reason(statements, namespace, name) for name in reads]
    words = [reason for reason in reasons if reason]
    return replace(failure, message="; ".join([failure.message, *words])) if words else failure


def _reason(statements: tuple[Statement, ...], namespace: Namespace, name: str) -> str:
    value = namespace.get(name)
    if value is Ellipsis:
        return f"it reads {name}, which is not written yet"
    if value is None and name not in namespace:
        return f"line {_first(statements, name)} writes {name}, which is too late"
    return ""


def _first(statements: tuple[Statement, ...], name: str) -> int:
    return next(s.line for s in statements if s.section == "backward" and name in s.writes)
