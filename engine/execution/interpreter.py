"""What runs a program: its namespace, its compiled sections, and the hooks that they call."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TypeVar

from ..program.program import Program
from ..tensors.aliasing import Namespace
from .called_function import Reached
from .cancel import Cancel, Cancelled, stop
from .namespace import fresh_namespace
from .recording.compiled_sections import CompiledSections
from .recording.instrumentation import BACKWARD, BEFORE, COPY_ALL, GUARD, LOG, STAND_IN, STEP
from .recording.recorder import Recorder

_R = TypeVar("_R", bound=Recorder)


def _nothing(*_: object) -> None:
    """The hook after `dX = ...` where nothing stands in, and of `loss.backward()` where nobody asks."""


class Interpreter:
    """Runs sections of a program in a namespace, a recorder watching; asked to, it stops between lines."""

    def __init__(self, program: Program, cancel: Cancel) -> None:
        self.cancel = cancel
        self.take(program)
        self.restart()

    def take(self, program: Program) -> None:
        """Run this text from now on, in the namespace of now."""
        self.program = program
        self.sections = CompiledSections(program)

    def restart(self) -> None:
        """Begin with a namespace that knows nothing of the program yet."""
        self.namespace: Namespace = fresh_namespace(self.program)
        self.cancel.on_ask = partial(self.namespace.__setitem__, LOG, stop)

    def watched_by(self, recorder: _R) -> _R:
        """Let a recorder's hooks be those that the program calls."""
        self.namespace[STEP] = recorder.step
        self.namespace[BEFORE] = recorder.before
        self.namespace[GUARD] = recorder.guard
        self.namespace[COPY_ALL] = recorder.copy_all
        self.namespace[LOG] = recorder.entries.append
        self.namespace[STAND_IN] = self.namespace[BACKWARD] = _nothing
        return recorder

    def give_way(self) -> None:
        """Stop where that was asked for.

        Raises:
            Cancelled: it was.
        """
        if self.cancel.wanted:
            raise Cancelled

    def run_section(self, kind: str, recorder: Recorder, *, lean: bool = False) -> None:
        """Run one section with a recorder watching; nothing where the program has none."""
        code = self.sections.lean(kind) if lean else self.sections.full(kind)
        if code is not None:
            recorder.look(kind)
            with suppress(Reached):
                exec(code, self.namespace)
            recorder.guard()
