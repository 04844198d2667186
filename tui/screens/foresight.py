"""What only moves the view, shown before the engine, which is at work, has answered."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct, field
from msgspec.structs import replace

from ...engine.debugger.folds import line_of, row_of
from ...engine.debugger.wire.commands import Command
from ...engine.debugger.wire.frame import Frame, LineState, ProgramLine
from ...engine.debugger.wire.looks import Layout, Pane, Scroll, ShowLine, ShowTab, top_showing


class Foresight(Struct, frozen=True, eq=False, dict=True):
    """The newest frame that came, and the commands that are not part of it yet, each with its number."""

    came: Frame
    waiting: tuple[tuple[int, Command], ...] = ()
    known: Mapping[int, ProgramLine] = field(default_factory=dict)
    """The program's lines as they were seen at this moment of the program, by their numbers."""
    layout: Layout = field(default_factory=Layout)
    """How many lines are in view, and which are folded away."""

    def asked(self, command: Command, number: int, layout: Layout) -> Foresight:
        """One more command was sent, while the panes had this room."""
        if not isinstance(command, ShowTab) and not _scrolls_program(command):
            return self
        return replace(self, waiting=(*self.waiting, (number, command)), layout=layout)

    def after(self, frame: Frame) -> Foresight:
        """A newer frame came."""
        seen = self.known if _moment(frame) == _moment(self.came) else {}
        known = {**seen, **{line.number: line for line in frame.lines}}
        waiting = tuple(one for one in self.waiting if one[0] > frame.handled)
        return Foresight(frame, waiting, known, self.layout)

    @cached_property
    def frame(self) -> Frame:
        """What is to be shown: the frame, moved as what waits will move it."""
        frame = self.came
        for _, command in self.waiting:
            if isinstance(command, ShowTab):
                frame = replace(frame, inspector=replace(frame.inspector, tab=command.tab))
            elif frame.lines:
                frame = self._from(frame, self._top(command, frame.lines[0].number))
        return frame

    def _top(self, command: Command, top: int) -> int:
        """The first line in view after a command that scrolls the program, not brought inside yet."""
        folds = self.layout.folds
        if isinstance(command, ShowLine):
            return top_showing(command, top, self.layout.program_rows, folds)
        return line_of(folds, row_of(folds, top) + command.rows) if isinstance(command, Scroll) else top

    def _from(self, frame: Frame, top: int) -> Frame:
        rows, folds = self.layout.program_rows, self.layout.folds
        total = row_of(folds, frame.lines_total)
        first = max(min(row_of(folds, top), total - rows + 1), 1)
        last = min(first + rows - 1, total)
        lines = tuple(self._line(line_of(folds, row)) for row in range(first, last + 1))
        return replace(frame, lines=lines)

    def _line(self, number: int) -> ProgramLine:
        """A line that was not seen says only whether it stands before the current one."""
        passed = number < (self.came.current_line or 0)
        return self.known.get(number) or ProgramLine(number, LineState.RAN if passed else LineState.AHEAD)


def _scrolls_program(command: Command) -> bool:
    return isinstance(command, ShowLine) or (isinstance(command, Scroll) and command.pane is Pane.PROGRAM)


def _moment(frame: Frame) -> tuple[int, int | None, str, int]:
    return frame.file.number, frame.status.iteration, frame.status.phase, frame.status.statement
