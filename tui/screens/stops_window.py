"""The window of what stops a run: two to switch on and off, three to type."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from ...engine.debugger.wire.commands import Command, SetStops
from ...engine.debugger.wire.stops import Stops
from ..drawing.box import FRAME, Room, boxed
from ..drawing.canvas import Canvas
from ..drawing.line import Line, Run, clean, crop, wrap
from .expressions import problem_of
from .typing_screen import Typed, TypingScreen

SWITCHES = ("the loss or a gradient is not finite", "a gradient fails")
FIELDS = (
    ("the loss is below ", "0.01", ""),
    ("the loss rises ", "3", " times in a row"),
    ("", "dW1.norm() > 10", " is true"),
)
"""What stands before what is typed, an example of it, and what stands behind."""
ROWS = len(SWITCHES) + len(FIELDS)
HINT = "space switches · enter takes it · escape does not"


class Form(Struct, frozen=True):
    """What the window shows: the row of the cursor, the switches, what was typed in each field."""

    row: int
    on: tuple[bool, bool]
    fields: tuple[Typed, Typed, Typed]

    @classmethod
    def of(cls, stops: Stops) -> Form:
        """The form of what stops a run now."""
        below = "" if stops.below is None else f"{stops.below:g}"
        rises = "" if stops.rises is None else f"{stops.rises}"
        texts = (Typed.of(below), Typed.of(rises), Typed.of(stops.expression))
        return cls(0, (stops.not_finite, stops.failing), texts)

    @property
    def field(self) -> int | None:
        """The field of the cursor; None where it is at a switch."""
        return self.row - len(SWITCHES) if self.row >= len(SWITCHES) else None

    def switched(self) -> Form:
        """The switch of the cursor the other way."""
        first, second = self.on
        return replace(self, on=(not first, second) if self.row == 0 else (first, not second))

    def with_typed(self, typed: Typed) -> Form:
        """Another text in the field of the cursor."""
        fields = [typed if at == self.field else field for at, field in enumerate(self.fields)]
        return replace(self, fields=(fields[0], fields[1], fields[2]))

    def stops(self, lines: frozenset[int]) -> Stops:
        """What is to stop a run.

        Raises:
            ValueError: something typed means nothing; the words say what.
        """
        below, rises, expression = (field.text.strip() for field in self.fields)
        return Stops(lines, *self.on, _number(below), _count(rises), _expression(expression))


def _number(text: str) -> float | None:
    try:
        number = float(text) if text else None
    except ValueError:
        number = math.nan
    if number is not None and math.isnan(number):
        raise ValueError(f"`{text}` is no number")
    return number


def _count(text: str) -> int | None:
    if text and not (text.isascii() and text.isdecimal() and 0 < int(text) < 10**6):
        raise ValueError(f"`{text}` is no number of times")
    return int(text) if text else None


def _expression(text: str) -> str:
    if problem := problem_of(text):
        raise ValueError(problem)
    return text


def form_lines(form: Form, problem: str, width: int) -> list[Line]:
    """The rows of the form, and what is wrong with it."""
    lines = [_switch(form, row) for row in range(len(SWITCHES))]
    lines += [_field(form, at, width) for at in range(len(FIELDS))]
    lines += [(Run(row, "bad"),) for row in wrap(problem, max(width, 10))] if problem else [()]
    return [crop(line, width) for line in lines]


def _pointer(form: Form, row: int) -> Run:
    return Run("▸ " if row == form.row else "  ", "accent")


def _switch(form: Form, row: int) -> Line:
    on = form.on[row]
    return (_pointer(form, row), Run("● " if on else "○ ", "accent" if on else "faint"), Run(SWITCHES[row]))


def _field(form: Form, at: int, width: int) -> Line:
    """`● the loss is below 0.01`, as it is read."""
    before, example, behind = FIELDS[at]
    text, here = form.fields[at], form.field == at
    room = max(width - len(before) - len(behind) - 4, 4)
    typed = text.line(room) if here else (Run(clean(text.text)),)
    if not text.text:
        typed = (*(typed if here else ()), Run(example, "faint"))
    head = (
        _pointer(form, at + len(SWITCHES)),
        Run("● " if text.text else "○ ", "accent" if text.text else "faint"),
    )
    return (*head, Run(before), *typed, Run(behind))


class StopsWindow(TypingScreen):
    """Sends what is to stop a run once it is taken."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,shift+tab", "to_row(-1)", "row above", show=False, priority=True),
        Binding("down,tab", "to_row(1)", "row below", show=False, priority=True),
    ]

    def __init__(self, stops: Stops, send: Callable[[Command], None]) -> None:
        super().__init__()
        self._lines = stops.lines
        self._send = send
        self.form = Form.of(stops)
        self.problem = ""

    def compose(self) -> ComposeResult:
        """One canvas."""
        yield Canvas(id="stops")

    def on_canvas_resized(self) -> None:
        """Paint at the new size."""
        self._paint()

    def action_to_row(self, by: int) -> None:
        """The row above or below."""
        self.form = replace(self.form, row=min(max(self.form.row + by, 0), ROWS - 1))
        field = self.form.field
        self.typed = self.form.fields[field] if field is not None else Typed()
        self._paint()

    def action_type(self, code: int) -> None:
        """One more character; a space switches, and in an empty field takes the example."""
        field = self.form.field
        if chr(code) == " " and field is None:
            self.form = self.form.switched()
            self._paint()
        elif chr(code) == " " and field is not None and not self.typed.text:
            self.typed = Typed.of(FIELDS[field][1])
            self.changed()
        elif field is not None:
            super().action_type(code)

    def changed(self) -> None:
        """What was typed is in the field of the cursor."""
        self.form = self.form.with_typed(self.typed)
        self.problem = ""
        self._paint()

    def action_accept(self) -> None:
        """Take it, if it means something."""
        try:
            stops = self.form.stops(self._lines)
        except ValueError as problem:
            self.problem = str(problem)
            self._paint()
            return
        self._send(SetStops(stops))
        self.dismiss()

    def _paint(self) -> None:
        for canvas in self.query(Canvas):  # none before it is drawn
            room = Room(canvas.size.width, canvas.size.height, focused=True)
            lines = form_lines(self.form, self.problem, room.columns)
            canvas.styles.height = min(len(lines) + FRAME, self.size.height)
            room = replace(room, height=min(len(lines) + FRAME, self.size.height))
            canvas.show(boxed(lines, room, (Run("a run stops when", "strong"),), (Run(HINT, "quiet"),)))
