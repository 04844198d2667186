"""Frames made by hand: what an engine would send at moments that the screen must show well."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from msgspec.structs import replace

from backprop_tui.engine.debugger.histories.loss_history import LossHistory
from backprop_tui.engine.debugger.wire.commands import Command
from backprop_tui.engine.debugger.wire.curve import Columns, Curve, Curves, Measure, Measured
from backprop_tui.engine.debugger.wire.digits import scale_for
from backprop_tui.engine.debugger.wire.frame import (
    Attention,
    Frame,
    LineState,
    ProgramLine,
    Status,
    Summary,
    TensorRow,
)
from backprop_tui.engine.debugger.wire.grid import Grid
from backprop_tui.engine.debugger.wire.inspected import (
    LEVELS,
    Block,
    Cell,
    Form,
    Heat,
    Inspector,
    Statistics,
    Tab,
)
from backprop_tui.engine.execution.failure import ENDED, Failure
from backprop_tui.engine.program.program import Program, parse
from backprop_tui.engine.tutor.answer import Answer, Asked, Told
from backprop_tui.engine.verdict import Verdict

TEXT = """\
# %% [markdown]
# # Linear regression by hand
# %% setup
import torch
x = torch.tensor([1.0, 2.0, 3.0, 4.0])
y = torch.tensor([2.0, 4.0, 6.0, 8.0])
n = len(y)
# %% parameters
W1 = torch.randn(1)
B1 = torch.randn(1)
# %% forward
H = W1 * x + B1
difference = H - y
difference_squared = difference ** 2
summed = difference_squared.sum()
loss = summed / n
# %% backward
dsummed = torch.ones_like(summed) * (1 / n)
ddifference_squared = 1 * dsummed.expand_as(difference_squared)
ddifference = 2 * difference * ddifference_squared
dH = 1 * ddifference
dy = -1 * ddifference
dW1 = (x * dH).sum(0, keepdim=True)
dB1 = dH.sum(0, keepdim=True)
# %% update
W1 = W1 - 0.1 * dW1
B1 = B1 - 0.1 * dB1
"""
PLAIN = """\
import torch

# a first guess
data = [torch.ones(3), torch.arange(3.0)]
w = torch.zeros(3)
for i in range(4):
    loss = (w * data[1]).sum()
    dloss = 1.0
    dw = dloss * data[1]
    w = w - 0.1 * dw

# then all of it
torch.manual_seed(1)
v = torch.ones(3)
for epoch in range(2):
    for x in data:
        out = v * x
        cost = out.sum()
        dout = torch.ones(3)
        dv = dout * x
        v = v - 0.1 * dv
    print(epoch)
print("done", v)
"""
"""A script without titles, with two places that its iteration could be at."""
FOUR, ONE, NONE = (4,), (1,), ()
BOUND = {
    9: Summary(ONE, "float32", 2.0248, 2.0248),
    10: Summary(ONE, "float32", -0.08685, -0.08685),
    12: Summary(FOUR, "float32", 1.938, 8.013),
    13: Summary(FOUR, "float32", -0.06189, 0.01300),
    14: Summary(FOUR, "float32", 1.4e-4, 0.00383),
    15: Summary(NONE, "float32", 0.005506, 0.005506),
    16: Summary(NONE, "float32", 0.0013766, 0.0013766),
    18: Summary(NONE, "float32", 0.25, 0.25),
    19: Summary(FOUR, "float32", 0.25, 0.25),
    20: Summary(FOUR, "float32", -0.030945, 0.0065),
}
VALUES = (-0.06189, -0.036928, -0.011964, 0.0130)
GRADIENTS = (-0.030945, -0.018464, -0.005982, 0.0065)
LOSSES = (2.340, 1.42, 0.98, 0.61, 0.37, 0.21, 0.12, 0.06, 0.031, 0.0112, 0.0051, 0.0029, 0.0013766)


def program() -> Program:
    """The linear regression."""
    return parse(TEXT, "linear_regression")


def block(values: tuple[float, ...]) -> Block:
    """One row of numbers."""
    scale = scale_for(max(map(abs, values)))
    return Block((values,), grid=Grid(1, len(values)), scale=scale, step=scale.width + 2, margin=4)


def lines(
    current: int | None = None,
    verdicts: dict[int, Verdict] | None = None,
    top: int = 1,
    rows: int = 27,
) -> tuple[ProgramLine, ...]:
    """Source lines in view, those up to the current one run."""
    source = TEXT.splitlines()
    made = []
    for number in range(top, min(top + rows, len(source) + 1)):
        state = _state(source[number - 1], number, current)
        ran = state in (LineState.RAN, LineState.CURRENT)
        verdict = (verdicts or {}).get(number) if ran else None
        bound = BOUND.get(number) if ran else None
        made.append(ProgramLine(number, state, verdict, bound, changed=number == current))
    return tuple(made)


def _state(text: str, number: int, current: int | None) -> LineState:
    if text.startswith("#"):
        return LineState.STILL
    if number == current:
        return LineState.CURRENT
    return LineState.RAN if current and number < current else LineState.AHEAD


def tensors(verdicts: dict[str, Verdict], selected: str, maxdiff: float = 0.0) -> tuple[TensorRow, ...]:
    """The table's rows."""
    found = (
        ("W1", "parameter", 9, None),
        ("B1", "parameter", 10, None),
        ("H", "intermediate", 12, None),
        ("difference", "intermediate", 13, 20),
        ("difference_squared", "intermediate", 14, 19),
        ("summed", "intermediate", 15, 18),
        ("loss", "loss", 16, None),
    )
    return tuple(
        TensorRow(
            name,
            kind,
            BOUND[value],
            BOUND[gradient] if gradient else None,
            verdicts.get(name),
            maxdiff if name in verdicts else None,
            name == selected,
            changed=name == selected,
        )
        for name, kind, value, gradient in found
    )


def inspector(verdict: Verdict, manual: tuple[float, ...], tab: Tab = Tab.MANUAL) -> Inspector:
    """`difference` with a gradient."""
    error = tuple(a - b for a, b in zip(manual, GRADIENTS, strict=True))
    return Inspector(
        "difference",
        FOUR,
        "float32",
        "cpu",
        tab,
        Form.STACKED,
        {
            Tab.VALUE: block(VALUES),
            Tab.MANUAL: block(manual),
            Tab.AUTOGRAD: block(GRADIENTS),
            Tab.ERROR: block(error),
        },
        verdict=verdict,
        facts=("relative error 0",) if verdict is Verdict.EXACT else ("worst at [0]: 0.03094 for -0.03094",),
        made_by="difference = H - y",
        used_by=("difference_squared = difference ** 2",),
        written_by=("ddifference = 2 * difference * ddifference_squared",),
    )


def curve(points: tuple[float, ...]) -> Curve:
    """The losses so far."""
    finite = [point for point in points if math.isfinite(point)]
    lost = len(points) - len(finite)
    low, high = (min(finite), max(finite)) if finite else (None, None)
    first, last = (points[0], points[-1]) if points else (None, None)
    return Curve(points, len(points), last, low, high, lost, first)


def initial() -> Frame:
    """The engine is ready; nothing has run."""
    return Frame(0, Status("linear_regression"), lines(), 27)


def mid_backward() -> Frame:
    """Iteration 12, the third line of backward has run."""
    passed = {18: Verdict.EXACT, 19: Verdict.CLOSE, 20: Verdict.EXACT}
    names = {
        "summed": Verdict.EXACT,
        "difference_squared": Verdict.CLOSE,
        "difference": Verdict.EXACT,
    }
    return Frame(
        0,
        Status("linear_regression", 12, "backward", 3, 7, LOSSES[-1], 2, 1, 0, 4),
        lines(20, passed),
        27,
        20,
        tensors(names, "difference"),
        tensors_total=7,
        inspector=inspector(Verdict.EXACT, GRADIENTS),
        losses=curve(LOSSES),
    )


def after_iteration() -> Frame:
    """Iteration 12 is complete."""
    passed = dict.fromkeys(range(18, 25), Verdict.EXACT)
    names = dict.fromkeys(("W1", "B1", "H", "difference", "difference_squared", "summed"), Verdict.EXACT)
    frame = mid_backward()
    return replace(
        frame,
        status=Status("linear_regression", 12, "update", 2, 2, LOSSES[-1], 7, 0, 0, 0),
        lines=lines(27, passed),
        current_line=27,
        tensors=tensors(names, "W1"),
    )


def wrong() -> Frame:
    """The third line of backward has the wrong sign."""
    judged = {18: Verdict.EXACT, 19: Verdict.EXACT, 20: Verdict.WRONG}
    names = {
        "summed": Verdict.EXACT,
        "difference_squared": Verdict.EXACT,
        "difference": Verdict.WRONG,
    }
    flipped = tuple(-value for value in GRADIENTS)
    return replace(
        mid_backward(),
        status=Status("linear_regression", 0, "backward", 3, 7, LOSSES[0], 2, 0, 1, 4),
        lines=lines(20, judged),
        tensors=tensors(names, "difference", maxdiff=0.06189),
        inspector=inspector(Verdict.WRONG, flipped, Tab.ERROR),
        losses=curve(LOSSES[:1]),
        attention=Attention(
            Verdict.WRONG,
            20,
            "line 20, ddifference: sign flipped: -2 * difference for 2 * difference",
            1,
            2,
            True,
        ),
        notes=("`ddifferenced_squared` pairs with no tensor; did you mean `ddifference_squared`?",),
    )


def heatmap() -> Frame:
    """The errors of a matrix as a heatmap, two beyond rounding, and the numbers around the worst."""
    frame, scale, grid = wrong(), scale_for(0.5), Grid(32, 64)
    rows = [bytearray(64) for _ in range(8)]
    rows[2][7], rows[5][40], rows[5][41] = 2 * LEVELS, LEVELS, 3
    heat = Heat(Tab.ERROR, Grid(32, 64, 4, 1), 1, 1, tuple(map(bytes, rows)), worst=(5, 40), cursor=(5, 41))
    window = tuple(tuple(0.5 * (row == column == 1) for column in range(4)) for row in range(2))
    block = Block(window, 20, 39, grid, scale, scale.width + 2, 4, within=1e-6)
    numbers = {Tab.VALUE: "0.81", Tab.MANUAL: "0.6", Tab.AUTOGRAD: "0.1", Tab.ERROR: "0.5"}
    known = Statistics(2048, -0.31, 0.5, 1e-4, 0.02, 0.998, 0.6, 0, 3, (1, 0, 1900, 3, 0, 1))
    pane = replace(
        inspector(Verdict.WRONG_HERE, GRADIENTS, Tab.ERROR),
        shape=(32, 64),
        form=Form.SHEET,
        blocks={**dict.fromkeys(Tab, Block()), Tab.ERROR: block},
        heat=heat,
        cell=Cell((21, 41), (21, 41), numbers, worst=2),
        statistics=(Tab.ERROR, known),
        warnings=("3 of 64 units are saturated in every row",),
    )
    return replace(frame, inspector=pane)


def ended_from_outside() -> Frame:
    """Somebody ended the program's process."""
    failure = Failure("program", None, ENDED, "the program's process ended: SIGKILL, killed")
    return replace(mid_backward(), failure=failure, notes=("home starts the program again",))


def failed() -> Frame:
    """The third line of backward raises, with markup in the message."""
    message = "The size of tensor a[/]b (4) must match the size of tensor b (3) at dimension 0"
    trace = (
        'File "linear_regression.py", line 20',
        "    ddifference = 2 * difference * ddifference_squared",
    )
    shown = tuple(
        replace(line, state=LineState.FAILED, bound=None) if line.number == 20 else line for line in lines(20)
    )
    return replace(
        mid_backward(),
        lines=shown,
        failure=Failure("backward", 20, "RuntimeError", message, trace),
        tensors=tensors({"summed": Verdict.EXACT}, "summed"),
    )


def not_a_number() -> Frame:
    """The loss has become infinite and then NaN."""
    points = (2.3, 8.1, 95.0, 4e3, 7e7, math.inf, math.nan, math.nan)
    return replace(
        after_iteration(),
        status=Status("linear_regression", 7, "update", 2, 2, math.nan, 0, 0, 7, 0),
        losses=curve(points),
    )


def trained() -> Frame:
    """After many iterations on batches that differ: the losses are noisy, and one of them is not finite."""
    noise = random.Random(0)
    losses = [2.5 * 0.9996**n + 0.2 + 0.3 * noise.random() for n in range(20_000)]
    losses[12_000] = math.inf
    return replace(after_iteration(), losses=LossHistory(losses).curve(400))


def with_curves() -> Frame:
    """In the middle of a training whose gradients were measured only now and then, and then went wrong."""
    noise = random.Random(0)
    losses = tuple(2.5 * 0.98**n + 0.2 + 0.3 * noise.random() for n in range(150))
    norms = tuple(0.1 * loss if n > 60 or n % 7 == 0 else None for n, loss in enumerate(losses))
    ratios = tuple(math.nan if n in (120, 121) else 1e-3 * loss for n, loss in enumerate(losses))
    series = (
        Measured(Measure.LOSS, "", Columns(losses)),
        Measured(Measure.NORM, "W1", Columns(norms)),
        Measured(Measure.RATIO, "W1", Columns(ratios)),
        Measured(Measure.MAXDIFF, "W1", Columns((0.0,) * 150)),
    )
    return replace(after_iteration(), curves=Curves(0, 150, 150, "W1", series))


def answered() -> Frame:
    """In the middle of the backward, with an answer that is longer than a window."""
    lines = tuple(Told(f"line {number} of what is said of dh") for number in range(60))
    return replace(mid_backward(), answer=Answer(1, Asked.HINT, "dh", lines))


class FakeEngine:
    """Answers every command with the next of its frames; the last one stays."""

    def __init__(self, *frames: Frame) -> None:
        self.frames = list(frames)
        self.commands: list[Command] = []
        self.programs: list[Program] = []
        self.sent = 0
        self.started = False
        self.cancelled = 0
        self.stopped = False
        self.on_frame: Callable[[], None] = lambda: None
        self._waiting: Frame | None = None

    def __call__(self, on_frame: Callable[[], None]) -> FakeEngine:
        """Stand in for the factory as well."""
        self.on_frame = on_frame
        return self

    def start(self) -> None:
        """Send the first frame."""
        self.started = True
        self._next()

    def send(self, command: Command) -> None:
        """Note the command and send the next frame."""
        self.commands.append(command)
        if self.started and len(self.frames) > 1 and type(command).__name__ != "Layout":
            self.frames.pop(0)
            self._next()

    def take(self) -> Frame | None:
        """The newest frame, once."""
        frame, self._waiting = self._waiting, None
        return frame

    def cancel(self) -> None:
        """Count it."""
        self.cancelled += 1

    def go_on_with(self, program: Program) -> None:
        """Note the program."""
        self.programs.append(program)

    def stop(self) -> None:
        """Note it."""
        self.stopped = True

    def _next(self) -> None:
        self._waiting = self.frames[0]
        self.on_frame()
