"""What crosses from the engine to the screen: frozen, plain, and no larger than the screen.

A frame is a whole picture. The engine decides what is in view (it owns the cursor, the selection and
the scroll positions), so a frame never disagrees with itself; the screen only paints.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from ...program.program import Program
from ...tutor.answer import Answer, Told
from ...verdict import Verdict
from .curve import Curve, Curves
from .inspected import Inspector
from .stops import Stops

if TYPE_CHECKING:
    from ...execution.failure import Failure


class LineState(StrEnum):
    """Where a source line stands in the iteration on the screen."""

    STILL = "still"
    """Narration, titles, blank lines: nothing to run."""
    AHEAD = "ahead"
    CURRENT = "current"
    RAN = "ran"
    FAILED = "failed"


class Relation(StrEnum):
    """What a line has to do with the selected tensor."""

    MAKES = "makes"
    USES = "uses"
    WRITES = "writes"
    """It writes its gradient."""


class Summary(Struct, frozen=True):
    """A value in one glance. `low` and `high` span the finite entries; `text` stands for non-tensors."""

    shape: tuple[int, ...] | None
    dtype: str
    low: float | None = None
    high: float | None = None
    not_finite: int = 0
    text: str = ""


class ProgramLine(Struct, frozen=True):
    """One source line in view. `number` counts from 1; `bound` is what it bound when it last ran."""

    number: int
    state: LineState
    verdict: Verdict | None = None
    bound: Summary | None = None
    changed: bool = False
    partial: bool = False
    """It writes a part of a gradient that a later line completes."""
    breakpoint: bool = False
    """Runs stop before it."""
    written: bool = False
    """It is new, or another one, since the file was saved."""
    relation: Relation | None = None


class TensorRow(Struct, frozen=True):
    """One tensor in view: its value and its handwritten gradient as of the current statement."""

    name: str
    kind: str
    """parameter, data, intermediate or loss."""
    value: Summary | None
    gradient: Summary | None
    verdict: Verdict | None
    """None until the gradient has its last write in this iteration."""
    maxdiff: float | None
    selected: bool
    changed: bool
    hidden: bool = False
    """Passes end to end although its line is wrong: the true gradient is about zero."""


class ByHand(Struct, frozen=True):
    """A statement that is done by hand before an iteration."""

    first: int
    text: str


class Watched(Struct, frozen=True):
    """An expression that is watched, and what it came to at the current statement."""

    text: str
    value: Summary | None = None
    """None where it has not been evaluated, or has no value."""
    change: float | None = None
    """How far it moved since it was seen last: of a tensor the entry that moved most."""
    changed: bool = False
    problem: str = ""
    """Why it has no value."""


class Evaluated(Struct, frozen=True, eq=False):
    """What a text came to. `number` grows with each."""

    number: int
    text: str
    lines: tuple[Told, ...]


class Status(Struct, frozen=True, eq=False):
    """The facts of the top line. `statement` of `statements` of `phase` have run; phase '' is ready."""

    program: str
    iteration: int | None = None
    phase: str = ""
    statement: int = 0
    statements: int = 0
    loss: float | None = None
    exact: int = 0
    close: int = 0
    wrong: int = 0
    to_come: int = 0
    loading: bool = False
    line_check_due: bool = False
    """The lines are about to be judged each alone; the next frame knows more."""
    watches_due: bool = False
    """What is watched is about to be evaluated; the next frame has it."""
    stopped: str = ""
    """The section that stopped before the first iteration."""
    busy: str = ""
    """What has been at work for a while and can be stopped: `forward, line 6`."""
    busy_seconds: int = 0
    """For how long it has been just there."""
    running: bool = False
    speed: str = ""
    target: int | None = None
    """The iteration that a run is heading for; a progress bar shows `iteration` of it."""
    device: str = ""
    unwritten: int = 0
    """How many gradients no line writes, or one that says that it is not written."""
    passing: int = 0
    """How many gradients pass, of `gradients`, whatever has run; told while some are to be written."""
    gradients: int = 0
    computes_loss: bool = True
    """Whether the program has a loss of its own."""
    inherited: int = 0
    """How many are wrong only as one upstream is: `wrong` does not count them."""


class Attention(Struct, frozen=True):
    """A gradient that wants attention, the `number`-th of `total`; `here` is whether the panes stand at it.

    `verdict` is None of one whose line raised.
    """

    verdict: Verdict | None
    line: int | None
    text: str
    """`line 89, dprobs: multiplied by probs where it is to be divided`."""
    number: int
    total: int
    here: bool
    gone_to: bool = False
    """Whether the panes were brought to it, by themselves or by a key, and nothing was selected since."""


class FileState(Struct, frozen=True, eq=False):
    """The program's file beside what is on the screen. Texts go by the numbers that the screen gave them."""

    number: int = 0
    """The text that is shown."""
    versions: tuple[tuple[int, int], ...] = ((0, 0),)
    """From which iteration on, in order, which text runs."""
    behind: bool = False
    """Whether the file says something else than what is shown."""
    words: tuple[str, ...] = ()
    """Why."""
    modules: tuple[str, ...] = ()
    """The files of the modules that the program imported from its folder."""
    problem: str = ""
    """Why the file cannot be read as a program; known to who reads it."""
    program: Program | None = None
    """The text that is shown; known to who gave it its number."""


class Frame(Struct, frozen=True, eq=False):
    """One picture of a session. `handled` counts the commands that are part of it."""

    handled: int
    status: Status
    lines: tuple[ProgramLine, ...] = ()
    lines_total: int = 0
    current_line: int | None = None
    tensors: tuple[TensorRow, ...] = ()
    tensors_top: int = 0
    tensors_total: int = 0
    inspector: Inspector = field(default_factory=Inspector)
    losses: Curve = field(default_factory=Curve)
    curves: Curves | None = None
    output: tuple[str, ...] = ()
    """The last lines that the program printed (at most 1000), plain text; known to who reads its streams."""
    output_total: int = 0
    notes: tuple[str, ...] = ()
    """Sentences for the reader that hang on nothing else: did-you-mean, what was cancelled."""
    failure: Failure | None = None
    complete: int = 0
    """How many iterations are complete; the cursor may stand before the end of the last."""
    attention: Attention | None = None
    answer: Answer | None = None
    """The newest answer about a gradient."""
    stops: Stops = field(default_factory=Stops)
    """Where runs stop, in view or not."""
    watches: tuple[Watched, ...] = ()
    """All that is watched, in view or not."""
    by_hand: tuple[ByHand, ...] = ()
    """What is done by hand, of all iterations."""
    evaluated: tuple[Evaluated, ...] = ()
    """What was evaluated, or done, since a key was pressed for something else; the newest is last."""
    file: FileState = field(default_factory=FileState)
    call: str = ""
    """The call whose line is the current one: `affine_backward, 2nd of 2 calls`; "" in a section."""

    def at_work(self, words: str, seconds: int) -> Frame:
        """The same picture while something has been at work for a while."""
        status = replace(self.status, loading=False, busy=words, busy_seconds=seconds)
        return replace(self, status=status)


def opening_frame(program: Program) -> Frame:
    """The first picture. It takes no torch, so that it can stand before anything is loaded."""
    ahead = frozenset[int]().union(*(section.numbers for section in program.sections))
    lines = tuple(
        ProgramLine(number, LineState.AHEAD if number in ahead else LineState.STILL)
        for number in range(1, len(program.lines) + 1)
    )
    return Frame(0, Status(program.name, loading=True), lines, len(lines))
