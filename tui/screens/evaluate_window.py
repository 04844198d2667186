"""The window in which expressions and statements are evaluated, or done by hand, one after the other."""

from __future__ import annotations

import textwrap
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from ...engine.debugger.wire.commands import Command, DoByHand, Evaluate
from ...engine.debugger.wire.frame import Evaluated, Frame
from ..drawing.box import FRAME, Room, boxed
from ..drawing.canvas import Canvas
from ..drawing.line import Line, Run, clean
from .pane_screen import PaneScreen
from .typing_screen import Typed, TypingScreen

STYLES = {"head": "strong", "plain": "", "strong": "bad", "quiet": "quiet"}
LEAST = 3
"""Rows that it has at least."""
HINT = "enter: on copies · tab: done by hand · ↑ typed before · escape closes"
AT_WORK = "escape stops it"


def _lines(evaluated: Evaluated, width: int) -> list[Line]:
    lines: list[Line] = [(Run("› ", "accent"), Run(clean(evaluated.text), "strong"))]
    for told in evaluated.lines:
        parts = textwrap.wrap(clean(told.text), width, drop_whitespace=False) or [""]
        lines += [(Run(part.rstrip(), STYLES[told.tone]),) for part in parts]
    return lines


class EvaluateWindow(TypingScreen):
    """Sends what is typed, and shows what it came to above the row for the next."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "stop it, or back", show=False, priority=True),
        Binding("tab", "do_by_hand", "do it by hand", show=False, priority=True),
        Binding("up", "recall(-1)", "what was typed before", show=False, priority=True),
        Binding("down", "recall(1)", "what was typed after", show=False, priority=True),
    ]

    def __init__(self, main: PaneScreen) -> None:
        super().__init__()
        self._main = main
        self._texts: list[str] = []
        self._at = 0
        self._sent = 0
        """How many commands were sent once the last one from here was."""
        self._shown = 0
        """The number of the newest that is told."""
        self._told: list[Line] = []

    def compose(self) -> ComposeResult:
        """One canvas."""
        yield Canvas(id="evaluate")

    def on_canvas_resized(self) -> None:
        """Paint at the new size."""
        self.changed()

    def follow(self, frame: Frame) -> None:
        """Tell what was evaluated came to, where it is not told yet."""
        evaluated = frame.evaluated
        if not evaluated:
            return
        if evaluated[-1].number < self._shown:  # counted anew, in another process
            self._shown = 0
        for one in evaluated:
            if one.number > self._shown:
                self._told += _lines(one, max(self._columns(), 10))
        self._shown = evaluated[-1].number
        self.changed()

    def action_accept(self) -> None:
        """Have it evaluated."""
        if text := self._taken():
            self._send(Evaluate(text))

    def action_do_by_hand(self) -> None:
        """Have it done, so that it stays; where nothing is typed, what was typed last."""
        if text := self._taken() or "".join(self._texts[-1:]):
            self._send(DoByHand(text))

    def action_recall(self, by: int) -> None:
        """What was typed before, or after that."""
        self._at = min(max(self._at + by, 0), len(self._texts))
        self._change(Typed.of(self._texts[self._at] if self._at < len(self._texts) else ""))

    def action_leave(self) -> None:
        """Stop what is evaluated; where nothing is, close."""
        if self._waits:
            self._main.link.cancel()
        else:
            self.dismiss()

    def _taken(self) -> str:
        """What was typed, which can be recalled now."""
        text = self.typed.text.strip()
        if text:
            self._texts.append(text)
            self._at = len(self._texts)
            self._change(Typed())
        return text

    def _send(self, command: Command) -> None:
        self._main.send(command)
        self._sent = self._main.link.sent

    @property
    def _waits(self) -> bool:
        """Whether what was sent from here is at work; a save that is read meanwhile keeps no window open."""
        return self._main.frame.handled < self._sent

    def changed(self) -> None:
        """Paint."""
        for canvas in self.query(Canvas):  # none before it is drawn
            lines = [*self._told, (Run("› ", "accent"), *self.typed.line(max(self._columns() - 2, 2)))]
            height = min(max(len(lines), LEAST) + FRAME, max(self.size.height * 2 // 3, LEAST + FRAME))
            room = Room(canvas.size.width, min(height, self.size.height), focused=True)
            canvas.styles.height = room.height
            hint = (Run(AT_WORK if self._waits else HINT, "quiet"),)
            canvas.show(
                boxed(lines[max(len(lines) - room.rows, 0) :], room, (Run("evaluate", "strong"),), hint)
            )

    def _columns(self) -> int:
        return Room(self.query_one(Canvas).size.width, 0).columns
