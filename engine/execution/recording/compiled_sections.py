"""A program's code objects: with every hook, and for straight lines that were seen to be harmless, lean."""

from __future__ import annotations

from collections.abc import Set
from types import CodeType

from ...program.program import Program
from ...program.statements import Statement
from .instrumentation import compile_lean, compile_section, compile_statements


class CompiledSections:
    """Compiled once each. Lean code leaves out hooks that were found to have nothing to do."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._full: dict[str, CodeType] = {}
        self._lean: dict[str, CodeType] = {}
        self._lines: tuple[CodeType, ...] | None = None
        self._harmless: Set[Statement] = frozenset()
        self._watched: Set[str] = frozenset()

    def full(self, kind: str) -> CodeType | None:
        """A section with every hook; None where the program has no such section."""
        section = self.program.section(kind)
        if section is None:
            return None
        if kind not in self._full:
            self._full[kind] = compile_section(self.program, section)
        return self._full[kind]

    def lean(self, kind: str) -> CodeType | None:
        """A section with lean hooks, once `trim` was called; before that with every hook."""
        return self._lean.get(kind) or self.full(kind)

    def trim(self, harmless: Set[Statement], watched: Set[str]) -> None:
        """Leave out the hooks before harmless statements; statements that bind a watched name keep theirs."""
        if self._lean and (harmless, watched) == (self._harmless, self._watched):
            return
        for section in self.program.sections:
            if section.kind in ("forward", "backward", "update"):
                self._lean[section.kind] = compile_lean(self.program, section, harmless, watched)
        self._lines, self._harmless, self._watched = None, harmless, watched

    def lines(self) -> tuple[CodeType, ...]:
        """The top-level statements of the backward section, each on its own, with the hooks that it needs."""
        section = self.program.section("backward")
        if self._lines is None:
            self._lines = ()
            if section is not None:
                self._lines = compile_statements(self.program, section, self._harmless)
        return self._lines
