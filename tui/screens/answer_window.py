"""The window in which a gradient is explained, hinted at, and its line offered."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType

from ...engine.debugger.wire.commands import Ask, Command, TakeBack
from ...engine.tutor.answer import Answer, Asked, Told
from ..drawing.box import FRAME, Room
from ..drawing.canvas import Canvas
from ..drawing.line import Line, Run, clean
from .window import Window

STYLES = {"head": "strong", "plain": "", "strong": "accent", "quiet": "quiet"}
LEAST = 6
"""Rows that the window has at least, so that it does not jump from one hint to the next."""
MORE = {Asked.EXPLANATION: "h a hint", Asked.HINT: "h a little more"}
"""What a hint is after an answer, where it would say more."""


def answer_lines(answer: Answer, width: int) -> list[Line]:
    """The answer, wrapped to the width, with its indents kept."""
    return [line for told in answer.lines for line in _wrapped(told, width)]


def _wrapped(told: Told, width: int) -> list[Line]:
    text = clean(told.text)
    indent = " " * (len(text) - len(text.lstrip()))
    parts = textwrap.wrap(text, max(width, 10), subsequent_indent=f"{indent}  ", drop_whitespace=False)
    return [(Run(part.rstrip(), STYLES[told.tone]),) for part in parts] or [()]


class AnswerWindow(Window):
    """One answer after the other."""

    NAME = "answer"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", "write, or close", show=False),
        Binding("h", "ask('hint')", "a little more", show=False),
        Binding("x", "ask('explanation')", "explain", show=False),
        Binding("W", "ask('line')", "the line", show=False),
        Binding("u", "take_back", "take it back", show=False),
    ]

    def __init__(self, answer: Answer, send: Callable[[Command], None]) -> None:
        super().__init__()
        self.answer = answer
        self._send = send

    def on_mount(self) -> None:
        """A notice would cover the answer."""
        self.app.clear_notifications()

    def text(self, width: int) -> list[Line]:
        """The answer."""
        return answer_lines(self.answer, width)

    def action_scroll_by(self, rows: int) -> None:
        """Scroll, and paint; the window is as high as the answer needs."""
        canvas = self.query_one(Canvas)
        lines = self.text(Room(canvas.size.width, canvas.size.height).columns)
        canvas.styles.height = min(max(len(lines), LEAST) + FRAME, self.size.height)
        super().action_scroll_by(rows)

    def heading(self) -> Line:
        """Of which gradient, and what was asked."""
        return (Run(clean(self.answer.gradient), "strong"), Run(f" · {self.answer.asked.value}", "quiet"))

    def keys(self) -> str:
        """What can be asked next."""
        if self.answer.writable:
            return "enter writes it · escape does not"
        if self.answer.can_be_taken_back:
            return "u takes it back · escape closes"
        asked = self.answer.asked
        more = MORE.get(asked, "") if self.answer.more else ""
        explains = "x explains" if asked is Asked.HINT else ""
        return " · ".join(filter(None, (more, explains, "escape closes")))

    def tell(self, answer: Answer) -> None:
        """Another answer in place of this one."""
        self.answer = answer
        self.top = 0
        self.action_scroll_by(0)

    def action_ask(self, asked: str) -> None:
        """Ask for something else about the same gradient."""
        self._send(Ask(Asked(asked)))

    def action_accept(self) -> None:
        """Write what is shown where that was the question."""
        if self.answer.writable:
            self._send(Ask(Asked.WRITTEN))
        else:
            self.dismiss()

    def action_take_back(self) -> None:
        """Take what was written out of the file again; the main screen says so."""
        if self.answer.can_be_taken_back:
            self._send(TakeBack())
            self.dismiss()
