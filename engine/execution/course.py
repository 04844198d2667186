"""The course of a program through the loops around its iterations: one pass of the innermost at a time."""

from __future__ import annotations

import ast
from enum import Enum
from types import CodeType
from typing import NamedTuple

from ..program.around import HIDDEN, Level
from ..program.program import BETWEEN, Program
from .interpreter import Interpreter
from .leaving import Continued, Left, Returned
from .position import END, Position, Positions
from .recording.instrumentation import compile_block, compile_expression, compiled
from .recording.recorder import Recorder

POSITIONS = f"{HIDDEN}positions__"
"""The name in a program's namespace that its positions are bound to: a part of its state."""
_ITEM = f"{HIDDEN}item__"


class Next(Enum):
    """What is to be done with a level next."""

    ENTER = "begin with its first pass"
    PASS = "begin with another pass"
    OVER = "go on in the level around it"


class Stand(NamedTuple):
    """A level, by its number, and what is to be done with it."""

    at: int
    next: Next


class _Code:
    """What one level runs, compiled."""

    def __init__(self, program: Program, level: Level) -> None:
        self.level = level
        self.header = compile_expression(program, level.header)
        section = program.section(BETWEEN)
        self.before, self.after, self.otherwise = (
            compile_block(program, section, block) if section is not None and block else None
            for block in (level.before, level.after, level.otherwise)
        )
        self.bind = _binding(program, level.node) if isinstance(level.node, ast.For) else None


def _binding(program: Program, node: ast.For) -> CodeType:
    item = ast.copy_location(ast.Name(_ITEM, ast.Load()), node.target)
    return compiled(program, [ast.copy_location(ast.Assign([node.target], item), node.target)])


class Course:
    """Runs what the loops around an iteration do before and after it, and says when they have ended."""

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter
        self._levels = [_Code(interpreter.program, level) for level in interpreter.program.around]
        self.loops = any(code.level.loops for code in self._levels)
        """Whether there is a next iteration only where a loop has another pass."""

    @property
    def ended(self) -> bool:
        """Whether there is no further iteration."""
        positions = self.interpreter.namespace.get(POSITIONS)
        return isinstance(positions, Positions) and positions.ended

    def begin(self, recorder: Recorder) -> None:
        """Run up to the first iteration."""
        if self._levels:
            self.interpreter.namespace[POSITIONS] = Positions(len(self._levels))
            recorder.look(BETWEEN)
            self._positions.ended = not self._reaches_iteration(Stand(0, Next.ENTER))

    def go_on(self, left: Left | None, recorder: Recorder) -> None:
        """Run from the end of an iteration, or from where the program left it, up to the next."""
        if self.loops:
            recorder.look(BETWEEN)
            last = len(self._levels) - 1
            stand = Stand(last, Next.PASS) if left is None else self._left(last, left)
            self._positions.ended = not self._reaches_iteration(stand)

    @property
    def _positions(self) -> Positions:
        positions: Positions = self.interpreter.namespace[POSITIONS]
        return positions

    def _reaches_iteration(self, stand: Stand) -> bool:
        """Run the blocks of the levels until an iteration stands next; False where none does."""
        at, then = stand
        while at >= 0:
            self.interpreter.give_way()
            code = self._levels[at]
            if then is Next.OVER:
                at -= 1
                if at >= 0:
                    at, then = self._ran(at, self._levels[at].after, Stand(at, Next.PASS))
            elif self._begins(at, then):
                if at == len(self._levels) - 1 and code.before is None:
                    return True
                at, then = self._ran(at, code.before, Stand(at + 1, Next.ENTER))
                if at == len(self._levels):
                    return True
            elif then is Next.PASS and not code.level.loops:
                then = Next.OVER
            else:
                at, then = self._ran(at, code.otherwise, Stand(at, Next.OVER), belongs_to=at - 1)
        return False

    def _begins(self, at: int, then: Next) -> bool:
        """Whether a level has a first or a further pass; its names are bound then."""
        code, namespace = self._levels[at], self.interpreter.namespace
        if code.bind is None:
            return (then is Next.ENTER or code.level.loops) and bool(eval(code.header, namespace))
        if then is Next.ENTER:
            self._positions.levels[at] = Position(eval(code.header, namespace))
        position = self._positions.levels[at]
        value = END if position is None else position.step()
        if value is END:
            return False
        namespace[_ITEM] = value
        exec(code.bind, namespace)
        return True

    def _ran(self, at: int, code: CodeType | None, stand: Stand, belongs_to: int | None = None) -> Stand:
        """Run a block: where the program stands after it, or where it went from inside."""
        try:
            if code is not None:
                exec(code, self.interpreter.namespace)
        except Left as left:
            return self._left(at if belongs_to is None else belongs_to, left)
        return stand

    def _left(self, at: int, left: Left) -> Stand:
        """Where a `break`, `continue` or `return` inside a level leads."""
        if isinstance(left, Returned):
            return Stand(-1, Next.OVER)
        while at >= 0 and not self._levels[at].level.loops:
            at -= 1
        return Stand(at, Next.PASS if isinstance(left, Continued) else Next.OVER)
